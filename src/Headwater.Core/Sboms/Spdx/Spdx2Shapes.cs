using System.Collections.Frozen;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>What kind of value a property of SPDX 2 JSON has.</summary>
internal enum SpdxFieldKind
{
    Text,
    Flag,
    Integer,
    Texts,
    Object,
    Objects,
    Any,
}

/// <summary>A property: its kind, the shape of its objects, and the words it may say.</summary>
internal sealed record SpdxField(SpdxFieldKind Kind, SpdxShape? Shape = null, FrozenSet<string>? Words = null);

/// <summary>An object of SPDX 2 JSON: its properties and which must be there.</summary>
internal sealed class SpdxShape(string name, string[] required, params (string Name, SpdxField Field)[] fields)
{
    public string Name { get; } = name;

    public string[] Required { get; } = required;

    public FrozenDictionary<string, SpdxField> Fields { get; } = fields.ToFrozenDictionary(f => f.Name, f => f.Field, StringComparer.Ordinal);
}

/// <summary>The shapes of the JSON serialisation of SPDX 2.0 to 2.3, by the text of the specification and its schema.</summary>
internal static class Spdx2Shapes
{
    private static readonly SpdxField s_text = new(SpdxFieldKind.Text);
    private static readonly SpdxField s_texts = new(SpdxFieldKind.Texts);
    private static readonly SpdxField s_flag = new(SpdxFieldKind.Flag);
    private static readonly SpdxField s_integer = new(SpdxFieldKind.Integer);

    public static readonly FrozenSet<string> RelationshipTypes = Words(
        "AMENDS", "ANCESTOR_OF", "BUILD_DEPENDENCY_OF", "BUILD_TOOL_OF", "CONTAINED_BY", "CONTAINS", "COPY_OF", "DATA_FILE_OF", "DEPENDENCY_MANIFEST_OF",
        "DEPENDENCY_OF", "DEPENDS_ON", "DESCENDANT_OF", "DESCRIBED_BY", "DESCRIBES", "DEV_DEPENDENCY_OF", "DEV_TOOL_OF", "DISTRIBUTION_ARTIFACT",
        "DOCUMENTATION_OF", "DYNAMIC_LINK", "EXAMPLE_OF", "EXPANDED_FROM_ARCHIVE", "FILE_ADDED", "FILE_DELETED", "FILE_MODIFIED", "GENERATED_FROM",
        "GENERATES", "HAS_PREREQUISITE", "METAFILE_OF", "OPTIONAL_COMPONENT_OF", "OPTIONAL_DEPENDENCY_OF", "OTHER", "PACKAGE_OF", "PATCH_APPLIED",
        "PATCH_FOR", "PREREQUISITE_FOR", "PROVIDED_DEPENDENCY_OF", "REQUIREMENT_DESCRIPTION_FOR", "RUNTIME_DEPENDENCY_OF", "SPECIFICATION_FOR",
        "STATIC_LINK", "TEST_CASE_OF", "TEST_DEPENDENCY_OF", "TEST_OF", "TEST_TOOL_OF", "VARIANT_OF");

    /// <summary>Those of <see cref="RelationshipTypes"/> that came with 2.3.</summary>
    public static readonly FrozenSet<string> RelationshipTypes23 = Words("AMENDS", "REQUIREMENT_DESCRIPTION_FOR", "SPECIFICATION_FOR");

    public static readonly FrozenSet<string> Purposes = Words("OTHER", "INSTALL", "ARCHIVE", "FIRMWARE", "APPLICATION", "FRAMEWORK", "LIBRARY", "CONTAINER",
        "SOURCE", "DEVICE", "OPERATING-SYSTEM", "OPERATING_SYSTEM", "FILE");

    private static readonly SpdxShape s_checksum = new("checksum", ["algorithm", "checksumValue"], ("algorithm", s_text), ("checksumValue", s_text));

    private static readonly SpdxShape s_annotation = new("annotation", ["annotationDate", "annotationType", "annotator", "comment"],
        ("annotationDate", s_text), ("annotationType", Word("OTHER", "REVIEW")), ("annotator", s_text), ("comment", s_text));

    private static readonly SpdxShape s_crossRef = new("cross reference", ["url"],
        ("isLive", s_flag), ("isValid", s_flag), ("isWayBackLink", s_flag), ("match", s_text), ("order", s_integer), ("timestamp", s_text), ("url", s_text));

    private static readonly SpdxShape s_externalRef = new("external reference", ["referenceCategory", "referenceLocator", "referenceType"],
        ("comment", s_text), ("referenceCategory", Word("OTHER", "PERSISTENT-ID", "PERSISTENT_ID", "SECURITY", "PACKAGE-MANAGER", "PACKAGE_MANAGER")),
        ("referenceLocator", s_text), ("referenceType", s_text));

    private static readonly SpdxShape s_pointer = new("pointer", ["reference"], ("reference", s_text), ("offset", s_integer), ("lineNumber", s_integer));

    public static readonly SpdxShape Package = new("package", ["SPDXID", "downloadLocation", "name"],
        ("SPDXID", s_text), ("annotations", Objects(s_annotation)), ("attributionTexts", s_texts), ("builtDate", s_text), ("checksums", Objects(s_checksum)),
        ("comment", s_text), ("copyrightText", s_text), ("description", s_text), ("downloadLocation", s_text), ("externalRefs", Objects(s_externalRef)),
        ("filesAnalyzed", s_flag), ("hasFiles", s_texts), ("homepage", s_text), ("licenseComments", s_text), ("licenseConcluded", s_text),
        ("licenseDeclared", s_text), ("licenseInfoFromFiles", s_texts), ("name", s_text), ("originator", s_text), ("packageFileName", s_text),
        ("packageVerificationCode", new SpdxField(SpdxFieldKind.Object, new SpdxShape("package verification code", ["packageVerificationCodeValue"],
            ("packageVerificationCodeExcludedFiles", s_texts), ("packageVerificationCodeValue", s_text)))),
        ("primaryPackagePurpose", new SpdxField(SpdxFieldKind.Text, Words: Purposes)), ("releaseDate", s_text), ("sourceInfo", s_text), ("summary", s_text),
        ("supplier", s_text), ("validUntilDate", s_text), ("versionInfo", s_text));

    public static readonly SpdxShape File = new("file", ["SPDXID", "fileName"],
        ("SPDXID", s_text), ("annotations", Objects(s_annotation)), ("artifactOfs", new SpdxField(SpdxFieldKind.Any)), ("attributionTexts", s_texts),
        ("checksums", Objects(s_checksum)), ("comment", s_text), ("copyrightText", s_text), ("fileContributors", s_texts), ("fileDependencies", s_texts),
        ("fileName", s_text), ("fileTypes", new SpdxField(SpdxFieldKind.Texts, Words: Words(
            "OTHER", "DOCUMENTATION", "IMAGE", "VIDEO", "ARCHIVE", "SPDX", "APPLICATION", "SOURCE", "BINARY", "TEXT", "AUDIO"))),
        ("licenseComments", s_text), ("licenseConcluded", s_text), ("licenseInfoInFiles", s_texts), ("noticeText", s_text));

    public static readonly SpdxShape Snippet = new("snippet", ["SPDXID", "snippetFromFile"],
        ("SPDXID", s_text), ("annotations", Objects(s_annotation)), ("attributionTexts", s_texts), ("comment", s_text), ("copyrightText", s_text),
        ("licenseComments", s_text), ("licenseConcluded", s_text), ("licenseInfoInSnippets", s_texts), ("name", s_text),
        ("ranges", Objects(new SpdxShape("range", ["endPointer", "startPointer"],
            ("endPointer", new SpdxField(SpdxFieldKind.Object, s_pointer)), ("startPointer", new SpdxField(SpdxFieldKind.Object, s_pointer))))),
        ("snippetFromFile", s_text));

    public static readonly SpdxShape Document = new("document", ["SPDXID", "spdxVersion", "name", "dataLicense", "creationInfo"],
        ("SPDXID", s_text), ("spdxVersion", s_text), ("name", s_text), ("dataLicense", s_text), ("documentNamespace", s_text), ("comment", s_text),
        ("creationInfo", new SpdxField(SpdxFieldKind.Object, new SpdxShape("creation information", ["created", "creators"],
            ("comment", s_text), ("created", s_text), ("creators", s_texts), ("licenseListVersion", s_text)))),
        ("annotations", Objects(s_annotation)),
        ("externalDocumentRefs", Objects(new SpdxShape("external document reference", ["externalDocumentId", "spdxDocument"],
            ("checksum", new SpdxField(SpdxFieldKind.Object, s_checksum)), ("externalDocumentId", s_text), ("spdxDocument", s_text)))),
        ("hasExtractedLicensingInfos", Objects(new SpdxShape("extracted licence", ["licenseId", "extractedText"],
            ("comment", s_text), ("crossRefs", Objects(s_crossRef)), ("extractedText", s_text), ("licenseId", s_text), ("name", s_text), ("seeAlsos", s_texts)))),
        ("revieweds", Objects(new SpdxShape("review", [], ("comment", s_text), ("reviewDate", s_text), ("reviewer", s_text)))),
        ("documentDescribes", s_texts), ("packages", Objects(Package)), ("files", Objects(File)), ("snippets", Objects(Snippet)),
        ("relationships", Objects(new SpdxShape("relationship", ["spdxElementId", "relatedSpdxElement", "relationshipType"],
            ("spdxElementId", s_text), ("comment", s_text), ("relatedSpdxElement", s_text), ("relationshipType", s_text)))));

    private static readonly FrozenDictionary<string, SpdxFieldKind> s_scalars = Collect(Document);

    /// <summary>What a scalar of that name is, wherever it stands: no name of SPDX 2 JSON is used for two kinds.</summary>
    public static SpdxFieldKind ScalarOf(string name) => s_scalars.GetValueOrDefault(name, SpdxFieldKind.Text);

    private static FrozenDictionary<string, SpdxFieldKind> Collect(SpdxShape shape)
    {
        var found = new Dictionary<string, SpdxFieldKind>(StringComparer.Ordinal);
        Visit(shape);
        return found.ToFrozenDictionary(StringComparer.Ordinal);

        void Visit(SpdxShape at)
        {
            foreach (var (name, field) in at.Fields)
            {
                found[name] = field.Kind;
                if (field.Shape is not null) Visit(field.Shape);
            }
        }
    }

    private static SpdxField Objects(SpdxShape shape) => new(SpdxFieldKind.Objects, shape);

    private static SpdxField Word(params string[] words) => new(SpdxFieldKind.Text, Words: Words(words));

    private static FrozenSet<string> Words(params string[] words) => words.ToFrozenSet(StringComparer.Ordinal);
}
