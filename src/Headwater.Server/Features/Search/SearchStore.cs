using Dapper;
using Headwater.Core.Packages;
using Headwater.Server.Features.Advisories;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Licences;
using Headwater.Server.Features.People;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>The one search box.</summary>
internal sealed class SearchStore(IDatabase database, AdvisoriesModule advisories, ComponentsModule components, PeopleModule people, LicenceSearchStore licences, SearchWordStore words, LicencesModule library)
{
    private const long Org = Organisation.Home;
    private const int LongestQuery = 300;

    /// <summary>With no more hits than this, what else may be meant is offered beside them.</summary>
    private const int Few = 3;

    /// <summary>So many ways to mean something are tried where nothing was found.</summary>
    private const int MostTried = 3;

    private const int MostOffered = 5;

    /// <param name="findingsSeen">Where the caller may see findings: advisories are told of by what they hit there.</param>
    /// <param name="query">What was typed; a whole package URL finds its component version.</param>
    /// <param name="perKind">Hits of each kind at most.</param>
    /// <param name="withPeople">Whether the caller may see people.</param>
    public async Task<SearchResults> SearchAsync(Viewer viewer, Viewer findingsSeen, string query, int perKind, bool withPeople = false, CancellationToken cancellationToken = default)
    {
        query = query.Trim() is { Length: <= LongestQuery } text ? text : query.Trim()[..LongestQuery];
        if (query.Length == 0) return new SearchResults(query, []);
        if (await ByHashAsync(viewer, query, perKind, cancellationToken) is { } hashed) return new SearchResults(query, hashed);
        if (await licences.FindAsync(viewer, query, perKind + 1, cancellationToken) is { } licensed)
            return licensed.Count == 0 ? new SearchResults(query, []) { Suggestions = await licences.NearAsync(viewer, query, MostOffered, cancellationToken) }
                : new SearchResults(query, [new SearchGroup("component", [.. licensed.Take(perKind)], licensed.Count > perKind)]);
        var (groups, _) = await NamedAsync(viewer, findingsSeen, query, perKind, withPeople, cancellationToken);
        if (groups.Sum(g => g.Hits.Count) > Few) return new SearchResults(query, groups);

        // Another number is another advisory: it is offered, and never taken for the one that was typed.
        var numbers = findingsSeen.IsNothing ? [] : await advisories.NearAsync(findingsSeen, query, MostOffered, cancellationToken);
        if (numbers.Count > 0 || query.StartsWith("pkg:", StringComparison.OrdinalIgnoreCase)) return new SearchResults(query, groups) { Suggestions = numbers };
        var (meant, found) = await MeantAsync(viewer, findingsSeen, query, groups.Count == 0, perKind, withPeople, cancellationToken);
        if (groups.Count > 0) return new SearchResults(query, groups) { Suggestions = meant };
        if (found is not null) return new SearchResults(query, found, true) { Suggestions = meant };
        var similar = await SimilarAsync(viewer, query, perKind, cancellationToken);
        return new SearchResults(query, similar, similar.Count > 0);
    }

    /// <summary>What has all the words, in some kind of thing.</summary>
    /// <returns>The groups; and whether any hit is of what the viewer has, so that words stand for something of his.</returns>
    private async Task<(List<SearchGroup> Groups, bool Ours)> NamedAsync(Viewer viewer, Viewer findingsSeen, string query, int perKind, bool withPeople, CancellationToken cancellationToken)
    {
        var exact = await ByPurlAsync(viewer, query, cancellationToken);
        var groups = new List<SearchGroup>();
        // "log4j-core <2.17" is a question: who uses that?
        if (UsageQuery.TryParse(query, out var usage, out _) && usage.IsRange)
            groups.Add(new SearchGroup("question", [new SearchHit("question", $"{usage.Name} {usage.Range}", null, $"/who-uses?of={Uri.EscapeDataString(query)}")], false));
        groups.AddRange(
        [
            await GroupAsync("project", await database.SearchTextAsync("project", query, perKind + 1, viewer.All ? null : $"item IN (SELECT p.id FROM project p WHERE p.org_id = {Org} AND {viewer.Sees("p.owner_id")})", cancellationToken), ProjectSql(viewer), perKind, cancellationToken),
            exact ?? await GroupAsync("component", await components.FindAsync(viewer, query, perKind + 1, cancellationToken), ComponentSql, perKind, cancellationToken),
        ]);
        var records = findingsSeen.IsNothing ? [] : await advisories.SearchAsync(findingsSeen, query, perKind + 1, cancellationToken);
        groups.Add(await GroupAsync("owner", await database.SearchTextAsync("owner", query, perKind + 1, viewer.All ? null : viewer.Sees("item"), cancellationToken), OwnerSql(viewer), perKind, cancellationToken));
        var ours = groups.Exists(g => g.Hits.Count > 0) || records.Any(r => r.Projects > 0);
        var told = new SearchGroup("advisory", [.. records.Take(perKind).Select(a => new SearchHit("advisory", a.Id, a.Summary, $"/advisories/{Uri.EscapeDataString(a.Id)}"))], records.Count > perKind);
        if (withPeople)
        {
            var persons = await people.FindAsync(query, perKind + 1, cancellationToken);
            ours |= persons.Count > 0;
            groups.Add(new SearchGroup("person", [.. persons.Take(perKind).Select(p => new SearchHit("person", p.Title ?? p.Name, p.Email is null ? p.Name : $"{p.Name}, {p.Email}", $"/people/{p.Id}"))], persons.Count > perKind));
        }

        // What hits something of the viewer's stands before owners and people; what is only called so somewhere in the world, behind them.
        if (records.Any(r => r.Projects > 0)) groups.Insert(groups.FindIndex(g => g.Kind == "owner"), told);
        else groups.Add(told);
        groups.Add(await LicencesAsync(query, perKind, cancellationToken));
        groups.RemoveAll(g => g.Hits.Count == 0);
        return (groups, ours);
    }

    /// <summary>Licences that are called so, whether anything is under them or not.</summary>
    private async Task<SearchGroup> LicencesAsync(string query, int limit, CancellationToken cancellationToken)
    {
        var found = await library.FindAsync(query, limit + 1, cancellationToken);
        return new SearchGroup("licence", [.. found.Take(limit).Select(l => new SearchHit("licence", l.Id, l.Name, LicencesModule.PageOf(l.Id)))], found.Count > limit);
    }

    /// <summary>What may be meant, as far as it finds something that the viewer has; and what the first of it finds.</summary>
    private async Task<(IReadOnlyList<string> Meant, List<SearchGroup>? Found)> MeantAsync(Viewer viewer, Viewer findingsSeen, string query, bool nothing, int perKind, bool withPeople, CancellationToken cancellationToken)
    {
        var (meant, found) = (new List<string>(), (List<SearchGroup>?)null);
        // Each that is tried is a whole search, and the box asks while it is typed in: beside what was found one is enough.
        foreach (var other in (await words.GetAsync(viewer, findingsSeen, withPeople, cancellationToken)).Correct(query, nothing, nothing ? MostTried : 1))
        {
            var (groups, ours) = await NamedAsync(viewer, findingsSeen, other, perKind, withPeople, cancellationToken);
            if (!ours) continue;
            meant.Add(other);
            found ??= groups;
        }

        return (meant, found);
    }

    /// <summary>What is named nearly so, the nearest first. Asked only when nothing is named so.</summary>
    private async Task<IReadOnlyList<SearchGroup>> SimilarAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken)
    {
        var word = query.ToLowerInvariant();
        var allowed = Features.Search.Similar.Allowed(word);
        if (allowed == 0 || word.Any(char.IsWhiteSpace)) return [];
        var pieces = Features.Search.Similar.Pieces(word).Select(p => Like.Containing(p)).ToList();
        var groups = new List<SearchGroup>
        {
            await GroupAsync("project", await NearAsync($"project WHERE org_id = @Org AND {viewer.Sees("owner_id")}", "name", word, allowed, pieces, cancellationToken), ProjectSql(viewer), limit, cancellationToken),
            await GroupAsync("component", await components.ComponentsInSightAsync(viewer, await NearAsync("component WHERE 1=1", "name", word, allowed, pieces, cancellationToken), limit + 1, cancellationToken), ComponentSql, limit, cancellationToken),
            await GroupAsync("owner", await NearAsync($"owner WHERE org_id = @Org AND {viewer.Sees("id")}", "title", word, allowed, pieces, cancellationToken), OwnerSql(viewer), limit, cancellationToken),
        };
        return [.. groups.Where(g => g.Hits.Count > 0)];
    }

    /// <summary>Ids of what is named nearly so, the nearest first: every name that may be is read, one at a time, and only those that are kept.</summary>
    private Task<IReadOnlyList<long>> NearAsync(string from, string column, string word, int allowed, List<string?> pieces, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<long>>(async connection =>
    {
        var parameters = new DynamicParameters(new { Org, shortest = word.Length - allowed, longest = word.Length + allowed });
        for (var i = 0; i < pieces.Count; i++) parameters.Add($"piece{i}", pieces[i]);
        var holds = string.Join(" OR ", pieces.Select((_, i) => $"LOWER({column}) LIKE @piece{i} ESCAPE '\\'"));
        var near = new List<(long Id, string Name, int Distance)>();
        await using var reader = await connection.ExecuteReaderAsync($"SELECT id, LOWER({column}) FROM {from} AND LENGTH(LOWER({column})) BETWEEN @shortest AND @longest AND ({holds})", parameters);
        while (await reader.ReadAsync(cancellationToken))
            if (reader.GetString(1) is var name && Features.Search.Similar.Distance(name.ToLowerInvariant(), word, allowed) is var distance && distance <= allowed) near.Add((reader.GetInt64(0), name, distance));
        return [.. near.OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal).Select(c => c.Id)];
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

    private static SearchGroup Group(string kind, List<Row> rows, int limit) => new(kind, [.. rows.Take(limit).Select(r => new SearchHit(kind, r.Title, r.Detail, r.Href))], rows.Count > limit);

    private static string ProjectSql(Viewer viewer) => $"""
        SELECT p.id, p.name AS title, COALESCE(w.title, p.description) AS detail, '/projects/' || p.uuid AS href FROM project p LEFT JOIN owner w ON w.id = p.owner_id WHERE p.org_id = @Org AND p.id IN @ids AND {viewer.Sees("p.owner_id")}
        """;

    /// <summary>Only of those that are known to be in sight.</summary>
    private const string ComponentSql = """
        SELECT k.id, CASE WHEN k.group_name IS NULL THEN k.name ELSE k.group_name || '/' || k.name END AS title, k.identity AS detail, '/components/' || k.id AS href FROM component k WHERE k.id IN @ids
        """;

    private static string OwnerSql(Viewer viewer) => $"SELECT w.id, w.title, w.email AS detail, '/owners/' || w.id AS href FROM owner w WHERE w.org_id = @Org AND w.id IN @ids AND {viewer.Sees("w.id")}";

    /// <param name="ids">One more than is shown, when there are more.</param>
    private async Task<SearchGroup> GroupAsync(string kind, IReadOnlyList<long> ids, string sql, int limit, CancellationToken cancellationToken)
    {
        if (ids.Count == 0) return new SearchGroup(kind, [], false);
        var rows = await database.ReadAsync(async connection => (await connection.QueryAsync<Row>(sql, new { Org, ids = ids.Take(limit + 1) })).ToDictionary(r => r.Id), cancellationToken);
        return Group(kind, [.. ids.Where(rows.ContainsKey).Select(id => rows[id])], limit);
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
