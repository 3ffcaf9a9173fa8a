using System.Net;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>
/// Badges for README files. They take the key in the address, because an image cannot send a header; with <c>Headwater:DependencyTrack:AnonymousBadges</c> they
/// need none, and then tell everyone the numbers of every project.
/// </summary>
internal static class BadgeApi
{
    private const string Grey = "#6b7280", Green = "#2f855a", Red = "#b91c1c", Amber = "#b45309";

    public static void Map(WebApplication app, RouteGroupBuilder api)
    {
        var anonymous = app.Configuration.GetValue("Headwater:DependencyTrack:AnonymousBadges", false);
        foreach (var (kind, draw) in new (string, Func<DtProject, bool, IResult>)[] { ("vulns", Vulnerabilities), ("violations", (_, _) => Badge("policy violations", "no policies", Grey)) })
        {
            Guard(api.MapGet($"/v1/badge/{kind}/project/{{uuid}}", async (HttpContext http, DependencyTrackStore store, FeedsModule feeds, string uuid, CancellationToken cancellationToken) =>
                !DtRequest.TryUuid(uuid, out var id) ? DtRequest.BadUuid() : await DrawAsync(await store.GetAsync(Seen(http), id, cancellationToken), draw, feeds, cancellationToken)));
            Guard(api.MapGet($"/v1/badge/{kind}/project/{{name}}/{{version}}", async (HttpContext http, DependencyTrackStore store, FeedsModule feeds, string name, string version, CancellationToken cancellationToken) =>
                await DrawAsync(await store.LookupAsync(Seen(http), name, version, cancellationToken), draw, feeds, cancellationToken)));
        }

        void Guard(RouteHandlerBuilder badge)
        {
            if (anonymous) badge.AllowAnonymous();
            else badge.Require(Permissions.ViewBadges);
        }

        // Whoever shows a key sees what the key sees; only who shows none is everyone.
        Viewer Seen(HttpContext http) => anonymous && http.User.Identity is not { IsAuthenticated: true } ? Viewer.Everything : http.User.Viewer(Permissions.ViewBadges);
    }

    private static async Task<IResult> DrawAsync(DtProject? project, Func<DtProject, bool, IResult> draw, FeedsModule feeds, CancellationToken cancellationToken) => project is null ? DtRequest.ProjectMissing()
        : draw(project, (await feeds.WarningsAsync(cancellationToken)).Any(f => f.Kind is FeedKind.Advisories or FeedKind.Malicious));

    private static IResult Vulnerabilities(DtProject project, bool old) => project switch
    {
        { MetricsAt: null } => Badge("vulnerabilities", "not analysed", Grey),
        { Severities.Total: 0 } when project.Covered < project.Components => Badge("vulnerabilities", $"none known, {project.Components - project.Covered} unknown", Grey),
        { Severities.Total: 0 } => old ? Badge("vulnerabilities", "none known, by old data", Grey) : Badge("vulnerabilities", "none known", Green),
        _ => Badge("vulnerabilities", $"{project.Critical} critical, {project.High} high, {project.Medium + project.Low + project.Unassigned} other{(old ? ", by old data" : "")}", project.Critical + project.High > 0 ? Red : Amber),
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
