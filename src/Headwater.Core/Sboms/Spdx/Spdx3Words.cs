using System.Collections.Frozen;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>The words of SPDX 3.0 against those of SPDX 2 and of the model.</summary>
internal static class Spdx3Words
{
    public const string Terms = "https://spdx.org/rdf/3.0.1/terms/";

    /// <summary>How a relationship type of SPDX 2 is said in SPDX 3: type, scope of the life cycle, and whether the direction turns.</summary>
    private static readonly (string Old, string New, string? Scope, bool Turned)[] s_relationships =
    [
        ("DEPENDS_ON", "dependsOn", null, false), ("CONTAINS", "contains", null, false), ("DESCRIBES", "describes", null, false), ("OTHER", "other", null, false),
        ("BUILD_DEPENDENCY_OF", "dependsOn", "build", true), ("DEV_DEPENDENCY_OF", "dependsOn", "development", true), ("TEST_DEPENDENCY_OF", "dependsOn", "test", true),
        ("RUNTIME_DEPENDENCY_OF", "dependsOn", "runtime", true), ("OPTIONAL_DEPENDENCY_OF", "hasOptionalDependency", null, true),
        ("PROVIDED_DEPENDENCY_OF", "hasProvidedDependency", null, true), ("DEPENDENCY_OF", "dependsOn", null, true), ("CONTAINED_BY", "contains", null, true),
        ("DESCRIBED_BY", "describes", null, true), ("AMENDS", "amendedBy", null, true), ("ANCESTOR_OF", "ancestorOf", null, false), ("DESCENDANT_OF", "descendantOf", null, false),
        ("BUILD_TOOL_OF", "usesTool", "build", true), ("DEV_TOOL_OF", "usesTool", "development", true), ("TEST_TOOL_OF", "usesTool", "test", true),
        ("COPY_OF", "copiedTo", null, true), ("DATA_FILE_OF", "hasDataFile", null, true), ("DEPENDENCY_MANIFEST_OF", "hasDependencyManifest", null, true),
        ("DISTRIBUTION_ARTIFACT", "hasDistributionArtifact", null, false), ("DOCUMENTATION_OF", "hasDocumentation", null, true), ("DYNAMIC_LINK", "hasDynamicLink", null, false),
        ("STATIC_LINK", "hasStaticLink", null, false), ("EXAMPLE_OF", "hasExample", null, true), ("EXPANDED_FROM_ARCHIVE", "expandsTo", null, true),
        ("FILE_ADDED", "hasAddedFile", null, true), ("FILE_DELETED", "hasDeletedFile", null, true), ("FILE_MODIFIED", "modifiedBy", null, false),
        ("GENERATES", "generates", null, false), ("GENERATED_FROM", "generates", null, true), ("METAFILE_OF", "hasMetadata", null, true),
        ("OPTIONAL_COMPONENT_OF", "hasOptionalComponent", null, true), ("PACKAGE_OF", "packagedBy", null, true), ("PATCH_FOR", "patchedBy", null, true),
        ("PATCH_APPLIED", "patchedBy", null, true), ("HAS_PREREQUISITE", "hasPrerequisite", null, false), ("PREREQUISITE_FOR", "hasPrerequisite", null, true),
        ("REQUIREMENT_DESCRIPTION_FOR", "hasRequirement", null, true), ("SPECIFICATION_FOR", "hasSpecification", null, true), ("TEST_CASE_OF", "hasTestCase", null, true),
        ("TEST_OF", "hasTest", null, true), ("VARIANT_OF", "hasVariant", null, true),
    ];

    /// <summary>Types of SPDX 3.0.1 that SPDX 2 has not.</summary>
    private static readonly string[] s_newTypes =
    [
        "affects", "availableFrom", "configures", "coordinatedBy", "delegatedTo", "doesNotAffect", "exploitCreatedBy", "fixedBy", "fixedIn", "foundBy", "hasAssessmentFor",
        "hasAssociatedVulnerability", "hasConcludedLicense", "hasDeclaredLicense", "hasEvidence", "hasHost", "hasInput", "hasOutput", "invokedBy", "publishedBy", "reportedBy",
        "republishedBy", "serializedInArtifact", "testedOn", "trainedOn", "underInvestigationFor",
    ];

    private static readonly FrozenDictionary<string, (string New, string? Scope, bool Turned)> s_toNew =
        s_relationships.ToFrozenDictionary(r => r.Old, r => (r.New, r.Scope, r.Turned), StringComparer.Ordinal);

    // The first line for a type and scope is the one that reading chooses.
    private static readonly FrozenDictionary<(string, string?), (string Old, bool Turned)> s_toOld = s_relationships.GroupBy(r => (r.New, r.Scope))
        .ToFrozenDictionary(g => g.Key, g => (g.First().Old, g.First().Turned));

    private static readonly FrozenDictionary<string, string> s_spellings = s_relationships.Select(r => r.New).Concat(s_newTypes).Distinct()
        .ToFrozenDictionary(n => n, n => n, StringComparer.OrdinalIgnoreCase);

    /// <summary>A type in the spelling of the specification; some tools write <c>DEPENDS_ON</c> for <c>dependsOn</c>. Null when there is none.</summary>
    public static string? RelationshipType(string text) => s_spellings.GetValueOrDefault(text.Replace("_", "", StringComparison.Ordinal));

    /// <summary>The SPDX 2 type for a type and scope of SPDX 3, and whether the direction turns; null when SPDX 2 has none.</summary>
    public static (string Old, bool Turned)? ToOld(string type, string? scope) => s_toOld.TryGetValue((type, scope), out var found) ? found : null;

    /// <summary>The SPDX 3 type for one of SPDX 2.</summary>
    public static (string New, string? Scope, bool Turned)? ToNew(string old) => s_toNew.TryGetValue(old, out var found) ? found : null;

    public static bool IsNewType(string type) => s_spellings.ContainsKey(type);

    private static readonly (string New, string Model)[] s_references =
    [
        ("vcs", "vcs"), ("issueTracker", "issue-tracker"), ("securityAdvisory", "advisories"), ("mailingList", "mailing-list"), ("socialMedia", "social"), ("chat", "chat"),
        ("documentation", "documentation"), ("support", "support"), ("sourceArtifact", "source-distribution"), ("license", "license"), ("buildMeta", "build-meta"),
        ("buildSystem", "build-system"), ("releaseNotes", "release-notes"), ("securityThreatModel", "threat-model"), ("securityAdversaryModel", "adversary-model"),
        ("riskAssessment", "risk-assessment"), ("vulnerabilityExploitabilityAssessment", "exploitability-statement"), ("vulnerabilityDisclosureReport", "vulnerability-assertion"),
        ("securityPenTestReport", "pentest-report"), ("staticAnalysisReport", "static-analysis-report"), ("dynamicAnalysisReport", "dynamic-analysis-report"),
        ("runtimeAnalysisReport", "runtime-analysis-report"), ("componentAnalysisReport", "component-analysis-report"), ("certificationReport", "certification-report"),
        ("qualityAssessmentReport", "quality-metrics"), ("secureSoftwareAttestation", "attestation"),
    ];

    private static readonly string[] s_otherReferences =
    [
        "altDownloadLocation", "altWebPage", "binaryArtifact", "bower", "cwe", "eolNotice", "exportControlAssessment", "funding", "mavenCentral", "metrics", "npm", "nuget", "other",
        "privacyAssessment", "productMetadata", "purchaseOrder", "releaseHistory", "securityFix", "securityOther", "securityPolicy",
    ];

    private static readonly FrozenDictionary<string, string> s_referenceToModel = s_references.ToFrozenDictionary(r => r.New, r => r.Model, StringComparer.Ordinal);
    private static readonly FrozenDictionary<string, string> s_referenceToNew = s_references.ToFrozenDictionary(r => r.Model, r => r.New, StringComparer.Ordinal);

    /// <summary>The model's type for an external reference type of SPDX 3.</summary>
    public static string ReferenceToModel(string type) => s_referenceToModel.GetValueOrDefault(type, "OTHER/" + type);

    /// <summary>The SPDX 3 type for the model's; null when there is none of its own.</summary>
    public static string? ReferenceToNew(string type) => s_referenceToNew.TryGetValue(type, out var found) ? found
        : type.StartsWith("OTHER/", StringComparison.Ordinal) && s_otherReferences.Contains(type[6..]) ? type[6..] : null;

    private static readonly (string New, string Model)[] s_algorithms =
    [
        ("sha1", "SHA-1"), ("sha224", "SHA-224"), ("sha256", "SHA-256"), ("sha384", "SHA-384"), ("sha512", "SHA-512"), ("sha3_224", "SHA3-224"), ("sha3_256", "SHA3-256"),
        ("sha3_384", "SHA3-384"), ("sha3_512", "SHA3-512"), ("md2", "MD2"), ("md4", "MD4"), ("md5", "MD5"), ("md6", "MD6"), ("adler32", "ADLER32"),
        ("blake2b256", "BLAKE2b-256"), ("blake2b384", "BLAKE2b-384"), ("blake2b512", "BLAKE2b-512"), ("blake3", "BLAKE3"),
    ];

    private static readonly FrozenDictionary<string, string> s_algorithmToModel = s_algorithms.ToFrozenDictionary(a => a.New, a => a.Model, StringComparer.OrdinalIgnoreCase);
    private static readonly FrozenDictionary<string, string> s_algorithmToNew = s_algorithms.ToFrozenDictionary(a => a.Model, a => a.New, StringComparer.Ordinal);

    public static string? Algorithm(string name) => s_algorithmToModel.GetValueOrDefault(name.Replace("-", "", StringComparison.Ordinal)) ?? s_algorithmToModel.GetValueOrDefault(name);

    public static string? AlgorithmBack(string name) => s_algorithmToNew.GetValueOrDefault(name);

    /// <summary>SPDX 3's purpose for a kind; null when it has none.</summary>
    public static string? Purpose(SbomComponentKind kind) => kind switch
    {
        SbomComponentKind.Unspecified or SbomComponentKind.CryptographicAsset => null,
        SbomComponentKind.OperatingSystem => "operatingSystem",
        SbomComponentKind.DeviceDriver => "deviceDriver",
        SbomComponentKind.MachineLearningModel => "model",
        var other => other.ToString().ToLowerInvariant(),
    };

    public static readonly FrozenSet<string> Purposes = new[]
    {
        "application", "archive", "bom", "configuration", "container", "data", "device", "deviceDriver", "diskImage", "documentation", "evidence", "executable", "file",
        "filesystemImage", "firmware", "framework", "install", "library", "manifest", "model", "module", "operatingSystem", "other", "patch", "platform", "requirement",
        "source", "specification", "test",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Identity types of SPDX 3 against those of the model.</summary>
    public static string IdentityToModel(string type) => type switch
    {
        "cpe22" => "cpe22Type",
        "gitoid" => "omniborId",
        "packageUrl" => "purl",
        _ => type,
    };

    /// <summary>The inverse of <see cref="IdentityToModel"/>; null when SPDX 3 has no such type.</summary>
    public static string? IdentityToNew(string type) => type switch
    {
        "cpe22Type" => "cpe22",
        "omniborId" => "gitoid",
        "purl" => "packageUrl",
        "swid" or "swhid" or "cve" or "email" or "securityOther" or "urlScheme" or "other" => type,
        _ => null,
    };
}
