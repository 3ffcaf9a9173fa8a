using Dapper;
using Headwater.Server.Features.Jobs;
using Headwater.Server.Features.Keys;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Platform;

/// <summary>Who comes second changes nothing, says so, and leaves no record.</summary>
public sealed class AuditRaceTests(TestHost host) : IClassFixture<TestHost>
{
    private const int Callers = 4;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IDatabase Database => host.Get<IDatabase>();

    [Fact]
    public async Task Retry_ByManyAtOnce_IsDoneAndRecordedOnce()
    {
        var job = await host.Get<QueueStore>().EnqueueAsync(new JobRequest("components.reminders", "race", "race", ""), Stop);
        await host.IdleAsync();
        await Database.WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE job SET state = 'dead', attempts = 9 WHERE id = @job", new { job }, t));
        var done = await TogetherAsync(i => host.Get<JobStore>().RetryAsync(job, "racer-" + i, Stop));
        done.Count(d => d).ShouldBe(1);
        (await ActsAsync($"job:{job}")).ShouldBe(["job.retried"]);
        await host.IdleAsync();
    }

    [Fact]
    public async Task Revoke_ByManyAtOnce_IsDoneAndRecordedOnce()
    {
        var keys = host.Get<KeyStore>();
        var key = (await keys.CreateAsync("race", Permissions.ViewPortfolio, "racer", Stop)).Key;
        var done = await TogetherAsync(i => keys.RevokeAsync(Viewer.Everything, key.Id, "racer-" + i, Stop));
        done.Count(d => d).ShouldBe(1);
        var rows = await RowsAsync($"key:{key.PublicId}");
        rows.Select(r => r.Act).ShouldBe(["key.revoked", "key.created"]);
        rows[0].BeforeDigest.ShouldBe(rows[1].AfterDigest);
    }

    [Fact]
    public async Task TakeOver_ByManyAtOnce_IsAChainOfRecords()
    {
        var keys = host.Get<KeyStore>();
        var key = (await keys.CreateAsync("race", Permissions.ViewPortfolio, "racer", Stop)).Key;
        var heirs = new long[Callers];
        for (var i = 0; i < Callers; i++) heirs[i] = await host.AddPersonAsync("heir-" + i);
        await TogetherAsync(async i =>
        {
            await keys.SetMakerAsync(key.Id, heirs[i], "heir-" + i, Stop);
            return true;
        });
        var rows = await RowsAsync($"key:{key.PublicId}");
        rows.Count.ShouldBe(Callers + 1);
        for (var i = 0; i < Callers; i++) rows[i].BeforeDigest.ShouldBe(rows[i + 1].AfterDigest);
    }

    [Fact]
    public async Task TakeOver_ByWhoHasItAlready_LeavesNoRecord()
    {
        var keys = host.Get<KeyStore>();
        var key = (await keys.CreateAsync("again", Permissions.ViewPortfolio, "racer", Stop)).Key;
        var heir = await host.AddPersonAsync("heir-again");
        await keys.SetMakerAsync(key.Id, heir, "heir-again", Stop);
        await keys.SetMakerAsync(key.Id, heir, "heir-again", Stop);
        (await ActsAsync($"key:{key.PublicId}")).ShouldBe(["key.taken-over", "key.created"]);
    }

    [Fact]
    public async Task Levels_ByManyAtOnce_AreAChainOfRecords_AndNoneForTheSameAgain()
    {
        var store = host.Get<OrganisationStore>();
        await TogetherAsync(async i =>
        {
            await store.SetLevelsAsync(["Group", "House " + i], "racer-" + i, Stop);
            return true;
        });
        var rows = await RowsAsync("organisation");
        rows.Count.ShouldBe(Callers);
        for (var i = 1; i < Callers; i++) rows[i - 1].BeforeDigest.ShouldBe(rows[i].AfterDigest);
        await store.SetLevelsAsync(await store.LevelsAsync(Stop), "racer", Stop);
        (await RowsAsync("organisation")).Count.ShouldBe(Callers);
    }

    /// <summary>All of them come while somebody else is writing a record, so that none is ahead of the others.</summary>
    private async Task<bool[]> TogetherAsync(Func<int, Task<bool>> act)
    {
        var calls = await Database.WriteAsync(async transaction =>
        {
            await host.Get<AuditStore>().HoldAsync(transaction);
            var started = Enumerable.Range(0, Callers).Select(i => Task.Run(() => act(i), Stop)).ToArray();
            await Task.Delay(300, Stop); // However far they have come: what holds does not depend on it.
            return started;
        }, cancellationToken: Stop);
        return await Task.WhenAll(calls);
    }

    private async Task<IReadOnlyList<AuditRow>> RowsAsync(string subject) => (await host.Get<AuditStore>().ListAsync(new AuditFilter { Subject = subject }, new PageRequest { Size = 50 }, Stop)).Items;

    private async Task<IEnumerable<string>> ActsAsync(string subject) => (await RowsAsync(subject)).Select(r => r.Act);
}
