using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>
/// Looks at what a change of the advisory data can touch. When it is done, the affected list is complete and owners are told; the numbers of project versions, which nobody
/// waits for, are <see cref="NumbersJob"/>'s, so that the next change does not wait for them either.
/// </summary>
internal sealed class DeltaJob(FindingsModule findings) : IJobHandler
{
    public string Kind => FeedsModule.DeltaKind;

    public Task RunAsync(JobContext context, CancellationToken cancellationToken) => AdvisoryDelta.Parse(context.Job.Payload) is { } delta
        ? findings.MatchDeltaAsync(delta, (done, all) => context.ReportAsync((double)done / Math.Max(1, all), $"{done} of {all} components matched", cancellationToken), cancellationToken)
        : throw new JobFailedException($"{context.Job.Payload} is no change of the advisory data.");
}

/// <summary>Makes the numbers of project versions that new findings have made old. Everything that somebody waits for goes before it.</summary>
internal sealed class NumbersJob(FindingsModule findings) : IJobHandler
{
    public const string JobKind = "findings.numbers";

    public static readonly JobRequest Request = new(JobKind, "all", JobKind, "", JobPriority.Sweep);

    public string Kind => JobKind;

    public Task RunAsync(JobContext context, CancellationToken cancellationToken) =>
        findings.CatchUpAsync((done, all) => context.ReportAsync((double)done / Math.Max(1, all), $"{done} of {all} project versions counted", cancellationToken), cancellationToken);
}
