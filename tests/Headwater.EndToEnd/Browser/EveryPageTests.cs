using System.Text.Json;
using Headwater.EndToEnd.Clients;
using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>What holds for every page.</summary>
[Collection(EveryPage.Name)]
public sealed class EveryPageTests(Chromium chromium)
{
    [Fact]
    public void List_OfPages_HasEveryRoute() =>
        SitePages.Routes().Except(SitePages.All.Select(p => p.Route)).ShouldBeEmpty("These pages are not looked at: add them to SitePages.All.");

    [Theory]
    [MemberData(nameof(SitePages.Names), MemberType = typeof(SitePages))]
    public async Task Page_InLightAndDark_HasNoSeriousAccessibilityFindingAndNothingOnTheConsole(string name)
    {
        var site = SitePages.Named(name);
        var axe = await File.ReadAllTextAsync(Path.Combine(await NpmClients.FolderAsync(), "node_modules", "axe-core", "axe.min.js"));
        var page = await chromium.NewPageAsync(signedIn: !name.StartsWith("sign-in", StringComparison.Ordinal), bypassPolicy: true);
        var console = new List<string>();
        page.Console += (_, message) => { if (message.Type is "error" or "warning" && !(site.Status == 404 && message.Text.Contains("404", StringComparison.Ordinal))) console.Add(message.Text); };
        page.PageError += (_, error) => console.Add(error);
        await VisitAsync(page, site);
        await page.AddScriptTagAsync(new() { Content = axe });
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var found = await page.EvaluateAsync<JsonElement>("() => axe.run(document, { resultTypes: ['violations'] })");
            var serious = found.GetProperty("violations").EnumerateArray().Where(v => v.GetProperty("impact").GetString() is "serious" or "critical")
                .SelectMany(v => v.GetProperty("nodes").EnumerateArray().Select(n => $"{v.GetProperty("id").GetString()}: {n.GetProperty("html").GetString()}\n   {n.GetProperty("failureSummary").GetString()}"));
            serious.ShouldBeEmpty($"{name}, {scheme}");
        }

        console.ShouldBeEmpty();
        await page.Context.CloseAsync();
    }

    [Theory]
    [MemberData(nameof(SitePages.Names), MemberType = typeof(SitePages))]
    public async Task Page_OnAPhone_NeedsNoSidewaysScrolling(string name)
    {
        var page = await chromium.NewPageAsync(signedIn: !name.StartsWith("sign-in", StringComparison.Ordinal), width: 360, height: 740);
        var console = new List<string>();
        page.Console += (_, message) => { if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal)) console.Add(message.Text); };
        await VisitAsync(page, SitePages.Named(name));

        var widths = await page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");

        widths[0].ShouldBeLessThanOrEqualTo(widths[1], await page.EvaluateAsync<string>(
            "() => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.table-wrap, pre')).slice(0, 5).map(e => e.outerHTML.slice(0, 160)).join('\\n')"));
        console.ShouldBeEmpty();
        await page.Context.CloseAsync();
    }

    [Theory]
    [MemberData(nameof(SitePages.Names), MemberType = typeof(SitePages))]
    public async Task Page_WithoutScript_IsReadableAndOffersNothingThatNeedsIt(string name)
    {
        var page = await chromium.NewPageAsync(signedIn: !name.StartsWith("sign-in", StringComparison.Ordinal), script: false);
        await VisitAsync(page, SitePages.Named(name));

        (await page.Locator("h1:visible").CountAsync()).ShouldBe(1);
        (await page.SaidAsync()).Length.ShouldBeGreaterThan(20);
        (await page.Locator(".needs-script:visible").CountAsync()).ShouldBe(0);
        await page.Context.CloseAsync();
    }

    private async Task VisitAsync(IPage page, SitePage site)
    {
        var response = await page.GotoAsync(await SitePages.FillAsync(chromium.Server, site.Address));
        response!.Status.ShouldBe(site.Status);
        await page.Locator("h1").First.WaitForAsync();
    }
}
