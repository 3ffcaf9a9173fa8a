namespace Headwater.Core.Sboms;

/// <summary>
/// The dependency graph of one document: adjacency by local index, immutable, written and read as one compact block of bytes.
/// Cycles and self-loops are kept as they are; every walk visits a node once.
/// </summary>
public sealed class DependencyGraph
{
    /// <summary>Number of nodes; node 0 is the root.</summary>
    public int Count => throw new NotImplementedException();

    /// <summary>What <paramref name="node"/> depends on.</summary>
    public ReadOnlySpan<int> Dependencies(int node) => throw new NotImplementedException();

    /// <summary>What depends on <paramref name="node"/>.</summary>
    public ReadOnlySpan<int> Dependants(int node) => throw new NotImplementedException();

    /// <summary>Edges between the root and each node; -1 where the root does not reach it.</summary>
    public ReadOnlySpan<int> Depths => throw new NotImplementedException();

    /// <summary>All shortest paths from the root to <paramref name="node"/>, root first, at most <paramref name="limit"/> of them.</summary>
    /// <param name="node">Where to.</param>
    /// <param name="limit">At most so many paths are listed.</param>
    /// <param name="total">How many there are (saturating at <see cref="long.MaxValue"/>).</param>
    public IReadOnlyList<int[]> ShortestPaths(int node, int limit, out long total) => throw new NotImplementedException();

    /// <summary>Builds a graph. Edges that name a node outside 0..count-1 are refused; repeated edges are kept once.</summary>
    public static DependencyGraph Build(int count, IEnumerable<(int From, int To)> edges) => throw new NotImplementedException();

    /// <summary>The graph as bytes (varint deltas).</summary>
    public byte[] ToBytes() => throw new NotImplementedException();

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="FormatException">The bytes are not a graph.</exception>
    public static DependencyGraph FromBytes(ReadOnlySpan<byte> bytes) => throw new NotImplementedException();
}
