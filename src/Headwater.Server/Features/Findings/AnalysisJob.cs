using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>Makes the numbers again of the many project versions that one decision touches, a few in each transaction.</summary>
internal sealed class AnalysisJob(AnalysisStore store, IDatabase database) : IJobHandler
{
    public const string JobKind = "analysis.count";

    private const int Batch = 20;

    public string Kind => JobKind;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        var uuid = Guid.Parse(context.Job.Payload);
        if (await store.GetAsync(Platform.Auth.Viewer.Everything, uuid, 0, cancellationToken) is null) return;
        var touched = await store.TouchedAsync(uuid, cancellationToken);
        var done = 0;
        foreach (var chunk in touched.Chunk(Batch))
        {
            await database.WriteAsync(async transaction =>
            {
                foreach (var version in chunk) await store.RecountAsync(transaction, version);
            }, true, cancellationToken);
            done += chunk.Length;
            await context.ReportAsync((double)done / touched.Count, $"{done} of {touched.Count} project versions counted", cancellationToken);
        }
    }
}
