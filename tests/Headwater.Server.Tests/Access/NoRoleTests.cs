using System.Net;
using AngleSharp.Dom;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Access;

/// <summary>Somebody who signed in, by whatever way, and to whom nobody has given a role.</summary>
public sealed class NoRoleTests : IAsyncLifetime
{
    private readonly TestHost _host = new() { Settings = { ["Headwater:AccessContact"] = "ospo@example.org" } };

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("/")]
    [InlineData("/projects")]
    [InlineData("/keys")]
    public async Task Page_SaysWhatIsMissingWhomToAskAndLetsOut(string path)
    {
        await _host.AddPersonAsync("newcomer");
        using var browser = await _host.BrowserAsync("newcomer");

        using var answer = await browser.GetAsync(path);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var page = Html.Parse(await answer.Content.ReadAsStringAsync());
        page.QuerySelector("h1")!.Said().ShouldBe("You have no role here yet");
        var said = page.QuerySelector("main")!.Said();
        said.ShouldContain("You are signed in as newcomer");
        page.QuerySelector("main a[href^=mailto]")!.GetAttribute("href").ShouldBe("mailto:ospo@example.org");
        said.ShouldNotContain("admin ");
        page.QuerySelector("main form[action='/session/end'] input[name=__RequestVerificationToken]").ShouldNotBeNull();
        page.QuerySelectorAll("form[data-search], .foot").ShouldBeEmpty("what would be refused is not offered");
        page.QuerySelectorAll("nav a").Select(a => a.GetAttribute("href")).ShouldBe(["/", "/about"], ignoreOrder: true);
    }

    [Fact]
    public async Task Page_WithoutAContact_SendsToAnAdministrator_AndNamesThePageAsItIsCalled()
    {
        await using var host = new TestHost();
        await host.InitializeAsync();
        await host.AddPersonAsync("newcomer");
        using var browser = await host.BrowserAsync("newcomer");

        using var answer = await browser.GetAsync("/");

        var said = Html.Parse(await answer.Content.ReadAsStringAsync()).QuerySelector("main")!.Said();
        said.ShouldContain("turn to an administrator of this installation");
        said.ShouldContain("on the page " + host.Get<Headwater.Server.Platform.Ui.Localiser>()["menu.access"]);
    }

    [Fact]
    public async Task Page_OfSomebodyWithARole_ThatHeMayNotSee_SaysThatHisRoleDoesNotCoverIt()
    {
        await _host.GrantAsync(await _host.AddPersonAsync("viewer"), "viewer", 0);
        using var browser = await _host.BrowserAsync("viewer");

        using var answer = await browser.GetAsync("/keys");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Html.Parse(await answer.Content.ReadAsStringAsync()).QuerySelector("h1")!.Said().ShouldBe("Not allowed");
    }
}
