using Headwater.Core.Advisories;
using Headwater.Core.Sboms;
using Headwater.Core.Versions;

namespace Headwater.Server.Features.Projects;

/// <summary>The graph of an upload and the component version behind each of its nodes.</summary>
internal sealed record UploadGraph(DependencyGraph Graph, long[] Nodes);

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

internal sealed class NodeFacts(Dictionary<long, NodeFact> facts)
{
    public NodeFact Fact(long componentVersion) => facts.TryGetValue(componentVersion, out var fact) ? fact : new NodeFact { Id = componentVersion, Name = "?" };

    public PathStep Step(long componentVersion) => Fact(componentVersion) is var f ? new PathStep(f.Id, f.ComponentId, f.Name, f.GroupName, f.Version) : null!;

    public TreeNode Node(int node, UploadGraph upload, bool repeated)
    {
        var f = Fact(upload.Nodes[node]);
        return new TreeNode(node, f.Id, f.ComponentId, f.Name, f.GroupName, f.Version, f.Purl, upload.Graph.Dependencies(node).Length, (Severity)f.MaxSeverity, f.Kev > 0, repeated);
    }
}

/// <summary>Sorts what came and what went into added, removed and changed in version.</summary>
internal static class ChangeList
{
    /// <summary>
    /// A component that lost a version and won another has changed its version; of several, lowest goes with lowest. What is left over was
    /// added or removed.
    /// </summary>
    public static (List<ChangedComponent> Added, List<ChangedComponent> Removed, List<ChangedComponent> Upgraded) Between(
        List<NodeFact> gone, List<NodeFact> came)
    {
        var (added, removed, upgraded) = (new List<ChangedComponent>(), new List<ChangedComponent>(), new List<ChangedComponent>());
        var arrivals = came.GroupBy(f => f.ComponentId).ToDictionary(g => g.Key, g => new Queue<NodeFact>(Ordered(g)));
        foreach (var departures in gone.GroupBy(f => f.ComponentId))
        {
            foreach (var old in Ordered(departures))
            {
                if (arrivals.TryGetValue(departures.Key, out var queue) && queue.TryDequeue(out var fresh))
                    upgraded.Add(new ChangedComponent(old.ComponentId, old.Name, old.GroupName, old.Type, old.Version, fresh.Version, old.Id, fresh.Id, Direction(old, fresh)));
                else
                    removed.Add(new ChangedComponent(old.ComponentId, old.Name, old.GroupName, old.Type, old.Version, null, old.Id, null, 0));
            }
        }

        foreach (var fresh in arrivals.Values.SelectMany(q => q)) added.Add(new ChangedComponent(fresh.ComponentId, fresh.Name, fresh.GroupName, fresh.Type, null, fresh.Version, null, fresh.Id, 0));
        return (ByName(added), ByName(removed), ByName(upgraded));
    }

    private static int Direction(NodeFact from, NodeFact to)
    {
        if (from.Type is null || from.Version is null || to.Version is null || VersionSchemes.ForVers(from.Type) is not { } scheme) return 0;
        return scheme.Compare(to.Version, from.Version) is { } order ? Math.Sign(order) : 0;
    }

    private static IEnumerable<NodeFact> Ordered(IEnumerable<NodeFact> facts) => facts.Order(Comparer<NodeFact>.Create((a, b) => Direction(b, a) is var d and not 0 ? d : string.CompareOrdinal(a.Version, b.Version)));

    private static List<ChangedComponent> ByName(List<ChangedComponent> list)
    {
        list.Sort((a, b) => string.Compare(a.Name, b.Name, StringComparison.OrdinalIgnoreCase) is var byName and not 0 ? byName : a.ComponentId.CompareTo(b.ComponentId));
        return list;
    }
}
