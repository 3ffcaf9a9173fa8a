using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>
/// Turns the elements of an SPDX 3.0 graph into the model, in two rounds:
/// <code>
/// Scout: identifiers; agents, licences, creation information, documents (kept)  ->  Take: packages, files, relationships (handed on)
/// </code>
/// Licences hang on packages by relationships, which may stand anywhere; of these only the two identifiers are kept.
/// </summary>
internal sealed class Spdx3Assembler(SbomKind kind, SbomSink sink, SpdxReport report)
{
    private const int MaxLicenceDepth = 64;
    private const byte PackageId = 1;
    private const byte FileId = 2;
    private const byte OtherId = 3;
    private const byte Seen = 4;

    private readonly Dictionary<string, byte> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _kept = new(StringComparer.Ordinal);
    private readonly List<JsonElement> _creations = [];
    private readonly List<JsonElement> _documents = [];
    private readonly Dictionary<string, JsonElement> _boms = new(StringComparer.Ordinal);
    private readonly HashSet<string> _opened = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _licenceTexts = new(StringComparer.Ordinal);
    private long _licenceLength;
    private string? _documentIri;
    private readonly Dictionary<string, List<(bool Declared, string Licence)>> _licences = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<JsonElement>> _annotations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _customIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _prefixes = new(StringComparer.Ordinal);
    private readonly List<string> _described = [];
    private readonly HashSet<string> _describedSet = new(StringComparer.Ordinal);
    private readonly HashSet<string> _describesEmitted = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dependents = new(StringComparer.Ordinal);
    private readonly SbomMetadata _metadata = new() { Spdx = new SpdxDocumentFields() };
    private readonly List<(string From, string To)> _pendingDescribes = [];
    private readonly Dictionary<string, string> _refs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _parents = new(StringComparer.Ordinal);
    private readonly HashSet<string> _madeLicences = new(StringComparer.Ordinal);
    private JsonElement _carriedMetadata;
    private bool _carries;
    private readonly HashSet<string> _imported = new(StringComparer.Ordinal);
    private string? _namespace;
    private string? _root;
    private long _packages;
    private long _elements;

    private Spdx2Check Check => field ??= new Spdx2Check(report);

    private static readonly FrozenSet<string> s_mapped = new[]
    {
        "type", "@type", "spdxId", "@id", "creationInfo", "name", "description", "summary", "comment", "software_packageVersion", "software_packageUrl", "software_downloadLocation",
        "software_homePage", "software_sourceInfo", "software_copyrightText", "software_primaryPurpose", "software_attributionText", "builtTime", "releaseTime", "validUntilTime",
        "suppliedBy", "originatedBy", "verifiedUsing", "externalIdentifier", "externalIdentifiers", "externalRef", "contentType",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>First round: identifiers, and the elements that others need.</summary>
    public void Scout(string at, JsonElement element)
    {
        _elements++;
        if (element.ValueKind != JsonValueKind.Object)
        {
            report.Error(at, $"An element must be an object, not {SpdxWords.Kind(element.ValueKind)}.");
            return;
        }
        var type = Spdx3Json.Type(element);
        var id = Spdx3Json.Id(element);
        if (type is null)
        {
            report.Error(at, "The element does not say its 'type'.");
            return;
        }
        Spdx3Check.Element(element, type, at, report);
        var role = type switch
        {
            "software_Package" or "ai_AIPackage" or "dataset_DatasetPackage" => PackageId,
            "software_File" => FileId,
            _ => OtherId,
        };
        if (id is not null)
        {
            ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, id, out var known);
            if (!known) state = role;
        }
        if (role != OtherId || type is "software_Snippet" or "software_SoftwareArtifact") return;
        if (element.TryGetProperty("relationshipType", out _) || type.EndsWith("Relationship", StringComparison.Ordinal))
        {
            ScoutRelationship(element);
            return;
        }
        switch (type)
        {
            case "CreationInfo": _creations.Add(element.Clone()); break;
            case "SpdxDocument": _documents.Add(element.Clone()); break;
            case "software_Sbom" or "Bom" or "Bundle" when id is not null: _boms[id] = element.Clone(); return;
            case "Annotation":
                var isCarried = SpdxCarry.TryRead(Spdx3Json.Text(element, "statement"), out var carried);
                foreach (var subject in Spdx3Json.Values(element, "subject"))
                {
                    if (Spdx3Json.Reference(subject) is not { } about) continue;
                    if (!_annotations.TryGetValue(about, out var list)) _annotations[about] = list = [];
                    list.Add(element.Clone());
                    if (!isCarried) continue;
                    _carries = true;
                    if (Spdx3Json.Text(carried, "Ref") is { Length: > 0 } reference) _refs[about] = reference;
                }
                break;
            case "simplelicensing_LicenseExpression":
                foreach (var entry in Spdx3Json.Values(element, "simplelicensing_customIdToUri"))
                {
                    if (Spdx3Json.Text(entry, "key") is { } key && Spdx3Json.Text(entry, "value") is { } uri) _customIds[uri] = key;
                }
                break;
            default: break;
        }
        if (id is not null && IsNeeded(type)) _kept[id] = element.Clone();
    }

    private static bool IsNeeded(string type) => type is "CreationInfo" or "Person" or "Organization" or "SoftwareAgent" or "Agent" or "Tool" or "ExternalIdentifier" or "Hash"
        or "PackageVerificationCode" or "ListedLicense" or "License" || type.StartsWith("simplelicensing_", StringComparison.Ordinal) || type.StartsWith("expandedlicensing_", StringComparison.Ordinal);

    /// <summary>Between the rounds: what the document is and describes.</summary>
    public void EndScout()
    {
        sink.OnHeader(kind);
        if (_elements == 0) report.Error("/@graph", "The document contains no element.");
        if (_documents.Count == 0) report.Warning("/@graph", "The document contains no SpdxDocument.");
        else if (_documents.Count > 1) report.Error("/@graph", "The document contains more than one SpdxDocument.");
        Document();
        CreationInfo();
        foreach (var id in _described)
        {
            if (!_ids.TryGetValue(id, out var state) || (state & 3) != PackageId) continue;
            if (_root is not null)
            {
                _root = null;
                break;
            }
            _root = id;
        }
    }

    /// <summary>Second round: hands packages, files and relationships on.</summary>
    public void Take(string at, JsonElement element)
    {
        // What is not an element was told in the first round.
        if (Spdx3Json.Type(element) is not { } type) return;
        var id = Spdx3Json.Id(element);
        if (id is not null)
        {
            ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_ids, id, out _);
            if ((state & Seen) != 0) report.Warning(at, $"The identifier '{Spdx2Check.Shorten(id)}' stands twice in the document.");
            state |= Seen;
        }
        if (type != "CreationInfo" && !element.TryGetProperty("creationInfo", out _)) report.Warning(at, "The element lacks 'creationInfo', which the specification demands.");
        switch (type)
        {
            case "software_Package" or "ai_AIPackage" or "dataset_DatasetPackage" or "software_File": Artifact(element, type, id, at); break;
            case "software_Snippet" or "software_SoftwareArtifact": sink.OnExtra(new SbomExtra(type, WithoutCreation(element))); break;
            case "expandedlicensing_CustomLicense" or "simplelicensing_SimpleLicensingText" or "License": LicenceText(element, id, at); break;
            case var _ when element.TryGetProperty("relationshipType", out _) || type.EndsWith("Relationship", StringComparison.Ordinal): Relationship(element, type, at); break;
            case "security_Vulnerability": Vulnerability(element, id); break;
            case "CreationInfo" or "SpdxDocument" or "software_Sbom" or "Bom" or "Bundle" or "Person" or "Organization" or "SoftwareAgent" or "Agent" or "Tool" or "Annotation"
                or "simplelicensing_LicenseExpression" or "expandedlicensing_ListedLicense" or "ListedLicense" or "ExternalIdentifier" or "Hash": break;
            default:
                if (type.StartsWith("expandedlicensing_", StringComparison.Ordinal)) break;
                sink.OnExtra(new SbomExtra(type, WithoutCreation(element)));
                break;
        }
    }

    public SbomReadResult Complete()
    {
        foreach (var described in _described)
        {
            if (!_ids.ContainsKey(described)) report.Warning("/@graph", $"The document describes '{Spdx2Check.Shorten(described)}', which it does not contain.");
            if (described != _root && _describesEmitted.Add(described)) sink.OnRelationship(new SbomRelationship(SbomRelationshipKind.Describes, DocumentRef, Ref(described)));
        }
        if (_carriedMetadata.ValueKind == JsonValueKind.Object && !SpdxCarry.Apply(_metadata, _carriedMetadata))
            report.Warning("/@graph", "A carried annotation does not hold what it should; some of it is ignored.");
        sink.OnMetadata(_metadata);
        return Result();
    }

    public SbomReadResult Result() => new(kind, _packages, _dependents.Count, report.Errors, report.Warnings);

    private void ScoutRelationship(JsonElement element)
    {
        if (Spdx3Json.Text(element, "relationshipType") is not { } text || Spdx3Words.RelationshipType(text) is not { } type) return;
        if (type is not ("hasDeclaredLicense" or "hasConcludedLicense" or "describes")) return;
        if (!element.TryGetProperty("from", out var fromValue) || Spdx3Json.Reference(fromValue) is not { } from) return;
        foreach (var value in Spdx3Json.Values(element, "to"))
        {
            if (Spdx3Json.Reference(value) is not { } to) continue;
            if (type == "describes")
            {
                _pendingDescribes.Add((from, to));
                continue;
            }
            if (value.ValueKind == JsonValueKind.Object) _kept[to] = value.Clone();
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(_licences, from, out _);
            (list ??= new(1)).Add((type == "hasDeclaredLicense", to));
        }
    }

    private void Document()
    {
        if (_documents.Count > 0)
        {
            var document = _documents[0];
            var id = Spdx3Json.Id(document);
            if (id is null) report.Error("/@graph", "The SpdxDocument has no 'spdxId'.");
            _documentIri = id;
            _metadata.Name = Spdx3Json.Text(document, "name");
            _metadata.Spdx!.Comment = Spdx3Json.Text(document, "comment");
            _metadata.SerialNumber = id;
            _metadata.Spdx.Id = id ?? "SPDXRef-DOCUMENT";
            // A document that came from SPDX 2 keeps its short identifiers.
            if (id is not null && id.EndsWith("#SPDXRef-DOCUMENT", StringComparison.Ordinal))
            {
                _namespace = id[..^16];
                _metadata.SerialNumber = id[..^17];
                _metadata.Spdx.Id = "SPDXRef-DOCUMENT";
            }
            if (document.TryGetProperty("dataLicense", out var licence)) _metadata.Licences.Add(SpdxWords.Licence(LicenceOf(licence, 0), LicenceAcknowledgement.Unspecified));
            ExternalDocuments(document);
            if (id is not null && _annotations.TryGetValue(id, out var annotations))
            {
                foreach (var annotation in annotations) DocumentAnnotation(annotation);
            }
            foreach (var value in Spdx3Json.Values(document, "rootElement")) DescribeRoot(Spdx3Json.Reference(value), 0);
            foreach (var (from, to) in _pendingDescribes)
            {
                if (from == id) Describe(to);
            }
        }
        foreach (var (bomId, bom) in _boms)
        {
            foreach (var type in Spdx3Json.Texts(bom, "software_sbomType")) _metadata.Lifecycles.Add(type);
            if (_documents.Count == 0) DescribeRoot(bomId, 0);
        }
        foreach (var (from, to) in _pendingDescribes)
        {
            if (_boms.ContainsKey(from)) Describe(to);
        }
    }

    private void DocumentAnnotation(JsonElement annotation)
    {
        if (!SpdxCarry.TryRead(Spdx3Json.Text(annotation, "statement"), out var carried))
        {
            _metadata.Spdx!.Annotations.Add(Annotation(annotation));
            return;
        }
        if (SpdxCarry.TryGet<List<string>>(carried, "MadeLicences", out var made)) _madeLicences.UnionWith(made);
        if (carried.TryGetProperty("Metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
        {
            _carriedMetadata = metadata;
            if (Spdx3Json.Text(metadata, "Spdx.Id") is { Length: > 0 } own && Spdx3Json.Id(_documents[0]) is { } id) _refs[id] = own;
        }
        SpdxCarry.Emit(carried, sink, Emit);
    }

    private void ExternalDocuments(JsonElement document)
    {
        var hashes = new Dictionary<string, SbomHash>(StringComparer.Ordinal);
        foreach (var import in Spdx3Json.Values(document, "import"))
        {
            if (Spdx3Json.Text(import, "externalSpdxId") is not { } external) continue;
            _imported.Add(external);
            foreach (var method in Spdx3Json.Values(import, "verifiedUsing"))
            {
                if (Hash(method, "/@graph") is { } hash) hashes[external] = hash;
            }
        }
        foreach (var map in Spdx3Json.Values(document, "namespaceMap"))
        {
            if (Spdx3Json.Text(map, "prefix") is not { } prefix || Spdx3Json.Text(map, "namespace") is not { } uri || !prefix.StartsWith("DocumentRef-", StringComparison.Ordinal)) continue;
            uri = uri.TrimEnd('#');
            _metadata.Spdx!.ExternalDocuments.Add(new SpdxExternalDocument(prefix, uri, hashes.TryGetValue(uri + "#SPDXRef-DOCUMENT", out var hash) ? hash : null));
            _prefixes[uri + "#"] = prefix;
        }
    }

    /// <summary>A root that is an SBOM stands for its own roots.</summary>
    private void DescribeRoot(string? id, int depth)
    {
        if (id is null || depth > 8) return;
        if (!_boms.TryGetValue(id, out var bom))
        {
            Describe(id);
            return;
        }
        // A bundle stands for its roots once, however often it is named.
        if (!_opened.Add(id)) return;
        foreach (var value in Spdx3Json.Values(bom, "rootElement")) DescribeRoot(Spdx3Json.Reference(value), depth + 1);
    }

    private void Describe(string id)
    {
        if (_boms.ContainsKey(id)) return;
        if (_describedSet.Add(id)) _described.Add(id);
    }

    private void CreationInfo()
    {
        if (_documents.Count > 0 && _documents[0].TryGetProperty("creationInfo", out var own) && own.ValueKind == JsonValueKind.Object) _creations.Insert(0, own);
        if (_creations.Count == 0)
        {
            report.Error("/@graph", "The document contains no CreationInfo: who made it, and when.");
            return;
        }
        foreach (var creation in _creations)
        {
            var version = Spdx3Json.Text(creation, "specVersion");
            if (version is null) report.Error("/@graph", "The CreationInfo lacks the mandatory property 'specVersion'.");
            else if (!version.StartsWith("3.0", StringComparison.Ordinal)) report.Error("/@graph", $"The specVersion '{Spdx2Check.Shorten(version)}' is not 3.0 or 3.0.1.");
            var created = Spdx3Json.Text(creation, "created");
            if (created is null) report.Error("/@graph", "The CreationInfo lacks the mandatory property 'created'.");
            else Spdx3Check.Created(created, "/@graph", report);
            Check.Date(created, "/@graph", "created");
            if (!Spdx3Json.Values(creation, "createdBy").Any()) report.Error("/@graph", "The CreationInfo names nobody in 'createdBy'.");
        }
        var wanted = _documents.Count > 0 ? Spdx3Json.Text(_documents[0], "creationInfo") : null;
        var info = _creations.Find(c => wanted is not null && Spdx3Json.Id(c) == wanted);
        if (info.ValueKind == JsonValueKind.Undefined) info = _creations[0];
        _metadata.Timestamp = Spdx3Json.Text(info, "created");
        _metadata.Spdx!.CreatorComment = Spdx3Json.Text(info, "comment");
        foreach (var value in Spdx3Json.Values(info, "createdBy"))
        {
            if (Agent(value) is not { } agent) continue;
            if (AgentType(value) is "SoftwareAgent" or "Tool")
            {
                _metadata.Tools.Add(SpdxWords.Tool(agent.Name ?? ""));
                continue;
            }
            _metadata.Authors.Add(new SbomContact(agent.Name, agent.Contacts.Count > 0 ? agent.Contacts[0].Email : null));
            if (!agent.IsPerson && agent.Name is not null) _metadata.Spdx.OrganisationAuthors.Add(agent.Name);
        }
        foreach (var value in Spdx3Json.Values(info, "createdUsing"))
        {
            if (Agent(value) is { } tool) _metadata.Tools.Add(SpdxWords.Tool(tool.Name ?? ""));
        }
    }

    private JsonElement? Resolve(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object) return value;
        return value.ValueKind == JsonValueKind.String && _kept.TryGetValue(value.GetString()!, out var kept) ? kept : null;
    }

    private string? AgentType(JsonElement value) => Resolve(value) is { } agent ? Spdx3Json.Type(agent) : null;

    private SbomOrganisation? Agent(JsonElement value)
    {
        if (Resolve(value) is not { } agent)
            return Spdx3Json.Reference(value) is { } id ? new SbomOrganisation(id.EndsWith("/SpdxOrganization", StringComparison.Ordinal) ? "SPDX" : id, [], []) : null;
        string? mail = null;
        foreach (var name in (string[])["externalIdentifier", "externalIdentifiers"])
        {
            foreach (var identifier in Spdx3Json.Values(agent, name))
            {
                if (Resolve(identifier) is { } found && Spdx3Json.Text(found, "externalIdentifierType") == "email") mail ??= Spdx3Json.Text(found, "identifier");
            }
        }
        return new SbomOrganisation(Spdx3Json.Text(agent, "name") ?? Spdx3Json.Id(agent), [], mail is null ? [] : [new SbomContact(null, mail)], Spdx3Json.Type(agent) == "Person");
    }

    /// <summary>The reference by which the model names an element: short for what came from SPDX 2.</summary>
    private string Ref(string id)
    {
        if (_refs.TryGetValue(id, out var before)) return before;
        if (_namespace is not null && id.StartsWith(_namespace, StringComparison.Ordinal) && id.Length > _namespace.Length) return id[_namespace.Length..];
        var hash = id.IndexOf('#');
        return hash > 0 && _prefixes.Count > 0 && _prefixes.TryGetValue(id[..(hash + 1)], out var prefix) ? $"{prefix}:{id[(hash + 1)..]}" : id;
    }

    private string DocumentRef => _documents.Count > 0 && Spdx3Json.Id(_documents[0]) is { } id && _refs.TryGetValue(id, out var own) ? own : _metadata.Spdx!.Id;

    private bool Known(string id) => _ids.ContainsKey(id) || _imported.Contains(id) || Ref(id).StartsWith("DocumentRef-", StringComparison.Ordinal);

    private void Artifact(JsonElement element, string type, string? id, string at)
    {
        var isFile = type == "software_File";
        if (!isFile) _packages++;
        if (id is null)
        {
            report.Error(at, "The element has no 'spdxId'.");
            return;
        }
        var name = Spdx3Json.Text(element, "name");
        if (string.IsNullOrEmpty(name)) report.Warning(at, "The element has no name.");
        var spdx = new SpdxComponentFields { IsFile = isFile };
        var component = new SbomComponent { Ref = Ref(id), Name = name ?? "", IsRoot = id == _root, Spdx = spdx };
        component.Version = Spdx3Json.Text(element, "software_packageVersion");
        component.Description = Spdx3Json.Text(element, "description");
        component.Purl = Spdx3Json.Text(element, "software_packageUrl");
        component.MimeType = Spdx3Json.Text(element, "contentType");
        spdx.Summary = Spdx3Json.Text(element, "summary");
        spdx.Comment = Spdx3Json.Text(element, "comment");
        spdx.SourceInfo = Spdx3Json.Text(element, "software_sourceInfo");
        spdx.BuiltDate = Date(element, "builtTime", at);
        spdx.ReleaseDate = Date(element, "releaseTime", at);
        spdx.ValidUntilDate = Date(element, "validUntilTime", at);
        spdx.AttributionTexts.AddRange(Spdx3Json.Texts(element, "software_attributionText"));
        var copyright = Spdx3Json.Text(element, "software_copyrightText");
        if (SpdxExpression.IsAssertion(copyright)) spdx.Copyright = copyright;
        else component.Copyright = copyright;
        var location = Spdx3Json.Text(element, "software_downloadLocation");
        if (SpdxExpression.IsAssertion(location)) spdx.DownloadLocation = location;
        else if (location is not null) component.ExternalReferences.Add(new SbomExternalReference("distribution", location));
        if (Spdx3Json.Text(element, "software_homePage") is { } home) component.ExternalReferences.Add(new SbomExternalReference("website", home));
        Purpose(element, type, component, spdx, at);
        foreach (var supplier in Spdx3Json.Values(element, "suppliedBy")) component.Supplier ??= Agent(supplier);
        foreach (var originator in Spdx3Json.Values(element, "originatedBy"))
        {
            var agent = Agent(originator);
            if (component.Manufacturer is null) component.Manufacturer = agent;
            else if (agent is not null) component.Authors.Add(new SbomContact(agent.Name, agent.Contacts.Count > 0 ? agent.Contacts[0].Email : null));
        }
        Integrity(element, component, spdx, at);
        Identifiers(element, component);
        References(element, component);
        Licences(id, component, spdx);
        if (_annotations.TryGetValue(id, out var annotations))
        {
            foreach (var annotation in annotations) spdx.Annotations.Add(Annotation(annotation));
        }
        if (type is "ai_AIPackage" or "dataset_DatasetPackage") spdx.Extras.Add(new SbomExtra("type", element.GetProperty("type").Clone()));
        foreach (var property in element.EnumerateObject())
        {
            if (!s_mapped.Contains(property.Name)) spdx.Extras.Add(new SbomExtra(property.Name, property.Value.Clone()));
        }
        if (_carries) SpdxCarry.Restore(component, component.Ref, _parents, report, at);
        sink.OnComponent(component);
    }

    private void Purpose(JsonElement element, string type, SbomComponent component, SpdxComponentFields spdx, string at)
    {
        component.Kind = type switch
        {
            "software_File" => SbomComponentKind.File,
            "ai_AIPackage" => SbomComponentKind.MachineLearningModel,
            "dataset_DatasetPackage" => SbomComponentKind.Data,
            _ => SbomComponentKind.Unspecified,
        };
        if (Spdx3Json.Text(element, "software_primaryPurpose") is not { } purpose) return;
        if (type == "software_Package" && SpdxWords.TryKind(purpose, out var known))
        {
            component.Kind = known;
            return;
        }
        spdx.Purpose = purpose;
        if (!Spdx3Words.Purposes.Contains(purpose)) report.Error(at, $"'{Spdx2Check.Shorten(purpose)}' is no purpose of SPDX 3.");
        else if (component.Kind == SbomComponentKind.Unspecified) component.Kind = SbomComponentKind.Other;
    }

    private string? Date(JsonElement element, string name, string at)
    {
        var text = Spdx3Json.Text(element, name);
        Check.Date(text, $"{at}/{name}", name);
        return text;
    }

    private void Integrity(JsonElement element, SbomComponent component, SpdxComponentFields spdx, string at)
    {
        foreach (var value in Spdx3Json.Values(element, "verifiedUsing"))
        {
            if (Resolve(value) is not { } method) continue;
            if (Spdx3Json.Type(method) == "PackageVerificationCode")
            {
                spdx.VerificationCode = Spdx3Json.Text(method, "hashValue");
                spdx.VerificationCodeExcludes.AddRange(Spdx3Json.Texts(method, "packageVerificationCodeExcludedFile"));
            }
            else if (Hash(method, at) is { } hash)
            {
                component.Hashes.Add(hash);
            }
        }
    }

    private SbomHash? Hash(JsonElement method, string at)
    {
        if (Spdx3Json.Text(method, "algorithm") is not { } algorithm || Spdx3Json.Text(method, "hashValue") is not { } value) return null;
        if (Spdx3Words.Algorithm(algorithm) is not { } name)
        {
            if (Spdx3Check.IsOtherAlgorithm(algorithm)) report.Warning($"{at}/verifiedUsing", $"A hash by '{algorithm}' cannot be kept; it is left out.");
            else report.Error($"{at}/verifiedUsing", $"'{Spdx2Check.Shorten(algorithm)}' is no hash algorithm of SPDX 3.0.");
            return null;
        }
        if (name == "SHA3-224") return new SbomHash(name, value.ToLowerInvariant());
        return Check.Checksum(SpdxWords.AlgorithmsBack[name], value, $"{at}/verifiedUsing");
    }

    private void Identifiers(JsonElement element, SbomComponent component)
    {
        foreach (var property in (string[])["externalIdentifier", "externalIdentifiers"])
        {
            foreach (var value in Spdx3Json.Values(element, property))
            {
                if (Resolve(value) is not { } identifier || Spdx3Json.Text(identifier, "identifier") is not { } text) continue;
                var type = Spdx3Json.Text(identifier, "externalIdentifierType") ?? "other";
                if (type is "packageUrl" or "purl" && (component.Purl is null || component.Purl == text)) component.Purl = text;
                else if (type is "cpe23" or "cpe23Type") component.Cpes.Add(text);
                else component.Identities.Add(new SbomIdentity(Spdx3Json.Text(identifier, "comment") is { } own && own.StartsWith("type: ", StringComparison.Ordinal) ? own[6..] : Spdx3Words.IdentityToModel(type), text));
            }
        }
    }

    private static void References(JsonElement element, SbomComponent component)
    {
        foreach (var reference in Spdx3Json.Values(element, "externalRef"))
        {
            if (reference.ValueKind != JsonValueKind.Object) continue;
            var type = Spdx3Words.ReferenceToModel(Spdx3Json.Text(reference, "externalRefType") ?? "other");
            var comment = Spdx3Json.Text(reference, "comment");
            // A type that SPDX 3 has not stands in brackets before the comment.
            if (type == "OTHER/other" && comment is ['[', ..] && comment.IndexOf(']') is > 1 and var end)
            {
                type = comment[1..end];
                comment = comment.Length > end + 2 ? comment[(end + 2)..] : null;
            }
            foreach (var locator in Spdx3Json.Texts(reference, "locator")) component.ExternalReferences.Add(new SbomExternalReference(type, locator, comment));
        }
    }

    private void Licences(string id, SbomComponent component, SpdxComponentFields spdx)
    {
        if (!_licences.TryGetValue(id, out var statements)) return;
        foreach (var declared in (bool[])[true, false])
        {
            foreach (var (isDeclared, licence) in statements)
            {
                if (isDeclared != declared) continue;
                var text = Statement(licence);
                if (!SpdxExpression.IsAssertion(text)) component.Licences.Add(SpdxWords.Licence(text, declared ? LicenceAcknowledgement.Declared : LicenceAcknowledgement.Concluded));
                else if (declared) spdx.DeclaredLicence = text;
                else spdx.ConcludedLicence = text;
            }
        }
    }

    /// <summary>A licence's expression, made once; what all of them say together is bounded, because a few elements can be told in very many ways.</summary>
    private string Statement(string id)
    {
        if (_licenceTexts.TryGetValue(id, out var known)) return known;
        var text = LicenceOf(id, 0);
        _licenceLength += text.Length;
        if (_licenceLength > 64 * 1024 * 1024) throw new SbomFormatException("/@graph", "The licence expressions of the document are too long.");
        return _licenceTexts[id] = text;
    }

    private string LicenceOf(JsonElement value, int depth) =>
        value.ValueKind == JsonValueKind.Object ? Licence(value, depth) : value.ValueKind == JsonValueKind.String ? LicenceOf(value.GetString()!, depth) : "NOASSERTION";

    private string LicenceOf(string id, int depth)
    {
        var local = Spdx3Json.Local(id);
        if (local is "NoAssertionLicense" or "expandedlicensing_NoAssertionLicense" or "NoAssertionElement") return "NOASSERTION";
        if (local is "NoneLicense" or "expandedlicensing_NoneLicense" or "NoneElement") return "NONE";
        if (_kept.TryGetValue(id, out var kept)) return Licence(kept, depth);
        return _customIds.TryGetValue(id, out var custom) ? custom : local;
    }

    /// <summary>A licence element as an expression. The depth is bounded, which also ends a cycle.</summary>
    private string Licence(JsonElement element, int depth)
    {
        if (depth > MaxLicenceDepth) throw new SbomFormatException("/@graph", $"A licence is nested deeper than {MaxLicenceDepth}, or contains itself.");
        var id = Spdx3Json.Id(element) ?? "";
        switch (Spdx3Json.Type(element))
        {
            case "simplelicensing_LicenseExpression":
                return Spdx3Json.Text(element, "simplelicensing_licenseExpression") ?? Spdx3Json.Text(element, "licenseExpression") ?? "NOASSERTION";
            case "expandedlicensing_ConjunctiveLicenseSet" or "expandedlicensing_DisjunctiveLicenseSet":
                var word = Spdx3Json.Type(element) == "expandedlicensing_ConjunctiveLicenseSet" ? " AND " : " OR ";
                var text = new StringBuilder("(");
                foreach (var member in Spdx3Json.Values(element, "expandedlicensing_member"))
                {
                    if (text.Length > 1) text.Append(word);
                    text.Append(LicenceOf(member, depth + 1));
                    if (text.Length > 64 * 1024) throw new SbomFormatException("/@graph", "A licence expression is longer than 65536 characters.");
                }
                return text.Append(')').ToString();
            case "expandedlicensing_OrLaterOperator":
                return element.TryGetProperty("expandedlicensing_subjectLicense", out var subject) ? LicenceOf(subject, depth + 1) + "+" : "NOASSERTION";
            case "expandedlicensing_WithAdditionOperator":
                return element.TryGetProperty("expandedlicensing_subjectExtendableLicense", out var base_) && element.TryGetProperty("expandedlicensing_subjectAddition", out var addition)
                    ? $"{LicenceOf(base_, depth + 1)} WITH {Spdx3Json.Local(Spdx3Json.Reference(addition) ?? "")}" : "NOASSERTION";
            case "expandedlicensing_ListedLicense" or "ListedLicense":
                return Spdx3Json.Text(element, "licenseId") ?? Spdx3Json.Local(id);
            default:
                return CustomId(id);
        }
    }

    private string CustomId(string id)
    {
        if (_customIds.TryGetValue(id, out var custom)) return custom;
        var local = Spdx3Json.Local(id);
        return local.StartsWith("LicenseRef-", StringComparison.Ordinal) ? local : "LicenseRef-" + SpdxIds.Make(local)[8..];
    }

    private void LicenceText(JsonElement element, string? id, string at)
    {
        if (id is null)
        {
            report.Warning(at, "The licence has no 'spdxId'.");
            return;
        }
        if (_madeLicences.Contains(CustomId(id))) return;
        sink.OnLicenceText(new SbomLicenceText(CustomId(id), Spdx3Json.Text(element, "name"), Spdx3Json.Text(element, "simplelicensing_licenseText") ?? Spdx3Json.Text(element, "licenseText"),
            [.. Spdx3Json.Texts(element, "expandedlicensing_seeAlso")], Spdx3Json.Text(element, "comment")));
    }

    private SpdxAnnotation Annotation(JsonElement element)
    {
        JsonElement? creation = element.TryGetProperty("creationInfo", out var info) ? Resolve(info) : null;
        string? who = null;
        if (creation is { } made)
        {
            foreach (var value in Spdx3Json.Values(made, "createdBy"))
            {
                if (Agent(value) is not { } agent) continue;
                who ??= AgentType(value) is "SoftwareAgent" or "Tool" ? "Tool: " + agent.Name : SpdxWords.Text(agent);
            }
        }
        return new SpdxAnnotation(who, creation is { } c ? Spdx3Json.Text(c, "created") : null, Spdx3Json.Text(element, "annotationType")?.ToUpperInvariant(), Spdx3Json.Text(element, "statement"));
    }

    /// <summary>An element without its creation information, which is the document's matter.</summary>
    private static JsonElement WithoutCreation(JsonElement element)
    {
        var properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name != "creationInfo") properties[property.Name] = property.Value;
        }
        return JsonSerializer.SerializeToElement(properties);
    }

    private void Vulnerability(JsonElement element, string? id)
    {
        string? name = null;
        foreach (var identifier in Spdx3Json.Values(element, "externalIdentifier"))
        {
            if (Resolve(identifier) is { } found && (name is null || Spdx3Json.Text(found, "externalIdentifierType") == "cve")) name = Spdx3Json.Text(found, "identifier") ?? name;
        }
        sink.OnVulnerability(new SbomVulnerability { Ref = id, Id = name ?? Spdx3Json.Text(element, "name"), Json = WithoutCreation(element) });
    }

    private void Relationship(JsonElement element, string elementType, string at)
    {
        var text = Spdx3Json.Text(element, "relationshipType");
        if (text is null || Spdx3Words.RelationshipType(text) is not { } type)
        {
            report.Error($"{at}/relationshipType", text is null ? "The relationship lacks the mandatory property 'relationshipType'." : $"'{Spdx2Check.Shorten(text)}' is no relationship type of SPDX 3.");
            return;
        }
        if (text != type) report.Warning($"{at}/relationshipType", $"'{text}' must be written '{type}'.");
        if (!element.TryGetProperty("from", out var fromValue) || Spdx3Json.Reference(fromValue) is not { } from)
        {
            report.Error(at, "The relationship lacks the mandatory property 'from'.");
            return;
        }
        if (!Spdx3Json.Values(element, "to").Any())
        {
            if (element.TryGetProperty("to", out _)) report.Warning($"{at}/to", "The relationship leads nowhere; it is left out.");
            else report.Error(at, "The relationship lacks the mandatory property 'to'.");
            return;
        }
        // What hangs on a vulnerability says more than an edge can; it is kept whole.
        if (elementType.StartsWith("security_", StringComparison.Ordinal))
        {
            sink.OnExtra(new SbomExtra(elementType, WithoutCreation(element)));
            return;
        }
        if (!Known(from)) report.Warning($"{at}/from", $"The document does not contain '{Spdx2Check.Shorten(from)}'.");
        if (type is "hasDeclaredLicense" or "hasConcludedLicense")
        {
            if (_ids.TryGetValue(from, out var state) && (state & 3) is PackageId or FileId) return;
            sink.OnExtra(new SbomExtra(elementType, WithoutCreation(element)));
            return;
        }
        var scope = Spdx3Json.Text(element, "scope");
        var comment = Spdx3Json.Text(element, "comment");
        var was = Spdx3Json.Text(element, "description");
        foreach (var value in Spdx3Json.Values(element, "to"))
        {
            if (Spdx3Json.Reference(value) is { } to) Edge(type, scope, from, to, comment, was, at);
        }
    }

    private void Edge(string type, string? scope, string from, string to, string? comment, string? was, string at)
    {
        var assertion = Spdx3Json.Local(to) switch
        {
            "NoneElement" => "NONE",
            "NoAssertionElement" => "NOASSERTION",
            _ => null,
        };
        if (assertion is null && !Known(to)) report.Warning($"{at}/to", $"The document does not contain '{Spdx2Check.Shorten(to)}'.");
        if (was is not null && was.StartsWith(FromSpdx2, StringComparison.Ordinal) && Spdx3Words.ToNew(was[FromSpdx2.Length..]) is { } marked && marked.New == type)
            (type, scope) = (was[FromSpdx2.Length..], marked.Turned ? "turned" : null);
        else if (Spdx3Words.ToOld(type, scope) is { } old) (type, scope) = (old.Old, old.Turned ? "turned" : null);
        else type = scope is null ? type : $"{type}@{scope}";
        if (comment is not null && SpdxCarry.TryRead(comment, out var carried))
        {
            if (scope == "turned" && assertion is null) (from, to) = (to, from);
            var read = SpdxWords.Relationship(type);
            if (read.Turned && assertion is null) (from, to) = (to, from);
            if (SpdxRelationships.Restore(new SbomRelationship(read.Kind, Ref(from), assertion ?? Ref(to)), carried) is { } restored) Emit(restored);
            return;
        }
        var isOld = Spdx2Shapes.RelationshipTypes.Contains(type);
        // Back to the direction of SPDX 2, from which the model's is derived.
        if (isOld && scope == "turned" && assertion is null) (from, to) = (to, from);
        var (kindOf, turned, keepNative) = isOld ? SpdxWords.Relationship(type) : (SbomRelationshipKind.Other, false, true);
        if (assertion is not null)
        {
            Emit(type == "DEPENDS_ON" && assertion == "NONE"
                ? new SbomRelationship(SbomRelationshipKind.DependsOn, Ref(from), null, null, comment)
                : new SbomRelationship(SbomRelationshipKind.Other, Ref(from), assertion, type, comment));
            return;
        }
        if (turned) (from, to) = (to, from);
        if (kindOf == SbomRelationshipKind.Describes && (_boms.ContainsKey(from) || from == _documentIri))
        {
            if (_boms.ContainsKey(to)) return;
            if (comment is null && (to == _root || !_describesEmitted.Add(to))) return;
            _describesEmitted.Add(to);
            Emit(new SbomRelationship(kindOf, DocumentRef, Ref(to), null, comment));
            return;
        }
        Emit(new SbomRelationship(kindOf, Ref(from), Ref(to), keepNative ? type : null, comment));
    }

    /// <summary>Stands before the SPDX 2 type in the description of a relationship whose type alone would not bring it back.</summary>
    public const string FromSpdx2 = "SPDX 2 relationship type ";

    private void Emit(SbomRelationship relationship)
    {
        if (SpdxWords.IsDependency(relationship.Kind)) _dependents.Add(relationship.From);
        sink.OnRelationship(relationship);
    }
}
