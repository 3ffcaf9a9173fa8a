using Headwater.EndToEnd.Cli;
using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>Takes a picture of every page, for people to look at: <c>HEADWATER_SCREENSHOTS=DIR</c> says where to.</summary>
[Collection(EveryPage.Name)]
public sealed class Pictures(Chromium chromium)
{
    [Fact]
    public async Task Picture_OfEveryPage_InLightDarkAndPhone()
    {
        using var temporary = new TemporaryFolder();
        var folder = Environment.GetEnvironmentVariable("HEADWATER_SCREENSHOTS") is { Length: > 0 } named ? named : null;
        foreach (var site in folder is null ? [SitePages.Named("overview")] : SitePages.All) // One is taken always, so that this stays able to.
        {
            foreach (var (look, dark, width, height) in ((string, bool, int, int)[])[("light", false, 1440, 900), ("dark", true, 1440, 900), ("phone", false, 390, 844)])
            {
                var page = await chromium.NewPageAsync(signedIn: site.Route != "/sign-in", dark: dark, width: width, height: height);
                await page.GotoAsync(await SitePages.FillAsync(chromium.Server, site.Address));
                await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
                var path = Path.Combine(folder ?? temporary.Path, look, site.Name + ".png");
                await page.ScreenshotAsync(new() { Path = path, FullPage = true });
                new FileInfo(path).Length.ShouldBeGreaterThan(5000);
                await page.Context.CloseAsync();
            }
        }
    }
}
