using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Projects;
using Headwater.Server.Features.Search;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Dapper;

namespace Headwater.Server.Tests.Features;

/// <summary>What an upload leaves behind, and what it does not.</summary>
public sealed class UploadTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Fixed = "pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1", Guava = "pkg:maven/com.google.guava/guava@31.0-jre", Lodash = "pkg:npm/lodash@4.17.20";

    [Theory]
    [InlineData("neither")]
    [InlineData("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\"components\":[{\"type\":\"library\"}]}")]
    [InlineData("{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"version\":1,\"components\":[{\"type\":\"libr")]
    [InlineData("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"><components><component/></components></bom>")]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">&e;</bom>")]
    [InlineData("(\u00b5/\u00fd")]
    [InlineData("\u001f\u008b broken")]
    public async Task Upload_OfAnInvalidDocument_SaysWhyAndLeavesNothing(string bom)
    {
        using var client = await host.ClientAsync();
        await host.IdleAsync();
        var before = await CountsAsync();
        using var form = new MultipartFormDataContent { { new StringContent("never"), "projectName" }, { new StringContent("1"), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { new ByteArrayContent([.. bom.Select(c => (byte)c)]), "bom", "bom.json" } };
        using var response = await client.PostAsync("/api/v1/bom", form);

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("title").GetString().ShouldBe("The uploaded BOM is invalid");
        problem.GetProperty("errors").GetArrayLength().ShouldBeGreaterThan(0);
        problem.GetProperty("errors")[0].GetString().ShouldNotBeNullOrEmpty("an array of sentences, as clients of this interface expect");
        (await CountsAsync()).ShouldBe(before);
        Directory.EnumerateFiles(Path.Combine(host.DataFolder, "spool")).ShouldBeEmpty();
        (await client.GetAsync("/api/v1/project/lookup?name=never&version=1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Upload_OfTheSameComponentsByAnotherProject_AddsNoComponents()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "first", "1", TestHost.Bom(Log4j, Guava));
        var before = await CountAsync("SELECT COUNT(*) FROM component_version");
        await TestHost.UploadAsync(client, "second", "1", TestHost.Bom(Log4j, Guava));
        (await CountAsync("SELECT COUNT(*) FROM component_version")).ShouldBe(before);
        (await CountAsync("SELECT COUNT(*) FROM occurrence o JOIN project_version v ON v.id = o.pv_id JOIN project p ON p.id = v.project_id WHERE p.name = 'second'")).ShouldBe(2);
    }

    [Fact]
    public async Task Upload_Again_ReplacesTheContentByDifference()
    {
        using var client = await host.ClientAsync();
        var old = await TestHost.UploadAsync(client, "snapshots", "1", TestHost.Bom(Log4j, Guava));
        var fresh = await TestHost.UploadAsync(client, "snapshots", "1", TestHost.Bom(Fixed, Lodash));
        fresh.ProjectUuid.ShouldBe(old.ProjectUuid);

        var content = host.Get<ContentStore>();
        var components = await content.ComponentsAsync(Viewer.Everything, Viewer.Everything, fresh.ProjectUuid, new PageRequest { Sort = "name" });
        components.Items.Select(c => $"{c.Name}@{c.Version}").ShouldBe(["lodash@4.17.20", "log4j-core@2.17.1"]);
        var changes = (await content.ChangesAsync(Viewer.Everything, Viewer.Everything, old.Token, fresh.Token))!;
        changes.Added.Select(c => c.Name).ShouldBe(["lodash"]);
        changes.Removed.Select(c => c.Name).ShouldBe(["guava"]);
        changes.Upgraded.Single().ShouldSatisfyAllConditions(c => c.FromVersion.ShouldBe("2.14.1"), c => c.ToVersion.ShouldBe("2.17.1"), c => c.Direction.ShouldBe(1));
        changes.GoneFindings!.Select(f => f.Id).ShouldBe(["CVE-2021-44228"]);
        changes.NewFindings!.Select(f => f.Id).ShouldBe(["CVE-2020-0001"]);
        (changes.Totals.FindingsBefore, changes.Totals.FindingsAfter, changes.Totals.FindingsInBoth).ShouldBe((1, 1, 0));
        (await CountAsync("SELECT COUNT(*) FROM occurrence o JOIN project_version v ON v.id = o.pv_id JOIN project p ON p.id = v.project_id WHERE p.name = 'snapshots'")).ShouldBe(2);
    }

    [Fact]
    public async Task Changes_OfAnUpgradeThatMendsNothing_AreNone_AndTheTotalsTellHow()
    {
        const string Older = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0";
        using var client = await host.ClientAsync();
        var old = await TestHost.UploadAsync(client, "unmended", "1", TestHost.Bom(Log4j));
        var fresh = await TestHost.UploadAsync(client, "unmended", "1", TestHost.Bom(Log4j, Older));

        var changes = (await host.Get<ContentStore>().ChangesAsync(Viewer.Everything, Viewer.Everything, old.Token, fresh.Token))!;

        changes.NewFindings.ShouldBeEmpty("the component had it before, in another version");
        changes.GoneFindings.ShouldBeEmpty();
        (changes.Totals.FindingsBefore, changes.Totals.FindingsAfter, changes.Totals.FindingsInBoth).ShouldBe((1, 1, 1));
        (changes.Totals.FindingsBeforeByVersion, changes.Totals.FindingsAfterByVersion).ShouldBe((1, 2));
    }

    [Fact]
    public async Task Document_ThatListsAComponentTwice_TellsEntriesFromComponents()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "twice-listed", "1", """
            {"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[
              {"type":"library","name":"a","version":"1.0.0","bom-ref":"x","purl":"pkg:npm/a@1.0.0"},{"type":"library","name":"a","version":"1.0.0","bom-ref":"y","purl":"pkg:npm/a@1.0.0"},
              {"type":"library","name":"a","version":"1.0.0","bom-ref":"z","purl":"pkg:npm/a"},{"type":"library","name":"b","version":"2.0.0","bom-ref":"b","purl":"pkg:npm/b@2.0.0"}]}
            """);
        var document = (await host.Get<ArchiveStore>().GetAsync(Viewer.Everything, it.Token))!;
        (document.Upload.Components, document.Components).ShouldBe((4, 2));
    }

    [Fact]
    public async Task Why_ForAnIndirectComponent_NamesThePath()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "why", "1", TestHost.Bom(Guava, Lodash, Log4j));
        var content = host.Get<ContentStore>();
        var log4j = (await content.ComponentsAsync(Viewer.Everything, Viewer.Everything, it.ProjectUuid, new PageRequest { Filter = "log4j" })).Items.Single();
        log4j.Depth.ShouldBe(3);
        log4j.Direct.ShouldBeFalse();
        var why = (await host.Get<GraphStore>().WhyAsync(Viewer.Everything, it.ProjectUuid, log4j.ComponentVersionId))!;
        why.Paths.Single().Select(s => s.Name).ShouldBe(["why", "guava", "lodash", "log4j-core"]);
        (await host.Get<GraphStore>().TreeAsync(Viewer.Everything, Viewer.Everything, it.ProjectUuid, 0, new PageRequest()))!.Items.Single().Name.ShouldBe("guava");
    }

    [Fact]
    public async Task Project_Deleted_LeavesTheCountsOfComponentsRight()
    {
        using var client = await host.ClientAsync();
        const string Only = "pkg:npm/only-here@1.0.0";
        var it = await TestHost.UploadAsync(client, "gone", "1", TestHost.Bom(Only));
        var components = host.Get<ComponentStore>();
        (await components.ListAsync(Viewer.Everything, Viewer.Everything, new PageRequest { Filter = "only-here" })).Items.Single().Projects.ShouldBe(1);
        (await client.DeleteAsync($"/api/v1/project/{it.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await components.ListAsync(Viewer.Everything, Viewer.Everything, new PageRequest { Filter = "only-here" })).Total.ShouldBe(0);
        (await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, "only-here", 5)).Groups.ShouldBeEmpty();
        (await CountAsync("SELECT COUNT(*) FROM upload u WHERE NOT EXISTS (SELECT 1 FROM project_version v WHERE v.id = u.pv_id)")).ShouldBe(0);
    }

    [Fact]
    public async Task Components_PagedForwardsAndBackwards_ComeOnceEachInOrder()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "paging", "1", TestHost.Bom([.. Enumerable.Range(0, 25).Select(i => $"pkg:npm/paged-{i:00}@1.0.0")]));
        var content = host.Get<ContentStore>();
        foreach (var sort in (string[])["name", "risk", "version", "type", "depth", "findings"])
        {
            var request = new PageRequest { Sort = sort, Size = 7 };
            var forward = new List<string>();
            var page = await content.ComponentsAsync(Viewer.Everything, Viewer.Everything, it.ProjectUuid, request);
            page.Previous.ShouldBeNull();
            forward.AddRange(page.Items.Select(c => c.Name));
            while (page.Next is not null)
            {
                page = await content.ComponentsAsync(Viewer.Everything, Viewer.Everything, it.ProjectUuid, request with { After = page.Next });
                forward.AddRange(page.Items.Select(c => c.Name));
            }

            forward.Count.ShouldBe(25, sort);
            forward.Distinct().Count().ShouldBe(25, sort);
            var backward = page.Items.Select(c => c.Name).ToList();
            while (page.Previous is not null)
            {
                page = await content.ComponentsAsync(Viewer.Everything, Viewer.Everything, it.ProjectUuid, request with { Before = page.Previous });
                backward.InsertRange(0, page.Items.Select(c => c.Name));
            }

            backward.ShouldBe(forward, sort);
        }
    }

    [Theory]
    [InlineData("log4j", "component")]
    [InlineData("searchable", "project")]
    [InlineData("CVE-2021-4422", "advisory")]
    [InlineData("GHSA-jfh8-c2jp-5v3q", "advisory")]
    [InlineData(Log4j, "component")]
    public async Task Search_ForWhatIsThere_FindsIt(string query, string kind)
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "searchable project", "1", TestHost.Bom(Log4j));
        (await host.Get<SearchStore>().SearchAsync(Viewer.Everything, Viewer.Everything, query, 5)).Groups.Select(g => g.Kind).ShouldContain(kind);
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("a* OR b NEAR(c) -d ^e {f} (")]
    [InlineData("kind:project")]
    [InlineData("%_\\")]
    [InlineData("\0")]
    [InlineData("'; DROP TABLE project; --")]
    public async Task Search_ForTheQueryLanguageItself_IsHarmless(string query)
    {
        using var client = await host.ClientAsync();
        (await client.GetAsync($"/api/headwater/v1/search?q={Uri.EscapeDataString(query)}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync($"/api/headwater/v1/components?filter={Uri.EscapeDataString(query)}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("%%%")]
    [InlineData("W10")]
    [InlineData("WzEsMiwzXQ")]
    [InlineData("W3siYSI6MX0sMV0")]
    [InlineData("WyJ4IiwieCJd")]
    public async Task List_WithACursorThatIsNotOurs_IsRefused(string cursor)
    {
        using var client = await host.ClientAsync();
        (await client.GetAsync($"/api/headwater/v1/components?after={Uri.EscapeDataString(cursor)}")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Csv_OfNamesThatLookLikeFormulas_IsDisarmed()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "=cmd|' /C calc'!A0", "1", TestHost.Bom(Guava));
        (await client.GetStringAsync("/api/headwater/v1/projects?format=csv")).ShouldContain("'=cmd");
    }

    [Fact]
    public async Task Document_WithCyclesDuplicatesAndDanglingReferences_IsTakenAndDrawnOnce()
    {
        using var client = await host.ClientAsync();
        const string Bom = """
            {"bomFormat":"CycloneDX","specVersion":"1.4","version":1,"metadata":{"component":{"type":"application","name":"r","bom-ref":"r"}},
             "components":[{"type":"library","name":"a","version":"1","bom-ref":"a","purl":"pkg:npm/cyc-a@1.0.0"},{"type":"library","name":"b","version":"1","bom-ref":"b","purl":"pkg:npm/cyc-b@1.0.0"}],
             "dependencies":[{"ref":"r","dependsOn":["a"]},{"ref":"a","dependsOn":["a","b"]},{"ref":"b","dependsOn":["a","r"]}]}
            """;
        var it = await TestHost.UploadAsync(client, "cycles", "1", Bom);
        var graph = (await host.Get<GraphStore>().DrawingAsync(Viewer.Everything, Viewer.Everything, it.ProjectUuid, 100))!;
        graph.Nodes.Count.ShouldBe(3);
        graph.Nodes.Select(n => n.Node).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Upload_WhoseJobWasGivenUpWithoutWord_IsEndedAsFailed()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "abandoned", "1", TestHost.Bom(Guava));
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("""
            UPDATE job SET state = 'dead', last_error = 'gone' WHERE id = (SELECT job_id FROM upload WHERE token = @token);
            UPDATE upload SET state = 'queued' WHERE token = @token
            """, new { token = it.Token.ToString() }, t));
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/event/token/{it.Token}")).GetProperty("processing").GetBoolean().ShouldBeTrue();

        await host.Get<Headwater.Server.Features.Uploads.UploadStore>().FailAbandonedAsync(TestContext.Current.CancellationToken);

        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/event/token/{it.Token}")).GetProperty("processing").GetBoolean().ShouldBeFalse();
    }

    [Theory]
    [InlineData("components")]
    [InlineData("audit")]
    [InlineData("archive")]
    [InlineData("who-uses?of=guava")]
    public async Task List_FromAnOffset_LeavesOutWhatPrecedes(string list)
    {
        using var client = await host.ClientAsync(Permissions.Administrator);
        for (var i = 0; i < 3; i++) await TestHost.UploadAsync(client, $"offset-{i}", "1", TestHost.Bom(Guava, Lodash));
        await host.IdleAsync();
        var address = $"/api/headwater/v1/{list}{(list.Contains('?', StringComparison.Ordinal) ? "&" : "?")}size=50";
        var all = await ItemsAsync(address);
        (await ItemsAsync(address + "&offset=1")).Take(20).ShouldBe(all.Skip(1).Take(20));

        async Task<List<string>> ItemsAsync(string from)
        {
            var answer = await client.GetFromJsonAsync<JsonElement>(from);
            var items = answer.TryGetProperty("items", out var plain) ? plain : answer.GetProperty("projects").GetProperty("items");
            return [.. items.EnumerateArray().Select(i => i.GetRawText())];
        }
    }

    private Task<long> CountAsync(string sql) => host.Get<IDatabase>().ReadAsync(connection => connection.QuerySingleAsync<long>(sql));

    private async Task<(long, long, long, int)> CountsAsync() => (await CountAsync("SELECT COUNT(*) FROM project"), await CountAsync("SELECT COUNT(*) FROM upload"), await CountAsync("SELECT COUNT(*) FROM job"),
        Directory.EnumerateFiles(Path.Combine(host.DataFolder, "blobs"), "*", SearchOption.AllDirectories).Count());
}
