using Dapper;
using Headwater.Core.Packages;
using Headwater.Server.Features.Advisories;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>The one search box.</summary>
internal sealed class SearchStore(IDatabase database, AdvisoriesModule advisories)
{
    private const long Org = Organisation.Home;
    private const int LongestQuery = 300, DeepestLook = 100_000, MostCandidates = 50_000;

    /// <param name="query">What was typed; a whole package URL finds its component version.</param>
    /// <param name="perKind">Hits of each kind at most.</param>
    public async Task<SearchResults> SearchAsync(Viewer viewer, string query, int perKind, CancellationToken cancellationToken = default)
    {
        query = query.Trim() is { Length: <= LongestQuery } text ? text : query.Trim()[..LongestQuery];
        if (query.Length == 0) return new SearchResults(query, []);
        if (await ByHashAsync(viewer, query, perKind, cancellationToken) is { } hashed) return new SearchResults(query, hashed);
        if (await ByLicenceAsync(viewer, query, perKind, cancellationToken) is { } licensed) return new SearchResults(query, licensed);
        var exact = await ByPurlAsync(viewer, query, cancellationToken);
        var groups = new List<SearchGroup>();
        // "log4j-core <2.17" is a question: who uses that?
        if (UsageQuery.TryParse(query, out var usage, out _) && usage.IsRange)
            groups.Add(new SearchGroup("question", [new SearchHit("question", $"{usage.Name} {usage.Range}", null, $"/who-uses?of={Uri.EscapeDataString(query)}")], false));
        groups.AddRange(
        [
            await GroupAsync("project", viewer, ProjectSql(viewer), query, perKind, cancellationToken),
            exact ?? await GroupAsync("component", viewer, ComponentSql(viewer), query, perKind, cancellationToken),
        ]);
        var records = await advisories.SearchAsync(viewer, query, perKind + 1, cancellationToken);
        groups.Add(new SearchGroup("advisory", [.. records.Take(perKind).Select(a => new SearchHit("advisory", a.Id, a.Summary, $"/advisories/{Uri.EscapeDataString(a.Id)}"))], records.Count > perKind));
        groups.Add(await GroupAsync("owner", viewer, OwnerSql(viewer), query, perKind, cancellationToken));
        groups.RemoveAll(g => g.Hits.Count == 0);
        return groups.Count > 0 ? new SearchResults(query, groups) : new SearchResults(query, await SimilarAsync(viewer, query, perKind, cancellationToken), true);
    }

    /// <summary>What is named nearly so, the nearest first. Asked only when nothing is named so.</summary>
    private async Task<IReadOnlyList<SearchGroup>> SimilarAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken)
    {
        var word = query.ToLowerInvariant();
        var allowed = Features.Search.Similar.Allowed(word);
        if (allowed == 0 || word.Any(char.IsWhiteSpace)) return [];
        var pieces = Features.Search.Similar.Pieces(word).Select(p => Like.Containing(p)).ToList();
        var groups = new List<SearchGroup>();
        foreach (var (kind, table, column, sql) in new[] { ("project", "project", "name", ProjectSql(viewer)), ("component", "component", "name", ComponentSql(viewer)), ("owner", "owner", "title", OwnerSql(viewer)) })
            groups.Add(await SimilarAsync(kind, table, column, sql, word, allowed, pieces, limit, cancellationToken));
        return [.. groups.Where(g => g.Hits.Count > 0)];
    }

    private Task<SearchGroup> SimilarAsync(string kind, string table, string column, string sql, string word, int allowed, List<string?> pieces, int limit, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var parameters = new DynamicParameters(new { shortest = word.Length - allowed, longest = word.Length + allowed, MostCandidates });
        for (var i = 0; i < pieces.Count; i++) parameters.Add($"piece{i}", pieces[i]);
        var holds = string.Join(" OR ", pieces.Select((_, i) => $"LOWER({column}) LIKE @piece{i} ESCAPE '\\'"));
        var near = (await connection.QueryAsync<(long Id, string Name)>($"SELECT id, {column} FROM {table} WHERE LENGTH({column}) BETWEEN @shortest AND @longest AND ({holds}) LIMIT @MostCandidates", parameters))
            .Select(c => (c.Id, c.Name, Distance: Features.Search.Similar.Distance(c.Name.ToLowerInvariant(), word, allowed))).Where(c => c.Distance <= allowed)
            .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Take(500).ToList();
        if (near.Count == 0) return new SearchGroup(kind, [], false);
        var rows = (await connection.QueryAsync<Row>(sql, new { Org, ids = near.Select(c => c.Id) })).ToDictionary(r => r.Id);
        var hits = near.Where(c => rows.ContainsKey(c.Id)).Select(c => new SearchHit(kind, rows[c.Id].Title, rows[c.Id].Detail, rows[c.Id].Href)).ToList();
        return new SearchGroup(kind, [.. hits.Take(limit)], hits.Count > limit);
    }, cancellationToken);

    /// <summary>Component versions and documents with this hash (MD5 to SHA-512, in hexadecimal); null when it is none.</summary>
    private async Task<IReadOnlyList<SearchGroup>?> ByHashAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken)
    {
        if (query.Length is not (32 or 40 or 56 or 64 or 96 or 128) || !query.All(char.IsAsciiHexDigit)) return null;
        return await database.ReadAsync<IReadOnlyList<SearchGroup>>(async connection =>
        {
            var parameters = new { Org, hash = query.ToLowerInvariant(), take = limit + 1 };
            var components = (await connection.QueryAsync<Row>($"""
                SELECT c.id, COALESCE(c.purl, k.name) AS title, k.kind AS detail, '/component-versions/' || c.id AS href FROM component_hash h JOIN component_version c ON c.id = h.cv_id JOIN component k ON k.id = c.component_id
                WHERE h.value = @hash AND {ProjectsModule.Uses(viewer, "c.id")} ORDER BY c.id LIMIT @take
                """, parameters)).AsList();
            var documents = (await connection.QueryAsync<Row>($"""
                SELECT u.id, CASE WHEN v.version = '' THEN p.name ELSE p.name || ' ' || v.version END AS title, u.format || ' ' || u.spec_version AS detail, '/uploads/' || u.token AS href
                FROM upload u JOIN project_version v ON v.id = u.pv_id JOIN project p ON p.id = v.project_id WHERE u.sha256 = @hash AND u.org_id = @Org AND {viewer.Sees("p.owner_id")} ORDER BY u.id DESC LIMIT @take
                """, parameters)).AsList();
            return [.. new[] { Group("component", components, limit), Group("document", documents, limit) }.Where(g => g.Hits.Count > 0)];
        }, cancellationToken);
    }

    /// <summary>Component versions that state a licence: <c>licence:MIT</c>; null when none is asked for.</summary>
    private async Task<IReadOnlyList<SearchGroup>?> ByLicenceAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken)
    {
        var colon = query.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || query[..colon].ToLowerInvariant() is not ("licence" or "license") || Like.Containing($"\"{query[(colon + 1)..].Trim()}\"") is not { Length: > 4 } like) return null;
        var rows = await database.ReadAsync(async connection => (await connection.QueryAsync<Row>($"""
            SELECT c.id, COALESCE(c.purl, k.name) AS title, k.kind AS detail, '/component-versions/' || c.id AS href FROM component_version c JOIN component k ON k.id = c.component_id
            WHERE LOWER(c.licences) LIKE @like ESCAPE '\' AND {ProjectsModule.Uses(viewer, "c.id")} ORDER BY LOWER(k.name), c.id LIMIT @take
            """, new { Org, like, take = limit + 1 })).AsList(), cancellationToken);
        return rows.Count == 0 ? [] : [Group("component", rows, limit)];
    }

    private static SearchGroup Group(string kind, List<Row> rows, int limit) => new(kind, [.. rows.Take(limit).Select(r => new SearchHit(kind, r.Title, r.Detail, r.Href))], rows.Count > limit);

    private static string ProjectSql(Viewer viewer) => $"""
        SELECT p.id, p.name AS title, COALESCE(w.title, p.description) AS detail, '/projects/' || p.uuid AS href FROM project p LEFT JOIN owner w ON w.id = p.owner_id WHERE p.org_id = @Org AND p.id IN @ids AND {viewer.Sees("p.owner_id")}
        """;

    private static string ComponentSql(Viewer viewer) => $"""
        SELECT k.id, CASE WHEN k.group_name IS NULL THEN k.name ELSE k.group_name || '/' || k.name END AS title, k.identity AS detail, '/components/' || k.id AS href
        FROM component k WHERE k.id IN @ids AND EXISTS (SELECT 1 FROM component_version c JOIN occurrence o ON o.cv_id = c.id WHERE c.component_id = k.id AND {ProjectsModule.Uses(viewer, "c.id")})
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
