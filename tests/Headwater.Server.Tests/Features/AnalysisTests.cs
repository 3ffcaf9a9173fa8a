using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Tests.Features;

/// <summary>Decisions about findings: made through the compatible interface, kept through every upload, and seen in every number.</summary>
public sealed class AnalysisTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Log4jNext = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0", Lodash = "pkg:npm/lodash@4.17.20";
    private const string Log4Shell = "CVE-2021-44228";

    private Task<HttpClient> AuditorAsync() => host.ClientAsync(Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis | Permissions.ViewBadges);

    [Fact]
    public async Task Analysis_BeforeAnybodyDecided_DoesNotExist()
    {
        using var client = await AuditorAsync();
        var finding = await FindingAsync(client, (await TestHost.UploadAsync(client, "undecided", "1", TestHost.Bom(Log4j))).ProjectUuid, Log4Shell);
        using var response = await client.GetAsync(Address(finding));
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync()).ShouldBe("No analysis exists.");
    }

    [Fact]
    public async Task Analysis_Put_IsAnsweredWithItsHistoryAndShownWithTheFinding()
    {
        using var client = await AuditorAsync();
        var it = await TestHost.UploadAsync(client, "decided", "1", TestHost.Bom(Log4j));
        var finding = await FindingAsync(client, it.ProjectUuid, Log4Shell);
        var made = await PutAsync(client, finding, new { analysisState = "NOT_AFFECTED", analysisJustification = "CODE_NOT_REACHABLE", analysisResponse = "WILL_NOT_FIX", analysisDetails = "JNDI is off.", comment = "Asked the team.", isSuppressed = true });
        made.GetProperty("analysisState").GetString().ShouldBe("NOT_AFFECTED");
        made.GetProperty("analysisJustification").GetString().ShouldBe("CODE_NOT_REACHABLE");
        made.GetProperty("analysisResponse").GetString().ShouldBe("WILL_NOT_FIX");
        made.GetProperty("isSuppressed").GetBoolean().ShouldBeTrue();
        var comments = made.GetProperty("analysisComments").EnumerateArray().ToList();
        comments.Select(c => c.GetProperty("comment").GetString()).ShouldBe(
            ["Analysis: NOT_SET → NOT_AFFECTED", "Justification: NOT_SET → CODE_NOT_REACHABLE", "Response: NOT_SET → WILL_NOT_FIX", "Details: JNDI is off.", "Suppressed", "Asked the team."]);
        comments.ShouldAllBe(c => c.GetProperty("timestamp").ValueKind == JsonValueKind.Number && c.GetProperty("commenter").GetString()!.StartsWith("key:"));

        (await client.GetFromJsonAsync<JsonElement>(Address(finding))).GetProperty("analysisComments").GetArrayLength().ShouldBe(6);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{it.ProjectUuid}")).GetArrayLength().ShouldBe(0);
        var shown = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{it.ProjectUuid}?suppressed=true"))[0].GetProperty("analysis");
        shown.GetProperty("state").GetString().ShouldBe("NOT_AFFECTED");
        shown.GetProperty("isSuppressed").GetBoolean().ShouldBeTrue();
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{it.ProjectUuid}?suppressed=true&hasAnalysis=false")).GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Analysis_ChangedAgain_KeepsWhatIsNotSaid()
    {
        using var client = await AuditorAsync();
        var finding = await FindingAsync(client, (await TestHost.UploadAsync(client, "twice", "1", TestHost.Bom(Log4j))).ProjectUuid, Log4Shell);
        await PutAsync(client, finding, new { analysisState = "IN_TRIAGE", analysisDetails = "Looking." });
        var again = await PutAsync(client, finding, new { analysisState = "EXPLOITABLE" });
        again.GetProperty("analysisDetails").GetString().ShouldBe("Looking.");
        (await PutAsync(client, finding, new { comment = "Still there." })).GetProperty("analysisState").GetString().ShouldBe("EXPLOITABLE");
        (await PutAsync(client, finding, new { analysisState = "EXPLOITABLE" })).GetProperty("analysisComments").GetArrayLength().ShouldBe(4);
    }

    [Fact]
    public async Task Metrics_AfterASuppression_CountItApart()
    {
        using var client = await AuditorAsync();
        var it = await TestHost.UploadAsync(client, "counted", "1", TestHost.Bom(Log4j, Lodash));
        var before = await MetricsAsync(client, it.ProjectUuid);
        (before.Critical, before.Vulnerabilities, before.Total, before.Suppressed, before.Vulnerable).ShouldBe((1, 2, 2, 0, 2));

        await PutAsync(client, await FindingAsync(client, it.ProjectUuid, Log4Shell), new { analysisState = "FALSE_POSITIVE", isSuppressed = true });
        await PutAsync(client, await FindingAsync(client, it.ProjectUuid, "CVE-2020-0001"), new { analysisState = "IN_TRIAGE" });
        var after = await MetricsAsync(client, it.ProjectUuid);
        (after.Critical, after.Vulnerabilities, after.Total, after.Suppressed, after.Vulnerable, after.Audited, after.Unaudited).ShouldBe((0, 1, 1, 1, 1, 1, 0));

        await PutAsync(client, await FindingAsync(client, it.ProjectUuid, "CVE-2020-0001"), new { analysisState = "NOT_AFFECTED" });
        var last = await MetricsAsync(client, it.ProjectUuid);
        (last.Vulnerabilities, last.Total, last.Suppressed, last.Audited, last.Vulnerable).ShouldBe((0, 1, 1, 1, 0));
        (await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{it.ProjectUuid}")).GetProperty("version").GetProperty("maxRisk").GetDouble().ShouldBe(0);
    }

    [Fact]
    public async Task Decision_SurvivesEveryUpload_OfTheSameComponent()
    {
        using var client = await AuditorAsync();
        var it = await TestHost.UploadAsync(client, "again", "1", TestHost.Bom(Log4j));
        await PutAsync(client, await FindingAsync(client, it.ProjectUuid, Log4Shell), new { analysisState = "NOT_AFFECTED", isSuppressed = true });
        await TestHost.UploadAsync(client, "again", "1", TestHost.Bom(Lodash));
        (await MetricsAsync(client, it.ProjectUuid)).Suppressed.ShouldBe(0);
        await TestHost.UploadAsync(client, "again", "1", TestHost.Bom(Lodash, Log4j));
        var metrics = await MetricsAsync(client, it.ProjectUuid);
        (metrics.Critical, metrics.Suppressed).ShouldBe((0, 1));
    }

    [Fact]
    public async Task Decision_ForOneVersion_LeavesOthersAlone()
    {
        using var client = await AuditorAsync();
        var one = await TestHost.UploadAsync(client, "alone", "1", TestHost.Bom(Log4j));
        var two = await TestHost.UploadAsync(client, "alone", "2", TestHost.Bom(Log4j));
        await PutAsync(client, await FindingAsync(client, one.ProjectUuid, Log4Shell), new { analysisState = "NOT_AFFECTED", isSuppressed = true });
        (await MetricsAsync(client, one.ProjectUuid)).Critical.ShouldBe(0);
        (await MetricsAsync(client, two.ProjectUuid)).Critical.ShouldBe(1);
    }

    [Fact]
    public async Task Decision_ForTheProjectAndAllComponentVersions_HoldsForWhatComesLater()
    {
        using var client = await AuditorAsync();
        var one = await TestHost.UploadAsync(client, "onwards", "1", TestHost.Bom(Log4j));
        var other = await TestHost.UploadAsync(client, "bystander", "1", TestHost.Bom(Log4j));
        var made = await PutAsync(client, await FindingAsync(client, one.ProjectUuid, Log4Shell), new { analysisState = "NOT_AFFECTED", scope = "project", allComponentVersions = true });
        made.GetProperty("scope").GetString().ShouldBe("project");
        var later = await TestHost.UploadAsync(client, "onwards", "2", TestHost.Bom(Log4jNext));
        (await MetricsAsync(client, one.ProjectUuid)).Critical.ShouldBe(0);
        (await MetricsAsync(client, later.ProjectUuid)).Critical.ShouldBe(0);
        (await MetricsAsync(client, other.ProjectUuid)).Critical.ShouldBe(1);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{later.ProjectUuid}"))[0].GetProperty("analysis").GetProperty("state").GetString().ShouldBe("NOT_AFFECTED");

        // The more particular decision wins.
        await PutAsync(client, await FindingAsync(client, later.ProjectUuid, Log4Shell), new { analysisState = "EXPLOITABLE" });
        (await MetricsAsync(client, later.ProjectUuid)).Critical.ShouldBe(1);
        (await MetricsAsync(client, one.ProjectUuid)).Critical.ShouldBe(0);
    }

    [Fact]
    public async Task Sarif_NamesWhatWasSuppressed()
    {
        using var client = await AuditorAsync();
        var it = await TestHost.UploadAsync(client, "sarif-suppressed", "1", TestHost.Bom(Log4j));
        await PutAsync(client, await FindingAsync(client, it.ProjectUuid, Log4Shell), new { analysisState = "NOT_AFFECTED", analysisJustification = "CODE_NOT_PRESENT" });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/finding/project/{it.ProjectUuid}?suppressed=true") { Headers = { { "Accept", "application/sarif+json" } } };
        using var response = await client.SendAsync(request);
        var suppression = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("runs")[0].GetProperty("results")[0].GetProperty("suppressions")[0];
        suppression.GetProperty("status").GetString().ShouldBe("accepted");
        suppression.GetProperty("justification").GetString()!.ShouldContain("code_not_present");
    }

    [Fact]
    public async Task Analysis_OfWhatIsNotThere_SaysWhatIsMissing()
    {
        using var client = await AuditorAsync();
        using var reader = await host.ClientAsync(Permissions.Automation);
        var it = await TestHost.UploadAsync(client, "missing-parts", "1", TestHost.Bom(Log4j));
        var (project, component, vulnerability) = await FindingAsync(client, it.ProjectUuid, Log4Shell);
        var other = Guid.CreateVersion7().ToString();
        await ShouldSayAsync(client, new { project = other, component, vulnerability }, HttpStatusCode.NotFound, "The project could not be found.");
        await ShouldSayAsync(client, new { project, component = other, vulnerability }, HttpStatusCode.NotFound, "The component could not be found.");
        await ShouldSayAsync(client, new { project, component, vulnerability = other }, HttpStatusCode.NotFound, "The vulnerability could not be found.");
        (await client.PutAsJsonAsync("/api/v1/analysis", new { project, component = "x", vulnerability })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PutAsJsonAsync("/api/v1/analysis", new { project, component, vulnerability, analysisState = "FINE" })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PutAsJsonAsync("/api/v1/analysis", new { project, component, vulnerability, analysisDetails = new string('x', 20_000) })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PutAsJsonAsync("/api/v1/analysis", new[] { 1 })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await reader.PutAsJsonAsync("/api/v1/analysis", new { project, component, vulnerability, analysisState = "RESOLVED" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.GetAsync($"/api/v1/finding/project/{it.ProjectUuid}?epssFrom=lots")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        static async Task ShouldSayAsync(HttpClient client, object body, HttpStatusCode status, string text)
        {
            using var response = await client.PutAsJsonAsync("/api/v1/analysis", body);
            response.StatusCode.ShouldBe(status);
            (await response.Content.ReadAsStringAsync()).ShouldBe(text);
        }
    }

    [Fact]
    public async Task ViolationAnalysis_ThereBeingNoPolicies_IsNotFound()
    {
        using var client = await host.ClientAsync(Permissions.ViewPolicyViolation | Permissions.PolicyViolationAnalysis);
        var (component, violation) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        (await client.GetAsync($"/api/v1/violation/analysis?component={component}&policyViolation={violation}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PutAsJsonAsync("/api/v1/violation/analysis", new { component, policyViolation = violation, analysisState = "APPROVED" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PutAsJsonAsync("/api/v1/violation/analysis", new { component })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    internal static async Task<(string Project, string Component, string Vulnerability)> FindingAsync(HttpClient client, Guid project, string id)
    {
        var list = await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{project}?suppressed=true");
        var matrix = list.EnumerateArray().Single(f => f.GetProperty("vulnerability").GetProperty("vulnId").GetString() == id).GetProperty("matrix").GetString()!.Split(':');
        return (matrix[0], matrix[1], matrix[2]);
    }

    private static string Address((string Project, string Component, string Vulnerability) it) => $"/api/v1/analysis?project={it.Project}&component={it.Component}&vulnerability={it.Vulnerability}";

    internal static async Task<JsonElement> PutAsync(HttpClient client, (string Project, string Component, string Vulnerability) it, object change)
    {
        var body = JsonSerializer.SerializeToNode(change)!.AsObject();
        (body["project"], body["component"], body["vulnerability"]) = (it.Project, it.Component, it.Vulnerability);
        using var response = await client.PutAsJsonAsync("/api/v1/analysis", body);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<(int Critical, int Vulnerabilities, int Total, int Suppressed, int Vulnerable, int Audited, int Unaudited)> MetricsAsync(HttpClient client, Guid project)
    {
        var json = await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{project}/current");
        return (Number("critical"), Number("vulnerabilities"), Number("findingsTotal"), Number("suppressed"), Number("vulnerableComponents"), Number("findingsAudited"), Number("findingsUnaudited"));

        int Number(string name) => json.GetProperty(name).GetInt32();
    }
}
