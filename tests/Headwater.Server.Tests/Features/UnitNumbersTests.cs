using Dapper;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features;

/// <summary>What units add up to is kept by what changes; whatever happened, that must be what adding up their projects gives.</summary>
public sealed class UnitNumbersTests : IAsyncLifetime
{
    private static readonly string[] Pool =
    [
        .. Enumerable.Range(0, 8).Select(i => $"pkg:npm/lodash@4.17.{14 + i}"), .. Enumerable.Range(12, 6).Select(i => $"pkg:maven/org.apache.logging.log4j/log4j-core@2.{i}.0"), .. Enumerable.Range(0, 8).Select(i => $"pkg:oci/image-{i}@1"),
    ];

    private readonly TestHost host = new();

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Sums_AfterWhateverHappens_AreThoseOfTheirProjects_AndOfARecount(int seed)
    {
        var random = new Random(seed);
        var units = await host.UnitsAsync(new CatalogueGroup("unit", "top", "Top", null, null), new CatalogueGroup("unit", "north", "North", null, "top"), new CatalogueGroup("unit", "south", "South", null, "top"),
            new CatalogueGroup("team", "n1", "N1", null, "north"), new CatalogueGroup("team", "n2", "N2", null, "north"), new CatalogueGroup("team", "s1", "S1", null, "south"));
        var (north, south) = (units[("unit", "north")], units[("unit", "south")]);
        List<long?> owners = [null, .. units.Values.Select(u => (long?)u)];
        var (edits, organisation) = (host.Get<ProjectEditStore>(), host.Get<OrganisationStore>());
        using var client = await host.ClientAsync();
        for (var act = 0; act < 45; act++)
        {
            var name = $"unit-{seed}-{random.Next(6)}";
            var project = await FindAsync(name);
            switch (random.Next(10))
            {
                case < 4:
                    await TestHost.UploadAsync(client, name, $"{random.Next(2)}", TestHost.Bom([.. Pool.OrderBy(_ => random.Next()).Take(random.Next(0, 10))]));
                    break;
                case < 7:
                    if (project is { } moved) (await host.Get<OwnerStore>().ChangeOwnerAsync(Viewer.Everything, Viewer.Everything, moved, owners[random.Next(owners.Count)], "test")).ShouldBe(OwnerChanged.Done);
                    break;
                case 7:
                    if (project is { } retired) await edits.ChangeAsync(Viewer.Everything, retired, new ProjectEdit { Retired = random.Next(2) == 0 }, "test");
                    break;
                case 8:
                    (await organisation.ChangeAsync(Viewer.Everything, units[("team", "n2")], new UnitEdit("N2", null, random.Next(3) switch { 0 => north, 1 => south, _ => null }, 0), "test")).ShouldBe(UnitOutcome.Done);
                    break;
                default:
                    if (random.Next(2) == 0 && project is { } gone) await edits.DeleteAsync(Viewer.Everything, gone, "test");
                    else if (act > 30 && owners.Remove(units[("team", "s1")])) (await organisation.DeleteAsync(Viewer.Everything, units[("team", "s1")], "test")).ShouldBe(UnitOutcome.Done);
                    break;
            }

            if (act % 5 != 4) continue;
            await host.IdleAsync();
            await AssertSumsAsync();
        }

        var kept = await KeptAsync();
        kept.ShouldNotBeEmpty();
        await FindingsModule.RecountAsync(host.Services, _ => { }, default);
        (await KeptAsync()).ShouldBe(kept);
    }

    [Fact]
    public async Task Days_WithoutAChange_AreAsTheLastThatHadOne()
    {
        var team = (await host.UnitsAsync(new CatalogueGroup("unit", "days", "Days", null, null), new CatalogueGroup("team", "days-team", "Days team", null, "days")))[("team", "days-team")];
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "daily", "1", TestHost.Bom("pkg:npm/lodash@4.17.14"));
        await host.Get<OwnerStore>().ChangeOwnerAsync(Viewer.Everything, Viewer.Everything, (await FindAsync("daily"))!.Value, team, "test");
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(async transaction => await transaction.Connection!.ExecuteAsync("UPDATE unit_day SET day = day - 3", transaction: transaction));
        await TestHost.UploadAsync(client, "daily", "1", TestHost.Bom("pkg:npm/lodash@4.17.14", "pkg:npm/plain@1.0.0", "pkg:oci/image@1"));
        await host.IdleAsync();

        var detail = (await host.Get<OwnerStore>().GetAsync(Viewer.Everything, team))!;

        detail.Trend.Select(d => d.Components).ShouldBe([1, 1, 1, 3]);
        detail.Trend[^1].Date.ShouldBe(DateOnly.FromDateTime(DateTime.UtcNow));
        detail.Trend[^1].Coverage.ShouldBe(new CoverageCounts(3, 2, 1, 0, 0, 0));
        (detail.Trend[^1].Documented, detail.Trend[^1].Projects).ShouldBe((1, 1));
        var part = new Viewer(false, [team]);
        (await host.Get<IDatabase>().ReadAsync(c => ProjectsModule.TrendAsync(c, part, DateTimeOffset.UtcNow))).Select(d => (d.Components, d.Coverage?.Covered)).ShouldBe([(1, 1), (1, 1), (1, 1), (3, 2)]);
    }

    private async Task AssertSumsAsync()
    {
        var (kept, summed) = await host.Get<IDatabase>().ReadAsync(async connection =>
        {
            var parents = (await connection.QueryAsync<(long Id, long? Parent)>("SELECT id, parent_id FROM owner")).ToDictionary(o => o.Id, o => o.Parent);
            var rows = (await connection.QueryAsync<UnitNumbers>("""
                SELECT p.owner_id, 1 AS projects, COALESCE(v.components, 0) AS components, COALESCE(v.covered, 0) AS covered, COALESCE(v.vulnerable, 0) AS vulnerable, COALESCE(v.critical, 0) AS critical, COALESCE(v.high, 0) AS high, COALESCE(v.max_risk, 0.0) AS max_risk
                FROM project p LEFT JOIN project_version v ON v.id = p.latest_id WHERE p.owner_id IS NOT NULL AND p.retired_at IS NULL
                """)).AsList();
            var below = parents.Keys.ToDictionary(id => id, id => rows.Where(r => { for (long? at = r.OwnerId; at is { } a; at = parents[a]) if (a == id) return true; return false; }).ToList());
            return (await FindingsModule.UnitsAsync(connection, Viewer.Everything), below);
        });
        var whole = (await host.Get<IDatabase>().ReadAsync(c => FindingsModule.TrendAsync(c, Viewer.Everything, 1, DateTimeOffset.UtcNow))).DefaultIfEmpty(new UnitNumbers()).Last();
        var all = await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<UnitNumbers>("""
            SELECT COUNT(*) AS projects, COALESCE(SUM(v.components), 0) AS components, COALESCE(SUM(v.covered), 0) AS covered, COALESCE(SUM(v.vulnerable), 0) AS vulnerable, COALESCE(SUM(v.critical), 0) AS critical,
                COALESCE(SUM(v.high), 0) AS high, COALESCE(SUM(v.suppressed), 0) AS suppressed, COALESCE(SUM(v.settled), 0) AS settled, COALESCE(SUM(v.audited), 0) AS audited
            FROM project p LEFT JOIN project_version v ON v.id = p.latest_id WHERE p.retired_at IS NULL
            """));
        (whole.Projects, whole.Components, whole.Covered, whole.Vulnerable, whole.Critical, whole.High, whole.Suppressed, whole.Settled, whole.Audited)
            .ShouldBe((all.Projects, all.Components, all.Covered, all.Vulnerable, all.Critical, all.High, all.Suppressed, all.Settled, all.Audited), "the whole, with what nobody owns");
        foreach (var (unit, of) in summed)
        {
            var k = kept.GetValueOrDefault(unit) ?? new UnitNumbers();
            (k.Projects, k.Components, k.Covered, k.Vulnerable, k.Critical, k.High).ShouldBe((of.Count, of.Sum(r => r.Components), of.Sum(r => r.Covered), of.Sum(r => r.Vulnerable), of.Sum(r => r.Critical), of.Sum(r => r.High)), $"unit {unit}");
            k.MaxRisk.ShouldBe(of.Where(r => r.OwnerId == unit).Select(r => r.MaxRisk).DefaultIfEmpty().Max());
        }
    }

    private Task<List<string>> KeptAsync() => host.Get<IDatabase>().ReadAsync(async connection =>
    {
        var all = (await connection.QueryAsync<string>("SELECT 'day|' || owner_id || '|' || day || '|' || projects || '|' || documented || '|' || hit || '|' || components || '|' || covered || '|' || pending || '|' || critical || '|' || high || '|' || kev || '|' || suppressed || '|' || settled || '|' || audited FROM unit_day ORDER BY owner_id, day")).AsList();
        all.AddRange(await connection.QueryAsync<string>("SELECT 'counted|' || project_id || '|' || owner_id || '|' || components || '|' || max_risk FROM unit_counted ORDER BY project_id"));
        return all;
    });

    private Task<Guid?> FindAsync(string project) => host.Get<IDatabase>().ReadAsync(c => c.QuerySingleOrDefaultAsync<Guid?>("SELECT uuid FROM project WHERE name = @project", new { project }));
}
