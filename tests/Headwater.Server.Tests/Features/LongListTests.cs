using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features;

/// <summary>Lists that grow with the years are told to their end: counted, by pages, in an answer and in a file.</summary>
public sealed class LongListTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UploadsOfAVersion_MoreThanAnAnswerHeld_AreAllTold()
    {
        const int Many = 650;
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "Nightly", "main", TestHost.Bom("pkg:npm/left-pad@1.0.0"));
        var last = await TestHost.UploadAsync(client, "Nightly", "other", TestHost.Bom("pkg:npm/left-pad@1.0.1"));
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            for (var i = 1; i < Many; i++)
                await transaction.Connection!.ExecuteAsync("""
                    INSERT INTO upload (id, org_id, token, pv_id, received_at, stage, format, spec_version, serialization, bytes, sha256, components, dependencies, state, tool, uploaded_by)
                    SELECT id + @id, org_id, @fresh, pv_id, received_at + @i, stage, format, spec_version, serialization, bytes + @i, sha256, components, dependencies, state, 'tool-' || (@i % 10), uploaded_by FROM upload WHERE token = @Token
                    """, new { id = 840_000_000L + i, fresh = Guid.CreateVersion7(), i = (long)i, it.Token }, transaction);
        });

        var path = $"{Api.Root}/versions/{it.ProjectUuid}/uploads";
        using var answer = await client.GetAsync(path, Stop);
        answer.Headers.GetValues("X-Total-Count").Single().ShouldBe("650");
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).EnumerateArray().Select(u => u.GetProperty("token").GetGuid()).Distinct().Count().ShouldBe(Many);
        (await client.GetFromJsonAsync<JsonElement>(path + "?offset=640", Stop)).GetArrayLength().ShouldBe(10);
        var small = await client.GetFromJsonAsync<JsonElement>(path + "?sort=size&order=asc&size=2", Stop);
        small[1].GetProperty("previous").GetGuid().ShouldBe(it.Token);
        small[0].TryGetProperty("previous", out _).ShouldBeFalse();
        Lines(await client.GetStringAsync(path + "?format=csv", Stop)).Length.ShouldBe(1 + Many);

        using var browser = await AdministratorAsync();
        (await ReadAsync(browser, $"/versions/{it.ProjectUuid}/uploads", "td a[href*='/uploads/']", "650 documents")).Count.ShouldBe(Many);
        var narrowed = Html.Parse(await browser.GetStringAsync($"/versions/{it.ProjectUuid}/uploads?q=tool-7&sort=-size", Stop));
        narrowed.QuerySelector("span.table-count")!.TextContent.ShouldBe("65 documents");
        Lines(await browser.GetStringAsync(narrowed.QuerySelector("a[download]")!.GetAttribute("href")!, Stop)).Length.ShouldBe(1 + 65);

        // The choice of two to compare offers the newest, says of how many, and what was chosen stands in it.
        var changes = Html.Parse(await browser.GetStringAsync($"/versions/{it.ProjectUuid}/changes?from={it.Token}&to={last.Token}", Stop));
        changes.Body!.Said().ShouldContain("The newest 200 of 651 documents are offered here.");
        foreach (var (select, token) in new[] { ("from", it.Token), ("to", last.Token) })
            changes.QuerySelectorAll($"select#{select} option[selected]").Single().GetAttribute("value").ShouldBe(token.ToString());
    }

    [Fact]
    public async Task VersionsOfAProject_ByTheThousand_AreAllTold_AndCanAllBeEdited()
    {
        const int Many = 1230;
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "Released often", "first", TestHost.Bom("pkg:npm/left-pad@1.0.0"));
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            var project = await transaction.Connection!.QuerySingleAsync<long>("SELECT project_id FROM project_version WHERE uuid = @uuid", new { uuid = it.ProjectUuid }, transaction);
            for (var i = 1; i < Many; i++)
                await transaction.Connection!.ExecuteAsync("INSERT INTO project_version (id, org_id, uuid, project_id, version, is_latest, created_at) VALUES (@id, 1, @uuid, @project, @version, 0, @i)", new { id = 841_000_000L + i, uuid = Guid.CreateVersion7(), project, version = $"v{i:0000}", i = (long)i }, transaction);
        });
        var project = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{it.ProjectUuid}", Stop)).GetProperty("version").GetProperty("projectUuid").GetGuid();

        var path = $"{Api.Root}/projects/{project}/versions";
        using var answer = await client.GetAsync(path, Stop);
        answer.Headers.GetValues("X-Total-Count").Single().ShouldBe("1230");
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetArrayLength().ShouldBe(Many);
        Lines(await client.GetStringAsync(path + "?format=csv&filter=v12", Stop)).Length.ShouldBe(1 + 30);
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects/{project}", Stop)).GetProperty("project").GetProperty("versions").GetInt32().ShouldBe(Many);

        using var browser = await AdministratorAsync();
        (await ReadAsync(browser, $"/projects/{project}?sort=version&size=400", "table.data td a[href*='/versions/']", "1,230 versions")).Count.ShouldBe(Many);
        (await ReadAsync(browser, $"/projects/{project}/edit?size=500", "table.data td a[href*='/versions/']", "1,230 versions")).Count.ShouldBe(Many);
        var edit = Html.Parse(await browser.GetStringAsync($"/projects/{project}/edit", Stop));
        edit.Body!.Said().ShouldContain("1,230 versions");
        Html.Parse(await browser.GetStringAsync($"/projects/{project}/stages", Stop)).Body!.Said().ShouldContain("230 more are not shown here.");
    }

    [Fact]
    public async Task VersionsOfAComponent_ByTheThousand_AreAllTold_BesideItsUsers()
    {
        const int Many = 1100;
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "Hoarder", "1", TestHost.Bom([.. Enumerable.Range(0, Many).Select(i => $"pkg:npm/hoarded@1.0.{i}")]));
        var component = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{it.ProjectUuid}/components?size=1", Stop)).GetProperty("items")[0];
        var id = component.GetProperty("componentId").GetInt64();

        var path = $"{Api.Root}/components/{id}/versions";
        using var answer = await client.GetAsync(path, Stop);
        answer.Headers.GetValues("X-Total-Count").Single().ShouldBe("1100");
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).EnumerateArray().Select(v => v.GetProperty("version").GetString()).Distinct().Count().ShouldBe(Many);
        Lines(await client.GetStringAsync(path + "?format=csv", Stop)).Length.ShouldBe(1 + Many);
        var detail = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/components/{id}", Stop);
        (detail.GetProperty("allVersions").GetInt32(), detail.GetProperty("versions").GetArrayLength()).ShouldBe((Many, 1000));

        using var browser = await AdministratorAsync();
        // The two tables of the page leaf by themselves.
        (await ReadAsync(browser, $"/components/{id}?v-size=300&size=10", "#versions td a.ver", "1,100 versions", "#versions ")).Count.ShouldBe(Many);
        var second = Html.Parse(await browser.GetStringAsync($"/components/{id}?v-sort=version&v-q=1.0.99&size=10", Stop));
        second.QuerySelector("#versions span.table-count")!.TextContent.ShouldBe("11 versions");
        second.QuerySelectorAll("span.table-count").Length.ShouldBe(2);
        Lines(await browser.GetStringAsync(second.QuerySelector("#versions a[download]")!.GetAttribute("href")!, Stop)).Length.ShouldBe(1 + 11);
        Html.Parse(await browser.GetStringAsync($"/component-versions/{component.GetProperty("componentVersionId").GetInt64()}", Stop)).Body!.Said().ShouldContain("1,087 more are not shown here.");
    }

    [Fact]
    public async Task Groups_MoreThanTwoThousand_AreAllTold_AlsoThoseThatOnlyHaveARole()
    {
        const int Many = 2300;
        await host.Get<IDatabase>().WriteAsync(async transaction =>
        {
            for (var i = 0; i < Many; i++)
                await transaction.Connection!.ExecuteAsync("INSERT INTO person_group (id, org_id, uuid, name, source) VALUES (@id, 1, @uuid, @name, 'scim')", new { id = 844_000_000L + i, uuid = Guid.CreateVersion7(), name = $"Crowd {i:0000}" }, transaction);
        });
        await host.Get<Headwater.Server.Features.People.GroupStore>().SetRoleAsync("crowd to come", "viewer", 0, true, "test", Stop);
        await host.Get<Headwater.Server.Features.People.GroupStore>().SetRoleAsync("Crowd 2222", "auditor", 0, true, "test", Stop);

        using var client = await host.ClientAsync(Headwater.Server.Platform.Auth.Permissions.Administrator);
        using var answer = await client.GetAsync($"{Api.Root}/people/groups?filter=CROWD", Stop);
        answer.Headers.GetValues("X-Total-Count").Single().ShouldBe("2301");
        var names = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).EnumerateArray().Select(g => g.GetProperty("name").GetString()!).ToList();
        (names.Count, names[0], names[^1]).ShouldBe((Many + 1, "Crowd 0000", "crowd to come"));
        var lines = Lines(await client.GetStringAsync($"{Api.Root}/people/groups?filter=crowd&format=csv", Stop));
        lines.Length.ShouldBe(1 + Many + 1);
        lines.ShouldContain("Crowd 2222,scim,0,auditor,");

        using var browser = await AdministratorAsync();
        var (read, address) = (new HashSet<string>(), "/people/groups?q=crowd&size=500");
        while (true)
        {
            var page = Html.Parse(await browser.GetStringAsync(address, Stop));
            page.QuerySelector("span.table-count")!.TextContent.ShouldBe("2,301 groups");
            foreach (var name in page.QuerySelectorAll("table.data tbody td b").Where(b => b.GetAttribute("title") is null)) read.Add(name.TextContent).ShouldBeTrue();
            if (page.QuerySelector("nav.pager a[rel=next]")?.GetAttribute("href") is not { } next) break;
            address = next;
        }

        read.Count.ShouldBe(Many + 1);
        Html.Parse(await browser.GetStringAsync("/people/groups?q=crowd+to&sort=-members", Stop)).QuerySelectorAll("table.data tbody tr").Single().Said().ShouldContain("crowd to come");
    }

    [Fact]
    public async Task Sessions_OfOneself_AndOfAPerson_ComeAsFiles_OfJustThem()
    {
        using var own = await AdministratorAsync();
        using var again = await AdministratorAsync();
        await host.AddPersonAsync("list-other");
        using var other = await host.BrowserAsync("list-other");
        var page = Html.Parse(await own.GetStringAsync("/account/sessions", Stop));
        var shown = page.QuerySelectorAll("table.data tbody tr").Length;
        shown.ShouldBeGreaterThanOrEqualTo(2);
        var mine = Lines(await own.GetStringAsync(page.QuerySelector("a[download]")!.GetAttribute("href")!, Stop));
        mine[0].ShouldBe("person,how,since,last seen,ends,address,program");
        mine.Length.ShouldBe(1 + shown);
        mine.Skip(1).ShouldAllBe(l => l.StartsWith("list-admin,", StringComparison.Ordinal));
        (await other.GetFromJsonAsync<JsonElement>($"{Api.Root}/account/sessions", Stop)).EnumerateArray().Single().GetProperty("person").GetString().ShouldBe("list-other");
        using var key = await host.ClientAsync();
        (await key.GetFromJsonAsync<JsonElement>($"{Api.Root}/account/sessions", Stop)).GetArrayLength().ShouldBe(0);
        (await other.GetAsync($"{Api.Root}/people/sessions", Stop)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);

        var person = await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT id FROM user_account WHERE name = 'list-other'"));
        var link = Html.Parse(await own.GetStringAsync($"/people/{person}", Stop)).QuerySelectorAll("a[download]").Select(a => a.GetAttribute("href")!).First(h => h.Contains("/people/sessions?", StringComparison.Ordinal));
        Lines(await own.GetStringAsync(link, Stop)).Skip(1).ShouldHaveSingleItem().ShouldStartWith("list-other,");
    }

    [Fact]
    public async Task ImportPreview_LongerThanThePage_ComesAsAFile_RefusedLinesToo()
    {
        using var admin = await AdministratorAsync();
        var text = "unit,title,parent\r\n" + string.Concat(Enumerable.Range(0, 620).Select(i => $"preview-{i:000},Unit {i},\r\n"));
        var page = Html.Parse(await (await Site.PostAsync(admin, "/import", "#pasted", ("Pasted", text))).Content.ReadAsStringAsync(Stop));
        page.Body!.Said().ShouldContain("120 more are not shown here.");
        var lines = Lines(await FileAsync(page, "csv"));
        (lines[0], lines.Length).ShouldBe(("line,act,subject,detail", 1 + 620));
        lines.Skip(1).ShouldAllBe(l => l.Contains(",new,", StringComparison.Ordinal));
        JsonDocument.Parse(await FileAsync(page, "json")).RootElement.GetArrayLength().ShouldBe(620);

        var wrong = text + string.Concat(Enumerable.Range(0, 250).Select(i => $",Nameless {i},\r\n"));
        var broken = Html.Parse(await (await Site.PostAsync(admin, "/import", "#pasted", ("Pasted", wrong))).Content.ReadAsStringAsync(Stop));
        broken.Body!.Said().ShouldContain("50 more are not shown here.");
        Lines(await FileAsync(broken, "csv")).Skip(1).Count(l => l.Contains(",refused,", StringComparison.Ordinal)).ShouldBe(250);

        async Task<string> FileAsync(AngleSharp.Html.Dom.IHtmlDocument from, string format)
        {
            var form = from.QuerySelector("form[action$='/import/preview']")!;
            using var answer = await admin.PostAsync(form.GetAttribute("action"), new FormUrlEncodedContent(form.QuerySelectorAll("input").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value") ?? "")).Append(KeyValuePair.Create("format", format))), Stop);
            answer.EnsureSuccessStatusCode();
            answer.Content.Headers.ContentDisposition!.FileName.ShouldBe("import-preview." + format);
            return await answer.Content.ReadAsStringAsync(Stop);
        }
    }

    /// <summary>Leafs through a table to its end, and gathers where its rows lead; each page says the same total.</summary>
    private static async Task<HashSet<string>> ReadAsync(HttpClient browser, string address, string links, string count, string within = "")
    {
        var found = new HashSet<string>();
        while (true)
        {
            var page = Html.Parse(await browser.GetStringAsync(address, Stop));
            page.QuerySelector(within + "span.table-count")!.TextContent.ShouldBe(count);
            foreach (var link in page.QuerySelectorAll(links).Select(a => a.GetAttribute("href")!).Distinct()) found.Add(link).ShouldBeTrue(link);
            if (page.QuerySelector(within + "nav.pager a[rel=next]")?.GetAttribute("href") is not { } next) return found;
            address = next;
        }
    }

    private async Task<HttpClient> AdministratorAsync()
    {
        await host.GrantAsync(await host.AddPersonAsync("list-admin"), "administrator", 0);
        return await host.BrowserAsync("list-admin");
    }

    private static string[] Lines(string csv) => csv.TrimStart('\uFEFF').TrimEnd().Split("\r\n");
}
