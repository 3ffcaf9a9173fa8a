using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>What an SPDX 3.0 graph says of itself: the document, who made it, its bundles, and what it describes.</summary>
internal sealed class Spdx3Document(Spdx3Elements elements, Spdx3Licences licences, Spdx3Annotations annotations, SbomSink sink, SpdxReport report)
{
    private readonly List<JsonElement> _creations = [];
    private readonly List<JsonElement> _documents = [];
    private readonly Dictionary<string, JsonElement> _boms = new(StringComparer.Ordinal);
    private readonly HashSet<string> _opened = new(StringComparer.Ordinal);
    private readonly List<string> _described = [];
    private readonly HashSet<string> _describedSet = new(StringComparer.Ordinal);
    private readonly List<(string From, string To)> _pendingDescribes = [];
    private JsonElement _carriedMetadata;

    public SbomMetadata Metadata { get; } = new() { Spdx = new SpdxDocumentFields() };

    /// <summary>The identifier of the document; null when it has none.</summary>
    public string? Iri { get; private set; }

    /// <summary>The identifier of what the document is about; null when that is not one package.</summary>
    public string? Root { get; private set; }

    /// <summary>What the document says that it describes, in its order.</summary>
    public IReadOnlyList<string> Described => _described;

    /// <summary>The reference by which the model names the document.</summary>
    public string Ref => _documents.Count > 0 && Spdx3Json.Id(_documents[0]) is { } id && elements.Refs.TryGetValue(id, out var own) ? own : Metadata.Spdx!.Id;

    public bool IsBundle(string id) => _boms.ContainsKey(id);

    public void AddCreation(JsonElement element) => _creations.Add(element.Clone());

    public void AddDocument(JsonElement element) => _documents.Add(element.Clone());

    public void AddBundle(string id, JsonElement element) => _boms[id] = element.Clone();

    /// <summary>Takes up that the document or one of its bundles describes an element.</summary>
    public void AddDescribes(string from, string to) => _pendingDescribes.Add((from, to));

    /// <summary>Reads it, once all elements are known.</summary>
    /// <param name="emit">Takes the relationships that the document carries.</param>
    public void Read(Action<SbomRelationship> emit)
    {
        if (_documents.Count == 0) report.Warning("/@graph", "The document contains no SpdxDocument.");
        else if (_documents.Count > 1) report.Error("/@graph", "The document contains more than one SpdxDocument.");
        Own(emit);
        CreationInfo();
        foreach (var id in _described)
        {
            if (elements.Role(id) != Spdx3Elements.PackageId) continue;
            if (Root is not null)
            {
                Root = null;
                break;
            }
            Root = id;
        }
    }

    /// <summary>Hands the metadata on, after everything else.</summary>
    public void Complete()
    {
        if (_carriedMetadata.ValueKind == JsonValueKind.Object && !SpdxCarry.Apply(Metadata, _carriedMetadata))
            report.Warning("/@graph", "A carried annotation does not hold what it should; some of it is ignored.");
        sink.OnMetadata(Metadata);
    }

    private void Own(Action<SbomRelationship> emit)
    {
        if (_documents.Count > 0)
        {
            var document = _documents[0];
            var id = Spdx3Json.Id(document);
            if (id is null) report.Error("/@graph", "The SpdxDocument has no 'spdxId'.");
            Iri = id;
            Metadata.Name = Spdx3Json.Text(document, "name");
            Metadata.Spdx!.Comment = Spdx3Json.Text(document, "comment");
            Metadata.SerialNumber = id;
            Metadata.Spdx.Id = id ?? "SPDXRef-DOCUMENT";
            // A document that came from SPDX 2 keeps its short identifiers.
            if (id is not null && id.EndsWith("#SPDXRef-DOCUMENT", StringComparison.Ordinal))
            {
                elements.Namespace = id[..^16];
                Metadata.SerialNumber = id[..^17];
                Metadata.Spdx.Id = "SPDXRef-DOCUMENT";
            }
            if (document.TryGetProperty("dataLicense", out var licence)) Metadata.Licences.Add(SpdxWords.Licence(licences.Of(licence), LicenceAcknowledgement.Unspecified));
            ExternalDocuments(document);
            if (id is not null)
            {
                foreach (var annotation in annotations.About(id)) Annotation(annotation, emit);
            }
            foreach (var value in Spdx3Json.Values(document, "rootElement")) DescribeRoot(Spdx3Json.Reference(value), 0);
            foreach (var (from, to) in _pendingDescribes)
            {
                if (from == id) Describe(to);
            }
        }
        foreach (var (bomId, bom) in _boms)
        {
            foreach (var type in Spdx3Json.Texts(bom, "software_sbomType")) Metadata.Lifecycles.Add(type);
            if (_documents.Count == 0) DescribeRoot(bomId, 0);
        }
        foreach (var (from, to) in _pendingDescribes)
        {
            if (_boms.ContainsKey(from)) Describe(to);
        }
    }

    private void Annotation(JsonElement annotation, Action<SbomRelationship> emit)
    {
        if (!SpdxCarry.TryRead(Spdx3Json.Text(annotation, "statement"), out var carried))
        {
            Metadata.Spdx!.Annotations.Add(annotations.Read(annotation));
            return;
        }
        if (SpdxCarry.TryGet<List<string>>(carried, "MadeLicences", out var made)) licences.Made.UnionWith(made);
        if (carried.TryGetProperty("Metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object)
        {
            _carriedMetadata = metadata;
            if (Spdx3Json.Text(metadata, "Spdx.Id") is { Length: > 0 } own && Spdx3Json.Id(_documents[0]) is { } id) elements.Refs[id] = own;
        }
        SpdxCarry.Emit(carried, sink, emit);
    }

    private void ExternalDocuments(JsonElement document)
    {
        var hashes = new Dictionary<string, SbomHash>(StringComparer.Ordinal);
        foreach (var import in Spdx3Json.Values(document, "import"))
        {
            if (Spdx3Json.Text(import, "externalSpdxId") is not { } external) continue;
            elements.Imported.Add(external);
            foreach (var method in Spdx3Json.Values(import, "verifiedUsing"))
            {
                if (elements.Hash(method, "/@graph") is { } hash) hashes[external] = hash;
            }
        }
        foreach (var map in Spdx3Json.Values(document, "namespaceMap"))
        {
            if (Spdx3Json.Text(map, "prefix") is not { } prefix || Spdx3Json.Text(map, "namespace") is not { } uri || !prefix.StartsWith("DocumentRef-", StringComparison.Ordinal)) continue;
            uri = uri.TrimEnd('#');
            Metadata.Spdx!.ExternalDocuments.Add(new SpdxExternalDocument(prefix, uri, hashes.TryGetValue(uri + "#SPDXRef-DOCUMENT", out var hash) ? hash : null));
            elements.Prefixes[uri + "#"] = prefix;
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
            elements.Check.Date(created, "/@graph", "created");
            if (!Spdx3Json.Values(creation, "createdBy").Any()) report.Error("/@graph", "The CreationInfo names nobody in 'createdBy'.");
        }
        var wanted = _documents.Count > 0 ? Spdx3Json.Text(_documents[0], "creationInfo") : null;
        var info = _creations.Find(c => wanted is not null && Spdx3Json.Id(c) == wanted);
        if (info.ValueKind == JsonValueKind.Undefined) info = _creations[0];
        Metadata.Timestamp = Spdx3Json.Text(info, "created");
        Metadata.Spdx!.CreatorComment = Spdx3Json.Text(info, "comment");
        foreach (var value in Spdx3Json.Values(info, "createdBy"))
        {
            if (elements.Agent(value) is not { } agent) continue;
            if (elements.AgentType(value) is "SoftwareAgent" or "Tool")
            {
                Metadata.Tools.Add(SpdxWords.Tool(agent.Name ?? ""));
                continue;
            }
            Metadata.Authors.Add(new SbomContact(agent.Name, agent.Contacts.Count > 0 ? agent.Contacts[0].Email : null));
            if (!agent.IsPerson && agent.Name is not null) Metadata.Spdx.OrganisationAuthors.Add(agent.Name);
        }
        foreach (var value in Spdx3Json.Values(info, "createdUsing"))
        {
            if (elements.Agent(value) is { } tool) Metadata.Tools.Add(SpdxWords.Tool(tool.Name ?? ""));
        }
    }
}
