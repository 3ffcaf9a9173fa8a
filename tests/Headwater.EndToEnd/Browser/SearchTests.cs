using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>The one search box, from any page, by keyboard alone.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class SearchTests(Chromium chromium)
{
    [Theory]
    [InlineData("/about", "log4j-core", "/components/", "org.apache.logging.log4j/log4j-core")]
    [InlineData("/", "keycloak", "/projects/", "keycloak")]
    [InlineData("/feeds", "CVE-2021-44228", "/advisories/", "CVE-2021-44228")]
    [InlineData("/components", "product secur", "/owners/", "Product Security")]
    public async Task Search_SlashTypeArrowsEnter_OpensWhatWasMeant(string from, string query, string kind, string title)
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync(from);

        await page.Keyboard.PressAsync("/");
        (await page.EvaluateAsync<string>("() => document.activeElement.id")).ShouldBe("search");
        await page.Keyboard.TypeAsync(query);
        await page.Locator($"#search-list[data-query='{query}'] a.hit[href^='{kind}']").First.WaitForAsync();
        var chosen = page.Locator("#search-list a.hit[aria-selected=true]");
        for (var i = 0; i < 40; i++)
        {
            await page.Keyboard.PressAsync("ArrowDown");
            var href = await chosen.GetAttributeAsync("href");
            if (href!.StartsWith(kind, StringComparison.Ordinal) && (await chosen.Locator(".title").InnerTextAsync()) == title) break;
        }

        (await page.Locator("#search").GetAttributeAsync("aria-activedescendant")).ShouldBe(await chosen.GetAttributeAsync("id"));
        (await chosen.Locator(".title").InnerTextAsync()).ShouldBe(title);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**{kind}*");
        (await page.SaidAsync("h1")).ShouldStartWith(title);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Search_AnswerThatComesInLate_KeepsWhatWasChosen()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("keycloa");
        await page.Locator("#search-list[data-query='keycloa'] a.hit[href^='/projects/']").First.WaitForAsync();
        var arrived = new TaskCompletionSource();
        await page.RouteAsync("**/search?*q=keycloak", async route =>
        {
            await arrived.Task;
            await route.ContinueAsync();
        });

        await page.Keyboard.TypeAsync("k");
        await page.Keyboard.PressAsync("ArrowDown");
        var chosen = page.Locator("#search-list a.hit[aria-selected=true]");
        var href = await chosen.GetAttributeAsync("href");
        arrived.SetResult();
        await page.Locator("#search-list[data-query='keycloak']").WaitForAsync();

        (await chosen.GetAttributeAsync("href")).ShouldBe(href);
        (await page.Locator("#search").GetAttributeAsync("aria-activedescendant")).ShouldBe(await chosen.GetAttributeAsync("id"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Search_EnterWithoutAChoice_OpensThePageOfAllResults()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/jobs");
        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("log4j");
        await page.Keyboard.PressAsync("Enter");

        await page.WaitForURLAsync("**/search?q=log4j");
        (await page.Locator("main h2").EachSaidAsync()).ShouldContain("Components");
        (await page.SaidAsync()).ShouldContain("CVE-2021-44228");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Search_ForANumberWithASlip_OffersWhatMayBeMeant()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("CVE-2021-44288");
        await page.Locator("#search-list a.hit[href='/search?q=CVE-2021-44228']").ClickAsync();
        await page.WaitForURLAsync("**/search?q=CVE-2021-44228");
        (await page.SaidAsync()).ShouldContain("Advisories");

        // The box shows what is meant, and does not offer it once more.
        await page.Keyboard.PressAsync("/");
        await page.Locator("form[data-search] input[name=q]").FillAsync("juise shpo");
        await page.Locator("#search-list .note").WaitForAsync();
        var listed = await page.SaidAsync("#search-list");
        listed.ShouldStartWith("Showing hits for “juice shop”");
        listed.ShouldNotContain("Did you mean");
        await page.GotoAsync("/search?q=juise+shpo");
        (await page.SaidAsync()).ShouldContain("Nothing has “juise shpo”; this is what has “juice shop”.");
        await page.GotoAsync("/search?q=licence:MTI");
        await page.GetByRole(AriaRole.Link, new() { Name = "licence:MIT", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/search?q=licence*MIT");
        (await page.SaidAsync()).ShouldContain("Components");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Search_Escape_ClosesTheListAndNothingFoundSaysSo()
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync("/");
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("no-such-thing-anywhere");
        await page.Locator("#search-list .note").WaitForAsync();
        (await page.SaidAsync("#search-list")).ShouldContain("Nothing found");

        await page.Keyboard.PressAsync("Escape");

        (await page.Locator("#search-list").IsVisibleAsync()).ShouldBeFalse();
        await page.Context.CloseAsync();
    }
}
