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

        Titles(await search.SearchAsync(his, his, "warehouse", 5), "project").ShouldBe(["The warehouse of the small team with a long name"]);
        Titles(await search.SearchAsync(his, his, "warehouse", 5), "owner").ShouldBe(["Warehouse small"]);
        // What is in use comes before what only an older version has.
        Titles(await search.SearchAsync(his, his, "warehouse", 5), "component").ShouldBe(["warehouse-of-the-small-team", "warehouse-of-old-and-long-ago"]);
        Titles(await search.SearchAsync(his, his, "warehouse-part7", 5), "component").ShouldBeEmpty();
        (await search.SearchAsync(all, all, "warehouse", 5)).Groups.ShouldAllBe(g => g.Kind == "owner" || (g.Hits.Count == 5 && g.More));

        // A slip in the word, and a licence that all of them state.
        Titles(await search.SearchAsync(his, his, "warehouse-of-the-smal-team", 5), "component").ShouldBe(["warehouse-of-the-small-team"]);
        Titles(await search.SearchAsync(his, his, "licence:mit", 50), "component").ShouldBe(["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:npm/warehouse-of-the-small-team@1.0.0", "pkg:npm/warehouse-of-old-and-long-ago@1.0.0"], ignoreOrder: true);
        (await search.SearchAsync(all, all, "licence:mit", 50)).Groups.Single().More.ShouldBeTrue();
        Titles(await search.SearchAsync(his, his, "log4j", 5), "advisory")[0].ShouldBe("CVE-2021-44228");
        (await search.SearchAsync(Viewer.Nothing, Viewer.Nothing, "warehouse", 5)).Groups.ShouldBeEmpty();
    }

    [Fact]
    public async Task Licence_WithTextsLongerThanTheIndexHolds_IsFound()
    {
        using var client = await host.ClientAsync();
        var licences = Enumerable.Range(0, 40).Select(i => new { license = new { name = $"A licence of our own with a rather long name, number {i:00}" } });
        await TestHost.UploadAsync(client, "Long", "1", JsonSerializer.Serialize(new { bomFormat = "CycloneDX", specVersion = "1.5", version = 1, components = new[] { new { type = "library", name = "wordy", version = "1", purl = "pkg:npm/wordy@1", licenses = licences } } }));
        Titles(await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, "licence:A licence of our own with a rather long name, number 17", 5), "component").ShouldBe(["pkg:npm/wordy@1"]);
        Titles(await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, "licence:A licence of our own with a rather long name, number 1", 5), "component").ShouldBeEmpty();
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

    [Fact]
    public async Task Search_WithMoreOutOfSightThanAreRanked_PutsWhatIsInSightInOrder()
    {
        var teams = await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("team", "quarrymen", "Those of stone", null, null));
        using var client = await host.KeyAsync(teams[("team", "quarrymen")]);
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            foreach (var kind in new[] { "project", "component" })
                await host.Get<IDatabase>().IndexNewTextAsync(transaction, kind, Enumerable.Range(0, IDatabase.MostRanked + 1).Select(i => (900_000_000L + i, $"quarry of others {i}")));
        });
        foreach (var name in new[] { "quarry of one two three four five six", "quarry of one two three", "quarry" })
            await TestHost.UploadAsync(client, name, "1", TestHost.Bom($"pkg:npm/{name.Replace(' ', '-')}@1.0.0"));
        await host.IdleAsync();
        var found = await host.Get<SearchStore>().SearchAsync(new Viewer(false, [teams[("team", "quarrymen")]]), new Viewer(false, [teams[("team", "quarrymen")]]), "quarry", 5);
        Titles(found, "project").ShouldBe(["quarry", "quarry of one two three", "quarry of one two three four five six"]);
        Titles(found, "component").ShouldBe(["quarry", "quarry-of-one-two-three", "quarry-of-one-two-three-four-five-six"]);
    }

    [Fact]
    public async Task Search_ByWhoSeesAll_LooksOnlyAtWhatIsUsed()
    {
        using var client = await host.ClientAsync();
        string[] Named(string version) => [$"pkg:npm/pitprop@{version}", $"pkg:npm/gonewood@{version}"];
        await TestHost.UploadAsync(client, "Mine", "1", JsonSerializer.Serialize(new { bomFormat = "CycloneDX", specVersion = "1.5", version = 1, components = Named("1.0.0").Select(p => new { type = "library", name = p[8..^6], version = "1.0.0", purl = p, licenses = new[] { new { license = new { name = "Gone for good" } } } }) }));
        Titles(await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, "licence:Gone for good", 5), "component").Count.ShouldBe(2);
        await TestHost.UploadAsync(client, "Mine", "1", TestHost.Bom("pkg:npm/pitprop@2.0.0"));
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            const string Finding = "INSERT INTO finding (cv_id, id, ids, affected, severity, kev, ransomware, malicious, risk, fixed, found_at) SELECT c.id, @id, '[]', 1, 3, 0, 0, 0, @risk, '[]', 0 FROM component_version c WHERE c.purl = @purl";
            for (var i = 0; i < 20; i++) await connection.ExecuteAsync(Finding, new { id = $"MADE-UP-RISKY-{i}", risk = 99.0, purl = "pkg:npm/pitprop@1.0.0" }, transaction);
            foreach (var purl in new[] { "pkg:npm/pitprop@2.0.0", "pkg:npm/gonewood@1.0.0" }) await connection.ExecuteAsync(Finding, new { id = "MADE-UP-MILD", risk = 1.0, purl }, transaction);
            await connection.ExecuteAsync("""
                UPDATE component_version SET high = 1 WHERE purl LIKE 'pkg:npm/pitprop@%' OR purl LIKE 'pkg:npm/gonewood@%';
                INSERT INTO advisory_usage (org_id, id, ids, severity, kev, malicious, risk, components, projects) VALUES (1, 'MADE-UP-MILD', '[]', 3, 0, 0, 1, 1, 1);
                """, transaction: transaction);
        });

        Titles(await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, "pitprop", 5), "advisory").ShouldBe(["MADE-UP-MILD"]);
        Titles(await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, "licence:Gone for good", 5), "component").ShouldBeEmpty();
        (await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/advisories?filter=pitprop", TestContext.Current.CancellationToken)).GetProperty("items").EnumerateArray().Select(a => a.GetProperty("id").GetString()).ShouldBe(["MADE-UP-MILD"]);
        (await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/advisories?filter=gonewood", TestContext.Current.CancellationToken)).GetProperty("total").GetInt64().ShouldBe(0);
    }

    private static string Bom(string[] purls) => TestHost.Bom(purls);

    private static List<string> Titles(SearchResults found, string kind) => [.. found.Groups.Where(g => g.Kind == kind).SelectMany(g => g.Hits).Select(h => h.Title)];
}
