using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Feeds;

/// <summary>How old the advisory data is.</summary>
internal sealed class FeedMetrics(FeedsModule feeds, TimeProvider time) : IMetricSource
{
    public async Task WriteAsync(MetricText text, CancellationToken cancellationToken)
    {
        text.Gauge("headwater_advisory_records", "Advisory records in use.", feeds.Status().Records);
        text.Family("headwater_feed_age_seconds", "gauge", "Age of each kind of advisory data, as its oldest source says itself; none where none is loaded.");
        foreach (var age in await feeds.AgesAsync(cancellationToken))
            if (age.AsOf is { } then) text.Sample("headwater_feed_age_seconds", Math.Max(0, (time.GetUtcNow() - then).TotalSeconds), ("feed", age.Kind.ToString().ToLowerInvariant()));
    }
}
