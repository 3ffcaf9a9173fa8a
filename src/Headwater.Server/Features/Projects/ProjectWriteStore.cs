using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Projects;

/// <summary>Makes, changes and deletes project versions.</summary>
internal sealed class ProjectWriteStore(IDatabase database, FindingsModule findings, QueueStore queue, AuditStore audit, IdSource ids, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>What people have decided about a project.</summary>
    public static async Task<ProjectState> ProjectAsync(DbTransaction transaction, long id)
    {
        var connection = transaction.Connection!;
        var state = await connection.QuerySingleAsync<ProjectState>(
            "SELECT id, name, description, owner_id, kind, criticality, use_context, exposure, data_class, links, retired_at, parent_id, collection FROM project WHERE id = @id", new { id }, transaction);
        var tags = await connection.QueryAsync<string>("SELECT tag FROM tag_of_project WHERE project_id = @id", new { id }, transaction);
        var people = await connection.QueryAsync<(long Person, string Part)>("SELECT person_id, part FROM project_person WHERE project_id = @id", new { id }, transaction);
        return state with { Tags = ProjectState.Lines(tags), People = string.Join(' ', people.Select(p => $"{p.Part}:{p.Person}").Order(StringComparer.Ordinal)) };
    }

    public static Task<long?> FindAsync(DbConnection connection, DbTransaction? transaction, string name, string? version) => connection.QuerySingleOrDefaultAsync<long?>("""
        SELECT v.id FROM project p JOIN project_version v ON v.org_id = p.org_id AND v.project_id = p.id AND v.version = @version WHERE p.org_id = @Org AND p.name = @name
        """, new { Org, name = name.Trim(), version = version?.Trim() ?? "" }, transaction);

    public static Task<long?> FindAsync(DbConnection connection, DbTransaction? transaction, Guid uuid) =>
        connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM project_version WHERE org_id = @Org AND uuid = @uuid", new { Org, uuid }, transaction);

    /// <summary>The version of this UUID when the viewer sees its project.</summary>
    public static Task<long?> VisibleAsync(DbConnection connection, DbTransaction? transaction, Viewer viewer, Guid uuid) => connection.QuerySingleOrDefaultAsync<long?>(
        $"SELECT v.id FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.org_id = @Org AND v.uuid = @uuid AND {viewer.Sees("p.owner_id")}", new { Org, uuid }, transaction);

    /// <summary>Whose a project is, by its name; null when there is no project of that name.</summary>
    public static async Task<ProjectHold?> HoldAsync(DbConnection connection, DbTransaction? transaction, string name) =>
        await connection.QuerySingleOrDefaultAsync<ProjectHold>("SELECT id AS project_id, owner_id FROM project WHERE org_id = @Org AND name = @name", new { Org, name = name.Trim() }, transaction);

    /// <summary>Whose the project of a version is; null when there is no such version.</summary>
    public static async Task<ProjectHold?> HoldAsync(DbConnection connection, DbTransaction? transaction, long version) =>
        await connection.QuerySingleOrDefaultAsync<ProjectHold>("SELECT p.id AS project_id, p.owner_id FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.org_id = @Org AND v.id = @version", new { Org, version }, transaction);

    /// <summary>A collection of ours, or one that a client of the compatible interface has made.</summary>
    public static async Task<bool> IsCollectionAsync(DbConnection connection, long version)
    {
        var (collection, extra) = await connection.QuerySingleAsync<(long Collection, string? Extra)>("SELECT p.collection, v.extra FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.id = @version", new { version });
        if (collection == 1 || extra is null || !extra.Contains("collectionLogic", StringComparison.Ordinal)) return collection == 1;
        using var json = JsonDocument.Parse(extra);
        return json.RootElement.TryGetProperty("collectionLogic", out var logic) && logic.ValueKind == JsonValueKind.String && logic.GetString() != "NONE";
    }

    /// <summary>Makes a version, and its project when there is none of that name.</summary>
    public async Task<long> CreateAsync(DbTransaction transaction, NewProjectVersion it)
    {
        var connection = transaction.Connection!;
        var now = time.GetUtcNow();
        var (name, version) = (it.Name.Trim(), it.Version?.Trim() ?? "");
        var project = await ProjectAsync(transaction, name, it.Description, it.OwnerId, it.By);
        var id = await IdSource.NextAsync(transaction, "project_version");
        var uuid = ids.NewUuid();
        await connection.ExecuteAsync("""
            INSERT INTO project_version (id, org_id, uuid, project_id, version, parent_id, created_at) VALUES (@id, @Org, @uuid, @project, @version, @ParentId, @now);
            UPDATE project SET latest_id = COALESCE(latest_id, @id) WHERE id = @project AND retired_at IS NULL;
            """, new { id, Org, uuid, project, version, it.ParentId, now }, transaction);
        await JoinAsync(transaction, project, it.ParentId, it.By);
        if (it.Tags is not null) await ReplaceTagsAsync(transaction, id, it.Tags);
        await findings.CountAsync(transaction, id);
        await audit.AppendAsync(transaction, AuditEntry.Change(it.By, "project-version.created", $"project-version:{uuid}", null, await StateAsync(transaction, id), new { name, version }));
        return id;
    }

    /// <summary>Sets what <paramref name="change"/> names and leaves the rest.</summary>
    /// <returns>False when nothing was different.</returns>
    public async Task<bool> UpdateAsync(DbTransaction transaction, long id, ProjectChange change)
    {
        var connection = transaction.Connection!;
        var before = await RowAsync(transaction, id);
        var after = before.With(change);
        var tags = (await TagsAsync(connection, transaction, id)).ToHashSet(StringComparer.Ordinal);
        var retagged = change.Tags is not null && !tags.SetEquals(Clean(change.Tags));
        if (after.Equals(before) && !retagged) return false;

        var now = time.GetUtcNow();
        var project = after.Name == before.Name ? before.ProjectId : await RenamedAsync(transaction, before.ProjectId, after.Name, change.By);
        await connection.ExecuteAsync("""
            UPDATE project_version SET project_id = @project, version = @Version, active = @Active, inactive_since = CASE WHEN @Active = 1 THEN NULL ELSE COALESCE(inactive_since, @now) END,
                parent_id = @ParentId, group_name = @GroupName, description = @Description, publisher = @Publisher, classifier = @Classifier, purl = @Purl, cpe = @Cpe,
                swid_tag_id = @SwidTagId, extra = @Extra, is_latest = @IsLatest WHERE id = @Id
            """, new { project, after.Version, after.Active, now, after.ParentId, after.GroupName, after.Description, after.Publisher, after.Classifier, after.Purl, after.Cpe, after.SwidTagId, after.Extra, after.IsLatest, after.Id }, transaction);
        if (after.IsLatest && (!before.IsLatest || project != before.ProjectId)) await connection.ExecuteAsync("UPDATE project_version SET is_latest = 0 WHERE project_id = @project AND id <> @id", new { project, id }, transaction);
        if (retagged) await ReplaceTagsAsync(transaction, id, change.Tags!);
        await ChooseLatestAsync(transaction, project);
        if (project != before.ProjectId) await LeaveAsync(transaction, before.ProjectId, change.By);
        await JoinAsync(transaction, project, after.ParentId, change.By);
        await findings.CountAsync(transaction, id);
        var fresh = retagged ? [.. Clean(change.Tags!)] : tags;
        await audit.AppendAsync(transaction, AuditEntry.Change(change.By, "project-version.changed", $"project-version:{before.Uuid}", State(before, tags), State(after, fresh)));
        return true;
    }

    /// <summary>Deletes a version with all that only it had; the last one takes its project along unless that is to stay.</summary>
    public async Task DeleteAsync(DbTransaction transaction, long id, string by, bool keepProject = false)
    {
        var connection = transaction.Connection!;
        var (project, uuid, name, version) = await connection.QuerySingleAsync<(long, string, string, string)>(
            "SELECT v.project_id, v.uuid, p.name, v.version FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.id = @id", new { id }, transaction);
        var before = await StateAsync(transaction, id);
        await connection.ExecuteAsync("""
            DELETE FROM occurrence WHERE org_id = @Org AND pv_id = @id;
            DELETE FROM occurrence_place WHERE org_id = @Org AND pv_id = @id;
            DELETE FROM upload_graph WHERE upload_id IN (SELECT id FROM upload WHERE org_id = @Org AND pv_id = @id);
            DELETE FROM upload WHERE org_id = @Org AND pv_id = @id;
            DELETE FROM metrics_day WHERE org_id = @Org AND pv_id = @id;
            DELETE FROM project_version WHERE id = @id;
            UPDATE project SET latest_id = NULL WHERE id = @project AND latest_id = @id;
            """, new { id, Org, project }, transaction);
        if (keepProject) await ChooseLatestAsync(transaction, project);
        else await LeaveAsync(transaction, project, by);
        await findings.CountAsync(transaction, id);
        await queue.EnqueueAsync(transaction, new JobRequest(ProjectsModule.SweepKind, "all", "documents", "", JobPriority.Sweep));
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "project-version.deleted", $"project-version:{uuid}", before, null, new { name, version }));
    }

    /// <summary>
    /// The version that stands for its project: the one marked latest, else the one uploaded last; none for a project that is retired. When another
    /// takes its place, the caller counts what that changes (<see cref="FindingsModule.CountAsync"/>) before the transaction ends.
    /// </summary>
    public static async Task ChooseLatestAsync(DbTransaction transaction, long project)
    {
        var connection = transaction.Connection!;
        var before = await connection.QuerySingleOrDefaultAsync<long?>("SELECT latest_id FROM project WHERE id = @project", new { project }, transaction);
        var after = await connection.QueryFirstOrDefaultAsync<long?>(
            """
            SELECT v.id FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.project_id = @project AND p.retired_at IS NULL
            ORDER BY v.active DESC, v.is_latest DESC, COALESCE(v.last_upload_at, v.created_at) DESC, v.id DESC LIMIT 1
            """, new { project }, transaction);
        if (before == after) return;
        await connection.ExecuteAsync("UPDATE project SET latest_id = @after WHERE id = @project", new { project, after }, transaction);
    }

    public static async Task ReplaceTagsAsync(DbTransaction transaction, long version, IReadOnlyList<string> tags)
    {
        await transaction.Connection!.ExecuteAsync("DELETE FROM project_tag WHERE version_id = @version", new { version }, transaction);
        foreach (var tag in Clean(tags))
            await transaction.Connection!.ExecuteAsync("INSERT INTO project_tag (org_id, tag, version_id) VALUES (@Org, @tag, @version)", new { Org, tag, version }, transaction);
    }

    /// <summary>A version that names a parent makes its project part of the parent's, unless people have said what it is part of, or it would close a ring.</summary>
    private async Task JoinAsync(DbTransaction transaction, long project, long? parentVersion, string by)
    {
        if (parentVersion is null) return;
        var before = await ProjectAsync(transaction, project);
        var joined = await transaction.Connection!.ExecuteAsync("""
            UPDATE project SET parent_id = (SELECT project_id FROM project_version WHERE id = @parentVersion)
            WHERE id = @project AND parent_id IS NULL AND NOT EXISTS (
                WITH RECURSIVE above (id) AS (SELECT project_id FROM project_version WHERE id = @parentVersion UNION SELECT p.parent_id FROM project p JOIN above a ON p.id = a.id WHERE p.parent_id IS NOT NULL)
                SELECT 1 FROM above WHERE id = @project)
            """, new { project, parentVersion }, transaction);
        if (joined > 0) await RecordAsync(transaction, before, by);
    }

    private static Task<VersionRow> RowAsync(DbTransaction transaction, long id) => transaction.Connection!.QuerySingleAsync<VersionRow>("""
        SELECT v.id, v.uuid, v.project_id, p.name, v.version, v.is_latest, v.active, v.parent_id, v.group_name, v.description, v.publisher, v.classifier, v.purl, v.cpe, v.swid_tag_id, v.extra
        FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.id = @id
        """, new { id }, transaction);

    /// <summary>What people and clients decide about a version, for the audit log.</summary>
    public static async Task<object> StateAsync(DbTransaction transaction, long id) => State(await RowAsync(transaction, id), await TagsAsync(transaction.Connection!, transaction, id));

    private static object State(VersionRow row, IEnumerable<string> tags) => new { row, tags = tags.Order(StringComparer.Ordinal) };

    private static Task<IEnumerable<string>> TagsAsync(DbConnection connection, DbTransaction transaction, long version) =>
        connection.QueryAsync<string>("SELECT tag FROM project_tag WHERE version_id = @version", new { version }, transaction);

    internal static IEnumerable<string> Clean(IEnumerable<string> tags) =>
        tags.Select(t => t.Trim().ToLowerInvariant()).Where(t => t.Length is > 0 and <= 255).Distinct(StringComparer.Ordinal);

    private async Task<long> ProjectAsync(DbTransaction transaction, string name, string? description, long? ownerId, string by)
    {
        var connection = transaction.Connection!;
        if (await connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM project WHERE org_id = @Org AND name = @name", new { Org, name }, transaction) is { } known) return known;
        var (id, uuid) = (await IdSource.NextAsync(transaction, "project"), ids.NewUuid());
        await connection.ExecuteAsync("INSERT INTO project (id, org_id, uuid, name, description, owner_id, created_at) VALUES (@id, @Org, @uuid, @name, @description, @ownerId, @now)",
            new { id, Org, uuid, name, description, ownerId, now = time.GetUtcNow() }, transaction);
        await database.IndexTextAsync(transaction, "project", id, $"{name} {description}");
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "project.created", $"project:{uuid}", null, await ProjectAsync(transaction, id), new { name }));
        return id;
    }

    /// <summary>
    /// The project that a version belongs to under its new name: the one that has the name already; else, when it was the only version, its own
    /// project renamed; else a new one with the same owner. What people decided about a project is not lost by a new name.
    /// </summary>
    private async Task<long> RenamedAsync(DbTransaction transaction, long project, string name, string by)
    {
        var connection = transaction.Connection!;
        var (owner, description, versions) = await connection.QuerySingleAsync<(long?, string?, long)>(
            "SELECT owner_id, description, (SELECT COUNT(*) FROM project_version WHERE project_id = @project) FROM project WHERE id = @project", new { project }, transaction);
        var taken = await connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM project WHERE org_id = @Org AND name = @name", new { Org, name }, transaction);
        if (taken is not null || versions > 1) return taken ?? await ProjectAsync(transaction, name, description, owner, by);
        var before = await ProjectAsync(transaction, project);
        await connection.ExecuteAsync("UPDATE project SET name = @name WHERE id = @project", new { name, project }, transaction);
        await database.IndexTextAsync(transaction, "project", project, $"{name} {description}");
        await RecordAsync(transaction, before, by);
        return project;
    }

    /// <summary>What a change of a version did to its project.</summary>
    private async Task RecordAsync(DbTransaction transaction, ProjectState before, string by)
    {
        var after = await ProjectAsync(transaction, before.Id);
        var uuid = await transaction.Connection!.QuerySingleAsync<string>("SELECT uuid FROM project WHERE id = @Id", new { before.Id }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "project.changed", $"project:{uuid}", before, after, ProjectState.Differences(before, after)));
    }

    /// <summary>What remains to be done for a project that lost a version.</summary>
    private async Task LeaveAsync(DbTransaction transaction, long project, string by)
    {
        if (await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM project_version WHERE project_id = @project", new { project }, transaction) > 0)
        {
            await ChooseLatestAsync(transaction, project);
            return;
        }

        var before = await ProjectAsync(transaction, project);
        var (uuid, name) = await transaction.Connection!.QuerySingleAsync<(string, string)>("SELECT uuid, name FROM project WHERE id = @project", new { project }, transaction);
        await transaction.Connection!.ExecuteAsync("DELETE FROM project WHERE id = @project", new { project }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "project.deleted", $"project:{uuid}", before, null, new { name }));
        await database.UnindexTextAsync(transaction, "project", project);
    }

    /// <summary>What a change names replaces what was there under that name; the rest stays.</summary>
    private static string? Merged(string? extra, string? change)
    {
        if (extra is null || change is null) return change ?? extra;
        if (JsonNode.Parse(extra) is not JsonObject all || JsonNode.Parse(change) is not JsonObject some) return change;
        foreach (var (name, value) in some.ToList()) all[name] = value?.DeepClone();
        return all.ToJsonString();
    }

    private sealed record VersionRow
    {
        public long Id { get; set; }
        public string Uuid { get; set; } = "";
        public long ProjectId { get; set; }
        public string Name { get; set; } = "";
        public string Version { get; set; } = "";
        public bool IsLatest { get; set; }
        public bool Active { get; set; }
        public long? ParentId { get; set; }
        public string? GroupName { get; set; }
        public string? Description { get; set; }
        public string? Publisher { get; set; }
        public string? Classifier { get; set; }
        public string? Purl { get; set; }
        public string? Cpe { get; set; }
        public string? SwidTagId { get; set; }
        public string? Extra { get; set; }

        public VersionRow With(ProjectChange change) => this with
        {
            Name = change.Name?.Trim() ?? Name, Version = change.Version?.Trim() ?? Version, IsLatest = change.IsLatest ?? IsLatest, Active = change.Active ?? Active,
            ParentId = change.ParentId ?? ParentId, GroupName = change.Group ?? GroupName, Description = change.Description ?? Description, Publisher = change.Publisher ?? Publisher,
            Classifier = change.Classifier ?? Classifier, Purl = change.Purl ?? Purl, Cpe = change.Cpe ?? Cpe, SwidTagId = change.SwidTagId ?? SwidTagId, Extra = Merged(Extra, change.Extra),
        };
    }
}
