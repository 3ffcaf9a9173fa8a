using Headwater.Core.Sboms.Quality;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;

namespace Headwater.Server.Features.Projects;

/// <summary>A line of a file of changes: a component or a finding that came, went or changed.</summary>
/// <param name="What"><c>finding appeared</c>, <c>finding gone</c>, <c>upgraded</c>, <c>downgraded</c>, <c>changed</c>, <c>added</c> or <c>removed</c>.</param>
internal sealed record ChangeLine(string What, string? Type, string? Group, string Name, string? From, string? To, string? Finding, string? Severity, ChangedComponent? Component = null);

/// <summary>A line of a file of what hangs on a component version.</summary>
/// <param name="What"><c>needs it</c> or <c>goes with it</c>.</param>
internal sealed record ImpactLine(string What, TreeNode Node);

/// <summary>What the files of a project and of its versions hold, beyond those that have a list of their own.</summary>
internal static class VersionFiles
{
    public static readonly (string Name, Func<ProjectVersionRow, object?> Value)[] Versions =
    [
        ("version", v => v.Version), ("latest", v => v.IsLatest), ("active", v => v.Active), ("uploaded:uploaded", v => v.LastUploadAt), ("format:format", v => v.LastFormat), ("components:components", v => v.MetricsAt is null ? null : v.Coverage.Components),
        ("components:covered", v => v.MetricsAt is null ? null : v.Coverage.Covered), ("findings:critical", v => v.Findings.Critical), ("findings:high", v => v.Findings.High), ("findings:medium", v => v.Findings.Medium), ("findings:low", v => v.Findings.Low),
        ("findings:unassigned", v => v.Findings.Unassigned), ("findings:exploited", v => v.Kev), ("risk:risk", v => Math.Round(v.MaxRisk, 1)), ("created", v => v.CreatedAt), ("uuid", v => v.Uuid.ToString()),
    ];

    public static readonly (string Name, Func<FindingEventRow, object?> Value)[] Events =
    [
        ("at", e => e.At), ("finding", e => e.Finding), ("kind", e => e.Kind.ToString().ToLowerInvariant()), ("reason", e => e.Reason == RetractionReason.None ? null : e.Reason.ToString().ToLowerInvariant()), ("severity", e => e.Severity.ToString()),
        ("group", e => e.ComponentGroup), ("component", e => e.ComponentName), ("version", e => e.ComponentVersion), ("summary", e => e.Summary), ("record", e => e.Advisory), ("modified", e => e.Modified),
    ];

    public static readonly (string Name, Func<DayPoint, object?> Value)[] Days =
    [
        ("day", d => d.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)), ("components", d => d.Components), ("covered", d => d.Coverage?.Covered),
        ("not covered", d => d.Coverage?.NotCovered), ("no version", d => d.Coverage?.NoVersion), ("unidentified", d => d.Coverage?.Unidentified), ("pending", d => d.Coverage?.Pending), ("vulnerable", d => d.Vulnerable), ("critical", d => d.Findings.Critical), ("high", d => d.Findings.High),
        ("medium", d => d.Findings.Medium), ("low", d => d.Findings.Low), ("unassigned", d => d.Findings.Unassigned), ("exploited", d => d.Kev), ("counted", d => d.CountedAt),
    ];

    public static readonly (string Name, Func<GraphLine, object?> Value)[] Nodes =
    [
        ("purl", n => n.Node.Purl), ("group", n => n.Node.Group), ("name", n => n.Node.Name), ("version:version", n => n.Node.Version), .. LicenceFiles.Columns<GraphLine>(n => n.Node.Licence), ("needs:needs", n => n.Node.Dependencies), ("neededBy:needed by", n => n.Node.NeededBy),
        ("depth:depth", n => n.Depth < 0 ? null : n.Depth), ("severity:severity", n => n.Node.MaxSeverity?.ToString()), ("severity:exploited", n => n.Node.Kev),
    ];

    /// <summary>The same when it is asked what would go.</summary>
    public static readonly (string Name, Func<GraphLine, object?> Value)[] NodesThatGo = [.. Nodes, ("goes", n => n.Goes)];

    public static readonly (string Name, Func<ImpactLine, object?> Value)[] Impact =
    [
        ("what", l => l.What), ("purl", l => l.Node.Purl), ("group", l => l.Node.Group), ("name", l => l.Node.Name), ("version", l => l.Node.Version), .. LicenceFiles.Columns<ImpactLine>(l => l.Node.Licence), ("severity", l => l.Node.MaxSeverity?.ToString()), ("exploited", l => l.Node.Kev),
    ];

    public static readonly (string Name, Func<IReadOnlyList<PathStep>, object?> Value)[] Paths =
    [
        ("edges", p => p.Count - 1), ("path", p => string.Join(" > ", p.Select(s => $"{(s.Group is null ? "" : s.Group + "/")}{s.Name} {s.Version}".TrimEnd()))), ("through", p => p.Count > 2 ? $"{p[1].Name} {p[1].Version}".TrimEnd() : null),
    ];

    public static readonly (string Name, Func<(QualityResult Standard, QualityElement Element), object?> Value)[] Quality =
    [
        ("standard", q => q.Standard.Name), ("element", q => q.Element.Name), ("clause", q => q.Element.Clause), ("level", q => q.Element.Level.ToString().ToLowerInvariant()), ("met", q => q.Element.Met), ("of", q => q.Element.Of),
        ("missing", q => q.Element.Gaps.Select(g => g.Name is null ? g.Why : $"{g.Name}: {g.Why}").ToList()),
    ];

    /// <param name="show"><c>needs</c> or <c>goes</c> for one of the lists; both otherwise.</param>
    public static IEnumerable<ImpactLine> LinesOf(Impact impact, string? show) =>
    [
        .. show == "goes" ? [] : impact.NeededBy.Select(n => new ImpactLine("needs it", n)), .. show == "needs" ? [] : impact.Goes.Select(n => new ImpactLine("goes with it", n)),
    ];

    public static readonly (string Name, Func<ChangeLine, object?> Value)[] Changes =
    [
        ("what", c => c.What), ("type", c => c.Type), ("group", c => c.Group), ("name", c => c.Name), ("from", c => c.From), ("to", c => c.To), ("finding", c => c.Finding), ("severity", c => c.Severity),
        .. LicenceFiles.Columns<ChangeLine>(c => c.Component?.ToLicence ?? c.Component?.FromLicence), ("concluded before", c => c.Component?.FromLicence?.Concluded), ("declared before", c => c.Component?.FromLicence?.Declared), ("found before", c => c.Component?.FromLicence?.Found),
    ];

    /// <summary>In the order of the page: findings first (for who may see them), then what changed its version, came and went.</summary>
    public static IEnumerable<ChangeLine> LinesOf(Changes changes) =>
    [
        .. (changes.NewFindings ?? []).Select(f => Line("finding appeared", f)), .. (changes.GoneFindings ?? []).Select(f => Line("finding gone", f)),
        .. changes.Upgraded.Select(c => Line(c.Direction switch { > 0 => "upgraded", < 0 => "downgraded", _ => "changed" }, c)), .. changes.Added.Select(c => Line("added", c)), .. changes.Removed.Select(c => Line("removed", c)),
        .. changes.Renamed.Select(c => Line("identified differently", c) with { From = c.FromPurl ?? c.FromVersion, To = c.ToPurl ?? c.ToVersion }),
    ];

    private static ChangeLine Line(string what, ChangedComponent c) => new(what, c.Type, c.Group, c.Name, c.FromVersion, c.ToVersion, null, null, c);

    private static ChangeLine Line(string what, FindingRow f) => new(what, null, f.ComponentGroup, f.ComponentName, null, f.ComponentVersion, f.Id, f.Severity.ToString());
}
