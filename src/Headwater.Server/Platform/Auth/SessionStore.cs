using System.Buffers.Text;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth;

/// <summary>A session that is open, with whose it is.</summary>
internal sealed class OpenSession
{
    public string Digest { get; set; } = "";
    public long PersonId { get; set; }
    public string Name { get; set; } = "";
    public bool MustChange { get; set; }
    public string How { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset SeenAt { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>A session as people see it.</summary>
/// <param name="Digest">Names it; what the cookie carries cannot be found from it.</param>
/// <param name="How"><c>password</c>, <c>code</c> (with a second factor), <c>oidc</c> or <c>token</c>.</param>
public sealed record SessionRow(string Digest, long PersonId, string Person, string How, DateTimeOffset CreatedAt, DateTimeOffset SeenAt, DateTimeOffset ExpiresAt, string? Address, string? Agent);

/// <summary>Where people are signed in: rows, so that a session holds on every node and ends on every node.</summary>
internal sealed class SessionStore(IDatabase database, AuditStore audit, TimeProvider time)
{
    public const string Token = "token", TokenPrefix = "hws_";
    public static readonly TimeSpan Idle = TimeSpan.FromHours(12), Longest = TimeSpan.FromDays(7), TokenLife = TimeSpan.FromHours(8);

    private const int MostOfOnePerson = 50;
    private const long Org = Organisation.Home;
    private static readonly TimeSpan SeenIsNoted = TimeSpan.FromMinutes(5);
    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal)
    {
        ["seen"] = new("s.seen_at", true), ["created"] = new("s.created_at", true), ["expires"] = new("s.expires_at"), ["person"] = new("LOWER(u.name)"),
    };

    /// <summary>Opens a session and records the sign-in.</summary>
    /// <returns>What the cookie (or the bearer) carries; it is kept nowhere.</returns>
    public async Task<string> OpenAsync(long person, string name, string how, string? address, string? agent, CancellationToken cancellationToken = default)
    {
        var token = TokenPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        await database.WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            await connection.ExecuteAsync("DELETE FROM session WHERE expires_at <= @now", new { now }, transaction);
            await connection.ExecuteAsync("""
                INSERT INTO session (digest, org_id, person_id, how, created_at, seen_at, expires_at, address, agent) VALUES (@digest, @Org, @person, @how, @now, @now, @expires, @address, @agent)
                """, new { digest = DigestOf(token), Org, person, how, now, expires = now + (how == Token ? TokenLife : Idle), address, agent = agent is { Length: > 300 } ? agent[..300] : agent }, transaction);
            // A script that signs in again and again must not fill the table.
            await connection.ExecuteAsync("DELETE FROM session WHERE digest IN (SELECT digest FROM session WHERE person_id = @person ORDER BY seen_at DESC, digest LIMIT 1000 OFFSET @MostOfOnePerson)", new { person, MostOfOnePerson }, transaction);
            await connection.ExecuteAsync("UPDATE user_account SET last_sign_in_at = @now WHERE id = @person", new { now, person }, transaction);
            await audit.AppendAsync(transaction, new AuditEntry(name, "user.signed-in", "user:" + name, how));
        }, cancellationToken: cancellationToken);
        return token;
    }

    /// <summary>The open session of an active person that this token opens.</summary>
    public async Task<OpenSession?> FindAsync(string token, CancellationToken cancellationToken)
    {
        if (token.Length is < 20 or > 100 || !token.StartsWith(TokenPrefix, StringComparison.Ordinal)) return null;
        var now = time.GetUtcNow();
        var found = await database.ReadAsync(connection => connection.QuerySingleOrDefaultAsync<OpenSession>("""
            SELECT s.digest, s.person_id, u.name, u.must_change, s.how, s.created_at, s.seen_at, s.expires_at FROM session s JOIN user_account u ON u.id = s.person_id
            WHERE s.digest = @digest AND s.org_id = @Org AND s.expires_at > @now AND u.active = 1
            """, new { digest = DigestOf(token), Org, now }), cancellationToken);
        if (found is null || found.How == Token || now - found.SeenAt < SeenIsNoted) return found;
        var expires = now + Idle < found.CreatedAt + Longest ? now + Idle : found.CreatedAt + Longest;
        try
        {
            await database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE session SET seen_at = @now, expires_at = @expires WHERE digest = @Digest", new { now, expires, found.Digest }, transaction), cancellationToken: cancellationToken);
        }
        catch (StorageException)
        {
            // A full disk is no reason to send people away who only read.
        }

        return found;
    }

    /// <summary>What a file of sessions has.</summary>
    public static readonly (string Name, Func<SessionRow, object?> Value)[] Columns =
    [
        ("person:person", s => s.Person), ("how:how", s => s.How), ("created:since", s => s.CreatedAt), ("seen:last seen", s => s.SeenAt), ("expires:ends", s => s.ExpiresAt), ("address:address", s => s.Address), ("agent:program", s => s.Agent),
    ];

    /// <summary>The sessions of one person, last seen first: all of them, which are at most <see cref="MostOfOnePerson"/>.</summary>
    public Task<IReadOnlyList<SessionRow>> OfPersonAsync(long person, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<SessionRow>>(async connection =>
        [.. (await connection.QueryAsync<Row>($"{Select} AND s.person_id = @person ORDER BY s.seen_at DESC, s.digest", new { Org, person, now = time.GetUtcNow() })).Select(r => r.ToRow())], cancellationToken);

    /// <summary>All open sessions. Sorts: seen, created, expires, person.</summary>
    /// <param name="person">Only this person's.</param>
    public Task<Page<SessionRow>> ListAsync(PageRequest request, long? person = null, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, Sorts, "seen", "s.digest");
        return database.ReadAsync(async connection =>
        {
            var pattern = Like.Containing(request.Filter);
            var filter = pattern is null ? "" : @" AND LOWER(u.name || ' ' || COALESCE(s.address, '') || ' ' || COALESCE(s.agent, '')) LIKE @pattern ESCAPE '\'";
            if (person is not null) filter += " AND s.person_id = @person";
            var parameters = new { Org, person, now = time.GetUtcNow(), pattern, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM session s JOIN user_account u ON u.id = s.person_id WHERE s.org_id = @Org AND s.expires_at > @now{filter}", parameters);
            var rows = (await connection.QueryAsync<Row>($"{Select.Replace("s.digest,", $"s.digest, {keyset.Expression} AS sort_key,", StringComparison.Ordinal)}{filter} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters)).AsList();
            var keys = rows.ToDictionary(r => r.Digest, r => r.SortKey!);
            return keyset.Page(rows.ConvertAll(r => r.ToRow()), total, r => (keys[r.Digest], r.Digest));
        }, cancellationToken);
    }

    /// <summary>Ends one session.</summary>
    /// <param name="of">Only when it is this person's; null for anyone's.</param>
    /// <returns>False when there is no such session.</returns>
    public Task<bool> EndAsync(string digest, long? of, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        var before = await AuditStore.StateAsync(transaction, "SELECT digest, person_id, how, created_at FROM session WHERE digest = @digest", new { digest });
        var person = await transaction.Connection!.QuerySingleOrDefaultAsync<long?>($"DELETE FROM session WHERE org_id = @Org AND digest = @digest{(of is null ? "" : " AND person_id = @of")} RETURNING person_id", new { Org, digest, of }, transaction);
        if (person is null) return false;
        var name = await transaction.Connection!.QuerySingleAsync<string>("SELECT name FROM user_account WHERE id = @person", new { person }, transaction);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, "session.ended", "user:" + name, before, null, new { session = digest[..Math.Min(12, digest.Length)] }));
        return true;
    }, cancellationToken: cancellationToken);

    /// <summary>Ends all sessions of a person.</summary>
    /// <param name="except">The digest of one that stays.</param>
    public Task<int> EndAllAsync(long person, string? except, string by, CancellationToken cancellationToken = default) => database.WriteAsync(async transaction =>
    {
        const string Open = "SELECT digest, how, created_at FROM session WHERE person_id = @person ORDER BY digest";
        var before = await AuditStore.StateAsync(transaction, Open, new { person });
        var ended = await EndAllAsync(transaction, person, except);
        var name = await transaction.Connection!.QuerySingleOrDefaultAsync<string>("SELECT name FROM user_account WHERE org_id = @Org AND id = @person", new { Org, person }, transaction);
        if (ended > 0) await audit.AppendAsync(transaction, AuditEntry.Change(by, "session.ended", "user:" + name, before, await AuditStore.StateAsync(transaction, Open, new { person }), new { ended }));
        return ended;
    }, cancellationToken: cancellationToken);

    /// <summary>Ends all sessions of a person in the transaction that is the reason; that one leaves the record.</summary>
    public static Task<int> EndAllAsync(DbTransaction transaction, long person, string? except) =>
        transaction.Connection!.ExecuteAsync("DELETE FROM session WHERE org_id = @Org AND person_id = @person AND digest <> @except", new { Org, person, except = except ?? "" }, transaction);

    private static string DigestOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private const string Select =
        "SELECT s.digest, s.person_id, u.name AS person, s.how, s.created_at, s.seen_at, s.expires_at, s.address, s.agent FROM session s JOIN user_account u ON u.id = s.person_id WHERE s.org_id = @Org AND s.expires_at > @now";

    private sealed class Row
    {
        public string Digest { get; set; } = "";
        public object? SortKey { get; set; }
        public long PersonId { get; set; }
        public string Person { get; set; } = "";
        public string How { get; set; } = "";
        public DateTimeOffset CreatedAt { get; set; }
        public DateTimeOffset SeenAt { get; set; }
        public DateTimeOffset ExpiresAt { get; set; }
        public string? Address { get; set; }
        public string? Agent { get; set; }

        public SessionRow ToRow() => new(Digest, PersonId, Person, How, CreatedAt, SeenAt, ExpiresAt, Address, Agent);
    }
}
