using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Platform;

/// <summary>The audit log as it is looked at: filtered, named, taken away as a file.</summary>
public sealed class AuditLogTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Path = "/api/headwater/v1/audit";

    [Fact]
    public async Task List_WithEachFilter_HoldsTheRecordsThatFit_WithNamesForWhatTheyAreAbout()
    {
        using var uploads = await host.ClientAsync();
        var uploaded = await TestHost.UploadAsync(uploads, "Ledger_100%", "2.0", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        await TestHost.UploadAsync(uploads, "Ledgerx100x", "1.0", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        using var client = await host.ClientAsync(Permissions.AuditRead | Permissions.Viewer);
        async Task<JsonElement[]> ListAsync(string query) => [.. (await client.GetFromJsonAsync<JsonElement>(Path + query)).GetProperty("items").EnumerateArray()];

        var named = await ListAsync("?act=sbom.uploaded&subject=" + Uri.EscapeDataString("ledger_100%"));
        named.Length.ShouldBe(1, "what looks like a wildcard is a character");
        named[0].GetProperty("subjectName").GetString().ShouldBe("Ledger_100% 2.0");
        named[0].GetProperty("path").GetString()!.ShouldStartWith("/versions/");
        (await ListAsync("?act=project-version.")).ShouldAllBe(r => r.GetProperty("act").GetString()!.StartsWith("project-version."));
        (await ListAsync("?act=project-version.")).ShouldNotBeEmpty();
        (await ListAsync("?actor=NOBODY-OF-THAT-NAME")).ShouldBeEmpty();
        var today = DateTimeOffset.Parse(named[0].GetProperty("at").GetString()!).UtcDateTime.ToString("yyyy-MM-dd");
        (await ListAsync($"?act=sbom.uploaded&from={today}&until={today}")).Length.ShouldBeGreaterThanOrEqualTo(2);
        (await ListAsync("?until=2001-01-01")).ShouldBeEmpty();

        using var delete = await uploads.DeleteAsync($"/api/v1/project/{uploaded.ProjectUuid}");
        var gone = (await ListAsync("?act=project-version.deleted")).First(r => r.GetProperty("subject").GetString()!.Contains(uploaded.ProjectUuid.ToString()));
        gone.GetProperty("subjectName").GetString().ShouldBe("Ledger_100% 2.0", "what is gone is called what the record says");
        gone.TryGetProperty("path", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task List_WithADayThatIsNone_Is400AndSaysHowToWriteIt()
    {
        using var client = await host.ClientAsync(Permissions.AuditRead | Permissions.Viewer);
        using var response = await client.GetAsync(Path + "?from=yesterday");
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("2026-03-01");
    }

    [Fact]
    public async Task Export_AsJsonLines_IsAChainThatFits()
    {
        var audit = host.Get<AuditStore>();
        await host.Get<IDatabase>().WriteAsync(async t =>
        {
            for (var i = 0; i < 1500; i++) await audit.AppendAsync(t, new AuditEntry("many", "test.act", $"thing:{i}"));
        });
        using var client = await host.ClientAsync(Permissions.AuditRead | Permissions.Viewer);
        var lines = (await client.GetStringAsync(Path + "?format=jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<AuditRow>(l, JsonSerializerOptions.Web)!).ToList();
        var chain = new AuditChain();
        foreach (var row in lines) chain.Add(new AuditRecord(row.Id, row.At.ToUnixTimeMilliseconds(), new AuditEntry(row.Actor, row.Act, row.Subject, row.Detail, row.BeforeDigest, row.AfterDigest), row.Hash)).ShouldBeNull();
        chain.Count.ShouldBeGreaterThan(1500);
        var some = (await client.GetStringAsync(Path + "?format=jsonl&act=test.act")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        some.Length.ShouldBe(1500);
        (await client.GetStringAsync(Path + "?format=csv&actor=many")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(1501);
    }

    [Fact]
    public async Task Log_IsForWhoeverMayReadItOnly()
    {
        using var client = await host.ClientAsync(Permissions.Viewer | Permissions.Automation);
        (await client.GetAsync(Path)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.GetAsync(Path + "?format=jsonl")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }
}
