using AngleSharp.Dom;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Ui;
using Microsoft.AspNetCore.Http;

namespace Headwater.Server.Tests.Features.Feeds;

/// <summary>How old data is has one answer, whichever page is asked.</summary>
public sealed class DataAgeTests : IAsyncLifetime
{
    private readonly TestHost _host = new() { Settings = { ["Headwater:Outgoing:AllowPrivate"] = "true" } };
    private SourceServer _source = null!;

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        _source = await SourceServer.StartAsync();
        _source.Instead["/epss.csv"] = http => http.Response.WriteAsync($"#model_version:v2025.03.14,score_date:{DateTimeOffset.UtcNow.AddDays(-40):yyyy-MM-dd}T00:00:00+0000\ncve,epss,percentile\nCVE-2021-44228,0.94,0.99\n");
        _source.Instead["/kev.json"] = http => http.Response.WriteAsync($$"""
            {"catalogVersion":"1","dateReleased":"{{DateTimeOffset.UtcNow.AddDays(-9):yyyy-MM-dd}}T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2021-44228","dateAdded":"2021-12-10","knownRansomwareCampaignUse":"Known"}]}
            """);
        var feeds = _host.Get<FeedStore>();
        foreach (var (kind, file) in new[] { (FeedKind.Epss, "epss.csv"), (FeedKind.Kev, "kev.json") })
        {
            var id = await feeds.SaveAsync(null, new FeedInput(kind.ToString(), kind, _source.Address + file, [], Cadence.EachTime(TimeSpan.FromDays(1)), true, TimeSpan.FromHours(48)), "test");
            await feeds.RefreshAsync(id!.Value, false, "test");
        }

        await _host.IdleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task Ages_OfWhatWasFetchedJustNow_AreThoseThatTheDataStates()
    {
        var ages = (await _host.Get<FeedsModule>().AgesAsync(default)).ToDictionary(a => a.Kind);

        (DateTimeOffset.UtcNow - ages[FeedKind.Epss].AsOf!.Value).TotalDays.ShouldBeInRange(39, 42);
        (DateTimeOffset.UtcNow - ages[FeedKind.Epss].FetchedAt!.Value).TotalMinutes.ShouldBeLessThan(5);
        ages[FeedKind.Epss].Old.ShouldBeTrue("EPSS comes every day: an address that still gives that of last month is as old as it");
        (DateTimeOffset.UtcNow - ages[FeedKind.Kev].AsOf!.Value).TotalDays.ShouldBeInRange(8, 11);
        ages[FeedKind.Kev].Old.ShouldBeFalse("nothing newer is there, says whoever was asked just now");
        (await _host.Get<FeedsModule>().InTroubleAsync(default)).Select(f => f.Name).ShouldBe(["Epss"]);
    }

    [Fact]
    public async Task Pages_SayTheSame_OnTheOverviewAndOnFeeds()
    {
        // A unit that nobody has looked at yet: what the whole counts may be a minute old.
        var unit = (await _host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "house", "House", null, null)))[("unit", "house")];
        using var key = await _host.KeyAsync(unit);
        await TestHost.UploadAsync(key, "shop", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        await _host.IdleAsync();
        await _host.GrantAsync(await _host.AddPersonAsync("lead"), "ospo-lead", 0);
        using var browser = await _host.BrowserAsync("lead");

        var (overview, feeds) = (await FactsAsync(browser, $"/?scope={unit}"), await FactsAsync(browser, "/feeds"));

        overview.Keys.ShouldBe(["Advisories", "EPSS", "KEV"]);
        overview["EPSS"].ShouldSatisfyAllConditions(t => t.ShouldStartWith("Data as of"), t => t.ShouldContain("1 month ago"), t => t.ShouldContain("Fetched"), t => t.ShouldContain("old"));
        foreach (var (label, said) in overview) feeds[label].ShouldBe(said);
    }

    /// <summary>What is said of each kind of data, with moments as of the day.</summary>
    private static async Task<Dictionary<string, string>> FactsAsync(HttpClient browser, string path)
    {
        var page = Html.Parse(await browser.GetStringAsync(path));
        foreach (var time in page.QuerySelectorAll("time").Where(t => t.Said().Contains("now", StringComparison.Ordinal) || t.Said().Contains("minute", StringComparison.Ordinal))) time.TextContent = "NOW";
        return page.QuerySelectorAll(".facts > div").Where(f => f.QuerySelector("dt")!.Said() is "Advisories" or "EPSS" or "KEV").ToDictionary(f => f.QuerySelector("dt")!.Said(), f => f.QuerySelector("dd")!.Said());
    }
}
