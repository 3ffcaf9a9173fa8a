using System.Buffers;

namespace Headwater.Core.Sboms;

/// <summary>
/// The dependency graph of one document: adjacency by local index, immutable, written and read as one compact block of bytes.
/// Cycles and self-loops are kept as they are; every walk visits a node once, and none recurses. Safe for concurrent readers.
/// </summary>
public sealed partial class DependencyGraph
{
    private const byte FormatVersion = 1;

    private readonly Adjacency _forward;
    private Adjacency? _backward;
    private int[]? _depths;

    private DependencyGraph(Adjacency forward) => _forward = forward;

    /// <summary>Number of nodes; node 0 is the root.</summary>
    public int Count => _forward.Starts.Length - 1;

    /// <summary>Number of distinct edges.</summary>
    public int EdgeCount => _forward.Targets.Length;

    /// <summary>What <paramref name="node"/> depends on, in ascending order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such node.</exception>
    public ReadOnlySpan<int> Dependencies(int node) => _forward.Of(node);

    /// <summary>What depends on <paramref name="node"/>, in ascending order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such node.</exception>
    public ReadOnlySpan<int> Dependants(int node) => (_backward ??= _forward.Reversed()).Of(node);

    /// <summary>Everything that depends on <paramref name="node"/>, directly or not, in ascending order; the node itself is not told, not even when it depends on itself.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such node.</exception>
    public int[] AllDependants(int node)
    {
        var backward = _backward ??= _forward.Reversed();
        _ = backward.Of(node);
        var seen = new bool[Count];
        var queue = new Queue<int>();
        seen[node] = true;
        queue.Enqueue(node);
        while (queue.TryDequeue(out var current))
        {
            foreach (var before in backward.Of(current))
            {
                if (seen[before]) continue;
                seen[before] = true;
                queue.Enqueue(before);
            }
        }
        seen[node] = false;
        return Chosen(seen);
    }

    /// <summary>
    /// What the root does not reach any more when some nodes are taken away, they themselves included, in ascending order: what is there for their
    /// sake alone. What the root never reached is not told.
    /// </summary>
    /// <param name="nodes">The nodes to take away, for example all that stand for one component version.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such node.</exception>
    public int[] RemovedWith(params ReadOnlySpan<int> nodes)
    {
        var gone = new bool[Count];
        foreach (var node in nodes)
        {
            _ = _forward.Of(node);
            gone[node] = true;
        }
        var stays = new bool[Count];
        if (Count > 0 && !gone[0])
        {
            var queue = new Queue<int>();
            stays[0] = true;
            queue.Enqueue(0);
            while (queue.TryDequeue(out var current))
            {
                foreach (var next in _forward.Of(current))
                {
                    if (gone[next] || stays[next]) continue;
                    stays[next] = true;
                    queue.Enqueue(next);
                }
            }
        }
        var depths = Depths;
        for (var node = 0; node < stays.Length; node++) stays[node] = !stays[node] && depths[node] >= 0;
        return Chosen(stays);
    }

    private static int[] Chosen(bool[] which)
    {
        var list = new List<int>();
        for (var i = 0; i < which.Length; i++)
            if (which[i]) list.Add(i);
        return [.. list];
    }

    /// <summary>Edges between the root and each node; -1 where the root does not reach it.</summary>
    public ReadOnlySpan<int> Depths => _depths ??= ComputeDepths();

    /// <summary>All shortest paths from the root to <paramref name="node"/>, root first, at most <paramref name="limit"/> of them, in ascending order.</summary>
    /// <param name="node">Where to.</param>
    /// <param name="limit">At most so many paths are listed.</param>
    /// <param name="total">How many there are (saturating at <see cref="long.MaxValue"/>).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such node, or the limit is negative.</exception>
    public IReadOnlyList<int[]> ShortestPaths(int node, int limit, out long total)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node, Count);
        var depths = Depths;
        total = 0;
        if (depths[node] < 0) return [];

        // Backwards, level by level: only what lies on a shortest path, with the next steps towards the node and the number of
        // paths from there. A level is complete before the one above it is entered, so the numbers are final when they are used.
        var steps = new Dictionary<int, Step> { [node] = new Step { Paths = 1 } };
        var queue = new Queue<int>();
        queue.Enqueue(node);
        while (queue.TryDequeue(out var current))
        {
            var paths = steps[current].Paths;
            foreach (var before in Dependants(current))
            {
                if (depths[before] != depths[current] - 1 || depths[before] < 0) continue;
                if (!steps.TryGetValue(before, out var step))
                {
                    steps[before] = step = new Step();
                    queue.Enqueue(before);
                }
                step.Next.Add(current);
                step.Paths = step.Paths > long.MaxValue - paths ? long.MaxValue : step.Paths + paths;
            }
        }
        total = steps[0].Paths;

        // Forwards, depth first with an explicit stack: every step leads to the node, so no time is spent on dead ends.
        var result = new List<int[]>();
        var path = new int[depths[node] + 1];
        var choice = new int[path.Length];
        foreach (var step in steps.Values) step.Next.Sort();
        for (var level = 0; level >= 0 && result.Count < limit;)
        {
            if (level == path.Length - 1)
            {
                result.Add([.. path]);
                level--;
                continue;
            }
            var next = steps[path[level]].Next;
            if (choice[level] == next.Count)
            {
                choice[level--] = 0;
                continue;
            }
            path[level + 1] = next[choice[level]++];
            level++;
            choice[level] = 0;
        }
        return result;
    }

    /// <summary>Builds a graph. Repeated edges are kept once.</summary>
    /// <param name="count">Number of nodes.</param>
    /// <param name="edges">Edges in any order; they are enumerated once.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, or an edge names a node outside 0..count-1.</exception>
    public static DependencyGraph Build(int count, IEnumerable<(int From, int To)> edges)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var from = new List<int>();
        var to = new List<int>();
        var starts = new int[count + 1];
        foreach (var (a, b) in edges)
        {
            if ((uint)a >= (uint)count || (uint)b >= (uint)count)
                throw new ArgumentOutOfRangeException(nameof(edges), $"The edge {a} → {b} names a node that is not in 0..{count - 1}.");
            from.Add(a);
            to.Add(b);
            starts[a + 1]++;
        }
        for (var i = 0; i < count; i++) starts[i + 1] += starts[i];
        var targets = new int[from.Count];
        var next = starts[..count];
        for (var i = 0; i < from.Count; i++) targets[next[from[i]]++] = to[i];

        var kept = 0;
        for (var node = 0; node < count; node++)
        {
            var list = targets.AsSpan(starts[node], starts[node + 1] - starts[node]);
            list.Sort();
            starts[node] = kept;
            for (var i = 0; i < list.Length; i++)
                if (i == 0 || list[i] != targets[kept - 1]) targets[kept++] = list[i];
        }
        starts[count] = kept;
        return new(new Adjacency(starts, kept == targets.Length ? targets : targets[..kept]));
    }

    /// <summary>The graph as bytes: a version, the number of nodes, and for each node the number of its dependencies, the first one and the gaps to the following (varints).</summary>
    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>(Count + 2 * EdgeCount + 16);
        bytes.Write([FormatVersion]);
        Write(bytes, (uint)Count);
        for (var node = 0; node < Count; node++)
        {
            var list = _forward.Of(node);
            Write(bytes, (uint)list.Length);
            var previous = 0;
            foreach (var target in list)
            {
                Write(bytes, (uint)(target - previous));
                previous = target;
            }
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are not a graph.</exception>
    public static DependencyGraph FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] != FormatVersion) throw Damaged();
        bytes = bytes[1..];
        var count = Read(ref bytes);
        if (count > bytes.Length) throw Damaged(); // every node takes a byte at least, which bounds what is allocated
        var starts = new int[count + 1];
        var targets = new List<int>(bytes.Length - count);
        for (var node = 0; node < count; node++)
        {
            var length = Read(ref bytes);
            if (length > bytes.Length) throw Damaged();
            var previous = 0L;
            for (var i = 0; i < length; i++)
            {
                var gap = Read(ref bytes);
                previous += gap;
                if (previous >= count || (i > 0 && gap == 0)) throw Damaged();
                targets.Add((int)previous);
            }
            starts[node + 1] = targets.Count;
        }
        return bytes.IsEmpty ? new(new Adjacency(starts, targets.ToArray())) : throw Damaged();
    }

    private int[] ComputeDepths()
    {
        var depths = new int[Count];
        Array.Fill(depths, -1);
        if (Count == 0) return depths;
        var queue = new int[Count];
        depths[0] = 0;
        var end = 1;
        for (var i = 0; i < end; i++)
        {
            foreach (var next in _forward.Of(queue[i]))
            {
                if (depths[next] >= 0) continue;
                depths[next] = depths[queue[i]] + 1;
                queue[end++] = next;
            }
        }
        return depths;
    }

    private static void Write(ArrayBufferWriter<byte> bytes, uint value)
    {
        var span = bytes.GetSpan(5);
        var length = 0;
        for (; value >= 0x80; value >>= 7) span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        bytes.Advance(length);
    }

    private static int Read(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var i = 0; i < 5 && i < bytes.Length; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            bytes = bytes[(i + 1)..];
            return value <= int.MaxValue ? (int)value : throw Damaged();
        }
        throw Damaged();
    }

    private static FormatException Damaged() => new("The bytes are not a dependency graph, or are damaged.");

    private sealed class Step
    {
        public List<int> Next { get; } = [];

        public long Paths { get; set; }
    }

    /// <summary>Lists of targets, one after the other; node n's list is <c>Targets[Starts[n]..Starts[n + 1]]</c>.</summary>
    private sealed record Adjacency(int[] Starts, int[] Targets)
    {
        public ReadOnlySpan<int> Of(int node)
        {
            if ((uint)node >= (uint)(Starts.Length - 1)) throw new ArgumentOutOfRangeException(nameof(node), node, "There is no such node in the graph.");
            return Targets.AsSpan(Starts[node], Starts[node + 1] - Starts[node]);
        }

        public Adjacency Reversed()
        {
            var starts = new int[Starts.Length];
            foreach (var target in Targets) starts[target + 1]++;
            for (var i = 1; i < starts.Length; i++) starts[i] += starts[i - 1];
            var next = starts[..^1];
            var targets = new int[Targets.Length];
            for (var node = 0; node < Starts.Length - 1; node++)
                foreach (var target in Of(node)) targets[next[target]++] = node;
            return new(starts, targets);
        }
    }
}
