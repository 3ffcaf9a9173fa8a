using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Findings;

/// <summary>How many findings there are, counted once for each component version.</summary>
internal sealed class FindingMetricsStore(IDatabase database) : IMetricSource
{
    public async Task WriteAsync(MetricText text, CancellationToken cancellationToken)
    {
        var counts = (await database.ReadAsync(connection => connection.QueryAsync<(long Severity, long Count, long Kev)>(
            "SELECT severity, COUNT(*), CAST(SUM(kev) AS BIGINT) FROM finding WHERE affected = 1 GROUP BY severity"), cancellationToken)).ToDictionary(c => (Severity)c.Severity);
        text.Family("headwater_findings", "gauge", "Advisories that affect a component version in use, each pair once, by severity.");
        foreach (var severity in Enum.GetValues<Severity>())
            text.Sample("headwater_findings", counts.TryGetValue(severity, out var c) ? c.Count : 0, ("severity", severity.ToString().ToLowerInvariant()));
        text.Gauge("headwater_findings_exploited", "Those that are known to be exploited.", counts.Values.Sum(c => c.Kev));
    }
}
