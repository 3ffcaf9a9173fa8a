using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.DependencyTrack;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features.DependencyTrack;

/// <summary>Numbers by the day, which are kept, against a count of every day of every project.</summary>
public sealed class MetricsDayTests : IAsyncLifetime
{
    private const int Back = 12;

    private static readonly Noon Clock = new();

    private readonly TestHost _host = new() { Clock = Clock };
    private HttpClient _client = null!;
    private long _unit;

    private static long Today => Clock.GetUtcNow().ToUnixTimeSeconds() / 86_400;

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        _client = await _host.ClientAsync();
        _unit = (await _host.UnitsAsync(new CatalogueGroup("unit", "part", "Part", null, null)))[("unit", "part")];
        using var part = await _host.KeyAsync(_unit);
        // Four rounds of uploads, days apart: what was written is put further back each time.
        foreach (var (round, days) in new[] { 5, 4, 3, 0 }.Index())
        {
            for (var i = 0; i < 4; i++)
                if (round == 0 || (i + round) % 2 == 0)
                    await TestHost.UploadAsync(i < 2 ? part : _client, $"day-{i}", "1", TestHost.Bom([.. Enumerable.Range(0, 1 + ((i + round) % 3)).Select(n => $"pkg:npm/lodash@4.17.{14 + n}"), .. Enumerable.Range(0, round).Select(n => $"pkg:oci/image-{n}@1")]));
            await _host.IdleAsync();
            if (round == 2) await SuppressAsync();
            await _host.Get<IDatabase>().WriteAsync(async transaction =>
            {
                foreach (var table in new[] { "unit_day", "metrics_day" }) // From the oldest on: no two may stand on one day in between.
                    foreach (var day in (await transaction.Connection!.QueryAsync<long>($"SELECT DISTINCT day FROM {table} ORDER BY day", transaction: transaction)).AsList())
                        await transaction.Connection!.ExecuteAsync($"UPDATE {table} SET day = day - @days WHERE day = @day", new { days, day }, transaction);
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Portfolio_ByTheDay_IsWhatACountOfEachProjectsDaysSays()
    {
        foreach (var viewer in new[] { Viewer.Everything, new Viewer(false, [_unit]) })
        {
            var kept = await _host.Get<DtMetricsStore>().PortfolioSinceAsync(viewer, Today - Back, default);
            var counted = await CountAsync(viewer.All ? "1 = 1" : $"p.owner_id = {_unit}");
            kept.Count.ShouldBe(Back + 1);
            kept[0].Components.ShouldNotBe(kept[^1].Components);
            (viewer.All ? kept.Max(d => d.Suppressed) : 1).ShouldBePositive();
            foreach (var day in kept)
                (day.Day, day.Projects, day.VulnerableProjects, day.Components, day.Vulnerable, day.Critical, day.High, day.Medium, day.Suppressed, day.Audited).ShouldBe(counted(day.Day));
            foreach (var since in new[] { 0, 1, 4, 11, 60, 3000 })
                (await _host.Get<DtMetricsStore>().PortfolioSinceAsync(viewer, Today - since, default)).TakeLast(Math.Min(since, Back) + 1).ShouldBe(kept.TakeLast(Math.Min(since, Back) + 1), "however far back is asked");
            (await _host.Get<DtMetricsStore>().PortfolioAsync(viewer, default)).ShouldBe(kept[^1]);
        }

        (await _host.Get<DtMetricsStore>().PortfolioSinceAsync(Viewer.Everything, Today + 2, default)).ShouldBeEmpty("tomorrow has no numbers");
        (await _host.Get<DtMetricsStore>().PortfolioSinceAsync(Viewer.Nothing, Today - Back, default)).ShouldBeEmpty();
        (await _host.Get<DtMetricsStore>().PortfolioAsync(Viewer.Nothing, default)).Projects.ShouldBe(0);
    }

    [Fact]
    public async Task Project_ByTheDay_RepeatsTheLastThatWasWritten()
    {
        var (version, rows) = await _host.Get<IDatabase>().ReadAsync(async c => (await c.QuerySingleAsync<long>("SELECT latest_id FROM project WHERE name = 'day-1'"),
            (await c.QueryAsync<(long Day, long Components)>("SELECT d.day, d.components FROM metrics_day d JOIN project p ON p.latest_id = d.pv_id WHERE p.name = 'day-1' ORDER BY d.day")).AsList()));
        rows.Count.ShouldBeGreaterThan(1);
        foreach (var back in new[] { 0, 3, 4, 7, 12, 90 })
        {
            var days = await _host.Get<DtMetricsStore>().OfProjectAsync(version, Today - back, default);
            days.Count.ShouldBe(Math.Min(back, Back) + 1);
            foreach (var day in days) day.Components.ShouldBe((int)rows.Last(r => r.Day <= day.Day).Components);
        }
    }

    [Theory]
    [InlineData("UPDATE unit_day SET suppressed = 0, settled = 0, audited = 0; DELETE FROM unit_day WHERE owner_id = 0", "as an update finds them")]
    [InlineData("UPDATE unit_day SET suppressed = 0, settled = 0, audited = 0; DELETE FROM unit_day WHERE owner_id = 0; DELETE FROM unit_day WHERE day < (SELECT MAX(day) FROM unit_day)", "units that were counted since today")]
    [InlineData("DELETE FROM unit_day", "units that never were counted")]
    public async Task Days_ThatAnUpdateMakesOfThoseOfProjects_AreThoseThatWereKept(string before, string why)
    {
        await LieInAnotherUnitAsync();
        var (kept, made) = await _host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var kept = await DaysAsync(transaction);
            await transaction.Connection!.ExecuteAsync(before, transaction: transaction);
            await transaction.Connection!.ExecuteAsync(await PastAsync(), transaction: transaction);
            return (kept, await DaysAsync(transaction));
        });

        kept.Count(d => d.StartsWith("0|", StringComparison.Ordinal)).ShouldBe(4);
        kept.Count(d => d.StartsWith($"{_unit}|", StringComparison.Ordinal)).ShouldBe(4);
        kept.Count.ShouldBe(12, "the unit above has what the part has");
        kept.Count(d => d.Split('|')[^3] != "0").ShouldBe(6, "a decision was made half way, and counts in each");
        made.ShouldBe(kept, why);
    }

    [Fact]
    public async Task Day_OnWhichNothingWasDoneButDecided_GetsARowByTheUpdate()
    {
        await LieInAnotherUnitAsync();
        var (kept, made) = await _host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var kept = await DaysAsync(transaction);
            await transaction.Connection!.ExecuteAsync("""
                INSERT INTO metrics_day (org_id, pv_id, day, components, vulnerable, critical, high, medium, low, unassigned, kev, suppressed, settled, audited)
                SELECT d.org_id, d.pv_id, d.day + 1, d.components, d.vulnerable, d.critical, d.high, d.medium, d.low, d.unassigned, d.kev, d.suppressed, d.settled, d.audited + 6
                FROM metrics_day d JOIN project p ON p.latest_id = d.pv_id WHERE p.name = 'day-0' AND d.suppressed = 1 AND d.day = @day;
                """, new { day = Today - 3 }, transaction);
            await transaction.Connection!.ExecuteAsync("UPDATE unit_day SET suppressed = 0, settled = 0, audited = 0; DELETE FROM unit_day WHERE owner_id = 0", transaction: transaction);
            await transaction.Connection!.ExecuteAsync(await PastAsync(), transaction: transaction);
            return (kept, await DaysAsync(transaction));
        });

        foreach (var unit in new[] { $"{_unit}|", "0|" })
        {
            var (was, day) = (kept.Single(d => d.StartsWith($"{unit}{Today - 3}|", StringComparison.Ordinal)), made.Single(d => d.StartsWith($"{unit}{Today - 2}|", StringComparison.Ordinal)));
            day.Split('|')[2..^1].ShouldBe(was.Split('|')[2..^1]);
            long.Parse(day.Split('|')[^1]).ShouldBe(long.Parse(was.Split('|')[^1]) + 6);
            made.ShouldContain(was);
        }
    }

    [Fact]
    public async Task Start_AfterTheUpdate_CountsTheWholeAndWhatWasJudgedOfIt()
    {
        await _host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("DELETE FROM setting WHERE name = 'units.counted'; UPDATE metrics_day SET covered = NULL, counted_at = NULL WHERE pv_id = 0; DELETE FROM unit_day; DELETE FROM unit_counted", transaction: t));
        await FindingsModule.PrepareAsync(_host.Services);
        var (portfolio, whole) = await _host.Get<IDatabase>().ReadAsync(async c => ((await Headwater.Server.Features.Projects.ProjectsModule.TrendAsync(c, Viewer.Everything, Clock.GetUtcNow()))[^1], (await FindingsModule.TrendAsync(c, Viewer.Everything, 1, Clock.GetUtcNow()))[^1]));
        (portfolio.Coverage!.Components, portfolio.Coverage.Covered > 0, portfolio.CountedAt > Clock.GetUtcNow().AddMinutes(-5)).ShouldBe((portfolio.Components, true, true));
        (whole.Projects, whole.Suppressed).ShouldBe((4, 1));
    }

    [Fact]
    public async Task Days_OfProjectsAndOfThePortfolio_SayHowMuchWasJudged_AndWhenItWasCounted()
    {
        var project = (await _client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/projects?q=day-1")).GetProperty("items")[0].GetProperty("uuid").GetString();
        foreach (var address in new[] { $"/api/headwater/v1/projects/{project}/trend", "/api/headwater/v1/overview/trend", $"/api/headwater/v1/overview/trend?scope={_unit}" })
        {
            var days = await _client.GetFromJsonAsync<JsonElement>(address);
            var last = days[days.GetArrayLength() - 1];
            days.GetArrayLength().ShouldBe(Back + 1, address);
            var coverage = last.GetProperty("coverage");
            coverage.GetProperty("components").GetInt32().ShouldBe(last.GetProperty("components").GetInt32(), address);
            (coverage.GetProperty("covered").GetInt32(), coverage.GetProperty("noVersion").GetInt32()).ShouldSatisfyAllConditions(c => c.Item1.ShouldBePositive(), c => (c.Item1 + c.Item2).ShouldBeLessThanOrEqualTo(coverage.GetProperty("components").GetInt32()));
            last.GetProperty("countedAt").GetDateTimeOffset().ShouldBeInRange(Clock.GetUtcNow().AddMinutes(-5), Clock.GetUtcNow().AddMinutes(1));
            var file = (await _client.GetStringAsync(address + (address.Contains('?') ? "&" : "?") + "format=csv")).Split('\n');
            file[0].TrimEnd('\r').Split(',').ShouldContain("covered");
            file[0].TrimEnd('\r').Split(',').ShouldContain("counted");
        }
    }

    private static async Task<List<string>> DaysAsync(System.Data.Common.DbTransaction transaction) => (await transaction.Connection!.QueryAsync<string>("""
        SELECT owner_id || '|' || day || '|' || projects || '|' || hit || '|' || components || '|' || vulnerable || '|' || critical || '|' || high || '|' || medium || '|' || suppressed || '|' || settled || '|' || audited
        FROM unit_day ORDER BY owner_id, day
        """, transaction: transaction)).AsList();

    /// <summary>What the migration makes the past of.</summary>
    private static async Task<string> PastAsync()
    {
        using var script = new StreamReader(typeof(UnitStore).Assembly.GetManifestResourceStream("migrations/0025_numbers.sql")!);
        var text = await script.ReadToEndAsync();
        return text[text.IndexOf("CREATE TABLE unit_past", StringComparison.Ordinal)..text.IndexOf("-- The next start", StringComparison.Ordinal)];
    }

    /// <summary>Puts the unit below another, which has the same past.</summary>
    private async Task LieInAnotherUnitAsync()
    {
        var above = (await _host.UnitsAsync(new CatalogueGroup("unit", "above", "Above", null, null)))[("unit", "above")];
        await _host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync($"UPDATE owner SET parent_id = {above} WHERE id = {_unit}; DELETE FROM unit_day WHERE owner_id = {above}; CREATE TABLE of_part AS SELECT * FROM unit_day WHERE owner_id = {_unit}; UPDATE of_part SET owner_id = {above}; INSERT INTO unit_day SELECT * FROM of_part; DROP TABLE of_part", transaction: t));
    }

    /// <summary>For a day: the last numbers by then of each project's latest version.</summary>
    private async Task<Func<long, (long, int, int, int, int, int, int, int, int, int)>> CountAsync(string which)
    {
        var rows = await _host.Get<IDatabase>().ReadAsync(async c => (await c.QueryAsync<Line>($"SELECT d.* FROM project p JOIN metrics_day d ON d.pv_id = p.latest_id WHERE {which}")).AsList());
        return day =>
        {
            var last = rows.Where(r => r.Day <= day).GroupBy(r => r.PvId).Select(g => g.MaxBy(r => r.Day)!).ToList();
            return (day, last.Count, last.Count(r => r.Vulnerable > 0), last.Sum(r => r.Components), last.Sum(r => r.Vulnerable), last.Sum(r => r.Critical), last.Sum(r => r.High), last.Sum(r => r.Medium), last.Sum(r => r.Suppressed), last.Sum(r => r.Audited));
        };
    }

    /// <summary>Somebody decides about a finding, in a project of the unit.</summary>
    private async Task SuppressAsync()
    {
        using var auditor = await _host.ClientAsync(Permissions.Automation | Permissions.VulnerabilityAnalysis);
        var project = await _host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<Guid>("SELECT v.uuid FROM project p JOIN project_version v ON v.id = p.latest_id WHERE p.name = 'day-0'"));
        var findings = await auditor.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{project}");
        var matrix = findings[0].GetProperty("matrix").GetString()!.Split(':');
        await AnalysisTests.PutAsync(auditor, (matrix[0], matrix[1], matrix[2]), new { analysisState = "FALSE_POSITIVE", isSuppressed = true });
        await _host.IdleAsync();
    }

    /// <summary>A clock on which it was noon at the start, so that no day ends under the tests.</summary>
    private sealed class Noon : TimeProvider
    {
        private readonly TimeSpan _off = TimeSpan.FromHours(12) - DateTimeOffset.UtcNow.TimeOfDay;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _off;
    }

    private sealed class Line
    {
        public long PvId { get; set; }
        public long Day { get; set; }
        public int Components { get; set; }
        public int Vulnerable { get; set; }
        public int Critical { get; set; }
        public int High { get; set; }
        public int Medium { get; set; }
        public int Suppressed { get; set; }
        public int Audited { get; set; }
    }
}
