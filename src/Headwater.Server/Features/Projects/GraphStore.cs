using System.Data.Common;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Curations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>The dependency graph of a project version: what needs what, why something is here, and what goes with it. Each question reads the whole graph, so each number is of the whole.</summary>
internal sealed class GraphStore(IDatabase database)
{
    /// <summary>The most paths to one component version that are listed.</summary>
    public const int MostPaths = 10_000;

    private const long Org = Organisation.Home;

    private static readonly Dictionary<string, (Comparison<GraphLine> Order, bool Descending)> Sorts = new(StringComparer.Ordinal)
    {
        ["severity"] = ((a, b) => (a.Node.Kev, a.Node.MaxSeverity).CompareTo((b.Node.Kev, b.Node.MaxSeverity)), true),
        ["name"] = ((a, b) => string.Compare(a.Node.Name, b.Node.Name, StringComparison.OrdinalIgnoreCase), false),
        ["needs"] = ((a, b) => a.Node.Dependencies.CompareTo(b.Node.Dependencies), true),
        ["neededBy"] = ((a, b) => a.Node.NeededBy.CompareTo(b.Node.NeededBy), true),
        // What the root does not reach lies behind everything that it does.
        ["depth"] = ((a, b) => ((uint)a.Depth).CompareTo((uint)b.Depth), false),
    };

    /// <summary>What a node of the newest upload's graph depends on, one level, worst first; node 0 is the root. Null when there is no graph yet.</summary>
    /// <param name="findingsSeen">Where the caller may see findings; elsewhere nothing is told of them, here and below, and names make the order.</param>
    /// <param name="request">Which part of the level; its cursors are places.</param>
    public Task<Page<TreeNode>?> TreeAsync(Viewer viewer, Viewer findingsSeen, Guid version, int node, PageRequest request, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        if (await OfVersionAsync(connection, viewer, version) is not { } upload || node < 0 || node >= upload.Graph.Count) return null;
        var children = upload.Graph.Dependencies(node).ToArray();
        var facts = await FactsAsync(connection, children.Select(c => upload.Nodes[c]), await SeesFindingsAsync(connection, findingsSeen, version));
        var page = Page<TreeNode>.Of([.. children.Select(c => facts.Node(c, upload, false)).OrderByDescending(n => n.MaxSeverity).ThenByDescending(n => n.Kev).ThenBy(n => n.Name, StringComparer.OrdinalIgnoreCase).ThenBy(n => n.Node)], request);
        return page with { Items = await LicensedAsync(connection, page.Items) };
    }, cancellationToken);

    /// <summary>The newest upload's graph, nearest nodes first, at most <paramref name="limit"/> of them. Null when there is none yet.</summary>
    public Task<GraphView?> DrawingAsync(Viewer viewer, Viewer findingsSeen, Guid version, int limit, long? without = null, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        if (await OfVersionAsync(connection, viewer, version) is not { } upload) return null;
        var (graph, order) = (upload.Graph, new List<int> { 0 });
        var seen = new HashSet<int> { 0 };
        for (var i = 0; i < order.Count && order.Count < limit; i++)
        {
            foreach (var next in graph.Dependencies(order[i]))
                if (order.Count < limit && seen.Add(next)) order.Add(next);
        }

        var found = await SeesFindingsAsync(connection, findingsSeen, version);
        var facts = await FactsAsync(connection, order.Select(n => upload.Nodes[n]), found);
        var edges = new List<int[]>();
        foreach (var from in order)
            foreach (var to in graph.Dependencies(from))
                if (seen.Contains(to)) edges.Add([from, to]);
        var root = await RootAsync(connection, viewer, version);
        return new GraphView(await LicensedAsync(connection, [.. order.Select(n => n == 0 ? new TreeNode(0, 0, 0, root!.Name, null, root.Version, null, graph.Dependencies(0).Length, upload.NeededBy(0), found ? Severity.Unknown : null, found ? false : null, false) : facts.Node(n, upload, false))]),
            edges, graph.Count, order.Count < graph.Count, without is { } gone && Nodes(upload, gone) is { Length: > 0 } nodes ? [.. graph.RemovedWith(nodes).Where(seen.Contains)] : []);
    }, cancellationToken);

    /// <summary>Every component of the newest upload's graph as a table. Sorts: <c>severity</c> (default), <c>name</c>, <c>version</c>, <c>needs</c>, <c>neededBy</c>, <c>depth</c>. Null when there is no graph yet.</summary>
    /// <param name="request">Its filter and order; which part, the caller takes himself.</param>
    /// <param name="without">A component version of which each line says whether it would go with it.</param>
    /// <param name="nearest">At most so many, the nearest to the root.</param>
    public Task<GraphTable?> TableAsync(Viewer viewer, Viewer findingsSeen, Guid version, PageRequest request, long? without = null, int? nearest = null, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        if (await OfVersionAsync(connection, viewer, version) is not { } upload) return null;
        var graph = upload.Graph;
        var goes = without is { } gone && Nodes(upload, gone) is { Length: > 0 } nodes ? graph.RemovedWith(nodes).ToHashSet() : [];
        IEnumerable<int> all = Enumerable.Range(1, Math.Max(0, graph.Count - 1));
        if (nearest is { } most) all = all.OrderBy(n => (uint)upload.Graph.Depths[n]).ThenBy(n => n).Take(most);
        var facts = await FactsAsync(connection, all.Select(n => upload.Nodes[n]), await SeesFindingsAsync(connection, findingsSeen, version));
        var lines = all.Select(n => new GraphLine(facts.Node(n, upload, false), upload.Graph.Depths[n], goes.Contains(n)));
        if (request.Filter?.Trim() is { Length: > 0 } text)
            lines = lines.Where(l => new[] { l.Node.Name, l.Node.Group, l.Node.Purl }.Any(t => t?.Contains(text, StringComparison.OrdinalIgnoreCase) == true));
        var sort = request.SortOf([.. Sorts.Keys, "version"], "severity");
        var (order, descending) = Sorts.GetValueOrDefault(sort, Sorts["severity"]);
        var compare = Comparer<GraphLine>.Create(request.Descending ?? descending ? (a, b) => order(b, a) : order);
        var ordered = sort != "version" ? lines.OrderBy(l => l, compare) : lines.OrderBy(l => Place(l.Node), VersionPlace.Order(request.Descending == true));
        return new GraphTable([.. ordered.ThenBy(l => l.Node.Name, StringComparer.Ordinal).ThenBy(l => l.Node.Node)], Math.Max(0, graph.Count - 1), upload.Nodes.Where(c => c > 0).Distinct().Count(), Reached(graph),
            goes.Count == 0 ? null : facts.Step(without!.Value), goes.Select(n => upload.Nodes[n]).Where(c => c > 0 && c != without).Distinct().Count());
    }, cancellationToken);

    /// <summary>Nodes with their licences: for the part of a list that is shown, for none is narrowed or ordered by them.</summary>
    public Task<IReadOnlyList<TreeNode>> LicensedAsync(IReadOnlyList<TreeNode> nodes, CancellationToken cancellationToken = default) => database.ReadAsync(connection => LicensedAsync(connection, nodes), cancellationToken);

    /// <summary>The same of lines of the table.</summary>
    public async Task<IReadOnlyList<GraphLine>> LicensedAsync(IReadOnlyList<GraphLine> lines, CancellationToken cancellationToken = default) =>
        [.. lines.Zip(await LicensedAsync([.. lines.Select(l => l.Node)], cancellationToken), (line, node) => line with { Node = node })];

    private static async Task<IReadOnlyList<TreeNode>> LicensedAsync(DbConnection connection, IReadOnlyList<TreeNode> nodes)
    {
        var licences = await CurationsModule.OfVersionsAsync(connection, nodes.Select(n => n.ComponentVersionId).Where(id => id > 0));
        return [.. nodes.Select(n => n with { Licence = licences.GetValueOrDefault(n.ComponentVersionId) })];
    }

    private static VersionPlace Place(TreeNode node) => VersionPlace.Of(node.Purl?.IndexOf('/', StringComparison.Ordinal) is { } end and > 4 ? node.Purl[4..end] : null, node.Version);

    private static int Reached(DependencyGraph graph)
    {
        var reached = 0;
        foreach (var depth in graph.Depths)
            if (depth > 0) reached++;
        return reached;
    }

    /// <summary>Who needs a component version in a project version, and what would go with it, each list whole. Null when it is not in there.</summary>
    public Task<Impact?> ImpactAsync(Viewer viewer, Viewer findingsSeen, Guid version, long componentVersionId, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        if (await RootAsync(connection, viewer, version) is not { } root || await OfVersionAsync(connection, viewer, version) is not { } upload) return null;
        var nodes = Nodes(upload, componentVersionId);
        if (nodes.Length == 0) return null;
        var graph = upload.Graph;
        var direct = new HashSet<int>();
        var all = new HashSet<int>();
        foreach (var node in nodes)
        {
            foreach (var before in graph.Dependants(node)) direct.Add(before);
            all.UnionWith(graph.AllDependants(node));
        }

        var goes = graph.RemovedWith(nodes).Except(nodes).ToList();
        var facts = await FactsAsync(connection, direct.Concat(goes).Concat(nodes).Select(n => upload.Nodes[n]), await SeesFindingsAsync(connection, findingsSeen, version));
        List<TreeNode> Ordered(IEnumerable<int> some) => [.. some.Where(n => n != 0).DistinctBy(n => upload.Nodes[n]).Select(n => facts.Node(n, upload, false))
            .OrderByDescending(n => n.Kev).ThenByDescending(n => n.MaxSeverity).ThenBy(n => n.Name, StringComparer.OrdinalIgnoreCase).ThenBy(n => n.Node)];
        var (neededBy, gone) = (Ordered(direct.Except(nodes)), Ordered(goes));
        return new Impact(root, facts.Step(componentVersionId), direct.Contains(0), neededBy, neededBy.Count, all.Except(nodes).Count(n => n != 0), gone, gone.Count, nodes.Any(n => graph.Depths[n] >= 0));
    }, cancellationToken);

    /// <summary>All shortest paths from the root to a component version, at most <paramref name="limit"/>. Null when it is not in there.</summary>
    public async Task<WhyHere?> WhyAsync(Viewer viewer, Guid version, long componentVersionId, int limit = 10, CancellationToken cancellationToken = default) =>
        (await WhyEachAsync(viewer, [(version, componentVersionId)], limit, cancellationToken)).GetValueOrDefault((version, componentVersionId));

    /// <summary>The same for several component versions, each in a project version of its own; those that are not in there are left out.</summary>
    public Task<IReadOnlyDictionary<(Guid Version, long ComponentVersion), WhyHere>> WhyEachAsync(Viewer viewer, IReadOnlyCollection<(Guid Version, long ComponentVersion)> uses, int limit, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<(Guid, long), WhyHere>>(async connection =>
        {
            if (uses.Count == 0) return new Dictionary<(Guid, long), WhyHere>();
            var asked = uses.ToLookup(u => u.Version, u => u.ComponentVersion);
            var parameters = new { Org, versions = asked.Select(a => a.Key.ToString()).ToList(), components = uses.Select(u => u.ComponentVersion).Distinct().ToList() };
            var found = new List<(ProjectVersionRef Root, long ComponentVersion, List<long[]> Paths, long Total)>();
            // One graph in memory at a time: a large one takes megabytes.
            await foreach (var row in connection.QueryUnbufferedAsync<GraphRow>($"""
                SELECT v.uuid, p.uuid AS project_uuid, p.name, v.version, g.graph, g.nodes FROM project_version v JOIN project p ON p.id = v.project_id JOIN upload_graph g ON g.upload_id = v.last_upload_id AND g.org_id = @Org
                WHERE v.org_id = @Org AND v.uuid IN @versions AND {viewer.Sees("p.owner_id")}
                """, parameters))
            {
                var upload = new UploadGraph(DependencyGraph.FromBytes(row.Graph), NodeList.FromBytes(row.Nodes));
                foreach (var componentVersion in asked[row.Uuid].Distinct())
                {
                    if (NearestNode(upload, componentVersion) is var node && node < 0) continue;
                    var paths = upload.Graph.ShortestPaths(node, limit, out var total);
                    found.Add((new ProjectVersionRef(row.Uuid, row.ProjectUuid, row.Name, row.Version.Length == 0 ? null : row.Version), componentVersion, [.. paths.Select(p => p.Select(n => n == 0 ? 0 : upload.Nodes[n]).ToArray())], total));
                }
            }

            var facts = await FactsAsync(connection, found.SelectMany(f => f.Paths.SelectMany(p => p).Append(f.ComponentVersion)));
            var places = (await connection.QueryAsync<(Guid Version, long ComponentVersion, string Places)>(
                "SELECT v.uuid, o.cv_id, o.places FROM project_version v JOIN occurrence_place o ON o.org_id = @Org AND o.pv_id = v.id WHERE v.org_id = @Org AND v.uuid IN @versions AND o.cv_id IN @components", parameters))
                .ToDictionary(p => (p.Version, p.ComponentVersion), p => p.Places);
            return found.ToDictionary(f => (f.Root.Uuid, f.ComponentVersion), f => new WhyHere(f.Root, facts.Step(f.ComponentVersion), [.. f.Paths.Select(p => Steps(p, Beginning(f.Root), facts))], f.Total,
                TypeMaps.FromJson(places.GetValueOrDefault((f.Root.Uuid, f.ComponentVersion), "[]"))));
        }, cancellationToken);

    /// <summary>All paths from the root to a component version that pass nothing twice, the shortest first. Null when it is not in there.</summary>
    /// <param name="from">How many are passed over.</param>
    /// <param name="size">How many are listed.</param>
    public Task<AllPaths?> PathsAsync(Viewer viewer, Guid version, long componentVersionId, int from, int size, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        if (await RootAsync(connection, viewer, version) is not { } root || await OfVersionAsync(connection, viewer, version) is not { } upload) return null;
        var nodes = Nodes(upload, componentVersionId);
        if (nodes.Length == 0) return null;
        var paths = upload.Graph.AllPaths(nodes, from, Math.Min(size, Math.Max(0, MostPaths - from)), new PathBounds(MostPaths), out var count);
        var facts = await FactsAsync(connection, paths.SelectMany(p => p).Concat(nodes).Distinct().Select(n => upload.Nodes[n]));
        var beginning = Beginning(root);
        return new AllPaths(root, facts.Step(componentVersionId), [.. paths.Select(p => Steps(p.Select(n => n == 0 ? 0 : upload.Nodes[n]), beginning, facts))], count.Paths, count.Exact, from, size);
    }, cancellationToken);

    /// <param name="path">Component versions from the root on, which is 0.</param>
    private static PathStep[] Steps(IEnumerable<long> path, PathStep root, NodeFacts facts) => [.. path.Select(c => c == 0 ? root : facts.Step(c))];

    private static PathStep Beginning(ProjectVersionRef root) => new(0, 0, root.Name, null, root.Version);

    private static int[] Nodes(UploadGraph upload, long componentVersion) => [.. Enumerable.Range(1, Math.Max(0, upload.Nodes.Length - 1)).Where(n => upload.Nodes[n] == componentVersion)];

    private static async Task<ProjectVersionRef?> RootAsync(DbConnection connection, Viewer viewer, Guid version)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(string Project, string Name, string Version)?>(
            $"SELECT p.uuid, p.name, v.version FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.org_id = @Org AND v.uuid = @version AND {viewer.Sees("p.owner_id")}", new { Org, version });
        return row is { } it ? new ProjectVersionRef(version, Guid.Parse(it.Project), it.Name, it.Version.Length == 0 ? null : it.Version) : null;
    }

    private static async Task<UploadGraph?> OfVersionAsync(DbConnection connection, Viewer viewer, Guid version) =>
        await connection.QuerySingleOrDefaultAsync<long?>($"SELECT v.last_upload_id FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.org_id = @Org AND v.uuid = @version AND {viewer.Sees("p.owner_id")}", new { Org, version }) is { } upload ? await OfUploadAsync(connection, upload) : null;

    /// <summary>The graph of one upload; null when it has none yet.</summary>
    internal static async Task<UploadGraph?> OfUploadAsync(DbConnection connection, long upload)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(byte[] Graph, byte[] Nodes)?>("SELECT graph, nodes FROM upload_graph WHERE upload_id = @upload AND org_id = @Org", new { upload, Org });
        return row is { } it ? new UploadGraph(DependencyGraph.FromBytes(it.Graph), NodeList.FromBytes(it.Nodes)) : null;
    }

    /// <summary>Of the nodes that stand for one component version (a document may list it twice), the one nearest to the root.</summary>
    private static int NearestNode(UploadGraph upload, long componentVersion)
    {
        var (best, bestDepth) = (-1, int.MaxValue);
        for (var i = 1; i < upload.Nodes.Length; i++)
        {
            if (upload.Nodes[i] != componentVersion) continue;
            var depth = upload.Graph.Depths[i] < 0 ? int.MaxValue - 1 : upload.Graph.Depths[i];
            if (depth < bestDepth) (best, bestDepth) = (i, depth);
        }

        return best;
    }

    private static async Task<bool> SeesFindingsAsync(DbConnection connection, Viewer findingsSeen, Guid version) => !findingsSeen.IsNothing && await ProjectWriteStore.VisibleAsync(connection, null, findingsSeen, version) is not null;

    /// <summary>What is shown of component versions.</summary>
    /// <param name="found">Whether what was found in them may be told.</param>
    internal static async Task<NodeFacts> FactsAsync(DbConnection connection, IEnumerable<long> componentVersions, bool found = false)
    {
        var facts = new Dictionary<long, NodeFact>();
        // Chunks keep the statement within every engine's number of parameters.
        foreach (var chunk in componentVersions.Where(id => id > 0).Distinct().Chunk(500))
        {
            foreach (var fact in await connection.QueryAsync<NodeFact>("""
                SELECT c.id, c.component_id, k.type, k.group_name, k.name, c.version, c.purl, c.max_severity, c.kev FROM component_version c JOIN component k ON k.id = c.component_id WHERE c.id IN @chunk
                """, new { chunk })) facts[fact.Id] = fact;
        }

        return new NodeFacts(facts, found);
    }

    private sealed class GraphRow
    {
        public Guid Uuid { get; set; }
        public Guid ProjectUuid { get; set; }
        public string Name { get; set; } = "";
        public string Version { get; set; } = "";
        public byte[] Graph { get; set; } = [];
        public byte[] Nodes { get; set; } = [];
    }
}
