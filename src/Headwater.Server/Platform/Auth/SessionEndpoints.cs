using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Platform.Auth;

/// <summary>The forms of signing in and out. They answer with a redirection, so that they work without script.</summary>
internal static class SessionEndpoints
{
    private const string HalfCookie = "hw-half";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/session", SignInAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/session/code", CodeAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/session/end", SignOutAsync).ExcludeFromDescription();
        app.MapPost("/session/password", ChangePasswordAsync).ExcludeFromDescription();
        app.MapPost("/session/revoke", RevokeAsync).ExcludeFromDescription();
        app.MapGet(Api.Root + "/account/sessions", OwnAsync).Produces<IReadOnlyList<SessionRow>>().WithTags("Access").WithSummary("Where the caller is signed in; nowhere, for a key");
    }

    private static async Task<IResult> SignInAsync(HttpContext http, Session session, [FromForm] string? name, [FromForm] string? password, [FromForm] string? returnUrl)
    {
        var result = await session.CheckAsync(http, name, password, "password");
        var back = Ui.LocalPath.OrHome(returnUrl);
        if (result.Outcome == SignInOutcome.NeedsCode)
        {
            http.Response.Cookies.Append(HalfCookie, session.HalfOf(result.Account!), Half(http));
            return TypedResults.Redirect($"{http.Request.PathBase}{AuthModule.SignInPath}/code?returnUrl={Uri.EscapeDataString(back)}");
        }

        return result.Outcome == SignInOutcome.Accepted ? await OpenAsync(http, session, result.Account!, "password", back) : Refuse(http, result, AuthModule.SignInPath, back);
    }

    private static async Task<IResult> CodeAsync(HttpContext http, Session session, [FromForm] string? code, [FromForm] string? returnUrl)
    {
        var result = await session.CheckCodeAsync(http, http.Request.Cookies[HalfCookie], code);
        var back = Ui.LocalPath.OrHome(returnUrl);
        if (result.Outcome != SignInOutcome.Accepted) return Refuse(http, result, AuthModule.SignInPath + "/code", back);
        http.Response.Cookies.Delete(HalfCookie, Half(http));
        return await OpenAsync(http, session, result.Account!, "code", back);
    }

    // The field is of no use here; asking for it makes the framework hold the form's token against the session.
    private static async Task<IResult> SignOutAsync(HttpContext http, SessionStore sessions, Oidc.OidcSignIn oidc, [FromForm] string? returnUrl)
    {
        var elsewhere = http.User.FindFirst(Session.HowClaim)?.Value == Oidc.OidcSignIn.How ? await oidc.EndAddressAsync(http) : null;
        if (http.User.SessionDigest() is { } digest) await sessions.EndAsync(digest, http.User.PersonId(), http.User.Actor(), http.RequestAborted);
        SessionAuthentication.Clear(http);
        _ = returnUrl;
        return TypedResults.Redirect(elsewhere ?? http.Request.PathBase + AuthModule.SignInPath);
    }

    private static async Task<RedirectHttpResult> ChangePasswordAsync(HttpContext http, UserStore users, SignInFailureStore failures, [FromForm] string? current, [FromForm] string? fresh, [FromForm] string? again)
    {
        var account = await users.FindAsync(http.User.PersonId() ?? 0, http.RequestAborted);
        string? error = null;
        if (account is not { PasswordHash.Length: > 0 }) error = "elsewhere";
        else if (await failures.BeginAsync(account.Name, http.Connection.RemoteIpAddress, http.RequestAborted) is not null) error = "too-many";
        else if (!Passwords.Verify(current ?? "", account.PasswordHash)) error = "wrong";
        else if (fresh is null || fresh.Length < UserStore.ShortestPassword || fresh.Length > 1024) error = "short";
        else if (fresh != again) error = "differs";
        if (error is null or "short" or "differs") await failures.AcceptedAsync(account!.Name, http.Connection.RemoteIpAddress, http.RequestAborted);
        if (error is not null) return TypedResults.Redirect($"{http.Request.PathBase}/account/password?error={error}");
        await users.SetPasswordAsync(account!, fresh!, http.User.SessionDigest(), http.RequestAborted);
        return TypedResults.Redirect($"{http.Request.PathBase}/account/password?done=1");
    }

    private static Task<IResult> OwnAsync(HttpContext http, SessionStore sessions, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerArrayAsync("sessions",
        async (page, token) => http.User.PersonId() is { } person ? await sessions.ListAsync(page, person, token) : Page<SessionRow>.Empty, SessionStore.Columns, cancellationToken);

    /// <summary>Ends one of one's own sessions, or all but this one.</summary>
    private static async Task<RedirectHttpResult> RevokeAsync(HttpContext http, SessionStore sessions, [FromForm] string? session)
    {
        if (http.User.PersonId() is not { } person) return TypedResults.Redirect(http.Request.PathBase + "/");
        if (session == "others") await sessions.EndAllAsync(person, http.User.SessionDigest(), http.User.Actor(), http.RequestAborted);
        else if (session is not null) await sessions.EndAsync(session, person, http.User.Actor(), http.RequestAborted);
        return TypedResults.Redirect(http.Request.PathBase + "/account/sessions");
    }

    /// <summary>Whoever had a session here leaves it: two on one machine are one too many.</summary>
    public static async Task<RedirectHttpResult> OpenAsync(HttpContext http, Session session, UserAccount account, string how, string back)
    {
        if (http.User.SessionDigest() is { } before && http.User.PersonId() is { } person)
            await http.RequestServices.GetRequiredService<SessionStore>().EndAsync(before, person, http.User.Actor(), http.RequestAborted);
        SessionAuthentication.Write(http, await session.OpenAsync(http, account, how));
        return TypedResults.Redirect(WithBase(http, back));
    }

    private static RedirectHttpResult Refuse(HttpContext http, SignInResult result, string page, string back)
    {
        if (result.Outcome == SignInOutcome.TooMany) http.Response.Headers.RetryAfter = Math.Ceiling(result.Wait.TotalSeconds).ToString("0");
        var error = result.Outcome == SignInOutcome.TooMany ? $"too-many&wait={Math.Ceiling(result.Wait.TotalMinutes):0}" : "refused";
        return TypedResults.Redirect($"{http.Request.PathBase}{page}?error={error}&returnUrl={Uri.EscapeDataString(back)}");
    }

    private static CookieOptions Half(HttpContext http) => new() { HttpOnly = true, Secure = http.Request.IsHttps, SameSite = SameSiteMode.Strict, Path = "/", MaxAge = TimeSpan.FromMinutes(5), IsEssential = true };

    /// <summary>The return address may or may not carry the path prefix already.</summary>
    private static string WithBase(HttpContext http, string path) =>
        http.Request.PathBase.HasValue && !path.StartsWith(http.Request.PathBase.Value + "/", StringComparison.Ordinal) ? http.Request.PathBase + path : path;
}
