using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Checks single elements of SPDX 3.0 against the classes, words and kinds of values of the specification's model.</summary>
internal static class Spdx3Check
{
    private static readonly FrozenSet<string> s_classes = new[]
    {
        "Agent", "Annotation", "Bom", "Bundle", "CreationInfo", "DictionaryEntry", "ExternalIdentifier", "ExternalMap", "ExternalRef", "Hash", "IndividualElement",
        "LifecycleScopedRelationship", "NamespaceMap", "Organization", "PackageVerificationCode", "Person", "PositiveIntegerRange", "Relationship", "SoftwareAgent",
        "SpdxDocument", "Tool", "ai_AIPackage", "ai_EnergyConsumption", "ai_EnergyConsumptionDescription", "build_Build", "dataset_DatasetPackage",
        "expandedlicensing_ConjunctiveLicenseSet", "expandedlicensing_CustomLicense", "expandedlicensing_CustomLicenseAddition", "expandedlicensing_DisjunctiveLicenseSet",
        "expandedlicensing_IndividualLicensingInfo", "expandedlicensing_ListedLicense", "expandedlicensing_ListedLicenseException", "expandedlicensing_OrLaterOperator",
        "expandedlicensing_WithAdditionOperator", "extension_CdxPropertiesExtension", "extension_CdxPropertyEntry", "security_CvssV2VulnAssessmentRelationship",
        "security_CvssV3VulnAssessmentRelationship", "security_CvssV4VulnAssessmentRelationship", "security_EpssVulnAssessmentRelationship",
        "security_ExploitCatalogVulnAssessmentRelationship", "security_SsvcVulnAssessmentRelationship", "security_VexAffectedVulnAssessmentRelationship",
        "security_VexFixedVulnAssessmentRelationship", "security_VexNotAffectedVulnAssessmentRelationship", "security_VexUnderInvestigationVulnAssessmentRelationship",
        "security_Vulnerability", "simplelicensing_LicenseExpression", "simplelicensing_SimpleLicensingText", "software_ContentIdentifier", "software_File",
        "software_Package", "software_Sbom", "software_Snippet",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_abstract = new[]
    {
        "expandedlicensing_ExtendableLicense", "expandedlicensing_License", "expandedlicensing_LicenseAddition", "extension_Extension", "security_VexVulnAssessmentRelationship",
        "security_VulnAssessmentRelationship", "simplelicensing_AnyLicenseInfo", "software_SoftwareArtifact",
        "expandedlicensing_NoAssertionLicense", "expandedlicensing_NoneLicense",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_texts = new[]
    {
        "name", "description", "summary", "comment", "statement", "contentType", "software_packageVersion", "software_packageUrl", "software_sourceInfo", "software_copyrightText",
        "software_downloadLocation", "software_homePage", "software_primaryPurpose", "builtTime", "releaseTime", "validUntilTime", "relationshipType", "specVersion", "created",
        "simplelicensing_licenseExpression", "simplelicensing_licenseText", "hashValue", "algorithm",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Hash algorithms of SPDX 3 that the model has no name for.</summary>
    private static readonly FrozenSet<string> s_otherAlgorithms = new[] { "crystalsDilithium", "crystalsKyber", "falcon", "other" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Checks what can be told from an element alone.</summary>
    public static void Element(JsonElement element, string type, string at, SpdxReport report)
    {
        // Classes of others' making are named by an IRI, or by a prefix that the context defines.
        if (!s_classes.Contains(type) && !type.Contains(':', StringComparison.Ordinal))
        {
            var message = $"'{Spdx2Check.Shorten(type)}' is no class of SPDX 3.0 of which there are elements.";
            // Tools in wide use write abstract classes (Element, License) and those of drafts.
            if (s_abstract.Contains(type) || !type.Contains('_', StringComparison.Ordinal)) report.Warning(at, message);
            else report.Error(at, message);
        }
        foreach (var property in element.EnumerateObject())
        {
            if (!s_texts.Contains(property.Name) || property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null) continue;
            report.Error($"{at}/{property.Name}", $"'{property.Name}' must be a text, not {SpdxWords.Kind(property.Value.ValueKind)}.");
        }
    }

    /// <summary>The time of a CreationInfo, which every consumer orders documents by.</summary>
    public static void Created(string text, string at, SpdxReport report)
    {
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
            report.Error(at, $"'created' must be a date and time of the form YYYY-MM-DDThh:mm:ssZ, not '{Spdx2Check.Shorten(text)}'.");
    }

    /// <summary>True for a hash algorithm that the specification lists though the model cannot hold it.</summary>
    public static bool IsOtherAlgorithm(string name) => s_otherAlgorithms.Contains(name);
}
