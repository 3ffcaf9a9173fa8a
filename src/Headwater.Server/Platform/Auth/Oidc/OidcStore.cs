using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth.Oidc;

/// <summary>Somebody as the identity provider describes them.</summary>
/// <param name="Subject">Who it is there, for ever.</param>
/// <param name="Name">The name to go by here.</param>
internal sealed record OidcPerson(string Subject, string Name, string? Title, string? Email, IReadOnlyList<string> Groups);

/// <summary>Brings the provider's people and ours together.</summary>
internal sealed class OidcStore(IDatabase database, AuditStore audit, IdSource ids, TimeProvider time)
{
    public const string Source = "oidc";

    /// <summary>
    /// Finds or makes the account of somebody who has signed in there, and sets their groups and what these give. An account is known by its subject; one that
    /// the same directory announced over SCIM, or that was imported, is recognised by its name. A local account never is: whoever may choose a name there must not become somebody here.
    /// </summary>
    /// <returns>The account; or why not: <c>left</c>, <c>taken</c>, <c>unknown</c>.</returns>
    public Task<(UserAccount? Account, string? Refusal)> SignInAsync(OidcPerson person, bool create, CancellationToken cancellationToken) => database.WriteAsync<(UserAccount?, string?)>(async transaction =>
    {
        var connection = transaction.Connection!;
        var now = time.GetUtcNow();
        await audit.HoldAsync(transaction); // Two browsers of one person: the second finds what the first has set.
        var known = await connection.QuerySingleOrDefaultAsync<Known>("SELECT id, name, source, active FROM user_account WHERE org_id = @Org AND subject = @Subject", new { Org, person.Subject }, transaction)
            ?? await connection.QuerySingleOrDefaultAsync<Known>("SELECT id, name, source, active, subject FROM user_account WHERE org_id = @Org AND LOWER(name) = @name", new { Org, name = person.Name.ToLowerInvariant() }, transaction);
        if (known is { Source: not ("scim" or "import" or Source) } or { Subject: not null }) return await RefuseAsync("taken");
        if (known is { Active: false }) return await RefuseAsync("left");
        if (known is null && !create) return await RefuseAsync("unknown");
        var id = known?.Id ?? await IdSource.NextAsync(transaction, "user_account");
        if (known is null)
        {
            await connection.ExecuteAsync("""
                INSERT INTO user_account (id, org_id, uuid, name, title, email, password_hash, permissions, must_change, stamp, source, subject, created_at, updated_at)
                VALUES (@id, @Org, @uuid, @Name, @Title, @Email, '', 0, 0, '', 'oidc', @Subject, @now, @now)
                """, new { id, Org, uuid = ids.NewUuid(), person.Name, person.Title, person.Email, person.Subject, now }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change("system", "user.created", "user:" + person.Name, null, await AuditStore.StateAsync(transaction, UserStore.State, new { id }), Source));
        }
        else
        {
            var before = await AuditStore.StateAsync(transaction, UserStore.State, new { id });
            await connection.ExecuteAsync("UPDATE user_account SET subject = @Subject, source = CASE WHEN source = 'import' THEN 'oidc' ELSE source END WHERE id = @id", new { person.Subject, id }, transaction);
            if (known.Source == Source)
                await connection.ExecuteAsync("UPDATE user_account SET title = COALESCE(@Title, title), email = COALESCE(@Email, email) WHERE id = @id", new { person.Title, person.Email, id }, transaction);
            var changed = AuditEntry.Change("system", "user.changed", "user:" + known.Name, before, await AuditStore.StateAsync(transaction, UserStore.State, new { id }), Source);
            if (!changed.IsSame) await audit.AppendAsync(transaction, changed);
        }

        var held = await GroupGrantStore.HeldAsync(transaction, id);
        await SetGroupsAsync();
        await GroupGrantStore.RefreshAsync(transaction, [id], now);
        if (GroupGrantStore.Change(known?.Name ?? person.Name, held, await GroupGrantStore.HeldAsync(transaction, id), Source) is { } regrouped) await audit.AppendAsync(transaction, regrouped);
        return (new UserAccount { Id = id, Name = known?.Name ?? person.Name, Active = true }, null);

        async Task<(UserAccount?, string?)> RefuseAsync(string why)
        {
            await audit.AppendAsync(transaction, new AuditEntry(known?.Name ?? "(unknown)", "user.sign-in-refused", "user:" + (known?.Name ?? "(unknown)"), $"{Source} {why}"));
            return (null, why);
        }

        async Task SetGroupsAsync()
        {
            await connection.ExecuteAsync("DELETE FROM person_group_member WHERE person_id = @id AND group_id IN (SELECT id FROM person_group WHERE org_id = @Org AND source = 'oidc')", new { id, Org }, transaction);
            foreach (var group in person.Groups)
            {
                var found = await connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM person_group WHERE org_id = @Org AND source = 'oidc' AND name = @group", new { Org, group }, transaction);
                if (found is null)
                {
                    found = await IdSource.NextAsync(transaction, "person_group");
                    await connection.ExecuteAsync("INSERT INTO person_group (id, org_id, uuid, name, source, created_at, updated_at) VALUES (@found, @Org, @uuid, @group, 'oidc', @now, @now)", new { found, Org, uuid = ids.NewUuid(), group, now }, transaction);
                }

                await connection.ExecuteAsync("INSERT INTO person_group_member (group_id, person_id) VALUES (@found, @id)", new { found, id }, transaction);
            }
        }
    }, cancellationToken: cancellationToken);

    private const long Org = Organisation.Home;

    private sealed class Known
    {
        public long Id { get; set; }
        public string Name { get; set; } = "";
        public string Source { get; set; } = "";
        public bool Active { get; set; }

        /// <summary>Read only when found by name: an account that is somebody else's there already.</summary>
        public string? Subject { get; set; }
    }
}
