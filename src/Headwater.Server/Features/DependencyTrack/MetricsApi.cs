using System.Globalization;
using System.Text.Json.Nodes;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>Numbers of a project and of all that is visible, now and by the day.</summary>
internal static class MetricsApi
{
    private const int MostDays = 3650;

    public static void Map(RouteGroupBuilder api)
    {
        var metrics = api.MapGroup("/v1/metrics");
        metrics.MapGet("/project/{uuid}/current", CurrentAsync).Require(Permissions.ViewPortfolio);
        metrics.MapGet("/project/{uuid}/refresh", RefreshAsync).Require(Permissions.PortfolioManagement);
        metrics.MapGet("/project/{uuid}/since/{date}", (HttpContext http, DependencyTrackStore store, DtMetricsStore days, TimeProvider time, string uuid, string date, CancellationToken cancellationToken) =>
            HistoryAsync(http, store, days, uuid, Since(date, time), cancellationToken)).Require(Permissions.ViewPortfolio);
        metrics.MapGet("/project/{uuid}/days/{count}", (HttpContext http, DependencyTrackStore store, DtMetricsStore days, TimeProvider time, string uuid, string count, CancellationToken cancellationToken) =>
            HistoryAsync(http, store, days, uuid, Back(count, time), cancellationToken)).Require(Permissions.ViewPortfolio);
        metrics.MapGet("/portfolio/current", async (HttpContext http, DtMetricsStore days, CancellationToken cancellationToken) =>
            TypedResults.Json(Portfolio(await days.PortfolioAsync(http.User.InScope(), cancellationToken)))).Require(Permissions.ViewPortfolio);
        metrics.MapGet("/portfolio/since/{date}", (HttpContext http, DtMetricsStore days, TimeProvider time, string date, CancellationToken cancellationToken) =>
            PortfolioHistoryAsync(http, days, Since(date, time), cancellationToken)).Require(Permissions.ViewPortfolio);
        metrics.MapGet("/portfolio/{count}/days", (HttpContext http, DtMetricsStore days, TimeProvider time, string count, CancellationToken cancellationToken) =>
            PortfolioHistoryAsync(http, days, Back(count, time), cancellationToken)).Require(Permissions.ViewPortfolio);
        // Numbers are made when something changes, so there is never anything left to refresh.
        metrics.MapGet("/portfolio/refresh", () => TypedResults.Ok()).Require(Permissions.PortfolioManagement);
    }

    private static async Task<IResult> CurrentAsync(HttpContext http, DependencyTrackStore store, string uuid, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        return await store.GetAsync(http.User.Viewer(), id, cancellationToken) is { } project ? TypedResults.Json(project.Metrics()) : DtRequest.ProjectMissing();
    }

    private static async Task<IResult> RefreshAsync(HttpContext http, DependencyTrackStore store, string uuid, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        if (await store.GetAsync(http.User.Viewer(), id, cancellationToken) is null) return DtRequest.ProjectMissing();
        return await store.GetAsync(http.User.Viewer(Permissions.PortfolioManagement), id, cancellationToken) is null ? DtRequest.ProjectForbidden() : TypedResults.Ok();
    }

    private static async Task<IResult> HistoryAsync(HttpContext http, DependencyTrackStore store, DtMetricsStore days, string uuid, long? since, CancellationToken cancellationToken)
    {
        if (!DtRequest.TryUuid(uuid, out var id)) return DtRequest.BadUuid();
        if (since is not { } from) return BadDate();
        if (await store.GetAsync(http.User.Viewer(), id, cancellationToken) is not { } project) return DtRequest.ProjectMissing();
        var logic = project.CollectionLogic;
        var written = logic == "NONE" ? await days.OfProjectAsync(project.Id, from, cancellationToken) : await days.OfCollectionAsync(http.User.Viewer(), project, from, cancellationToken);
        return TypedResults.Json(written.Select(d =>
        {
            var json = d.ToProject().Metrics();
            json["collectionLogic"] = logic;
            return json;
        }).ToList());
    }

    private static async Task<IResult> PortfolioHistoryAsync(HttpContext http, DtMetricsStore days, long? since, CancellationToken cancellationToken) =>
        since is { } from ? TypedResults.Json((await days.PortfolioSinceAsync(http.User.InScope(), from, cancellationToken)).Select(Portfolio).ToList()) : BadDate();

    private static JsonObject Portfolio(DtDay day)
    {
        var json = day.ToProject().Metrics();
        (json["projects"], json["vulnerableProjects"]) = (day.Projects, day.VulnerableProjects);
        return json;
    }

    private static IResult BadDate() => DtRequest.Sentence(StatusCodes.Status400BadRequest, "The specified date format is incorrect: YYYYMMDD is expected, or a number of days up to 3650.");

    /// <summary>The day, counted from 1970, that a date as <c>20260131</c> names.</summary>
    private static long? Since(string date, TimeProvider time) =>
        DateTimeOffset.TryParseExact(date, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? Math.Max(at.ToUnixTimeSeconds() / 86_400, Today(time) - MostDays) : null;

    private static long? Back(string days, TimeProvider time) => int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= MostDays ? Today(time) - count : null;

    private static long Today(TimeProvider time) => time.GetUtcNow().ToUnixTimeSeconds() / 86_400;
}
