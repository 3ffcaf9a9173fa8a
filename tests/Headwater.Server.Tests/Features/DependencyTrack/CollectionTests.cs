using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features;

/// <summary>Collections of the compatible interface: parents whose numbers are those of their children.</summary>
public sealed class CollectionTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Guava = "pkg:maven/com.google.guava/guava@31.0-jre", Express = "pkg:npm/express@4.18.0";

    [Theory]
    [InlineData("AGGREGATE_DIRECT_CHILDREN", null, 5, 2)]
    [InlineData("AGGREGATE_DIRECT_CHILDREN_WITH_TAG", "shown", 3, 1)]
    [InlineData("AGGREGATE_LATEST_VERSION_CHILDREN", null, 3, 1)]
    public async Task Collection_OfEachLogic_SumsUpTheChildrenThatItChooses(string logic, string? tag, int components, int critical)
    {
        using var client = await host.ClientAsync();
        var name = $"{logic}-all";
        var parent = await MadeAsync(client, new { name, version = "1", collectionLogic = logic, collectionTag = tag is null ? null : new { name = tag } });
        // Three components, one critical, tagged and the latest; two components, one critical, neither; and one that is out of use.
        var first = await ChildAsync(client, parent, $"{logic}-one", "2", Log4j, Guava, Express);
        (await client.PatchAsJsonAsync($"/api/v1/project/{first}", new { isLatest = true, tags = new[] { new { name = "shown" } } })).StatusCode.ShouldBe(HttpStatusCode.OK);
        var older = await ChildAsync(client, parent, $"{logic}-one", "1", Log4j, Guava);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/project/{older}")).GetProperty("isLatest").GetBoolean().ShouldBeFalse();
        var gone = await ChildAsync(client, parent, $"{logic}-two", "1", Log4j);
        (await client.PatchAsJsonAsync($"/api/v1/project/{gone}", new { active = false })).StatusCode.ShouldBe(HttpStatusCode.OK);

        foreach (var metrics in (JsonElement[])[
            await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{parent}/current"),
            (await client.GetFromJsonAsync<JsonElement>($"/api/v1/project/{parent}")).GetProperty("metrics"),
            (await client.GetFromJsonAsync<JsonElement>($"/api/v1/project?name={name}"))[0].GetProperty("metrics"),
            (await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{parent}/days/7")).EnumerateArray().Last()])
        {
            metrics.GetProperty("components").GetInt32().ShouldBe(components);
            metrics.GetProperty("critical").GetInt32().ShouldBe(critical);
            metrics.GetProperty("inheritedRiskScore").GetDouble().ShouldBe(critical * 10);
            metrics.GetProperty("collectionLogic").GetString().ShouldBe(logic);
        }

        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/project/{parent}")).GetProperty("lastInheritedRiskScore").GetDouble().ShouldBe(critical * 10);
    }

    [Fact]
    public async Task Collection_InACollection_StandsForItsOwnChildren()
    {
        using var client = await host.ClientAsync();
        var top = await MadeAsync(client, new { name = "nest-top", version = "1", collectionLogic = "AGGREGATE_DIRECT_CHILDREN" });
        var middle = await MadeAsync(client, new { name = "nest-middle", version = "1", collectionLogic = "AGGREGATE_DIRECT_CHILDREN", parent = new { uuid = top } });
        await ChildAsync(client, top, "nest-left", "1", Guava);
        var right = await ChildAsync(client, middle, "nest-right", "1", Log4j, Express);
        // What hangs below something that has a document of its own is not summed up: the child speaks for itself.
        await ChildAsync(client, right, "nest-below", "1", Log4j, Guava, Express);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{top}/current")).GetProperty("components").GetInt32().ShouldBe(3);
    }

    [Fact]
    public async Task Collection_WithoutChildren_IsAllZero_AndAnUnknownLogicIsRefused()
    {
        using var client = await host.ClientAsync();
        var parent = await MadeAsync(client, new { name = "nothing-in-it", version = "1", collectionLogic = "AGGREGATE_DIRECT_CHILDREN" });
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{parent}/current")).GetProperty("components").GetInt32().ShouldBe(0);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{parent}/days/7")).GetArrayLength().ShouldBe(0);
        using var refused = await client.PatchAsJsonAsync($"/api/v1/project/{parent}", new { collectionLogic = "ADD_EVERYTHING" });
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("AGGREGATE_DIRECT_CHILDREN");
    }

    [Fact]
    public async Task Collection_Patched_KeepsWhatThePatchDoesNotName()
    {
        using var client = await host.ClientAsync();
        var parent = await MadeAsync(client, new { name = "patched-collection", version = "1", collectionLogic = "AGGREGATE_DIRECT_CHILDREN", properties = new[] { new { name = "a", value = "b" } } });
        foreach (var status in (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.NotModified])
            (await client.PatchAsJsonAsync($"/api/v1/project/{parent}", new { supplier = new { name = "Acme" } })).StatusCode.ShouldBe(status);
        var after = await client.GetFromJsonAsync<JsonElement>($"/api/v1/project/{parent}");
        after.GetProperty("collectionLogic").GetString().ShouldBe("AGGREGATE_DIRECT_CHILDREN");
        after.GetProperty("supplier").GetProperty("name").GetString().ShouldBe("Acme");
        after.GetProperty("properties")[0].GetProperty("value").GetString().ShouldBe("b");
    }

    [Fact]
    public async Task Collection_WithChildrenOutOfSight_CountsThoseInSightOnly()
    {
        using var client = await host.ClientAsync();
        var units = await host.UnitsAsync(new CatalogueGroup("team", "collect-left", "collect-left", null, null), new CatalogueGroup("team", "collect-right", "collect-right", null, null));
        var (left, right) = (units.Single(u => u.Key.Name == "collect-left").Value, units.Single(u => u.Key.Name == "collect-right").Value);
        using var ofLeft = await host.KeyAsync(left);
        using var ofRight = await host.KeyAsync(right);
        var parent = await MadeAsync(ofLeft, new { name = "sight-all", version = "1", collectionLogic = "AGGREGATE_DIRECT_CHILDREN" });
        await ChildAsync(ofLeft, parent, "sight-left", "1", Guava);
        var other = await TestHost.UploadAsync(ofRight, "sight-right", "1", TestHost.Bom(Log4j, Express));
        (await client.PatchAsJsonAsync($"/api/v1/project/{other.ProjectUuid}", new { parent = new { uuid = parent } })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{parent}/current")).GetProperty("components").GetInt32().ShouldBe(3);
        foreach (var path in (string[])[$"/api/v1/metrics/project/{parent}/current", $"/api/v1/metrics/project/{parent}/days/1"])
        {
            var seen = await ofLeft.GetFromJsonAsync<JsonElement>(path);
            (seen.ValueKind == JsonValueKind.Array ? seen.EnumerateArray().Last() : seen).GetProperty("components").GetInt32().ShouldBe(1, path);
        }
    }

    [Fact]
    public async Task CollectionOfOurs_IsOneHereToo()
    {
        using var client = await host.ClientAsync();
        var version = await MadeAsync(client, new { name = "ours-together", version = "1" });
        await TestHost.UploadAsync(client, "ours-part", "1", TestHost.Bom(Log4j, Guava));
        var (all, part) = (await OursAsync("ours-together"), await OursAsync("ours-part"));
        (await client.PatchAsJsonAsync($"{Api.Root}/projects/{all}", new { collection = true })).IsSuccessStatusCode.ShouldBeTrue();
        (await client.PatchAsJsonAsync($"{Api.Root}/projects/{part}", new { parent = all })).IsSuccessStatusCode.ShouldBeTrue();
        var shown = await client.GetFromJsonAsync<JsonElement>($"/api/v1/project/{version}");
        shown.GetProperty("collectionLogic").GetString().ShouldBe("AGGREGATE_LATEST_VERSION_CHILDREN");
        shown.GetProperty("metrics").GetProperty("components").GetInt32().ShouldBe(2);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{version}/current")).GetProperty("critical").GetInt32().ShouldBe(1);

        async Task<string> OursAsync(string name) => (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects?filter={name}")).GetProperty("items")[0].GetProperty("uuid").GetString()!;
    }

    private static async Task<string> MadeAsync(HttpClient client, object project)
    {
        using var made = await client.PutAsJsonAsync("/api/v1/project", project);
        made.StatusCode.ShouldBe(HttpStatusCode.Created, await made.Content.ReadAsStringAsync());
        return (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("uuid").GetString()!;
    }

    private static async Task<string> ChildAsync(HttpClient client, string parent, string name, string version, params string[] purls)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(name), "projectName" }, { new StringContent(version), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { new StringContent(parent), "parentUUID" },
            { TestHost.Part(TestHost.Bom(purls)), "bom", "bom.json" },
        };
        using var response = await client.PostAsync("/api/v1/bom", form);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        var uploaded = (await response.Content.ReadFromJsonAsync<Uploaded>())!;
        await TestHost.WaitAsync(client, uploaded.Token);
        return uploaded.ProjectUuid.ToString();
    }
}
