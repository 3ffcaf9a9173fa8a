using System.Data.Common;
using System.Globalization;
using System.Text;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Platform.Jobs;

/// <summary>How urgent a job is: what someone waits for never stands behind a sweep.</summary>
internal enum JobPriority
{
    Sweep = 0,
    Normal = 50,
    Upload = 100,
}

/// <summary>A job to be done.</summary>
/// <param name="Kind">Which handler does it.</param>
/// <param name="Key">At most one job of a kind and key waits at a time.</param>
/// <param name="Lane">Jobs of one lane run one after another, in order.</param>
/// <param name="Payload">What the handler needs, as text.</param>
internal sealed record JobRequest(string Kind, string Key, string Lane, string Payload, JobPriority Priority = JobPriority.Normal)
{
    /// <summary>How long it waits before it is due, where nobody asks for the same at once meanwhile.</summary>
    public TimeSpan After { get; init; }
}

/// <summary>The job a worker holds.</summary>
internal sealed class ClaimedJob
{
    public long Id { get; set; }
    public string Kind { get; set; } = "";
    public string Key { get; set; } = "";
    public string Lane { get; set; } = "";
    public string Payload { get; set; } = "";
    public int Attempts { get; set; }
    public JobPriority Priority { get; set; }

    /// <summary>The node that claimed it.</summary>
    public string? LeaseOwner { get; set; }
}

/// <summary>The job was given to somebody else meanwhile, because nothing was heard from this node for the length of a lease. What the transaction would have written is not written.</summary>
internal sealed class LeaseLostException() : Exception("The job was taken over by another node.");

/// <summary>
/// The job table. <c>queued → running → done</c>, or back to <c>queued</c> after a failure, or <c>dead</c> after the last attempt.
/// A job is written in the transaction that causes it; the table is the truth and the wake-up in the process only saves waiting for the next look.
/// </summary>
internal sealed class QueueStore
{
    /// <summary>What nodes are told when a job was enqueued or a lane became free.</summary>
    public const string Topic = "job";

    public const int MaxAttempts = 5;

    /// <summary>No job is ever put off for longer. A time beyond it was written before the clock was set back, and does not hold the job up.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    /// <summary>How often the process may stop under a job before it is the job that is taken to be the cause.</summary>
    public const int MaxStops = 25;

    private readonly IDatabase _database;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _wake = new(0), _urgent = new(0);

    /// <summary>Of each job that runs anywhere: its lease when that was last different, and when it was.</summary>
    private readonly Dictionary<long, (long Attempts, long? Until, long At)> _heard = [];

    /// <param name="lease">How long a node may be silent before its jobs are given to others.</param>
    public QueueStore(IDatabase database, TimeProvider time, TimeSpan? lease = null)
    {
        (_database, _time) = (database, time);
        Lease = lease ?? TimeSpan.FromMinutes(1);
        _database.Notified += topic =>
        {
            if (topic is Topic or "") Wake();
        };
    }

    public TimeSpan Lease { get; }

    /// <summary>Adds a job in the caller's transaction; call <see cref="Wake"/> after the commit.</summary>
    /// <returns>Its id, or that of the equal job that waits already; one that waits for another attempt is due now.</returns>
    public async Task<long> EnqueueAsync(DbTransaction transaction, JobRequest job)
    {
        var now = _time.GetUtcNow();
        var id = await IdSource.NextAsync(transaction, "job");
        await _database.NotifyAsync(transaction, Topic);
        return await transaction.Connection!.QuerySingleAsync<long>("""
            INSERT INTO job (id, org_id, kind, key, lane, payload, priority, state, run_at, attempts, progress, created_at)
            VALUES (@id, @org, @Kind, @Key, @Lane, @Payload, @priority, 'queued', @due, 0, 0, @now)
            ON CONFLICT (kind, key) WHERE state = 'queued' DO UPDATE SET priority = CASE WHEN excluded.priority > job.priority THEN excluded.priority ELSE job.priority END,
                run_at = CASE WHEN excluded.run_at < job.run_at THEN excluded.run_at ELSE job.run_at END
            RETURNING id
            """, new { id, org = Organisation.Home, job.Kind, job.Key, job.Lane, job.Payload, priority = (int)job.Priority, now, due = now + job.After }, transaction);
    }

    /// <summary>Adds a job that can wait, unless an equal one waits already: that one is not touched, so nobody who wants to claim it waits for the caller's transaction.</summary>
    public async Task EnqueueUnlessQueuedAsync(DbTransaction transaction, JobRequest job)
    {
        if (await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM job WHERE kind = @Kind AND key = @Key AND state = 'queued'", new { job.Kind, job.Key }, transaction) == 0) await EnqueueAsync(transaction, job);
    }

    public async Task<long> EnqueueAsync(JobRequest job, CancellationToken cancellationToken = default)
    {
        var id = await _database.WriteAsync(transaction => EnqueueAsync(transaction, job), cancellationToken: cancellationToken);
        Wake();
        return id;
    }

    /// <summary>True while a job waits or runs.</summary>
    public Task<bool> IsPendingAsync(long id, CancellationToken cancellationToken) => _database.ReadAsync(async connection =>
        await connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM job WHERE id = @id AND state IN ('queued', 'running')", new { id }) > 0, cancellationToken);

    /// <summary>Tells the workers of this process that there is something to do.</summary>
    public void Wake()
    {
        _wake.Release();
        _urgent.Release();
    }

    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => await _wake.WaitAsync(atMost, cancellationToken);

    /// <summary>As <see cref="WaitAsync"/>, for the one worker that is kept free: it looks once, however often it was called meanwhile.</summary>
    public async Task WaitForUrgentAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (!await _urgent.WaitAsync(atMost, cancellationToken)) return;
        while (_urgent.Wait(0, CancellationToken.None)) continue;
    }

    /// <summary>
    /// Gives jobs back that this node held when it stopped, and those whose holder has not been heard of. Where there are several nodes, the clock of another
    /// may be minutes off, so what a holder wrote is not put against the own clock: a lease has ended when it stayed as it is for its whole length, by the own clock.
    /// </summary>
    /// <returns>Those that are given up instead.</returns>
    public Task<IReadOnlyList<ClaimedJob>> ReclaimAsync(string node, bool starting, CancellationToken cancellationToken) => _database.WriteAsync<IReadOnlyList<ClaimedJob>>(async transaction =>
    {
        var now = _time.GetUtcNow();
        var nodes = await _database.NodesAsync(transaction);
        // Who renews his lease while this looks keeps the job: the row must still be the one that was silent.
        var silent = nodes is null ? "" : Silent(await transaction.Connection!.QueryAsync<(long, long, long?)>("SELECT id, attempts, lease_until FROM job WHERE state = 'running'", transaction: transaction));
        var ended = nodes is null ? "lease_until < @now OR lease_until > @beyond" : $"lease_owner NOT IN @nodes OR (id, attempts, lease_until) IN (VALUES {silent})";
        var lost = $"state = 'running' AND ((@starting = 1 AND lease_owner = @node) OR {ended})";
        var parameters = new { nodes = (nodes ?? []).Append(node), max = MaxStops, starting, node, now, beyond = now + (2 * Lease), error = StoppedAgain };
        var dead = (await transaction.Connection!.QueryAsync<ClaimedJob>($"""
            UPDATE job SET state = 'dead', lease_owner = NULL, lease_until = NULL, finished_at = @now, last_error = @error WHERE {lost} AND attempts >= @max RETURNING id, kind, key, lane, payload, attempts
            """, parameters, transaction)).AsList();
        await transaction.Connection!.ExecuteAsync($"""
            UPDATE job SET state = CASE WHEN EXISTS (SELECT 1 FROM job q WHERE q.kind = job.kind AND q.key = job.key AND q.state = 'queued') THEN 'done' ELSE 'queued' END, lease_owner = NULL, lease_until = NULL WHERE {lost}
            """, parameters, transaction);
        return dead;
    }, true, cancellationToken);

    /// <summary>Jobs whose lease was the same at the first look as long ago as a lease lasts.</summary>
    /// <returns>Rows of SQL of their ids, attempts and leases; one that is no job's where there are none.</returns>
    private string Silent(IEnumerable<(long Id, long Attempts, long? Until)> running)
    {
        lock (_heard)
        {
            var now = running.ToList();
            foreach (var gone in _heard.Keys.Except(now.Select(j => j.Id)).ToList()) _heard.Remove(gone);
            var silent = new StringBuilder("(0, 0, 0)");
            foreach (var (id, attempts, until) in now)
            {
                if (!_heard.TryGetValue(id, out var known) || known.Attempts != attempts || known.Until != until) _heard[id] = (attempts, until, _time.GetTimestamp());
                else if (_time.GetElapsedTime(known.At) >= Lease) silent.Append(CultureInfo.InvariantCulture, $", ({id}, {attempts}, {until ?? 0})");
            }

            return silent.ToString();
        }
    }

    public const string StoppedAgain = "The process stopped while it ran, again and again.";

    /// <summary>Gives a job back that is left for a stop of the server: that is no attempt. One whose twin waits already is found at the next start.</summary>
    public Task ReleaseAsync(ClaimedJob job) => _database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
        UPDATE job SET state = 'queued', attempts = attempts - 1, lease_owner = NULL, lease_until = NULL, progress = 0, progress_text = NULL WHERE id = @Id AND state = 'running' AND attempts = @Attempts AND lease_owner = @LeaseOwner
            AND NOT EXISTS (SELECT 1 FROM job q WHERE q.kind = job.kind AND q.key = job.key AND q.state = 'queued')
        """, new { job.Id, job.Attempts, job.LeaseOwner }, transaction));

    /// <summary>Gives a job back that the database went away under. The attempt counts as a stop of the process does.</summary>
    public async Task ReturnAsync(ClaimedJob job)
    {
        await _database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync($"""
            UPDATE job SET state = CASE WHEN EXISTS (SELECT 1 FROM job q WHERE q.kind = job.kind AND q.key = job.key AND q.state = 'queued') THEN 'done' ELSE 'queued' END,
                lease_owner = NULL, lease_until = NULL, progress = 0, progress_text = NULL WHERE {Held}
            """, new { job.Id, job.Attempts, job.LeaseOwner }, transaction));
        Wake();
    }

    /// <summary>Takes the most urgent job whose lane is free.</summary>
    public Task<ClaimedJob?> ClaimAsync(string node, CancellationToken cancellationToken) => ClaimAsync(node, JobPriority.Sweep, cancellationToken);

    /// <summary>Takes a job that somebody waits for. Nearly always there is none, so it looks before it takes the lock that all claims share.</summary>
    public async Task<ClaimedJob?> ClaimUrgentAsync(string node, CancellationToken cancellationToken)
    {
        var waiting = await _database.ReadAsync(connection => connection.QueryFirstOrDefaultAsync<long?>("SELECT id FROM job WHERE state = 'queued' AND priority >= @least LIMIT 1", new { least = (int)JobPriority.Upload }), cancellationToken);
        return waiting is null ? null : await ClaimAsync(node, JobPriority.Upload, cancellationToken);
    }

    private Task<ClaimedJob?> ClaimAsync(string node, JobPriority least, CancellationToken cancellationToken) => _database.WriteAsync(async transaction =>
    {
        // One claim at a time over all nodes, so that two never see the same lane free; it takes a millisecond.
        await _database.LockAsync(transaction, "job.claim");
        var now = _time.GetUtcNow();
        var id = await transaction.Connection!.QuerySingleOrDefaultAsync<long?>("""
            SELECT j.id FROM job j
            WHERE j.state = 'queued' AND j.priority >= @least AND (j.run_at <= @now OR j.run_at = j.created_at OR j.run_at > @beyond) AND NOT EXISTS (SELECT 1 FROM job r WHERE r.state = 'running' AND r.lane = j.lane)
                AND NOT EXISTS (SELECT 1 FROM job e WHERE e.state = 'queued' AND e.lane = j.lane AND e.id < j.id AND e.priority >= j.priority)
            ORDER BY j.priority DESC, j.run_at, j.id LIMIT 1
            """, new { now, beyond = now + LongestDelay, least = (int)least }, transaction);
        if (id is null) return null;
        // The clock is read after the lane was seen free, so that no job begins before the one that freed it ended.
        var started = _time.GetUtcNow();
        return await transaction.Connection!.QuerySingleOrDefaultAsync<ClaimedJob>("""
            UPDATE job SET state = 'running', attempts = attempts + 1, started_at = @started, lease_owner = @node, lease_until = @until, progress = 0, progress_text = NULL
            WHERE id = @id AND state = 'queued'
            RETURNING id, kind, key, lane, payload, attempts, priority, lease_owner
            """, new { id, started, until = started + Lease, node }, transaction);
    }, true, cancellationToken);

    /// <summary>Shows how far a job is, and keeps its lease.</summary>
    /// <returns>False when the node has it no longer.</returns>
    public async Task<bool> ReportAsync(ClaimedJob job, double progress, string? text, CancellationToken cancellationToken) => await _database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(
        $"UPDATE job SET progress = @progress, progress_text = @text, lease_until = @until WHERE {Held}",
        new { job.Id, job.Attempts, job.LeaseOwner, progress, text, until = _time.GetUtcNow() + Lease }, transaction), false, cancellationToken) > 0;

    /// <summary>Keeps a lease without progress to show.</summary>
    /// <returns>False when the node has it no longer.</returns>
    public async Task<bool> KeepAsync(ClaimedJob job, CancellationToken cancellationToken) => await _database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(
        $"UPDATE job SET lease_until = @until WHERE {Held}", new { job.Id, job.Attempts, job.LeaseOwner, until = _time.GetUtcNow() + Lease }, transaction), false, cancellationToken) > 0;

    /// <summary>Ends a job in the transaction of its last write.</summary>
    /// <exception cref="LeaseLostException">It is no longer this node's to end; the transaction must not commit.</exception>
    public async Task CompleteAsync(DbTransaction transaction, ClaimedJob job)
    {
        var ended = await transaction.Connection!.ExecuteAsync(
            $"UPDATE job SET state = 'done', progress = 1, progress_text = NULL, finished_at = @now, lease_owner = NULL, lease_until = NULL, last_error = NULL WHERE {Held}",
            new { job.Id, job.Attempts, job.LeaseOwner, now = _time.GetUtcNow() }, transaction);
        if (ended == 0) throw new LeaseLostException();
        await _database.NotifyAsync(transaction, Topic); // What waited for its lane may go.
    }

    public Task CompleteAsync(ClaimedJob job, CancellationToken cancellationToken) => _database.WriteAsync(transaction => CompleteAsync(transaction, job), false, cancellationToken);

    private const string Held = "id = @Id AND state = 'running' AND attempts = @Attempts AND lease_owner = @LeaseOwner";

    /// <summary>Puts a failed job back with a growing delay, or, after the last attempt or a failure that cannot pass, among the dead.</summary>
    /// <returns>True when it is dead.</returns>
    public async Task<bool> FailAsync(ClaimedJob job, string error, bool final, double jitter, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var dead = final || job.Attempts >= MaxAttempts;
        var delay = TimeSpan.FromSeconds(Math.Min(600, Math.Pow(3, job.Attempts))) * (0.5 + jitter);
        await _database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
            UPDATE job SET state = CASE WHEN EXISTS (SELECT 1 FROM job q WHERE q.kind = job.kind AND q.key = job.key AND q.state = 'queued') THEN 'done' ELSE @state END, run_at = @runAt, last_error = @error, lease_owner = NULL, lease_until = NULL, finished_at = @finished
            WHERE id = @Id AND state = 'running' AND attempts = @Attempts AND lease_owner = @LeaseOwner
            """, new { state = dead ? "dead" : "queued", runAt = now + delay, error, finished = dead ? now : (DateTimeOffset?)null, job.Id, job.Attempts, job.LeaseOwner }, transaction), false, cancellationToken);
        return dead;
    }

    /// <summary>Forgets failures of a kind that a later run has made good.</summary>
    public Task ForgetDeadAsync(string kind, IReadOnlyList<string> keys, CancellationToken cancellationToken) => _database.WriteAsync(async transaction =>
    {
        foreach (var key in keys) await transaction.Connection!.ExecuteAsync("DELETE FROM job WHERE kind = @kind AND key = @key AND state = 'dead'", new { kind, key }, transaction);
    }, true, cancellationToken);

    /// <summary>Forgets jobs that were done a week ago.</summary>
    public Task PruneAsync(CancellationToken cancellationToken) => _database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(
        "DELETE FROM job WHERE state = 'done' AND finished_at < @before", new { before = _time.GetUtcNow() - TimeSpan.FromDays(7) }, transaction), true, cancellationToken);
}
