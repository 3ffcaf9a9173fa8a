using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Projects;
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
}

/// <summary>A component within a project.</summary>
internal sealed record DtComponent
{
    public long PvId { get; set; }
    public long CvId { get; set; }
    public string? GroupName { get; set; }
    public string Name { get; set; } = "";
    public string? Version { get; set; }
    public string? Purl { get; set; }
    public string Kind { get; set; } = "";
    public string Licences { get; set; } = "";
    public string? Detail { get; set; }
    public int Flags { get; set; }
    public double MaxRisk { get; set; }
    public Guid ProjectUuid { get; set; }
    public string ProjectName { get; set; } = "";
    public string ProjectVersion { get; set; } = "";
    public bool ProjectActive { get; set; }

    public Guid Uuid => DtUuid.OfComponent(PvId, CvId);
}

/// <summary>Reads and writes in the shapes of the compatible interface, which pages by offset.</summary>
internal sealed class DependencyTrackStore(IDatabase database, ProjectsModule projects)
{
    private const long Org = Organisation.Home;

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

    public Task<bool> IsProcessingAsync(Guid token, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM upload WHERE org_id = @Org AND token = @token AND state = 'queued'", new { Org, token }) > 0, cancellationToken);

    public Task<(long Total, IReadOnlyList<DtProject> Rows)> ListAsync(PageRequest request, DtProjectFilter filter, CancellationToken cancellationToken) => database.ReadAsync<(long, IReadOnlyList<DtProject>)>(async connection =>
    {
        var like = Like.Containing(request.Filter);
        var where = "v.org_id = @Org" + (filter.Name is null ? "" : " AND p.name = @Name") + (filter.Version is null ? "" : " AND v.version = @Version") + (filter.ExcludeInactive ? " AND v.active = 1" : "")
            + (filter.OnlyRoot ? " AND v.parent_id IS NULL" : "") + (filter.Classifier is null ? "" : " AND v.classifier = @Classifier") + (filter.ProjectId is null ? "" : " AND v.project_id = @ProjectId")
            + (filter.Parent is null ? "" : " AND u.uuid = @Parent") + (filter.OnlyLatest ? " AND v.is_latest = 1" : "")
            + (filter.Tag is null ? "" : " AND EXISTS (SELECT 1 FROM project_tag t WHERE t.org_id = @Org AND t.tag = @tag AND t.version_id = v.id)")
            + (like is null ? "" : " AND LOWER(p.name) LIKE @like ESCAPE '\\'");
        var order = request.Sort is not null && Sorts.TryGetValue(request.Sort, out var expression) ? expression : "LOWER(p.name)";
        var direction = request.Descending == true ? "DESC" : "ASC";
        var parameters = new { Org, filter.Name, filter.Version, filter.Classifier, filter.ProjectId, filter.Parent, tag = filter.Tag?.Trim().ToLowerInvariant(), like, take = request.Size, skip = request.Offset ?? 0 };
        var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {DtProject.From} WHERE {where}", parameters);
        var rows = (await connection.QueryAsync<DtProject>($"SELECT {DtProject.Select} {DtProject.From} WHERE {where} ORDER BY {order} {direction}, v.id {direction} LIMIT @take OFFSET @skip", parameters)).AsList();
        await AddTagsAsync(connection, rows);
        return (total, rows);
    }, cancellationToken);

    public Task<DtProject?> GetAsync(Guid uuid, CancellationToken cancellationToken) => OneAsync("v.uuid = @uuid", new { Org, uuid }, cancellationToken);

    public Task<DtProject?> LookupAsync(string name, string? version, CancellationToken cancellationToken) =>
        OneAsync("p.name = @name AND v.version = @version", new { Org, name = name.Trim(), version = version?.Trim() ?? "" }, cancellationToken);

    public Task<DtProject?> LatestAsync(string name, CancellationToken cancellationToken) => OneAsync("p.name = @name AND v.is_latest = 1", new { Org, name = name.Trim() }, cancellationToken);

    /// <returns>The new version's UUID, or why there is none.</returns>
    public Task<(DtChange Change, Guid Uuid)> CreateAsync(ProjectChange change, Guid? parent, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        long? parentId = null;
        if (parent is { } uuid && (parentId = await ProjectsModule.FindAsync(connection, transaction, uuid)) is null) return (DtChange.ParentMissing, Guid.Empty);
        if (await ProjectsModule.FindAsync(connection, transaction, change.Name!, change.Version) is not null) return (DtChange.Taken, Guid.Empty);
        var id = await projects.CreateAsync(transaction, new NewProjectVersion(change.Name!, change.Version, change.By) { ParentId = parentId, Tags = change.Tags, Description = change.Description });
        await projects.UpdateAsync(transaction, id, change with { Tags = null });
        return (DtChange.Done, await connection.QuerySingleAsync<Guid>("SELECT uuid FROM project_version WHERE id = @id", new { id }, transaction));
    }, cancellationToken: cancellationToken);

    public Task<DtChange> UpdateAsync(Guid uuid, ProjectChange change, Guid? parent, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await ProjectsModule.FindAsync(connection, transaction, uuid) is not { } id) return DtChange.Missing;
        if (parent is { } parentUuid)
        {
            if (await ProjectsModule.FindAsync(connection, transaction, parentUuid) is not { } parentId) return DtChange.ParentMissing;
            if (await IsBelowAsync(transaction, parentId, id)) return DtChange.Ring;
            change = change with { ParentId = parentId };
        }

        var now = await connection.QuerySingleAsync<(string Name, string Version)>("SELECT p.name, v.version FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.id = @id", new { id }, transaction);
        if (await ProjectsModule.FindAsync(connection, transaction, change.Name ?? now.Name, change.Version ?? now.Version) is { } other && other != id) return DtChange.Taken;
        return await projects.UpdateAsync(transaction, id, change) ? DtChange.Done : DtChange.Unchanged;
    }, cancellationToken: cancellationToken);

    /// <returns>False when there is no such project.</returns>
    public Task<bool> DeleteAsync(Guid uuid, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await ProjectsModule.FindAsync(connection, transaction, uuid) is not { } id) return false;
        // A project goes with all that lies below it.
        var below = (await connection.QueryAsync<long>("""
            WITH RECURSIVE below (id) AS (SELECT @id UNION SELECT v.id FROM project_version v JOIN below b ON v.parent_id = b.id) SELECT id FROM below ORDER BY id DESC
            """, new { id }, transaction)).AsList();
        foreach (var each in below) await projects.DeleteAsync(transaction, each, by);
        return true;
    }, cancellationToken: cancellationToken);

    /// <summary>Components of one project.</summary>
    public Task<(long Total, IReadOnlyList<DtComponent> Rows)> ComponentsAsync(long projectVersion, PageRequest request, bool onlyDirect, CancellationToken cancellationToken) =>
        ComponentsAsync("o.pv_id = @projectVersion" + (onlyDirect ? " AND o.flags >= 4" : ""), new { Org, projectVersion }, request, cancellationToken);

    /// <summary>One component of one project.</summary>
    public async Task<DtComponent?> ComponentAsync(Guid uuid, CancellationToken cancellationToken)
    {
        if (!DtUuid.TryReadComponent(uuid, out var pv, out var cv)) return null;
        return (await ComponentsAsync("o.pv_id = @pv AND o.cv_id = @cv", new { Org, pv, cv }, new PageRequest { Size = 1 }, cancellationToken)).Rows.FirstOrDefault();
    }

    /// <summary>Components of all projects by identity: whatever is given must fit, names as wholes, purl and CPE by their beginning.</summary>
    public Task<(long Total, IReadOnlyList<DtComponent> Rows)> ByIdentityAsync(string? group, string? name, string? version, string? purl, string? cpe, Guid? project, PageRequest request, CancellationToken cancellationToken)
    {
        var where = new List<string>();
        if (purl is not null) where.Add("c.identity >= @purl AND c.identity < @purlEnd");
        if (name is not null) where.Add("k.name = @name");
        if (group is not null) where.Add("k.group_name = @group");
        if (version is not null) where.Add("c.version = @version");
        if (cpe is not null) where.Add("LOWER(c.detail) LIKE @cpe ESCAPE '\\'");
        if (where.Count == 0) return Task.FromResult<(long, IReadOnlyList<DtComponent>)>((0, []));
        if (project is not null) where.Add("v.uuid = @project");
        return ComponentsAsync(string.Join(" AND ", where), new { Org, group, name, version, purl, purlEnd = purl + "\U0010FFFF", cpe = Like.Containing(cpe), project }, request, cancellationToken);
    }

    public Task<(long Total, IReadOnlyList<DtComponent> Rows)> ByHashAsync(string hash, PageRequest request, CancellationToken cancellationToken) =>
        ComponentsAsync("c.id IN (SELECT h.cv_id FROM component_hash h WHERE h.value = @hash)", new { Org, hash = hash.ToLowerInvariant() }, request, cancellationToken);

    /// <summary>Projects with a finding of this identifier or alias.</summary>
    public Task<(long Total, IReadOnlyList<DtProject> Rows)> AffectedAsync(string vulnerability, PageRequest request, CancellationToken cancellationToken) => database.ReadAsync<(long, IReadOnlyList<DtProject>)>(async connection =>
    {
        var parameters = new { Org, vulnerability, take = request.Size, skip = request.Offset ?? 0 };
        const string Where = "v.id IN (SELECT o.pv_id FROM finding f JOIN occurrence_by_component o ON o.org_id = @Org AND o.cv_id = f.cv_id WHERE f.id = @vulnerability AND f.affected = 1)";
        var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {DtProject.From} WHERE {Where}", parameters);
        var rows = (await connection.QueryAsync<DtProject>($"SELECT {DtProject.Select} {DtProject.From} WHERE {Where} ORDER BY LOWER(p.name), v.id LIMIT @take OFFSET @skip", parameters)).AsList();
        await AddTagsAsync(connection, rows);
        return (total, rows);
    }, cancellationToken);

    public Task<IReadOnlyList<FindingColumns>> FindingsAsync(long projectVersion, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<FindingColumns>>(async connection =>
        (await connection.QueryAsync<FindingColumns>($"""
            SELECT {FindingColumns.Select}, o.flags, o.depth FROM occurrence o JOIN finding f ON f.cv_id = o.cv_id AND f.affected = 1
            JOIN component_version c ON c.id = f.cv_id JOIN component k ON k.id = c.component_id WHERE o.org_id = @Org AND o.pv_id = @projectVersion ORDER BY f.risk DESC, f.id, f.cv_id
            """, new { Org, projectVersion })).AsList(), cancellationToken);

    /// <summary>The newest document of a project version: its hash.</summary>
    public Task<string?> DocumentAsync(long projectVersion, CancellationToken cancellationToken) => database.ReadAsync(connection => connection.QueryFirstOrDefaultAsync<string?>(
        "SELECT sha256 FROM upload WHERE org_id = @Org AND pv_id = @projectVersion ORDER BY id DESC LIMIT 1", new { Org, projectVersion }), cancellationToken);

    private Task<DtProject?> OneAsync(string where, object parameters, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var row = await connection.QueryFirstOrDefaultAsync<DtProject>($"SELECT {DtProject.Select} {DtProject.From} WHERE v.org_id = {Org} AND {where} LIMIT 1", parameters);
        if (row is not null) await AddTagsAsync(connection, [row]);
        return row;
    }, cancellationToken);

    private Task<(long Total, IReadOnlyList<DtComponent> Rows)> ComponentsAsync(string where, object parameters, PageRequest request, CancellationToken cancellationToken) => database.ReadAsync<(long, IReadOnlyList<DtComponent>)>(async connection =>
    {
        var like = Like.Containing(request.Filter);
        var from = $"""
            FROM component_version c JOIN component k ON k.id = c.component_id JOIN occurrence_by_component b ON b.org_id = @Org AND b.cv_id = c.id
            JOIN occurrence o ON o.org_id = @Org AND o.pv_id = b.pv_id AND o.cv_id = b.cv_id JOIN project_version v ON v.id = o.pv_id JOIN project p ON p.id = v.project_id
            WHERE {where} {(like is null ? "" : "AND LOWER(k.name) LIKE @like ESCAPE '\\'")}
            """;
        var sort = request.Sort switch { "version" => "COALESCE(c.version, '')", "group" => "COALESCE(k.group_name, '')", "lastInheritedRiskScore" => "c.max_risk", _ => "LOWER(k.name)" };
        var direction = request.Descending == true ? "DESC" : "ASC";
        var all = new DynamicParameters(parameters);
        all.AddDynamicParams(new { like, take = request.Size, skip = request.Offset ?? 0 });
        var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) " + from, all);
        var rows = await connection.QueryAsync<DtComponent>($"""
            SELECT o.pv_id, o.cv_id, k.group_name, k.name, c.version, c.purl, k.kind, c.licences, c.detail, o.flags, c.max_risk, v.uuid AS project_uuid, p.name AS project_name, v.version AS project_version, v.active AS project_active
            {from} ORDER BY {sort} {direction}, o.pv_id, o.cv_id LIMIT @take OFFSET @skip
            """, all);
        return (total, rows.AsList());
    }, cancellationToken);

    private static async Task AddTagsAsync(DbConnection connection, IReadOnlyList<DtProject> rows)
    {
        foreach (var chunk in rows.Chunk(500))
        {
            var tags = (await connection.QueryAsync<(long Id, string Tag)>("SELECT version_id, tag FROM project_tag WHERE version_id IN @ids ORDER BY tag", new { ids = chunk.Select(r => r.Id) })).ToLookup(t => t.Id, t => t.Tag);
            foreach (var row in chunk) row.Tags = [.. tags[row.Id]];
        }
    }

    private static async Task<bool> IsBelowAsync(DbTransaction transaction, long id, long ancestor) => await transaction.Connection!.QuerySingleAsync<long>("""
        WITH RECURSIVE above (id) AS (SELECT @id UNION SELECT v.parent_id FROM project_version v JOIN above a ON v.id = a.id WHERE v.parent_id IS NOT NULL) SELECT COUNT(*) FROM above WHERE id = @ancestor
        """, new { id, ancestor }, transaction) > 0;
}
