using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>What stands around every page: theme, keys, copying.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class FrameTests(Chromium chromium)
{
    [Fact]
    public async Task Theme_Dark_ChangesAtOnceAndStays()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/");
        var light = await LightnessAsync(page);
        await page.Locator("[popovertarget=person]").ClickAsync();

        await page.Locator("button[name=theme][value=dark]").ClickAsync();

        var dark = await LightnessAsync(page);
        dark.ShouldBeLessThan(light / 2);
        await page.GotoAsync("/projects");
        (await LightnessAsync(page)).ShouldBe(dark);
        (await page.Locator("html").GetAttributeAsync("data-theme")).ShouldBe("dark");
        await page.Locator("[popovertarget=person]").ClickAsync();
        await page.Locator("button[name=theme][value=system]").ClickAsync();
        (await LightnessAsync(page)).ShouldBe(light);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task QuestionMark_ShowsTheKeysAndTheyWork()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/");
        await page.Keyboard.PressAsync("?");
        await page.Locator("#help").WaitForAsync();
        (await page.SaidAsync("#help")).ShouldContain("Search from any page");
        await page.Keyboard.PressAsync("Escape");
        (await page.Locator("#help").IsVisibleAsync()).ShouldBeFalse();

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("p");

        await page.WaitForURLAsync("**/projects");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Copy_OfAPackageUrl_PutsItOnTheClipboardAndSaysSo()
    {
        var page = await chromium.NewPageAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.GotoAsync(await SitePages.FillAsync(chromium.Server, "/component-versions/{componentVersion}"));
        var button = page.Locator("[data-copy^='pkg:']").First;

        await button.ClickAsync();

        await page.Locator("#toast").GetByText("Copied").WaitForAsync();
        (await page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).ShouldBe(await button.GetAttributeAsync("data-copy"));
        await page.Context.CloseAsync();
    }

    private static Task<double> LightnessAsync(IPage page) => page.EvaluateAsync<double>(
        """
        () => {
          const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          canvas.fillStyle = 'white';
          canvas.fillRect(0, 0, 1, 1);
          canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
          canvas.fillRect(0, 0, 1, 1);
          const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
          return (r + g + b) / 3;
        }
        """);
}
