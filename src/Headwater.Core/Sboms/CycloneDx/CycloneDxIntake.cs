using System.Globalization;
using System.Text.Json;
using Headwater.Core.Sboms.Schema;
using static Headwater.Core.Sboms.CycloneDx.CycloneDxJson;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>
/// Takes the parts of a CycloneDX document, each as JSON, turns them into the model and hands them to the sink. The JSON and the
/// XML reader both end here. Of what has passed it keeps nothing but hashes of the references.
/// </summary>
internal sealed class CycloneDxIntake(SbomSink sink, SbomReadOptions options)
{
    private const int MaxWarnings = 100;
    private readonly HashSet<ulong> _refs = [];
    private readonly Dictionary<ulong, (string Ref, string At)> _pending = [];
    private readonly SbomMetadata _metadata = new();
    private long _components;
    private long _dependencies;
    private long _generated;

    public List<SbomError> Errors { get; } = [];

    public List<SbomError> Warnings { get; } = [];

    /// <summary>True when so many errors were found that reading on serves nobody.</summary>
    public bool Full => Errors.Count >= options.MaxErrors;

    public void Fault(string at, string message)
    {
        if (!Full) Errors.Add(new SbomError(at, message));
    }

    public void Warn(string at, string message)
    {
        if (Warnings.Count < MaxWarnings) Warnings.Add(new SbomError(at, message));
        else if (Warnings.Count == MaxWarnings) Warnings.Add(new SbomError(at, "there is more that is odd; only the first hundred are listed"));
    }

    /// <summary>What takes the elements of a top-level list one by one; null for a part that is taken whole.</summary>
    public Action<JsonElement, string>? ListOf(string name) => name switch
    {
        "components" => (e, at) => Component(e, at, null),
        "services" => (e, at) => Service(e, at, null),
        "dependencies" => Dependency,
        "compositions" => Composition,
        "vulnerabilities" => Vulnerability,
        _ => null,
    };

    /// <summary>Checks a part against its schema; warnings are kept within their bound.</summary>
    public bool Check(JsonSchema? schema, JsonElement value, string at)
    {
        if (schema is null || !options.Validate) return true;
        var warnings = Warnings.Count < MaxWarnings ? new List<SbomError>() : null;
        var valid = schema.Validate(value, at, Errors, options.MaxErrors, warnings);
        if (warnings is not null) foreach (var w in warnings) Warn(w.At, w.Message);
        return valid;
    }

    /// <summary>Takes a part that may not have been checked against its schema: a wrong type is a fault, not a crash.</summary>
    public void Try(string at, Action take)
    {
        try
        {
            take();
        }
        catch (InvalidOperationException wrong) when (wrong.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) == true)
        {
            Fault(at, "holds a value of the wrong type");
        }
    }

    public SbomReadResult Finish(SbomKind kind)
    {
        foreach (var (reference, at) in _pending.Values)
        {
            if (!reference.StartsWith("urn:cdx:", StringComparison.Ordinal)) Warn(at, $"\"{Short(reference)}\" refers to nothing in this document");
        }

        if (Errors.Count == 0) sink.OnMetadata(_metadata);
        return new SbomReadResult(kind, _components, _dependencies, Errors, Warnings);
    }

    /// <summary>The document's own scalars.</summary>
    public void Header(string name, JsonElement value)
    {
        if (name == "serialNumber") _metadata.SerialNumber = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        else if (name == "version") _metadata.Version = value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var n) ? n : null;
    }

    public void Metadata(JsonElement e)
    {
        var m = _metadata;
        foreach (var p in e.EnumerateObject())
        {
            var v = p.Value;
            switch (p.Name)
            {
                case "timestamp": m.Timestamp = v.GetString(); break;
                case "component": Component(v, "/metadata/component", null, isRoot: true); break;
                case "supplier": m.Supplier = Organisation(v); if (OrganisationSaysMore(v)) m.Extras.Add(Keep(p)); break;
                case "manufacturer": m.Manufacturer = Organisation(v); if (OrganisationSaysMore(v)) m.Extras.Add(Keep(p)); break;
                // The name that it had up to 1.5.
                case "manufacture":
                    if (e.TryGetProperty("manufacturer"u8, out _)) m.Extras.Add(Keep(p));
                    else
                    {
                        m.Manufacturer = Organisation(v);
                        if (OrganisationSaysMore(v)) m.Extras.Add(new SbomExtra("manufacturer", v.Clone()));
                    }

                    break;
                case "authors": m.Authors.AddRange(v.EnumerateArray().Select(Contact)); if (v.EnumerateArray().Any(ContactSaysMore)) m.Extras.Add(Keep(p)); break;
                case "lifecycles":
                    m.Lifecycles.AddRange(v.EnumerateArray().Select(l => Text(l, "phase") ?? Text(l, "name") ?? string.Empty));
                    if (v.EnumerateArray().Any(l => SaysMore(l, "phase"))) m.Extras.Add(Keep(p));
                    break;
                case "licenses": m.Licences.AddRange(CycloneDxJson.Licences(v)); break;
                case "properties": m.Properties.AddRange(v.EnumerateArray().Select(Property)); break;
                case "tools":
                    Tools(v, m.Tools);
                    if (v.ValueKind != JsonValueKind.Array || v.EnumerateArray().Any(t => SaysMore(t, "vendor", "name", "version"))) m.Extras.Add(Keep(p));
                    break;
                default: m.Extras.Add(Keep(p)); NoteRefs(v); break;
            }
        }
    }

    private void Tools(JsonElement tools, List<SbomTool> into)
    {
        var all = tools.ValueKind == JsonValueKind.Array ? tools.EnumerateArray() : List(tools, "components").Concat(List(tools, "services"));
        foreach (var t in all)
        {
            var vendor = Text(t, "vendor") ?? Text(t, "publisher") ?? Text(t, "group");
            if (vendor is null && t.TryGetProperty("manufacturer"u8, out var maker)) vendor = Text(maker, "name");
            into.Add(new SbomTool(vendor, Text(t, "name"), Text(t, "version")));
        }

        NoteRefs(tools);
    }

    /// <summary>A component and, after it, those that are nested in it. The depth is bounded by the parser's.</summary>
    public void Component(JsonElement e, string at, string? parent, bool isRoot = false)
    {
        var (reference, generated) = TakeRef(Text(e, "bom-ref"), "component", at);
        var c = new SbomComponent { Ref = reference, RefIsGenerated = generated, ParentRef = parent, IsRoot = isRoot, Name = Text(e, "name") ?? string.Empty };
        JsonElement nested = default;
        foreach (var p in e.EnumerateObject())
        {
            var v = p.Value;
            switch (p.Name)
            {
                case "bom-ref" or "name": break;
                case "type": c.Kind = Kind(v.GetString()); break;
                case "mime-type": c.MimeType = v.GetString(); break;
                case "group": c.Group = v.GetString(); break;
                case "version": c.Version = v.GetString(); break;
                case "versionRange": c.VersionRange = v.GetString(); break;
                case "isExternal": c.IsExternal = Flag(e, p.Name); break;
                case "description": c.Description = v.GetString(); break;
                case "scope": c.Scope = Scope(v.GetString()); break;
                case "copyright": c.Copyright = v.GetString(); break;
                case "publisher": c.Publisher = v.GetString(); break;
                case "purl": c.Purl = v.GetString(); break;
                case "cpe": c.Cpes.Add(v.GetString()!); break;
                case "omniborId" or "swhid": c.Identities.AddRange(Texts(v).Select(x => new SbomIdentity(p.Name, x))); break;
                case "swid": c.Identities.Add(new SbomIdentity(p.Name, Text(v, "tagId") ?? string.Empty)); c.Extras.Add(Keep(p)); break;
                case "modified": c.Modified = Flag(e, p.Name); break;
                case "hashes": c.Hashes.AddRange(v.EnumerateArray().Select(Hash)); break;
                case "licenses": c.Licences.AddRange(CycloneDxJson.Licences(v)); break;
                case "supplier": c.Supplier = Organisation(v); if (OrganisationSaysMore(v)) c.Extras.Add(Keep(p)); break;
                case "manufacturer": c.Manufacturer = Organisation(v); if (OrganisationSaysMore(v)) c.Extras.Add(Keep(p)); break;
                case "authors": c.Authors.AddRange(v.EnumerateArray().Select(Contact)); if (v.EnumerateArray().Any(ContactSaysMore)) c.Extras.Add(Keep(p)); break;
                case "author": c.Extras.Add(Keep(p)); break;
                case "externalReferences": References(p, c.ExternalReferences, c.Extras); break;
                case "tags": c.Tags.AddRange(Texts(v)); break;
                case "properties": c.Properties.AddRange(v.EnumerateArray().Select(Property)); break;
                case "components": nested = v; break;
                default: c.Extras.Add(Keep(p)); NoteRefs(v); break;
            }
        }

        if (e.TryGetProperty("evidence"u8, out var evidence)) FurtherIdentities(evidence, c);
        // The JSON schema says this, the XSD only in words.
        if (c.VersionRange is not null && c.IsExternal != true) Fault(at, "a versionRange may be given only for a component with isExternal=true");
        if (c.Authors.Count == 0 && Text(e, "author") is { Length: > 0 } author) c.Authors.Add(new SbomContact(author));
        if (!isRoot) _components++;
        sink.OnComponent(c);
        if (nested.ValueKind == JsonValueKind.Array)
        {
            var i = 0;
            foreach (var inner in nested.EnumerateArray()) Component(inner, $"{at}/components/{i++}", reference);
        }
    }

    /// <summary>Names beyond the first may be said as evidence; they identify the component all the same.</summary>
    private static void FurtherIdentities(JsonElement evidence, SbomComponent c)
    {
        if (evidence.ValueKind != JsonValueKind.Object || !evidence.TryGetProperty("identity"u8, out var identity)) return;
        foreach (var one in identity.ValueKind == JsonValueKind.Array ? identity.EnumerateArray().ToArray() : [identity])
        {
            if (Text(one, "concludedValue") is not { } value) continue;
            var field = Text(one, "field");
            if (field == "cpe" && !c.Cpes.Contains(value)) c.Cpes.Add(value);
            else if (field == "purl" && value != c.Purl && !c.Identities.Contains(new SbomIdentity("purl", value))) c.Identities.Add(new SbomIdentity("purl", value));
        }
    }

    public void Service(JsonElement e, string at, string? parent)
    {
        var (reference, generated) = TakeRef(Text(e, "bom-ref"), "service", at);
        var s = new SbomService { Ref = reference, RefIsGenerated = generated, ParentRef = parent, Name = Text(e, "name") ?? string.Empty };
        JsonElement nested = default;
        foreach (var p in e.EnumerateObject())
        {
            var v = p.Value;
            switch (p.Name)
            {
                case "bom-ref" or "name": break;
                case "group": s.Group = v.GetString(); break;
                case "version": s.Version = v.GetString(); break;
                case "description": s.Description = v.GetString(); break;
                case "provider": s.Provider = Organisation(v); if (OrganisationSaysMore(v)) s.Extras.Add(Keep(p)); break;
                case "endpoints": s.Endpoints.AddRange(Texts(v)); break;
                case "authenticated": s.Authenticated = Flag(e, p.Name); break;
                case "x-trust-boundary": s.CrossesTrustBoundary = Flag(e, p.Name); break;
                case "licenses": s.Licences.AddRange(CycloneDxJson.Licences(v)); break;
                case "externalReferences": References(p, s.ExternalReferences, s.Extras); break;
                case "properties": s.Properties.AddRange(v.EnumerateArray().Select(Property)); break;
                case "services": nested = v; break;
                default: s.Extras.Add(Keep(p)); NoteRefs(v); break;
            }
        }

        sink.OnService(s);
        if (nested.ValueKind == JsonValueKind.Array)
        {
            var i = 0;
            foreach (var inner in nested.EnumerateArray()) Service(inner, $"{at}/services/{i++}", reference);
        }
    }

    public void Dependency(JsonElement e, string at)
    {
        _dependencies++;
        var from = Text(e, "ref") ?? string.Empty;
        Refer(from, at, "ref");
        var any = false;
        foreach (var (name, kind) in new[] { ("dependsOn", SbomRelationshipKind.DependsOn), ("provides", SbomRelationshipKind.Provides) })
        {
            foreach (var to in List(e, name))
            {
                if (to.ValueKind != JsonValueKind.String) continue;
                any = true;
                Refer(to.GetString()!, at, name);
                sink.OnRelationship(new SbomRelationship(kind, from, to.GetString()!));
            }
        }

        if (!any) sink.OnRelationship(new SbomRelationship(SbomRelationshipKind.DependsOn, from, null));
    }

    public void Composition(JsonElement e, string at)
    {
        string[] assemblies = [.. List(e, "assemblies").Select(r => r.GetString()!)];
        string[] dependencies = [.. List(e, "dependencies").Select(r => r.GetString()!)];
        foreach (var r in assemblies) Refer(r, at, "assemblies");
        foreach (var r in dependencies) Refer(r, at, "dependencies");
        if (Text(e, "bom-ref") is { } own) Note(own);
        sink.OnComposition(new SbomComposition(Text(e, "aggregate") ?? string.Empty, assemblies, dependencies,
            [.. e.EnumerateObject().Where(p => p.Name is not ("aggregate" or "assemblies" or "dependencies")).Select(Keep)]));
    }

    public void Vulnerability(JsonElement e, string at)
    {
        var v = new SbomVulnerability { Ref = Text(e, "bom-ref"), Id = Text(e, "id"), Json = e.Clone() };
        if (v.Ref is not null) Note(v.Ref);
        if (e.TryGetProperty("analysis"u8, out var analysis)) (v.AnalysisState, v.AnalysisJustification) = (Text(analysis, "state"), Text(analysis, "justification"));
        foreach (var affected in List(e, "affects"))
        {
            if (Text(affected, "ref") is not { } reference) continue;
            v.Affects.Add(reference);
            Refer(reference, at, "affects");
        }

        sink.OnVulnerability(v);
    }

    /// <summary>A top-level part that is kept as it is.</summary>
    public void Extra(string name, JsonElement value)
    {
        NoteRefs(value);
        sink.OnExtra(new SbomExtra(name, value.Clone()));
    }

    private static void References(JsonProperty p, List<SbomExternalReference> into, List<SbomExtra> extras)
    {
        into.AddRange(p.Value.EnumerateArray().Select(Reference));
        if (p.Value.EnumerateArray().Any(ReferenceSaysMore)) extras.Add(Keep(p));
    }

    private (string Ref, bool Generated) TakeRef(string? given, string what, string at)
    {
        if (given is null) return ("headwater:" + what + ":" + (++_generated).ToString(CultureInfo.InvariantCulture), true);
        var reference = given;
        for (var n = 2; !_refs.Add(JsonHash.OfText(reference)); n++)
        {
            if (n == 2) Warn(at + "/bom-ref", $"the reference \"{Short(given)}\" is used more than once; the later one was renamed");
            // Many equal references must not cost the square of their number.
            reference = $"{given}~{(n < 8 ? n : _refs.Count + n)}";
        }

        if (_pending.Count > 0) _pending.Remove(JsonHash.OfText(reference));
        return (reference, false);
    }

    private void Refer(string reference, string at, string name)
    {
        var hash = JsonHash.OfText(reference);
        if (!_refs.Contains(hash) && !_pending.ContainsKey(hash)) _pending.Add(hash, (reference, $"{at}/{name}"));
    }

    /// <summary>References may also be declared within parts that are kept as JSON.</summary>
    private void NoteRefs(JsonElement e)
    {
        if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (var inner in e.EnumerateArray()) NoteRefs(inner);
        }
        else if (e.ValueKind == JsonValueKind.Object)
        {
            foreach (var p in e.EnumerateObject())
            {
                if (p.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array) NoteRefs(p.Value);
                else if (p.Value.ValueKind == JsonValueKind.String && p.NameEquals("bom-ref"u8)) Note(p.Value.GetString()!);
            }
        }
    }

    private void Note(string reference)
    {
        var hash = JsonHash.OfText(reference);
        _refs.Add(hash);
        _pending.Remove(hash);
    }

    private static string Short(string text) => text.Length <= 120 ? text : string.Concat(text.AsSpan(0, 117), "…");
}
