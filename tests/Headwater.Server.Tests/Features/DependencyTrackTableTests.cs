using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Tests.Features;

/// <summary>The operations of the compatible interface line by line: who may, what is missing, what comes back.</summary>
public sealed class DependencyTrackTableTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Guava = "pkg:maven/com.google.guava/guava@31.0-jre", GuavaNext = "pkg:maven/com.google.guava/guava@32.0-jre", Lodash = "pkg:npm/lodash@4.17.20";

    /// <summary>Method, path, and the permission it needs; with the answers without a key, with a key that may nothing of it, and for a project that is not there.</summary>
    public static TheoryData<string, string, string> Operations => new()
    {
        { "GET", "/api/v1/project", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/project/lookup?name=none&version=1", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/project/{uuid}", "VIEW_PORTFOLIO" },
        { "GET", "/api/v1/project/latest/none", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/project/tag/none", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/project/{uuid}/children", "VIEW_PORTFOLIO" },
        { "PUT", "/api/v1/project", "PORTFOLIO_MANAGEMENT" }, { "POST", "/api/v1/project", "PORTFOLIO_MANAGEMENT" }, { "PATCH", "/api/v1/project/{uuid}", "PORTFOLIO_MANAGEMENT" },
        { "DELETE", "/api/v1/project/{uuid}", "PORTFOLIO_MANAGEMENT" }, { "PUT", "/api/v1/project/clone", "PORTFOLIO_MANAGEMENT" }, { "GET", "/api/v1/tag", "VIEW_PORTFOLIO" },
        { "POST", "/api/v1/bom", "BOM_UPLOAD" }, { "PUT", "/api/v1/bom", "BOM_UPLOAD" }, { "GET", "/api/v1/bom/token/{uuid}", "BOM_UPLOAD" }, { "GET", "/api/v1/bom/cyclonedx/project/{uuid}", "VIEW_PORTFOLIO" },
        { "GET", "/api/v1/finding/project/{uuid}", "VIEW_VULNERABILITY" }, { "GET", "/api/v1/finding/project/{uuid}/export", "VIEW_VULNERABILITY" }, { "POST", "/api/v1/finding/project/{uuid}/analyze", "VIEW_VULNERABILITY" },
        { "GET", "/api/v1/violation/project/{uuid}", "VIEW_POLICY_VIOLATION" }, { "GET", "/api/v1/metrics/project/{uuid}/current", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/metrics/project/{uuid}/refresh", "PORTFOLIO_MANAGEMENT" },
        { "GET", "/api/v1/metrics/project/{uuid}/days/7", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/metrics/project/{uuid}/since/20260101", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/metrics/portfolio/current", "VIEW_PORTFOLIO" },
        { "POST", "/api/v1/vex", "VULNERABILITY_ANALYSIS" }, { "PUT", "/api/v1/vex", "VULNERABILITY_ANALYSIS" }, { "GET", "/api/v1/vex/cyclonedx/project/{uuid}", "VULNERABILITY_ANALYSIS" },
        { "GET", "/api/v1/analysis", "VIEW_VULNERABILITY" }, { "PUT", "/api/v1/analysis", "VULNERABILITY_ANALYSIS" }, { "GET", "/api/v1/violation/analysis", "VIEW_POLICY_VIOLATION" }, { "PUT", "/api/v1/violation/analysis", "POLICY_VIOLATION_ANALYSIS" },
        { "GET", "/api/v1/component/project/{uuid}", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/component/identity?name=none", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/component/hash/00", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/component/{uuid}", "VIEW_PORTFOLIO" }, { "GET", "/api/v1/repository/latest?purl=pkg:npm/none", "VIEW_PORTFOLIO" },
        { "GET", "/api/v1/badge/vulns/project/{uuid}", "VIEW_BADGES" }, { "GET", "/api/v1/badge/vulns/project/none/1", "VIEW_BADGES" }, { "GET", "/api/v1/badge/violations/project/{uuid}", "VIEW_BADGES" },
        { "GET", "/api/v1/badge/violations/project/none/1", "VIEW_BADGES" },
    };

    [Fact]
    public async Task Components_CarryTheInheritedRiskOfTheirFindings_AndSortByIt()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "weighed", "1", TestHost.Bom(Log4j, Lodash, Guava));
        await host.IdleAsync();
        var findings = await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{it.ProjectUuid}");
        var sums = findings.EnumerateArray().GroupBy(f => f.GetProperty("component").GetProperty("name").GetString()!).ToDictionary(g => g.Key, g => g.Sum(f =>
            f.GetProperty("vulnerability").GetProperty("severity").GetString() switch { "CRITICAL" => 10.0, "HIGH" => 5, "MEDIUM" => 3, "LOW" => 1, _ => 5 }));
        sums.Count.ShouldBeGreaterThan(0);

        var components = await client.GetFromJsonAsync<JsonElement>($"/api/v1/component/project/{it.ProjectUuid}?sortName=lastInheritedRiskScore&sortOrder=desc");

        components.EnumerateArray().ShouldAllBe(c => c.GetProperty("lastInheritedRiskScore").GetDouble() == sums.GetValueOrDefault(c.GetProperty("name").GetString()!));
        components.EnumerateArray().Select(c => c.GetProperty("lastInheritedRiskScore").GetDouble()).ShouldBeInOrder(SortDirection.Descending);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Operation_WithoutAKeyOrThePermission_IsRefusedWithoutAWord(string method, string path, string permission)
    {
        var address = path.Replace("{uuid}", Guid.CreateVersion7().ToString(), StringComparison.Ordinal);
        PermissionNames.TryParse(permission, out var needed).ShouldBeTrue();
        using var anonymous = host.Anonymous();
        using var unknown = host.Anonymous();
        unknown.DefaultRequestHeaders.Add("X-Api-Key", "odt_12345678_12345678901234567890123456789012");
        using var other = await host.ClientAsync(Permissions.Compatible & ~needed);
        using var allowed = await host.ClientAsync(needed | Permissions.ViewPortfolio);
        foreach (var (client, status) in new[] { (anonymous, HttpStatusCode.Unauthorized), (unknown, HttpStatusCode.Unauthorized), (other, HttpStatusCode.Forbidden) })
        {
            using var response = await SendAsync(client, method, address);
            response.StatusCode.ShouldBe(status);
            (await response.Content.ReadAsStringAsync()).ShouldBeEmpty();
            response.Headers.GetValues("X-Powered-By").Single().ShouldStartWith("Dependency-Track v");
        }

        using var answer = await SendAsync(allowed, method, address);
        ((int)answer.StatusCode).ShouldBeOneOf(200, 204, 400, 404);
        if (path.Contains("/project/{uuid}", StringComparison.Ordinal))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await answer.Content.ReadAsStringAsync()).ShouldBe("The project could not be found.");
        }

        static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path)
        {
            var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (method != "GET") request.Content = JsonContent.Create(new { description = "x" });
            return client.SendAsync(request);
        }
    }

    [Theory]
    [InlineData("/api/v1/project/not-a-uuid")]
    [InlineData("/api/v1/finding/project/not-a-uuid")]
    [InlineData("/api/v1/metrics/project/not-a-uuid/current")]
    [InlineData("/api/v1/metrics/project/00000000-0000-0000-0000-000000000001/since/yesterday")]
    [InlineData("/api/v1/bom/cyclonedx/project/not-a-uuid")]
    [InlineData("/api/v1/project?notAssignedToTeamWithUuid=x")]
    public async Task Address_ThatCannotBeRead_IsABadRequest(string path)
    {
        using var client = await host.ClientAsync();
        (await client.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Clone_WithEverything_IsTheSameUnderAnotherVersion()
    {
        using var client = await host.ClientAsync(Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis);
        var it = await TestHost.UploadAsync(client, "cloned", "1", TestHost.Bom(Log4j, Guava));
        await client.PatchAsJsonAsync($"/api/v1/project/{it.ProjectUuid}", new { tags = new[] { new { name = "blue" } }, description = "The original.", properties = new[] { new { name = "a", value = "b" } } });
        await AnalysisTests.PutAsync(client, await AnalysisTests.FindingAsync(client, it.ProjectUuid, "CVE-2021-44228"), new { analysisState = "NOT_AFFECTED", isSuppressed = true });
        using var response = await client.PutAsJsonAsync("/api/v1/project/clone", new
        {
            project = it.ProjectUuid, version = "2", includeTags = true, includeProperties = true, includeDependencies = true, includeComponents = true, includeServices = true, includeAuditHistory = true, includeACL = true,
            includePolicyViolations = true, makeCloneLatest = true,
        });
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var token = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetGuid();
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/event/token/{token}")).GetProperty("processing").GetBoolean().ShouldBeFalse();

        var copy = await client.GetFromJsonAsync<JsonElement>("/api/v1/project/lookup?name=cloned&version=2");
        var uuid = copy.GetProperty("uuid").GetGuid();
        copy.GetProperty("isLatest").GetBoolean().ShouldBeTrue();
        copy.GetProperty("description").GetString().ShouldBe("The original.");
        copy.GetProperty("tags")[0].GetProperty("name").GetString().ShouldBe("blue");
        copy.GetProperty("properties")[0].GetProperty("value").GetString().ShouldBe("b");
        copy.GetProperty("versions").GetArrayLength().ShouldBe(2);
        copy.GetProperty("metrics").GetProperty("components").GetInt32().ShouldBe(2);
        copy.GetProperty("metrics").GetProperty("suppressed").GetInt32().ShouldBe(1);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/component/project/{uuid}?onlyDirect=true")).GetArrayLength().ShouldBe(1);
        (await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{uuid}/tree")).GetProperty("total").GetInt32().ShouldBe(1);
        (await client.GetStringAsync($"/api/v1/bom/cyclonedx/project/{uuid}")).ShouldContain("log4j-core");
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{uuid}?suppressed=true"))[0].GetProperty("analysis").GetProperty("state").GetString().ShouldBe("NOT_AFFECTED");

        // What the copy is given later is its own.
        await TestHost.UploadAsync(client, "cloned", "2", TestHost.Bom(Lodash));
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/component/project/{it.ProjectUuid}")).GetArrayLength().ShouldBe(2);
        (await client.PutAsJsonAsync("/api/v1/project/clone", new { project = it.ProjectUuid, version = "2" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Clone_WithoutAnything_IsEmpty()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "bare", "1", TestHost.Bom(Log4j));
        (await client.PutAsJsonAsync("/api/v1/project/clone", new { project = it.ProjectUuid, version = "2" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        var copy = await client.GetFromJsonAsync<JsonElement>("/api/v1/project/lookup?name=bare&version=2");
        copy.GetProperty("isLatest").GetBoolean().ShouldBeFalse();
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/component/project/{copy.GetProperty("uuid").GetString()}")).GetArrayLength().ShouldBe(0);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{copy.GetProperty("uuid").GetString()}/current")).GetProperty("components").GetInt32().ShouldBe(0);
        (await client.PutAsJsonAsync("/api/v1/project/clone", new { project = Guid.CreateVersion7(), version = "2" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PutAsJsonAsync("/api/v1/project/clone", new { project = it.ProjectUuid })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Upload_ToACollection_IsRefusedAndSaysWhy()
    {
        using var client = await host.ClientAsync();
        var made = await client.PutAsJsonAsync("/api/v1/project", new { name = "collection", version = "1", collectionLogic = "AGGREGATE_DIRECT_CHILDREN" });
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var form = new MultipartFormDataContent { { new StringContent("collection"), "projectName" }, { new StringContent("1"), "projectVersion" }, { TestHost.Part(TestHost.Bom(Guava)), "bom", "bom.json" } };
        using var response = await client.PostAsync("/api/v1/bom", form);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldStartWith("A collection project has no BOM of its own");
    }

    [Theory]
    [InlineData("28B52FFD0458", "Zstandard")]
    [InlineData("0A03312E35", "Protocol Buffers")]
    [InlineData("504B0304", "ZIP")]
    public async Task Upload_OfAKindThatIsNotRead_IsRefusedByItsName(string bytes, string name)
    {
        using var client = await host.ClientAsync();
        using var part = new ByteArrayContent(Convert.FromHexString(bytes)) { Headers = { { "Content-Type", "application/octet-stream" } } };
        using var form = new MultipartFormDataContent { { new StringContent("other-kinds"), "projectName" }, { new StringContent("true"), "autoCreate" }, { part, "bom", "bom" } };
        using var response = await client.PostAsync("/api/v1/bom", form);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await response.Content.ReadAsStringAsync()).ShouldContain(name);
        (await client.GetAsync("/api/v1/project/lookup?name=other-kinds")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Upload_WithAByteOrderMarkAsPostedJson_IsTaken()
    {
        using var client = await host.ClientAsync();
        var json = JsonSerializer.Serialize(new { projectName = "marked", projectVersion = " 1 ", autoCreate = "true", projectTags = new[] { new { name = "Ci" } }, bom = Convert.ToBase64String([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(TestHost.Bom(Guava))]) });
        using var response = await client.PostAsync("/api/v1/bom", new ByteArrayContent([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(json)]) { Headers = { { "Content-Type", "application/json" } } });
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var project = await client.GetFromJsonAsync<JsonElement>("/api/v1/project/lookup?name=marked&version=1");
        project.GetProperty("tags")[0].GetProperty("name").GetString().ShouldBe("ci");
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/tag")).EnumerateArray().Single(t => t.GetProperty("name").GetString() == "ci").GetProperty("projectCount").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Tags_FromAKeyThatMayNotManage_AreIgnoredWithoutAnError()
    {
        using var manager = await host.ClientAsync();
        using var uploader = await host.ClientAsync(Permissions.BomUpload | Permissions.ViewPortfolio);
        var it = await TestHost.UploadAsync(manager, "tagged", "1", TestHost.Bom(Guava));
        await manager.PatchAsJsonAsync($"/api/v1/project/{it.ProjectUuid}", new { tags = new[] { new { name = "kept" } } });
        using var form = new MultipartFormDataContent { { new StringContent(it.ProjectUuid.ToString()), "project" }, { new StringContent("other"), "projectTags" }, { TestHost.Part(TestHost.Bom(Guava)), "bom", "bom.json" } };
        (await uploader.PostAsync("/api/v1/bom", form)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await manager.GetFromJsonAsync<JsonElement>($"/api/v1/project/{it.ProjectUuid}")).GetProperty("tags").EnumerateArray().Select(t => t.GetProperty("name").GetString()).ShouldBe(["kept"]);
    }

    [Fact]
    public async Task Components_Outdated_AreThoseOfWhichANewerVersionIsKnown()
    {
        using var client = await host.ClientAsync();
        var old = await TestHost.UploadAsync(client, "outdated", "1", TestHost.Bom(Guava, "pkg:maven/org.example/only@1"));
        await TestHost.UploadAsync(client, "up-to-date", "1", TestHost.Bom(GuavaNext));
        using var response = await client.GetAsync($"/api/v1/component/project/{old.ProjectUuid}?onlyOutdated=true");
        response.Headers.GetValues("X-Total-Count").Single().ShouldBe("1");
        var component = (await response.Content.ReadFromJsonAsync<JsonElement>())[0];
        component.GetProperty("name").GetString().ShouldBe("guava");
        component.GetProperty("repositoryMeta").GetProperty("latestVersion").GetString().ShouldBe("32.0-jre");
    }

    [Fact]
    public async Task Metrics_ByTheDay_EndWithToday()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "by-the-day", "1", TestHost.Bom(Log4j));
        var days = await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{it.ProjectUuid}/days/30");
        var today = days.EnumerateArray().Last();
        today.GetProperty("critical").GetInt32().ShouldBe(1);
        DateTimeOffset.FromUnixTimeMilliseconds(today.GetProperty("lastOccurrence").GetInt64()).Date.ShouldBe(DateTime.UtcNow.Date);
        var portfolio = await client.GetFromJsonAsync<JsonElement>("/api/v1/metrics/portfolio/current");
        var history = await client.GetFromJsonAsync<JsonElement>("/api/v1/metrics/portfolio/since/20200101");
        foreach (var name in (string[])["projects", "vulnerableProjects", "components", "critical", "vulnerabilities"])
            history.EnumerateArray().Last().GetProperty(name).GetInt32().ShouldBe(portfolio.GetProperty(name).GetInt32(), name);
        portfolio.GetProperty("critical").GetInt32().ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task Projects_NotOfATeam_AreThoseItsKeyDoesNotReach()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "of-the-team", "1", TestHost.Bom(Guava));
        var team = (await client.GetFromJsonAsync<JsonElement>("/api/v1/team/self")).GetProperty("uuid").GetString();
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/project?name=of-the-team&notAssignedToTeamWithUuid={team}")).GetArrayLength().ShouldBe(0);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/project?name=of-the-team&notAssignedToTeamWithUuid={Guid.CreateVersion7()}")).GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Latest_OfAName_IsTheVersionMarkedSo()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "latest-of", "1", TestHost.Bom(Guava));
        var two = await TestHost.UploadAsync(client, "latest-of", "2", TestHost.Bom(Guava));
        (await client.PatchAsJsonAsync($"/api/v1/project/{two.ProjectUuid}", new { isLatest = true })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetFromJsonAsync<JsonElement>("/api/v1/project/latest/latest-of")).GetProperty("uuid").GetGuid().ShouldBe(two.ProjectUuid);
    }

    [Fact]
    public async Task Badges_WithTheAnonymousSwitch_NeedNoKey_ByNameToo()
    {
        await using var open = new TestHost { Settings = { ["Headwater:DependencyTrack:AnonymousBadges"] = "true" } };
        await open.InitializeAsync();
        using var client = await open.ClientAsync();
        var it = await TestHost.UploadAsync(client, "badge of ours", "1", TestHost.Bom(Log4j));
        using var anonymous = open.Anonymous();
        foreach (var path in (string[])[$"vulns/project/{it.ProjectUuid}", "vulns/project/badge%20of%20ours/1"]) (await anonymous.GetStringAsync("/api/v1/badge/" + path)).ShouldContain("1 critical");
        (await anonymous.GetStringAsync("/api/v1/badge/violations/project/badge%20of%20ours/1")).ShouldContain("no policies");
        (await anonymous.GetAsync("/api/v1/badge/vulns/project/none/1")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await anonymous.GetAsync("/api/v1/project")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Preflight_FromAnotherOrigin_IsAllowed()
    {
        using var client = host.Anonymous();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/project") { Headers = { { "Origin", "https://elsewhere.example" }, { "Access-Control-Request-Method", "PUT" }, { "Access-Control-Request-Headers", "x-api-key" } } };
        using var response = await client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("Access-Control-Allow-Origin").Single().ShouldBe("*");
        response.Headers.GetValues("Access-Control-Allow-Headers").Single().ShouldContain("X-Api-Key");
    }
}
