using Headwater.Server.Platform.Auth;
using Microsoft.AspNetCore.Authorization;

namespace Headwater.Server.Features.Feeds;

/// <summary>Says with every answer that may be made from findings that the data behind them is old, or could not be refreshed: a header, and never a failure.</summary>
internal static class FeedWarnings
{
    public const string Header = "Headwater-Data-Warning";

    private static readonly HashSet<string> Judged = [.. (Permissions.ViewVulnerability | Permissions.ViewPortfolio | Permissions.ViewBadges).Names()];

    public static void Use(WebApplication app) => app.Use((http, next) =>
    {
        if (AuthModule.IsApi(http)) http.Response.OnStarting(WriteAsync, http);
        return next(http);
    });

    /// <summary>For one feed, as <c>stale; feed="OSV"; as-of="2026-11-01T00:00:00Z"</c>; the name percent-encoded, since headers hold little else than letters.</summary>
    private static string Text(FeedRow feed, FeedAge age) =>
        $"{(age != FeedAge.Fresh ? "stale" : "failing")}; feed=\"{Uri.EscapeDataString(feed.Name)}\"" + (feed.AsOf is { } at ? $"; as-of=\"{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\"" : "");

    private static async Task WriteAsync(object state)
    {
        var http = (HttpContext)state;
        if (http.Response.StatusCode != StatusCodes.Status200OK || http.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy is { } policy && Judged.Contains(policy)) is not true) return;
        var feeds = http.RequestServices.GetRequiredService<FeedsModule>();
        var warnings = await feeds.WarningsAsync(http.RequestAborted);
        if (warnings.Count > 0) http.Response.Headers[Header] = warnings.Take(10).Select(f => Text(f, feeds.AgeOf(f))).ToArray();
    }
}

/// <summary>A feed whose data is old, or that fails. Why it fails is for those who look after feeds.</summary>
/// <param name="AsOf">The moment of which the data is; null when none came yet.</param>
internal sealed record FeedWarning(string Feed, string Kind, DateTimeOffset? AsOf, bool Stale, int Failures)
{
    public static FeedWarning Of(FeedRow feed, FeedAge age) => new(feed.Name, feed.Kind.ToString().ToLowerInvariant(), feed.AsOf, age != FeedAge.Fresh, feed.Failures);
}
