using Dapper;
using Headwater.Core.Packages;
using Headwater.Server.Features.Advisories;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>The one search box.</summary>
internal sealed class SearchStore(IDatabase database, AdvisoriesModule advisories)
{
    private const long Org = Organisation.Home;
    private const int LongestQuery = 300;

    /// <param name="query">What was typed; a whole package URL finds its component version.</param>
    /// <param name="perKind">Hits of each kind at most.</param>
    public async Task<SearchResults> SearchAsync(string query, int perKind, CancellationToken cancellationToken = default)
    {
        query = query.Trim() is { Length: <= LongestQuery } text ? text : query.Trim()[..LongestQuery];
        if (query.Length == 0) return new SearchResults(query, []);
        var exact = await ByPurlAsync(query, cancellationToken);
        var groups = new List<SearchGroup>
        {
            await GroupAsync("project", ProjectSql, query, perKind, cancellationToken),
            exact ?? await GroupAsync("component", ComponentSql, query, perKind, cancellationToken),
        };
        var records = await advisories.SearchAsync(query, perKind + 1, cancellationToken);
        groups.Add(new SearchGroup("advisory", [.. records.Take(perKind).Select(a => new SearchHit("advisory", a.Id, a.Summary, $"/advisories/{Uri.EscapeDataString(a.Id)}"))], records.Count > perKind));
        groups.Add(await GroupAsync("owner", OwnerSql, query, perKind, cancellationToken));
        return new SearchResults(query, [.. groups.Where(g => g.Hits.Count > 0)]);
    }

    private const string ProjectSql = """
        SELECT p.id, p.name AS title, COALESCE(w.title, p.description) AS detail, '/projects/' || p.uuid AS href FROM project p LEFT JOIN owner w ON w.id = p.owner_id WHERE p.org_id = @Org AND p.id IN @ids
        """;

    private const string ComponentSql = """
        SELECT k.id, CASE WHEN k.group_name IS NULL THEN k.name ELSE k.group_name || '/' || k.name END AS title, k.identity AS detail, '/components/' || k.id AS href
        FROM component k WHERE k.id IN @ids AND EXISTS (SELECT 1 FROM component_version c JOIN occurrence_by_component o ON o.org_id = @Org AND o.cv_id = c.id WHERE c.component_id = k.id)
        """;

    private const string OwnerSql = "SELECT w.id, w.title, w.email AS detail, '/owners/' || w.id AS href FROM owner w WHERE w.org_id = @Org AND w.id IN @ids";

    private async Task<SearchGroup> GroupAsync(string kind, string sql, string query, int limit, CancellationToken cancellationToken)
    {
        var ids = await database.SearchTextAsync(kind, query, limit + 1, cancellationToken);
        if (ids.Count == 0) return new SearchGroup(kind, [], false);
        var rows = await database.ReadAsync(async connection => (await connection.QueryAsync<Row>(sql, new { Org, ids = ids.Take(limit) })).ToDictionary(r => r.Id), cancellationToken);
        return new SearchGroup(kind, [.. ids.Where(rows.ContainsKey).Select(id => new SearchHit(kind, rows[id].Title, rows[id].Detail, rows[id].Href))], ids.Count > limit);
    }

    private async Task<SearchGroup?> ByPurlAsync(string query, CancellationToken cancellationToken)
    {
        if (!query.StartsWith("pkg:", StringComparison.OrdinalIgnoreCase) || !PackageUrl.TryParse(query, out var purl, out _)) return null;
        var rows = await database.ReadAsync(async connection => (await connection.QueryAsync<Row>("""
            SELECT c.id, c.purl AS title, k.kind AS detail, '/component-versions/' || c.id AS href FROM component_version c JOIN component k ON k.id = c.component_id WHERE c.identity = @identity
            UNION ALL SELECT k.id, k.identity, k.kind, '/components/' || k.id FROM component k WHERE k.identity = @identity
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
