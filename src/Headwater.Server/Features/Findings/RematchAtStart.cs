using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>Whoever put other advisory files into the data folder while the server was down finds everything matched against them.</summary>
internal sealed class RematchAtStart(FindingsModule findings, QueueStore queue, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The server does not wait for it.
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await findings.CountPendingAsync(stoppingToken) > 0) await queue.EnqueueAsync(new JobRequest(FeedsModule.RematchKind, "all", "findings", "", JobPriority.Sweep), stoppingToken);
                return;
            }
            catch (DatabaseUnreachableException)
            {
                // A start beside a restart of the database: it is no reason to end, and the question stays.
                await Task.Delay(TimeSpan.FromSeconds(5), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
