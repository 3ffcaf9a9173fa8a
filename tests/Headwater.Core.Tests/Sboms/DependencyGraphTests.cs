using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Sboms;

public sealed class DependencyGraphTests
{
    private static Gen<(int Count, (int From, int To)[] Edges)> Graphs() =>
        from count in Gen.Choose(1, 8)
        from edges in Gen.ListOf(from a in Gen.Choose(0, count - 1) from b in Gen.Choose(0, count - 1) select (a, b))
        select (count, edges.ToArray());

    [Fact]
    public void Build_AnySmallGraph_AgreesWithBruteForce() =>
        Prop.ForAll(Graphs().ToArbitrary(), g =>
        {
            var graph = DependencyGraph.Build(g.Count, g.Edges);
            var edges = g.Edges.Distinct().ToArray();
            for (var node = 0; node < g.Count; node++)
            {
                graph.Dependencies(node).ToArray().ShouldBe(edges.Where(e => e.From == node).Select(e => e.To).Order());
                graph.Dependants(node).ToArray().ShouldBe(edges.Where(e => e.To == node).Select(e => e.From).Order());
                var expected = BruteForce(g.Count, edges, node);
                graph.Depths[node].ShouldBe(expected.Count == 0 ? -1 : expected[0].Length - 1);
                var paths = graph.ShortestPaths(node, 1000, out var total);
                total.ShouldBe(expected.Count);
                paths.Select(p => string.Join('>', p)).ShouldBe(expected.Select(p => string.Join('>', p)));
                graph.ShortestPaths(node, 1, out _).Count.ShouldBe(Math.Min(1, expected.Count));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void AllPaths_AnySmallGraph_AgreesWithBruteForce() =>
        Prop.ForAll(Graphs().ToArbitrary(), g =>
        {
            var graph = DependencyGraph.Build(g.Count, g.Edges);
            var edges = g.Edges.Distinct().ToArray();
            for (var node = 0; node < g.Count; node++)
            {
                // One node, and two that stand for the same thing: a path ends at the first of them.
                foreach (int[] ends in new[] { [node], new[] { node, g.Count - 1 } })
                {
                    var expected = Simple(edges, [0], ends).OrderBy(p => p.Length).ThenBy(p => string.Join('>', p), StringComparer.Ordinal).Select(p => string.Join('>', p)).ToList();
                    var all = graph.AllPaths(ends, 0, 100_000, new PathBounds(100_000), out var count);
                    all.Select(p => string.Join('>', p)).ShouldBe(expected);
                    count.ShouldBe(new PathCount(expected.Count, true));
                    graph.AllPaths(ends, 2, 3, new PathBounds(100_000), out var again).Select(p => string.Join('>', p)).ShouldBe(expected.Skip(2).Take(3));
                    again.ShouldBe(count);
                    graph.AllPaths(ends, 0, 0, new PathBounds(100_000), out again).ShouldBeEmpty();
                    again.ShouldBe(count);
                    var few = graph.AllPaths(ends, 0, 10, new PathBounds(2), out again);
                    few.Select(p => string.Join('>', p)).ShouldBe(expected.Take(2));
                    if (again.Exact) again.Paths.ShouldBe(expected.Count);
                    else (again.Paths, expected.Count > 2).ShouldBe((2, true));
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void AllPaths_MoreThanAnybodyCanWalk_AreCountedAndTheFirstListed()
    {
        // Sixty diamonds in a row: 2^60 paths without a ring, all of one length.
        const int Diamonds = 60;
        var graph = DependencyGraph.Build(3 * Diamonds + 1, Enumerable.Range(0, Diamonds).SelectMany(i => new[] { (3 * i, 3 * i + 1), (3 * i, 3 * i + 2), (3 * i + 1, 3 * i + 3), (3 * i + 2, 3 * i + 3) }));
        graph.AllPaths([3 * Diamonds], 5, 100, new PathBounds(), out var count).Count.ShouldBe(100);
        count.ShouldBe(new PathCount(1L << Diamonds, true));

        // Where everything needs everything, the count is a bound, and the direct way comes first.
        const int Dense = 40;
        var ring = DependencyGraph.Build(Dense, Enumerable.Range(0, Dense).SelectMany(a => Enumerable.Range(0, Dense).Select(b => (a, b))));
        var clock = Stopwatch.StartNew();
        ring.AllPaths([Dense - 1], 0, 50, new PathBounds(), out count).Select(p => p.Length).ShouldBe(Enumerable.Repeat(3, Dense - 2).Prepend(2).Concat(Enumerable.Repeat(4, 50 - Dense + 1)));
        count.ShouldBe(new PathCount(10_000, false));
        ring.AllPaths([Dense - 1], 0, 50, new PathBounds(long.MaxValue, Work: 100_000), out count).Count.ShouldBe(50);
        count.Exact.ShouldBeFalse();
        count.Paths.ShouldBeInRange(50, 100_000);
        clock.Elapsed.TotalSeconds.ShouldBeLessThan(10);

        // A chain that is longer than the longest that is walked, and a short cut beside it.
        var chain = DependencyGraph.Build(2001, Enumerable.Range(0, 2000).Select(i => (i, i + 1)).Append((0, 1999)).Append((5, 4)));
        chain.AllPaths([2000], 0, 10, new PathBounds(), out count).Single().ShouldBe([0, 1999, 2000]);
        count.ShouldBe(new PathCount(0, false)); // The one that was found, or more: the ring keeps it from being worked out.
        chain.AllPaths([1998], 0, 10, new PathBounds(), out count).Single().Length.ShouldBe(1999);
        Should.Throw<ArgumentOutOfRangeException>(() => chain.AllPaths([2001], 0, 1, new PathBounds(), out _));
        Should.Throw<ArgumentOutOfRangeException>(() => chain.AllPaths([1], -1, 1, new PathBounds(), out _));
    }

    /// <summary>All paths that pass no node twice and end at the first of some nodes.</summary>
    private static IEnumerable<int[]> Simple((int From, int To)[] edges, int[] path, int[] ends) =>
        ends.Contains(path[^1]) ? [path] : edges.Where(e => e.From == path[^1] && !path.Contains(e.To)).SelectMany(e => Simple(edges, [.. path, e.To], ends));

    [Fact]
    public void RemovedWith_AnySmallGraph_AgreesWithBruteForce() =>
        Prop.ForAll(Graphs().ToArbitrary(), g =>
        {
            var graph = DependencyGraph.Build(g.Count, g.Edges);
            var reached = Reach(g.Edges, 0, null);
            for (var node = 0; node < g.Count; node++)
            {
                graph.RemovedWith(node).ShouldBe(reached.Except(Reach(g.Edges, 0, node)).Order());
                graph.RemovedWith(node, node).ShouldBe(graph.RemovedWith(node));
                graph.AllDependants(node).ShouldBe(Enumerable.Range(0, g.Count).Where(n => n != node && Reach(g.Edges, n, null).Contains(node)));
            }
            graph.RemovedWith().ShouldBeEmpty();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void RemovedWith_AMillionEdgesInRings_IsQuick()
    {
        var random = new Random(7);
        const int Nodes = 300_000;
        var graph = DependencyGraph.Build(Nodes, Enumerable.Range(0, 1_000_000).Select(_ => (random.Next(Nodes), random.Next(Nodes))));
        var clock = Stopwatch.StartNew();
        graph.RemovedWith(1, 2, 3).Length.ShouldBeInRange(0, Nodes);
        graph.AllDependants(1).Length.ShouldBeInRange(0, Nodes);
        clock.Elapsed.TotalSeconds.ShouldBeLessThan(10);
        Should.Throw<ArgumentOutOfRangeException>(() => graph.RemovedWith(Nodes));
        Should.Throw<ArgumentOutOfRangeException>(() => graph.AllDependants(-1));
    }

    /// <summary>What one node reaches, itself included, when another is not there.</summary>
    private static HashSet<int> Reach((int From, int To)[] edges, int from, int? without)
    {
        var seen = new HashSet<int>();
        if (from == without) return seen;
        for (List<int> open = [from]; open.Count > 0; open = [.. open.SelectMany(n => edges.Where(e => e.From == n).Select(e => e.To)).Where(n => n != without && !seen.Contains(n)).Distinct()])
            seen.UnionWith(open);
        return seen;
    }

    [Fact]
    public void Bytes_AnySmallGraph_ReadBackTheSame() =>
        Prop.ForAll(Graphs().ToArbitrary(), g =>
        {
            var graph = DependencyGraph.Build(g.Count, g.Edges);
            var again = DependencyGraph.FromBytes(graph.ToBytes());
            again.Count.ShouldBe(graph.Count);
            for (var node = 0; node < g.Count; node++) again.Dependencies(node).ToArray().ShouldBe(graph.Dependencies(node).ToArray());
            again.ToBytes().ShouldBe(graph.ToBytes());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void FromBytes_DamagedInput_IsRefusedOrReadsAGraph()
    {
        var random = new Random(3);
        var good = DependencyGraph.Build(300, Enumerable.Range(0, 900).Select(_ => (random.Next(300), random.Next(300)))).ToBytes();
        for (var length = 0; length < good.Length; length++) Should.Throw<FormatException>(() => DependencyGraph.FromBytes(good.AsSpan(0, length)));
        Should.Throw<FormatException>(() => DependencyGraph.FromBytes([.. good, 0]));
        Should.Throw<FormatException>(() => DependencyGraph.FromBytes([1, 0xff, 0xff, 0xff, 0xff, 0x07]));
        Should.Throw<FormatException>(() => DependencyGraph.FromBytes([1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
        var seconds = double.TryParse(Environment.GetEnvironmentVariable("HEADWATER_FUZZ_SECONDS"), out var s) ? s : 1;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds;)
        {
            var bad = (byte[])good.Clone();
            for (var edits = random.Next(1, 4); edits > 0; edits--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                var graph = DependencyGraph.FromBytes(bad);
                graph.Depths.Length.ShouldBe(graph.Count);
                if (graph.Count > 0) graph.ShortestPaths(graph.Count - 1, 5, out _);
            }
            catch (FormatException)
            {
            }
        }
    }

    [Fact]
    public void Build_EdgeOutsideTheNodes_IsRefused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => DependencyGraph.Build(2, [(0, 2)]));
        Should.Throw<ArgumentOutOfRangeException>(() => DependencyGraph.Build(2, [(-1, 0)]));
        Should.Throw<ArgumentOutOfRangeException>(() => DependencyGraph.Build(-1, []));
        var graph = DependencyGraph.Build(2, []);
        Should.Throw<ArgumentOutOfRangeException>(() => graph.Dependencies(2).Length);
        Should.Throw<ArgumentOutOfRangeException>(() => graph.ShortestPaths(2, 1, out _));
        DependencyGraph.Build(0, []).Depths.Length.ShouldBe(0);
    }

    [Fact]
    public void ShortestPaths_ManyDiamonds_SaturatesTheCount()
    {
        // Two nodes per level, each level joined completely to the next: 2^70 paths.
        const int Levels = 70;
        var edges = new List<(int, int)> { (0, 1), (0, 2) };
        for (var level = 0; level < Levels - 1; level++)
            for (var a = 0; a < 2; a++)
                for (var b = 0; b < 2; b++)
                    edges.Add((1 + level * 2 + a, 3 + level * 2 + b));
        var last = 1 + Levels * 2;
        edges.Add((last - 2, last));
        edges.Add((last - 1, last));
        var paths = DependencyGraph.Build(last + 1, edges).ShortestPaths(last, 3, out var total);
        total.ShouldBe(long.MaxValue);
        paths.Count.ShouldBe(3);
        paths.ShouldAllBe(p => p.Length == Levels + 2 && p.First() == 0 && p.Last() == last);
    }

    [Fact]
    public void Build_AMillionEdges_IsQuick()
    {
        var random = new Random(5);
        const int Nodes = 300_000;
        var edges = Enumerable.Range(0, 1_000_000).Select(_ => (random.Next(Nodes), random.Next(Nodes))).ToArray();
        var chain = Enumerable.Range(0, Nodes - 1).Select(i => (i, i + 1)).ToArray();
        var clock = Stopwatch.StartNew();
        var graph = DependencyGraph.Build(Nodes, edges);
        DependencyGraph.FromBytes(graph.ToBytes()).ShortestPaths(Nodes - 1, 10, out _);
        DependencyGraph.Build(Nodes, chain).ShortestPaths(Nodes - 1, 1, out var total)[0].Length.ShouldBe(Nodes);
        total.ShouldBe(1);
        clock.Elapsed.TotalSeconds.ShouldBeLessThan(10);
    }

    private static List<int[]> BruteForce(int count, (int From, int To)[] edges, int node)
    {
        var found = new List<int[]>();
        for (List<int[]> level = [[0]]; level.Count > 0 && found.Count == 0; level = [.. level.SelectMany(p => edges.Where(e => e.From == p[^1] && !p.Contains(e.To)).Select(e => (int[])[.. p, e.To]))])
            found = level.Where(p => p[^1] == node).OrderBy(p => string.Join(',', p), StringComparer.Ordinal).ToList();
        return found;
    }
}
