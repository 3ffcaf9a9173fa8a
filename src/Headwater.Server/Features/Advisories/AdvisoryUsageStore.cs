using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Advisories;

/// <summary>Where what an advisory hits is used: in the latest versions of projects and in older ones, also where it cannot be told whether it is hit.</summary>
internal sealed class AdvisoryUsageStore(IDatabase database, ProjectsModule projects, FindingsModule findings, LongOrders orders)
{
    private const long Org = Organisation.Home;
    private const int PathsEach = 3, WithPaths = 50;
    private const long Many = 5000;

    /// <summary>A file of more uses would take too much of the server's memory.</summary>
    public const int MostInFile = 200_000;

    private const string Select = $"""
        SELECT v.id AS pv_id, p.uuid AS project_uuid, v.uuid AS version_uuid, p.name, v.version AS project_version, CASE WHEN p.latest_id = v.id THEN 1 ELSE 0 END AS is_latest, c.id AS cv_id, c.version,
            {OwnersModule.Select}, x.flags, x.depth, v.last_upload_at, k.name AS component_name, k.group_name, h.affected
        """;

    /// <summary>The component versions that are hit, each once, with the number of findings that say so for sure.</summary>
    private const string Hit = "hit AS (SELECT f.cv_id, MAX(f.affected) AS affected, SUM(f.affected) AS sure FROM finding f WHERE f.id IN @ids GROUP BY f.cv_id)";

    /// <summary>1 where every finding that is sure was decided not to matter.</summary>
    private const string Settled = """
        CASE WHEN h.sure > 0 AND h.sure <= (SELECT COUNT(*) FROM finding_decision e JOIN finding g ON g.id = e.finding_id AND g.cv_id = e.cv_id AND g.affected = 1
            WHERE e.org_id = @Org AND e.pv_id = x.pv_id AND e.cv_id = x.cv_id AND e.finding_id IN @ids AND e.settled = 1) THEN 1 ELSE 0 END
        """;

    /// <param name="versions">All component versions in question, as a list in SQL.</param>
    private static string From(Asked asked, string versions) => $"""
        FROM hit h JOIN occurrence x ON x.org_id = @Org AND x.cv_id = h.cv_id JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.id = v.project_id
        JOIN component_version c ON c.id = h.cv_id JOIN component k ON k.id = c.component_id LEFT JOIN owner w ON w.id = p.owner_id{asked.Join} WHERE x.cv_id IN ({versions}) AND {asked.Mine}
        """;

    private static readonly string[] Sorts = ["project", "version", "depth"];

    /// <summary>
    /// Each use once: latest versions of projects first, those that are hit for sure before the others, what is settled last (unless it is used thousands of times), then by the name of the project. With the decision about it,
    /// and for the first fifty latest versions the paths to it. Sorts: that (default), <c>project</c>, <c>version</c> (of the component, in the order of its kind), <c>depth</c>. The filter is for names of projects.
    /// </summary>
    /// <param name="ids">The identifiers of the advisory.</param>
    /// <param name="request">Which part; its cursors are places.</param>
    /// <param name="hit">How many projects are hit for sure in their latest version, where that is known.</param>
    public async Task<Page<AffectedUsage>> ListAsync(Viewer viewer, IReadOnlyList<string> ids, PageRequest request, long? hit = null, CancellationToken cancellationToken = default)
    {
        var (versions, asked, total) = await database.ReadAsync(async connection =>
        {
            var versions = await VersionsAsync(connection, ids);
            var asked = await AskedAsync(connection, viewer, request, versions);
            return (versions, asked, await CountAsync(connection, viewer, asked, versions));
        }, cancellationToken);
        var (from, size) = request.PlaceIn(total);
        var kept = total <= from || !orders.Keeps(total) || (from == 0 && asked.OrderBy is null) ? null : await KeptAsync(viewer, asked, ids, versions, from, size, cancellationToken);
        var (lines, decided, licences) = await database.ReadAsync(async connection =>
        {
            var parameters = new { Org, ids = ids.Take(500), asked.Like, from, size };
            var lines = total <= from ? [] : await ReadAsync(connection, asked, ids, versions, from, size, total, asked.Like is null ? hit : null, kept, parameters);
            var decisions = lines.Count == 0 ? [] : await connection.QueryAsync<FindingColumns>($"""
                {Uses(lines.Select(l => l.PvId), Listed(lines.Select(l => l.CvId)))} SELECT {FindingColumns.Select}, o.flags, o.depth, o.pv_id, {FindingColumns.DecisionSelect} FROM used o JOIN finding f ON f.cv_id = o.cv_id AND f.affected = 1
                JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id {FindingColumns.DecisionJoin}
                WHERE f.id IN @ids
                """, parameters);
            await AddFixesAsync(connection, lines, parameters);
            return (lines, decisions.ToLookup(d => (d.PvId, d.CvId)), await CurationsModule.OfVersionsAsync(connection, lines.Select(l => l.CvId)));
        }, cancellationToken);
        var usages = new List<AffectedUsage>();
        var why = await projects.WhyEachAsync(viewer, [.. lines.Take(WithPaths).Where(l => l.IsLatest).Select(l => (l.VersionUuid, l.CvId))], PathsEach, cancellationToken);
        foreach (var line in lines)
        {
            var about = decided[(line.PvId, line.CvId)].OrderBy(d => d.Settled).ThenByDescending(d => d.DecidedAt).ToList();
            usages.Add(new AffectedUsage(line.ToRow() with { Licence = licences.GetValueOrDefault(line.CvId) }, line.ComponentName, line.GroupName, line.Affected, line.Fixes, why.GetValueOrDefault((line.VersionUuid, line.CvId)), about.Count > 0 && about.TrueForAll(d => d.Settled), about.FirstOrDefault()?.ToAnalysis()));
        }

        return Page<AffectedUsage>.At(usages, from, size, total);
    }

    /// <summary>All of them in the same order, for a file; null when they are more than <see cref="MostInFile"/>.</summary>
    /// <param name="request">Its order and filter.</param>
    public Task<(long Total, List<UsageLine>? Lines)> AllAsync(Viewer viewer, IReadOnlyList<string> ids, PageRequest request, CancellationToken cancellationToken = default) => database.ReadAsync<(long, List<UsageLine>?)>(async connection =>
    {
        var versions = await VersionsAsync(connection, ids);
        var asked = await AskedAsync(connection, viewer, request, versions);
        var total = await CountAsync(connection, viewer, asked, versions);
        if (total > MostInFile) return (total, null);
        var parameters = new { Org, ids = ids.Take(500), asked.Like };
        var lines = (await connection.QueryAsync<Line>($"WITH {Hit}{asked.With} {Select}, {Settled} AS settled {From(asked, versions)} ORDER BY {asked.OrderBy ?? Order(total)}", parameters)).AsList();
        await AddFixesAsync(connection, lines, parameters);
        var licences = await CurationsModule.OfVersionsAsync(connection, lines.Select(l => l.CvId));
        return (total, lines.ConvertAll(l => new UsageLine(l.ToRow() with { Licence = licences.GetValueOrDefault(l.CvId) }, l.ComponentName, l.GroupName, l.Affected, l.Fixes, l.Settled)));
    }, cancellationToken);

    private static Task<long> CountAsync(DbConnection connection, Viewer viewer, Asked asked, string versions) => connection.QuerySingleAsync<long>(viewer.All && asked.Like is null ? $"SELECT COUNT(*) FROM occurrence x WHERE x.cv_id IN ({versions})"
        : $"SELECT COUNT(*) FROM occurrence x JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.id = v.project_id WHERE x.cv_id IN ({versions}) AND {asked.Mine}", new { asked.Like });

    /// <summary>The request in SQL. An order by version is one of few component versions beside their many uses: it is made here and joined.</summary>
    private static async Task<Asked> AskedAsync(DbConnection connection, Viewer viewer, PageRequest request, string versions)
    {
        var like = Platform.Data.Like.Containing(request.Filter);
        var mine = viewer.Sees("p.owner_id") + (like is null ? "" : @" AND LOWER(p.name) LIKE @Like ESCAPE '\'");
        var direction = request.Descending == true ? "DESC" : "ASC";
        var then = $"LOWER(p.name) {direction}, {UseKey.Of("x")} {direction}";
        switch (request.SortOf(Sorts, ""))
        {
            case "project":
                return new Asked(mine, like, "", "", then);
            case "depth":
                return new Asked(mine, like, "", "", $"CASE WHEN x.depth < 0 THEN 1000000 ELSE x.depth END {direction}, {then}");
            case "version":
                var known = await connection.QueryAsync<(long Id, string Name, string? Type, string? Version)>($"SELECT c.id, LOWER(k.name), k.type, c.version FROM component_version c JOIN component k ON k.id = c.component_id WHERE c.id IN ({versions})");
                var names = Comparer<string>.Create(request.Descending == true ? (a, b) => string.CompareOrdinal(b, a) : string.CompareOrdinal);
                var ordered = known.OrderBy(k => k.Name, names).ThenBy(k => VersionPlace.Of(k.Type, k.Version), VersionPlace.Order(request.Descending == true));
                var places = ordered.Select((k, place) => $"({k.Id},{place})").DefaultIfEmpty("(0,0)");
                return new Asked(mine, like, $", placed (cv_id, place) AS (VALUES {string.Join(',', places)})", " JOIN placed r ON r.cv_id = x.cv_id", $"r.place, {then}");
            default:
                return new Asked(mine, like, "", "", null);
        }
    }

    /// <summary>Where thousands are used, nobody looks at each decision before the order is known.</summary>
    private static string Order(long total) => $"is_latest DESC, h.affected DESC, {(total > Many ? "" : "settled, ")}LOWER(p.name), {UseKey.Of("x")}";

    /// <summary>The uses on a page of the kept order. By nothing but names and numbers, SQLite makes it along the index of names.</summary>
    private async Task<IReadOnlyList<UseKey>> KeptAsync(Viewer viewer, Asked asked, IReadOnlyList<string> ids, string versions, int from, int size, CancellationToken cancellationToken)
    {
        var list = $"advisory {string.Join(' ', ids)} {asked.With} {asked.OrderBy} {asked.Like}";
        return [.. (await orders.PageAsync(await findings.PlacesAsync(cancellationToken), viewer, list, from, size, token => database.ReadAsync(async connection => (await connection.QueryAsync<long>($"""
            WITH {Hit}{asked.With} SELECT {UseKey.Of("x")} FROM hit h JOIN occurrence x ON x.cv_id = h.cv_id JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.id = v.project_id{asked.Join}
            WHERE p.org_id = @Org AND {asked.Mine} AND x.cv_id IN ({versions}) ORDER BY {asked.OrderBy ?? $"CASE WHEN p.latest_id = v.id THEN 0 ELSE 1 END, h.affected DESC, LOWER(p.name), {UseKey.Of("x")}"}
            """, new { Org, ids = ids.Take(500), asked.Like })).ToArray(), token), cancellationToken)).Select(UseKey.From)];
    }

    private static async Task<List<Line>> ReadAsync(DbConnection connection, Asked asked, IReadOnlyList<string> ids, string versions, int from, int size, long total, long? hit, IReadOnlyList<UseKey>? kept, object parameters)
    {
        if (total <= Many) return (await connection.QueryAsync<Line>($"WITH {Hit}{asked.With} {Select}, {Settled} AS settled {From(asked, versions)} ORDER BY {asked.OrderBy ?? Order(total)} LIMIT @size OFFSET @from", parameters)).AsList();

        // Where thousands are used, which uses are on the page is found first, by little more than their numbers; only these are read whole.
        var mine = $"p.org_id = @Org AND {asked.Mine}";
        var sure = await AffectedVersionsAsync(connection, ids);
        var keys = kept ?? (asked.OrderBy is not null ? await OrderedAsync() : from == 0 && (hit ?? (await new ProjectsUsing(mine, asked.Like, sure).CountAsync(connection)).Total) > Many ? await FirstAsync() : await KeysAsync());
        var place = keys.Select((k, i) => (k, i)).ToDictionary(k => k.k, k => k.i);
        var lines = await connection.QueryAsync<Line>($"""
            {Uses(keys.Select(k => k.Pv), Listed(keys.Select(k => k.Cv)))}, {Hit} {Select} FROM used x JOIN hit h ON h.cv_id = x.cv_id JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.id = v.project_id
            JOIN component_version c ON c.id = h.cv_id JOIN component k ON k.id = c.component_id LEFT JOIN owner w ON w.id = p.owner_id WHERE {mine}
            """, parameters);
        return [.. lines.Where(l => place.ContainsKey(new(l.PvId, l.CvId))).OrderBy(l => place[new(l.PvId, l.CvId)])];

        async Task<List<UseKey>> OrderedAsync() => (await connection.QueryAsync<long>($"""
            WITH {Hit}{asked.With} SELECT {UseKey.Of("x")} FROM occurrence x JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.id = v.project_id{asked.Join} WHERE {mine} AND x.cv_id IN ({versions}) ORDER BY {asked.OrderBy} LIMIT @size OFFSET @from
            """, parameters)).Select(UseKey.From).ToList();

        // Most projects have some of it: those that come first by name are found along the index of names.
        async Task<List<UseKey>> FirstAsync() => (await connection.QueryAsync<long>($"""
            SELECT {UseKey.Of("x")} FROM (SELECT p.latest_id, LOWER(p.name) AS name FROM project p WHERE {mine} AND EXISTS (SELECT 1 FROM occurrence x WHERE x.org_id = @Org AND x.pv_id = p.latest_id AND x.cv_id IN ({Listed(sure)}))
                ORDER BY LOWER(p.name), p.latest_id LIMIT @size) f JOIN occurrence x ON x.org_id = @Org AND x.pv_id = f.latest_id AND x.cv_id IN ({Listed(sure)}) ORDER BY f.name, {UseKey.Of("x")} LIMIT @size
            """, parameters)).Select(UseKey.From).ToList();

        // What is hit for sure in latest versions comes first, so as far as that goes nothing else is looked at. The bound, which nothing reaches, keeps SQLite from asking each project for its uses.
        async Task<List<UseKey>> KeysAsync()
        {
            var latest = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM occurrence x JOIN project p ON p.latest_id = x.pv_id WHERE {mine} AND x.cv_id IN ({Listed(sure)})", parameters);
            return (await connection.QueryAsync<long>(from + size <= latest ? $"""
                SELECT {UseKey.Of("o")} FROM project p CROSS JOIN (SELECT u.pv_id, u.cv_id FROM occurrence u WHERE u.cv_id IN ({Listed(sure)}) LIMIT {long.MaxValue}) o WHERE {mine} AND o.pv_id = p.latest_id
                ORDER BY LOWER(p.name), {UseKey.Of("o")} LIMIT @size OFFSET @from
                """ : $"""
                WITH {Hit} SELECT {UseKey.Of("x")} FROM hit h JOIN occurrence x ON x.cv_id = h.cv_id JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.id = v.project_id WHERE {mine} AND x.cv_id IN ({versions})
                ORDER BY CASE WHEN p.latest_id = v.id THEN 0 ELSE 1 END, h.affected DESC, LOWER(p.name), {UseKey.Of("x")} LIMIT @size OFFSET @from
                """, parameters)).Select(UseKey.From).ToList();
        }
    }

    private static async Task AddFixesAsync(DbConnection connection, List<Line> lines, object parameters)
    {
        if (lines.Count == 0) return;
        var fixes = (await connection.QueryAsync<(long Version, string Fixed)>("SELECT f.cv_id, f.fixed FROM finding f WHERE f.id IN @ids", parameters)).ToLookup(f => f.Version, f => f.Fixed);
        var of = new Dictionary<long, IReadOnlyList<string>>();
        foreach (var line in lines)
        {
            if (!of.TryGetValue(line.CvId, out var list)) of[line.CvId] = list = [.. fixes[line.CvId].SelectMany(TypeMaps.FromJson).Distinct()];
            line.Fixes = list;
        }
    }

    /// <summary>Which of these component versions are in which of these project versions, as <c>used</c>: found first, so that no engine reads all uses of what is everywhere.</summary>
    internal static string Uses(IEnumerable<long> projectVersions, string componentVersions) => $"""
        WITH used AS MATERIALIZED (SELECT org_id, pv_id, cv_id, flags, depth FROM occurrence
            WHERE org_id = @Org AND pv_id IN ({Listed(projectVersions)}) AND cv_id IN ({componentVersions}))
        """;

    /// <summary>The component versions that are affected for sure.</summary>
    internal static async Task<IReadOnlyCollection<long>> AffectedVersionsAsync(DbConnection connection, IReadOnlyList<string> ids) =>
        [.. (await connection.QueryAsync<long>("SELECT cv_id FROM finding WHERE id IN @ids AND affected = 1", new { ids = ids.Take(500) })).Distinct()];

    private static async Task<string> VersionsAsync(DbConnection connection, IReadOnlyList<string> ids) =>
        Listed(await connection.QueryAsync<long>("SELECT cv_id FROM finding WHERE id IN @ids", new { ids = ids.Take(500) }));

    /// <summary>As a list in SQL: an engine that sees the component versions knows how many uses to expect, and joins accordingly.</summary>
    internal static string Listed(IEnumerable<long> ids) => string.Join(',', ids.DefaultIfEmpty().Distinct());

    /// <summary>What is asked for, in SQL.</summary>
    /// <param name="Mine">The condition on projects.</param>
    /// <param name="Like">Bind as <c>@Like</c>; null for no filter.</param>
    /// <param name="With">What is selected from besides, and <paramref name="Join"/> how.</param>
    /// <param name="OrderBy">Null for the order of need.</param>
    private sealed record Asked(string Mine, string? Like, string With, string Join, string? OrderBy);

    private sealed record Line : UsageColumns
    {
        public string ComponentName { get; set; } = "";
        public string? GroupName { get; set; }
        public bool Affected { get; set; }
        public bool Settled { get; set; }
        public IReadOnlyList<string> Fixes { get; set; } = [];
    }
}
