using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Options;

namespace Headwater.Server.Platform.Auth;

/// <summary>
/// Authenticates people by the cookie of their session. The cookie carries a random word and nothing else; what it opens stands in the database.
/// </summary>
internal sealed class SessionAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, SessionStore sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Plain = "hw-session", Hardened = "__Host-hw-session";

    public static string CookieName(HttpRequest request) => request.IsHttps ? Hardened : Plain;

    /// <summary>Gives the browser the cookie. It ends with the browser; the session itself ends in the database.</summary>
    public static void Write(HttpContext http, string token) => http.Response.Cookies.Append(CookieName(http.Request), token, Harden(http));

    public static void Clear(HttpContext http) => http.Response.Cookies.Delete(CookieName(http.Request), Harden(http));

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Cookies[CookieName(Request)] is not { Length: > 0 } token) return AuthenticateResult.NoResult();
        var open = await sessions.FindAsync(token, Context.RequestAborted);
        return open is null || open.How == SessionStore.Token ? AuthenticateResult.Fail("The session is over.")
            : AuthenticateResult.Success(new AuthenticationTicket(Session.PrincipalOf(open, Scheme.Name), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (AuthModule.IsApi(Context)) Response.StatusCode = StatusCodes.Status401Unauthorized;
        else Response.Redirect($"{Request.PathBase}{AuthModule.SignInPath}?returnUrl={Uri.EscapeDataString(Request.PathBase + Request.Path + Request.QueryString)}");
        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    // Lax, not Strict: whoever comes back from the identity provider or follows a link from a mail is still signed in.
    private static CookieOptions Harden(HttpContext http) => new() { HttpOnly = true, Secure = http.Request.IsHttps, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true };
}
