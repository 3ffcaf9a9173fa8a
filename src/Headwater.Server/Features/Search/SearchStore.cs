using Dapper;
using Headwater.Core.Packages;
using Headwater.Server.Features.Advisories;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>The one search box.</summary>
internal sealed class SearchStore(IDatabase database, AdvisoriesModule advisories)
{
    private const long Org = Organisation.Home;
    private const int LongestQuery = 300, DeepestLook = 100_000;

    /// <param name="query">What was typed; a whole package URL finds its component version.</param>
    /// <param name="perKind">Hits of each kind at most.</param>
    public async Task<SearchResults> SearchAsync(Viewer viewer, string query, int perKind, CancellationToken cancellationToken = default)
    {
        query = query.Trim() is { Length: <= LongestQuery } text ? text : query.Trim()[..LongestQuery];
        if (query.Length == 0) return new SearchResults(query, []);
        var exact = await ByPurlAsync(viewer, query, cancellationToken);
        var groups = new List<SearchGroup>
        {
            await GroupAsync("project", viewer, ProjectSql(viewer), query, perKind, cancellationToken),
            exact ?? await GroupAsync("component", viewer, ComponentSql(viewer), query, perKind, cancellationToken),
        };
        var records = await advisories.SearchAsync(viewer, query, perKind + 1, cancellationToken);
        groups.Add(new SearchGroup("advisory", [.. records.Take(perKind).Select(a => new SearchHit("advisory", a.Id, a.Summary, $"/advisories/{Uri.EscapeDataString(a.Id)}"))], records.Count > perKind));
        groups.Add(await GroupAsync("owner", viewer, OwnerSql(viewer), query, perKind, cancellationToken));
        return new SearchResults(query, [.. groups.Where(g => g.Hits.Count > 0)]);
    }

    private static string ProjectSql(Viewer viewer) => $"""
        SELECT p.id, p.name AS title, COALESCE(w.title, p.description) AS detail, '/projects/' || p.uuid AS href FROM project p LEFT JOIN owner w ON w.id = p.owner_id WHERE p.org_id = @Org AND p.id IN @ids AND {viewer.Sees("p.owner_id")}
        """;

    private static string ComponentSql(Viewer viewer) => $"""
        SELECT k.id, CASE WHEN k.group_name IS NULL THEN k.name ELSE k.group_name || '/' || k.name END AS title, k.identity AS detail, '/components/' || k.id AS href
        FROM component k WHERE k.id IN @ids AND EXISTS (SELECT 1 FROM component_version c JOIN occurrence_by_component o ON o.org_id = @Org AND o.cv_id = c.id WHERE c.component_id = k.id AND {ProjectsModule.Uses(viewer, "c.id")})
        """;

    private static string OwnerSql(Viewer viewer) => $"SELECT w.id, w.title, w.email AS detail, '/owners/' || w.id AS href FROM owner w WHERE w.org_id = @Org AND w.id IN @ids AND {viewer.Sees("w.id")}";

    private async Task<SearchGroup> GroupAsync(string kind, Viewer viewer, string sql, string query, int limit, CancellationToken cancellationToken)
    {
        // The text index knows nothing of units: who sees a part only may have to look past many hits to find his own.
        var found = new List<SearchHit>();
        for (var (asked, looked) = (viewer.All ? limit + 1 : (limit + 1) * 10, 0); ; asked *= 10)
        {
            var ids = await database.SearchTextAsync(kind, query, asked, cancellationToken);
            foreach (var chunk in ids.Skip(looked).Chunk(500))
            {
                var rows = await database.ReadAsync(async connection => (await connection.QueryAsync<Row>(sql, new { Org, ids = chunk })).ToDictionary(r => r.Id), cancellationToken);
                found.AddRange(chunk.Where(rows.ContainsKey).Select(id => new SearchHit(kind, rows[id].Title, rows[id].Detail, rows[id].Href)));
            }

            looked = ids.Count;
            if (found.Count > limit || ids.Count < asked || asked > DeepestLook) return new SearchGroup(kind, [.. found.Take(limit)], found.Count > limit);
        }
    }

    private async Task<SearchGroup?> ByPurlAsync(Viewer viewer, string query, CancellationToken cancellationToken)
    {
        if (!query.StartsWith("pkg:", StringComparison.OrdinalIgnoreCase) || !PackageUrl.TryParse(query, out var purl, out _)) return null;
        var rows = await database.ReadAsync(async connection => (await connection.QueryAsync<Row>($"""
            SELECT c.id, c.purl AS title, k.kind AS detail, '/component-versions/' || c.id AS href FROM component_version c JOIN component k ON k.id = c.component_id WHERE c.identity = @identity AND {ProjectsModule.Uses(viewer, "c.id")}
            UNION ALL SELECT k.id, k.identity, k.kind, '/components/' || k.id FROM component k WHERE k.identity = @identity AND EXISTS (SELECT 1 FROM component_version c WHERE c.component_id = k.id AND {ProjectsModule.Uses(viewer, "c.id")})
            """, new { identity = purl!.ToString() })).AsList(), cancellationToken);
        return rows.Count == 0 ? null : new SearchGroup("component", [.. rows.Select(r => new SearchHit("component", r.Title, r.Detail, r.Href))], false);
    }

    private sealed class Row
    {
        public long Id { get; set; }
        public string Title { get; set; } = "";
        public string? Detail { get; set; }
        public string Href { get; set; } = "";
    }
}
