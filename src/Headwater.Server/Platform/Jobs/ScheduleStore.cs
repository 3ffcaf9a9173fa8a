using System.Data.Common;
using System.Security.Cryptography;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Jobs;

/// <summary>Something that recurs, for people to see.</summary>
/// <param name="LastJobId">The job that its last run became.</param>
internal sealed record ScheduleRow(string Name, string Kind, string Key, string Lane, Cadence Cadence, bool Enabled, DateTimeOffset NextAt, DateTimeOffset? LastAt, long? LastJobId);

/// <summary>
/// What recurs. Due is what stands in the table: whoever moves <c>next_at</c> on, under the condition that nobody else has, enqueues the job in the same
/// transaction. So several nodes may look at once, and a node that dies in between has done nothing.
/// </summary>
internal sealed class ScheduleStore(IDatabase database, QueueStore queue, TimeProvider time)
{
    private const long Org = Organisation.Home;
    private const string Columns = "name, kind, key, lane, payload, priority, every_seconds, daily_minute, enabled, next_at, last_at, last_job_id";

    /// <summary>Sets what recurs, in the caller's transaction. A changed cadence counts from now; an unchanged one keeps its next run.</summary>
    public async Task SetAsync(DbTransaction transaction, RecurringJob recurring, bool enabled = true)
    {
        var (name, job, cadence) = recurring;
        await transaction.Connection!.ExecuteAsync("""
            INSERT INTO schedule (name, org_id, kind, key, lane, payload, priority, every_seconds, daily_minute, enabled, next_at)
            VALUES (@name, @Org, @Kind, @Key, @Lane, @Payload, @priority, @every, @daily, @enabled, @next)
            ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, key = excluded.key, lane = excluded.lane, payload = excluded.payload, priority = excluded.priority,
                every_seconds = excluded.every_seconds, daily_minute = excluded.daily_minute, enabled = excluded.enabled,
                next_at = CASE WHEN COALESCE(schedule.every_seconds, 0) = COALESCE(excluded.every_seconds, 0) AND COALESCE(schedule.daily_minute, -1) = COALESCE(excluded.daily_minute, -1)
                    AND schedule.enabled = excluded.enabled THEN schedule.next_at ELSE excluded.next_at END
            """, new
        {
            name, Org, job.Kind, job.Key, job.Lane, job.Payload, priority = (int)job.Priority, every = (long?)cadence.Every?.TotalSeconds, daily = (long?)cadence.Daily?.ToTimeSpan().TotalMinutes,
            enabled = enabled ? 1L : 0L, next = cadence.Next(time.GetUtcNow(), Spread()),
        }, transaction);
    }

    public Task SetAsync(RecurringJob recurring, bool enabled = true, CancellationToken cancellationToken = default) =>
        database.WriteAsync(transaction => SetAsync(transaction, recurring, enabled), cancellationToken: cancellationToken);

    public Task RemoveAsync(DbTransaction transaction, string name) => transaction.Connection!.ExecuteAsync("DELETE FROM schedule WHERE name = @name", new { name }, transaction);

    /// <summary>Enqueues what is due, each once, whoever else looks at the same time.</summary>
    /// <returns>How many were enqueued, and when the next is due.</returns>
    public async Task<(int Enqueued, DateTimeOffset? Next)> RunDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var all = await database.ReadAsync(async connection => (await connection.QueryAsync<Row>($"SELECT {Columns} FROM schedule WHERE org_id = @Org AND enabled = 1", new { Org })).AsList(), cancellationToken);
        var enqueued = 0;
        DateTimeOffset? next = null;
        foreach (var row in all)
        {
            var due = row.NextAt;
            if (due <= now)
            {
                due = row.Cadence.Next(now, Spread());
                if (await TakeAsync(row, due, cancellationToken)) enqueued++;
            }
            else if (due - now > row.Cadence.Period * 2)
            {
                // The clock was set back: nothing recurs so rarely as this now says.
                due = row.Cadence.Next(now, Spread());
                await database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE schedule SET next_at = @due WHERE name = @Name AND next_at = @NextAt", new { due, row.Name, row.NextAt }, transaction), true, cancellationToken);
            }

            if (next is null || due < next) next = due;
        }

        if (enqueued > 0) queue.Wake();
        return (enqueued, next);
    }

    /// <summary>By the next run.</summary>
    public Task<IReadOnlyList<ScheduleRow>> ListAsync(CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<ScheduleRow>>(async connection =>
        [.. (await connection.QueryAsync<Row>($"SELECT {Columns} FROM schedule WHERE org_id = @Org ORDER BY enabled DESC, next_at, name", new { Org })).Select(r =>
            new ScheduleRow(r.Name, r.Kind, r.Key, r.Lane, r.Cadence, r.Enabled, r.NextAt, r.LastAt, r.LastJobId))], cancellationToken);

    private Task<bool> TakeAsync(Row row, DateTimeOffset next, CancellationToken cancellationToken) => database.WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var taken = await connection.ExecuteAsync("UPDATE schedule SET next_at = @next, last_at = @now WHERE name = @Name AND next_at = @NextAt AND enabled = 1",
            new { next, now = time.GetUtcNow(), row.Name, row.NextAt }, transaction);
        if (taken == 0) return false;
        var job = await queue.EnqueueAsync(transaction, new JobRequest(row.Kind, row.Key, row.Lane, row.Payload, (JobPriority)row.Priority));
        await connection.ExecuteAsync("UPDATE schedule SET last_job_id = @job WHERE name = @Name", new { job, row.Name }, transaction);
        return true;
    }, true, cancellationToken);

    private static double Spread() => RandomNumberGenerator.GetInt32(1000) / 1000.0;

    private sealed class Row
    {
        public string Name { get; set; } = "";
        public string Kind { get; set; } = "";
        public string Key { get; set; } = "";
        public string Lane { get; set; } = "";
        public string Payload { get; set; } = "";
        public int Priority { get; set; }
        public long? EverySeconds { get; set; }
        public long? DailyMinute { get; set; }
        public bool Enabled { get; set; }
        public DateTimeOffset NextAt { get; set; }
        public DateTimeOffset? LastAt { get; set; }
        public long? LastJobId { get; set; }

        public Cadence Cadence => Cadence.Of(EverySeconds, DailyMinute);
    }
}
