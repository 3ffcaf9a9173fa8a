using Headwater.Core.Advisories;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Findings;

namespace Headwater.Server.Features.Advisories;

/// <summary>An advisory (alias group) that affects something we use.</summary>
internal sealed record AdvisoryRow(
    string Id, IReadOnlyList<string> Ids, string? Summary, Severity Severity, double? Score, double? Epss, double? EpssPercentile, bool Kev, bool Malicious, double Risk,
    DateTimeOffset? Published, int Components, int Projects, IReadOnlyList<string> ComponentNames, IReadOnlyList<string> FixedVersions);

/// <summary>An advisory as published, whether or not it affects us.</summary>
/// <param name="Details">Markdown from the record.</param>
/// <param name="Packages">What the records say is affected.</param>
/// <param name="Findings">In component versions that are in sight, at most a thousand.</param>
/// <param name="Usages">Where the affected component versions are: latest versions of projects first, what is settled and older versions last; two hundred from where the reader asks for.</param>
/// <param name="AllFindings">How many findings there are.</param>
/// <param name="AllUsages">How many those are in all, with the filter that is asked for.</param>
/// <param name="AllRecords">How many records there are; <paramref name="Records"/> holds the first of them.</param>
/// <param name="AffectedProjects">Distinct projects whose latest version is hit, settled or not.</param>
/// <param name="SettledProjects">Those of them in which every finding of the advisory is settled.</param>
/// <param name="TotalProjects">The denominator.</param>
/// <param name="WithoutOwner">Those that are open and nobody's.</param>
internal sealed record AdvisoryDetail(
    string Id, IReadOnlyList<string> Ids, string? Summary, string? Details, Severity Severity, double? Score, string? Vector, double? Epss, double? EpssPercentile,
    bool Kev, bool KevRansomware, DateTimeOffset? Published, DateTimeOffset? Modified, DateTimeOffset? Withdrawn,
    IReadOnlyList<AdvisoryRecord> Records, IReadOnlyList<AdvisoryPackageRow> Packages, IReadOnlyList<AdvisoryReference> References,
    IReadOnlyList<FindingRow> Findings, IReadOnlyList<AffectedUsage> Usages, int AffectedProjects, int TotalProjects, int WithoutOwner, int SettledProjects, long AllUsages, int AllRecords, int AllFindings)
{
    public int OpenProjects => AffectedProjects - SettledProjects;
}

internal sealed record AdvisoryRecord(string Id, string Source, DateTimeOffset? Published, DateTimeOffset? Modified, DateTimeOffset? Withdrawn);

internal sealed record AdvisoryPackageRow(string Ecosystem, string Name, IReadOnlyList<string> Ranges, IReadOnlyList<string> FixedVersions);

internal sealed record AdvisoryReference(string Type, string Url);

/// <summary>A usage of an affected component version, with the paths that lead to it (at most three) and where the fix is.</summary>
/// <param name="Settled">True when every finding of the advisory in it was decided not to matter.</param>
/// <param name="Analysis">What was decided; where there are several findings, about one that is still open, else the newest.</param>
internal sealed record AffectedUsage(UsageRow Usage, string ComponentName, string? ComponentGroup, bool Affected, IReadOnlyList<string> FixedVersions, Projects.WhyHere? Why, bool Settled, FindingAnalysis? Analysis);

/// <summary>A use of a hit component version, as a line of a file.</summary>
internal sealed record UsageLine(UsageRow Usage, string ComponentName, string? ComponentGroup, bool Affected, IReadOnlyList<string> FixedVersions, bool Settled);

/// <summary>A project whose latest version is hit.</summary>
/// <param name="Components">What it uses of what is affected, with versions.</param>
/// <param name="Settled">True when every finding of the advisory in it was decided not to matter.</param>
internal sealed record AffectedProject(Guid ProjectUuid, Guid VersionUuid, string Project, string? Version, Owners.OwnerRef? Owner, IReadOnlyList<string> Components, IReadOnlyList<string> FixedVersions, bool Settled, DateTimeOffset? LastUploadAt)
{
    /// <summary>The licences of what it uses, as declared, found and concluded, each once.</summary>
    public IReadOnlyList<Curations.ComponentLicence> Licences { get; init; } = [];
}

/// <summary>A hit of the search over all advisories.</summary>
internal sealed record AdvisoryHit(string Id, string? Summary, Severity Severity, bool Withdrawn, int Projects);
