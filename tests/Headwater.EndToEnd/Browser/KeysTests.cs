using System.Net;

namespace Headwater.EndToEnd.Browser;

/// <summary>API keys as a person makes and revokes them.</summary>
[Collection(JobsOfPeople.Name)]
public sealed class KeysTests(Chromium chromium)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Key_MadeThenRevoked_WorksThenIs401(bool script)
    {
        var page = await chromium.NewPageAsync(script: script);
        await page.GotoAsync("/keys");
        var purpose = $"pipeline {(script ? "one" : "two")}";
        await page.Locator("#comment").FillAsync(purpose);
        await page.GetByText("Create key").ClickAsync();
        var secret = await page.Locator(".secret code").InnerTextAsync();

        using var client = chromium.Server.Client(secret);
        (await client.GetAsync("api/v1/project")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await page.GotoAsync("/keys");
        (await page.ContentAsync()).ShouldNotContain(secret);
        var row = page.Locator("table.data tbody tr", new() { HasText = purpose });
        await row.Locator(".confirm > summary").ClickAsync();
        await row.GetByText("Revoke it").ClickAsync();
        await page.WaitForURLAsync("**/keys");

        (await page.Locator("table.data tbody tr", new() { HasText = purpose }).CountAsync()).ShouldBe(0);
        (await client.GetAsync("api/v1/project")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await page.GotoAsync("/audit");
        (await page.SaidAsync()).ShouldContain("API key revoked");
        await page.Context.CloseAsync();
    }
}
