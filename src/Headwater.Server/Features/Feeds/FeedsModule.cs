using Headwater.Server.Platform.Http;
using System.Security.Cryptography;
using System.Text;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Feeds;

/// <summary>
/// The advisory data of this installation: an index file, EPSS and KEV under the data folder. Readers take <see cref="Current"/> once and keep
/// it for the whole of their work; new data replaces it without waiting for them.
/// </summary>
internal sealed class FeedsModule(DataFolder data, QueueStore jobs, IDatabase database, Platform.Audit.AuditStore audit, ILogger<FeedsModule> log)
{
    /// <summary>Queued when the data has been replaced; the feature that keeps findings does it.</summary>
    public const string RematchKind = "findings.rematch";

    private readonly Lock _lock = new();
    private volatile AdvisoryData? _current;
    private volatile string? _problem;

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<FeedsModule>().AddSingleton<FeedStore>().AddSingleton<IJobHandler, RebuildJob>().AddSingleton<IMetricSource, FeedMetrics>()
            .AddSingleton(s => new ReadinessPart("advisories", false, _ => Task.FromResult(s.GetRequiredService<FeedsModule>().Status() is { Loaded: true } ? null : "not loaded")));

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/feeds").WithTags("Feeds");
        api.MapGet("", (FeedsModule feeds) => TypedResults.Ok(feeds.Status())).Require(Permissions.ViewVulnerability).WithSummary("The advisory data: what is loaded and how old it is");
        api.MapPost("/rebuild", async (HttpContext http, FeedStore store, RebuildRequest request, CancellationToken cancellationToken) =>
            TypedResults.Accepted((string?)null, new { jobId = await store.RebuildAsync(request.Folder, http.User.Actor(), cancellationToken) })).Require(Permissions.FeedManagement).WithSummary("Builds the index from a folder on the server");
    }

    public string IndexFile => data.File("advisories.hwx");

    public string EpssFile => data.File("epss.csv");

    public string KevFile => data.File("kev.json");

    public AdvisoryData Current
    {
        get
        {
            if (_current is { } loaded) return loaded;
            lock (_lock) return _current ??= Load();
        }
    }

    /// <summary>Takes up what lies in the data folder now. What was in use before stays with those who use it and is freed after them.</summary>
    public void Reload()
    {
        lock (_lock) _current = Load();
    }

    public FeedStatus Status()
    {
        var (index, signals, _) = Current;
        return new FeedStatus(index is not null, index?.BuiltAt, index?.RecordCount ?? 0, index?.Sources.Max(s => s.NewestModified),
            [.. (index?.Sources ?? []).Select(s => new FeedSource(s.Ecosystem, s.Records, s.NewestModified)).OrderByDescending(s => s.Records)],
            new SignalStatus(signals.EpssCount > 0, signals.EpssCount, signals.EpssDate), new SignalStatus(signals.KevCount > 0, signals.KevCount, signals.KevReleased), _problem);
    }

    /// <summary>Queues a rebuild; see <see cref="FeedStore.RebuildAsync"/>.</summary>
    public Task<long> RebuildAsync(string folder, string by, CancellationToken cancellationToken) => new FeedStore(database, this, jobs, audit).RebuildAsync(folder, by, cancellationToken);

    public Task<bool> IsRebuildingAsync(long job, CancellationToken cancellationToken) => jobs.IsPendingAsync(job, cancellationToken);

    private AdvisoryData Load()
    {
        _problem = null;
        var index = Try(IndexFile, AdvisoryIndex.Open);
        var signals = ExploitSignals.Empty;
        signals = Try(EpssFile, path => With(path, stream => signals.WithEpss(stream))) ?? signals;
        signals = Try(KevFile, path => With(path, signals.WithKev)) ?? signals;
        var state = $"{index?.BuiltAt:O} {index?.RecordCount} {signals.EpssDate:O} {signals.EpssCount} {signals.KevReleased:O} {signals.KevCount}";
        return new AdvisoryData(index, signals, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)).AsSpan(0, 8)));
    }

    private static ExploitSignals With(string path, Func<Stream, ExploitSignals> read)
    {
        using var stream = File.OpenRead(path);
        return read(stream);
    }

    private T? Try<T>(string path, Func<string, T> open) where T : class
    {
        if (!File.Exists(path)) return null;
        try
        {
            return open(path);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or FormatException)
        {
            _problem = $"{Path.GetFileName(path)}: {e.Message}";
            log.IndexUnusable(_problem);
            return null;
        }
    }

    /// <param name="Folder">A folder on the server.</param>
    internal sealed record RebuildRequest(string Folder);
}
