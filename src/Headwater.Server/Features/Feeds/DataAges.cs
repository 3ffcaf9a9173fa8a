namespace Headwater.Server.Features.Feeds;

/// <summary>
/// How old each kind of data in use is, from what its sources say. Records about malicious packages come from feeds of their own, or among the advisories of another:
/// wherever they come from, they have an age of their own.
/// </summary>
internal static class DataAges
{
    /// <summary>What the ids of records about malicious packages begin with.</summary>
    public const string Malicious = "MAL-";

    private static readonly TimeSpan ByHandStale = TimeSpan.FromDays(7), UnaskedStale = TimeSpan.FromHours(48);

    /// <summary>From this age of its newest record on, a source is no longer kept up: EPSS comes every day, KEV about every week, and few ecosystems go a quarter without an advisory written or mended.</summary>
    public static TimeSpan OldFrom(FeedKind kind) => TimeSpan.FromDays(kind switch { FeedKind.Epss => 7, FeedKind.Kev => 30, _ => 90 });

    /// <summary>
    /// The one rule, for banners, marks, pages and answers: the age that is set for the feed wins, else that which is usual for its kind. Whoever sets a short one means how lately the source was
    /// asked; whoever sets a long one also allows data of that age.
    /// </summary>
    /// <remarks>A feed is judged by what it is a feed of. Records about malicious packages among the advisories have a mark of their own.</remarks>
    public static FeedAge Of(FeedRow feed, DateTimeOffset now) => Of(feed, feed.Kind, feed.Newest, now);

    /// <param name="newest">The newest record of this kind in the feed, or the day in the file; null where it states none.</param>
    private static FeedAge Of(FeedRow feed, FeedKind kind, DateTimeOffset? newest, DateTimeOffset now)
    {
        var usual = OldFrom(kind);
        if (now - newest > (feed.StaleAfter > usual ? feed.StaleAfter : usual)) return FeedAge.OldData;
        return now - (feed.CurrentAt ?? feed.CreatedAt) > (feed.StaleAfter ?? (feed.IsAsked ? UnaskedStale : OldFrom(feed.Kind))) ? FeedAge.Stale : FeedAge.Fresh;
    }

    public static IReadOnlyList<AgeOfData> Of(AdvisoryData data, IReadOnlyList<FeedRow> feeds, string indexFile, string epssFile, string kevFile, DateTimeOffset now)
    {
        List<FeedRow> records = [.. feeds.Where(f => f.Kind is FeedKind.Advisories or FeedKind.Malicious && f.Records > 0)];
        LoadedSource? LoadedOf(FeedRow feed) => data.Loaded.FirstOrDefault(l => l.Feed == feed.Id);
        var byHand = data.Loaded.FirstOrDefault(l => l.Feed is null);
        return
        [
            Oldest(FeedKind.Advisories, [.. records.Where(f => f.Kind == FeedKind.Advisories).Select(f => Source.Of(f, FeedKind.Advisories, f.AsOf, now)), .. byHand is null ? [] : new[] { Source.ByHand(indexFile, byHand.Newest, now) }]),
            Oldest(FeedKind.Malicious,
            [
                .. records.Where(f => f.Kind == FeedKind.Malicious || LoadedOf(f) is { Malicious: > 0 }).Select(f => Source.Of(f, FeedKind.Malicious, LoadedOf(f)?.NewestMalicious ?? f.AsOf, now)),
                .. byHand is { Malicious: > 0 } ? new[] { Source.ByHand(indexFile, byHand.NewestMalicious, now) } : [],
            ]),
            Signal(FeedKind.Epss, data.Signals.EpssCount, data.Signals.EpssDate, epssFile), Signal(FeedKind.Kev, data.Signals.KevCount, data.Signals.KevReleased, kevFile),
        ];

        // Of several the newest is in use, and no other. A catalogue as CSV states no day.
        AgeOfData Signal(FeedKind kind, int entries, DateTimeOffset? states, string file)
        {
            var feed = feeds.Where(f => f.Kind == kind && f.Records > 0).MaxBy(f => f.Newest ?? DateTimeOffset.MinValue);
            return Oldest(kind, feed is not null ? [Source.Of(feed, kind, states ?? feed.AsOf, now)] : entries > 0 || states is not null ? [Source.ByHand(file, states, now)] : []);
        }
    }

    private static AgeOfData Oldest(FeedKind kind, IReadOnlyList<Source> sources)
    {
        var (asOf, fetched) = (sources.Where(s => s.AsOf is not null).MinBy(s => s.AsOf), sources.Where(s => s.FetchedAt is not null).MinBy(s => s.FetchedAt));
        return new AgeOfData(kind, asOf?.AsOf, asOf?.Name, fetched?.FetchedAt, fetched?.Name, sources.Count, sources.Any(s => s.Old));
    }

    private sealed record Source(string Name, DateTimeOffset? AsOf, DateTimeOffset? FetchedAt, bool Old)
    {
        public static Source Of(FeedRow feed, FeedKind kind, DateTimeOffset? asOf, DateTimeOffset now) => new(feed.Name, asOf, feed.SucceededAt, DataAges.Of(feed, kind, asOf, now) != FeedAge.Fresh);

        /// <summary>Nobody fetches what somebody puts there.</summary>
        public static Source ByHand(string file, DateTimeOffset? asOf, DateTimeOffset now) => new(file, asOf, null, now - asOf > ByHandStale);
    }
}
