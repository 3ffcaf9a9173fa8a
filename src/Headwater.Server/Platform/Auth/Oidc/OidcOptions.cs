namespace Headwater.Server.Platform.Auth.Oidc;

/// <summary>The identity provider that people sign in at, as the operator configured it (<c>Headwater:Oidc:…</c>).</summary>
/// <param name="Issuer">The address that its discovery document stands below, without a slash at the end where it has none.</param>
/// <param name="ClientSecret">Null for a public client; PKCE is used either way.</param>
/// <param name="Hosts">Other hosts that the issuer's document may send us to; by default only the issuer itself is ever called.</param>
/// <param name="NameClaim">The claim that is the person's name here.</param>
/// <param name="AutoCreate">Whether somebody whom nobody announced gets an account at the first sign-in.</param>
/// <param name="Label">What the button says.</param>
internal sealed record OidcOptions(string Issuer, string ClientId, string? ClientSecret, string Scope, IReadOnlyList<string> Hosts, string NameClaim, string GroupsClaim, bool AutoCreate, string? Label, string? PublicUrl)
{
    /// <summary>Null when there is no provider.</summary>
    /// <exception cref="InvalidOperationException">The settings cannot be right.</exception>
    public static OidcOptions? From(IConfiguration configuration)
    {
        var part = configuration.GetSection("Headwater:Oidc");
        if (part["Issuer"] is not { Length: > 0 } issuer) return null;
        if (!Uri.TryCreate(issuer, UriKind.Absolute, out var address) || !IsSafe(address)) throw new InvalidOperationException($"Headwater:Oidc:Issuer must be an https address (http only on this machine); it is {issuer}.");
        if (part["ClientId"] is not { Length: > 0 } client) throw new InvalidOperationException("Headwater:Oidc:ClientId is missing: the name under which the identity provider knows this server.");
        var scope = part["Scope"] ?? "openid profile email";
        if (!scope.Split(' ').Contains("openid")) throw new InvalidOperationException("Headwater:Oidc:Scope must contain openid.");
        return new OidcOptions(issuer, client, part["ClientSecret"] is { Length: > 0 } secret ? secret : null, scope, (part["Hosts"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            part["NameClaim"] ?? "preferred_username", part["GroupsClaim"] ?? "groups", part.GetValue("AutoCreate", true), part["Label"], configuration["Headwater:PublicUrl"]?.TrimEnd('/'));
    }

    public Uri Authority => new(Issuer);

    /// <summary>True for an address that this server may call on the word of the issuer.</summary>
    public bool MayCall(Uri address) => IsSafe(address) && (address.Authority == Authority.Authority || Hosts.Contains(address.Host, StringComparer.OrdinalIgnoreCase));

    private static bool IsSafe(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);
}
