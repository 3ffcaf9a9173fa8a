using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>A search that somebody keeps.</summary>
/// <param name="Address">Path and query of a page of ours.</param>
/// <param name="Shared">True when its link works for others too.</param>
internal sealed record SavedSearch(Guid Uuid, string Name, string Address, bool Shared);

internal sealed class SavedSearchStore(IDatabase database, AuditStore audit, IdSource ids, TimeProvider time)
{
    public const int LongestName = 100, LongestAddress = 2000, Most = 200;

    private const long Org = Organisation.Home;

    /// <summary>One's own, by name. Those of others are listed to nobody: a name or an address would tell of what lies out of sight.</summary>
    public Task<IReadOnlyList<SavedSearch>> ListAsync(string person, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<SavedSearch>>(async connection =>
        [.. (await connection.QueryAsync<Row>("SELECT uuid, name, address, shared FROM saved_search WHERE org_id = @Org AND person = @person ORDER BY LOWER(name), id",
            new { Org, person })).Select(r => r.ToSearch())], cancellationToken);

    /// <summary>One's own, or one that another shares and whose link one was given; null when there is none.</summary>
    public Task<SavedSearch?> GetAsync(string person, Guid uuid, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
        (await connection.QuerySingleOrDefaultAsync<Row>("SELECT uuid, name, address, shared FROM saved_search WHERE org_id = @Org AND uuid = @uuid AND (person = @person OR shared = 1)", new { Org, uuid, person }))?.ToSearch(), cancellationToken);

    /// <summary>Keeps a search under a name; the same name again replaces it.</summary>
    /// <returns>Its UUID; null when somebody keeps too many already.</returns>
    public Task<Guid?> SaveAsync(string person, string name, string address, bool shared, CancellationToken cancellationToken = default) => database.WriteAsync<Guid?>(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM saved_search WHERE org_id = @Org AND person = @person AND name <> @name", new { Org, person, name }, transaction) >= Most) return null;
        await audit.HoldAsync(transaction); // The same name saved twice at once is one search, and the second changes what the first has made.
        var before = await AuditStore.StateAsync(transaction, "SELECT name, address, shared FROM saved_search WHERE org_id = @Org AND person = @person AND name = @name", new { Org, person, name });
        var id = await IdSource.NextAsync(transaction, "saved_search");
        var uuid = await connection.QuerySingleAsync<Guid>("""
            INSERT INTO saved_search (id, org_id, uuid, person, name, address, shared, created_at) VALUES (@id, @Org, @uuid, @person, @name, @address, @share, @now)
            ON CONFLICT (org_id, person, name) DO UPDATE SET address = excluded.address, shared = excluded.shared RETURNING uuid
            """, new { id, Org, uuid = ids.NewUuid(), person, name, address, share = shared ? 1L : 0L, now = time.GetUtcNow() }, transaction);
        var saved = AuditEntry.Change(person, shared ? "search.shared" : "search.saved", $"search:{uuid}", before, await StateAsync(transaction, uuid));
        if (!saved.IsSame) await audit.AppendAsync(transaction, saved);
        return uuid;
    }, cancellationToken: cancellationToken);

    /// <returns>False when it is not one's own.</returns>
    public Task<bool> DeleteAsync(string person, Guid uuid, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var before = await StateAsync(transaction, uuid);
        if (await transaction.Connection!.ExecuteAsync("DELETE FROM saved_search WHERE org_id = @Org AND person = @person AND uuid = @uuid", new { Org, person, uuid }, transaction) == 0) return false;
        await audit.AppendAsync(transaction, AuditEntry.Change(person, "search.deleted", $"search:{uuid}", before, null));
        return true;
    }, cancellationToken: cancellationToken);

    private static Task<object?> StateAsync(System.Data.Common.DbTransaction transaction, Guid uuid) => AuditStore.StateAsync(transaction, "SELECT name, address, shared FROM saved_search WHERE org_id = @Org AND uuid = @uuid", new { Org, uuid });

    private sealed class Row
    {
        public Guid Uuid { get; set; }
        public string Name { get; set; } = "";
        public string Address { get; set; } = "";
        public bool Shared { get; set; }

        public SavedSearch ToSearch() => new(Uuid, Name, Address, Shared);
    }
}
