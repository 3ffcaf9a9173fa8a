using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Platform.Auth;

/// <summary>
/// The one place that says who someone is and what that allows. Every route needs a signed-in caller unless it says
/// <c>AllowAnonymous</c>; what else it needs it names with <see cref="Require{T}"/>.
/// </summary>
internal static class AuthModule
{
    public const string CookieScheme = CookieAuthenticationDefaults.AuthenticationScheme, KeyScheme = "Key";
    public const string SignInPath = "/sign-in";

    private const string Either = "Either";

    public static IServiceCollection AddAuth(this IServiceCollection services, DataFolder data)
    {
        services.AddDataProtection().SetApplicationName("Headwater").PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(data.Path, "keys")));
        services.AddSingleton<UserStore>().AddSingleton<ApiKeyStore>().AddSingleton<AccessStore>().AddSingleton<SignInThrottle>().AddSingleton<Session>();
        services.AddAuthentication(options => options.DefaultScheme = Either)
            .AddPolicyScheme(Either, null, options => options.ForwardDefaultSelector = http => KeyAuthentication.IsOffered(http.Request) && IsApi(http) ? KeyScheme : CookieScheme)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyScheme, null)
            .AddCookie(CookieScheme, options =>
            {
                options.Cookie.Name = "hw-session";
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.Cookie.HttpOnly = true;
                options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.ExpireTimeSpan = TimeSpan.FromHours(12);
                options.SlidingExpiration = true;
                options.LoginPath = SignInPath;
                options.ReturnUrlParameter = "returnUrl";
                options.Events.OnRedirectToLogin = context => Refuse(context, StatusCodes.Status401Unauthorized);
                options.Events.OnRedirectToAccessDenied = context => Refuse(context, StatusCodes.Status403Forbidden);
                options.Events.OnValidatePrincipal = StillValidAsync;
            });
        services.AddAntiforgery();
        services.AddAuthorization(options =>
        {
            options.FallbackPolicy = options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();
            foreach (var permission in PermissionNames.Each)
                options.AddPolicy(permission.Names().Single(), policy => policy.RequireAuthenticatedUser().RequireAssertion(context => context.User.May(permission)));
        });
        return services;
    }

    public static void MapAuth(this IEndpointRouteBuilder app)
    {
        app.MapPost("/session", SignInAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapPost("/session/end", SignOutAsync).ExcludeFromDescription();
        app.MapPost("/session/password", ChangePasswordAsync).ExcludeFromDescription();
    }

    /// <summary>The caller must have this permission (a single one), at least somewhere; where, its <see cref="Viewer"/> says.</summary>
    public static T Require<T>(this T builder, Permissions permission) where T : IEndpointConventionBuilder =>
        builder.RequireAuthorization(permission.Names().Single());

    /// <summary>
    /// A browser sends the session's cookie with any request, so whoever changes something by cookie must also show the token that only
    /// our own pages have, as a form field or in the header <c>RequestVerificationToken</c>. Keys need none: no browser adds them by itself.
    /// </summary>
    public static IApplicationBuilder UseCookieGuard(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        var safe = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsOptions(http.Request.Method);
        if (!safe && IsApi(http) && http.GetEndpoint()?.Metadata.GetMetadata<GuardsItself>() is null && http.User.Identity is { IsAuthenticated: true, AuthenticationType: CookieScheme })
        {
            try
            {
                await http.RequestServices.GetRequiredService<IAntiforgery>().ValidateRequestAsync(http);
            }
            catch (AntiforgeryValidationException)
            {
                await NotFromHere().ExecuteAsync(http);
                return;
            }
        }

        await next(http);
    });

    /// <summary>The answer to a request that a foreign page may have made.</summary>
    public static ProblemHttpResult NotFromHere() => Problems.Of(StatusCodes.Status400BadRequest, "The request did not come from a page of this server",
        "Reload the page and try again. A program sends an API key in X-Api-Key instead of a cookie.");

    /// <summary>For a route that takes large bodies: it checks the token itself while it reads, with <see cref="IsFromHereAsync"/>.</summary>
    internal sealed class GuardsItself;

    /// <summary>True when a token (a field of a form, say) is that of one of our own pages, or the caller is a program and needs none.</summary>
    public static async Task<bool> IsFromHereAsync(HttpContext http, string? token)
    {
        if (http.User.Identity?.AuthenticationType != CookieScheme) return true;
        if (!string.IsNullOrEmpty(token)) http.Request.Headers["RequestVerificationToken"] = token;
        else if (!http.Request.Headers.ContainsKey("RequestVerificationToken")) return false;
        return await http.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http);
    }

    public static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);

    private static Task Refuse(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (!IsApi(context.HttpContext) && status == StatusCodes.Status401Unauthorized) context.Response.Redirect(context.RedirectUri);
        else context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task StillValidAsync(CookieValidatePrincipalContext context)
    {
        var users = context.HttpContext.RequestServices.GetRequiredService<UserStore>();
        var account = await users.FindAsync(context.Principal?.Identity?.Name ?? "", context.HttpContext.RequestAborted);
        if (account is null || !context.Principal!.HasClaim(Session.StampClaim, account.Stamp))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieScheme);
        }
        else if (!context.Principal.HasClaim(Session.PersonClaim, account.Id.ToString()) || context.Principal.MustChangePassword() != account.MustChange)
        {
            context.ReplacePrincipal(Session.PrincipalOf(account, CookieScheme));
            context.ShouldRenew = true;
        }
    }

    private static async Task<RedirectHttpResult> SignInAsync(HttpContext http, Session session, [FromForm] string? name, [FromForm] string? password, [FromForm] string? returnUrl)
    {
        var (outcome, principal) = await session.CheckAsync(http, name, password, "form");
        var back = Local(returnUrl);
        if (outcome != SignInOutcome.Accepted)
        {
            var error = outcome == SignInOutcome.TooMany ? "too-many" : "refused";
            return TypedResults.Redirect($"{http.Request.PathBase}{SignInPath}?error={error}&returnUrl={Uri.EscapeDataString(back)}");
        }

        await http.SignInAsync(CookieScheme, principal!, new AuthenticationProperties { IsPersistent = false });
        return TypedResults.Redirect(WithBase(http, back));
    }

    private static async Task<RedirectHttpResult> SignOutAsync(HttpContext http, [FromForm] string? returnUrl)
    {
        await http.SignOutAsync(CookieScheme);
        return TypedResults.Redirect(http.Request.PathBase + SignInPath);
    }

    private static async Task<RedirectHttpResult> ChangePasswordAsync(HttpContext http, UserStore users, SignInThrottle throttle,
        [FromForm] string? current, [FromForm] string? fresh, [FromForm] string? again)
    {
        var account = await users.FindAsync(http.User.Identity?.Name ?? "", http.RequestAborted);
        string? error = null;
        if (account is null || !throttle.Begin("user:" + account.Name)) error = "too-many";
        else if (!Passwords.Verify(current ?? "", account.PasswordHash)) error = "wrong";
        else if (fresh is null || fresh.Length < UserStore.ShortestPassword || fresh.Length > 1024) error = "short";
        else if (fresh != again) error = "differs";
        if (error is not ("wrong" or "too-many")) throttle.Accepted("user:" + account!.Name);
        if (error is not null) return TypedResults.Redirect($"{http.Request.PathBase}/account/password?error={error}");
        await users.SetPasswordAsync(account!, fresh!, http.RequestAborted);
        var renewed = await users.FindAsync(account!.Name, http.RequestAborted);
        await http.SignInAsync(CookieScheme, Session.PrincipalOf(renewed!, CookieScheme));
        return TypedResults.Redirect($"{http.Request.PathBase}/account/password?done=1");
    }

    /// <summary>Only ever an address of this server, in none of the spellings of another's (<c>//x</c>, <c>/\x</c>).</summary>
    private static string Local(string? path) =>
        path is { Length: > 0 and < 2048 } && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && !path.Any(char.IsControl) ? path : "/";

    /// <summary>The return address may or may not carry the path prefix already.</summary>
    private static string WithBase(HttpContext http, string path) =>
        http.Request.PathBase.HasValue && !path.StartsWith(http.Request.PathBase.Value + "/", StringComparison.Ordinal) ? http.Request.PathBase + path : path;
}
