using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.DependencyTrack;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features;

/// <summary>However much there is, an answer has a bound, says how much there is, and the rest can be had.</summary>
public sealed class LimitTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(2147483647)]
    [InlineData(500)]
    public async Task CompatibleList_ReadUntilItsTotal_GivesEachRowOnce_HoweverLargeThePagesThatAreAskedFor(int size)
    {
        const int Many = DtRequest.MostRows + 321;
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            using var project = new PreparedCommand(transaction, "INSERT INTO project (id, org_id, uuid, name, latest_id, created_at) VALUES (@p0, 1, @p1, @p2, @p0, 0) ON CONFLICT (id) DO NOTHING", 3);
            using var version = new PreparedCommand(transaction, "INSERT INTO project_version (id, org_id, uuid, project_id, version, is_latest, created_at) VALUES (@p0, 1, @p1, @p0, '1', 1, 0) ON CONFLICT (id) DO NOTHING", 2);
            for (var i = 0; i < Many; i++)
            {
                project.Execute(810_000_000L + i, Guid.CreateVersion7().ToString(), $"paged-{i:000000}");
                version.Execute(810_000_000L + i, Guid.CreateVersion7().ToString());
            }
        });

        using var client = await host.ClientAsync();
        var (read, total) = (new HashSet<string>(), long.MaxValue);
        for (var page = 1; read.Count < total; page++)
        {
            using var answer = await client.GetAsync($"/api/v1/project?searchText=paged-&pageNumber={page}&pageSize={size}", Stop);
            total = long.Parse(answer.Headers.GetValues("X-Total-Count").Single());
            var rows = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).EnumerateArray().Select(p => p.GetProperty("uuid").GetString()!).ToList();
            rows.Count.ShouldBeInRange(1, Math.Min(size, DtRequest.MostRows));
            foreach (var uuid in rows) read.Add(uuid).ShouldBeTrue();
        }

        (read.Count, total).ShouldBe((Many, Many));
        using var last = await client.GetAsync($"/api/v1/project?searchText=paged-&offset={DtRequest.MostRows}&limit={size}", Stop);
        (await last.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetArrayLength().ShouldBe(Math.Min(321, size));
    }

    [Fact]
    public async Task Findings_WithoutPaging_ComeAll_AndPagesAreCountedByTheSizeThatIsGiven()
    {
        const int Many = DtRequest.MostRows + 321;
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "crowded", "1", TestHost.Bom("pkg:npm/throng@1.0.0"));
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @Many)
            INSERT INTO finding (cv_id, id, ids, affected, severity, kev, ransomware, malicious, risk, fixed, found_at) SELECT c.id, 'THRONG-' || n.i, '[]', 1, 1, 0, 0, 0, CASE WHEN n.i = @Many THEN 9 ELSE 1 END, '[]', 0 FROM n CROSS JOIN component_version c WHERE c.purl = 'pkg:npm/throng@1.0.0'
            """, new { Many }, transaction), cancellationToken: Stop);

        foreach (var (query, rows) in new[] { ("", Many), ("?suppressed=true", Many), ("?pageNumber=1", 100), ("?offset=0", 100), ($"?pageSize={int.MaxValue}", DtRequest.MostRows), ($"?offset={DtRequest.MostRows}&limit=1000", 321), ("?pageNumber=2&pageSize=10000", 321), ("?pageSize=0", 0) })
        {
            using var answer = await client.GetAsync($"/api/v1/finding/project/{it.ProjectUuid}{query}", Stop);
            answer.Headers.GetValues("X-Total-Count").Single().ShouldBe($"{Many}", query);
            var found = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).EnumerateArray().Select(f => f.GetProperty("vulnerability").GetProperty("vulnId").GetString()).ToList();
            (found.Count, found.Distinct().Count()).ShouldBe((rows, rows), query);
            if (rows == Many) found[0].ShouldBe($"THRONG-{Many}", "the gravest first");
        }
    }

    [Fact]
    public async Task WideGraph_IsToldByPages_AndSaysHowMuchThereIs()
    {
        using var client = await host.ClientAsync();
        var first = await TestHost.UploadAsync(client, "Wide", "1", Star(3));
        var wide = await TestHost.UploadAsync(client, "Wide", "1", Star(1300));

        var tree = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{wide.ProjectUuid}/tree", Stop);
        (tree.GetProperty("total").GetInt32(), tree.GetProperty("items").GetArrayLength()).ShouldBe((1300, 1000));
        var rest = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{wide.ProjectUuid}/tree?after={tree.GetProperty("next").GetString()}", Stop);
        tree.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray()).Select(n => n.GetProperty("name").GetString()).Distinct().Count().ShouldBe(1300);

        var leaf = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{wide.ProjectUuid}/components?filter=star-leaf", Stop)).GetProperty("items")[0].GetProperty("componentVersionId").GetInt64();
        var impact = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{wide.ProjectUuid}/impact/{leaf}", Stop);
        (impact.GetProperty("directNeededBy").GetInt32(), impact.GetProperty("neededBy").GetArrayLength()).ShouldBe((1300, 1000));
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{wide.ProjectUuid}/impact/{leaf}?offset=1000", Stop)).GetProperty("neededBy").GetArrayLength().ShouldBe(300);

        var changes = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/changes?from={first.Token}&to={wide.Token}", Stop);
        (changes.GetProperty("totals").GetProperty("added").GetInt32(), changes.GetProperty("added").GetArrayLength()).ShouldBe((1297, 1000));
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/changes?from={first.Token}&to={wide.Token}&offset=1000", Stop)).GetProperty("added").GetArrayLength().ShouldBe(297);

        var admin = await host.BrowserAsync(await AdministratorAsync());
        var page = Html.Parse(await admin.GetStringAsync($"/versions/{wide.ProjectUuid}/tree", Stop));
        page.QuerySelectorAll("ul.tree > li").Length.ShouldBe(200);
        var next = Html.Parse(await admin.GetStringAsync(page.QuerySelector("nav.pager a[rel=next]")!.GetAttribute("href")!, Stop));
        next.QuerySelectorAll("ul.tree > li").Length.ShouldBe(200);
        next.QuerySelector("nav.pager a[rel=prev]").ShouldNotBeNull();
        var compared = Html.Parse(await admin.GetStringAsync($"/compare?from={first.Token}&to={wide.Token}&offset=1000", Stop));
        compared.QuerySelectorAll("section.diff li").Length.ShouldBe(297);
        compared.QuerySelector("nav.pager a[rel=prev]")!.GetAttribute("href")!.ShouldEndWith("&offset=0");
    }

    [Fact]
    public async Task Team_OfHundreds_IsShownByPages_WithAllOfThemCounted()
    {
        var team = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("team", "hundreds", "Hundreds", null, null)))[("team", "hundreds")];
        await CrowdAsync(450, 1);
        await host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("INSERT INTO team_member (owner_id, person_id) SELECT @team, id FROM user_account WHERE name LIKE 'crowd-%' AND id < 820000450", new { team }, transaction));
        var admin = await host.BrowserAsync(await AdministratorAsync());
        var (address, named) = ($"/owners/{team}", new HashSet<string>());
        for (var pages = 1; ; pages++)
        {
            var page = Html.Parse(await admin.GetStringAsync(address, Stop));
            page.Body!.TextContent.ShouldContain("450 people");
            named.UnionWith(page.QuerySelectorAll("a[href*='/people/']").Select(a => a.TextContent).Where(t => t.StartsWith("crowd-", StringComparison.Ordinal)));
            if (page.QuerySelector("nav.pager a[rel=next]")?.GetAttribute("href") is not { } next)
            {
                pages.ShouldBe(3);
                break;
            }

            address = next;
        }

        named.Count.ShouldBe(450);
    }

    [Fact]
    public async Task Groups_WithMoreMembersThanAnAnswerHolds_AreRefusedWithTheWayOut()
    {
        await CrowdAsync(1300, 40);
        using var client = host.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await host.Get<Headwater.Server.Features.Keys.KeyStore>().CreateAsync("directory", Permissions.PeopleManagement, "test")).Secret);
        using var refused = await client.GetAsync("/scim/v2/Groups?count=100", Stop);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var error = await refused.Content.ReadFromJsonAsync<JsonElement>(Stop);
        error.GetProperty("scimType").GetString().ShouldBe("tooMany");
        error.GetProperty("detail").GetString()!.ShouldContain("excludedAttributes=members");
        (await client.GetAsync("/scim/v2/Groups?count=100&excludedAttributes=members", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetFromJsonAsync<JsonElement>("/scim/v2/Groups?count=5", Stop)).GetProperty("Resources").GetArrayLength().ShouldBe(5);
    }

    [Fact]
    public async Task Keys_ByTheThousand_AreToldByPages()
    {
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            for (var i = 0; i < 1100; i++)
                await transaction.Connection!.ExecuteAsync("INSERT INTO api_key (id, org_id, uuid, public_id, hash, comment, permissions, created_at, created_by, unit_id) VALUES (@id, 1, @uuid, @name, 'x', @name, 0, 0, 'test', 0)", new { id = 830_000_000L + i, uuid = Guid.CreateVersion7(), name = $"many{i}" }, transaction);
        });
        using var client = await host.ClientAsync(Permissions.Administrator);
        using var answer = await client.GetAsync($"{Api.Root}/keys?size=1000", Stop);
        var total = int.Parse(answer.Headers.GetValues("X-Total-Count").Single());
        total.ShouldBeGreaterThan(1100);
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetArrayLength().ShouldBe(1000);
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/keys?offset=1000", Stop)).GetArrayLength().ShouldBe(total - 1000);
    }

    private async Task<string> AdministratorAsync()
    {
        await host.GrantAsync(await host.AddPersonAsync("limits-admin"), "administrator", 0);
        return "limits-admin";
    }

    /// <summary>People, and groups that have them all.</summary>
    private Task CrowdAsync(int people, int groups) => host.Get<IDatabase>().WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        for (var i = 0; i < people; i++)
            await connection.ExecuteAsync("INSERT INTO user_account (id, org_id, uuid, name, password_hash, permissions, must_change, stamp, created_at, source) VALUES (@id, 1, @uuid, @name, '', 0, 0, '', 0, 'scim') ON CONFLICT (id) DO NOTHING", new { id = 820_000_000L + i, uuid = Guid.CreateVersion7(), name = $"crowd-{i}" }, transaction);
        for (var i = 0; i < groups; i++)
            await connection.ExecuteAsync("INSERT INTO person_group (id, org_id, uuid, name, source) VALUES (@id, 1, @uuid, @name, 'scim') ON CONFLICT (id) DO NOTHING", new { id = 820_000_000L + i, uuid = Guid.CreateVersion7(), name = $"crowd-group-{i}" }, transaction);
        await connection.ExecuteAsync("INSERT INTO person_group_member (group_id, person_id) SELECT g.id, u.id FROM person_group g CROSS JOIN user_account u WHERE g.id >= 820000000 AND u.id >= 820000000 ON CONFLICT DO NOTHING", transaction: transaction);
    });

    /// <summary>A root that needs so many components, each of which needs one more.</summary>
    private static string Star(int rays) => JsonSerializer.Serialize(new
    {
        bomFormat = "CycloneDX", specVersion = "1.5", version = 1, metadata = new { component = new Dictionary<string, string> { ["type"] = "application", ["name"] = "star", ["bom-ref"] = "root" } },
        components = Enumerable.Range(0, rays).Select(i => Part($"star-{i}", $"s{i}")).Append(Part("star-leaf", "leaf")),
        dependencies = Enumerable.Range(0, rays).Select(i => new { @ref = $"s{i}", dependsOn = new[] { "leaf" } }).Prepend(new { @ref = "root", dependsOn = Enumerable.Range(0, rays).Select(i => $"s{i}").ToArray() }),
    });

    private static Dictionary<string, string> Part(string name, string reference) => new() { ["type"] = "library", ["name"] = name, ["version"] = "1", ["purl"] = $"pkg:npm/{name}@1", ["bom-ref"] = reference };
}
