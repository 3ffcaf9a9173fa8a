using Dapper;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Data.Sqlite;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Tests.Platform;

/// <summary>The database seam, the job table and the record of acts, on an engine of their own.</summary>
public sealed class PlatformTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-db-").FullName;
    private readonly TestDatabase _engine = new();
    private readonly IDatabase _database;

    public PlatformTests() => _database = _engine.Open(_folder, node: "n");

    public void Dispose()
    {
        ((IDisposable)_database).Dispose();
        _engine.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task Migrations_RunAgain_ChangeNothing()
    {
        await _database.MigrateAsync();
        var before = await _database.ReadAsync(c => c.QueryAsync<string>("SELECT name || applied_at FROM schema_migration ORDER BY name"));
        await _database.MigrateAsync();
        (await _database.ReadAsync(c => c.QueryAsync<string>("SELECT name || applied_at FROM schema_migration ORDER BY name"))).ShouldBe(before);
    }

    [Fact]
    public async Task Migrations_ChangedAfterTheFact_AreRefused()
    {
        await _database.MigrateAsync();
        await _database.WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE schema_migration SET checksum = 'x' WHERE name LIKE '0001%'", transaction: t));
        (await Should.ThrowAsync<InvalidOperationException>(() => _database.MigrateAsync())).Message.ShouldContain("0001_platform.sql");
    }

    [Fact]
    public async Task Writes_OfRequests_OvertakeThoseInTheBackground()
    {
        var gate = new WriterGate();
        var order = new List<string>();
        await gate.EnterAsync(false, default);
        var background = TurnAsync("background", true);
        var request = TurnAsync("request", false);
        gate.Leave();
        await Task.WhenAll(background, request);
        order.ShouldBe(["request", "background"]);

        async Task TurnAsync(string who, bool inBackground)
        {
            await gate.EnterAsync(inBackground, default);
            lock (order) order.Add(who);
            gate.Leave();
        }
    }

    [Fact]
    public async Task Gate_GivenUpWhileWaiting_StaysPassable()
    {
        var gate = new WriterGate();
        await gate.EnterAsync(false, default);
        using var stop = new CancellationTokenSource();
        var waiting = gate.EnterAsync(false, stop.Token);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        gate.Leave();
        await gate.EnterAsync(false, default).WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Write_ThatFails_LeavesNothing()
    {
        await _database.MigrateAsync();
        await Should.ThrowAsync<InvalidOperationException>(() => _database.WriteAsync(async t =>
        {
            await t.Connection!.ExecuteAsync("INSERT INTO setting (name, value) VALUES ('a', 'b')", transaction: t);
            throw new InvalidOperationException();
        }));
        (await new SettingStore(_database).GetAsync("a")).ShouldBeNull();
    }

    [Fact]
    public async Task Audit_WithARowAltered_ShowsWhere()
    {
        await _database.MigrateAsync();
        var audit = new AuditStore(_database, TimeProvider.System, new Subjects([]));
        for (var i = 0; i < 5; i++) await _database.WriteAsync(t => audit.AppendAsync(t, new AuditEntry("a", "b", "c", $"{{\"n\":{i}}}")));
        (await audit.VerifyAsync()).ShouldBeNull();
        await _database.WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE audit SET actor = 'z' WHERE id = 3", transaction: t));
        (await audit.VerifyAsync())!.Record.Id.ShouldBe(3);
        await _database.WriteAsync(t => t.Connection!.ExecuteAsync("DELETE FROM audit WHERE id = 3", transaction: t));
        (await audit.VerifyAsync())!.Record.Id.ShouldBe(4);
    }

    [Fact]
    public async Task Queue_GivenTheSameJobTwice_HoldsItOnce()
    {
        var queue = await QueueAsync();
        var first = await queue.EnqueueAsync(Job("k", "a"));
        (await queue.EnqueueAsync(Job("k", "a"))).ShouldBe(first);
        (await queue.ClaimAsync("n", default))!.Id.ShouldBe(first);
        (await queue.EnqueueAsync(Job("k", "a"))).ShouldNotBe(first, "what runs no longer waits");
    }

    [Fact]
    public async Task Queue_OfOneLane_IsWorkedInOrderOneAtATime()
    {
        var queue = await QueueAsync();
        await queue.EnqueueAsync(Job("1", "lane"));
        await queue.EnqueueAsync(Job("2", "lane"));
        await queue.EnqueueAsync(Job("3", "other"));
        var one = (await queue.ClaimAsync("n", default))!;
        one.Key.ShouldBe("1");
        (await queue.ClaimAsync("n", default))!.Key.ShouldBe("3");
        (await queue.ClaimAsync("n", default)).ShouldBeNull();
        await queue.CompleteAsync(one, default);
        (await queue.ClaimAsync("n", default))!.Key.ShouldBe("2");
    }

    [Fact]
    public async Task Queue_WithAnUpload_PutsSweepsBehindIt()
    {
        var queue = await QueueAsync();
        await queue.EnqueueAsync(Job("sweep", "a") with { Priority = JobPriority.Sweep });
        await queue.EnqueueAsync(Job("upload", "b") with { Priority = JobPriority.Upload });
        (await queue.ClaimAsync("n", default))!.Key.ShouldBe("upload");
    }

    [Fact]
    public async Task Queue_AfterAKill_GivesTheJobToTheSameNodeAgain_ButNotForEver()
    {
        var queue = await QueueAsync();
        await queue.EnqueueAsync(Job("k", "a"));
        for (var attempt = 1; attempt <= QueueStore.MaxStops; attempt++)
        {
            (await queue.ClaimAsync("n", default))!.Attempts.ShouldBe(attempt);
            await queue.ReclaimAsync("another", true, default);
            (await queue.ClaimAsync("n", default)).ShouldBeNull("its lease holds against other nodes");
            (await queue.ReclaimAsync("n", true, default)).Count.ShouldBe(attempt == QueueStore.MaxStops ? 1 : 0);
        }

        (await queue.ClaimAsync("n", default)).ShouldBeNull("it kills whoever takes it");
    }

    [Fact]
    public async Task Queue_OfAJobLeftForAStop_CountsNoAttempt()
    {
        var queue = await QueueAsync();
        await queue.EnqueueAsync(Job("k", "a"));
        for (var i = 0; i < 2 * QueueStore.MaxStops; i++)
        {
            var job = (await queue.ClaimAsync("n", default))!;
            job.Attempts.ShouldBe(1);
            await queue.ReleaseAsync(job);
        }
    }

    [Fact]
    public async Task Queue_AfterTheLastFailure_BuriesTheJob()
    {
        var queue = await QueueAsync();
        var id = await queue.EnqueueAsync(Job("k", "a"));
        var job = (await queue.ClaimAsync("n", default))!;
        (await queue.FailAsync(job, "once", false, 0, default)).ShouldBeFalse();
        (await queue.ClaimAsync("n", default)).ShouldBeNull("it waits before the next attempt");
        await _database.WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE job SET attempts = @before, run_at = 0", new { before = QueueStore.MaxAttempts - 1 }, t));
        job = (await queue.ClaimAsync("n", default))!;
        (await queue.FailAsync(job, "for good", false, 0, default)).ShouldBeTrue();
        (await queue.IsPendingAsync(id, default)).ShouldBeFalse();
    }

    [Fact]
    public void Listen_OnATakenPort_TakesTheNext()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var said = new List<string>();
        var url = Listen.FreeUrls($"http://127.0.0.1:{port}", said.Add).Single();
        new Uri(url).Port.ShouldBeGreaterThan(port);
        said.Single().ShouldContain(port.ToString());
    }

    [Fact]
    public void NodeList_RoundTrips_AndRefusesDamage()
    {
        long[] ids = [0, 5, 4, 1L << 40, 7, 7];
        var bytes = NodeList.ToBytes(ids);
        NodeList.FromBytes(bytes).ShouldBe(ids);
        Should.Throw<FormatException>(() => NodeList.FromBytes([0x80]));
    }

    private static JobRequest Job(string key, string lane) => new("kind", key, lane, "");

    private async Task<QueueStore> QueueAsync()
    {
        await _database.MigrateAsync();
        return new QueueStore(_database, TimeProvider.System);
    }
}
