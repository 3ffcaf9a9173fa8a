using System.Diagnostics;
using System.Text.Json;

namespace Headwater.EndToEnd.Browser;

/// <summary>The drawing of a graph as large as it is promised to hold.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class GraphTests(Chromium chromium, ITestOutputHelper output)
{
    private const int Nodes = 5_000;

    [Fact]
    public async Task Graph_OfFiveThousand_IsDrawnWhole_Searched_AndSavedAsAPicture()
    {
        using var client = chromium.Server.Client();
        var upload = await Upload.SendAsync(client, Bom(), "large", "1");
        await chromium.Server.WaitForTokenAsync(client, upload.Token);
        var page = await chromium.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        var watch = Stopwatch.StartNew();
        await page.GotoAsync($"/versions/{upload.ProjectVersion}/graph");
        await page.Locator("svg.graph .gnode").First.WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Attached });
        output.WriteLine($"Drawn {watch.ElapsedMilliseconds} ms after it was asked for.");
        (await page.Locator("svg.graph .gnode").CountAsync()).ShouldBe(Nodes + 1, "and the root");
        (await page.Locator("[data-graph-note]").TextContentAsync()).ShouldBe("", "nothing is left out");

        watch.Restart();
        await page.Locator("figure[data-graph] input[type=search]").First.FillAsync($"part-{Nodes - 1} ");
        await page.Locator(".gnode.hit").First.WaitForAsync(new() { State = Microsoft.Playwright.WaitForSelectorState.Attached });
        output.WriteLine($"Found after {watch.ElapsedMilliseconds} ms.");
        var way = new List<string>();
        for (var at = Nodes - 1; at > 0; at = (at - 1) / 3) way.Add($"part-{at} 1.0");
        (await page.Locator("[data-graph-note]").TextContentAsync()).ShouldBe(string.Join(" › ", way.Append("part-0 1.0").Append("large 1").Reverse()));

        foreach (var kind in (string[])["svg", "png"])
        {
            var saved = await page.RunAndWaitForDownloadAsync(() => page.Locator($"[data-graph-act={kind}]").ClickAsync());
            (await saved.FailureAsync()).ShouldBeNull();
            new FileInfo(await saved.PathAsync()).Length.ShouldBeGreaterThan(100_000);
        }

        await page.Context.CloseAsync();
    }

    /// <summary>Each needs the next three.</summary>
    private static byte[] Bom() => JsonSerializer.SerializeToUtf8Bytes(new
    {
        bomFormat = "CycloneDX", specVersion = "1.6", version = 1,
        metadata = new { component = new Dictionary<string, object> { ["type"] = "application", ["bom-ref"] = "root", ["name"] = "large" } },
        components = Enumerable.Range(0, Nodes).Select(i => new Dictionary<string, object> { ["type"] = "library", ["bom-ref"] = $"c{i}", ["name"] = $"part-{i}", ["version"] = "1.0", ["purl"] = $"pkg:npm/part-{i}@1.0" }),
        dependencies = Enumerable.Range(0, Nodes).Select(i => new { @ref = $"c{i}", dependsOn = Enumerable.Range((3 * i) + 1, 3).Where(n => n < Nodes).Select(n => $"c{n}") }).Prepend(new { @ref = "root", dependsOn = new[] { "c0" }.AsEnumerable() }),
    });
}
