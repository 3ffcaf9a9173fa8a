namespace Headwater.EndToEnd.Browser;

/// <summary>What is different in the hand.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class PhoneTests(Chromium chromium)
{
    private const int Width = 360;

    [Theory]
    [InlineData("uploads")]
    [InlineData("changes")]
    public async Task Tabs_OfAVersion_ShowTheOneThatIsOpen(string part)
    {
        var page = await chromium.NewPageAsync(width: Width, height: 740);
        await page.GotoAsync(await SitePages.FillAsync(chromium.Server, "/versions/{version}/" + part));

        var box = (await page.Locator(".tabs a[aria-current=page]").BoundingBoxAsync())!;

        box.X.ShouldBeGreaterThanOrEqualTo(0);
        (box.X + box.Width).ShouldBeLessThanOrEqualTo(Width);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Navigation_OpensAsASheetAndLeads()
    {
        var page = await chromium.NewPageAsync(width: Width, height: 740);
        await page.GotoAsync("/");
        (await page.Locator("#nav").IsVisibleAsync()).ShouldBeFalse();

        await page.Locator("button[popovertarget=nav]").ClickAsync();
        await page.Locator("#nav a[href='/advisories']").ClickAsync();

        await page.WaitForURLAsync("**/advisories");
        (await page.Locator("#nav").IsVisibleAsync()).ShouldBeFalse();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Cards_ThatTablesBecome_ShowNoLabelWithoutAValue()
    {
        var page = await chromium.NewPageAsync(width: Width, height: 740);
        await page.GotoAsync("/jobs");

        var cells = await page.Locator("table[data-table] td:visible").EachSaidAsync();

        cells.ShouldNotBeEmpty();
        cells.ShouldAllBe(cell => cell.Length > 0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Archive_TwoDocumentsTicked_AreCompared()
    {
        var page = await chromium.NewPageAsync(width: Width, height: 740);
        await page.GotoAsync("/archive");
        var boxes = page.Locator("td.pick input");

        for (var i = 0; i < 2; i++)
        {
            var box = (await boxes.Nth(i).BoundingBoxAsync())!;
            (box.Width, box.Height).ShouldSatisfyAllConditions(s => s.Width.ShouldBeGreaterThanOrEqualTo(20), s => s.Height.ShouldBeGreaterThanOrEqualTo(20));
            await boxes.Nth(i).CheckAsync();
        }

        await page.Locator("form#compare button").ClickAsync();
        await page.WaitForURLAsync("**/compare?**");
        (await page.Locator("h1").InnerTextAsync()).ShouldBe("Two documents compared");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Owners_OfTheLowestLevel_HaveRoomForTheirNames()
    {
        var page = await chromium.NewPageAsync(width: Width, height: 740);
        await page.GotoAsync("/owners");

        var narrowest = await page.EvaluateAsync<double>("() => Math.min(...[...document.querySelectorAll('.unit-row')].map(r => r.querySelector('.unit-name a').getBoundingClientRect().left - 12))");

        narrowest.ShouldBeGreaterThanOrEqualTo(0);
        (await page.EvaluateAsync<double>("() => Math.max(...[...document.querySelectorAll('.unit-name a')].map(a => a.getBoundingClientRect().left))")).ShouldBeLessThan(Width / 3.0);
        await page.Context.CloseAsync();
    }
}
