using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Keys;

/// <summary>API keys for machines.</summary>
internal sealed class KeyStore(IDatabase database, TimeProvider time, IdSource ids, AuditStore audit)
{
    private const long Org = Organisation.Home;

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<KeyRow>> ListAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<KeyRow>>(async connection =>
        [.. (await connection.QueryAsync<Row>("SELECT id, public_id, comment, permissions, created_at, created_by, last_used_at FROM api_key WHERE org_id = @Org ORDER BY id DESC", new { Org }))
            .Select(r => new KeyRow(r.Id, r.PublicId, r.Comment, (Permissions)r.Permissions, r.CreatedAt, r.CreatedBy, r.LastUsedAt))], cancellationToken);

    /// <summary>Makes a key. Its secret is in the answer and nowhere else.</summary>
    public async Task<NewKey> CreateAsync(string comment, Permissions permissions, string by, CancellationToken cancellationToken = default)
    {
        var (publicId, key) = ApiKeyFormat.Create();
        var now = time.GetUtcNow();
        comment = comment.Trim() is { Length: <= 255 } text ? text : comment.Trim()[..255];
        var id = await database.WriteAsync(async transaction =>
        {
            var id = await IdSource.NextAsync(transaction, "api_key");
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO api_key (id, org_id, uuid, public_id, hash, comment, permissions, created_at, created_by) VALUES (@id, @Org, @uuid, @publicId, @hash, @comment, @permissions, @now, @by)
                """, new { id, Org, uuid = ids.NewUuid(), publicId, hash = ApiKeyFormat.Hash(key), comment, permissions = (long)permissions, now, by }, transaction);
            await audit.AppendAsync(transaction, new AuditEntry(by, "key.created", $"key:{publicId}", JsonSerializer.Serialize(new { comment, permissions = permissions.Names() })));
            return id;
        }, cancellationToken: cancellationToken);
        return new NewKey(new KeyRow(id, publicId, comment, permissions, now, by, null), key);
    }

    /// <returns>False when there is no such key.</returns>
    public Task<bool> RevokeAsync(long id, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var publicId = await transaction.Connection!.QuerySingleOrDefaultAsync<string>("DELETE FROM api_key WHERE org_id = @Org AND id = @id RETURNING public_id", new { Org, id }, transaction);
        if (publicId is null) return false;
        await audit.AppendAsync(transaction, new AuditEntry(by, "key.revoked", $"key:{publicId}"));
        return true;
    }, cancellationToken: cancellationToken);

    private sealed class Row
    {
        public long Id { get; set; }
        public string PublicId { get; set; } = "";
        public string Comment { get; set; } = "";
        public long Permissions { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public string CreatedBy { get; set; } = "";
        public DateTimeOffset? LastUsedAt { get; set; }
    }
}
