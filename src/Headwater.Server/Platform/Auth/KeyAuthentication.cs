using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Headwater.Server.Platform.Auth;

/// <summary>The shape of API keys: <c>hw_</c>, eight characters to find it by, an underscore, 32 secret characters. Only a hash of the whole is kept.</summary>
internal static class ApiKeyFormat
{
    /// <summary>What every key begins with.</summary>
    public const string Prefix = "hw_";

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static (string PublicId, string Key) Create()
    {
        var publicId = RandomNumberGenerator.GetString(Alphabet, 8);
        return (publicId, $"{Prefix}{publicId}_{RandomNumberGenerator.GetString(Alphabet, 32)}");
    }

    /// <summary>The secret has 190 bits of its own, so a plain hash cannot be searched back and a slow one would only cost every request.</summary>
    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public static bool TryGetPublicId(string key, out string publicId)
    {
        publicId = key.Length == 44 && key.StartsWith(Prefix, StringComparison.Ordinal) && key[11] == '_' ? key.Substring(3, 8) : "";
        return publicId.Length > 0;
    }
}

/// <summary>Authenticates machines: <c>X-Api-Key</c>, or <c>Authorization: Bearer</c> with a key or a session token.</summary>
internal sealed class KeyAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    ApiKeyStore keys, Session session, TimeProvider time) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Header = "X-Api-Key", QueryParameter = "apiKey", KeyUuidClaim = "hw:key";
    public const string PermissionsClaim = "hw:permissions", UnitClaim = "hw:unit", MakerClaim = "hw:maker";

    private static readonly TimeSpan UseIsNoted = TimeSpan.FromMinutes(5);

    public static bool IsOffered(HttpRequest request) =>
        request.Headers.ContainsKey(Header) || request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || OfferedInQuery(request);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var offered = Request.Headers[Header].ToString();
        if (offered.Length == 0 && Request.Headers.Authorization.ToString() is var bearer && bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) offered = bearer[7..];
        if (offered.Length == 0 && OfferedInQuery(Request)) offered = Request.Query[QueryParameter].ToString();
        offered = offered.Trim();
        if (offered.Length is 0 or > 4096) return AuthenticateResult.NoResult();
        var principal = ApiKeyFormat.TryGetPublicId(offered, out var publicId) ? await FromKeyAsync(publicId, offered) : await session.FromTokenAsync(offered, Context.RequestAborted);
        return principal is null ? AuthenticateResult.Fail("Unknown key.") : AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
    }

    /// <summary>The body stays empty: that is what clients of the compatible API expect.</summary>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    /// <summary>Only badges take a key in the address, which lands in logs and histories.</summary>
    private static bool OfferedInQuery(HttpRequest request) =>
        request.Path.StartsWithSegments("/api/v1/badge", StringComparison.OrdinalIgnoreCase) && request.Query.ContainsKey(QueryParameter);

    private async Task<ClaimsPrincipal?> FromKeyAsync(string publicId, string offered)
    {
        var row = await keys.FindAsync(publicId, Context.RequestAborted);
        if (row is null || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(ApiKeyFormat.Hash(offered)), Encoding.ASCII.GetBytes(row.Hash))) return null;
        var now = time.GetUtcNow();
        if (row.ExpiresAt <= now) return null;
        if (row.LastUsedAt is null || now - row.LastUsedAt > UseIsNoted)
        {
            try
            {
                await keys.NoteUseAsync(row.Id, now, Context.RequestAborted);
            }
            catch (StorageException)
            {
                // A full disk is no reason to refuse those who only read; whoever writes is told.
            }
        }

        var identity = new ClaimsIdentity(
        [
            new Claim(ClaimTypes.Name, $"key:{publicId}"),
            new Claim(ClaimTypes.Surname, row.Comment),
            new Claim(KeyUuidClaim, row.Uuid),
            new Claim(PermissionsClaim, row.Permissions.ToString()),
            new Claim(UnitClaim, row.UnitId.ToString()),
        ], Scheme.Name);
        if (row.PersonId is { } maker) identity.AddClaim(new Claim(MakerClaim, maker.ToString()));
        return new ClaimsPrincipal(identity);
    }
}
