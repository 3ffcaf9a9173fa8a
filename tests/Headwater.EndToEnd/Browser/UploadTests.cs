using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>The main job: from a file to "what do we use, is it vulnerable?".</summary>
[Collection(JobsOfPeople.Name)]
public sealed class UploadTests(Chromium chromium)
{
    [Fact]
    public async Task Drop_OnTheUploadPage_ShowsProgressAndLandsOnTheVersion()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/upload");
        var progress = await page.WatchProgressAsync();
        await page.Locator("#projectName").FillAsync("harbour-portal");
        await page.Locator("#projectVersion").FillAsync("7.1");

        await page.DropAsync("keycloak.xml", await File.ReadAllBytesAsync(SampleBom.Path("keycloak-10.0.2.cdx.xml")), ".drop-area");
        await page.WaitForURLAsync("**/versions/*");

        progress.ShouldNotBeEmpty();
        var values = progress.ConvertAll(p => double.Parse(p.Split(' ')[0], CultureInfo.InvariantCulture));
        values.ShouldBeInOrder(SortDirection.Ascending);
        values.ShouldContain(v => v > 0 && v <= 1);
        progress.ShouldContain(p => p.Contains("keycloak.xml", StringComparison.Ordinal));
        (await page.SaidAsync("h1")).ShouldStartWith("harbour-portal");
        var version = page.Url.Split('/')[^1];
        await IsKeycloakAsync(page, version);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task FileChooser_WithTheButton_LandsOnTheVersion_NamedByTheDocument()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/upload");

        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.Locator(".drop-area").ClickAsync());
        await chooser.SetFilesAsync(new FilePayload { Name = "bom.json", MimeType = "application/json", Buffer = SampleBom.Of("lighthouse", "4.2", ["pkg:npm/lodash@4.17.15"], "root: lodash") });
        await page.Locator("form[data-upload] button.primary").ClickAsync();
        await page.WaitForURLAsync("**/versions/*");

        (await page.SaidAsync("h1")).ShouldStartWith("lighthouse");
        (await page.SaidAsync("main")).ShouldContain("4.2");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Drop_AnywhereOnTheProjectsPage_Uploads()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/projects");

        await page.DropAsync("bom.json", SampleBom.Of("buoy", "1.0", ["pkg:npm/left-pad@1.3.0"], "root: left-pad"), "table");
        await page.WaitForURLAsync("**/versions/*");

        (await page.SaidAsync("h1")).ShouldStartWith("buoy");
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("broken.json", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\n\"components\":[\n{\"type\":\"library\"}]}", "name")]
    [InlineData("cut.json", "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\n\"components\":[\n{\"type\":", "3:")]
    [InlineData("notes.txt", "this is no SBOM", "neither CycloneDX nor SPDX")]
    public async Task Drop_OfAnInvalidDocument_SaysWhatAndWhere_AndStoresNothing(string file, string content, string expected)
    {
        using var client = chromium.Server.Client();
        var before = await ProjectsAsync(client);
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/upload");
        await page.Locator("#projectName").FillAsync("never-" + file);

        await page.DropAsync(file, System.Text.Encoding.UTF8.GetBytes(content), ".drop-area");
        await page.Locator("[data-upload-list] li.bad [role=alert]").WaitForAsync();

        var said = await page.SaidAsync("[data-upload-list] li.bad");
        said.ShouldContain(file);
        said.ShouldContain("The document is not a valid SBOM");
        said.ShouldContain(expected);
        page.Url.ShouldEndWith("/upload");
        (await ProjectsAsync(client)).ShouldBe(before);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Drop_AboveTheLimit_SaysTheLimit()
    {
        await using var server = await HeadwaterServer.StartAsync(samples: false, null, "--Headwater:MaxUploadBytes=100000");
        var page = await chromium.NewPageAsync(server);
        await page.GotoAsync("/upload");
        (await page.SaidAsync(".drop-area")).ShouldContain("97.7 KiB"); // Not the default, which is 256 MiB.

        await page.DropAsync("large.json", SampleBom.Multiplied(1500), ".drop-area");
        await page.Locator("[data-upload-list] li.bad [role=alert]").WaitForAsync();

        var said = await page.SaidAsync("[data-upload-list] li.bad");
        said.ShouldContain("too large");
        said.ShouldContain("100,000 bytes");
        said.ShouldContain("Headwater:MaxUploadBytes");
        await page.Context.CloseAsync();
    }

    private static async Task IsKeycloakAsync(IPage page, string version)
    {
        await page.GotoAsync($"/versions/{version}/components");
        (await page.SaidAsync(".tabs a[aria-current=page]")).ShouldBe("Components903");
        await page.GotoAsync($"/versions/{version}/components?q=spring-beans");
        var beans = await page.Locator("table.data tbody tr").EachSaidAsync();
        beans.ShouldContain(row => row.Contains("org.springframework/spring-beans", StringComparison.Ordinal) && row.Contains("Apache-2.0", StringComparison.Ordinal));

        await page.GotoAsync($"/versions/{version}/tree");
        var branch = page.Locator("ul[data-tree] > li > details").First;
        await branch.Locator("summary").ClickAsync();
        await branch.Locator("ul[data-tree] > li").First.WaitForAsync();
        page.Url.ShouldEndWith("/tree");

        await page.GotoAsync($"/versions/{version}/findings");
        (await page.SaidAsync("table.data tbody tr")).ShouldContain("CVE-2022-22965");
        var risks = (await page.Locator("table.data tbody .risk .num").AllInnerTextsAsync()).Select(r => double.Parse(r, CultureInfo.InvariantCulture)).ToList();
        risks.Count.ShouldBeGreaterThan(20);
        risks.ShouldBeInOrder(SortDirection.Descending);
    }

    /// <summary>The list counts at each request; what the overview shows may be a minute old where it took long to count.</summary>
    private static async Task<int> ProjectsAsync(HttpClient client) => (await client.GetFromJsonAsync<JsonElement>("api/headwater/v1/projects?size=1")).GetProperty("total").GetInt32();
}
