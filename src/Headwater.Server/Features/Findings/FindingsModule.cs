using System.Data.Common;
using Headwater.Core.Advisories;
using Headwater.Core.Packages;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Inbox;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>Matches component versions against the advisory data, each once for the whole installation.</summary>
internal sealed class FindingsModule(MatchStore store, NumbersStore numbers, PartStore parts, UnitStore units, EventStore events, FeedsModule feeds, InboxModule inbox, QueueStore queue)
{
    private const int Batch = 5000, DeltaBatch = 20_000;

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<FindingsModule>().AddSingleton<MatchStore>().AddSingleton<NumbersStore>().AddSingleton<PartStore>().AddSingleton<UnitStore>().AddSingleton<RecountStore>().AddSingleton<EventStore>().AddSingleton<IJobHandler, RematchJob>().AddSingleton<IJobHandler, DeltaJob>().AddSingleton<IJobHandler, NumbersJob>().AddHostedService<RematchAtStart>()
            .AddSingleton<Platform.Telemetry.IMetricSource, FindingMetricsStore>();

    /// <summary>Matches what is in a project version and has not been matched against the data in use.</summary>
    public Task MatchVersionAsync(long version, Func<int, int, Task> progress, CancellationToken cancellationToken) => MatchAsync(version, progress, cancellationToken);

    /// <summary>The same for every component version.</summary>
    public async Task MatchAllAsync(Func<int, int, Task> progress, CancellationToken cancellationToken)
    {
        await MatchAsync(null, progress, cancellationToken);
        await store.InTransactionAsync(inbox.TellOfFindingsAsync, cancellationToken);
        queue.Wake();
    }

    /// <summary>Matches again what a change of the data can touch, and nothing else, and tells owners of what that changes.</summary>
    public async Task MatchDeltaAsync(AdvisoryDelta delta, Func<int, int, Task> progress, CancellationToken cancellationToken)
    {
        for (var whole = false; !whole;)
        {
            var data = await feeds.FreshAsync(cancellationToken);
            var touched = delta.To > 0 ? await store.TouchedAsync(delta.From, delta.To, cancellationToken) : [];
            if (delta.Signals) touched.AddRange(await store.WithOtherSignalsAsync(data.Signals, cancellationToken));
            whole = true;
            for (var done = 0; done < touched.Count && whole; done += DeltaBatch)
            {
                var batch = touched.GetRange(done, Math.Min(DeltaBatch, touched.Count - done));
                whole = await store.SaveAsync(batch.ConvertAll(p => Match(data, p)), data, done + batch.Count == touched.Count ? FinishAsync : null, cancellationToken);
                await progress(done + batch.Count, touched.Count);
            }
        }

        queue.Wake();
    }

    /// <summary>What belongs to the end of a change, in its transaction: owners are told, and the numbers that are old now are made anew in a while.</summary>
    private async Task FinishAsync(DbTransaction transaction)
    {
        await inbox.TellOfFindingsAsync(transaction);
        await queue.EnqueueAsync(transaction, NumbersJob.Request);
    }

    /// <summary>What became of the findings of an advisory, newest first.</summary>
    public Task<Page<FindingEventRow>> EventsOfAdvisoryAsync(Viewer viewer, IReadOnlyList<string> ids, PageRequest request, CancellationToken cancellationToken) => events.OfAdvisoryAsync(viewer, ids, request, cancellationToken);

    /// <summary>Findings that are reported no more of what is in a project version.</summary>
    public Task<Page<FindingEventRow>> GoneFromVersionAsync(Viewer viewer, Guid version, PageRequest request, CancellationToken cancellationToken) => events.GoneFromAsync(viewer, version, request, cancellationToken);

    /// <summary>How many component versions have not been matched against the data in use.</summary>
    public Task<int> CountPendingAsync(CancellationToken cancellationToken) => store.CountPendingAsync(null, feeds.Current.Key, cancellationToken);

    /// <summary>
    /// Counts what a change of a version's content, or of its standing in its project, changes. Belongs into the transaction of that change: content and
    /// counts never part.
    /// </summary>
    public Task CountAsync(DbTransaction transaction, long version) => store.CountAsync(transaction, version);

    /// <summary>For who sees a part only, nothing was found before that part had the component: what was known elsewhere earlier is not told by a date.</summary>
    public static Task<List<FindingColumns>> SeenAsync(DbConnection connection, Viewer viewer, IEnumerable<FindingColumns> findings) => MatchStore.SeenAsync(connection, viewer, findings);

    /// <summary>A number that differs after every change of what belongs where, on every node: for keys of what is remembered for somebody.</summary>
    public Task<long> PlacesAsync(CancellationToken cancellationToken) => parts.PlacesAsync(cancellationToken);

    /// <summary>Two numbers of which one differs after every change of what belongs where, and of what was counted, on every node.</summary>
    public Task<(long Places, long Content)> GenerationAsync(CancellationToken cancellationToken) => parts.GenerationAsync(cancellationToken);

    /// <summary>What those who see a part only see counted, as the tables <c>component_usage</c> and <c>advisory_usage</c> do for the whole organisation.</summary>
    public Task<PartUsage> PartAsync(Viewer viewer, CancellationToken cancellationToken) => parts.GetAsync(viewer, cancellationToken);

    /// <summary>Counts projects where they are now: to be called in the transaction that made, deleted or retired them, or gave them to another unit.</summary>
    public Task PlacesChangedAsync(DbTransaction transaction, IEnumerable<long> projects) => units.ProjectsAsync(transaction, projects);

    /// <summary>The condition, as SQL, under which a component version is in the latest version of some project of the whole organisation.</summary>
    /// <param name="componentVersion">The column that holds its id.</param>
    public static string InUse(string componentVersion) => UsageStore.InUse(componentVersion);

    /// <inheritdoc cref="SettledStore.EverywhereAsync"/>
    public static Task<(SeverityCounts Findings, int Kev)> SettledAsync(DbConnection connection, Viewer viewer) => SettledStore.EverywhereAsync(connection, null, viewer);

    /// <summary>Makes the sums of units again: to be called in the transaction that changed the tree.</summary>
    public Task TreeChangedAsync(DbTransaction transaction) => units.TreeChangedAsync(transaction);

    /// <summary>What visible units add up to, with all below them; without those that never had a project.</summary>
    public static Task<Dictionary<long, UnitNumbers>> UnitsAsync(DbConnection connection, Viewer viewer) => UnitStore.NowAsync(connection, viewer);

    /// <summary>What units that do not lie in each other added up to on each of the last days.</summary>
    public static Task<IReadOnlyList<UnitNumbers>> UnitTrendAsync(DbConnection connection, IReadOnlyList<long> of, int days, DateTimeOffset today) => UnitStore.TrendAsync(connection, of, days, today);

    /// <summary>What all that is visible added up to on each of the last days, kept and not counted: what two projects use counts twice.</summary>
    public static Task<IReadOnlyList<UnitNumbers>> TrendAsync(DbConnection connection, Viewer viewer, int days, DateTimeOffset today) => UnitStore.TrendAsync(connection, viewer, days, today);

    /// <summary>Gives a project the numbers of its latest version to be sorted by.</summary>
    public static Task CountProjectAsync(DbTransaction transaction, long project) => NumbersStore.ProjectsAsync(transaction, [project]);

    /// <summary>Makes the numbers of project versions that new findings have made old, a part at a time.</summary>
    public async Task CatchUpAsync(Func<int, int, Task> progress, CancellationToken cancellationToken)
    {
        const int Part = 400;
        var total = await numbers.CountWorkAsync(cancellationToken);
        for (var done = 0; ;)
        {
            var made = await numbers.CatchUpAsync(Part, cancellationToken);
            done += made;
            await progress(Math.Min(done, total), Math.Max(done, total));
            if (made < Part) return;
        }
    }

    /// <summary>Makes an installation that was made before usage was counted by differences ready for it, once.</summary>
    public static Task PrepareAsync(IServiceProvider services) => services.GetRequiredService<RecountStore>().PrepareAsync(CancellationToken.None);

    /// <summary>Counts everything from the beginning; see <see cref="RecountStore"/>.</summary>
    public static Task RecountAsync(IServiceProvider services, Action<string> progress, CancellationToken cancellationToken) => services.GetRequiredService<RecountStore>().RunAsync(progress, cancellationToken);

    private async Task MatchAsync(long? version, Func<int, int, Task> progress, CancellationToken cancellationToken)
    {
        var data = await feeds.FreshAsync(cancellationToken);
        var total = await store.CountPendingAsync(version, data.Key, cancellationToken);
        long after = 0;
        for (var done = 0; done < total;)
        {
            var pending = await store.PendingAsync(version, data.Key, after, Batch, cancellationToken);
            if (pending.Count == 0) break;
            if (!await store.SaveAsync(pending.ConvertAll(p => Match(data, p)), data, null, cancellationToken))
            {
                // Other data is in use now: from here on against that.
                data = await feeds.FreshAsync(cancellationToken);
                continue;
            }

            after = pending[^1].Id;
            done += pending.Count;
            await progress(done, total);
        }
    }

    private static Matched Match(AdvisoryData data, Unmatched it)
    {
        if (it.Purl is null || !PackageUrl.TryParse(it.Purl, out var purl, out _)) return new Matched(it.Id, it.Known, CoverageState.Unidentified, [], []);
        if (string.IsNullOrEmpty(it.Version)) return new Matched(it.Id, it.Known, CoverageState.NoVersion, [], []);
        var names = AdvisoryChanges.LookupNames(purl!);
        if (data.Index is null) return new Matched(it.Id, it.Known, CoverageState.NotCovered, [], names);
        var findings = FindingSet.For(data.Index, data.Signals, purl!, out var covered);
        return new Matched(it.Id, it.Known, covered ? CoverageState.Covered : CoverageState.NotCovered, findings, names);
    }
}
