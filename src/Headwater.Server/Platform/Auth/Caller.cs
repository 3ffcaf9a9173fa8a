using System.Security.Claims;

namespace Headwater.Server.Platform.Auth;

/// <summary>Whoever sends the request, with what it may do and where. Put in place after authentication, before anything asks.</summary>
internal sealed class Caller(ClaimsPrincipal who, Access access) : ClaimsPrincipal(who)
{
    /// <summary>The part of the organisation to look at: as a query parameter of any list, or, for people, as a cookie.</summary>
    public const string ScopeParameter = "scope", ScopeCookie = "hw-scope";

    public Access Access { get; } = access;

    public static IApplicationBuilder Use(IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        if (http.User.Identity is { IsAuthenticated: true })
        {
            var store = http.RequestServices.GetRequiredService<AccessStore>();
            var access = await store.OfAsync(http.User, http.RequestAborted);
            if (await ChosenAsync(http, store, access) is { } chosen) access = access.Looking(chosen);
            http.User = new Caller(http.User, access);
        }

        await next(http);
    });

    /// <summary>A scope that does not exist and one that may not be seen are the same: asked for by name there is nothing in it, remembered it is forgotten.</summary>
    private static async Task<AccessPart?> ChosenAsync(HttpContext http, AccessStore store, Access access)
    {
        if (http.Request.Query[ScopeParameter].ToString() is { Length: > 0 } asked)
        {
            if (asked == "all") return null;
            return long.TryParse(asked, out var unit) && access.Viewer(Permissions.ViewPortfolio).Sees(unit) ? Chosen(await store.TreeAsync(http.RequestAborted), unit) : new AccessPart(Permissions.None, Viewer.Nothing, null);
        }

        if (http.User.Identity!.AuthenticationType != AuthModule.CookieScheme || !long.TryParse(http.Request.Cookies[ScopeCookie], out var kept)) return null;
        return access.Viewer(Permissions.ViewPortfolio).Sees(kept) && Chosen(await store.TreeAsync(http.RequestAborted), kept) is { Where.IsNothing: false } chosen ? chosen : null;
    }

    private static AccessPart Chosen(UnitTree tree, long unit) => new(Permissions.None, tree.Below(unit), unit);
}

internal static class PrincipalExtensions
{
    public static Access Access(this ClaimsPrincipal principal) => (principal as Caller)?.Access ?? Auth.Access.None;

    /// <summary>What the caller may do in at least one place.</summary>
    public static Permissions Permissions(this ClaimsPrincipal principal) => principal.Access().Anywhere;

    /// <summary>True when the principal has every one of the permissions, in at least one place each.</summary>
    public static bool May(this ClaimsPrincipal principal, Permissions all) => (principal.Access().Anywhere & all) == all;

    /// <summary>
    /// Everything that the caller may see (or, with another permission, may change). For single things, which are there or not whatever the
    /// caller has chosen to look at, and for what is written.
    /// </summary>
    public static Viewer Viewer(this ClaimsPrincipal principal, Permissions permission = Auth.Permissions.ViewPortfolio) => principal.Access().Viewer(permission);

    /// <summary>What lists, searches and numbers are about: what the caller may see, narrowed to the unit chosen in the top bar or by <c>?scope=</c>.</summary>
    public static Viewer InScope(this ClaimsPrincipal principal, Permissions permission = Auth.Permissions.ViewPortfolio) => principal.Access().InScope(permission);

    /// <summary>The name under which an act is recorded.</summary>
    public static string Actor(this ClaimsPrincipal principal) => principal.Identity?.Name ?? "anonymous";

    /// <summary>True for a person whose password was made up by the server and not changed since.</summary>
    public static bool MustChangePassword(this ClaimsPrincipal principal) => principal.HasClaim(Session.MustChangeClaim, "1");
}
