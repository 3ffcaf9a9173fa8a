using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>Projects and their versions, to read.</summary>
internal sealed class ProjectStore(IDatabase database, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const int TrendDays = 90;

    /// <summary>So many projects take longer to sort than all projects to walk in order.</summary>
    private const int Many = 10_000;

    /// <summary>What projects are called.</summary>
    public static NamedKind Named { get; } = NamedKind.Of("project", viewer => $"SELECT p.uuid AS id, p.name, '/projects/' || p.uuid AS page FROM project p WHERE p.org_id = @Org AND p.uuid IN @ids AND {viewer.Sees("p.owner_id")}") with { Called = @"SELECT 'project:' || p.uuid FROM project p WHERE LOWER(p.name) LIKE @subject ESCAPE '\'" };

    /// <summary>What versions of projects are called.</summary>
    public static NamedKind NamedVersions { get; } = NamedKind.Of("project-version", viewer => $"""
        SELECT v.uuid AS id, TRIM(p.name || ' ' || COALESCE(v.version, '')) AS name, '/versions/' || v.uuid AS page FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.org_id = @Org AND v.uuid IN @ids AND {viewer.Sees("p.owner_id")}
        """) with { Called = @"SELECT 'project-version:' || v.uuid FROM project p JOIN project_version v ON v.project_id = p.id WHERE LOWER(p.name) LIKE @subject ESCAPE '\'" };

    private const string Counts = """
        v.components, v.direct, v.covered, v.not_covered, v.no_version, v.unidentified, v.pending, v.vulnerable, v.critical, v.high, v.medium, v.low, v.unassigned, v.kev, v.max_risk
        """;

    private const string VersionColumns = "v.id, v.uuid, v.project_id, p.uuid AS project_uuid, p.name, v.version, v.is_latest, v.active, v.classifier, v.created_at, v.last_upload_at, v.last_format, v.metrics_at, " + Counts;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["name"] = new("LOWER(p.name)"),
        ["risk"] = new("p.max_risk", true),
        ["components"] = new("p.components", true),
        ["findings"] = new("p.findings", true),
        ["uploaded"] = new("p.uploaded_at", true),
        ["owner"] = new("COALESCE(LOWER(w.title), '')"),
    };

    /// <summary>Sorts: <c>name</c>, <c>risk</c> (default), <c>components</c>, <c>findings</c>, <c>uploaded</c>, <c>owner</c>.</summary>
    public Task<Page<ProjectRow>> ListAsync(Viewer viewer, PageRequest request, ProjectFilter filter, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, Sorts, "risk", "p.id");
        var like = Like.Containing(request.Filter);
        return database.ReadAsync(async connection =>
        {
            // Known beforehand, a project's owner is looked up among them; a statement inside would be gone through for each project by PostgreSQL.
            var below = filter.OwnerId is { } ownerId ? string.Join(',', (await connection.QueryAsync<long>($"SELECT id FROM owner WHERE org_id = @Org AND id IN {OwnersModule.Below}", new { Org, ownerId })).DefaultIfEmpty()) : null;
            string Condition(string owner) => $"p.org_id = @Org AND {viewer.Sees(owner)}" + (like is null ? "" : " AND LOWER(p.name) LIKE @like ESCAPE '\\'") + (below is null ? "" : $" AND {owner} IN ({below})") + Where(filter);
            var where = Condition("p.owner_id");
            var parameters = new
            {
                Org, like, filter.Kind, filter.Criticality, filter.Context, filter.Exposure, filter.DataClass, filter.Tag, filter.PartOf, filter.Person, filter.Stage, filter.WithoutStage, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip,
            };
            var (total, near, passed) = keyset.Expression == Sorts["owner"].Expression ? await NearAsync(connection, where, keyset, parameters)
                : (await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM project p WHERE {where}", parameters), "", 0);
            // The page is found along the index that holds its order; only then are its rows read whole. The sign keeps SQLite from going by the index of owners where they have so many that sorting takes longer.
            var found = $"SELECT p.id, {keyset.Expression} AS sort_key FROM project p LEFT JOIN owner w ON w.id = p.owner_id WHERE {(near.Length == 0 && total > Many ? Condition("+p.owner_id") : where)}{near} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip - {passed}";
            var rows = await connection.QueryAsync<Row>($"{SelectProject("s.sort_key", $"({found}) s JOIN project p ON p.id = s.id")} ORDER BY {keyset.OrderBy}", parameters);
            var page = keyset.Page(rows.AsList(), total, r => (r.SortKey!, r.Id));
            var sums = await ProjectFactStore.SumsAsync(connection, viewer, [.. page.Items.Where(r => r.Collection).Select(r => r.Id)]);
            return new Page<ProjectRow>([.. page.Items.Select(r => r.ToProject(sums.GetValueOrDefault(r.Id)))], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>No index holds the order of titles of owners, but owners are few: those that the page may be of are found by how many projects each has, and only their projects are sorted.</summary>
    /// <returns>The number of projects in all, a condition that keeps those of the owners in question, and how many precede them.</returns>
    private static async Task<(long Total, string Near, long Passed)> NearAsync(DbConnection connection, string where, Keyset keyset, object parameters)
    {
        var owners = (await connection.QueryAsync<(long? Id, string Title, long Projects)>($"""
            SELECT c.owner_id, COALESCE(LOWER(w.title), '') AS title, c.projects FROM (SELECT p.owner_id, COUNT(*) AS projects FROM project p WHERE {where} GROUP BY p.owner_id) c
            LEFT JOIN owner w ON w.id = c.owner_id ORDER BY title {keyset.Direction}
            """, parameters)).AsList();
        var (near, passed, held) = (new List<long?>(), 0L, 0L);
        var (begun, skip) = (keyset.KeyValue is null, (long)keyset.Skip);
        foreach (var title in owners.GroupBy(o => o.Title, StringComparer.Ordinal))
        {
            var projects = title.Sum(o => o.Projects);
            begun |= title.Key.Equals(keyset.KeyValue);
            if (!begun) continue;
            if (near.Count == 0 && projects <= skip)
            {
                skip -= projects;
                passed += projects;
                continue;
            }

            near.AddRange(title.Select(o => o.Id));
            // Of the title that a cursor stands in, nobody knows how many are left.
            if (!title.Key.Equals(keyset.KeyValue)) held += projects;
            if (held >= skip + keyset.Take) break;
        }

        // Past the end, or from a cursor whose owner goes by another title now: all are sorted.
        if (near.Count == 0) return (owners.Sum(o => o.Projects), "", 0);
        var ids = near.Where(id => id is not null).ToList();
        return (owners.Sum(o => o.Projects), $" AND (p.owner_id IN ({string.Join(',', ids.DefaultIfEmpty(0))}){(ids.Count == near.Count ? "" : " OR p.owner_id IS NULL")})", passed);
    }

    private static string Where(ProjectFilter filter) =>
        filter.State switch { "all" => "", "retired" => " AND p.retired_at IS NOT NULL", _ => " AND p.retired_at IS NULL" }
        + (filter.WithoutOwner ? " AND p.owner_id IS NULL" : "")
        + Is("p.kind", nameof(filter.Kind), filter.Kind) + Is("p.criticality", nameof(filter.Criticality), filter.Criticality) + Is("p.use_context", nameof(filter.Context), filter.Context)
        + Is("p.exposure", nameof(filter.Exposure), filter.Exposure) + Is("p.data_class", nameof(filter.DataClass), filter.DataClass)
        + (filter.Tag is null ? "" : " AND (EXISTS (SELECT 1 FROM tag_of_project t WHERE t.org_id = @Org AND t.tag = @Tag AND t.project_id = p.id) OR EXISTS (SELECT 1 FROM project_tag t WHERE t.org_id = @Org AND t.tag = @Tag AND t.version_id = p.latest_id))")
        + (filter.PartOf is null ? "" : """
             AND p.uuid <> @PartOf AND p.id IN (WITH RECURSIVE below (id) AS (SELECT id FROM project WHERE uuid = @PartOf UNION SELECT c.id FROM project c JOIN below b ON c.parent_id = b.id) SELECT id FROM below)
            """)
        + (filter.Person is null ? "" : " AND EXISTS (SELECT 1 FROM project_person h JOIN user_account a ON a.id = h.person_id WHERE h.project_id = p.id AND a.name = @Person)")
        + (filter.Stage is null ? "" : $" AND {HasStage("@Stage")}") + (filter.WithoutStage is null ? "" : $" AND p.collection = 0 AND NOT {HasStage("@WithoutStage")}");

    private static string HasStage(string stage) => $"EXISTS (SELECT 1 FROM project_version x JOIN stage_upload s ON s.org_id = @Org AND s.pv_id = x.id AND s.stage = {stage} WHERE x.project_id = p.id)";

    private static string Is(string column, string parameter, string? value) => value switch { null => "", ProjectWord.None => $" AND {column} IS NULL", _ => $" AND {column} = @{parameter}" };

    private static readonly Dictionary<string, SortKey> VersionSorts = new(StringComparer.Ordinal)
    {
        ["uploaded"] = new("COALESCE(v.last_upload_at, v.created_at)", true),
        ["version"] = new("LOWER(v.version)"),
        ["components"] = new("v.components", true),
        ["findings"] = new("(v.critical + v.high + v.medium + v.low + v.unassigned)", true),
        ["risk"] = new("v.max_risk", true),
    };

    /// <summary>The versions of a project; null for one that is not in sight. Sorts: <c>uploaded</c> (default), <c>version</c> (by numbers and words), <c>components</c>, <c>findings</c>, <c>risk</c>.</summary>
    public Task<Page<ProjectVersionRow>?> VersionsAsync(Viewer viewer, Guid project, PageRequest request, CancellationToken cancellationToken = default)
    {
        var byVersion = request.SortOf(VersionSorts.Keys, "uploaded") == "version";
        var like = Like.Containing(request.Filter);
        return database.ReadAsync(async connection =>
        {
            if (await connection.QuerySingleOrDefaultAsync<long?>($"SELECT p.id FROM project p WHERE p.org_id = @Org AND p.uuid = @project AND {viewer.Sees("p.owner_id")}", new { Org, project }) is not { } id) return null;
            var from = "FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.project_id = @id" + (like is null ? "" : " AND LOWER(v.version) LIKE @like ESCAPE '\\'");
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {from}", new { id, like });
            if (byVersion && total <= VersionPlace.Most)
            {
                // No engine knows this order: the versions are put into it here, and the page is read by their ids.
                var (start, size) = request.PlaceIn(total);
                var ids = VersionPlace.InOrder(await connection.QueryAsync<(long, string?)>($"SELECT v.id, v.version {from}", new { id, like }), null, request.Descending == true).Skip(start).Take(size).ToList();
                var read = (await connection.QueryAsync<VersionRow>($"SELECT {VersionColumns} FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.id IN ({string.Join(',', ids.DefaultIfEmpty())})")).ToDictionary(v => v.Id);
                return Page<ProjectVersionRow>.At([.. ids.Select(i => read[i].ToVersion())], start, size, total);
            }

            var keyset = Keyset.For(request, VersionSorts, "uploaded", "v.id");
            var parameters = new { id, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var rows = await connection.QueryAsync<VersionRow>($"SELECT {VersionColumns}, {keyset.Expression} AS sort_key {from} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters);
            var page = keyset.Page(rows.AsList(), total, r => (r.SortKey!, r.Id));
            return new Page<ProjectVersionRow>([.. page.Items.Select(r => r.ToVersion())], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <param name="uuid">The project.</param>
    public Task<ProjectDetail?> GetAsync(Viewer viewer, Guid uuid, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>($"{SelectProject("0")} WHERE p.org_id = @Org AND p.uuid = @uuid AND {viewer.Sees("p.owner_id")}", new { Org, uuid });
        if (row is null || await ProjectFactStore.GetAsync(connection, viewer, uuid) is not { } facts) return null;
        var versions = await connection.QueryAsync<VersionRow>($"""
            SELECT {VersionColumns} FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.project_id = @Id ORDER BY COALESCE(v.last_upload_at, v.created_at) DESC, v.id DESC LIMIT {ContentStore.MostLines}
            """, new { row.Id });
        return new ProjectDetail(row.ToProject(row.Collection ? facts.Sum : null), facts, await OwnersModule.PathAsync(connection, viewer, row.OwnerId), [.. versions.Select(v => v.ToVersion())], await TrendAsync(connection, row.LatestId ?? -1, time.GetUtcNow()));
    }, cancellationToken);

    /// <summary>Whether there is such a version in sight, of any project or of this one.</summary>
    public Task<bool> HasVersionAsync(Viewer viewer, Guid uuid, Guid? project = null, CancellationToken cancellationToken = default) => database.ReadAsync(async connection => await connection.QuerySingleAsync<long>(
        $"SELECT COUNT(*) FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.org_id = @Org AND v.uuid = @uuid AND {(project is null ? "1=1" : "p.uuid = @project")} AND {viewer.Sees("p.owner_id")}", new { Org, uuid, project }) > 0, cancellationToken);

    public Task<ProjectVersionDetail?> GetVersionAsync(Viewer viewer, Guid uuid, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        var row = await connection.QuerySingleOrDefaultAsync<VersionRow>($"""
            SELECT {VersionColumns}, v.last_upload_id, v.parent_id, COALESCE(v.description, p.description) AS description, v.purl, {OwnersModule.Select}
            FROM project_version v JOIN project p ON p.id = v.project_id LEFT JOIN owner w ON w.id = p.owner_id WHERE v.org_id = @Org AND v.uuid = @uuid AND {viewer.Sees("p.owner_id")}
            """, new { Org, uuid });
        if (row is null) return null;
        var key = new { Org, row.Id, row.ParentId, row.ProjectId };
        var tags = await connection.QueryAsync<string>("SELECT tag FROM project_tag WHERE version_id = @Id ORDER BY tag", key);
        var relatives = (await connection.QueryAsync<RefRow>($"""
            SELECT v.id, v.uuid, p.uuid AS project_uuid, p.name, v.version FROM project_version v JOIN project p ON p.id = v.project_id
            WHERE v.org_id = @Org AND (v.id = @ParentId OR v.parent_id = @Id) AND {viewer.Sees("p.owner_id")} ORDER BY CASE WHEN v.id = @ParentId THEN 0 ELSE 1 END, p.name, v.version LIMIT {ContentStore.MostLines}
            """, key)).AsList();
        var children = relatives.Count < ContentStore.MostLines ? relatives.Count(r => r.Id != row.ParentId)
            : await connection.QuerySingleAsync<int>($"SELECT COUNT(*) FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.org_id = @Org AND v.parent_id = @Id AND {viewer.Sees("p.owner_id")}", key);
        var uploads = (await ContentStore.UploadsAsync(connection, viewer, "u.pv_id = @Id", key, 1)).ToList();
        var previous = await connection.QueryFirstOrDefaultAsync<Guid?>("""
            SELECT u.token FROM upload u JOIN project_version v ON v.id = u.pv_id
            WHERE v.project_id = @ProjectId AND u.state = 'done' AND u.id < @last ORDER BY CASE WHEN u.pv_id = @Id THEN 0 ELSE 1 END, u.id DESC LIMIT 1
            """, new { row.ProjectId, row.Id, last = row.LastUploadId ?? 0 });
        var types = await connection.QueryAsync<(string? Type, long Count)>("""
            SELECT k.type, COUNT(*) FROM occurrence o JOIN component_version c ON c.id = o.cv_id JOIN component k ON k.id = c.component_id WHERE o.org_id = @Org AND o.pv_id = @Id GROUP BY k.type ORDER BY 2 DESC
            """, key);
        var licences = await connection.QueryAsync<(string? Known, string Licences, long Count)>($"""
            SELECT COALESCE(lic.concluded, lic.declared), CASE WHEN COALESCE(lic.concluded, lic.declared) IS NULL THEN c.licences ELSE '[]' END, COUNT(*) FROM occurrence o JOIN component_version c ON c.id = o.cv_id {CurationsModule.Join}
            WHERE o.org_id = @Org AND o.pv_id = @Id GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
            """, key);
        return new ProjectVersionDetail(row.ToVersion(), row.Owner, await OwnersModule.PathAsync(connection, viewer, row.OwnerId), tags.AsList(), row.Description, row.Purl,
            relatives.Find(r => r.Id == row.ParentId)?.ToRef(), [.. relatives.Where(r => r.Id != row.ParentId).Select(r => r.ToRef())], children, uploads.FirstOrDefault(), previous,
            await TrendAsync(connection, row.Id, time.GetUtcNow()), [.. types.Select(t => KeyValuePair.Create(t.Type ?? "", (int)t.Count))],
            [.. licences.Select(l => KeyValuePair.Create(l.Known ?? string.Join(", ", TypeMaps.FromJson(l.Licences)), (int)l.Count))]);
    }, cancellationToken);

    /// <summary>
    /// One point for each day up to today. Whatever changes a number writes a row on that day, so a day without a row had the numbers of the
    /// last one that has: it is filled in here and need not be stored.
    /// </summary>
    internal static async Task<IReadOnlyList<DayPoint>> TrendAsync(DbConnection connection, long version, DateTimeOffset today)
    {
        var rows = await connection.QueryAsync<DayRow>("SELECT * FROM (SELECT * FROM metrics_day WHERE org_id = @Org AND pv_id = @version ORDER BY day DESC LIMIT @TrendDays) d ORDER BY day", new { Org, version, TrendDays });
        return Filled(rows.AsList(), today);
    }

    /// <summary>The days of all that is visible: for the whole organisation as they were counted, for a part the sum over its projects (what two of them use counts twice).</summary>
    internal static async Task<IReadOnlyList<DayPoint>> TrendAsync(DbConnection connection, Viewer viewer, DateTimeOffset today)
    {
        if (viewer.All) return await TrendAsync(connection, 0, today);
        return [.. (await FindingsModule.TrendAsync(connection, viewer, TrendDays, today)).Select(d => new DayPoint(d.Date, d.Components, d.Vulnerable, d.Severities, d.Kev, d.Coverage, d.CountedAt))];
    }

    private static IReadOnlyList<DayPoint> Filled(List<DayRow> rows, DateTimeOffset today)
    {
        if (rows.Count == 0) return [];
        var last = Math.Max(today.ToUnixTimeMilliseconds() / 86_400_000, rows[^1].Day);
        var points = new List<DayPoint>(TrendDays);
        for (var (day, at) = (Math.Max(rows[0].Day, last - TrendDays + 1), 0); day <= last; day++)
        {
            while (at + 1 < rows.Count && rows[at + 1].Day <= day) at++;
            var d = rows[at];
            points.Add(new DayPoint(DateOnly.FromDayNumber((int)day + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber), d.Components, d.Vulnerable, d.Severities, d.Kev, d.CountedAt is null ? null : d.Coverage, d.CountedAt));
        }

        return points;
    }

    private static string SelectProject(string sort, string from = "project p") => $"""
        SELECT p.id, p.uuid, p.name, p.description, p.latest_id, (SELECT COUNT(*) FROM project_version x WHERE x.project_id = p.id) AS versions, v.uuid AS latest_uuid, v.version AS latest_version,
            p.kind, p.criticality, p.use_context, p.exposure, p.data_class, p.retired_at, p.collection, v.last_upload_at, {Counts}, {OwnersModule.Select}, {sort} AS sort_key
        FROM {from} LEFT JOIN project_version v ON v.id = p.latest_id LEFT JOIN owner w ON w.id = p.owner_id
        """;

    private sealed record Row : OwnerColumns
    {
        public long Id { get; set; }
        public Guid Uuid { get; set; }
        public string Name { get; set; } = "";
        public string? Description { get; set; }
        public int Versions { get; set; }
        public long? LatestId { get; set; }
        public Guid? LatestUuid { get; set; }
        public string? LatestVersion { get; set; }
        public DateTimeOffset? LastUploadAt { get; set; }

        public string? Kind { get; set; }
        public string? Criticality { get; set; }
        public string? UseContext { get; set; }
        public string? Exposure { get; set; }
        public string? DataClass { get; set; }
        public DateTimeOffset? RetiredAt { get; set; }
        public bool Collection { get; set; }

        /// <param name="sum">The numbers to show instead of its own; for a collection.</param>
        public ProjectRow ToProject(ProjectSum? sum) => new(Id, Uuid, Name, Description, Owner, Versions, LatestUuid, string.IsNullOrEmpty(LatestVersion) ? null : LatestVersion, LastUploadAt,
            sum?.Findings ?? Severities, sum?.Coverage ?? Coverage, sum?.Vulnerable ?? Vulnerable, sum?.Kev ?? Kev, sum?.MaxRisk ?? MaxRisk,
            new ProjectTraits(Kind, Criticality, UseContext, Exposure, DataClass, RetiredAt, Collection), sum?.Projects);
    }

    private sealed record VersionRow : OwnerColumns
    {
        public long Id { get; set; }
        public Guid Uuid { get; set; }
        public long ProjectId { get; set; }
        public Guid ProjectUuid { get; set; }
        public string Name { get; set; } = "";
        public string Version { get; set; } = "";
        public bool IsLatest { get; set; }
        public bool Active { get; set; }
        public string? Classifier { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public DateTimeOffset? LastUploadAt { get; set; }
        public string? LastFormat { get; set; }
        public DateTimeOffset? MetricsAt { get; set; }
        public int Direct { get; set; }
        public long? LastUploadId { get; set; }
        public long? ParentId { get; set; }
        public string? Description { get; set; }
        public string? Purl { get; set; }

        public ProjectVersionRow ToVersion() => new(Id, Uuid, ProjectId, ProjectUuid, Name, Version.Length == 0 ? null : Version, IsLatest, Active, Classifier, CreatedAt, LastUploadAt, LastFormat,
            Severities, Coverage, Vulnerable, Direct, Kev, MaxRisk, MetricsAt);
    }

    private sealed class RefRow
    {
        public long Id { get; set; }
        public Guid Uuid { get; set; }
        public Guid ProjectUuid { get; set; }
        public string Name { get; set; } = "";
        public string Version { get; set; } = "";

        public ProjectVersionRef ToRef() => new(Uuid, ProjectUuid, Name, Version.Length == 0 ? null : Version);
    }

    private sealed record DayRow : Numbers
    {
        public long Day { get; set; }
        public DateTimeOffset? CountedAt { get; set; }
    }
}
