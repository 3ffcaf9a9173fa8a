using Headwater.Core.Packages;

namespace Headwater.Core.Advisories;

/// <summary>One vulnerability of one component version: all records about it that name each other as aliases, together.</summary>
public sealed record Finding
{
    /// <summary>The identifier to show: the CVE when the group has one, else GHSA, else the first by name.</summary>
    public required string Id { get; init; }

    /// <summary>All identifiers of the group, sorted.</summary>
    public required IReadOnlyList<string> Ids { get; init; }

    /// <summary>Record numbers in the index, those that matched.</summary>
    public required IReadOnlyList<int> Records { get; init; }

    /// <summary>Affected, or cannot tell.</summary>
    public required MatchVerdict Verdict { get; init; }

    /// <summary>One line of what it is.</summary>
    public string? Summary { get; init; }

    /// <summary>The highest severity stated in the group.</summary>
    public Severity Severity { get; init; }

    /// <summary>The score behind <see cref="Severity"/>.</summary>
    public double? Score { get; init; }

    /// <summary>The vector behind <see cref="Score"/>.</summary>
    public string? Vector { get; init; }

    /// <summary>EPSS probability 0..1 by the group's CVE; null when unknown.</summary>
    public double? Epss { get; init; }

    /// <summary>EPSS percentile 0..1.</summary>
    public double? EpssPercentile { get; init; }

    /// <summary>Listed by CISA as exploited.</summary>
    public bool Kev { get; init; }

    /// <summary>Known use in ransomware campaigns (KEV).</summary>
    public bool KevRansomware { get; init; }

    /// <summary>Versions that fix it, lowest first: those above the component's own version; when none is, all that are named.</summary>
    public IReadOnlyList<string> FixedVersions { get; init; } = [];

    /// <summary>True for a malicious package (a <c>MAL-</c> record).</summary>
    public bool Malicious { get; init; }

    /// <summary>When it was first published.</summary>
    public DateTimeOffset? Published { get; init; }

    /// <summary>0..100; see <see cref="RiskScore"/>.</summary>
    public double Risk { get; init; }
}
