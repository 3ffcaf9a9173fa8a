using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>
/// What SPDX has no word for travels in annotations: a mark, then JSON with the members of the model that would not come back otherwise.
/// Other tools show such an annotation as a text; the readers here put the members back and take the annotation away.
/// </summary>
internal static class SpdxCarry
{
    public const string Mark = "headwater:carry ";
    public const string Annotator = "Tool: Headwater";

    public static JsonSerializerOptions Json { get; } = new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { Lists } },
        MaxDepth = 512,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Lists without a setter are filled; what is only derived is not written.</summary>
    private static void Lists(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.Set is not null || type.Kind != JsonTypeInfoKind.Object) continue;
            if (property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(List<>)) property.ObjectCreationHandling = JsonObjectCreationHandling.Populate;
            else property.ShouldSerialize = static (_, _) => false;
        }
    }

    private sealed record Member<T>(string Name, Func<T, object?> Get, Action<T, JsonElement> Set);

    private static readonly Member<SbomComponent>[] s_component =
    [
        Value<SbomComponent, bool>("RefIsGenerated", c => c.RefIsGenerated, (c, v) => c.RefIsGenerated = v), Value<SbomComponent, string?>("ParentRef", c => c.ParentRef, (c, v) => c.ParentRef = v),
        Value<SbomComponent, SbomComponentKind>("Kind", c => c.Kind, (c, v) => c.Kind = v), Value<SbomComponent, string?>("Group", c => c.Group, (c, v) => c.Group = v),
        Value<SbomComponent, string>("Name", c => c.Name, (c, v) => c.Name = v ?? throw new JsonException()), Value<SbomComponent, string?>("Version", c => c.Version, (c, v) => c.Version = v),
        Value<SbomComponent, string?>("VersionRange", c => c.VersionRange, (c, v) => c.VersionRange = v), Value<SbomComponent, string?>("Purl", c => c.Purl, (c, v) => c.Purl = v),
        List<SbomComponent, string>("Cpes", c => c.Cpes), List<SbomComponent, SbomIdentity>("Identities", c => c.Identities),
        Value<SbomComponent, SbomScope>("Scope", c => c.Scope, (c, v) => c.Scope = v), Value<SbomComponent, string?>("Description", c => c.Description, (c, v) => c.Description = v),
        Value<SbomComponent, string?>("Copyright", c => c.Copyright, (c, v) => c.Copyright = v), Value<SbomComponent, string?>("Publisher", c => c.Publisher, (c, v) => c.Publisher = v),
        List<SbomComponent, SbomContact>("Authors", c => c.Authors), Value<SbomComponent, SbomOrganisation?>("Supplier", c => c.Supplier, (c, v) => c.Supplier = v),
        Value<SbomComponent, SbomOrganisation?>("Manufacturer", c => c.Manufacturer, (c, v) => c.Manufacturer = v),
        Value<SbomComponent, string?>("MimeType", c => c.MimeType, (c, v) => c.MimeType = v), Value<SbomComponent, bool?>("Modified", c => c.Modified, (c, v) => c.Modified = v),
        Value<SbomComponent, bool?>("IsExternal", c => c.IsExternal, (c, v) => c.IsExternal = v), List<SbomComponent, SbomHash>("Hashes", c => c.Hashes),
        List<SbomComponent, SbomLicence>("Licences", c => c.Licences), List<SbomComponent, SbomExternalReference>("ExternalReferences", c => c.ExternalReferences),
        List<SbomComponent, string>("Tags", c => c.Tags), List<SbomComponent, SbomProperty>("Properties", c => c.Properties), List<SbomComponent, SbomExtra>("Extras", c => c.Extras),
    ];

    private static readonly Member<SpdxComponentFields>[] s_fields =
    [
        Value<SpdxComponentFields, bool>("IsFile", s => s.IsFile, (s, v) => s.IsFile = v), Value<SpdxComponentFields, string?>("DownloadLocation", s => s.DownloadLocation, (s, v) => s.DownloadLocation = v),
        Value<SpdxComponentFields, string?>("DeclaredLicence", s => s.DeclaredLicence, (s, v) => s.DeclaredLicence = v),
        Value<SpdxComponentFields, string?>("ConcludedLicence", s => s.ConcludedLicence, (s, v) => s.ConcludedLicence = v),
        Value<SpdxComponentFields, string?>("Copyright", s => s.Copyright, (s, v) => s.Copyright = v), Value<SpdxComponentFields, string?>("Supplier", s => s.Supplier, (s, v) => s.Supplier = v),
        Value<SpdxComponentFields, string?>("Originator", s => s.Originator, (s, v) => s.Originator = v), Value<SpdxComponentFields, bool?>("FilesAnalyzed", s => s.FilesAnalyzed, (s, v) => s.FilesAnalyzed = v),
        Value<SpdxComponentFields, string?>("VerificationCode", s => s.VerificationCode, (s, v) => s.VerificationCode = v),
        List<SpdxComponentFields, string>("VerificationCodeExcludes", s => s.VerificationCodeExcludes), Value<SpdxComponentFields, string?>("PackageFileName", s => s.PackageFileName, (s, v) => s.PackageFileName = v),
        Value<SpdxComponentFields, string?>("Purpose", s => s.Purpose, (s, v) => s.Purpose = v), Value<SpdxComponentFields, string?>("SourceInfo", s => s.SourceInfo, (s, v) => s.SourceInfo = v),
        Value<SpdxComponentFields, string?>("LicenceComments", s => s.LicenceComments, (s, v) => s.LicenceComments = v), Value<SpdxComponentFields, string?>("Summary", s => s.Summary, (s, v) => s.Summary = v),
        Value<SpdxComponentFields, string?>("Comment", s => s.Comment, (s, v) => s.Comment = v), Value<SpdxComponentFields, string?>("ReleaseDate", s => s.ReleaseDate, (s, v) => s.ReleaseDate = v),
        Value<SpdxComponentFields, string?>("BuiltDate", s => s.BuiltDate, (s, v) => s.BuiltDate = v), Value<SpdxComponentFields, string?>("ValidUntilDate", s => s.ValidUntilDate, (s, v) => s.ValidUntilDate = v),
        Value<SpdxComponentFields, string?>("NoticeText", s => s.NoticeText, (s, v) => s.NoticeText = v), List<SpdxComponentFields, string>("AttributionTexts", s => s.AttributionTexts),
        List<SpdxComponentFields, string>("LicenceInfo", s => s.LicenceInfo), List<SpdxComponentFields, string>("FileTypes", s => s.FileTypes),
        List<SpdxComponentFields, string>("Contributors", s => s.Contributors), List<SpdxComponentFields, SpdxAnnotation>("Annotations", s => s.Annotations),
        List<SpdxComponentFields, SbomExtra>("Extras", s => s.Extras),
    ];

    private static readonly Member<SbomMetadata>[] s_metadata =
    [
        Value<SbomMetadata, string?>("SerialNumber", m => m.SerialNumber, (m, v) => m.SerialNumber = v), Value<SbomMetadata, string?>("Name", m => m.Name, (m, v) => m.Name = v),
        Value<SbomMetadata, int?>("Version", m => m.Version, (m, v) => m.Version = v), Value<SbomMetadata, string?>("Timestamp", m => m.Timestamp, (m, v) => m.Timestamp = v),
        List<SbomMetadata, SbomTool>("Tools", m => m.Tools), List<SbomMetadata, SbomContact>("Authors", m => m.Authors),
        Value<SbomMetadata, SbomOrganisation?>("Supplier", m => m.Supplier, (m, v) => m.Supplier = v), Value<SbomMetadata, SbomOrganisation?>("Manufacturer", m => m.Manufacturer, (m, v) => m.Manufacturer = v),
        List<SbomMetadata, string>("Lifecycles", m => m.Lifecycles), List<SbomMetadata, SbomLicence>("Licences", m => m.Licences),
        List<SbomMetadata, SbomProperty>("Properties", m => m.Properties), List<SbomMetadata, SbomExtra>("Extras", m => m.Extras),
    ];

    private static readonly Member<SpdxDocumentFields>[] s_documentFields =
    [
        Value<SpdxDocumentFields, string>("Id", s => s.Id, (s, v) => s.Id = v ?? throw new JsonException()), Value<SpdxDocumentFields, string?>("Comment", s => s.Comment, (s, v) => s.Comment = v),
        Value<SpdxDocumentFields, string?>("CreatorComment", s => s.CreatorComment, (s, v) => s.CreatorComment = v),
        Value<SpdxDocumentFields, string?>("LicenceListVersion", s => s.LicenceListVersion, (s, v) => s.LicenceListVersion = v),
        List<SpdxDocumentFields, string>("OrganisationAuthors", s => s.OrganisationAuthors), List<SpdxDocumentFields, SpdxExternalDocument>("ExternalDocuments", s => s.ExternalDocuments),
        List<SpdxDocumentFields, SpdxAnnotation>("Annotations", s => s.Annotations),
    ];

    /// <summary>The members of a component that differ in what came back; null when all came back.</summary>
    public static Dictionary<string, object?>? Differences(SbomComponent was, SbomComponent back)
    {
        Dictionary<string, object?>? found = null;
        if (was.Ref != back.Ref) (found ??= [])["Ref"] = was.Ref;
        Compare(s_component, was, back, "", ref found);
        if (was.Spdx is null) (found ??= [])["IsNotSpdx"] = true;
        else Compare(s_fields, was.Spdx, back.Spdx ?? new SpdxComponentFields(), "Spdx.", ref found);
        return found;
    }

    /// <summary>The members of the metadata that differ in what came back; null when all came back.</summary>
    public static Dictionary<string, object?>? Differences(SbomMetadata was, SbomMetadata back)
    {
        Dictionary<string, object?>? found = null;
        Compare(s_metadata, was, back, "", ref found);
        if (was.Spdx is null) (found ??= [])["IsNotSpdx"] = true;
        else Compare(s_documentFields, was.Spdx, back.Spdx ?? new SpdxDocumentFields(), "Spdx.", ref found);
        return found;
    }

    public static string Text(Dictionary<string, object?> members) => Mark + JsonSerializer.Serialize(members, Json);

    /// <summary>Reads a carried text. False for any other text, and for one that was tampered with.</summary>
    public static bool TryRead(string? text, out JsonElement carried)
    {
        carried = default;
        if (text is null || !text.StartsWith(Mark, StringComparison.Ordinal)) return false;
        try
        {
            using var document = JsonDocument.Parse(text.AsMemory(Mark.Length), new JsonDocumentOptions { MaxDepth = 500, AllowDuplicateProperties = false });
            carried = document.RootElement.Clone();
            return carried.ValueKind == JsonValueKind.Object && !HoldsNulls(carried);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Puts carried members back; false when they are not what this class wrote.</summary>
    public static bool Apply(SbomComponent component, JsonElement carried)
    {
        component.Spdx ??= new SpdxComponentFields();
        if (!Apply(s_component, component, carried, "") || !Apply(s_fields, component.Spdx, carried, "Spdx.")) return false;
        if (carried.TryGetProperty("IsNotSpdx", out _)) component.Spdx = null;
        return true;
    }

    /// <summary>Puts carried members of the document back.</summary>
    public static bool Apply(SbomMetadata metadata, JsonElement carried)
    {
        metadata.Spdx ??= new SpdxDocumentFields();
        if (!Apply(s_metadata, metadata, carried, "") || !Apply(s_documentFields, metadata.Spdx, carried, "Spdx.")) return false;
        if (carried.TryGetProperty("IsNotSpdx", out _)) metadata.Spdx = null;
        return true;
    }

    /// <summary>Finds the carried annotation of a component, takes it away and puts its members back.</summary>
    /// <param name="component">The component as it was read.</param>
    /// <param name="reference">Its reference before it was made an SPDX identifier.</param>
    /// <param name="parents">References of the components that were handed on before; a parent must be among them, so that none is its own.</param>
    /// <param name="report">Hears of what cannot be put back.</param>
    /// <param name="at">Where the component stands.</param>
    public static void Restore(SbomComponent component, string reference, HashSet<string> parents, SpdxReport report, string at)
    {
        component.Ref = reference;
        var annotations = component.Spdx!.Annotations;
        var index = annotations.FindIndex(a => a.Comment?.StartsWith(Mark, StringComparison.Ordinal) == true);
        if (index >= 0 && TryRead(annotations[index].Comment, out var carried))
        {
            annotations.RemoveAt(index);
            var visible = new Visible(component);
            if (!Apply(component, carried)) report.Warning(at, "A carried annotation does not hold what it should; some of it is ignored.");
            if (!visible.Agrees(component))
            {
                visible.Restore(component);
                report.Warning(at, "A carried annotation contradicts what the document says in SPDX's own words, which is believed.");
            }
            if (component.ParentRef is not null && !parents.Contains(component.ParentRef)) component.ParentRef = null;
        }
        parents.Add(component.Ref);
    }

    /// <summary>
    /// What identifies a component as every reader of SPDX sees it. A carried annotation may add to it and may not contradict it, else a
    /// document could say one thing to an auditor and another here.
    /// </summary>
    private sealed class Visible(SbomComponent component)
    {
        private readonly string _name = component.Name;
        private readonly string? _version = component.Version;
        private readonly string? _purl = component.Purl;
        private readonly string[] _cpes = [.. component.Cpes];
        private readonly SbomHash[] _hashes = [.. component.Hashes];
        private readonly SbomLicence[] _licences = [.. component.Licences];

        public bool Agrees(SbomComponent now) => Same(_name, now.Name) && Same(_version, now.Version) && Same(_purl, now.Purl)
            && _cpes.All(now.Cpes.Contains) && _hashes.All(now.Hashes.Contains) && Words(_licences).SetEquals(Words(now.Licences));

        public void Restore(SbomComponent now)
        {
            (now.Name, now.Version, now.Purl) = (_name, _version, _purl);
            now.Cpes.Clear();
            now.Cpes.AddRange(_cpes);
            now.Hashes.Clear();
            now.Hashes.AddRange(_hashes);
            now.Licences.Clear();
            now.Licences.AddRange(_licences);
        }

        /// <summary>Equal but for spaces, which a line of text cannot always bear; anything agrees with nothing.</summary>
        private static bool Same(string? was, string? now) => string.IsNullOrEmpty(was) || Bare(was) == Bare(now ?? "");

        private static string Bare(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c)));

        /// <summary>The identifiers of the licence list that are stated.</summary>
        private static HashSet<string> Words(IEnumerable<SbomLicence> licences)
        {
            HashSet<string> words = new(StringComparer.Ordinal);
            foreach (var licence in licences)
            {
                if ((licence.Expression ?? licence.Id) is not { } text || SpdxExpression.Check(text) is not null) continue;
                words.UnionWith(text.Split([' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries).Where(w => !w.StartsWith("LicenseRef-", StringComparison.Ordinal) && w.ToUpperInvariant() is not ("AND" or "OR" or "WITH")));
            }
            return words;
        }
    }

    /// <summary>Hands on what a document's annotation carries.</summary>
    public static void Emit(JsonElement carried, SbomSink sink, Action<SbomRelationship> onRelationship)
    {
        if (TryGet<SbomService>(carried, "Service", out var service)) sink.OnService(service);
        if (TryGet<SbomComposition>(carried, "Composition", out var composition)) sink.OnComposition(composition);
        if (TryGet<SbomVulnerability>(carried, "Vulnerability", out var vulnerability)) sink.OnVulnerability(vulnerability);
        if (TryGet<SbomExtra>(carried, "Extra", out var extra)) sink.OnExtra(extra);
        if (TryGet<SbomLicenceText>(carried, "LicenceText", out var licence)) sink.OnLicenceText(licence);
        if (TryGet<SbomRelationship>(carried, "Relationship", out var relationship)) onRelationship(relationship);
    }

    /// <summary>A carried value of the model; false when it is not one.</summary>
    public static bool TryGet<T>(JsonElement carried, string name, out T value)
    {
        value = default!;
        if (!carried.TryGetProperty(name, out var json)) return false;
        try
        {
            value = json.Deserialize<T>(Json)!;
            return value is not null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool Apply<T>(Member<T>[] members, T target, JsonElement carried, string prefix)
    {
        try
        {
            foreach (var member in members)
            {
                if (carried.TryGetProperty(prefix + member.Name, out var value)) member.Set(target, value);
            }
            return true;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void Compare<T>(Member<T>[] members, T was, T back, string prefix, ref Dictionary<string, object?>? found)
    {
        foreach (var member in members)
        {
            var (a, b) = (member.Get(was), member.Get(back));
            if (Equals(a, b) || IsEmpty(a) && IsEmpty(b)) continue;
            if (a is not null && b is not null && a is not string && JsonSerializer.Serialize(a, Json) == JsonSerializer.Serialize(b, Json)) continue;
            // A null must be said, else it would be left out.
            (found ??= [])[prefix + member.Name] = a ?? JsonSerializer.SerializeToElement<object?>(null);
        }
    }

    private static bool IsEmpty(object? value) => value is null or System.Collections.ICollection { Count: 0 };

    private static bool HoldsNulls(JsonElement value)
    {
        // Bounded by the depth that the parser allows.
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    if (item.ValueKind == JsonValueKind.Null || HoldsNulls(item)) return true;
                }
                return false;
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    // Foreign JSON is kept as it is.
                    if (property.Name != "Json" && HoldsNulls(property.Value)) return true;
                }
                return false;
            default: return false;
        }
    }

    private static Member<T> Value<T, TValue>(string name, Func<T, TValue> get, Action<T, TValue> set) =>
        new(name, t => get(t), (t, json) => set(t, json.Deserialize<TValue>(Json)!));

    private static Member<T> List<T, TItem>(string name, Func<T, List<TItem>> get) => new(name, get, (t, json) =>
    {
        var items = json.ValueKind == JsonValueKind.Null ? [] : json.Deserialize<List<TItem>>(Json)!;
        var list = get(t);
        list.Clear();
        list.AddRange(items);
    });
}
