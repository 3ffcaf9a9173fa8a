using System.Text;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Writes SPDX 2.2 and 2.3 tag-value text.</summary>
internal static class SpdxTagValueWriter
{
    private static readonly (string Property, string Tag)[] s_head =
    [
        ("spdxVersion", "SPDXVersion"), ("dataLicense", "DataLicense"), ("SPDXID", "SPDXID"), ("name", "DocumentName"), ("documentNamespace", "DocumentNamespace"), ("comment", "DocumentComment"),
    ];

    private static readonly (string Property, string Tag)[] s_package =
    [
        ("name", "PackageName"), ("SPDXID", "SPDXID"), ("versionInfo", "PackageVersion"), ("packageFileName", "PackageFileName"), ("supplier", "PackageSupplier"),
        ("originator", "PackageOriginator"), ("downloadLocation", "PackageDownloadLocation"), ("filesAnalyzed", "FilesAnalyzed"), ("packageVerificationCode", "PackageVerificationCode"),
        ("checksums", "PackageChecksum"), ("homepage", "PackageHomePage"), ("sourceInfo", "PackageSourceInfo"), ("licenseConcluded", "PackageLicenseConcluded"),
        ("licenseInfoFromFiles", "PackageLicenseInfoFromFiles"), ("licenseDeclared", "PackageLicenseDeclared"), ("licenseComments", "PackageLicenseComments"),
        ("copyrightText", "PackageCopyrightText"), ("summary", "PackageSummary"), ("description", "PackageDescription"), ("comment", "PackageComment"), ("externalRefs", "ExternalRef"),
        ("attributionTexts", "PackageAttributionText"), ("primaryPackagePurpose", "PrimaryPackagePurpose"), ("releaseDate", "ReleaseDate"), ("builtDate", "BuiltDate"),
        ("validUntilDate", "ValidUntilDate"),
    ];

    private static readonly (string Property, string Tag)[] s_file =
    [
        ("fileName", "FileName"), ("SPDXID", "SPDXID"), ("fileTypes", "FileType"), ("checksums", "FileChecksum"), ("licenseConcluded", "LicenseConcluded"),
        ("licenseInfoInFiles", "LicenseInfoInFile"), ("licenseComments", "LicenseComments"), ("copyrightText", "FileCopyrightText"), ("comment", "FileComment"),
        ("noticeText", "FileNotice"), ("fileContributors", "FileContributor"), ("attributionTexts", "FileAttributionText"), ("fileDependencies", "FileDependency"),
        ("artifactOfs", "ArtifactOfProjectName"),
    ];

    private static readonly (string Property, string Tag)[] s_snippet =
    [
        ("SPDXID", "SnippetSPDXID"), ("snippetFromFile", "SnippetFromFileSPDXID"), ("ranges", "SnippetRange"), ("licenseConcluded", "SnippetLicenseConcluded"),
        ("licenseInfoInSnippets", "LicenseInfoInSnippet"), ("licenseComments", "SnippetLicenseComments"), ("copyrightText", "SnippetCopyrightText"), ("comment", "SnippetComment"),
        ("name", "SnippetName"), ("attributionTexts", "SnippetAttributionText"),
    ];

    private static readonly (string Property, string Tag)[] s_licence =
    [
        ("licenseId", "LicenseID"), ("extractedText", "ExtractedText"), ("name", "LicenseName"), ("seeAlsos", "LicenseCrossReference"), ("comment", "LicenseComment"),
    ];

    public static void Write(Spdx2Export export, Stream output)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(false), 32 * 1024, leaveOpen: true) { NewLine = "\n" };
        var head = export.Head();
        foreach (var (property, tag) in s_head) Value(writer, tag, head.TextOf(property));
        var creation = head.Find("creationInfo")!;
        writer.WriteLine("\n## Creation information");
        foreach (var creator in creation.Find("creators")!.Items!) Value(writer, "Creator", creator.Text);
        Value(writer, "Created", creation.TextOf("created"));
        Value(writer, "CreatorComment", creation.TextOf("comment"));
        Value(writer, "LicenseListVersion", creation.TextOf("licenseListVersion"));
        string? section = null;
        foreach (var (name, node) in export.Elements())
        {
            if (name != section) writer.WriteLine($"\n## {Title(section = name)}");
            Element(writer, name, node);
        }
    }

    private static string Title(string section) => section switch
    {
        "externalDocumentRefs" => "External documents",
        "hasExtractedLicensingInfos" => "Licences",
        "revieweds" => "Reviews",
        _ => char.ToUpperInvariant(section[0]) + section[1..],
    };

    private static void Element(StreamWriter writer, string section, SpdxNode node)
    {
        switch (section)
        {
            case "externalDocumentRefs":
                var checksum = node.Find("checksum");
                writer.WriteLine($"ExternalDocumentRef: {Word(node.TextOf("externalDocumentId"))} {Word(node.TextOf("spdxDocument"))}" +
                    (checksum is null ? "" : $" {checksum.TextOf("algorithm")}: {checksum.TextOf("checksumValue")}"));
                break;
            case "annotations": Annotation(writer, node, "SPDXRef-DOCUMENT"); break;
            case "relationships":
                writer.WriteLine($"Relationship: {node.TextOf("spdxElementId")} {node.TextOf("relationshipType")} {node.TextOf("relatedSpdxElement")}");
                Value(writer, "RelationshipComment", node.TextOf("comment"));
                break;
            case "revieweds":
                Value(writer, "Reviewer", node.TextOf("reviewer") ?? "NOASSERTION");
                Value(writer, "ReviewDate", node.TextOf("reviewDate"));
                Value(writer, "ReviewComment", node.TextOf("comment"));
                break;
            case "packages": Lines(writer, node, s_package); break;
            case "files": Lines(writer, node, s_file); break;
            case "snippets": Lines(writer, node, s_snippet); break;
            default: Lines(writer, node, s_licence); break;
        }
    }

    private static void Lines(StreamWriter writer, SpdxNode node, (string Property, string Tag)[] tags)
    {
        writer.WriteLine();
        foreach (var (property, tag) in tags)
        {
            if (node.Find(property) is not { } value) continue;
            if (value.Items is null)
            {
                if (value.Properties is null) Value(writer, tag, value.Text);
                else VerificationCode(writer, value);
                continue;
            }
            foreach (var item in value.Items) Item(writer, tag, item);
        }
        foreach (var annotation in node.Find("annotations")?.Items ?? []) Annotation(writer, annotation, node.TextOf("SPDXID")!);
    }

    private static void Item(StreamWriter writer, string tag, SpdxNode item)
    {
        switch (tag)
        {
            case "PackageChecksum" or "FileChecksum": writer.WriteLine($"{tag}: {item.TextOf("algorithm")}: {item.TextOf("checksumValue")}"); break;
            case "ExternalRef":
                writer.WriteLine($"ExternalRef: {item.TextOf("referenceCategory")} {Word(item.TextOf("referenceType"))} {Word(item.TextOf("referenceLocator"))}");
                Value(writer, "ExternalRefComment", item.TextOf("comment"));
                break;
            case "SnippetRange":
                var (start, end) = (item.Find("startPointer"), item.Find("endPointer"));
                foreach (var (unit, name) in ((string, string)[])[("offset", "SnippetByteRange"), ("lineNumber", "SnippetLineRange")])
                {
                    if (start?.TextOf(unit) is { } from && end?.TextOf(unit) is { } to) writer.WriteLine($"{name}: {from}:{to}");
                }
                break;
            case "ArtifactOfProjectName":
                Value(writer, tag, item.TextOf("name") ?? "");
                Value(writer, "ArtifactOfProjectHomePage", item.TextOf("homePage"));
                Value(writer, "ArtifactOfProjectURI", item.TextOf("projectUri"));
                break;
            default: Value(writer, tag, item.Text); break;
        }
    }

    private static void VerificationCode(StreamWriter writer, SpdxNode code)
    {
        var excluded = code.Find("packageVerificationCodeExcludedFiles")?.Items is { Count: > 0 } files ? $" (excludes: {string.Join(", ", files.Select(f => SpdxWords.OneLine(f.Text ?? "")))})" : "";
        writer.WriteLine($"PackageVerificationCode: {code.TextOf("packageVerificationCodeValue")}{excluded}");
    }

    private static void Annotation(StreamWriter writer, SpdxNode annotation, string about)
    {
        Value(writer, "Annotator", annotation.TextOf("annotator"));
        Value(writer, "AnnotationDate", annotation.TextOf("annotationDate"));
        Value(writer, "AnnotationType", annotation.TextOf("annotationType"));
        writer.WriteLine($"SPDXREF: {about}");
        Value(writer, "AnnotationComment", annotation.TextOf("comment"));
    }

    /// <summary>A value on its line; in <c>&lt;text&gt;</c> when it would not come back from one. Its end cannot stand within it.</summary>
    private static void Value(StreamWriter writer, string tag, string? text)
    {
        if (text is null) return;
        var isPlain = text.Length == 0 || !text.AsSpan().ContainsAny('\n', '\r') && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1]) && !text.StartsWith("<text>", StringComparison.Ordinal);
        if (isPlain && !tag.EndsWith("Comment", StringComparison.Ordinal)) writer.WriteLine($"{tag}: {text}");
        else writer.WriteLine($"{tag}: <text>{text.Replace("</text>", "</ text>", StringComparison.Ordinal)}</text>");
    }

    /// <summary>A word of several on a line; spaces would make it two.</summary>
    private static string Word(string? text) => string.IsNullOrWhiteSpace(text) ? "NOASSERTION" : SpdxWords.OneLine(text).Replace(' ', '_');
}
