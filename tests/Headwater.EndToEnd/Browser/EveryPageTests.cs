using System.Text.Json;
using Headwater.EndToEnd.Clients;
using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>What holds for every page.</summary>
[Collection(EveryPage.Name)]
public sealed class EveryPageTests(Chromium chromium)
{
    private const int Desk = 1440, Phone = 360;
    private static readonly Lazy<Task<string>> Axe = new(async () => await File.ReadAllTextAsync(Path.Combine(await NpmClients.FolderAsync(), "node_modules", "axe-core", "axe.min.js")));

    [Fact]
    public void List_OfPages_HasEveryRoute() =>
        SitePages.Routes().Except(SitePages.All.Select(p => p.Route)).ShouldBeEmpty("These pages are not looked at: add them to SitePages.All.");

    [Theory]
    [MemberData(nameof(SitePages.Names), MemberType = typeof(SitePages))]
    public async Task Page_InLightAndDarkAndOnAPhone_IsAccessibleFitsAndSaysNothingOnTheConsole(string name)
    {
        var site = SitePages.Named(name);
        var page = await NewPageAsync(site);
        var console = new List<string>();
        page.Console += (_, message) => { if (message.Type is "error" or "warning" && !(site.Status == 404 && message.Text.Contains("404", StringComparison.Ordinal))) console.Add(message.Text); };
        page.PageError += (_, error) => console.Add(error);
        await VisitAsync(page, site);
        await page.EvaluateAsync(await Axe.Value); // By the debugger's way in, so that the content security policy of the page stays in force.
        foreach (var (scheme, width) in (IEnumerable<(ColorScheme, int)>)[(ColorScheme.Light, Desk), (ColorScheme.Dark, Desk), (ColorScheme.Light, Phone)])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.SetViewportSizeAsync(width, 900);
            var found = await page.EvaluateAsync<JsonElement>("() => axe.run(document, { resultTypes: ['violations'] })");
            found.GetProperty("passes").GetArrayLength().ShouldBeGreaterThan(5); // It did look.
            var serious = found.GetProperty("violations").EnumerateArray().Where(v => v.GetProperty("impact").GetString() is "serious" or "critical")
                .SelectMany(v => v.GetProperty("nodes").EnumerateArray().Select(n => $"{v.GetProperty("id").GetString()}: {n.GetProperty("html").GetString()}\n   {n.GetProperty("failureSummary").GetString()}"));
            serious.ShouldBeEmpty($"{name}, {scheme}, {width} pixels wide");
            var widths = await page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");
            widths[0].ShouldBeLessThanOrEqualTo(widths[1], $"Sideways scrolling at {width} pixels, because of:\n" + await page.EvaluateAsync<string>(
                "() => [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.table-wrap, pre')).slice(0, 5).map(e => e.outerHTML.slice(0, 160)).join('\\n')"));
        }

        console.ShouldBeEmpty();
        (await page.EvaluateAsync<string[]>(NotReachable)).ShouldBeEmpty($"{name}: on a phone these controls of its page cannot be seen");
        await page.Context.CloseAsync();
    }

    /// <summary>
    /// Controls that are there and that a finger cannot find: without a size, or outside of the page (of a long name that is cut, a part is enough). What is folded away in a closed part counts as found, and so does what is meant for a screen
    /// reader only and the heads of tables, which stand as labels beside each value.
    /// </summary>
    private const string NotReachable =
        """
        () => [...document.querySelectorAll('main :is(a[href], button, input:not([type=hidden]), select, textarea, summary)')].filter(e => {
          if (e.closest('details:not([open]) > :not(summary), [popover], thead, .sr, .skip, [hidden], svg') || (e.closest('table') && !e.closest('table[data-table]') && e.closest('.table-wrap, .prose'))) return false;
          if (e.closest('.graph-canvas, .tabs, pre')) return false;
          const box = e.getBoundingClientRect();
          return box.width < 4 || box.height < 4 || box.right < 8 || box.left > innerWidth - 8;
        }).slice(0, 10).map(e => e.outerHTML.slice(0, 160))
        """;

    [Theory]
    [MemberData(nameof(SitePages.Names), MemberType = typeof(SitePages))]
    public async Task Page_WithoutScript_IsReadableAndOffersNothingThatNeedsIt(string name)
    {
        var page = await NewPageAsync(SitePages.Named(name), script: false);
        await VisitAsync(page, SitePages.Named(name));

        (await page.Locator("h1:visible").CountAsync()).ShouldBe(1);
        (await page.SaidAsync()).Length.ShouldBeGreaterThan(20);
        (await page.Locator(".needs-script:visible").CountAsync()).ShouldBe(0);
        await page.Context.CloseAsync();
    }

    private Task<IPage> NewPageAsync(SitePage site, bool script = true) => chromium.NewPageAsync(signedIn: site.Route != "/sign-in", script: script);

    private async Task VisitAsync(IPage page, SitePage site)
    {
        var response = await page.GotoAsync(await SitePages.FillAsync(chromium.Server, site.Address));
        response!.Status.ShouldBe(site.Status);
        await page.Locator("h1").First.WaitForAsync();
    }
}
