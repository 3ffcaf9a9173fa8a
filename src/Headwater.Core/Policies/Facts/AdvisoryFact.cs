using System.Collections.Immutable;
using Headwater.Core.Advisories;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Policies.Facts;

/// <summary>What is known of one vulnerability of the component: all records that name each other as aliases, together.</summary>
public sealed class AdvisoryFact : ICelRecord
{
    internal static readonly ImmutableArray<FactField>.Builder Fields = ImmutableArray.CreateBuilder<FactField>();

    internal static readonly CelRecordType RecordType = CelRecordType.Of<AdvisoryFact>("advisory", t => new FactSchema<AdvisoryFact>(t, "advisory", Fields)
        .Known("id", CelType.String, "the identifier to show: the CVE when there is one", a => CelValue.Of(a.Id))
        .Known("ids", CelType.List(CelType.String), "all identifiers", a => CelValue.Of(a._ids))
        .Known("certain", CelType.Bool, "whether the version is affected for certain; false when it cannot be told", a => CelValue.Of(a.IsCertain))
        .Known("malicious", CelType.Bool, "whether the package itself is malicious", a => CelValue.Of(a.IsMalicious))
        .Known("known_exploited", CelType.Bool, "whether CISA lists it as exploited", a => CelValue.Of(a.IsKnownExploited))
        .Known("ransomware", CelType.Bool, "whether CISA knows of its use for ransom", a => CelValue.Of(a.IsRansomware))
        .Known("fixed_versions", CelType.List(CelType.String), "versions that fix it, lowest first", a => CelValue.Of(a._fixed))
        .Known("has_fix", CelType.Bool, "whether there is one", a => CelValue.Of(a._fixed.Count > 0))
        .Known("analysis", CelType.String, "what was decided: `not_set`, `in_triage`, `exploitable`, `not_affected`, `false_positive`, `resolved`", a => CelValue.Of(a.Analysis))
        .Known("settled", CelType.Bool, "whether it was decided that it does not matter here (not affected, false positive, resolved)", a => CelValue.Of(a.IsSettled))
        .Text("severity", "`critical`, `high`, `medium`, `low` or `none`", a => a.Severity == Severity.Unknown ? null : PolicyWords.Of(a.Severity))
        .Number("score", "the CVSS score, 0 to 10", a => a.Score)
        .Number("epss", "the probability of exploitation within 30 days (EPSS), 0 to 1", a => a.Epss)
        .Number("risk", "the order of risk, 0 to 100", a => a.Risk)
        .Time("published", "when it was first published", a => a.Published));

    private CelList _ids = CelList.Empty, _fixed = CelList.Empty;

    CelRecordType ICelRecord.CelType => RecordType;

    /// <summary>The identifier to show.</summary>
    public required string Id { get; init; }

    /// <summary>All identifiers.</summary>
    public IReadOnlyList<string> Ids { get; init => (field, _ids) = (value, CelList.Of(value)); } = [];

    /// <summary>Whether the version is affected for certain.</summary>
    public bool IsCertain { get; init; } = true;

    /// <summary>Whether the package itself is malicious.</summary>
    public bool IsMalicious { get; init; }

    /// <summary>Listed by CISA as exploited.</summary>
    public bool IsKnownExploited { get; init; }

    /// <summary>Known use for ransom.</summary>
    public bool IsRansomware { get; init; }

    /// <summary>Versions that fix it, lowest first.</summary>
    public IReadOnlyList<string> FixedVersions { get; init => (field, _fixed) = (value, CelList.Of(value)); } = [];

    /// <summary>The state of its analysis, in the words of CycloneDX; <c>not_set</c> where nobody has looked.</summary>
    public string Analysis { get; init; } = "not_set";

    /// <summary>Whether it was decided that it does not matter here.</summary>
    public bool IsSettled => Analysis is "not_affected" or "false_positive" or "resolved" or "resolved_with_pedigree";

    /// <summary>The severity; unknown where no record states one.</summary>
    public Severity Severity { get; init; }

    /// <summary>The CVSS score; null for unknown.</summary>
    public double? Score { get; init; }

    /// <summary>EPSS, 0 to 1; null for unknown.</summary>
    public double? Epss { get; init; }

    /// <summary>0 to 100; null for unknown.</summary>
    public double? Risk { get; init; }

    /// <summary>When it was first published; null for unknown.</summary>
    public DateTimeOffset? Published { get; init; }

    /// <summary>The facts of a finding.</summary>
    /// <param name="finding">A finding.</param>
    /// <param name="analysis">What was decided of it.</param>
    /// <returns>The facts.</returns>
    public static AdvisoryFact Of(Finding finding, string analysis = "not_set")
    {
        ArgumentNullException.ThrowIfNull(finding);
        return new AdvisoryFact
        {
            Id = finding.Id, Ids = finding.Ids, IsCertain = finding.Verdict == MatchVerdict.Affected, IsMalicious = finding.Malicious, IsKnownExploited = finding.Kev, IsRansomware = finding.KevRansomware,
            FixedVersions = finding.FixedVersions, Severity = finding.Severity, Score = finding.Score, Epss = finding.Epss, Risk = finding.Risk, Published = finding.Published, Analysis = analysis,
        };
    }
}
