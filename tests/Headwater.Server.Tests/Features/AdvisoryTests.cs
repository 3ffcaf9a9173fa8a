using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Platform;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features;

/// <summary>One advisory: where it hits, and where that is settled.</summary>
public sealed class AdvisoryTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Cve = "CVE-2021-44228";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Advisory_WithEveryFindingOfAProjectSettled_ShowsItSo_AndCountsItApart()
    {
        var permissions = Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis;
        using var client = await host.ClientAsync(permissions);
        var units = await host.UnitsAsync(new CatalogueGroup("team", "settled-ours", "Settled ours", null, null));
        using var ours = await host.KeyAsync(units.Single(u => u.Key.Name == "settled-ours").Value, permissions);
        var settled = await TestHost.UploadAsync(ours, "advisory-a-settled", "1", TestHost.Bom(Log4j));
        var triaged = await TestHost.UploadAsync(client, "advisory-b-triaged", "1", TestHost.Bom(Log4j));
        await TestHost.UploadAsync(client, "advisory-c-open", "1", TestHost.Bom(Log4j));
        await host.IdleAsync();
        (await CountsAsync(client)).ShouldBe((3, 3, 0));

        await AnalysisTests.PutAsync(client, await AnalysisTests.FindingAsync(client, settled.ProjectUuid, Cve), new { analysisState = "NOT_AFFECTED", analysisJustification = "CODE_NOT_REACHABLE" });
        await AnalysisTests.PutAsync(client, await AnalysisTests.FindingAsync(client, triaged.ProjectUuid, Cve), new { analysisState = "IN_TRIAGE" });
        await host.IdleAsync();
        (await CountsAsync(client)).ShouldBe((3, 2, 1));
        (await CountsAsync(ours)).ShouldBe((1, 0, 1), "who sees one project only hears of that");

        var usages = (await AdvisoryAsync(client)).GetProperty("usages").EnumerateArray().ToList();
        usages[^1].GetProperty("usage").GetProperty("projectName").GetString().ShouldBe("advisory-a-settled", "what is settled comes last");
        usages[^1].GetProperty("settled").GetBoolean().ShouldBeTrue();
        usages[^1].GetProperty("analysis").GetProperty("decision").GetProperty("state").GetString().ShouldBe("not_affected");
        usages[..^1].ShouldAllBe(u => !u.GetProperty("settled").GetBoolean());

        using var browser = new Browser(host);
        await browser.SignInAsync(TestHost.Password, "/");
        var page = Html.Parse(await browser.Client.GetStringAsync($"/advisories/{Cve}", Stop));
        page.QuerySelector("main")!.TextContent.ShouldContain("Of 3 projects: open in 2, settled in 1");
        var lines = page.QuerySelectorAll(".risks > li").ToDictionary(l => l.QuerySelector(".head > a")!.TextContent, l => l.TextContent);
        lines["advisory-a-settled"].ShouldSatisfyAllConditions(l => l.ShouldContain("Settled"), l => l.ShouldContain("Not affected"), l => l.ShouldContain("key:"), l => l.ShouldContain("just now"));
        lines["advisory-b-triaged"].ShouldSatisfyAllConditions(l => l.ShouldNotContain("Settled"), l => l.ShouldContain("triage"));
        lines["advisory-c-open"].ShouldNotContain("Settled");

        // The list counts what is open, and so does the answer.
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/advisories?filter={Cve}", Stop)).GetProperty("items")[0].GetProperty("projects").GetInt32().ShouldBe(2);
        await AnalysisTests.PutAsync(client, await AnalysisTests.FindingAsync(client, triaged.ProjectUuid, Cve), new { analysisState = "FALSE_POSITIVE", scope = "everywhere", allComponentVersions = true });
        await AnalysisTests.PutAsync(client, await AnalysisTests.FindingAsync(client, triaged.ProjectUuid, Cve), new { analysisState = "FALSE_POSITIVE" });
        await host.IdleAsync();
        (await CountsAsync(client)).ShouldBe((3, 0, 3));
        Html.Parse(await browser.Client.GetStringAsync($"/advisories/{Cve}", Stop)).QuerySelector("main")!.TextContent.ShouldContain("All of them are settled.");
    }

    private static Task<JsonElement> AdvisoryAsync(HttpClient client) => client.GetFromJsonAsync<JsonElement>($"{Api.Root}/advisories/{Cve}", Stop);

    private static async Task<(int Affected, int Open, int Settled)> CountsAsync(HttpClient client)
    {
        var it = await AdvisoryAsync(client);
        return (it.GetProperty("affectedProjects").GetInt32(), it.GetProperty("openProjects").GetInt32(), it.GetProperty("settledProjects").GetInt32());
    }
}
