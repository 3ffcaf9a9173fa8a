using Headwater.Core.Advisories;
using Headwater.Core.Licences.Facts;

namespace Headwater.Core.Policies.Facts;

/// <summary>The words of facts, as conditions and packs write them: small letters and underscores.</summary>
public static class PolicyWords
{
    /// <summary>The word of a severity.</summary>
    /// <param name="severity">A severity.</param>
    /// <returns>For example <c>critical</c>.</returns>
    public static string Of(Severity severity) => severity switch
    {
        Severity.Critical => "critical", Severity.High => "high", Severity.Medium => "medium", Severity.Low => "low", Severity.None => "none", _ => "unknown",
    };

    /// <summary>The word of a category of licences.</summary>
    /// <param name="category">A category.</param>
    /// <returns>For example <c>copyleft_strong</c>.</returns>
    public static string Of(LicenceCategory category) => category switch
    {
        LicenceCategory.CopyleftStrong => "copyleft_strong", LicenceCategory.CopyleftLibrary => "copyleft_library", LicenceCategory.CopyleftModule => "copyleft_module", LicenceCategory.CopyleftFile => "copyleft_file",
        LicenceCategory.CopyleftLimited => "copyleft_limited", LicenceCategory.Permissive => "permissive", LicenceCategory.PublicDomain => "public_domain", LicenceCategory.SourceAvailable => "source_available",
        LicenceCategory.FreeRestricted => "free_restricted", LicenceCategory.ProprietaryFree => "proprietary_free", LicenceCategory.Commercial => "commercial", LicenceCategory.PatentLicence => "patent_licence",
        LicenceCategory.ContributorAgreement => "contributor_agreement", LicenceCategory.Unstated => "unstated", _ => "unclassified",
    };

    /// <summary>The word of a flag of licences.</summary>
    /// <param name="flag">A flag.</param>
    /// <returns>For example <c>network_clause</c>.</returns>
    public static string Of(LicenceFlag flag) => flag switch
    {
        LicenceFlag.NoticeFile => "notice_file", LicenceFlag.DistributeSource => "distribute_source", LicenceFlag.MarkModifications => "mark_modifications", LicenceFlag.ModificationDuties => "modification_duties",
        LicenceFlag.PatentClause => "patent_clause", LicenceFlag.NetworkClause => "network_clause", LicenceFlag.AntiLockDown => "anti_lock_down", LicenceFlag.AdvertisingClause => "advertising_clause",
        LicenceFlag.NonCommercial => "non_commercial", LicenceFlag.NoModifications => "no_modifications", LicenceFlag.NuclearRestriction => "nuclear_restriction", LicenceFlag.SpecificationLicence => "specification_licence",
        LicenceFlag.CreativeCommons => "creative_commons", _ => "exception",
    };

    /// <summary>The word of a verdict.</summary>
    /// <param name="verdict">A verdict.</param>
    /// <returns>For example <c>deny</c>.</returns>
    public static string Of(Verdict verdict) => verdict switch { Verdict.Deny => "deny", Verdict.Review => "review", Verdict.Warn => "warn", _ => "allow" };

    /// <summary>The category that a word names.</summary>
    /// <param name="word">For example <c>permissive</c>.</param>
    /// <returns>The category; null for no such word.</returns>
    public static LicenceCategory? Category(string word) => Enum.GetValues<LicenceCategory>().Where(c => Of(c) == word).Select(c => (LicenceCategory?)c).FirstOrDefault();

    /// <summary>The verdict that a word names.</summary>
    /// <param name="word">For example <c>deny</c>.</param>
    /// <returns>The verdict; null for no such word.</returns>
    public static Verdict? Named(string? word) => word switch { "allow" => Verdict.Allow, "warn" => Verdict.Warn, "review" => Verdict.Review, "deny" => Verdict.Deny, _ => null };
}
