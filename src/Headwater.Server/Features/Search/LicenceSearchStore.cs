using Dapper;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>How much is under a licence (concluded, else declared) in the latest versions of projects in sight.</summary>
/// <param name="ComponentVersions">Of components in these.</param>
/// <param name="MoreVersions">There are more component versions than are counted.</param>
/// <param name="Projects">Projects whose latest version has one of them.</param>
/// <param name="MoreProjects">There are more projects than are counted.</param>
internal sealed record LicenceUse(string Licence, int ComponentVersions, bool MoreVersions, int Projects, bool MoreProjects);

/// <summary>
/// Component versions that are under a licence: concluded, else declared, else as it is written. There are few texts of licences beside versions that have one, so the texts are looked through, and the versions found
/// by them; where thousands have it, the first by name are found by walking along the names.
/// </summary>
internal sealed class LicenceSearchStore(IDatabase database, ComponentsModule components, FindingsModule findings)
{
    private const long Org = Organisation.Home;

    /// <summary>With more than this that have the licence, it is quicker to walk along the names until enough are found.</summary>
    internal const int Few = 5000;

    /// <summary>Beyond so many projects nobody needs the number: that there are more is the answer.</summary>
    private const int MostCounted = 10_000;

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
        var ids = await UnderAsync(like, $"LIMIT {Few + 1}", cancellationToken);
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

    /// <summary>
    /// How much is under a licence, in the latest versions of projects. What few have is counted from its component versions; what is everywhere is found soon in each project, so that the projects are walked until enough
    /// have it.
    /// </summary>
    public async Task<LicenceUse> CountAsync(Viewer viewer, string licence, CancellationToken cancellationToken)
    {
        var ids = await InUseAsync(viewer, licence, cancellationToken);
        if (ids.Count == 0) return new LicenceUse(licence, 0, false, 0, false);
        var like = Like.Containing($"\"{licence.Trim()}\"");
        var mine = $"p.org_id = @Org AND p.retired_at IS NULL AND {viewer.Sees("p.owner_id")}";
        var projects = await database.ReadAsync(connection => connection.QuerySingleAsync<int>(ids.Count > Few ? $"""
            SELECT COUNT(*) FROM (SELECT p.id FROM project p WHERE {mine} AND EXISTS (SELECT 1 FROM occurrence o JOIN component_licence l ON l.cv_id = o.cv_id
                WHERE o.org_id = @Org AND o.pv_id = p.latest_id AND l.{Stated} AND LOWER(l.terms) LIKE @like ESCAPE '\') LIMIT {MostCounted + 1}) found
            """ : $"""
            SELECT COUNT(*) FROM (SELECT DISTINCT p.id FROM occurrence o JOIN project p ON p.latest_id = o.pv_id WHERE o.cv_id IN ({string.Join(',', ids)}) AND {mine} LIMIT {MostCounted + 1}) found
            """, new { Org, like }), cancellationToken);
        return new LicenceUse(licence, Math.Min(ids.Count, Few), ids.Count > Few, Math.Min(projects, MostCounted), projects > MostCounted);
    }

    /// <summary>Component versions in the latest versions of projects in sight that have a licence; where thousands have it, not all of them, but more than <see cref="Few"/>.</summary>
    public async Task<IReadOnlyList<long>> InUseAsync(Viewer viewer, string licence, CancellationToken cancellationToken)
    {
        if (viewer.IsNothing || Like.Containing($"\"{licence.Trim()}\"") is not { Length: > 4 } like) return [];
        // Those of others must not be counted, nor decide how far is counted.
        var part = viewer.All ? null : await findings.PartAsync(viewer, cancellationToken);
        return part is null ? await UnderAsync(like, $"AND {FindingsModule.InUse("c.cv_id")} LIMIT {Few + 1}", cancellationToken) : (await UnderAsync(like, "", cancellationToken)).FindAll(part.Uses);
    }

    /// <summary>Component versions that have a licence, in sight or not.</summary>
    private Task<List<long>> UnderAsync(string like, string rest, CancellationToken cancellationToken) => database.ReadAsync(async connection => (await connection.QueryAsync<long>($"""
        {Texts} SELECT c.cv_id FROM component_licence c WHERE SUBSTR(c.terms, 1, 200) IN (SELECT text FROM texts WHERE LOWER(text) LIKE @like ESCAPE '\' OR LENGTH(text) = 200) AND c.{Stated} AND LOWER(c.terms) LIKE @like ESCAPE '\' {rest}
        """, new { Org, like })).AsList(), cancellationToken);

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
