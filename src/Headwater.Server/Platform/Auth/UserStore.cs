using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth;

/// <summary>A person's local account.</summary>
internal sealed class UserAccount
{
    public long Id { get; set; }
    public string Name { get; set; } = "";
    public string PasswordHash { get; set; } = "";
    public long Permissions { get; set; }
    public bool MustChange { get; set; }

    /// <summary>Changes with the password; a session that carries another is over.</summary>
    public string Stamp { get; set; } = "";
}

internal sealed class UserStore(IDatabase database, AuditStore audit, IdSource ids, TimeProvider time)
{
    public const string Administrator = "admin";
    public const int ShortestPassword = 10;

    public Task<UserAccount?> FindAsync(string name, CancellationToken cancellationToken = default) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<UserAccount>("SELECT * FROM user_account WHERE org_id = @org AND name = @name", new { org = Organisation.Home, name }), cancellationToken);

    /// <summary>Makes the local administrator when there is no user yet.</summary>
    /// <param name="given">The password to set; null to make one up.</param>
    /// <returns>The made-up password, to be shown once; null when there was nothing to do or the password was given.</returns>
    public async Task<string?> CreateAdministratorAsync(string? given, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(Administrator, cancellationToken) is not null) return null;
        var password = string.IsNullOrEmpty(given) ? Passwords.Random(16) : given;
        var hash = Passwords.Hash(password);
        await database.WriteAsync(async transaction =>
        {
            var id = await IdSource.NextAsync(transaction, "user_account");
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO user_account (id, org_id, name, password_hash, permissions, must_change, stamp, created_at)
                VALUES (@id, @org, @name, @hash, @permissions, @mustChange, @stamp, @now) ON CONFLICT DO NOTHING
                """, new { id, org = Organisation.Home, name = Administrator, hash, permissions = (long)Permissions.Administrator, mustChange = password != given, stamp = ids.NewUuid(), now = time.GetUtcNow() }, transaction);
            await audit.AppendAsync(transaction, new AuditEntry("system", "user.created", "user:" + Administrator));
        }, cancellationToken: cancellationToken);
        return password == given ? null : password;
    }

    public Task SetPasswordAsync(UserAccount user, string password, CancellationToken cancellationToken = default)
    {
        var hash = Passwords.Hash(password);
        return database.WriteAsync(async transaction =>
        {
            await transaction.Connection!.ExecuteAsync("UPDATE user_account SET password_hash = @hash, must_change = 0, stamp = @stamp WHERE id = @Id", new { hash, stamp = ids.NewUuid(), user.Id }, transaction);
            await audit.AppendAsync(transaction, new AuditEntry(user.Name, "user.password-changed", "user:" + user.Name));
        }, cancellationToken: cancellationToken);
    }

    public Task RecordSignInAsync(string name, bool accepted, string how, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        if (accepted) await transaction.Connection!.ExecuteAsync("UPDATE user_account SET last_sign_in_at = @now WHERE org_id = @org AND name = @name", new { now = time.GetUtcNow(), org = Organisation.Home, name }, transaction);
        await audit.AppendAsync(transaction, new AuditEntry(name, accepted ? "user.signed-in" : "user.sign-in-refused", "user:" + name, how));
    }, cancellationToken: cancellationToken);
}
