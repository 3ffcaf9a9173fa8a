using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.People;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features;

/// <summary>What belongs to people, and what they did, is told to its end, or says what of it is not shown.</summary>
public sealed class PeopleListTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Person = "INSERT INTO user_account (id, org_id, uuid, name, password_hash, permissions, must_change, stamp, created_at, active) VALUES (@id, 1, @uuid, @name, '', 0, 0, '', 0, @active)";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ProjectsOfAPerson_BeyondFiveHundred_AreCounted_AndLeafedThrough()
    {
        const int Many = 620;
        using var client = await host.ClientAsync(Permissions.Administrator);
        await TestHost.UploadAsync(client, "held", "1", TestHost.Bom("pkg:npm/a@1.0.0"));
        var person = await host.AddPersonAsync("holder");
        await host.Get<IDatabase>().WriteAsync(async t =>
        {
            for (var i = 0; i < Many; i++) await t.Connection!.ExecuteAsync("INSERT INTO project_person (project_id, person_id, part) SELECT id, @person, @part FROM project WHERE name = 'held'", new { person, part = $"part {i:000}" }, t);
        });
        var path = $"{Api.Root}/people/{person}";
        var first = await client.GetFromJsonAsync<JsonElement>(path, Stop);
        (first.GetProperty("allProjects").GetInt32(), first.GetProperty("projects").GetArrayLength()).ShouldBe((Many, 500));
        (await client.GetFromJsonAsync<JsonElement>(path + "?offset=600", Stop)).GetProperty("projects").EnumerateArray().Select(p => p.GetProperty("part").GetString()).ShouldBe(Enumerable.Range(600, 20).Select(i => $"part {i:000}"));
        using var browser = await AdministratorAsync();
        (await LeafAsync(browser, $"/people/{person}", "projects=", "ul.list li span.quiet", t => t.StartsWith("part ", StringComparison.Ordinal))).Count.ShouldBe(Many);
        Html.Parse(await browser.GetStringAsync($"/people/{person}", Stop)).Body!.Said().ShouldContain("a part in 620 projects");
    }

    [Fact]
    public async Task WhatCountsOnThoseWhoLeft_IsCountedAndLeafedThrough()
    {
        const int Many = 130;
        using var client = await host.ClientAsync(Permissions.Administrator);
        await TestHost.UploadAsync(client, "left behind", "1", TestHost.Bom("pkg:npm/a@1.0.0"));
        var units = await host.UnitsAsync([.. Enumerable.Range(0, 60).Select(i => new Headwater.Server.Features.Owners.CatalogueGroup("team", $"deserted-{i:00}", $"Deserted {i:00}", null, null))]);
        await host.Get<IDatabase>().WriteAsync(async t =>
        {
            for (var i = 0; i < Many; i++)
            {
                var id = 851_000_000L + i;
                await t.Connection!.ExecuteAsync(Person, new { id, uuid = Guid.CreateVersion7(), name = $"leaver-{i:000}", active = 0 }, t);
                for (var part = 0; part < (i == 0 ? 70 : 1); part++) await t.Connection!.ExecuteAsync("INSERT INTO project_person (project_id, person_id, part) SELECT id, @id, @part FROM project WHERE name = 'left behind'", new { id, part = $"part {part:00}" }, t);
            }

            foreach (var team in units.Where(u => u.Key.Item2.StartsWith("deserted-", StringComparison.Ordinal)).Select(u => u.Value)) await t.Connection!.ExecuteAsync("INSERT INTO team_member (owner_id, person_id, source) VALUES (@team, 851000000, 'manual')", new { team }, t);
        });
        var all = await host.Get<OrphanStore>().ListAsync(Viewer.Everything, size: 40, cancellationToken: Stop);
        (all.AllLeavers, all.Leavers.Count, all.AllTeams, all.Teams.Count, all.Projects).ShouldBe((Many, 40, 60, 40, 1));
        (all.Leavers[0].Projects.Count, all.Leavers[0].AllProjects).ShouldBe((OrphanStore.MostParts, 70));
        var count = await host.Get<OrphanStore>().ListAsync(Viewer.Everything, size: 0, cancellationToken: Stop);
        (count.AllLeavers, count.AllTeams, count.Projects, count.Leavers.Count + count.Teams.Count).ShouldBe((Many, 60, 1, 0));
        (await host.Get<OrphanStore>().ListAsync(Viewer.Nothing, cancellationToken: Stop)).ShouldSatisfyAllConditions(o => o.AllLeavers.ShouldBe(0), o => o.AllTeams.ShouldBe(0));
        using var browser = await AdministratorAsync();
        Html.Parse(await browser.GetStringAsync("/owners/orphaned", Stop)).Body!.Said().ShouldContain("20 more are not shown here.");
        (await LeafAsync(browser, "/owners/orphaned", "&teams=0", "section.card h2, .card h2", t => t.StartsWith("leaver-", StringComparison.Ordinal))).Count.ShouldBe(Many);
        Html.Parse(await browser.GetStringAsync("/owners/orphaned?teams=50", Stop)).QuerySelectorAll("ul.list a").Count(a => a.TextContent.StartsWith("Deserted", StringComparison.Ordinal)).ShouldBe(10);
        (await browser.GetStringAsync("/", Stop)).ShouldContain("1 project and 60 teams count on people who have left");
    }

    [Fact]
    public async Task PeopleToChooseFrom_AndRolesInAUnit_SayHowManyThereAre()
    {
        const int Many = 2050;
        var unit = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "crowded", "Crowded", null, null)))[("unit", "crowded")];
        await host.Get<IDatabase>().WriteAsync(async t =>
        {
            for (var i = 0; i < Many; i++) await t.Connection!.ExecuteAsync(Person, new { id = 852_000_000L + i, uuid = Guid.CreateVersion7(), name = $"crowd-{i:0000}", active = 1 }, t);
            for (var i = 0; i < 450; i++) await t.Connection!.ExecuteAsync("INSERT INTO role_grant (org_id, person_id, role, unit_id, source, granted_at, granted_by) VALUES (1, @id, 'viewer', @unit, 'manual', 0, 'test')", new { id = 852_000_000L + i, unit }, t);
        });
        using var browser = await AdministratorAsync();
        var page = Html.Parse(await browser.GetStringAsync($"/owners/{unit}", Stop));
        var people = await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM user_account WHERE active = 1"));
        page.Body!.Said().ShouldContain($"The first 2,000 of {people:N0} people are offered; any other account name can be typed.");
        page.Body!.Said().ShouldContain($"The first 500 of {people:N0} people are offered");
        (await LeafAsync(browser, $"/owners/{unit}", "roles=", "ul.list li b", t => t.StartsWith("crowd-", StringComparison.Ordinal))).Count.ShouldBe(450);
    }

    [Fact]
    public async Task HistoryOfADecision_BeyondFiveHundredActs_IsCounted_AndLeafedThrough()
    {
        const int Many = 730;
        using var client = await host.ClientAsync(Permissions.Administrator);
        var it = await TestHost.UploadAsync(client, "argued", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        await host.IdleAsync();
        var row = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{it.ProjectUuid}/findings", Stop)).GetProperty("items")[0];
        var finding = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{it.ProjectUuid}", Stop))[0];
        var (component, vulnerability) = (finding.GetProperty("component").GetProperty("uuid").GetString(), finding.GetProperty("vulnerability").GetProperty("uuid").GetString());
        (await client.PutAsJsonAsync("/api/v1/analysis", new { project = it.ProjectUuid, component, vulnerability, analysisState = "IN_TRIAGE", comment = "said 000" }, Stop)).EnsureSuccessStatusCode();
        await host.Get<IDatabase>().WriteAsync(async t =>
        {
            for (var i = 1; i < Many; i++)
                await t.Connection!.ExecuteAsync("INSERT INTO analysis_act (id, analysis_id, at, actor, text) SELECT @id, MAX(id), @i, 'somebody', @text FROM analysis", new { id = 853_000_000L + i, i = (long)i, text = $"said {i:000}" }, t);
        });
        var uuid = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/analyses", Stop)).GetProperty("items")[0].GetProperty("uuid").GetGuid();
        var told = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/analyses/{uuid}", Stop);
        var all = told.GetProperty("allActs").GetInt32();
        (all, told.GetProperty("acts").GetArrayLength(), told.GetProperty("canUndo").GetBoolean()).ShouldBe((all, 500, true));
        all.ShouldBeGreaterThanOrEqualTo(Many);
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/analyses/{uuid}?offset=500", Stop)).GetProperty("acts").GetArrayLength().ShouldBe(all - 500);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/analysis?project={it.ProjectUuid}&component={component}&vulnerability={vulnerability}", Stop)).GetProperty("analysisComments").GetArrayLength().ShouldBe(all);
        using var browser = await AdministratorAsync();
        var link = Html.Parse(await browser.GetStringAsync($"/versions/{it.ProjectUuid}/findings", Stop)).QuerySelectorAll("table.data td a[href*='/findings/']").Select(a => a.GetAttribute("href")!).First(h => h.Contains(row.GetProperty("finding").GetProperty("id").GetString()!, StringComparison.Ordinal));
        (await LeafAsync(browser, link, "acts=", "ol.list li", t => t.Contains("said ", StringComparison.Ordinal))).Count.ShouldBe(Many);
    }

    /// <summary>What the pages say, each once, along the links to the next one that carry one of these words.</summary>
    private static async Task<HashSet<string>> LeafAsync(HttpClient browser, string address, string along, string what, Func<string, bool> which)
    {
        var found = new HashSet<string>();
        while (true)
        {
            var page = Html.Parse(await browser.GetStringAsync(address, Stop));
            foreach (var text in page.QuerySelectorAll(what).Select(e => e.TextContent.Trim()).Where(which)) found.Add(text).ShouldBeTrue(text);
            if (page.QuerySelectorAll("nav.pager a[rel=next]").Select(a => a.GetAttribute("href")!).FirstOrDefault(h => along.Split(' ').Any(a => h.Contains(a, StringComparison.Ordinal))) is not { } next) return found;
            address = next;
        }
    }

    private async Task<HttpClient> AdministratorAsync()
    {
        var person = await host.AddPersonAsync("people-lister");
        await host.GrantAsync(person, "administrator", 0);
        return await host.BrowserAsync("people-lister");
    }
}
