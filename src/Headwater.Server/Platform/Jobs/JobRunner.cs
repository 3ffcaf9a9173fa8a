using System.Data.Common;
using System.Diagnostics;
using System.Security.Cryptography;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Platform.Jobs;

/// <summary>Does jobs of one kind. It may be called again for the same job, after a failure or a stop in the middle.</summary>
internal interface IJobHandler
{
    string Kind { get; }

    /// <summary>What a job is about, as <c>kind:id</c> of a <see cref="NamedKind"/>; null when it is about nothing that has a name.</summary>
    string? SubjectOf(string key, string lane) => null;

    Task RunAsync(JobContext context, CancellationToken cancellationToken);

    /// <summary>Called once when a job will not be tried again.</summary>
    Task GiveUpAsync(ClaimedJob job, string error, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Called in the transaction in which somebody puts such a job back into the queue: takes back what giving up did.</summary>
    Task TryAgainAsync(DbTransaction transaction, long job) => Task.CompletedTask;
}

/// <summary>A failure that another attempt will not cure.</summary>
internal sealed class JobFailedException(string message) : Exception(message);

/// <summary>The job at hand, and how to say how far it is.</summary>
internal sealed class JobContext(ClaimedJob job, QueueStore queue, TimeProvider time)
{
    private long _reported;

    public ClaimedJob Job { get; } = job;

    /// <summary>True when the handler has ended the job itself, in the transaction of its last write.</summary>
    public bool Completed { get; set; }

    /// <summary>Shows progress (0..1) with a word of what is being done; more often than four times a second is not written.</summary>
    public Task ReportAsync(double progress, string? text, CancellationToken cancellationToken)
    {
        if (_reported != 0 && time.GetElapsedTime(_reported) < TimeSpan.FromMilliseconds(250)) return Task.CompletedTask;
        _reported = time.GetTimestamp();
        return queue.ReportAsync(Job, progress, text, cancellationToken);
    }
}

/// <summary>The workers of this node.</summary>
internal sealed class JobRunner(QueueStore queue, IEnumerable<IJobHandler> handlers, Instruments instruments, DrainTimes drain, IHostApplicationLifetime lifetime, TimeProvider time, Node node, ILogger<JobRunner> log) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);

    /// <summary>Jobs that this node is at and that nobody waits for.</summary>
    private int _others;

    private readonly Dictionary<string, IJobHandler> _handlers = handlers.ToDictionary(h => h.Kind, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!node.Works) return;
        for (var starting = true; starting && !stoppingToken.IsCancellationRequested;)
        {
            starting = !await TriedAsync(() => ReclaimAsync(true, stoppingToken), stoppingToken);
            if (starting) await Task.Delay(Poll, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Asked to stop, it takes up nothing more at once; what runs is given time to end by itself.
        using var cutOff = new CancellationTokenSource();
        using var asked = lifetime.ApplicationStopping.Register(() => cutOff.CancelAfter(drain.Delay + drain.Limit));
        var workers = Math.Clamp(Environment.ProcessorCount, 2, 4);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(lifetime.ApplicationStopping, cutOff.Token), stoppingToken))
            .Append(Task.Run(() => WorkOnUploadsAsync(lifetime.ApplicationStopping, cutOff.Token), stoppingToken)).Append(TidyAsync(stoppingToken)));
    }

    private async Task TidyAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(queue.Lease / 4, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await TriedAsync(async () =>
                {
                    await ReclaimAsync(false, stopping);
                    await queue.PruneAsync(stopping);
                }, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>False when the job table could not be reached. It comes back, and nothing here may have ended by then.</summary>
    private async Task<bool> TriedAsync(Func<Task> act, CancellationToken stopping)
    {
        try
        {
            await act();
            return true;
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.WorkerFailed(e);
            return false;
        }
    }

    private async Task ReclaimAsync(bool starting, CancellationToken stopping)
    {
        foreach (var job in await queue.ReclaimAsync(node.Name, starting, stopping))
            if (_handlers.TryGetValue(job.Kind, out var handler)) await handler.GiveUpAsync(job, QueueStore.StoppedAgain, stopping);
    }

    private async Task WorkAsync(CancellationToken stopping, CancellationToken cutOff)
    {
        var worked = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (await queue.ClaimAsync(node.Name, stopping) is { } job)
                {
                    await RunAsync(job, cutOff);
                    worked = true;
                    continue;
                }

                // A large document leaves a large heap behind; a server that then idles for days should not keep it.
                if (worked) GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, true, true);
                worked = false;
                await queue.WaitAsync(Poll, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                log.WorkerFailed(e);
                await Task.Delay(Poll, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>
    /// One more worker, for what somebody waits for: a feed that is slow to answer, a sweep, a large count may keep all the others for minutes. It takes an upload only while one of
    /// them is at such a job, so that there are hardly ever more uploads at once than workers.
    /// </summary>
    private async Task WorkOnUploadsAsync(CancellationToken stopping, CancellationToken cutOff)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (Volatile.Read(ref _others) > 0 && await queue.ClaimUrgentAsync(node.Name, stopping) is { } job) await RunAsync(job, cutOff);
                else await queue.WaitForUrgentAsync(Poll, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                log.WorkerFailed(e);
                await Task.Delay(Poll, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RunAsync(ClaimedJob job, CancellationToken stopping)
    {
        var other = job.Priority < JobPriority.Upload;
        if (other) Interlocked.Increment(ref _others);
        try
        {
            await AttemptAsync(job, stopping);
        }
        finally
        {
            if (other) Interlocked.Decrement(ref _others);
        }
    }

    private async Task AttemptAsync(ClaimedJob job, CancellationToken stopping)
    {
        using var span = Traces.Job(job.Kind, job.Attempts);
        var started = time.GetTimestamp();
        var context = new JobContext(job, queue, time);
        // What is cut off is given back at once, also while its handler is still in the middle of a statement: it can end the job no more, and another node need not wait for the lease.
        Task? given = null;
        using var cut = stopping.Register(() => given = queue.ReleaseAsync(job));
        try
        {
            if (!_handlers.TryGetValue(job.Kind, out var handler)) throw new JobFailedException($"Nothing here does jobs of the kind {job.Kind}.");
            using var done = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            using var held = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var beat = BeatAsync(job, held, done.Token);
            try
            {
                await handler.RunAsync(context, held.Token);
            }
            catch (OperationCanceledException) when (held.IsCancellationRequested && !stopping.IsCancellationRequested)
            {
                throw new LeaseLostException();
            }
            finally
            {
                await done.CancelAsync();
                await beat;
            }

            if (!context.Completed) await queue.CompleteAsync(job, stopping);
            instruments.Job(job.Kind, "done", time.GetElapsedTime(started));
            log.JobDone(job.Id, job.Kind, job.Key, time.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Whatever this cannot give back stays "running" under this node's name and is taken up at the next start.
            instruments.Job(job.Kind, "released", time.GetElapsedTime(started));
            await (given ?? queue.ReleaseAsync(job));
        }
        catch (LeaseLostException)
        {
            instruments.Job(job.Kind, "lost", time.GetElapsedTime(started));
            log.LeaseLost(job.Id, job.Kind, job.Key);
        }
        catch (DatabaseUnreachableException e) when (!e.WasSlow && job.Attempts < QueueStore.MaxStops)
        {
            // As if the process had been stopped: the job is not to blame. Nobody else takes it before its lease ends, so there is time to give it back.
            instruments.Job(job.Kind, "returned", time.GetElapsedTime(started));
            log.JobReturned(job.Id, job.Kind, job.Key, e.Message);
            for (var since = time.GetTimestamp(); !await TriedAsync(() => queue.ReturnAsync(job), stopping) && time.GetElapsedTime(since) < queue.Lease;)
                await Task.Delay(Poll, time, stopping);
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            instruments.Job(job.Kind, "failed", time.GetElapsedTime(started));
            log.JobFailed(e, job.Id, job.Kind, job.Key, job.Attempts);
            var dead = await queue.FailAsync(job, e.Message, e is JobFailedException, RandomNumberGenerator.GetInt32(1000) / 1000.0, stopping);
            if (dead && _handlers.TryGetValue(job.Kind, out var handler)) await handler.GiveUpAsync(job, e.Message, stopping);
        }
    }

    /// <summary>Keeps the lease while the job runs, and stops the job when it has gone to another node all the same.</summary>
    private async Task BeatAsync(ClaimedJob job, CancellationTokenSource held, CancellationToken done)
    {
        using var timer = new PeriodicTimer(queue.Lease / 4, time);
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(done)) return;
                if (await queue.KeepAsync(job, done)) continue;
                await held.CancelAsync();
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is IOException or System.Data.Common.DbException)
            {
                log.WorkerFailed(e); // The next beat may get through before the lease ends.
            }
        }
    }
}
