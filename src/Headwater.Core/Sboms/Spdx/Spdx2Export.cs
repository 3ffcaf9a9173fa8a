using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>An element of an SPDX 2 document and the list that it stands in.</summary>
internal readonly record struct SpdxElement(string Section, SpdxNode Node);

/// <summary>Tells a document of the model in the shape of SPDX 2.2 or 2.3 JSON, which the tag-value writer follows as well. What a version has no place for is not told; the writer carries it.</summary>
internal sealed class Spdx2Export(SbomDocument document, SpdxNames names, Dictionary<string, string>? carriedByComponent, IReadOnlyList<string> carriedByDocument, bool isTagValue, string version, bool isRdf = false)
{
    private readonly Dictionary<string, SbomLicenceText> _extra = new(StringComparer.Ordinal);
    private readonly List<SbomRelationship> _unsaid = [];
    /// <summary>2.2 demands licences and copyright, has fewer words, and knows neither what a package is for nor its dates.</summary>
    private readonly bool _is22 = version == "2.2";
    private ILookup<string?, JsonElement>? _crossRefs;
    private HashSet<string>? _elements;

    /// <summary>References that were made up for licences without identifier.</summary>
    public IEnumerable<string> MadeLicences => _extra.Keys;

    /// <summary>Relationships whose ends are no elements of SPDX.</summary>
    public IReadOnlyList<SbomRelationship> Unsaid => _unsaid;

    private string DocumentId => document.Metadata.Spdx?.Id ?? "SPDXRef-DOCUMENT";

    /// <summary>A reference that SPDX 2 can bear as it is.</summary>
    public static bool IsGood(string reference)
    {
        if (!reference.StartsWith("SPDXRef-", StringComparison.Ordinal) || reference.Length is 8 or > 1000 || reference == "SPDXRef-DOCUMENT") return false;
        foreach (var c in reference.AsSpan(8))
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_' or '/' or '@' or '+')) return false;
        }
        return true;
    }

    /// <summary>The head of the document.</summary>
    public SpdxNode Head()
    {
        var metadata = document.Metadata;
        var creation = Node().Set("created", SpdxNames.Date(metadata.Timestamp));
        foreach (var creator in Creators()) creation.Append("creators", creator);
        creation.Set("comment", metadata.Spdx?.CreatorComment).Set("licenseListVersion", metadata.Spdx?.LicenceListVersion);
        return Node().Set("SPDXID", "SPDXRef-DOCUMENT").Set("spdxVersion", "SPDX-" + version).Set("creationInfo", creation).Set("name", names.DocumentName).Set("dataLicense", "CC0-1.0")
            .Set("comment", metadata.Spdx?.Comment).Set("documentNamespace", names.Namespace());
    }

    /// <summary>The elements of all lists, in an order in which a list is not left and entered again.</summary>
    public IEnumerable<SpdxElement> Elements()
    {
        foreach (var external in document.Metadata.Spdx?.ExternalDocuments ?? [])
        {
            // SPDX 2 demands the checksum; a reference without one is carried.
            if (external.Checksum is { } hash && Checksum(hash) is { } checksum)
                yield return new("externalDocumentRefs", Node().Set("externalDocumentId", external.Id).Set("spdxDocument", external.Namespace).Set("checksum", checksum));
        }
        foreach (var annotation in document.Metadata.Spdx?.Annotations ?? []) yield return new("annotations", Annotation(annotation));
        foreach (var text in carriedByDocument) yield return new("annotations", Annotation(Carried(text)));
        foreach (var review in document.Extras.Where(e => e.Name == "revieweds" && Tells(e))) yield return new("revieweds", SpdxNode.From(review.Json));
        foreach (var component in document.Components.Where(c => c.Spdx is { IsFile: true })) yield return new("files", File(component));
        foreach (var component in document.Components.Where(c => c.Spdx is not { IsFile: true })) yield return new("packages", Package(component));
        foreach (var snippet in document.Extras.Where(e => e.Name == "snippets" && Tells(e))) yield return new("snippets", SpdxNode.From(snippet.Json));
        foreach (var relationship in Relationships()) yield return new("relationships", relationship);
        foreach (var licence in document.LicenceTexts.Concat(_extra.Values)) yield return new("hasExtractedLicensingInfos", ExtractedLicence(licence));
    }

    /// <summary>True for the document's parts that are told here and need not be carried.</summary>
    public bool Tells(SbomExtra extra) => extra.Json.ValueKind == JsonValueKind.Object && extra.Name switch
    {
        // RDF has its own words for places in files and for reviews, which are carried instead.
        "revieweds" => !isRdf,
        "snippets" => !isRdf && extra.Json.TryGetProperty("name", out _) && extra.Json.TryGetProperty("ranges", out var ranges) && ranges.ValueKind == JsonValueKind.Array && ranges.GetArrayLength() > 0
            && (!_is22 || (extra.Json.TryGetProperty("copyrightText", out _) && extra.Json.TryGetProperty("licenseConcluded", out _))),
        "crossRefs" => !isTagValue && !isRdf,
        _ => false,
    };

    private IEnumerable<string> Creators()
    {
        var metadata = document.Metadata;
        var any = false;
        var organisations = metadata.Spdx?.OrganisationAuthors.ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var tool in metadata.Tools)
        {
            any = true;
            yield return "Tool: " + SpdxWords.OneLine(tool.Version is null ? tool.Name ?? tool.Vendor ?? "unknown" : $"{tool.Name}-{tool.Version}");
        }
        foreach (var author in metadata.Authors)
        {
            any = true;
            var isPerson = author.Name is null || !organisations.Contains(author.Name);
            yield return SpdxWords.Text(new SbomOrganisation(author.Name ?? "", [], author.Email is null ? [] : [new SbomContact(null, author.Email)], isPerson));
        }
        if (!any) yield return SpdxCarry.Annotator;
    }

    private SpdxNode Package(SbomComponent component)
    {
        var spdx = component.Spdx;
        var node = Node().Set("SPDXID", names.Of(component.Ref)).Set("name", component.Name).Set("versionInfo", component.Version);
        var location = component.ExternalReferences.Find(r => r is { Type: "distribution", Comment: null })?.Url;
        var home = component.ExternalReferences.Find(r => r is { Type: "website", Comment: null })?.Url;
        node.Set("downloadLocation", location ?? spdx?.DownloadLocation ?? "NOASSERTION").Set("homepage", home);
        var analysed = spdx is null ? false : spdx.FilesAnalyzed;
        node.Set("filesAnalyzed", analysed is { } known ? known ? "true" : "false" : null);
        node.Set("supplier", component.Supplier is { } supplier ? SpdxWords.Text(supplier) : spdx?.Supplier)
            .Set("originator", component.Manufacturer is { } maker ? SpdxWords.Text(maker) : spdx?.Originator);
        node.Set("packageFileName", spdx?.PackageFileName).Set("sourceInfo", spdx?.SourceInfo).Set("summary", spdx?.Summary).Set("description", component.Description);
        var purpose = spdx?.Purpose is { } own && Spdx2Shapes.Purposes.Contains(own) ? own : SpdxWords.Purpose23(component.Kind);
        if (purpose is null && component.Kind != SbomComponentKind.Unspecified) purpose = "OTHER";
        if (!_is22) node.Set("primaryPackagePurpose", purpose).Set("releaseDate", spdx?.ReleaseDate).Set("builtDate", spdx?.BuiltDate).Set("validUntilDate", spdx?.ValidUntilDate);
        if (spdx?.VerificationCode is { Length: 40 } code && SpdxWords.IsHex(code) && !(_is22 && analysed == false))
        {
            var verification = Node().Set("packageVerificationCodeValue", code);
            foreach (var file in spdx.VerificationCodeExcludes) verification.Append("packageVerificationCodeExcludedFiles", file);
            node.Set("packageVerificationCode", verification);
        }
        node.Set("licenseDeclared", SpdxNames.Licence(component, false, Reference) ?? spdx?.DeclaredLicence ?? Demanded);
        Common(component, node, "licenseInfoFromFiles");
        foreach (var (category, type, locator, comment) in SpdxExternalRefs.Of(component, static _ => { }))
            node.Append("externalRefs", Node().Set("referenceCategory", Category(category)).Set("referenceType", type).Set("referenceLocator", locator).Set("comment", comment));
        return node;
    }

    /// <summary>What 2.2 demands to be written where nothing is known.</summary>
    private string? Demanded => _is22 ? "NOASSERTION" : null;

    /// <summary>The schema of 2.2 joins words by an underscore, and has no category for identities that last; its tag-value form has both as 2.3.</summary>
    private string Category(string category) => !_is22 || isTagValue ? category : category switch { "PACKAGE-MANAGER" => "PACKAGE_MANAGER", "PERSISTENT-ID" => "OTHER", _ => category };

    private SpdxNode File(SbomComponent component)
    {
        var spdx = component.Spdx!;
        var node = Node().Set("SPDXID", names.Of(component.Ref)).Set("fileName", component.Name).Set("noticeText", spdx.NoticeText);
        foreach (var type in spdx.FileTypes) node.Append("fileTypes", type);
        foreach (var contributor in spdx.Contributors) node.Append("fileContributors", contributor);
        foreach (var extra in spdx.Extras.Where(e => e.Name is "artifactOfs" or "fileDependencies" && e.Json.ValueKind == JsonValueKind.Array)) node.Set(extra.Name, SpdxNode.From(extra.Json));
        Common(component, node, "licenseInfoInFiles");
        return node;
    }

    private void Common(SbomComponent component, SpdxNode node, string licenceInfo)
    {
        var spdx = component.Spdx;
        node.Set("licenseConcluded", SpdxNames.Licence(component, true, Reference) ?? spdx?.ConcludedLicence ?? Demanded);
        foreach (var licence in spdx?.LicenceInfo ?? []) node.Append(licenceInfo, licence);
        node.Set("licenseComments", spdx?.LicenceComments).Set("copyrightText", component.Copyright ?? spdx?.Copyright ?? Demanded).Set("comment", spdx?.Comment);
        foreach (var hash in component.Hashes)
        {
            if (Checksum(hash) is { } checksum) node.Append("checksums", checksum);
        }
        foreach (var text in spdx?.AttributionTexts ?? []) node.Append("attributionTexts", text);
        foreach (var annotation in spdx?.Annotations ?? []) node.Append("annotations", Annotation(annotation));
        if (carriedByComponent?.GetValueOrDefault(component.Ref) is { } carried) node.Append("annotations", Annotation(Carried(carried)));
    }

    /// <summary>A reference for a licence that has only a name or a text.</summary>
    private string Reference(SbomLicence licence)
    {
        var made = SpdxNames.MakeLicence(licence, document, _extra);
        _extra[made.Id] = made;
        return made.Id;
    }

    private SpdxNode ExtractedLicence(SbomLicenceText licence)
    {
        var node = Node().Set("licenseId", licence.Id).Set("extractedText", licence.Text ?? "").Set("name", licence.Name).Set("comment", licence.Comment);
        foreach (var address in licence.SeeAlso) node.Append("seeAlsos", address);
        if (isTagValue || isRdf) return node;
        _crossRefs ??= document.Extras.Where(e => e.Name == "crossRefs").ToLookup(e => Spdx3Json.Text(e.Json, "licenseId"), e => e.Json);
        if (_crossRefs[licence.Id].FirstOrDefault() is { ValueKind: JsonValueKind.Object } extra && extra.TryGetProperty("crossRefs", out var refs)) node.Set("crossRefs", SpdxNode.From(refs));
        return node;
    }

    private IEnumerable<SpdxNode> Relationships()
    {
        foreach (var component in document.Components)
        {
            if (component.IsRoot) yield return Relationship("SPDXRef-DOCUMENT", "DESCRIBES", names.Of(component.Ref)!, null);
            if (component.ParentRef is { } parent && names.Of(parent) is { } owner)
                yield return Relationship(owner, "CONTAINS", names.Of(component.Ref)!, SpdxCarry.Mark + """{"Nested":true}""");
        }
        var words = new SpdxRelationships(document, _is22);
        foreach (var relationship in document.Relationships)
        {
            var said = words.Of(relationship);
            if (End(said.From) is not { } from || End(said.To) is not { } to || (isRdf && !IsOwner(from, said.Comment)))
            {
                _unsaid.Add(relationship);
                continue;
            }
            yield return Relationship(from, said.Type, to, said.Comment);
        }
    }

    private string? End(string reference)
    {
        if (reference is "NONE" or "NOASSERTION") return reference;
        if (names.Of(reference) is { } id) return id;
        if (reference == DocumentId) return "SPDXRef-DOCUMENT";
        return IsGood(reference) || IsExternal(reference) ? reference : null;
    }

    /// <summary>In RDF a relationship belongs to the element that it starts from, which must be one of the document's.</summary>
    private bool IsOwner(string from, string? comment) => (from == "SPDXRef-DOCUMENT" || (_elements ??= [.. document.Components.Select(c => names.Of(c.Ref)!)]).Contains(from)) && (comment is null || !SpdxRdfWriter.IsIllegal(comment));

    private static bool IsExternal(string reference)
    {
        var colon = reference.IndexOf(':');
        return colon > 12 && reference.StartsWith("DocumentRef-", StringComparison.Ordinal) && SpdxExpression.IsIdString(reference.AsSpan(12, colon - 12)) && IsGood(reference[(colon + 1)..]);
    }

    private static SpdxNode Relationship(string from, string type, string to, string? comment) =>
        Node().Set("spdxElementId", from).Set("relationshipType", type).Set("relatedSpdxElement", to).Set("comment", comment);

    private SpdxNode? Checksum(SbomHash hash) =>
        SpdxWords.IsChecksum(hash, out var algorithm) && (!_is22 || SpdxWords.Algorithms22.Contains(algorithm!)) ? Node().Set("algorithm", algorithm).Set("checksumValue", hash.Value) : null;

    private SpdxAnnotation Carried(string text) => new(SpdxCarry.Annotator, SpdxNames.Date(document.Metadata.Timestamp), "OTHER", text);

    private static SpdxNode Annotation(SpdxAnnotation annotation) => Node().Set("annotator", annotation.Annotator ?? "NOASSERTION").Set("annotationDate", annotation.Date ?? "1970-01-01T00:00:00Z")
        .Set("annotationType", annotation.Type is "REVIEW" ? "REVIEW" : "OTHER").Set("comment", annotation.Comment ?? "");

    private static SpdxNode Node() => new("");
}
