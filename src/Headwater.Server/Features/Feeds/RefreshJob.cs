using Headwater.Core.Advisories;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Feeds;

/// <summary>
/// Refreshes one feed. What is in use stays in use until what takes its place is whole; then the job that looks at the findings again is queued in the same
/// transaction. A failure changes nothing but what the feed says of itself, and is tried again with a growing delay.
/// </summary>
internal sealed class RefreshJob(FeedStore store, FeedsModule feeds, RecordSource records, SignalSource signals, QueueStore queue, IDatabase database, SharedFiles shared, DataFolder data, TimeProvider time) : IJobHandler
{
    public const string JobKind = "feeds.refresh";

    /// <summary>More changed records than these are not followed one by one.</summary>
    private const int MostChanges = 5000;

    public string Kind => JobKind;

    public string? SubjectOf(string key, string lane) => lane;

    public static JobRequest For(long feed, bool everything) => new(JobKind, everything ? $"{feed}!" : $"{feed}", $"feed:{feed}", everything ? $"{feed}!" : $"{feed}");

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        var everything = context.Job.Payload.EndsWith('!');
        if (await store.FindWorkAsync(long.Parse(context.Job.Payload.TrimEnd('!'), System.Globalization.CultureInfo.InvariantCulture), cancellationToken) is not { } work) return; // Removed meanwhile.
        try
        {
            var isSignals = work.Feed.Kind is FeedKind.Epss or FeedKind.Kev;
            // What has come since the last whole lies with the node that fetched it; another one begins with the whole.
            var afresh = everything || (work.Files.Count > 0 && database.IsShared && new FeedFolder(data, work.Feed.Id).Made != work.Files[0]);
            var refreshed = isSignals ? await signals.RefreshAsync(work, afresh, cancellationToken) : await records.RefreshAsync(work, afresh, context, cancellationToken);
            if (refreshed.Files is null) await store.NothingNewAsync(work.Feed.Id, refreshed.State, refreshed.Note, cancellationToken);
            else if (isSignals) await TakeSignalsAsync(work, refreshed, everything, cancellationToken);
            else await TakeRecordsAsync(work, refreshed, everything, cancellationToken);
            FeedFolder.TidyAll(data, [.. (await store.ListAsync(cancellationToken)).Select(f => f.Id)], time);
            await queue.ForgetDeadAsync(JobKind, [$"{work.Feed.Id}", $"{work.Feed.Id}!"], cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or OutgoingException or IOException or UnauthorizedAccessException or AggregateException && !cancellationToken.IsCancellationRequested)
        {
            var cause = e is AggregateException { InnerException: { } inner } ? inner : e;
            await store.FailedAsync(work.Feed.Id, cause.Message, cancellationToken);
            throw cause is InvalidDataException or OutgoingException { Passing: false } ? new JobFailedException(cause.Message) : cause;
        }
    }

    private async Task TakeRecordsAsync(FeedWork work, Refreshed refreshed, bool everything, CancellationToken cancellationToken)
    {
        var folder = new FeedFolder(data, work.Feed.Id);
        using var after = AdvisoryIndex.Open([.. refreshed.Files!.Select(folder.File)]);
        using var before = OpenBefore(work, folder);
        // Half of the records gone at once is a broken source, not half of the vulnerabilities of the world withdrawn.
        if (!everything && before is { RecordCount: >= 100 } && after.RecordCount < before.RecordCount / 2)
            throw new InvalidDataException($"The source now has {after.RecordCount} records where it had {before.RecordCount}. The data stays as it was. If that is right, read everything again.");
        // An ecosystem that comes or goes decides what is covered, and that is asked of every component version.
        var inUse = feeds.Current.Index?.Ecosystems ?? [];
        var changes = (before is null && after.RecordCount > MostChanges) || after.Ecosystems.Except(inUse).Any() || (before is not null && before.Ecosystems.Except(after.Ecosystems).Any()) ? null
            : await Task.Run(() => AdvisoryChanges.Between(before, after, refreshed.Ids, cancellationToken), cancellationToken);
        if (changes?.Count > MostChanges) changes = null;
        await ShareAsync(folder, refreshed, cancellationToken);
        await store.ReplacedAsync(work.Feed.Id, refreshed, after.RecordCount, after.Sources.Max(s => s.NewestModified), changes, false, cancellationToken);
        feeds.Reload();
        refreshed.InUse?.Invoke();
        folder.Tidy(refreshed.Files!.ToHashSet(StringComparer.Ordinal), time);
    }

    private async Task TakeSignalsAsync(FeedWork work, Refreshed refreshed, bool everything, CancellationToken cancellationToken)
    {
        var folder = new FeedFolder(data, work.Feed.Id);
        var read = SignalSource.Read(work.Feed.Kind, folder.File(refreshed.Files![0]), ExploitSignals.Empty);
        var (count, at) = work.Feed.Kind == FeedKind.Epss ? (read.EpssCount, read.EpssDate) : (read.KevCount, read.KevReleased);
        if (count == 0 || (!everything && count < work.Feed.Records / 2))
            throw new InvalidDataException($"The file has {count} entries where there were {work.Feed.Records}. The data stays as it was. If that is right, read everything again.");
        await ShareAsync(folder, refreshed, cancellationToken);
        await store.ReplacedAsync(work.Feed.Id, refreshed, count, at, null, true, cancellationToken);
        feeds.Reload();
        folder.Tidy(refreshed.Files!.ToHashSet(StringComparer.Ordinal), time);
    }

    private async Task ShareAsync(FeedFolder folder, Refreshed refreshed, CancellationToken cancellationToken)
    {
        await shared.PublishAsync(folder.Path, [.. refreshed.Files!.Select(folder.File)], cancellationToken);
        folder.Made = refreshed.Files![0];
    }

    private static AdvisoryIndex? OpenBefore(FeedWork work, FeedFolder folder)
    {
        try
        {
            return work.Files.Count == 0 ? null : AdvisoryIndex.Open([.. work.Files.Select(folder.File)]);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return null; // Damaged or gone: everything is matched against what takes its place.
        }
    }
}
