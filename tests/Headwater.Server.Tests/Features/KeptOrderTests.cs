using System.Net;
using System.Net.Http.Json;
using Dapper;
using Headwater.Server.Features.Advisories;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Features;

/// <summary>Lists whose order is kept for who goes on to the next page say what they would say without, and nothing of what has left the sight of who asks.</summary>
public sealed class KeptOrderTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4Shell = "CVE-2021-44228", LogCore = "pkg:maven/org.apache.logging.log4j/log4j-core@";
    private const int Projects = 560;
    private const long First = 870_000_000;

    private static readonly string[] s_versions = ["2.13.0", "2.13.1", "2.13.2", "2.13.3", "2.14.0", "2.14.1"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task KeptOrder_ShowsWhatSortingEachPageShows_AndNothingThatHasLeftTheUnit()
    {
        using var client = await host.ClientAsync();
        var unit = (await host.UnitsAsync(new CatalogueGroup("unit", "long-lists", "Long lists", null, null)))[("unit", "long-lists")];
        await SeedAsync(client, unit);
        var viewer = new Viewer(false, [unit]);
        var (kept, sorted) = (Lists(new LongOrders(new SlowClock(), 100)), Lists(new LongOrders(new SlowClock(), 1_000_000)));
        int[] places = [0, 40, Projects / 2, Projects - 20];
        foreach (var who in new[] { Viewer.Everything, viewer })
        {
            foreach (var (name, ask) in kept)
            {
                foreach (var place in places)
                {
                    var expected = await sorted[name](who, place);
                    expected.Projects.Count.ShouldBeGreaterThan(10, name);
                    (await ask(who, place)).ShouldSatisfyAllConditions(a => a.Total.ShouldBe(expected.Total), a => a.Projects.ShouldBe(expected.Projects, $"{name} from {place}"));
                }
            }
        }

        // A use that is gone within the minute that an order is kept is not shown, and does not end the list.
        var unused = (await kept["projects"](viewer, Projects / 2)).Projects[3];
        await host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("DELETE FROM occurrence WHERE pv_id = (SELECT latest_id FROM project WHERE name = @unused)", new { unused }, transaction));
        foreach (var (name, ask) in kept)
        {
            foreach (var place in places) (await ask(viewer, place)).Projects.ShouldNotContain(unused, name);
        }

        var orders = new LongOrders(new SlowClock(), 100);
        var store = Advisories(orders);
        await store.ProjectsAsync(viewer, [Log4Shell], new PageRequest { Offset = 450 }, Stop);
        var another = (await store.ProjectsAsync(viewer, [Log4Shell], new PageRequest { Offset = 450 }, Stop)).Items[7].Project;
        await host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("DELETE FROM occurrence WHERE pv_id = (SELECT latest_id FROM project WHERE name = @another)", new { another }, transaction));
        var page = await store.ProjectsAsync(viewer, [Log4Shell], new PageRequest { Offset = 450 }, Stop);
        page.Items.Count.ShouldBe(49);
        page.Items.ShouldAllBe(i => i.Project != another && i.Components.Count > 0);
        page.Next.ShouldNotBeNull();

        // What has left the unit is not, either.
        var gone = (await kept["projects"](viewer, Projects / 2)).Projects[5];
        var uuid = await host.Get<IDatabase>().ReadAsync(connection => connection.QuerySingleAsync<string>("SELECT uuid FROM project WHERE name = @gone", new { gone }));
        (await client.PutAsJsonAsync($"{Api.Root}/projects/{uuid}/owner", new { ownerId = (long?)null }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        foreach (var (name, ask) in kept)
        {
            foreach (var place in places)
            {
                var expected = await sorted[name](viewer, place);
                var shown = await ask(viewer, place);
                shown.Projects.ShouldNotContain(gone, name);
                (shown.Total, string.Join(' ', shown.Projects)).ShouldBe((expected.Total, string.Join(' ', expected.Projects)), $"{name} from {place}");
            }
        }
    }

    private Dictionary<string, Func<Viewer, int, Task<(long Total, List<string> Projects)>>> Lists(LongOrders orders)
    {
        var advisoryUses = ActivatorUtilities.CreateInstance<AdvisoryUsageStore>(host.Services, orders);
        var advisories = Advisories(orders);
        var components = ActivatorUtilities.CreateInstance<ComponentUsageStore>(host.Services, orders);
        var questions = ActivatorUtilities.CreateInstance<UsageQueryStore>(host.Services, orders);
        return new(StringComparer.Ordinal)
        {
            ["projects"] = async (who, place) => await advisories.ProjectsAsync(who, [Log4Shell], new PageRequest { Offset = place }) is var page ? (page.Total, [.. page.Items.Select(i => i.Project)]) : default,
            ["uses"] = async (who, place) => await advisoryUses.ListAsync(who, [Log4Shell], new PageRequest { Offset = place, Sort = "version", Descending = true }) is var page ? (page.Total, [.. page.Items.Select(i => i.Usage.ProjectName)]) : default,
            ["component"] = async (who, place) => await components.OfComponentAsync(who, await ComponentAsync(), new PageRequest { Offset = place, Sort = "depth" }) is var page ? (page.Total, [.. page.Items.Select(i => i.ProjectName)]) : default,
            ["who uses"] = async (who, place) => await questions.AskAsync(who, "log4j-core <2.17.1", new PageRequest { Offset = place, Sort = "risk" }) is var answer ? (answer.Projects.Total, [.. answer.Projects.Items.Select(i => i.Project)]) : default,
        };
    }

    private AdvisoryStore Advisories(LongOrders orders) => ActivatorUtilities.CreateInstance<AdvisoryStore>(host.Services, orders, ActivatorUtilities.CreateInstance<AdvisoryUsageStore>(host.Services, orders));

    private Task<long> ComponentAsync() => host.Get<IDatabase>().ReadAsync(connection => connection.QuerySingleAsync<long>("SELECT id FROM component WHERE name = 'log4j-core'"));

    private async Task SeedAsync(HttpClient client, long unit)
    {
        foreach (var version in s_versions) await TestHost.UploadAsync(client, "real " + version, "1", TestHost.Bom("pkg:npm/front@1.0.0", LogCore + version));
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var ids = (await transaction.Connection!.QueryAsync<long>("SELECT c.id FROM component_version c JOIN component k ON k.id = c.component_id WHERE k.name = 'log4j-core' ORDER BY c.id", transaction: transaction)).AsList();
            for (var i = 0; i < Projects; i++)
            {
                var of = new { id = First + i, project = Guid.CreateVersion7(), version = Guid.CreateVersion7(), name = $"long {i * 337 % Projects:000}", unit, used = ids[i % ids.Count], depth = i % 5 + 1, risk = i % 7 };
                await transaction.Connection!.ExecuteAsync("""
                    INSERT INTO project (id, org_id, uuid, name, owner_id, latest_id, created_at, max_risk) VALUES (@id, 1, @project, @name, @unit, @id, 0, @risk);
                    INSERT INTO project_version (id, org_id, uuid, project_id, version, is_latest, created_at) VALUES (@id, 1, @version, @id, '1', 1, 0);
                    INSERT INTO occurrence (org_id, pv_id, cv_id, flags, depth) VALUES (1, @id, @used, 0, @depth);
                    """, of, transaction);
            }

            await host.Get<FindingsModule>().PlacesChangedAsync(transaction, Enumerable.Range(0, Projects).Select(i => First + i));
        });
    }
}
