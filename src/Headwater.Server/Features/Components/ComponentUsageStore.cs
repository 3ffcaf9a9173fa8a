using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Components;

/// <summary>
/// Who uses a component. A popular one has as many uses as there are projects, so which uses are on the page is found first, by little more than their numbers; only these are read whole.
/// The cursors are places.
/// </summary>
internal sealed class ComponentUsageStore(IDatabase database, FindingsModule findings, LongOrders orders)
{
    private const long Org = Organisation.Home;

    /// <summary>From so many uses on, projects are walked by name instead of sorting all uses by the name of their project.</summary>
    private const int Walked = 300;

    /// <summary>The first of them are found sooner by walking than the whole order is made.</summary>
    private const int Near = 1_000;

    private static readonly string[] s_sorts = ["project", "version", "depth"];

    /// <summary>Who uses any version of a component. Sorts: <c>project</c> (default), <c>version</c> (as its ecosystem orders them), <c>depth</c>.</summary>
    public Task<Page<UsageRow>> OfComponentAsync(Viewer viewer, long component, PageRequest request, CancellationToken cancellationToken = default) => ListAsync(viewer, "c.component_id = @id", component, request, cancellationToken);

    /// <summary>Who uses one version of a component. Sorts: <c>project</c> (default), <c>depth</c>.</summary>
    public Task<Page<UsageRow>> OfVersionAsync(Viewer viewer, long version, PageRequest request, CancellationToken cancellationToken = default) => ListAsync(viewer, "c.id = @id", version, request, cancellationToken);

    private async Task<Page<UsageRow>> ListAsync(Viewer viewer, string which, long id, PageRequest request, CancellationToken cancellationToken)
    {
        var (like, sort) = (Like.Containing(request.Filter), request.SortOf(s_sorts, "project"));
        var versions = await database.ReadAsync(async connection => (await connection.QueryAsync<VersionColumns>($"SELECT c.id, c.version, k.type FROM component_version c JOIN component k ON k.id = c.component_id WHERE {which}", new { id })).AsList(), cancellationToken);
        // What is not there is refused and answered as what is out of sight.
        var uses = new Uses(viewer, versions, like);
        var total = versions.Count == 0 ? 0 : await database.ReadAsync(connection => uses.TotalAsync(connection), cancellationToken);
        var (start, size) = request.PlaceIn(total);
        if (total <= start) return Page<UsageRow>.At([], start, size, total);
        var descending = request.Descending == true;
        var keys = sort switch
        {
            "version" => await database.ReadAsync(connection => uses.ByVersionAsync(connection, descending, start, size), cancellationToken),
            "depth" => await OrderedAsync("CASE WHEN o.depth < 0 THEN 1000000 ELSE o.depth END", false),
            _ => await OrderedAsync("LOWER(p.name)", true),
        };
        return Page<UsageRow>.At(await database.ReadAsync(connection => RowsAsync(connection, viewer, keys), cancellationToken), start, size, total);

        async Task<IReadOnlyList<long>> OrderedAsync(string expression, bool byName)
        {
            var direction = descending ? "DESC" : "ASC";
            var walked = byName && total > Walked && start + size <= Near;
            var sql = $"SELECT {UseKey.Of("o")} {(byName ? uses.AlongNames(walked) : uses.From)} ORDER BY {expression} {direction}, {UseKey.Of("o")} {direction}";
            if (walked || !orders.Keeps(total)) return await database.ReadAsync(async connection => (await connection.QueryAsync<long>(sql + " LIMIT @size OFFSET @start", new { Org, like, size, start })).AsList(), cancellationToken);
            return await orders.PageAsync(await findings.PlacesAsync(cancellationToken), viewer, $"uses {which} {id} {expression} {direction} {like}", start, size,
                token => database.ReadAsync(async connection => (await connection.QueryAsync<long>(sql, new { Org, like })).ToArray(), token), cancellationToken);
        }
    }

    /// <summary>The uses of these numbers, in their order; one that is gone meanwhile, or out of sight, is left out.</summary>
    private static async Task<IReadOnlyList<UsageRow>> RowsAsync(DbConnection connection, Viewer viewer, IReadOnlyList<long> keys)
    {
        if (keys.Count == 0) return [];
        var rows = (await connection.QueryAsync<UsageColumns>($"""
            SELECT p.uuid AS project_uuid, v.uuid AS version_uuid, p.name, v.version AS project_version, CASE WHEN p.latest_id = v.id THEN 1 ELSE 0 END AS is_latest, v.id AS pv_id, c.id AS cv_id, c.version,
                {OwnersModule.Select}, x.flags, x.depth, v.last_upload_at
            FROM (VALUES {string.Join(',', keys.Select(UseKey.From).Select(k => $"({k.Pv},{k.Cv})"))}) s JOIN occurrence x ON x.org_id = @Org AND x.pv_id = s.column1 AND x.cv_id = s.column2
            JOIN component_version c ON c.id = x.cv_id JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.id = v.project_id LEFT JOIN owner w ON w.id = p.owner_id WHERE {viewer.Sees("p.owner_id")}
            """, new { Org })).ToDictionary(r => new UseKey(r.PvId, r.CvId));
        var licences = await CurationsModule.OfVersionsAsync(connection, rows.Keys.Select(k => k.Cv));
        return [.. keys.Select(UseKey.From).Where(rows.ContainsKey).Select(k => rows[k].ToRow() with { Licence = licences.GetValueOrDefault(k.Cv) })];
    }

    /// <summary>The uses in question, as SQL.</summary>
    private sealed class Uses(Viewer viewer, IReadOnlyList<VersionColumns> versions, string? like)
    {
        private const string Named = "JOIN project_version v ON v.id = o.pv_id JOIN project p ON p.id = v.project_id";

        private readonly string _visible = $"{viewer.Sees("p.owner_id")}{(like is null ? "" : " AND LOWER(p.name) LIKE @like ESCAPE '\\'")}";
        private readonly string _listed = string.Join(',', versions.Select(v => v.Id));

        /// <summary>Without the names of projects where nothing depends on them.</summary>
        public string From => Among(_listed);

        private string Among(string listed) => $"FROM occurrence o {(viewer.All && like is null ? "" : Named)} WHERE o.cv_id IN ({listed}){(viewer.All && like is null ? "" : " AND " + _visible)}";

        /// <summary>
        /// Far down the list all uses are known beforehand instead of asking for those of each project that is passed over: the bound, which nothing reaches, keeps SQLite from doing that, and leaves PostgreSQL the choice how to
        /// join, which a materialised table would not.
        /// </summary>
        public string AlongNames(bool walked) => $"""
            FROM project p CROSS JOIN project_version v CROSS JOIN {(walked ? "occurrence" : $"(SELECT u.pv_id, u.cv_id FROM occurrence u WHERE u.cv_id IN ({_listed}) LIMIT {long.MaxValue})")} o
            WHERE p.org_id = @Org AND v.project_id = p.id AND o.pv_id = v.id{(walked ? $" AND o.org_id = @Org AND o.cv_id IN ({_listed})" : "")} AND {_visible}
            """;

        public Task<long> TotalAsync(DbConnection connection) => connection.QuerySingleAsync<long>($"SELECT COUNT(*) {From}", new { Org, like });

        /// <summary>How often each version is used tells where the page begins: nothing that comes before is read.</summary>
        public async Task<IReadOnlyList<long>> ByVersionAsync(DbConnection connection, bool descending, int start, int size)
        {
            var counts = (await connection.QueryAsync<(long Version, long Uses)>($"SELECT o.cv_id, COUNT(*) {From} GROUP BY o.cv_id", new { Org, like })).ToDictionary(c => c.Version, c => c.Uses);
            var keys = new List<long>(size);
            var whole = new List<long>();
            long passed = 0;
            foreach (var version in VersionPlace.InOrder(versions.Select(v => (v.Id, v.Version)), versions[0].Type, descending))
            {
                var (uses, skip) = (counts.GetValueOrDefault(version), Math.Max(0, start - passed));
                passed += uses;
                if (skip >= uses) continue;
                if (skip == 0 && passed <= start + size) whole.Add(version);
                else
                {
                    await AddWholeAsync();
                    keys.AddRange(await connection.QueryAsync<long>($"SELECT {UseKey.Of("o")} {Among($"{version}")} ORDER BY o.pv_id LIMIT @Take OFFSET @skip", new { Org, like, Take = size - keys.Count, skip }));
                }

                if (passed >= start + size) break;
            }

            await AddWholeAsync();
            return keys;

            async Task AddWholeAsync()
            {
                if (whole.Count == 0) return;
                var place = whole.Select((id, i) => (id, i)).ToDictionary(v => v.id, v => v.i);
                keys.AddRange((await connection.QueryAsync<long>($"SELECT {UseKey.Of("o")} {Among(string.Join(',', whole))}", new { Org, like })).OrderBy(k => place[UseKey.From(k).Cv]).ThenBy(k => k));
                whole.Clear();
            }
        }
    }

    private sealed record VersionColumns
    {
        public long Id { get; set; }
        public string? Version { get; set; }
        public string? Type { get; set; }
    }
}
