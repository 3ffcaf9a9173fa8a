using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Headwater.EndToEnd.Browser;

/// <summary>The first page.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class OverviewTests(Chromium chromium)
{
    [Fact]
    public async Task Overview_EveryNumber_IsThatOfTheRestInterface()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/");
        using var client = chromium.Server.Client();
        var overview = await client.GetFromJsonAsync<JsonElement>("api/headwater/v1/overview");
        string Number(params string[] path) => path.Aggregate(overview, (at, name) => at.GetProperty(name)).GetInt32().ToString("N0", CultureInfo.InvariantCulture);

        async Task<(string Value, string Of)> StatAsync(string label)
        {
            var stat = page.Locator(".stat", new() { Has = page.Locator(".stat-label").GetByText(label, new() { Exact = true }) });
            var of = stat.Locator(".stat-of");
            return (await stat.Locator(".stat-value > :first-child").InnerTextAsync(), await of.CountAsync() == 0 ? "" : await of.InnerTextAsync());
        }

        (await StatAsync("Projects")).Value.ShouldBe(Number("projects"));
        (await StatAsync("Vulnerable projects")).ShouldBe((Number("vulnerableProjects"), $"of {Number("projects")}"));
        (await StatAsync("Component versions")).Value.ShouldBe(Number("componentVersions"));
        (await StatAsync("Vulnerable versions")).ShouldBe((Number("vulnerableComponentVersions"), $"of {Number("componentVersions")}"));
        (await StatAsync("Exploited findings")).ShouldBe((Number("kev"), $"of {Number("findings", "total")}"));
        var said = await page.SaidAsync();
        said.ShouldContain($"{Number("coverage", "unknown")} of {Number("coverage", "components")} component versions cannot be checked.");
        foreach (var severity in (string[])["critical", "high", "medium", "low"])
            (await page.Locator($"aside .sevbar .sevcount.sev-{severity} b").First.InnerTextAsync()).ShouldBe(Number("findings", severity));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Overview_TopRisks_AreInTheirOrderWithOwnersAndFix()
    {
        var page = await chromium.NewPageAsync();
        using var client = chromium.Server.Client();
        // Other tests upload and decide meanwhile: the page is read between two answers that are the same.
        var (risks, lines) = (await RisksAsync(client), (IReadOnlyList<string>)[]);
        for (var again = 0; again < 10; again++)
        {
            await page.GotoAsync("/");
            lines = [.. await page.Locator("ol.risks > li").EachSaidAsync()];
            var after = await RisksAsync(client);
            var isSame = after.Select(r => r.GetRawText()).SequenceEqual(risks.Select(r => r.GetRawText()));
            risks = after;
            if (isSame) break;
        }

        lines.Count.ShouldBe(risks.Count);
        foreach (var (risk, line) in risks.Zip(lines))
        {
            line.ShouldContain(risk.GetProperty("finding").GetProperty("id").GetString()!);
            foreach (var owner in risk.GetProperty("owners").EnumerateArray().Take(4)) line.ShouldContain(owner.GetProperty("title").GetString()!);
            foreach (var fix in risk.GetProperty("finding").GetProperty("fixedVersions").EnumerateArray().Take(1)) line.ShouldContain(fix.GetString()!);
        }

        lines[0].ShouldContain("CVE-2021-44228");
        await page.Context.CloseAsync();
    }

    private static async Task<List<JsonElement>> RisksAsync(HttpClient client) => [.. (await client.GetFromJsonAsync<JsonElement>("api/headwater/v1/overview")).GetProperty("topRisks").EnumerateArray().Take(6)];
}
