using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>Matches everything again after the advisory data was replaced, and makes all numbers anew.</summary>
internal sealed class RematchJob(FindingsModule findings) : IJobHandler
{
    public string Kind => FeedsModule.RematchKind;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        await findings.MatchAllAsync((done, all) => context.ReportAsync(0.6 * done / Math.Max(1, all), $"{done} of {all} components matched", cancellationToken), cancellationToken);
        await findings.CatchUpAsync((done, all) => context.ReportAsync(0.6 + 0.4 * done / Math.Max(1, all), $"{done} of {all} project versions counted", cancellationToken), cancellationToken);
    }
}
