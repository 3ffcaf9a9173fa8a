namespace Headwater.EndToEnd.Browser;

/// <summary>What an administrator reads.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class AdministrationTests(Chromium chromium)
{
    [Fact]
    public async Task Jobs_OfUploads_NameTheProjectAndItsVersion()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/jobs?size=100");

        (await page.Locator("table.data tbody tr").EachSaidAsync()).ShouldContain(row => row.Contains("Analyse an upload", StringComparison.Ordinal) && row.Contains("keycloak 10.0.2", StringComparison.Ordinal));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Audit_Facts_AreWordsAndNotCode()
    {
        using var client = chromium.Server.Client();
        await Upload.SendAsync(client, SampleBom.Of("logbook", "1.0", ["pkg:npm/left-pad@1.3.0"], "root: left-pad"), "logbook", "1.0");
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/audit");

        var row = (await page.Locator("table.data tbody tr").EachSaidAsync()).First(r => r.Contains("Document uploaded", StringComparison.Ordinal));

        row.ShouldContain("logbook 1.0");
        row.ShouldContain("upload: ");
        row.ShouldNotContain("{");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Keys_Listed_BeginAsTheKeysThemselves()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/keys");

        (await page.SaidAsync("table.data tbody")).ShouldContain(HeadwaterServer.Key[..11]);
        await page.Context.CloseAsync();
    }
}
