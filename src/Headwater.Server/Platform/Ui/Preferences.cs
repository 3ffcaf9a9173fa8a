using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Platform.Ui;

/// <summary>How a person likes the pages: kept in cookies, so the first byte is already right and nothing flashes.</summary>
/// <param name="Theme"><c>light</c>, <c>dark</c> or, to follow the system, null.</param>
/// <param name="Density"><c>compact</c> or null.</param>
/// <param name="Navigation"><c>narrow</c> or null.</param>
internal sealed record Preferences(string? Theme, string? Density, string? Navigation)
{
    private static readonly Dictionary<string, string[]> Choices = new(StringComparer.Ordinal)
    {
        ["theme"] = ["light", "dark"], ["density"] = ["compact"], ["nav"] = ["narrow"],
    };

    /// <summary>The preferences that a request carries.</summary>
    public static Preferences Of(HttpContext? http) => new(Read(http, "theme"), Read(http, "density"), Read(http, "nav"));

    /// <summary>Maps <c>POST /preferences</c>: the way without script. With script the cookies are set in the browser.</summary>
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/preferences", Set).AllowAnonymous().ExcludeFromDescription();

    private static RedirectHttpResult Set(HttpContext http, [FromForm] string? theme, [FromForm] string? density, [FromForm] string? nav, [FromForm] string? back)
    {
        Write(http, "theme", theme);
        Write(http, "density", density);
        Write(http, "nav", nav);
        return TypedResults.Redirect(http.Request.PathBase + LocalPath.OrHome(back));
    }

    private static string? Read(HttpContext? http, string name) =>
        http?.Request.Cookies["hw-" + name] is { } value && Choices[name].Contains(value, StringComparer.Ordinal) ? value : null;

    private static void Write(HttpContext http, string name, string? value)
    {
        if (value is null) return;
        var options = new CookieOptions { Path = "/", SameSite = SameSiteMode.Lax, MaxAge = TimeSpan.FromDays(400), IsEssential = true };
        if (Choices[name].Contains(value, StringComparer.Ordinal)) http.Response.Cookies.Append("hw-" + name, value, options);
        else http.Response.Cookies.Delete("hw-" + name, options);
    }
}
