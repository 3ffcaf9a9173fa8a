using Headwater.Core.Licences.Compatibility;
using Headwater.Core.Licences.Facts;
using Headwater.Core.Licences.Obligations;
using Headwater.Server.Platform.Ui.Components;

namespace Headwater.Server.Features.Licences;

/// <summary>The texts in which categories, flags, sources and verdicts are told.</summary>
internal static class LicenceKeys
{
    public static string Of(LicenceCategory category) => category switch
    {
        LicenceCategory.CopyleftStrong => "library.category.copyleftStrong", LicenceCategory.CopyleftLibrary => "library.category.copyleftLibrary", LicenceCategory.CopyleftModule => "library.category.copyleftModule",
        LicenceCategory.CopyleftFile => "library.category.copyleftFile", LicenceCategory.CopyleftLimited => "library.category.copyleftLimited", LicenceCategory.Permissive => "library.category.permissive",
        LicenceCategory.PublicDomain => "library.category.publicDomain", LicenceCategory.SourceAvailable => "library.category.sourceAvailable", LicenceCategory.FreeRestricted => "library.category.freeRestricted",
        LicenceCategory.ProprietaryFree => "library.category.proprietaryFree", LicenceCategory.Commercial => "library.category.commercial", LicenceCategory.PatentLicence => "library.category.patentLicence",
        LicenceCategory.ContributorAgreement => "library.category.contributorAgreement", LicenceCategory.Unstated => "library.category.unstated", _ => "library.category.unclassified",
    };

    public static string Of(LicenceFlag flag) => flag switch
    {
        LicenceFlag.NoticeFile => "library.flag.noticeFile", LicenceFlag.DistributeSource => "library.flag.distributeSource", LicenceFlag.MarkModifications => "library.flag.markModifications",
        LicenceFlag.ModificationDuties => "library.flag.modificationDuties", LicenceFlag.PatentClause => "library.flag.patentClause", LicenceFlag.NetworkClause => "library.flag.networkClause",
        LicenceFlag.AntiLockDown => "library.flag.antiLockDown", LicenceFlag.AdvertisingClause => "library.flag.advertisingClause", LicenceFlag.NonCommercial => "library.flag.nonCommercial",
        LicenceFlag.NoModifications => "library.flag.noModifications", LicenceFlag.NuclearRestriction => "library.flag.nuclearRestriction", LicenceFlag.SpecificationLicence => "library.flag.specificationLicence",
        LicenceFlag.CreativeCommons => "library.flag.creativeCommons", _ => "library.flag.exception",
    };

    public static string Of(LicenceSource source) => source switch
    {
        LicenceSource.Spdx => "library.source.spdx", LicenceSource.LicenseDb => "library.source.licenseDb", LicenceSource.DoubleOpen => "library.source.doubleOpen", LicenceSource.ChooseALicense => "library.source.chooseALicense",
        LicenceSource.BlueOak => "library.source.blueOak", LicenceSource.Own => "library.source.own", _ => "library.source.none",
    };

    public static string Of(CompatibilityVerdict verdict) => verdict switch
    {
        CompatibilityVerdict.Compatible => "library.verdict.compatible", CompatibilityVerdict.NotCombined => "library.verdict.notCombined", CompatibilityVerdict.NotPassedOn => "library.verdict.notPassedOn",
        CompatibilityVerdict.WhenLinked => "library.verdict.whenLinked", CompatibilityVerdict.CheckDependency => "library.verdict.checkDependency", CompatibilityVerdict.NotAsserted => "library.verdict.notAsserted",
        CompatibilityVerdict.Incompatible => "library.verdict.incompatible", _ => "library.verdict.unknown",
    };

    public static Verdict Look(CompatibilityVerdict verdict) => verdict switch
    {
        CompatibilityVerdict.Compatible => Verdict.Allow, CompatibilityVerdict.NotCombined or CompatibilityVerdict.NotPassedOn => Verdict.Info, CompatibilityVerdict.WhenLinked => Verdict.Warn, CompatibilityVerdict.CheckDependency => Verdict.Review,
        CompatibilityVerdict.Incompatible => Verdict.Deny, _ => Verdict.Unknown,
    };

    /// <summary>The words of contexts, in the order in which a form offers them.</summary>
    public static IReadOnlyList<(string Name, string LabelKey, IReadOnlyList<(string Word, string Key)> Words)> Context { get; } =
    [
        ("context", "library.use.context", [("internal", "library.use.internal"), ("distributed", "library.use.distributed"), ("network", "library.use.network")]),
        ("modified", "library.use.modified", [("false", "library.use.unchanged"), ("true", "library.use.changed")]),
        ("linkage", "library.use.linkage", [("derived", "library.use.derived"), ("static", "library.use.static"), ("dynamic", "library.use.dynamic"), ("separate", "library.use.separate")]),
        ("delivery", "library.use.delivery", [("source", "library.use.source"), ("binary", "library.use.binary")]),
    ];

    public static string Of(ObligationOrigin origin) => origin switch { ObligationOrigin.Checklist => "library.origin.checklist", ObligationOrigin.Handbook => "library.origin.handbook", _ => "library.origin.classification" };
}
