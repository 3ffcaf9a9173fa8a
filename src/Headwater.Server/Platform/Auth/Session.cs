using System.Security.Claims;
using Headwater.Server.Platform.Telemetry;
using Microsoft.AspNetCore.DataProtection;

namespace Headwater.Server.Platform.Auth;

internal enum SignInOutcome
{
    Accepted,
    Refused,
    TooMany,

    /// <summary>The password is right; the second factor is to come.</summary>
    NeedsCode,
}

/// <param name="Account">When accepted, or when a code is needed.</param>
/// <param name="Wait">When there were too many tries.</param>
internal sealed record SignInResult(SignInOutcome Outcome, UserAccount? Account = null, TimeSpan Wait = default);

/// <summary>Signing people in: checks what they know and have, and opens the session that a cookie or a bearer token then stands for.</summary>
internal sealed class Session(UserStore users, SessionStore sessions, SignInFailureStore failures, SecondFactor second, IDataProtectionProvider protection, ILogger<Session> log)
{
    public const string PersonClaim = "hw:person", MustChangeClaim = "hw:must-change", HowClaim = "hw:how";

    private const int LongestName = 200, LongestPassword = 1024;
    private static readonly TimeSpan CodeIsAwaited = TimeSpan.FromMinutes(5);
    private readonly ITimeLimitedDataProtector _half = protection.CreateProtector("Headwater.HalfSignedIn").ToTimeLimitedDataProtector();

    /// <summary>Checks name and password, and the code where one is needed and given.</summary>
    public async Task<SignInResult> CheckAsync(HttpContext http, string? name, string? password, string how, string? code = null)
    {
        var who = name?.Trim() ?? "";
        if (who.Length > LongestName) who = who[..LongestName];
        if (await ClosedAsync(http, who, how) is { } closed) return closed;
        var account = await users.FindAsync(who, http.RequestAborted);
        if (password is not { Length: > 0 and <= LongestPassword } || !Passwords.Verify(password, account?.PasswordHash) || account is not { Active: true }) return await RefusedAsync(http, account, how);
        if (Passwords.IsOutdated(account.PasswordHash)) await users.RehashAsync(account, password, http.RequestAborted);
        if (account.TotpSecret is not null)
        {
            // What was counted stays counted: a password that is known must not buy tries at the code.
            if (string.IsNullOrEmpty(code)) return new SignInResult(SignInOutcome.NeedsCode, account);
            if (!await second.AcceptAsync(account, code, http.RequestAborted)) return await RefusedAsync(http, account, how);
        }

        await failures.AcceptedAsync(who, http.Connection.RemoteIpAddress, http.RequestAborted);
        return new SignInResult(SignInOutcome.Accepted, account);
    }

    /// <summary>The second step of a sign-in that began with the right password.</summary>
    /// <param name="half">What <see cref="HalfOf"/> gave.</param>
    public async Task<SignInResult> CheckCodeAsync(HttpContext http, string? half, string? code)
    {
        var account = _half.TryUnprotect(half) is not { } id ? null : await users.FindAsync(long.Parse(id), http.RequestAborted);
        if (account is not { Active: true, TotpSecret: not null }) return new SignInResult(SignInOutcome.Refused);
        if (await ClosedAsync(http, account.Name, "code") is { } closed) return closed;
        if (code is not { Length: > 0 and < 100 } || !await second.AcceptAsync(account, code, http.RequestAborted)) return await RefusedAsync(http, account, "code");
        await failures.AcceptedAsync(account.Name, http.Connection.RemoteIpAddress, http.RequestAborted);
        return new SignInResult(SignInOutcome.Accepted, account);
    }

    /// <summary>Says for five minutes that somebody knew the password.</summary>
    public string HalfOf(UserAccount account) => _half.Protect(account.Id.ToString(), CodeIsAwaited);

    /// <summary>Opens a session for a person who was accepted.</summary>
    /// <param name="how"><c>password</c>, <c>code</c>, <c>oidc</c>, or <see cref="SessionStore.Token"/> for a bearer token.</param>
    /// <returns>What the cookie carries, or the bearer.</returns>
    public Task<string> OpenAsync(HttpContext http, UserAccount account, string how) =>
        sessions.OpenAsync(account.Id, account.Name, how, http.Connection.RemoteIpAddress?.ToString(), http.Request.Headers.UserAgent.ToString(), http.RequestAborted);

    /// <summary>Who a bearer token stands for.</summary>
    public async Task<ClaimsPrincipal?> FromTokenAsync(string token, CancellationToken cancellationToken) =>
        await sessions.FindAsync(token, cancellationToken) is { How: SessionStore.Token } open ? PrincipalOf(open, AuthModule.KeyScheme) : null;

    public static ClaimsPrincipal PrincipalOf(OpenSession open, string scheme) => new(new ClaimsIdentity(
    [
        new Claim(ClaimTypes.Name, open.Name),
        new Claim(ClaimTypes.NameIdentifier, open.Digest), // The token that guards forms is bound to this: it ends with the session.
        new Claim(PersonClaim, open.PersonId.ToString()),
        new Claim(HowClaim, open.How),
        new Claim(MustChangeClaim, open.MustChange ? "1" : "0"),
    ], scheme));

    private async Task<SignInResult?> ClosedAsync(HttpContext http, string name, string how)
    {
        if (await failures.BeginAsync(name, http.Connection.RemoteIpAddress, http.RequestAborted) is not { } closed) return null;
        if (closed.Now) await users.RecordRefusalAsync((await users.FindAsync(name, http.RequestAborted))?.Name ?? "(unknown)", "user.locked", how, http.RequestAborted);
        return new SignInResult(SignInOutcome.TooMany, Wait: closed.Wait);
    }

    private async Task<SignInResult> RefusedAsync(HttpContext http, UserAccount? account, string how)
    {
        var known = account?.Name ?? "(unknown)";
        log.SignInRefused(known);
        await users.RecordRefusalAsync(known, "user.sign-in-refused", how, http.RequestAborted);
        return new SignInResult(SignInOutcome.Refused);
    }
}

internal static class SessionPrincipalExtensions
{
    /// <summary>The person's id; null for a key.</summary>
    public static long? PersonId(this ClaimsPrincipal principal) => long.TryParse(principal.FindFirstValue(Session.PersonClaim), out var id) ? id : null;

    /// <summary>The digest of the session that the request came in.</summary>
    public static string? SessionDigest(this ClaimsPrincipal principal) => principal.FindFirstValue(ClaimTypes.NameIdentifier);
}
