using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Tests.Features;

/// <summary>Decisions about components: where they stand in their life, and who looks after them.</summary>
public sealed class CareTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task State_OfAComponent_ShowsWhereverItIsUsed()
    {
        var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "Uses old", "1", TestHost.Bom("pkg:npm/left-pad@1.0.0", "pkg:npm/kept@1.0.0"));
        var id = await ComponentAsync(client, "left-pad");
        (await client.PutAsJsonAsync($"{Api.Root}/components/{id}/state", new { state = "banned", reason = "Unmaintained", replacement = "pkg:npm/pad-start", deadline = "2027-01-31" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var care = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/components/{id}/care", Stop);
        care.GetProperty("reason").GetString().ShouldBe("Unmaintained");
        care.GetProperty("deadline").GetDateTimeOffset().ShouldBe(new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero));
        (await NamesAsync(client, "components?state=banned")).ShouldBe(["left-pad"]);
        (await NamesAsync(client, $"versions/{it.ProjectUuid}/components?avoid=true")).ShouldBe(["left-pad"]);
        // The decision is about the component, so the next upload has it too.
        var next = await TestHost.UploadAsync(client, "Uses old", "2", TestHost.Bom("pkg:npm/left-pad@1.3.0"));
        (await NamesAsync(client, $"versions/{next.ProjectUuid}/components?avoid=true")).ShouldBe(["left-pad"]);
        var act = (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 50 }, Stop)).Items.First(a => a.Act == "component.state-changed");
        act.Detail.ShouldNotBeNull().ShouldContain("banned");
        (await client.PutAsJsonAsync($"{Api.Root}/components/{id}/state", new { state = "" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await NamesAsync(client, "components?state=banned")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Support_ThatEndsSoon_IsFoundBeforeItDoes()
    {
        var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "Supported", "1", TestHost.Bom("pkg:npm/paid-for@1.0.0", "pkg:npm/paid-long@1.0.0", "pkg:npm/unpaid@1.0.0"));
        var (soon, later) = (await ComponentAsync(client, "paid-for"), await ComponentAsync(client, "paid-long"));
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        (await client.PutAsJsonAsync($"{Api.Root}/components/{soon}/support", new { plan = "contract", provider = "Acme", ends = today.AddDays(20), person = "admin" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.PutAsJsonAsync($"{Api.Root}/components/{later}/support", new { plan = "contract", provider = "Acme", ends = today.AddYears(2) }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await NamesAsync(client, "components?ending=true")).ShouldBe(["paid-for"]);
        (await NamesAsync(client, "components?plan=contract&sort=name")).ShouldBe(["paid-for", "paid-long"]);
        (await NamesAsync(client, "components?plan=undecided&filter=paid")).ShouldBe(["unpaid"]);
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/components/{soon}/care", Stop)).GetProperty("person").GetString().ShouldBe("admin");
    }

    [Fact]
    public async Task Production_IsWhereADocumentOfThatStageSaysSo()
    {
        var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "Only built", "1", TestHost.Bom("pkg:npm/built-only@1.0.0"));
        using var form = new MultipartFormDataContent
        {
            { new StringContent("Runs"), "projectName" }, { new StringContent("1"), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { new StringContent("production"), "stage" }, { TestHost.Part(TestHost.Bom("pkg:npm/runs-there@1.0.0")), "bom", "bom.json" },
        };
        var sent = await client.PostAsync("/api/v1/bom", form, Stop);
        await TestHost.WaitAsync(client, (await sent.Content.ReadFromJsonAsync<Uploaded>(Stop))!.Token);
        (await NamesAsync(client, "components?production=true")).ShouldBe(["runs-there"]);
    }

    [Theory]
    [InlineData("state", """{"state":"gone"}""", "state is one of")]
    [InlineData("state", """{"state":"banned"}""", "Say why")]
    [InlineData("support", """{"plan":"magic"}""", "plan is one of")]
    [InlineData("support", """{"plan":"contract"}""", "whom")]
    [InlineData("support", """{"plan":"expert","person":"ghost"}""", "ghost")]
    [InlineData("support", """{"plan":"expert","ownerId":424242}""", "unit or team")]
    public async Task Decision_ThatCannotBe_IsRefusedWithTheReason(string what, string body, string says)
    {
        var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "Refusals", "1", TestHost.Bom("pkg:npm/refused@1.0.0"));
        var response = await client.PutAsync($"{Api.Root}/components/{await ComponentAsync(client, "refused")}/{what}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Stop);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync(Stop)).ShouldContain(says);
    }

    [Fact]
    public async Task Decision_ByWhoMayOnlyLook_IsForbidden()
    {
        var id = await ComponentAsync(await host.ClientAsync(), "refused");
        var reader = await host.ClientAsync(Permissions.Viewer);
        (await reader.PutAsJsonAsync($"{Api.Root}/components/{id}/state", new { state = "approved" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await (await host.ClientAsync()).PutAsJsonAsync($"{Api.Root}/components/99999999/state", new { state = "approved" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<long> ComponentAsync(HttpClient client, string name)
    {
        if ((await FindAsync()) is { } known) return known;
        await TestHost.UploadAsync(client, "Refusals", "1", TestHost.Bom("pkg:npm/refused@1.0.0"));
        return (await FindAsync())!.Value;

        async Task<long?> FindAsync() => (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/components?filter={name}", Stop)).GetProperty("items").EnumerateArray()
            .Where(c => c.GetProperty("name").GetString() == name).Select(c => (long?)c.GetProperty("id").GetInt64()).FirstOrDefault();
    }

    private static async Task<List<string>> NamesAsync(HttpClient client, string path) =>
        [.. (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/{path}", Stop)).GetProperty("items").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];
}
