using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Search;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;

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

    [Theory]
    [InlineData("ornamental teapto", "ornamental teapot", "project")]
    [InlineData("ornamentl teapto", "ornamental teapot", "project")]
    [InlineData("teapot-handel", "teapot-handle", "component")]
    [InlineData("Keeprs of teapots", "Keepers of teapots", "owner")]
    public async Task Words_WithASlipEach_AreFound_AndItIsSaidWhatWasTaken(string typed, string meant, string kind)
    {
        var unit = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "teapots", "Keepers of teapots", null, null)))[("unit", "teapots")];
        using var client = await host.KeyAsync(unit);
        await TestHost.UploadAsync(client, "Ornamental Teapot", "1", TestHost.Bom("pkg:npm/teapot-handle@1.0.0"));
        await host.IdleAsync();
        var found = await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, typed, 10, cancellationToken: Stop);
        found.Similar.ShouldBeTrue();
        found.Suggestions[0].ShouldBe(meant, StringComparer.OrdinalIgnoreCase);
        found.Groups.Single(g => g.Kind == kind).Hits.Select(h => h.Title).ShouldContain(t => t.Equals(meant, StringComparison.OrdinalIgnoreCase));
        (await host.Get<SearchStore>().SearchAsync(new Viewer(false, [unit]), new Viewer(false, [unit]), typed, 10, cancellationToken: Stop)).Suggestions.ShouldBe(found.Suggestions);

        // To who has nothing that is called so, nothing is offered.
        var elsewhere = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "elsewhere", "Others", null, null)))[("unit", "elsewhere")];
        var hidden = await host.Get<SearchStore>().SearchAsync(new Viewer(false, [elsewhere]), new Viewer(false, [elsewhere]), typed, 10, cancellationToken: Stop);
        (hidden.Count, hidden.Suggestions.Count).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData("Phillipa", "philippa")]
    [InlineData("quarzt", "quartz")]
    [InlineData("Philipa Qartz", "philippa quartz")]
    [InlineData("qaurtzite.example", "quartzite.example")]
    public async Task Person_TypedWithSlips_IsFoundByWhoMaySeePeople_AndOfferedToNobodyElse(string typed, string meant)
    {
        await host.AddPersonAsync("pquartz");
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE user_account SET title = 'Philippa Quartz', email = 'pq@quartzite.example' WHERE name = 'pquartz'", transaction: t));
        var found = await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, typed, 10, true, Stop);
        found.Similar.ShouldBeTrue();
        found.Suggestions[0].ShouldBe(meant, StringComparer.OrdinalIgnoreCase);
        found.Groups.Single(g => g.Kind == "person").Hits.ShouldHaveSingleItem().Title.ShouldBe("Philippa Quartz");
        var others = await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, typed, 10, false, Stop);
        (others.Similar, others.Count, others.Suggestions.Count).ShouldBe((false, 0, 0));
    }

    [Theory]
    [InlineData("cve 2021 44228")]
    [InlineData("CVE_2021_44228")]
    [InlineData(" cve  2021–44228 ")]
    public async Task NumberOfAnAdvisory_WithBlanksOrOtherDashes_IsFound(string typed)
    {
        var found = await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, typed, 10, cancellationToken: Stop);
        found.Similar.ShouldBeFalse();
        found.Groups.Single(g => g.Kind == "advisory").Hits[0].Title.ShouldBe("CVE-2021-44228");
    }

    [Fact]
    public async Task Nothing_IsSaidOnce_AndIsNotSimilar()
    {
        await host.AddPersonAsync("seeker");
        await host.GrantAsync(await host.AddPersonAsync("seeker"), "administrator", 0);
        using var client = await host.ClientAsync();
        (await FindAsync(client, "zzzzqqqqvvvv")).GetProperty("similar").GetBoolean().ShouldBeFalse();
        using var browser = await host.BrowserAsync("seeker");
        var said = Headwater.Server.Tests.Ui.Html.Parse(await browser.GetStringAsync("/search?q=zzzzqqqqvvvv", Stop)).QuerySelector("main")!.TextContent;
        said.Split("Nothing found").Length.ShouldBe(2);
    }

    [Fact]
    public async Task Words_ThatAreKnown_OrOnlyBegun_AreTakenAsTheyAre()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "gardener tools", "1", TestHost.Bom("pkg:npm/gardeners@1.0.0"));
        await host.IdleAsync();
        var found = await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, "garde", 10, cancellationToken: Stop);
        (found.Similar, found.Suggestions.Count, found.Count).ShouldBe((false, 0, 2));
        (await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, "gardener 00017", 10, cancellationToken: Stop)).Suggestions.ShouldBeEmpty("nobody means another number");
    }

    [Theory]
    [InlineData("CVE-2021-44288")]
    [InlineData("cve 2021 44288")]
    [InlineData("cve-2021-4228")]
    [InlineData("CVE202144228")]
    [InlineData("CVE2021-44228")]
    public async Task Number_OfAnAdvisory_WithASlip_IsOffered_AndNeverTakenForAnother(string typed)
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "numbered", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"));
        await host.IdleAsync();
        var found = await FindAsync(client, typed);
        found.GetProperty("groups").GetArrayLength().ShouldBe(0, "another number is another advisory");
        var offered = found.GetProperty("suggestions").EnumerateArray().Select(s => s.GetString()).ToList();
        if (typed == "CVE202144228") offered.ShouldBeEmpty("two dashes are two slips");
        else offered.ShouldBe(["CVE-2021-44228"]);
        (await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Nothing, typed, 5, cancellationToken: Stop)).Suggestions.ShouldBeEmpty("who sees no findings is told of none");
        (await FindAsync(client, "CVE-2021-44228")).GetProperty("suggestions").GetArrayLength().ShouldBe(0, "there is one of that very number");
    }

    [Fact]
    public async Task Advisory_ByAWordOfItsTitleWithASlip_IsFound()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "titled", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"));
        await host.IdleAsync();
        var title = await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<string>("SELECT summary FROM advisory_usage WHERE id = 'CVE-2021-44228'"), Stop);
        var word = title.Split(' ').First(w => w.Length >= 6 && w.All(char.IsAsciiLetter));
        var found = await FindAsync(client, word[..2] + word[3] + word[2] + word[4..]);
        (await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Nothing, found.GetProperty("query").GetString()!, 5, cancellationToken: Stop)).Suggestions.ShouldBeEmpty();
        Hits(found, "advisory").ShouldContain("CVE-2021-44228");
        found.GetProperty("suggestions")[0].GetString()!.ShouldBe(word, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Licence_WithASlip_IsOffered_WhereSomethingInSightStatesIt()
    {
        var units = await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "licensed", "Licensed", null, null), new Headwater.Server.Features.Owners.CatalogueGroup("unit", "unlicensed", "Unlicensed", null, null));
        using var client = await host.KeyAsync(units[("unit", "licensed")]);
        await TestHost.UploadAsync(client, "Slipped", "1", """{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","name":"slipped","version":"1","purl":"pkg:npm/slipped@1","licenses":[{"license":{"id":"EUPL-1.2"}}]}]}""");
        await host.IdleAsync();
        foreach (var (viewer, offered) in new (Viewer, string[])[] { (Viewer.Everything, ["licence:EUPL-1.2"]), (new(false, [units[("unit", "licensed")]]), ["licence:EUPL-1.2"]), (new(false, [units[("unit", "unlicensed")]]), []) })
        {
            var found = await host.Get<SearchStore>().SearchAsync(viewer, viewer, "licence:EULP-1.2", 10, cancellationToken: Stop);
            found.Count.ShouldBe(0);
            found.Suggestions.ShouldBe(offered);
        }
    }

    [Fact]
    public async Task People_AreFound_ByWhoMayManageThem_AndByNobodyElse()
    {
        var id = await host.AddPersonAsync("zephyrine");
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE user_account SET title = 'Zéphyrine Montgolfier', email = 'z.m@balloons.example' WHERE id = @id", new { id }, t), cancellationToken: Stop);
        using var admin = await host.ClientAsync(Permissions.Administrator);
        using var viewer = await host.ClientAsync(Permissions.Viewer);
        foreach (var query in new[] { "zephyr", "montgolf", "montgolfier zephyrine", "balloons.example" })
        {
            Hits(await FindAsync(admin, query), "person").ShouldBe(["Zéphyrine Montgolfier"], query);
            Hits(await FindAsync(viewer, query), "person").ShouldBeEmpty(query);
        }

        var hit = (await host.Get<SearchStore>().SearchAsync(Viewer.Nothing, Viewer.Nothing, "zephyrine", 5, true, Stop)).Groups.ShouldHaveSingleItem().Hits.ShouldHaveSingleItem();
        (hit.Href, hit.Detail).ShouldBe(($"/people/{id}", "zephyrine, z.m@balloons.example"));
        (await host.Get<SearchStore>().SearchAsync(Viewer.Nothing, Viewer.Nothing, "100%_", 5, true, Stop)).Count.ShouldBe(0, "what stands for anything in SQL stands for itself");
    }

    [Fact]
    public async Task Advisory_ThatHitsNothingOfTheCaller_StandsBehindPeople()
    {
        var id = await host.AddPersonAsync("vivian");
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE user_account SET title = 'Vivian Injection' WHERE id = @id", new { id }, t), cancellationToken: Stop);
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "hit", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"));
        await host.IdleAsync();
        var empty = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "has-nothing", "Has nothing", null, null)))[("unit", "has-nothing")];

        (await KindsAsync(Viewer.Everything)).ShouldBe(["advisory", "person"]);
        (await KindsAsync(new Viewer(false, [empty]))).ShouldBe(["person", "advisory"]);

        async Task<IEnumerable<string>> KindsAsync(Viewer viewer) => (await host.Get<SearchStore>().SearchAsync(viewer, viewer, "injection", 5, true, Stop)).Groups.Select(g => g.Kind);
    }

    [Fact]
    public async Task Words_ThatTookLongToRead_AreRemembered_UntilSomethingIsUploaded()
    {
        using var client = await host.ClientAsync();
        await host.IdleAsync();
        var words = new SearchWordStore(host.Get<IDatabase>(), host.Get<Headwater.Server.Features.Findings.FindingsModule>(), new SlowClock());
        var before = await words.GetAsync(Viewer.Everything, Viewer.Everything, false, Stop);
        before.Correct("chandeleir", true, 3).ShouldBeEmpty();
        (await words.GetAsync(Viewer.Everything, Viewer.Everything, false, Stop)).ShouldBeSameAs(before);
        (await words.GetAsync(Viewer.Nothing, Viewer.Nothing, false, Stop)).Count.ShouldBe(0);
        await TestHost.UploadAsync(client, "chandelier", "1", TestHost.Bom("pkg:npm/candlestick@1.0.0"));
        await host.IdleAsync();
        var after = await words.GetAsync(Viewer.Everything, Viewer.Everything, false, Stop);
        (after.Correct("chandeleir", true, 3)[0], after.Correct("candelstick", true, 3)[0]).ShouldBe(("chandelier", "candlestick"));
    }

    [Fact]
    public void Vocabulary_AtTheSizeOfALargePortfolio_IsAskedInAMoment()
    {
        var random = new Random(7);
        var words = Vocabulary.Of(Enumerable.Range(0, 150_000).Select(_ => new string([.. Enumerable.Range(0, random.Next(4, 14)).Select(_ => (char)('a' + random.Next(26)))])).Append("payments ledger"));
        words.Count.ShouldBeGreaterThan(140_000);
        words.Correct("paymnets-ledgr-00017", true, 3)[0].ShouldBe("payments-ledger-00017");
        var start = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 10; i++) words.Correct("paymnets ledgr servcie frontned gatewya", true, 3);
        (start.ElapsedMilliseconds / 10).ShouldBeLessThan(250, "a few milliseconds; on a machine that is busy, and not optimised");
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
