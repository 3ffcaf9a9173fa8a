using System.Net;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Platform.Telemetry;

/// <summary><c>/metrics</c> for Prometheus: the whole installation in numbers, so not for everybody.</summary>
internal static class MetricsModule
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    public static void AddMetrics(this WebApplicationBuilder builder)
    {
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<Instruments>();
        builder.Services.AddSingleton<MeterReader>();
        builder.Services.AddSingleton<IMetricSource>(s => s.GetRequiredService<MeterReader>());
        builder.Services.AddSingleton(new MetricReaders([.. (builder.Configuration["Headwater:MetricsFrom"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(HttpModule.Network)]));
        builder.Services.AddSingleton<Answer>();
    }

    public static void MapMetrics(this WebApplication app)
    {
        _ = app.Services.GetRequiredService<MeterReader>(); // Listens from the first request on.
        app.MapGet("/metrics", async Task<IResult> (HttpContext http, MetricReaders readers, Answer answer, CancellationToken cancellationToken) =>
            readers.May(http)
                ? TypedResults.Text(await answer.GetAsync(cancellationToken), MetricText.ContentType)
                : Problems.Of(StatusCodes.Status403Forbidden, "Not from here", "Metrics are for this machine, for the networks that the setting Headwater:MetricsFrom names, and for whoever may configure the system.")).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>The last answer, given again for a few seconds: a reader that asks too often costs nothing.</summary>
    internal sealed class Answer(IEnumerable<IMetricSource> sources, TimeProvider time, ILogger<Answer> log) : IDisposable
    {
        private readonly SemaphoreSlim _one = new(1);
        private string? _text;
        private long _at;

        public async Task<string> GetAsync(CancellationToken cancellationToken)
        {
            await _one.WaitAsync(cancellationToken);
            try
            {
                if (_text is not null && time.GetElapsedTime(_at) < Fresh) return _text;
                var text = new MetricText();
                var failed = 0;
                foreach (var source in sources)
                {
                    try
                    {
                        await source.WriteAsync(text, cancellationToken);
                    }
                    catch (Exception e) when (e is not OperationCanceledException)
                    {
                        // The rest is worth having, most of all when something is broken.
                        failed++;
                        log.MetricsFailed(e, source.GetType().Name);
                    }
                }

                text.Gauge("headwater_metrics_failed_sources", "Parts that could not be measured.", failed);
                _at = time.GetTimestamp();
                return _text = text.ToString();
            }
            finally
            {
                _one.Release();
            }
        }

        public void Dispose() => _one.Dispose();
    }
}

/// <summary>Who may read the metrics without signing in: this machine, and networks that the operator named.</summary>
internal sealed class MetricReaders(IReadOnlyList<IPNetwork> networks)
{
    public bool May(HttpContext http) => (http.User.May(Permissions.SystemConfiguration) && http.User.Viewer(Permissions.SystemConfiguration).All) || (http.Connection.RemoteIpAddress is { } address && May(address, IsForwarded(http.Request)));

    private bool May(IPAddress address, bool forwarded)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        // A proxy on this machine stands for the whole world.
        return (IPAddress.IsLoopback(address) && !forwarded) || networks.Any(n => n.Contains(address));
    }

    private static bool IsForwarded(HttpRequest request) => request.Headers.ContainsKey("X-Original-For") || request.Headers.ContainsKey("X-Forwarded-For") || request.Headers.ContainsKey("Forwarded") || request.Headers.ContainsKey("Via");
}
