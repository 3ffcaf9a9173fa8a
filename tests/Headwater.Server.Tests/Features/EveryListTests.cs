using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Features;

/// <summary>What holds for every address of our own interface: a list comes as a file too, what cannot says so, and no refusal is without words.</summary>
public sealed partial class EveryListTests(TestHost host) : IClassFixture<TestHost>
{
    // One level of a tree comes by pages, and is no table.
    private static readonly string[] NoTables = [$"{Api.Root}/versions/{{uuid:guid}}/tree"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryAddress_AskedForAFile_AnswersOneOrSaysThatItCannot()
    {
        var (client, world) = await WorldAsync();
        var (wrong, files) = (new List<string>(), 0);
        foreach (var route in Routes())
        {
            var address = Fill(route, world);
            var joint = address.Contains('?', StringComparison.Ordinal) ? "&" : "?";
            using var plain = await client.GetAsync(address, Stop);
            if (!plain.IsSuccessStatusCode || plain.Content.Headers.ContentType?.MediaType != "application/json") continue;
            var isList = IsList(await plain.Content.ReadFromJsonAsync<JsonElement>(Stop)) && !NoTables.Contains(route);
            using var csv = await client.GetAsync($"{address}{joint}format=csv", Stop);
            var media = csv.Content.Headers.ContentType?.MediaType;
            if (csv.StatusCode == HttpStatusCode.OK && media == "text/csv")
            {
                files++;
                if ((await client.GetFromJsonAsync<JsonElement>($"{address}{joint}format=json", Stop)).ValueKind != JsonValueKind.Array) wrong.Add($"{address}: no array as json");
                if ((await client.GetAsync($"{address}{joint}format=xlsx", Stop)).Content.Headers.ContentType?.MediaType != XlsxFile.ContentType) wrong.Add($"{address}: no sheet as xlsx");
                if ((await client.GetAsync($"{address}{joint}format=docx", Stop)).StatusCode != HttpStatusCode.BadRequest) wrong.Add($"{address}: takes docx");
            }
            else if (isList || csv.StatusCode != HttpStatusCode.BadRequest || media != "application/problem+json") wrong.Add($"{address}: {(int)csv.StatusCode} {media}{(isList ? ", and it is a list" : "")}");
        }

        wrong.ShouldBeEmpty();
        files.ShouldBeGreaterThan(25);
    }

    [Fact]
    public async Task EveryList_AskedForWhatCannotBe_SaysWhichParameterAndWhatCan()
    {
        var (client, world) = await WorldAsync();
        var (wrong, lists) = (new List<string>(), 0);
        foreach (var route in Routes())
        {
            var address = Fill(route, world);
            var joint = address.Contains('?', StringComparison.Ordinal) ? "&" : "?";
            using var plain = await client.GetAsync(address, Stop);
            if (!plain.IsSuccessStatusCode || plain.Content.Headers.ContentType?.MediaType != "application/json") continue;
            var json = await plain.Content.ReadFromJsonAsync<JsonElement>(Stop);
            if (!IsList(json)) continue;
            lists++;
            (string Name, string Value)[] refused = [("size", "0"), ("size", "-5"), ("size", "10001"), ("size", json.ValueKind == JsonValueKind.Array ? "many" : "1001"), ("offset", "-1"), ("after", "no cursor")];
            foreach (var (name, value) in NoTables.Contains(route) ? refused : [.. refused, ("sort", "no-such-thing"), ("order", "sideways"), ("before", "bm8gY3Vyc29y")])
            {
                using var answer = await client.GetAsync($"{address}{joint}{name}={Uri.EscapeDataString(value)}", Stop);
                var body = await answer.Content.ReadAsStringAsync(Stop);
                if (answer.StatusCode != HttpStatusCode.BadRequest || answer.Content.Headers.ContentType?.MediaType != "application/problem+json" || JsonDocument.Parse(body).RootElement is var problem
                    && (!problem.GetProperty("detail").GetString()!.StartsWith($"{name} cannot be '{value}'. ", StringComparison.Ordinal) || problem.GetProperty("errors")[0].GetProperty("parameter").GetString() != name)) wrong.Add($"{address} {name}={value}: {(int)answer.StatusCode} {body[..Math.Min(200, body.Length)]}");
            }
        }

        wrong.ShouldBeEmpty();
        lists.ShouldBeGreaterThan(25);
    }

    [Theory]
    [InlineData("/analyses?state=banana", "state", "exploitable")]
    [InlineData("/jobs?state=banana", "state", "queued, running, dead or done")]
    [InlineData("/people?state=banana", "state", "active or left")]
    [InlineData("/people?source=banana", "source", "local")]
    [InlineData("/inbox?kind=banana", "kind", "finding.appeared")]
    [InlineData("/components?plan=banana", "plan", "community")]
    [InlineData("/components?vulnerable=banana", "vulnerable", "true or false")]
    [InlineData("/archive?stage=banana", "stage", "production")]
    [InlineData("/access/grants?role=banana", "role", "viewer")]
    [InlineData("/access/grants?person=banana", "person", "whole number")]
    [InlineData("/audit?act=banana", "act", "key.")]
    [InlineData("/audit?act=banana.", "act", "key.")]
    [InlineData("/audit?from=yesterday", "from", "2026-03-01")]
    [InlineData("/projects?kind=banana", "kind", "service")]
    [InlineData("/projects?stage=banana", "stage", "build")]
    [InlineData("/projects?size=", "size", "at least 1")]
    [InlineData("/projects?offset=", "offset", "0 or more")]
    [InlineData("/changes?from=banana", "from", "UUID")]
    [InlineData("/changes", "from", "UUID")]
    public async Task WordOfAClosedSet_ThatIsNoneOfThem_IsRefusedWithWhatCanBe(string address, string parameter, string allowed)
    {
        var (client, _) = await WorldAsync();
        using var refused = await client.GetAsync(Api.Root + address, Stop);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Stop);
        problem.GetProperty("title").GetString().ShouldBe("A parameter cannot be so");
        problem.GetProperty("detail").GetString()!.ShouldContain(allowed);
        var error = problem.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        (error.GetProperty("parameter").GetString(), error.GetProperty("detail").GetString()).ShouldBe((parameter, problem.GetProperty("detail").GetString()));
    }

    [Theory]
    [InlineData("/analyses?state=NOT_AFFECTED")]
    [InlineData("/audit?act=key.")]
    [InlineData("/audit?act=")]
    [InlineData("/components?state=undecided")]
    [InlineData("/projects?criticality=none&state=active")]
    [InlineData("/jobs?state=")]
    public async Task WordOfAClosedSet_ThatIsOne_IsTaken(string address)
    {
        var (client, _) = await WorldAsync();
        (await client.GetAsync(Api.Root + address, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task EveryFile_OfColumnsThatItDoesNotHave_IsRefused()
    {
        var (client, world) = await WorldAsync();
        var (wrong, files) = (new List<string>(), 0);
        foreach (var route in Routes())
        {
            var address = Fill(route, world);
            address += (address.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "format=csv";
            using var plain = await client.GetAsync(address, Stop);
            if (!plain.IsSuccessStatusCode) continue;
            files++;
            using var refused = await client.GetAsync(address + "&columns=banana", Stop);
            var body = await refused.Content.ReadAsStringAsync(Stop);
            if (refused.StatusCode != HttpStatusCode.BadRequest || !body.Contains("columns cannot be 'banana'.", StringComparison.Ordinal)) wrong.Add($"{address}: {(int)refused.StatusCode} {body[..Math.Min(200, body.Length)]}");
        }

        wrong.ShouldBeEmpty();
        files.ShouldBeGreaterThan(25);
    }

    [Fact]
    public async Task EveryAnswerThatIsAListOnlyAsAFile_TakesNothingThatGoesWithLists()
    {
        var (client, world) = await WorldAsync();
        var (wrong, answers) = (new List<string>(), new List<string>());
        foreach (var route in Routes())
        {
            var address = Fill(route, world);
            var joint = address.Contains('?', StringComparison.Ordinal) ? "&" : "?";
            using var plain = await client.GetAsync(address, Stop);
            using var file = await client.GetAsync($"{address}{joint}format=csv", Stop);
            if (!plain.IsSuccessStatusCode || !file.IsSuccessStatusCode || IsList(await plain.Content.ReadFromJsonAsync<JsonElement>(Stop))) continue;
            answers.Add(route);
            foreach (var query in (string[])["sort=nonsense", "after=garbage"])
            {
                using var refused = await client.GetAsync($"{address}{joint}{query}", Stop);
                var body = await refused.Content.ReadAsStringAsync(Stop);
                if (refused.StatusCode != HttpStatusCode.BadRequest || !body.Contains($"\"parameter\":\"{query.Split('=')[0]}\"", StringComparison.Ordinal)) wrong.Add($"{address} {query}: {(int)refused.StatusCode} {body[..Math.Min(200, body.Length)]}");
            }
        }

        wrong.ShouldBeEmpty();
        answers.Count.ShouldBeGreaterThan(6, string.Join(' ', answers));
    }

    [Fact]
    public async Task Description_OfEveryAddress_NamesWhatItTakes_AsItIsWritten()
    {
        var paths = (await host.Anonymous().GetFromJsonAsync<JsonElement>("/openapi/v1.json", Stop)).GetProperty("paths");
        var (wrong, lists) = (new List<string>(), 0);
        foreach (var endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var route = "/" + endpoint.RoutePattern.RawText!.Trim('/');
            if (!route.StartsWith(Api.Root + "/", StringComparison.Ordinal) || endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") != true) continue;
            if (!paths.TryGetProperty(Parameter().Replace(route, "{$1}"), out var path)) continue;
            string[] described = path.GetProperty("get").TryGetProperty("parameters", out var all) ? [.. all.EnumerateArray().Where(p => p.GetProperty("in").GetString() == "query").Select(p => p.GetProperty("name").GetString()!).Order(StringComparer.Ordinal)] : [];
            // What the framework itself binds from the query, and what the handler has said that it reads there.
            string[] bound = [.. endpoint.Metadata.OfType<Microsoft.AspNetCore.Http.Metadata.IParameterBindingMetadata>().Select(p => p.ParameterInfo).Where(p => p.ParameterType is { IsPrimitive: true } or { IsValueType: true } || p.ParameterType == typeof(string))
                .Where(p => p.ParameterType != typeof(CancellationToken)).Select(p => p.GetCustomAttributes(false).OfType<Microsoft.AspNetCore.Mvc.FromQueryAttribute>().FirstOrDefault()?.Name ?? p.Name!).Where(n => !endpoint.RoutePattern.Parameters.Any(r => r.Name == n))
                .Union(endpoint.Metadata.OfType<QueryParameter>().Select(p => p.Name)).Order(StringComparer.Ordinal)];
            if (bound.Contains("sort")) lists++;
            if (!bound.SequenceEqual(described)) wrong.Add($"{route}: takes {string.Join(' ', bound)}; described {string.Join(' ', described)}");
        }

        wrong.ShouldBeEmpty();
        lists.ShouldBeGreaterThan(30);
        var projects = paths.GetProperty($"{Api.Root}/projects").GetProperty("get").GetProperty("parameters").EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString()!, p => p.GetProperty("schema"));
        new Headwater.Server.Features.Projects.ProjectFilter().ToQuery().Select(q => q.Name).ShouldBeSubsetOf(projects.Keys);
        projects["state"].GetProperty("enum").EnumerateArray().Select(w => w.GetString()).ShouldBe(["active", "retired", "all"]);
    }

    [Theory]
    [InlineData("owner=team-a")]
    [InlineData("partOf=nothing")]
    [InlineData("state=banana")]
    [InlineData("withoutOwner=perhaps")]
    public async Task Projects_NarrowedByWhatCannotBe_AreRefused_ButThePageComes(string query)
    {
        await WorldAsync();
        using var client = await host.ClientAsync();
        using var refused = await client.GetAsync($"{Api.Root}/projects?{query}", Stop);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors")[0].GetProperty("parameter").GetString().ShouldBe(query.Split('=')[0]);
        using var browser = await host.BrowserAsync("lister");
        (await browser.GetAsync($"/projects?{query}", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task EveryList_OfWhatIsNotThereOrOutOfSight_IsNotFound_AlsoAsAFile()
    {
        var (client, world) = await WorldAsync();
        var elsewhere = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "not-lists", "Not lists", null, null)))[("unit", "not-lists")];
        using var other = await host.KeyAsync(elsewhere, Permissions.ViewPortfolio | Permissions.ViewVulnerability);
        var (wrong, lists) = (new List<string>(), 0);
        foreach (var route in Routes().Where(r => Parameter().IsMatch(r)))
        {
            var address = Fill(route, world);
            using var there = await client.GetAsync(address, Stop);
            using var file = await client.GetAsync(address + "?format=csv", Stop);
            if (!there.IsSuccessStatusCode || !file.IsSuccessStatusCode) continue;
            lists++;
            foreach (var format in (string[])["", "?format=csv", "?format=xlsx"])
            {
                using var missing = await client.GetAsync(Missing(route) + format, Stop);
                using var hidden = await other.GetAsync(address + format, Stop);
                if (missing.StatusCode != HttpStatusCode.NotFound) wrong.Add($"{Missing(route)}{format}: {(int)missing.StatusCode}");
                // What advisories say is for everybody, and who may not ask at all is told so.
                if (hidden.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Forbidden) && !route.Contains("/advisories/", StringComparison.Ordinal)) wrong.Add($"{address}{format} out of sight: {(int)hidden.StatusCode}");
            }
        }

        wrong.ShouldBeEmpty();
        lists.ShouldBeGreaterThan(12);
    }

    [Fact]
    public async Task EveryHeadingOfATable_SortsThePageAndItsFile()
    {
        var (_, world) = await WorldAsync();
        using var browser = await host.BrowserAsync("lister");
        var (wrong, sorts) = (new List<string>(), 0);
        foreach (var address in (string[])["/people", "/people/groups", "/people/sessions", "/jobs", "/access", "/archive", $"/projects/{world["projects"]}", $"/versions/{world["versions"]}/components", $"/versions/{world["versions"]}/findings", $"/versions/{world["versions"]}/uploads",
            $"/versions/{world["versions"]}/graph", $"/components/{world["components"]}", $"/component-versions/{world["component-versions"]}", "/advisories/CVE-2020-0001", "/advisories", "/analyses", "/components", "/projects", "/who-uses?of=lodash", "/audit"])
        {
            var page = Headwater.Server.Tests.Ui.Html.Parse(await browser.GetStringAsync(address, Stop));
            foreach (var heading in page.QuerySelectorAll("main th a[href*='sort=']").Select(a => a.GetAttribute("href")!).Distinct())
            {
                sorts++;
                using var sorted = await browser.GetAsync(new Uri(new Uri(browser.BaseAddress!, address), heading), Stop);
                var links = Headwater.Server.Tests.Ui.Html.Parse(await sorted.Content.ReadAsStringAsync(Stop)).QuerySelectorAll("a[download]").Select(a => a.GetAttribute("href")!).Where(h => h.Contains("format=csv", StringComparison.Ordinal)).ToList();
                if (!sorted.IsSuccessStatusCode || links.Count == 0) wrong.Add($"{address} → {heading}: {(int)sorted.StatusCode}, {links.Count} files");
                foreach (var link in links)
                {
                    using var file = await browser.GetAsync(link, Stop);
                    if (!file.IsSuccessStatusCode) wrong.Add($"{address} → {heading} → {link}: {(int)file.StatusCode} {await file.Content.ReadAsStringAsync(Stop)}");
                }
            }
        }

        wrong.ShouldBeEmpty();
        sorts.ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task Description_OfWhatIsSent_RequiresNothingThatMayBeLeftOut()
    {
        var schemas = (await host.Anonymous().GetFromJsonAsync<JsonElement>("/openapi/v1.json", Stop)).GetProperty("components").GetProperty("schemas");
        string[] Required(string name) => schemas.GetProperty(name).TryGetProperty("required", out var names) ? [.. names.EnumerateArray().Select(n => n.GetString()!)] : [];
        Required("NewPerson").ShouldBeEmpty();
        Required("GrantRequest").ShouldBeEmpty();
        Required("Activity").ShouldBe(["active"]);
        schemas.EnumerateObject().SelectMany(s => Required(s.Name).Where(r => s.Value.GetProperty("properties").GetProperty(r) is var p && p.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.Array && type.EnumerateArray().Any(t => t.GetString() == "null")).Select(r => $"{s.Name}.{r}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task EveryTableOnAPage_LeadsToItsFiles()
    {
        var (client, world) = await WorldAsync();
        (await client.PostAsJsonAsync($"{Api.Root}/keys", new { comment = "listed" }, Stop)).EnsureSuccessStatusCode();
        (await client.PostAsJsonAsync($"{Api.Root}/feeds/sources", new { name = "Listed " + Guid.CreateVersion7(), kind = "kev", source = "https://feeds.example.org/kev.json", dailyAt = "04:00", enabled = false }, Stop)).EnsureSuccessStatusCode();
        (await client.PostAsJsonAsync($"{Api.Root}/registries", new { type = "npm", name = "Listed " + Guid.CreateVersion7(), address = "https://registry.example.org/", dailyAt = "04:00", enabled = false }, Stop)).EnsureSuccessStatusCode();
        (await client.PostAsJsonAsync($"{Api.Root}/searches", new { name = "listed", address = "/projects", shared = true }, Stop)).EnsureSuccessStatusCode();
        await host.Get<Headwater.Server.Features.People.GroupStore>().SetRoleAsync("listers", "viewer", 0, true, "test", Stop);
        using var browser = await host.BrowserAsync("lister");
        var wrong = new List<string>();
        foreach (var address in (string[])["/inbox", "/webhooks", $"/webhooks/{world["webhooks"]}", "/keys", "/feeds", "/registries", "/people", "/people/groups", "/people/sessions", "/searches", "/jobs", "/coverage", "/owners", $"/owners/{world["owners"]}", "/audit", "/access", "/archive",
            $"/projects/{world["projects"]}", $"/versions/{world["versions"]}/components", $"/versions/{world["versions"]}/findings", $"/versions/{world["versions"]}/uploads", $"/versions/{world["versions"]}/changes", $"/versions/{world["versions"]}/graph",
            $"/uploads/{world["uploads"]}", $"/components/{world["components"]}", $"/component-versions/{world["component-versions"]}", "/advisories/CVE-2020-0001", "/advisories", "/analyses", "/components", "/projects", "/who-uses?of=lodash"])
        {
            var page = Headwater.Server.Tests.Ui.Html.Parse(await browser.GetStringAsync(address, Stop));
            var links = page.QuerySelectorAll("a[download]").Select(a => a.GetAttribute("href")!).Where(h => h.Contains("format=", StringComparison.Ordinal)).ToList();
            if (links.Count < 3) wrong.Add($"{address}: {links.Count} links to files");
            // What is left when everything is taken out of the table that can be.
            links.AddRange(links.Select(l => ColumnsOf().Replace(l, "columns=$1")).Distinct().ToList());
            foreach (var link in links)
            {
                using var file = await browser.GetAsync(link, Stop);
                var media = file.Content.Headers.ContentType?.MediaType;
                if (file.StatusCode != HttpStatusCode.OK || media is not ("text/csv" or "application/json" or XlsxFile.ContentType or "application/jsonl")) wrong.Add($"{address} → {link}: {(int)file.StatusCode} {media}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task EveryRefusal_SaysWhatItIs()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        var (wrong, asked) = (new List<string>(), 0);
        async Task HoldAsync(HttpClient who, HttpMethod method, string address)
        {
            using var request = new HttpRequestMessage(method, address);
            using var answer = await who.SendAsync(request, Stop);
            if (answer.IsSuccessStatusCode) return;
            asked++;
            var body = await answer.Content.ReadAsStringAsync(Stop);
            if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json" || JsonDocument.Parse(body).RootElement is var problem && (problem.GetProperty("status").GetInt32() != (int)answer.StatusCode || string.IsNullOrEmpty(problem.GetProperty("detail").GetString())))
                wrong.Add($"{method} {address}: {(int)answer.StatusCode} {body}");
        }

        foreach (var route in Routes())
        {
            await HoldAsync(client, HttpMethod.Get, Missing(route));
            await HoldAsync(host.Anonymous(), HttpMethod.Get, Missing(route));
        }

        await HoldAsync(client, HttpMethod.Get, $"{Api.Root}/nothing/of/the/kind");
        await HoldAsync(client, HttpMethod.Get, $"{Api.Root}/projects/no-uuid");
        await HoldAsync(client, HttpMethod.Get, $"{Api.Root}/projects?size=many");
        await HoldAsync(client, HttpMethod.Patch, $"{Api.Root}/owners");
        await HoldAsync(client, HttpMethod.Post, $"{Api.Root}/keys");
        await HoldAsync(await host.ClientAsync(Permissions.Viewer), HttpMethod.Get, $"{Api.Root}/audit");
        wrong.ShouldBeEmpty();
        asked.ShouldBeGreaterThan(60);
    }

    [Fact]
    public async Task WholeList_NarrowedAndSorted_HoldsJustThat_AlsoAsAFile()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        foreach (var name in new[] { "pear list", "apple list", "quince" }) (await client.PostAsJsonAsync($"{Api.Root}/searches", new { name, address = "/projects?q=" + name.Split(' ')[0], shared = name[0] == 'a' }, Stop)).EnsureSuccessStatusCode();
        var plain = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/searches?filter=LIST&sort=name&order=desc", Stop);
        plain.EnumerateArray().Select(s => s.GetProperty("name").GetString()).ShouldBe(["pear list", "apple list"]);
        var lines = (await client.GetStringAsync($"{Api.Root}/searches?format=csv&filter=list&sort=name", Stop)).TrimStart('\uFEFF').TrimEnd().Split("\r\n");
        lines[0].ShouldBe("name,address,shared,uuid");
        lines.Skip(1).Select(l => l.Split(',')[0]).ShouldBe(["apple list", "pear list"]);
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/searches", Stop)).GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task Unit_HasItsNumbersAndItsTrend_ForWhoSeesIt()
    {
        var units = await host.UnitsAsync(new("unit", "orchard", "Orchard", null, null), new("team", "pickers", "Pickers", null, "orchard"), new("unit", "mill", "Mill", null, null));
        var (orchard, mill) = (units[("unit", "orchard")], units[("unit", "mill")]);
        using var key = await host.KeyAsync(orchard);
        await TestHost.UploadAsync(key, "press", "1", TestHost.Bom("pkg:npm/lodash@4.17.20", "pkg:npm/left-pad@1.0.0"));
        await host.IdleAsync();
        var unit = await key.GetFromJsonAsync<JsonElement>($"{Api.Root}/owners/{orchard}", Stop);
        unit.GetProperty("owner").GetProperty("title").GetString().ShouldBe("Orchard");
        unit.GetProperty("owner").GetProperty("projects").GetInt32().ShouldBe(1);
        unit.GetProperty("children").EnumerateArray().Single().GetProperty("title").GetString().ShouldBe("Pickers");
        var today = unit.GetProperty("today");
        (today.GetProperty("projects").GetInt32(), today.GetProperty("hit").GetInt32(), today.GetProperty("coverage").GetProperty("components").GetInt32()).ShouldBe((1, 1, 2));
        today.GetProperty("findings").GetProperty("total").GetInt32().ShouldBe(1);
        var trend = await key.GetFromJsonAsync<JsonElement>($"{Api.Root}/owners/{orchard}/trend", Stop);
        trend.EnumerateArray().Last().GetProperty("day").GetString().ShouldBe(today.GetProperty("day").GetString());
        var lines = (await key.GetStringAsync($"{Api.Root}/owners/{orchard}/trend?format=csv", Stop)).TrimStart('\uFEFF').TrimEnd().Split("\r\n");
        lines[0].ShouldStartWith("day,projects,documented,hit,components");
        lines[^1].ShouldStartWith($"{today.GetProperty("day").GetString()},1,1,1,2");
        (await key.GetAsync($"{Api.Root}/owners/{mill}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await key.GetAsync($"{Api.Root}/owners/{mill}/trend", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task ProjectsOfAnAdvisory_PageByName_WithWhatIsHitAndForWhoSeesThem()
    {
        var units = await host.UnitsAsync(new("unit", "north", "North", "north@example.org", null), new("unit", "south", "South", null, null));
        using var north = await host.KeyAsync(units[("unit", "north")]);
        using var south = await host.KeyAsync(units[("unit", "south")]);
        foreach (var name in new[] { "gamma", "alpha", "beta" }) await TestHost.UploadAsync(north, name, "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:maven/org.apache.logging.log4j/log4j-core@2.13.3"));
        await TestHost.UploadAsync(south, "delta", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"));
        await TestHost.UploadAsync(north, "epsilon", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1"));
        await host.IdleAsync();
        var address = $"{Api.Root}/advisories/CVE-2021-44228/projects";
        var first = await north.GetFromJsonAsync<JsonElement>(address + "?size=2", Stop);
        first.GetProperty("total").GetInt32().ShouldBe(3);
        first.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("project").GetString()).ShouldBe(["alpha", "beta"]);
        var hit = first.GetProperty("items")[0];
        hit.GetProperty("components").EnumerateArray().Select(c => c.GetString()).ShouldBe(["org.apache.logging.log4j/log4j-core 2.13.3", "org.apache.logging.log4j/log4j-core 2.14.1"], ignoreOrder: true);
        hit.GetProperty("fixedVersions").EnumerateArray().Single().GetString().ShouldBe("2.15.0");
        hit.GetProperty("owner").GetProperty("title").GetString().ShouldBe("North");
        var next = await north.GetFromJsonAsync<JsonElement>($"{address}?size=2&after={first.GetProperty("next").GetString()}", Stop);
        next.GetProperty("items").EnumerateArray().Single().GetProperty("project").GetString().ShouldBe("gamma");
        var back = await north.GetFromJsonAsync<JsonElement>($"{address}?size=2&before={next.GetProperty("previous").GetString()}", Stop);
        back.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("project").GetString()).ShouldBe(["alpha", "beta"]);
        var all = await host.ClientAsync(Permissions.Administrator);
        (await all.GetStringAsync(address + "?format=csv&filter=EL", Stop)).TrimEnd().Split("\r\n").Skip(1).Select(l => l.Split(',')[0]).ShouldBe(["delta"]);
        (await all.GetFromJsonAsync<JsonElement>(address + "?sort=project&order=desc", Stop)).GetProperty("items")[0].GetProperty("project").GetString().ShouldBe("gamma");
    }

    private async Task<(HttpClient Client, Dictionary<string, string> World)> WorldAsync()
    {
        var person = await host.AddPersonAsync("lister");
        await host.GrantAsync(person, "administrator", 0);
        var unit = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "lists", "Lists", null, null)))[("unit", "lists")];
        var client = await host.BearerAsync("lister");
        var first = await TestHost.UploadAsync(client, "Lists", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        var second = await TestHost.UploadAsync(client, "Lists", "1", TestHost.Bom("pkg:npm/lodash@4.17.21", "pkg:npm/left-pad@1.0.0"));
        await host.IdleAsync();
        var version = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{first.ProjectUuid}", Stop)).GetProperty("version");
        var part = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{first.ProjectUuid}/components", Stop)).GetProperty("items")[0];
        using var hook = await client.PostAsJsonAsync($"{Api.Root}/webhooks", new { name = "lists " + Guid.CreateVersion7(), address = "https://hooks.example.org/x" }, Stop);
        return (client, new Dictionary<string, string>
        {
            ["projects"] = version.GetProperty("projectUuid").GetString()!, ["versions"] = first.ProjectUuid.ToString(), ["uploads"] = second.Token.ToString(), ["components"] = part.GetProperty("componentId").ToString(),
            ["component-versions"] = part.GetProperty("componentVersionId").ToString(), ["componentVersion"] = part.GetProperty("componentVersionId").ToString(), ["owners"] = unit.ToString(), ["people"] = person.ToString(), ["advisories"] = "CVE-2020-0001",
            ["webhooks"] = (await hook.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("webhook").GetProperty("id").ToString(), ["jobs"] = "1", ["changes"] = $"from={first.Token}&to={second.Token}",
        });
    }

    private IEnumerable<string> Routes() => from endpoint in host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                                            let route = "/" + endpoint.RoutePattern.RawText!.TrimStart('/').TrimEnd('/')
                                            where route.StartsWith(Api.Root + "/", StringComparison.Ordinal) && endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true
                                            orderby route
                                            select route;

    /// <summary>A parameter is what stands before it is; a question that has to be put is put.</summary>
    private static string Fill(string route, Dictionary<string, string> world)
    {
        var parts = route.Split('/');
        for (var i = 1; i < parts.Length; i++)
            if (Parameter().Match(parts[i]) is { Success: true } match) parts[i] = world.GetValueOrDefault(match.Groups[1].Value) ?? world.GetValueOrDefault(parts[i - 1]) ?? Guid.Empty.ToString();
        var address = string.Join('/', parts);
        return address.EndsWith("/changes", StringComparison.Ordinal) ? $"{address}?{world["changes"]}" : address.EndsWith("/who-uses", StringComparison.Ordinal) ? address + "?of=lodash" : address;
    }

    private static string Missing(string route) => Parameter().Replace(route, match => match.Groups[2].Value switch { ":long" => "999999999", ":guid" => Guid.Empty.ToString(), _ => "no-such-thing" });

    private static bool IsList(JsonElement json) => json.ValueKind == JsonValueKind.Array || (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array);

    [GeneratedRegex("columns=(.+?)(%2C[^&]*)?(?=&|$)", RegexOptions.None, 1000)]
    private static partial Regex ColumnsOf();

    [GeneratedRegex(@"\{(\w+)(:\w+)?\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();
}
