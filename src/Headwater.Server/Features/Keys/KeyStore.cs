using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Keys;

/// <summary>API keys for machines.</summary>
internal sealed class KeyStore(IDatabase database, TimeProvider time, IdSource ids, AuditStore audit, ApiKeyStore keys)
{
    private const long Org = Organisation.Home;

    private const string Select = """
        SELECT k.id, k.public_id, k.comment, k.permissions, k.created_at, k.created_by, k.last_used_at, k.unit_id, o.title AS unit, k.expires_at, COALESCE(a.active, 1) AS maker_active
        FROM api_key k LEFT JOIN owner o ON o.id = k.unit_id LEFT JOIN user_account a ON a.id = k.person_id
        """;

    /// <summary>Newest first.</summary>
    /// <param name="manages">Only those of units in here.</param>
    /// <returns>A part of them, and how many there are in all.</returns>
    public Task<(IReadOnlyList<KeyRow> Keys, long Total)> ListAsync(Viewer manages, int offset, int size, CancellationToken cancellationToken = default) => database.ReadAsync<(IReadOnlyList<KeyRow>, long)>(async connection =>
    {
        var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM api_key k WHERE k.org_id = @Org AND {manages.Sees("k.unit_id")}", new { Org });
        var rows = await connection.QueryAsync<Row>($"{Select} WHERE k.org_id = @Org AND {manages.Sees("k.unit_id")} ORDER BY k.id DESC LIMIT @size OFFSET @offset", new { Org, offset, size });
        return ([.. rows.Select(r => r.ToKey())], total);
    }, cancellationToken);

    /// <summary>A key for the whole organisation that never expires.</summary>
    public Task<NewKey> CreateAsync(string comment, Permissions permissions, string by, CancellationToken cancellationToken = default) => CreateAsync(new KeyWish(comment, permissions, by), cancellationToken);

    /// <summary>Makes a key. Its secret is in the answer and nowhere else.</summary>
    public async Task<NewKey> CreateAsync(KeyWish wish, CancellationToken cancellationToken = default)
    {
        var (publicId, key) = ApiKeyFormat.Create();
        var comment = wish.Comment.Trim() is { Length: <= 255 } text ? text : wish.Comment.Trim()[..255];
        var row = await database.WriteAsync(async transaction =>
        {
            var id = await IdSource.NextAsync(transaction, "api_key");
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO api_key (id, org_id, uuid, public_id, hash, comment, permissions, created_at, created_by, unit_id, expires_at, person_id)
                VALUES (@id, @Org, @uuid, @publicId, @hash, @comment, @permissions, @now, @By, @UnitId, @ExpiresAt, @Maker)
                """, new { id, Org, uuid = ids.NewUuid(), publicId, hash = ApiKeyFormat.Hash(key), comment, permissions = (long)wish.Permissions, now = time.GetUtcNow(), wish.By, wish.UnitId, wish.ExpiresAt, wish.Maker }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(wish.By, "key.created", $"key:{publicId}", null, await StateAsync(transaction, publicId), new { comment, permissions = wish.Permissions.Names(), unit = wish.UnitId, expiresAt = wish.ExpiresAt }));
            return await transaction.Connection!.QuerySingleAsync<Row>($"{Select} WHERE k.id = @id", new { id }, transaction);
        }, cancellationToken: cancellationToken);
        return new NewKey(row.ToKey(), key);
    }

    public Task<KeyRow?> GetAsync(Viewer manages, long id, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
        (await connection.QuerySingleOrDefaultAsync<Row>($"{Select} WHERE k.org_id = @Org AND k.id = @id AND {manages.Sees("k.unit_id")}", new { Org, id }))?.ToKey(), cancellationToken);

    /// <summary>From now on the key is bound to somebody else's permissions.</summary>
    public Task SetMakerAsync(long id, long? maker, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        await audit.HoldAsync(transaction);
        if (await transaction.Connection!.QuerySingleOrDefaultAsync<string>("SELECT public_id FROM api_key WHERE org_id = @Org AND id = @id", new { Org, id }, transaction) is not { } publicId) return;
        var before = await StateAsync(transaction, publicId);
        await transaction.Connection!.ExecuteAsync("UPDATE api_key SET person_id = @maker WHERE id = @id", new { id, maker }, transaction);
        var act = AuditEntry.Change(by, "key.taken-over", $"key:{publicId}", before, await StateAsync(transaction, publicId));
        if (!act.IsSame) await audit.AppendAsync(transaction, act);
    }, cancellationToken: cancellationToken);

    /// <returns>False when there is no such key.</returns>
    public Task<bool> RevokeAsync(Viewer manages, long id, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
        await transaction.Connection!.QuerySingleOrDefaultAsync<string>($"SELECT public_id FROM api_key WHERE org_id = @Org AND id = @id AND {manages.Sees("unit_id")}", new { Org, id }, transaction) is { } publicId
            && await keys.RevokeAsync(transaction, publicId, by), cancellationToken: cancellationToken);

    private static Task<object?> StateAsync(System.Data.Common.DbTransaction transaction, string publicId) => AuditStore.StateAsync(transaction, ApiKeyStore.State, new { publicId });

    public async Task<bool> UnitExistsAsync(long unit, CancellationToken cancellationToken) =>
        await database.ReadAsync(connection => connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM owner WHERE org_id = @Org AND id = @unit", new { Org, unit }), cancellationToken) > 0;

    private sealed class Row
    {
        public long Id { get; set; }
        public string PublicId { get; set; } = "";
        public string Comment { get; set; } = "";
        public long Permissions { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public string CreatedBy { get; set; } = "";
        public DateTimeOffset? LastUsedAt { get; set; }
        public long UnitId { get; set; }
        public string? Unit { get; set; }
        public DateTimeOffset? ExpiresAt { get; set; }
        public bool MakerActive { get; set; }

        public KeyRow ToKey() => new(Id, PublicId, Comment, (Permissions)Permissions, CreatedAt, CreatedBy, LastUsedAt, UnitId, Unit, ExpiresAt, MakerActive);
    }
}
