using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>Turns parts of the model into CycloneDX JSON, as full as the newest version can say it; <see cref="CycloneDxFitter"/> then makes them fit.</summary>
internal sealed class CycloneDxBuilder(SbomDocument document, string version, Action<string, string> lost)
{
    private static readonly HashSet<string> NoStatement = new(StringComparer.Ordinal) { "NOASSERTION", "NONE" };
    private readonly bool _native = document.Kind.Format == SbomFormat.CycloneDx;
    private readonly JsonSchema _licenceIds = CycloneDxSchemas.Writing(version).Definition("license")!.Property("id")!;
    private readonly Dictionary<string, SbomLicenceText> _licenceTexts = Texts(document);
    private readonly HashSet<string> _textsWritten = new(StringComparer.Ordinal);

    public JsonObject Metadata(JsonObject? root)
    {
        var m = document.Metadata;
        var o = new JsonObject();
        Put(o, "timestamp", m.Timestamp);
        Put(o, "lifecycles", List(m.Lifecycles, p => new JsonObject { ["phase"] = p }));
        Put(o, "tools", List(m.Tools, Tool));
        Put(o, "manufacturer", Organisation(m.Manufacturer));
        Put(o, "authors", List(m.Authors, Contact));
        Put(o, "component", root);
        Put(o, "supplier", Organisation(m.Supplier));
        Put(o, "licenses", Licences(m.Licences, "/metadata/licenses"));
        Put(o, "properties", List(m.Properties, Property));
        Extras(o, m.Extras, "/metadata");
        return o;
    }

    public JsonObject Component(SbomComponent c, bool withRef, string at)
    {
        var o = new JsonObject { ["type"] = Kind(c, at) };
        Put(o, "mime-type", c.MimeType);
        if (withRef) o["bom-ref"] = c.Ref;
        Put(o, "supplier", Organisation(c.Supplier));
        Put(o, "manufacturer", Organisation(c.Manufacturer));
        // The one author of old versions is kept as it stood; it would otherwise be said twice.
        if (!c.Extras.Exists(e => e.Name == "author") || c.Authors.Count > 1) Put(o, "authors", List(c.Authors, Contact));
        Put(o, "publisher", c.Publisher);
        Put(o, "group", c.Group);
        o["name"] = c.Name;
        Put(o, "version", c.Version);
        Put(o, "versionRange", c.VersionRange);
        Put(o, "isExternal", c.IsExternal);
        Put(o, "description", c.Description);
        if (c.Scope != SbomScope.Unspecified) o["scope"] = c.Scope.ToString().ToLowerInvariant();
        Put(o, "hashes", List(c.Hashes, Hash));
        Put(o, "licenses", Licences(c.Licences, at + "/licenses"));
        Put(o, "copyright", c.Copyright is { } text && NoStatement.Contains(text) && !_native ? null : c.Copyright);
        Put(o, "cpe", Cpes(c).FirstOrDefault());
        Put(o, "purl", c.Purl);
        foreach (var kind in new[] { "omniborId", "swhid" }) Put(o, kind, List(c.Identities.Where(i => i.Type == kind), i => JsonValue.Create(i.Value)));
        foreach (var identity in c.Identities) Identity(o, c, identity, at);
        Put(o, "modified", c.Modified);
        Put(o, "externalReferences", List(c.ExternalReferences, Reference));
        Put(o, "properties", List(c.Properties, Property));
        Put(o, "tags", List(c.Tags, t => JsonValue.Create(t)));
        Extras(o, c.Extras, at);
        FurtherIdentities(o, c);
        return o;
    }

    public JsonObject Service(SbomService s, bool withRef, string at)
    {
        var o = new JsonObject();
        if (withRef) o["bom-ref"] = s.Ref;
        Put(o, "provider", Organisation(s.Provider));
        Put(o, "group", s.Group);
        o["name"] = s.Name;
        Put(o, "version", s.Version);
        Put(o, "description", s.Description);
        Put(o, "endpoints", List(s.Endpoints, e => JsonValue.Create(e)));
        Put(o, "authenticated", s.Authenticated);
        Put(o, "x-trust-boundary", s.CrossesTrustBoundary);
        Put(o, "licenses", Licences(s.Licences, at + "/licenses"));
        Put(o, "externalReferences", List(s.ExternalReferences, Reference));
        Put(o, "properties", List(s.Properties, Property));
        Extras(o, s.Extras, at);
        return o;
    }

    public JsonObject Composition(SbomComposition c)
    {
        var o = new JsonObject { ["aggregate"] = c.Aggregate };
        Put(o, "assemblies", List(c.Assemblies, r => JsonValue.Create(r)));
        Put(o, "dependencies", List(c.Dependencies, r => JsonValue.Create(r)));
        Extras(o, c.Extras, "/compositions");
        return o;
    }

    public JsonNode Vulnerability(SbomVulnerability v)
    {
        if (v.Json.ValueKind == JsonValueKind.Object) return Node(v.Json);
        var o = new JsonObject();
        Put(o, "bom-ref", v.Ref);
        Put(o, "id", v.Id);
        if (v.AnalysisState is not null)
        {
            var analysis = new JsonObject { ["state"] = v.AnalysisState };
            Put(analysis, "justification", v.AnalysisJustification);
            o["analysis"] = analysis;
        }

        Put(o, "affects", List(v.Affects, r => new JsonObject { ["ref"] = r }));
        return o;
    }

    public static JsonNode Node(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(e.Clone())!,
        JsonValueKind.Array => JsonArray.Create(e.Clone())!,
        _ => JsonValue.Create(e.Clone())!,
    };

    private string Kind(SbomComponent c, string at)
    {
        var name = c.Kind switch
        {
            SbomComponentKind.Unspecified => "library",
            SbomComponentKind.OperatingSystem => "operating-system",
            SbomComponentKind.DeviceDriver => "device-driver",
            SbomComponentKind.MachineLearningModel => "machine-learning-model",
            SbomComponentKind.CryptographicAsset => "cryptographic-asset",
            SbomComponentKind.Archive => "file",
            SbomComponentKind.Source or SbomComponentKind.Install or SbomComponentKind.Other => "library",
            var other => other.ToString().ToLowerInvariant(),
        };
        if (c.Kind is SbomComponentKind.Archive or SbomComponentKind.Source or SbomComponentKind.Install or SbomComponentKind.Other)
        {
            lost(at + "/type", $"CycloneDX has no component of the kind {c.Kind}; written as {name}");
        }

        return name;
    }

    private void Identity(JsonObject o, SbomComponent c, SbomIdentity identity, string at)
    {
        if (identity.Type is "omniborId" or "swhid" or "purl" or "cpe22Type") return;
        if (identity.Type != "swid") lost(at, $"CycloneDX has no place for the identity {identity.Type} ({identity.Value})");
        else if (!c.Extras.Exists(e => e.Name == "swid")) o["swid"] = new JsonObject { ["tagId"] = identity.Value, ["name"] = c.Name };
    }

    private static IEnumerable<string> Cpes(SbomComponent c) => c.Cpes.Concat(c.Identities.Where(i => i.Type == "cpe22Type").Select(i => i.Value));

    /// <summary>A component has one CPE and one package URL; others are said as evidence of its identity.</summary>
    private static void FurtherIdentities(JsonObject o, SbomComponent c)
    {
        var further = Cpes(c).Skip(1).Select(value => (Field: "cpe", Value: value)).Concat(c.Identities.Where(i => i.Type == "purl").Select(i => (Field: "purl", i.Value))).ToArray();
        if (further.Length == 0) return;
        var evidence = o["evidence"] as JsonObject ?? [];
        var identity = evidence["identity"] switch { JsonArray many => many, JsonObject one => [one.DeepClone()], _ => [] };
        var said = identity.Select(i => ((string?)i!["field"], (string?)i["concludedValue"])).ToHashSet();
        foreach (var (field, value) in further) if (said.Add((field, value))) identity.Add(new JsonObject { ["field"] = field, ["concludedValue"] = value });
        if (identity.Parent is null) evidence["identity"] = identity;
        if (evidence.Parent is null) o["evidence"] = evidence;
    }

    /// <summary>Up to 1.6 a list holds licences or else one single expression.</summary>
    private JsonArray? Licences(List<SbomLicence> licences, string at)
    {
        var all = licences.Where(l => _native || !NoStatement.Contains(l.Display)).ToList();
        if (all.Count == 0) return null;
        // 1.0 knows no expression at all.
        var plain = version == "1.0" || (version != "1.7" && all.Count > 1);
        return [.. all.Select((l, i) => (JsonNode)Licence(l, plain, $"{at}/{i}"))];
    }

    private JsonObject Licence(SbomLicence l, bool plain, string at)
    {
        var o = new JsonObject();
        var asExpression = l.Expression is not null;
        if (l.Expression is { } expression && IsId(expression) && (plain || !_native)) (asExpression, o["id"]) = (false, expression);
        else if (l.Expression is { } named && (plain || (!_native && named.StartsWith("LicenseRef-", StringComparison.Ordinal) && !named.Contains(' '))))
        {
            (asExpression, o["name"]) = (false, named);
            if (named.Contains(' ')) lost(at, version == "1.0"
                ? $"CycloneDX 1.0 knows no expressions; \"{named}\" was written as a name"
                : $"CycloneDX {version} cannot list an expression beside other licences; \"{named}\" was written as a name");
        }
        else if (asExpression) o["expression"] = l.Expression;
        else if (l.Id is { } id && IsId(id)) o["id"] = id;
        else o["name"] = l.Name ?? l.Id ?? string.Empty;

        if (l.Text is not null && !asExpression) o["text"] = new JsonObject { ["content"] = l.Text };
        else if (l.Extras.Count == 0) LicenceTexts(o, l, asExpression);
        if (!asExpression) Put(o, "url", l.Url);
        if (l.Acknowledgement != LicenceAcknowledgement.Unspecified) o["acknowledgement"] = l.Acknowledgement.ToString().ToLowerInvariant();
        Extras(o, l.Extras, at);
        return asExpression ? o : new JsonObject { ["license"] = o };
    }

    /// <summary>Texts that the document keeps apart (LicenseRef-…) go where they are used: beside a name, or since 1.7 as details of an expression.</summary>
    private void LicenceTexts(JsonObject o, SbomLicence l, bool asExpression)
    {
        if (_licenceTexts.Count == 0 || (asExpression && version != "1.7")) return;
        var details = new JsonArray();
        foreach (var id in l.Display.Split([' ', '(', ')', '+'], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
        {
            if (!_licenceTexts.TryGetValue(id, out var known) || known.Text is null) continue;
            _textsWritten.Add(id);
            if (!asExpression) o["text"] = new JsonObject { ["content"] = known.Text };
            else details.Add(new JsonObject { ["licenseIdentifier"] = id, ["text"] = new JsonObject { ["content"] = known.Text } });
        }

        if (details.Count > 0) o["expressionDetails"] = details;
    }

    /// <summary>Licence texts that no licence written so far could carry.</summary>
    public void ReportLicenceTexts()
    {
        foreach (var text in document.LicenceTexts)
        {
            if (text.Text is not null && !_textsWritten.Contains(text.Id)) lost("/licenses/" + text.Id, $"CycloneDX {version} keeps a text only beside a licence of its own; the text of {text.Id} was left out");
            if (text.Comment is not null || text.SeeAlso.Count > 0) lost("/licenses/" + text.Id, "CycloneDX has no place for addresses and comments of a licence text");
        }
    }

    private bool IsId(string text)
    {
        using var json = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(text, SchemaJson.Default.String));
        return _licenceIds.IsValid(json.RootElement);
    }

    private void Extras(JsonObject o, IReadOnlyList<SbomExtra> extras, string at)
    {
        foreach (var extra in extras)
        {
            if (_native) o[extra.Name] = Node(extra.Json);
            else lost($"{at}/{extra.Name}", "CycloneDX has no place for this part of an SPDX document");
        }
    }

    private static JsonObject Tool(SbomTool t)
    {
        var o = new JsonObject();
        Put(o, "vendor", t.Vendor);
        Put(o, "name", t.Name);
        Put(o, "version", t.Version);
        return o;
    }

    private static JsonObject Contact(SbomContact c)
    {
        var o = new JsonObject();
        Put(o, "name", c.Name);
        Put(o, "email", c.Email);
        Put(o, "phone", c.Phone);
        return o;
    }

    private static JsonObject? Organisation(SbomOrganisation? organisation)
    {
        if (organisation is null) return null;
        var o = new JsonObject();
        Put(o, "name", organisation.Name);
        Put(o, "url", List(organisation.Urls, u => JsonValue.Create(u)));
        Put(o, "contact", List(organisation.Contacts, Contact));
        return o;
    }

    private static JsonObject Hash(SbomHash h) => new() { ["alg"] = h.Algorithm, ["content"] = h.Value };

    private static JsonObject Property(SbomProperty p)
    {
        var o = new JsonObject { ["name"] = p.Name };
        Put(o, "value", p.Value);
        return o;
    }

    private static JsonObject Reference(SbomExternalReference r)
    {
        var o = new JsonObject { ["url"] = r.Url };
        Put(o, "comment", r.Comment);
        o["type"] = r.Type switch { "SECURITY/advisory" or "SECURITY/fix" or "SECURITY/url" => "advisories", _ => r.Type };
        Put(o, "hashes", List(r.Hashes ?? [], Hash));
        return o;
    }

    private static JsonArray? List<T>(IEnumerable<T> items, Func<T, JsonNode?> make)
    {
        var all = new JsonArray([.. items.Select(make)]);
        return all.Count == 0 ? null : all;
    }

    private static void Put(JsonObject o, string name, string? value)
    {
        if (value is not null) o[name] = value;
    }

    private static void Put(JsonObject o, string name, bool? value)
    {
        if (value is not null) o[name] = value;
    }

    private static void Put(JsonObject o, string name, JsonNode? value)
    {
        if (value is not null) o[name] = value;
    }

    private static Dictionary<string, SbomLicenceText> Texts(SbomDocument document)
    {
        var texts = new Dictionary<string, SbomLicenceText>(StringComparer.Ordinal);
        foreach (var text in document.LicenceTexts) texts.TryAdd(text.Id, text);
        return texts;
    }
}
