using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Headwater.EndToEnd.Clients;

/// <summary>
/// Build tools whose clients cannot be run here, written down request by request as they behave: the Jenkins plugin, the Go client and the Maven plugin.
/// </summary>
public sealed class BuildToolTests(ClientServer clients)
{
    private static readonly byte[] Bom = SampleBom.Of("launch", "1.0", ["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:npm/left-pad@1.3.0"], "root: log4j-core left-pad");

    [Fact]
    public async Task Jenkins_TestsTheConnectionUploadsPollsAndReadsEveryPage()
    {
        var server = await clients.StartedAsync();
        using var client = server.Client();

        // Test connection: the product's name and version from the header, then what the key may do.
        using (var self = await client.GetAsync("api/v1/team/self"))
        {
            var product = self.Headers.GetValues("X-Powered-By").Single();
            product.ShouldStartWith("Dependency-Track v");
            Version.Parse(product["Dependency-Track v".Length..]).ShouldBeGreaterThanOrEqualTo(new Version(4, 12, 0));
            var team = await self.Content.ReadFromJsonAsync<JsonElement>();
            team.GetProperty("name").GetString().ShouldNotBeNullOrEmpty();
            var may = team.GetProperty("permissions").EnumerateArray().Select(p => p.GetProperty("name").GetString()!).ToList();
            foreach (var permission in (string[])["BOM_UPLOAD", "VIEW_PORTFOLIO", "VIEW_VULNERABILITY", "VIEW_POLICY_VIOLATION"]) may.ShouldContain(permission);
        }

        using (var anonymous = server.Client(null))
            Version.Parse((await anonymous.GetFromJsonAsync<JsonElement>("api/version")).GetProperty("version").GetString()!).ShouldBeGreaterThanOrEqualTo(new Version(4, 12, 0));

        // The list of projects for its form, page by page of 500.
        var names = new List<string>();
        for (var page = 1; ; page++)
        {
            var projects = await client.GetFromJsonAsync<JsonElement>($"api/v1/project?pageSize=500&pageNumber={page}&excludeInactive=true");
            names.AddRange(projects.EnumerateArray().Select(p => p.GetProperty("name").GetString()!));
            if (projects.GetArrayLength() < 500) break;
        }

        names.ShouldContain("juice-shop");

        // The document is a plain text part without a file name.
        using var form = new MultipartFormDataContent
        {
            { new StringContent("true"), "autoCreate" }, { new StringContent("launch"), "projectName" }, { new StringContent("jenkins"), "projectVersion" },
            { new StringContent(Large(), Encoding.UTF8), "bom" },
        };
        using var uploaded = await client.PostAsync("api/v1/bom", form);
        uploaded.StatusCode.ShouldBe(HttpStatusCode.OK, await uploaded.Content.ReadAsStringAsync());
        await server.WaitForTokenAsync(client, (await uploaded.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!);
        var project = await client.GetFromJsonAsync<JsonElement>("api/v1/project/lookup?name=launch&version=jenkins");
        var uuid = project.GetProperty("uuid").GetString();

        var findings = await PagesAsync(client, $"api/v1/finding/project/{uuid}");
        findings.Count.ShouldBeGreaterThan(100);
        findings.Select(f => f.GetProperty("matrix").GetString()).Distinct().Count().ShouldBe(findings.Count);
        foreach (var finding in findings)
        {
            foreach (var name in (string[])["uuid", "name", "version"]) finding.GetProperty("component").GetProperty(name).GetString().ShouldNotBeNullOrEmpty();
            foreach (var name in (string[])["uuid", "source", "vulnId", "severity"]) finding.GetProperty("vulnerability").GetProperty(name).GetString().ShouldNotBeNullOrEmpty();
            finding.GetProperty("vulnerability").GetProperty("severityRank").GetInt32().ShouldBeInRange(0, 5);
            finding.GetProperty("analysis").GetProperty("isSuppressed").GetBoolean().ShouldBeFalse();
        }

        (await PagesAsync(client, $"api/v1/violation/project/{uuid}")).ShouldBeEmpty();

        // At the end it describes the project; what is said already is answered with 304, which it takes for success.
        foreach (var status in new[] { HttpStatusCode.OK, HttpStatusCode.NotModified })
            (await client.PatchAsJsonAsync($"api/v1/project/{uuid}", new { tags = new[] { new { name = "jenkins" } }, group = "harbour", description = "Built by Jenkins." })).StatusCode.ShouldBe(status);
    }

    [Fact]
    public async Task GoClient_AsksForTheVersionFirst_AndReadsDatesAsNumbers()
    {
        var server = await clients.StartedAsync();
        using (var anonymous = server.Client(null))
        {
            using var about = await anonymous.GetAsync("api/version");
            about.StatusCode.ShouldBe(HttpStatusCode.OK);
            var json = await about.Content.ReadFromJsonAsync<JsonElement>();
            foreach (var name in (string[])["version", "application", "timestamp", "uuid"]) json.GetProperty(name).ValueKind.ShouldBe(JsonValueKind.String);
            foreach (var name in (string[])["name", "version", "timestamp", "uuid"]) json.GetProperty("framework").GetProperty(name).ValueKind.ShouldBe(JsonValueKind.String);
        }

        using var client = server.Client();
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("client-go", "0.18"));
        using var form = new MultipartFormDataContent { { new StringContent("launch"), "projectName" }, { new StringContent("go"), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { new StringContent("true"), "isLatest" }, { new StringContent(Encoding.UTF8.GetString(Bom)), "bom" } };
        using var uploaded = await client.PostAsync("api/v1/bom", form);
        await server.WaitForTokenAsync(client, (await uploaded.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!);
        var project = await client.GetFromJsonAsync<JsonElement>("api/v1/project/latest/launch");
        var uuid = project.GetProperty("uuid").GetString();
        project.GetProperty("lastBomImport").GetInt64().ShouldBeGreaterThan(1_600_000_000_000);
        var metrics = await client.GetFromJsonAsync<JsonElement>($"api/v1/metrics/project/{uuid}/current");
        foreach (var name in (string[])["firstOccurrence", "lastOccurrence"]) metrics.GetProperty(name).GetInt64().ShouldBeGreaterThan(1_600_000_000_000);
        foreach (var name in (string[])["critical", "findingsTotal", "suppressed", "policyViolationsTotal", "policyViolationsSecurityTotal", "policyViolationsLicenseAudited", "policyViolationsOperationalUnaudited"]) metrics.GetProperty(name).ValueKind.ShouldBe(JsonValueKind.Number, name);
        var finding = (await PagesAsync(client, $"api/v1/finding/project/{uuid}"))[0];
        finding.GetProperty("attribution").GetProperty("attributedOn").GetInt64().ShouldBeGreaterThan(1_600_000_000_000);
        finding.GetProperty("vulnerability").GetProperty("published").ValueKind.ShouldBe(JsonValueKind.Number);
        (await PagesAsync(client, $"api/v1/component/project/{uuid}")).Count.ShouldBe(2);
        using var export = await client.GetAsync($"api/v1/bom/cyclonedx/project/{uuid}?format=xml&variant=vdr&download=true");
        export.Content.Headers.ContentType!.MediaType.ShouldBe("application/vnd.cyclonedx+xml");
        using var fpf = await client.GetAsync($"api/v1/finding/project/{uuid}/export");
        (await fpf.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("findings").GetArrayLength().ShouldBeGreaterThan(0);
        using var analysed = await client.PostAsync($"api/v1/finding/project/{uuid}/analyze", null);
        await server.WaitForTokenAsync(client, (await analysed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!);
    }

    [Fact]
    public async Task Maven_WithoutPaging_GetsEveryFinding()
    {
        var server = await clients.StartedAsync();
        using var client = server.Client();
        using var uploaded = await client.PutAsJsonAsync("api/v1/bom", new { projectName = "launch", projectVersion = "maven", autoCreate = true, isLatest = false, bom = Convert.ToBase64String(Encoding.UTF8.GetBytes(Large())) });
        uploaded.StatusCode.ShouldBe(HttpStatusCode.OK, await uploaded.Content.ReadAsStringAsync());
        var token = (await uploaded.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
        for (var i = 0; i < 600 && (await client.GetFromJsonAsync<JsonElement>($"api/v1/bom/token/{token}")).GetProperty("processing").GetBoolean(); i++) await Task.Delay(100);
        var uuid = (await client.GetFromJsonAsync<JsonElement>("api/v1/project/lookup?name=launch&version=maven")).GetProperty("uuid").GetString();

        using var findings = await client.GetAsync($"api/v1/finding/project/{uuid}");
        var all = await findings.Content.ReadFromJsonAsync<JsonElement>();
        all.GetArrayLength().ShouldBeGreaterThan(100);
        findings.Headers.GetValues("X-Total-Count").Single().ShouldBe(all.GetArrayLength().ToString());
        (await client.GetAsync($"api/v1/metrics/project/{uuid}/refresh")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetFromJsonAsync<JsonElement>($"api/v1/violation/project/{uuid}")).GetArrayLength().ShouldBe(0);
    }

    /// <summary>More findings than fit on one page: a hundred and twenty versions of a package that each has some.</summary>
    private static string Large() => JsonSerializer.Serialize(new
    {
        bomFormat = "CycloneDX", specVersion = "1.5", version = 1,
        components = Enumerable.Range(0, 120).Select(i => $"4.{i / 8}.{i % 8}").Select(v => new { type = "library", name = "lodash", version = v, purl = $"pkg:npm/lodash@{v}" }),
    });

    /// <summary>Pages of 100 until as many have come as the header says.</summary>
    private static async Task<List<JsonElement>> PagesAsync(HttpClient client, string path)
    {
        var all = new List<JsonElement>();
        for (var page = 1; ; page++)
        {
            using var response = await client.GetAsync($"{path}?pageNumber={page}&pageSize=100");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            all.AddRange((await response.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray());
            if (all.Count >= int.Parse(response.Headers.GetValues("X-Total-Count").Single())) return all;
            page.ShouldBeLessThan(100);
        }
    }
}
