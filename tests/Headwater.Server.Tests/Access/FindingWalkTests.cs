using System.Net;
using System.Text.Json;
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
/// Every address that reads, asked by somebody who has VIEW_PORTFOLIO and not VIEW_VULNERABILITY: sums of projects, units and the portfolio are numbers, which advisory hits which
/// component, and how gravely, is left out, in answers, files and pages. What stands in a document stands in it.
/// </summary>
public sealed class FindingWalkTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", FixedLog4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1", Guava = "pkg:maven/com.google.guava/guava@31.0-jre", Lodash = "pkg:npm/lodash@4.17.20";

    private static readonly string[] OfFindings = ["findings", "maxSeverity", "kev", "maxRisk", "severity", "lastInheritedRiskScore"];

    private static readonly string[] Columns = ["critical", "high", "medium", "low", "unassigned", "exploited", "risk", "severity", "finding"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryAnswer_ToWhoMayNotSeeFindings_TellsOfNoComponentWhatHitsIt()
    {
        var world = await WorldAsync();
        using var key = await host.ClientAsync(Permissions.ViewPortfolio | Permissions.ViewBadges);
        using var full = await host.ClientAsync(Permissions.Viewer);
        var id = await host.AddPersonAsync("walks-portfolio");
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE user_account SET permissions = @permissions WHERE id = @id", new { id, permissions = (long)(Permissions.ViewPortfolio | Permissions.ViewBadges) }, t));
        using var browser = await host.BrowserAsync("walks-portfolio");
        var (wrong, told, answered) = (new List<string>(), 0, 0);
        foreach (var address in Addresses())
        {
            var filled = world.Fill(address);
            using var answer = await (filled.StartsWith("/api/", StringComparison.Ordinal) ? key : browser).GetAsync(filled, Stop);
            var text = await answer.Content.ReadAsStringAsync(Stop);
            if ((int)answer.StatusCode >= 500) wrong.Add($"{filled}: {answer.StatusCode}");
            if (answer.StatusCode != HttpStatusCode.OK) continue;
            answered++;
            wrong.AddRange(Told(answer.Content.Headers.ContentType?.MediaType, text, filled).Select(t => $"{filled} tells {t}"));
            // The same, asked by who may see findings, tells: so this test would see it.
            if (filled.StartsWith("/api/", StringComparison.Ordinal) && await full.GetAsync(filled, Stop) is { StatusCode: HttpStatusCode.OK } whole && Told(whole.Content.Headers.ContentType?.MediaType, await whole.Content.ReadAsStringAsync(Stop), filled).Any()) told++;
        }

        wrong.ShouldBeEmpty();
        answered.ShouldBeGreaterThan(80);
        told.ShouldBeGreaterThan(15);
    }

    [Fact]
    public async Task EveryLink_OfThePagesOfWhoMayNotSeeFindings_LeadsSomewhere()
    {
        var world = await WorldAsync();
        var id = await host.AddPersonAsync("follows-links");
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE user_account SET permissions = @permissions WHERE id = @id", new { id, permissions = (long)Permissions.ViewPortfolio }, t));
        using var browser = await host.BrowserAsync("follows-links");
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
            if (answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized || (int)answer.StatusCode >= 500) refused.Add($"{page} leads to {link}: {answer.StatusCode}");
        }

        refused.ShouldBeEmpty();
        links.Count.ShouldBeGreaterThan(60);
    }

    [Theory]
    [InlineData("/api/headwater/v1/versions/{Uuid}/components")]
    [InlineData("/api/headwater/v1/components")]
    public async Task Order_ToWhoMayNotSeeFindings_IsByName_WhateverIsAskedFor(string address)
    {
        var world = await WorldAsync();
        using var key = await host.ClientAsync(Permissions.ViewPortfolio);
        foreach (var query in new[] { "", "?sort=risk", "?sort=risk&order=desc", "?sort=findings", "?sort=worst", "?vulnerable=true", "?vulnerable=true&sort=findings&format=json" })
        {
            var json = JsonDocument.Parse(await key.GetStringAsync(world.Fill(address) + query, Stop)).RootElement;
            var names = (json.ValueKind == JsonValueKind.Array ? json : json.GetProperty("items")).EnumerateArray().Select(c => c.GetProperty("name").GetString()).ToList();
            names.ShouldContain("guava");
            string.Join(',', names).ShouldBe(string.Join(',', names.Order(StringComparer.OrdinalIgnoreCase)), query);
        }
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
        foreach (var mark in new[] { "CVE-", "GHSA-" })
            if (!address.Contains(mark, StringComparison.Ordinal) && text.Contains(mark, StringComparison.Ordinal)) yield return mark;
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
}
