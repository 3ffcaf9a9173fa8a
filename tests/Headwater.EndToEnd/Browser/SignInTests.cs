using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>Coming in and going out.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class SignInTests(Chromium chromium)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SignIn_WrongThenRightPassword_EndsOnThePageAskedFor(bool script)
    {
        var page = await chromium.NewPageAsync(signedIn: false, script: script);
        await page.GotoAsync("/advisories?sort=epss");
        page.Url.ShouldContain("/sign-in");

        await Chromium.SignInAsync(page, "not-the-password");

        await page.Locator("[role=alert]").WaitForAsync();
        (await page.SaidAsync("[role=alert]")).ShouldContain("do not match");
        await Chromium.SignInAsync(page);
        new Uri(page.Url).PathAndQuery.ShouldBe("/advisories?sort=epss");
        (await page.SaidAsync("h1")).ShouldBe("Advisories");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task SignOut_FromTheMenu_ClosesEveryPage()
    {
        var page = await chromium.NewPageAsync(signedIn: false);
        await Chromium.SignInAsync(page);
        await page.Locator("[popovertarget=person]").ClickAsync();

        await page.Locator("#person form[action$='/session/end'] button").ClickAsync();

        await page.WaitForURLAsync(url => url.Contains("/sign-in", StringComparison.Ordinal));
        await page.GotoAsync("/projects");
        page.Url.ShouldContain("/sign-in");
        await page.Context.CloseAsync();
    }
}
