using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Tests.Features;

/// <summary>Usage is counted by differences; whatever happened, that must give what counting from the beginning gives.</summary>
public sealed class UsageCountTests : IAsyncLifetime
{
    private readonly TestHost host = new();

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private static readonly string[] Pool =
    [
        .. Enumerable.Range(0, 12).Select(i => $"pkg:npm/lodash@4.17.{10 + i}"), .. Enumerable.Range(10, 8).Select(i => $"pkg:maven/org.apache.logging.log4j/log4j-core@2.{i}.0"),
        .. Enumerable.Range(0, 20).Select(i => $"pkg:npm/other-{i % 5}@1.{i}.0"),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Counts_AfterUploadsSwitchesAndDeletions_EqualARecount(int seed)
    {
        var random = new Random(seed);
        using var client = await host.ClientAsync();
        for (var act = 0; act < 40; act++)
        {
            var (project, version) = ($"counted-{seed}-{random.Next(4)}", $"{random.Next(3)}");
            switch (random.Next(6))
            {
                case < 4:
                    await TestHost.UploadAsync(client, project, version, TestHost.Bom([.. Pool.OrderBy(_ => random.Next()).Take(random.Next(0, 9))]));
                    break;
                case 4:
                    await ChangeAsync(project, version, new ProjectChange("test") { IsLatest = random.Next(2) == 0, Active = random.Next(3) > 0, Name = random.Next(4) == 0 ? $"counted-{seed}-{random.Next(4)}" : null });
                    break;
                default:
                    await ChangeAsync(project, version, null);
                    break;
            }
        }

        await AssertRecountAgreesAsync();
    }

    [Fact]
    public async Task Counts_AfterOtherAdvisories_EqualARecount()
    {
        using var client = await host.ClientAsync();
        for (var i = 0; i < 6; i++) await TestHost.UploadAsync(client, $"advised-{i}", "1", TestHost.Bom([.. Pool.Skip(i * 3).Take(12), "pkg:npm/fresh@1.0.0"]));
        using var records = new Scratch();
        File.WriteAllText(Path.Combine(records.Path, "a.json"), """
            {"schema_version":"1.4.0","id":"GHSA-test-npm0-0002","modified":"2024-02-01T00:00:00Z","published":"2024-01-01T00:00:00Z","aliases":["CVE-2024-0002"],"summary":"Fresh one",
             "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}],
             "affected":[{"package":{"ecosystem":"npm","name":"fresh"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]},
                         {"package":{"ecosystem":"npm","name":"lodash"},"ranges":[{"type":"SEMVER","events":[{"introduced":"4.17.15"}]}]}]}
            """);
        new AdvisoryIndexBuilder(TimeProvider.System).Build([records.Path], Path.Combine(host.DataFolder, "advisories.hwx"));
        host.Get<FeedsModule>().Reload();
        var queue = host.Get<QueueStore>();
        var job = await queue.EnqueueAsync(new JobRequest(FeedsModule.RematchKind, "all", "findings", ""));
        for (var i = 0; i < 400 && await queue.IsPendingAsync(job, default); i++) await Task.Delay(25);

        var numbers = await AssertRecountAgreesAsync();
        numbers.ShouldContain(n => n.StartsWith("advisory|CVE-2024-0002|", StringComparison.Ordinal) && !n.Contains("|0|"));
        numbers.ShouldNotContain(n => n.StartsWith("advisory|CVE-2021-44228|", StringComparison.Ordinal), "the advisory that is no longer known affects nothing");
    }

    [Fact]
    public async Task Counts_AfterDecisions_EqualARecount_AndLeaveOutWhatIsSettled()
    {
        using var client = await host.ClientAsync();
        for (var i = 0; i < 3; i++) await TestHost.UploadAsync(client, $"decided-{i}", "1", TestHost.Bom("pkg:npm/lodash@4.17.1", "pkg:npm/plain@1.0.0"));
        var before = (await AssertRecountAgreesAsync()).Single(n => n.StartsWith("advisory|CVE-2020-0001|", StringComparison.Ordinal));

        await DecideAsync("decided-0", "not_affected");
        var after = (await AssertRecountAgreesAsync()).Single(n => n.StartsWith("advisory|CVE-2020-0001|", StringComparison.Ordinal));
        int.Parse(after.Split('|')[2]).ShouldBe(int.Parse(before.Split('|')[2]) - 1);

        await TestHost.UploadAsync(client, "decided-0", "1", TestHost.Bom("pkg:npm/lodash@4.17.1", "pkg:npm/lodash@4.17.2"));
        await AssertRecountAgreesAsync();
        await DecideAsync("decided-0", "in_triage");
        await AssertRecountAgreesAsync();
        await ChangeAsync("decided-0", "1", null);
        await AssertRecountAgreesAsync();
    }

    private Task DecideAsync(string project, string state) => host.Get<IDatabase>().WriteAsync(async transaction =>
    {
        var version = (await ProjectsModule.FindAsync(transaction.Connection!, transaction, project, "1"))!.Value;
        await transaction.Connection!.ExecuteAsync("""
            DELETE FROM analysis WHERE pv_id = @version;
            INSERT INTO analysis (id, org_id, uuid, vulnerability, component_id, cv_id, project_id, pv_id, state, suppressed, changed_at, changed_by)
            SELECT 900000 + id, 1, @uuid, 'CVE-2020-0001', component_id, id, NULL, @version, @state, 0, 0, 'test' FROM component_version WHERE identity = 'pkg:npm/lodash@4.17.1'
            """, new { version, state, uuid = Guid.NewGuid() }, transaction);
        await host.Get<FindingsModule>().CountAsync(transaction, version);
    });

    private async Task ChangeAsync(string project, string version, ProjectChange? change) => await host.Get<IDatabase>().WriteAsync(async transaction =>
    {
        if (await ProjectsModule.FindAsync(transaction.Connection!, transaction, project, version) is not { } id) return;
        if (change is null)
            await host.Get<ProjectsModule>().DeleteAsync(transaction, id, "test");
        else if (change.Name is null || await ProjectsModule.FindAsync(transaction.Connection!, transaction, change.Name, version) is null)
            await host.Get<ProjectsModule>().UpdateAsync(transaction, id, change);
    });

    private async Task<List<string>> AssertRecountAgreesAsync()
    {
        var counted = await NumbersAsync();
        counted.Count.ShouldBeGreaterThan(5);
        await FindingsModule.RecountAsync(host.Services, _ => { }, default);
        (await NumbersAsync()).ShouldBe(counted);
        return counted;
    }

    private Task<List<string>> NumbersAsync() => host.Get<IDatabase>().ReadAsync(async connection =>
    {
        var all = new List<string>();
        all.AddRange(await connection.QueryAsync<string>("SELECT 'version|' || cv_id || '|' || projects FROM version_usage ORDER BY cv_id"));
        all.AddRange(await connection.QueryAsync<string>("""
            SELECT 'component|' || component_id || '|' || projects || '|' || versions || '|' || vulnerable || '|' || covered || '|' || critical || '|' || high || '|' || findings || '|' || max_risk FROM component_usage ORDER BY component_id
            """));
        all.AddRange(await connection.QueryAsync<string>("SELECT 'advisory|' || id || '|' || projects || '|' || components || '|' || risk FROM advisory_usage ORDER BY id"));
        all.AddRange(await connection.QueryAsync<string>("""
            SELECT 'project|' || p.id || '|' || p.findings || '|' || p.components || '|' || p.max_risk || '|' || COALESCE(v.critical, 0) || '|' || COALESCE(v.vulnerable, 0) FROM project p LEFT JOIN project_version v ON v.id = p.latest_id ORDER BY p.id
            """));
        all.AddRange(await connection.QueryAsync<string>("SELECT 'counted|' || project_id || '|' || pv_id FROM usage_counted ORDER BY project_id"));
        return all;
    });

    private sealed class Scratch : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("headwater-test-").FullName;

        public void Dispose() => Directory.Delete(Path, true);
    }
}
