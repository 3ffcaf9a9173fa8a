namespace Headwater.Core.Sboms;

/// <summary>How far a walk over all paths goes before it stops: their number grows with the size of a graph beyond all measure.</summary>
/// <param name="Paths">At most so many paths are walked.</param>
/// <param name="Longest">Paths of more edges are not walked, unless even the shortest has more.</param>
/// <param name="Work">At most so many edges are looked at.</param>
public sealed record PathBounds(long Paths = 10_000, int Longest = 500, long Work = 4_000_000);

/// <summary>How many paths there are.</summary>
/// <param name="Paths">Their number (saturating at <see cref="long.MaxValue"/>).</param>
/// <param name="Exact">False when the walk ended at one of its bounds: then there are more than <paramref name="Paths"/>.</param>
public readonly record struct PathCount(long Paths, bool Exact);

public sealed partial class DependencyGraph
{
    /// <summary>
    /// All paths from the root to some nodes that pass no node twice, root first: the shortest first, those of one length in ascending order. A path ends at the first of the nodes that it comes to.
    /// Nothing is enumerated that is not asked for, but for the count: where no ring lies on the way the number of all is worked out without walking them, else they are walked as far as the bounds go.
    /// </summary>
    /// <param name="nodes">Where to, for example all nodes that stand for one component version.</param>
    /// <param name="skip">How many paths are passed over.</param>
    /// <param name="limit">At most so many are listed.</param>
    /// <param name="bounds">How far the walk goes.</param>
    /// <param name="count">How many there are, listed or not.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such node, or a number is negative.</exception>
    public IReadOnlyList<int[]> AllPaths(ReadOnlySpan<int> nodes, int skip, int limit, PathBounds bounds, out PathCount count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skip);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var ends = new bool[Count];
        foreach (var node in nodes)
        {
            _ = _forward.Of(node);
            ends[node] = true;
        }

        count = new(0, true);
        if (nodes.IsEmpty) return [];
        if (ends[0])
        {
            count = new(1, true);
            return skip == 0 && limit > 0 ? [[0]] : [];
        }

        var rest = EdgesTo(ends);
        if (rest[0] < 0) return [];
        var known = CountWithoutRings(ends, rest);
        var (result, walk) = (new List<int[]>(), new PathWalk(_forward, ends, rest, bounds));
        var walked = 0L;
        while (known is null || result.Count < limit)
        {
            if (walked > bounds.Paths || !walk.Next()) break;
            if (walked >= skip && walked < bounds.Paths && result.Count < limit) result.Add(walk.Path());
            walked++;
        }

        // One more than was found may be there, so what was found last is what there is "more than".
        count = known is { } exact ? new(exact, true) : walked > bounds.Paths || walk.Stopped ? new(Math.Max(0, walked - 1), false) : new(walked, true);
        return result;
    }

    /// <summary>Edges from each node to the nearest of the ends, on ways that pass neither the root nor an end; -1 where there is none.</summary>
    private int[] EdgesTo(bool[] ends)
    {
        var backward = _backward ??= _forward.Reversed();
        var rest = new int[Count];
        Array.Fill(rest, -1);
        var queue = new Queue<int>();
        for (var node = 0; node < ends.Length; node++)
        {
            if (!ends[node]) continue;
            rest[node] = 0;
            queue.Enqueue(node);
        }

        while (queue.TryDequeue(out var current))
        {
            if (current == 0) continue;
            foreach (var before in backward.Of(current))
            {
                if (rest[before] >= 0) continue;
                rest[before] = rest[current] + 1;
                queue.Enqueue(before);
            }
        }

        return rest;
    }

    /// <summary>The number of paths when nothing that lies on one leads back to it, counted from the root on; null when there is a ring.</summary>
    private long? CountWithoutRings(bool[] ends, int[] rest)
    {
        var before = new int[Count];
        var seen = new bool[Count];
        var order = new List<int> { 0 };
        seen[0] = true;
        for (var i = 0; i < order.Count; i++)
        {
            if (ends[order[i]]) continue;
            foreach (var next in _forward.Of(order[i]))
            {
                if (next == 0 || rest[next] < 0 || next == order[i]) continue;
                before[next]++;
                if (seen[next]) continue;
                seen[next] = true;
                order.Add(next);
            }
        }

        var paths = new long[Count];
        paths[0] = 1;
        var (ready, done, total) = (new Queue<int>([0]), 0, 0L);
        while (ready.TryDequeue(out var current))
        {
            done++;
            if (ends[current])
            {
                total = Sum(total, paths[current]);
                continue;
            }

            foreach (var next in _forward.Of(current))
            {
                if (next == 0 || rest[next] < 0 || next == current) continue;
                paths[next] = Sum(paths[next], paths[current]);
                if (--before[next] == 0) ready.Enqueue(next);
            }
        }

        return done == order.Count ? total : null;
    }

    private static long Sum(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    /// <summary>
    /// Walks the paths of one length after another, depth first, turning back where the rest of the way is longer than what is left. The next length is the least for which it turned back, so
    /// lengths without a path cost a walk only where rings make a way look shorter than it is.
    /// </summary>
    private sealed class PathWalk(Adjacency forward, bool[] ends, int[] rest, PathBounds bounds)
    {
        private readonly bool[] _on = new bool[rest.Length];
        private readonly int _longest = Math.Max(bounds.Longest, rest[0]);
        private readonly List<int> _path = [], _choice = [];
        private int _length = rest[0], _nextLength = int.MaxValue, _end = -1;
        private long _work;

        /// <summary>True when a bound ended the walk.</summary>
        public bool Stopped { get; private set; }

        public int[] Path() => [.. _path, _end];

        /// <summary>Goes on to the next path; false when there is none, or none within the bounds.</summary>
        public bool Next()
        {
            while (!Stopped)
            {
                if (_path.Count == 0) Step(0);
                if (Walk()) return true;
                if (Stopped || _nextLength == int.MaxValue) return false;
                Stopped = _nextLength > _longest;
                (_length, _nextLength) = (_nextLength, int.MaxValue);
            }

            return false;
        }

        private bool Walk()
        {
            while (_path.Count > 0)
            {
                var level = _path.Count - 1;
                var targets = forward.Of(_path[level]);
                if (_choice[level] == targets.Length)
                {
                    _on[_path[level]] = false;
                    _path.RemoveAt(level);
                    _choice.RemoveAt(level);
                    continue;
                }

                if (++_work > bounds.Work)
                {
                    Stopped = true;
                    return false;
                }

                var next = targets[_choice[level]++];
                if (rest[next] < 0 || _on[next]) continue;
                var least = level + 1 + rest[next];
                if (least > _length) _nextLength = Math.Min(_nextLength, least);
                else if (!ends[next]) Step(next);
                else if (level + 1 == _length)
                {
                    _end = next;
                    return true;
                }
            }

            return false;
        }

        private void Step(int node)
        {
            _on[node] = true;
            _path.Add(node);
            _choice.Add(0);
        }
    }
}
