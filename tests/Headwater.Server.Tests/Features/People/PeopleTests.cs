using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.People;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Platform;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features.People;

/// <summary>People through the pages, without script.</summary>
public sealed class PeopleTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task Person_MadeOnThePage_SignsInWithTheShownPassword_IsShutOut_AndComesBack()
    {
        using var admin = await AdminAsync();
        var made = Html.Parse(await (await Site.PostAsync(admin.Client, "/people", "#name", ("Name", "grace"), ("Title", "Grace Hopper"), ("Email", "grace@example.org"))).Content.ReadAsStringAsync());
        var password = made.QuerySelector(".notice [data-copy]")!.GetAttribute("data-copy")!;
        using var grace = new Browser(host);
        (await grace.SignInAsync(password, "/", "Grace")).Headers.Location!.ToString().ShouldBe("/"); // Names have no case.
        (await grace.Client.GetStringAsync("/account/sessions")).ShouldContain("made up by the server");
        var id = await IdAsync("grace");
        var page = Html.Parse(await admin.Client.GetStringAsync($"/people/{id}"));
        page.QuerySelector("h1")!.Said().ShouldBe("Grace Hopper");
        page.QuerySelectorAll("td[data-label='How']").Length.ShouldBe(1);

        await Site.PostAsync(admin.Client, $"/people/{id}", "button[value=deactivate]", ("Act", "deactivate"));

        (await grace.Client.GetAsync("/account/sessions")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await grace.SignInAsync(password, "/", "grace")).Headers.Location!.ToString().ShouldContain("refused");
        Html.Parse(await admin.Client.GetStringAsync("/people?state=left")).QuerySelector("tbody a")!.Said().ShouldBe("Grace Hopper");

        await Site.PostAsync(admin.Client, $"/people/{id}", "button[value=activate]", ("Act", "activate"));
        var reset = Html.Parse(await (await Site.PostAsync(admin.Client, $"/people/{id}", "button[value=reset]", ("Act", "reset"))).Content.ReadAsStringAsync());
        (await grace.SignInAsync(reset.QuerySelector(".notice [data-copy]")!.GetAttribute("data-copy")!, "/", "grace")).Headers.Location!.ToString().ShouldBe("/");
        var acts = (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 200 })).Items.Where(a => a.Subject == "user:grace").Select(a => a.Act).ToList();
        acts.ShouldBe(["user.signed-in", "user.password-reset", "user.activated", "user.sign-in-refused", "user.deactivated", "user.signed-in", "user.created"]);
    }

    [Theory]
    [InlineData("admin", "Somebody has this account name already.")]
    [InlineData("two words", "An account name has")]
    [InlineData("key:abc", "An account name has")]
    [InlineData("System", "An account name has")]
    public async Task Person_WithANameThatCannotBe_IsNotMade(string name, string says)
    {
        using var admin = await AdminAsync();
        var page = Html.Parse(await (await Site.PostAsync(admin.Client, "/people", "#name", ("Name", name), ("Title", "Still here"))).Content.ReadAsStringAsync());
        page.QuerySelector(".field-error")!.Said().ShouldContain(says);
        page.QuerySelector("#title")!.GetAttribute("value").ShouldBe("Still here"); // Nothing typed is lost.
    }

    [Fact]
    public async Task Administrator_TheLastOne_StaysIn()
    {
        using var admin = await AdminAsync();
        var id = await IdAsync("admin");
        (await host.Get<PersonStore>().SetActiveAsync(id, false, "somebody-else")).ShouldBe(PersonOutcome.LastAdministrator);
        (await host.Get<PersonStore>().SetActiveAsync(id, false, "admin")).ShouldBe(PersonOutcome.Oneself);
        using var answer = await admin.Client.GetAsync($"/people/{id}");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Account_ThatMayMore_IsNotGotIntoByWhoManagesPeople()
    {
        var (_, lead, password) = await host.Get<PersonStore>().CreateAsync(new PersonEdit("olivia", null, null), "test");
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE user_account SET permissions = @may WHERE id = @lead", new { lead, may = (long)Permissions.PeopleManagement }, t));
        var (_, weak, _) = await host.Get<PersonStore>().CreateAsync(new PersonEdit("walter", null, null), "test");
        using var olivia = new Browser(host);
        await olivia.SignInAsync(password, "/", "olivia");
        var admin = await IdAsync("admin");
        var page = Html.Parse(await olivia.Client.GetStringAsync($"/people/{admin}"));
        page.QuerySelector("button[value=reset]").ShouldBeNull();
        // Nor by a form taken from another page.
        using var forged = await Site.PostAsync(olivia.Client, $"/people/{weak}", "button[value=reset]");
        var fields = Html.Parse(await olivia.Client.GetStringAsync($"/people/{weak}")).QuerySelector("button[value=reset]")!.Closest("form")!.QuerySelectorAll("input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value") ?? ""));
        await olivia.Client.PostAsync($"/people/{admin}", new FormUrlEncodedContent(fields.Append(new("Act", "reset"))));
        using var boss = new Browser(host);
        (await boss.SignInAsync(TestHost.Password, "/")).Headers.Location!.ToString().ShouldBe("/");
        (await olivia.Client.GetStringAsync($"/people/{weak}")).ShouldContain("value=\"reset\"");
    }

    [Fact]
    public async Task Session_OfAnother_IsEndedByAnAdministrator()
    {
        using var admin = await AdminAsync();
        var (_, id, password) = await host.Get<PersonStore>().CreateAsync(new PersonEdit("sid", null, null), "test");
        using var sid = new Browser(host);
        await sid.SignInAsync(password, "/", "sid");
        var all = Html.Parse(await admin.Client.GetStringAsync("/people/sessions?q=sid"));
        var digest = all.QuerySelectorAll("tbody tr").Single().QuerySelector("button[name=session]")!.GetAttribute("value")!;
        await Site.PostAsync(admin.Client, "/people/sessions", "#end-session input", ("session", digest));
        (await sid.Client.GetAsync("/account/sessions")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await host.Get<SessionStore>().OfPersonAsync(id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task People_AreListedAndExported_ToThoseWhoManageThem()
    {
        using var client = await host.ClientAsync(Permissions.PeopleManagement);
        for (var i = 0; i < 12; i++) (await client.PostAsJsonAsync("/api/headwater/v1/people", new { name = $"list-{i:00}", title = $"Person {11 - i:00}" })).StatusCode.ShouldBe(HttpStatusCode.Created);
        var first = await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/people?filter=list-&size=5");
        first.GetProperty("total").GetInt64().ShouldBe(12);
        first.GetProperty("items")[0].GetProperty("name").GetString().ShouldBe("list-11");
        var second = await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/people?filter=list-&size=5&after={first.GetProperty("next").GetString()}");
        second.GetProperty("items")[0].GetProperty("name").GetString().ShouldBe("list-06");
        (await client.GetStringAsync("/api/headwater/v1/people?filter=list-&format=csv")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(13);
        using var reader = await host.ClientAsync(Permissions.ViewPortfolio);
        (await reader.GetAsync("/api/headwater/v1/people")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Member_AddedAndRemovedOnTheTeamsPage_IsShownThereAndOnThePersons()
    {
        using var admin = await AdminAsync();
        var (_, id, _) = await host.Get<PersonStore>().CreateAsync(new PersonEdit("tim", "Tim", null), "test");
        var team = await host.Get<IDatabase>().WriteAsync(async t =>
        {
            var owner = await IdSource.NextAsync(t, "owner");
            await t.Connection!.ExecuteAsync("INSERT INTO owner (id, org_id, kind, name, title) VALUES (@owner, 1, 'team', 'tims', 'Tims')", new { owner }, t);
            return owner;
        });
        host.Get<AccessStore>().TreeChanged();
        (await (await Site.PostAsync(admin.Client, $"/owners/{team}", "#add-member", ("Member", "nobody"))).Content.ReadAsStringAsync()).ShouldContain("There is nobody here called");
        await Site.PostAsync(admin.Client, $"/owners/{team}", "#add-member", ("Member", "TIM"));
        (await admin.Client.GetStringAsync($"/people/{id}")).ShouldContain($"/owners/{team}");
        var page = Html.Parse(await admin.Client.GetStringAsync($"/owners/{team}"));
        page.QuerySelector($"button[name=Remove][value='{id}']").ShouldNotBeNull();
        await Site.PostAsync(admin.Client, $"/owners/{team}", "#remove-member input", ("Remove", id.ToString()));
        Html.Parse(await admin.Client.GetStringAsync($"/owners/{team}")).QuerySelector($"a[href='/people/{id}']").ShouldBeNull();
    }

    [Fact]
    public async Task Group_GivenARoleOnThePage_GivesNoMoreThanTheGiverHas()
    {
        using var admin = await AdminAsync();
        await Site.PostAsync(admin.Client, "/people/groups", "#group", ("Group", "auditors"), ("Role", "auditor"), ("Unit", "0"));
        var row = Html.Parse(await admin.Client.GetStringAsync("/people/groups")).QuerySelectorAll("tbody tr").Single(r => r.Said().Contains("auditors", StringComparison.Ordinal));
        row.Said().ShouldContain("auditor The whole organisation");
        await Site.PostAsync(admin.Client, "/people/groups", "#take-role input", ("Take", "auditor|0|auditors"));
        (await host.Get<GroupStore>().ListAsync(new PageRequest { Size = 1000 })).Items.ShouldNotContain(g => g.Name == "auditors");

        var (_, lead, password) = await host.Get<PersonStore>().CreateAsync(new PersonEdit("lena", null, null), "test");
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE user_account SET permissions = @may WHERE id = @lead", new { lead, may = (long)Permissions.PeopleManagement }, t));
        using var lena = new Browser(host);
        await lena.SignInAsync(password, "/", "lena");
        Html.Parse(await lena.Client.GetStringAsync("/people/groups")).QuerySelector("#role").ShouldBeNull();
    }

    private async Task<long> IdAsync(string name) => (await host.Get<PersonStore>().FindActiveAsync(name)).ShouldNotBeNull();

    private async Task<Browser> AdminAsync()
    {
        var browser = new Browser(host);
        (await browser.SignInAsync(TestHost.Password, "/")).Headers.Location!.ToString().ShouldBe("/");
        return browser;
    }
}
