using Dapper;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Curations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>
/// Component versions that are under a licence: concluded, else declared, else as it is written. There are few texts of licences beside versions that have one, so the texts are looked through, and the versions found
/// by them; where thousands have it, the first by name are found by walking along the names.
/// </summary>
internal sealed class LicenceSearchStore(IDatabase database, ComponentsModule components)
{
    /// <summary>With more than this that have the licence, it is quicker to walk along the names until enough are found.</summary>
    private const int Few = 5000;

    /// <summary>As much of a text as the index holds; see the migration that made it.</summary>
    private static readonly string Begins = CurationsModule.TermsBegin, Stated = "terms <> '[]'";

    /// <summary>The beginnings of texts: from each to the next along the index, however many versions have one.</summary>
    private static readonly string Texts = $"""
        WITH RECURSIVE texts (text) AS (
            SELECT MIN({Begins}) FROM component_licence WHERE {Stated}
            UNION ALL SELECT (SELECT MIN({Begins}) FROM component_licence WHERE {Stated} AND {Begins} > t.text) FROM texts t WHERE t.text IS NOT NULL)
        """;

    /// <summary>For <c>licence:MIT</c>, by name; null when no licence is asked for.</summary>
    public async Task<IReadOnlyList<SearchHit>?> FindAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken)
    {
        var colon = query.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || query[..colon].ToLowerInvariant() is not ("licence" or "license") || Like.Containing($"\"{query[(colon + 1)..].Trim()}\"") is not { Length: > 4 } like) return null;
        var ids = await database.ReadAsync(async connection => (await connection.QueryAsync<long>($"""
            {Texts} SELECT c.cv_id FROM component_licence c WHERE SUBSTR(c.terms, 1, 200) IN (SELECT text FROM texts WHERE LOWER(text) LIKE @like ESCAPE '\' OR LENGTH(text) = 200) AND c.{Stated} AND LOWER(c.terms) LIKE @like ESCAPE '\' LIMIT {Few + 1}
            """, new { like })).AsList(), cancellationToken);
        if (ids.Count == 0) return [];
        // Along the names, all that are passed are put before the viewer's eyes a part at a time, until enough are in sight.
        var found = new List<long>();
        if (ids.Count <= Few) found.AddRange(await components.VersionsInSightAsync(viewer, await ByNameAsync(ids, cancellationToken), limit, cancellationToken));
        else
        {
            for (var (part, skip) = (Math.Max(200, limit * 4), 0); found.Count < limit; skip += part, part *= 4)
            {
                var (take, offset) = (part, skip);
                var walked = await database.ReadAsync(async connection => (await connection.QueryAsync<long>($"""
                    SELECT c.id FROM component k CROSS JOIN component_version c CROSS JOIN component_licence l WHERE c.component_id = k.id AND l.cv_id = c.id AND l.{Stated} AND LOWER(l.terms) LIKE @like ESCAPE '\' ORDER BY LOWER(k.name), k.id, c.id LIMIT @take OFFSET @offset
                    """, new { like, take, offset })).AsList(), cancellationToken);
                found.AddRange(await components.VersionsInSightAsync(viewer, walked, limit - found.Count, cancellationToken));
                if (walked.Count < part) break;
            }
        }

        if (found.Count == 0) return [];
        var rows = (await database.ReadAsync(connection => connection.QueryAsync<Row>(
            "SELECT c.id, COALESCE(c.purl, k.name) AS title, k.kind AS detail, '/component-versions/' || c.id AS href FROM component_version c JOIN component k ON k.id = c.component_id WHERE c.id IN @found", new { found }), cancellationToken)).ToDictionary(r => r.Id);
        return [.. found.Where(rows.ContainsKey).Select(id => new SearchHit("component", rows[id].Title, rows[id].Detail, rows[id].Href))];
    }

    /// <summary>What may be meant by <c>licence:MTI</c>: licences that are called nearly so, and that something in sight states.</summary>
    public async Task<IReadOnlyList<string>> NearAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken)
    {
        var colon = query.IndexOf(':', StringComparison.Ordinal);
        var typed = query[(colon + 1)..].Trim();
        if (typed.Length is < 3 or > 60) return [];
        var allowed = typed.Length < 8 ? 1 : 2;
        var texts = await database.ReadAsync(async connection => (await connection.QueryAsync<string?>($"{Texts} SELECT text FROM texts WHERE text IS NOT NULL LIMIT 20000")).AsList(), cancellationToken);
        var near = texts.OfType<string>().SelectMany(Stating).Distinct(StringComparer.OrdinalIgnoreCase)
            .Select(l => (Licence: l, Slips: Similar.Distance(l.ToLowerInvariant(), typed.ToLowerInvariant(), allowed))).Where(l => l.Slips <= allowed).OrderBy(l => l.Slips).ThenBy(l => l.Licence, StringComparer.Ordinal).Take(limit * 2);
        var meant = new List<string>();
        foreach (var (licence, _) in near)
        {
            if (meant.Count == limit) break;
            var other = $"{query[..(colon + 1)]}{licence}";
            if (await FindAsync(viewer, other, 1, cancellationToken) is { Count: > 0 }) meant.Add(other);
        }

        return meant;
    }

    /// <summary>The licences in a text, which may have been cut off.</summary>
    private static IEnumerable<string> Stating(string text) => text.Trim('[', ']').Split("\",\"").Select(l => l.Trim('"')).Where(l => l.Length > 0 && !l.Contains('\\', StringComparison.Ordinal));

    private Task<List<long>> ByNameAsync(IReadOnlyList<long> ids, CancellationToken cancellationToken) => database.ReadAsync(async connection => ids.Count == 0 ? [] : (await connection.QueryAsync<long>(
        $"SELECT c.id FROM component_version c JOIN component k ON k.id = c.component_id WHERE c.id IN ({string.Join(',', ids)}) ORDER BY LOWER(k.name), c.id")).AsList(), cancellationToken);

    private sealed class Row
    {
        public long Id { get; set; }
        public string Title { get; set; } = "";
        public string? Detail { get; set; }
        public string Href { get; set; } = "";
    }
}
