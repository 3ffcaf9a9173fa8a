using Dapper;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Tests.Platform;

/// <summary>Several nodes on one job table: each job is done once, whoever dies or dozes.</summary>
public sealed class NodeTests : IDisposable
{
    private readonly TestNodes _databases = new();
    private readonly Clock _clock = new();

    public void Dispose() => _databases.Dispose();

    [Fact]
    public async Task Claim_ByManyNodesAtOnce_GivesEachJobOnce_AndALaneToOneAtATime()
    {
        var nodes = await NodesAsync(4);
        const int Jobs = 60, Lanes = 7;
        for (var i = 0; i < Jobs; i++) await nodes[0].EnqueueAsync(new JobRequest("test", $"job-{i}", $"lane-{i % Lanes}", ""));
        var (claimed, together, open) = (new List<long>(), 0, new HashSet<string>());
        await Task.WhenAll(nodes.Select((queue, n) => Task.Run(async () =>
        {
            for (var idle = 0; idle < 40;)
            {
                if (await queue.ClaimAsync($"node-{n}", default) is not { } job)
                {
                    idle++;
                    await Task.Delay(5);
                    continue;
                }

                idle = 0;
                lock (claimed)
                {
                    claimed.Add(job.Id);
                    if (!open.Add(job.Lane)) together++;
                }

                await Task.Delay(2);
                lock (claimed) open.Remove(job.Lane);
                await queue.CompleteAsync(job, default);
            }
        })));
        claimed.Count.ShouldBe(Jobs);
        claimed.Distinct().Count().ShouldBe(Jobs);
        together.ShouldBe(0);
    }

    [Fact]
    public async Task Complete_AfterTheLeaseWentToAnotherNode_IsRefused_AndWritesNothing()
    {
        var nodes = await NodesAsync(2);
        await nodes[0].EnqueueAsync(new JobRequest("test", "k", "l", ""));
        var dozing = (await nodes[0].ClaimAsync("a", default))!;
        _clock.Now += nodes[0].Lease + TimeSpan.FromSeconds(1);
        await nodes[1].ReclaimAsync("b", false, default);
        var taken = (await nodes[1].ClaimAsync("b", default))!;
        taken.Id.ShouldBe(dozing.Id);
        (await nodes[0].KeepAsync(dozing, default)).ShouldBeFalse();
        await Should.ThrowAsync<LeaseLostException>(() => _databases[0].WriteAsync(async transaction =>
        {
            await transaction.Connection!.ExecuteAsync("INSERT INTO setting (name, value) VALUES ('written-by', 'a')", transaction: transaction);
            await nodes[0].CompleteAsync(transaction, dozing);
        }));
        (await new SettingStore(_databases[0]).GetAsync("written-by")).ShouldBeNull();
        await nodes[1].CompleteAsync(taken, default);
        (await StateAsync()).ShouldBe("done");
    }

    [Fact]
    public async Task Clock_SetBack_HoldsNoJobUp()
    {
        var nodes = await NodesAsync(1);
        await nodes[0].EnqueueAsync(new JobRequest("test", "k", "l", ""));
        _clock.Now -= TimeSpan.FromMinutes(20);
        var job = (await nodes[0].ClaimAsync("a", default)).ShouldNotBeNull();
        _clock.Now -= TimeSpan.FromMinutes(20);
        await nodes[0].ReclaimAsync("b", false, default); // Its holder may have died: a lease for twenty minutes is none.
        (await nodes[0].KeepAsync(job, default)).ShouldBeFalse();
        (await nodes[0].ClaimAsync("b", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Clock_SetForward_GivesTheJobBack_AndItsHolderNotices()
    {
        var nodes = await NodesAsync(1);
        await nodes[0].EnqueueAsync(new JobRequest("test", "k", "l", ""));
        var job = (await nodes[0].ClaimAsync("a", default)).ShouldNotBeNull();
        _clock.Now += TimeSpan.FromHours(1);
        await nodes[0].ReclaimAsync("b", false, default);
        (await StateAsync()).ShouldBe("queued");
        (await nodes[0].KeepAsync(job, default)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-10)]
    public async Task Lease_OfANodeWhoseClockIsMinutesOff_EndsWhenItStaysAsItIs_AndNotBefore(int minutes)
    {
        if (!TestDatabase.IsPostgres) return; // Elsewhere there is one node, and one clock.
        var (here, there) = (new Clock(), new Clock { Now = new Clock().Now + TimeSpan.FromMinutes(minutes) });
        foreach (var (name, clock) in new[] { ("here", here), ("there", there) }) await _databases.AddAsync(clock, name);

        var (mine, theirs) = (new QueueStore(_databases[0], here), new QueueStore(_databases[1], there));
        await mine.EnqueueAsync(new JobRequest("test", "k", "l", ""));
        var job = (await theirs.ClaimAsync("there", default)).ShouldNotBeNull();
        // For three leases it is heard of now and then, as long as it is at work.
        for (var i = 0; i < 6; i++)
        {
            await mine.ReclaimAsync("here", false, default);
            (await StateAsync()).ShouldBe("running");
            (await theirs.KeepAsync(job, default)).ShouldBeTrue();
            (here.Now, there.Now) = (here.Now + (mine.Lease / 2), there.Now + (mine.Lease / 2));
        }

        await mine.ReclaimAsync("here", false, default);
        here.Now += mine.Lease - TimeSpan.FromSeconds(1);
        await mine.ReclaimAsync("here", false, default);
        (await StateAsync()).ShouldBe("running");
        here.Now += TimeSpan.FromSeconds(1);
        await mine.ReclaimAsync("here", false, default); // It is connected and says nothing.
        (await StateAsync()).ShouldBe("queued");
        (await theirs.KeepAsync(job, default)).ShouldBeFalse();
    }

    [Fact]
    public async Task Lease_RenewedWhileAnotherTakesItForEnded_IsKept()
    {
        if (!TestDatabase.IsPostgres) return;
        foreach (var name in new[] { "here", "there" }) await _databases.AddAsync(_clock, name);

        QueueStore[] nodes = [.. _databases.Select(d => new QueueStore(d, _clock))];
        await nodes[0].EnqueueAsync(new JobRequest("test", "k", "l", ""));
        var job = (await nodes[0].ClaimAsync("here", default)).ShouldNotBeNull();
        await nodes[1].ReclaimAsync("there", false, default);
        _clock.Now += nodes[0].Lease;
        Task? reclaim = null;
        await _databases[0].WriteAsync(async transaction =>
        {
            await transaction.Connection!.ExecuteAsync("UPDATE job SET lease_until = lease_until + 1000 WHERE id = @Id", new { job.Id }, transaction);
            reclaim = nodes[1].ReclaimAsync("there", false, default);
            while (!reclaim.IsCompleted && await transaction.Connection!.QuerySingleAsync<long>("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", transaction: transaction) == 0) await Task.Delay(10);
            return true;
        });
        await reclaim!;
        (await StateAsync()).ShouldBe("running");
        (await nodes[0].KeepAsync(job, default)).ShouldBeTrue();
    }

    [Fact]
    public async Task Notify_ReachesEveryNode_AfterTheCommit()
    {
        await NodesAsync(2);
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _databases[^1].Notified += topic =>
        {
            if (topic.StartsWith("test:", StringComparison.Ordinal)) heard.TrySetResult(topic);
        };
        await Should.ThrowAsync<InvalidOperationException>(() => _databases[0].WriteAsync(async transaction =>
        {
            await _databases[0].NotifyAsync(transaction, "test:lost");
            throw new InvalidOperationException();
        }));
        // Listening begins in the background.
        for (var i = 0; i < 100 && !heard.Task.IsCompleted; i++)
        {
            await _databases[0].WriteAsync(transaction => _databases[0].NotifyAsync(transaction, "test:kept"));
            await Task.WhenAny(heard.Task, Task.Delay(100));
        }

        (await heard.Task.WaitAsync(TimeSpan.FromSeconds(1))).ShouldBe("test:kept");
    }

    /// <summary>Queues of as many nodes; on the embedded engine they share the one database there is.</summary>
    private async Task<List<QueueStore>> NodesAsync(int count)
    {
        await _databases.AddAsync(count, _clock);
        return [.. Enumerable.Range(0, count).Select(i => new QueueStore(_databases[i % _databases.Count], _clock))];
    }

    private Task<string> StateAsync() => _databases[0].ReadAsync(connection => connection.QuerySingleAsync<string>("SELECT state FROM job"));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.UtcTicks;
    }
}
