using System.Net;
using AngleSharp.Html.Dom;

namespace Headwater.Server.Tests.Ui;

/// <summary>What the page of a finding says of what was saved, and tells of what was done before.</summary>
public sealed class DecisionHistoryTests(Site site) : IClassFixture<Site>
{
    [Fact]
    public async Task Finding_SavedAsItStands_SaysThatNothingWasChanged()
    {
        var link = await LinkAsync();
        (string, string)[] form = [("State", "not_set"), ("Justification", ""), ("Response", ""), ("Details", ""), ("Comment", ""), ("Scope", "Project")];
        var before = (await site.GetAsync("/analyses?state=not_set")).QuerySelectorAll("table.data tbody tr").Length;

        var page = await SavedAsync(link, form);

        page.QuerySelectorAll("main .notice strong").Select(n => n.Said()).ShouldBe(["Nothing was changed"]);
        (await site.GetAsync("/analyses?state=not_set")).QuerySelectorAll("table.data tbody tr").Length.ShouldBe(before, "nothing was kept");
        form[4] = ("Comment", "Looked at it.");
        page = await SavedAsync(link, form);
        page.QuerySelectorAll("main .notice strong").Select(n => n.Said()).ShouldBe(["The comment is saved; the decision is as it was."]);
        (form[0], form[3], form[4]) = (("State", "in_triage"), ("Details", "One line.\r\nAnother."), ("Comment", ""));
        (await SavedAsync(link, form)).QuerySelector("main .notice strong")!.Said().ShouldStartWith("The decision is saved");
        form[3] = ("Details", "One line.\nAnother.");
        (await SavedAsync(link, form)).QuerySelector("main .notice strong")!.Said().ShouldBe("Nothing was changed", "how a browser ends lines is no decision");
    }

    [Fact]
    public async Task History_TellsWhatWasDoneInItsWords_AndWhatWasSaidAsItIs()
    {
        var link = await LinkAsync();
        var details = string.Join(' ', Enumerable.Repeat("word", 1000));

        var page = await SavedAsync(link, ("State", "not_affected"), ("Justification", "code_not_present"), ("Response", ""), ("Details", details), ("Comment", "Analysis: NOT_SET → IN_TRIAGE"), ("Scope", "Version"), ("Suppress", "1"));

        string[] said = [.. page.QuerySelectorAll(".rail ol.list li").Select(l => l.Said())];
        said[0].ShouldStartWith("Analysis: NOT_SET → IN_TRIAGE", Case.Sensitive, "a person wrote it");
        said[1].ShouldStartWith("Suppressed");
        said[2].ShouldStartWith("Details: word");
        said[3].ShouldStartWith("Justification: None → The code is not present");
        said[4].ShouldStartWith("State: Not decided → Not affected");
        // The whole is there, and opens; until then the page is not long with it.
        foreach (var folded in page.QuerySelectorAll(".rail details.long-text")) (folded.QuerySelector(".long-whole")!.Said(), folded.QuerySelector(".long-start")!.Said().Length < 200, folded.HasAttribute("open")).ShouldBe((details, true, false));
        page.QuerySelectorAll(".rail details.long-text").Length.ShouldBe(2);
        (await site.GetAsync("/analyses")).QuerySelectorAll("table.data details.long-text").Length.ShouldBe(1);
        await SavedAsync(link, ("State", "not_set"), ("Justification", ""), ("Response", ""), ("Details", ""), ("Comment", "Suppressed"), ("Scope", "Version"));
        page = await site.GetAsync(link);
        page.QuerySelectorAll(".rail ol.list li").Select(l => l.Said()).Count(l => l.StartsWith("Details: removed", StringComparison.Ordinal)).ShouldBe(1);
    }

    private async Task<string> LinkAsync() => (await site.GetAsync($"/versions/{site.Version}/findings?show=all")).QuerySelector("table.data a[href*='/findings/']")!.GetAttribute("href")!;

    private async Task<IHtmlDocument> SavedAsync(string link, params (string, string)[] form)
    {
        using var response = await Site.PostAsync(site.Person, link, "#state", form);
        response.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return await site.GetAsync(response.Headers.Location!.ToString());
    }
}
