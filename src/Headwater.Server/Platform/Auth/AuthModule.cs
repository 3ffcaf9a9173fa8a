using Headwater.Server.Platform.Auth.Oidc;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Platform.Auth;

/// <summary>
/// The one place that says who someone is and what that allows. Every route needs a signed-in caller unless it says
/// <c>AllowAnonymous</c>; what else it needs it names with <see cref="Require{T}"/>.
/// </summary>
internal static class AuthModule
{
    public const string CookieScheme = "Cookies", KeyScheme = "Key";
    public const string SignInPath = "/sign-in";

    private const string Either = "Either";

    public static IServiceCollection AddAuth(this IServiceCollection services, DataFolder data, IConfiguration configuration)
    {
        services.AddDataProtection().SetApplicationName("Headwater").PersistKeysToFileSystem(Directory.CreateDirectory(Path.Combine(data.Path, "keys")));
        services.AddOptions<KeyManagementOptions>().Configure<IDatabase, TimeProvider>((keys, database, time) =>
        {
            if (database.IsShared) keys.XmlRepository = new ProtectionKeyStore(database, time);
        });
        services.AddSingleton(UserStore.Named).AddSingleton(ApiKeyStore.Named);
        services.AddSingleton<UserStore>().AddSingleton<ApiKeyStore>().AddSingleton<AccessStore>().AddSingleton<SignInFailureStore>().AddSingleton<SessionStore>().AddSingleton<SecondFactor>().AddSingleton<Session>();
        var oidc = OidcOptions.From(configuration);
        services.AddSingleton<OidcStore>().AddSingleton(s => new OidcSignIn(oidc is null ? null : new OidcProvider(oidc, OidcProvider.NewClient(), s.GetRequiredService<TimeProvider>()), oidc,
            s.GetRequiredService<OidcStore>(), s.GetRequiredService<Session>(), s.GetRequiredService<IDataProtectionProvider>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<OidcSignIn>>()));
        services.AddAuthentication(options => options.DefaultScheme = Either)
            .AddPolicyScheme(Either, null, options => options.ForwardDefaultSelector = http => KeyAuthentication.IsOffered(http.Request) && IsApi(http) ? KeyScheme : CookieScheme)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyScheme, null)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(CookieScheme, null);
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
        SessionEndpoints.Map(app);
        OidcSignIn.Map(app);
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

    /// <summary>True for what programs call; all else is for people.</summary>
    public static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || http.Request.Path.StartsWithSegments("/scim", StringComparison.OrdinalIgnoreCase);
}
