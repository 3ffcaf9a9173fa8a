namespace Headwater.EndToEnd.Browser;

/// <summary>What the second snapshot of a project changed.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class ChangesTests(Chromium chromium)
{
    [Fact]
    public async Task SecondSnapshot_ShowsAddedRemovedUpgradedNewAndGone()
    {
        using var client = chromium.Server.Client();
        async Task<Acknowledged> SendAsync(params string[] purls)
        {
            var sent = await Upload.SendAsync(client, SampleBom.Of("tide-table", "1.0", purls, "root: " + string.Join(' ', purls.Select(p => p.Split('@')[0].Split('/')[^1]))), "tide-table", "1.0");
            await chromium.Server.WaitForTokenAsync(client, sent.Token);
            return sent;
        }

        await SendAsync("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:npm/left-pad@1.3.0", "pkg:npm/is-odd@3.0.1");
        var second = await SendAsync("pkg:maven/org.apache.logging.log4j/log4j-core@2.25.0", "pkg:npm/left-pad@1.3.0", "pkg:npm/lodash@4.17.15");
        var page = await chromium.NewPageAsync();
        await page.GotoAsync($"/versions/{second.ProjectVersion}");

        await page.GetByText("What changed since the upload before").ClickAsync();
        await page.WaitForURLAsync("**/changes?*");

        async Task<List<string>> LinesAsync(string heading) => await page.Locator("section.diff", new() { Has = page.Locator("h2", new() { HasText = heading }) }).Locator("li").EachSaidAsync();
        (await page.SaidAsync()).ShouldContain("1 added, 1 removed, 1 in another version, 1 unchanged.");
        (await LinesAsync("Added")).Single().ShouldContain("lodash");
        (await LinesAsync("Removed")).Single().ShouldContain("is-odd");
        var upgraded = (await LinesAsync("Changed versions")).Single();
        upgraded.ShouldContain("log4j-core");
        upgraded.ShouldContain("2.14.1");
        upgraded.ShouldContain("2.25.0");
        (await LinesAsync("Gone findings")).ShouldContain(l => l.Contains("CVE-2021-44228", StringComparison.Ordinal));
        var fresh = await LinesAsync("New findings");
        fresh.ShouldNotBeEmpty();
        fresh.ShouldAllBe(l => l.Contains("lodash", StringComparison.Ordinal));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task SampleProject_WithTwoVersions_ComparesThemOnRequest()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync(await SitePages.FillAsync(chromium.Server, "/versions/{version}/changes"));

        (await page.Locator("#from option:checked").InnerTextAsync()).ShouldStartWith("11.1.2");
        (await page.Locator("#to option:checked").InnerTextAsync()).ShouldStartWith("14.1.1");
        var said = await page.SaidAsync();
        said.ShouldContain("New findings");
        await page.Locator("#from").SelectOptionAsync(new Microsoft.Playwright.SelectOptionValue { Index = 0 });
        await page.Locator("form.compare button").ClickAsync();
        await page.WaitForURLAsync("**/changes?from=*");
        (await page.SaidAsync()).ShouldContain("0 added, 0 removed");
        await page.Context.CloseAsync();
    }
}
