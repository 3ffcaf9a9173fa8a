using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Feeds;

/// <summary>How old the advisory data is.</summary>
internal sealed class FeedMetrics(FeedsModule feeds, TimeProvider time) : IMetricSource
{
    public Task WriteAsync(MetricText text, CancellationToken cancellationToken)
    {
        var status = feeds.Status();
        text.Gauge("headwater_advisory_records", "Advisory records in use.", status.Records);
        text.Family("headwater_feed_age_seconds", "gauge", "Age of the newest record of each kind of advisory data; none where none is loaded.");
        foreach (var (feed, at) in ((string, DateTimeOffset?)[])[("advisories", status.NewestRecord), ("epss", status.Epss.At), ("kev", status.Kev.At)])
            if (at is { } then) text.Sample("headwater_feed_age_seconds", Math.Max(0, (time.GetUtcNow() - then).TotalSeconds), ("feed", feed));
        return Task.CompletedTask;
    }
}
