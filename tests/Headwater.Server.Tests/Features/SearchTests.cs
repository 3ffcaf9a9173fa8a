using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Search;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Tests.Features;

/// <summary>The one search box beyond names: slips, hashes, licences; and searches that are kept.</summary>
public sealed class SearchTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("warehose", "warehouse", "project")]
    [InlineData("wraehouse", "warehouse", "project")]
    [InlineData("handlebras", "handlebars", "component")]
    [InlineData("handelbrs", "handlebars", "component")]
    public async Task Name_TypedWithASlip_IsFoundWhenNothingIsNamedSo(string typed, string meant, string kind)
    {
        var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "warehouse", "1", TestHost.Bom("pkg:npm/handlebars@4.0.0"));
        var found = await FindAsync(client, typed);
        found.GetProperty("similar").GetBoolean().ShouldBeTrue();
        Hits(found, kind).ShouldContain(meant);
        (await FindAsync(client, meant)).GetProperty("similar").GetBoolean().ShouldBeFalse();
        Hits(await FindAsync(client, "zzzzqqqq"), kind).ShouldBeEmpty();
    }

    [Fact]
    public async Task Search_ForAPackageWithARange_AsksWhoUsesIt()
    {
        using var client = await host.ClientAsync();
        var hit = (await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, "log4j-core <2.17", 5)).Groups[0].Hits.ShouldHaveSingleItem();
        hit.Href.ShouldBe("/who-uses?of=log4j-core%20%3C2.17");
        (await client.GetAsync("/api/headwater/v1" + hit.Href)).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        (await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, "log4j core", 5)).Groups.ShouldAllBe(g => g.Kind != "question");
    }

    [Fact]
    public async Task Hash_FindsTheComponentAndTheDocument()
    {
        var client = await host.ClientAsync();
        const string Hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        var it = await TestHost.UploadAsync(client, "Hashed", "1", $$"""{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"hashed","version":"1","purl":"pkg:npm/hashed@1","hashes":[{"alg":"SHA-256","content":"{{Hash}}"}]}]}""");
        Hits(await FindAsync(client, Hash.ToUpperInvariant()), "component").ShouldBe(["pkg:npm/hashed@1"]);
        var document = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/uploads/{it.Token}", Stop)).GetProperty("upload").GetProperty("sha256").GetString()!;
        Hits(await FindAsync(client, document), "document").ShouldBe(["Hashed 1"]);
    }

    [Fact]
    public async Task Licence_FindsWhatStatesIt()
    {
        var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "Licensed", "1", """{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"odd-one","version":"1","purl":"pkg:npm/odd-one@1","licenses":[{"license":{"id":"Beerware"}}]}]}""");
        Hits(await FindAsync(client, "licence:beerware"), "component").ShouldBe(["pkg:npm/odd-one@1"]);
        (await FindAsync(client, "licence:WTFPL")).GetProperty("groups").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Search_ThatIsKept_IsListedToItsOwner_AndOpensForOthersByItsLinkOnceShared()
    {
        var (mine, other) = (await host.ClientAsync(), await host.ClientAsync(Permissions.Viewer));
        var kept = await mine.PostAsJsonAsync($"{Api.Root}/searches", new { name = "Critical", address = "/projects?criticality=critical" }, Stop);
        var uuid = (await kept.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("uuid").GetGuid();
        (await client(mine)).ShouldBe(["Critical"]);
        (await client(other)).ShouldBeEmpty();
        (await host.Get<SavedSearchStore>().GetAsync("somebody", uuid, Stop)).ShouldBeNull();
        await mine.PostAsJsonAsync($"{Api.Root}/searches", new { name = "Critical", address = "/projects?criticality=critical&state=all", shared = true }, Stop);
        (await client(other)).ShouldBeEmpty();
        (await host.Get<SavedSearchStore>().GetAsync("somebody", uuid, Stop))!.Address.ShouldBe("/projects?criticality=critical&state=all");
        (await other.DeleteAsync($"{Api.Root}/searches/{uuid}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await mine.DeleteAsync($"{Api.Root}/searches/{uuid}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client(mine)).ShouldBeEmpty();
        (await host.Get<SavedSearchStore>().GetAsync("somebody", uuid, Stop)).ShouldBeNull();
        (await host.Get<IDatabase>().ReadAsync(connection => connection.QuerySingleAsync<long>("SELECT COUNT(*) FROM audit WHERE act = 'search.deleted' AND subject = @subject", new { subject = $"search:{uuid}" }), Stop)).ShouldBe(1);

        static async Task<List<string>> client(HttpClient who) => [.. (await who.GetFromJsonAsync<JsonElement>($"{Api.Root}/searches", Stop)).EnumerateArray().Select(s => s.GetProperty("name").GetString()!)];
    }

    [Theory]
    [InlineData("", "/projects")]
    [InlineData("Evil", "//evil.example/projects")]
    [InlineData("Evil", "https://evil.example/")]
    [InlineData("Evil", "javascript:alert(1)")]
    public async Task Search_ThatLeadsElsewhere_IsNotKept(string name, string address) =>
        (await (await host.ClientAsync()).PostAsJsonAsync($"{Api.Root}/searches", new { name, address }, Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("log4j", "log4j", 0)]
    [InlineData("log4j", "lgo4j", 1)]
    [InlineData("log4j", "log4", 1)]
    [InlineData("log4j", "xlog4j", 1)]
    [InlineData("spring-core", "sprang-kore", 2)]
    [InlineData("spring-core", "apache-core", 3)]
    [InlineData("", "abc", 3)]
    public void Distance_CountsSlips(string a, string b, int slips) => Similar.Distance(a, b, 2).ShouldBe(slips);

    private static async Task<JsonElement> FindAsync(HttpClient client, string query) => await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/search?q={Uri.EscapeDataString(query)}", Stop);

    private static List<string> Hits(JsonElement found, string kind) =>
        [.. found.GetProperty("groups").EnumerateArray().Where(g => g.GetProperty("kind").GetString() == kind).SelectMany(g => g.GetProperty("hits").EnumerateArray()).Select(h => h.GetProperty("title").GetString()!)];
}
