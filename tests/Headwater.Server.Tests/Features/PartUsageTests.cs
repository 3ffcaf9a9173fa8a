using Dapper;
using Headwater.Server.Features.Advisories;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features;

/// <summary>Who sees a part only is told what counting over that part's occurrences gives, whatever happened before.</summary>
public sealed class PartUsageTests : IAsyncLifetime
{
    private static readonly string[] Pool =
    [
        .. Enumerable.Range(0, 8).Select(i => $"pkg:npm/lodash@4.17.{14 + i}"), .. Enumerable.Range(12, 6).Select(i => $"pkg:maven/org.apache.logging.log4j/log4j-core@2.{i}.0"),
        .. Enumerable.Range(0, 15).Select(i => $"pkg:npm/other-{i % 5}@1.{i}.0"), .. Enumerable.Range(0, 5).Select(i => $"pkg:oci/image-{i}@1"),
    ];

    private readonly TestHost host = new();

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Part_AfterUploadsMovesDeletionsAndDecisions_HoldsWhatItsProjectsUse(int seed)
    {
        var random = new Random(seed);
        var units = await host.UnitsAsync(new CatalogueGroup("unit", "north", "North", null, null), new CatalogueGroup("team", "n1", "N1", null, "north"), new CatalogueGroup("team", "n2", "N2", null, "north"), new CatalogueGroup("team", "south", "South", null, null));
        long?[] owners = [null, .. units.Values.Select(u => (long?)u)];
        Viewer[] viewers = [new(false, [units[("team", "n1")]]), new(false, [units[("unit", "north")], units[("team", "n1")], units[("team", "n2")]]), new(false, [units[("team", "south")]]), new(false, [.. units.Values])];
        using var client = await host.ClientAsync();
        for (var act = 0; act < 40; act++)
        {
            var project = $"part-{seed}-{random.Next(6)}";
            switch (random.Next(8))
            {
                case < 4:
                    await TestHost.UploadAsync(client, project, $"{random.Next(2)}", TestHost.Bom([.. Pool.OrderBy(_ => random.Next()).Take(random.Next(0, 12))]));
                    break;
                case < 6:
                    if (await FindAsync(project) is { } moved) await host.Get<OwnerStore>().ChangeOwnerAsync(Viewer.Everything, Viewer.Everything, moved, owners[random.Next(owners.Length)], "test");
                    break;
                case 6:
                    await SettleAsync(project, random);
                    break;
                default:
                    if (random.Next(3) == 0 && await FindAsync(project) is { } gone) await host.Get<ProjectEditStore>().DeleteAsync(Viewer.Everything, gone, "test");
                    break;
            }

            if (act % 5 != 4) continue;
            await host.IdleAsync();
            foreach (var viewer in viewers) await AssertCountedAsync(viewer);
        }
    }

    [Fact]
    public async Task Lists_OfAPart_AreInOrderAndWhole_PageByPage()
    {
        var units = await host.UnitsAsync(new CatalogueGroup("team", "listed", "Listed", null, null));
        var viewer = new Viewer(false, [units[("team", "listed")]]);
        using var client = await host.ClientAsync();
        for (var i = 0; i < 4; i++)
        {
            await TestHost.UploadAsync(client, $"listed-{i}", "1", TestHost.Bom([.. Pool.Skip(i * 5).Take(14)]));
            await host.Get<OwnerStore>().ChangeOwnerAsync(Viewer.Everything, Viewer.Everything, (await FindAsync($"listed-{i}"))!.Value, viewer.Units[0], "test");
        }

        await TestHost.UploadAsync(client, "not-listed", "1", TestHost.Bom("pkg:npm/zz-out-of-sight@1.0.0"));
        await host.IdleAsync();
        var components = host.Get<ComponentStore>();
        foreach (var sort in new[] { "name", "risk", "projects", "versions", "findings" })
        {
            foreach (var down in new[] { false, true })
            {
                var whole = await components.ListAsync(viewer, viewer, new PageRequest { Sort = sort, Descending = down, Size = 1000 });
                var seen = new List<long>();
                for (var (page, after) = ((Page<ComponentRow>?)null, (string?)null); page is null || after is not null; after = page.Next)
                {
                    page = await components.ListAsync(viewer, viewer, new PageRequest { Sort = sort, Descending = down, Size = 3, After = after });
                    page.Total.ShouldBe(whole.Total);
                    seen.AddRange(page.Items.Select(c => c.Id));
                }

                seen.ShouldBe(whole.Items.Select(c => c.Id), $"{sort} {down}");
                seen.ShouldBeUnique();
                var values = whole.Items.Select(c => sort switch { "risk" => c.MaxRisk, "projects" => c.Projects, "versions" => c.Versions, "findings" => c.Findings!.Total, _ => 0.0 }).ToList();
                values.ShouldBe(down ? values.OrderDescending() : values.Order());
                if (sort == "name") whole.Items.Select(c => c.Name.ToLowerInvariant()).ShouldBe(whole.Items.Select(c => c.Name.ToLowerInvariant()).Order(StringComparer.Ordinal).ToList() is var up && down ? Enumerable.Reverse(up) : up);
            }
        }

        (await components.ListAsync(viewer, viewer, new PageRequest { Filter = "lodash" })).Items.Select(c => c.Name).Distinct().ShouldBe(["lodash"]);
        (await components.ListAsync(viewer, viewer, new PageRequest { Filter = "zz-out" })).Total.ShouldBe(0);
        (await components.ListAsync(viewer, viewer, new PageRequest(), new ComponentFilter(OnlyVulnerable: true))).Items.ShouldAllBe(c => c.Findings!.Total > 0);
        (await components.TypesAsync(viewer)).Sum(t => t.Value).ShouldBe((int)(await components.ListAsync(viewer, viewer, new PageRequest())).Total);
        var advisories = host.Get<AdvisoryStore>();
        var all = await advisories.AffectingUsAsync(viewer, new PageRequest { Sort = "id", Size = 1000 });
        all.Items.Select(a => a.Id).ShouldBeInOrder();
        all.Items.Count.ShouldBeGreaterThan(0);
        (await advisories.AffectingUsAsync(viewer, new PageRequest { Filter = "lodash" })).Items.ShouldAllBe(a => a.ComponentNames.Contains("lodash"));
        foreach (var sort in new[] { "risk", "severity", "projects", "epss", "published" })
            (await advisories.AffectingUsAsync(viewer, new PageRequest { Sort = sort, Size = 1000 })).Items.Select(a => a.Id).ShouldBe(all.Items.Select(a => a.Id), ignoreOrder: true);
    }

    private async Task AssertCountedAsync(Viewer viewer)
    {
        var part = await host.Get<FindingsModule>().PartAsync(viewer, default);
        var (components, advisories) = await host.Get<IDatabase>().ReadAsync(async connection =>
        {
            var uses = (await connection.QueryAsync<(long Pv, long Cv, long Component, long Covered, long Findings, double Risk)>($"""
                SELECT o.pv_id, o.cv_id, c.component_id, CASE WHEN c.coverage = 1 THEN 1 ELSE 0 END, c.critical + c.high + c.medium + c.low + c.unassigned, c.max_risk
                FROM project p JOIN occurrence o ON o.pv_id = p.latest_id JOIN component_version c ON c.id = o.cv_id WHERE {viewer.Sees("p.owner_id")}
                """)).AsList();
            var hits = (await connection.QueryAsync<(long Pv, long Cv, string Id)>($"""
                SELECT o.pv_id, o.cv_id, f.id FROM project p JOIN occurrence o ON o.pv_id = p.latest_id JOIN finding f ON f.cv_id = o.cv_id AND f.affected = 1 WHERE {viewer.Sees("p.owner_id")}
                    AND NOT EXISTS (SELECT 1 FROM finding_decision d WHERE d.pv_id = o.pv_id AND d.cv_id = f.cv_id AND d.finding_id = f.id AND d.settled = 1)
                """)).AsList();
            return (uses.GroupBy(u => u.Component).Select(g => g.DistinctBy(u => u.Cv).ToList() is var versions
                    ? $"{g.Key} {g.Select(u => u.Pv).Distinct().Count()} {versions.Count} {versions.Sum(v => v.Covered)} {versions.Sum(v => v.Findings)} {versions.Max(v => v.Risk):R}" : ""),
                hits.GroupBy(h => h.Id).Select(g => $"{g.Key} {g.Select(h => h.Pv).Distinct().Count()}"));
        });
        part.Components.Values.Select(c => $"{c.Id} {c.Projects} {c.Versions} {c.Covered} {c.Findings} {c.MaxRisk:R}").ShouldBe(components, ignoreOrder: true);
        part.Advisories.Values.Select(a => $"{a.Id} {a.Projects}").ShouldBe(advisories, ignoreOrder: true);
    }

    private Task<Guid?> FindAsync(string project) => host.Get<IDatabase>().ReadAsync(c => c.QuerySingleOrDefaultAsync<Guid?>("SELECT uuid FROM project WHERE name = @project", new { project }));

    /// <summary>Settles one finding of a project, or takes that back.</summary>
    private Task SettleAsync(string project, Random random) => host.Get<IDatabase>().WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        var found = (await connection.QueryAsync<(long Pv, long Cv, long Component, string Id)>("""
            SELECT p.latest_id, o.cv_id, c.component_id, f.id FROM project p JOIN occurrence o ON o.pv_id = p.latest_id JOIN component_version c ON c.id = o.cv_id JOIN finding f ON f.cv_id = c.id AND f.affected = 1
            WHERE p.name = @project ORDER BY o.cv_id, f.id
            """, new { project }, transaction)).AsList();
        if (found.Count == 0) return;
        var (pv, cv, component, id) = found[random.Next(found.Count)];
        var known = await connection.ExecuteAsync("DELETE FROM analysis WHERE pv_id = @pv AND cv_id = @cv AND vulnerability = @id", new { pv, cv, id }, transaction);
        if (known == 0)
        {
            await connection.ExecuteAsync("""
                INSERT INTO analysis (id, org_id, uuid, vulnerability, component_id, cv_id, project_id, pv_id, state, suppressed, changed_at, changed_by)
                VALUES (@key, 1, @uuid, @id, @component, @cv, NULL, @pv, 'not_affected', 0, 0, 'test')
                """, new { key = random.NextInt64(1_000_000, 1L << 40), uuid = Guid.NewGuid(), id, component, cv, pv }, transaction);
        }

        await host.Get<FindingsModule>().CountAsync(transaction, pv);
    });
}
