using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Platform.Jobs;

/// <summary>Looks for what is due. Every node that works does so; the table decides who enqueues.</summary>
internal sealed class ScheduleRunner(ScheduleStore schedule, IEnumerable<RecurringJob> registered, Node node, TimeProvider time, ILogger<ScheduleRunner> log) : BackgroundService
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(20), ShortestLook = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The server does not wait for it.
        if (!node.Works) return;
        var known = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = LongestLook;
            try
            {
                if (!known)
                {
                    foreach (var recurring in registered) await schedule.SetAsync(recurring, cancellationToken: stoppingToken);
                    known = true;
                }

                var (_, next) = await schedule.RunDueAsync(stoppingToken);
                if (next is { } at && at - time.GetUtcNow() < wait) wait = at - time.GetUtcNow();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.ScheduleFailed(e);
            }

            await Task.Delay(wait < ShortestLook ? ShortestLook : wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
