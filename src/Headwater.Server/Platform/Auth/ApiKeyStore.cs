using Dapper;
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
}

internal sealed class ApiKeyStore(IDatabase database)
{
    public Task<KnownKey?> FindAsync(string publicId, CancellationToken cancellationToken) => database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<KnownKey>(
        "SELECT id, uuid, hash, comment, permissions, last_used_at FROM api_key WHERE public_id = @publicId", new { publicId }), cancellationToken);

    public Task NoteUseAsync(long id, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(
        "UPDATE api_key SET last_used_at = @at WHERE id = @id", new { at, id }, transaction), cancellationToken: cancellationToken);
}
