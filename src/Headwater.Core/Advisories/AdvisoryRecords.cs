namespace Headwater.Core.Advisories;

/// <summary>What an advisory says of one package version.</summary>
public enum MatchVerdict
{
    /// <summary>It affects it.</summary>
    Affected,

    /// <summary>It cannot be told: the version, or a bound, has no place in the ecosystem's order.</summary>
    Unknown,
}

/// <summary>One record that affects, or may affect, a package version.</summary>
/// <param name="Record">The record's number in the index.</param>
/// <param name="Verdict">Affected, or cannot tell.</param>
/// <param name="Package">The number of the matched (ecosystem, name) entry, for <see cref="AdvisoryIndex.FixedVersions"/>.</param>
public readonly record struct AdvisoryMatch(int Record, MatchVerdict Verdict, int Package);

/// <summary>The hot facts of one record, read from the index without a parse.</summary>
public sealed record AdvisorySummary(
    int Record, string Id, IReadOnlyList<string> Aliases, string? Summary, DateTimeOffset? Published, DateTimeOffset? Modified, DateTimeOffset? Withdrawn,
    Severity Severity, double? Score, string? Vector, string Source);

/// <summary>One package that a record is about.</summary>
/// <param name="Ecosystem">The OSV ecosystem, with its suffix.</param>
/// <param name="Name">The name as it was published.</param>
/// <param name="Ranges">What is affected, for people: <c>&gt;= 1.2, &lt; 1.4.1</c>, <c>all versions</c>; the enumerated versions when there is no range.</param>
/// <param name="Versions">The enumerated versions.</param>
/// <param name="FixedVersions">Where it is fixed, lowest first.</param>
public sealed record AdvisoryPackage(string Ecosystem, string Name, IReadOnlyList<string> Ranges, IReadOnlyList<string> Versions, IReadOnlyList<string> FixedVersions);

/// <summary>All that names one another as aliases.</summary>
/// <param name="Ids">Identifiers, sorted.</param>
/// <param name="Records">Those that are records of the index, by number.</param>
public sealed record AdvisoryAliasGroup(IReadOnlyList<string> Ids, IReadOnlyList<int> Records);

/// <summary>What one source contributed.</summary>
public sealed record AdvisorySource(string Ecosystem, int Records, DateTimeOffset? NewestModified);

/// <summary>Severity bands.</summary>
public enum Severity
{
    /// <summary>Not said: unknown, not harmless.</summary>
    Unknown,

    /// <summary>Score 0.</summary>
    None,

    /// <summary>Low.</summary>
    Low,

    /// <summary>Medium.</summary>
    Medium,

    /// <summary>High.</summary>
    High,

    /// <summary>Critical.</summary>
    Critical,
}
