using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Projects;
using Headwater.Server.Features.Registries;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>Which projects are asked for.</summary>
internal sealed record DtProjectFilter
{
    public string? Name { get; init; }
    public string? Version { get; init; }
    public bool ExcludeInactive { get; init; }
    public bool OnlyRoot { get; init; }
    public string? Tag { get; init; }
    public string? Classifier { get; init; }
    public Guid? Parent { get; init; }
    public long? ProjectId { get; init; }
    public bool OnlyLatest { get; init; }

    /// <summary>A team is what the interface calls the holder of a key; its projects are those of the unit that the key is for.</summary>
    public Guid? NotOfTeam { get; init; }
}

/// <summary>What became of a change to a project.</summary>
internal enum DtChange
{
    Done,
    Unchanged,
    Missing,
    ParentMissing,
    Taken,
    Ring,

    /// <summary>It is there and may not be changed by the one who asks.</summary>
    Forbidden,
}

/// <summary>A component within a project.</summary>
internal sealed record DtComponent
{
    public long PvId { get; set; }
    public long CvId { get; set; }
    public long ComponentId { get; set; }
    public string? Type { get; set; }

    /// <summary>A newer version that is known here; null when none is.</summary>
    public string? Newer { get; set; }

    /// <summary>What a registry says of it; null where none was asked.</summary>
    public VersionRelease? Release { get; set; }
    public string? GroupName { get; set; }
    public string Name { get; set; } = "";
    public string? Version { get; set; }
    public string? Purl { get; set; }
    public string Kind { get; set; } = "";
    public string Licences { get; set; } = "";
    public string? Detail { get; set; }
    public int Flags { get; set; }

    /// <summary>Null for who may not see findings in all that he sees.</summary>
    public double? MaxRisk { get; set; }
    public Guid ProjectUuid { get; set; }
    public string ProjectName { get; set; } = "";
    public string ProjectVersion { get; set; } = "";
    public bool ProjectActive { get; set; }

    public Guid Uuid => DtUuid.OfComponent(PvId, CvId);
}

/// <summary>A component of a project, as far as it matters for whether there is a newer one.</summary>
internal sealed record DtDated
{
    public long CvId { get; set; }
    public long ComponentId { get; set; }
    public string? Type { get; set; }
    public string? Version { get; set; }
    public long? Gap { get; set; }
    public string? Latest { get; set; }
}

/// <summary>One of the versions of a project.</summary>
internal sealed record DtVersion
{
    public Guid Uuid { get; set; }
    public string Version { get; set; } = "";
    public bool Active { get; set; }
    public bool IsLatest { get; set; }
}

/// <summary>Who changes something.</summary>
/// <param name="Sees">What exists for him.</param>
/// <param name="Manages">What he may change.</param>
/// <param name="Home">Whose a project is that he makes; null for nobody's.</param>
internal sealed record DtWriter(Viewer Sees, Viewer Manages, long? Home)
{
    public static DtWriter Of(HttpContext http) => new(http.User.Viewer(), http.User.Viewer(Permissions.PortfolioManagement), http.User.Access().Home(Permissions.PortfolioManagement));
}

/// <summary>Who reads components.</summary>
/// <param name="Sees">What exists for him.</param>
/// <param name="Found">Whether he may see findings in all of it; else nothing is told of the risk of components or put in order by it.</param>
internal sealed record DtReader(Viewer Sees, bool Found)
{
    public static DtReader Of(HttpContext http) => new(http.User.Viewer(), http.User.Viewer(Permissions.ViewVulnerability).Covers(http.User.Viewer()));
}

/// <summary>Reads and writes in the shapes of the compatible interface, which pages by offset.</summary>
internal sealed class DependencyTrackStore(IDatabase database, ProjectsModule projects)
{
    /// <summary>The most findings of a project that are read at once, for a document that has to hold them all.</summary>
    public const int MostFindings = 100_000;

    /// <summary>The most components of a project that are put against what is known to be newer.</summary>
    private const int MostDated = 200_000;

    private const long Org = Organisation.Home;

    private const string Findings = $"""
        FROM occurrence o JOIN finding f ON f.cv_id = o.cv_id AND f.affected = 1 JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id {FindingColumns.DecisionJoin}
        WHERE o.org_id = @Org AND o.pv_id = @projectVersion
        """;

    private const string SelectFinding = $"SELECT {FindingColumns.Select}, o.flags, o.depth, o.pv_id, {FindingColumns.DecisionSelect} {Findings}";

    private static readonly Dictionary<string, string> Sorts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["name"] = "LOWER(p.name)",
        ["version"] = "v.version",
        ["classifier"] = "COALESCE(v.classifier, '')",
        ["lastBomImport"] = "COALESCE(v.last_upload_at, 0)",
        ["lastBomImportFormat"] = "COALESCE(v.last_format, '')",
        ["lastInheritedRiskScore"] = "(v.critical * 10 + v.high * 5 + v.medium * 3 + v.low + v.unassigned * 5)",
        ["active"] = "v.active",
        ["isLatest"] = "v.is_latest",
    };

    private const string RiskSort = "lastInheritedRiskScore", ComponentRisk = "(c.critical * 10 + c.high * 5 + c.medium * 3 + c.low + c.unassigned * 5)";

    private static readonly Dictionary<string, string> ComponentSorts = new(StringComparer.Ordinal)
    {
        ["name"] = "LOWER(k.name)",
        ["version"] = "COALESCE(c.version, '')",
        ["group"] = "COALESCE(k.group_name, '')",
        [RiskSort] = ComponentRisk,
    };

    /// <summary>The unit of the key <c>g</c> and all below it.</summary>
    private const string BelowKey = "(WITH RECURSIVE down (id) AS (SELECT w.id FROM owner w WHERE w.id = g.unit_id UNION SELECT w.id FROM owner w JOIN down d ON w.parent_id = d.id) SELECT id FROM down)";

    public Task<bool> IsProcessingAsync(Viewer viewer, Guid token, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        await connection.QuerySingleAsync<long>($"""
            SELECT COUNT(*) FROM upload x JOIN project_version v ON v.id = x.pv_id JOIN project p ON p.id = v.project_id WHERE x.org_id = @Org AND x.token = @token AND x.state = 'queued' AND {viewer.Sees("p.owner_id")}
            """, new { Org, token }) > 0, cancellationToken);

    public Task<(long Total, IReadOnlyList<DtProject> Rows)> ListAsync(Viewer viewer, PageRequest request, DtProjectFilter filter, CancellationToken cancellationToken) => database.ReadAsync<(long, IReadOnlyList<DtProject>)>(async connection =>
    {
        var like = Like.Containing(request.Filter);
        var where = $"v.org_id = @Org AND {viewer.Sees("p.owner_id")}" + (filter.Name is null ? "" : " AND p.name = @Name") + (filter.Version is null ? "" : " AND v.version = @Version") + (filter.ExcludeInactive ? " AND v.active = 1" : "")
            + (filter.OnlyRoot ? $" AND (v.parent_id IS NULL OR NOT ({viewer.Sees("COALESCE(q.owner_id, 0)")}))" : "") + (filter.Classifier is null ? "" : " AND v.classifier = @Classifier") + (filter.ProjectId is null ? "" : " AND v.project_id = @ProjectId")
            + (filter.Parent is null ? "" : $" AND u.uuid = @Parent AND {viewer.Sees("q.owner_id")}") + (filter.OnlyLatest ? " AND v.is_latest = 1" : "")
            + (filter.NotOfTeam is null ? "" : $" AND NOT EXISTS (SELECT 1 FROM api_key g WHERE g.org_id = @Org AND g.uuid = @NotOfTeam AND (g.unit_id = 0 OR p.owner_id IN {BelowKey}))")
            + (filter.Tag is null ? "" : " AND EXISTS (SELECT 1 FROM project_tag t WHERE t.org_id = @Org AND t.tag = @tag AND t.version_id = v.id)")
            + (like is null ? "" : " AND LOWER(p.name) LIKE @like ESCAPE '\\'");
        var order = request.Sort is not null && Sorts.TryGetValue(request.Sort, out var expression) ? expression : "LOWER(p.name)";
        var direction = request.Descending == true ? "DESC" : "ASC";
        var parameters = new { Org, filter.Name, filter.Version, filter.Classifier, filter.ProjectId, filter.Parent, filter.NotOfTeam, tag = filter.Tag?.Trim().ToLowerInvariant(), like, take = request.Size, skip = request.Offset ?? 0 };
        var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {DtProject.From} WHERE {where}", parameters);
        var rows = (await connection.QueryAsync<DtProject>($"SELECT {DtProject.Select} {DtProject.From} WHERE {where} ORDER BY {order} {direction}, v.id {direction} LIMIT @take OFFSET @skip", parameters)).AsList();
        await CompleteAsync(connection, viewer, rows);
        return (total, rows);
    }, cancellationToken);

    public Task<DtProject?> GetAsync(Viewer viewer, Guid uuid, CancellationToken cancellationToken) => OneAsync(viewer, "v.uuid = @uuid", new { Org, uuid }, cancellationToken);

    public Task<DtProject?> LookupAsync(Viewer viewer, string name, string? version, CancellationToken cancellationToken) =>
        OneAsync(viewer, "p.name = @name AND v.version = @version", new { Org, name = name.Trim(), version = version?.Trim() ?? "" }, cancellationToken);

    public Task<DtProject?> LatestAsync(Viewer viewer, string name, CancellationToken cancellationToken) => OneAsync(viewer, "p.name = @name AND v.is_latest = 1", new { Org, name = name.Trim() }, cancellationToken);

    /// <returns>The new version's UUID, or why there is none.</returns>
    public Task<(DtChange Change, Guid Uuid)> CreateAsync(DtWriter writer, ProjectChange change, Guid? parent, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        long? parentId = null;
        if (parent is { } uuid && (parentId = await ProjectsModule.VisibleAsync(connection, transaction, writer.Sees, uuid)) is null) return (DtChange.ParentMissing, Guid.Empty);
        // Names are one space for the whole organisation, so whoever wants one that is taken elsewhere has to be told; nothing more than that.
        var hold = await ProjectsModule.HoldAsync(connection, transaction, change.Name!);
        if (hold is not null && !writer.Manages.Sees(hold.OwnerId)) return (DtChange.Forbidden, Guid.Empty);
        if (hold is null && !writer.Manages.Sees(writer.Home)) return (DtChange.Forbidden, Guid.Empty);
        if (await ProjectsModule.FindAsync(connection, transaction, change.Name!, change.Version) is not null) return (DtChange.Taken, Guid.Empty);
        var id = await projects.CreateAsync(transaction, new NewProjectVersion(change.Name!, change.Version, change.By) { ParentId = parentId, Tags = change.Tags, Description = change.Description, OwnerId = writer.Home });
        await projects.UpdateAsync(transaction, id, change with { Tags = null });
        return (DtChange.Done, await connection.QuerySingleAsync<Guid>("SELECT uuid FROM project_version WHERE id = @id", new { id }, transaction));
    }, cancellationToken: cancellationToken);

    public Task<DtChange> UpdateAsync(DtWriter writer, Guid uuid, ProjectChange change, Guid? parent, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await ProjectsModule.VisibleAsync(connection, transaction, writer.Sees, uuid) is not { } id) return DtChange.Missing;
        if (!writer.Manages.Sees((await ProjectsModule.HoldAsync(connection, transaction, id))!.OwnerId)) return DtChange.Forbidden;
        if (parent is { } parentUuid)
        {
            if (await ProjectsModule.VisibleAsync(connection, transaction, writer.Sees, parentUuid) is not { } parentId) return DtChange.ParentMissing;
            if (await IsBelowAsync(transaction, parentId, id)) return DtChange.Ring;
            change = change with { ParentId = parentId };
        }

        var now = await connection.QuerySingleAsync<(string Name, string Version)>("SELECT p.name, v.version FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.id = @id", new { id }, transaction);
        if (change.Name is { } name && await ProjectsModule.HoldAsync(connection, transaction, name) is { } hold && !writer.Manages.Sees(hold.OwnerId)) return DtChange.Forbidden;
        if (await ProjectsModule.FindAsync(connection, transaction, change.Name ?? now.Name, change.Version ?? now.Version) is { } other && other != id) return DtChange.Taken;
        return await projects.UpdateAsync(transaction, id, change) ? DtChange.Done : DtChange.Unchanged;
    }, cancellationToken: cancellationToken);

    /// <returns>The copy's UUID, or why there is none.</returns>
    public Task<(DtChange Change, Guid Uuid)> CloneAsync(DtWriter writer, Guid uuid, CloneWish wish, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await ProjectsModule.VisibleAsync(connection, transaction, writer.Sees, uuid) is not { } id) return (DtChange.Missing, Guid.Empty);
        if (!writer.Manages.Sees((await ProjectsModule.HoldAsync(connection, transaction, id))!.OwnerId)) return (DtChange.Forbidden, Guid.Empty);
        var name = await connection.QuerySingleAsync<string>("SELECT p.name FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.id = @id", new { id }, transaction);
        if (await ProjectsModule.FindAsync(connection, transaction, name, wish.Version) is not null) return (DtChange.Taken, Guid.Empty);
        var copy = await projects.CloneAsync(transaction, id, wish);
        return (DtChange.Done, await connection.QuerySingleAsync<Guid>("SELECT uuid FROM project_version WHERE id = @copy", new { copy }, transaction));
    }, cancellationToken: cancellationToken);

    /// <summary>Holders of keys, which the interface calls teams, by their name.</summary>
    /// <param name="manages">Only keys of units in here.</param>
    public Task<(long Total, IReadOnlyList<DtTeam> Rows)> TeamsAsync(Viewer manages, PageRequest request, Guid? uuid, CancellationToken cancellationToken) => database.ReadAsync<(long, IReadOnlyList<DtTeam>)>(async connection =>
    {
        var like = Like.Containing(request.Filter);
        var from = $"FROM api_key k WHERE k.org_id = @Org AND {manages.Sees("k.unit_id")}" + (uuid is null ? "" : " AND k.uuid = @uuid") + (like is null ? "" : " AND LOWER(k.comment) LIKE @like ESCAPE '\\'");
        var parameters = new { Org, uuid, like, take = request.Size, skip = request.Offset ?? 0 };
        var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {from}", parameters);
        var direction = request.Descending == true ? "DESC" : "ASC";
        return (total, (await connection.QueryAsync<DtTeam>($"SELECT k.uuid, k.public_id, k.comment, k.permissions, k.created_at, k.created_by, k.last_used_at {from} ORDER BY LOWER(k.comment) {direction}, k.id {direction} LIMIT @take OFFSET @skip", parameters)).AsList());
    }, cancellationToken);

    /// <summary>Tags of visible projects with the number of project versions that have them.</summary>
    public Task<(long Total, IReadOnlyList<(string Tag, long Projects)> Rows)> TagsAsync(Viewer viewer, PageRequest request, CancellationToken cancellationToken) => database.ReadAsync<(long, IReadOnlyList<(string, long)>)>(async connection =>
    {
        var like = Like.Containing(request.Filter);
        var from = $"FROM project_tag t JOIN project_version v ON v.id = t.version_id JOIN project p ON p.id = v.project_id WHERE t.org_id = @Org AND {viewer.Sees("p.owner_id")}" + (like is null ? "" : " AND LOWER(t.tag) LIKE @like ESCAPE '\\'");
        var parameters = new { Org, like, take = request.Size, skip = request.Offset ?? 0 };
        var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(DISTINCT t.tag) {from}", parameters);
        var order = request.Sort == "projectCount" ? "COUNT(*)" : "t.tag";
        return (total, (await connection.QueryAsync<(string, long)>($"SELECT t.tag, COUNT(*) {from} GROUP BY t.tag ORDER BY {order} {(request.Descending == true ? "DESC" : "ASC")}, t.tag LIMIT @take OFFSET @skip", parameters)).AsList());
    }, cancellationToken);

    /// <summary>Deletes a version with all that lies below it. What lies below and is not the deleter's to delete stays, without a parent.</summary>
    public Task<DtChange> DeleteAsync(DtWriter writer, Guid uuid, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await ProjectsModule.VisibleAsync(connection, transaction, writer.Sees, uuid) is not { } id) return DtChange.Missing;
        if (!writer.Manages.Sees((await ProjectsModule.HoldAsync(connection, transaction, id))!.OwnerId)) return DtChange.Forbidden;
        var below = (await connection.QueryAsync<long>($"""
            WITH RECURSIVE below (id) AS (SELECT @id UNION SELECT v.id FROM project_version v JOIN below b ON v.parent_id = b.id JOIN project p ON p.id = v.project_id WHERE {writer.Manages.Sees("p.owner_id")})
            SELECT id FROM below ORDER BY id DESC
            """, new { id }, transaction)).AsList();
        foreach (var each in below) await projects.DeleteAsync(transaction, each, by);
        return DtChange.Done;
    }, cancellationToken: cancellationToken);

    /// <summary>Components of one project.</summary>
    public Task<(long Total, IReadOnlyList<DtComponent> Rows)> ComponentsAsync(DtReader reader, long projectVersion, PageRequest request, bool onlyDirect, CancellationToken cancellationToken) =>
        ComponentsAsync(reader, "o.pv_id = @projectVersion" + (onlyDirect ? " AND o.flags >= 4" : ""), new { Org, projectVersion }, request, cancellationToken);

    /// <summary>Some of them, by component version.</summary>
    public async Task<IReadOnlyList<DtComponent>> ComponentsAsync(DtReader reader, long projectVersion, IReadOnlyList<long> versions, CancellationToken cancellationToken)
    {
        var rows = new List<DtComponent>();
        foreach (var chunk in versions.Chunk(500))
            rows.AddRange((await ComponentsAsync(reader, $"o.pv_id = @projectVersion AND o.cv_id IN ({string.Join(',', chunk)})", new { Org, projectVersion }, new PageRequest { Size = chunk.Length }, cancellationToken)).Rows);
        return rows;
    }

    /// <summary>Components of a project with what a registry says of their age, and nothing else of them, in the order asked for.</summary>
    public Task<IReadOnlyList<DtDated>> DatedAsync(DtReader reader, long projectVersion, bool onlyDirect, PageRequest request, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<DtDated>>(async connection =>
    {
        request = Sorted(reader, request);
        var like = Like.Containing(request.Filter);
        return (await connection.QueryAsync<DtDated>($"""
            SELECT o.cv_id, c.component_id, k.type, c.version, vrel.gap, crel.latest
            FROM occurrence o JOIN component_version c ON c.id = o.cv_id JOIN component k ON k.id = c.component_id {RegistriesModule.JoinComponent("k.id")} {RegistriesModule.JoinVersion}
            WHERE o.org_id = @Org AND o.pv_id = @projectVersion{(onlyDirect ? " AND o.flags >= 4" : "")}{(like is null ? "" : " AND LOWER(k.name) LIKE @like ESCAPE '\\'")}
            ORDER BY {ComponentSort(request.Sort)} {(request.Descending == true ? "DESC" : "ASC")}, o.pv_id, o.cv_id LIMIT {MostDated}
            """, new { Org, projectVersion, like })).AsList();
    }, cancellationToken);

    /// <summary>All versions of a project, by their name.</summary>
    public Task<IReadOnlyList<DtVersion>> VersionsOfAsync(Viewer viewer, long project, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<DtVersion>>(async connection =>
        (await connection.QueryAsync<DtVersion>($"""
            SELECT v.uuid, v.version, v.active, v.is_latest FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.org_id = @Org AND v.project_id = @project AND {viewer.Sees("p.owner_id")} ORDER BY v.id
            """, new { Org, project })).AsList(), cancellationToken);

    /// <summary>Versions of components that visible projects have, by the component.</summary>
    public Task<ILookup<long, string>> VersionsAsync(Viewer viewer, IEnumerable<long> components, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var found = new List<(long Component, string Version)>();
        foreach (var chunk in components.Distinct().Chunk(500))
            found.AddRange(await connection.QueryAsync<(long, string)>($"SELECT c.component_id, c.version FROM component_version c WHERE c.component_id IN ({string.Join(',', chunk)}) AND c.version IS NOT NULL AND {ProjectsModule.Uses(viewer, "c.id")}", new { Org }));
        return found.ToLookup(f => f.Component, f => f.Version);
    }, cancellationToken);

    /// <summary>One component of one project.</summary>
    public async Task<DtComponent?> ComponentAsync(DtReader reader, Guid uuid, CancellationToken cancellationToken)
    {
        if (!DtUuid.TryReadComponent(uuid, out var pv, out var cv)) return null;
        return (await ComponentsAsync(reader, "o.pv_id = @pv AND o.cv_id = @cv", new { Org, pv, cv }, new PageRequest { Size = 1 }, cancellationToken)).Rows.FirstOrDefault();
    }

    /// <summary>Components of all projects by identity: whatever is given must fit, names as wholes, purl and CPE by their beginning.</summary>
    public Task<(long Total, IReadOnlyList<DtComponent> Rows)> ByIdentityAsync(DtReader reader, string? group, string? name, string? version, string? purl, string? cpe, Guid? project, PageRequest request, CancellationToken cancellationToken)
    {
        var where = new List<string>();
        if (purl is not null) where.Add("c.identity >= @purl AND c.identity < @purlEnd");
        if (name is not null) where.Add("k.name = @name");
        if (group is not null) where.Add("k.group_name = @group");
        if (version is not null) where.Add("c.version = @version");
        if (cpe is not null) where.Add("LOWER(c.detail) LIKE @cpe ESCAPE '\\'");
        if (where.Count == 0) return Task.FromResult<(long, IReadOnlyList<DtComponent>)>((0, []));
        if (project is not null) where.Add("v.uuid = @project");
        return ComponentsAsync(reader, string.Join(" AND ", where), new { Org, group, name, version, purl, purlEnd = purl + "\U0010FFFF", cpe = Like.Containing(cpe), project }, request, cancellationToken);
    }

    public Task<(long Total, IReadOnlyList<DtComponent> Rows)> ByHashAsync(DtReader reader, string hash, PageRequest request, CancellationToken cancellationToken) =>
        ComponentsAsync(reader, "c.id IN (SELECT h.cv_id FROM component_hash h WHERE h.value = @hash)", new { Org, hash = hash.ToLowerInvariant() }, request, cancellationToken);

    /// <summary>Projects with a finding of this identifier or alias.</summary>
    public Task<(long Total, IReadOnlyList<DtProject> Rows)> AffectedAsync(Viewer viewer, string vulnerability, PageRequest request, CancellationToken cancellationToken) => database.ReadAsync<(long, IReadOnlyList<DtProject>)>(async connection =>
    {
        var parameters = new { Org, vulnerability, take = request.Size, skip = request.Offset ?? 0 };
        var where = $"{viewer.Sees("p.owner_id")} AND v.id IN (SELECT o.pv_id FROM finding f JOIN occurrence o ON o.cv_id = f.cv_id WHERE f.id = @vulnerability AND f.affected = 1)";
        var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {DtProject.From} WHERE {where}", parameters);
        var rows = (await connection.QueryAsync<DtProject>($"SELECT {DtProject.Select} {DtProject.From} WHERE {where} ORDER BY LOWER(p.name), v.id LIMIT @take OFFSET @skip", parameters)).AsList();
        await CompleteAsync(connection, viewer, rows);
        return (total, rows);
    }, cancellationToken);

    /// <summary>The gravest first.</summary>
    public Task<(long Total, IReadOnlyList<FindingColumns> Rows)> FindingsAsync(Viewer viewer, long projectVersion, DtFindingFilter filter, PageRequest request, CancellationToken cancellationToken) => database.ReadAsync<(long, IReadOnlyList<FindingColumns>)>(async connection =>
    {
        var where = (filter.WithSuppressed ? "" : " AND COALESCE(a.suppressed, 0) = 0") + (filter.HasAnalysis switch { null => "", true => " AND COALESCE(a.state, @unset) <> @unset", false => " AND COALESCE(a.state, @unset) = @unset" })
            + (filter.IsKev switch { null => "", true => " AND f.kev = 1", false => " AND f.kev = 0" }) + (filter.EpssFrom is null ? "" : " AND f.epss >= @EpssFrom") + (filter.EpssTo is null ? "" : " AND f.epss <= @EpssTo")
            + (filter.Source?.ToUpperInvariant() switch
            {
                null => "", "NVD" => " AND f.id LIKE 'CVE-%'", "GITHUB" => " AND f.id LIKE 'GHSA-%'", "OSV" => " AND f.id NOT LIKE 'CVE-%' AND f.id NOT LIKE 'GHSA-%'", _ => " AND 1 = 0",
            });
        var parameters = new { Org, projectVersion, unset = Decision.NotSet, filter.EpssFrom, filter.EpssTo, take = request.Size, skip = request.Offset ?? 0 };
        var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {Findings}{where}", parameters);
        return (total, await FindingsModule.SeenAsync(connection, viewer, await connection.QueryAsync<FindingColumns>($"{SelectFinding}{where} ORDER BY f.risk DESC, f.id, f.cv_id LIMIT @take OFFSET @skip", parameters)));
    }, cancellationToken);

    /// <summary>All of a project, the gravest first; null when there are more than a document may hold (<see cref="MostFindings"/>): a part of them would pass for the whole.</summary>
    /// <param name="decided">Only those about which something was decided.</param>
    public Task<IReadOnlyList<FindingColumns>?> FindingsAsync(Viewer viewer, long projectVersion, bool decided, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<FindingColumns>?>(async connection =>
    {
        var where = decided ? " AND a.uuid IS NOT NULL" : "";
        if (await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {Findings}{where}", new { Org, projectVersion }) > MostFindings) return null;
        return await FindingsModule.SeenAsync(connection, viewer, await connection.QueryAsync<FindingColumns>($"{SelectFinding}{where} ORDER BY f.risk DESC, f.id, f.cv_id", new { Org, projectVersion }));
    }, cancellationToken);

    /// <summary>Those of one component in it.</summary>
    public Task<IReadOnlyList<FindingColumns>> FindingsAsync(Viewer viewer, long projectVersion, long componentVersion, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<FindingColumns>>(async connection =>
        await FindingsModule.SeenAsync(connection, viewer, await connection.QueryAsync<FindingColumns>($"{SelectFinding} AND o.cv_id = @componentVersion ORDER BY f.risk DESC, f.id LIMIT {MostFindings}", new { Org, projectVersion, componentVersion })), cancellationToken);

    /// <summary>The CPE that documents gave component versions; the first where they gave several.</summary>
    public Task<IReadOnlyDictionary<long, string>> CpesAsync(IEnumerable<long> componentVersions, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyDictionary<long, string>>(async connection =>
    {
        var cpes = new Dictionary<long, string>();
        foreach (var chunk in componentVersions.Distinct().Chunk(500))
        {
            foreach (var (id, detail) in await connection.QueryAsync<(long Id, string Detail)>($"SELECT id, detail FROM component_version WHERE id IN ({string.Join(',', chunk)}) AND detail LIKE '%cpe:%'"))
                if (ComponentFacts.Parse(detail).Cpes is [var cpe, ..]) cpes[id] = cpe;
        }

        return cpes;
    }, cancellationToken);

    /// <summary>The latest versions that registries name, by component version.</summary>
    public Task<IReadOnlyDictionary<long, string>> LatestAsync(IEnumerable<long> componentVersions, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyDictionary<long, string>>(async connection =>
        (await RegistriesModule.OfVersionsAsync(connection, componentVersions)).Where(r => r.Value.Component.Latest is not null).ToDictionary(r => r.Key, r => r.Value.Component.Latest!), cancellationToken);

    /// <summary>What a registry says of a package that some visible project uses, whatever the version.</summary>
    public Task<ComponentRelease?> ReleaseAsync(Viewer viewer, string identity, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var id = await connection.QuerySingleOrDefaultAsync<long?>($"""
            SELECT k.id FROM component k WHERE k.identity = @identity AND EXISTS (SELECT 1 FROM component_version c WHERE c.component_id = k.id AND {ProjectsModule.Uses(viewer, "c.id")})
            """, new { identity });
        return id is { } known ? (await RegistriesModule.OfComponentsAsync(connection, viewer, [known], ProjectsModule.Uses)).GetValueOrDefault(known) : null;
    }, cancellationToken);

    /// <summary>The newest document of a project version: its hash.</summary>
    public Task<string?> DocumentAsync(long projectVersion, CancellationToken cancellationToken) => database.ReadAsync(connection => connection.QueryFirstOrDefaultAsync<string?>(
        "SELECT sha256 FROM upload WHERE org_id = @Org AND pv_id = @projectVersion ORDER BY id DESC LIMIT 1", new { Org, projectVersion }), cancellationToken);

    private Task<DtProject?> OneAsync(Viewer viewer, string where, object parameters, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var row = await connection.QueryFirstOrDefaultAsync<DtProject>($"SELECT {DtProject.Select} {DtProject.From} WHERE v.org_id = {Org} AND {viewer.Sees("p.owner_id")} AND {where} LIMIT 1", parameters);
        if (row is not null) await CompleteAsync(connection, viewer, [row]);
        return row;
    }, cancellationToken);

    private Task<(long Total, IReadOnlyList<DtComponent> Rows)> ComponentsAsync(DtReader reader, string where, object parameters, PageRequest request, CancellationToken cancellationToken) => database.ReadAsync<(long, IReadOnlyList<DtComponent>)>(async connection =>
    {
        request = Sorted(reader, request);
        var like = Like.Containing(request.Filter);
        var from = $"""
            FROM component_version c JOIN component k ON k.id = c.component_id JOIN occurrence o ON o.cv_id = c.id
            JOIN project_version v ON v.id = o.pv_id JOIN project p ON p.id = v.project_id
            WHERE {reader.Sees.Sees("p.owner_id")} AND {where} {(like is null ? "" : "AND LOWER(k.name) LIKE @like ESCAPE '\\'")}
            """;
        var sort = ComponentSort(request.Sort);
        var direction = request.Descending == true ? "DESC" : "ASC";
        var all = new DynamicParameters(parameters);
        all.AddDynamicParams(new { like, take = request.Size, skip = request.Offset ?? 0 });
        var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) " + from, all);
        var rows = await connection.QueryAsync<DtComponent>($"""
            SELECT o.pv_id, o.cv_id, c.component_id, k.type, k.group_name, k.name, c.version, c.purl, k.kind, c.licences, c.detail, o.flags, {(reader.Found ? $"{ComponentRisk} * 1.0" : "NULL")} AS max_risk, v.uuid AS project_uuid, p.name AS project_name, v.version AS project_version, v.active AS project_active
            {from} ORDER BY {sort} {direction}, o.pv_id, o.cv_id LIMIT @take OFFSET @skip
            """, all);
        var list = rows.AsList();
        var releases = await RegistriesModule.OfVersionsAsync(connection, list.Select(r => r.CvId));
        foreach (var row in list) row.Release = releases.GetValueOrDefault(row.CvId);
        return (total, list);
    }, cancellationToken);

    /// <summary>For who may not see the risk of components, the order must not tell of it either.</summary>
    private static PageRequest Sorted(DtReader reader, PageRequest request) => reader.Found ? request : request.SortedBy(ComponentSorts.Keys.Except([RiskSort]), "name");

    private static string ComponentSort(string? name) => ComponentSorts.GetValueOrDefault(name ?? "name") ?? ComponentSorts["name"];

    /// <summary>Adds the tags and the sums of collections, and takes away a parent that the viewer may not see.</summary>
    private static async Task CompleteAsync(DbConnection connection, Viewer viewer, IReadOnlyList<DtProject> rows)
    {
        foreach (var row in rows)
            if (row.ParentUuid is not null && !viewer.Sees(row.ParentOwnerId)) row.ParentUuid = null;
        foreach (var chunk in rows.Chunk(500))
        {
            var tags = (await connection.QueryAsync<(long Id, string Tag)>("SELECT version_id, tag FROM project_tag WHERE version_id IN @ids ORDER BY tag", new { ids = chunk.Select(r => r.Id) })).ToLookup(t => t.Id, t => t.Tag);
            foreach (var row in chunk) row.Tags = [.. tags[row.Id]];
        }

        await DtCollectionStore.FillAsync(connection, viewer, rows);
    }

    private static async Task<bool> IsBelowAsync(DbTransaction transaction, long id, long ancestor) => await transaction.Connection!.QuerySingleAsync<long>("""
        WITH RECURSIVE above (id) AS (SELECT @id UNION SELECT v.parent_id FROM project_version v JOIN above a ON v.id = a.id WHERE v.parent_id IS NOT NULL) SELECT COUNT(*) FROM above WHERE id = @ancestor
        """, new { id, ancestor }, transaction) > 0;
}
