using System.Net.Http.Json;
using System.Text.Json;

namespace Headwater.EndToEnd.Browser;

/// <summary>Are we affected, where, who owns it, and where is the fix?</summary>
[Collection(JobsOfPeople.Name)]
public sealed class AdvisoryTests(Chromium chromium)
{
    [Fact]
    public async Task Advisory_Log4Shell_NamesProjectPathOwnerAndFix()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/advisories");
        await page.Locator("table.data tbody a", new() { HasText = "CVE-2021-44228" }).First.ClickAsync();
        await page.WaitForURLAsync("**/advisories/CVE-2021-44228");
        using var client = chromium.Server.Client();
        var advisory = await client.GetFromJsonAsync<JsonElement>("api/headwater/v1/advisories/CVE-2021-44228");

        var affected = await page.Locator("ol.risks > li").EachSaidAsync();

        (await page.SaidAsync()).ShouldContain($"{advisory.GetProperty("affectedProjects").GetInt32()} of {advisory.GetProperty("totalProjects").GetInt32()} projects");
        affected.Count.ShouldBe(advisory.GetProperty("usages").GetArrayLength());
        var image = affected.Single(a => a.StartsWith("vul-image", StringComparison.Ordinal));
        image.ShouldContain("Product Security");
        image.ShouldContain("org.apache.logging.log4j/log4j-core");
        image.ShouldContain("2.8.1");
        image.ShouldContain("2.12.2");
        // Its SBOM states no edges; it says where the archive lies. One that states edges shows the path.
        image.ShouldContain("/log4jrce-1.0-SNAPSHOT-all.jar");
        var aliases = await page.SaidAsync("aside");
        aliases.ShouldContain("GHSA-jfh8-c2jp-5v3q");
        aliases.ShouldContain("CVE-2021-44228");
        await page.GotoAsync("/advisories/CVE-2021-44906");
        (await page.Locator("ol.risks ol.path li").CountAsync()).ShouldBeGreaterThanOrEqualTo(2);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Advisory_ByItsAlias_IsTheSamePage()
    {
        var page = await chromium.NewPageAsync();

        await page.GotoAsync("/advisories/GHSA-jfh8-c2jp-5v3q");

        (await page.SaidAsync()).ShouldContain("vul-image");
        await page.Context.CloseAsync();
    }
}
