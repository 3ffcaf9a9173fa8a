using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Headwater.Server.Platform.Ui;

namespace Headwater.Server.Tests.Ui;

/// <summary>Every page as a browser without script gets it from the real server.</summary>
public sealed partial class PageTests(Site site) : IClassFixture<Site>
{
    public static TheoryData<string> Paths =>
    [
        "/", "/projects", "/projects/{project}", "/versions/{version}", "/versions/{version}/components", "/versions/{version}/tree", "/versions/{version}/graph", "/versions/{version}/findings",
        "/versions/{version}/uploads", "/versions/{version}/changes", "/components", "/advisories", "/analyses", "/advisories/CVE-2021-44228", "/search?q=log4j", "/search", "/owners", "/jobs", "/feeds", "/feeds/new", "/feeds/1", "/registries", "/registries/new", "/inbox", "/webhooks", "/keys",
        "/audit", "/about", "/upload", "/account/password", "/dev/components",
        "/access", "/owners/1",
    ];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Page_WithoutScript_IsWholeAndSafe(string path)
    {
        var page = await site.GetAsync(Fill(path));
        page.Title!.ShouldEndWith(" · Headwater");
        page.QuerySelectorAll("h1").Length.ShouldBe(1);
        page.QuerySelectorAll("main").Length.ShouldBe(1);
        page.QuerySelectorAll("[style], style").ShouldBeEmpty();
        page.QuerySelectorAll("script").Select(s => s.GetAttribute("src")).ShouldAllBe(s => s!.StartsWith("/assets/", StringComparison.Ordinal));
        page.All.SelectMany(e => e.Attributes).Where(a => a.Name.StartsWith("on", StringComparison.Ordinal)).ShouldBeEmpty();
        page.QuerySelectorAll("a[href^='javascript' i]").ShouldBeEmpty();
        page.All.Where(e => e.Id is { Length: > 0 }).GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => g.Key).ShouldBeEmpty();
        page.QuerySelectorAll("img:not([alt]), input:not([type=hidden]):not([aria-label]):not([id]):not([type=checkbox])").ShouldBeEmpty();
        page.QuerySelectorAll("label[for]").Where(l => page.GetElementById(l.GetAttribute("for")!) is null).ShouldBeEmpty();
        RawKey().Matches(page.Body!.Said()).Select(m => m.Value).Where(Localiser.Load("en").Has).ShouldBeEmpty();
    }

    [Fact]
    public async Task Page_AnyAddress_CarriesTheStrictPolicy()
    {
        var policy = (await site.Person.GetAsync("/")).Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldNotContain("unsafe");
    }

    [Fact]
    public async Task Navigation_EveryLine_OpensAPage()
    {
        var page = await site.GetAsync("/");
        var lines = page.QuerySelectorAll("#nav li a").Select(a => a.GetAttribute("href")!).ToList();
        lines.Count.ShouldBeGreaterThan(8);
        foreach (var line in lines) (await site.GetAsync(line)).QuerySelector("#nav a[aria-current=page]")!.GetAttribute("href").ShouldBe(line);
    }

    [Fact]
    public async Task Navigation_NoTwoLines_AreCalledTheSame() => (await site.GetAsync("/")).QuerySelectorAll("#nav li a").Select(a => a.Said()).ShouldBeUnique();

    [Fact]
    public async Task Advisory_ThatAffectsUs_SaysWhereThroughWhatAndTheFix()
    {
        var page = await site.GetAsync("/advisories/CVE-2021-44228");
        page.QuerySelector("h1")!.Said().ShouldStartWith("CVE-2021-44228");
        var main = page.QuerySelector("main")!.Said();
        main.ShouldContain("2.15.0");
        main.ShouldContain("GHSA-jfh8-c2jp-5v3q");
    }

    [Fact]
    public async Task Advisory_Markdown_IsMadeHarmless()
    {
        var prose = (await site.GetAsync("/advisories/CVE-2021-44228")).QuerySelector(".prose")!;
        prose.QuerySelectorAll("img, script").ShouldBeEmpty();
        prose.QuerySelector("a[href='https://example.org/guide']")!.GetAttribute("rel")!.ShouldContain("noopener");
        prose.QuerySelectorAll("a").ShouldAllBe(a => !(a.GetAttribute("href") ?? "").StartsWith("javascript", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Version_WhyIsItHere_ShowsThePathFromTheRoot()
    {
        var findings = await site.GetAsync($"/versions/{site.Version}/findings");
        var row = findings.QuerySelectorAll("tbody tr").Single();
        row.Said().ShouldContain("log4j-core");
        var why = await site.GetAsync(row.QuerySelector("a[href*='/why/']")!.GetAttribute("href")!);
        why.QuerySelectorAll(".path > li").Select(l => l.Said()).ShouldBe(["shop1.0", "org.example/web-starter2.0.0", "org.apache.logging.log4j/log4j-core2.14.1"]);
    }

    [Fact]
    public async Task Version_HostileComponentName_IsText()
    {
        var page = await site.GetAsync($"/versions/{site.Version}/components?sort=name");
        page.QuerySelectorAll("main script").ShouldBeEmpty();
        page.QuerySelector("main")!.TextContent.ShouldContain("<script>alert(1)</script>");
    }

    [Fact]
    public async Task Table_SortAndColumnsAndFilter_AreAllInTheAddress()
    {
        var path = $"/versions/{site.Version}/components";
        var up = await site.GetAsync(path + "?sort=name");
        up.QuerySelector("th[aria-sort=ascending]")!.Said().ShouldBe("Component");
        var names = up.QuerySelectorAll("tbody td:first-child").Select(c => c.Said()).ToList();
        (await site.GetAsync(path + "?sort=-name")).QuerySelectorAll("tbody td:first-child").Select(c => c.Said()).ShouldBe(Enumerable.Reverse(names));
        (await site.GetAsync(path + "?cols=-&cols=purl")).QuerySelectorAll("thead th").Select(h => h.Said()).ShouldBe(["Component", "Package URL"]);
        (await site.GetAsync(path + "?q=log4j")).QuerySelectorAll("tbody tr").Length.ShouldBe(1);
        (await site.GetAsync(path + "?q=nothing-like-this")).QuerySelector(".empty")!.Said().ShouldContain("Nothing matches");
        (await site.GetAsync(path + "?size=10&after=%27--&before=x&sort=bogus&cols=%00")).QuerySelector("h1").ShouldNotBeNull();
    }

    [Fact]
    public async Task Tree_Branch_OpensAsAPageWithoutScript()
    {
        var root = await site.GetAsync($"/versions/{site.Version}/tree");
        var open = root.QuerySelector("ul[data-tree] details a")!.GetAttribute("href")!;
        (await site.GetAsync(open)).QuerySelector("ul[data-tree]")!.Said().ShouldContain("log4j-core");
        (await site.GetAsync($"/versions/{site.Version}/tree?node=2000000000")).QuerySelector("main .empty").ShouldNotBeNull();
    }

    [Fact]
    public async Task Changes_BetweenTwoVersions_NameWhatCameAndWent()
    {
        var versions = await site.GetAsync($"/projects/{site.Project}");
        var latest = versions.QuerySelectorAll("tbody a[href*='/versions/']").First(a => a.TextContent == "1.1").GetAttribute("href")!;
        var main = (await site.GetAsync(latest + "/changes")).QuerySelector("main")!.Said();
        main.ShouldContain("2.14.1");
        main.ShouldContain("2.17.1");
        main.ShouldContain("CVE-2021-44228");
    }

    [Fact]
    public async Task Keys_NewKey_ShowsItsSecretOnce()
    {
        var answer = Html.Parse(await (await Site.PostAsync(site.Person, "/keys", "#comment", ("Comment", "ci of shop"), ("May", "BOM_UPLOAD"))).Content.ReadAsStringAsync());
        var secret = answer.QuerySelector(".secret code")!.TextContent;
        secret.ShouldStartWith("hw_");
        var later = await site.GetAsync("/keys");
        later.QuerySelector("main")!.TextContent.ShouldContain("ci of shop");
        later.Source.Text.ShouldNotContain(secret);
    }

    [Fact]
    public async Task Project_OwnerChosen_IsSavedAndRecorded()
    {
        var page = await site.GetAsync($"/projects/{site.Project}");
        var team = page.QuerySelectorAll("#owner-choice option").Single(o => o.TextContent.Trim() == "Shop team").GetAttribute("value")!;
        (await Site.PostAsync(site.Person, $"/projects/{site.Project}", "#owner-choice", ("Owner", team))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await site.GetAsync($"/projects/{site.Project}")).QuerySelector(".rail .chip")!.Said().ShouldEndWith("Shop team");
        (await site.GetAsync($"/owners/{team}")).QuerySelector("main")!.Said().ShouldContain("shop");
        (await site.GetAsync("/audit")).QuerySelector("main")!.Said().ShouldContain("Project given to another owner");
        await Site.PostAsync(site.Person, $"/projects/{site.Project}", "#owner-choice", ("Owner", "424242"));
        (await site.GetAsync($"/projects/{site.Project}")).QuerySelector(".rail .chip")!.Said().ShouldEndWith("Shop team");
    }

    [Theory]
    [InlineData("/no/such/page")]
    [InlineData("/projects/01a1fd57-0ce8-772a-9642-883fc6bda1a2")]
    [InlineData("/advisories/CVE-1999-0000000")]
    [InlineData("/components/99999999")]
    [InlineData("/owners/99999999")]
    public async Task Unknown_Address_Is404InTheSameFrame(string path)
    {
        var page = await site.GetAsync(path, HttpStatusCode.NotFound);
        page.QuerySelector("#nav").ShouldNotBeNull();
        page.QuerySelector("h1")!.Said().ShouldBe("Nothing here");
    }

    [Fact]
    public async Task Form_SentToNowhere_IsExplainedInTheSameFrame()
    {
        var answer = await site.Person.PostAsync("/preferences", new FormUrlEncodedContent([KeyValuePair.Create("theme", "dark")]));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Html.Parse(await answer.Content.ReadAsStringAsync()).QuerySelector("h1")!.Said().ShouldBe("The request could not be understood");
    }

    [Fact]
    public async Task SignIn_WrongPassword_SaysSoAndKeepsTheWayBack()
    {
        using var stranger = site.NewClient();
        var first = await stranger.GetAsync("/projects");
        first.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var refused = await Site.SignInAsync(stranger, "wrong-password");
        var page = Html.Parse(await stranger.GetStringAsync(refused.Headers.Location!.OriginalString));
        page.QuerySelector("[role=alert]")!.Said().ShouldContain("do not match");
        page.QuerySelector("#nav").ShouldBeNull();
    }

    [Fact]
    public async Task Preferences_WithoutScript_AreKeptInACookie()
    {
        using var person = site.NewClient();
        await Site.SignInAsync(person, Site.Password);
        var answer = await Site.PostAsync(person, "/about", "button[name=theme]", ("theme", "dark"));
        answer.Headers.Location!.OriginalString.ShouldBe("/about");
        Html.Parse(await person.GetStringAsync("/about")).DocumentElement.GetAttribute("data-theme").ShouldBe("dark");
        await Site.PostAsync(person, "/about", "button[name=theme]", ("theme", "system"));
        Html.Parse(await person.GetStringAsync("/about")).DocumentElement.GetAttribute("data-theme").ShouldBeNull();
    }

    [Fact]
    public async Task Assets_NamedByTheirContent_AreKeptForEver()
    {
        var page = await site.GetAsync("/");
        foreach (var address in page.QuerySelectorAll("link[rel=stylesheet], script").Select(e => e.GetAttribute("href") ?? e.GetAttribute("src")!))
        {
            var response = await site.Person.GetAsync(address);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.Headers.CacheControl!.ToString().ShouldContain("immutable");
        }
    }

    private string Fill(string path) => path.Replace("{project}", site.Project.ToString(), StringComparison.Ordinal).Replace("{version}", site.Version.ToString(), StringComparison.Ordinal);

    /// <summary>What a missing text would look like.</summary>
    [GeneratedRegex(@"\b[a-z][A-Za-z]+\.[a-z][A-Za-z0-9]+\b", RegexOptions.None, 2000)]
    private static partial Regex RawKey();
}
