using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Features;

/// <summary>Today's numbers of a portfolio that is too large to be summed up with every change.</summary>
public sealed class PortfolioDayTests : IAsyncLifetime
{
    private readonly Clock _clock = new();
    private readonly TestHost _host;

    public PortfolioDayTests() => _host = new TestHost { Clock = _clock };

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Today_AfterChangesThatWerePassedOver_IsMadeUpForSoonAfterTheLast()
    {
        using var client = await _host.ClientAsync();
        _host.Get<NumbersStore>().Costly = TimeSpan.Zero;
        await TestHost.UploadAsync(client, "one", "1", TestHost.Bom("pkg:npm/a@1", "pkg:npm/b@1"));
        foreach (var name in (string[])["two", "three"]) await TestHost.UploadAsync(client, name, "1", TestHost.Bom($"pkg:npm/{name}@1", "pkg:npm/lodash@4.17.20"));
        (await TodayAsync()).ShouldBe((0, 0), "the sum was made at the start, and is not made again within the same moment");
        (await JobsAsync()).ShouldBe(1, "one stands for all");

        _clock.Now += TimeSpan.FromSeconds(11);
        await _host.IdleAsync();
        (await TodayAsync()).ShouldBe((5, 1));
    }

    private Task<(long, long)> TodayAsync() => _host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<(long, long)>("SELECT components, vulnerable FROM metrics_day WHERE pv_id = 0"));

    private Task<long> JobsAsync() => _host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>($"SELECT COUNT(*) FROM job WHERE kind = '{NumbersJob.JobKind}' AND state = 'queued'"));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
