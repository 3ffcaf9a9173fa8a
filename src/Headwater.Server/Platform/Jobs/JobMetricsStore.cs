using Dapper;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Platform.Jobs;

/// <summary>The queue in numbers.</summary>
internal sealed class JobMetricsStore(IDatabase database, IEnumerable<IJobHandler> handlers, TimeProvider time) : IMetricSource
{
    private static readonly string[] States = ["queued", "running", "dead"];

    public async Task WriteAsync(MetricText text, CancellationToken cancellationToken)
    {
        var (counts, due) = await database.ReadAsync(async connection => (
            (await connection.QueryAsync<(string Kind, string State, long Count)>("SELECT kind, state, COUNT(*) FROM job WHERE state IN ('queued', 'running', 'dead') GROUP BY kind, state")).AsList(),
            await connection.QuerySingleAsync<long?>("SELECT MIN(run_at) FROM job WHERE state = 'queued'")), cancellationToken);
        text.Family("headwater_jobs", "gauge", "Jobs that wait, run, or were given up, by kind.");
        foreach (var kind in handlers.Select(h => h.Kind).Order(StringComparer.Ordinal))
            foreach (var state in States)
                text.Sample("headwater_jobs", counts.FirstOrDefault(c => c.Kind == kind && c.State == state).Count, ("kind", kind), ("state", state));
        var age = due is { } at ? Math.Max(0, (time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(at)).TotalSeconds) : 0;
        text.Gauge("headwater_job_queue_age_seconds", "How long the job that is due longest has been waiting.", age);
    }
}
