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
