using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>The mouse is never needed.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class KeyboardTests(Chromium chromium)
{
    [Fact]
    public async Task FirstTab_SkipsToTheContent()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/projects");

        await page.Keyboard.PressAsync("Tab");
        (await FocusAsync(page)).ShouldBe("a.skip");
        (await page.Locator("a.skip").BoundingBoxAsync())!.Y.ShouldBeGreaterThanOrEqualTo(0);
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");

        (await page.EvaluateAsync<bool>("() => document.querySelector('main').contains(document.activeElement)")).ShouldBeTrue();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Tab_GoesThroughNavigationThenSearchThenContent_AndFocusIsSeen()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/projects");
        var order = new List<string>();
        for (var i = 0; i < 60 && !(order.Count > 0 && order[^1] == "main"); i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var place = await page.EvaluateAsync<string>(
                "() => { const e = document.activeElement; return e.id === 'search' ? 'search' : e.closest('#nav') ? 'nav' : e.closest('.topbar') ? 'topbar' : e.closest('main') ? 'main' : e.className; }");
            if (order.Count == 0 || order[^1] != place) order.Add(place);
            (await page.EvaluateAsync<bool>("() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' || s.boxShadow !== 'none' || document.activeElement.id === 'search'; }"))
                .ShouldBeTrue($"Nothing shows that {await FocusAsync(page)} has the focus.");
        }

        order.ShouldBe(["skip", "nav", "search", "topbar", "main"]);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Rows_JAndKAndEnter_WalkAndOpen()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/projects");
        var names = await page.Locator("table[data-table] tbody tr a[href^='/projects/']").EachSaidAsync();
        foreach (var key in (string[])["j", "j", "j", "k"]) await page.Keyboard.PressAsync(key);
        (await page.SaidAsync("tr.at a[href^='/projects/']")).ShouldBe(names[1]);

        await page.Keyboard.PressAsync("x");
        (await page.SaidAsync(".bulk")).ShouldContain("1 selected");
        await page.Keyboard.PressAsync("Enter");

        await page.WaitForURLAsync("**/projects/*");
        (await page.SaidAsync("h1")).ShouldStartWith(names[1]);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Upload_ByKeyboardAlone_ReachesTheFileField()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/upload");
        await page.Locator("#stage").FocusAsync();

        await page.Keyboard.PressAsync("Tab");

        (await page.EvaluateAsync<string>("() => document.activeElement.name")).ShouldBe("bom");
        await page.Context.CloseAsync();
    }

    private static Task<string> FocusAsync(IPage page) =>
        page.EvaluateAsync<string>("() => { const e = document.activeElement; return e.tagName.toLowerCase() + (e.className ? '.' + e.className : ''); }");
}
