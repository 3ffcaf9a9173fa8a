using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Tests.Features;

/// <summary>What people keep about projects: made, changed, retired and deleted through our own interface.</summary>
public sealed class ProjectFactTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Project_MadeByHand_HoldsWhatWasSaid()
    {
        var client = await host.ClientAsync();
        var uuid = await MakeAsync(client, new
        {
            name = "Ledger", description = "Books", kind = "service", criticality = "critical", context = "hosted", exposure = "internet", dataClass = "confidential", tags = new[] { " Finance ", "finance", "eu" },
            links = new[] { new { title = "Runbook", url = "https://example.org/runbook" } }, people = new[] { new { part = "owner", person = "ADMIN" } },
        });
        var facts = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects/{uuid}", Stop)).GetProperty("facts");
        facts.GetProperty("traits").GetProperty("kind").GetString().ShouldBe("service");
        facts.GetProperty("traits").GetProperty("context").GetString().ShouldBe("hosted");
        facts.GetProperty("tags").EnumerateArray().Select(t => t.GetString()).ShouldBe(["eu", "finance"]);
        facts.GetProperty("links")[0].GetProperty("url").GetString().ShouldBe("https://example.org/runbook");
        facts.GetProperty("people")[0].GetProperty("name").GetString().ShouldBe("admin");
        (await NamesAsync(client, "kind=service&criticality=critical&context=hosted&exposure=internet&dataClass=confidential&tag=finance&person=admin")).ShouldBe(["Ledger"]);
        foreach (var other in new[] { "kind=tool", "criticality=none", "context=internal", "exposure=isolated", "dataClass=public", "tag=other", "person=nobody" })
            (await NamesAsync(client, other + "&filter=Ledger")).ShouldBeEmpty(other);
    }

    [Fact]
    public async Task Change_NamesOnlySomeThings_LeavesTheRestAndRecordsBoth()
    {
        var client = await host.ClientAsync();
        var uuid = await MakeAsync(client, new { name = "Change me", kind = "tool", criticality = "low", tags = new[] { "a", "b" } });
        (await PatchAsync(client, uuid, """{"kind":"library","criticality":null,"addTags":["c"],"removeTags":["A"]}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var facts = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects/{uuid}", Stop)).GetProperty("facts");
        facts.GetProperty("traits").GetProperty("kind").GetString().ShouldBe("library");
        facts.GetProperty("traits").TryGetProperty("criticality", out _).ShouldBeFalse();
        facts.GetProperty("tags").EnumerateArray().Select(t => t.GetString()).ShouldBe(["b", "c"]);

        var acts = (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 200 }, Stop)).Items.Where(a => a.Subject == $"project:{uuid}").ToList();
        var change = acts.First(a => a.Act == "project.changed").Detail.ShouldNotBeNull();
        JsonDocument.Parse(change).RootElement.GetProperty("Kind").EnumerateArray().Select(v => v.GetString()).ShouldBe(["tool", "library"]);
        (await host.Get<AuditStore>().VerifyAsync(Stop)).ShouldBeNull();
        (await (await PatchAsync(client, uuid, """{"kind":"library"}""")).Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("changed").GetBoolean().ShouldBeFalse();
    }

    [Theory]
    [InlineData("""{"kind":"spaceship"}""", "spaceship")]
    [InlineData("""{"name":"  "}""", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "printable")]
    [InlineData("""{"description":"a\u0000b"}""", "printed")]
    [InlineData("""{"links":[{"title":"x","url":"javascript:alert(1)"}]}""", "javascript")]
    [InlineData("""{"people":[{"part":"owner","person":"nobody-here"}]}""", "nobody-here")]
    [InlineData("""{"people":[{"part":"king","person":"admin"}]}""", "king")]
    [InlineData("""{"ownerId":999999}""", "unit or team")]
    [InlineData("""{"parent":"0197a3de-0000-7000-8000-000000000000"}""", "part of")]
    [InlineData("""{"kind":7}""", "kind")]
    [InlineData("""{"tags":["a",null]}""", "tags")]
    [InlineData("""[1]""", "object")]
    [InlineData("""{"kind":""", "read")]
    public async Task Change_ThatCannotBe_IsRefusedWithTheReason(string change, string says)
    {
        var client = await host.ClientAsync();
        var uuid = await MakeAsync(client, new { name = "Stays " + Guid.NewGuid() });
        var response = await PatchAsync(client, uuid, change);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await response.Content.ReadAsStringAsync(Stop)).ShouldContain(says);
    }

    [Fact]
    public async Task Name_ThatIsTaken_IsAConflictAndLeavesNothing()
    {
        var client = await host.ClientAsync();
        await MakeAsync(client, new { name = "Taken" });
        (await client.PostAsJsonAsync($"{Api.Root}/projects", new { name = "Taken" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var other = await MakeAsync(client, new { name = "Free" });
        (await PatchAsync(client, other, """{"name":"Taken"}""")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsJsonAsync($"{Api.Root}/projects", new { name = "Half made", kind = "tool", ownerId = 999999 }, Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await NamesAsync(client, "filter=Half made")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Retired_Project_IsInNoListAndNoCountUntilTakenBack()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        await TestHost.UploadAsync(client, "Old thing", "1", TestHost.Bom("pkg:npm/lodash@4.17.0", "pkg:npm/only-in-old-thing@1.0.0"));
        var uuid = await UuidAsync(client, "Old thing");
        (await UsesAsync(client, "only-in-old-thing")).ShouldBe(1);
        await PatchAsync(client, uuid, """{"retired":true}""");
        (await NamesAsync(client, "filter=Old thing")).ShouldBeEmpty();
        (await NamesAsync(client, "filter=Old thing&state=retired")).ShouldBe(["Old thing"]);
        (await UsesAsync(client, "only-in-old-thing")).ShouldBe(0);
        // An upload meanwhile is kept and does not bring it back.
        await TestHost.UploadAsync(client, "Old thing", "2", TestHost.Bom("pkg:npm/only-in-old-thing@1.0.0"));
        (await UsesAsync(client, "only-in-old-thing")).ShouldBe(0);
        await PatchAsync(client, uuid, """{"retired":false}""");
        (await UsesAsync(client, "only-in-old-thing")).ShouldBe(1);
        (await NamesAsync(client, "filter=Old thing")).ShouldBe(["Old thing"]);
    }

    [Fact]
    public async Task Collection_ShowsTheSumOfItsParts_AndRefusesRings()
    {
        var client = await host.ClientAsync();
        var suite = await MakeAsync(client, new { name = "Suite", collection = true });
        var middle = await MakeAsync(client, new { name = "Suite middle", parent = suite });
        await TestHost.UploadAsync(client, "Suite part", "1", TestHost.Bom("pkg:npm/lodash@4.17.0", "pkg:npm/left-pad@1.0.0"));
        var part = await UuidAsync(client, "Suite part");
        await PatchAsync(client, part, $$"""{"parent":"{{middle}}"}""");
        await TestHost.UploadAsync(client, "Suite second", "1", TestHost.Bom("pkg:npm/lodash@4.17.0"));
        await PatchAsync(client, await UuidAsync(client, "Suite second"), $$"""{"parent":"{{suite}}"}""");

        var row = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects?filter=Suite&sort=name", Stop)).GetProperty("items").EnumerateArray().First(p => p.GetProperty("name").GetString() == "Suite");
        row.GetProperty("sumOf").GetInt32().ShouldBe(2);
        row.GetProperty("coverage").GetProperty("components").GetInt32().ShouldBe(3);
        row.GetProperty("vulnerable").GetInt32().ShouldBe(2);
        (await NamesAsync(client, $"partOf={suite}&sort=name")).ShouldBe(["Suite middle", "Suite part", "Suite second"]);
        (await (await PatchAsync(client, suite, $$"""{"parent":"{{part}}"}""")).Content.ReadAsStringAsync(Stop)).ShouldContain("part of itself");
        (await PatchAsync(client, suite, $$"""{"parent":"{{suite}}"}""")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Upload_ThatNamesAParent_MakesTheProjectPartOfTheParents()
    {
        var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "Whole", "1", TestHost.Bom());
        using var form = new MultipartFormDataContent
        {
            { new StringContent("Of whole"), "projectName" }, { new StringContent("1"), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { new StringContent("Whole"), "parentName" },
            { new StringContent("1"), "parentVersion" }, { TestHost.Part(TestHost.Bom()), "bom", "bom.json" },
        };
        (await client.PostAsync("/api/v1/bom", form, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await NamesAsync(client, $"partOf={await UuidAsync(client, "Whole")}")).ShouldBe(["Of whole"]);
    }

    [Fact]
    public async Task Bulk_ChangesManyAlike_AndSaysWhatWasRefused()
    {
        var client = await host.ClientAsync();
        var owners = await host.Get<OwnersModule>().ImportGroupsAsync(new Catalogue([new("team", "bulk-team", "Bulk team", null, null)], [], []), Stop);
        var made = new List<Guid>();
        for (var i = 0; i < 3; i++) made.Add(await MakeAsync(client, new { name = $"Bulk {i}" }));
        var response = await client.PostAsJsonAsync($"{Api.Root}/projects/bulk", new { projects = made.Append(Guid.NewGuid()), change = new { ownerId = owners[("team", "bulk-team")], criticality = "high", addTags = new[] { "wave-1" } } }, Stop);
        var said = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        said.GetProperty("changed").GetInt32().ShouldBe(3);
        said.GetProperty("refused").GetArrayLength().ShouldBe(1);
        (await NamesAsync(client, $"owner={owners[("team", "bulk-team")]}&criticality=high&tag=wave-1&sort=name")).ShouldBe(["Bulk 0", "Bulk 1", "Bulk 2"]);
        (await client.PostAsJsonAsync($"{Api.Root}/projects/bulk", new { projects = made, change = new { name = "One" } }, Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PostAsJsonAsync($"{Api.Root}/projects/bulk", new { projects = Array.Empty<Guid>(), change = new { kind = "tool" } }, Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Version_RenamedMarkedAndDeleted_LeavesTheProjectWithWhatPeopleKeep()
    {
        var client = await host.ClientAsync();
        var first = (await TestHost.UploadAsync(client, "Versions", "1", TestHost.Bom("pkg:npm/left-pad@1.0.0"))).ProjectUuid;
        var second = (await TestHost.UploadAsync(client, "Versions", "2", TestHost.Bom("pkg:npm/left-pad@1.0.1"))).ProjectUuid;
        var project = await UuidAsync(client, "Versions");
        await PatchAsync(client, project, """{"kind":"tool"}""");
        (await client.PatchAsJsonAsync($"{Api.Root}/versions/{first}", new { version = "2" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PatchAsJsonAsync($"{Api.Root}/versions/{first}", new { version = "1.0", latest = true }, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects/{project}", Stop)).GetProperty("project").GetProperty("latestVersion").GetString().ShouldBe("1.0");
        (await client.PatchAsJsonAsync($"{Api.Root}/versions/{first}", new { active = false }, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects/{project}", Stop)).GetProperty("project").GetProperty("latestVersion").GetString().ShouldBe("2");
        (await client.DeleteAsync($"{Api.Root}/versions/{first}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.DeleteAsync($"{Api.Root}/versions/{second}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.DeleteAsync($"{Api.Root}/versions/{second}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await NamesAsync(client, "kind=tool&filter=Versions")).ShouldBe(["Versions"]);
        (await client.DeleteAsync($"{Api.Root}/projects/{project}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await NamesAsync(client, "filter=Versions&state=all")).ShouldBeEmpty();
        (await client.DeleteAsync($"{Api.Root}/projects/{project}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Change_ByAKeyThatMayOnlyLook_IsForbidden()
    {
        var uuid = await MakeAsync(await host.ClientAsync(), new { name = "Guarded" });
        var reader = await host.ClientAsync(Permissions.Viewer);
        (await PatchAsync(reader, uuid, """{"kind":"tool"}""")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await reader.DeleteAsync($"{Api.Root}/projects/{uuid}", Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    private static async Task<Guid> MakeAsync(HttpClient client, object project)
    {
        var response = await client.PostAsJsonAsync($"{Api.Root}/projects", project, Stop);
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync(Stop));
        return (await response.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("uuid").GetGuid();
    }

    private static Task<HttpResponseMessage> PatchAsync(HttpClient client, Guid project, string json) =>
        client.PatchAsync($"{Api.Root}/projects/{project}", new StringContent(json, Encoding.UTF8, "application/json"), Stop);

    private static async Task<List<string>> NamesAsync(HttpClient client, string query) =>
        [.. (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects?{query}", Stop)).GetProperty("items").EnumerateArray().Select(p => p.GetProperty("name").GetString()!)];

    private static async Task<Guid> UuidAsync(HttpClient client, string name) => (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects?filter={name}", Stop)).GetProperty("items").EnumerateArray()
        .First(p => p.GetProperty("name").GetString() == name).GetProperty("uuid").GetGuid();

    private static async Task<long> UsesAsync(HttpClient client, string component) =>
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/components?filter={component}", Stop)).GetProperty("items").EnumerateArray().Sum(c => c.GetProperty("projects").GetInt64());
}
