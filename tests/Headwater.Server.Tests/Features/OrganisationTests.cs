using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.People;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Platform;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features;

/// <summary>The tree of units and teams, changed by hand.</summary>
public sealed class OrganisationTests(TestHost host) : IClassFixture<TestHost>
{
    private static int _count;

    [Fact]
    public async Task Team_MadeOnThePage_OwnsProjects_IsRenamedAndTakenAway()
    {
        using var admin = await AdminAsync();
        var unit = await MakeAsync(admin, "unit", "Harbour Group", null, ("Level", "0"));
        var team = await MakeAsync(admin, "team", "Timetable", unit);
        using var client = await host.ClientAsync();
        var uploaded = await TestHost.UploadAsync(client, "clock", "1", TestHost.Bom("pkg:npm/a@1.0.0"));
        var project = (await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/projects?filter=clock")).GetProperty("items")[0].GetProperty("uuid").GetString();
        (await client.PutAsJsonAsync($"/api/headwater/v1/projects/{project}/owner", new { ownerId = team })).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        await Site.PostAsync(admin.Client, $"/owners/{team}", "#unit-title", ("Title", "Timetables"), ("Parent", unit.ToString()), ("Email", "times@example.org"));
        var page = Html.Parse(await admin.Client.GetStringAsync($"/owners/{team}"));
        page.QuerySelector("h1")!.Said().ShouldBe("Timetables");
        page.QuerySelector("nav.crumbs")!.Said().ShouldContain("Harbour Group");

        await Site.PostAsync(admin.Client, $"/owners/{team}", "details.confirm button");
        (await admin.Client.GetAsync($"/owners/{team}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/projects/{project}")).GetProperty("project").GetProperty("owner").GetProperty("id").GetInt64().ShouldBe(unit); // What it had goes to what lies above.
        uploaded.Token.ShouldNotBe(Guid.Empty);
    }

    [Fact]
    public async Task Unit_MovedBelowItself_OrBelowATeam_OrTakenAwayFullFromTheTop_StaysWhereItIs()
    {
        using var admin = await AdminAsync();
        var top = await MakeAsync(admin, "unit", "Top", null);
        var middle = await MakeAsync(admin, "unit", "Middle", top);
        var team = await MakeAsync(admin, "team", "Team", middle);
        using var client = await host.ClientAsync();
        async Task<HttpStatusCode> PutAsync(long id, object body) => (await client.PutAsJsonAsync($"/api/headwater/v1/owners/{id}", body)).StatusCode;
        (await PutAsync(top, new { title = "Top", parentId = middle })).ShouldBe(HttpStatusCode.Conflict);
        (await PutAsync(top, new { title = "Top", parentId = top })).ShouldBe(HttpStatusCode.Conflict);
        (await PutAsync(middle, new { title = "Middle", parentId = team })).ShouldBe(HttpStatusCode.Conflict);
        (await PutAsync(middle, new { title = "  ", parentId = top })).ShouldBe(HttpStatusCode.BadRequest);
        (await PutAsync(middle, new { title = "Middle", parentId = top, email = "no address" })).ShouldBe(HttpStatusCode.BadRequest);
        (await PutAsync(987654, new { title = "X" })).ShouldBe(HttpStatusCode.NotFound);
        (await client.DeleteAsync($"/api/headwater/v1/owners/{top}")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.DeleteAsync($"/api/headwater/v1/owners/{middle}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/owners")).EnumerateArray().Single(o => o.GetProperty("id").GetInt64() == team).GetProperty("parentId").GetInt64().ShouldBe(top);
    }

    [Fact]
    public async Task Unit_WhoseAddressAloneWasChanged_IsRecordedWithThatAlone()
    {
        using var admin = await AdminAsync();
        var unit = await MakeAsync(admin, "unit", "Recorded", null);

        (await host.Get<OrganisationStore>().ChangeAsync(Viewer.Everything, unit, new UnitEdit("Recorded", "recorded@example.org", null, 0), "test")).ShouldBe(UnitOutcome.Done);

        var record = (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 1 })).Items.Single();
        (record.Act, record.Detail, record.BeforeDigest == record.AfterDigest).ShouldBe(("unit.changed", """{"email":"recorded@example.org"}""", false));
    }

    [Fact]
    public async Task Unit_OutsideWhereOneManages_IsNeitherSeenNorChanged_NorReached()
    {
        using var admin = await AdminAsync();
        var (mine, theirs) = (await MakeAsync(admin, "unit", "Mine", null), await MakeAsync(admin, "unit", "Secret", null));
        var own = await MakeAsync(admin, "team", "Own team", mine);
        var (_, person, password) = await host.Get<PersonStore>().CreateAsync(new PersonEdit($"lead{Interlocked.Increment(ref _count)}", null, null), "test");
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("INSERT INTO role_grant (org_id, person_id, role, unit_id, source, granted_at, granted_by) VALUES (1, @person, 'ospo-lead', @mine, 'manual', 1, 'test')", new { person, mine }, t));
        using var lead = new Browser(host);
        await lead.SignInAsync(password, "/", $"lead{_count}");
        (await lead.Client.GetAsync($"/owners/{theirs}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var page = await lead.Client.GetStringAsync($"/owners/{own}");
        page.ShouldNotContain("Secret");
        page.ShouldContain("edit-unit");
        // Its own unit it may rename, not move; and nothing can be put elsewhere.
        (await lead.Client.GetStringAsync($"/owners/{mine}")).ShouldContain("edit-unit");
        await Site.PostAsync(lead.Client, $"/owners/{own}", "#unit-title", ("Title", "Own team"), ("Parent", theirs.ToString()));
        await Site.PostAsync(lead.Client, $"/owners/{own}", "#unit-title", ("Title", "Own team"), ("Parent", ""));
        (await host.Get<OwnerStore>().TreeAsync(Viewer.Everything)).Single(o => o.Id == own).ParentId.ShouldBe(mine);
        var outcome = await host.Get<OrganisationStore>().CreateAsync(new Viewer(false, [mine, own]), "team", new UnitEdit("Elsewhere", null, theirs, 0), "test");
        outcome.Outcome.ShouldBe(UnitOutcome.Refused);
        (await host.Get<OrganisationStore>().DeleteAsync(new Viewer(false, [mine, own]), mine, "test")).ShouldBe(UnitOutcome.Refused); // Its contents would go up and out.
    }

    [Fact]
    public async Task Levels_NamedByTheAdministrator_AreWhatUnitsAreCalled()
    {
        using var admin = await AdminAsync();
        var page = Html.Parse(await admin.Client.GetStringAsync("/owners/levels"));
        page.QuerySelectorAll("input[name=Names]").Take(3).Select(i => i.GetAttribute("value")).ShouldBe(["Group", "Company", "Division"]);
        await Site.PostAsync(admin.Client, "/owners/levels", "#level-0", ("Names", "State"), ("Names", "Ministry"), ("Names", ""));
        var unit = await MakeAsync(admin, "unit", "Ministry of Works", null, ("Level", "1"));
        Html.Parse(await admin.Client.GetStringAsync($"/owners/{unit}")).QuerySelector(".rail dd")!.Said().ShouldBe("Ministry");
        await host.Get<OrganisationStore>().SetLevelsAsync(["Group", "Company", "Division"], "test");
    }

    [Fact]
    public async Task Level_OfAUnitBelowAnother_IsOfferedOnlyWhereItHasItsEffect()
    {
        using var admin = await AdminAsync();
        var top = await MakeAsync(admin, "unit", "Levels", null);
        var unit = await MakeAsync(admin, "unit", "Below levels", top);
        async Task<(string Kind, string Chosen, string[] Offered)> SeenAsync()
        {
            var page = Html.Parse(await admin.Client.GetStringAsync($"/owners/{unit}"));
            return (page.QuerySelector(".rail dd")!.Said(), page.QuerySelector("#unit-level option[selected]")!.Said(), [.. page.QuerySelectorAll("#unit-level option").Select(o => o.Said())]);
        }

        (await SeenAsync()).ShouldSatisfyAllConditions(s => s.Kind.ShouldBe("Company"), s => s.Chosen.ShouldBe("As its place says: Company"), s => s.Offered.ShouldBe(["As its place says: Company", "Company", "Division"]));
        await Site.PostAsync(admin.Client, $"/owners/{unit}", "#unit-title", ("Title", "Below levels"), ("Parent", top.ToString()), ("Level", "2"));
        (await SeenAsync()).ShouldSatisfyAllConditions(s => s.Kind.ShouldBe("Division"), s => s.Chosen.ShouldBe("Division"));
    }

    [Theory]
    [InlineData("Ärzte & Söhne", "ärzte-söhne")]
    [InlineData("  --  ", "unit")]
    [InlineData("Unit 7/9.", "unit-7-9")]
    public void Slug_OfATitle_IsPlain(string title, string slug) => OrganisationStore.Slug(title).ShouldBe(slug);

    private static async Task<long> MakeAsync(Browser admin, string kind, string title, long? parent, params (string, string)[] more)
    {
        using var response = await Site.PostAsync(admin.Client, $"/owners/new?kind={kind}", "#unit-title", [("Title", title), ("Parent", parent?.ToString() ?? ""), .. more]);
        response.StatusCode.ShouldBe(HttpStatusCode.Redirect, await response.Content.ReadAsStringAsync());
        return long.Parse(response.Headers.Location!.ToString().Split('/')[^1]);
    }

    private async Task<Browser> AdminAsync()
    {
        var browser = new Browser(host);
        (await browser.SignInAsync(TestHost.Password, "/")).Headers.Location!.ToString().ShouldBe("/");
        return browser;
    }
}
