using System.Data.Common;
using System.Globalization;
using Dapper;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Advisories;

/// <summary>Where what an advisory hits is used: in the latest versions of projects and in older ones, also where it cannot be told whether it is hit.</summary>
internal sealed class AdvisoryUsageStore(IDatabase database, ProjectsModule projects)
{
    private const long Org = Organisation.Home;
    private const int PathsEach = 3, WithPaths = 50;
    private const long Many = 5000;

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
    private static string From(Viewer viewer, string versions) => $"""
        FROM hit h JOIN occurrence x ON x.org_id = @Org AND x.cv_id = h.cv_id JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.id = v.project_id
        JOIN component_version c ON c.id = h.cv_id JOIN component k ON k.id = c.component_id LEFT JOIN owner w ON w.id = p.owner_id WHERE x.cv_id IN ({versions}) AND {viewer.Sees("p.owner_id")}
        """;

    /// <summary>
    /// Each use once: latest versions of projects first, those that are hit for sure before the others, what is settled last (unless thousands are hit), then by the name of the project. With the decision about it,
    /// and for the first fifty latest versions the paths to it.
    /// </summary>
    /// <param name="ids">The identifiers of the advisory.</param>
    /// <param name="request">Which part; its cursors are places.</param>
    public async Task<Page<AffectedUsage>> ListAsync(Viewer viewer, IReadOnlyList<string> ids, PageRequest request, CancellationToken cancellationToken = default)
    {
        var size = Math.Clamp(request.Size, 1, PageRequest.LargestSize);
        var from = Math.Max(0, int.TryParse(request.After, out var after) ? after : int.TryParse(request.Before, out var before) ? before - size : request.Offset ?? 0);
        var (lines, decided, total) = await database.ReadAsync(async connection =>
        {
            var parameters = new { Org, ids = ids.Take(500), from, size };
            var versions = await VersionsAsync(connection, ids);
            var total = await connection.QuerySingleAsync<long>(viewer.All ? $"SELECT COUNT(*) FROM occurrence x WHERE x.org_id = @Org AND x.cv_id IN ({versions})"
                : $"SELECT COUNT(*) FROM occurrence x JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.id = v.project_id WHERE x.org_id = @Org AND x.cv_id IN ({versions}) AND {viewer.Sees("p.owner_id")}", parameters);
            var lines = total == 0 ? [] : await ReadAsync(connection, viewer, ids, versions, from, size, total, parameters);
            var decisions = lines.Count == 0 ? [] : await connection.QueryAsync<FindingColumns>($"""
                {Uses(lines.Select(l => l.PvId), Listed(lines.Select(l => l.CvId)))} SELECT {FindingColumns.Select}, o.flags, o.depth, o.pv_id, {FindingColumns.DecisionSelect} FROM used o JOIN finding f ON f.cv_id = o.cv_id AND f.affected = 1
                JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id {FindingColumns.DecisionJoin}
                WHERE f.id IN @ids
                """, parameters);
            await AddFixesAsync(connection, lines, parameters);
            return (lines, decisions.ToLookup(d => (d.PvId, d.CvId)), total);
        }, cancellationToken);
        var usages = new List<AffectedUsage>();
        var why = await projects.WhyEachAsync(viewer, [.. lines.Take(WithPaths).Where(l => l.IsLatest).Select(l => (l.VersionUuid, l.CvId))], PathsEach, cancellationToken);
        foreach (var line in lines)
        {
            var about = decided[(line.PvId, line.CvId)].OrderBy(d => d.Settled).ThenByDescending(d => d.DecidedAt).ToList();
            usages.Add(new AffectedUsage(line.ToRow(), line.ComponentName, line.GroupName, line.Affected, line.Fixes, why.GetValueOrDefault((line.VersionUuid, line.CvId)), about.Count > 0 && about.TrueForAll(d => d.Settled), about.FirstOrDefault()?.ToAnalysis()));
        }

        return new Page<AffectedUsage>(usages, total, from + size < total ? (from + size).ToString(CultureInfo.InvariantCulture) : null, from > 0 ? from.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <summary>All of them in the same order, for a file: one row more than a file may have, so that it can be told.</summary>
    public Task<List<UsageLine>> AllAsync(Viewer viewer, IReadOnlyList<string> ids, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        var parameters = new { Org, ids = ids.Take(500), most = Listing.MostRows + 1 };
        var lines = (await connection.QueryAsync<Line>($"WITH {Hit} {Select}, {Settled} AS settled {From(viewer, await VersionsAsync(connection, ids))} ORDER BY is_latest DESC, h.affected DESC, settled, LOWER(p.name), p.id, v.id, c.id LIMIT @most", parameters)).AsList();
        await AddFixesAsync(connection, lines, parameters);
        return lines.ConvertAll(l => new UsageLine(l.ToRow(), l.ComponentName, l.GroupName, l.Affected, l.Fixes, l.Settled));
    }, cancellationToken);

    private static async Task<List<Line>> ReadAsync(DbConnection connection, Viewer viewer, IReadOnlyList<string> ids, string versions, int from, int size, long total, object parameters)
    {
        // Where few use it, all are sorted. Where thousands do, the first by name are found along the index of names, and only their uses are read; further down all are sorted, without a look at each decision.
        if (total <= Many) return (await connection.QueryAsync<Line>($"WITH {Hit} {Select}, {Settled} AS settled {From(viewer, versions)} ORDER BY is_latest DESC, h.affected DESC, settled, LOWER(p.name), p.id, v.id, c.id LIMIT @size OFFSET @from", parameters)).AsList();
        if (from == 0)
        {
            var first = (await connection.QueryAsync<long>($"""
                SELECT p.latest_id FROM project p WHERE p.org_id = @Org AND {viewer.Sees("p.owner_id")}
                    AND EXISTS (SELECT 1 FROM occurrence x WHERE x.org_id = @Org AND x.pv_id = p.latest_id AND x.cv_id IN ({Listed(await AffectedVersionsAsync(connection, ids))}))
                ORDER BY LOWER(p.name), p.id LIMIT @size
                """, parameters)).AsList();
            if (first.Count == size)
                return (await connection.QueryAsync<Line>($"""
                    {Uses(first, versions)}, {Hit} {Select} FROM used x JOIN hit h ON h.cv_id = x.cv_id JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.latest_id = v.id
                    JOIN component_version c ON c.id = h.cv_id JOIN component k ON k.id = c.component_id LEFT JOIN owner w ON w.id = p.owner_id
                    ORDER BY h.affected DESC, LOWER(p.name), p.id, v.id, c.id LIMIT @size
                    """, parameters)).AsList();
        }

        return (await connection.QueryAsync<Line>($"WITH {Hit} {Select} {From(viewer, versions)} ORDER BY is_latest DESC, h.affected DESC, LOWER(p.name), p.id, v.id, c.id LIMIT @size OFFSET @from", parameters)).AsList();
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

    private sealed record Line : UsageColumns
    {
        public long PvId { get; set; }
        public string ComponentName { get; set; } = "";
        public string? GroupName { get; set; }
        public bool Affected { get; set; }
        public bool Settled { get; set; }
        public IReadOnlyList<string> Fixes { get; set; } = [];
    }
}
