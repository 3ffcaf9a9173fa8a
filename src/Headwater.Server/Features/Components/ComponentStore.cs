using System.Data.Common;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Features.Registries;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Components;

/// <summary>The catalogue of components, to read. Usage counts the latest version of each project.</summary>
internal sealed class ComponentStore(IDatabase database, ProjectsModule projects, FindingsModule findings, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>The most lines of what is told together with a component; each has a list of its own.</summary>
    private const int MostLines = 1000;

    /// <summary>What components are called. Their identities are looked for by themselves.</summary>
    public static NamedKind Named { get; } = NamedKind.Of("component", viewer => viewer.All ? "SELECT identity AS id, name, '/components/' || id AS page FROM component WHERE identity IN @ids" : null);

    private static string VersionSelect(Viewer viewer) => $"""
        SELECT c.id, c.component_id, k.type, k.group_name, k.name, k.kind, c.version, c.purl, c.licences, c.coverage, c.critical, c.high, c.medium, c.low, c.unassigned, c.kev, c.max_severity, c.max_risk,
            c.detail, {(viewer.All ? "c.first_seen" : FirstSeen(viewer))} AS first_seen, c.matched_at,
            {(viewer.All ? "COALESCE((SELECT n.projects FROM version_usage n WHERE n.org_id = @Org AND n.cv_id = c.id), 0)"
                : $"(SELECT COUNT(*) FROM occurrence o JOIN project p ON p.org_id = @Org AND p.latest_id = o.pv_id WHERE o.cv_id = c.id AND {viewer.Sees("p.owner_id")})")} AS projects
        FROM component_version c JOIN component k ON k.id = c.component_id
        """;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["risk"] = new("u.max_risk", true),
        ["name"] = new("LOWER(k.name)"),
        ["projects"] = new("u.projects", true),
        ["versions"] = new("u.versions", true),
        ["findings"] = new("u.findings", true),
        ["released"] = new(RegistriesModule.ReleasedKey),
    };

    /// <summary>What only who sees findings sorts by.</summary>
    private static readonly string[] OfFindings = ["risk", "findings"];

    /// <summary>Sorts: <c>risk</c> (default), <c>name</c>, <c>projects</c>, <c>versions</c>, <c>findings</c>, <c>released</c> (the latest version, oldest first).</summary>
    /// <param name="findingsSeen">Where the caller may see findings; when that is not all that he sees, nothing is told of them, sorted or narrowed by them.</param>
    public async Task<Page<ComponentRow>> ListAsync(Viewer viewer, Viewer findingsSeen, PageRequest request, ComponentFilter filter = default, CancellationToken cancellationToken = default)
    {
        var found = findingsSeen.Covers(viewer);
        if (!found) (request, filter) = (request.SortedBy(Sorts.Keys.Except(OfFindings), "name"), filter with { OnlyVulnerable = false });
        // The id as the sort's index has it. What is put in order in memory has places for cursors, not keys.
        var keyset = Keyset.For(viewer.All ? request : request with { After = null, Before = null }, Sorts, "risk", request.Sort == "name" ? "k.id" : "u.component_id");
        var like = Like.Containing(request.Filter);
        var about = (like is null ? "" : " AND (LOWER(k.name) LIKE @like ESCAPE '\\' OR LOWER(COALESCE(k.group_name, '')) LIKE @like ESCAPE '\\' OR LOWER(k.identity) LIKE @like ESCAPE '\\')")
            + (filter.Type is null ? "" : " AND COALESCE(k.type, '') = @Type")
            + Is("ca.state", "State", filter.State) + Is("ca.plan", "Plan", filter.Plan) + (filter.SupportEnding ? " AND ca.ends_at < @until" : "") + (filter.OnlyProduction ? $" AND {InProduction(viewer)}" : "")
            + (filter.OnlyOutdated ? $" AND {InUse(viewer, RegistriesModule.IsOutdated)}" : "") + (filter.OnlyWithdrawn ? $" AND (crel.deprecated IS NOT NULL OR {InUse(viewer, "vrel.withdrawn > 0")})" : "");
        var where = about + (filter.OnlyVulnerable && viewer.All ? " AND u.vulnerable > 0" : "");
        // What is shown of a row is looked up for the page only, not for what is passed over on the way to it; so only what is asked for is joined.
        string From(string key) => "FROM component_usage u" + ((key + where).Contains("k.", StringComparison.Ordinal) ? " JOIN component k ON k.id = u.component_id" : "")
            + (where.Contains("ca.", StringComparison.Ordinal) ? " LEFT JOIN component_care ca ON ca.org_id = @Org AND ca.component_id = u.component_id" : "") + ((key + where).Contains("crel.", StringComparison.Ordinal) ? $" {RegistriesModule.JoinComponent("u.component_id")}" : "") + $" WHERE u.org_id = @Org{where}";
        if (!viewer.All) return await ListPartAsync(viewer, found, request, filter, keyset, like, about.Length > 0, From, cancellationToken);
        return await database.ReadAsync(async connection =>
        {
            var parameters = new { Org, like, filter.Type, filter.State, filter.Plan, until = time.GetUtcNow() + CareStore.Ahead, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {From("")}", parameters);
            var rows = await connection.QueryAsync<Row>($"""
                SELECT s.*, k.type, k.group_name, k.name, k.identity, k.kind, ca.state, ca.plan, ca.ends_at
                FROM (SELECT u.component_id AS id, u.versions, u.projects, u.critical, u.high, u.medium, u.low, u.unassigned, u.kev, u.max_risk, u.covered, {keyset.Expression} AS sort_key
                    {From(keyset.Expression)} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip) s
                JOIN component k ON k.id = s.id LEFT JOIN component_care ca ON ca.org_id = @Org AND ca.component_id = s.id
                ORDER BY s.sort_key {keyset.Direction}, s.id {keyset.Direction}
                """, parameters);
            var page = keyset.Page(rows.AsList(), total, r => (r.SortKey!, r.Id));
            var releases = await RegistriesModule.OfComponentsAsync(connection, viewer, page.Items.Select(r => r.Id), ProjectsModule.Uses);
            var licences = await CurationsModule.OfComponentsAsync(connection, viewer, page.Items.Select(r => r.Id), ProjectsModule.Uses);
            return new Page<ComponentRow>([.. page.Items.Select(r => r.ToRow(found) with { Release = releases.GetValueOrDefault(r.Id), Licences = [.. licences[r.Id]] })], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>The same for who sees a part only: what is counted for him is in memory, so it is put in order there; what is said of components comes from the tables.</summary>
    /// <param name="from">What the list is selected from, for who sees everything: every component that a part uses is in that.</param>
    private async Task<Page<ComponentRow>> ListPartAsync(Viewer viewer, bool found, PageRequest request, ComponentFilter filter, Keyset keyset, string? like, bool narrowed, Func<string, string> from, CancellationToken cancellationToken)
    {
        var part = (await findings.PartAsync(viewer, cancellationToken)).Components;
        return await database.ReadAsync(async connection =>
        {
            var counted = request.Sort is null || PartSorts.ContainsKey(request.Sort) || !Sorts.ContainsKey(request.Sort);
            IEnumerable<PartComponent> rows = part.Values;
            if (narrowed || !counted)
            {
                var direction = (request.Descending ?? false) ? "DESC" : "ASC"; // None of the sorts that are not counted goes downwards by itself.
                var order = counted ? "" : $" ORDER BY {keyset.Expression} {direction}, u.component_id {direction}";
                rows = (await connection.QueryAsync<long>($"SELECT u.component_id {from(counted ? "" : keyset.Expression)}{order}", new { Org, like, filter.Type, filter.State, filter.Plan, until = time.GetUtcNow() + CareStore.Ahead }))
                    .Where(part.ContainsKey).Select(id => part[id]);
            }

            if (filter.OnlyVulnerable) rows = rows.Where(c => c.Vulnerable > 0);
            var page = Page<PartComponent>.Of(counted ? MemoryOrder.Of(rows, PartSorts, request, "risk", c => c.Id, Comparer<long>.Default) : [.. rows], request);
            var shown = (await connection.QueryAsync<Row>($"""
                SELECT k.id, k.type, k.group_name, k.name, k.identity, k.kind, ca.state, ca.plan, ca.ends_at FROM component k LEFT JOIN component_care ca ON ca.org_id = @Org AND ca.component_id = k.id
                WHERE k.id IN ({string.Join(',', page.Items.Select(c => c.Id).DefaultIfEmpty())})
                """, new { Org })).ToDictionary(r => r.Id);
            var releases = await RegistriesModule.OfComponentsAsync(connection, viewer, page.Items.Select(c => c.Id), ProjectsModule.Uses);
            var licences = await CurationsModule.OfComponentsAsync(connection, viewer, page.Items.Select(c => c.Id), ProjectsModule.Uses);
            return new Page<ComponentRow>([.. page.Items.Where(c => shown.ContainsKey(c.Id)).Select(c => shown[c.Id].With(c).ToRow(found) with { Release = releases.GetValueOrDefault(c.Id), Licences = [.. licences[c.Id]] })], page.Total, page.Next, page.Previous);
        }, cancellationToken);
    }

    private static readonly Dictionary<string, MemorySort<PartComponent>> PartSorts = new(StringComparer.Ordinal)
    {
        ["risk"] = new(c => c.MaxRisk, true),
        ["projects"] = new(c => c.Projects, true),
        ["versions"] = new(c => c.Versions, true),
        ["findings"] = new(c => c.Findings, true),
    };

    private static string Is(string column, string parameter, string? value) => value switch { null or "" => "", ComponentFilter.None => $" AND {column} IS NULL", _ => $" AND {column} = @{parameter}" };

    /// <summary>A version of it for which a condition on what the registry says holds is in the latest version of a visible project.</summary>
    private static string InUse(Viewer viewer, string condition) => $"""
        EXISTS (SELECT 1 FROM component_version rc JOIN version_release vrel ON vrel.org_id = @Org AND vrel.cv_id = rc.id AND {condition}
            {(viewer.All ? "JOIN version_usage rn ON rn.org_id = @Org AND rn.cv_id = rc.id AND rn.projects > 0"
                : "JOIN occurrence ro ON ro.cv_id = rc.id JOIN project rp ON rp.org_id = @Org AND rp.latest_id = ro.pv_id")}
            WHERE rc.component_id = u.component_id AND {(viewer.All ? "1=1" : viewer.Sees("rp.owner_id"))})
        """;

    /// <summary>A version of it is in a project version with a document of the stage production.</summary>
    private static string InProduction(Viewer viewer) => $"""
        EXISTS (SELECT 1 FROM component_version pc JOIN occurrence po ON po.cv_id = pc.id JOIN stage_upload ps ON ps.org_id = @Org AND ps.pv_id = po.pv_id AND ps.stage = 'production'
            JOIN project_version pv ON pv.id = po.pv_id JOIN project pp ON pp.id = pv.project_id WHERE pc.component_id = k.id AND {viewer.Sees("pp.owner_id")})
        """;

    private static readonly Dictionary<string, SortKey> VersionSorts = new(StringComparer.Ordinal)
    {
        ["projects"] = new("x.projects", true),
        ["version"] = new("COALESCE(x.version, '')"),
        ["findings"] = new("(x.critical + x.high + x.medium + x.low + x.unassigned)", true),
        ["risk"] = new("x.max_risk", true),
    };

    /// <summary>Whether there is such a component in sight, be it used or not.</summary>
    public Task<bool> HasAsync(Viewer viewer, long id, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
        await connection.QuerySingleAsync<long>(viewer.All ? "SELECT COUNT(*) FROM component WHERE id = @id" : $"SELECT COUNT(*) FROM component_version c WHERE c.component_id = @id AND {ProjectsModule.Uses(viewer, "c.id")}", new { id }) > 0, cancellationToken);

    /// <summary>Whether there is such a version of a component in sight.</summary>
    public Task<bool> HasVersionAsync(Viewer viewer, long id, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
        await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM component_version c WHERE c.id = @id AND {ProjectsModule.Uses(viewer, "c.id")}", new { id }) > 0, cancellationToken);

    /// <summary>The versions of a component; null when it, or for who sees a part all of it, is not in sight. Sorts: <c>projects</c> (default), <c>version</c> (in the order of its kind of package), <c>findings</c>, <c>risk</c>.</summary>
    /// <param name="findingsSeen">Where the caller may see findings; when that is not all that he sees, nothing is told of them or sorted by them.</param>
    public Task<Page<ComponentVersionRow>?> VersionsAsync(Viewer viewer, Viewer findingsSeen, long id, PageRequest request, CancellationToken cancellationToken = default)
    {
        var found = findingsSeen.Covers(viewer);
        if (!found) request = request.SortedBy(VersionSorts.Keys.Except(OfFindings), "projects");
        var byVersion = request.SortOf(VersionSorts.Keys, "projects") == "version";
        var like = Like.Containing(request.Filter);
        return database.ReadAsync(async connection =>
        {
            var of = $"c.component_id = @id AND {ProjectsModule.Uses(viewer, "c.id")}";
            var known = await connection.QuerySingleAsync<long>(viewer.All ? "SELECT COUNT(*) FROM component WHERE id = @id" : $"SELECT COUNT(*) FROM component_version c WHERE {of}", new { id });
            if (known == 0) return null;
            var narrowed = of + (like is null ? "" : @" AND (LOWER(COALESCE(c.version, '')) LIKE @like ESCAPE '\' OR LOWER(c.licences) LIKE @like ESCAPE '\' OR EXISTS (SELECT 1 FROM component_licence l WHERE l.cv_id = c.id AND LOWER(l.terms) LIKE @like ESCAPE '\'))");
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM component_version c WHERE {narrowed}", new { id, like });
            if (byVersion && total <= VersionPlace.Most)
            {
                // No engine knows this order: the versions are put into it here, and the page is read by their ids.
                var (start, size) = request.PlaceIn(total);
                var type = await connection.QuerySingleAsync<string?>("SELECT type FROM component WHERE id = @id", new { id });
                var ids = VersionPlace.InOrder(await connection.QueryAsync<(long, string?)>($"SELECT c.id, c.version FROM component_version c WHERE {narrowed}", new { id, like }), type, request.Descending == true).Skip(start).Take(size).ToList();
                var read = (await connection.QueryAsync<VersionRow>($"{VersionSelect(viewer)} WHERE c.id IN ({string.Join(',', ids.DefaultIfEmpty())})", new { Org })).ToDictionary(v => v.Id);
                var said = await RegistriesModule.OfVersionsAsync(connection, ids);
                var under = await CurationsModule.OfVersionsAsync(connection, ids);
                return Page<ComponentVersionRow>.At([.. ids.Select(i => read[i].ToRow(found) with { Release = said.GetValueOrDefault(i), Licence = under.GetValueOrDefault(i) })], start, size, total);
            }

            var keyset = Keyset.For(request, VersionSorts, "projects", "x.id");
            var parameters = new { Org, id, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var rows = await connection.QueryAsync<VersionRow>($"SELECT x.*, {keyset.Expression} AS sort_key FROM ({VersionSelect(viewer)} WHERE {narrowed}) x WHERE {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters);
            var page = keyset.Page(rows.AsList(), total, r => (r.SortKey!, r.Id));
            var releases = await RegistriesModule.OfVersionsAsync(connection, page.Items.Select(v => v.Id));
            var licences = await CurationsModule.OfVersionsAsync(connection, page.Items.Select(v => v.Id));
            return new Page<ComponentVersionRow>([.. page.Items.Select(v => v.ToRow(found) with { Release = releases.GetValueOrDefault(v.Id), Licence = licences.GetValueOrDefault(v.Id) })], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <param name="findingsSeen">Where the caller may see findings.</param>
    public async Task<ComponentDetail?> GetAsync(Viewer viewer, Viewer findingsSeen, long id, CancellationToken cancellationToken = default)
    {
        var part = viewer.All ? null : (await findings.PartAsync(viewer, cancellationToken)).Components.GetValueOrDefault(id) ?? new PartComponent();
        return await database.ReadAsync(connection => GetAsync(connection, viewer, viewer.And(findingsSeen), id, part), cancellationToken);
    }

    private static async Task<ComponentDetail?> GetAsync(DbConnection connection, Viewer viewer, Viewer findingsSeen, long id, PartComponent? part)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>($"""
            SELECT k.id, k.type, k.group_name, k.name, k.identity, k.kind, COALESCE(u.versions, 0) AS versions, COALESCE(u.projects, 0) AS projects, COALESCE(u.critical, 0) AS critical,
                COALESCE(u.high, 0) AS high, COALESCE(u.medium, 0) AS medium, COALESCE(u.low, 0) AS low, COALESCE(u.unassigned, 0) AS unassigned, COALESCE(u.kev, 0) AS kev, COALESCE(u.max_risk, 0) AS max_risk,
                (SELECT COUNT(*) FROM component_version c WHERE c.component_id = k.id AND c.coverage = 1 AND {ProjectsModule.Uses(viewer, "c.id")}) AS covered, ca.state, ca.plan, ca.ends_at
            FROM component k LEFT JOIN component_care ca ON ca.org_id = @Org AND ca.component_id = k.id LEFT JOIN component_usage u ON u.org_id = @Org AND u.component_id = k.id WHERE k.id = @id
            """, new { Org, id });
        if (row is null) return null;
        if (part is not null) row = row.With(part) with { Covered = row.Covered };
        var versions = (await connection.QueryAsync<VersionRow>($"{VersionSelect(viewer)} WHERE c.component_id = @id AND {ProjectsModule.Uses(viewer, "c.id")} ORDER BY projects DESC, c.id DESC LIMIT {MostLines}", new { Org, id })).AsList();
        var allVersions = versions.Count < MostLines ? versions.Count : await connection.QuerySingleAsync<int>($"SELECT COUNT(*) FROM component_version c WHERE c.component_id = @id AND {ProjectsModule.Uses(viewer, "c.id")}", new { id });
        if (versions.Count == 0 && !viewer.All) return null;
        // Where nothing of it may be seen, that is not that there is nothing.
        var told = !findingsSeen.IsNothing && (findingsSeen.All || await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM component_version c WHERE c.component_id = @id AND {ProjectsModule.Uses(findingsSeen, "c.id")}", new { id }) > 0);
        var findings = !told ? null : await connection.QueryAsync<FindingColumns>($"""
            SELECT {FindingColumns.Select} FROM component_version c JOIN finding f ON f.cv_id = c.id JOIN component k ON k.id = c.component_id WHERE c.component_id = @id AND {ProjectsModule.Uses(findingsSeen, "c.id")} ORDER BY f.risk DESC, f.id, c.id LIMIT {MostLines}
            """, new { id });
        var counts = findings is null ? default((long, long)?) : await connection.QuerySingleAsync<(long, long)>($"""
            SELECT COUNT(*), COUNT(DISTINCT f.id) FROM component_version c JOIN finding f ON f.cv_id = c.id WHERE c.component_id = @id AND {ProjectsModule.Uses(findingsSeen, "c.id")}
            """, new { id });
        var release = (await RegistriesModule.OfComponentsAsync(connection, viewer, [id], ProjectsModule.Uses)).GetValueOrDefault(id);
        var releases = await RegistriesModule.OfVersionsAsync(connection, versions.Select(v => v.Id));
        var licences = await CurationsModule.OfVersionsAsync(connection, versions.Select(v => v.Id));
        var whole = findingsSeen.Covers(viewer);
        return new ComponentDetail(row.ToRow(whole) with { Release = release, Licences = CurationsModule.Together(versions.Select(v => v.Id), licences) }, [.. versions.Select(v => v.ToRow(whole) with { Release = releases.GetValueOrDefault(v.Id), Licence = licences.GetValueOrDefault(v.Id) })], allVersions,
            findings is null ? null : [.. (await FindingsModule.SeenAsync(connection, findingsSeen, findings)).Select(f => f.ToRow())], (int?)counts?.Item1, (int?)counts?.Item2);
    }

    /// <param name="findingsSeen">Where the caller may see findings.</param>
    public Task<ComponentVersionDetail?> GetVersionAsync(Viewer viewer, Viewer findingsSeen, long id, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        var row = await connection.QuerySingleOrDefaultAsync<VersionRow>($"{VersionSelect(viewer)} WHERE c.id = @id AND {ProjectsModule.Uses(viewer, "c.id")}", new { Org, id });
        if (row is null) return null;
        var seen = viewer.And(findingsSeen);
        var used = !seen.IsNothing && (seen == viewer || await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM component_version c WHERE c.id = @id AND {ProjectsModule.Uses(seen, "c.id")}", new { id }) > 0);
        var findings = !used ? null : await connection.QueryAsync<FindingColumns>($"""
            SELECT {FindingColumns.Select} FROM finding f JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id WHERE f.cv_id = @id ORDER BY f.affected DESC, f.risk DESC, f.id
            """, new { id });
        var others = (await connection.QueryAsync<VersionRow>($"{VersionSelect(viewer)} WHERE c.component_id = @ComponentId AND c.id <> @Id AND {ProjectsModule.Uses(viewer, "c.id")} ORDER BY projects DESC, c.id DESC LIMIT {MostLines}", new { Org, row.ComponentId, row.Id })).AsList();
        var allOthers = others.Count < MostLines ? others.Count : await connection.QuerySingleAsync<int>($"SELECT COUNT(*) FROM component_version c WHERE c.component_id = @ComponentId AND c.id <> @Id AND {ProjectsModule.Uses(viewer, "c.id")}", new { row.ComponentId, row.Id });
        var facts = ComponentFacts.Parse(row.Detail);
        var release = (await RegistriesModule.OfVersionsAsync(connection, [id])).GetValueOrDefault(id);
        var licences = await CurationsModule.OfVersionsAsync(connection, others.Select(v => v.Id).Append(id));
        return new ComponentVersionDetail(row.ToRow(used) with { Release = release, Licence = licences.GetValueOrDefault(id) }, facts.Description, facts.Publisher, facts.Copyright, facts.Cpes ?? [], [.. facts.Hashes ?? []], row.FirstSeen, row.MatchedAt,
            findings is null ? null : [.. (await FindingsModule.SeenAsync(connection, seen, findings)).Select(f => f.ToRow())], [.. others.Select(v => v.ToRow(seen.Covers(viewer)) with { Licence = licences.GetValueOrDefault(v.Id) })], allOthers);
    }, cancellationToken);

    /// <summary>Package types in use with the number of components, most first.</summary>
    public async Task<IReadOnlyList<KeyValuePair<string, int>>> TypesAsync(Viewer viewer, CancellationToken cancellationToken = default)
    {
        var part = viewer.All ? null : (await findings.PartAsync(viewer, cancellationToken)).Components;
        return await database.ReadAsync<IReadOnlyList<KeyValuePair<string, int>>>(async connection => part is null
            ? [.. (await connection.QueryAsync<(string Type, long Count)>("""
                SELECT COALESCE(k.type, ''), COUNT(*) FROM component_usage u JOIN component k ON k.id = u.component_id WHERE u.org_id = @Org GROUP BY 1 ORDER BY 2 DESC, 1
                """, new { Org })).Select(t => KeyValuePair.Create(t.Type, (int)t.Count))]
            : [.. (await connection.QueryAsync<(long Id, string Type)>("SELECT id, COALESCE(type, '') FROM component")).Where(k => part.ContainsKey(k.Id)).CountBy(k => k.Type)
                .OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal)], cancellationToken);
    }

    /// <summary>Why a component version is in each of these project versions: shortest paths, at most <paramref name="limit"/> of each. Those it is not in are left out.</summary>
    public async Task<IReadOnlyList<WhyHere>> WhyAsync(Viewer viewer, IEnumerable<Guid> versions, long componentVersionId, int limit, CancellationToken cancellationToken = default)
    {
        var uses = versions.Select(v => (v, componentVersionId)).ToList();
        var why = await projects.WhyEachAsync(viewer, uses, limit, cancellationToken);
        return [.. uses.Where(why.ContainsKey).Select(u => why[u])];
    }

    /// <summary>For who sees a part only, a component version was first seen when that part first had it.</summary>
    private static string FirstSeen(Viewer viewer) => $"""
        COALESCE((SELECT MIN(fu.received_at) FROM occurrence fo JOIN project_version fv ON fv.id = fo.pv_id JOIN project fp ON fp.id = fv.project_id JOIN upload fu ON fu.org_id = @Org AND fu.pv_id = fv.id
            WHERE fo.cv_id = c.id AND {viewer.Sees("fp.owner_id")}), c.first_seen)
        """;

    private sealed record Row : Numbers
    {
        public long Id { get; set; }
        public string? Type { get; set; }
        public string? GroupName { get; set; }
        public string Name { get; set; } = "";
        public string Identity { get; set; } = "";
        public string Kind { get; set; } = "";
        public int Versions { get; set; }
        public int Projects { get; set; }
        public string? State { get; set; }
        public string? Plan { get; set; }
        public DateTimeOffset? EndsAt { get; set; }

        public Row With(PartComponent c) => this with
        {
            Versions = c.Versions, Projects = c.Projects, Critical = c.Critical, High = c.High, Medium = c.Medium, Low = c.Low, Unassigned = c.Unassigned, Kev = c.Kev, MaxRisk = c.MaxRisk, Covered = c.Covered,
        };

        public ComponentRow ToRow(bool found) => new(Id, Type, GroupName, Name, Type is null ? null : Identity, Kind, Versions, Projects, found ? Severities : null, found ? Kev > 0 : null, found ? MaxRisk : null, Covered, State, Plan, EndsAt);
    }

    private sealed record VersionRow : Numbers
    {
        public long Id { get; set; }
        public long ComponentId { get; set; }
        public string? Type { get; set; }
        public string? GroupName { get; set; }
        public string Name { get; set; } = "";
        public string Kind { get; set; } = "";
        public string? Version { get; set; }
        public string? Purl { get; set; }
        public string Licences { get; set; } = "";
        public new int Coverage { get; set; }
        public int MaxSeverity { get; set; }
        public string? Detail { get; set; }
        public DateTimeOffset FirstSeen { get; set; }
        public DateTimeOffset? MatchedAt { get; set; }
        public int Projects { get; set; }

        public ComponentVersionRow ToRow(bool found) => new(Id, ComponentId, Type, GroupName, Name, Version, Purl, Kind, TypeMaps.FromJson(Licences), (CoverageState)Coverage, found ? Severities : null, found ? (Severity)MaxSeverity : null, found ? Kev > 0 : null, found ? MaxRisk : null, Projects);
    }
}

/// <summary>Which components are asked for.</summary>
internal readonly record struct ComponentFilter(bool OnlyVulnerable = false, string? Type = null, string? State = null, string? Plan = null, bool SupportEnding = false, bool OnlyProduction = false, bool OnlyOutdated = false, bool OnlyWithdrawn = false)
{
    /// <summary>In a filter: nobody has decided.</summary>
    public const string None = "undecided";
}
