using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.DependencyTrack;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Features;

/// <summary>VEX documents in and out, and what was decided in the other exports.</summary>
public sealed class DependencyTrackVexTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Lodash = "pkg:npm/lodash@4.17.20", Log4Shell = "CVE-2021-44228";

    private Task<HttpClient> AuditorAsync() => host.ClientAsync(Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis);

    public static TheoryData<string, string> References => new()
    {
        { "a component of the document", "in-vex" },
        { "a package URL", Log4j },
        { "a package without a version", "pkg:maven/org.apache.logging.log4j/log4j-core" },
        { "a component of the SBOM", "c0" },
        { "a BOM-Link", "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#c0" },
        { "the described thing", "the-app" },
    };

    [Theory]
    [MemberData(nameof(References))]
    public async Task Vex_Posted_DecidesAboutWhatItRefersTo(string what, string reference)
    {
        using var client = await AuditorAsync();
        var it = await TestHost.UploadAsync(client, $"vex {what}", "1", TestHost.Bom(Log4j));
        using var form = new MultipartFormDataContent { { new StringContent($"vex {what}"), "projectName" }, { new StringContent("1"), "projectVersion" }, { new StringContent(Vex(reference)), "vex" } };
        using var response = await client.PostAsync("/api/v1/vex", form);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        var token = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetGuid();
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/event/token/{token}")).GetProperty("processing").GetBoolean().ShouldBeFalse();

        var (project, component, vulnerability) = await AnalysisTests.FindingAsync(client, it.ProjectUuid, Log4Shell);
        var analysis = await client.GetFromJsonAsync<JsonElement>($"/api/v1/analysis?project={project}&component={component}&vulnerability={vulnerability}");
        analysis.GetProperty("analysisState").GetString().ShouldBe("NOT_AFFECTED");
        analysis.GetProperty("analysisJustification").GetString().ShouldBe("CODE_NOT_REACHABLE");
        analysis.GetProperty("analysisResponse").GetString().ShouldBe("WILL_NOT_FIX");
        analysis.GetProperty("analysisDetails").GetString().ShouldBe("JNDI is off.");
        analysis.GetProperty("isSuppressed").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Documents_OfAProjectWithMoreFindingsThanTheyHold_AreRefused()
    {
        using var client = await AuditorAsync();
        var it = await TestHost.UploadAsync(client, "vex-crowd", "1", TestHost.Bom("pkg:npm/crowd@1.0.0"));
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= @most)
            INSERT INTO finding (cv_id, id, ids, affected, severity, kev, ransomware, malicious, risk, fixed, found_at) SELECT c.id, 'CROWD-' || n.i, '[]', 1, 1, 0, 0, 0, 1, '[]', 0 FROM n CROSS JOIN component_version c WHERE c.purl = 'pkg:npm/crowd@1.0.0';
            INSERT INTO analysis (id, org_id, uuid, vulnerability, component_id, state, suppressed, changed_at, changed_by)
                SELECT 990000000, 1, @uuid, 'CROWD-1', c.component_id, 'in_triage', 0, 0, 'test' FROM component_version c WHERE c.purl = 'pkg:npm/crowd@1.0.0';
            """, new { most = DependencyTrackStore.MostFindings, uuid = Guid.CreateVersion7() }, transaction));
        await host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
            INSERT INTO finding_decision (org_id, pv_id, cv_id, finding_id, analysis_id, suppressed, settled, audited)
                SELECT 1, o.pv_id, f.cv_id, f.id, 990000000, 0, 0, 0 FROM finding f JOIN occurrence o ON o.cv_id = f.cv_id WHERE f.id LIKE 'CROWD-%'
            """, transaction: transaction));

        foreach (var address in new[] { $"/api/v1/bom/cyclonedx/project/{it.ProjectUuid}?variant=vdr", $"/api/v1/bom/cyclonedx/project/{it.ProjectUuid}?variant=withVulnerabilities", $"/api/v1/vex/cyclonedx/project/{it.ProjectUuid}" })
        {
            using var refused = await client.GetAsync(address);
            refused.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge, address);
            (await refused.Content.ReadAsStringAsync()).ShouldContain("more than 100000 findings");
        }

        (await client.GetAsync($"/api/v1/bom/cyclonedx/project/{it.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var form = new MultipartFormDataContent { { new StringContent("vex-crowd"), "projectName" }, { new StringContent("1"), "projectVersion" }, { new StringContent(Vex("the-app")), "vex" } };
        (await client.PostAsync("/api/v1/vex", form)).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Vex_PutTwice_SaysItOnce_AndAboutNothingIsNoError()
    {
        using var client = await AuditorAsync();
        var it = await TestHost.UploadAsync(client, "vex-twice", "1", TestHost.Bom(Log4j));
        for (var i = 0; i < 2; i++)
        {
            var answer = await PutAsync(client, it.ProjectUuid, Vex(Log4j));
            answer.GetProperty("applied").GetInt32().ShouldBe(i == 0 ? 1 : 0);
        }

        var nothing = await PutAsync(client, it.ProjectUuid, Vex("pkg:maven/org.example/other@1"));
        (nothing.GetProperty("applied").GetInt32(), nothing.GetProperty("withoutFinding").GetInt32()).ShouldBe((0, 1));
        var (project, component, vulnerability) = await AnalysisTests.FindingAsync(client, it.ProjectUuid, Log4Shell);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/analysis?project={project}&component={component}&vulnerability={vulnerability}"))
            .GetProperty("analysisComments").EnumerateArray().Count(c => c.GetProperty("comment").GetString() == "CycloneDX VEX").ShouldBe(1);
    }

    [Fact]
    public async Task Vex_Refused_SaysWhy()
    {
        using var client = await AuditorAsync();
        using var reader = await host.ClientAsync(Permissions.Automation);
        var it = await TestHost.UploadAsync(client, "vex-refused", "1", TestHost.Bom(Log4j));
        using var none = await client.PutAsJsonAsync("/api/v1/vex", new { project = it.ProjectUuid });
        none.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await none.Content.ReadAsStringAsync()).ShouldBe("No VEX file provided.");
        (await client.PutAsJsonAsync("/api/v1/vex", new { project = Guid.CreateVersion7(), vex = Base64(Vex(Log4j)) })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PutAsJsonAsync("/api/v1/vex", new { project = it.ProjectUuid, vex = "***" })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await reader.PutAsJsonAsync("/api/v1/vex", new { project = it.ProjectUuid, vex = Base64(Vex(Log4j)) })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var invalid = await client.PutAsJsonAsync("/api/v1/vex", new { project = it.ProjectUuid, vex = Base64(Vex(Log4j).Replace("not_affected", "no_idea", StringComparison.Ordinal)) });
        invalid.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        invalid.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await invalid.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("title").GetString().ShouldBe("The uploaded BOM is invalid");
    }

    [Fact]
    public async Task Vex_Exported_ComesBackIntoAnotherProjectAsTheSameDecisions()
    {
        using var client = await AuditorAsync();
        var one = await TestHost.UploadAsync(client, "vex-out", "1", TestHost.Bom(Log4j, Lodash));
        var two = await TestHost.UploadAsync(client, "vex-in", "1", TestHost.Bom(Log4j, Lodash));
        await AnalysisTests.PutAsync(client, await AnalysisTests.FindingAsync(client, one.ProjectUuid, Log4Shell), new { analysisState = "NOT_AFFECTED", analysisJustification = "REQUIRES_ENVIRONMENT", analysisDetails = "No LDAP.", isSuppressed = true });
        using var response = await client.GetAsync($"/api/v1/vex/cyclonedx/project/{one.ProjectUuid}?download=true");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/vnd.cyclonedx+json");
        response.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        var text = await response.Content.ReadAsStringAsync();
        var vex = JsonDocument.Parse(text).RootElement;
        vex.GetProperty("specVersion").GetString().ShouldBe("1.5");
        vex.GetProperty("vulnerabilities").EnumerateArray().Single().GetProperty("analysis").GetProperty("justification").GetString().ShouldBe("requires_environment");

        (await PutAsync(client, two.ProjectUuid, text)).GetProperty("applied").GetInt32().ShouldBe(1);
        var shown = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{two.ProjectUuid}?suppressed=true&hasAnalysis=true")).EnumerateArray().Single();
        shown.GetProperty("vulnerability").GetProperty("vulnId").GetString().ShouldBe(Log4Shell);
        shown.GetProperty("analysis").GetProperty("detail").GetString().ShouldBe("No LDAP.");
    }

    [Fact]
    public async Task Exports_OfDecidedFindings_SayWhatWasDecided()
    {
        using var client = await AuditorAsync();
        var it = await TestHost.UploadAsync(client, "vdr", "1", TestHost.Bom(Log4j, Lodash));
        await AnalysisTests.PutAsync(client, await AnalysisTests.FindingAsync(client, it.ProjectUuid, Log4Shell), new { analysisState = "FALSE_POSITIVE", isSuppressed = true });
        foreach (var (variant, expected) in new[] { ("inventory", 0), ("withVulnerabilities", 1), ("vdr", 2) })
        {
            foreach (var version in (string[])["1.4", "1.5", "1.6", "1.7"])
            {
                foreach (var format in (string[])["json", "xml"])
                {
                    using var response = await client.GetAsync($"/api/v1/bom/cyclonedx/project/{it.ProjectUuid}?format={format}&variant={variant}&version={version}");
                    response.StatusCode.ShouldBe(HttpStatusCode.OK);
                    using var body = new MemoryStream(await response.Content.ReadAsByteArrayAsync());
                    var read = Core.Sboms.SbomDocument.Read(body, out var document);
                    read.Errors.ShouldBeEmpty();
                    document.Kind.SpecVersion.ShouldBe(version);
                    document.Vulnerabilities.Count.ShouldBe(expected, $"{variant} {version} {format}");
                    document.Vulnerabilities.Count(v => v.AnalysisState == "false_positive").ShouldBe(variant == "vdr" ? 1 : 0);
                }
            }
        }

        (await client.GetAsync($"/api/v1/bom/cyclonedx/project/{it.ProjectUuid}?version=0.9")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetAsync($"/api/v1/bom/cyclonedx/project/{it.ProjectUuid}?format=csv")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetAsync($"/api/v1/bom/cyclonedx/project/{it.ProjectUuid}?variant=all")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task<JsonElement> PutAsync(HttpClient client, Guid project, string vex)
    {
        using var response = await client.PutAsJsonAsync("/api/v1/vex", new { project, vex = Base64(vex) });
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Vex(string reference) => $$$"""
        {"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":{"type":"application","bom-ref":"the-app","name":"app"}},
         "components":[{"type":"library","bom-ref":"in-vex","group":"org.apache.logging.log4j","name":"log4j-core","version":"2.14.1","purl":"{{{Log4j}}}"}],
         "vulnerabilities":[{"id":"{{{Log4Shell}}}","source":{"name":"NVD"},"affects":[{"ref":"{{{reference}}}"}],
           "analysis":{"state":"not_affected","justification":"code_not_reachable","response":["will_not_fix"],"detail":"JNDI is off."}}]}
        """;
}
