using System.Globalization;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Platform.Ui;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Feeds;

/// <summary>The feeds for programs.</summary>
internal static class FeedsApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/feeds").WithTags("Feeds");
        api.MapGet("", StatusAsync).Produces<FeedStatus>().Require(Permissions.ViewVulnerability).WithSummary("The advisory data: what is loaded and how old it is; as a file, by ecosystem");
        api.MapGet("/warnings", async (FeedsModule feeds, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerWhole("feed-warnings", (await feeds.InTroubleAsync(cancellationToken)).Select(f => FeedWarning.Of(f, feeds.AgeOf(f))), Warned, cancellationToken)).Produces<IReadOnlyList<FeedWarning>>().Require(Permissions.ViewVulnerability).WithSummary("Feeds whose data is old, or whose last refresh failed; the header Headwater-Data-Warning says the same with every answer");
        api.MapGet("/sources", async (FeedStore store, FeedsModule feeds, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerWhole("feeds", (await store.ListAsync(cancellationToken)).Select(f => FeedView.Of(f, feeds.AgeOf(f))), Columns, cancellationToken)).Produces<IReadOnlyList<FeedView>>().Require(Permissions.FeedManagement).WithSummary("Where the data comes from, and how the last refresh went");
        api.MapPost("/sources", (HttpContext http, FeedStore store, OutgoingGuard guard, Localiser text, FeedBody body, bool? refresh, CancellationToken cancellationToken) => SaveAsync(http, store, guard, text, null, body, refresh, cancellationToken))
            .Require(Permissions.FeedManagement).WithSummary("Adds a feed, and refreshes it at once unless it is switched off or refresh=false");
        api.MapPut("/sources/{id:long}", (HttpContext http, FeedStore store, OutgoingGuard guard, Localiser text, long id, FeedBody body, bool? refresh, CancellationToken cancellationToken) => SaveAsync(http, store, guard, text, id, body, refresh, cancellationToken))
            .Require(Permissions.FeedManagement).WithSummary("Changes a feed, and refreshes it at once when it is switched on or comes from elsewhere now, unless refresh=false");
        api.MapDelete("/sources/{id:long}", async Task<Results<NoContent, NotFound>> (HttpContext http, FeedStore store, long id, CancellationToken cancellationToken) =>
            await store.RemoveAsync(id, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.FeedManagement).WithSummary("Takes a feed away with its data");
        api.MapPost("/sources/{id:long}/refresh", async Task<Results<Accepted<QueuedJob>, NotFound>> (HttpContext http, FeedStore store, long id, bool? everything, CancellationToken cancellationToken) =>
            await store.RefreshAsync(id, everything ?? false, http.User.Actor(), cancellationToken) is { } job ? TypedResults.Accepted((string?)null, new QueuedJob(job)) : TypedResults.NotFound())
            .Require(Permissions.FeedManagement).WithSummary("Refreshes a feed now; everything=true reads all of it again");
    }

    private static readonly (string Name, Func<FeedSource, object?> Value)[] Loaded = [("ecosystem", s => s.Ecosystem), ("records", s => s.Records), ("newest", s => s.NewestModified)];

    private static readonly (string Name, Func<FeedWarning, object?> Value)[] Warned = [("feed", w => w.Feed), ("kind", w => w.Kind), ("data of", w => w.AsOf), ("stale", w => w.Stale), ("failures", w => w.Failures)];

    private static readonly (string Name, Func<FeedView, object?> Value)[] Columns =
    [
        ("id", f => f.Id), ("name", f => f.Name), ("kind", f => f.Kind), ("source", f => f.Source), ("ecosystems", f => f.Ecosystems), ("every seconds", f => f.EverySeconds), ("daily at", f => f.DailyAt), ("enabled", f => f.Enabled), ("stale", f => f.Stale), ("old data", f => f.OldData), ("data of", f => f.AsOf),
        ("attempted", f => f.AttemptedAt), ("succeeded", f => f.SucceededAt), ("changed", f => f.ChangedAt), ("failures", f => f.Failures), ("error", f => f.Error), ("note", f => f.Note), ("records", f => f.Records), ("newest", f => f.Newest),
    ];

    private static async Task<IResult> StatusAsync(FeedsModule feeds, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        listing.RefuseAsNoList();
        return string.IsNullOrEmpty(listing.Format) ? TypedResults.Ok(await feeds.StatusAsync(cancellationToken)) : listing.AnswerWhole("advisory-data", feeds.Status().Sources, Loaded, cancellationToken);
    }

    private static async Task<Results<Ok<FeedView>, NotFound, ProblemHttpResult>> SaveAsync(HttpContext http, FeedStore store, OutgoingGuard guard, Localiser text, long? id, FeedBody body, bool? refresh, CancellationToken cancellationToken)
    {
        if (id is { } known && await store.GetAsync(known, cancellationToken) is null) return TypedResults.NotFound();
        if (body.ToInput() is not { } input) return Problems.Of(400, "The feed cannot be so", "Say kind (advisories, malicious, epss, kev), and either everySeconds (10 to 7948800) or dailyAt (HH:mm, UTC).");
        if (FeedCheck.Of(input, guard, out var detail) is { } wrong) return Problems.Of(400, "The feed cannot be so", detail ?? text[wrong.Key]);
        if (await (refresh == false ? store.SaveAsync(id, input, http.User.Actor(), cancellationToken) : store.SaveAndRefreshAsync(id, input, http.User.Actor(), cancellationToken)) is not { } saved) return Problems.Of(409, "The name is taken", text["feeds.nameTaken"]);
        var feed = (await store.GetAsync(saved, cancellationToken))!;
        return TypedResults.Ok(FeedView.Of(feed, http.RequestServices.GetRequiredService<FeedsModule>().AgeOf(feed)));
    }

    internal sealed record QueuedJob(long JobId);

    /// <param name="EverySeconds">Either this or <paramref name="DailyAt"/>.</param>
    internal sealed record FeedBody(string? Name, string? Kind, string? Source, string[]? Ecosystems, long? EverySeconds, string? DailyAt, bool? Enabled, int? StaleAfterHours)
    {
        public FeedInput? ToInput()
        {
            if (!Enum.TryParse<FeedKind>(Kind, true, out var kind) || !Enum.IsDefined(kind)) return null;
            var cadence = Cadence.Parse(EverySeconds?.ToString(CultureInfo.InvariantCulture), DailyAt);
            return cadence is null ? null : new FeedInput(Name?.Trim() ?? "", kind, Source?.Trim() ?? "", Ecosystems ?? [], cadence, Enabled ?? true, FeedCheck.Hours(StaleAfterHours));
        }
    }

    internal sealed record FeedView(
        long Id, string Name, string Kind, string Source, IReadOnlyList<string> Ecosystems, long? EverySeconds, string? DailyAt, bool Enabled, double? StaleAfterHours, bool Stale, bool OldData, DateTimeOffset? AsOf,
        DateTimeOffset? AttemptedAt, DateTimeOffset? SucceededAt, DateTimeOffset? ChangedAt, int Failures, string? Error, string? Note, int Records, DateTimeOffset? Newest)
    {
        public static FeedView Of(FeedRow f, FeedAge age) => new(f.Id, f.Name, f.Kind.ToString().ToLowerInvariant(), f.Source, f.Ecosystems, (long?)f.Cadence.Every?.TotalSeconds,
            f.Cadence.Daily?.ToString("HH:mm", CultureInfo.InvariantCulture), f.Enabled, f.StaleAfter?.TotalHours, age != FeedAge.Fresh, age == FeedAge.OldData, f.AsOf, f.AttemptedAt, f.SucceededAt, f.ChangedAt,
            f.Failures, f.Error, f.Note, f.Records, f.Newest);
    }
}
