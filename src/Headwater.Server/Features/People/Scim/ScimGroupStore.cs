using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.People.Scim;

/// <summary>The directory's groups. Roles and teams that belonging to one gives follow in the same transaction.</summary>
internal sealed class ScimGroupStore(IDatabase database, AuditStore audit, IdSource ids, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>The most members that a list of several groups tells of. A group by itself is always told whole: a directory that saw a part would put back the rest.</summary>
    private const int MostMembers = 50_000;

    private const string Visible = "g.org_id = @Org AND g.source = 'scim'", Columns = "g.id AS key, g.uuid AS id, g.name, g.external_id, COALESCE(g.created_at, 0) AS created, COALESCE(g.updated_at, 0) AS changed, g.revision";

    /// <param name="members">False when the caller wants none: a list of large groups would be larger.</param>
    public Task<(IReadOnlyList<ScimGroup> Groups, long Total)> GroupsAsync(string? filter, int start, int count, bool members, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters(new { Org, count, skip = start - 1 });
        var where = $"{Visible} AND {ScimQueryStore.OfGroups(filter, parameters)}";
        return database.ReadAsync<(IReadOnlyList<ScimGroup>, long)>(async connection =>
        {
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM person_group g WHERE {where}", parameters);
            var rows = (await connection.QueryAsync<Row>($"SELECT {Columns} FROM person_group g WHERE {where} ORDER BY g.id LIMIT @count OFFSET @skip", parameters)).AsList();
            if (members && rows.Count > 1 && await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM person_group_member WHERE group_id IN ({string.Join(',', rows.Select(r => r.Key))})") is var people and > MostMembers)
                throw ScimException.TooMany($"These groups have {people} members, and one answer lists at most {MostMembers}. Ask with excludedAttributes=members, or for fewer groups with count.");
            return (await WithMembersAsync(connection, null, rows, members), total);
        }, cancellationToken);
    }

    public Task<ScimGroup> GroupAsync(Guid id, bool members, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        (await WithMembersAsync(connection, null, [await RowAsync(connection, null, id)], members))[0], cancellationToken);

    public Task<ScimGroup> CreateAsync(ScimGroup group, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        await RefuseTakenNameAsync(transaction, group.Name, 0);
        var (key, uuid, now) = (await IdSource.NextAsync(transaction, "person_group"), ids.NewUuid(), time.GetUtcNow());
        await connection.ExecuteAsync("INSERT INTO person_group (id, org_id, uuid, name, source, external_id, created_at, updated_at) VALUES (@key, @Org, @uuid, @Name, 'scim', @ExternalId, @now, @now)", new { key, Org, uuid, group.Name, group.ExternalId, now }, transaction);
        await SetMembersAsync(transaction, key, [], group.Members, now, by);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "group.created", "group:" + group.Name, null, State(group), new { members = group.Members.Count }));
        return (await WithMembersAsync(connection, transaction, [await RowAsync(connection, transaction, uuid)], true))[0];
    }, cancellationToken: cancellationToken);

    /// <param name="change">Pure: it may run again.</param>
    public Task<ScimGroup> ChangeAsync(Guid id, Func<ScimGroup, ScimGroup> change, string? match, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var row = await RowAsync(connection, transaction, id);
        ScimStore.Hold(match, row.Revision);
        var before = (await WithMembersAsync(connection, transaction, [row], true))[0];
        var after = change(before);
        var (old, now) = (before.Members.Select(m => m.Id).ToHashSet(), time.GetUtcNow());
        if (after.Name == before.Name && after.ExternalId == before.ExternalId && old.SetEquals(after.Members.Select(m => m.Id))) return before;
        await RefuseTakenNameAsync(transaction, after.Name, row.Key);
        await connection.ExecuteAsync("UPDATE person_group SET name = @Name, external_id = @ExternalId, updated_at = @now, revision = revision + 1 WHERE id = @Key", new { after.Name, after.ExternalId, now, row.Key }, transaction);
        await SetMembersAsync(transaction, row.Key, before.Members, after.Members, now, by, everyone: after.Name != before.Name);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "group.changed", "group:" + after.Name, State(before), State(after), new { was = before.Name == after.Name ? null : before.Name, before = old.Count, after = after.Members.Count }));
        return (await WithMembersAsync(connection, transaction, [await RowAsync(connection, transaction, id)], true))[0];
    }, cancellationToken: cancellationToken);

    public Task DeleteAsync(Guid id, string? match, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var row = await RowAsync(transaction.Connection!, transaction, id);
        ScimStore.Hold(match, row.Revision);
        var before = (await WithMembersAsync(transaction.Connection!, transaction, [row], true))[0];
        var members = (await transaction.Connection!.QueryAsync<long>("SELECT person_id FROM person_group_member WHERE group_id = @Key", new { row.Key }, transaction)).AsList();
        var linked = await AuditStore.StateAsync(transaction, UnitGrantStore.Link, new { id = row.Key });
        if (await transaction.Connection!.QuerySingleOrDefaultAsync<string>("SELECT w.name FROM person_group g JOIN owner w ON w.id = g.team_id WHERE g.id = @Key", new { row.Key }, transaction) is { } team)
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "group.team-set", "group:" + row.Name, linked, null, new { team = (string?)null, was = team }));
        await transaction.Connection!.ExecuteAsync("DELETE FROM person_group WHERE id = @Key", new { row.Key }, transaction);
        await GroupGrantStore.RefreshAsync(transaction, audit, members, time.GetUtcNow(), by, "scim");
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "group.deleted", "group:" + row.Name, State(before), null));
    }, cancellationToken: cancellationToken);

    private static object State(ScimGroup group) => new { group.Name, group.ExternalId, members = group.Members.Select(m => m.Id).Order() };

    private async Task SetMembersAsync(DbTransaction transaction, long key, IReadOnlyList<(Guid Id, string Name)> before, IReadOnlyList<(Guid Id, string Name)> after, DateTimeOffset now, string by, bool everyone = false)
    {
        var connection = transaction.Connection!;
        var changed = new List<long>();
        foreach (var gone in before.ExceptBy(after.Select(m => m.Id), m => m.Id))
        {
            var person = await connection.QuerySingleAsync<long>("SELECT id FROM user_account WHERE uuid = @Id", new { gone.Id }, transaction);
            await connection.ExecuteAsync("DELETE FROM person_group_member WHERE group_id = @key AND person_id = @person", new { key, person }, transaction);
            changed.Add(person);
        }

        foreach (var come in after.ExceptBy(before.Select(m => m.Id), m => m.Id))
        {
            var person = await connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM user_account WHERE org_id = @Org AND uuid = @Id AND source IN ('scim', 'oidc', 'import')", new { Org, come.Id }, transaction)
                ?? throw ScimException.Value($"There is no user {come.Id}.");
            await connection.ExecuteAsync("INSERT INTO person_group_member (group_id, person_id) VALUES (@key, @person) ON CONFLICT (group_id, person_id) DO NOTHING", new { key, person }, transaction);
            changed.Add(person);
        }

        if (everyone) changed = (await connection.QueryAsync<long>("SELECT person_id FROM person_group_member WHERE group_id = @key", new { key }, transaction)).Union(changed).ToList();
        await GroupGrantStore.RefreshAsync(transaction, audit, changed, now, by, "scim");
    }

    private static async Task RefuseTakenNameAsync(DbTransaction transaction, string name, long except)
    {
        if (await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM person_group WHERE org_id = @Org AND source = 'scim' AND LOWER(name) = @name AND id <> @except", new { Org, name = name.ToLowerInvariant(), except }, transaction) > 0)
            throw ScimException.Taken($"There is a group {name} already.");
    }

    private static async Task<Row> RowAsync(DbConnection connection, DbTransaction? transaction, Guid id) =>
        await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM person_group g WHERE {Visible} AND g.uuid = @id", new { Org, id }, transaction) ?? throw ScimException.Missing("group", id.ToString());

    private static async Task<IReadOnlyList<ScimGroup>> WithMembersAsync(DbConnection connection, DbTransaction? transaction, IReadOnlyList<Row> rows, bool members)
    {
        if (rows.Count == 0) return [];
        var people = !members ? Enumerable.Empty<(long, (Guid, string))>().ToLookup(m => m.Item1, m => m.Item2) : (await connection.QueryAsync<(long Group, string Id, string Name)>($"""
            SELECT m.group_id, u.uuid, COALESCE(u.title, u.name) FROM person_group_member m JOIN user_account u ON u.id = m.person_id WHERE m.group_id IN ({string.Join(',', rows.Select(r => r.Key))}) ORDER BY u.id
            """, transaction: transaction)).ToLookup(m => m.Group, m => (Guid.Parse(m.Id), m.Name));
        return [.. rows.Select(r => new ScimGroup { Id = r.Id, Name = r.Name, ExternalId = r.ExternalId, Created = r.Created, Changed = r.Changed, Revision = r.Revision, Members = [.. people[r.Key]] })];
    }

    private sealed class Row
    {
        public long Key { get; set; }
        public Guid Id { get; set; }
        public string Name { get; set; } = "";
        public string? ExternalId { get; set; }
        public DateTimeOffset Created { get; set; }
        public DateTimeOffset Changed { get; set; }
        public long Revision { get; set; }
    }
}
