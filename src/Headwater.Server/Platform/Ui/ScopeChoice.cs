using Headwater.Server.Platform.Auth;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Platform.Ui;

/// <summary>The part of the organisation that a person has chosen to look at: kept in a cookie, so that every page and every link follows.</summary>
internal static class ScopeChoice
{
    /// <summary>Maps <c>POST /scope</c>, which the switch at the top of every page sends.</summary>
    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/scope", Choose).ExcludeFromDescription();

    /// <param name="unit">A unit's id; empty for everything. What may not be seen is not remembered.</param>
    private static RedirectHttpResult Choose(HttpContext http, [FromForm] string? unit, [FromForm] string? back)
    {
        var options = new CookieOptions { Path = "/", SameSite = SameSiteMode.Lax, HttpOnly = true, Secure = http.Request.IsHttps, MaxAge = TimeSpan.FromDays(30), IsEssential = true };
        if (long.TryParse(unit, out var id) && http.User.Viewer().Sees(id)) http.Response.Cookies.Append(Caller.ScopeCookie, id.ToString(), options);
        else http.Response.Cookies.Delete(Caller.ScopeCookie, options);
        return TypedResults.Redirect(http.Request.PathBase + WithoutScope(LocalPath.OrHome(back)));
    }

    /// <summary>What the address says comes before what is remembered: the choice must take it out to be seen. Cursors of another part's list lead nowhere.</summary>
    private static string WithoutScope(string path)
    {
        if (path.IndexOf('?', StringComparison.Ordinal) is not (>= 0 and var at)) return path;
        var query = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(path[at..]);
        var kept = query.Where(q => q.Key is not (Caller.ScopeParameter or "after" or "before")).SelectMany(q => q.Value, (q, value) => KeyValuePair.Create(q.Key, value));
        return path[..at] + QueryString.Create(kept);
    }
}
