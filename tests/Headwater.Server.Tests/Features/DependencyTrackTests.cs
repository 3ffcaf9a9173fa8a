using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Tests.Features;

/// <summary>The compatible interface, with requests written down as each client sends them.</summary>
public sealed class DependencyTrackTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Guava = "pkg:maven/com.google.guava/guava@31.0-jre", Lodash = "pkg:npm/lodash@4.17.20";

    [Fact]
    public async Task Version_WithoutKey_AnswersAndCarriesTheHeaders()
    {
        using var client = host.Anonymous();
        using var response = await client.GetAsync("/api/version");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("X-Powered-By").Single().ShouldStartWith("Dependency-Track v4.1");
        response.Headers.CacheControl!.ToString().ShouldContain("must-revalidate");
        response.Headers.GetValues("Access-Control-Allow-Origin").Single().ShouldBe("*");
        var json = await response.Content.ReadFromJsonAsync<JsonElement>();
        Version.Parse(json.GetProperty("version").GetString()!).ShouldBeGreaterThanOrEqualTo(new Version(4, 12, 0));
        json.GetProperty("framework").GetProperty("uuid").GetGuid().ShouldNotBe(Guid.Empty);
    }

    [Theory]
    [InlineData("/api/headwater/v1/overview")]
    [InlineData("/healthz")]
    [InlineData("/sign-in")]
    public async Task Answers_OutsideTheCompatiblePaths_CarryNoneOfItsHeaders(string path)
    {
        using var client = host.Anonymous();
        using var response = await client.GetAsync(path);
        response.Headers.Contains("X-Powered-By").ShouldBeFalse();
        response.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
    }

    [Fact]
    public async Task Refusals_OnTheCompatiblePaths_CarryTheHeaders()
    {
        using var client = host.Anonymous();
        foreach (var path in (string[])["/api/v1/project", "/api/v1/no-such-thing"])
        {
            using var response = await client.GetAsync(path);
            response.IsSuccessStatusCode.ShouldBeFalse();
            response.Headers.GetValues("X-Powered-By").Single().ShouldStartWith("Dependency-Track v");
            response.Headers.GetValues("Access-Control-Expose-Headers").Single().ShouldBe("X-Total-Count");
        }
    }

    [Fact]
    public async Task PoweredBy_SwitchedOffAndBehindAPrefix_IsNotSentWhileTheOthersAre()
    {
        await using var quiet = new TestHost { Settings = { ["Headwater:DependencyTrack:PoweredBy"] = "false", ["Headwater:PathBase"] = "/hw" } };
        await quiet.InitializeAsync();
        using var client = quiet.Anonymous();
        using var response = await client.GetAsync("/hw/api/version");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.Contains("X-Powered-By").ShouldBeFalse();
        response.Headers.GetValues("Access-Control-Allow-Origin").Single().ShouldBe("*");
    }

    [Fact]
    public async Task Upload_AsTheGitHubAction_IsAnalysed()
    {
        using var client = await host.ClientAsync();
        using var form = new MultipartFormDataContent("----formdata-undici-0123")
        {
            { new StringContent("gh"), "projectName" }, { new StringContent("1"), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { new StringContent("Web, prod"), "projectTags" },
            { new StringContent("true"), "isLatest" }, { TestHost.Part(TestHost.Bom(Log4j, Guava)), "bom", "bom" },
        };
        using var response = await client.PostAsync("/api/v1/bom", form);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var uploaded = (await response.Content.ReadFromJsonAsync<Uploaded>())!;
        await TestHost.WaitAsync(client, uploaded.Token);

        var project = await client.GetFromJsonAsync<JsonElement>("/api/v1/project/lookup?name=gh&version=1");
        project.GetProperty("uuid").GetGuid().ShouldBe(uploaded.ProjectUuid);
        project.GetProperty("isLatest").GetBoolean().ShouldBeTrue();
        project.GetProperty("lastBomImport").GetInt64().ShouldBeGreaterThan(1_600_000_000_000);
        project.GetProperty("lastBomImportFormat").GetString().ShouldBe("CycloneDX 1.5");
        project.GetProperty("tags").EnumerateArray().Select(t => t.GetProperty("name").GetString()).ShouldBe(["prod", "web"]);
        project.GetProperty("versions").GetArrayLength().ShouldBe(1);

        using var found = await client.GetAsync($"/api/v1/finding/project/{uploaded.ProjectUuid}");
        found.Headers.GetValues("X-Total-Count").Single().ShouldBe("1");
        var finding = (await found.Content.ReadFromJsonAsync<JsonElement>())[0];
        var vulnerability = finding.GetProperty("vulnerability");
        vulnerability.GetProperty("vulnId").GetString().ShouldBe("CVE-2021-44228");
        vulnerability.GetProperty("source").GetString().ShouldBe("NVD");
        vulnerability.GetProperty("severity").GetString().ShouldBe("CRITICAL");
        vulnerability.GetProperty("severityRank").GetInt32().ShouldBe(0);
        vulnerability.GetProperty("cvssV3BaseScore").GetDouble().ShouldBe(10);
        vulnerability.GetProperty("cweId").GetInt32().ShouldBe(20);
        vulnerability.GetProperty("aliases")[0].GetProperty("ghsaId").GetString().ShouldBe("GHSA-jfh8-c2jp-5v3q");
        vulnerability.GetProperty("published").ValueKind.ShouldBe(JsonValueKind.Number);
        finding.GetProperty("analysis").GetProperty("isSuppressed").GetBoolean().ShouldBeFalse();
        var component = finding.GetProperty("component");
        component.TryGetProperty("latestVersion", out _).ShouldBeFalse("fields without a value are absent");
        finding.GetProperty("matrix").GetString().ShouldBe($"{uploaded.ProjectUuid}:{component.GetProperty("uuid").GetString()}:{vulnerability.GetProperty("uuid").GetString()}");

        var metrics = await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{uploaded.ProjectUuid}/current");
        metrics.GetProperty("critical").GetInt32().ShouldBe(1);
        metrics.GetProperty("components").GetInt32().ShouldBe(2);
        metrics.GetProperty("policyViolationsLicenseUnaudited").GetInt32().ShouldBe(0);
        metrics.GetProperty("lastOccurrence").ValueKind.ShouldBe(JsonValueKind.Number);

        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/component/{component.GetProperty("uuid").GetString()}")).GetProperty("purl").GetString().ShouldBe(Log4j);
    }

    [Fact]
    public async Task Upload_AsJenkins_WithThePlainTextField_IsTaken()
    {
        using var client = await host.ClientAsync();
        using var form = new MultipartFormDataContent { { new StringContent(TestHost.Bom(Guava)), "bom" }, { new StringContent("jenkins"), "projectName" }, { new StringContent("1"), "projectVersion" }, { new StringContent("true"), "autoCreate" } };
        (await client.PostAsync("/api/v1/bom", form)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("PUT", "\"true\"")]
    [InlineData("PUT", "true")]
    [InlineData("POST", "\"true\"")]
    public async Task Upload_AsCdxgen_InBase64_IsTaken(string method, string autoCreate)
    {
        using var client = await host.ClientAsync();
        var name = $"cdxgen {method} {autoCreate.Length}";
        var body = $$"""{"autoCreate":{{autoCreate}},"projectName":"{{name}}","projectVersion":"main","projectTags":[{"name":"t"}],"isLatestProjectVersion":true,"bom":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes("\uFEFF" + TestHost.Bom(Guava)))}}"}""";
        using var request = new HttpRequestMessage(new HttpMethod(method), "/api/v1/bom") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        var token = (await response.Content.ReadFromJsonAsync<Uploaded>())!;
        await TestHost.WaitAsync(client, token.Token);
        var latest = await client.GetFromJsonAsync<JsonElement>($"/api/v1/project/latest/{Uri.EscapeDataString(name)}");
        latest.GetProperty("uuid").GetGuid().ShouldBe(token.ProjectUuid);
    }

    [Fact]
    public async Task Upload_Compressed_IsUnpacked()
    {
        using var client = await host.ClientAsync();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, true)) gzip.Write(Encoding.UTF8.GetBytes(TestHost.Bom(Guava)));
        using var part = new ByteArrayContent(packed.ToArray()) { Headers = { { "Content-Type", "application/gzip" } } };
        using var form = new MultipartFormDataContent { { new StringContent("packed"), "projectName" }, { new StringContent("true"), "autoCreate" }, { part, "bom", "bom.json.gz" } };
        (await client.PostAsync("/api/v1/bom", form)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Projects_AsTheNpmClient_WithTheFilterInTheBodyOfTheGet_AreFiltered()
    {
        using var client = await host.ClientAsync();
        var mine = await TestHost.UploadAsync(client, "npm-client", "1", TestHost.Bom(Guava));
        await TestHost.UploadAsync(client, "another", "1", TestHost.Bom(Guava));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/project") { Content = JsonContent.Create(new { name = "npm-client" }) };
        using var response = await client.SendAsync(request);
        var list = await response.Content.ReadFromJsonAsync<JsonElement>();
        list.EnumerateArray().Single().GetProperty("uuid").GetGuid().ShouldBe(mine.ProjectUuid);

        using var delete = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/project/{mine.ProjectUuid}") { Content = JsonContent.Create(new { }) };
        (await client.SendAsync(delete)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.GetAsync($"/api/v1/project/{mine.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Upload_WithoutDocument_SaysSo()
    {
        using var client = await host.ClientAsync();
        using var form = new MultipartFormDataContent { { new StringContent("x"), "projectName" } };
        await ShouldSayAsync(await client.PostAsync("/api/v1/bom", form), HttpStatusCode.BadRequest, "No BOM file provided.");
        await ShouldSayAsync(await client.PutAsJsonAsync("/api/v1/bom", new { projectName = "x" }), HttpStatusCode.BadRequest, "No BOM file provided.");
    }

    [Fact]
    public async Task Upload_ToWhatIsNotThere_SaysWhatIsMissing()
    {
        using var client = await host.ClientAsync();
        using var uploader = await host.ClientAsync(Permissions.BomUpload);
        await ShouldSayAsync(await PostAsync(client, ("project", Guid.CreateVersion7().ToString())), HttpStatusCode.NotFound, "The project could not be found.");
        await ShouldSayAsync(await PostAsync(client, ("projectName", "missing")), HttpStatusCode.NotFound, "The project could not be found.");
        await ShouldSayAsync(await PostAsync(client, ("projectName", "missing"), ("autoCreate", "true"), ("parentName", "nobody")), HttpStatusCode.NotFound, "The parent component could not be found.");
        await ShouldSayAsync(await PostAsync(uploader, ("projectName", "missing"), ("autoCreate", "true")), HttpStatusCode.Unauthorized, "The principal does not have permission to create project.");
        (await PostAsync(client, ("project", "not-a-uuid"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetAsync("/api/v1/project/lookup?name=missing&version=1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        static Task<HttpResponseMessage> PostAsync(HttpClient client, params (string Name, string Value)[] fields)
        {
            var form = new MultipartFormDataContent { { TestHost.Part(TestHost.Bom(Guava)), "bom", "bom.json" } };
            foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
            return client.PostAsync("/api/v1/bom", form);
        }
    }

    [Fact]
    public async Task Upload_UnderAParent_HangsThere()
    {
        using var client = await host.ClientAsync();
        var parent = await TestHost.UploadAsync(client, "family", "1", TestHost.Bom(Guava));
        using var form = new MultipartFormDataContent { { TestHost.Part(TestHost.Bom(Guava)), "bom", "b" }, { new StringContent("child"), "projectName" }, { new StringContent("true"), "autoCreate" }, { new StringContent("family"), "parentName" }, { new StringContent("1"), "parentVersion" } };
        (await client.PostAsync("/api/v1/bom", form)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var children = await client.GetFromJsonAsync<JsonElement>($"/api/v1/project/{parent.ProjectUuid}/children");
        children[0].GetProperty("name").GetString().ShouldBe("child");
        children[0].GetProperty("parent").GetProperty("uuid").GetGuid().ShouldBe(parent.ProjectUuid);
    }

    [Fact]
    public async Task Project_MadeChangedAndDeleted_AnswersWithTheRightCodes()
    {
        using var client = await host.ClientAsync();
        var made = await client.PutAsJsonAsync("/api/v1/project", new { name = "crud", version = "1", classifier = "LIBRARY", tags = new[] { new { name = "a" } } });
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        var uuid = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("uuid").GetGuid();
        (await client.PutAsJsonAsync("/api/v1/project", new { name = "crud", version = "1" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);

        (await client.PatchAsJsonAsync($"/api/v1/project/{uuid}", new { tags = new[] { new { name = "a" } }, classifier = "LIBRARY" })).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        var patched = await client.PatchAsJsonAsync($"/api/v1/project/{uuid}", new { description = "new", active = false, externalReferences = new[] { new { type = "vcs", url = "https://example.org" } } });
        patched.StatusCode.ShouldBe(HttpStatusCode.OK);
        var json = await patched.Content.ReadFromJsonAsync<JsonElement>();
        json.GetProperty("active").GetBoolean().ShouldBeFalse();
        json.GetProperty("inactiveSince").GetInt64().ShouldBeGreaterThan(0);
        json.GetProperty("externalReferences")[0].GetProperty("url").GetString().ShouldBe("https://example.org");
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/project?name=crud&excludeInactive=true")).GetArrayLength().ShouldBe(0);
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/project/tag/a")).GetArrayLength().ShouldBe(1);

        (await client.PatchAsJsonAsync($"/api/v1/project/{uuid}", new { parent = new { uuid } })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PatchAsJsonAsync($"/api/v1/project/{Guid.CreateVersion7()}", new { description = "x" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.DeleteAsync($"/api/v1/project/{uuid}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.DeleteAsync($"/api/v1/project/{uuid}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Metrics_BeforeTheFirstAnalysis_AreAllZero()
    {
        using var client = await host.ClientAsync();
        var made = await client.PutAsJsonAsync("/api/v1/project", new { name = "empty", version = "1" });
        var uuid = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("uuid").GetGuid();
        using var response = await client.GetAsync($"/api/v1/metrics/project/{uuid}/current");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("components").GetInt32().ShouldBe(0);
        (await client.GetAsync($"/api/v1/metrics/project/{uuid}/refresh")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Violations_ThereBeingNoPolicies_AreAnEmptyList()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "violations", "1", TestHost.Bom(Guava));
        using var response = await client.GetAsync($"/api/v1/violation/project/{it.ProjectUuid}?pageNumber=1&pageSize=100");
        (await response.Content.ReadAsStringAsync()).ShouldBe("[]");
        response.Headers.GetValues("X-Total-Count").Single().ShouldBe("0");
    }

    [Fact]
    public async Task Findings_AskedForPageByPage_ComeOnceEach()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "pages", "1", TestHost.Bom(Log4j, Lodash));
        var seen = new List<string>();
        for (var page = 1; page <= 3; page++)
        {
            using var response = await client.GetAsync($"/api/v1/finding/project/{it.ProjectUuid}?pageNumber={page}&pageSize=1");
            response.Headers.GetValues("X-Total-Count").Single().ShouldBe("2");
            seen.AddRange((await response.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray().Select(f => f.GetProperty("vulnerability").GetProperty("vulnId").GetString()!));
        }

        seen.ShouldBe(["CVE-2021-44228", "CVE-2020-0001"]);
    }

    [Fact]
    public async Task Findings_AsSarifAndAsFpf_AreDocuments()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "formats", "1", TestHost.Bom(Log4j));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/finding/project/{it.ProjectUuid}") { Headers = { { "Accept", "application/sarif+json" } } };
        using var response = await client.SendAsync(request);
        var sarif = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        sarif.GetProperty("version").GetString().ShouldBe("2.1.0");
        sarif.GetProperty("runs")[0].GetProperty("results")[0].GetProperty("ruleId").GetString().ShouldBe("CVE-2021-44228");
        var fpf = await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{it.ProjectUuid}/export");
        fpf.GetProperty("meta").GetProperty("application").GetString().ShouldBe("Dependency-Track");
        fpf.GetProperty("findings").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Components_ByProjectIdentityAndHash_AreFound()
    {
        using var client = await host.ClientAsync();
        var bom = TestHost.Bom(Log4j).Replace("\"licenses\"", "\"hashes\":[{\"alg\":\"SHA-1\",\"content\":\"9141212b8507ab50a45525b545b39d224614528b\"}],\"licenses\"", StringComparison.Ordinal);
        var it = await TestHost.UploadAsync(client, "where-is-log4j", "1", bom);
        foreach (var address in (string[])[$"project/{it.ProjectUuid}", "identity?name=log4j-core&project=" + it.ProjectUuid, "identity?purl=" + Uri.EscapeDataString("pkg:maven/org.apache.logging.log4j/log4j-core") + "&project=" + it.ProjectUuid])
        {
            using var response = await client.GetAsync("/api/v1/component/" + address);
            response.Headers.GetValues("X-Total-Count").Single().ShouldBe("1", address);
            (await response.Content.ReadFromJsonAsync<JsonElement>())[0].GetProperty("project").GetProperty("name").GetString().ShouldBe("where-is-log4j");
        }

        (await client.GetFromJsonAsync<JsonElement>("/api/v1/component/hash/9141212B8507AB50A45525B545B39D224614528B")).EnumerateArray().Select(c => c.GetProperty("name").GetString()).ShouldContain("log4j-core");
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/vulnerability/source/NVD/vuln/CVE-2021-44228/projects")).EnumerateArray().Select(p => p.GetProperty("name").GetString()).ShouldContain("where-is-log4j");
    }

    [Theory]
    [InlineData("json", "inventory")]
    [InlineData("xml", "withVulnerabilities")]
    [InlineData("json", "vdr")]
    public async Task Export_InEveryVariant_IsAValidDocument(string format, string variant)
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, $"export-{variant}", "1", TestHost.Bom(Log4j, Guava));
        using var response = await client.GetAsync($"/api/v1/bom/cyclonedx/project/{it.ProjectUuid}?format={format}&variant={variant}");
        response.Content.Headers.ContentType!.MediaType.ShouldBe($"application/vnd.cyclonedx+{format}");
        using var body = new MemoryStream(await response.Content.ReadAsByteArrayAsync());
        var read = Core.Sboms.SbomDocument.Read(body, out var document);
        read.Errors.ShouldBeEmpty();
        document.Components.Count(c => !c.IsRoot).ShouldBe(2);
        document.Vulnerabilities.Count.ShouldBe(variant == "inventory" ? 0 : 1);
    }

    [Fact]
    public async Task TeamSelf_WithAKey_NamesItsPermissions()
    {
        using var client = await host.ClientAsync();
        var self = await client.GetFromJsonAsync<JsonElement>("/api/v1/team/self");
        self.GetProperty("permissions").EnumerateArray().Select(p => p.GetProperty("name").GetString()).ShouldContain("BOM_UPLOAD");
        self.GetProperty("uuid").GetGuid().ShouldNotBe(Guid.Empty);
    }

    [Fact]
    public async Task Tokens_Unknown_AreNotProcessing()
    {
        using var client = await host.ClientAsync();
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/event/token/{Guid.CreateVersion7()}")).GetProperty("processing").GetBoolean().ShouldBeFalse();
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/bom/token/{Guid.CreateVersion7()}")).GetProperty("processing").GetBoolean().ShouldBeFalse();
        (await client.GetAsync("/api/v1/event/token/nonsense")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Badge_WithTheKeyInTheAddress_IsAnImage()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "badge", "1", TestHost.Bom(Log4j));
        var key = client.DefaultRequestHeaders.GetValues("X-API-Key").Single();
        using var anonymous = host.Anonymous();
        using var response = await anonymous.GetAsync($"/api/v1/badge/vulns/project/{it.ProjectUuid}?apiKey={key}");
        response.Content.Headers.ContentType!.MediaType.ShouldBe("image/svg+xml");
        (await response.Content.ReadAsStringAsync()).ShouldContain("1 critical");
        (await anonymous.GetAsync($"/api/v1/project?apiKey={key}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Login_WithThePassword_GivesABearerToken()
    {
        using var client = host.Anonymous();
        using var response = await client.PostAsync("/api/v1/user/login", new FormUrlEncodedContent([new("username", "admin"), new("password", TestHost.Password)]));
        client.DefaultRequestHeaders.Authorization = new("Bearer", await response.Content.ReadAsStringAsync());
        (await client.GetAsync("/api/v1/project")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task ShouldSayAsync(HttpResponseMessage response, HttpStatusCode status, string text)
    {
        response.StatusCode.ShouldBe(status);
        (await response.Content.ReadAsStringAsync()).ShouldBe(text);
    }
}
