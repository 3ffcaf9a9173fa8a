using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features;

/// <summary>What is told of a dependency graph is told of the whole of it, however large it is and in whatever form it is asked for.</summary>
public sealed class GraphTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Paths_ThatArriveInManyWays_AreAllTold_TheShortestFirst()
    {
        using var client = await host.ClientAsync();
        // root → d → c, root → a → b → c, and round the ring b → a.
        var version = (await TestHost.UploadAsync(client, "Ways", "1", Bom(["a", "b", "c", "d"], ("root", ["a", "d"]), ("a", ["b"]), ("b", ["c", "a"]), ("d", ["c"])))).ProjectUuid;
        var c = await IdAsync(client, version, "c");
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/why/{c}", Stop)).GetProperty("total").GetInt32().ShouldBe(1);
        var all = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/paths/{c}", Stop);
        (all.GetProperty("total").GetInt32(), all.GetProperty("exact").GetBoolean()).ShouldBe((2, true));
        all.GetProperty("items").EnumerateArray().Select(p => string.Join('>', p.EnumerateArray().Select(s => s.GetProperty("name").GetString()))).ShouldBe(["Ways>d>c", "Ways>a>b>c"]);
        var second = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/paths/{c}?offset=1&size=1", Stop);
        (second.GetProperty("items").GetArrayLength(), second.GetProperty("total").GetInt32(), second.TryGetProperty("next", out _)).ShouldBe((1, 2, false));
        Lines(await client.GetStringAsync($"{Api.Root}/versions/{version}/paths/{c}?format=csv", Stop)).ShouldBe(["edges,path,through", "2,Ways 1 > d 1 > c 1,d 1", "3,Ways 1 > a 1 > b 1 > c 1,a 1"]);
        (await client.GetAsync($"{Api.Root}/versions/{version}/paths/999999", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        using var browser = await AdministratorAsync();
        var shortest = Html.Parse(await browser.GetStringAsync($"/versions/{version}/why/{c}", Stop));
        shortest.QuerySelectorAll("ol.path").Length.ShouldBe(1);
        shortest.Body!.Said().ShouldContain("1 shortest path of 2 paths in all");
        var every = Html.Parse(await browser.GetStringAsync(shortest.QuerySelectorAll("a").Single(a => a.TextContent == "All paths").GetAttribute("href")!, Stop));
        every.QuerySelectorAll("ol.path").Length.ShouldBe(2);
        every.QuerySelectorAll("a[download]").Count(a => a.GetAttribute("href")!.Contains("/paths/", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task Table_ByVersion_IsInTheOrderOfEachKindOfPackage()
    {
        using var client = await host.ClientAsync();
        var version = (await TestHost.UploadAsync(client, "Ordered", "1", TestHost.Bom("pkg:npm/v@1.10.0", "pkg:pypi/v@1.0", "pkg:npm/v@10.0.0", "pkg:npm/v@none", "pkg:npm/v@1.9.0", "pkg:pypi/v@1.0rc1", "pkg:npm/v@1.10.0-beta"))).ProjectUuid;
        string[] ordered = ["1.9.0", "1.10.0-beta", "1.10.0", "10.0.0", "none", "1.0rc1", "1.0"];
        // What cannot be read as its kind stays behind the rest of it, whichever way the rest goes.
        string[] downwards = ["1.0", "1.0rc1", "10.0.0", "1.10.0", "1.10.0-beta", "1.9.0", "none"];
        foreach (var (order, expected) in new[] { ("sort=version", ordered), ("sort=-version", downwards) })
            Html.Parse(await (await AdministratorAsync()).GetStringAsync($"/versions/{version}/graph?{order}", Stop)).QuerySelectorAll("main table tbody tr").Select(r => expected.Single(v => r.QuerySelectorAll("td").Any(d => d.TextContent.Trim() == v))).ShouldBe(expected, order);
    }

    [Fact]
    public async Task Paths_BeyondCount_SayHowManyMore_AndAreRefusedAsAFile()
    {
        using var client = await host.ClientAsync();
        // Twenty diamonds in a row, 2^20 paths; and the same with a ring, where they cannot be counted.
        var names = Enumerable.Range(0, 61).Select(i => $"x{i}").ToArray();
        var edges = Enumerable.Range(0, 20).SelectMany(i => new (string, string[])[] { ($"x{3 * i}", [$"x{(3 * i) + 1}", $"x{(3 * i) + 2}"]), ($"x{(3 * i) + 1}", [$"x{(3 * i) + 3}"]) }).ToList();
        (string, string[])[] Ends(bool ring) => [("root", ["x0"]), .. edges, .. Enumerable.Range(0, 20).Select(i => ($"x{(3 * i) + 2}", (string[])(ring && i == 0 ? ["x0", "x3"] : [$"x{(3 * i) + 3}"])))];
        var open = (await TestHost.UploadAsync(client, "Diamonds", "1", Bom(names, Ends(false)))).ProjectUuid;
        var ring = (await TestHost.UploadAsync(client, "Diamonds", "2", Bom(names, Ends(true)))).ProjectUuid;
        var end = await IdAsync(client, open, "x60");

        var counted = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{open}/paths/{end}", Stop);
        (counted.GetProperty("total").GetInt64(), counted.GetProperty("exact").GetBoolean(), counted.GetProperty("items").GetArrayLength()).ShouldBe((1L << 20, true, 100));
        var bounded = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{ring}/paths/{end}?size=1000", Stop);
        (bounded.GetProperty("total").GetInt64(), bounded.GetProperty("exact").GetBoolean(), bounded.GetProperty("items").GetArrayLength()).ShouldBe((10_000, false, 1000));

        // To the last page there is, each path once; then it is said that the list ends.
        var (told, at) = (new HashSet<string>(), (int?)0);
        while (at is { } offset)
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{ring}/paths/{end}?size=1000&offset={offset}", Stop);
            foreach (var path in page.GetProperty("items").EnumerateArray()) told.Add(string.Join('>', path.EnumerateArray().Select(s => s.GetProperty("name").GetString()))).ShouldBeTrue();
            at = page.TryGetProperty("next", out var next) ? next.GetInt32() : null;
            page.GetProperty("ends").GetBoolean().ShouldBe(at is null);
        }

        told.Count.ShouldBe(10_000);
        foreach (var version in new[] { open, ring })
        {
            using var refused = await client.GetAsync($"{Api.Root}/versions/{version}/paths/{end}?format=csv", Stop);
            refused.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
            (await refused.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("detail").GetString()!.ShouldContain(version == open ? "1,048,576" : "more than 10,000");
        }

        using var browser = await AdministratorAsync();
        var why = Html.Parse(await browser.GetStringAsync($"/versions/{ring}/why/{end}?paths=all", Stop));
        why.QuerySelectorAll("ol.path").Length.ShouldBe(100);
        why.QuerySelector("nav.pager")!.Said().ShouldContain("100 of more than 10,000 shown");
        Html.Parse(await browser.GetStringAsync($"/versions/{ring}/why/{end}?paths=all&from=9900", Stop)).Body!.Said().ShouldContain("The list ends after the 10,000 shortest of more than 10,000 paths.");
    }

    [Fact]
    public async Task Graph_LargerThanAPage_IsCountedWhole_AndItsFileIsWhole()
    {
        using var client = await host.ClientAsync();
        const int Rays = 1300;
        var rays = Enumerable.Range(0, Rays).Select(i => $"ray{i:0000}").ToArray();
        // The root needs the rays, each of them the leaf; and one component hangs nowhere.
        var version = (await TestHost.UploadAsync(client, "Sun", "1", Bom([.. rays, "leaf", "island"], [("root", rays), .. rays.Select(r => (r, (string[])["leaf"]))]))).ProjectUuid;

        var lines = Lines(await client.GetStringAsync($"{Api.Root}/versions/{version}/graph?format=csv&sort=name", Stop));
        lines.Length.ShouldBe(1 + Rays + 2);
        lines[0].ShouldBe("purl,group,name,version,concluded,declared,found,concluded by,unresolved,declared by,registry declares,needs,needed by,depth,severity,exploited");
        lines.Single(l => l.Contains("/leaf@", StringComparison.Ordinal)).ShouldStartWith("pkg:npm/leaf@1,,leaf,1,,,,,NoLicence,,,0,1300,2,");
        lines.Single(l => l.Contains("/island@", StringComparison.Ordinal)).ShouldStartWith("pkg:npm/island@1,,island,1,,,,,NoLicence,,,0,0,,");
        lines.Skip(1).Select(l => l.Split(',')[2]).ShouldBe([.. rays.Append("leaf").Append("island").Order(StringComparer.Ordinal)]);
        // The nearest few, where few are asked for: what is not drawn counts all the same.
        var drawing = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/graph?limit=5", Stop);
        (drawing.GetProperty("nodes").GetArrayLength(), drawing.GetProperty("totalNodes").GetInt32(), drawing.GetProperty("truncated").GetBoolean()).ShouldBe((5, Rays + 3, true));
        drawing.GetProperty("nodes").EnumerateArray().Last().GetProperty("neededBy").GetInt32().ShouldBe(1);

        using var browser = await AdministratorAsync();
        var (named, address) = (new HashSet<string>(), $"/versions/{version}/graph?sort=-neededBy&size=500");
        for (var pages = 1; ; pages++)
        {
            var page = Html.Parse(await browser.GetStringAsync(address, Stop));
            page.Body!.Said().ShouldContain("1 entry to which no edge leads is in the table, and not drawn.");
            page.QuerySelector("span.table-count")!.TextContent.ShouldBe("1,302 entries");
            if (pages == 1) page.QuerySelector("table.data tbody tr")!.QuerySelectorAll("td").Select(t => t.Said()).Take(6).ShouldBe(["leaf", "1", "No licence", "0", "1,300", "2"]);
            foreach (var name in page.QuerySelectorAll("table.data tbody a.name")) named.Add(name.TextContent).ShouldBeTrue();
            if (page.QuerySelector("nav.pager a[rel=next]")?.GetAttribute("href") is not { } next) break;
            address = next;
        }

        named.Count.ShouldBe(Rays + 2);
        var narrowed = Html.Parse(await browser.GetStringAsync($"/versions/{version}/graph?q=ray12&sort=-name", Stop));
        narrowed.QuerySelector("span.table-count")!.TextContent.ShouldBe("100 entries");
        Lines(await browser.GetStringAsync(narrowed.QuerySelectorAll("a[download]").First().GetAttribute("href")!, Stop)).Skip(1).Select(l => l.Split(',')[2]).ShouldBe(Enumerable.Range(1200, 100).Reverse().Select(i => $"ray{i}"));
    }

    [Fact]
    public async Task Impact_OfWhatThousandsNeed_IsToldByPages_AndAsAFile()
    {
        using var client = await host.ClientAsync();
        var rays = Enumerable.Range(0, 450).Select(i => $"spoke{i:000}").ToArray();
        var version = (await TestHost.UploadAsync(client, "Wheel", "1", Bom([.. rays, "rim", "hub"], [("root", ["hub"]), ("hub", rays), .. rays.Select(r => (r, (string[])["rim"]))]))).ProjectUuid;
        var (rim, hub) = (await IdAsync(client, version, "rim"), await IdAsync(client, version, "hub"));

        Lines(await client.GetStringAsync($"{Api.Root}/versions/{version}/impact/{rim}?format=csv", Stop)).Length.ShouldBe(1 + 450);
        var goes = Lines(await client.GetStringAsync($"{Api.Root}/versions/{version}/impact/{hub}?format=csv&show=goes", Stop));
        (goes[0], goes.Length).ShouldBe(("what,purl,group,name,version,concluded,declared,found,concluded by,unresolved,declared by,registry declares,severity,exploited", 1 + 451));
        goes.Skip(1).ShouldAllBe(l => l.StartsWith("goes with it,", StringComparison.Ordinal));
        (await client.GetAsync($"{Api.Root}/versions/{version}/impact/{hub}?format=docx", Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        using var browser = await AdministratorAsync();
        foreach (var (id, list, expected) in new[] { (rim, "needs", 450), (hub, "goes", 451) })
        {
            var (named, address) = (new HashSet<string>(), $"/versions/{version}/why/{id}");
            while (true)
            {
                var page = Html.Parse(await browser.GetStringAsync(address, Stop));
                foreach (var link in page.QuerySelectorAll(".cards-2 ul.list a")) named.Add(link.GetAttribute("href")!).ShouldBeTrue();
                page.QuerySelectorAll("a[download]").Count(a => a.GetAttribute("href")!.Contains("show=" + list, StringComparison.Ordinal)).ShouldBe(3);
                if (page.QuerySelector(".cards-2 nav.pager a[rel=next]")?.GetAttribute("href") is not { } next) break;
                next.ShouldContain(list + "=");
                address = next;
            }

            named.Count.ShouldBe(expected);
        }
    }

    private async Task<HttpClient> AdministratorAsync()
    {
        await host.GrantAsync(await host.AddPersonAsync("graph-admin"), "administrator", 0);
        return await host.BrowserAsync("graph-admin");
    }

    private static async Task<long> IdAsync(HttpClient client, Guid version, string name) => (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/components?filter={name}&sort=name&size=1000", Stop))
        .GetProperty("items").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name).GetProperty("componentVersionId").GetInt64();

    private static string[] Lines(string csv) => csv.TrimStart('\uFEFF').TrimEnd().Split("\r\n");

    private static string Bom(string[] names, params (string From, string[] To)[] edges) => JsonSerializer.Serialize(new
    {
        bomFormat = "CycloneDX", specVersion = "1.5", version = 1, metadata = new { component = new Dictionary<string, string> { ["type"] = "application", ["name"] = "root", ["bom-ref"] = "root" } },
        components = names.Select(n => new Dictionary<string, string> { ["type"] = "library", ["name"] = n, ["version"] = "1", ["purl"] = $"pkg:npm/{n}@1", ["bom-ref"] = n }),
        dependencies = edges.Select(e => new { @ref = e.From, dependsOn = e.To }),
    });
}
