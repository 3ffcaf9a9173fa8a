using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>Makes, changes and deletes projects by hand. Every act is recorded with what it changed and the digest of the state before and after.</summary>
internal sealed class ProjectEditStore(IDatabase database, ProjectWriteStore versions, FindingsModule findings, AuditStore audit, IdSource ids, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const int Chunk = 100;

    /// <summary>Makes a project without a version.</summary>
    public async Task<EditOutcome> CreateAsync(Viewer viewer, ProjectEdit edit, string by, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrWhiteSpace(edit.Name)) return new EditOutcome(EditState.Refused, "A project needs a name.");
        if (ProjectEditCheck.Refuse(edit) is { } reason) return new EditOutcome(EditState.Refused, reason);
        try
        {
            return await database.WriteAsync(transaction => CreateAsync(transaction, viewer, edit, by), cancellationToken: cancellationToken);
        }
        catch (RefusedException e)
        {
            return e.Outcome;
        }
    }

    private async Task<EditOutcome> CreateAsync(DbTransaction transaction, Viewer viewer, ProjectEdit edit, string by)
    {
        if (!viewer.All && !(edit.OwnerId is { } given && viewer.Sees(given))) return new EditOutcome(EditState.Refused, "Give the project to a unit or team that you may see.");
        var connection = transaction.Connection!;
        var name = edit.Name!.Trim();
        if (await TakenAsync(transaction, name)) return new EditOutcome(EditState.Taken, $"There is a project named {name} already.");
        var (id, uuid) = (await IdSource.NextAsync(transaction, "project"), ids.NewUuid());
        await connection.ExecuteAsync("INSERT INTO project (id, org_id, uuid, name, created_at) VALUES (@id, @Org, @uuid, @name, @now)", new { id, Org, uuid, name, now = time.GetUtcNow() }, transaction);
        await database.IndexTextAsync(transaction, "project", id, name);
        var outcome = await ChangeAsync(transaction, uuid, edit with { Name = null }, null, viewer, Viewer.Everything);
        if (outcome.State is not (EditState.Done or EditState.Unchanged)) throw new RefusedException(outcome); // What was written above is undone.
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "project.created", $"project:{uuid}", null, await ReadAsync(connection, transaction, uuid, Viewer.Everything), new { name }));
        return new EditOutcome(EditState.Done, null, uuid);
    }

    /// <summary>Changes one project.</summary>
    public Task<EditOutcome> ChangeAsync(Viewer viewer, Guid project, ProjectEdit edit, string by, CancellationToken cancellationToken = default) => ProjectEditCheck.Refuse(edit) is { } reason
        ? Task.FromResult(new EditOutcome(EditState.Refused, reason))
        : database.WriteAsync(transaction => ChangeAsync(transaction, project, edit, by, viewer, viewer), cancellationToken: cancellationToken);

    /// <summary>Changes many projects alike, a few in each transaction so that nobody waits long for the writer. Each is changed or refused by itself.</summary>
    public async Task<IReadOnlyList<(Guid Project, EditOutcome Outcome)>> ChangeAllAsync(Viewer viewer, IReadOnlyList<Guid> projects, ProjectEdit edit, string by, CancellationToken cancellationToken = default)
    {
        if (ProjectEditCheck.Refuse(edit) is { } reason) return [.. projects.Select(p => (p, new EditOutcome(EditState.Refused, reason)))];
        var outcomes = new List<(Guid, EditOutcome)>(projects.Count);
        foreach (var chunk in projects.Distinct().Chunk(Chunk))
        {
            outcomes.AddRange(await database.WriteAsync(async transaction =>
            {
                var some = new List<(Guid, EditOutcome)>(chunk.Length);
                foreach (var project in chunk) some.Add((project, await ChangeAsync(transaction, project, edit, by, viewer, viewer)));
                return some;
            }, cancellationToken: cancellationToken));
        }

        return outcomes;
    }

    /// <summary>Deletes a project with all its versions and documents.</summary>
    /// <returns>False when there is none in sight.</returns>
    public Task<bool> DeleteAsync(Viewer viewer, Guid project, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await ReadAsync(connection, transaction, project, viewer) is not { } before) return false;
        foreach (var version in (await connection.QueryAsync<long>("SELECT id FROM project_version WHERE project_id = @Id ORDER BY id", new { before.Id }, transaction)).AsList())
            await versions.DeleteAsync(transaction, version, by, keepProject: true);
        await connection.ExecuteAsync("DELETE FROM project WHERE id = @Id", new { before.Id }, transaction);
        await findings.PlacesChangedAsync(transaction, [before.Id]);
        await database.UnindexTextAsync(transaction, "project", before.Id);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "project.deleted", $"project:{project}", before, null, new { name = before.Name }));
        return true;
    }, cancellationToken: cancellationToken);

    /// <summary>Changes a version: its name, whether it is the latest, whether it is in use.</summary>
    public Task<EditOutcome> ChangeVersionAsync(Viewer viewer, Guid version, string? rename, bool? latest, bool? active, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        if (ProjectNames.Refuse(rename?.Trim()) is { } reason) return new EditOutcome(EditState.Refused, reason);
        if (await VersionAsync(transaction, version, viewer) is not { } known) return new EditOutcome(EditState.Missing);
        if (rename?.Trim() is { } name && name != known.Version &&
            await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM project_version WHERE org_id = @Org AND project_id = @ProjectId AND version = @name", new { Org, known.ProjectId, name }, transaction) > 0)
            return new EditOutcome(EditState.Taken, $"The project has a version {name} already.");
        var changed = await versions.UpdateAsync(transaction, known.Id, new ProjectChange(by) { Version = rename?.Trim(), IsLatest = latest, Active = active });
        return new EditOutcome(changed ? EditState.Done : EditState.Unchanged, null, version);
    }, cancellationToken: cancellationToken);

    /// <summary>Deletes a version; its project stays, with what people keep about it.</summary>
    /// <returns>False when there is none in sight.</returns>
    public Task<bool> DeleteVersionAsync(Viewer viewer, Guid version, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        if (await VersionAsync(transaction, version, viewer) is not { } known) return false;
        await versions.DeleteAsync(transaction, known.Id, by, keepProject: true);
        return true;
    }, cancellationToken: cancellationToken);

    /// <param name="viewer">Whose eyes owners and parents must be in.</param>
    /// <param name="sees">Whose eyes the project itself must be in; a project just made is in nobody's yet.</param>
    /// <param name="by">Null when another record tells of it: what is just being made is recorded as made.</param>
    private async Task<EditOutcome> ChangeAsync(DbTransaction transaction, Guid project, ProjectEdit edit, string? by, Viewer viewer, Viewer sees)
    {
        var connection = transaction.Connection!;
        if (await ReadAsync(connection, transaction, project, sees) is not { } before) return new EditOutcome(EditState.Missing, "There is no such project.", project);
        var after = before.With(edit, time.GetUtcNow().ToUnixTimeMilliseconds());
        if (after.Name != before.Name && await TakenAsync(transaction, after.Name)) return new EditOutcome(EditState.Taken, $"There is a project named {after.Name} already.", project);
        if (edit.OwnerId is { } owner)
        {
            if (owner != 0 && await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM owner WHERE org_id = @Org AND id = @owner AND {viewer.Sees("id")}", new { Org, owner }, transaction) == 0)
                return new EditOutcome(EditState.Refused, "There is no such unit or team.", project);
            if (owner == 0 && !viewer.All) return new EditOutcome(EditState.Refused, "Give the project to a unit or team that you may see.", project);
        }

        if (edit.Parent is { } parent)
        {
            var (id, refusal) = await ParentAsync(transaction, before.Id, parent, viewer);
            if (refusal is not null) return new EditOutcome(EditState.Refused, refusal, project);
            after = after with { ParentId = id };
        }

        List<(long Id, string Part)>? people = null;
        if (edit.People is not null)
        {
            (people, var unknown) = await PeopleAsync(transaction, edit.People);
            if (unknown is not null) return new EditOutcome(EditState.Refused, $"There is nobody with the account or address {unknown}.", project);
            after = after with { People = string.Join(' ', people!.Select(p => $"{p.Part}:{p.Id}").Order(StringComparer.Ordinal)) };
        }

        if (after.Tags.Split('\n').Length > ProjectEditCheck.MostTags) return new EditOutcome(EditState.Refused, $"A project has at most {ProjectEditCheck.MostTags} tags.", project);
        if (after == before) return new EditOutcome(EditState.Unchanged, null, project);
        await WriteAsync(transaction, before, after, people);
        if (by is not null) await audit.AppendAsync(transaction, AuditEntry.Change(by, "project.changed", $"project:{project}", before, after, ProjectState.Differences(before, after)));
        return new EditOutcome(EditState.Done, null, project);
    }

    private async Task WriteAsync(DbTransaction transaction, ProjectState before, ProjectState after, List<(long Id, string Part)>? people)
    {
        var connection = transaction.Connection!;
        await connection.ExecuteAsync("""
            UPDATE project SET name = @Name, description = @Description, owner_id = @OwnerId, kind = @Kind, criticality = @Criticality, use_context = @UseContext, exposure = @Exposure, data_class = @DataClass,
                links = @Links, retired_at = @RetiredAt, parent_id = @ParentId, collection = @Collection WHERE id = @Id
            """, new
        {
            after.Id, after.Name, after.Description, after.OwnerId, after.Kind, after.Criticality, after.UseContext, after.Exposure, after.DataClass, after.Links, after.RetiredAt, after.ParentId,
            Collection = after.Collection ? 1L : 0L,
        }, transaction);
        if (after.Name != before.Name || after.Description != before.Description || after.Tags != before.Tags)
            await database.IndexTextAsync(transaction, "project", after.Id, $"{after.Name} {after.Description} {after.Tags.Replace('\n', ' ')}");
        if (after.Tags != before.Tags)
        {
            await connection.ExecuteAsync("DELETE FROM tag_of_project WHERE project_id = @Id", new { after.Id }, transaction);
            foreach (var tag in after.Tags.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                await connection.ExecuteAsync("INSERT INTO tag_of_project (org_id, tag, project_id) VALUES (@Org, @tag, @Id)", new { Org, tag, after.Id }, transaction);
        }

        if (people is not null && after.People != before.People)
        {
            await connection.ExecuteAsync("DELETE FROM project_person WHERE project_id = @Id", new { after.Id }, transaction);
            foreach (var (person, part) in people)
                await connection.ExecuteAsync("INSERT INTO project_person (project_id, person_id, part) VALUES (@Id, @person, @part) ON CONFLICT DO NOTHING", new { after.Id, person, part }, transaction);
        }

        if (after.OwnerId != before.OwnerId) await findings.PlacesChangedAsync(transaction, [after.Id]);
        if (after.RetiredAt.HasValue == before.RetiredAt.HasValue) return;
        // What is in no use any more is in no count any more, and the other way round.
        await ProjectWriteStore.ChooseLatestAsync(transaction, after.Id);
        var version = await connection.QuerySingleOrDefaultAsync<long?>("SELECT MAX(id) FROM project_version WHERE project_id = @Id", new { after.Id }, transaction) ?? 0;
        await findings.CountAsync(transaction, version);
        await findings.PlacesChangedAsync(transaction, [after.Id]);
    }

    private static async Task<ProjectState?> ReadAsync(DbConnection connection, DbTransaction transaction, Guid project, Viewer viewer) =>
        await connection.QuerySingleOrDefaultAsync<long?>($"SELECT id FROM project WHERE org_id = @Org AND uuid = @project AND {viewer.Sees("owner_id")}", new { Org, project }, transaction) is { } id
            ? await ProjectWriteStore.ProjectAsync(transaction, id) : null;

    private static async Task<bool> TakenAsync(DbTransaction transaction, string name) =>
        await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM project WHERE org_id = @Org AND name = @name", new { Org, name }, transaction) > 0;

    private static async Task<(long? Id, string? Refusal)> ParentAsync(DbTransaction transaction, long project, Guid parent, Viewer viewer)
    {
        if (parent == Guid.Empty) return (null, null);
        var id = await transaction.Connection!.QuerySingleOrDefaultAsync<long?>($"SELECT id FROM project WHERE org_id = @Org AND uuid = @parent AND {viewer.Sees("owner_id")}", new { Org, parent }, transaction);
        if (id is null) return (null, "There is no such project to be part of.");
        var ring = await transaction.Connection!.QuerySingleAsync<long>("""
            WITH RECURSIVE above (id) AS (SELECT @id UNION SELECT p.parent_id FROM project p JOIN above a ON p.id = a.id WHERE p.parent_id IS NOT NULL) SELECT COUNT(*) FROM above WHERE id = @project
            """, new { id, project }, transaction);
        return ring > 0 ? (null, "A project cannot be part of itself or of what is part of it.") : (id, null);
    }

    private static async Task<(List<(long Id, string Part)>? People, string? Unknown)> PeopleAsync(DbTransaction transaction, IReadOnlyList<ProjectHolder> holders)
    {
        var people = new List<(long, string)>();
        foreach (var holder in holders)
        {
            var who = holder.Person.Trim().ToLowerInvariant();
            var id = await transaction.Connection!.QueryFirstOrDefaultAsync<long?>(
                "SELECT id FROM user_account WHERE org_id = @Org AND (LOWER(name) = @who OR LOWER(email) = @who) ORDER BY active DESC, id LIMIT 1", new { Org, who }, transaction);
            if (id is null) return (null, holder.Person);
            if (!people.Contains((id.Value, holder.Part))) people.Add((id.Value, holder.Part));
        }

        return (people, null);
    }

    private static async Task<(long Id, long ProjectId, string Version)?> VersionAsync(DbTransaction transaction, Guid version, Viewer viewer) =>
        await transaction.Connection!.QuerySingleOrDefaultAsync<(long, long, string)?>(
            $"SELECT v.id, v.project_id, v.version FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.org_id = @Org AND v.uuid = @version AND {viewer.Sees("p.owner_id")}", new { Org, version }, transaction);

    /// <summary>Thrown to undo a half-made project; never leaves this class.</summary>
    private sealed class RefusedException(EditOutcome outcome) : Exception
    {
        public EditOutcome Outcome => outcome;
    }
}
