using System.Data.Common;
using Dapper;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Notices;

/// <summary>Who found which notice fit to go out.</summary>
internal sealed class SignOffStore(IDatabase database, AuditStore audit, IdSource ids, TimeProvider time)
{
    public const int LongestNote = 2000;
    private const long Org = Organisation.Home;

    private const string Columns = "uuid, upload_token, sbom_sha256, input_sha256, components, gaps, note, signed_at, signed_by, ended_at, ended_by";

    /// <summary>The sign-offs of a version, newest first; null when it is not in sight.</summary>
    public Task<IReadOnlyList<SignOffRow>?> ListAsync(Viewer viewer, Guid version, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<SignOffRow>?>(async connection =>
        await ProjectsModule.VisibleAsync(connection, null, viewer, version) is not { } pv ? null
            : [.. (await connection.QueryAsync<Row>($"SELECT {Columns} FROM notice_sign_off WHERE org_id = @Org AND pv_id = @pv ORDER BY signed_at DESC, id DESC", new { Org, pv })).Select(r => r.ToRow())], cancellationToken);

    /// <summary>The sign-off that holds for a notice; null when nobody signed just this.</summary>
    public static async Task<SignOffRow?> OfAsync(DbConnection connection, DbTransaction? transaction, long version, string inputSha256) => (await connection.QueryAsync<Row>(
        $"SELECT {Columns} FROM notice_sign_off WHERE org_id = @Org AND pv_id = @version AND input_sha256 = @inputSha256 AND ended_at IS NULL ORDER BY signed_at DESC, id DESC LIMIT 1", new { Org, version, inputSha256 }, transaction)).FirstOrDefault()?.ToRow();

    /// <inheritdoc cref="OfAsync(DbConnection, DbTransaction?, long, string)"/>
    public Task<SignOffRow?> OfAsync(long version, string inputSha256, CancellationToken cancellationToken) => database.ReadAsync(connection => OfAsync(connection, null, version, inputSha256), cancellationToken);

    /// <summary>Signs a notice.</summary>
    public Task<SignOffRow> SignAsync(MadeNotice made, string? note, string by, CancellationToken cancellationToken)
    {
        var row = new Row
        {
            Uuid = ids.NewUuid(), UploadToken = made.Document.Token, SbomSha256 = made.Document.Sha256, InputSha256 = made.Notice.InputSha256, Components = made.Notice.Entries.Count, Gaps = made.Notice.Gaps.Count,
            Note = string.IsNullOrWhiteSpace(note) ? null : note.Trim(), SignedAt = time.GetUtcNow(), SignedBy = by,
        };
        return database.WriteAsync(async transaction =>
        {
            if (await OfAsync(transaction.Connection!, transaction, made.Version.Version.Id, row.InputSha256) is { } known && known.SignedBy == by && known.Note == row.Note) return known;
            var id = await IdSource.NextAsync(transaction, "notice_sign_off");
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO notice_sign_off (id, org_id, uuid, pv_id, upload_token, sbom_sha256, input_sha256, components, gaps, note, signed_at, signed_by)
                VALUES (@id, @Org, @Uuid, @pv, @UploadToken, @SbomSha256, @InputSha256, @Components, @Gaps, @Note, @SignedAt, @SignedBy)
                """, new { id, Org, row.Uuid, pv = made.Version.Version.Id, row.UploadToken, row.SbomSha256, row.InputSha256, row.Components, row.Gaps, row.Note, row.SignedAt, row.SignedBy }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "notice.signed", $"project-version:{made.Version.Version.Uuid}", null, new { row.InputSha256, row.Note },
                new { inputSha256 = row.InputSha256, gaps = row.Gaps, note = row.Note }));
            return row.ToRow();
        }, cancellationToken: cancellationToken);
    }

    /// <summary>Takes a sign-off back; it stays in the list with who took it back.</summary>
    /// <param name="may">Where the caller may sign.</param>
    public Task<bool> WithdrawAsync(Viewer may, Guid version, Guid uuid, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        if (await ProjectsModule.VisibleAsync(transaction.Connection!, transaction, may, version) is not { } pv) return false;
        var ended = await transaction.Connection!.QueryFirstOrDefaultAsync<string?>("UPDATE notice_sign_off SET ended_at = @now, ended_by = @by WHERE org_id = @Org AND pv_id = @pv AND uuid = @uuid AND ended_at IS NULL RETURNING input_sha256",
            new { now = time.GetUtcNow(), by, Org, pv, uuid }, transaction);
        if (ended is null) return false;
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "notice.sign-off-withdrawn", $"project-version:{version}", new { inputSha256 = ended }, null, new { inputSha256 = ended }));
        return true;
    }, cancellationToken: cancellationToken);

    private sealed class Row
    {
        public Guid Uuid { get; set; }
        public Guid UploadToken { get; set; }
        public string SbomSha256 { get; set; } = "";
        public string InputSha256 { get; set; } = "";
        public int Components { get; set; }
        public int Gaps { get; set; }
        public string? Note { get; set; }
        public DateTimeOffset SignedAt { get; set; }
        public string SignedBy { get; set; } = "";
        public DateTimeOffset? EndedAt { get; set; }
        public string? EndedBy { get; set; }

        public SignOffRow ToRow() => new(Uuid, UploadToken, SbomSha256, InputSha256, Components, Gaps, Note, SignedAt, SignedBy, EndedAt, EndedBy);
    }
}
