using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Dapper;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Access;

/// <summary>
/// Every address that reads, asked by somebody who has VIEW_PORTFOLIO and VIEW_VULNERABILITY nowhere, or only elsewhere: sums of projects, units and the portfolio are numbers, which
/// advisory hits which component, and how gravely, is left out, in answers, files and pages. What stands in a document stands in it.
/// </summary>
public sealed partial class FindingWalkTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", FixedLog4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1", Guava = "pkg:maven/com.google.guava/guava@31.0-jre", Lodash = "pkg:npm/lodash@4.17.20";

    private const string Nowhere = "sees-nowhere", Elsewhere = "sees-elsewhere", Calm = "pkg:maven/org.calm/calm@1.0";

    /// <summary>What pages say where nothing was found.</summary>
    private const string AllClear = "No known vulnerability";

    private static readonly string[] Marks = ["CVE-", "GHSA-"];

    private static readonly string[] OfFindings = ["findings", "maxSeverity", "kev", "maxRisk", "severity", "lastInheritedRiskScore"];

    private static readonly string[] Columns = ["critical", "high", "medium", "low", "unassigned", "exploited", "risk", "severity", "finding"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Nowhere)]
    [InlineData(Elsewhere)]
    public async Task EveryAnswer_ToWhoMayNotSeeFindings_TellsOfNoComponentWhatHitsIt(string where)
    {
        var world = await WorldAsync();
        await ReaderAsync(where);
        using var full = await host.ClientAsync(Permissions.Viewer);
        using var key = await host.BearerAsync(where);
        using var browser = await host.BrowserAsync(where);
        var (wrong, told, answered) = (new List<string>(), 0, 0);
        foreach (var address in Addresses())
        {
            var filled = world.Fill(address);
            using var answer = await (filled.StartsWith("/api/", StringComparison.Ordinal) ? key : browser).GetAsync(filled, Stop);
            var text = await answer.Content.ReadAsStringAsync(Stop);
            if ((int)answer.StatusCode >= 500) wrong.Add($"{filled}: {answer.StatusCode}");
            if (answer.StatusCode != HttpStatusCode.OK) continue;
            answered++;
            // Who sees findings somewhere may look advisories up and read them: what they say is public, and what they hit is not.
            var read = where == Elsewhere && (filled.Contains("/advisories/", StringComparison.Ordinal) || filled.Contains("/search?", StringComparison.Ordinal));
            wrong.AddRange(Told(answer.Content.Headers.ContentType?.MediaType, text, filled).Where(t => !read || !Marks.Contains(t)).Select(t => $"{filled} tells {t}{(text.IndexOf(t, StringComparison.Ordinal) is >= 0 and var at ? $": …{text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 40)]}…" : "")}"));
            // The same, asked by who may see findings, tells: so this test would see it.
            if (filled.StartsWith("/api/", StringComparison.Ordinal) && await full.GetAsync(filled, Stop) is { StatusCode: HttpStatusCode.OK } whole && Told(whole.Content.Headers.ContentType?.MediaType, await whole.Content.ReadAsStringAsync(Stop), filled).Any()) told++;
        }

        wrong.ShouldBeEmpty();
        answered.ShouldBeGreaterThan(80);
        told.ShouldBeGreaterThan(15);
    }

    [Theory]
    [InlineData(Nowhere)]
    [InlineData(Elsewhere)]
    public async Task EveryLink_OfThePagesOfWhoMayNotSeeFindings_LeadsSomewhere(string where)
    {
        var world = await WorldAsync();
        await ReaderAsync(where);
        using var browser = await host.BrowserAsync(where);
        var links = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var page in Addresses().Where(a => !a.StartsWith("/api/", StringComparison.Ordinal)).Select(world.Fill))
        {
            using var answer = await browser.GetAsync(page, Stop);
            if (answer.StatusCode != HttpStatusCode.OK || answer.Content.Headers.ContentType?.MediaType != "text/html") continue;
            foreach (var link in Html.Parse(await answer.Content.ReadAsStringAsync(Stop)).QuerySelectorAll("main a[href^='/']").Select(a => a.GetAttribute("href")!)) links.TryAdd(link, page);
        }

        var refused = new List<string>();
        foreach (var (link, page) in links)
        {
            using var answer = await browser.GetAsync(link, Stop);
            if (answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.NotFound || (int)answer.StatusCode >= 500) refused.Add($"{page} leads to {link}: {answer.StatusCode}");
        }

        refused.ShouldBeEmpty();
        links.Count.ShouldBeGreaterThan(60);
    }

    [Theory]
    [InlineData("/api/headwater/v1/versions/{Uuid}/components?")]
    [InlineData("/api/headwater/v1/components?")]
    [InlineData("/api/v1/component/project/{Uuid}?")]
    [InlineData("/api/v1/component/project/{Uuid}?onlyOutdated=true&")]
    [InlineData("/api/v1/component/identity?purl=pkg:maven/&")]
    [InlineData("/api/v1/component/hash/{Hash}?")]
    public async Task Order_ToWhoMayNotSeeFindings_IsByNameAndNoOther(string address)
    {
        var world = await WorldAsync();
        using var full = await host.ClientAsync();
        var hashed = TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0", "pkg:maven/com.google.guava/guava@30.0-jre").Replace("\"licenses\"", $$"""
            "hashes":[{"alg":"MD5","content":"{{world.Fill("{Hash}")}}"}],"licenses"
            """, StringComparison.Ordinal);
        world = world with { Version = (await TestHost.UploadAsync(full, "walked-hashed", "1", hashed)).ProjectUuid };
        (await NamesAsync(full, world.Fill(address) + "sort=risk&order=desc&sortName=lastInheritedRiskScore&sortOrder=desc"))[0].ShouldBe("log4j-core");
        await ReaderAsync(Elsewhere);
        using var key = await host.ClientAsync(Permissions.ViewPortfolio);
        using var mixed = await host.BearerAsync(Elsewhere);
        foreach (var reader in new[] { key, mixed })
            foreach (var query in new[] { "", "sort=risk", "sort=risk&order=desc", "sort=findings", "sort=worst", "vulnerable=true", "vulnerable=true&sort=findings&format=json", "sortName=lastInheritedRiskScore", "sortName=lastInheritedRiskScore&sortOrder=desc" })
            {
                if (address.StartsWith("/api/headwater/", StringComparison.Ordinal) && (query.StartsWith("sort=", StringComparison.Ordinal) || query.Contains("&sort=", StringComparison.Ordinal)))
                {
                    // Our own interface refuses what it would not do, and does not offer it.
                    using var refused = await reader.GetAsync(world.Fill(address) + query, Stop);
                    refused.StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest, query);
                    var detail = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("detail").GetString()!;
                    detail[detail.IndexOf('.', StringComparison.Ordinal)..].ShouldSatisfyAllConditions(d => d.ShouldContain("name"), d => d.ShouldNotContain("risk"), d => d.ShouldNotContain("findings"));
                    continue;
                }

                var names = await NamesAsync(reader, world.Fill(address) + query);
                names.ShouldContain("guava");
                names.ShouldContain("log4j-core");
                string.Join(',', names).ShouldBe(string.Join(',', names.Order(StringComparer.OrdinalIgnoreCase)), query);
            }
    }

    [Fact]
    public async Task Pages_OfAPlaceWhereFindingsAreNotSeen_GiveNoAllClear_ToWhoSeesThemElsewhere()
    {
        var world = await WorldAsync();
        var calm = await ReaderAsync(Elsewhere);
        using var browser = await host.BrowserAsync(Elsewhere);
        foreach (var page in new[] { "/projects/{Uuid}", "/versions/{Uuid}", "/versions/{Uuid}/components", "/versions/{Uuid}/tree", "/versions/{Uuid}/graph", "/owners/{Unit}", "/components" })
        {
            var main = await MainAsync(world.Fill(page));
            main.TextContent.ShouldNotContain(AllClear, Case.Sensitive, page);
            main.QuerySelectorAll("a[href*='/findings'], a[href*='vulnerable=1']").Select(a => a.GetAttribute("href")).ShouldBeEmpty(page);
            if (page.EndsWith("/components", StringComparison.Ordinal) || page.EndsWith("/graph", StringComparison.Ordinal))
                main.QuerySelectorAll("table.data th").Select(h => h.TextContent.Trim()).ShouldSatisfyAllConditions(h => h.ShouldNotBeEmpty(page), h => h.Intersect(["Findings", "Risk", "Severity"]).ShouldBeEmpty(page));
        }

        (await MainAsync(world.Fill("/versions/{Uuid}"))).QuerySelector(".stats")!.TextContent.ShouldContain("Findings"); // Numbers are for who sees the project.
        (await browser.GetAsync(world.Fill("/versions/{Uuid}/findings"), Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        // Where he sees them, all of this is there: so this test would see it.
        foreach (var page in new[] { "/versions/{Uuid}", "/versions/{Uuid}/findings", "/owners/{Unit}" }) (await MainAsync(calm.Fill(page))).TextContent.ShouldContain(AllClear, Case.Sensitive, page);
        (await MainAsync(calm.Fill("/versions/{Uuid}"))).QuerySelectorAll("a[href$='/findings']").Length.ShouldBe(3);

        async Task<IElement> MainAsync(string page) => Html.Parse(await browser.GetStringAsync(page, Stop)).QuerySelector("main")!;
    }

    [Fact]
    public async Task AdvisoryThatHitsNothingWhereFindingsAreSeen_NamesNoProject()
    {
        var world = await WorldAsync();
        await ReaderAsync(Elsewhere);
        using var full = await host.ClientAsync(Permissions.Viewer);
        using var mixed = await host.BearerAsync(Elsewhere);
        foreach (var address in new[] { "/api/headwater/v1/advisories/{Vuln}", "/api/headwater/v1/advisories/{Vuln}/projects", "/api/headwater/v1/advisories/{Vuln}/usages", "/api/v1/vulnerability/source/NVD/vuln/{Vuln}/projects" })
        {
            (await full.GetStringAsync(world.Fill(address), Stop)).ShouldContain(world.Name, Case.Sensitive, address);
            (await mixed.GetStringAsync(world.Fill(address), Stop)).ShouldNotContain("walked", Case.Insensitive, address);
        }
    }

    [Fact]
    public async Task Component_WhoseFindingsAreNotSeenWhereItIsUsed_HasNone_RatherThanZero()
    {
        var world = await WorldAsync();
        await ReaderAsync(Elsewhere);
        using var mixed = await host.BearerAsync(Elsewhere);
        using var full = await host.ClientAsync(Permissions.Viewer);
        var address = world.Fill("/api/headwater/v1/components/{Component}");
        JsonDocument.Parse(await full.GetStringAsync(address, Stop)).RootElement.GetProperty("allFindings").GetInt32().ShouldBeGreaterThan(0);
        var json = JsonDocument.Parse(await mixed.GetStringAsync(address, Stop)).RootElement;
        foreach (var name in new[] { "findings", "allFindings", "advisories" }) (json.TryGetProperty(name, out var told) && told.ValueKind != JsonValueKind.Null).ShouldBeFalse(name);
        using var browser = await host.BrowserAsync(Elsewhere);
        Html.Parse(await browser.GetStringAsync(world.Fill("/components/{Component}"), Stop)).QuerySelector("main")!.TextContent.ShouldNotContain(AllClear);
    }

    [Fact]
    public async Task Search_ByWhoMayNotSeeFindings_FindsNoAdvisory()
    {
        await WorldAsync();
        using var key = await host.ClientAsync(Permissions.ViewPortfolio);
        using var full = await host.ClientAsync(Permissions.Viewer);
        (await full.GetStringAsync("/api/headwater/v1/search?q=log4j", Stop)).ShouldContain("CVE-2021-44228");
        (await key.GetStringAsync("/api/headwater/v1/search?q=log4j", Stop)).ShouldSatisfyAllConditions(t => t.ShouldContain("log4j-core"), t => t.ShouldNotContain("CVE-"));
    }

    [Fact]
    public async Task ProjectsOfAnAdvisory_InTheCompatibleInterface_AreForWhoMaySeeFindings()
    {
        var world = await WorldAsync();
        using var key = await host.ClientAsync(Permissions.ViewPortfolio);
        using var full = await host.ClientAsync(Permissions.Viewer);
        (await key.GetAsync("/api/v1/vulnerability/source/NVD/vuln/CVE-2021-44228/projects", Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await full.GetStringAsync("/api/v1/vulnerability/source/NVD/vuln/CVE-2021-44228/projects", Stop)).ShouldContain(world.Name);
    }

    /// <summary>Somebody who sees all projects, and findings nowhere or only in a unit that has none.</summary>
    /// <returns>What is in that unit.</returns>
    private async Task<LeakTests.World> ReaderAsync(string name)
    {
        var id = await host.AddPersonAsync(name);
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE user_account SET permissions = @permissions WHERE id = @id", new { id, permissions = (long)(Permissions.ViewPortfolio | Permissions.ViewBadges) }, t));
        var unit = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "calm", "Calm", null, null)))[("unit", "calm")];
        if (name == Elsewhere) await host.GrantAsync(id, "viewer", unit);
        using var all = await host.KeyAsync(0, Permissions.Administrator);
        using var own = await host.KeyAsync(unit, Permissions.Automation | Permissions.PortfolioManagement);
        return await LeakTests.WorldAsync(all, own, $"calm-desk-{Guid.NewGuid():N}", unit, "Calm", [Calm], [Calm], Calm);
    }

    private static async Task<List<string?>> NamesAsync(HttpClient reader, string address)
    {
        var json = JsonDocument.Parse(await reader.GetStringAsync(address, Stop)).RootElement;
        return [.. (json.ValueKind == JsonValueKind.Array ? json : json.GetProperty("items")).EnumerateArray().Select(c => c.GetProperty("name").GetString())];
    }

    private async Task<LeakTests.World> WorldAsync()
    {
        var unit = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "walked", "Walked", null, null)))[("unit", "walked")];
        using var all = await host.KeyAsync(0, Permissions.Administrator);
        using var own = await host.KeyAsync(unit, Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis);
        return await LeakTests.WorldAsync(all, own, $"walked-desk-{Guid.NewGuid():N}", unit, "Walked", [Log4j, Guava], [FixedLog4j, Guava, Lodash], Log4j);
    }

    private IEnumerable<string> Addresses() =>
    [
        .. (from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            let route = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
            where endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Contains("GET")
                && !route.EndsWith("/document", StringComparison.Ordinal) && !route.EndsWith("/export", StringComparison.Ordinal)
            orderby route
            select route).SelectMany(r => r.StartsWith("/api/headwater/", StringComparison.Ordinal) ? new[] { r, r + "?format=csv", r + "?format=json" } : [r]),
        "/api/headwater/v1/changes?from={EarlierToken}&to={Token}", "/api/headwater/v1/changes?from={EarlierToken}&to={Token}&format=csv", "/compare?from={EarlierToken}&to={Token}", "/versions/{Uuid}/changes?from={EarlierToken}&to={Token}",
        "/api/headwater/v1/search?q=log4j", "/search?q=log4j", "/api/headwater/v1/who-uses?of=log4j-core", "/who-uses?of=log4j-core", "/api/v1/component/identity?name=log4j-core", "/api/v1/project/lookup?name={Name}&version=1", "/components?sort=risk", "/components?vulnerable=1",
    ];

    private static IEnumerable<string> Told(string? type, string text, string address)
    {
        // The tokens in forms are random: now and then one has such letters in it.
        var said = type == "text/html" ? FormToken().Replace(text, "") : text;
        foreach (var mark in Marks)
            if (!address.Contains(mark, StringComparison.Ordinal) && said.Contains(mark, StringComparison.Ordinal)) yield return mark;
        if (type == "application/json")
        {
            foreach (var told in InJson(JsonDocument.Parse(text).RootElement)) yield return told;
        }
        else if (type == "text/csv")
        {
            var rows = text.TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(',')).ToList();
            // A file of components has their package URLs; its other cells have no comma in them here.
            if (rows.Count > 1 && rows[0].Contains("purl"))
                foreach (var (name, at) in rows[0].Select((n, i) => (n, i)).Where(c => Columns.Contains(c.n)))
                    if (rows.Skip(1).Any(r => r.Length == rows[0].Length && r[at].Length > 0)) yield return $"{name} in its file";
        }
        else if (type == "text/html")
        {
            foreach (var line in Html.Parse(text).QuerySelectorAll("main li, main tr, main h1").Where(l => l.QuerySelector("a[href*='/component'], a[href*='/why/']") is not null))
                if (line.QuerySelector(".sev, .badge-kev, .risk, .sevbar") is { } badge) yield return $"{badge.ClassName} of {line.TextContent.Trim()[..Math.Min(40, line.TextContent.Trim().Length)]}";
        }
    }

    /// <summary>A component is what has its own number or a package URL.</summary>
    private static IEnumerable<string> InJson(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Array)
            foreach (var told in json.EnumerateArray().SelectMany(InJson)) yield return told;
        if (json.ValueKind != JsonValueKind.Object) yield break;
        var members = json.EnumerateObject().ToList();
        if (members.Exists(m => m.Name is "purl" or "componentId" or "componentVersionId" && m.Value.ValueKind != JsonValueKind.Null) && !members.Exists(m => m.Name == "projectUuid"))
            foreach (var member in members.Where(m => OfFindings.Contains(m.Name) && m.Value.ValueKind != JsonValueKind.Null)) yield return $"{member.Name} of {json.GetRawText()[..Math.Min(80, json.GetRawText().Length)]}";
        foreach (var told in members.SelectMany(m => InJson(m.Value))) yield return told;
    }

    [GeneratedRegex("<input[^>]*__RequestVerificationToken[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex FormToken();
}
