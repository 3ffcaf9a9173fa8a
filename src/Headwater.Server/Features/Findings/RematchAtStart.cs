using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>Whoever put other advisory files into the data folder while the server was down finds everything matched against them.</summary>
internal sealed class RematchAtStart(FindingsModule findings, QueueStore queue) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The server does not wait for it.
        if (await findings.CountPendingAsync(stoppingToken) > 0) await queue.EnqueueAsync(new JobRequest(FeedsModule.RematchKind, "all", "findings", "", JobPriority.Sweep), stoppingToken);
    }
}
