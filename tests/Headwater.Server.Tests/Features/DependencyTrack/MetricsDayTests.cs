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

    private readonly TestHost _host = new();
    private HttpClient _client = null!;
    private long _unit;

    private static long Today => DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400;

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

    [Fact]
    public async Task Days_OfTheWhole_ThatAnUpdateMakesOfThoseOfProjects_AreThoseThatWereKept()
    {
        const string Whole = "SELECT day || '|' || projects || '|' || hit || '|' || components || '|' || vulnerable || '|' || critical || '|' || high || '|' || medium || '|' || suppressed || '|' || settled || '|' || audited FROM unit_day WHERE owner_id = 0 ORDER BY day";
        using var script = new StreamReader(typeof(UnitStore).Assembly.GetManifestResourceStream("migrations/0025_numbers.sql")!);
        var insert = (await script.ReadToEndAsync()).Split(";\n").Single(s => s.Contains("INSERT INTO unit_day", StringComparison.Ordinal));
        var (kept, made) = await _host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            var before = (await connection.QueryAsync<string>(Whole, transaction: transaction)).AsList();
            await connection.ExecuteAsync("DELETE FROM unit_day WHERE owner_id = 0", transaction: transaction);
            await connection.ExecuteAsync(insert, transaction: transaction);
            return (before, (await connection.QueryAsync<string>(Whole, transaction: transaction)).AsList());
        });

        kept.Count.ShouldBe(4);
        made.ShouldBe(kept);
    }

    [Fact]
    public async Task Start_AfterTheUpdate_CountsTheWholeAndWhatWasJudgedOfIt()
    {
        await _host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("DELETE FROM setting WHERE name = 'units.counted'; UPDATE metrics_day SET covered = NULL, counted_at = NULL WHERE pv_id = 0; DELETE FROM unit_day; DELETE FROM unit_counted", transaction: t));
        await FindingsModule.PrepareAsync(_host.Services);
        var (portfolio, whole) = await _host.Get<IDatabase>().ReadAsync(async c => ((await Headwater.Server.Features.Projects.ProjectsModule.TrendAsync(c, Viewer.Everything, DateTimeOffset.UtcNow))[^1], (await FindingsModule.TrendAsync(c, Viewer.Everything, 1, DateTimeOffset.UtcNow))[^1]));
        (portfolio.Coverage!.Components, portfolio.Coverage.Covered > 0, portfolio.CountedAt > DateTimeOffset.UtcNow.AddMinutes(-5)).ShouldBe((portfolio.Components, true, true));
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
            last.GetProperty("countedAt").GetDateTimeOffset().ShouldBeInRange(DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
            var file = (await _client.GetStringAsync(address + (address.Contains('?') ? "&" : "?") + "format=csv")).Split('\n');
            file[0].TrimEnd('\r').Split(',').ShouldContain("covered");
            file[0].TrimEnd('\r').Split(',').ShouldContain("counted");
        }
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
