using Headwater.Server.Platform.Auth;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>What clients ask before they begin.</summary>
internal static class SystemApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/version", Version).AllowAnonymous().WithSummary("The version of the interface that is spoken here");
        api.MapPost("/v1/user/login", LoginAsync).AllowAnonymous().DisableAntiforgery().WithSummary("A bearer token for a user name and a password");
    }

    private static IResult Version()
    {
        var build = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        return TypedResults.Ok(new
        {
            version = DependencyTrackModule.CompatibleVersion, timestamp = build, uuid = DtUuid.OfVulnerability("application:" + DependencyTrackModule.CompatibleVersion), application = "Dependency-Track",
            framework = new { name = "Headwater", version = typeof(SystemApi).Assembly.GetName().Version?.ToString(3), timestamp = build, uuid = DtUuid.OfVulnerability("framework") },
        });
    }

    /// <summary>Whoever has a second factor sends its code in a third field, or, as a machine should, uses a key.</summary>
    private static async Task<IResult> LoginAsync(HttpContext http, Session session, [FromForm] string? username, [FromForm] string? password, [FromForm] string? code)
    {
        var result = await session.CheckAsync(http, username, password, SessionStore.Token, code);
        if (result.Outcome == SignInOutcome.Accepted) return TypedResults.Text(await session.OpenAsync(http, result.Account!, SessionStore.Token));
        if (result.Outcome != SignInOutcome.TooMany) return TypedResults.StatusCode(StatusCodes.Status401Unauthorized);
        http.Response.Headers.RetryAfter = Math.Ceiling(result.Wait.TotalSeconds).ToString("0");
        return DtRequest.Sentence(StatusCodes.Status429TooManyRequests, "Too many attempts. Wait five minutes.");
    }
}
