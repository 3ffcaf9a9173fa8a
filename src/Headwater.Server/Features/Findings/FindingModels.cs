using Headwater.Core.Advisories;

namespace Headwater.Server.Features.Findings;

/// <summary>Findings by severity. <see cref="Unassigned"/> are those whose severity nobody states, which is not "harmless".</summary>
internal sealed record SeverityCounts(int Critical, int High, int Medium, int Low, int Unassigned)
{
    public static SeverityCounts None { get; } = new(0, 0, 0, 0, 0);

    public int Total => Critical + High + Medium + Low + Unassigned;

    /// <summary>What is left when these, which are among them, are taken away.</summary>
    public SeverityCounts Without(SeverityCounts other) => new(Critical - other.Critical, High - other.High, Medium - other.Medium, Low - other.Low, Unassigned - other.Unassigned);
}

/// <summary>How much of a set of component versions the advisory data can speak about.</summary>
/// <param name="Components">Component versions in all.</param>
/// <param name="Covered">Looked up in data that covers their ecosystem.</param>
/// <param name="NotCovered">No advisory source loaded covers their ecosystem: unknown, not safe.</param>
/// <param name="NoVersion">Without a version, so that nothing can be told.</param>
/// <param name="Unidentified">Without a package URL.</param>
/// <param name="Pending">Not yet looked up.</param>
internal sealed record CoverageCounts(int Components, int Covered, int NotCovered, int NoVersion, int Unidentified, int Pending)
{
    public static CoverageCounts None { get; } = new(0, 0, 0, 0, 0, 0);

    public int Unknown => Components - Covered;
}

/// <summary>What is known about one component version's vulnerability.</summary>
internal enum CoverageState
{
    Pending = 0,
    Covered = 1,
    NotCovered = 2,
    NoVersion = 3,
    Unidentified = 4,
}

/// <summary>A vulnerability of a component version, wherever that is used.</summary>
/// <param name="Id">CVE when there is one; the address of the advisory page.</param>
/// <param name="Affected">False: it cannot be told whether this version is affected.</param>
/// <param name="Risk">0..100.</param>
internal sealed record FindingRow(
    string Id, IReadOnlyList<string> Ids, bool Affected, string? Summary, Severity Severity, double? Score, string? Vector,
    double? Epss, double? EpssPercentile, bool Kev, bool KevRansomware, bool Malicious, double Risk, IReadOnlyList<string> FixedVersions,
    DateTimeOffset? Published, DateTimeOffset FoundAt,
    long ComponentId, long ComponentVersionId, string ComponentName, string? ComponentGroup, string? ComponentVersion, string? Purl);

/// <summary>Whether an occurrence is part of what runs.</summary>
internal enum OccurrenceScope
{
    Unspecified = 0,
    Required = 1,
    Optional = 2,
    Excluded = 3,
}
