using Dapper;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Tests.Platform;

/// <summary>What recurs: when it is due, and that it is enqueued once.</summary>
public sealed class ScheduleTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-schedule-").FullName;
    private readonly Clock _clock = new(Start);
    private readonly TestDatabase _engine = new();
    private readonly IDatabase _database;
    private readonly QueueStore _queue;

    public ScheduleTests()
    {
        _database = _engine.Open(_folder, _clock);
        _queue = new QueueStore(_database, _clock);
    }

    public void Dispose()
    {
        ((IDisposable)_database).Dispose();
        _engine.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task Run_WhenDue_IsEnqueuedOnce_ThoughManyNodesLook()
    {
        await _database.MigrateAsync();
        await Schedule().SetAsync(Hourly());
        (await Schedule().RunDueAsync(default)).Enqueued.ShouldBe(0);
        _clock.Now = Start.AddHours(1).AddMinutes(2);
        var looks = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Schedule().RunDueAsync(default))));
        looks.Sum(l => l.Enqueued).ShouldBe(1);
        (await JobsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Run_MissedManyTimes_IsMadeUpForOnce()
    {
        await _database.MigrateAsync();
        await Schedule().SetAsync(Hourly());
        _clock.Now = Start.AddDays(3);
        (await Schedule().RunDueAsync(default)).Enqueued.ShouldBe(1);
        (await Schedule().RunDueAsync(default)).Enqueued.ShouldBe(0);
        (await Schedule().ListAsync())[0].NextAt.ShouldBeInRange(_clock.Now.AddHours(1), _clock.Now.AddHours(1).AddMinutes(1));
    }

    [Fact]
    public async Task Registration_AtTheNextStart_KeepsTheNextRun_AndAChangedCadenceCountsFromNow()
    {
        await _database.MigrateAsync();
        await Schedule().SetAsync(Hourly());
        var planned = (await Schedule().ListAsync())[0].NextAt;
        _clock.Now = Start.AddMinutes(30);
        await Schedule().SetAsync(Hourly());
        (await Schedule().ListAsync())[0].NextAt.ShouldBe(planned);
        await Schedule().SetAsync(Hourly() with { Cadence = Cadence.EachTime(TimeSpan.FromMinutes(10)) });
        (await Schedule().ListAsync())[0].NextAt.ShouldBeInRange(_clock.Now.AddMinutes(10), _clock.Now.AddMinutes(11));
    }

    [Fact]
    public async Task Run_AfterTheClockWasSetBack_DoesNotWaitForTheOldTime()
    {
        await _database.MigrateAsync();
        await Schedule().SetAsync(Hourly());
        _clock.Now = Start.AddDays(-30);
        await Schedule().RunDueAsync(default);
        (await Schedule().ListAsync())[0].NextAt.ShouldBeLessThan(_clock.Now.AddHours(2));
    }

    [Fact]
    public async Task Run_SwitchedOff_IsNotEnqueued()
    {
        await _database.MigrateAsync();
        await Schedule().SetAsync(Hourly(), enabled: false);
        _clock.Now = Start.AddDays(1);
        (await Schedule().RunDueAsync(default)).Enqueued.ShouldBe(0);
    }

    [Fact]
    public void Daily_IsAtItsTimeInUtc_TodayOrTomorrow()
    {
        var early = Cadence.DailyAt(new TimeOnly(2, 30));
        early.Next(Start, 0).ShouldBe(new DateTimeOffset(2026, 11, 22, 2, 30, 0, TimeSpan.Zero));
        Cadence.DailyAt(new TimeOnly(9, 0)).Next(Start.ToOffset(TimeSpan.FromHours(5)), 1).ShouldBe(new DateTimeOffset(2026, 11, 21, 9, 1, 0, TimeSpan.Zero));
        early.Next(new DateTimeOffset(2026, 11, 22, 2, 30, 0, TimeSpan.Zero), 0).ShouldBe(new DateTimeOffset(2026, 11, 23, 2, 30, 0, TimeSpan.Zero));
    }

    private ScheduleStore Schedule() => new(_database, _queue, _clock);

    private static RecurringJob Hourly() => new("test", new JobRequest("test.kind", "k", "lane", "payload"), Cadence.EachTime(TimeSpan.FromHours(1)));

    private Task<long> JobsAsync() => _database.ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM job WHERE kind = 'test.kind'"));

    private sealed class Clock(DateTimeOffset start) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = start;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
