using System.Net.Http.Json;
using System.Text.Json;
using Headwater.EndToEnd.Cli;
using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>Why is it here: all shortest paths from the root, the same in the browser, over REST and at the terminal.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class WhyTests(Chromium chromium, AdvisoryIndexFixture index)
{
    [Fact]
    public async Task Why_TwoShortestPathsAndALongOne_ShowsBothShortOnes()
    {
        using var client = chromium.Server.Client();
        var bom = SampleBom.Of("diamond", "1.0",
            ["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:maven/org.example/left@1.0", "pkg:maven/org.example/right@2.0", "pkg:maven/org.example/detour@3.0"],
            "root: left right detour", "left: log4j-core", "right: log4j-core", "detour: left", "log4j-core: detour"); // The last edge closes a cycle.
        var upload = await Upload.SendAsync(client, bom, "diamond", "1.0");
        await chromium.Server.WaitForTokenAsync(client, upload.Token);
        var page = await chromium.NewPageAsync();
        await page.GotoAsync($"/versions/{upload.ProjectVersion}/findings");

        await page.Locator("table.data tbody tr", new() { HasText = "CVE-2021-44228" }).GetByText("Why?").ClickAsync();
        await page.WaitForURLAsync("**/why/*");

        (await page.SaidAsync()).ShouldContain("2 shortest paths");
        var paths = await PathsAsync(page);
        paths.Count.ShouldBe(2);
        paths.Order().ShouldBe(
        [
            "diamond@1.0 > org.example/left@1.0 > org.apache.logging.log4j/log4j-core@2.14.1",
            "diamond@1.0 > org.example/right@2.0 > org.apache.logging.log4j/log4j-core@2.14.1",
        ]);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Why_OfEachDeepFindingInKeycloak_AgreesWithTheCommandLine()
    {
        var scan = (await HeadwaterCli.RunAsync("scan", SampleBom.Path("keycloak-10.0.2.cdx.xml"), "--db", index.Path, "--format", "json")).Document();
        var byPurl = scan.GetProperty("documents")[0].GetProperty("findings").EnumerateArray().Where(f => f.GetProperty("path").ValueKind == JsonValueKind.Array)
            .GroupBy(f => f.GetProperty("component").GetProperty("purl").GetString()!).ToDictionary(g => g.Key, g => g.First());
        using var client = chromium.Server.Client();
        var project = (await client.GetFromJsonAsync<JsonElement>("api/headwater/v1/projects?filter=keycloak")).GetProperty("items").EnumerateArray().First(p => p.GetProperty("name").GetString() == "keycloak");
        var version = project.GetProperty("latestUuid").GetString();
        var page = await chromium.NewPageAsync();
        var compared = 0;
        foreach (var component in (await client.GetFromJsonAsync<JsonElement>($"api/headwater/v1/versions/{version}/components?vulnerable=true&sort=depth&order=desc&size=12")).GetProperty("items").EnumerateArray())
        {
            if (component.GetProperty("depth").GetInt32() < 1 || !byPurl.TryGetValue(component.GetProperty("purl").GetString()!, out var finding)) continue;
            await page.GotoAsync($"/versions/{version}/why/{component.GetProperty("componentVersionId").GetRawText()}");
            var paths = await PathsAsync(page);
            // The root goes by the project's name here, and by the document's at the terminal.
            var expected = string.Join(" > ", finding.GetProperty("path").EnumerateArray().Skip(1).Select(s => s.GetString()));
            paths.Select(p => p[(p.IndexOf(" > ", StringComparison.Ordinal) + 3)..]).ShouldContain(expected);
            paths.ShouldAllBe(p => p.StartsWith("keycloak@10.0.2 > ", StringComparison.Ordinal));
            paths.Count.ShouldBe((int)Math.Min(25, finding.GetProperty("paths").GetInt64()));
            paths.Distinct().Count().ShouldBe(paths.Count);
            compared++;
        }

        compared.ShouldBeGreaterThan(5);
        await page.Context.CloseAsync();
    }

    /// <summary>Each path as one line; steps that are folded away are read too.</summary>
    private static async Task<List<string>> PathsAsync(IPage page) => [.. await page.EvaluateAsync<string[]>(
        """
        () => [...document.querySelectorAll('main ol.path')].map(path => [...path.querySelectorAll('li:not(.path-fold)')].map(step => {
          const version = step.querySelector('.ver')?.textContent.trim();
          const name = step.querySelector('a, span:not(.ver)').textContent.trim();
          return version ? name + '@' + version : name;
        }).join(' > '))
        """)];
}
