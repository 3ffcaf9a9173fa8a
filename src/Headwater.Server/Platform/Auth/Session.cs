using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Platform.Auth;

internal enum SignInOutcome
{
    Accepted,
    Refused,
    TooMany,
}

/// <summary>Signing people in: checks the password and makes the principal that a cookie or a bearer token then carries.</summary>
internal sealed class Session(UserStore users, SignInThrottle throttle, IDataProtectionProvider protection, ILogger<Session> log)
{
    public const string PersonClaim = "hw:person", StampClaim = "hw:stamp", MustChangeClaim = "hw:must-change";

    private static readonly TimeSpan TokenLife = TimeSpan.FromHours(8);
    private readonly ITimeLimitedDataProtector _tokens = protection.CreateProtector("Headwater.BearerToken").ToTimeLimitedDataProtector();

    public async Task<(SignInOutcome Outcome, ClaimsPrincipal? Principal)> CheckAsync(HttpContext http, string? name, string? password, string how)
    {
        var who = name?.Trim() ?? "";
        if (who.Length > 200) who = who[..200];
        var (user, address) = ("user:" + who, "address:" + http.Connection.RemoteIpAddress);
        if (!throttle.Begin(user, address)) return (SignInOutcome.TooMany, null);
        var account = await users.FindAsync(who, http.RequestAborted);
        if (password is not { Length: > 0 and <= 1024 } || !Passwords.Verify(password, account?.PasswordHash) || account is null)
        {
            log.SignInRefused(account?.Name ?? "(unknown)");
            await users.RecordSignInAsync(account?.Name ?? "(unknown)", false, how, http.RequestAborted);
            return (SignInOutcome.Refused, null);
        }

        throttle.Accepted(user, address);
        await users.RecordSignInAsync(account.Name, true, how, http.RequestAborted);
        return (SignInOutcome.Accepted, PrincipalOf(account, AuthModule.CookieScheme));
    }

    /// <summary>A bearer token for a principal of <see cref="CheckAsync"/>, valid for eight hours or until the password changes.</summary>
    public string TokenFor(ClaimsPrincipal principal) => _tokens.Protect($"{principal.FindFirstValue(StampClaim)}\n{principal.Identity!.Name}", TokenLife);

    public async Task<ClaimsPrincipal?> FromTokenAsync(string token, CancellationToken cancellationToken)
    {
        string[] parts;
        try
        {
            parts = _tokens.Unprotect(token).Split('\n', 2);
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or FormatException)
        {
            return null;
        }

        return await users.FindAsync(parts[1], cancellationToken) is { } account && account.Stamp == parts[0] ? PrincipalOf(account, AuthModule.KeyScheme) : null;
    }

    public static ClaimsPrincipal PrincipalOf(UserAccount account, string scheme) => new(new ClaimsIdentity(
    [
        new Claim(ClaimTypes.Name, account.Name),
        new Claim(PersonClaim, account.Id.ToString()),
        new Claim(StampClaim, account.Stamp),
        new Claim(MustChangeClaim, account.MustChange ? "1" : "0"),
    ], scheme));
}
