using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Tells a document of the model as SPDX 3.0.1 JSON-LD.</summary>
internal sealed class Spdx3Export(SbomDocument document, SpdxNames names, Dictionary<string, string>? carriedByComponent, IReadOnlyList<string> carriedByDocument)
{
    private const string Creation = "_:creationInfo";

    private readonly Dictionary<string, SbomLicenceText> _extra = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _expressions = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Type, string Name, string? Mail), string> _agents = [];
    private readonly Dictionary<(string Annotator, string Date), string> _annotators = [];
    private readonly List<SbomRelationship> _unsaid = [];
    private readonly string _document = DocumentIri(document, names);
    private readonly string _base = BaseIri(document, names);
    private Utf8JsonWriter _writer = null!;
    private ILookup<string, string>? _externals;
    private long _count;

    /// <summary>References that were made up for licences without identifier.</summary>
    public IEnumerable<string> MadeLicences => _extra.Keys;

    /// <summary>Relationships whose ends cannot be named.</summary>
    public IReadOnlyList<SbomRelationship> Unsaid => _unsaid;

    private string DocumentId => document.Metadata.Spdx?.Id ?? "SPDXRef-DOCUMENT";

    /// <summary>A reference that SPDX 3 can bear as it is, or with the document's namespace before it.</summary>
    public static bool IsGood(SbomDocument document, string reference) =>
        Spdx2Export.IsGood(reference) || document.Kind.Format == SbomFormat.Spdx && IsIri(reference) && !reference.StartsWith("DocumentRef-", StringComparison.Ordinal);

    /// <summary>The reference that reading gives to a component before its own is put back.</summary>
    public static string ReadRef(SbomDocument document, SpdxNames names, string reference)
    {
        var id = names.Of(reference)!;
        return IsIri(id) || DocumentIri(document, names).EndsWith("#SPDXRef-DOCUMENT", StringComparison.Ordinal) ? id : BaseIri(document, names) + id;
    }

    /// <summary>True for what is told here as it came from SPDX 3.</summary>
    public bool Tells(SbomExtra extra) => IsElement(extra.Json) && Spdx3Json.Type(extra.Json) == extra.Name && (extra.Name.Contains('_', StringComparison.Ordinal) || extra.Name is "Relationship" or "LifecycleScopedRelationship");

    /// <summary>True for what is told here as it came from SPDX 3.</summary>
    public bool Tells(SbomVulnerability vulnerability) => IsElement(vulnerability.Json) && Spdx3Json.Type(vulnerability.Json) == "security_Vulnerability";

    private static bool IsElement(JsonElement json) => json.ValueKind == JsonValueKind.Object && Spdx3Json.Text(json, "spdxId") is { } id && IsIri(id);

    private static bool IsIri(string text) => text.Length is > 2 and < 2000 && !text.StartsWith("_:", StringComparison.Ordinal) && text.IndexOf(':') is > 0 and var at && at < text.Length - 1 && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    private static string DocumentIri(SbomDocument document, SpdxNames names) =>
        document.Metadata.Spdx?.Id is { } own && IsIri(own) ? own : names.Namespace() + "#SPDXRef-DOCUMENT";

    private static string BaseIri(SbomDocument document, SpdxNames names)
    {
        var iri = DocumentIri(document, names);
        return iri[..(iri.IndexOf('#') is var at && at < 0 ? iri.Length : at)] + "#";
    }

    public void Write(Stream output)
    {
        using var writer = _writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, SkipValidation = true, MaxDepth = 1000 });
        writer.WriteStartObject();
        writer.WriteString("@context", "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
        writer.WriteStartArray("@graph");
        CreationInfo();
        Document();
        foreach (var licence in document.LicenceTexts) LicenceText(licence);
        foreach (var component in document.Components) Artifact(component);
        foreach (var relationship in document.Relationships) Relationship(relationship);
        foreach (var extra in document.Extras.Where(Tells)) Raw(extra.Json);
        foreach (var vulnerability in document.Vulnerabilities.Where(Tells)) Raw(vulnerability.Json);
        foreach (var licence in _extra.Values.ToList()) LicenceText(licence);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The IRI of what a reference names; null when it names nothing that SPDX 3 could.</summary>
    private string? Iri(string reference)
    {
        if (names.Of(reference) is { } id) return IsIri(id) ? id : _base + id;
        if (reference == DocumentId) return _document;
        if (reference.StartsWith("DocumentRef-", StringComparison.Ordinal) && reference.IndexOf(':') is > 0 and var colon)
        {
            _externals ??= document.Metadata.Spdx?.ExternalDocuments.ToLookup(e => e.Id, e => e.Namespace, StringComparer.Ordinal);
            var external = _externals?[reference[..colon]].FirstOrDefault();
            var iri = external is null ? reference : $"{external}#{reference[(colon + 1)..]}";
            return IsIri(iri) ? iri : null;
        }
        if (document.Kind.Format != SbomFormat.Spdx) return null;
        if (Spdx2Export.IsGood(reference)) return _document.EndsWith("#SPDXRef-DOCUMENT", StringComparison.Ordinal) ? _base + reference : null;
        return IsIri(reference) ? reference : null;
    }

    private string New(string name) => _base + names.New($"SPDXRef-{name}-{++_count}");

    private void Begin(string type, string? id)
    {
        _writer.WriteStartObject();
        _writer.WriteString("type", type);
        if (id is not null) _writer.WriteString("spdxId", id);
        _writer.WriteString("creationInfo", Creation);
    }

    private void End()
    {
        _writer.WriteEndObject();
        if (_writer.BytesPending > 64 * 1024) _writer.Flush();
    }

    private void Text(string name, string? text)
    {
        if (text is not null) _writer.WriteString(name, text);
    }

    private void Texts(string name, IEnumerable<string> texts)
    {
        var any = false;
        foreach (var text in texts)
        {
            if (!any) _writer.WriteStartArray(name);
            any = true;
            _writer.WriteStringValue(text);
        }
        if (any) _writer.WriteEndArray();
    }

    private void CreationInfo()
    {
        var metadata = document.Metadata;
        List<string> by = [];
        var organisations = metadata.Spdx?.OrganisationAuthors.ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var author in metadata.Authors)
        {
            var isOrganisation = author.Name is not null && organisations.Contains(author.Name);
            by.Add(Agent(isOrganisation ? "Organization" : "Person", author.Name ?? "", author.Email));
        }
        if (by.Count == 0) by.Add(Agent("SoftwareAgent", "Headwater", null));
        var usings = metadata.Tools.Select(t => Agent("Tool", t.Version is null ? t.Name ?? t.Vendor ?? "unknown" : $"{t.Name}-{t.Version}", null)).ToList();
        _writer.WriteStartObject();
        _writer.WriteString("type", "CreationInfo");
        _writer.WriteString("@id", Creation);
        _writer.WriteString("specVersion", "3.0.1");
        _writer.WriteString("created", SpdxNames.Date(metadata.Timestamp));
        Text("comment", metadata.Spdx?.CreatorComment);
        Texts("createdBy", by);
        Texts("createdUsing", usings);
        End();
    }

    private string Agent(string type, string name, string? mail)
    {
        if (_agents.TryGetValue((type, name, mail), out var known)) return known;
        var id = _agents[(type, name, mail)] = New("agent");
        Begin(type, id);
        _writer.WriteString("name", name);
        if (mail is not null)
        {
            _writer.WriteStartArray("externalIdentifier");
            Identifier("email", mail, null);
            _writer.WriteEndArray();
        }
        End();
        return id;
    }

    private string Agent(SbomOrganisation organisation) => Agent(organisation.IsPerson ? "Person" : "Organization",
        organisation.Name ?? "", organisation.Contacts.Select(c => c.Email).FirstOrDefault(e => e is not null));

    private void Document()
    {
        var metadata = document.Metadata;
        List<string> roots = [];
        foreach (var component in document.Components.Where(c => c.IsRoot)) roots.Add(Iri(component.Ref)!);
        foreach (var described in document.Relationships)
        {
            if (IsPlainDescribes(described) && Iri(described.To!) is { } iri) roots.Add(iri);
        }
        string[] stages = ["analyzed", "build", "deployed", "design", "runtime", "source"];
        if (metadata.Lifecycles.Count > 0 && metadata.Lifecycles.TrueForAll(l => stages.Contains(l)))
        {
            var sbom = New("sbom");
            Begin("software_Sbom", sbom);
            Texts("software_sbomType", metadata.Lifecycles);
            Texts("rootElement", roots.Distinct());
            End();
            roots = [sbom];
        }
        Begin("SpdxDocument", _document);
        _writer.WriteString("name", names.DocumentName);
        Text("comment", metadata.Spdx?.Comment);
        _writer.WriteString("dataLicense", "https://spdx.org/licenses/CC0-1.0");
        Texts("profileConformance", ["core", "software", "simpleLicensing"]);
        Texts("rootElement", roots.Distinct());
        if (metadata.Spdx?.ExternalDocuments is { Count: > 0 } externals) ExternalDocuments(externals);
        End();
        foreach (var annotation in metadata.Spdx?.Annotations ?? []) Annotation(_document, annotation);
        foreach (var text in carriedByDocument) Annotation(_document, Carried(text));
    }

    private void ExternalDocuments(List<SpdxExternalDocument> externals)
    {
        _writer.WriteStartArray("namespaceMap");
        foreach (var external in externals)
        {
            _writer.WriteStartObject();
            _writer.WriteString("type", "NamespaceMap");
            _writer.WriteString("prefix", external.Id);
            _writer.WriteString("namespace", external.Namespace + "#");
            _writer.WriteEndObject();
        }
        _writer.WriteEndArray();
        _writer.WriteStartArray("import");
        foreach (var external in externals)
        {
            _writer.WriteStartObject();
            _writer.WriteString("type", "ExternalMap");
            _writer.WriteString("externalSpdxId", external.Namespace + "#SPDXRef-DOCUMENT");
            if (external.Checksum is { } hash && Spdx3Words.AlgorithmBack(hash.Algorithm) is { } algorithm)
            {
                _writer.WriteStartArray("verifiedUsing");
                Hash("Hash", algorithm, hash.Value);
                _writer.WriteEndArray();
            }
            _writer.WriteEndObject();
        }
        _writer.WriteEndArray();
    }

    private void Hash(string type, string algorithm, string value, IReadOnlyList<string>? excluded = null)
    {
        _writer.WriteStartObject();
        _writer.WriteString("type", type);
        _writer.WriteString("algorithm", algorithm);
        _writer.WriteString("hashValue", value);
        if (excluded is { Count: > 0 }) Texts("packageVerificationCodeExcludedFile", excluded);
        _writer.WriteEndObject();
    }

    private void Identifier(string type, string text, string? comment)
    {
        _writer.WriteStartObject();
        _writer.WriteString("type", "ExternalIdentifier");
        _writer.WriteString("externalIdentifierType", type);
        _writer.WriteString("identifier", text);
        Text("comment", comment);
        _writer.WriteEndObject();
    }

    private void Artifact(SbomComponent component)
    {
        var spdx = component.Spdx;
        var id = Iri(component.Ref)!;
        var isFile = spdx is { IsFile: true };
        // Agents and licences are elements of their own and stand before what names them.
        var supplier = component.Supplier is { } s ? Agent(s) : null;
        var maker = component.Manufacturer is { } m ? Agent(m) : null;
        var declared = SpdxNames.Licence(component, false, Reference) ?? spdx?.DeclaredLicence;
        var concluded = SpdxNames.Licence(component, true, Reference) ?? spdx?.ConcludedLicence;

        var own = spdx?.Extras.Find(e => e.Name == "type").Json is { ValueKind: JsonValueKind.String } said && said.GetString() is "ai_AIPackage" or "dataset_DatasetPackage" ? spdx.Extras.Find(e => e.Name == "type").Json.GetString()! : "software_Package";
        Begin(isFile ? "software_File" : own, id);
        _writer.WriteString("name", component.Name);
        Text("description", component.Description);
        Text("summary", spdx?.Summary);
        Text("comment", spdx?.Comment);
        Text("software_copyrightText", component.Copyright ?? spdx?.Copyright);
        Texts("software_attributionText", spdx?.AttributionTexts ?? []);
        var purpose = spdx?.Purpose is { } word && Spdx3Words.Purposes.Contains(word) ? word : isFile || own != "software_Package" ? null : Spdx3Words.Purpose(component.Kind);
        if (purpose is null && !isFile && own == "software_Package" && component.Kind == SbomComponentKind.CryptographicAsset) purpose = "other";
        Text("software_primaryPurpose", purpose);
        Date("builtTime", spdx?.BuiltDate);
        Date("releaseTime", spdx?.ReleaseDate);
        Date("validUntilTime", spdx?.ValidUntilDate);
        Text("suppliedBy", supplier);
        if (maker is not null) Texts("originatedBy", [maker]);
        if (isFile)
        {
            if (component.MimeType is { } mime && mime.Contains('/', StringComparison.Ordinal)) Text("contentType", mime);
        }
        else
        {
            Text("software_packageVersion", component.Version);
            if (component.Purl is { } purl && IsIri(purl)) Text("software_packageUrl", purl);
            Text("software_downloadLocation", component.ExternalReferences.Find(r => r is { Type: "distribution", Comment: null })?.Url ?? spdx?.DownloadLocation);
            Text("software_homePage", component.ExternalReferences.Find(r => r is { Type: "website", Comment: null })?.Url);
            Text("software_sourceInfo", spdx?.SourceInfo);
        }
        Integrity(component);
        Identifiers(component);
        References(component);
        foreach (var extra in spdx?.Extras ?? []) Extra(extra);
        End();

        if (declared is not null) Edge("Relationship", "hasDeclaredLicense", id, Licence(declared), null, null, null);
        if (concluded is not null) Edge("Relationship", "hasConcludedLicense", id, Licence(concluded), null, null, null);
        foreach (var annotation in spdx?.Annotations ?? []) Annotation(id, annotation);
        if (carriedByComponent?.GetValueOrDefault(component.Ref) is { } carried) Annotation(id, Carried(carried));
        if (component.ParentRef is { } parent && Iri(parent) is { } owner) Edge("Relationship", "contains", owner, id, null, SpdxCarry.Mark + """{"Nested":true}""", null);
    }

    private void Date(string name, string? date)
    {
        if (date is not null && SpdxNames.Date(date) is var text && text == date) _writer.WriteString(name, text);
    }

    /// <summary>A property of SPDX 3 that the model does not type; what other versions say stays out.</summary>
    private void Extra(SbomExtra extra)
    {
        if (!extra.Name.Contains('_', StringComparison.Ordinal) && extra.Name is not ("supportLevel" or "standardName" or "extension")) return;
        _writer.WritePropertyName(extra.Name);
        extra.Json.WriteTo(_writer);
    }

    private void Integrity(SbomComponent component)
    {
        var code = component.Spdx?.VerificationCode is { Length: > 0 } value ? value : null;
        if (component.Hashes.Count == 0 && code is null) return;
        _writer.WriteStartArray("verifiedUsing");
        foreach (var hash in component.Hashes)
        {
            if (Spdx3Words.AlgorithmBack(hash.Algorithm) is { } algorithm && (hash.Algorithm == "SHA3-224" || SpdxWords.IsChecksum(hash, out _))) Hash("Hash", algorithm, hash.Value);
        }
        if (code is not null) Hash("PackageVerificationCode", "sha1", code, component.Spdx!.VerificationCodeExcludes);
        _writer.WriteEndArray();
    }

    private void Identifiers(SbomComponent component)
    {
        var isWritten = component.Purl is { } purl && IsIri(purl) && component.Spdx is not { IsFile: true };
        if (component.Cpes.Count == 0 && component.Identities.Count == 0 && (component.Purl is null || isWritten)) return;
        _writer.WriteStartArray("externalIdentifier");
        if (component.Purl is { } other && !isWritten) Identifier("packageUrl", other, null);
        foreach (var cpe in component.Cpes) Identifier(cpe.StartsWith("cpe:/", StringComparison.Ordinal) ? "cpe22" : "cpe23", cpe, null);
        foreach (var identity in component.Identities)
        {
            var type = Spdx3Words.IdentityToNew(identity.Type);
            Identifier(type ?? "other", identity.Value, type is null ? "type: " + identity.Type : null);
        }
        _writer.WriteEndArray();
    }

    private void References(SbomComponent component)
    {
        var located = component.Spdx is { IsFile: true };
        var housed = located;
        var any = false;
        foreach (var reference in component.ExternalReferences)
        {
            if (!located && reference is { Type: "distribution", Comment: null })
            {
                located = true;
                continue;
            }
            if (!housed && reference is { Type: "website", Comment: null })
            {
                housed = true;
                continue;
            }
            if (!any) _writer.WriteStartArray("externalRef");
            any = true;
            var type = Spdx3Words.ReferenceToNew(reference.Type);
            _writer.WriteStartObject();
            _writer.WriteString("type", "ExternalRef");
            _writer.WriteString("externalRefType", type ?? "other");
            Texts("locator", [reference.Url]);
            Text("comment", type is not null ? reference.Comment : reference.Comment is null ? $"[{reference.Type}]" : $"[{reference.Type}] {reference.Comment}");
            _writer.WriteEndObject();
        }
        if (any) _writer.WriteEndArray();
    }

    /// <summary>The element for a licence expression, written once for the document.</summary>
    private string Licence(string expression)
    {
        if (expression == "NOASSERTION") return "expandedlicensing_NoAssertionLicense";
        if (expression == "NONE") return "expandedlicensing_NoneLicense";
        if (_expressions.TryGetValue(expression, out var known)) return known;
        var id = _expressions[expression] = New("licence");
        Begin("simplelicensing_LicenseExpression", id);
        _writer.WriteString("simplelicensing_licenseExpression", expression);
        var customs = expression.Split([' ', '(', ')', '+'], StringSplitOptions.RemoveEmptyEntries).Where(w => w.StartsWith("LicenseRef-", StringComparison.Ordinal)).Distinct().ToList();
        if (customs.Count > 0)
        {
            _writer.WriteStartArray("simplelicensing_customIdToUri");
            foreach (var custom in customs)
            {
                _writer.WriteStartObject();
                _writer.WriteString("type", "DictionaryEntry");
                _writer.WriteString("key", custom);
                _writer.WriteString("value", _base + custom);
                _writer.WriteEndObject();
            }
            _writer.WriteEndArray();
        }
        End();
        return id;
    }

    private string Reference(SbomLicence licence)
    {
        var made = SpdxNames.MakeLicence(licence, document, _extra);
        _extra[made.Id] = made;
        return made.Id;
    }

    private void LicenceText(SbomLicenceText licence)
    {
        Begin("expandedlicensing_CustomLicense", _base + (licence.Id.StartsWith("LicenseRef-", StringComparison.Ordinal) ? licence.Id : "LicenseRef-" + SpdxIds.Make(licence.Id)[8..]));
        Text("name", licence.Name);
        Text("comment", licence.Comment);
        _writer.WriteString("simplelicensing_licenseText", licence.Text ?? "");
        Texts("expandedlicensing_seeAlso", licence.SeeAlso);
        End();
    }

    private bool IsPlainDescribes(SbomRelationship relationship) =>
        relationship is { Kind: SbomRelationshipKind.Describes, Comment: null, NativeType: null, To: not null } && relationship.From == DocumentId;

    private readonly SpdxRelationships _words = new(document);

    private void Relationship(SbomRelationship relationship)
    {
        if (IsPlainDescribes(relationship) && Iri(relationship.To!) is not null) return;
        string type;
        string? scope = null, was = null;
        var (from, to, comment) = (relationship.From, relationship.To ?? "NONE", relationship.Comment);
        if (relationship is { Kind: SbomRelationshipKind.Other, NativeType: { } native } && Spdx3Words.IsNewType(native.Split('@')[0]) && Spdx3Words.RelationshipType(native.Split('@')[0]) is { } own && own == native.Split('@')[0])
        {
            type = own;
            scope = native.Contains('@', StringComparison.Ordinal) ? native.Split('@')[1] : null;
        }
        else
        {
            (from, var old, to, comment) = _words.Of(relationship);
            var said = Spdx3Words.ToNew(old)!.Value;
            (type, scope) = (said.New, said.Scope);
            var isAssertion = from is "NONE" or "NOASSERTION" || to is "NONE" or "NOASSERTION";
            if (Spdx3Words.ToOld(type, scope)?.Old != old || isAssertion && said.Turned) was = Spdx3Relationships.FromSpdx2 + old;
            // An assertion stands where SPDX 2 has it, at the end.
            if (said.Turned && !isAssertion) (from, to) = (to, from);
        }
        if (Name(from) is not { } source || Name(to) is not { } target || source.EndsWith("Element", StringComparison.Ordinal) && source.Length < 20)
        {
            _unsaid.Add(relationship);
            return;
        }
        Edge(scope is null ? "Relationship" : "LifecycleScopedRelationship", type, source, target, scope, comment, was);
    }

    private string? Name(string reference) => reference switch
    {
        "NONE" => "NoneElement",
        "NOASSERTION" => "NoAssertionElement",
        _ => Iri(reference),
    };

    private void Edge(string element, string type, string from, string to, string? scope, string? comment, string? description)
    {
        Begin(element, New("relationship"));
        Text("description", description);
        Text("comment", comment);
        _writer.WriteString("relationshipType", type);
        _writer.WriteString("from", from);
        Texts("to", [to]);
        Text("scope", scope);
        End();
    }

    private SpdxAnnotation Carried(string text) => new(SpdxCarry.Annotator, SpdxNames.Date(document.Metadata.Timestamp), "OTHER", text);

    private void Annotation(string about, SpdxAnnotation annotation)
    {
        var creation = Annotator(annotation);
        _writer.WriteStartObject();
        _writer.WriteString("type", "Annotation");
        _writer.WriteString("spdxId", New("annotation"));
        _writer.WriteString("creationInfo", creation);
        _writer.WriteString("annotationType", annotation.Type == "REVIEW" ? "review" : "other");
        _writer.WriteString("subject", about);
        Text("statement", annotation.Comment);
        End();
    }

    private string Annotator(SpdxAnnotation annotation)
    {
        var key = (annotation.Annotator ?? "", SpdxNames.Date(annotation.Date));
        if (_annotators.TryGetValue(key, out var known)) return known;
        var who = annotation.Annotator switch
        {
            { } tool when tool.StartsWith("Tool:", StringComparison.Ordinal) => Agent("SoftwareAgent", tool[5..].Trim(), null),
            { } other when SpdxWords.Organisation(other) is { } organisation => Agent(organisation),
            var other => Agent("Agent", other ?? "", null),
        };
        var id = _annotators[key] = $"_:creationInfo-{_annotators.Count + 1}";
        _writer.WriteStartObject();
        _writer.WriteString("type", "CreationInfo");
        _writer.WriteString("@id", id);
        _writer.WriteString("specVersion", "3.0.1");
        _writer.WriteString("created", key.Item2);
        Texts("createdBy", [who]);
        End();
        return id;
    }

    /// <summary>An element as it came, with this document's creation information.</summary>
    private void Raw(JsonElement json)
    {
        _writer.WriteStartObject();
        foreach (var property in json.EnumerateObject())
        {
            if (property.Name != "creationInfo") property.WriteTo(_writer);
        }
        _writer.WriteString("creationInfo", Creation);
        End();
    }
}
