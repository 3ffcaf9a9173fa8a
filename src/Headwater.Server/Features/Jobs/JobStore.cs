using Dapper;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Jobs;

/// <summary>The jobs, for people to see.</summary>
internal sealed class JobStore(IDatabase database, QueueStore queue, ScheduleStore schedule, IEnumerable<IJobHandler> handlers, Subjects subjects, AuditStore audit, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const string Columns = "id, kind, key, lane, state, priority, progress, progress_text, attempts, created_at, run_at, started_at, finished_at, last_error";

    private readonly Dictionary<string, IJobHandler> _handlers = handlers.ToDictionary(h => h.Kind, StringComparer.Ordinal);

    private static readonly Dictionary<string, SortKey> Sorts = new(StringComparer.Ordinal) { ["id"] = new("id", true) };

    /// <summary>Newest first. <paramref name="state"/> is one of <c>queued</c>, <c>running</c>, <c>done</c>, <c>dead</c>, or null for all.</summary>
    public Task<Page<JobRow>> ListAsync(PageRequest request, string? state = null, CancellationToken cancellationToken = default)
    {
        var keyset = Keyset.For(request, Sorts, "id", "id");
        var where = "org_id = @Org" + (state is null ? "" : " AND state = @state");
        return database.ReadAsync(async connection =>
        {
            var parameters = new { Org, state, keyset.KeyValue, keyset.KeyId, keyset.Take, keyset.Skip };
            var total = await connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM job WHERE {where}", parameters);
            var rows = (await connection.QueryAsync<Row>($"SELECT {Columns} FROM job WHERE {where} AND {keyset.Where} ORDER BY {keyset.OrderBy} LIMIT @Take OFFSET @Skip", parameters)).AsList();
            var names = await subjects.NamesAsync(connection, Viewer.Everything, rows.Select(Subject).OfType<string>());
            return keyset.Page([.. rows.Select(r => r.ToJob(Name(names, r)))], total, (JobRow r) => (r.Id, r.Id));
        }, cancellationToken);
    }

    /// <summary>A job. Who sees a part of the organisation only sees the jobs of uploads to it.</summary>
    public Task<JobRow?> GetAsync(Viewer viewer, long id, CancellationToken cancellationToken = default) => database.ReadAsync(async connection =>
    {
        if (await connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM job WHERE org_id = @Org AND id = @id", new { Org, id }) is not { } row) return null;
        var name = Subject(row) is { } subject ? Name(await subjects.NamesAsync(connection, viewer, [subject]), row) : null;
        return viewer.All || name is not null ? row.ToJob(name) : null;
    }, cancellationToken);

    private string? Subject(Row row) => _handlers.GetValueOrDefault(row.Kind)?.SubjectOf(row.Key, row.Lane);

    private string? Name(Dictionary<string, SubjectName> names, Row row) => Subject(row) is { } subject ? names.GetValueOrDefault(subject)?.Name : null;

    /// <summary>Puts a dead job back into the queue.</summary>
    /// <returns>False when there is no such dead job.</returns>
    public async Task<bool> RetryAsync(long id, string by, CancellationToken cancellationToken = default)
    {
        const string State = "SELECT kind, key, state, attempts FROM job WHERE org_id = @Org AND id = @id";
        var again = await database.WriteAsync(async transaction =>
        {
            var before = await AuditStore.StateAsync(transaction, State, new { Org, id });
            // Whoever comes second waits here for the first, and finds it queued: what was read above tells nothing about who changed it.
            var changed = await transaction.Connection!.ExecuteAsync("""
                UPDATE job SET state = 'queued', attempts = 0, run_at = @now, finished_at = NULL WHERE org_id = @Org AND id = @id AND state = 'dead'
                    AND NOT EXISTS (SELECT 1 FROM job q WHERE q.kind = job.kind AND q.key = job.key AND q.state = 'queued')
                """, new { Org, id, now = time.GetUtcNow() }, transaction);
            if (changed == 0) return false;
            var kind = await transaction.Connection!.QuerySingleAsync<string>("SELECT kind FROM job WHERE id = @id", new { id }, transaction);
            if (_handlers.TryGetValue(kind, out var handler)) await handler.TryAgainAsync(transaction, id);
            await audit.AppendAsync(transaction, AuditEntry.Change(by, "job.retried", $"job:{id}", before, await AuditStore.StateAsync(transaction, State, new { Org, id })));
            return true;
        }, cancellationToken: cancellationToken);
        if (again) queue.Wake();
        return again;
    }

    /// <summary>What recurs, by the next run, with what it is about.</summary>
    public async Task<IReadOnlyList<ScheduledJob>> SchedulesAsync(CancellationToken cancellationToken = default)
    {
        var rows = await schedule.ListAsync(cancellationToken);
        // What was scheduled for one thing is named by it; else its jobs say what they are about.
        string About(ScheduleRow row) => _handlers.GetValueOrDefault(row.Kind)?.SubjectOf(row.Key, row.Lane) ?? row.Name;
        var names = await database.ReadAsync(connection => subjects.NamesAsync(connection, Viewer.Everything, rows.Select(About)), cancellationToken);
        return [.. rows.Select(r => new ScheduledJob(r, names.GetValueOrDefault(About(r))?.Name))];
    }

    /// <summary>Jobs by state.</summary>
    public Task<IReadOnlyDictionary<string, int>> CountsAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyDictionary<string, int>>(async connection =>
        (await connection.QueryAsync<(string State, long Count)>("SELECT state, COUNT(*) FROM job WHERE org_id = @Org GROUP BY state", new { Org })).ToDictionary(c => c.State, c => (int)c.Count), cancellationToken);

    private sealed class Row
    {
        public long Id { get; set; }
        public string Kind { get; set; } = "";
        public string Key { get; set; } = "";
        public string State { get; set; } = "";
        public int Priority { get; set; }
        public double Progress { get; set; }
        public string? ProgressText { get; set; }
        public int Attempts { get; set; }
        public DateTimeOffset CreatedAt { get; set; }
        public DateTimeOffset RunAt { get; set; }
        public DateTimeOffset? StartedAt { get; set; }
        public DateTimeOffset? FinishedAt { get; set; }
        public string? LastError { get; set; }
        public string Lane { get; set; } = "";

        public JobRow ToJob(string? subject) => new(Id, Kind, Key, State, Priority, Progress, ProgressText, Attempts, CreatedAt, RunAt, StartedAt, FinishedAt, LastError, subject);
    }
}
