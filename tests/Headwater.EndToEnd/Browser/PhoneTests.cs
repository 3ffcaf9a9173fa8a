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
}
