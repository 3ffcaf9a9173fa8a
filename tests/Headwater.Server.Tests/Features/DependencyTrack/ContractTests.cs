using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features;

/// <summary>What clients of Dependency-Track rely on without saying so: paging, the order of checks, the shapes of answers.</summary>
public sealed class ContractTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", Guava = "pkg:maven/com.google.guava/guava@31.0-jre", Lodash = "pkg:npm/lodash@4.17.20";

    [Fact]
    public async Task Lists_AskedForInParts_SayHowManyThereAreInAll_WithEitherKindOfPaging()
    {
        using var client = await host.ClientAsync(Permissions.Compatible);
        var it = await TestHost.UploadAsync(client, "paged", "1", TestHost.Bom(Log4j, Guava, Lodash));
        await TestHost.UploadAsync(client, "paged", "2", TestHost.Bom(Log4j));
        foreach (var path in (string[])["/api/v1/project", $"/api/v1/component/project/{it.ProjectUuid}", "/api/v1/component/identity?name=log4j-core", "/api/v1/project?name=paged", "/api/v1/team"])
        {
            var join = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
            var (total, all) = await ListAsync(client, path);
            total.ShouldBe(all.Count, path);
            if (total < 2) total.ShouldBe(1, path); // Of teams there may be one.
            (await ListAsync(client, $"{path}{join}pageSize=1&pageNumber=1")).ShouldSatisfyAllConditions(p => p.Total.ShouldBe(total), p => p.Rows.ShouldBe([all[0]]));
            (await ListAsync(client, $"{path}{join}limit=1&offset={total - 1}")).ShouldSatisfyAllConditions(p => p.Total.ShouldBe(total), p => p.Rows.ShouldBe([all[^1]]));
            (await ListAsync(client, $"{path}{join}pageSize={total}&pageNumber=2")).ShouldSatisfyAllConditions(p => p.Total.ShouldBe(total), p => p.Rows.ShouldBeEmpty());
        }
    }

    [Fact]
    public async Task Projects_SearchedAndSorted_AreThoseAndInThatOrder()
    {
        using var client = await host.ClientAsync();
        foreach (var name in (string[])["in-turn-b", "in-turn-a", "in-turn-c"]) await TestHost.UploadAsync(client, name, "1", TestHost.Bom(Guava));
        foreach (var search in (string[])["searchText", "filter"])
        {
            var (total, rows) = await ListAsync(client, $"/api/v1/project?{search}=IN-TURN-&sortName=name&sortOrder=desc");
            total.ShouldBe(3);
            rows.Select(r => JsonSerializer.Deserialize<JsonElement>(r).GetProperty("name").GetString()).ShouldBe(["in-turn-c", "in-turn-b", "in-turn-a"]);
        }
    }

    [Fact]
    public async Task Projects_OfATagOrAClassifier_AreThose_AndInactiveOnesOnlyWhereWanted()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "of-a-kind", "1", TestHost.Bom(Guava));
        await client.PatchAsJsonAsync($"/api/v1/project/{it.ProjectUuid}", new { classifier = "FIRMWARE", tags = new[] { new { name = "of-a-kind" } }, active = false });
        foreach (var path in (string[])["/api/v1/project/classifier/FIRMWARE", "/api/v1/project/tag/of-a-kind", "/api/v1/project?name=of-a-kind"])
        {
            var (total, rows) = await ListAsync(client, path);
            total.ShouldBe(1, path);
            var project = JsonSerializer.Deserialize<JsonElement>(rows[0]);
            project.GetProperty("active").GetBoolean().ShouldBeFalse();
            project.GetProperty("inactiveSince").GetInt64().ShouldBeGreaterThan(0, "dates are numbers");
            (await ListAsync(client, path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "excludeInactive=true")).Total.ShouldBe(0, path);
        }
    }

    /// <summary>What is wrong first is said first, whatever else is wrong.</summary>
    [Fact]
    public async Task Upload_WithSeveralFaults_SaysTheFirstInTheOrderOfChecks()
    {
        using var client = await host.ClientAsync();
        using var mayNotCreate = await host.ClientAsync(Permissions.BomUpload | Permissions.ViewPortfolio);
        await client.PutAsJsonAsync("/api/v1/project", new { name = "order-of-checks", version = "c", collectionLogic = "AGGREGATE_DIRECT_CHILDREN" });
        const string Broken = """{"bomFormat":"CycloneDX","specVersion":"1.5","components":7}""";
        var nobody = Guid.CreateVersion7().ToString();
        // 1. the document is missing, before anything is looked up
        await ShouldBeAsync(client, null, 400, "No BOM file provided.", ("project", nobody));
        await ShouldBeAsync(client, null, 400, "No BOM file provided.", ("projectName", "nobody"));
        // 2. and 3. the project, before the document is looked at
        await ShouldBeAsync(client, Broken, 404, "The project could not be found.", ("project", nobody));
        await ShouldBeAsync(client, Broken, 404, "The project could not be found.", ("projectName", "nobody"), ("projectVersion", "1"));
        // 4. making one: the permission, then the parent
        await ShouldBeAsync(mayNotCreate, Broken, 401, "The principal does not have permission to create project.", ("projectName", "nobody"), ("autoCreate", "true"), ("parentName", "nobody"), ("parentVersion", "1"));
        await ShouldBeAsync(client, Broken, 404, "The parent component could not be found.", ("projectName", "nobody"), ("autoCreate", "true"), ("parentName", "nobody"), ("parentVersion", "1"));
        // 5. a collection
        await ShouldBeAsync(client, Broken, 400, "A collection project has no BOM of its own: upload to its children.", ("projectName", "order-of-checks"), ("projectVersion", "c"));
        // 7. the document itself
        await ShouldBeAsync(client, Broken, 400, "Schema validation failed", ("projectName", "order-of-checks"), ("projectVersion", "d"), ("autoCreate", "true"));
    }

    [Fact]
    public async Task Upload_ToANameThatIsTakenOutOfSight_IsForbiddenAndMakesNoSecondProject()
    {
        var units = await host.UnitsAsync(new CatalogueGroup("team", "contract-left", "contract-left", null, null), new CatalogueGroup("team", "contract-right", "contract-right", null, null));
        using var left = await host.KeyAsync(units.Single(u => u.Key.Name == "contract-left").Value);
        using var right = await host.KeyAsync(units.Single(u => u.Key.Name == "contract-right").Value);
        await TestHost.UploadAsync(left, "taken-elsewhere", "1", TestHost.Bom(Guava));
        await ShouldBeAsync(right, TestHost.Bom(Guava), 403, "Access to the specified project is forbidden", ("projectName", "taken-elsewhere"), ("projectVersion", "1"), ("autoCreate", "true"));
        using var all = await host.ClientAsync();
        (await ListAsync(all, "/api/v1/project?name=taken-elsewhere")).Total.ShouldBe(1);
    }

    [Fact]
    public async Task Upload_WithSpacesAroundItsNameAndNoVersion_IsTheTrimmedProjectWithoutOne()
    {
        using var client = await host.ClientAsync();
        using var form = new MultipartFormDataContent { { new StringContent("  trimmed "), "projectName" }, { new StringContent(" "), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { TestHost.Part(TestHost.Bom(Guava)), "bom", "bom.json" } };
        (await client.PostAsync("/api/v1/bom", form)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var project = await client.GetFromJsonAsync<JsonElement>("/api/v1/project/lookup?name=trimmed");
        project.GetProperty("name").GetString().ShouldBe("trimmed");
        project.TryGetProperty("version", out _).ShouldBeFalse("what has no value is left out");
    }

    [Fact]
    public async Task Project_MadeTwiceOrInARing_IsAConflict()
    {
        using var client = await host.ClientAsync();
        var made = await client.PutAsJsonAsync("/api/v1/project", new { name = "twice", version = "1" });
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        var uuid = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("uuid").GetString();
        (await client.PutAsJsonAsync("/api/v1/project", new { name = "twice", version = "1" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var below = (await (await client.PutAsJsonAsync("/api/v1/project", new { name = "twice-below", version = "1", parent = new { uuid } })).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("uuid").GetString();
        (await client.PatchAsJsonAsync($"/api/v1/project/{uuid}", new { parent = new { uuid = below } })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsJsonAsync("/api/v1/project", new { uuid = below, name = "twice", version = "1" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsJsonAsync("/api/v1/project", new { uuid = Guid.CreateVersion7(), name = "other" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PostAsJsonAsync("/api/v1/project", new { name = "other" })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ListAsync(client, $"/api/v1/project/{uuid}/children")).Total.ShouldBe(1);
        using var delete = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/project/{uuid}") { Content = JsonContent.Create(new { }) };
        (await client.SendAsync(delete)).StatusCode.ShouldBe(HttpStatusCode.NoContent, "one client sends a body with it");
    }

    [Fact]
    public async Task Finding_HasEveryFieldThatClientsRead()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "fields", "1", TestHost.Bom(Log4j).Replace("\"purl\":", "\"cpe\":\"cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*\",\"purl\":", StringComparison.Ordinal));
        var finding = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{it.ProjectUuid}"))[0];
        Names(finding).ShouldBe(["component", "vulnerability", "analysis", "attribution", "matrix"]);
        foreach (var name in (string[])["uuid", "name", "group", "version", "purl", "cpe", "project", "projectName", "projectVersion"]) Names(finding.GetProperty("component")).ShouldContain(name);
        var vulnerability = finding.GetProperty("vulnerability");
        foreach (var name in (string[])["uuid", "source", "vulnId", "title", "description", "recommendation", "cvssV3BaseScore", "cvssV3Vector", "severity", "severityRank", "cweId", "cweName", "cwes", "aliases", "references", "published"])
            Names(vulnerability).ShouldContain(name);
        vulnerability.GetProperty("published").ValueKind.ShouldBe(JsonValueKind.Number);
        vulnerability.GetProperty("severity").GetString().ShouldBe("CRITICAL");
        vulnerability.GetProperty("severityRank").GetInt32().ShouldBe(0);
        finding.GetProperty("component").GetProperty("cpe").GetString().ShouldBe("cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*");
        finding.GetProperty("attribution").GetProperty("attributedOn").ValueKind.ShouldBe(JsonValueKind.Number);
        finding.GetProperty("matrix").GetString().ShouldBe($"{it.ProjectUuid}:{finding.GetProperty("component").GetProperty("uuid").GetString()}:{vulnerability.GetProperty("uuid").GetString()}");

        using var analysed = await client.PostAsync($"/api/v1/finding/project/{it.ProjectUuid}/analyze", null);
        (await analysed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetGuid().ShouldNotBe(Guid.Empty);
        using var refreshed = await client.GetAsync($"/api/v1/metrics/project/{it.ProjectUuid}/refresh");
        refreshed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await refreshed.Content.ReadAsStringAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Metrics_HaveEveryFieldThatClientsRead()
    {
        using var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "numbers", "1", TestHost.Bom(Log4j));
        var metrics = await client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{it.ProjectUuid}/current");
        List<string> expected = ["critical", "high", "medium", "low", "unassigned", "vulnerabilities", "vulnerableComponents", "components", "suppressed", "findingsTotal", "findingsAudited", "findingsUnaudited", "inheritedRiskScore", "firstOccurrence", "lastOccurrence"];
        expected.AddRange(((string[])["Fail", "Warn", "Info", "Total", "Audited", "Unaudited"]).Select(s => "policyViolations" + s));
        foreach (var kind in (string[])["Security", "License", "Operational"]) expected.AddRange(((string[])["Total", "Audited", "Unaudited"]).Select(s => $"policyViolations{kind}{s}"));
        foreach (var name in expected) metrics.GetProperty(name).ValueKind.ShouldBe(JsonValueKind.Number, name);
    }

    [Fact]
    public async Task Teams_AreTheHoldersOfKeys_WithoutTheirSecrets_InTheUnitsThatTheCallerManages()
    {
        using var client = await host.ClientAsync(Permissions.Compatible);
        var secret = client.DefaultRequestHeaders.GetValues("X-API-Key").Single();
        var self = await client.GetFromJsonAsync<JsonElement>("/api/v1/team/self");
        using var response = await client.GetAsync("/api/v1/team?pageSize=1000");
        var text = await response.Content.ReadAsStringAsync();
        text.ShouldNotContain(secret[12..]);
        var team = JsonSerializer.Deserialize<JsonElement>(text).EnumerateArray().Single(t => t.GetProperty("uuid").GetString() == self.GetProperty("uuid").GetString());
        team.GetProperty("name").GetString().ShouldBe("test");
        team.GetProperty("permissions").EnumerateArray().Select(p => p.GetProperty("name").GetString()).ShouldContain("ACCESS_MANAGEMENT");
        var key = team.GetProperty("apiKeys")[0];
        key.GetProperty("publicId").GetString().ShouldBe(secret[3..11]);
        key.GetProperty("maskedKey").GetString().ShouldBe(secret[..11] + new string('*', 33));
        key.GetProperty("created").ValueKind.ShouldBe(JsonValueKind.Number);
        (await client.GetFromJsonAsync<JsonElement>($"/api/v1/team/{team.GetProperty("uuid").GetString()}")).GetProperty("name").GetString().ShouldBe("test");
        using (var missing = await client.GetAsync($"/api/v1/team/{Guid.CreateVersion7()}"))
        {
            missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await missing.Content.ReadAsStringAsync()).ShouldBe("The team could not be found.");
        }

        // Who manages no access knows of his own team, and nothing of others.
        using var plain = await host.ClientAsync(Permissions.Automation);
        (await plain.GetAsync("/api/v1/team")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var (total, own) = await ListAsync(plain, "/api/v1/team/visible");
        total.ShouldBe(1);
        own[0].ShouldContain((await plain.GetFromJsonAsync<JsonElement>("/api/v1/team/self")).GetProperty("uuid").GetString()!);
        (await ListAsync(client, "/api/v1/team/visible?pageSize=1000")).Total.ShouldBeGreaterThan(1);
        var units = await host.UnitsAsync(new CatalogueGroup("team", "contract-teams", "contract-teams", null, null));
        using var ofUnit = await host.KeyAsync(units.Single(u => u.Key.Name == "contract-teams").Value, Permissions.AccessManagement | Permissions.ViewPortfolio);
        (await ListAsync(ofUnit, "/api/v1/team")).Total.ShouldBeLessThanOrEqualTo(1);
    }

    private static IReadOnlyList<string> Names(JsonElement json) => [.. json.EnumerateObject().Select(p => p.Name)];

    private static async Task<(long Total, IReadOnlyList<string> Rows)> ListAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        return (long.Parse(response.Headers.GetValues("X-Total-Count").Single()), [.. (await response.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray().Select(r => r.GetRawText())]);
    }

    /// <summary>Sends it as a form and as JSON: the answer is the same.</summary>
    private static async Task ShouldBeAsync(HttpClient client, string? bom, int status, string says, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        if (bom is not null) form.Add(TestHost.Part(bom), "bom", "bom.json");
        using var posted = await client.PostAsync("/api/v1/bom", form);
        var json = fields.ToDictionary(f => f.Name, f => (object)f.Value);
        if (bom is not null) json["bom"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(bom));
        using var put = await client.PutAsJsonAsync("/api/v1/bom", json);
        foreach (var answer in (HttpResponseMessage[])[posted, put])
        {
            var text = await answer.Content.ReadAsStringAsync();
            ((int)answer.StatusCode).ShouldBe(status, text);
            if (answer.Content.Headers.ContentType!.MediaType == "application/problem+json") JsonSerializer.Deserialize<JsonElement>(text).GetProperty("detail").GetString().ShouldBe(says);
            else text.ShouldBe(says);
        }
    }
}
