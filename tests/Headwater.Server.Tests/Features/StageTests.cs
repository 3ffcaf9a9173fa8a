using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Tests.Features;

/// <summary>Documents of several pipeline stages of one project.</summary>
public sealed class StageTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stages_ThatDisagree_AreToldApartByHow()
    {
        var client = await host.ClientAsync();
        await UploadAsync(client, "Staged", "source", TestHost.Bom("pkg:npm/same@1.0.0", "pkg:npm/bumped@1.0.0", "pkg:npm/dev-only@1.0.0"));
        await UploadAsync(client, "Staged", "production", TestHost.Bom("pkg:npm/same@1.0.0", "pkg:npm/bumped@1.0.1", "pkg:npm/slipped-in@1.0.0"));
        // An older document of a stage gives way to the newer one, of that stage only.
        await UploadAsync(client, "Staged", "source", TestHost.Bom("pkg:npm/same@1.0.0", "pkg:npm/bumped@1.0.0", "pkg:npm/dev-only@2.0.0"));
        var uuid = await UuidAsync(client, "Staged");
        var said = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects/{uuid}/stages", Stop);
        said.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("stage").GetString()).ShouldBe(["source", "production"]);
        said.GetProperty("agreed").GetInt32().ShouldBe(1);
        said.GetProperty("rows").EnumerateArray().Select(r => (r.GetProperty("name").GetString(), Versions(r, 0), Versions(r, 1)))
            .ShouldBe([("slipped-in", "", "1.0.0"), ("bumped", "1.0.0", "1.0.1"), ("dev-only", "2.0.0", "")]);
        var csv = await client.GetStringAsync($"{Api.Root}/projects/{uuid}/stages?format=csv&show=appears", Stop);
        csv.TrimEnd().Split("\r\n").Skip(1).Single().ShouldBe(",slipped-in,npm,Appears,,1.0.0");
    }

    [Fact]
    public async Task Stage_OfAnotherVersion_IsLeftOutWhenOneVersionIsAskedFor()
    {
        var client = await host.ClientAsync();
        await UploadAsync(client, "Two versions", "build", TestHost.Bom("pkg:npm/a@1.0.0"), "1");
        await UploadAsync(client, "Two versions", "production", TestHost.Bom("pkg:npm/a@2.0.0"), "2");
        var uuid = await UuidAsync(client, "Two versions");
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects/{uuid}/stages", Stop)).GetProperty("rows").GetArrayLength().ShouldBe(1);
        var version = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects/{uuid}", Stop)).GetProperty("versions")[0].GetProperty("uuid").GetGuid();
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects/{uuid}/stages?version={version}", Stop)).GetProperty("stages").GetArrayLength().ShouldBe(1);
        (await client.GetAsync($"{Api.Root}/projects/{Guid.NewGuid()}/stages", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"properties":[{"name":"headwater:stage","value":"Production"}],"lifecycles":[{"phase":"build"}]}""", "production")]
    [InlineData("""{"lifecycles":[{"phase":"design"},{"phase":"post-build"}]}""", "artifact")]
    [InlineData("""{"lifecycles":[{"phase":"operations"}]}""", "production")]
    [InlineData("""{"properties":[{"name":"headwater:stage","value":"moon"}]}""", null)]
    public async Task Document_ThatStatesItsStage_IsTakenAtItsWord(string metadata, string? stage)
    {
        var client = await host.ClientAsync();
        var name = "Stated " + Guid.NewGuid();
        var it = await TestHost.UploadAsync(client, name, "1", $$"""{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{{metadata}},"components":[]}""");
        var upload = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{it.ProjectUuid}/uploads", Stop))[0];
        (upload.TryGetProperty("stage", out var said) ? said.GetString() : null).ShouldBe(stage);
    }

    [Fact]
    public async Task Stage_ThatThereIsNot_IsRefusedOnBothInterfaces()
    {
        var client = await host.ClientAsync();
        foreach (var path in new[] { "/api/v1/bom", Api.Root + "/uploads" })
        {
            var response = await SendAsync(client, path, "Nowhere", "moon", TestHost.Bom(), "1");
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await response.Content.ReadAsStringAsync(Stop)).ShouldContain("moon");
        }
    }

    [Fact]
    public async Task Coverage_CountsProjectsInUseAtEachStage()
    {
        await using var own = new TestHost();
        await own.InitializeAsync();
        var client = await own.ClientAsync();
        await UploadAsync(client, "One", "build", TestHost.Bom());
        await UploadAsync(client, "Two", "build", TestHost.Bom());
        await UploadAsync(client, "Two", "production", TestHost.Bom());
        await TestHost.UploadAsync(client, "Three", "1", TestHost.Bom());
        await client.PostAsJsonAsync($"{Api.Root}/projects", new { name = "Bare" }, Stop);
        await client.PostAsJsonAsync($"{Api.Root}/projects", new { name = "Sum", collection = true }, Stop);
        await UploadAsync(client, "Gone", "test", TestHost.Bom());
        await client.PatchAsJsonAsync($"{Api.Root}/projects/{await UuidAsync(client, "Gone")}", new { retired = true }, Stop);
        var said = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/coverage/stages", Stop);
        (said.GetProperty("projects").GetInt32(), said.GetProperty("withAny").GetInt32()).ShouldBe((4, 3));
        said.GetProperty("stages").EnumerateArray().Select(s => (s.GetProperty("stage").GetString(), s.GetProperty("projects").GetInt32()))
            .ShouldBe([("source", 0), ("build", 2), ("artifact", 0), ("test", 0), ("production", 1), ("", 1)]);
        (await NamesAsync(client, "withoutStage=production&sort=name")).ShouldBe(["Bare", "One", "Three"]);
        (await NamesAsync(client, "stage=production")).ShouldBe(["Two"]);
    }

    private static string Versions(JsonElement row, int stage) => string.Join(' ', row.GetProperty("cells")[stage].EnumerateArray().Select(c => c.GetProperty("version").GetString()));

    private static async Task UploadAsync(HttpClient client, string name, string stage, string bom, string version = "1")
    {
        using var response = await SendAsync(client, "/api/v1/bom", name, stage, bom, version);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Stop));
        await TestHost.WaitAsync(client, (await response.Content.ReadFromJsonAsync<Uploaded>(Stop))!.Token);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string name, string stage, string bom, string version)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(name), "projectName" }, { new StringContent(version), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { new StringContent(stage), "stage" }, { TestHost.Part(bom), "bom", "bom.json" },
        };
        return await client.PostAsync(path, form, Stop);
    }

    private static async Task<List<string>> NamesAsync(HttpClient client, string query) =>
        [.. (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects?{query}", Stop)).GetProperty("items").EnumerateArray().Select(p => p.GetProperty("name").GetString()!)];

    private static async Task<Guid> UuidAsync(HttpClient client, string name) => (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects?filter={name}", Stop)).GetProperty("items").EnumerateArray()
        .First(p => p.GetProperty("name").GetString() == name).GetProperty("uuid").GetGuid();
}
