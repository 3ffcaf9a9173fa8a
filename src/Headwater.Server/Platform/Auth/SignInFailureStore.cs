using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Auth;

/// <summary>
/// Slows down guessing: after some refusals within five minutes for a name or an address, further tries are refused unread until the window
/// has passed, on every node. A try counts as refused from its beginning until it is accepted, so that many at once are no way around; and a
/// name counts whether somebody has it or not, so that being told to wait tells nothing.
/// </summary>
internal sealed class SignInFailureStore(IDatabase database, TimeProvider time)
{
    public const int AllowedForName = 5, AllowedForAddress = 25;
    private const int Remembered = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    // What is closed anyway need not ask the database, so that a flood costs nothing.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _closed = new(StringComparer.Ordinal);

    /// <summary>Counts a try; <see cref="AcceptedAsync"/> takes it back.</summary>
    /// <returns>Null when it may be looked at; else how long to wait, and whether this is the try that closed the door.</returns>
    public async Task<(TimeSpan Wait, bool Now)?> BeginAsync(string name, IPAddress? address, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (subject, allowed) in ((string, int)[])[(OfAddress(address), AllowedForAddress), (OfName(name), AllowedForName)])
        {
            if (_closed.TryGetValue(subject, out var until) && until > now) return (until - now, false);
            var (failures, since) = await CountAsync(subject, now, cancellationToken);
            if (failures <= allowed) continue;
            if (_closed.Count > Remembered) _closed.Clear();
            _closed[subject] = since + Window;
            return (since + Window - now, failures == allowed + 1);
        }

        return null;
    }

    /// <summary>Counts what somebody sends whom nobody knows, as from one address: as slow as guessing a name is made, and counted by itself, because many share an address whose sign-in it must not close.</summary>
    /// <param name="door">Where it is sent to.</param>
    /// <returns>Whether it may be taken.</returns>
    public async Task<bool> MaySendAsync(string door, IPAddress? address, CancellationToken cancellationToken)
    {
        var (subject, now) = (Digest($"{door} from {Address(address)}"), time.GetUtcNow());
        if (_closed.TryGetValue(subject, out var until) && until > now) return false;
        var (sent, since) = await CountAsync(subject, now, cancellationToken);
        if (sent <= AllowedForName) return true;
        if (_closed.Count > Remembered) _closed.Clear();
        _closed[subject] = since + Window;
        return false;
    }

    /// <summary>Forgets what was counted for a name; of the address, which has many names, only the one try.</summary>
    public async Task AcceptedAsync(string name, IPAddress? address, CancellationToken cancellationToken)
    {
        _closed.TryRemove(OfName(name), out _);
        await database.WriteAsync(async transaction =>
        {
            await transaction.Connection!.ExecuteAsync("DELETE FROM sign_in_failure WHERE subject = @subject", new { subject = OfName(name) }, transaction);
            await transaction.Connection!.ExecuteAsync("UPDATE sign_in_failure SET failures = failures - 1 WHERE subject = @subject AND failures > 0", new { subject = OfAddress(address) }, transaction);
        }, cancellationToken: cancellationToken);
    }

    /// <summary>Until when a name has to wait; null when it has not.</summary>
    public Task<DateTimeOffset?> ClosedUntilAsync(string name, CancellationToken cancellationToken) => database.ReadAsync(async connection =>
    {
        var since = await connection.QuerySingleOrDefaultAsync<long?>("SELECT since FROM sign_in_failure WHERE subject = @subject AND failures >= @allowed", new { subject = OfName(name), allowed = AllowedForName });
        return since is { } at && DateTimeOffset.FromUnixTimeMilliseconds(at) + Window is var until && until > time.GetUtcNow() ? until : (DateTimeOffset?)null;
    }, cancellationToken);

    /// <summary>Lets a name in again at once.</summary>
    public Task OpenAsync(string name, CancellationToken cancellationToken)
    {
        _closed.TryRemove(OfName(name), out _);
        return database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("DELETE FROM sign_in_failure WHERE subject = @subject", new { subject = OfName(name) }, transaction), cancellationToken: cancellationToken);
    }

    private Task<(long Failures, DateTimeOffset Since)> CountAsync(string subject, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var past = now - Window;
        await transaction.Connection!.ExecuteAsync("DELETE FROM sign_in_failure WHERE since <= @past", new { past }, transaction);
        var (failures, since) = await transaction.Connection!.QuerySingleAsync<(long, long)>("""
            INSERT INTO sign_in_failure (subject, failures, since) VALUES (@subject, 1, @now)
            ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failure.failures + 1 RETURNING failures, since
            """, new { subject, now }, transaction);
        return (failures, DateTimeOffset.FromUnixTimeMilliseconds(since));
    }, cancellationToken: cancellationToken);

    private static string OfName(string name) => Digest("name:" + name.ToLowerInvariant());

    private static string OfAddress(IPAddress? address) => Digest("address:" + Address(address));

    /// <summary>Whoever has one address of IPv6 has 2^64 of them.</summary>
    private static string Address(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        return Convert.ToHexString(address.AddressFamily == AddressFamily.InterNetworkV6 ? bytes.AsSpan(0, 8) : bytes);
    }

    /// <summary>People type passwords where names belong, so neither is kept as it is.</summary>
    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
