using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Curations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features.Curations;

/// <summary>Declared, found and concluded stand wherever component versions, or what uses them, are listed: on pages, in answers and in files.</summary>
public sealed class LicenceColumnsTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhoUses_TellsThemOfEachProject_OnceForWhatSaysTheSame()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "columns-one", "1", LicenceTests.Bom(("pkg:npm/columns@1.0.0", LicenceTests.Id("MIT", LicenceTests.Mit)), ("pkg:npm/columns@1.1.0", LicenceTests.Id("MIT", LicenceTests.Mit))));
        await TestHost.UploadAsync(client, "columns-two", "1", LicenceTests.Bom(("pkg:npm/columns@1.0.0", LicenceTests.Id("MIT")), ("pkg:npm/columns@2.0.0", LicenceTests.Named("Columns house rules"))));
        await host.IdleAsync();

        var items = (await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/who-uses?of=columns", Stop)).GetProperty("projects").GetProperty("items");
        var one = items[0].GetProperty("licences").EnumerateArray().ToList().ShouldHaveSingleItem();
        (Text(one, "declared"), Text(one, "found"), Text(one, "concluded"), Text(one, "by")).ShouldBe(("MIT", "MIT", "MIT", "agreement"));
        var two = items[1].GetProperty("licences").EnumerateArray().ToDictionary(l => Text(l, "reason")!);
        two.Keys.ShouldBe(["none", "unreadable"], ignoreOrder: true);
        two["unreadable"].GetProperty("said")[0].GetString().ShouldBe("Columns house rules");

        var file = await LinesAsync(client, "/api/headwater/v1/who-uses?of=columns&format=csv");
        file[0].ShouldContain("concluded,declared,found,concluded by,unresolved,declared by,registry declares");
        file[1].ShouldContain("MIT,MIT,MIT,agreement");
        var row = (await PageAsync("/who-uses?of=columns")).QuerySelectorAll("tbody tr").Single(r => r.TextContent.Contains("columns-two", StringComparison.Ordinal));
        row.QuerySelector("td[data-label=Licence]")!.TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("MIT"), t => t.ShouldContain("Unreadable"));
        row.QuerySelector("td[data-label=Declared]")!.TextContent.ShouldContain("Columns house rules");
        row.QuerySelector("td[data-label=Found]")!.TextContent.ShouldContain("MIT");
    }

    [Fact]
    public async Task Uses_TellThoseOfTheVersionThatIsUsed()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "uses-one", "1", LicenceTests.Bom(("pkg:npm/used-so@1.0.0", LicenceTests.Id("MIT", LicenceTests.Isc))));
        await host.IdleAsync();
        var it = await LicenceTests.OfAsync(host, "pkg:npm/used-so@1.0.0");
        foreach (var address in new[] { $"components/{it.ComponentId}", $"component-versions/{it.ComponentVersionId}" })
        {
            var licence = (await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/{address}/usages", Stop)).GetProperty("items")[0].GetProperty("licence");
            (Text(licence, "declared"), Text(licence, "found"), Text(licence, "reason")).ShouldBe(("MIT", "ISC", "differs"));
            (await LinesAsync(client, $"/api/headwater/v1/{address}/usages?format=csv"))[1].ShouldContain("MIT,ISC");
        }

        var page = await PageAsync($"/components/{it.ComponentId}?cols=version,licence,declared,found,owner");
        var table = page.QuerySelectorAll("table.data").Single(t => t.TextContent.Contains("uses-one", StringComparison.Ordinal));
        table.QuerySelectorAll("thead th").Select(h => h.TextContent.Trim()).ShouldBe(table.QuerySelectorAll("tbody tr:first-child td").Select(c => c.GetAttribute("data-label")), "what stands in a column is what its head says");
        var row = page.QuerySelectorAll("tbody tr").Single(r => r.TextContent.Contains("uses-one", StringComparison.Ordinal));
        (row.QuerySelector("td[data-label=Declared]")!.TextContent.Trim(), row.QuerySelector("td[data-label=Found]")!.TextContent.Trim()).ShouldBe(("MIT", "ISC"));
        row.QuerySelector("td[data-label=Licence]")!.TextContent.ShouldContain("Declared ≠ found");
        var detail = await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/component-versions/{it.ComponentVersionId}", Stop);
        Text(detail.GetProperty("version").GetProperty("licence"), "found").ShouldBe("ISC");
    }

    [Fact]
    public async Task Components_TellWhatTheirVersionsSay_EachOnce()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "listed-one", "1", LicenceTests.Bom(("pkg:npm/listed-so@1.0.0", LicenceTests.Id("MIT")), ("pkg:npm/listed-so@1.1.0", LicenceTests.Id("MIT")), ("pkg:npm/listed-so@2.0.0", LicenceTests.Id("Apache-2.0"))));
        await host.IdleAsync();
        var units = await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "columns-unit", "Columns", null, null));
        using var part = await host.KeyAsync(units.Single(u => u.Key.Name == "columns-unit").Value, Permissions.Automation | Permissions.PortfolioManagement);
        await TestHost.UploadAsync(part, "listed-part", "1", LicenceTests.Bom(("pkg:npm/listed-so@2.0.0", LicenceTests.Id("Apache-2.0"))));
        await host.IdleAsync();

        (await ConcludedAsync(client)).ShouldBe(["Apache-2.0", "MIT"]);
        (await ConcludedAsync(part)).ShouldBe(["Apache-2.0"], "what others use is out of sight");
        (await LinesAsync(client, "/api/headwater/v1/components?filter=listed-so&format=csv"))[1].ShouldContain("Apache-2.0");
        var page = await PageAsync("/components?q=listed-so&cols=type,versions,projects,licence,declared,found,purl,state,latest,withdrawn");
        page.QuerySelectorAll("thead th").Select(h => h.TextContent.Trim()).ShouldBe(page.QuerySelectorAll("tbody tr:first-child td").Select(c => c.GetAttribute("data-label")));
        page.QuerySelector("tbody td[data-label=Licence]")!.TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("MIT"), t => t.ShouldContain("Apache-2.0"));

        static async Task<List<string?>> ConcludedAsync(HttpClient asker) =>
            [.. (await asker.GetFromJsonAsync<JsonElement>("/api/headwater/v1/components?filter=listed-so", Stop)).GetProperty("items")[0].GetProperty("licences").EnumerateArray().Select(l => Text(l, "concluded")).Order()];
    }

    [Fact]
    public async Task Advisory_TellsThoseOfWhatItHits()
    {
        using var client = await host.ClientAsync(Permissions.Automation | Permissions.ViewVulnerability);
        await TestHost.UploadAsync(client, "hit-licensed", "1", LicenceTests.Bom((Log4j, LicenceTests.Id("Apache-2.0"))));
        await host.IdleAsync();
        var usage = (await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/advisories/CVE-2021-44228/usages?filter=hit-licensed", Stop)).GetProperty("items")[0];
        Text(usage.GetProperty("usage").GetProperty("licence"), "concluded").ShouldBe("Apache-2.0");
        foreach (var list in new[] { "usages", "projects" })
        {
            var lines = await LinesAsync(client, $"/api/headwater/v1/advisories/CVE-2021-44228/{list}?filter=hit-licensed&format=csv");
            lines[0].ShouldContain("concluded,declared,found");
            lines[1].ShouldContain("Apache-2.0,Apache-2.0");
        }

        (await PageAsync("/advisories/CVE-2021-44228?q=hit-licensed")).QuerySelector(".risks > li")!.TextContent.ShouldContain("Apache-2.0");
    }

    [Fact]
    public async Task Changes_TellThemBeforeAndAfter()
    {
        using var client = await host.ClientAsync();
        var first = await TestHost.UploadAsync(client, "changed-licence", "1", LicenceTests.Bom(("pkg:npm/changed-so@1.0.0", LicenceTests.Id("MIT")), ("pkg:npm/left-so@1.0.0", LicenceTests.Id("Zlib"))));
        var second = await TestHost.UploadAsync(client, "changed-licence", "2", LicenceTests.Bom(("pkg:npm/changed-so@2.0.0", LicenceTests.Id("BUSL-1.1")), ("pkg:npm/come-so@1.0.0", LicenceTests.Id("ISC"))));
        await host.IdleAsync();
        var address = $"/api/headwater/v1/changes?from={first.Token}&to={second.Token}";
        var changes = await client.GetFromJsonAsync<JsonElement>(address, Stop);
        var upgraded = changes.GetProperty("upgraded")[0];
        (Text(upgraded.GetProperty("fromLicence"), "concluded"), Text(upgraded.GetProperty("toLicence"), "concluded")).ShouldBe(("MIT", "BUSL-1.1"));
        Text(changes.GetProperty("added")[0].GetProperty("toLicence"), "declared").ShouldBe("ISC");
        Text(changes.GetProperty("removed")[0].GetProperty("fromLicence"), "declared").ShouldBe("Zlib");
        var lines = await LinesAsync(client, address + "&format=csv");
        lines[0].ShouldContain("concluded before,declared before,found before");
        lines.Single(l => l.StartsWith("upgraded,", StringComparison.Ordinal)).ShouldSatisfyAllConditions(l => l.ShouldContain("BUSL-1.1"), l => l.ShouldContain("MIT"));
        var page = await PageAsync($"/versions/{second.ProjectUuid}/changes?from={first.Token}&to={second.Token}");
        page.QuerySelectorAll(".diff li").Single(l => l.TextContent.Contains("changed-so", StringComparison.Ordinal)).TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("MIT"), t => t.ShouldContain("BUSL-1.1"));
    }

    [Fact]
    public async Task TreeAndGraph_TellThemOfEachNode()
    {
        using var client = await host.ClientAsync();
        const string Bom = """
            {"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":{"type":"application","name":"tree-licensed","version":"1","bom-ref":"root"}},"components":[
              {"type":"library","name":"tree-top","version":"1.0.0","purl":"pkg:npm/tree-top@1.0.0","bom-ref":"a","licenses":[{"license":{"id":"MIT"}}]},
              {"type":"library","name":"tree-leaf","version":"2.0.0","purl":"pkg:npm/tree-leaf@2.0.0","bom-ref":"b","licenses":[{"license":{"name":"Tree house rules"}}]}],
             "dependencies":[{"ref":"root","dependsOn":["a"]},{"ref":"a","dependsOn":["b"]}]}
            """;
        var it = await TestHost.UploadAsync(client, "tree-licensed", "1", Bom);
        await host.IdleAsync();
        var version = $"/api/headwater/v1/versions/{it.ProjectUuid}";

        var tree = await client.GetFromJsonAsync<JsonElement>($"{version}/tree", Stop);
        Text(tree.GetProperty("items")[0].GetProperty("licence"), "concluded").ShouldBe("MIT");
        var nodes = (await client.GetFromJsonAsync<JsonElement>($"{version}/graph", Stop)).GetProperty("nodes").EnumerateArray().ToDictionary(n => n.GetProperty("name").GetString()!);
        nodes["tree-licensed"].TryGetProperty("licence", out _).ShouldBeFalse("the project itself is no component");
        Text(nodes["tree-leaf"].GetProperty("licence"), "reason").ShouldBe("unreadable");
        var file = await LinesAsync(client, $"{version}/graph?format=csv&sort=name&order=asc");
        file[0].ShouldContain("concluded,declared,found,concluded by,unresolved,declared by,registry declares");
        (file[1], file[2]).ShouldSatisfyAllConditions(l => l.Item1.ShouldContain("Unreadable"), l => l.Item2.ShouldContain("MIT,MIT"));
        var impact = $"{version}/impact/{nodes["tree-leaf"].GetProperty("componentVersionId").GetInt64()}";
        Text((await client.GetFromJsonAsync<JsonElement>(impact, Stop)).GetProperty("neededBy")[0].GetProperty("licence"), "concluded").ShouldBe("MIT");
        (await LinesAsync(client, impact + "?format=csv"))[1].ShouldContain("MIT,MIT");

        (await PageAsync($"/versions/{it.ProjectUuid}/tree")).QuerySelector(".tree .node .licence")!.ShouldSatisfyAllConditions(n => n.TextContent.ShouldBe("MIT"), n => n.GetAttribute("title").ShouldNotBeNullOrEmpty());
        var page = await PageAsync($"/versions/{it.ProjectUuid}/graph?cols=name,version,licence,declared,found,depth");
        page.QuerySelectorAll("thead th").Select(h => h.TextContent.Trim()).ShouldBe(page.QuerySelectorAll("tbody tr:first-child td").Select(c => c.GetAttribute("data-label")));
        var leaf = page.QuerySelectorAll("tbody tr").Single(r => r.TextContent.Contains("tree-leaf", StringComparison.Ordinal));
        (leaf.QuerySelector("td[data-label=Licence]")!.TextContent.Trim(), leaf.QuerySelector("td[data-label=Declared]")!.TextContent.Trim()).ShouldBe(("Unreadable", "Tree house rules"));
    }

    [Fact]
    public async Task Findings_TellThemOfWhatTheyHit()
    {
        using var client = await host.ClientAsync(Permissions.Automation | Permissions.ViewVulnerability);
        var it = await TestHost.UploadAsync(client, "found-licensed", "1", LicenceTests.Bom((Log4j, LicenceTests.Id("Apache-2.0"))));
        await host.IdleAsync();
        var address = $"/api/headwater/v1/versions/{it.ProjectUuid}/findings";
        Text((await client.GetFromJsonAsync<JsonElement>(address, Stop)).GetProperty("items")[0].GetProperty("licence"), "concluded").ShouldBe("Apache-2.0");
        var lines = await LinesAsync(client, address + "?format=csv");
        lines[0].ShouldContain("concluded,declared,found");
        lines[1].ShouldContain("Apache-2.0,Apache-2.0");
        var page = await PageAsync($"/versions/{it.ProjectUuid}/findings?cols=id,component,licence,declared,found,severity,epss,risk,fix,decision,depth,why");
        page.QuerySelectorAll("thead th").Select(h => h.TextContent.Trim()).ShouldBe(page.QuerySelectorAll("tbody tr:first-child td").Select(c => c.GetAttribute("data-label")), "what stands in a column is what its head says");
        page.QuerySelector("tbody td[data-label=Licence]")!.TextContent.ShouldContain("Apache-2.0");
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static async Task<string[]> LinesAsync(HttpClient client, string address) => (await client.GetStringAsync(address, Stop)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    private async Task<AngleSharp.Html.Dom.IHtmlDocument> PageAsync(string address)
    {
        var name = "columns-" + Guid.NewGuid().ToString("N")[..8];
        await host.GrantAsync(await host.AddPersonAsync(name), "ospo-lead", 0);
        using var browser = await host.BrowserAsync(name);
        return Html.Parse(await browser.GetStringAsync(address, Stop));
    }
}
