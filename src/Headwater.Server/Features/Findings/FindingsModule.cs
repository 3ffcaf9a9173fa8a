using System.Data.Common;
using Headwater.Core.Advisories;
using Headwater.Core.Packages;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Findings;

/// <summary>Matches component versions against the advisory data, each once for the whole installation.</summary>
internal sealed class FindingsModule(MatchStore store, FeedsModule feeds)
{
    private const int Batch = 5000;

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<FindingsModule>().AddSingleton<MatchStore>().AddSingleton<IJobHandler, RematchJob>().AddHostedService<RematchAtStart>()
            .AddSingleton<Platform.Telemetry.IMetricSource, FindingMetricsStore>();

    /// <summary>Matches what is in a project version and has not been matched against the data in use.</summary>
    public Task MatchVersionAsync(long version, long job, Func<int, int, Task> progress, CancellationToken cancellationToken) => MatchAsync(version, job, progress, cancellationToken);

    /// <summary>The same for every component version.</summary>
    public Task MatchAllAsync(long job, Func<int, int, Task> progress, CancellationToken cancellationToken) => MatchAsync(null, job, progress, cancellationToken);

    /// <summary>How many component versions have not been matched against the data in use.</summary>
    public Task<int> CountPendingAsync(CancellationToken cancellationToken) => store.CountPendingAsync(null, feeds.Current.Key, cancellationToken);

    /// <summary>Makes the numbers that lists and overviews read; see <see cref="MatchStore.CountAsync"/>.</summary>
    public Task CountAsync(DbTransaction transaction, long job, long? version) => store.CountAsync(transaction, job, version);

    /// <summary>For who sees a part only, nothing was found before that part had the component: what was known elsewhere earlier is not told by a date.</summary>
    public static Task<List<FindingColumns>> SeenAsync(DbConnection connection, Viewer viewer, IEnumerable<FindingColumns> findings) => MatchStore.SeenAsync(connection, viewer, findings);

    /// <summary>
    /// What the latest versions of visible projects use, with the columns of <c>component_usage</c>: a table expression to be joined with an alias. For the
    /// whole organisation it is the counted table; for a part it is counted here. Needs <c>@Org</c>.
    /// </summary>
    public static string ComponentUsage(Viewer viewer) => MatchStore.ComponentUsage(viewer);

    /// <summary>What hits the latest versions of visible projects, with the columns of <c>advisory_usage</c>; see <see cref="ComponentUsage"/>.</summary>
    public static string AdvisoryUsage(Viewer viewer) => MatchStore.AdvisoryUsage(viewer);

    private async Task MatchAsync(long? version, long job, Func<int, int, Task> progress, CancellationToken cancellationToken)
    {
        var data = feeds.Current;
        var total = await store.CountPendingAsync(version, data.Key, cancellationToken);
        long after = 0;
        for (var done = 0; done < total;)
        {
            var pending = await store.PendingAsync(version, data.Key, after, Batch, cancellationToken);
            if (pending.Count == 0) break;
            await store.SaveAsync(pending.ConvertAll(p => Match(data, p)), data.Key, job, cancellationToken);
            after = pending[^1].Id;
            done += pending.Count;
            await progress(done, total);
        }
    }

    private static Matched Match(AdvisoryData data, Unmatched it)
    {
        if (it.Purl is null || !PackageUrl.TryParse(it.Purl, out var purl, out _)) return new Matched(it.Id, CoverageState.Unidentified, []);
        if (string.IsNullOrEmpty(it.Version)) return new Matched(it.Id, CoverageState.NoVersion, []);
        if (data.Index is null) return new Matched(it.Id, CoverageState.NotCovered, []);
        var findings = FindingSet.For(data.Index, data.Signals, purl!, out var covered);
        return new Matched(it.Id, covered ? CoverageState.Covered : CoverageState.NotCovered, findings);
    }
}
