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
        var history = (await site.GetAsync(link)).QuerySelectorAll(".rail ol.list li").Select(l => l.Said()).ToList();
        history.ShouldContain(l => l.StartsWith("State: Not affected → Not decidedAll versions of the project, now and later, every version"));
        history.ShouldContain(l => l.StartsWith("Justification: None → The code cannot be reached"));
        history.ShouldAllBe(l => !l.Contains("NOT_", StringComparison.Ordinal), "the codes are for programs");
        (await site.GetAsync("/analyses")).QuerySelector("main")!.Said().ShouldNotContain("CVE-2021-44228", Case.Sensitive, "what was taken back is no decision any more");
        (await site.Person.GetStringAsync("/api/headwater/v1/analyses?format=csv")).ShouldNotContain("CVE-2021-44228");
        (await site.Person.GetStringAsync("/api/headwater/v1/analyses?state=not_set&format=csv")).ShouldContain("CVE-2021-44228");
    }

    [Fact]
    public async Task Finding_DecidedWithoutAReason_IsSaved_AndSaysThatReadersGetNone()
    {
        var link = (await site.GetAsync($"/versions/{site.Version}/findings")).QuerySelector("table.data a[href*='/findings/']")!.GetAttribute("href")!;
        (string, string)[] Decided(string state, string justification) => [("State", state), ("Justification", justification), ("Response", ""), ("Details", ""), ("Comment", ""), ("Scope", "Version")];
        async Task<IReadOnlyList<string>> NoticesAsync(string state, string justification)
        {
            using var response = await Site.PostAsync(site.Person, link, "#state", Decided(state, justification));
            return [.. (await site.GetAsync(response.Headers.Location!.ToString())).QuerySelectorAll("main .notice strong").Select(n => n.Said())];
        }

        (await NoticesAsync("not_affected", "")).ShouldContain("No reason is given");
        (await NoticesAsync("not_affected", "code_not_present")).ShouldNotContain("No reason is given");
        (await NoticesAsync("in_triage", "")).ShouldNotContain("No reason is given");
        await NoticesAsync("not_set", "");
    }

    [Fact]
    public async Task Finding_DecidedWrongly_SaysEveryFault_AndKeepsWhatWasTyped()
    {
        var link = (await site.GetAsync($"/versions/{site.Version}/findings")).QuerySelector("table.data a[href*='/findings/']")!.GetAttribute("href")!;

        using var response = await Site.PostAsync(site.Person, link, "#state", ("State", "fine"), ("Justification", ""), ("Response", "update"), ("Details", new string('x', 10_001)), ("Comment", "Kept."), ("Scope", ""));

        var page = Html.Parse(await response.Content.ReadAsStringAsync());
        page.QuerySelectorAll("[role=alert] li").Select(l => l.Said()).ShouldBe(["“State” has a value that is not among those offered.", "“Details” has 10,001 characters; there is room for 10,000.", "“Holds for” is missing: choose a value."]);
        (page.QuerySelector("#comment")!.TextContent, ((IHtmlSelectElement)page.QuerySelector("#response")!).Value).ShouldBe(("Kept.", "update"));
    }

    [Fact]
    public async Task Finding_ThatIsNotThere_IsNotFound()
    {
        await site.GetAsync($"/versions/{site.Version}/findings/999999/CVE-2021-44228", HttpStatusCode.NotFound);
        await site.GetAsync($"/versions/{Guid.CreateVersion7()}/findings/1/CVE-2021-44228", HttpStatusCode.NotFound);
    }
}
