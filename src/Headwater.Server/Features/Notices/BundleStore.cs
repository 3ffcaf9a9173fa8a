using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Notices;

/// <summary>What became of a wish to delete a bundle.</summary>
internal enum BundleDeletion
{
    /// <summary>It is gone.</summary>
    Done,

    /// <summary>There is none in sight.</summary>
    NotFound,

    /// <summary>It has to be kept for longer.</summary>
    Kept,
}

/// <summary>What was archived for releases. A bundle is written once; until its day it can only be kept for longer.</summary>
internal sealed class BundleStore(IDatabase database, BlobFolder blobs, QueueStore queue, AuditStore audit, IdSource ids, TimeProvider time)
{
    public const int LongestRelease = 200;
    private const long Org = Organisation.Home;

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["created"] = new("b.created_at", true), ["project"] = new("LOWER(b.project_name)"), ["release"] = new("LOWER(b.release_name)"), ["keepUntil"] = new("b.keep_until"), ["gaps"] = new("COALESCE(b.gaps, -1)", true),
    };

    private const string Columns = """
        b.id, b.uuid, v.uuid AS version_uuid, b.project_name, b.project_version, b.release_name, b.keep_until, b.created_at, b.created_by, b.state, b.error, b.job_id, b.sha256, b.bytes, b.sbom_sha256, b.input_sha256, b.components, b.gaps,
        b.signed_by, b.signed_at, b.made_at
        """;

    private const string Tables = "compliance_bundle b LEFT JOIN project_version v ON v.id = b.pv_id LEFT JOIN project p ON p.id = v.project_id";

    /// <summary>Bundles name documents: their own.</summary>
    public static DocumentUse Documents { get; } = new("compliance_bundle");

    public static NamedKind Named { get; } = NamedKind.Of("bundle", viewer => $"""
        SELECT b.uuid AS id, TRIM(b.project_name || ' ' || b.release_name) AS name, '/bundles/' || b.uuid AS page FROM {Tables} WHERE b.org_id = @Org AND b.uuid IN @ids AND {Sees(viewer)}
        """) with { Called = @"SELECT 'bundle:' || uuid FROM compliance_bundle WHERE LOWER(project_name) LIKE @subject ESCAPE '\' OR LOWER(release_name) LIKE @subject ESCAPE '\'" };

    /// <summary>A bundle whose project is gone is seen by who sees everything.</summary>
    private static string Sees(Viewer viewer) => viewer.All ? "1=1" : $"(p.id IS NOT NULL AND {viewer.Sees("p.owner_id")})";

    /// <summary>Sorts: <c>created</c> (default), <c>project</c>, <c>release</c>, <c>keepUntil</c>, <c>gaps</c>. The filter finds projects, releases and the beginning of a digest.</summary>
    /// <param name="version">Of one version; null for all.</param>
    public Task<Page<BundleRow>> ListAsync(Viewer viewer, PageRequest request, Guid? version, CancellationToken cancellationToken)
    {
        var keyset = Keyset.For(request, Sorts, "created", "b.id");
        var like = Like.Containing(request.Filter);
        var from = $"FROM {Tables} WHERE b.org_id = @Org AND {Sees(viewer)}" + (version is null ? "" : " AND v.uuid = @version")
            + (like is null ? "" : " AND (LOWER(b.project_name) LIKE @like ESCAPE '\\' OR LOWER(b.release_name) LIKE @like ESCAPE '\\' OR COALESCE(b.sha256, '') LIKE @like ESCAPE '\\')");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, version, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) " + from, parameters);
            var rows = await connection.QueryAsync<Row>($"SELECT {Columns}, {keyset.Expression} AS sort_key {from} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters);
            var page = keyset.Page(rows.AsList(), total, r => (r.SortKey!, r.Id));
            return new Page<BundleRow>([.. page.Items.Select(r => r.ToRow())], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>A bundle in sight; null when there is none.</summary>
    public Task<BundleRow?> GetAsync(Viewer viewer, Guid uuid, CancellationToken cancellationToken) => database.ReadAsync(async connection => await FindAsync(connection, null, viewer, uuid), cancellationToken);

    /// <summary>Orders a bundle; a job makes it.</summary>
    public async Task<BundleRow> OrderAsync(ProjectVersionDetail version, UploadRow document, string release, DateTimeOffset keepUntil, string by, CancellationToken cancellationToken)
    {
        var uuid = ids.NewUuid();
        await database.WriteAsync(async transaction =>
        {
            var id = await IdSource.NextAsync(transaction, "compliance_bundle");
            var job = await queue.EnqueueAsync(transaction, BundleJob.For(uuid, version.Version.Id));
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO compliance_bundle (id, org_id, uuid, pv_id, upload_token, project_name, project_version, release_name, keep_until, created_at, created_by, state, job_id, sbom_sha256)
                VALUES (@id, @Org, @uuid, @pv, @Token, @ProjectName, @Version, @release, @keepUntil, @now, @by, 'queued', @job, @Sha256)
                """, new { id, Org, uuid, pv = version.Version.Id, document.Token, version.Version.ProjectName, version.Version.Version, release, keepUntil, now = time.GetUtcNow(), by, job, document.Sha256 }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "bundle.ordered", $"bundle:{uuid}", null, new { release, keepUntil, document.Sha256 }, new { name = version.Version.ProjectName, version = version.Version.Version, release, keepUntil = Day(keepUntil) }));
        }, cancellationToken: cancellationToken);
        queue.Wake();
        return (await GetAsync(Viewer.Everything, uuid, cancellationToken))!;
    }

    /// <summary>What a job is to make: the bundle, its version and the document; null when there is nothing to make any more.</summary>
    public Task<(BundleRow Bundle, Guid Version, Guid Document)?> FindWorkAsync(Guid uuid, CancellationToken cancellationToken) => database.ReadAsync<(BundleRow, Guid, Guid)?>(async connection =>
    {
        if (await FindAsync(connection, null, Viewer.Everything, uuid) is not { State: not "done" } bundle) return null;
        var (version, token) = await connection.QuerySingleAsync<(Guid?, Guid)>($"SELECT v.uuid, b.upload_token FROM {Tables} WHERE b.org_id = @Org AND b.uuid = @uuid", new { Org, uuid });
        return version is { } there ? (bundle, there, token) : throw new JobFailedException("The version is no longer there.");
    }, cancellationToken);

    /// <summary>Keeps a bundle that was made, and ends its job.</summary>
    /// <param name="file">Where it was written; it is gone afterwards.</param>
    public Task MadeAsync(BundleRow bundle, MadeBundle made, string file, ClaimedJob job, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        await blobs.KeepAsync(transaction, file, made.Sha256);
        await transaction.Connection!.ExecuteAsync("""
            UPDATE compliance_bundle SET state = 'done', error = NULL, sha256 = @Sha256, bytes = @Bytes, input_sha256 = @InputSha256, components = @Components, gaps = @Gaps, signed_by = @SignedBy, signed_at = @SignedAt, made_at = @now
            WHERE org_id = @Org AND uuid = @Uuid
            """, new { made.Sha256, made.Bytes, made.InputSha256, made.Components, made.Gaps, SignedBy = made.SignOff?.SignedBy, SignedAt = made.SignOff?.SignedAt, now = time.GetUtcNow(), Org, bundle.Uuid }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change("system", "bundle.made", $"bundle:{bundle.Uuid}", null, new { made.Sha256 }, new { name = bundle.ProjectName, release = bundle.Release, sha256 = made.Sha256, gaps = made.Gaps }));
        await queue.CompleteAsync(transaction, job);
    }, true, cancellationToken);

    /// <summary>Says that a bundle could not be made, or (with null) that it is tried again.</summary>
    public static Task SetFailedAsync(DbTransaction transaction, long job, string? error) => transaction.Connection!.ExecuteAsync(
        "UPDATE compliance_bundle SET state = @state, error = @error WHERE org_id = @Org AND job_id = @job AND state <> 'done'", new { state = error is null ? "queued" : "failed", error, Org, job }, transaction);

    public Task SetFailedAsync(long job, string error, CancellationToken cancellationToken) => database.WriteAsync(transaction => SetFailedAsync(transaction, job, error), true, cancellationToken);

    /// <summary>Keeps a bundle for longer.</summary>
    /// <returns>Null when there is none where the caller may; else whether the day is later than the one that holds.</returns>
    public Task<bool?> ExtendAsync(Viewer may, Guid uuid, DateTimeOffset keepUntil, string by, CancellationToken cancellationToken) => database.WriteAsync<bool?>(async transaction =>
    {
        await audit.HoldAsync(transaction);
        if (await FindAsync(transaction.Connection!, transaction, may, uuid) is not { } bundle) return null;
        if (keepUntil <= bundle.KeepUntil) return false;
        await transaction.Connection!.ExecuteAsync("UPDATE compliance_bundle SET keep_until = @keepUntil WHERE org_id = @Org AND uuid = @uuid", new { keepUntil, Org, uuid }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "bundle.kept-longer", $"bundle:{uuid}", new { bundle.KeepUntil }, new { KeepUntil = keepUntil }, new { from = Day(bundle.KeepUntil), to = Day(keepUntil) }));
        return true;
    }, cancellationToken: cancellationToken);

    /// <summary>Deletes a bundle whose day has passed, or one that was never made. Its file goes with the next sweep of documents.</summary>
    public async Task<(BundleDeletion Outcome, BundleRow? Bundle)> DeleteAsync(Viewer may, Guid uuid, string by, CancellationToken cancellationToken)
    {
        var outcome = await database.WriteAsync(async transaction =>
        {
            await audit.HoldAsync(transaction);
            if (await FindAsync(transaction.Connection!, transaction, may, uuid) is not { } bundle) return (BundleDeletion.NotFound, null);
            if (bundle.Sha256 is not null && bundle.KeepUntil > time.GetUtcNow()) return (BundleDeletion.Kept, (BundleRow?)bundle);
            await transaction.Connection!.ExecuteAsync("DELETE FROM compliance_bundle WHERE org_id = @Org AND uuid = @uuid", new { Org, uuid }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "bundle.deleted", $"bundle:{uuid}", new { bundle.Sha256, bundle.KeepUntil }, null, new { name = bundle.ProjectName, version = bundle.ProjectVersion, release = bundle.Release, sha256 = bundle.Sha256 }));
            await queue.EnqueueUnlessQueuedAsync(transaction, new JobRequest(ProjectsModule.SweepKind, "all", ProjectsModule.SweepKind, "", JobPriority.Sweep));
            return (BundleDeletion.Done, bundle);
        }, cancellationToken: cancellationToken);
        queue.Wake();
        return outcome;
    }

    /// <summary>The archive itself; null when its file is gone.</summary>
    public async Task<FileStream?> OpenAsync(BundleRow bundle, CancellationToken cancellationToken)
    {
        try
        {
            return bundle.Sha256 is null ? null : await blobs.OpenAsync(bundle.Sha256, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static async Task<BundleRow?> FindAsync(DbConnection connection, DbTransaction? transaction, Viewer viewer, Guid uuid) =>
        (await connection.QueryAsync<Row>($"SELECT {Columns} FROM {Tables} WHERE b.org_id = @Org AND b.uuid = @uuid AND {Sees(viewer)}", new { Org, uuid }, transaction)).FirstOrDefault()?.ToRow();

    private static string Day(DateTimeOffset until) => BundleRow.Last(until).ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    private sealed class Row
    {
        public long Id { get; set; }
        public Guid Uuid { get; set; }
        public Guid? VersionUuid { get; set; }
        public string ProjectName { get; set; } = "";
        public string? ProjectVersion { get; set; }
        public string ReleaseName { get; set; } = "";
        public DateTimeOffset KeepUntil { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public string CreatedBy { get; set; } = "";
        public string State { get; set; } = "";
        public string? Error { get; set; }
        public long? JobId { get; set; }
        public string? Sha256 { get; set; }
        public long? Bytes { get; set; }
        public string SbomSha256 { get; set; } = "";
        public string? InputSha256 { get; set; }
        public int? Components { get; set; }
        public int? Gaps { get; set; }
        public string? SignedBy { get; set; }
        public DateTimeOffset? SignedAt { get; set; }
        public DateTimeOffset? MadeAt { get; set; }
        public object? SortKey { get; set; }

        public BundleRow ToRow() => new(Uuid, VersionUuid, ProjectName, ProjectVersion, ReleaseName, KeepUntil, CreatedAt, CreatedBy, State, Error, JobId, Sha256, Bytes, SbomSha256, InputSha256, Components, Gaps, SignedBy, SignedAt, MadeAt);
    }
}
