using Headwater.Core.Advisories;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Registries;

namespace Headwater.Server.Features.Projects;

/// <summary>A project: an application, service, product or library we own, with its latest version's numbers.</summary>
/// <param name="SumOf">For a collection: how many projects the numbers are the sum of.</param>
internal sealed record ProjectRow(
    long Id, Guid Uuid, string Name, string? Description, OwnerRef? Owner, int Versions,
    Guid? LatestUuid, string? LatestVersion, DateTimeOffset? LastUploadAt, SeverityCounts Findings, CoverageCounts Coverage, int Vulnerable, int Kev, double MaxRisk,
    ProjectTraits Traits, int? SumOf);

/// <summary>A project with its versions, newest upload first: at most a thousand of as many as <see cref="ProjectRow.Versions"/> says.</summary>
internal sealed record ProjectDetail(ProjectRow Project, ProjectFacts Facts, IReadOnlyList<OwnerRef> OwnerPath, IReadOnlyList<ProjectVersionRow> Versions, IReadOnlyList<DayPoint> Trend);

/// <summary>A version of a project; <see cref="Version"/> is null where the uploader named none.</summary>
/// <param name="Vulnerable">Component versions with at least one finding.</param>
/// <param name="MetricsAt">When the numbers were made; null before the first analysis, when they mean nothing.</param>
internal sealed record ProjectVersionRow(
    long Id, Guid Uuid, long ProjectId, Guid ProjectUuid, string ProjectName, string? Version, bool IsLatest, bool Active, string? Classifier,
    DateTimeOffset CreatedAt, DateTimeOffset? LastUploadAt, string? LastFormat, SeverityCounts Findings, CoverageCounts Coverage,
    int Vulnerable, int Direct, int Kev, double MaxRisk, DateTimeOffset? MetricsAt);

/// <param name="Children">By name, at most a thousand.</param>
/// <param name="AllChildren">How many those are in all.</param>
internal sealed record ProjectVersionDetail(
    ProjectVersionRow Version, OwnerRef? Owner, IReadOnlyList<OwnerRef> OwnerPath, IReadOnlyList<string> Tags, string? Description, string? Purl,
    ProjectVersionRef? Parent, IReadOnlyList<ProjectVersionRef> Children, int AllChildren, UploadRow? LastUpload, Guid? PreviousUploadToken, IReadOnlyList<DayPoint> Trend,
    IReadOnlyList<KeyValuePair<string, int>> Ecosystems, IReadOnlyList<KeyValuePair<string, int>> Licences);

internal sealed record ProjectVersionRef(Guid Uuid, Guid ProjectUuid, string Name, string? Version);

/// <summary>The numbers of one day, for trends.</summary>
/// <param name="Coverage">How many of the components were judged, and why the others were not; null for days before this was kept.</param>
/// <param name="CountedAt">When the numbers were counted; a day on which nothing changed has those of the last that did.</param>
internal sealed record DayPoint(DateOnly Day, int Components, int Vulnerable, SeverityCounts Findings, int Kev, CoverageCounts? Coverage, DateTimeOffset? CountedAt);

/// <summary>A component version inside a project version.</summary>
/// <param name="State">Where the component stands in its life: banned, deprecated and so on; null where nobody has decided.</param>
/// <param name="Depth">Edges between the root and it; -1 when the document does not say how it gets there.</param>
/// <param name="Findings">Null, as <paramref name="MaxSeverity"/>, <paramref name="Kev"/> and <paramref name="MaxRisk"/> are, for who may not see the findings of the version.</param>
internal sealed record OccurrenceRow(
    long ComponentId, long ComponentVersionId, string? Type, string? Group, string Name, string? Version, string? Purl, string Kind,
    IReadOnlyList<string> Licences, bool Direct, int Depth, OccurrenceScope Scope, CoverageState Coverage,
    SeverityCounts? Findings, Severity? MaxSeverity, bool? Kev, double? MaxRisk, string? State)
{
    /// <summary>What a registry says of it; null where none was asked.</summary>
    public VersionRelease? Release { get; init; }

    /// <summary>Its licence as declared, found and concluded; null until it was worked out. <see cref="Licences"/> is what the documents say, as they write it.</summary>
    public ComponentLicence? Licence { get; init; }
}

/// <summary>One upload of an SBOM.</summary>
/// <param name="Ntia">Score by the NTIA minimum elements, 0 to 100; null for documents taken before it was made.</param>
/// <param name="Bsi">The same by BSI TR-03183-2.</param>
/// <param name="State"><c>queued</c>, <c>done</c> or <c>failed</c>.</param>
internal sealed record UploadRow(
    long Id, Guid Token, long ProjectVersionId, Guid ProjectVersionUuid, string ProjectName, string? ProjectVersion, DateTimeOffset ReceivedAt, string? Stage, string Format, string SpecVersion, string Serialization,
    long Bytes, string Sha256, int Components, int Dependencies, string State, string? Error, string? Tool, string? By, long? JobId, double? Ntia, double? Bsi)
{
    /// <summary>The document of the same version before this one, where those of one version are listed; null for its first.</summary>
    public Guid? Previous { get; init; }
}

/// <summary>A finding in one project version.</summary>
internal sealed record ProjectFindingRow(FindingRow Finding, bool Direct, int Depth, OccurrenceScope Scope, FindingAnalysis? Analysis)
{
    /// <summary>Of the component version; null where it was not worked out yet.</summary>
    public ComponentLicence? Licence { get; init; }
}

/// <summary>A node of the dependency tree as it unfolds: <see cref="Node"/> is its number in the upload's graph.</summary>
/// <param name="Dependencies">How many it has itself; 0 for a leaf.</param>
/// <param name="NeededBy">How many others in the whole graph need it; the project itself counts as one.</param>
/// <param name="MaxSeverity">Null, as <paramref name="Kev"/> is, for who may not see the findings of the version.</param>
/// <param name="Repeated">True when it stands elsewhere in this answer already (cycles, diamonds): drawn once.</param>
internal sealed record TreeNode(int Node, long ComponentVersionId, long ComponentId, string Name, string? Group, string? Version, string? Purl, int Dependencies, int NeededBy, Severity? MaxSeverity, bool? Kev, bool Repeated)
{
    /// <summary>Null where it was not worked out yet, and for the project itself.</summary>
    public ComponentLicence? Licence { get; init; }
}

/// <summary>The graph of an upload for drawing, bounded.</summary>
/// <param name="Goes">Nodes that would go with the component version asked for; empty when none was.</param>
internal sealed record GraphView(IReadOnlyList<TreeNode> Nodes, IReadOnlyList<int[]> Edges, int TotalNodes, bool Truncated, IReadOnlyList<int> Goes);

/// <summary>A line of the table of a graph.</summary>
/// <param name="Depth">Edges between the root and it; -1 when no edge leads there.</param>
/// <param name="Goes">True when it would go with the component version asked for.</param>
internal sealed record GraphLine(TreeNode Node, int Depth, bool Goes);

/// <summary>The entries of a graph, narrowed and in order. A document may list a component version several times, each with edges of its own: then it has as many entries.</summary>
/// <param name="Total">How many there are, before anything was narrowed.</param>
/// <param name="Components">How many component versions they are.</param>
/// <param name="Reached">To how many of them edges lead from the root.</param>
/// <param name="Without">The component version asked for; null when none was, or when it is not in there.</param>
/// <param name="Goes">How many other component versions would go with it.</param>
internal sealed record GraphTable(IReadOnlyList<GraphLine> Lines, int Total, int Components, int Reached, PathStep? Without, int Goes);

/// <summary>What hangs on a component version in a project version.</summary>
/// <param name="Direct">True when the project itself names it.</param>
/// <param name="NeededBy">What depends on it directly, the gravest first; the project itself not among them.</param>
/// <param name="DirectNeededBy">How many that are in all.</param>
/// <param name="AllNeededBy">How many depend on it directly or not.</param>
/// <param name="Goes">What would not be reached any more without it, itself not told; the gravest first.</param>
/// <param name="AllGoes">How many that are in all.</param>
/// <param name="Reached">False when no edge leads to it, so that nothing can be told.</param>
internal sealed record Impact(ProjectVersionRef Project, PathStep Component, bool Direct, IReadOnlyList<TreeNode> NeededBy, int DirectNeededBy, int AllNeededBy, IReadOnlyList<TreeNode> Goes, int AllGoes, bool Reached);

/// <summary>Why a component version is in a project version: all shortest paths, root first, at most a few of them.</summary>
/// <param name="Component">The component version itself.</param>
/// <param name="Total">How many shortest paths there are.</param>
/// <param name="Places">Where the document says it was found, in its words; empty when it does not say.</param>
internal sealed record WhyHere(ProjectVersionRef Project, PathStep Component, IReadOnlyList<IReadOnlyList<PathStep>> Paths, long Total, IReadOnlyList<string> Places);

/// <summary>All paths from the root to a component version that pass nothing twice, the shortest first: a part of them.</summary>
/// <param name="Total">How many there are; with <paramref name="Exact"/> false, there are more than that.</param>
/// <param name="Offset">How many precede those that are listed.</param>
internal sealed record AllPaths(ProjectVersionRef Project, PathStep Component, IReadOnlyList<IReadOnlyList<PathStep>> Items, long Total, bool Exact, int Offset, int Size)
{
    /// <summary>Where the list goes on; null where it ends.</summary>
    public int? Next => Items.Count == Size && Offset + Size < GraphStore.MostPaths && Offset + Size < Total ? Offset + Size : null;

    /// <summary>True when the list ends before all paths are told.</summary>
    public bool Ends => Next is null && (!Exact || Offset + Items.Count < Total);
}

/// <summary>A step of a path; the first is the project itself (component version 0).</summary>
internal sealed record PathStep(long ComponentVersionId, long ComponentId, string Name, string? Group, string? Version);

/// <summary>What changed between two uploads of one project (of one version or of two): of each list at most a thousand from where the reader asks for.</summary>
/// <param name="NewFindings">Null for who may not see the findings of both.</param>
/// <param name="GoneFindings">Null for who may not see the findings of both.</param>
/// <param name="Totals">How many each list has in all.</param>
internal sealed record Changes(UploadRow From, UploadRow To, IReadOnlyList<ChangedComponent> Added, IReadOnlyList<ChangedComponent> Removed,
    IReadOnlyList<ChangedComponent> Upgraded, IReadOnlyList<FindingRow>? NewFindings, IReadOnlyList<FindingRow>? GoneFindings, int Unchanged, ChangeTotals Totals)
{
    /// <summary>Component versions that both have under package URLs which differ in qualifiers, path or the way the version is written: nothing was upgraded.</summary>
    public IReadOnlyList<ChangedComponent> Renamed { get; init; } = [];
}

/// <summary>How much changed.</summary>
/// <param name="NewFindings">Null, as <paramref name="GoneFindings"/> is, for who may not see the findings of both.</param>
internal sealed record ChangeTotals(int Added, int Removed, int Upgraded, int? NewFindings, int? GoneFindings)
{
    public int Renamed { get; init; }

    /// <summary>Findings of the first document, told as new and gone ones are: by advisory and component, whatever the version, and whatever was decided. Null for who may not see the findings of both.</summary>
    public int? FindingsBefore { get; init; }

    /// <summary>Findings of the second document.</summary>
    public int? FindingsAfter { get; init; }

    /// <summary>Those of both: <see cref="FindingsBefore"/> less the gone, and <see cref="FindingsAfter"/> less the new.</summary>
    public int? FindingsInBoth { get; init; }

    /// <summary>Findings of the first document with each version of a component on its own, as the findings of a project version are counted.</summary>
    public int? FindingsBeforeByVersion { get; init; }

    /// <summary>Likewise of the second.</summary>
    public int? FindingsAfterByVersion { get; init; }

    public int Longest => new[] { Added, Removed, Upgraded, Renamed, NewFindings ?? 0, GoneFindings ?? 0 }.Max();
}

/// <summary>A component that came, went or changed its version.</summary>
/// <param name="Direction">1 upgraded, -1 downgraded, 0 cannot be told or not a change of version.</param>
internal sealed record ChangedComponent(long ComponentId, string Name, string? Group, string? Type, string? FromVersion, string? ToVersion, long? FromId, long? ToId, int Direction)
{
    public string? FromPurl { get; init; }

    public string? ToPurl { get; init; }

    /// <summary>The licence before, as declared, found and concluded; null for what was not there.</summary>
    public ComponentLicence? FromLicence { get; init; }

    /// <summary>The licence after; null for what is no longer there.</summary>
    public ComponentLicence? ToLicence { get; init; }
}

/// <summary>Which occurrences are asked for.</summary>
internal readonly record struct OccurrenceFilter(bool OnlyDirect = false, bool OnlyVulnerable = false, bool OnlyUnknown = false, string? Type = null, string? Licence = null, bool OnlyAvoided = false, bool OnlyOutdated = false, bool OnlyWithdrawn = false, bool OnlyUnresolved = false);
