using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>The main job in a browser that runs no script.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class WithoutScriptTests(Chromium chromium)
{
    [Fact]
    public async Task MainJob_WithoutScript_SignInUploadFindingsSearchAdvisory()
    {
        var page = await chromium.NewPageAsync(signedIn: false, script: false);
        await Chromium.SignInAsync(page);
        await page.GotoAsync("/upload");
        await page.Locator("#projectName").FillAsync("quiet-harbour");
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload
        {
            Name = "bom.json", MimeType = "application/json",
            Buffer = SampleBom.Of("quiet-harbour", "1.0", ["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"], "root: log4j-core"),
        });
        await page.Locator("form[data-upload] button.primary").ClickAsync();
        await page.WaitForURLAsync("**/versions/*");
        (await page.SaidAsync("h1")).ShouldStartWith("quiet-harbour");

        for (var i = 0; i < 100 && (await page.SaidAsync()).Contains("Reload in a moment", StringComparison.Ordinal); i++)
        {
            await Task.Delay(100);
            await page.ReloadAsync();
        }

        await page.Locator(".tabs a", new() { HasText = "Findings" }).ClickAsync();
        (await page.SaidAsync("table.data")).ShouldContain("CVE-2021-44228");
        await page.Locator("table.data a", new() { HasText = "Why?" }).First.ClickAsync();
        (await page.SaidAsync()).ShouldContain("log4j-core");

        await page.Locator("#search").FillAsync("CVE-2021-44228");
        await page.Locator("#search").PressAsync("Enter");
        await page.WaitForURLAsync("**/search?q=*");
        await page.Locator("main a", new() { HasText = "CVE-2021-44228" }).First.ClickAsync();
        await page.WaitForURLAsync("**/advisories/*");
        (await page.Locator("ol.risks > li").EachSaidAsync()).ShouldContain(l => l.StartsWith("quiet-harbour", StringComparison.Ordinal));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task InvalidUpload_WithoutScript_SaysWhatAndWhere()
    {
        var page = await chromium.NewPageAsync(script: false);
        await page.GotoAsync("/upload");
        await page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = "cut.json", MimeType = "application/json", Buffer = "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\n\"version\":"u8.ToArray() });

        await page.Locator("form[data-upload] button.primary").ClickAsync();

        await page.Locator("[role=alert]").WaitForAsync();
        var said = await page.SaidAsync("[role=alert]");
        said.ShouldContain("The document is not a valid SBOM");
        said.ShouldContain("2:");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Menu_WithoutScript_SwitchesTheThemeAndKeepsThePage()
    {
        var page = await chromium.NewPageAsync(script: false);
        await page.GotoAsync("/advisories?sort=epss");
        await page.Locator("[popovertarget=person]").ClickAsync();

        await page.Locator("button[name=theme][value=dark]").ClickAsync();

        (await page.Locator("html").GetAttributeAsync("data-theme")).ShouldBe("dark");
        new Uri(page.Url).PathAndQuery.ShouldBe("/advisories?sort=epss");
        await page.Context.CloseAsync();
    }
}
