using System.Data.Common;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.People.Scim;

/// <summary>
/// People and groups as the directory keeps them. It never sees or touches local accounts: what somebody there calls himself must not become an
/// administrator here. Accounts that were imported, or made by single sign-on, are its own from the first time it writes to them.
/// </summary>
internal sealed class ScimStore(IDatabase database, AuditStore audit, IdSource ids, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const string Visible = "u.org_id = @Org AND u.source IN ('scim', 'oidc', 'import')", Columns = "u.id AS key, u.uuid AS id, u.name AS user_name, u.external_id, u.title AS display_name, u.given_name, u.family_name, u.email, u.active, u.created_at AS created, COALESCE(u.updated_at, u.created_at) AS changed, u.revision";

    public Task<(IReadOnlyList<ScimUser> Users, long Total)> UsersAsync(string? filter, int start, int count, CancellationToken cancellationToken)
    {
        var parameters = new DynamicParameters(new { Org, count, skip = start - 1 });
        var where = $"{Visible} AND {ScimQueryStore.OfUsers(filter, parameters)}";
        return database.ReadAsync<(IReadOnlyList<ScimUser>, long)>(async connection =>
        {
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM user_account u WHERE {where}", parameters);
            var rows = (await connection.QueryAsync<UserRow>($"SELECT {Columns}, u.source FROM user_account u WHERE {where} ORDER BY u.id LIMIT @count OFFSET @skip", parameters)).AsList();
            return (await WithGroupsAsync(connection, null, rows), total);
        }, cancellationToken);
    }

    public Task<ScimUser> UserAsync(Guid id, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
        (await WithGroupsAsync(connection, null, [await RowAsync(connection, null, id)]))[0], cancellationToken);

    public Task<ScimUser> CreateUserAsync(ScimUser user, string by, CancellationToken cancellationToken)
    {
        Check(user);
        return database.WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            var now = time.GetUtcNow();
            var known = await connection.QuerySingleOrDefaultAsync<KnownRow>("SELECT id, source FROM user_account WHERE org_id = @Org AND LOWER(name) = @name", new { Org, name = user.UserName.ToLowerInvariant() }, transaction);
            // Whoever was deleted by the directory and comes back is the same person, with the same past.
            if (known is not null && known.Source != "deleted") throw ScimException.Taken(known.Source == "local" ? $"A local account is called {user.UserName}; rename one of them." : $"There is a user {user.UserName} already.");
            await RefuseTakenExternalIdAsync(transaction, user.ExternalId, known?.Id ?? 0);
            var key = known?.Id ?? await IdSource.NextAsync(transaction, "user_account");
            var uuid = ids.NewUuid();
            var before = await AuditStore.StateAsync(transaction, UserStore.State, new { id = key });
            await connection.ExecuteAsync(known is null
                ? """
                  INSERT INTO user_account (id, org_id, uuid, name, title, given_name, family_name, email, external_id, password_hash, permissions, must_change, stamp, source, active, left_at, created_at, updated_at)
                  VALUES (@key, @Org, @uuid, @UserName, @DisplayName, @GivenName, @FamilyName, @Email, @ExternalId, '', 0, 0, '', 'scim', @active, @left, @now, @now)
                  """
                : """
                  UPDATE user_account SET uuid = @uuid, name = @UserName, title = @DisplayName, given_name = @GivenName, family_name = @FamilyName, email = @Email, external_id = @ExternalId, source = 'scim', active = @active,
                      left_at = @left, updated_at = @now, revision = revision + 1 WHERE id = @key
                  """, new { key, Org, uuid, user.UserName, user.DisplayName, user.GivenName, user.FamilyName, user.Email, user.ExternalId, active = user.Active ? 1L : 0L, left = user.Active ? (DateTimeOffset?)null : now, now }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, known is null ? "user.created" : "user.activated", "user:" + user.UserName, before, await AuditStore.StateAsync(transaction, UserStore.State, new { id = key }), "scim"));
            return (await WithGroupsAsync(connection, transaction, [await RowAsync(connection, transaction, uuid)]))[0];
        }, cancellationToken: cancellationToken);
    }

    /// <summary>Changes a user.</summary>
    /// <param name="change">Pure: it may run again.</param>
    /// <param name="match">The tag the caller saw last; null when it does not care.</param>
    public Task<ScimUser> ChangeUserAsync(Guid id, Func<ScimUser, ScimUser> change, string? match, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var row = await RowAsync(connection, transaction, id);
        var before = (await WithGroupsAsync(connection, transaction, [row]))[0];
        Hold(match, before.Revision);
        var after = change(before);
        Check(after);
        if (after == before && row.Source == "scim") return before;
        if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM user_account WHERE org_id = @Org AND LOWER(name) = @name AND id <> @Key", new { Org, name = after.UserName.ToLowerInvariant(), row.Key }, transaction) > 0)
            throw ScimException.Taken($"There is another user {after.UserName}.");
        await RefuseTakenExternalIdAsync(transaction, after.ExternalId, row.Key);
        var now = time.GetUtcNow();
        var was = await AuditStore.StateAsync(transaction, UserStore.State, new { id = row.Key });
        await connection.ExecuteAsync("""
            UPDATE user_account SET name = @UserName, title = @DisplayName, given_name = @GivenName, family_name = @FamilyName, email = @Email, external_id = @ExternalId, source = 'scim', updated_at = @now, revision = revision + 1 WHERE id = @Key
            """, new { after.UserName, after.DisplayName, after.GivenName, after.FamilyName, after.Email, after.ExternalId, now, row.Key }, transaction);
        var act = "user.changed";
        if (after.Active != before.Active)
        {
            if (!after.Active && await PersonStore.IsLastAdministratorAsync(transaction, row.Key)) throw new ScimException(StatusCodes.Status409Conflict, null, $"{before.UserName} is the last administrator; make another one first.");
            await PersonStore.ActivateAsync(transaction, row.Key, after.Active, now);
            act = after.Active ? "user.activated" : "user.deactivated";
        }

        await audit.AppendAsync(transaction, AuditEntry.Change(by, act, "user:" + after.UserName, was, await AuditStore.StateAsync(transaction, UserStore.State, new { id = row.Key }), new { source = "scim", was = before.UserName == after.UserName ? null : before.UserName }));
        return (await WithGroupsAsync(connection, transaction, [await RowAsync(connection, transaction, id)]))[0];
    }, cancellationToken: cancellationToken);

    /// <summary>The directory knows this person no more. What they owned stays in sight until somebody else has it.</summary>
    public Task DeleteUserAsync(Guid id, string? match, string by, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var row = await RowAsync(connection, transaction, id);
        Hold(match, row.Revision);
        if (row.Active && await PersonStore.IsLastAdministratorAsync(transaction, row.Key)) throw new ScimException(StatusCodes.Status409Conflict, null, $"{row.UserName} is the last administrator; make another one first.");
        var now = time.GetUtcNow();
        var was = await AuditStore.StateAsync(transaction, UserStore.State, new { id = row.Key });
        if (row.Active) await PersonStore.ActivateAsync(transaction, row.Key, false, now);
        await connection.ExecuteAsync("UPDATE user_account SET source = 'deleted', external_id = NULL, subject = NULL, email = NULL WHERE id = @Key", new { row.Key }, transaction);
        await connection.ExecuteAsync("DELETE FROM person_group_member WHERE person_id = @Key", new { row.Key }, transaction);
        await GroupGrantStore.RefreshAsync(transaction, audit, [row.Key], now, by, "scim");
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "user.deactivated", "user:" + row.UserName, was, await AuditStore.StateAsync(transaction, UserStore.State, new { id = row.Key }), "scim deleted"));
    }, cancellationToken: cancellationToken);

    private static void Check(ScimUser user)
    {
        var edit = new PersonEdit(user.UserName, user.DisplayName, user.Email);
        switch (PersonStore.Check(ref edit))
        {
            case PersonOutcome.BadName: throw ScimException.Value("userName has 1 to 200 characters without blanks, and is not the name of a part of this server.");
            case PersonOutcome.BadEmail: throw ScimException.Value($"{user.Email} is no e-mail address.");
        }
    }

    /// <exception cref="ScimException">Somebody else has changed it since.</exception>
    internal static void Hold(string? match, long revision)
    {
        if (match is not (null or "*") && !match.Split(',', StringSplitOptions.TrimEntries).Contains(ScimJson.Tag(revision))) throw new ScimException(StatusCodes.Status412PreconditionFailed, null, "It has changed since; read it again.");
    }

    private static async Task RefuseTakenExternalIdAsync(DbTransaction transaction, string? external, long except)
    {
        if (external is not null && await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM user_account WHERE org_id = @Org AND source = 'scim' AND external_id = @external AND id <> @except", new { Org, external, except }, transaction) > 0)
            throw ScimException.Taken($"Another user has the externalId {external}.");
    }

    private static async Task<UserRow> RowAsync(DbConnection connection, DbTransaction? transaction, Guid id) =>
        await connection.QuerySingleOrDefaultAsync<UserRow>($"SELECT {Columns}, u.source FROM user_account u WHERE {Visible} AND u.uuid = @id", new { Org, id }, transaction) ?? throw ScimException.Missing("user", id.ToString());

    private static async Task<IReadOnlyList<ScimUser>> WithGroupsAsync(DbConnection connection, DbTransaction? transaction, IReadOnlyList<UserRow> rows)
    {
        if (rows.Count == 0) return [];
        var groups = (await connection.QueryAsync<(long Person, string Id, string Name)>($"""
            SELECT m.person_id, g.uuid, g.name FROM person_group_member m JOIN person_group g ON g.id = m.group_id WHERE g.source = 'scim' AND m.person_id IN ({string.Join(',', rows.Select(r => r.Key))}) ORDER BY g.name
            """, transaction: transaction)).ToLookup(g => g.Person, g => (Guid.Parse(g.Id), g.Name));
        return [.. rows.Select(r => new ScimUser
        {
            Id = r.Id, UserName = r.UserName, ExternalId = r.ExternalId, DisplayName = r.DisplayName, GivenName = r.GivenName, FamilyName = r.FamilyName, Email = r.Email, Active = r.Active, Created = r.Created, Changed = r.Changed,
            Revision = r.Revision, Groups = groups[r.Key].ToList() is { Count: > 0 } some ? some : [],
        })];
    }

    private sealed class KnownRow
    {
        public long Id { get; set; }
        public string Source { get; set; } = "";
    }

    private sealed class UserRow
    {
        public long Key { get; set; }
        public Guid Id { get; set; }
        public string UserName { get; set; } = "";
        public string? ExternalId { get; set; }
        public string? DisplayName { get; set; }
        public string? GivenName { get; set; }
        public string? FamilyName { get; set; }
        public string? Email { get; set; }
        public bool Active { get; set; }
        public string Source { get; set; } = "";
        public DateTimeOffset Created { get; set; }
        public DateTimeOffset Changed { get; set; }
        public long Revision { get; set; }
    }
}
