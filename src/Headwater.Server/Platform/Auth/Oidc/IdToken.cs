using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Headwater.Server.Platform.Auth.Oidc;

/// <summary>Reads and checks an identity token (OpenID Connect Core 1.0, section 3.1.3.7).</summary>
internal static class IdToken
{
    private const int Longest = 64 * 1024;
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <summary>The claims of a token that is the provider's word about this sign-in.</summary>
    /// <param name="keyOf">Finds the provider's key by name and algorithm.</param>
    /// <param name="accessToken">Given with it, to be held against <c>at_hash</c>.</param>
    /// <exception cref="OidcException">It is not; the message says why.</exception>
    public static async Task<JsonElement> ReadAsync(string token, OidcOptions options, string nonce, string? accessToken, DateTimeOffset now, Func<string?, string, Task<OidcKey?>> keyOf)
    {
        var parts = token.Split('.');
        if (token.Length > Longest || parts.Length != 3 || !parts.All(p => p.Length > 0 && Base64Url.IsValid(p))) throw new OidcException("The id_token is not a signed token.");
        var (header, claims) = (Json(parts[0]), Json(parts[1]));
        var algorithm = OidcProvider.Text(header, "alg");
        if (algorithm is not ("RS256" or "ES256")) throw new OidcException($"The id_token is signed with {algorithm}; RS256 and ES256 are taken.");
        if (header.TryGetProperty("crit", out _)) throw new OidcException("The id_token has critical extensions that are not known here.");
        var key = await keyOf(OidcProvider.Text(header, "kid"), algorithm) ?? throw new OidcException("The id_token is signed with a key that the provider does not publish.");
        if (!key.Verify(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]))) throw new OidcException("The signature of the id_token is wrong.");

        if (OidcProvider.Text(claims, "iss") != options.Issuer) throw new OidcException("The id_token is of another issuer.");
        var audience = Texts(claims, "aud");
        var authorised = OidcProvider.Text(claims, "azp");
        if (!audience.Contains(options.ClientId) || (audience.Count > 1 && authorised is null) || (authorised is not null && authorised != options.ClientId)) throw new OidcException("The id_token is for somebody else.");
        if (Moment(claims, "exp") is not { } expires || expires + Skew <= now) throw new OidcException("The id_token has expired.");
        if (Moment(claims, "iat") is not { } issued || issued - Skew > now) throw new OidcException("The id_token is from the future; check the clocks.");
        if (Moment(claims, "nbf") is { } from && from - Skew > now) throw new OidcException("The id_token is not valid yet; check the clocks.");
        if (OidcProvider.Text(claims, "nonce") is not { } said || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(said), Encoding.UTF8.GetBytes(nonce))) throw new OidcException("The id_token answers another sign-in.");
        if (OidcProvider.Text(claims, "sub") is not { Length: > 0 and <= 255 }) throw new OidcException("The id_token does not say whom it is about.");
        if (accessToken is not null && OidcProvider.Text(claims, "at_hash") is { } half && half != Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16)))
            throw new OidcException("The access token does not belong to the id_token.");
        return claims;
    }

    /// <summary>A claim that is one text or a list of them.</summary>
    public static IReadOnlyList<string> Texts(JsonElement claims, string name) => !claims.TryGetProperty(name, out var value) ? [] : value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => [.. value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)],
        _ => [],
    };

    private static JsonElement Json(string part)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new OidcException("The id_token is not made of objects.");
        }
        catch (JsonException e)
        {
            throw new OidcException("The id_token cannot be read.", e);
        }
    }

    private static DateTimeOffset? Moment(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is > 0 and < 253_402_300_000 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;
}
