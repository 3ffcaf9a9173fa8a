using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Headwater.Server.Platform.Telemetry;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Headwater.Server.Platform.Auth.Oidc;

/// <summary>
/// Signing in at the identity provider: the code flow of OpenID Connect with PKCE (RFC 7636).
/// <code>
/// GET /session/oidc ──► provider (state, nonce, challenge) ──► GET /session/oidc/callback?code ──► token endpoint (verifier)
///        │ cookie: state, nonce, verifier, protected                     │ state fits the cookie            │
///        └───────────────────────────────────────────────────────────────┘            id_token checked ◄────┘ ──► person, groups, session
/// </code>
/// </summary>
internal sealed class OidcSignIn(OidcProvider? provider, OidcOptions? options, OidcStore people, Session session, IDataProtectionProvider protection, TimeProvider time, ILogger<OidcSignIn> log)
{
    public const string How = "oidc", StartPath = "/session/oidc";

    private const string CallbackPath = StartPath + "/callback", CookiePrefix = "hw-oidc-";
    private const int MostGroups = 1000;
    private static readonly TimeSpan FlowLife = TimeSpan.FromMinutes(15);
    private readonly ITimeLimitedDataProtector _flows = protection.CreateProtector("Headwater.Oidc.Flow").ToTimeLimitedDataProtector();

    public bool IsOffered => options is not null;

    public string? Label => options?.Label;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(StartPath, (HttpContext http, OidcSignIn oidc, string? returnUrl) => oidc.StartAsync(http, returnUrl)).AllowAnonymous().ExcludeFromDescription();
        app.MapGet(CallbackPath, (HttpContext http, OidcSignIn oidc) => oidc.FinishAsync(http)).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Where somebody is sent who signs out here and should be signed out there too.</summary>
    public async Task<string?> EndAddressAsync(HttpContext http)
    {
        if (provider is null) return null;
        try
        {
            return (await provider.MetadataAsync(http.RequestAborted)).EndSession is { } end
                ? QueryHelpers.AddQueryString(end.ToString(), new Dictionary<string, string?> { ["client_id"] = options!.ClientId, ["post_logout_redirect_uri"] = Own(http, AuthModule.SignInPath) }) : null;
        }
        catch (OidcException e)
        {
            log.ProviderFailed(e.Message);
            return null;
        }
    }

    private async Task<IResult> StartAsync(HttpContext http, string? returnUrl)
    {
        if (provider is null) return TypedResults.NotFound();
        try
        {
            var metadata = await provider.MetadataAsync(http.RequestAborted);
            var flow = new Flow(Word(), Word(), Word(), Ui.LocalPath.OrHome(returnUrl));
            // One cookie for each flow, so that two tabs do not disturb each other.
            http.Response.Cookies.Append(CookiePrefix + flow.State[..8], _flows.Protect(JsonSerializer.Serialize(flow), FlowLife), Cookie(http, FlowLife));
            return TypedResults.Redirect(QueryHelpers.AddQueryString(metadata.Authorization.ToString(), new Dictionary<string, string?>
            {
                ["response_type"] = "code", ["client_id"] = options!.ClientId, ["redirect_uri"] = Own(http, CallbackPath), ["scope"] = options.Scope, ["state"] = flow.State, ["nonce"] = flow.Nonce,
                ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(flow.Verifier))), ["code_challenge_method"] = "S256",
            }));
        }
        catch (OidcException e)
        {
            log.ProviderFailed(e.Message);
            return Back(http, "provider", returnUrl);
        }
    }

    private async Task<IResult> FinishAsync(HttpContext http)
    {
        if (provider is null) return TypedResults.NotFound();
        var query = http.Request.Query;
        if (FlowOf(http, query["state"].ToString()) is not { } flow) return Back(http, "stale", null);
        http.Response.Cookies.Delete(CookiePrefix + flow.State[..8], Cookie(http, null));
        try
        {
            if (query["error"].ToString() is { Length: > 0 } error) throw new OidcException($"The provider refused: {(error.Length < 100 ? error : "?")}");
            if (query["iss"].ToString() is { Length: > 0 } issuer && issuer != options!.Issuer) throw new OidcException("The answer is of another issuer."); // RFC 9207
            if (query["code"].ToString() is not { Length: > 0 and < 4096 } code) throw new OidcException("The provider sent no code.");
            var (token, access) = await provider.ExchangeAsync(code, flow.Verifier, Own(http, CallbackPath), http.RequestAborted);
            var claims = await IdToken.ReadAsync(token, options!, flow.Nonce, access, time.GetUtcNow(), (id, algorithm) => provider.KeyAsync(id, algorithm, http.RequestAborted));
            var person = await DescribeAsync(claims, access, http.RequestAborted);
            var (account, refusal) = await people.SignInAsync(person, options!.AutoCreate, http.RequestAborted);
            if (account is not null) return await SessionEndpoints.OpenAsync(http, session, account, How, flow.ReturnUrl);
            log.SignInRefused(person.Name);
            return Back(http, refusal!, flow.ReturnUrl);
        }
        catch (OidcException e)
        {
            log.ProviderFailed(e.Message);
            return Back(http, "provider", flow.ReturnUrl);
        }
    }

    private async Task<OidcPerson> DescribeAsync(JsonElement claims, string? access, CancellationToken cancellationToken)
    {
        var subject = OidcProvider.Text(claims, "sub")!;
        var sources = new List<JsonElement> { claims };
        var lacks = OidcProvider.Text(claims, options!.NameClaim) is null || !claims.TryGetProperty(options.GroupsClaim, out _) || OidcProvider.Text(claims, "name") is null;
        if (lacks && access is not null && (await provider!.MetadataAsync(cancellationToken)).UserInfo is { } address)
        {
            using var info = await provider.UserInfoAsync(address, access, cancellationToken);
            if (OidcProvider.Text(info.RootElement, "sub") != subject) throw new OidcException("The userinfo endpoint spoke of somebody else.");
            sources.Add(info.RootElement.Clone());
        }

        string? Claim(string name) => sources.Select(s => OidcProvider.Text(s, name)?.Trim()).FirstOrDefault(t => t is { Length: > 0 and <= 200 });
        var name = Claim(options.NameClaim) ?? Claim("email") ?? subject;
        var groups = sources.SelectMany(s => IdToken.Texts(s, options.GroupsClaim)).Select(g => g.Trim()).Where(g => g.Length is > 0 and <= 200).Distinct(StringComparer.Ordinal).Take(MostGroups).ToList();
        return new OidcPerson(subject, name, Claim("name"), Claim("email"), groups);
    }

    private Flow? FlowOf(HttpContext http, string state)
    {
        if (state.Length is < 8 or > 100 || _flows.TryUnprotect(http.Request.Cookies[CookiePrefix + state[..8]]) is not { } text) return null;
        var flow = JsonSerializer.Deserialize<Flow>(text);
        return flow is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(flow.State), Encoding.UTF8.GetBytes(state)) ? flow : null;
    }

    private static RedirectHttpResult Back(HttpContext http, string error, string? returnUrl) =>
        TypedResults.Redirect($"{http.Request.PathBase}{AuthModule.SignInPath}?error={error}&returnUrl={Uri.EscapeDataString(Ui.LocalPath.OrHome(returnUrl))}");

    private string Own(HttpContext http, string path) => (options?.PublicUrl ?? $"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}") + path;

    private static string Word() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    // Lax: the provider sends the browser back from another site.
    private static CookieOptions Cookie(HttpContext http, TimeSpan? age) => new() { HttpOnly = true, Secure = http.Request.IsHttps, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = age, IsEssential = true };

    private sealed record Flow(string State, string Nonce, string Verifier, string ReturnUrl);
}
