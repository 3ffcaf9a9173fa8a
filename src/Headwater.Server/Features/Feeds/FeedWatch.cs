using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Feeds;

/// <summary>Sees that another node has replaced the data, and takes it up.</summary>
internal sealed class FeedWatch(FeedsModule feeds, FeedStore store, TimeProvider time, ILogger<FeedWatch> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    if (feeds.IsLoaded && await store.GenerationAsync(stoppingToken) != feeds.Current.Generation) feeds.Reload();
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    log.FeedWatchFailed(e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
