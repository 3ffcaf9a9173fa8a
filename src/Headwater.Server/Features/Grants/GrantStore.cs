using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Grants;

/// <summary>Who has which role where.</summary>
internal sealed class GrantStore(IDatabase database, AuditStore audit, TimeProvider time)
{
    public const string Manual = "manual";
    private const long Org = Organisation.Home;

    // The administrator of the first start has his permissions in his account: he is listed like everyone else.
    private const string All = """
        (SELECT org_id, person_id, role, unit_id, source, granted_at, granted_by FROM role_grant
         UNION ALL SELECT org_id, id, 'administrator', 0, 'account', created_at, 'system' FROM user_account WHERE (permissions & 4095) = 4095)
        """;

    private const string From = $"FROM {All} g JOIN user_account a ON a.id = g.person_id LEFT JOIN owner o ON o.id = g.unit_id";

    private const string Columns = "g.person_id, a.name, a.title, a.active, g.role, g.unit_id, o.title AS unit, g.source, g.granted_at, g.granted_by";

    private const string Id = "g.person_id || ' ' || g.role || ' ' || g.unit_id || ' ' || g.source";

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["person"] = new("LOWER(COALESCE(a.title, a.name))"),
        ["role"] = new("g.role"),
        ["unit"] = new("LOWER(COALESCE(o.title, ''))"),
        ["granted"] = new("g.granted_at", true),
    };

    /// <summary>Sorts: <c>person</c> (default), <c>role</c>, <c>unit</c>, <c>granted</c>.</summary>
    /// <param name="manages">Only roles in these units.</param>
    public Task<Page<GrantRow>> ListAsync(Viewer manages, PageRequest request, long? person = null, string? role = null, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, Sorts, "person", Id);
        var like = Like.Containing(request.Filter);
        var where = $"g.org_id = @Org AND {manages.Sees("g.unit_id")}" + (person is null ? "" : " AND g.person_id = @person") + (role is null ? "" : " AND g.role = @role")
            + (like is null ? "" : " AND (LOWER(a.name) LIKE @like ESCAPE '\\' OR LOWER(COALESCE(a.title, '')) LIKE @like ESCAPE '\\' OR LOWER(COALESCE(o.title, '')) LIKE @like ESCAPE '\\')");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, person, role, like, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {From} WHERE {where}", parameters);
            var rows = await connection.QueryAsync<Row>($"SELECT {Columns}, {Id} AS key_id, {keyset.Expression} AS sort_key {From} WHERE {where} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters);
            var page = keyset.Page(rows.AsList(), total, r => (r.SortKey!, r.KeyId));
            return new Page<GrantRow>([.. page.Items.Select(r => r.ToGrant())], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    /// <summary>The roles that reach one of some units, those of the whole organisation included: who may see what belongs there, and why.</summary>
    /// <param name="manages">Only roles in these units.</param>
    /// <param name="units">A unit and all above it.</param>
    public Task<Page<GrantRow>> ReachingAsync(Viewer manages, IReadOnlyList<long> units, int from, int size, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        var reaching = $"{From} WHERE g.org_id = @Org AND a.active = 1 AND g.unit_id IN ({string.Join(',', units.Append(0))}) AND {manages.Sees("g.unit_id")}";
        var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) {reaching}", new { Org });
        var rows = await connection.QueryAsync<Row>($"SELECT {Columns} {reaching} ORDER BY LOWER(COALESCE(a.title, a.name)), a.id, g.role, g.unit_id, g.source LIMIT @size OFFSET @from", new { Org, from, size });
        return Page<GrantRow>.At([.. rows.Select(r => r.ToGrant())], from, size, total);
    }, cancellationToken);

    /// <summary>The person of this name (as it is typed at sign-in); null when there is none.</summary>
    public Task<long?> PersonAsync(string name, CancellationToken cancellationToken = default) =>
        database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM user_account WHERE org_id = @Org AND name = @name", new { Org, name = name.Trim() }), cancellationToken);

    public Task<bool> ExistsAsync(long person, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async connection => await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM user_account WHERE org_id = @Org AND id = @person", new { Org, person }) > 0, cancellationToken);

    /// <summary>Names to choose from, for who may see them all, and how many there are.</summary>
    public Task<(IReadOnlyList<(string Name, string? Title)> Offered, int Total)> NamesAsync(int most, CancellationToken cancellationToken = default) => database.ReadAsync<(IReadOnlyList<(string, string?)>, int)>(async connection =>
        ((await connection.QueryAsync<(string, string?)>("SELECT name, title FROM user_account WHERE org_id = @Org AND active = 1 ORDER BY LOWER(COALESCE(title, name)), id LIMIT @most", new { Org, most })).AsList(),
            await connection.QuerySingleAsync<int>("SELECT COUNT(*) FROM user_account WHERE org_id = @Org AND active = 1", new { Org })), cancellationToken);

    public Task GrantAsync(GrantWish wish, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var before = await StateAsync(transaction, wish);
        var added = await transaction.Connection!.ExecuteAsync("""
            INSERT INTO role_grant (org_id, person_id, role, unit_id, source, granted_at, granted_by) VALUES (@Org, @PersonId, @Role, @UnitId, @Manual, @now, @by) ON CONFLICT DO NOTHING
            """, new { Org, wish.PersonId, wish.Role, wish.UnitId, Manual, now = time.GetUtcNow(), by }, transaction);
        if (added > 0) await RecordAsync(transaction, "role.granted", wish, before, by);
    }, cancellationToken: cancellationToken);

    /// <summary>Takes a role that was given by hand.</summary>
    public Task<GrantOutcome> RevokeAsync(GrantWish wish, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var others = await connection.QuerySingleAsync<long>($"""
            SELECT COUNT(*) FROM {All} g JOIN user_account a ON a.id = g.person_id WHERE g.org_id = @Org AND g.role = 'administrator' AND g.unit_id = 0 AND a.active = 1 AND (g.person_id <> @PersonId OR g.source <> @Manual)
            """, new { Org, wish.PersonId, Manual }, transaction);
        if (wish is { Role: "administrator", UnitId: 0 } && others == 0) return GrantOutcome.LastAdministrator;
        var before = await StateAsync(transaction, wish);
        var gone = await connection.ExecuteAsync("DELETE FROM role_grant WHERE org_id = @Org AND person_id = @PersonId AND role = @Role AND unit_id = @UnitId AND source = @Manual", new { Org, wish.PersonId, wish.Role, wish.UnitId, Manual }, transaction);
        if (gone == 0) return GrantOutcome.Missing;
        await RecordAsync(transaction, "role.revoked", wish, before, by);
        return GrantOutcome.Done;
    }, cancellationToken: cancellationToken);

    private static Task<object?> StateAsync(DbTransaction transaction, GrantWish wish) =>
        AuditStore.StateAsync(transaction, UnitGrantStore.OfPerson, new { Org, wish.PersonId });

    private async Task RecordAsync(DbTransaction transaction, string act, GrantWish wish, object? before, string by)
    {
        var name = await transaction.Connection!.QuerySingleAsync<string>("SELECT name FROM user_account WHERE id = @PersonId", new { wish.PersonId }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, act, "user:" + name, before, await StateAsync(transaction, wish), new { role = wish.Role, unit = wish.UnitId }));
    }

    private sealed class Row
    {
        public long PersonId { get; set; }
        public string Name { get; set; } = "";
        public string? Title { get; set; }
        public bool Active { get; set; }
        public string Role { get; set; } = "";
        public long UnitId { get; set; }
        public string? Unit { get; set; }
        public string Source { get; set; } = "";
        public DateTimeOffset GrantedAt { get; set; }
        public string GrantedBy { get; set; } = "";
        public string KeyId { get; set; } = "";
        public object? SortKey { get; set; }

        public GrantRow ToGrant() => new(PersonId, Name, Title, Active, Role, UnitId, Unit, Source, GrantedAt, GrantedBy);
    }
}
