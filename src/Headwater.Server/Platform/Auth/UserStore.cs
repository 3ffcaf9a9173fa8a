using System.Security.Cryptography;
using System.Text;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth;

/// <summary>What is needed to let somebody in.</summary>
internal sealed class UserAccount
{
    public long Id { get; set; }
    public string Name { get; set; } = "";

    /// <summary>Empty for those who sign in elsewhere, or not at all.</summary>
    public string PasswordHash { get; set; } = "";

    public long Permissions { get; set; }
    public bool MustChange { get; set; }
    public bool Active { get; set; }

    /// <summary>The secret of the second factor, protected; null when there is none.</summary>
    public string? TotpSecret { get; set; }

    /// <summary>The step of the last code that was accepted: none is accepted twice.</summary>
    public long TotpStep { get; set; }
}

/// <summary>Accounts as signing in needs them. Who people are otherwise is the business of the feature People.</summary>
internal sealed class UserStore(IDatabase database, AuditStore audit, IdSource ids, TimeProvider time)
{
    public const string Administrator = "admin";
    public const int ShortestPassword = 10;

    /// <summary>What acts on an account change, for the audit log. The hash of the password and the protected secret make the digest one that nobody can guess from a name.</summary>
    public const string State = "SELECT uuid, name, title, given_name, family_name, email, external_id, subject, source, active, permissions, must_change, password_hash, totp_secret FROM user_account WHERE id = @id";

    /// <summary>What accounts are called; their pages are for few.</summary>
    public static NamedKind Named { get; } = NamedKind.Of("user", viewer => viewer.All ? "SELECT name AS id, COALESCE(title, name) AS name, NULL AS page FROM user_account WHERE org_id = @Org AND name IN @ids" : null) with { Called = @"SELECT 'user:' || name FROM user_account WHERE org_id = @org AND LOWER(title) LIKE @subject ESCAPE '\'" };

    private const string Columns = "id, name, password_hash, permissions, must_change, active, totp_secret, totp_step";

    private const string Codes = "SELECT digest FROM recovery_code WHERE person_id = @Id ORDER BY digest";

    public Task<UserAccount?> FindAsync(string name, CancellationToken cancellationToken = default) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<UserAccount>($"SELECT {Columns} FROM user_account WHERE org_id = @org AND LOWER(name) = @name", new { org = Organisation.Home, name = name.ToLowerInvariant() }), cancellationToken);

    public Task<UserAccount?> FindAsync(long id, CancellationToken cancellationToken = default) => database.ReadAsync(connection =>
        connection.QuerySingleOrDefaultAsync<UserAccount>($"SELECT {Columns} FROM user_account WHERE org_id = @org AND id = @id", new { org = Organisation.Home, id }), cancellationToken);

    /// <summary>Makes the local administrator when there is no user yet, and gives accounts of an earlier release what they lack.</summary>
    /// <param name="given">The password to set; null to make one up.</param>
    /// <returns>The made-up password, to be shown once; null when there was nothing to do or the password was given.</returns>
    public async Task<string?> CreateAdministratorAsync(string? given, CancellationToken cancellationToken = default)
    {
        if (await FindAsync(Administrator, cancellationToken) is not null)
        {
            await GiveUuidsAsync(cancellationToken);
            return null;
        }

        var password = string.IsNullOrEmpty(given) ? Passwords.Random(16) : given;
        var hash = Passwords.Hash(password);
        await database.WriteAsync(async transaction =>
        {
            var id = await IdSource.NextAsync(transaction, "user_account");
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO user_account (id, org_id, uuid, name, title, password_hash, permissions, must_change, stamp, created_at, updated_at)
                VALUES (@id, @org, @uuid, @name, 'Local administrator', @hash, @permissions, @mustChange, '', @now, @now) ON CONFLICT DO NOTHING
                """, new { id, org = Organisation.Home, uuid = ids.NewUuid(), name = Administrator, hash, permissions = (long)Permissions.Administrator, mustChange = password != given ? 1L : 0L, now = time.GetUtcNow() }, transaction);
            await audit.AppendAsync(transaction, AuditEntry.Change("system", "user.created", "user:" + Administrator, null, await AuditStore.StateAsync(transaction, State, new { id })));
        }, cancellationToken: cancellationToken);
        return password == given ? null : password;
    }

    /// <summary>Sets a password that the person chose, and ends all sessions but the one it was chosen in.</summary>
    public Task SetPasswordAsync(UserAccount user, string password, string? session, CancellationToken cancellationToken = default)
    {
        var hash = Passwords.Hash(password);
        return database.WriteAsync(async transaction =>
        {
            var before = await AuditStore.StateAsync(transaction, State, new { id = user.Id });
            await transaction.Connection!.ExecuteAsync("UPDATE user_account SET password_hash = @hash, must_change = 0 WHERE id = @Id", new { hash, user.Id }, transaction);
            await SessionStore.EndAllAsync(transaction, user.Id, session);
            await audit.AppendAsync(transaction, AuditEntry.Change(user.Name, "user.password-changed", "user:" + user.Name, before, await AuditStore.StateAsync(transaction, State, new { id = user.Id })));
        }, cancellationToken: cancellationToken);
    }

    /// <summary>Keeps the same password in today's form.</summary>
    public Task RehashAsync(UserAccount user, string password, CancellationToken cancellationToken)
    {
        var hash = Passwords.Hash(password);
        return database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE user_account SET password_hash = @hash WHERE id = @Id AND password_hash = @PasswordHash", new { hash, user.Id, user.PasswordHash }, transaction), cancellationToken: cancellationToken);
    }

    public Task RecordRefusalAsync(string name, string act, string how, CancellationToken cancellationToken = default) => database.WriteAsync(transaction =>
        audit.AppendAsync(transaction, new AuditEntry(name, act, "user:" + name, how)), cancellationToken: cancellationToken);

    /// <summary>Turns the second factor on.</summary>
    /// <param name="secret">Protected.</param>
    /// <param name="step">Of the code that showed the app has it.</param>
    public Task SetSecondFactorAsync(UserAccount user, string secret, long step, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var before = await AuditStore.StateAsync(transaction, State, new { id = user.Id });
        await transaction.Connection!.ExecuteAsync("UPDATE user_account SET totp_secret = @secret, totp_step = @step WHERE id = @Id", new { secret, step, user.Id }, transaction);
        await transaction.Connection!.ExecuteAsync("DELETE FROM recovery_code WHERE person_id = @Id", new { user.Id }, transaction);
        foreach (var code in recoveryCodes) await transaction.Connection!.ExecuteAsync("INSERT INTO recovery_code (person_id, digest) VALUES (@Id, @digest)", new { user.Id, digest = DigestOf(code) }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(user.Name, "user.second-factor-on", "user:" + user.Name, before, await AuditStore.StateAsync(transaction, State, new { id = user.Id })));
    }, cancellationToken: cancellationToken);

    /// <summary>Turns the second factor off.</summary>
    public Task ClearSecondFactorAsync(long person, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var before = await AuditStore.StateAsync(transaction, State, new { id = person });
        var name = await transaction.Connection!.QuerySingleOrDefaultAsync<string>("UPDATE user_account SET totp_secret = NULL WHERE org_id = @org AND id = @person AND totp_secret IS NOT NULL RETURNING name", new { org = Organisation.Home, person }, transaction);
        await transaction.Connection!.ExecuteAsync("DELETE FROM recovery_code WHERE person_id = @person", new { person }, transaction);
        if (name is not null) await audit.AppendAsync(transaction, AuditEntry.Change(by, "user.second-factor-off", "user:" + name, before, await AuditStore.StateAsync(transaction, State, new { id = person })));
    }, cancellationToken: cancellationToken);

    /// <returns>False when the step was used already, here or on another node.</returns>
    public Task<bool> UseStepAsync(long person, long step, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
        await transaction.Connection!.ExecuteAsync("UPDATE user_account SET totp_step = @step WHERE id = @person AND totp_step < @step", new { step, person }, transaction) == 1, cancellationToken: cancellationToken);

    /// <returns>False when the person has no such code, or not any more.</returns>
    public Task<bool> UseRecoveryCodeAsync(UserAccount user, string code, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var before = await AuditStore.StateAsync(transaction, Codes, new { user.Id });
        if (await transaction.Connection!.ExecuteAsync("DELETE FROM recovery_code WHERE person_id = @Id AND digest = @digest", new { user.Id, digest = DigestOf(code) }, transaction) == 0) return false;
        await audit.AppendAsync(transaction, AuditEntry.Change(user.Name, "user.recovery-code-used", "user:" + user.Name, before, await AuditStore.StateAsync(transaction, Codes, new { user.Id })));
        return true;
    }, cancellationToken: cancellationToken);

    public Task<int> RecoveryCodesLeftAsync(long person, CancellationToken cancellationToken = default) => database.ReadAsync(connection =>
        connection.QuerySingleAsync<int>("SELECT COUNT(*) FROM recovery_code WHERE person_id = @person", new { person }), cancellationToken);

    /// <summary>A recovery code has 80 random bits, so a plain hash cannot be searched back.</summary>
    private static string DigestOf(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(code.Where(char.IsLetterOrDigit)).ToLowerInvariant())));

    private async Task GiveUuidsAsync(CancellationToken cancellationToken)
    {
        var without = await database.ReadAsync(connection => connection.QueryAsync<long>("SELECT id FROM user_account WHERE uuid IS NULL"), cancellationToken);
        foreach (var id in without)
            await database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE user_account SET uuid = @uuid WHERE id = @id AND uuid IS NULL", new { uuid = ids.NewUuid(), id }, transaction), cancellationToken: cancellationToken);
    }
}
