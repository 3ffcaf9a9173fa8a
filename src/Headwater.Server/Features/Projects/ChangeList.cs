using System.Globalization;
using Headwater.Core.Advisories;
using Headwater.Core.Sboms;
using Headwater.Core.Versions;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>The graph of an upload and the component version behind each of its nodes.</summary>
internal sealed record UploadGraph(DependencyGraph Graph, long[] Nodes)
{
    /// <summary>How many other nodes of the whole graph need a node; the project itself counts as one.</summary>
    public int NeededBy(int node)
    {
        var before = Graph.Dependants(node);
        return before.BinarySearch(node) < 0 ? before.Length : before.Length - 1;
    }
}

/// <summary>What is shown of a node.</summary>
internal sealed record NodeFact
{
    public long Id { get; set; }
    public long ComponentId { get; set; }
    public string? Type { get; set; }
    public string? GroupName { get; set; }
    public string Name { get; set; } = "";
    public string? Version { get; set; }
    public string? Purl { get; set; }
    public int MaxSeverity { get; set; }
    public int Kev { get; set; }
}

/// <param name="found">False for who may not see what was found in them.</param>
internal sealed class NodeFacts(Dictionary<long, NodeFact> facts, bool found)
{
    private readonly Dictionary<long, PathStep> _steps = [];

    public NodeFact Fact(long componentVersion) => facts.TryGetValue(componentVersion, out var fact) ? fact : new NodeFact { Id = componentVersion, Name = "?" };

    /// <summary>A step of a path: one object for each component version, for thousands of paths pass the same few.</summary>
    public PathStep Step(long componentVersion)
    {
        if (_steps.TryGetValue(componentVersion, out var step)) return step;
        var f = Fact(componentVersion);
        return _steps[componentVersion] = new PathStep(f.Id, f.ComponentId, f.Name, f.GroupName, f.Version);
    }

    public TreeNode Node(int node, UploadGraph upload, bool repeated)
    {
        var f = Fact(upload.Nodes[node]);
        return new TreeNode(node, f.Id, f.ComponentId, f.Name, f.GroupName, f.Version, f.Purl, upload.Graph.Dependencies(node).Length, upload.NeededBy(node), found ? (Severity)f.MaxSeverity : null, found ? f.Kev > 0 : null, repeated);
    }
}

/// <summary>Sorts what is in one of two documents only into added, removed, changed in version, and what is merely named in another way.</summary>
internal static class ChangeList
{
    /// <summary>
    /// Versions are what people compare: package URLs that differ in qualifiers or path alone (another architecture, another distribution) are the same version of the same
    /// component, so they are listed apart. How versions are paired, <see cref="SbomComparison"/> says.
    /// </summary>
    public static ChangeLists Between(IReadOnlyCollection<NodeFact> before, IReadOnlyCollection<NodeFact> after)
    {
        var (was, now) = (ByVersion(before), ByVersion(after));
        var comparison = SbomComparison.Compare(before.Select(Identity), after.Select(Identity));
        var (added, removed, upgraded, renamed) = (new List<ChangedComponent>(), new List<ChangedComponent>(), new List<ChangedComponent>(), new List<ChangedComponent>());
        foreach (var change in comparison.Changes)
        {
            var component = long.Parse(change.Key, CultureInfo.InvariantCulture);
            var old = change.Kind == ComponentChangeKind.Added ? null : was[(component, change.Before ?? "")][0];
            var fresh = change.Kind == ComponentChangeKind.Removed ? null : now[(component, change.After ?? "")][0];
            var list = change.Kind switch { ComponentChangeKind.Added => added, ComponentChangeKind.Removed => removed, ComponentChangeKind.Changed when Direction(old!, fresh!) is 0 => renamed, _ => upgraded };
            list.Add(Line(old, fresh, change.Kind switch { ComponentChangeKind.Upgraded => 1, ComponentChangeKind.Downgraded => -1, _ => 0 }));
        }

        var respelt = renamed.Count; // 1.0 and 1.0.0: for a reader nothing changed.
        foreach (var ((component, version), facts) in now)
        {
            if (!was.TryGetValue((component, version), out var known)) continue;
            var (gone, come) = (known.ExceptBy(facts.Select(f => f.Id), f => f.Id).ToList(), facts.ExceptBy(known.Select(f => f.Id), f => f.Id).ToList());
            for (var i = 0; i < Math.Max(gone.Count, come.Count); i++) renamed.Add(Line(gone.ElementAtOrDefault(i), come.ElementAtOrDefault(i), 0));
        }

        foreach (var list in new[] { added, removed, upgraded, renamed }) Sort(list);
        return new ChangeLists(added, removed, upgraded, renamed, comparison.Unchanged + respelt);
    }

    private static ComponentIdentity Identity(NodeFact fact) => new(fact.ComponentId.ToString(CultureInfo.InvariantCulture), fact.Version, fact.Type is null ? null : VersionSchemes.ForVers(fact.Type));

    private static Dictionary<(long Component, string Version), List<NodeFact>> ByVersion(IEnumerable<NodeFact> facts) =>
        facts.GroupBy(f => (f.ComponentId, f.Version ?? "")).ToDictionary(g => g.Key, g => g.OrderBy(f => f.Purl, StringComparer.Ordinal).ThenBy(f => f.Id).ToList());

    private static ChangedComponent Line(NodeFact? old, NodeFact? fresh, int direction)
    {
        var it = (fresh ?? old)!;
        return new ChangedComponent(it.ComponentId, it.Name, it.GroupName, it.Type, old?.Version, fresh?.Version, old?.Id, fresh?.Id, direction) { FromPurl = old?.Purl, ToPurl = fresh?.Purl };
    }

    /// <summary>Null where it cannot be told which is the higher.</summary>
    private static int? Direction(NodeFact from, NodeFact to)
    {
        if (from.Type is null || from.Version is null || to.Version is null || VersionSchemes.ForVers(from.Type) is not { } scheme) return null;
        return scheme.Compare(to.Version, from.Version) is { } order ? Math.Sign(order) : null;
    }

    /// <summary>By name; versions of one component upwards, in the order of their kind.</summary>
    private static void Sort(List<ChangedComponent> list)
    {
        var places = new Dictionary<(string?, string?), VersionPlace>();
        var sorted = list.OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase).ThenBy(c => c.ComponentId).ThenBy(c => Place(c.Type, c.FromVersion ?? c.ToVersion)).ThenBy(c => Place(c.Type, c.ToVersion ?? c.FromVersion)).ToList();
        list.Clear();
        list.AddRange(sorted);

        VersionPlace Place(string? type, string? version) => places.TryGetValue((type, version), out var known) ? known : places[(type, version)] = VersionPlace.Of(type, version);
    }
}

/// <param name="Renamed">The same version, differently identified.</param>
/// <param name="Unchanged">Versions of components that both have.</param>
internal sealed record ChangeLists(List<ChangedComponent> Added, List<ChangedComponent> Removed, List<ChangedComponent> Upgraded, List<ChangedComponent> Renamed, int Unchanged);
