using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Features;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Access;

/// <summary>Who sees projects does not see what was found in them for that; and a decision for every place shows only to who has what it is about.</summary>
public sealed class FindingSightTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Lodash = "pkg:npm/lodash@4.17.20", Log4Shell = "CVE-2021-44228", OfLodash = "CVE-2020-0001";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_ToWhoMayNotSeeFindings_LeaveThemOut_InAnswersFilesAndPages()
    {
        using var full = await host.ClientAsync();
        using var some = await host.ClientAsync(Permissions.ViewPortfolio);
        var first = await TestHost.UploadAsync(full, "sight-changes", "1", TestHost.Bom(Log4j));
        var second = await TestHost.UploadAsync(full, "sight-changes", "1", TestHost.Bom(Lodash));
        var address = $"/api/headwater/v1/changes?from={first.Token}&to={second.Token}";

        var whole = await full.GetFromJsonAsync<JsonElement>(address, Stop);
        whole.GetProperty("newFindings")[0].GetProperty("id").GetString().ShouldBe(OfLodash);
        whole.GetProperty("totals").GetProperty("goneFindings").GetInt32().ShouldBe(1);
        var part = await some.GetFromJsonAsync<JsonElement>(address, Stop);
        (Has(part, "newFindings"), Has(part, "goneFindings"), Has(part.GetProperty("totals"), "newFindings"), Has(part.GetProperty("totals"), "goneFindings")).ShouldBe((false, false, false, false));
        part.GetProperty("totals").GetProperty("added").GetInt32().ShouldBe(1);
        foreach (var format in new[] { "csv", "json" })
        {
            (await full.GetStringAsync($"{address}&format={format}", Stop)).ShouldContain(OfLodash);
            (await some.GetStringAsync($"{address}&format={format}", Stop)).ShouldSatisfyAllConditions(f => f.ShouldContain("lodash"), f => f.ShouldNotContain("CVE-"), f => f.ShouldNotContain("finding appeared"));
        }

        using var browser = await PortfolioOnlyAsync();
        foreach (var page in new[] { $"/compare?from={first.Token}&to={second.Token}", $"/versions/{second.ProjectUuid}/changes?from={first.Token}&to={second.Token}" })
            Html.Parse(await browser.GetStringAsync(page, Stop)).QuerySelector("main")!.TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("lodash"), t => t.ShouldNotContain("CVE-"), t => t.ShouldContain("You may not see the findings of both"));
    }

    [Fact]
    public async Task Component_ToWhoMayNotSeeFindings_HasNone()
    {
        using var full = await host.ClientAsync();
        using var some = await host.ClientAsync(Permissions.ViewPortfolio);
        var it = await TestHost.UploadAsync(full, "sight-component", "1", TestHost.Bom(Log4j));
        var part = (await full.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{it.ProjectUuid}/components", Stop)).GetProperty("items")[0];
        foreach (var address in new[] { $"/components/{part.GetProperty("componentId").GetInt64()}", $"/component-versions/{part.GetProperty("componentVersionId").GetInt64()}" })
        {
            (await full.GetFromJsonAsync<JsonElement>("/api/headwater/v1" + address, Stop)).GetProperty("findings")[0].GetProperty("id").GetString().ShouldBe(Log4Shell);
            var answer = await some.GetFromJsonAsync<JsonElement>("/api/headwater/v1" + address, Stop);
            Has(answer, "findings").ShouldBeFalse(address);
            answer.GetRawText().ShouldNotContain("CVE-");
            using var browser = await PortfolioOnlyAsync();
            Html.Parse(await browser.GetStringAsync(address, Stop)).QuerySelector("main")!.TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("log4j-core"), t => t.ShouldNotContain("CVE-"), t => t.ShouldNotContain("No known vulnerability"));
        }
    }

    [Fact]
    public async Task Decision_ForEveryPlace_ShowsOnlyToWhoHasWhatItIsAbout()
    {
        var teams = await host.UnitsAsync(new("team", "has", "Has it", null, null), new("team", "hasnot", "Has it not", null, null));
        const Permissions permissions = Permissions.Automation | Permissions.VulnerabilityAnalysis;
        using var all = await host.KeyAsync(0, Permissions.Administrator);
        using var has = await host.KeyAsync(teams[("team", "has")], permissions);
        using var hasNot = await host.KeyAsync(teams[("team", "hasnot")], permissions);
        var it = await TestHost.UploadAsync(has, "sight-has", "1", TestHost.Bom(Lodash));
        await TestHost.UploadAsync(hasNot, "sight-has-not", "1", TestHost.Bom(Log4j, "pkg:npm/lodash@4.17.21"));
        await AnalysisTests.PutAsync(all, await AnalysisTests.FindingAsync(all, it.ProjectUuid, OfLodash), new { analysisState = "EXPLOITABLE", scope = "everywhere", comment = "said of one version" });
        await host.IdleAsync();

        var listed = (await has.GetFromJsonAsync<JsonElement>("/api/headwater/v1/analyses", Stop)).GetProperty("items").EnumerateArray().Single(a => a.GetProperty("vulnerability").GetString() == OfLodash);
        var uuid = listed.GetProperty("uuid").GetGuid();
        (await has.GetStringAsync($"/api/headwater/v1/analyses/{uuid}", Stop)).ShouldContain("said of one version");
        (await all.GetStringAsync("/api/headwater/v1/analyses?format=csv", Stop)).ShouldContain(OfLodash);
        (await hasNot.GetFromJsonAsync<JsonElement>("/api/headwater/v1/analyses", Stop)).GetProperty("total").GetInt64().ShouldBe(0);
        (await hasNot.GetStringAsync("/api/headwater/v1/analyses?format=csv", Stop)).ShouldNotContain(OfLodash);
        (await hasNot.GetAsync($"/api/headwater/v1/analyses/{uuid}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        // Said of all versions, it is about what they have too.
        await AnalysisTests.PutAsync(all, await AnalysisTests.FindingAsync(all, it.ProjectUuid, OfLodash), new { analysisState = "EXPLOITABLE", scope = "everywhere", allComponentVersions = true });
        (await hasNot.GetFromJsonAsync<JsonElement>("/api/headwater/v1/analyses", Stop)).GetProperty("total").GetInt64().ShouldBe(1);
    }

    /// <summary>Absent, or null.</summary>
    private static bool Has(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private async Task<HttpClient> PortfolioOnlyAsync()
    {
        var id = await host.AddPersonAsync("portfolio-only");
        await host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE user_account SET permissions = @permissions WHERE id = @id", new { id, permissions = (long)Permissions.ViewPortfolio }, transaction));
        return await host.BrowserAsync("portfolio-only");
    }
}
