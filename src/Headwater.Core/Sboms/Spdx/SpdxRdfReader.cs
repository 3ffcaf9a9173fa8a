using System.Text;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Reads SPDX 1.x and 2.x RDF/XML: the graph is read whole, then told in the shape of SPDX 2 JSON.</summary>
internal sealed class SpdxRdfReader
{
    private const int MaxLicenceDepth = 64;
    private const int MaxLicences = 64 * 1024 * 1024;
    private const int MaxLicenceLength = 256 * 1024;

    private readonly RdfGraph _graph;
    private readonly SpdxPartCollector _collector = new();
    private readonly Dictionary<RdfNode, string> _ids = [];
    private readonly Dictionary<RdfNode, string> _licences = [];
    private long _licenceLength;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _externalDocuments = new(StringComparer.Ordinal);

    private SpdxRdfReader(RdfGraph graph) => _graph = graph;

    internal static SbomReadResult Read(Stream utf8, SbomKind kind, SbomSink sink, SbomReadOptions options, CancellationToken ct)
    {
        var assembler = new Spdx2Assembler(kind, sink, options);
        return SpdxReading.Run(assembler, () => SpdxReading.Take(assembler, new SpdxRdfReader(RdfGraph.Read(utf8, options, ct)).Collect(ct), ct));
    }

    private List<SpdxPart> Collect(CancellationToken ct)
    {
        var documents = _graph.Nodes.FindAll(n => n.Type == "SpdxDocument");
        if (documents.Count != 1) throw new SbomFormatException(documents.Count == 0 ? "1:1" : documents[1].Position, $"An SPDX document in RDF has one SpdxDocument; here are {documents.Count}.");
        var document = documents[0];
        Document(document);
        foreach (var node in _graph.Nodes)
        {
            ct.ThrowIfCancellationRequested();
            switch (node.Type)
            {
                case "Package" or "SpdxPackage": Element("packages", node, Package(node)); break;
                case "File" or "SpdxFile": Element("files", node, File(node)); break;
                case "Snippet" or "SpdxSnippet": Element("snippets", node, Snippet(node)); break;
                case "ExtractedLicensingInfo": Add("hasExtractedLicensingInfos", ExtractedLicence(node)); break;
                default: break;
            }
        }
        return _collector.Parts;
    }

    private void Add(string name, SpdxNode node) => _collector.Add(name, new SpdxNode(node.Position) { Items = [node] });

    private void Document(RdfNode document)
    {
        var id = document.Uri is { } about && about.Contains("#SPDXRef-", StringComparison.Ordinal) ? about[(about.IndexOf('#') + 1)..] : "SPDXRef-DOCUMENT";
        _ids[document] = id;
        _used.Add(id);
        Scalar(document, "SPDXID", id);
        Scalar(document, "spdxVersion", document.Text("specVersion"));
        Scalar(document, "name", document.Text("name"));
        Scalar(document, "comment", document.Text("comment"));
        Scalar(document, "dataLicense", document.One("dataLicense") is { } licence ? Licence(licence) : null);
        if (document.Uri is { } uri) Scalar(document, "documentNamespace", uri.Split('#')[0]);
        if (document.One("creationInfo") is { } creation)
        {
            var info = new SpdxNode(creation.Position);
            foreach (var creator in creation.All("creator")) info.Append("creators", creator.Literal ?? "");
            Texts(creation, info, ("created", "created"), ("comment", "comment"), ("licenseListVersion", "licenseListVersion"));
            info.Properties ??= [];
            _collector.Add("creationInfo", info);
        }
        foreach (var reference in document.All("externalDocumentRef"))
        {
            var node = new SpdxNode(reference.Position);
            var name = reference.Text("externalDocumentId") ?? (reference.Uri is { } named ? RdfGraph.Local(named) : null);
            var target = reference.One("spdxDocument") is { } other ? other.Literal ?? other.Uri : null;
            node.Set("externalDocumentId", name).Set("spdxDocument", target);
            node.Properties ??= [];
            if (name is not null && target is not null) _externalDocuments[target] = name;
            if (reference.One("checksum") is { } checksum) node.Set("checksum", Checksum(checksum));
            Add("externalDocumentRefs", node);
        }
        foreach (var review in document.All("reviewed"))
        {
            var node = new SpdxNode(review.Position);
            Texts(review, node, ("reviewer", "reviewer"), ("reviewDate", "reviewDate"), ("comment", "comment"));
            node.Properties ??= [];
            Add("revieweds", node);
        }
        foreach (var described in document.All("describesPackage")) Add("documentDescribes", new SpdxNode(described.Position) { Text = Id(described) });
        foreach (var annotation in document.All("annotation")) Add("annotations", Annotation(annotation));
        Relationships(document);
    }

    private void Element(string section, RdfNode node, SpdxNode element)
    {
        foreach (var annotation in node.All("annotation")) element.Append("annotations", Annotation(annotation));
        Add(section, element);
        Relationships(node);
    }

    private SpdxNode Package(RdfNode package)
    {
        var node = new SpdxNode(package.Position).Set("SPDXID", Id(package));
        Texts(package, node, ("name", "name"), ("versionInfo", "versionInfo"), ("packageFileName", "packageFileName"), ("supplier", "supplier"), ("originator", "originator"),
            ("downloadLocation", "downloadLocation"), ("homepage", "homepage"), ("sourceInfo", "sourceInfo"), ("summary", "summary"), ("description", "description"),
            ("comment", "comment"), ("builtDate", "builtDate"), ("releaseDate", "releaseDate"), ("validUntilDate", "validUntilDate"), ("filesAnalyzed", "filesAnalyzed"));
        Licences(package, node, ("licenseDeclared", false), ("licenseInfoFromFiles", true));
        Common(package, node);
        if (package.One("primaryPackagePurpose") is { } purpose) node.Set("primaryPackagePurpose", Word(purpose, "purpose_", Spdx2Shapes.Purposes));
        if (package.One("packageVerificationCode") is { } code)
        {
            var value = new SpdxNode(code.Position);
            Texts(code, value, ("packageVerificationCodeValue", "packageVerificationCodeValue"));
            foreach (var file in code.All("packageVerificationCodeExcludedFile")) value.Append("packageVerificationCodeExcludedFiles", file.Literal ?? "");
            value.Properties ??= [];
            node.Set("packageVerificationCode", value);
        }
        foreach (var reference in package.All("externalRef"))
        {
            var value = new SpdxNode(reference.Position);
            Texts(reference, value, ("referenceLocator", "referenceLocator"), ("comment", "comment"));
            if (reference.One("referenceCategory") is { } category) value.Set("referenceCategory", Snake(Strip(category, "referenceCategory_")).Replace('_', '-'));
            if (reference.One("referenceType") is { } type) value.Set("referenceType", type.Uri ?? type.Literal);
            value.Properties ??= [];
            node.Append("externalRefs", value);
        }
        foreach (var file in package.All("hasFile")) node.Append("hasFiles", Id(file));
        return node;
    }

    private SpdxNode File(RdfNode file)
    {
        var node = new SpdxNode(file.Position).Set("SPDXID", Id(file));
        Texts(file, node, ("fileName", "fileName"), ("comment", "comment"), ("noticeText", "noticeText"));
        Common(file, node);
        Licences(file, node, ("licenseInfoInFile", true));
        foreach (var type in file.All("fileType")) node.Append("fileTypes", Strip(type, "fileType_").ToUpperInvariant());
        foreach (var contributor in file.All("fileContributor")) node.Append("fileContributors", contributor.Literal ?? "");
        foreach (var other in file.All("fileDependency")) node.Append("fileDependencies", Id(other));
        foreach (var artifact in file.All("artifactOf"))
        {
            var value = new SpdxNode(artifact.Position);
            Texts(artifact, value, ("name", "name"));
            if (artifact.One("homepage") is { } home) value.Set("homePage", home.Literal ?? home.Uri);
            value.Properties ??= [];
            node.Append("artifactOfs", value);
        }
        return node;
    }

    private SpdxNode Snippet(RdfNode snippet)
    {
        var node = new SpdxNode(snippet.Position).Set("SPDXID", Id(snippet));
        Texts(snippet, node, ("name", "name"), ("comment", "comment"));
        Common(snippet, node);
        Licences(snippet, node, ("licenseInfoInSnippet", true));
        if (snippet.One("snippetFromFile") is { } file) node.Set("snippetFromFile", Id(file));
        foreach (var range in snippet.All("range"))
        {
            var value = new SpdxNode(range.Position);
            foreach (var end in (ReadOnlySpan<string>)["startPointer", "endPointer"])
            {
                if (range.One(end) is not { } pointer) continue;
                var place = new SpdxNode(pointer.Position);
                Texts(pointer, place, ("offset", "offset"), ("lineNumber", "lineNumber"));
                if (pointer.One("reference") is { } target) place.Set("reference", Id(target));
                place.Properties ??= [];
                value.Set(end, place);
            }
            value.Properties ??= [];
            node.Append("ranges", value);
        }
        return node;
    }

    private SpdxNode ExtractedLicence(RdfNode licence)
    {
        var node = new SpdxNode(licence.Position).Set("licenseId", LicenceId(licence));
        Texts(licence, node, ("extractedText", "extractedText"), ("name", "name"), ("licenseName", "name"), ("comment", "comment"));
        foreach (var address in licence.All("seeAlso")) node.Append("seeAlsos", address.Literal ?? address.Uri ?? "");
        return node;
    }

    /// <summary>What packages, files and snippets have in common.</summary>
    private void Common(RdfNode source, SpdxNode node)
    {
        Licences(source, node, ("licenseConcluded", false));
        Texts(source, node, ("licenseComments", "licenseComments"), ("copyrightText", "copyrightText"));
        foreach (var checksum in source.All("checksum")) node.Append("checksums", Checksum(checksum));
        foreach (var text in source.All("attributionText")) node.Append("attributionTexts", text.Literal ?? "");
    }

    private void Relationships(RdfNode owner)
    {
        foreach (var relationship in owner.All("relationship"))
        {
            var node = new SpdxNode(relationship.Position).Set("spdxElementId", Id(owner));
            if (relationship.One("relatedSpdxElement") is { } related) node.Set("relatedSpdxElement", related.Literal ?? Assertion(related) ?? Id(related));
            if (relationship.One("relationshipType") is { } type) node.Set("relationshipType", Snake(Strip(type, "relationshipType_")));
            Texts(relationship, node, ("comment", "comment"));
            Add("relationships", node);
        }
    }

    private static SpdxNode Annotation(RdfNode annotation)
    {
        var node = new SpdxNode(annotation.Position);
        Texts(annotation, node, ("annotationDate", "annotationDate"), ("annotator", "annotator"), ("comment", "comment"));
        if (annotation.One("annotationType") is { } type) node.Set("annotationType", Strip(type, "annotationType_").ToUpperInvariant());
        node.Properties ??= [];
        return node;
    }

    private static SpdxNode Checksum(RdfNode checksum)
    {
        var node = new SpdxNode(checksum.Position);
        Texts(checksum, node, ("checksumValue", "checksumValue"));
        if (checksum.One("algorithm") is { } algorithm) node.Set("algorithm", Word(algorithm, "checksumAlgorithm_", SpdxWords.Algorithms.Keys));
        node.Properties ??= [];
        return node;
    }

    private void Scalar(RdfNode source, string name, string? text)
    {
        if (text is not null) _collector.Add(name, new SpdxNode(source.One(name)?.Position ?? source.Position) { Text = text });
    }

    /// <summary>Texts by name; <c>NONE</c> and <c>NOASSERTION</c> may be said as resources.</summary>
    private static void Texts(RdfNode source, SpdxNode target, params ReadOnlySpan<(string From, string To)> names)
    {
        foreach (var (from, to) in names)
        {
            if (source.One(from) is not { } value || target.Find(to) is not null) continue;
            target.Set(to, new SpdxNode(value.Position) { Text = value.Literal ?? Assertion(value) ?? value.Uri });
        }
    }

    private void Licences(RdfNode source, SpdxNode target, params ReadOnlySpan<(string Name, bool IsList)> names)
    {
        foreach (var (name, isList) in names)
        {
            foreach (var value in source.All(name))
            {
                if (!isList)
                {
                    target.Set(name, new SpdxNode(value.Position) { Text = Licence(value) });
                    break;
                }
                target.Append(name switch
                {
                    "licenseInfoInFile" => "licenseInfoInFiles",
                    "licenseInfoInSnippet" => "licenseInfoInSnippets",
                    _ => name,
                }, new SpdxNode(value.Position) { Text = Licence(value) });
            }
        }
    }

    private string Licence(RdfNode node)
    {
        if (!_licences.TryGetValue(node, out var known))
        {
            var text = new StringBuilder();
            Licence(node, text, 0);
            _licences[node] = known = text.ToString();
        }
        // A few nodes can be told in very many ways, and each element repeats what it is told.
        _licenceLength += known.Length;
        if (_licenceLength > MaxLicences) throw new SbomFormatException(node.Position, $"The licence expressions of the document are longer than {MaxLicences} characters.");
        return known;
    }

    /// <summary>Writes a licence node as an expression. Depth and length are bounded, which also ends a cycle.</summary>
    private void Licence(RdfNode node, StringBuilder text, int depth)
    {
        if (depth > MaxLicenceDepth) throw new SbomFormatException(node.Position, $"The licence is nested deeper than {MaxLicenceDepth}, or contains itself.");
        if (text.Length > MaxLicenceLength) throw new SbomFormatException(node.Position, $"The licence expression is longer than {MaxLicenceLength} characters.");
        switch (node.Type)
        {
            case "ConjunctiveLicenseSet" or "DisjunctiveLicenseSet":
                var any = false;
                text.Append('(');
                foreach (var member in node.All("member"))
                {
                    if (any) text.Append(node.Type == "ConjunctiveLicenseSet" ? " AND " : " OR ");
                    any = true;
                    Licence(member, text, depth + 1);
                }
                text.Append(')');
                break;
            case "WithExceptionOperator":
                if (node.One("member") is { } licence) Licence(licence, text, depth + 1);
                text.Append(" WITH ");
                if (node.One("licenseException") is { } exception) text.Append(exception.Text("licenseExceptionId") ?? (exception.Uri is { } u ? RdfGraph.Local(u) : ""));
                break;
            case "OrLaterOperator":
                if (node.One("member") is { } base_) Licence(base_, text, depth + 1);
                text.Append('+');
                break;
            default:
                text.Append(node.Literal ?? Assertion(node) ?? LicenceId(node));
                break;
        }
    }

    private static string? LicenceId(RdfNode node) => node.Text("licenseId") ?? (node.Uri is { } uri ? RdfGraph.Local(uri) : null);

    private static string? Assertion(RdfNode node) => node.Uri switch
    {
        null => null,
        var uri when uri.EndsWith("rdf/terms#noassertion", StringComparison.OrdinalIgnoreCase) => "NOASSERTION",
        var uri when uri.EndsWith("rdf/terms#none", StringComparison.OrdinalIgnoreCase) => "NONE",
        _ => null,
    };

    /// <summary>The identifier of an element: what stands behind the <c>#</c>, else one that is made up.</summary>
    private string Id(RdfNode node)
    {
        if (_ids.TryGetValue(node, out var known)) return known;
        string id;
        if (node.Uri is { } uri && !uri.StartsWith("_:", StringComparison.Ordinal))
        {
            var local = Uri.UnescapeDataString(RdfGraph.Local(uri));
            var isExternal = node.Type is null or "ExternalSpdxElement" && local.StartsWith("DocumentRef-", StringComparison.Ordinal);
            if (_externalDocuments.TryGetValue(uri.Split('#')[0], out var elsewhere) && local.StartsWith("SPDXRef-", StringComparison.Ordinal))
            {
                local = $"{elsewhere}:{local}";
                isExternal = true;
            }
            id = isExternal || local.StartsWith("SPDXRef-", StringComparison.Ordinal) ? local : SpdxIds.Make(local);
        }
        else
        {
            id = SpdxIds.Make(node.Uri is { } blank ? blank[2..] : "node");
        }
        id = SpdxIds.Unique(id, _used);
        _ids[node] = id;
        return id;
    }

    private static string Strip(RdfNode node, string prefix)
    {
        var word = node.Literal ?? (node.Uri is { } uri ? RdfGraph.Local(uri) : "");
        return word.StartsWith(prefix, StringComparison.Ordinal) ? word[prefix.Length..] : word;
    }

    /// <summary>The word of the JSON serialisation that has the same letters and digits.</summary>
    private static string Word(RdfNode node, string prefix, IEnumerable<string> words)
    {
        var word = Strip(node, prefix);
        var bare = Bare(word);
        return words.FirstOrDefault(w => Bare(w) == bare) ?? word;

        static string Bare(string text) => text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
    }

    /// <summary><c>dependsOn</c> → <c>DEPENDS_ON</c>.</summary>
    private static string Snake(string camel)
    {
        var text = new StringBuilder(camel.Length + 8);
        for (var i = 0; i < camel.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(camel[i]) && char.IsAsciiLetterLower(camel[i - 1])) text.Append('_');
            text.Append(char.ToUpperInvariant(camel[i]));
        }
        return text.ToString();
    }
}
