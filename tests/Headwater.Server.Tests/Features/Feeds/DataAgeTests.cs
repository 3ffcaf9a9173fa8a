using System.Net.Http.Json;
using System.Text.Json;
using AngleSharp.Dom;
using Dapper;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
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

        overview.Keys.ShouldBe(["Advisories", "Malicious packages", "EPSS", "KEV"]);
        overview["EPSS"].ShouldSatisfyAllConditions(t => t.ShouldStartWith("Data as of"), t => t.ShouldContain("1 month ago"), t => t.ShouldContain("Fetched"), t => t.ShouldContain("old"));
        foreach (var (label, said) in overview) feeds[label].ShouldBe(said);
        var foot = await FootAsync(browser, "/projects");
        foot.Keys.ShouldBe(overview.Keys);
        foreach (var (label, said) in overview) foot[label].ShouldBe(said);
    }

    [Fact]
    public async Task Feed_ReadJustNowWithRecordsOfYearsAgo_IsMarkedByTheAgeOfItsData()
    {
        var folder = Directory.CreateTempSubdirectory("headwater-test-snapshot-").FullName;
        try
        {
            var id = await AddAsync(FeedKind.Advisories, "Snapshot", folder, ("GHSA-long-ago", 1200));
            var feeds = _host.Get<FeedStore>();
            var feed = (await feeds.GetAsync(id))!;
            Task AllowAsync(TimeSpan? age) => feeds.SaveAsync(id, new FeedInput(feed.Name, feed.Kind, feed.Source, [], feed.Cadence, true, age), "test");
            await AllowAsync(null);
            await _host.GrantAsync(await _host.AddPersonAsync("lead"), "ospo-lead", 0);
            using var browser = await _host.BrowserAsync("lead");

            var rows = Html.Parse(await browser.GetStringAsync("/feeds")).QuerySelectorAll("table.data tbody tr").Select(r => r.Said()).ToList();

            rows.Single(r => r.StartsWith("Snapshot", StringComparison.Ordinal)).ShouldSatisfyAllConditions(r => r.ShouldContain("Old data"), r => r.ShouldContain("older than is usual"), r => r.ShouldNotContain("Fresh", Case.Sensitive));
            rows.Single(r => r.StartsWith("Kev", StringComparison.Ordinal)).ShouldContain("Fresh", Case.Sensitive);
            (await AgesAsync())[FeedKind.Advisories].Old.ShouldBeTrue("the same answer on every page");
            (await _host.Get<FeedsModule>().InTroubleAsync(default)).Select(f => f.Name).ShouldBe(["Epss", "Snapshot"], ignoreOrder: true, "what is marked is what is warned of");

            // Whoever keeps a snapshot, and says so, wants neither.
            await AllowAsync(TimeSpan.FromDays(3600));
            (await _host.Get<FeedsModule>().InTroubleAsync(default)).Select(f => f.Name).ShouldBe(["Epss"]);
            rows = [.. Html.Parse(await browser.GetStringAsync("/feeds")).QuerySelectorAll("table.data tbody tr").Select(r => r.Said())];
            rows.Single(r => r.StartsWith("Snapshot", StringComparison.Ordinal)).ShouldContain("Fresh", Case.Sensitive);
            File.Delete(_host.Get<FeedsModule>().IndexFile);
            _host.Get<FeedsModule>().Reload();
            (await AgesAsync())[FeedKind.Advisories].Old.ShouldBeFalse("the same answer on every page");

            // What is off is in use, as long as nothing newer takes its place.
            await feeds.SaveAsync(id, new FeedInput(feed.Name, feed.Kind, feed.Source, [], feed.Cadence, false, TimeSpan.FromDays(200)), "test");
            (await _host.Get<FeedsModule>().InTroubleAsync(default)).Select(f => f.Name).ShouldBe(["Epss", "Snapshot"], ignoreOrder: true);
            (await AgesAsync())[FeedKind.Advisories].Old.ShouldBeTrue();
            Html.Parse(await browser.GetStringAsync($"/feeds/{id}")).QuerySelector("#stale")!.GetAttribute("value").ShouldBe("4800");
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public async Task Ages_OfSeveralSources_AreThoseOfTheOldest_AndNameIt()
    {
        var folder = Directory.CreateTempSubdirectory("headwater-test-age-").FullName;
        try
        {
            await AddAsync(FeedKind.Advisories, "Fresh", folder, ("GHSA-fresh", 1));
            await AddAsync(FeedKind.Advisories, "Own", folder, ("OWN-old", 20), ("OWN-older", 25));
            var ages = await AgesAsync();
            (ages[FeedKind.Advisories].AsOfSource, ages[FeedKind.Advisories].FetchedSource, ages[FeedKind.Advisories].Sources).ShouldBe(("advisories.hwx", "Fresh", 3), "what somebody put there by hand is a source, and nobody fetches it");
            File.Delete(_host.Get<FeedsModule>().IndexFile);
            _host.Get<FeedsModule>().Reload();
            ages = await AgesAsync();
            (DateTimeOffset.UtcNow - ages[FeedKind.Advisories].AsOf!.Value).TotalDays.ShouldBeInRange(19.9, 20.1, "the newest record of the source that is behind, not that of the freshest");
            (ages[FeedKind.Advisories].AsOfSource, ages[FeedKind.Advisories].FetchedSource, ages[FeedKind.Advisories].Sources, ages[FeedKind.Advisories].Old).ShouldBe(("Own", "Fresh", 2, true));
            ages[FeedKind.Malicious].ShouldBe(new AgeOfData(FeedKind.Malicious, null, null, null, null, 0, false), "nobody brings any");

            // Among the advisories of another source, they have an age of their own.
            await AddAsync(FeedKind.Advisories, "Mixed", folder, ("OSV-1", 2), ("MAL-2026-1", 9), ("MAL-2026-2", 12));
            ages = await AgesAsync();
            (DateTimeOffset.UtcNow - ages[FeedKind.Malicious].AsOf!.Value).TotalDays.ShouldBeInRange(8.9, 9.1);
            (ages[FeedKind.Malicious].AsOfSource, ages[FeedKind.Malicious].Sources, ages[FeedKind.Malicious].Old).ShouldBe(("Mixed", 1, false), "the source is as fresh as its newest record");

            await AddAsync(FeedKind.Malicious, "Malware", folder, ("MAL-2025-7", 70));
            ages = await AgesAsync();
            (ages[FeedKind.Malicious].AsOfSource, ages[FeedKind.Malicious].Sources, ages[FeedKind.Malicious].Old).ShouldBe(("Malware", 2, true));
            ages[FeedKind.Advisories].Sources.ShouldBe(3, "a feed of malicious packages says nothing about advisories");

            await _host.GrantAsync(await _host.AddPersonAsync("lead"), "ospo-lead", 0);
            using var browser = await _host.BrowserAsync("lead");
            (await FactsAsync(browser, "/feeds"))["Malicious packages"].ShouldSatisfyAllConditions(t => t.ShouldContain("2 months ago"), t => t.ShouldContain("(oldest: Malware)"), t => t.ShouldContain("old"));
            (await FactsAsync(browser, "/advisories/MAL-2025-7")).Keys.ShouldBe(["Malicious packages", "EPSS", "KEV"]); // What is malicious is known from elsewhere than what is vulnerable.
            // What data comes from is for who sees findings; how old it is, is for everybody.
            var id = await _host.AddPersonAsync("sees-projects");
            await _host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE user_account SET permissions = @permissions WHERE id = @id", new { id, permissions = (long)Permissions.ViewPortfolio }, t));
            using var other = await _host.BrowserAsync("sees-projects");
            var unit = (await _host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "house", "House", null, null)))[("unit", "house")];
            using var key = await _host.KeyAsync(unit);
            await TestHost.UploadAsync(key, "shop", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"));
            await _host.IdleAsync();
            var (named, unnamed) = (await FactsAsync(browser, $"/?scope={unit}"), await FactsAsync(other, $"/?scope={unit}"));
            named["Malicious packages"].ShouldContain("(oldest: Malware)");
            unnamed.Keys.ShouldBe(named.Keys);
            unnamed["Malicious packages"].ShouldSatisfyAllConditions(t => t.ShouldContain("2 months ago"), t => t.ShouldNotContain("Malware"));
            var trouble = (await _host.Get<FeedsModule>().InTroubleAsync(default)).Select(f => f.Name).ToList();
            trouble.ShouldContain("Malware");
            foreach (var (reader, names) in new[] { (browser, true), (other, false) })
            {
                var text = Html.Parse(await reader.GetStringAsync($"/?scope={unit}")).QuerySelector("main")!.TextContent;
                text.ShouldContain("feeds of advisory data are old or fail");
                foreach (var name in trouble) text.Contains(name, StringComparison.Ordinal).ShouldBe(names, name);
            }

            using var client = await _host.ClientAsync();
            foreach (var address in new[] { "/api/headwater/v1/feeds", "/api/headwater/v1/overview" })
            {
                var said = await client.GetFromJsonAsync<JsonElement>(address);
                var all = (address.EndsWith("feeds", StringComparison.Ordinal) ? said : said.GetProperty("feeds")).GetProperty("ages").EnumerateArray().ToList();
                all.Select(a => a.GetProperty("kind").GetString()).ShouldBe(["advisories", "malicious", "epss", "kev"], address);
                all[1].GetProperty("asOfSource").GetString().ShouldBe("Malware");
            }
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private async Task<Dictionary<FeedKind, AgeOfData>> AgesAsync() => (await _host.Get<FeedsModule>().AgesAsync(default)).ToDictionary(a => a.Kind);

    /// <summary>Adds a feed of a folder with records that were changed some days ago.</summary>
    private async Task<long> AddAsync(FeedKind kind, string name, string under, params (string Id, int DaysAgo)[] records)
    {
        var folder = Directory.CreateDirectory(Path.Combine(under, name)).FullName;
        foreach (var (record, days) in records)
            await File.WriteAllTextAsync(Path.Combine(folder, record + ".json"), $$"""
                {"schema_version":"1.6.0","id":"{{record}}","modified":"{{DateTimeOffset.UtcNow.AddDays(-days):yyyy-MM-dd'T'HH:mm:ss'Z'}}","affected":[{"package":{"ecosystem":"npm","name":"package-{{record.ToLowerInvariant()}}"},"versions":["1.0.0"]}]}
                """);
        var id = await _host.Get<FeedStore>().SaveAsync(null, new FeedInput(name, kind, folder, [], Cadence.EachTime(TimeSpan.FromDays(1)), true, TimeSpan.FromDays(7)), "test");
        await _host.Get<FeedStore>().RefreshAsync(id!.Value, false, "test");
        await _host.IdleAsync();
        return id.Value;
    }

    /// <summary>What the foot of a page says of each kind of data.</summary>
    private static async Task<Dictionary<string, string>> FootAsync(HttpClient browser, string path)
    {
        var page = Html.Parse(await browser.GetStringAsync(path));
        Blur(page);
        return page.QuerySelectorAll(".data-age .age").ToDictionary(a => a.QuerySelector("b")!.Said(), a => a.Said()[(a.QuerySelector("b")!.Said().Length + 1)..]);
    }

    private static void Blur(IParentNode page)
    {
        foreach (var time in page.QuerySelectorAll("time").Where(t => t.Said().Contains("now", StringComparison.Ordinal) || t.Said().Contains("minute", StringComparison.Ordinal))) time.TextContent = "NOW";
    }

    /// <summary>What is said of each kind of data, with moments as of the day.</summary>
    private static async Task<Dictionary<string, string>> FactsAsync(HttpClient browser, string path)
    {
        var page = Html.Parse(await browser.GetStringAsync(path));
        Blur(page);
        return page.QuerySelectorAll(".facts > div").Where(f => f.QuerySelector("dt")!.Said() is "Advisories" or "Malicious packages" or "EPSS" or "KEV" && f.QuerySelector("dd .stamp") is not null).ToDictionary(f => f.QuerySelector("dt")!.Said(), f => f.QuerySelector("dd")!.Said());
    }
}
