using Microsoft.Playwright;

namespace Headwater.EndToEnd.Browser;

/// <summary>One real Chromium and one server with the sample organisation for all browser tests.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private string? _session;

    public HeadwaterServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var program = Array.Find(Places, File.Exists);
        Assert.SkipUnless(program is not null, "Chromium is not installed; ./test installs it when it may.");
        Server = await HeadwaterServer.StartAsync(samples: true);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var page = await NewPageAsync(signedIn: false);
        await SignInAsync(page);
        _session = await page.Context.StorageStateAsync();
        await page.Context.CloseAsync();
    }

    /// <summary>A page in a context of its own.</summary>
    public async Task<IPage> NewPageAsync(bool signedIn = true, bool dark = false, bool script = true, int width = 1440, int height = 1000)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = Server.BaseAddress.ToString(),
            Locale = "en-GB",
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = script,
            ReducedMotion = ReducedMotion.Reduce,
            StorageState = signedIn ? _session : null,
            ViewportSize = new() { Width = width, Height = height },
        });
        context.SetDefaultTimeout(15_000);
        return await context.NewPageAsync();
    }

    /// <summary>A page of another server, signed in there.</summary>
    public async Task<IPage> NewPageAsync(HeadwaterServer other)
    {
        var context = await _browser!.NewContextAsync(new() { BaseURL = other.BaseAddress.ToString() });
        context.SetDefaultTimeout(15_000);
        var page = await context.NewPageAsync();
        await SignInAsync(page);
        return page;
    }

    public static async Task SignInAsync(IPage page, string password = HeadwaterServer.Password)
    {
        if (!page.Url.Contains("/sign-in", StringComparison.Ordinal)) await page.GotoAsync("/sign-in");
        await page.Locator("input[name=name]").FillAsync("admin");
        await page.Locator("input[name=password]").FillAsync(password);
        await page.Locator("main form button[type=submit]").ClickAsync();
        if (password != HeadwaterServer.Password) return;
        // Until the address is another one and the page is there. Not until the event "load": where it is over before the wait for it begins, it is now and then waited for in vain.
        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal), new() { WaitUntil = WaitUntilState.Commit });
        await page.Locator("nav a[href='/projects']").First.WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
        if (Server is not null) await Server.DisposeAsync();
    }
}

/// <summary>What people do: these tests change what is in their server.</summary>
[CollectionDefinition(Name)]
public sealed class JobsOfPeople : ICollectionFixture<Chromium>
{
    public const string Name = "what people do in the browser";
}

/// <summary>How every page is: these tests only look, at a server of their own.</summary>
[CollectionDefinition(Name)]
public sealed class EveryPage : ICollectionFixture<Chromium>
{
    public const string Name = "every page in the browser";
}
