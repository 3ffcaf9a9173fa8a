using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>Matches everything again after the advisory data was replaced, and makes all numbers anew.</summary>
internal sealed class RematchJob(FindingsModule findings, IDatabase database, QueueStore queue) : IJobHandler
{
    public string Kind => FeedsModule.RematchKind;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        await findings.MatchAllAsync(context.Job.Id, (done, all) => context.ReportAsync(0.95 * done / Math.Max(1, all), $"{done} of {all} components matched", cancellationToken), cancellationToken);
        await database.WriteAsync(async transaction =>
        {
            await findings.CountAsync(transaction, context.Job.Id, null);
            await queue.CompleteAsync(transaction, context.Job);
        }, true, cancellationToken);
        context.Completed = true;
    }
}
