using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>
/// Looks at what a change of the advisory data can touch. The affected list is complete and owners are told before the numbers of project versions, which nobody waits for,
/// are made anew.
/// </summary>
internal sealed class DeltaJob(FindingsModule findings) : IJobHandler
{
    public string Kind => FeedsModule.DeltaKind;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        if (AdvisoryDelta.Parse(context.Job.Payload) is not { } delta) throw new JobFailedException($"{context.Job.Payload} is no change of the advisory data.");
        await findings.MatchDeltaAsync(delta, (done, all) => context.ReportAsync(0.5 * done / Math.Max(1, all), $"{done} of {all} components matched", cancellationToken), cancellationToken);
        await findings.CatchUpAsync((done, all) => context.ReportAsync(0.5 + 0.5 * done / Math.Max(1, all), $"{done} of {all} project versions counted", cancellationToken), cancellationToken);
    }
}
