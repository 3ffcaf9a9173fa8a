using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth;

/// <summary>What is needed to recognise a key.</summary>
internal sealed class KnownKey
{
    public long Id { get; set; }
    public string Uuid { get; set; } = "";
    public string Hash { get; set; } = "";
    public string Comment { get; set; } = "";
    public long Permissions { get; set; }
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>The part of the organisation that it is for; 0 for all of it.</summary>
    public long UnitId { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Who made it: it never has more than he.</summary>
    public long? PersonId { get; set; }
}

internal sealed class ApiKeyStore(IDatabase database, AuditStore audit, IdSource ids, TimeProvider time)
{
    /// <summary>What keys are called.</summary>
    public static NamedKind Named { get; } = NamedKind.Of("key", viewer => $"""
        SELECT public_id AS id, CASE WHEN comment = '' THEN public_id ELSE comment END AS name, '/keys' AS page FROM api_key WHERE public_id IN @ids AND {viewer.Sees("unit_id")}
        """) with { Called = @"SELECT 'key:' || public_id FROM api_key WHERE LOWER(comment) LIKE @subject ESCAPE '\'" };

    /// <summary>The key of this name. One whose maker has left is none.</summary>
    public Task<KnownKey?> FindAsync(string publicId, CancellationToken cancellationToken) => database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<KnownKey>(
        """
        SELECT k.id, k.uuid, k.hash, k.comment, k.permissions, k.last_used_at, k.unit_id, k.expires_at, k.person_id FROM api_key k LEFT JOIN user_account u ON u.id = k.person_id
        WHERE k.public_id = @publicId AND (k.person_id IS NULL OR u.active = 1)
        """, new { publicId }), cancellationToken);

    /// <summary>What acts on a key change, for the audit log.</summary>
    public const string State = $"SELECT {Columns} FROM api_key WHERE public_id = @publicId";

    private const string Columns = "public_id, comment, permissions, unit_id, person_id, expires_at, created_by";

    /// <summary>Takes a key away, and with it the keys that it made, unless somebody has taken them over: a stolen key must leave nothing behind.</summary>
    /// <returns>False when there is no such key any more.</returns>
    public async Task<bool> RevokeAsync(DbTransaction transaction, string publicId, string by)
    {
        await audit.HoldAsync(transaction);
        var gone = new Queue<string>([publicId]);
        var any = false;
        while (gone.TryDequeue(out var key))
        {
            if (await AuditStore.StateAsync(transaction, $"DELETE FROM api_key WHERE org_id = @org AND public_id = @key RETURNING {Columns}", new { org = Organisation.Home, key }) is not { } before) continue;
            any = true;
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "key.revoked", $"key:{key}", before, null));
            foreach (var made in await transaction.Connection!.QueryAsync<string>("SELECT public_id FROM api_key WHERE org_id = @org AND created_by = @maker AND person_id IS NULL ORDER BY id", new { org = Organisation.Home, maker = $"key:{key}" }, transaction)) gone.Enqueue(made);
        }

        return any;
    }

    public Task NoteUseAsync(long id, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(
        "UPDATE api_key SET last_used_at = @at WHERE id = @id", new { at, id }, transaction), cancellationToken: cancellationToken);

    /// <summary>Takes a key that the operator chose, for installations that are set up without a person; once it is there, nothing happens.</summary>
    /// <exception cref="InvalidOperationException">It does not have the shape of a key.</exception>
    public async Task AddGivenAsync(string key, CancellationToken cancellationToken = default)
    {
        if (!ApiKeyFormat.TryGetPublicId(key, out var publicId)) throw new InvalidOperationException("HEADWATER_BOOTSTRAP_KEY must look like hw_, 8 characters, _, 32 characters.");
        const Permissions Granted = Permissions.Automation | Permissions.ViewBadges | Permissions.PortfolioManagement;
        await database.WriteAsync(async transaction =>
        {
            var id = await IdSource.NextAsync(transaction, "api_key");
            var added = await transaction.Connection!.ExecuteAsync("""
                INSERT INTO api_key (id, org_id, uuid, public_id, hash, comment, permissions, created_at, created_by) VALUES (@id, @org, @uuid, @publicId, @hash, 'bootstrap', @permissions, @now, 'system')
                ON CONFLICT (public_id) DO NOTHING
                """, new { id, org = Organisation.Home, uuid = ids.NewUuid(), publicId, hash = ApiKeyFormat.Hash(key), permissions = (long)Granted, now = time.GetUtcNow() }, transaction);
            if (added > 0) await audit.AppendAsync(transaction, AuditEntry.Change("system", "key.created", $"key:{publicId}", null, await AuditStore.StateAsync(transaction, State, new { publicId })));
        }, cancellationToken: cancellationToken);
    }
}
