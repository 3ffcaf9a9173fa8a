using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Search;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Access;

/// <summary>What is named as thousands of others are is found by whom it belongs to, however few he sees; and he finds nothing else.</summary>
public sealed class SearchInSightTests(TestHost host) : IClassFixture<TestHost>
{
    private const int Others = 3000;

    [Fact]
    public async Task Search_ByWhoSeesOneTeam_FindsHisOwnAmongThousandsOfOthers_AndNoneOfThose()
    {
        var teams = await host.UnitsAsync(new("team", "small", "Warehouse small", null, null), new("team", "large", "Warehouse large", null, null));
        using var large = await host.KeyAsync(teams[("team", "large")]);
        using var small = await host.KeyAsync(teams[("team", "small")]);
        // What is not his was there first, and is named shorter: it is before what is his in every order.
        await TestHost.UploadAsync(large, "Others", "1", Bom([.. Enumerable.Range(0, Others).Select(i => $"pkg:npm/warehouse-part{i}@1.0.0"), "pkg:maven/org.apache.logging.log4j/log4j-core@2.13.3"]));
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            for (var i = 0; i < Others; i++)
            {
                var id = 800_000_000 + i;
                await transaction.Connection!.ExecuteAsync("INSERT INTO project (id, org_id, uuid, name, owner_id, created_at) VALUES (@id, 1, @uuid, @name, @owner, 0)", new { id, uuid = Guid.CreateVersion7(), name = $"warehouse {i}", owner = teams[("team", "large")] }, transaction);
                await host.Get<IDatabase>().IndexTextAsync(transaction, "project", id, $"warehouse {i}");
            }
        });
        await TestHost.UploadAsync(small, "The warehouse of the small team with a long name", "0", Bom(["pkg:npm/warehouse-of-old-and-long-ago@1.0.0"]));
        await TestHost.UploadAsync(small, "The warehouse of the small team with a long name", "1", Bom(["pkg:npm/warehouse-of-the-small-team@1.0.0", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"]));
        await host.IdleAsync();
        var (his, all) = (new Viewer(false, [teams[("team", "small")]]), Viewer.Everything);
        var search = host.Get<SearchStore>();

        Titles(await search.SearchAsync(his, "warehouse", 5), "project").ShouldBe(["The warehouse of the small team with a long name"]);
        Titles(await search.SearchAsync(his, "warehouse", 5), "owner").ShouldBe(["Warehouse small"]);
        // What is in use comes before what only an older version has.
        Titles(await search.SearchAsync(his, "warehouse", 5), "component").ShouldBe(["warehouse-of-the-small-team", "warehouse-of-old-and-long-ago"]);
        Titles(await search.SearchAsync(his, "warehouse-part7", 5), "component").ShouldBeEmpty();
        (await search.SearchAsync(all, "warehouse", 5)).Groups.ShouldAllBe(g => g.Kind == "owner" || (g.Hits.Count == 5 && g.More));

        // A slip in the word, and a licence that all of them state.
        Titles(await search.SearchAsync(his, "warehouse-of-the-smal-team", 5), "component").ShouldBe(["warehouse-of-the-small-team"]);
        Titles(await search.SearchAsync(his, "licence:mit", 50), "component").ShouldBe(["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:npm/warehouse-of-the-small-team@1.0.0", "pkg:npm/warehouse-of-old-and-long-ago@1.0.0"], ignoreOrder: true);
        (await search.SearchAsync(all, "licence:mit", 50)).Groups.Single().More.ShouldBeTrue();
        Titles(await search.SearchAsync(his, "log4j", 5), "advisory")[0].ShouldBe("CVE-2021-44228");
        (await search.SearchAsync(Viewer.Nothing, "warehouse", 5)).Groups.ShouldBeEmpty();
    }

    [Fact]
    public async Task Licence_WithTextsLongerThanTheIndexHolds_IsFound()
    {
        using var client = await host.ClientAsync();
        var licences = Enumerable.Range(0, 40).Select(i => new { license = new { name = $"A licence of our own with a rather long name, number {i:00}" } });
        await TestHost.UploadAsync(client, "Long", "1", JsonSerializer.Serialize(new { bomFormat = "CycloneDX", specVersion = "1.5", version = 1, components = new[] { new { type = "library", name = "wordy", version = "1", purl = "pkg:npm/wordy@1", licenses = licences } } }));
        Titles(await host.Get<SearchStore>().SearchAsync(Viewer.Everything, "licence:A licence of our own with a rather long name, number 17", 5), "component").ShouldBe(["pkg:npm/wordy@1"]);
        Titles(await host.Get<SearchStore>().SearchAsync(Viewer.Everything, "licence:A licence of our own with a rather long name, number 1", 5), "component").ShouldBeEmpty();
    }

    [Fact]
    public async Task AdvisoriesFilter_ByTheNameOfAComponent_NamesWhatHitsIt()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "Filtered", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        await host.IdleAsync();
        var page = await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/advisories?filter=lodas", TestContext.Current.CancellationToken);
        page.GetProperty("items").EnumerateArray().Select(a => a.GetProperty("id").GetString()).ShouldBe(["CVE-2020-0001"]);
        (await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/advisories?filter=handlebars", TestContext.Current.CancellationToken)).GetProperty("total").GetInt64().ShouldBe(0);
    }

    private static string Bom(string[] purls) => TestHost.Bom(purls);

    private static List<string> Titles(SearchResults found, string kind) => [.. found.Groups.Where(g => g.Kind == kind).SelectMany(g => g.Hits).Select(h => h.Title)];
}
