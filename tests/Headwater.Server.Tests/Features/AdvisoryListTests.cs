using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features;

/// <summary>What an advisory hits, and what became of it, is told to its end, and the file holds what the page lists.</summary>
public sealed class AdvisoryListTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4Shell = "CVE-2021-44228";
    private const int Older = 450;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Affected_InOlderVersionsToo_IsAllTold_OnThePageAndInItsFile()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "Hit", "new", TestHost.Bom("pkg:npm/front@1.0.0", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"));
        await TestHost.UploadAsync(client, "Also hit", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"));
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var (version, project) = await transaction.Connection!.QuerySingleAsync<(long, long)>("SELECT id, project_id FROM project_version WHERE uuid = @uuid", new { uuid = it.ProjectUuid }, transaction);
            for (var i = 0; i < Older; i++)
            {
                var id = 842_000_000L + i;
                await transaction.Connection!.ExecuteAsync("INSERT INTO project_version (id, org_id, uuid, project_id, version, is_latest, created_at) VALUES (@id, 1, @uuid, @project, @name, 0, 0) ON CONFLICT (id) DO NOTHING", new { id, uuid = Guid.CreateVersion7(), project, name = $"old{i:000}" }, transaction);
                await transaction.Connection!.ExecuteAsync("INSERT INTO occurrence (org_id, pv_id, cv_id, flags, depth) SELECT org_id, @id, cv_id, flags, depth FROM occurrence WHERE pv_id = @version ON CONFLICT DO NOTHING", new { id, version }, transaction);
            }
        });

        var first = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/advisories/{Log4Shell}", Stop);
        (first.GetProperty("allUsages").GetInt32(), first.GetProperty("usages").GetArrayLength(), first.GetProperty("affectedProjects").GetInt32()).ShouldBe((Older + 2, 200, 2));
        var lines = Lines(await client.GetStringAsync($"{Api.Root}/advisories/{Log4Shell}/usages?format=csv", Stop));
        lines[0].ShouldStartWith("project,version,latest,owner,contact,group,component,component version,affected,fixed,settled,direct");
        lines.Length.ShouldBe(1 + Older + 2);
        // The latest versions come first, whatever their projects are called.
        lines.Skip(1).Take(3).Select(l => string.Join(',', l.Split(',')[..3])).ShouldBe(["Also hit,1,True", "Hit,new,True", "Hit,old000,False"]);
        lines.Skip(1).ShouldAllBe(l => l.Contains(",log4j-core,2.14.1,yes,", StringComparison.Ordinal));

        var (read, after) = (new List<string>(), (string?)null);
        do
        {
            var page = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/advisories/{Log4Shell}/usages?size=130{(after is null ? "" : "&after=" + after)}", Stop);
            page.GetProperty("total").GetInt32().ShouldBe(Older + 2);
            read.AddRange(page.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("usage").GetProperty("projectVersion").GetString()!));
            after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }
        while (after is not null);
        read.ShouldBe(lines.Skip(1).Select(l => l.Split(',')[1]));

        using var browser = await AdministratorAsync();
        var (shown, address) = (new List<string>(), $"/advisories/{Log4Shell}");
        while (true)
        {
            var page = Html.Parse(await browser.GetStringAsync(address, Stop));
            page.Body!.Said().ShouldMatch(@"2 of \d+ projects are affected"); // Other tests have projects here that are not.
            shown.AddRange(page.QuerySelectorAll("ol.risks > li .head > .ver").Select(v => v.TextContent));
            Lines(await browser.GetStringAsync(page.QuerySelector("a[download][href*='/usages']")!.GetAttribute("href")!, Stop)).Length.ShouldBe(lines.Length);
            if (page.QuerySelector("nav.pager a[rel=next]")?.GetAttribute("href") is not { } next) break;
            address = next;
        }

        shown.ShouldBe(read);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(5200)] // More than are read whole before they are put in order.
    [InlineData(20_400)] // More than are put in order for each page anew.
    public async Task Affected_NarrowedAndSorted_IsTheSameInTheAnswer_TheFileAndOnThePage(int many)
    {
        const string Advisory = "CVE-2020-0001";
        using var client = await host.ClientAsync();
        var name = "Sorted" + many;
        var it = await TestHost.UploadAsync(client, name + " b", "new", TestHost.Bom("pkg:npm/top@1.0.0", "pkg:npm/lodash@4.17.9", "pkg:npm/lodash@4.17.20"));
        await TestHost.UploadAsync(client, name + " a", "1", TestHost.Bom("pkg:npm/lodash@4.17.10"));
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var (version, project) = await transaction.Connection!.QuerySingleAsync<(long, long)>("SELECT id, project_id FROM project_version WHERE uuid = @uuid", new { uuid = it.ProjectUuid }, transaction);
            var cv = await transaction.Connection!.QuerySingleAsync<long>("SELECT o.cv_id FROM occurrence o JOIN component_version c ON c.id = o.cv_id JOIN component k ON k.id = c.component_id WHERE o.pv_id = @version AND k.name = 'lodash' AND c.version = '4.17.9'", new { version }, transaction);
            const string Numbered = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < @last)";
            var values = new { first = 846_000_000L + many * 10_000L, last = many - 1, project, cv };
            await transaction.Connection!.ExecuteAsync($"INSERT INTO project_version (id, org_id, uuid, project_id, version, is_latest, created_at) {Numbered} SELECT @first + i, 1, '00000000-0000-4000-8000-' || (100000000000 + @first + i), @project, 'old' || (10000 + i), 0, 0 FROM n", values, transaction);
            await transaction.Connection!.ExecuteAsync($"INSERT INTO occurrence (org_id, pv_id, cv_id, flags, depth) {Numbered} SELECT 1, @first + i, @cv, 0, CASE WHEN i = 0 THEN -1 ELSE 2 + i % 3 END FROM n", values, transaction);
        });

        var path = $"{Api.Root}/advisories/{Advisory}/usages";
        var filter = $"filter={name.ToUpperInvariant()}%20";
        async Task<List<(string Project, string Version, int Depth)>> ReadAsync(string query)
        {
            var (read, after) = (new List<(string, string, int)>(), (string?)null);
            do
            {
                var page = await client.GetFromJsonAsync<JsonElement>($"{path}?{query}&size=1000{(after is null ? "" : "&after=" + after)}", Stop);
                page.GetProperty("total").GetInt32().ShouldBe(many + 3);
                read.AddRange(page.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("usage")).Select(u => (u.GetProperty("projectName").GetString()!, u.GetProperty("componentVersion").GetString()!, u.GetProperty("depth").GetInt32())));
                after = page.TryGetProperty("next", out var next) ? next.GetString() : null;
            }
            while (after is not null);
            return read;
        }

        var usual = await ReadAsync(filter);
        usual[0].ShouldBe((name + " a", "4.17.10", usual[0].Depth));
        var byVersion = await ReadAsync(filter + "&sort=version");
        byVersion.Select(u => u.Version).ShouldBe([.. Enumerable.Repeat("4.17.9", many + 1), "4.17.10", "4.17.20"]);
        if (many > 20_000) return; // The other orders are found in the same way, and each takes as long.
        (await ReadAsync(filter + "&sort=version&order=desc")).ShouldBe(Enumerable.Reverse(byVersion));
        var byProject = await ReadAsync(filter + "&sort=project&order=desc");
        byProject[^1].Project.ShouldBe(name + " a");
        byProject.Select(u => u.Project).ShouldBe(byProject.Select(u => u.Project).OrderDescending(StringComparer.Ordinal));
        var depths = (await ReadAsync(filter + "&sort=depth")).ConvertAll(u => u.Depth);
        depths.ShouldBe(depths.OrderBy(d => d < 0 ? int.MaxValue : d));
        depths[^1].ShouldBe(-1);
        (await ReadAsync(filter + "&sort=depth&order=desc"))[0].Depth.ShouldBe(-1);
        Lines(await client.GetStringAsync($"{path}?format=csv&{filter}&sort=version", Stop)).Skip(1).Select(l => (l.Split(',')[0], l.Split(',')[7])).ShouldBe(byVersion.Select(u => (u.Project, u.Version)));
        using var refused = await client.GetAsync($"{path}?sort=risk", Stop);
        (await refused.Content.ReadAsStringAsync(Stop)).ShouldContain("project, version, depth");

        // The page says the same, leads to that file, falls back from what it does not know, and says which versions are older.
        using var browser = await AdministratorAsync();
        var shown = Html.Parse(await browser.GetStringAsync($"/advisories/{Advisory}?q={name}+&sort=-version", Stop));
        shown.QuerySelectorAll("ol.risks > li .head > a:first-child").Take(2).Select(a => a.TextContent).ShouldBe([name + " b", name + " a"]);
        shown.QuerySelector("span.table-count")!.TextContent.ShouldBe($"{many + 3:N0} uses");
        shown.QuerySelectorAll("ol.risks .head .tag").Length.ShouldBe(many < 200 ? many : 198); // Downwards the newest of the many is on the last page.
        Lines(await browser.GetStringAsync(shown.QuerySelector("a[download][href*='/usages']")!.GetAttribute("href")!, Stop)).Length.ShouldBe(1 + many + 3);
        Html.Parse(await browser.GetStringAsync($"/advisories/{Advisory}?q=no-project-is-called-so", Stop)).QuerySelector("main")!.Said().ShouldContain("0 uses");
        Html.Parse(await browser.GetStringAsync($"/advisories/{Advisory}?q={name}&sort=colour", Stop)).QuerySelector("a[aria-current=true] b")!.TextContent.ShouldBe("need");
    }

    [Fact]
    public async Task History_LongerThanAHundred_IsTold_ByPagesAndAsAFile()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "Long told", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        await host.IdleAsync();
        var before = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/advisories/CVE-2020-0001/history", Stop)).GetProperty("allEvents").GetInt32();
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var connection = transaction.Connection!;
            var lodash = await connection.QuerySingleAsync<long>("SELECT o.cv_id FROM occurrence o JOIN project_version v ON v.id = o.pv_id WHERE v.uuid = @uuid", new { uuid = it.ProjectUuid }, transaction);
            for (var i = 0; i < 450; i++)
            {
                await connection.ExecuteAsync("INSERT INTO finding_event (id, cv_id, finding, ids, severity, affected, kind, reason, at, told) VALUES (@id, @lodash, 'CVE-2020-0001', '[]', 3, 1, 3, 0, @i, 1)", new { id = 843_000_000L + i, lodash, i = (long)i }, transaction);
                await connection.ExecuteAsync("INSERT INTO finding_event (id, cv_id, finding, ids, severity, affected, kind, reason, at, told) VALUES (@id, @lodash, @gone, '[]', 3, 1, 2, 1, @i, 1)", new { id = 843_100_000L + i, lodash, gone = $"GONE-{i:000}", i = (long)i }, transaction);
                if (i < 430) await connection.ExecuteAsync("INSERT INTO feed_change (id, feed_id, advisory, kind, at, aliases, names) VALUES (@id, 0, 'CVE-2020-0001', 2, @i, '[]', '[]')", new { id = 843_200_000L + i, i = (long)i }, transaction);
            }
        });

        var history = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/advisories/CVE-2020-0001/history?offset=400", Stop);
        (history.GetProperty("allEvents").GetInt32(), history.GetProperty("events").GetArrayLength()).ShouldBe((450 + before, 50 + before));
        (history.GetProperty("allChanges").GetInt32(), history.GetProperty("changes").GetArrayLength()).ShouldBe((430, 30));
        Lines(await client.GetStringAsync($"{Api.Root}/advisories/CVE-2020-0001/history?format=csv", Stop)).Length.ShouldBe(1 + 450 + 430 + before);

        using var answer = await client.GetAsync($"{Api.Root}/versions/{it.ProjectUuid}/findings/retracted?size=30", Stop);
        answer.Headers.GetValues("X-Total-Count").Single().ShouldBe("450");
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).EnumerateArray().Select(e => e.GetProperty("finding").GetString()).ShouldBe(Enumerable.Range(420, 30).Reverse().Select(i => $"GONE-{i}"));
        Lines(await client.GetStringAsync($"{Api.Root}/versions/{it.ProjectUuid}/findings/retracted?format=csv", Stop)).Length.ShouldBe(451);

        using var browser = await AdministratorAsync();
        foreach (var (page, list, expected) in new[] { ($"/versions/{it.ProjectUuid}/findings", "events", 450), ("/advisories/CVE-2020-0001", "events", 450 + before), ("/advisories/CVE-2020-0001", "changes", 430) })
        {
            var told = 0;
            for (var place = 0; place < expected; place += 200)
            {
                var html = Html.Parse(await browser.GetStringAsync($"{page}?{list}={place}", Stop));
                var pager = html.QuerySelectorAll("nav.pager").Single(p => p.Said().Contains("of " + expected.ToString("N0", System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal) && p.PreviousElementSibling!.ClassName == "reasons");
                told += pager.PreviousElementSibling!.QuerySelectorAll("li").Length;
                (pager.QuerySelector("a[rel=next]") is null).ShouldBe(place + 200 >= expected);
            }

            told.ShouldBe(expected);
        }
    }

    private async Task<HttpClient> AdministratorAsync()
    {
        await host.GrantAsync(await host.AddPersonAsync("advisory-admin"), "administrator", 0);
        return await host.BrowserAsync("advisory-admin");
    }

    private static string[] Lines(string csv) => csv.TrimStart('\uFEFF').TrimEnd().Split("\r\n");
}
