using Dapper;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;
using Microsoft.AspNetCore.Http;

namespace Headwater.Server.Tests.Features.Feeds;

/// <summary>What a feed changes is looked at again and nothing else; owners are told; and the result is that of matching everything from the beginning.</summary>
public sealed class DeltaTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Day = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestHost _host = new();
    private SourceServer _source = null!;
    private HttpClient _admin = null!;
    private long _feed;
    private int _clock;

    public async ValueTask InitializeAsync()
    {
        _host.Settings["Headwater:Outgoing:AllowPrivate"] = "true";
        _source = await SourceServer.StartAsync();
        await _host.InitializeAsync();
        _admin = await _host.ClientAsync(Permissions.Administrator);
        Set("BASE-1", "nothing-we-use", "introduced 0");
        _feed = (await _host.Get<FeedStore>().SaveAsync(null, new FeedInput("npm", FeedKind.Advisories, _source.Address.ToString(), ["npm"], Cadence.EachTime(TimeSpan.FromDays(7)), true, TimeSpan.FromDays(2)), "test"))!.Value;
        await RefreshAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task NewAdvisory_ReachesTheAffectedList_AndTheOwnerIsToldOnce()
    {
        var owners = await _host.Get<OwnersModule>().ImportGroupsAsync(new Catalogue([new("team", "web", "Web team", null, null)], [], []), default);
        foreach (var project in new[] { "shop", "till", "site" }) await TestHost.UploadAsync(_admin, project, "1", TestHost.Bom("pkg:npm/left-pad@1.0.0", "pkg:npm/other@1.0.0"));
        await ExecuteAsync("UPDATE project SET owner_id = @owner WHERE name IN ('shop', 'till')", new { owner = owners[("team", "web")] });
        await ExecuteAsync("UPDATE component_version SET matched_at = 1");

        Set("GHSA-new1", "left-pad", "introduced 0 fixed 1.0.1", "CVE-2026-1000");
        await RefreshAsync();

        (await TextsAsync("SELECT c.purl || ' ' || f.id FROM finding f JOIN component_version c ON c.id = f.cv_id")).ShouldBe(["pkg:npm/left-pad@1.0.0 CVE-2026-1000"]);
        (await TextsAsync("SELECT purl FROM component_version WHERE matched_at > 1")).ShouldBe(["pkg:npm/left-pad@1.0.0"], "what the change cannot touch is not matched again");
        (await TextsAsync("SELECT id || ' ' || projects FROM advisory_usage")).ShouldBe(["CVE-2026-1000 3"]);
        (await TextsAsync("SELECT p.name || ' ' || v.high FROM project p JOIN project_version v ON v.id = p.latest_id ORDER BY p.name")).ShouldBe(["shop 1", "site 1", "till 1"]);
        (await TextsAsync("SELECT COALESCE(w.title, 'nobody') || ' ' || n.kind || ' ' || n.subject || ' ' || n.projects FROM notification n LEFT JOIN owner w ON w.id = n.owner_id ORDER BY 1"))
            .ShouldBe(["Web team finding.appeared CVE-2026-1000 2", "nobody finding.appeared CVE-2026-1000 1"], ignoreOrder: true);
        (await TextsAsync("SELECT w.subject || ' ' || COUNT(*) FROM news w JOIN notification n ON n.news_id = w.id GROUP BY w.id, w.subject")).ShouldBe(["CVE-2026-1000 2"], "one piece of news, told to two");
    }

    [Fact]
    public async Task Withdrawal_Correction_AndRemoval_RetractWithTheirReason_AndAReturnIsToldOfAsOne()
    {
        await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom("pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0", "pkg:npm/c@1.0.0"));
        foreach (var name in new[] { "a", "b", "c" }) Set("OSV-" + name, name, "introduced 0 fixed 2.0.0");
        await RefreshAsync();
        Set("OSV-a", "a", "introduced 0 fixed 2.0.0", withdrawn: true);
        Set("OSV-b", "b", "introduced 0 fixed 0.9.0");
        await RefreshAsync();
        _source.Remove("OSV-c");
        await RefreshAsync(everything: true);
        Set("OSV-a", "a", "introduced 0 fixed 3.0.0");
        await RefreshAsync();

        (await TextsAsync("SELECT finding || ' ' || kind || ' ' || reason || ' ' || COALESCE(advisory, '-') FROM finding_event ORDER BY id")).ShouldBe(
            ["OSV-a 1 0 OSV-a", "OSV-b 1 0 OSV-b", "OSV-c 1 0 OSV-c", "OSV-a 2 1 OSV-a", "OSV-b 2 2 OSV-b", "OSV-c 2 3 -", "OSV-a 3 0 OSV-a"]);
        (await TextsAsync("SELECT kind || ' ' || subject FROM notification ORDER BY id")).ShouldBe(
            ["finding.appeared OSV-a", "finding.appeared OSV-b", "finding.appeared OSV-c", "finding.retracted OSV-a", "finding.retracted OSV-b", "finding.retracted OSV-c", "finding.appeared OSV-a"]);
        (await TextsAsync("SELECT id FROM finding")).ShouldBe(["OSV-a"]);
        (await TextsAsync("SELECT v.high || '' FROM project p JOIN project_version v ON v.id = p.latest_id")).ShouldBe(["1"]);
    }

    [Fact]
    public async Task NewAlias_RenamesAFinding_WithoutNews()
    {
        await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom("pkg:npm/a@1.0.0"));
        Set("GHSA-a", "a", "introduced 0");
        await RefreshAsync();
        var since = (await TextsAsync("SELECT found_at || '' FROM finding")).Single();
        Set("GHSA-a", "a", "introduced 0", "CVE-2026-7");
        await RefreshAsync();
        (await TextsAsync("SELECT id || ' ' || found_at FROM finding")).ShouldBe(["CVE-2026-7 " + since]);
        (await TextsAsync("SELECT finding || ' ' || kind FROM finding_event")).ShouldBe(["GHSA-a 1"]);
        (await TextsAsync("SELECT id || ' ' || projects FROM advisory_usage")).ShouldBe(["CVE-2026-7 1"]);
    }

    [Fact]
    public async Task Signals_ThatChange_ChangeRisk_AndAnExploitedFindingIsNews()
    {
        await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom("pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"));
        Set("GHSA-a", "a", "introduced 0", "CVE-2026-1001");
        Set("GHSA-b", "b", "introduced 0", "CVE-2026-1002");
        await RefreshAsync();
        await ExecuteAsync("UPDATE component_version SET matched_at = 1");
        _source.Instead["/kev.json"] = http => http.Response.WriteAsync("""
            {"title":"t","catalogVersion":"2026.06.02","dateReleased":"2026-06-02T00:00:00Z","count":1,"vulnerabilities":[{"cveID":"CVE-2026-1001","vendorProject":"v","product":"p","vulnerabilityName":"n","dateAdded":"2026-06-02","shortDescription":"s","requiredAction":"r","dueDate":"2026-06-30","knownRansomwareCampaignUse":"Known","notes":"","cwes":[]}]}
            """);
        var kev = (await _host.Get<FeedStore>().SaveAsync(null, new FeedInput("KEV", FeedKind.Kev, new Uri(_source.Address, "/kev.json").ToString(), [], Cadence.EachTime(TimeSpan.FromDays(7)), true, TimeSpan.FromDays(2)), "test"))!.Value;
        await _host.Get<FeedStore>().RefreshAsync(kev, false, "test");
        await QuietAsync();
        (await _host.Get<FeedStore>().GetAsync(kev))!.Error.ShouldBeNull();
        (await TextsAsync("SELECT id || ' ' || kev || ' ' || CASE WHEN risk >= 82 THEN 'high' ELSE 'low' END FROM finding ORDER BY id")).ShouldBe(["CVE-2026-1001 1 high", "CVE-2026-1002 0 low"]);
        (await TextsAsync("SELECT purl FROM component_version WHERE matched_at > 1")).ShouldBe(["pkg:npm/a@1.0.0"]);
        (await TextsAsync("SELECT kind || ' ' || subject FROM notification ORDER BY id")).ShouldContain("finding.exploited CVE-2026-1001");
        (await TextsAsync("SELECT v.kev || '' FROM project p JOIN project_version v ON v.id = p.latest_id")).ShouldBe(["1"]);
    }

    [Fact]
    public async Task RandomChanges_GiveTheFindings_ThatMatchingFromTheBeginningGives()
    {
        var random = new Random(20261121);
        string[] names = ["a", "b", "c", "d"], versions = ["0.9.0", "1.0.0", "1.5.0", "2.0.0"];
        await TestHost.UploadAsync(_admin, "all", "1", TestHost.Bom([.. names.SelectMany(n => versions.Select(v => $"pkg:npm/{n}@{v}"))]));
        for (var round = 0; round < 12; round++)
        {
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                var number = random.Next(8);
                if (random.Next(5) == 0) _source.Remove($"OSV-{number}");
                else Set($"OSV-{number}", names[random.Next(4)], random.Next(3) switch { 0 => "introduced 0", 1 => $"introduced {versions[random.Next(4)]}", _ => $"introduced 0 fixed {versions[random.Next(4)]}" },
                    random.Next(2) == 0 ? $"CVE-2026-{random.Next(4)}" : null, random.Next(6) == 0);
            }

            await RefreshAsync(everything: random.Next(3) == 0);
            const string Findings = "SELECT c.purl || ' ' || f.id || ' ' || f.ids || ' ' || f.affected || ' ' || f.risk || ' ' || f.fixed FROM finding f JOIN component_version c ON c.id = f.cv_id ORDER BY 1";
            const string Numbers = "SELECT v.high || ' ' || v.vulnerable || ' ' || v.max_risk FROM project_version v UNION ALL SELECT u.id || ' ' || u.components || ' ' || u.projects FROM advisory_usage u ORDER BY 1";
            var (findings, numbers) = (await TextsAsync(Findings), await TextsAsync(Numbers));
            var events = await TextsAsync("SELECT COUNT(*) || '' FROM finding_event");
            await ExecuteAsync("UPDATE component_version SET match_key = 'other'");
            await _host.Get<QueueStore>().EnqueueAsync(FeedsModule.MatchAll);
            await QuietAsync();
            (await TextsAsync(Findings)).ShouldBe(findings, $"round {round}");
            (await TextsAsync(Numbers)).ShouldBe(numbers, $"round {round}");
            (await TextsAsync("SELECT COUNT(*) || '' FROM finding_event")).ShouldBe(events, "nothing new is found");
        }
    }

    private void Set(string id, string package, string events, string? alias = null, bool withdrawn = false)
    {
        var words = events.Split(' ');
        var list = string.Join(',', Enumerable.Range(0, words.Length / 2).Select(i => $"{{\"{words[2 * i]}\":\"{words[2 * i + 1]}\"}}"));
        _source.Set(id, Day.AddMinutes(++_clock), $$"""
            {"schema_version":"1.6.0","id":"{{id}}","modified":"$modified","summary":"About {{package}}",{{(alias is null ? "" : $"\"aliases\":[\"{alias}\"],")}}{{(withdrawn ? "\"withdrawn\":\"2026-06-01T00:00:00Z\"," : "")}}
             "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
             "affected":[{"package":{"ecosystem":"npm","name":"{{package}}"},"ranges":[{"type":"SEMVER","events":[{{list}}]}]}]}
            """);
    }

    private async Task RefreshAsync(bool everything = false)
    {
        (await _host.Get<FeedStore>().RefreshAsync(_feed, everything, "test")).ShouldNotBeNull();
        await QuietAsync();
        (await _host.Get<FeedStore>().GetAsync(_feed))!.Error.ShouldBeNull();
    }

    /// <summary>Waits until every job but webhooks' is done.</summary>
    private async Task QuietAsync()
    {
        for (var i = 0; i < 800; i++)
        {
            var open = await TextsAsync("SELECT kind FROM job WHERE state IN ('queued', 'running') AND kind <> 'webhook.deliver'");
            if (open.Count == 0) return;
            await Task.Delay(20);
        }

        throw new TimeoutException("The jobs did not end within 16 s: " + string.Join(", ", await TextsAsync("SELECT kind || ' ' || state || ' ' || COALESCE(last_error, '') FROM job WHERE state <> 'done'")));
    }

    private Task<List<string>> TextsAsync(string sql) => _host.Get<IDatabase>().ReadAsync(async c => (await c.QueryAsync<string>(sql)).AsList());

    private Task ExecuteAsync(string sql, object? parameters = null) => _host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync(sql, parameters, t));
}
