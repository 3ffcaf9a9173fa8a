using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Headwater.Server.Tests.Ui;

/// <summary>A person without script decides about a finding, sees it everywhere, and takes it back.</summary>
public sealed class DecisionPageTests(Site site) : IClassFixture<Site>
{
    [Fact]
    public async Task Finding_DecidedAndTakenBack_IsSettledAndOpenAgain()
    {
        var list = await site.GetAsync($"/versions/{site.Version}/findings");
        var link = list.QuerySelectorAll("table.data tbody tr").Single(r => r.TextContent.Contains("CVE-2021-44228", StringComparison.Ordinal)).QuerySelector("a[href*='/findings/']")!.GetAttribute("href")!;
        var page = await site.GetAsync(link);
        page.QuerySelector(".rail")!.Said().ShouldContain("Nobody has decided");
        page.QuerySelectorAll("#state option").Length.ShouldBe(6);

        (await Site.PostAsync(site.Person, link, "#state", ("State", "not_affected"), ("Justification", "code_not_reachable"), ("Response", ""), ("Details", "JNDI is off <b>here</b>."), ("Comment", "Asked the team."), ("Scope", "Project"), ("AnyVersion", "1")))
            .StatusCode.ShouldBe(HttpStatusCode.Redirect);
        page = await site.GetAsync(link);
        var rail = page.QuerySelector(".rail")!.Said();
        rail.ShouldContain("Not affected");
        rail.ShouldContain("The code cannot be reached");
        rail.ShouldContain("JNDI is off <b>here</b>.");
        rail.ShouldContain("All versions of the project, now and later");
        rail.ShouldContain("Asked the team.");
        ((IHtmlSelectElement)page.QuerySelector("#state")!).Value.ShouldBe("not_affected");

        (await site.GetAsync($"/versions/{site.Version}/findings")).QuerySelector("main")!.Said().ShouldNotContain("CVE-2021-44228");
        (await site.GetAsync($"/versions/{site.Version}/findings?show=settled")).QuerySelector("table.data")!.Said().ShouldContain("Not affected");
        var decisions = (await site.GetAsync("/analyses")).QuerySelector("table.data")!.Said();
        decisions.ShouldContain("CVE-2021-44228");
        decisions.ShouldContain("in 1 project");
        (await site.Person.GetStringAsync("/api/headwater/v1/analyses?format=csv")).ShouldContain("CVE-2021-44228,org.apache.logging.log4j,log4j-core,all,Project,shop");

        (await Site.PostAsync(site.Person, link, ".rail form button")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await site.GetAsync($"/versions/{site.Version}/findings")).QuerySelector("main")!.Said().ShouldContain("CVE-2021-44228");
        (await site.GetAsync(link)).QuerySelector(".rail")!.Said().ShouldContain("Analysis: NOT_AFFECTED → NOT_SET");
    }

    [Fact]
    public async Task Finding_ThatIsNotThere_IsNotFound()
    {
        await site.GetAsync($"/versions/{site.Version}/findings/999999/CVE-2021-44228", HttpStatusCode.NotFound);
        await site.GetAsync($"/versions/{Guid.CreateVersion7()}/findings/1/CVE-2021-44228", HttpStatusCode.NotFound);
    }
}
