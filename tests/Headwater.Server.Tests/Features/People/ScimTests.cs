using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Headwater.Server.Features.Keys;
using Headwater.Server.Features.People;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Features.People;

/// <summary>SCIM 2.0 as RFC 7644 writes it, and as Entra ID and Okta send it.</summary>
public sealed class ScimTests(TestHost host) : IClassFixture<TestHost>
{
    private static int _count;

    [Fact]
    public async Task User_Created_IsReadBackWithItsTagAndPlace_AndASecondOfThatNameIsAConflict()
    {
        using var client = await DirectoryAsync();
        var name = Name("ada");
        var (status, ada, response) = await SendAsync(client, "POST", "/Users", new JsonObject
        {
            ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"), ["userName"] = name, ["externalId"] = "00u" + name, ["active"] = true,
            ["name"] = new JsonObject { ["givenName"] = "Ada", ["familyName"] = "Lovelace" }, ["emails"] = new JsonArray(new JsonObject { ["value"] = "ada@example.org", ["type"] = "work", ["primary"] = true }),
            ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] = new JsonObject { ["department"] = "Engines" },
        });
        status.ShouldBe(HttpStatusCode.Created);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/scim+json");
        response.Headers.Location!.ToString().ShouldEndWith("/scim/v2/Users/" + Id(ada));
        response.Headers.ETag!.ToString().ShouldBe(Text(ada["meta"]!["version"]));
        var (_, read, _) = await SendAsync(client, "GET", "/Users/" + Id(ada));
        Text(read["userName"]).ShouldBe(name);
        Text(read["displayName"]).ShouldBe("Ada Lovelace");
        Text(read["emails"]![0]!["value"]).ShouldBe("ada@example.org");
        Text(read["externalId"]).ShouldBe("00u" + name);

        (await SendAsync(client, "POST", "/Users", User(name.ToUpperInvariant()))).ShouldBeError(HttpStatusCode.Conflict, "uniqueness");
        var other = User(Name("other"));
        other["externalId"] = "00u" + name;
        (await SendAsync(client, "POST", "/Users", other)).ShouldBeError(HttpStatusCode.Conflict, "uniqueness");
        (await SendAsync(client, "POST", "/Users", new JsonObject { ["displayName"] = "Nobody" })).ShouldBeError(HttpStatusCode.BadRequest, "invalidValue");
        (await SendAsync(client, "POST", "/Users", User("two words"))).ShouldBeError(HttpStatusCode.BadRequest, "invalidValue");
        (await SendAsync(client, "GET", "/Users/" + Guid.NewGuid())).ShouldBeError(HttpStatusCode.NotFound, null);
        (await SendAsync(client, "GET", "/Users/not-an-id")).ShouldBeError(HttpStatusCode.NotFound, null);
    }

    // Bodies in the forms in which Entra ID and Okta send them.
    [Theory]
    [InlineData("""{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}""", "active", "false")]
    [InlineData("""{"Operations":[{"op":"replace","value":{"active":false}}]}""", "active", "false")]
    [InlineData("""{"Operations":[{"op":"Add","path":"emails[type eq \"work\"].value","value":"new@example.org"}]}""", "emails", "new@example.org")]
    [InlineData("""{"Operations":[{"op":"Replace","path":"name.familyName","value":"Byron"},{"op":"Replace","path":"displayName","value":"Ada Byron"}]}""", "displayName", "Ada Byron")]
    [InlineData("""{"Operations":[{"op":"replace","value":{"name.givenName":"Augusta","displayName":"Augusta"}}]}""", "displayName", "Augusta")]
    [InlineData("""{"Operations":[{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"Sales"}]}""", "active", "true")]
    [InlineData("""{"Operations":[{"op":"Add","path":"urn:ietf:params:scim:schemas:core:2.0:User:externalId","value":"x-1"}]}""", "externalId", "x-1")]
    [InlineData("""{"Operations":[{"op":"remove","path":"emails"}]}""", "emails", null)]
    public async Task User_PatchedAsDirectoriesDo_Follows(string patch, string attribute, string? expected)
    {
        using var client = await DirectoryAsync();
        var user = User(Name("p"));
        user["emails"] = new JsonArray(new JsonObject { ["value"] = "old@example.org", ["primary"] = true });
        var (_, made, _) = await SendAsync(client, "POST", "/Users", user);
        var (status, patched, _) = await SendAsync(client, "PATCH", "/Users/" + Id(made), JsonNode.Parse(patch)!);
        status.ShouldBe(HttpStatusCode.OK, patched.ToJsonString());
        if (expected is null) patched[attribute].ShouldBeNull();
        else patched[attribute]!.ToJsonString().ShouldContain(expected);
        (await SendAsync(client, "GET", "/Users/" + Id(made))).Body[attribute]?.ToJsonString().ShouldBe(patched[attribute]?.ToJsonString());
    }

    [Theory]
    [InlineData("""{"Operations":[{"op":"replace","path":"shoeSize","value":"43"}]}""", "invalidPath")]
    [InlineData("""{"Operations":[{"op":"remove","path":"userName"}]}""", "mutability")]
    [InlineData("""{"Operations":[{"op":"remove"}]}""", "noTarget")]
    [InlineData("""{"Operations":[{"op":"enlarge","path":"active","value":true}]}""", "invalidSyntax")]
    [InlineData("""{"Operations":[{"op":"replace","path":"active","value":"perhaps"}]}""", "invalidValue")]
    [InlineData("""{"Operations":[{"op":"replace","path":"emails[type eq","value":"x"}]}""", "invalidPath")]
    [InlineData("""{"Operations":7}""", "invalidSyntax")]
    [InlineData("""[]""", "invalidSyntax")]
    public async Task User_PatchThatCannotBe_SaysWhy_AndChangesNothing(string patch, string type)
    {
        using var client = await DirectoryAsync();
        var (_, made, _) = await SendAsync(client, "POST", "/Users", User(Name("q")));
        (await SendAsync(client, "PATCH", "/Users/" + Id(made), JsonNode.Parse(patch)!)).ShouldBeError(HttpStatusCode.BadRequest, type);
        Text((await SendAsync(client, "GET", "/Users/" + Id(made))).Body["meta"]!["version"]).ShouldBe(Text(made["meta"]!["version"]));
    }

    [Fact]
    public async Task User_ThatLeaves_IsOutAtOnce_WithSessionsAndKeys_AndComesBackAsTheSamePerson()
    {
        using var client = await DirectoryAsync();
        var name = Name("leaver");
        var (_, made, _) = await SendAsync(client, "POST", "/Users", User(name));
        var person = (await host.Get<PersonStore>().FindActiveAsync(name)).ShouldNotBeNull();
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("INSERT INTO role_grant (org_id, person_id, role, unit_id, source, granted_at, granted_by) VALUES (1, @person, 'developer', 0, 'manual', 1, 'test')", new { person }, t));
        var token = await host.Get<SessionStore>().OpenAsync(person, name, "oidc", null, null);
        using var browser = host.Anonymous();
        browser.DefaultRequestHeaders.Add("Cookie", "hw-session=" + token);
        (await browser.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var key = await KeyOfAsync(person);
        using var program = host.Anonymous();
        program.DefaultRequestHeaders.Add("X-Api-Key", key);
        (await program.GetAsync("/api/v1/project")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await SendAsync(client, "PATCH", "/Users/" + Id(made), JsonNode.Parse("""{"Operations":[{"op":"Replace","path":"active","value":false}]}""")!);

        (await browser.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await program.GetAsync("/api/v1/project")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(client, "PUT", "/Users/" + Id(made), User(name))).Body["active"]!.GetValue<bool>().ShouldBeFalse(); // Nobody comes back by silence.
        (await SendAsync(client, "DELETE", "/Users/" + Id(made))).Status.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(client, "GET", "/Users/" + Id(made))).Status.ShouldBe(HttpStatusCode.NotFound);

        var (status, again, _) = await SendAsync(client, "POST", "/Users", User(name));
        status.ShouldBe(HttpStatusCode.Created, again.ToJsonString());
        Id(again).ShouldNotBe(Id(made));
        (await host.Get<PersonStore>().FindActiveAsync(name)).ShouldBe(person);
    }

    [Fact]
    public async Task LocalAccounts_AreNotTheDirectorys()
    {
        using var client = await DirectoryAsync();
        (await SendAsync(client, "GET", "/Users?filter=" + Uri.EscapeDataString("userName eq \"admin\""))).Body["totalResults"]!.GetValue<int>().ShouldBe(0);
        (await SendAsync(client, "POST", "/Users", User("Admin"))).ShouldBeError(HttpStatusCode.Conflict, "uniqueness");
        var uuid = (await host.Get<PersonStore>().ListAsync(new PageRequest { Filter = "admin" }, null, "local")).Items.Single(p => p.Name == "admin").Uuid;
        (await SendAsync(client, "DELETE", "/Users/" + uuid)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await SendAsync(client, "POST", "/Groups", new JsonObject { ["displayName"] = Name("g"), ["members"] = new JsonArray(new JsonObject { ["value"] = uuid.ToString() }) })).ShouldBeError(HttpStatusCode.BadRequest, "invalidValue");
    }

    [Theory]
    [InlineData("userName eq \"{0}-1\"", 1)]
    [InlineData("userName eq \"{0}-1\" or userName eq \"{0}-2\"", 2)]
    [InlineData("userName sw \"{0}-\" and active eq true", 4)]
    [InlineData("userName sw \"{0}-\" and not (userName ew \"-3\")", 4)]
    [InlineData("userName sw \"{0}-\" and active eq false", 1)]
    [InlineData("(userName eq \"{0}-1\" or userName eq \"{0}-2\") and userName co \"-2\"", 1)]
    [InlineData("externalId eq \"ext-{0}-4\"", 1)]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"{0}-1\"", 1)]
    [InlineData("userName sw \"{0}-\" and emails[type eq \"work\" and value co \"two\"]", 1)]
    [InlineData("userName sw \"{0}-\" and emails pr", 1)]
    [InlineData("userName sw \"{0}-\" and meta.lastModified gt \"2011-05-13T04:42:34Z\"", 5)]
    [InlineData("userName eq \"100%_\"", 0)]
    public async Task Users_Filtered_AreThoseMeant(string filter, int expected)
    {
        using var client = await DirectoryAsync();
        var stem = Name("f");
        for (var i = 1; i <= 5; i++)
        {
            var user = User($"{stem}-{i}");
            user["externalId"] = $"ext-{stem}-{i}";
            user["active"] = i != 5;
            if (i == 2) user["emails"] = new JsonArray(new JsonObject { ["value"] = "two@example.org", ["type"] = "work" });
            (await SendAsync(client, "POST", "/Users", user)).Status.ShouldBe(HttpStatusCode.Created);
        }

        var (status, list, _) = await SendAsync(client, "GET", "/Users?filter=" + Uri.EscapeDataString(filter.Replace("{0}", stem, StringComparison.Ordinal)));
        status.ShouldBe(HttpStatusCode.OK, list.ToJsonString());
        list["totalResults"]!.GetValue<int>().ShouldBe(expected);
    }

    [Theory]
    [InlineData("userName")]
    [InlineData("userName eq")]
    [InlineData("userName eq \"x")]
    [InlineData("userName eq \"x\" and")]
    [InlineData("password eq \"x\"")]
    [InlineData("userName is \"x\"")]
    [InlineData("active eq \"x\"")]
    [InlineData("(userName eq \"x\"")]
    [InlineData("userName eq \"x\") or (1 eq 1")]
    [InlineData("emails[type eq \"work\"")]
    [InlineData("u.password_hash pr")]
    public async Task Filter_ThatIsNone_IsRefused(string filter)
    {
        using var client = await DirectoryAsync();
        (await SendAsync(client, "GET", "/Users?filter=" + Uri.EscapeDataString(filter))).ShouldBeError(HttpStatusCode.BadRequest, "invalidFilter");
    }

    [Fact]
    public async Task Filter_NestedWithoutEnd_IsRefused()
    {
        using var client = await DirectoryAsync();
        (await SendAsync(client, "GET", "/Users?filter=" + new string('(', 3000))).ShouldBeError(HttpStatusCode.BadRequest, "invalidFilter");
    }

    [Fact]
    public async Task Users_Paged_ComeInOrderAndOnce_AndNarrowed()
    {
        using var client = await DirectoryAsync();
        var stem = Name("page");
        for (var i = 0; i < 5; i++) await SendAsync(client, "POST", "/Users", User($"{stem}-{i}"));
        var seen = new List<string>();
        for (var start = 1; start <= 5; start += 2)
        {
            var (_, page, _) = await SendAsync(client, "GET", $"/Users?startIndex={start}&count=2&attributes=userName&filter=" + Uri.EscapeDataString($"userName sw \"{stem}\""));
            page["totalResults"]!.GetValue<int>().ShouldBe(5);
            page["startIndex"]!.GetValue<int>().ShouldBe(start);
            page["itemsPerPage"]!.GetValue<int>().ShouldBe(start == 5 ? 1 : 2);
            foreach (var user in page["Resources"]!.AsArray())
            {
                seen.Add(Text(user!["userName"]));
                user["meta"].ShouldBeNull();
                user["id"].ShouldNotBeNull();
            }
        }

        seen.ShouldBe(Enumerable.Range(0, 5).Select(i => $"{stem}-{i}"));
        var (_, none, _) = await SendAsync(client, "GET", "/Users?count=0&filter=" + Uri.EscapeDataString($"userName sw \"{stem}\""));
        none["totalResults"]!.GetValue<int>().ShouldBe(5);
        none["Resources"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task User_ChangedSinceItWasRead_IsNotOverwritten()
    {
        using var client = await DirectoryAsync();
        var (_, made, _) = await SendAsync(client, "POST", "/Users", User(Name("tag")));
        var old = Text(made["meta"]!["version"]);
        var body = User(Text(made["userName"]));
        body["displayName"] = "First";
        (await SendAsync(client, "PUT", "/Users/" + Id(made), body, ("If-Match", old))).Status.ShouldBe(HttpStatusCode.OK);
        body["displayName"] = "Second";
        (await SendAsync(client, "PUT", "/Users/" + Id(made), body, ("If-Match", old))).ShouldBeError(HttpStatusCode.PreconditionFailed, null);
        var (_, now, _) = await SendAsync(client, "GET", "/Users/" + Id(made));
        Text(now["displayName"]).ShouldBe("First");
        (await SendAsync(client, "GET", "/Users/" + Id(made), null, ("If-None-Match", Text(now["meta"]!["version"])))).Status.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task Group_GivesItsMembersRolesAndATeam_AndTakesThemAgain()
    {
        using var client = await DirectoryAsync();
        var (database, groups) = (host.Get<IDatabase>(), host.Get<GroupStore>());
        var (ann, bob) = (Id((await SendAsync(client, "POST", "/Users", User(Name("ann")))).Body), Id((await SendAsync(client, "POST", "/Users", User(Name("bob")))).Body));
        var name = Name("engineers");
        var team = await database.WriteAsync(async t =>
        {
            var id = await IdSource.NextAsync(t, "owner");
            await t.Connection!.ExecuteAsync("INSERT INTO owner (id, org_id, kind, name, title) VALUES (@id, 1, 'team', @name, @name)", new { id, name }, t);
            return id;
        });
        await groups.SetRoleAsync(name, "developer", 0, true, "test"); // Before anybody has come with it.
        var (status, group, _) = await SendAsync(client, "POST", "/Groups", new JsonObject { ["displayName"] = name, ["members"] = new JsonArray(new JsonObject { ["value"] = ann }) });
        status.ShouldBe(HttpStatusCode.Created, group.ToJsonString());
        await groups.SetTeamAsync((await groups.ListAsync(new PageRequest { Size = 1000 })).Items.Single(g => g.Name == name).Id!.Value, team, "test");
        (await HaveAsync()).ShouldBe([ann]);

        // Entra adds with a list and removes with one too; others remove by a filter.
        await PatchAsync($$"""{"Operations":[{"op":"Add","path":"members","value":[{"value":"{{bob}}"}]}]}""");
        (await HaveAsync()).ShouldBe([ann, bob], ignoreOrder: true);
        await PatchAsync($$"""{"Operations":[{"op":"Remove","path":"members","value":[{"value":"{{ann}}"}]}]}""");
        (await HaveAsync()).ShouldBe([bob]);
        await PatchAsync($$"""{"Operations":[{"op":"replace","path":"members","value":[{"value":"{{ann}}"},{"value":"{{bob}}"}]}]}""");
        await PatchAsync($$"""{"Operations":[{"op":"remove","path":"members[value eq \"{{bob}}\"]"}]}""");
        (await HaveAsync()).ShouldBe([ann]);
        await PatchAsync($$"""{"Operations":[{"op":"replace","value":{"id":"{{Id(group)}}","displayName":"{{name}}-renamed"} }]}""");
        (await HaveAsync()).ShouldBeEmpty(); // Roles are given to names; the team stays.
        (await database.ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM team_member WHERE owner_id = @team", new { team }))).ShouldBe(1);
        (await SendAsync(client, "GET", "/Users/" + ann)).Body["groups"]![0]!["display"]!.GetValue<string>().ShouldBe(name + "-renamed");
        (await SendAsync(client, "GET", $"/Groups?excludedAttributes=members&filter={Uri.EscapeDataString($"displayName eq \"{name}-renamed\"")}")).Body["Resources"]![0]!["members"].ShouldBeNull();

        (await SendAsync(client, "DELETE", "/Groups/" + Id(group))).Status.ShouldBe(HttpStatusCode.NoContent);
        (await database.ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM team_member WHERE owner_id = @team", new { team }))).ShouldBe(0);

        async Task PatchAsync(string patch) => (await SendAsync(client, "PATCH", "/Groups/" + Id(group), JsonNode.Parse(patch)!)).Status.ShouldBe(HttpStatusCode.OK);
        Task<List<string>> HaveAsync() => database.ReadAsync(async c => (await c.QueryAsync<string>(
            "SELECT u.uuid FROM role_grant g JOIN user_account u ON u.id = g.person_id JOIN team_member m ON m.person_id = u.id AND m.owner_id = @team WHERE g.source = @source AND g.role = 'developer' ORDER BY u.id", new { team, source = "group:" + name })).ToList());
    }

    [Fact]
    public async Task Endpoint_WithoutAKeyForPeople_RefusesInItsOwnForm()
    {
        using var nobody = host.Anonymous();
        var refused = await SendAsync(nobody, "GET", "/Users");
        refused.ShouldBeError(HttpStatusCode.Unauthorized, null);
        refused.Response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
        using var builder = await DirectoryAsync(Permissions.Automation);
        (await SendAsync(builder, "GET", "/Users")).ShouldBeError(HttpStatusCode.Forbidden, null);
        using var client = await DirectoryAsync();
        (await SendAsync(client, "GET", "/Nothing")).ShouldBeError(HttpStatusCode.NotFound, null);
        using var broken = new StringContent("{", Encoding.UTF8, "application/scim+json");
        using var response = await client.PostAsync("/scim/v2/Users", broken);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("invalidSyntax");
    }

    [Theory]
    [InlineData("/ServiceProviderConfig", "patch")]
    [InlineData("/ResourceTypes", "Resources")]
    [InlineData("/ResourceTypes/User", "endpoint")]
    [InlineData("/Schemas", "Resources")]
    [InlineData("/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group", "attributes")]
    public async Task Endpoint_AskedWhatItIs_Says(string path, string member)
    {
        using var client = await DirectoryAsync();
        var (status, body, _) = await SendAsync(client, "GET", path);
        status.ShouldBe(HttpStatusCode.OK);
        body[member].ShouldNotBeNull();
    }

    private static string Name(string stem) => $"{stem}{Interlocked.Increment(ref _count)}";

    private static JsonObject User(string name) => new() { ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:User"), ["userName"] = name };

    private static string Id(JsonNode body) => Text(body["id"]);

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private async Task<HttpClient> DirectoryAsync(Permissions permissions = Permissions.PeopleManagement)
    {
        using var made = await host.ClientAsync(permissions);
        var client = host.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.DefaultRequestHeaders.GetValues("X-API-Key").Single());
        return client;
    }

    private async Task<string> KeyOfAsync(long person)
    {
        using var made = await host.ClientAsync(Permissions.ViewPortfolio);
        var key = made.DefaultRequestHeaders.GetValues("X-API-Key").Single();
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE api_key SET person_id = @person WHERE public_id = @id", new { person, id = key.Substring(3, 8) }, t));
        return key;
    }

    private static async Task<Answer> SendAsync(HttpClient client, string method, string path, JsonNode? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/scim/v2" + path);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/scim+json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!, response);
    }

    private sealed record Answer(HttpStatusCode Status, JsonNode Body, HttpResponseMessage Response)
    {
        public void ShouldBeError(HttpStatusCode status, string? type)
        {
            Status.ShouldBe(status, Body.ToJsonString());
            Body["schemas"]![0]!.GetValue<string>().ShouldBe("urn:ietf:params:scim:api:messages:2.0:Error");
            Body["status"]!.GetValue<string>().ShouldBe(((int)status).ToString());
            Body["detail"]!.GetValue<string>().ShouldNotBeNullOrWhiteSpace();
            Body["scimType"]?.GetValue<string>().ShouldBe(type);
            if (type is not null) Body["scimType"].ShouldNotBeNull();
        }
    }
}
