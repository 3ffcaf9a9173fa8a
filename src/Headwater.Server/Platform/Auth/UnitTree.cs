using System.Collections.Concurrent;

namespace Headwater.Server.Platform.Auth;

/// <summary>A unit or a team in the tree.</summary>
internal sealed record UnitLine(long Id, string Kind, string Title, long? ParentId);

/// <summary>The organisation as it was at a moment: what lies below what.</summary>
internal sealed class UnitTree(IReadOnlyList<UnitLine> lines)
{
    private readonly Dictionary<long, UnitLine> _lines = lines.ToDictionary(l => l.Id);
    private readonly ILookup<long, long> _children = lines.Where(l => l.ParentId is not null).ToLookup(l => l.ParentId!.Value, l => l.Id);
    private readonly ConcurrentDictionary<long, Viewer> _below = new();

    public static UnitTree Empty { get; } = new([]);

    public IReadOnlyList<UnitLine> Lines => lines;

    public UnitLine? Find(long id) => _lines.GetValueOrDefault(id);

    /// <summary>What belongs to a unit and to everything below it; nothing when there is no such unit. Safe for a tree that someone bent into a ring.</summary>
    public Viewer Below(long id) => _lines.ContainsKey(id) ? _below.GetOrAdd(id, Collect) : Viewer.Nothing;

    /// <summary>A unit and all above it, the nearest first.</summary>
    public IReadOnlyList<long> Above(long id)
    {
        var path = new List<long>();
        for (var at = Find(id); at is not null && !path.Contains(at.Id); at = at.ParentId is { } parent ? Find(parent) : null) path.Add(at.Id);
        return path;
    }

    /// <summary>True when <paramref name="id"/> is <paramref name="above"/> or lies below it.</summary>
    public bool IsBelow(long id, long above) => Below(above).Sees(id);

    /// <summary>The visible part in the order in which it is shown: parents before children, siblings by title, with how deep each lies in that part.</summary>
    public IReadOnlyList<(UnitLine Unit, int Level)> Outline(Viewer viewer)
    {
        var seen = viewer.All ? null : viewer.Units.ToHashSet();
        var visible = lines.Where(l => seen is null || seen.Contains(l.Id)).ToList();
        var known = visible.Select(l => l.Id).ToHashSet();
        var children = visible.ToLookup(l => l.ParentId is { } parent && known.Contains(parent) ? parent : 0);
        var (shown, placed) = (new List<(UnitLine, int)>(visible.Count), new HashSet<long>());
        // What hangs in a ring has no top: whoever comes first is taken for it.
        foreach (var top in children[0].Concat(visible))
        {
            var open = new Stack<(UnitLine Unit, int Level)>([(top, 0)]);
            while (open.TryPop(out var next))
            {
                if (!placed.Add(next.Unit.Id)) continue;
                shown.Add(next);
                foreach (var child in children[next.Unit.Id].Reverse()) open.Push((child, next.Level + 1));
            }
        }

        return shown;
    }

    private Viewer Collect(long top)
    {
        var (found, open) = (new HashSet<long> { top }, new Queue<long>([top]));
        while (open.TryDequeue(out var next))
        {
            foreach (var child in _children[next])
                if (found.Add(child)) open.Enqueue(child);
        }

        return new Viewer(false, [.. found.Order()]);
    }
}
