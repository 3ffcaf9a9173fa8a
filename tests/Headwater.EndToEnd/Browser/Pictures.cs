using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>Takes a picture of every page, for people to look at: <c>HEADWATER_SCREENSHOTS=DIR</c> says where to.</summary>
[Collection(EveryPage.Name)]
public sealed class Pictures(Chromium chromium)
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("HEADWATER_SCREENSHOTS");

    [Theory]
    [MemberData(nameof(SitePages.Names), MemberType = typeof(SitePages))]
    public async Task Picture_OfEveryPage_InLightDarkAndPhone(string name)
    {
        Assert.SkipUnless(Folder is { Length: > 0 }, "Pictures are taken when HEADWATER_SCREENSHOTS names a folder.");
        foreach (var (look, dark, width, height) in ((string, bool, int, int)[])[("light", false, 1440, 900), ("dark", true, 1440, 900), ("phone", false, 390, 844)])
        {
            var page = await chromium.NewPageAsync(signedIn: !name.StartsWith("sign-in", StringComparison.Ordinal), dark: dark, width: width, height: height);
            await page.GotoAsync(await SitePages.FillAsync(chromium.Server, SitePages.Named(name).Address));
            await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            var path = Path.Combine(Folder, look, name + ".png");
            await page.ScreenshotAsync(new() { Path = path, FullPage = true });
            File.Exists(path).ShouldBeTrue();
            await page.Context.CloseAsync();
        }
    }
}
