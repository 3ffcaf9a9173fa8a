using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>
/// Reads SPDX 2.x tag-value text. A line is <c>Tag: value</c>; a value in <c>&lt;text&gt;</c> may span lines. An element begins with its
/// first tag (<c>PackageName</c>, <c>FileName</c>, <c>SnippetSPDXID</c>, <c>LicenseID</c>) and ends where the next begins.
/// </summary>
internal sealed class SpdxTagValueReader
{
    private enum Section
    {
        Document,
        Package,
        File,
        Snippet,
        Licence,
    }

    private readonly record struct Tag(Section Section, string Property, bool IsList = false);

    private static readonly FrozenDictionary<string, Tag> s_tags = new Dictionary<string, Tag>
    {
        ["SPDXVersion"] = new(Section.Document, "spdxVersion"), ["DataLicense"] = new(Section.Document, "dataLicense"), ["DocumentName"] = new(Section.Document, "name"),
        ["DocumentNamespace"] = new(Section.Document, "documentNamespace"), ["DocumentComment"] = new(Section.Document, "comment"),
        ["PackageName"] = new(Section.Package, "name"), ["PackageVersion"] = new(Section.Package, "versionInfo"), ["PackageFileName"] = new(Section.Package, "packageFileName"),
        ["PackageSupplier"] = new(Section.Package, "supplier"), ["PackageOriginator"] = new(Section.Package, "originator"),
        ["PackageDownloadLocation"] = new(Section.Package, "downloadLocation"), ["FilesAnalyzed"] = new(Section.Package, "filesAnalyzed"),
        ["PackageHomePage"] = new(Section.Package, "homepage"), ["PackageSourceInfo"] = new(Section.Package, "sourceInfo"),
        ["PackageLicenseConcluded"] = new(Section.Package, "licenseConcluded"), ["PackageLicenseInfoFromFiles"] = new(Section.Package, "licenseInfoFromFiles", true),
        ["PackageLicenseDeclared"] = new(Section.Package, "licenseDeclared"), ["PackageLicenseComments"] = new(Section.Package, "licenseComments"),
        ["PackageCopyrightText"] = new(Section.Package, "copyrightText"), ["PackageSummary"] = new(Section.Package, "summary"),
        ["PackageDescription"] = new(Section.Package, "description"), ["PackageComment"] = new(Section.Package, "comment"),
        ["PackageAttributionText"] = new(Section.Package, "attributionTexts", true), ["PrimaryPackagePurpose"] = new(Section.Package, "primaryPackagePurpose"),
        ["BuiltDate"] = new(Section.Package, "builtDate"), ["ReleaseDate"] = new(Section.Package, "releaseDate"), ["ValidUntilDate"] = new(Section.Package, "validUntilDate"),
        ["FileName"] = new(Section.File, "fileName"), ["FileComment"] = new(Section.File, "comment"), ["FileType"] = new(Section.File, "fileTypes", true),
        ["LicenseConcluded"] = new(Section.File, "licenseConcluded"), ["LicenseInfoInFile"] = new(Section.File, "licenseInfoInFiles", true),
        ["LicenseComments"] = new(Section.File, "licenseComments"), ["FileCopyrightText"] = new(Section.File, "copyrightText"), ["FileNotice"] = new(Section.File, "noticeText"),
        ["FileContributor"] = new(Section.File, "fileContributors", true), ["FileDependency"] = new(Section.File, "fileDependencies", true),
        ["FileAttributionText"] = new(Section.File, "attributionTexts", true),
        ["SnippetFromFileSPDXID"] = new(Section.Snippet, "snippetFromFile"), ["SnippetLicenseConcluded"] = new(Section.Snippet, "licenseConcluded"),
        ["LicenseInfoInSnippet"] = new(Section.Snippet, "licenseInfoInSnippets", true), ["SnippetLicenseComments"] = new(Section.Snippet, "licenseComments"),
        ["SnippetCopyrightText"] = new(Section.Snippet, "copyrightText"), ["SnippetComment"] = new(Section.Snippet, "comment"), ["SnippetName"] = new(Section.Snippet, "name"),
        ["SnippetAttributionText"] = new(Section.Snippet, "attributionTexts", true),
        ["LicenseID"] = new(Section.Licence, "licenseId"), ["ExtractedText"] = new(Section.Licence, "extractedText"), ["LicenseName"] = new(Section.Licence, "name"),
        ["LicenseCrossReference"] = new(Section.Licence, "seeAlsos", true), ["LicenseComment"] = new(Section.Licence, "comment"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly SpdxPartCollector _collector = new();
    private readonly Dictionary<string, List<SpdxNode>> _annotationsByTarget = new(StringComparer.Ordinal);
    private readonly List<SpdxNode> _annotations = [];
    private SpdxNode? _creation;
    private SpdxNode? _element;
    private SpdxNode? _relationship;
    private SpdxNode? _annotation;
    private SpdxNode? _review;
    private string? _annotationTarget;
    private Section _section;
    private string? _documentId;
    private string? _pendingId;
    private string _position = "1:1";

    internal static SbomReadResult Read(Stream utf8, SbomKind kind, SbomSink sink, SbomReadOptions options, CancellationToken ct)
    {
        var assembler = new Spdx2Assembler(kind, sink, options);
        return SpdxReading.Run(assembler, () => SpdxReading.Take(assembler, new SpdxTagValueReader().Collect(utf8, options, ct), ct));
    }

    private List<SpdxPart> Collect(Stream utf8, SbomReadOptions options, CancellationToken ct)
    {
        using var lines = new SpdxLines(utf8, options.MaxStringBytes, ct);
        try
        {
            while (lines.Next() is { } line)
            {
                var text = line.AsSpan().TrimStart();
                if (text.IsEmpty || text[0] == '#') continue;
                _position = $"{lines.Number}:1";
                var colon = text.IndexOf(':');
                if (colon <= 0) throw new SbomFormatException(_position, $"A line must be of the form 'Tag: value'; here stands '{Spdx2Check.Shorten(line)}'.");
                Set(text[..colon].Trim().ToString(), Value(text[(colon + 1)..].Trim().ToString(), lines, options));
            }
        }
        catch (DecoderFallbackException)
        {
            throw new SbomFormatException($"{lines.Number + 1}:1", "The text is not valid UTF-8.");
        }
        EndRelationship();
        EndAnnotation();
        EndReview();
        EndElement();
        if (_creation is not null) _collector.Add("creationInfo", _creation);
        foreach (var annotation in _annotations) _collector.Add("annotations", new SpdxNode(annotation.Position) { Items = [annotation] });
        Attach();
        return _collector.Parts;
    }

    private static string Value(string value, SpdxLines lines, SbomReadOptions options)
    {
        if (!value.StartsWith("<text>", StringComparison.Ordinal)) return value;
        value = value[6..];
        var end = value.IndexOf("</text>", StringComparison.Ordinal);
        if (end >= 0) return value[..end];
        var start = lines.Number;
        var text = new StringBuilder(value);
        while (lines.Next() is { } line)
        {
            text.Append('\n');
            end = line.IndexOf("</text>", StringComparison.Ordinal);
            if (end >= 0) return text.Append(line, 0, end).ToString();
            text.Append(line);
            if (text.Length > options.MaxStringBytes) throw new SbomFormatException($"{start}:1", $"A text is longer than {options.MaxStringBytes} characters.");
        }
        throw new SbomFormatException($"{start}:1", "The <text> that begins here is never closed with </text>.");
    }

    private void Set(string tag, string value)
    {
        switch (tag)
        {
            case "PackageName": Begin(Section.Package, "name", value); return;
            case "FileName": Begin(Section.File, "fileName", value); return;
            case "SnippetSPDXID" or "SnippetSPDXIdentifier": Begin(Section.Snippet, "SPDXID", value); return;
            case "LicenseID": Begin(Section.Licence, "licenseId", value); return;
            case "SPDXID": Identify(value); return;
            case "Creator": Creation().Append("creators", value); return;
            case "Created": Single(Creation(), tag, "created", value); return;
            case "CreatorComment": Single(Creation(), tag, "comment", value); return;
            case "LicenseListVersion": Single(Creation(), tag, "licenseListVersion", value); return;
            case "ExternalDocumentRef": ExternalDocument(value); return;
            case "Relationship": Relationship(value); return;
            case "RelationshipComment": Single(_relationship ?? throw Misplaced(tag, "Relationship"), tag, "comment", value); return;
            case "Annotator":
                EndAnnotation();
                _annotation = Node().Set("annotator", value);
                _annotationTarget = null;
                return;
            case "AnnotationDate": Single(_annotation ?? throw Misplaced(tag, "Annotator"), tag, "annotationDate", value); return;
            case "AnnotationType": Single(_annotation ?? throw Misplaced(tag, "Annotator"), tag, "annotationType", value); return;
            case "AnnotationComment": Single(_annotation ?? throw Misplaced(tag, "Annotator"), tag, "comment", value); return;
            case "SPDXREF":
                if (_annotation is null) throw Misplaced(tag, "Annotator");
                _annotationTarget = value;
                return;
            case "Reviewer":
                EndReview();
                _review = Node().Set("reviewer", value);
                return;
            case "ReviewDate": Single(_review ?? throw Misplaced(tag, "Reviewer"), tag, "reviewDate", value); return;
            case "ReviewComment": Single(_review ?? throw Misplaced(tag, "Reviewer"), tag, "comment", value); return;
            default: break;
        }
        if (s_tags.TryGetValue(tag, out var known))
        {
            if (known.Section == Section.Document)
            {
                _collector.Add(known.Property, Node(value));
                return;
            }
            var element = Current(tag, known.Section);
            if (known.IsList) element.Append(known.Property, Node(value));
            else Single(element, tag, known.Property, value);
            return;
        }
        Structured(tag, value);
    }

    private void Structured(string tag, string value)
    {
        switch (tag)
        {
            case "PackageChecksum": Current(tag, Section.Package).Append("checksums", Checksum(value)); break;
            case "FileChecksum": Current(tag, Section.File).Append("checksums", Checksum(value)); break;
            case "PackageVerificationCode": VerificationCode(Current(tag, Section.Package), value); break;
            case "ExternalRef":
                var words = value.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length < 3) throw new SbomFormatException(_position, "An ExternalRef must be of the form 'category type locator'.");
                Current(tag, Section.Package).Append("externalRefs", Node().Set("referenceCategory", words[0]).Set("referenceType", words[1]).Set("referenceLocator", words[2].Trim()));
                break;
            case "ExternalRefComment":
                if (Current(tag, Section.Package).Find("externalRefs")?.Items is not { } refs) throw Misplaced(tag, "ExternalRef");
                Single(refs[^1], tag, "comment", value);
                break;
            case "SnippetByteRange": Range(Current(tag, Section.Snippet), "offset", value); break;
            case "SnippetLineRange": Range(Current(tag, Section.Snippet), "lineNumber", value); break;
            case "ArtifactOfProjectName": Current(tag, Section.File).Append("artifactOfs", Node().Set("name", value)); break;
            case "ArtifactOfProjectHomePage" or "ArtifactOfProjectURI":
                if (Current(tag, Section.File).Find("artifactOfs")?.Items is not { } artifacts) throw Misplaced(tag, "ArtifactOfProjectName");
                Single(artifacts[^1], tag, tag == "ArtifactOfProjectURI" ? "projectUri" : "homePage", value);
                break;
            default: throw new SbomFormatException(_position, $"'{Spdx2Check.Shorten(tag)}' is no tag of SPDX 2.");
        }
    }

    private void Begin(Section section, string property, string value)
    {
        EndElement();
        _section = section;
        _element = Node();
        _element.Set(property, Node(value));
        if (_pendingId is null || section is Section.Snippet or Section.Licence) return;
        _element.Set("SPDXID", Node(_pendingId));
        _pendingId = null;
    }

    private void Identify(string id)
    {
        if (_element is not null && _section is Section.Package or Section.File && _element!.Find("SPDXID") is null)
        {
            _element.Set("SPDXID", Node(id));
        }
        else if (_documentId is null && _element is null)
        {
            _documentId = id;
            _collector.Add("SPDXID", Node(id));
        }
        else
        {
            // Some tools write the identifier before the name of the element that it is about.
            _pendingId = id;
        }
    }

    private SpdxNode Current(string tag, Section section) =>
        _element is not null && _section == section ? _element : throw Misplaced(tag, section switch
        {
            Section.Package => "PackageName",
            Section.File => "FileName",
            Section.Snippet => "SnippetSPDXID",
            _ => "LicenseID",
        });

    private void EndElement()
    {
        if (_element is null) return;
        _collector.Add(_section switch
        {
            Section.Package => "packages",
            Section.File => "files",
            Section.Snippet => "snippets",
            _ => "hasExtractedLicensingInfos",
        }, new SpdxNode(_element.Position) { Items = [_element] });
        _element = null;
    }

    private void EndRelationship()
    {
        if (_relationship is not null) _collector.Add("relationships", new SpdxNode(_relationship.Position) { Items = [_relationship] });
        _relationship = null;
    }

    private void EndReview()
    {
        if (_review is not null) _collector.Add("revieweds", new SpdxNode(_review.Position) { Items = [_review] });
        _review = null;
    }

    private void EndAnnotation()
    {
        if (_annotation is null) return;
        var target = _annotationTarget ?? _element?.TextOf("SPDXID");
        if (target is null || target == _documentId)
        {
            _annotations.Add(_annotation);
        }
        else
        {
            if (!_annotationsByTarget.TryGetValue(target, out var list)) _annotationsByTarget[target] = list = [];
            list.Add(_annotation);
        }
        _annotation = null;
    }

    /// <summary>Puts annotations into the elements that they are about, wherever in the text they stood.</summary>
    private void Attach()
    {
        if (_annotationsByTarget.Count == 0) return;
        for (var i = 0; i < _collector.Parts.Count; i++)
        {
            var part = _collector.Parts[i];
            if (part.Name is not ("packages" or "files" or "snippets")) continue;
            using var document = JsonDocument.Parse(part.Json);
            if (!document.RootElement.TryGetProperty("SPDXID", out var id) || id.ValueKind != JsonValueKind.String || !_annotationsByTarget.Remove(id.GetString()!, out var list)) continue;
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                foreach (var property in document.RootElement.EnumerateObject()) property.WriteTo(writer);
                writer.WritePropertyName("annotations");
                new SpdxNode(part.Position) { Items = list }.Write(writer, "annotations");
                writer.WriteEndObject();
            }
            _collector.Parts[i] = part with { Json = buffer.ToArray() };
        }
        foreach (var (target, list) in _annotationsByTarget)
            throw new SbomFormatException(list[0].Position, $"An annotation is about '{Spdx2Check.Shorten(target)}', which the document does not contain.");
    }

    private void ExternalDocument(string value)
    {
        var words = value.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2) throw new SbomFormatException(_position, "An ExternalDocumentRef must be of the form 'DocumentRef-id namespace SHA1: checksum'.");
        var node = Node().Set("externalDocumentId", words[0]).Set("spdxDocument", words[1]);
        if (words.Length == 3) node.Set("checksum", Checksum(words[2]));
        _collector.Add("externalDocumentRefs", new SpdxNode(_position) { Items = [node] });
    }

    private void Relationship(string value)
    {
        EndRelationship();
        var words = value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 3) throw new SbomFormatException(_position, "A Relationship must be of the form 'element TYPE element'.");
        _relationship = Node().Set("spdxElementId", words[0]).Set("relationshipType", words[1]).Set("relatedSpdxElement", words[2]);
    }

    private SpdxNode Checksum(string value)
    {
        var colon = value.IndexOf(':');
        if (colon <= 0) throw new SbomFormatException(_position, "A checksum must be of the form 'ALGORITHM: value'.");
        return Node().Set("algorithm", value[..colon].Trim()).Set("checksumValue", value[(colon + 1)..].Trim());
    }

    private void VerificationCode(SpdxNode package, string value)
    {
        var open = value.IndexOf('(');
        var node = Node().Set("packageVerificationCodeValue", (open < 0 ? value : value[..open]).Trim());
        if (open >= 0)
        {
            var inner = value[(open + 1)..].TrimEnd().TrimEnd(')').Trim();
            if (inner.StartsWith("excludes:", StringComparison.Ordinal)) inner = inner[9..];
            foreach (var file in inner.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) node.Append("packageVerificationCodeExcludedFiles", Node(file));
        }
        if (package.Find("packageVerificationCode") is not null) throw Twice("PackageVerificationCode");
        package.Set("packageVerificationCode", node);
    }

    private void Range(SpdxNode snippet, string unit, string value)
    {
        var ends = value.Split(':', StringSplitOptions.TrimEntries);
        if (ends.Length != 2 || !ends[0].All(char.IsAsciiDigit) || !ends[1].All(char.IsAsciiDigit) || ends[0].Length is 0 or > 18 || ends[1].Length is 0 or > 18)
            throw new SbomFormatException(_position, "A snippet's range must be of the form 'number:number'.");
        var file = snippet.TextOf("snippetFromFile") ?? "";
        snippet.Append("ranges", Node().Set("startPointer", Node().Set(unit, ends[0]).Set("reference", file)).Set("endPointer", Node().Set(unit, ends[1]).Set("reference", file)));
    }

    private SpdxNode Creation() => _creation ??= Node();

    private SpdxNode Node(string? text = null) => new(_position) { Text = text };

    private void Single(SpdxNode node, string tag, string property, string value)
    {
        if (node.Find(property) is not null) throw Twice(tag);
        node.Set(property, Node(value));
    }

    private SbomFormatException Twice(string tag) => new(_position, $"'{tag}' stands twice for the same element.");

    private SbomFormatException Misplaced(string tag, string first) => new(_position, $"'{tag}' must stand after '{first}'.");
}
