using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Curations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features.Curations;

/// <summary>What people said is no licence here: the list of it, taking it back, and letting it hold again.</summary>
public sealed class PassageTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_WithoutAny_SaysWhatItIsAndWhereToBegin_AndOtherRolesAreRefused()
    {
        using var browser = await BrowserAsync("approver-legal");
        var page = Html.Parse(await browser.GetStringAsync("/licences/passages?q=no-such-passage", Stop));
        page.QuerySelector(".empty, .empty-state, [class*=empty]").ShouldNotBeNull();
        Html.Parse(await browser.GetStringAsync("/licences/queue", Stop)).QuerySelector("a[href='/licences/passages']").ShouldNotBeNull("the workbench leads to it");
        using var developer = await BrowserAsync("developer");
        (await developer.GetAsync("/licences/passages", Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Html.Parse(await developer.GetStringAsync("/licences/queue", Stop)).QuerySelector("a[href='/licences/passages']").ShouldBeNull();
    }

    [Fact]
    public async Task Passage_IsListedWithWhoWhenAndWhere_TakenBack_AndUndone()
    {
        var (rule, id) = await LeftOutAsync("listed", everywhere: true);
        (await LicenceTests.OfAsync(host, "pkg:npm/passage-listed@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.None, "only the declared licence is left");
        using var browser = await BrowserAsync("approver-legal");
        var row = Row(await browser.GetStringAsync("/licences/passages", Stop), rule).ShouldNotBeNull();
        row.TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("GPL-3.0-only"), t => t.ShouldContain("passage-listed 1.0.0"), t => t.ShouldContain("in 1 text"), t => t.ShouldContain("it is a test"), t => t.ShouldContain("lara"), t => t.ShouldContain("just now"));
        row.QuerySelector($"a[href^='/licences/queue/{id}']").ShouldNotBeNull();

        var landed = await SendAsync(browser, "/licences/passages", "withdraw-passage", ("Withdraw", rule));
        landed.ShouldContain("done=" + rule);
        (await LicenceTests.OfAsync(host, "pkg:npm/passage-listed@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Differs);
        var after = await browser.GetStringAsync(landed, Stop);
        Row(after, rule).ShouldBeNull("it holds no more");
        Html.Parse(after).QuerySelector("button[name=Restore]")!.GetAttribute("value").ShouldBe(rule);
        Row(await browser.GetStringAsync("/licences/passages?all=1", Stop), rule)!.TextContent.ShouldContain("Withdrawn");

        await SendAsync(browser, landed, "restore-passage", ("Restore", rule));
        (await LicenceTests.OfAsync(host, "pkg:npm/passage-listed@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.None);
        var acts = await host.Get<IDatabase>().ReadAsync(async c => (await c.QueryAsync<string>("SELECT act FROM audit WHERE subject = @of ORDER BY id", new { of = "text-rule:" + rule })).ToList());
        acts.ShouldBe(["text-rule.made", "text-rule.ended", "text-rule.restored"]);
    }

    [Fact]
    public async Task List_IsSortedNarrowedPagedAndExported()
    {
        var rules = new List<string>();
        foreach (var name in new[] { "sort-a", "sort-b", "sort-c" }) rules.Add((await LeftOutAsync(name, everywhere: false)).Rule);
        using var client = await host.ClientAsync(Permissions.LicenceDecision | Permissions.ViewPortfolio);
        var page = await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/licences/passages?filter=sort-&size=2&sort=created&order=asc", Stop);
        (page.GetProperty("total").GetInt64(), page.GetProperty("items").GetArrayLength()).ShouldBe((3, 2));
        page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("uuid").GetString()).ShouldBe(rules[..2]);
        var first = page.GetProperty("items")[0];
        (first.GetProperty("componentVersions").GetInt32(), first.GetProperty("example").GetString(), first.GetProperty("texts").GetInt32()).ShouldBe((1, "passage-sort-a 1.0.0", 1));
        var next = await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/licences/passages?filter=sort-&size=2&sort=created&order=asc&after={Uri.EscapeDataString(page.GetProperty("next").GetString()!)}", Stop);
        next.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("uuid").GetString()).ShouldBe(rules[2..]);
        foreach (var sort in new[] { "licence", "by" }) (await client.GetAsync($"/api/headwater/v1/licences/passages?sort={sort}", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetStringAsync("/api/headwater/v1/licences/passages?filter=sort-&format=csv", Stop)).ShouldContain("passage-sort-b 1.0.0");
        (await client.PostAsync($"/api/headwater/v1/licences/passages/{rules[0]}/restore", null, Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound, "it holds");
        (await client.DeleteAsync($"/api/headwater/v1/licences/passages/{rules[0]}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.PostAsync($"/api/headwater/v1/licences/passages/{rules[0]}/restore", null, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    /// <summary>A component declared to be under ISC, with its text and a line that names another licence and is left out.</summary>
    private async Task<(string Rule, long Id)> LeftOutAsync(string name, bool everywhere)
    {
        var named = everywhere ? "GPL-3.0-only" : "AGPL-3.0-only";
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "passage " + name, "1", LicenceTests.Bom(($"pkg:npm/passage-{name}@1.0.0", LicenceTests.Id("ISC", LicenceTests.Isc + $"\n\nSPDX-License-Identifier: {named}\n\n{name}"))));
        var it = await LicenceTests.OfAsync(host, $"pkg:npm/passage-{name}@1.0.0");
        it.Licence!.Reason.ShouldBe(LicenceReason.Differs);
        var text = it.Texts.ShouldHaveSingleItem();
        var match = (await host.Get<TextStore>().FactAsync(text.Sha256, Stop))!.Matches.Single(m => m.Expression == named);
        var outcome = await host.Get<TextRuleStore>().AddAsync(Viewer.Everything, it.ComponentVersionId, text.Sha256, match.Rule, match.StartLine, match.EndLine, everywhere, "it is a test: " + name, "lara", Stop);
        outcome.Refusal.ShouldBeNull();
        await host.IdleAsync();
        return (outcome.Uuid!.Value.ToString(), it.ComponentVersionId);
    }

    private static AngleSharp.Dom.IElement? Row(string page, string rule) => Html.Parse(page).QuerySelectorAll("tbody tr").FirstOrDefault(r => r.QuerySelector($"button[value='{rule}']") is not null);

    private async Task<HttpClient> BrowserAsync(string role)
    {
        var name = "passage-" + Guid.NewGuid().ToString("N")[..8];
        await host.GrantAsync(await host.AddPersonAsync(name), role, 0);
        return await host.BrowserAsync(name);
    }

    private static async Task<string> SendAsync(HttpClient browser, string address, string form, params (string Name, string Value)[] fields)
    {
        using var answer = await browser.PostAsync(address, new FormUrlEncodedContent([new("_handler", form), .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)), .. await browser.HiddenAsync(address)]), Stop);
        return answer.Headers.Location?.ToString() ?? "";
    }
}
