using System.Data.Common;
using System.Text.Json;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Feeds;

/// <summary>The feeds as rows: what is configured, how it went, and which files hold the data.</summary>
internal sealed class FeedStore(IDatabase database, QueueStore jobs, ScheduleStore schedule, AuditStore audit, TimeProvider time)
{
    private const long Org = Organisation.Home;

    /// <summary>What feeds are called; their pages are for few.</summary>
    public static NamedKind Named { get; } = NamedKind.Of("feed", viewer => viewer.All ? "SELECT CAST(id AS TEXT) AS id, name, NULL AS page FROM feed WHERE org_id = @Org AND CAST(id AS TEXT) IN @ids" : null) with { Called = @"SELECT 'feed:' || id FROM feed WHERE org_id = @org AND LOWER(name) LIKE @subject ESCAPE '\'" };

    private const string Columns = """
        id, name, kind, source, ecosystems, every_seconds, daily_minute, enabled, stale_hours, created_at, attempted_at, succeeded_at, changed_at, full_at, failures, error, note, records, newest, files, state, job_id
        """;

    /// <summary>What people decide about a feed, for the audit log; how it goes is no decision.</summary>
    private const string State = "SELECT name, kind, source, ecosystems, every_seconds, daily_minute, enabled, stale_hours FROM feed WHERE id = @id";

    public Task<IReadOnlyList<FeedRow>> ListAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<FeedRow>>(async connection =>
        [.. (await connection.QueryAsync<Line>($"SELECT {Columns} FROM feed WHERE org_id = @Org ORDER BY kind, LOWER(name)", new { Org })).Select(l => l.ToRow())], cancellationToken);

    public Task<FeedRow?> GetAsync(long id, CancellationToken cancellationToken = default) => database.ReadAsync(async connection => (await FindAsync(connection, id))?.ToRow(), cancellationToken);

    /// <summary>A feed with what a refresh needs to know.</summary>
    public Task<FeedWork?> FindWorkAsync(long id, CancellationToken cancellationToken) => database.ReadAsync(async connection => (await FindAsync(connection, id))?.ToWork(), cancellationToken);

    /// <summary>Everything that is in use, and the two numbers that say when to look again.</summary>
    public Task<(IReadOnlyList<FeedWork> Feeds, long Epoch, long Generation)> InUseAsync() => database.ReadAsync<(IReadOnlyList<FeedWork>, long, long)>(async connection =>
        ([.. (await connection.QueryAsync<Line>($"SELECT {Columns} FROM feed WHERE org_id = @Org ORDER BY id", new { Org })).Select(l => l.ToWork())], await NumberAsync(connection, Epoch), await NumberAsync(connection, Generation)));

    /// <summary>The setting that counts the changes of the data, so that a node sees what another did.</summary>
    public const string Generation = "feeds.generation";

    private const string Epoch = "feeds.epoch";

    public static Task<long> GenerationAsync(DbTransaction transaction) => NumberAsync(transaction.Connection!, Generation, transaction);

    public Task<long> GenerationAsync(CancellationToken cancellationToken) => database.ReadAsync(connection => NumberAsync(connection, Generation), cancellationToken);

    /// <summary>Adds a feed, or changes one, and schedules it.</summary>
    /// <returns>Its id; null when another has that name, or there is none of that id.</returns>
    public Task<long?> SaveAsync(long? id, FeedInput input, string by, CancellationToken cancellationToken = default) => database.WriteAsync<long?>(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM feed WHERE org_id = @Org AND LOWER(name) = LOWER(@Name) AND id <> @id", new { Org, input.Name, id = id ?? 0 }, transaction) > 0) return null;
        var before = id is { } existing ? await FindAsync(connection, existing, transaction) : null;
        if (id is not null && before is null) return null;
        var feed = id ?? await IdSource.NextAsync(transaction, "feed");
        // What is elsewhere now is not what was there: the next refresh reads all of it.
        var state = before is not null && before.Source == input.Source && before.Ecosystems == TypeMaps.ToJson(input.Ecosystems) ? before.State : "{}";
        var was = await AuditStore.StateAsync(transaction, State, new { id = feed });
        await connection.ExecuteAsync("""
            INSERT INTO feed (id, org_id, name, kind, source, ecosystems, every_seconds, daily_minute, enabled, stale_hours, created_at, state)
            VALUES (@feed, @Org, @Name, @kind, @Source, @ecosystems, @every, @daily, @enabled, @stale, @now, @state)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, source = excluded.source, ecosystems = excluded.ecosystems, every_seconds = excluded.every_seconds,
                daily_minute = excluded.daily_minute, enabled = excluded.enabled, stale_hours = excluded.stale_hours, state = excluded.state
            """, new
        {
            feed, Org, input.Name, kind = (long)input.Kind, input.Source, ecosystems = TypeMaps.ToJson(input.Ecosystems), every = (long?)input.Cadence.Every?.TotalSeconds,
            daily = (long?)input.Cadence.Daily?.ToTimeSpan().TotalMinutes, enabled = input.Enabled ? 1L : 0L, stale = (long)Math.Round(input.StaleAfter?.TotalHours ?? 0), now = time.GetUtcNow(), state,
        }, transaction);
        await schedule.SetAsync(transaction, new RecurringJob(ScheduleName(feed), RefreshJob.For(feed, false), input.Cadence), input.Enabled);
        await audit.AppendAsync(transaction, AuditEntry.Change(by, id is null ? "feed.added" : "feed.changed", $"feed:{feed}", was, await AuditStore.StateAsync(transaction, State, new { id = feed }),
            new { name = input.Name, kind = input.Kind.ToString(), source = input.Source, enabled = input.Enabled }));
        return feed;
    }, cancellationToken: cancellationToken);

    /// <summary>As <see cref="SaveAsync"/>; what is new, is switched on or comes from elsewhere now is refreshed at once. What is switched off is not.</summary>
    public async Task<long?> SaveAndRefreshAsync(long? id, FeedInput input, string by, CancellationToken cancellationToken = default)
    {
        var before = id is { } known ? await GetAsync(known, cancellationToken) : null;
        var saved = await SaveAsync(id, input, by, cancellationToken);
        if (saved is { } feed && input.Enabled && (before is not { Enabled: true } || before.Source != input.Source)) await RefreshAsync(feed, false, by, cancellationToken);
        return saved;
    }

    /// <summary>Asks for a refresh now.</summary>
    /// <param name="everything">Read all of it again, and take it even when it is much less than before.</param>
    /// <returns>The job; null when there is no such feed.</returns>
    public async Task<long?> RefreshAsync(long id, bool everything, string by, CancellationToken cancellationToken = default)
    {
        var job = await database.WriteAsync<long?>(async transaction =>
        {
            if (await FindAsync(transaction.Connection!, id, transaction) is not { } feed) return null;
            var queued = await jobs.EnqueueAsync(transaction, RefreshJob.For(id, everything));
            await transaction.Connection!.ExecuteAsync("UPDATE feed SET job_id = @queued WHERE id = @id", new { queued, id }, transaction);
            await audit.AppendAsync(transaction, new AuditEntry(by, "feed.refresh", $"feed:{id}", JsonSerializer.Serialize(new { feed.Name, everything })));
            return queued;
        }, cancellationToken: cancellationToken);
        jobs.Wake();
        return job;
    }

    /// <summary>Takes a feed away with its data; everything is matched again without it.</summary>
    public async Task<bool> RemoveAsync(long id, string by, CancellationToken cancellationToken = default)
    {
        var removed = await database.WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            if (await FindAsync(connection, id, transaction) is not { } feed) return false;
            await database.LockAsync(transaction, FeedsModule.LockName);
            var was = await AuditStore.StateAsync(transaction, State, new { id });
            await connection.ExecuteAsync("DELETE FROM feed WHERE id = @id", new { id }, transaction);
            await schedule.RemoveAsync(transaction, ScheduleName(id));
            await CountUpAsync(transaction, Generation);
            await CountUpAsync(transaction, Epoch);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "feed.removed", $"feed:{id}", was, null, new { name = feed.Name, source = feed.Source }));
            await jobs.EnqueueAsync(transaction, FeedsModule.MatchAll);
            return true;
        }, cancellationToken: cancellationToken);
        if (removed) jobs.Wake();
        return removed;
    }

    /// <summary>Notes that a refresh found nothing new.</summary>
    public Task NothingNewAsync(long id, FeedState state, string? note, CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(
        "UPDATE feed SET attempted_at = @now, succeeded_at = @now, failures = 0, error = NULL, note = COALESCE(@note, note), state = @state WHERE id = @id",
        new { id, now = time.GetUtcNow(), note, state = state.ToJson() }, transaction), cancellationToken: cancellationToken);

    public Task FailedAsync(long id, string error, CancellationToken cancellationToken) => database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(
        "UPDATE feed SET attempted_at = @now, failures = failures + 1, error = @error WHERE id = @id", new { id, now = time.GetUtcNow(), error }, transaction), cancellationToken: cancellationToken);

    /// <summary>
    /// Puts a feed's new files in the place of the old, in one step with the job that looks at the findings again: whoever sees the new data also finds the job.
    /// </summary>
    /// <param name="changes">What differs; null when so much does that everything is to be matched again.</param>
    /// <param name="signals">EPSS or KEV has changed, and nothing else.</param>
    public async Task ReplacedAsync(long id, Refreshed refreshed, int records, DateTimeOffset? newest, IReadOnlyList<AdvisoryChange>? changes, bool signals, CancellationToken cancellationToken)
    {
        await database.WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            var now = time.GetUtcNow();
            await database.LockAsync(transaction, FeedsModule.LockName);
            await connection.ExecuteAsync("""
                UPDATE feed SET attempted_at = @now, succeeded_at = @now, changed_at = CASE WHEN @changed = 1 THEN @now ELSE changed_at END, full_at = CASE WHEN @full = 1 THEN @now ELSE full_at END, failures = 0, error = NULL, note = @Note,
                    records = @records, newest = @newest, files = @files, state = @state WHERE id = @id
                """, new { id, now, changed = changes is { Count: 0 } ? 0L : 1L, full = refreshed.Full ? 1L : 0L, refreshed.Note, records, newest, files = TypeMaps.ToJson(refreshed.Files!), state = refreshed.State.ToJson() }, transaction);
            await CountUpAsync(transaction, Generation);
            if (signals)
            {
                await jobs.EnqueueAsync(transaction, FeedsModule.MatchDelta(new AdvisoryDelta(0, 0, true)));
            }
            else if (changes is null)
            {
                await CountUpAsync(transaction, Epoch);
                await jobs.EnqueueAsync(transaction, FeedsModule.MatchAll);
            }
            else if (changes.Count > 0)
            {
                var first = await IdSource.NextAsync(transaction, "feed_change", changes.Count);
                using var insert = new PreparedCommand(transaction, "INSERT INTO feed_change (id, feed_id, advisory, kind, modified, at, aliases, names) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7)", 8);
                for (var i = 0; i < changes.Count; i++)
                {
                    var change = changes[i];
                    insert.Execute(first + i, id, change.Id, (long)change.Kind, change.Modified?.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), TypeMaps.ToJson(change.Aliases),
                        TypeMaps.ToJson(change.Packages.Select(p => AdvisoryChanges.LookupName(p.Name)).Distinct(StringComparer.Ordinal)));
                }

                await jobs.EnqueueAsync(transaction, FeedsModule.MatchDelta(new AdvisoryDelta(first, first + changes.Count - 1, false)));
            }
        }, true, cancellationToken);
        jobs.Wake();
    }

    private static readonly Dictionary<string, SortKey> HistorySorts = new(StringComparer.Ordinal) { ["at"] = new("c.id", true) };

    /// <summary>The changes of an advisory's records, newest first.</summary>
    public Task<Page<AdvisoryHistoryRow>> HistoryAsync(IReadOnlyList<string> ids, PageRequest request, CancellationToken cancellationToken)
    {
        var keyset = Keyset.For(request, HistorySorts, "at", "c.id");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { ids = ids.Take(200), keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM feed_change c WHERE c.advisory IN @ids", parameters);
            var rows = await connection.QueryAsync<(long Id, string Advisory, long Kind, long? Modified, long At, string? Feed)>($"""
                SELECT c.id, c.advisory, c.kind, c.modified, c.at, f.name FROM feed_change c LEFT JOIN feed f ON f.id = c.feed_id WHERE c.advisory IN @ids AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip
                """, parameters);
            var page = keyset.Page(rows.AsList(), total, r => (r.Id, r.Id));
            return new Page<AdvisoryHistoryRow>([.. page.Items.Select(r => new AdvisoryHistoryRow(r.Advisory, (AdvisoryChangeKind)r.Kind, Time(r.Modified), Time(r.At)!.Value, r.Feed))], total, page.Next, page.Previous);
        }, cancellationToken);
    }

    private static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    private static string ScheduleName(long id) => $"feed.{id}";

    private static Task<Line?> FindAsync(DbConnection connection, long id, DbTransaction? transaction = null) =>
        connection.QuerySingleOrDefaultAsync<Line?>($"SELECT {Columns} FROM feed WHERE org_id = @Org AND id = @id", new { Org, id }, transaction);

    private static async Task<long> NumberAsync(DbConnection connection, string setting, DbTransaction? transaction = null) =>
        long.TryParse(await connection.QuerySingleOrDefaultAsync<string?>("SELECT value FROM setting WHERE name = @setting", new { setting }, transaction), out var number) ? number : 0;

    private static Task CountUpAsync(DbTransaction transaction, string setting) => transaction.Connection!.ExecuteAsync("""
        INSERT INTO setting (name, value) VALUES (@setting, '1') ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT)
        """, new { setting }, transaction);

    private sealed class Line
    {
        public long Id { get; set; }
        public string Name { get; set; } = "";
        public int Kind { get; set; }
        public string Source { get; set; } = "";
        public string Ecosystems { get; set; } = "";
        public long? EverySeconds { get; set; }
        public long? DailyMinute { get; set; }
        public bool Enabled { get; set; }
        public long StaleHours { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public DateTimeOffset? AttemptedAt { get; set; }
        public DateTimeOffset? SucceededAt { get; set; }
        public DateTimeOffset? ChangedAt { get; set; }
        public DateTimeOffset? FullAt { get; set; }
        public int Failures { get; set; }
        public string? Error { get; set; }
        public string? Note { get; set; }
        public int Records { get; set; }
        public DateTimeOffset? Newest { get; set; }
        public string Files { get; set; } = "";
        public string State { get; set; } = "";
        public long? JobId { get; set; }

        public FeedRow ToRow() => new(Id, Name, (FeedKind)Kind, Source, TypeMaps.FromJson(Ecosystems), Cadence.Of(EverySeconds, DailyMinute),
            Enabled, StaleHours == 0 ? null : TimeSpan.FromHours(StaleHours), CreatedAt, AttemptedAt, SucceededAt, ChangedAt, Failures, Error, Note, Records, Newest, JobId);

        public FeedWork ToWork() => new(ToRow(), TypeMaps.FromJson(Files), FeedState.Parse(State), FullAt);
    }
}

/// <summary>A feed as a refresh sees it.</summary>
/// <param name="Files">The files that hold its data, in its folder.</param>
/// <param name="FullAt">When everything was last read.</param>
internal sealed record FeedWork(FeedRow Feed, IReadOnlyList<string> Files, FeedState State, DateTimeOffset? FullAt);
