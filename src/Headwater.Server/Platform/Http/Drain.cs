namespace Headwater.Server.Platform.Http;

/// <summary>
/// How a server stops:
/// <code>
/// SIGTERM ─► /readyz says 503, no job is taken up ─► DrainDelay passes, requests are still taken ─► no more connections ─► requests and jobs end within DrainSeconds ─► cut off
/// </code>
/// A job that is cut off is given back and goes on at the next start or on another node.
/// </summary>
/// <param name="Delay">How long whoever spreads the requests needs to see that this server is to get no more.</param>
/// <param name="Limit">How long what is under way may still take.</param>
internal sealed record DrainTimes(TimeSpan Delay, TimeSpan Limit)
{
    public static DrainTimes From(IConfiguration configuration) => new(
        TimeSpan.FromSeconds(Math.Clamp(configuration.GetValue("Headwater:DrainDelay", 0.0), 0, 300)), TimeSpan.FromSeconds(Math.Clamp(configuration.GetValue("Headwater:DrainSeconds", 3.0), 0, 3600)));

    /// <summary>The whole way, with what it takes to end what is cut off: whoever has much patience has some for that too.</summary>
    public TimeSpan Whole => Delay + Limit + TimeSpan.FromSeconds(Math.Clamp(Limit.TotalSeconds / 3, 1.5, 6));
}

internal static class DrainExtensions
{
    /// <summary>Once it drains, each answer ends its connection, so that no request is on its way on one that the server closes.</summary>
    public static void UseDrain(this WebApplication app)
    {
        var readiness = app.Services.GetRequiredService<Readiness>();
        app.Use((http, next) =>
        {
            if (readiness.IsDraining && HttpProtocol.IsHttp11(http.Request.Protocol)) http.Response.Headers.Connection = "close";
            return next(http);
        });
    }
}

/// <summary>Holds the stop back until others have noticed.</summary>
internal sealed class Drain(DrainTimes times, Readiness readiness, IHostApplicationLifetime lifetime, TimeProvider time) : IHostedLifecycleService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(readiness.Drain);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (times.Delay > TimeSpan.Zero) await Task.Delay(times.Delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
