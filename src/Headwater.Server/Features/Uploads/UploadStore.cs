using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Uploads;

/// <summary>What an upload is to be written to.</summary>
internal sealed record UploadTarget(long? VersionId, long? ParentId);

/// <summary>An upload as its job finds it.</summary>
internal sealed class PendingUpload
{
    public long Id { get; set; }
    public long PvId { get; set; }
    public long ProjectId { get; set; }
    public string Sha256 { get; set; } = "";
    public string Format { get; set; } = "";
    public string SpecVersion { get; set; } = "";
    public int Components { get; set; }
    public string State { get; set; } = "";
    public DateTimeOffset ReceivedAt { get; set; }
}

internal sealed class UploadStore(IDatabase database, ProjectsModule projects, QueueStore jobs, AuditStore audit, BlobFolder blobs, IEnumerable<DocumentUse> uses, IdSource ids, TimeProvider time)
{
    /// <summary>Uploads name documents.</summary>
    public static DocumentUse Documents { get; } = new("upload");

    private const long Org = Organisation.Home;

    /// <summary>Uploads are called as what they were sent to.</summary>
    public static NamedKind Named { get; } = NamedKind.Of("upload", viewer => $"""
        SELECT u.token AS id, TRIM(p.name || ' ' || COALESCE(v.version, '')) AS name, '/uploads/' || u.token AS page
        FROM upload u JOIN project_version v ON v.id = u.pv_id JOIN project p ON p.id = v.project_id WHERE u.org_id = @Org AND u.token IN @ids AND {viewer.Sees("p.owner_id")}
        """);

    /// <summary>Looks up what a request names, in the order in which clients expect to hear of what is missing.</summary>
    public Task<(UploadTarget? Target, UploadOutcome? Refusal)> FindTargetAsync(UploadRequest request, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        long? version = null, parent = null;
        if (request.ProjectVersion is { } uuid)
        {
            version = await ProjectsModule.VisibleAsync(connection, null, request.May.Sees, uuid);
            if (version is { } known && !request.May.Uploads.Sees((await ProjectsModule.HoldAsync(connection, null, known))!.OwnerId)) return (null, new UploadOutcome.Forbidden());
            if (version is null) return ((UploadTarget?)null, (UploadOutcome?)new UploadOutcome.ProjectMissing());
            if (await ProjectsModule.IsCollectionAsync(connection, version.Value)) return (null, new UploadOutcome.Collection());
            return (new UploadTarget(version, null), null);
        }

        if (string.IsNullOrEmpty(request.Name)) return (null, new UploadOutcome.Nameless());
        var hold = await ProjectsModule.HoldAsync(connection, null, request.Name);
        if (RefuseExisting(request, hold) is { } refusal) return (null, refusal);
        version = await ProjectsModule.FindAsync(connection, null, request.Name, request.Version);
        if (version is null)
        {
            if (!request.AutoCreate) return (null, new UploadOutcome.ProjectMissing());
            if (RefuseNew(request, hold) is { } refused) return (null, refused);
            if (request.Parent is { } parentUuid)
                parent = await ProjectsModule.VisibleAsync(connection, null, request.May.Sees, parentUuid);
            else if (!string.IsNullOrEmpty(request.ParentName) && await ProjectsModule.HoldAsync(connection, null, request.ParentName) is { } up && request.May.Sees.Sees(up.OwnerId))
                parent = await ProjectsModule.FindAsync(connection, null, request.ParentName, request.ParentVersion);
            if (parent is null && (request.Parent is not null || !string.IsNullOrEmpty(request.ParentName))) return (null, new UploadOutcome.ParentMissing());
        }
        else if (await ProjectsModule.IsCollectionAsync(connection, version.Value))
        {
            return (null, new UploadOutcome.Collection());
        }

        return (new UploadTarget(version, parent), null);
    }, cancellationToken);

    /// <summary>
    /// Names are one space for the whole organisation: who would make a project whose name is taken out of his sight has to be refused. Who could not
    /// make it anyway hears what he would hear if there were none.
    /// </summary>
    private static UploadOutcome? RefuseExisting(UploadRequest request, ProjectHold? hold) => hold is null || request.May.Uploads.Sees(hold.OwnerId) ? null
        : request.May.Sees.Sees(hold.OwnerId) ? new UploadOutcome.Forbidden()
        : !request.AutoCreate ? new UploadOutcome.ProjectMissing()
        : request.May.RefuseProject(request.OwnerId ?? request.May.Home) ?? new UploadOutcome.Forbidden();

    private static UploadOutcome? RefuseNew(UploadRequest request, ProjectHold? hold) => hold is null ? request.May.RefuseProject(request.OwnerId ?? request.May.Home)
        : request.May.Creates.Sees(hold.OwnerId) ? null : new UploadOutcome.MayNotCreate();

    public Task RecordRefusalAsync(UploadRequest request, CancellationToken cancellationToken) => database.WriteAsync(transaction =>
        audit.AppendAsync(transaction, new AuditEntry(request.By, "sbom.refused", request.ProjectVersion is { } version ? $"project-version:{version}" : "project", JsonSerializer.Serialize(new { name = request.Name, version = request.Version }))), cancellationToken: cancellationToken);

    /// <summary>Writes everything that an accepted document leaves: project when new, upload, job, record. One transaction, durable when this returns.</summary>
    public async Task<UploadOutcome> AcceptAsync(UploadRequest request, UploadTarget target, SpooledFile file, DocumentFacts facts, CancellationToken cancellationToken)
    {
        var token = ids.NewUuid();
        var outcome = await database.WriteAsync<UploadOutcome>(async transaction =>
        {
            var connection = transaction.Connection!;
            var now = time.GetUtcNow();
            var hold = target.VersionId is { } given ? await ProjectsModule.HoldAsync(connection, transaction, given) : await ProjectsModule.HoldAsync(connection, transaction, request.Name!);
            if (RefuseExisting(request, hold) is { } refusal) return refusal; // It may have come, or changed hands, while the document was read.
            var version = target.VersionId ?? await ProjectsModule.FindAsync(connection, transaction, request.Name!, request.Version)
                ?? await projects.CreateAsync(transaction, new NewProjectVersion(request.Name!, request.Version, request.By)
                {
                    ParentId = target.ParentId, Tags = request.Tags, Description = request.Description, OwnerId = request.OwnerId ?? request.May.Home,
                });
            var row = await connection.QuerySingleOrDefaultAsync<(long ProjectId, string ProjectUuid, string VersionUuid)?>("""
                SELECT p.id, p.uuid, v.uuid FROM project_version v JOIN project p ON p.id = v.project_id WHERE v.id = @version
                """, new { version }, transaction);
            if (row is not { } known) return new UploadOutcome.ProjectMissing();
            if (request.IsLatest == true)
                await connection.ExecuteAsync("UPDATE project_version SET is_latest = CASE WHEN id = @version THEN 1 ELSE 0 END WHERE project_id = @ProjectId", new { version, known.ProjectId }, transaction);
            if (request.IsActive is { } active)
                await connection.ExecuteAsync("UPDATE project_version SET active = @active, inactive_since = CASE WHEN @active = 1 THEN NULL ELSE COALESCE(inactive_since, @now) END WHERE id = @version", new { active, now, version }, transaction);
            if (request.Tags is not null && request.May.Manages.Sees(hold is null ? request.OwnerId ?? request.May.Home : hold.OwnerId)) await ProjectsModule.ReplaceTagsAsync(transaction, version, request.Tags);

            var before = await connection.QuerySingleOrDefaultAsync<string?>("SELECT sha256 FROM upload WHERE org_id = @Org AND pv_id = @version ORDER BY id DESC LIMIT 1", new { Org, version }, transaction);
            var id = await IdSource.NextAsync(transaction, "upload");
            var job = await jobs.EnqueueAsync(transaction, new JobRequest(IngestJob.JobKind, token.ToString(), $"project:{known.ProjectId}", id.ToString(), JobPriority.Upload));
            await connection.ExecuteAsync("""
                INSERT INTO upload (id, org_id, token, pv_id, received_at, stage, format, spec_version, serialization, bytes, sha256, components, dependencies, state, tool, uploaded_by, job_id, quality, quality_ntia, quality_bsi)
                VALUES (@id, @Org, @token, @version, @now, @Stage, @format, @spec, @serialization, @Length, @Sha256, @Components, @Dependencies, 'queued', @Tool, @By, @job, @quality, @ntia, @bsi)
                """, new
            {
                id, Org, token, version, now, request.Stage, format = facts.Kind.FormatName, spec = facts.Kind.SpecVersion, serialization = facts.Kind.SerializationName,
                file.Length, file.Sha256, facts.Components, facts.Dependencies, facts.Tool, request.By, job,
                quality = JsonSerializer.Serialize(facts.Quality, JsonSerializerOptions.Web), ntia = facts.Quality.Results[0].Score, bsi = facts.Quality.Results[1].Score,
            }, transaction);
            await connection.ExecuteAsync("UPDATE project_version SET last_upload_at = @now, last_format = @format WHERE id = @version",
                new { now, format = $"{facts.Kind.FormatName} {facts.Kind.SpecVersion}", version }, transaction);
            // A document has a digest of its own: that of the one it takes the place of, and its own.
            await audit.AppendAsync(transaction, new AuditEntry(request.By, "sbom.uploaded", $"project-version:{known.VersionUuid}",
                JsonSerializer.Serialize(new { token, components = facts.Components, bytes = file.Length, stage = request.Stage, latest = request.IsLatest, active = request.IsActive, tags = request.Tags }), before, file.Sha256));

            // Last, and while the writer is held: whatever failed above leaves no document, and none is swept away that is about to be named.
            await file.KeepAsync(transaction, blobs);
            return new UploadOutcome.Accepted(token, Guid.Parse(known.VersionUuid), Guid.Parse(known.ProjectUuid), job);
        }, cancellationToken: cancellationToken);
        jobs.Wake();
        return outcome;
    }

    public Task<PendingUpload?> FindAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<PendingUpload>("""
        SELECT u.id, u.pv_id, v.project_id, u.sha256, u.format, u.spec_version, u.components, u.state, u.received_at FROM upload u JOIN project_version v ON v.id = u.pv_id WHERE u.id = @id
        """, new { id }), cancellationToken);

    /// <summary>True while the upload's analysis has not ended; null when there is no such upload.</summary>
    public Task<bool?> IsPendingAsync(Guid token, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        await connection.QuerySingleOrDefaultAsync<string>("SELECT state FROM upload WHERE org_id = @Org AND token = @token", new { Org, token }) is { } state ? state == "queued" : (bool?)null, cancellationToken);

    /// <summary>The job of an upload that had failed is in the queue again.</summary>
    public static Task QueueAgainAsync(DbTransaction transaction, long job) =>
        transaction.Connection!.ExecuteAsync("UPDATE upload SET state = 'queued', error = NULL WHERE org_id = @Org AND job_id = @job AND state = 'failed'", new { Org, job }, transaction);

    public Task FailAsync(long id, string error, CancellationToken cancellationToken) => database.WriteAsync(transaction =>
        transaction.Connection!.ExecuteAsync("UPDATE upload SET state = 'failed', error = @error WHERE id = @id AND state = 'queued'", new { id, error }, transaction), cancellationToken: cancellationToken);

    /// <summary>Ends uploads whose job was given up when the process stopped before it could say so here; nobody is to wait for them for ever.</summary>
    public Task FailAbandonedAsync(CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
        UPDATE upload SET state = 'failed', error = (SELECT COALESCE(j.last_error, '') FROM job j WHERE j.id = upload.job_id)
        WHERE state = 'queued' AND EXISTS (SELECT 1 FROM job j WHERE j.id = upload.job_id AND j.state = 'dead')
        """, transaction: transaction), cancellationToken: cancellationToken);

    /// <summary>Those of some documents that an upload names.</summary>
    public Task<HashSet<string>> NamedAsync(string[] documents, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        (await connection.QueryAsync<string>(DocumentUse.Among(uses), new { documents })).ToHashSet(StringComparer.Ordinal), cancellationToken);

    /// <summary>Deletes a document unless somebody names it by now; the lock is held, so none begins to meanwhile.</summary>
    public Task DeleteUnnamedAsync(string sha256, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        await database.LockAsync(transaction, BlobFolder.Lock);
        if (await transaction.Connection!.QuerySingleAsync<long>($"SELECT CASE WHEN {DocumentUse.Names(uses)} THEN 1 ELSE 0 END", new { sha256 }, transaction) == 0) await blobs.DeleteAsync(transaction, sha256);
    }, true, cancellationToken);

    /// <summary>True when the version has an upload of just this document: a loader need not bring it again.</summary>
    public Task<bool> HasDocumentAsync(string name, string? version, string sha256, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        await ProjectsModule.FindAsync(connection, null, name, version) is { } id &&
        await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM upload WHERE org_id = @Org AND pv_id = @id AND sha256 = @sha256", new { Org, id, sha256 }) > 0, cancellationToken);
}
