using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Tests.Features;

/// <summary>Who needs a component in a project version, and what goes with it.</summary>
public sealed class ImpactTests(TestHost host) : IClassFixture<TestHost>
{
    // root → a → b → c, root → d → c, b → a: a ring, and c is held by d as well.
    private const string Bom = """
        {"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":{"type":"application","bom-ref":"r","name":"root"}},
         "components":[{"type":"library","bom-ref":"a","name":"a","version":"1","purl":"pkg:npm/a@1"},{"type":"library","bom-ref":"b","name":"b","version":"1","purl":"pkg:npm/b@1"},
           {"type":"library","bom-ref":"c","name":"c","version":"1","purl":"pkg:npm/c@1"},{"type":"library","bom-ref":"d","name":"d","version":"1","purl":"pkg:npm/d@1"}],
         "dependencies":[{"ref":"r","dependsOn":["a","d"]},{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["c","a"]},{"ref":"d","dependsOn":["c"]}]}
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Impact_TellsWhoNeedsItAndWhatIsThereForItsSakeAlone()
    {
        var client = await host.ClientAsync();
        var version = (await TestHost.UploadAsync(client, "Impact", "1", Bom)).ProjectUuid;
        var ids = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/components", Stop)).GetProperty("items").EnumerateArray()
            .ToDictionary(c => c.GetProperty("name").GetString()!, c => c.GetProperty("componentVersionId").GetInt64());
        var a = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/impact/{ids["a"]}", Stop);
        (a.GetProperty("direct").GetBoolean(), a.GetProperty("allNeededBy").GetInt32()).ShouldBe((true, 1));
        Names(a, "neededBy").ShouldBe(["b"]);
        Names(a, "goes").ShouldBe(["b"]);
        var c = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/impact/{ids["c"]}", Stop);
        (c.GetProperty("direct").GetBoolean(), c.GetProperty("allNeededBy").GetInt32()).ShouldBe((false, 3));
        Names(c, "neededBy").ShouldBe(["b", "d"]);
        Names(c, "goes").ShouldBeEmpty();
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/graph?without={ids["a"]}", Stop)).GetProperty("goes").GetArrayLength().ShouldBe(2);
        (await client.GetAsync($"{Api.Root}/versions/{version}/impact/999999", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static List<string> Names(JsonElement impact, string list) => [.. impact.GetProperty(list).EnumerateArray().Select(n => n.GetProperty("name").GetString()!)];
}
