using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Keys;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Tests.Access;

/// <summary>Whoever has a part of the organisation sees and changes what is in it, and nothing tells of the rest.</summary>
public sealed class ScopeTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Lodash = "pkg:npm/lodash@4.17.20";

    [Fact]
    public async Task KeyOfAUnit_SeesOnlyWhatIsTheUnits_AndCountsOnlyThat()
    {
        var (north, south) = await UnitsAsync("counts");
        using var mine = await host.KeyAsync(north);
        using var theirs = await host.KeyAsync(south);
        var own = await TestHost.UploadAsync(mine, "counts-mine", "1", TestHost.Bom(Log4j));
        var other = await TestHost.UploadAsync(theirs, "counts-theirs", "1", TestHost.Bom(Log4j, Lodash));

        (await Json(mine, "projects")).GetProperty("total").GetInt64().ShouldBe(1);
        (await Json(mine, "components")).GetProperty("items").EnumerateArray().Single().GetProperty("projects").GetInt32().ShouldBe(1);
        (await Json(mine, "advisories")).GetProperty("items").EnumerateArray().Single().GetProperty("projects").GetInt32().ShouldBe(1);
        var overview = await Json(mine, "overview");
        overview.GetProperty("projects").GetInt32().ShouldBe(1);
        overview.GetProperty("components").GetInt32().ShouldBe(1);
        overview.GetProperty("recentUploads").GetArrayLength().ShouldBe(1);
        overview.GetProperty("topRisks").EnumerateArray().Single().GetProperty("projects").GetInt32().ShouldBe(1);
        (await Json(mine, "search?q=counts")).GetProperty("groups").EnumerateArray().Single(g => g.GetProperty("kind").GetString() == "project").GetProperty("hits").GetArrayLength().ShouldBe(1);
        (await Json(mine, "search?q=lodash")).GetProperty("groups").EnumerateArray().ShouldAllBe(g => g.GetProperty("kind").GetString() == "advisory");
        (await Json(mine, "owners")).EnumerateArray().Select(o => o.GetProperty("name").GetString()).ShouldBe(["counts-north", "counts-team"]);
        (await mine.GetAsync($"/api/headwater/v1/versions/{other.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await mine.GetAsync($"/api/v1/project/{other.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await mine.GetAsync($"/api/headwater/v1/versions/{own.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var list in (string[])["components", "findings", "uploads"])
        {
            (await mine.GetAsync($"/api/headwater/v1/versions/{other.ProjectUuid}/{list}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task Upload_ToANameThatIsTakenOutOfSight_IsForbidden_AndMakesNothing()
    {
        var (north, south) = await UnitsAsync("names");
        using var mine = await host.KeyAsync(north);
        using var theirs = await host.KeyAsync(south);
        await TestHost.UploadAsync(mine, "taken", "1", TestHost.Bom(Log4j));

        foreach (var version in new[] { "1", "2" })
        {
            var answer = await UploadAsync(theirs, "taken", version, create: true);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await answer.Content.ReadAsStringAsync()).ShouldBe("Access to the specified project is forbidden");
            (await host.Get<Headwater.Server.Platform.Audit.AuditStore>().ListAsync(new() { Size = 20 })).Items.ShouldContain(r => r.Act == "sbom.refused" && r.Detail!.Contains("taken"));
            // Who would not make one anyway hears what he hears of any name.
            (await UploadAsync(theirs, "taken", version, create: false)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        (await theirs.GetAsync("/api/v1/project/lookup?name=taken&version=1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await theirs.PutAsJsonAsync("/api/v1/project", new { name = "taken", version = "3" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await mine.GetFromJsonAsync<JsonElement>("/api/v1/project?name=taken")).GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Project_MadeByAKeyOfAUnit_BelongsToTheUnit()
    {
        var (north, _) = await UnitsAsync("home");
        using var mine = await host.KeyAsync(north);
        await TestHost.UploadAsync(mine, "home-project", "1", TestHost.Bom(Log4j));
        (await Json(mine, "projects?filter=home-project")).GetProperty("items")[0].GetProperty("owner").GetProperty("name").GetString().ShouldBe("home-north");
    }

    [Fact]
    public async Task Person_SeesWhatTheRoleReaches_AndAChangeActsOnTheNextRequest()
    {
        var (north, south) = await UnitsAsync("turn");
        using var both = await host.KeyAsync(0);
        foreach (var (name, unit) in new[] { ("turn-a", north), ("turn-b", south) })
        {
            var it = await TestHost.UploadAsync(both, name, "1", TestHost.Bom(Log4j));
            var project = (await both.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{it.ProjectUuid}")).GetProperty("version").GetProperty("projectUuid").GetGuid();
            (await both.PutAsJsonAsync($"/api/headwater/v1/projects/{project}/owner", new { ownerId = unit })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        var person = await host.AddPersonAsync("turn-person");
        using var client = await host.BearerAsync("turn-person");
        (await client.GetAsync("/api/headwater/v1/projects")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        await host.GrantAsync(person, "viewer", north);
        (await Json(client, "projects?filter=turn-")).GetProperty("total").GetInt64().ShouldBe(1);
        await host.GrantAsync(person, "viewer", south);
        (await Json(client, "projects?filter=turn-")).GetProperty("total").GetInt64().ShouldBe(2);
        (await Json(client, $"projects?filter=turn-&scope={south}")).GetProperty("items").EnumerateArray().Single().GetProperty("name").GetString().ShouldBe("turn-b");
        (await Json(client, "projects?filter=turn-&scope=999999")).GetProperty("total").GetInt64().ShouldBe(0);

        (await host.Get<Headwater.Server.Features.Grants.GrantStore>().RevokeAsync(new(person, "viewer", north), "test")).ShouldBe(Headwater.Server.Features.Grants.GrantOutcome.Done);
        (await Json(client, "projects?filter=turn-")).GetProperty("items").EnumerateArray().Single().GetProperty("name").GetString().ShouldBe("turn-b");
    }

    [Fact]
    public async Task Developer_OfOneUnit_ChangesNothingInAnother_ThoughHeSeesIt()
    {
        var (north, south) = await UnitsAsync("hands");
        using var both = await host.KeyAsync(0);
        var person = await host.AddPersonAsync("hands-person");
        await host.GrantAsync(person, "viewer", south);
        await host.GrantAsync(person, "ospo-lead", north);
        using var client = await host.BearerAsync("hands-person");
        var it = await TestHost.UploadAsync(both, "hands-b", "1", TestHost.Bom(Log4j));
        var project = (await both.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{it.ProjectUuid}")).GetProperty("version").GetProperty("projectUuid").GetGuid();
        await both.PutAsJsonAsync($"/api/headwater/v1/projects/{project}/owner", new { ownerId = south });

        (await client.PutAsJsonAsync($"/api/headwater/v1/projects/{project}/owner", new { ownerId = north })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.DeleteAsync($"/api/v1/project/{it.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.PatchAsJsonAsync($"/api/v1/project/{it.ProjectUuid}", new { name = "mine-now" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await UploadAsync(client, "hands-b", "1", create: true)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await UploadAsync(client, "hands-new", "1", create: true)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/api/headwater/v1/projects?filter=hands-b")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Key_HasNeverMoreThanItsMaker_NowOrLater_AndEndsOnItsDay()
    {
        var (north, south) = await UnitsAsync("keys");
        var person = await host.AddPersonAsync("keys-person");
        await host.GrantAsync(person, "administrator", north);
        using var maker = await host.BearerAsync("keys-person");

        (await MakeAsync(new { comment = "elsewhere", unit = south })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await MakeAsync(new { comment = "everywhere" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await MakeAsync(new { comment = "over", unit = north, expiresAt = DateTimeOffset.UtcNow.AddDays(-1) })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await MakeAsync(new { comment = "server", unit = north, permissions = new[] { "SYSTEM_CONFIGURATION" } })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var made = await MakeAsync(new { comment = "pipeline", unit = north, expiresAt = DateTimeOffset.UtcNow.AddDays(1) });
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var client = host.Anonymous();
        client.DefaultRequestHeaders.Add("X-Api-Key", (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString());
        (await client.GetAsync("/api/headwater/v1/projects")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync("/api/headwater/v1/keys")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        await host.Get<Headwater.Server.Features.Grants.GrantStore>().RevokeAsync(new(person, "administrator", north), "test");
        (await client.GetAsync("/api/headwater/v1/projects")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        // Somebody else takes it over, and it goes on.
        await host.GrantAsync(await host.AddPersonAsync("keys-heir"), "administrator", north);
        using var heir = await host.BearerAsync("keys-heir");
        var id = (await heir.GetFromJsonAsync<JsonElement>("/api/headwater/v1/keys")).EnumerateArray().Single(k => k.GetProperty("comment").GetString() == "pipeline").GetProperty("id").GetInt64();
        (await heir.PostAsync($"/api/headwater/v1/keys/{id}/take-over", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.GetAsync("/api/headwater/v1/projects")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var over = await host.Get<KeyStore>().CreateAsync(new KeyWish("over", Permissions.Automation, "test") { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) });
        using var late = host.Anonymous();
        late.DefaultRequestHeaders.Add("X-Api-Key", over.Secret);
        (await late.GetAsync("/api/headwater/v1/projects")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        Task<HttpResponseMessage> MakeAsync(object wish) => maker.PostAsJsonAsync("/api/headwater/v1/keys", wish);
    }

    [Fact]
    public async Task Role_IsGivenByWhoHasItThere_AndTheLastAdministratorStays()
    {
        var (north, south) = await UnitsAsync("give");
        await host.AddPersonAsync("give-other");
        var lead = await host.AddPersonAsync("give-head");
        await host.GrantAsync(lead, "administrator", north);
        using var head = await host.BearerAsync("give-head");

        (await GiveAsync("give-other", "developer", north)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await GiveAsync("give-other", "developer", south)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await GiveAsync("give-other", "viewer", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await GiveAsync("nobody-of-this-name", "viewer", north)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await GiveAsync("give-other", "emperor", north)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Json(head, "access/grants")).GetProperty("items").EnumerateArray().Select(g => g.GetProperty("name").GetString()).ShouldBe(["give-head", "give-other"]);
        (await head.DeleteAsync($"/api/headwater/v1/access/grants?person=give-other&role=developer&unit={north}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await head.DeleteAsync($"/api/headwater/v1/access/grants?person=give-other&role=developer&unit={north}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        Task<HttpResponseMessage> GiveAsync(string person, string role, long? unit) => head.PutAsJsonAsync("/api/headwater/v1/access/grants", new { person, role, unit });
    }

    [Fact]
    public async Task Pages_OfAdministration_GiveAndTakeRoles_WithoutScript()
    {
        var (north, south) = await UnitsAsync("page");
        var admin = await host.AddPersonAsync("page-admin");
        await host.GrantAsync(admin, "administrator", 0);
        await host.AddPersonAsync("page-guest");
        using var browser = await host.BrowserAsync("page-admin");

        var page = await PostAsync(browser, "/access", "#grant-person", ("Person", "page-guest"), ("Role", "viewer"), ("Unit", north.ToString()));
        page.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await browser.GetStringAsync($"/owners/{north}")).ShouldContain("<b>page-guest</b>");
        (await browser.GetStringAsync($"/owners/{south}")).ShouldNotContain("<b>page-guest</b>");
        (await (await PostAsync(browser, "/access", "#grant-person", ("Person", "no-such"), ("Role", "viewer"), ("Unit", ""))).Content.ReadAsStringAsync()).ShouldContain("There is no person of this name.");

        using var guest = await host.BrowserAsync("page-guest");
        (await guest.GetStringAsync("/owners")).ShouldNotContain("page-south");
        var take = await PostAsync(browser, $"/owners/{north}", "#take-grant", ("Take", $"{await host.AddPersonAsync("page-guest")} {north} viewer"));
        take.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await guest.GetAsync("/owners")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task ScopeSwitch_NarrowsListsAndNumbers_AndLeavesSingleThingsWhereTheyAre()
    {
        var (north, south) = await UnitsAsync("lens");
        using var key = await host.KeyAsync(south);
        var it = await TestHost.UploadAsync(key, "lens-thing", "1", TestHost.Bom(Log4j));
        var admin = await host.AddPersonAsync("lens-admin");
        await host.GrantAsync(admin, "ospo-lead", 0);
        using var browser = await host.BrowserAsync("lens-admin");
        (await browser.GetStringAsync("/projects?q=lens")).ShouldContain("lens-thing");

        var chosen = await PostAsync(browser, "/projects?q=lens&scope=all", "#scope-unit", ("unit", north.ToString()));
        chosen.Headers.Location!.ToString().ShouldBe("/projects?q=lens");
        (await browser.GetStringAsync("/projects?q=lens")).ShouldNotContain("lens-thing");
        (await browser.GetStringAsync("/api/headwater/v1/projects?filter=lens")).ShouldNotContain("lens-thing");
        (await browser.GetStringAsync("/projects?q=lens&scope=all")).ShouldContain("lens-thing");
        (await browser.GetStringAsync($"/projects?q=lens&scope={south}")).ShouldContain("lens-thing");
        (await browser.GetAsync($"/versions/{it.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await PostAsync(browser, "/projects", "#scope-unit", ("unit", ""));
        (await browser.GetStringAsync("/projects?q=lens")).ShouldContain("lens-thing");
    }

    private async Task<(long North, long South)> UnitsAsync(string name)
    {
        var ids = await host.UnitsAsync(new("unit", name + "-north", name + "-north", null, null), new("team", name + "-team", name + "-team", null, name + "-north"), new("unit", name + "-south", name + "-south", null, null));
        return (ids[("unit", name + "-north")], ids[("unit", name + "-south")]);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient browser, string path, string within, params (string Name, string Value)[] fields) => Ui.Site.PostAsync(browser, path, within, fields);

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, string name, string version, bool create)
    {
        using var form = new MultipartFormDataContent { { new StringContent(name), "projectName" }, { new StringContent(version), "projectVersion" }, { new StringContent(create ? "true" : "false"), "autoCreate" }, { TestHost.Part(TestHost.Bom(Lodash)), "bom", "bom.json" } };
        return await client.PostAsync("/api/v1/bom", form);
    }

    private static async Task<JsonElement> Json(HttpClient client, string path) => await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/" + path);
}
