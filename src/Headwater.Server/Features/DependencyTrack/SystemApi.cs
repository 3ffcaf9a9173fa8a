using System.Net;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.Mvc;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>What clients ask before they begin, and badges.</summary>
internal static class SystemApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/version", Version).AllowAnonymous().WithSummary("The version of the interface that is spoken here");
        api.MapPost("/v1/user/login", LoginAsync).AllowAnonymous().DisableAntiforgery().WithSummary("A bearer token for a user name and a password");
        api.MapGet("/v1/team/self", Self);
        api.MapGet("/v1/badge/vulns/project/{uuid}", BadgeAsync).Require(Permissions.ViewBadges);
        api.MapGet("/v1/badge/vulns/project/{name}/{version}", BadgeByNameAsync).Require(Permissions.ViewBadges);
        api.MapGet("/v1/badge/violations/project/{uuid}", ViolationsBadgeAsync).Require(Permissions.ViewBadges);
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

    private static IResult Self(HttpContext http)
    {
        if (http.User.FindFirst(KeyAuthentication.KeyUuidClaim)?.Value is not { } uuid) return DtRequest.Sentence(StatusCodes.Status400BadRequest, "Only an API key has a team.");
        var comment = http.User.FindFirst(System.Security.Claims.ClaimTypes.Surname)?.Value;
        return TypedResults.Ok(new { uuid, name = string.IsNullOrEmpty(comment) ? http.User.Actor() : comment, permissions = (http.User.Permissions() & Permissions.Compatible).Names().Select(name => new { name }) });
    }

    private static async Task<IResult> BadgeAsync(HttpContext http, DependencyTrackStore store, string uuid, CancellationToken cancellationToken) =>
        !DtRequest.TryUuid(uuid, out var id) ? DtRequest.BadUuid() : await store.GetAsync(http.User.Viewer(Permissions.ViewBadges), id, cancellationToken) is { } project ? Vulnerabilities(project) : DtRequest.ProjectMissing();

    private static async Task<IResult> BadgeByNameAsync(HttpContext http, DependencyTrackStore store, string name, string version, CancellationToken cancellationToken) =>
        await store.LookupAsync(http.User.Viewer(Permissions.ViewBadges), name, version, cancellationToken) is { } project ? Vulnerabilities(project) : DtRequest.ProjectMissing();

    private static async Task<IResult> ViolationsBadgeAsync(HttpContext http, DependencyTrackStore store, string uuid, CancellationToken cancellationToken) =>
        !DtRequest.TryUuid(uuid, out var id) ? DtRequest.BadUuid() : await store.GetAsync(http.User.Viewer(Permissions.ViewBadges), id, cancellationToken) is null ? DtRequest.ProjectMissing() : Badge("policy violations", "no policies", "#6b7280");

    private static IResult Vulnerabilities(DtProject project) => project switch
    {
        { MetricsAt: null } => Badge("vulnerabilities", "not analysed", "#6b7280"),
        { Severities.Total: 0 } when project.Covered < project.Components => Badge("vulnerabilities", $"none known, {project.Components - project.Covered} unknown", "#6b7280"),
        { Severities.Total: 0 } => Badge("vulnerabilities", "none known", "#2f855a"),
        _ => Badge("vulnerabilities", $"{project.Critical} critical, {project.High} high, {project.Medium + project.Low + project.Unassigned} other", project.Critical + project.High > 0 ? "#b91c1c" : "#b45309"),
    };

    private static IResult Badge(string label, string value, string colour)
    {
        var (left, right) = (12 + (label.Length * 7), 12 + (value.Length * 7));
        (label, value) = (WebUtility.HtmlEncode(label), WebUtility.HtmlEncode(value));
        return TypedResults.Text($"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{label}: {value}"><title>{label}: {value}</title>
            <rect width="{left}" height="20" rx="3" fill="#374151"/><rect x="{left}" width="{right}" height="20" rx="3" fill="{colour}"/><rect x="{left - 3}" width="6" height="20" fill="{colour}"/>
            <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle"><text x="{left / 2}" y="14">{label}</text><text x="{left + (right / 2)}" y="14">{value}</text></g></svg>
            """, "image/svg+xml");
    }
}
