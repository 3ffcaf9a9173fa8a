using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Headwater.Core.Advisories;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Feeds;

/// <summary>
/// The advisory data of this installation: what the feeds have brought, and files that somebody has put into the data folder by hand (<c>advisories.hwx</c>, <c>epss.csv</c>,
/// <c>kev.json</c>). Readers take <see cref="Current"/> once and keep it for the whole of their work; new data replaces it without waiting for them.
/// </summary>
internal sealed class FeedsModule(DataFolder data, SharedFiles shared, FeedStore store, QueueStore jobs, TimeProvider time, ILogger<FeedsModule> log)
{
    /// <summary>Queued when the data has been replaced; the feature that keeps findings does it.</summary>
    public const string RematchKind = "findings.rematch";

    /// <summary>Queued when a part of the data has changed.</summary>
    public const string DeltaKind = "findings.delta";

    /// <summary>Held by whoever replaces the data, and by whoever keeps what came of matching against it.</summary>
    public const string LockName = "feeds";

    private static readonly TimeSpan SnapshotEvery = TimeSpan.FromHours(6), WarningsKept = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private volatile AdvisoryData? _current;
    private volatile string? _problem;
    private volatile IReadOnlyList<AgeOfData> _ages = [];
    private (long At, IReadOnlyList<FeedRow> Feeds)? _warnings;

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<FeedsModule>().AddSingleton(FeedStore.Named).AddSingleton<FeedStore>().AddSingleton<RecordSource>().AddSingleton<SignalSource>().AddSingleton<IJobHandler, RefreshJob>().AddHostedService<FeedWatch>().AddSingleton<IMetricSource, FeedMetrics>()
            .AddSingleton(s => new ReadinessPart("advisories", false, _ => Task.FromResult(s.GetRequiredService<FeedsModule>().Status() is { Loaded: true } ? null : "not loaded")));

    public static void MapEndpoints(IEndpointRouteBuilder app) => FeedsApi.Map(app);

    /// <summary>Has answers that may be made from findings say when the data is old.</summary>
    public static void UseWarnings(WebApplication app) => FeedWarnings.Use(app);

    /// <summary>The job that matches everything.</summary>
    public static JobRequest MatchAll => new(RematchKind, "all", "findings", "");

    /// <summary>The job that matches what a change can touch.</summary>
    public static JobRequest MatchDelta(AdvisoryDelta delta) => new(DeltaKind, delta.ToString(), "findings", delta.ToString());

    /// <summary>The number of the data in use, as a transaction sees it; see <see cref="AdvisoryData.Generation"/>.</summary>
    public static Task<long> GenerationAsync(System.Data.Common.DbTransaction transaction) => FeedStore.GenerationAsync(transaction);

    /// <summary>Where somebody may put an index by hand, and the signals beside it.</summary>
    public string IndexFile => data.File("advisories.hwx");

    public string EpssFile => data.File("epss.csv");

    public string KevFile => data.File("kev.json");

    public bool IsLoaded => _current is not null;

    public AdvisoryData Current
    {
        get
        {
            if (_current is { } loaded) return loaded;
            lock (_lock) return _current ??= Load();
        }
    }

    /// <summary>Takes up what is in use now. What was in use before stays with those who use it and is freed after them.</summary>
    public void Reload()
    {
        lock (_lock) _current = Load();
    }

    /// <summary>The data in use, also when another node has replaced it a moment ago.</summary>
    public async Task<AdvisoryData> FreshAsync(CancellationToken cancellationToken)
    {
        if (Current.Generation != await store.GenerationAsync(cancellationToken)) Reload();
        return Current;
    }

    public FeedStatus Status()
    {
        var (index, signals, _) = Current;
        return new FeedStatus(index is not null, index?.BuiltAt, index?.RecordCount ?? 0, index?.Sources.Max(s => s.NewestModified),
            [.. (index?.Sources ?? []).Select(s => new FeedSource(s.Ecosystem, s.Records, s.NewestModified)).OrderByDescending(s => s.Records)],
            new SignalStatus(signals.EpssCount > 0, signals.EpssCount, signals.EpssDate), new SignalStatus(signals.KevCount > 0, signals.KevCount, signals.KevReleased), _problem);
    }

    /// <summary>The same with how old it is.</summary>
    public async Task<FeedStatus> StatusAsync(CancellationToken cancellationToken) => Status() with { Ages = await AgesAsync(cancellationToken) };

    /// <summary>How old what is in use is: advisories, malicious packages, EPSS, KEV. Of several sources the oldest counts, and is named.</summary>
    public async Task<IReadOnlyList<AgeOfData>> AgesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _ages = DataAges.Of(Current, await store.ListAsync(cancellationToken), Path.GetFileName(IndexFile), Path.GetFileName(EpssFile), Path.GetFileName(KevFile), time.GetUtcNow());
        }
        catch (DatabaseUnreachableException)
        {
            return _ages; // The page itself may need nothing else of the database.
        }
    }

    /// <summary>The same for a page: how old it is, is for everybody, what it came from for who may see feeds.</summary>
    public async Task<IReadOnlyList<AgeOfData>> AgesAsync(ClaimsPrincipal? reader, CancellationToken cancellationToken)
    {
        var ages = await AgesAsync(cancellationToken);
        return Names(reader) ? ages : [.. ages.Select(a => a with { AsOfSource = null, FetchedSource = null })];
    }

    /// <summary>Whether feeds may be named to somebody: their names tell what an organisation looks at.</summary>
    public static bool Names(ClaimsPrincipal? reader) => reader?.May(Permissions.ViewVulnerability) == true;

    /// <summary>Whether the data of a feed is old: the same for every page, banner and answer.</summary>
    public FeedAge AgeOf(FeedRow feed) => DataAges.Of(feed, time.GetUtcNow());

    /// <summary>The feeds whose data is old, or whose last refresh failed: a warning wherever findings are judged, and never a reason to stop. What a feed has brought is in use also when it is off.</summary>
    public async Task<IReadOnlyList<FeedRow>> InTroubleAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(cancellationToken)).Where(f => f.Failures > 0 || ((f.Enabled || f.Records > 0) && AgeOf(f) != FeedAge.Fresh))];

    /// <summary>The same for every answer: a few seconds old at most.</summary>
    public async Task<IReadOnlyList<FeedRow>> WarningsAsync(CancellationToken cancellationToken)
    {
        var known = _warnings;
        if (known is not null && time.GetElapsedTime(known.Value.At) < WarningsKept) return known.Value.Feeds;
        try
        {
            var feeds = await InTroubleAsync(cancellationToken);
            _warnings = (time.GetTimestamp(), feeds);
            return feeds;
        }
        catch (DatabaseUnreachableException)
        {
            return known?.Feeds ?? []; // The answer itself may have come from memory.
        }
    }

    /// <summary>How the records of an advisory have changed, newest first.</summary>
    public Task<Page<AdvisoryHistoryRow>> HistoryAsync(IReadOnlyList<string> ids, PageRequest request, CancellationToken cancellationToken) => store.HistoryAsync(ids, request, cancellationToken);

    /// <summary>Makes feeds of a folder on the server: its OSV records and zips, <c>epss/</c> and <c>kev/</c> beside them, as far as there are any, and refreshes them.</summary>
    /// <returns>The jobs.</returns>
    public async Task<IReadOnlyList<long>> AddFolderAsync(string folder, string name, string by, CancellationToken cancellationToken)
    {
        var queued = new List<long>();
        var known = await store.ListAsync(cancellationToken);
        foreach (var (kind, path, called) in new[] { (FeedKind.Advisories, folder, name), (FeedKind.Epss, Path.Combine(folder, "epss"), $"{name}: EPSS"), (FeedKind.Kev, Path.Combine(folder, "kev"), $"{name}: KEV") })
        {
            if (!Directory.Exists(path) || (kind == FeedKind.Advisories && Directory.EnumerateFileSystemEntries(path).All(e => Path.GetFileName(e) is "epss" or "kev"))) continue;
            var feed = known.FirstOrDefault(f => f.Source == path && f.Kind == kind)?.Id
                ?? await store.SaveAsync(null, new FeedInput(called, kind, path, [], Cadence.EachTime(SnapshotEvery), true, null), by, cancellationToken);
            if (feed is { } id && await store.RefreshAsync(id, false, by, cancellationToken) is { } job) queued.Add(job);
        }

        return queued;
    }

    public Task<bool> IsPendingAsync(long job, CancellationToken cancellationToken) => jobs.IsPendingAsync(job, cancellationToken);

    private AdvisoryData Load()
    {
        _problem = null;
        var (feeds, epoch, generation) = store.InUseAsync().GetAwaiter().GetResult(); // Read once at the start and once at each change.
        foreach (var feed in feeds)
            foreach (var file in feed.Files) shared.FetchAsync(new FeedFolder(data, feed.Feed.Id).File(file), default).GetAwaiter().GetResult(); // Made by another node.
        var byHand = IndexFile;
        var (files, loaded) = (new List<string>(), new List<LoadedSource>());
        foreach (var (feed, paths) in feeds.Where(f => f.Feed.Kind is FeedKind.Advisories or FeedKind.Malicious).Select(f => ((long?)f.Feed.Id, f.Files.Select(new FeedFolder(data, f.Feed.Id).File)))
            .Concat(File.Exists(byHand) ? [(null, [byHand])] : []))
        {
            List<string> usable = [.. paths.Where(IsUsable)];
            if (usable.Count == 0) continue;
            files.AddRange(usable);
            using var source = AdvisoryIndex.Open(usable);
            loaded.Add(new LoadedSource(feed, source.Sources.Max(s => s.NewestModified), source.CountBeginningWith(DataAges.Malicious, out var newest), newest));
        }

        var index = files.Count == 0 ? null : AdvisoryIndex.Open(files);
        var signals = ExploitSignals.Empty;
        var inUse = new Dictionary<FeedKind, string>();
        foreach (var (kind, legacy) in new[] { (FeedKind.Epss, EpssFile), (FeedKind.Kev, KevFile) })
        {
            var feed = feeds.Where(f => f.Feed.Kind == kind && f.Files.Count > 0).OrderByDescending(f => f.Feed.Newest).FirstOrDefault();
            var path = feed is null ? legacy : new FeedFolder(data, feed.Feed.Id).File(feed.Files[0]);
            if (!File.Exists(path)) continue;
            signals = Try(path, () => SignalSource.Read(kind, path, signals)) ?? signals;
            inUse[kind] = path;
        }

        if (feeds.Count > 0) FeedFolder.List(data, files, inUse.GetValueOrDefault(FeedKind.Epss), inUse.GetValueOrDefault(FeedKind.Kev));

        // Files that are put there by hand tell of no change but by being other files.
        var state = $"3 {epoch} {(File.Exists(byHand) ? File.GetLastWriteTimeUtc(byHand).Ticks : 0)} {(File.Exists(EpssFile) ? signals.EpssDate : null):O} {(File.Exists(KevFile) ? signals.KevReleased : null):O}";
        return new AdvisoryData(index, signals, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)).AsSpan(0, 8))) { Generation = generation, Loaded = loaded };
    }

    /// <summary>A file that cannot be read is told of and left out: what the others hold is still worth having.</summary>
    private bool IsUsable(string path) => Try(path, () =>
    {
        using var index = AdvisoryIndex.Open(path);
        return path;
    }) is not null;

    private T? Try<T>(string path, Func<T> open) where T : class
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or FormatException)
        {
            _problem = $"{Path.GetFileName(path)}: {e.Message}";
            log.IndexUnusable(_problem);
            return null;
        }
    }
}
