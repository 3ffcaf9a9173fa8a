using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Registries;

/// <summary>How asking registries goes.</summary>
internal sealed class RegistryMetrics(RegistryStore registries, TimeProvider time) : IMetricSource
{
    public async Task WriteAsync(MetricText text, CancellationToken cancellationToken)
    {
        var all = await registries.ListAsync(cancellationToken);
        text.Family("headwater_registry_age_seconds", "gauge", "How long ago a registry answered last; none where it never did.");
        foreach (var r in all)
            if (r.SucceededAt is { } at) text.Sample("headwater_registry_age_seconds", Math.Max(0, (time.GetUtcNow() - at).TotalSeconds), ("registry", r.Name));
        text.Family("headwater_registry_failures", "gauge", "How often asking a registry was given up since it last answered.");
        foreach (var r in all) text.Sample("headwater_registry_failures", r.Failures, ("registry", r.Name));
    }
}
