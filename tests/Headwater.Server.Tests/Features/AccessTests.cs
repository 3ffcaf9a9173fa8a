using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Keys;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Tests.Features;

/// <summary>A unit's key sees and changes what is the unit's, and nothing tells it of the rest.</summary>
public sealed class AccessTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Lodash = "pkg:npm/lodash@4.17.20";

    [Fact]
    public async Task KeyOfAUnit_SeesOnlyWhatIsTheUnits_AndCountsOnlyThat()
    {
        var ids = await UnitsAsync();
        using var north = await KeyAsync(ids[("unit", "north")]);
        using var south = await KeyAsync(ids[("unit", "south")]);
        var mine = await TestHost.UploadAsync(north, "north-shop", "1", TestHost.Bom(Log4j));
        var theirs = await TestHost.UploadAsync(south, "south-shop", "1", TestHost.Bom(Log4j, Lodash));

        (await Json(north, "projects")).GetProperty("total").GetInt64().ShouldBe(1);
        (await Json(north, "components")).GetProperty("items").EnumerateArray().Single().GetProperty("projects").GetInt32().ShouldBe(1);
        (await Json(north, "advisories")).GetProperty("items").EnumerateArray().Single().GetProperty("projects").GetInt32().ShouldBe(1);
        var overview = await Json(north, "overview");
        overview.GetProperty("projects").GetInt32().ShouldBe(1);
        overview.GetProperty("components").GetInt32().ShouldBe(1);
        overview.GetProperty("recentUploads").GetArrayLength().ShouldBe(1);
        overview.GetProperty("topRisks").EnumerateArray().Single().GetProperty("projects").GetInt32().ShouldBe(1);
        (await Json(north, "search?q=shop")).GetProperty("groups").EnumerateArray().Single(g => g.GetProperty("kind").GetString() == "project").GetProperty("hits").GetArrayLength().ShouldBe(1);
        (await Json(north, "search?q=lodash")).GetProperty("groups").EnumerateArray().ShouldAllBe(g => g.GetProperty("kind").GetString() == "advisory");
        (await Json(north, "owners")).EnumerateArray().Select(o => o.GetProperty("name").GetString()).ShouldBe(["north", "north-team"]);
        (await north.GetAsync($"/api/headwater/v1/versions/{theirs.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await north.GetAsync($"/api/v1/project/{theirs.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await north.GetAsync($"/api/headwater/v1/versions/{mine.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Json(north, $"versions/{theirs.ProjectUuid}/components")).GetProperty("total").GetInt64().ShouldBe(0);
    }

    [Fact]
    public async Task Upload_ToANameThatIsTakenElsewhere_IsForbidden_AndMakesNothing()
    {
        var ids = await UnitsAsync();
        using var north = await KeyAsync(ids[("unit", "north")]);
        using var south = await KeyAsync(ids[("unit", "south")]);
        await TestHost.UploadAsync(north, "taken", "1", TestHost.Bom(Log4j));

        foreach (var version in new[] { "1", "2" })
        {
            using var form = new MultipartFormDataContent { { new StringContent("taken"), "projectName" }, { new StringContent(version), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { TestHost.Part(TestHost.Bom(Lodash)), "bom", "bom.json" } };
            var answer = await south.PostAsync("/api/v1/bom", form);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await answer.Content.ReadAsStringAsync()).ShouldBe("Access to the specified project is forbidden");
        }

        (await south.GetAsync("/api/v1/project/lookup?name=taken&version=1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var left = (await north.GetFromJsonAsync<JsonElement>("/api/v1/project?name=taken")).EnumerateArray().Single();
        // The other test counts what the unit has, and which of them runs first is nobody's promise.
        (await north.DeleteAsync($"/api/v1/project/{left.GetProperty("uuid").GetString()}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private Task<Dictionary<(string Kind, string Name), long>> UnitsAsync() => host.Get<OwnersModule>().ImportGroupsAsync(
        new Catalogue([new("unit", "north", "North", null, null), new("team", "north-team", "North team", null, "north"), new("unit", "south", "South", null, null)], [], []), CancellationToken.None);

    private async Task<HttpClient> KeyAsync(long unit)
    {
        var client = host.Anonymous();
        client.DefaultRequestHeaders.Add("X-API-Key", (await host.Get<KeyStore>().CreateAsync(new KeyWish("unit", Permissions.Automation | Permissions.ViewBadges | Permissions.PortfolioManagement, "test") { UnitId = unit })).Secret);
        return client;
    }

    private static async Task<JsonElement> Json(HttpClient client, string path) => await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/" + path);
}
