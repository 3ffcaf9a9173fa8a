using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Dapper;
using Headwater.Server.Features.Keys;
using Headwater.Server.Features.Search;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Access;

/// <summary>
/// Two installations: one holds two units, the other only the first of them. Whoever manages that unit must get the same answer from both, from every address that
/// reads: any name, number, message or missing thing that differs would tell of the unit that is out of sight.
/// </summary>
public sealed partial class LeakTests : IAsyncLifetime
{
    private const string Log4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", OldLog4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.13.3", FixedLog4j = "pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1";
    private const string Lodash = "pkg:npm/lodash@4.17.20", Guava = "pkg:maven/com.google.guava/guava@31.0-jre", Own = "pkg:npm/harbour-core@1.0.0", Secret = "pkg:npm/zebra-secret@1.0.0";
    private const string Head = "head";

    // Numbers of its own, so that no count can be right by chance.
    private static readonly string[] Herd = [.. Enumerable.Range(1, 17).Select(i => $"pkg:npm/zebra-{i}@1.0.{i}")];

    private readonly TestHost _whole = new(), _alone = new();

    public async ValueTask InitializeAsync()
    {
        await _whole.InitializeAsync();
        await _alone.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _whole.DisposeAsync();
        await _alone.DisposeAsync();
    }

    [Fact]
    public async Task EveryAnswer_ToWhoSeesOneUnit_IsThatOfAnInstallationWithoutTheOther()
    {
        // The unit out of sight was there first, and goes on after: its numbers are before and behind.
        var hidden = await ZebraAsync(_whole);
        await LongAgoAsync(_whole);
        var seen = await HarbourAsync(_whole);
        await LaterAsync(_whole, hidden, seen);
        var same = await HarbourAsync(_alone);
        await PlanAsync(_whole, seen, hidden.Unit, "zebra-person");
        await PlanAsync(_alone, same, null, null);
        var nothing = hidden with
        {
            Project = Guid.CreateVersion7(), Version = Guid.CreateVersion7(), Token = Guid.CreateVersion7(), EarlierToken = Guid.CreateVersion7(), DtComponent = Guid.CreateVersion7(),
            Unit = 9_000_001, Component = 9_000_002, ComponentVersion = 9_000_003, Job = 9_000_004,
        };

        using var whole = await Reader.OfAsync(_whole);
        using var alone = await Reader.OfAsync(_alone);
        var (wrong, asked) = (new List<string>(), 0);
        foreach (var address in Addresses())
        {
            foreach (var (kind, here, there) in new[] { ("visible", seen, same), ("hidden", hidden, nothing) })
            {
                var (a, b) = (await whole.GetAsync(here.Fill(address)), await alone.GetAsync(there.Fill(address)));
                asked++;
                if ((int)a.Status >= 500) wrong.Add($"{here.Fill(address)}: {a.Status}");
                else if (a.Status != b.Status) wrong.Add($"{kind} {here.Fill(address)}: {a.Status} instead of {b.Status}");
                else if (a.Text != b.Text) wrong.Add($"{kind} {here.Fill(address)}:\n{Difference(a.Text, b.Text)}");
                else if (kind == "visible" && a.Status == HttpStatusCode.OK && hidden.Marks.FirstOrDefault(m => a.Raw.Contains(m, StringComparison.OrdinalIgnoreCase) && !address.Contains(m, StringComparison.Ordinal)) is { } mark) wrong.Add($"{here.Fill(address)} names {mark}");
            }
        }

        asked.ShouldBeGreaterThan(100);
        wrong.ShouldBeEmpty();
    }

    /// <summary>Every address that reads, and the questions one would put to find out.</summary>
    private IEnumerable<string> Addresses() =>
    [
        .. from endpoint in _whole.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           let route = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
           where endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && (endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Routing.HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Contains("GET")
           orderby route
           select route,
        .. from list in new[] { "projects", "components", "advisories" }
           from query in new[] { "filter=zebra", "filter=log4j", "filter=lodash", "format=csv", "format=json", "sort=name&order=desc", "sort=projects", "sort=findings", "sort=owner", "owner={Unit}", "withoutOwner=true", "vulnerable=true", "scope={Unit}", "scope=all" }
           select $"/api/headwater/v1/{list}?{query}",
        .. from page in new[] { "/projects", "/components", "/advisories", "/search", "/owners", "/analyses" }
           from query in new[] { "q=zebra", "q=lodash", "q=log4j", "owner={Unit}", "owned=no", "type=npm" }
           select $"{page}?{query}",
        .. from words in new[] { "zebra", "lodash", "log4j", "harbour", "pkg:npm/zebra-secret@1.0.0", "pkg:npm/zebra-secret", "{Hash}", "{Title}" }
           select $"/api/headwater/v1/search?q={words}",
        .. from name in new[] { "zebra-secret", "pkg:npm/zebra-secret", "zebra-secret <2", "lodash", "lodash <5", "log4j-core", "log4j-core <2.17.1", "harbour-core" }
           from address in new[] { "/who-uses", "/api/headwater/v1/who-uses" }
           select $"{address}?of={Uri.EscapeDataString(name)}",
        "/api/headwater/v1/who-uses?of=lodash&format=csv", "/?scope={Unit}", "/api/headwater/v1/overview?scope={Unit}", "/api/headwater/v1/changes?from={EarlierToken}&to={Token}", "/api/v1/project/lookup?name={Name}&version=1", "/api/v1/project?name={Name}", "/api/v1/project?searchText=zebra",
        "/api/v1/project?onlyRoot=true", "/api/v1/component/identity?name=lodash", "/api/v1/component/identity?purl=pkg:npm/", "/api/v1/component/identity?name=log4j-core", "/api/v1/component/identity?name=log4j-core&project={Version}",
        "/api/headwater/v1/component-versions/{ComponentVersion}/usages?format=csv", "/api/headwater/v1/components/{Component}/usages?filter=zebra",
        "/api/headwater/v1/advisories/{Vuln}/projects?format=csv", "/api/headwater/v1/advisories/{Vuln}/projects?filter=zebra", "/api/headwater/v1/owners/{Unit}/trend?format=csv", "/api/headwater/v1/coverage/stages?format=csv", "/api/headwater/v1/owners?filter=zebra",
        "/api/headwater/v1/components/{Component}/versions?format=csv", "/api/headwater/v1/curations?state=all&format=csv", "/api/headwater/v1/curations/file?as=clearlydefined", "/licences/curations?q=zebra", "/licences/queue?by=declared", "/api/headwater/v1/search?q=licence:zlib", "/api/headwater/v1/changes?from={EarlierToken}&to={Token}&format=csv", "/api/headwater/v1/overview/trend?format=csv",
    ];

    private static async Task<World> ZebraAsync(TestHost host)
    {
        var units = await host.UnitsAsync(new("unit", "zebra", "Zebra division", "zebra@example.org", null), new("team", "zebra-crew", "Zebra crew", null, "zebra"));
        using var all = await host.KeyAsync(0, Permissions.Administrator);
        using var key = await host.KeyAsync(units[("unit", "zebra")], Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis | Permissions.ViewBadges);
        var person = await host.AddPersonAsync("zebra-person");
        await host.GrantAsync(person, "developer", units[("unit", "zebra")]);
        await host.Get<KeyStore>().CreateAsync(new KeyWish("zebra pipeline", Permissions.Automation, "zebra-person") { UnitId = units[("unit", "zebra")] });
        (await host.Get<SavedSearchStore>().SaveAsync("zebra-person", "zebra plans", "/projects?q=zebra", shared: true)).ShouldNotBeNull();
        var world = await WorldAsync(all, key, "zebra-shop", units[("unit", "zebra")], "Zebra division", [Log4j, OldLog4j, Lodash, Secret, .. Herd], [Lodash, Secret], Secret);
        foreach (var finding in (await key.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{world.Version}")).EnumerateArray())
        {
            (await key.PutAsJsonAsync("/api/v1/analysis", new
            {
                project = world.Version, component = finding.GetProperty("component").GetProperty("uuid").GetGuid(), vulnerability = finding.GetProperty("vulnerability").GetProperty("uuid").GetGuid(),
                analysisState = "NOT_AFFECTED", analysisJustification = "CODE_NOT_REACHABLE", comment = "zebra says so", isSuppressed = true,
            })).EnsureSuccessStatusCode();
        }

        await CurateAsync(all, world, "zebra says what licence");
        // A decision for every place is still about something that is here only.
        await Features.AnalysisTests.PutAsync(all, await Features.AnalysisTests.FindingAsync(key, world.Version, "CVE-2020-0001"), new { analysisState = "EXPLOITABLE", scope = "everywhere", allComponentVersions = true, comment = "zebra says so of all" });
        return world;
    }

    /// <summary>What is out of sight was known a hundred days before the rest came.</summary>
    private static Task LongAgoAsync(TestHost host) => host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE finding SET found_at = found_at - 8640000000; UPDATE component_version SET first_seen = first_seen - 8640000000; UPDATE project_version SET created_at = created_at - 8640000000", transaction: transaction));

    private static async Task<World> HarbourAsync(TestHost host)
    {
        var units = await host.UnitsAsync(new("unit", "harbour", "Harbour division", "harbour@example.org", null), new("team", "harbour-crew", "Harbour crew", null, "harbour"));
        using var all = await host.KeyAsync(0, Permissions.Administrator);
        using var key = await host.KeyAsync(units[("unit", "harbour")], Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis | Permissions.ViewBadges);
        var head = await host.AddPersonAsync(Head);
        await host.GrantAsync(head, "administrator", units[("unit", "harbour")]);
        var world = await WorldAsync(all, key, "harbour-desk", units[("unit", "harbour")], "Harbour division", [Log4j, Guava, Own], [FixedLog4j, Guava, Own], Own);
        await CurateAsync(all, world, "harbour says so");
        await TestHost.UploadAsync(key, "harbour-light", "1", TestHost.Bom(Guava, Own));
        return world;
    }

    /// <summary>What licence something is under that is in this unit only.</summary>
    private static async Task CurateAsync(HttpClient all, World world, string note) =>
        (await all.PostAsJsonAsync($"/api/headwater/v1/component-versions/{world.ComponentVersion}/licence", new { scope = "component", expression = "Zlib", reason = "text-read", note })).EnsureSuccessStatusCode();

    /// <summary>A decision about a component holds for everybody, whoever looks after it.</summary>
    private static async Task PlanAsync(TestHost host, World world, long? ownerId, string? person)
    {
        using var all = await host.KeyAsync(0, Permissions.Administrator);
        (await all.PutAsJsonAsync($"/api/headwater/v1/components/{world.Component}/support", new { plan = "expert", provider = "the guild", ownerId, person })).EnsureSuccessStatusCode();
        var care = await all.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/components/{world.Component}/care");
        care.GetProperty("plan").GetString().ShouldBe("expert");
        (care.TryGetProperty("person", out var who) ? who.GetString() : null).ShouldBe(person);
    }

    /// <summary>What happens out of sight once both are there: shared components get more uses, versions hang below and above each other.</summary>
    private static async Task LaterAsync(TestHost host, World hidden, World seen)
    {
        using var all = await host.KeyAsync(0, Permissions.Administrator);
        var below = await TestHost.UploadAsync(all, "zebra-below", "1", TestHost.Bom(Guava, Own, Lodash));
        (await all.PatchAsJsonAsync($"/api/v1/project/{below.ProjectUuid}", new { parent = new { uuid = seen.Version } })).EnsureSuccessStatusCode();
        (await all.PatchAsJsonAsync($"/api/v1/project/{seen.OldVersion}", new { parent = new { uuid = hidden.Version } })).EnsureSuccessStatusCode();
        var part = (await all.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{below.ProjectUuid}")).GetProperty("version").GetProperty("projectUuid").GetGuid();
        (await all.PatchAsJsonAsync($"/api/headwater/v1/projects/{part}", new { parent = seen.Project, tags = new[] { "zebra-word" } })).EnsureSuccessStatusCode();
        await TestHost.UploadAsync(all, "zebra-shop", "1", TestHost.Bom([Log4j, OldLog4j, Lodash, Secret, .. Herd]));
        await host.UnitsAsync(new("unit", "zebra-above", "Zebra above", null, null), new("unit", "harbour", "Harbour division", "harbour@example.org", "zebra-above"));
        await host.GrantAsync(await host.AddPersonAsync("zebra-above-person"), "administrator", (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "zebra-above", "Zebra above", null, null)))[("unit", "zebra-above")]);
    }

    internal static async Task<World> WorldAsync(HttpClient all, HttpClient key, string name, long unit, string title, string[] first, string[] second, string distinct)
    {
        var earlier = await TestHost.UploadAsync(key, name, "0", TestHost.Bom(first));
        var it = await TestHost.UploadAsync(key, name, "1", TestHost.Bom(first));
        var again = await TestHost.UploadAsync(key, name, "1", TestHost.Bom([.. second, .. first]));
        (await all.PatchAsJsonAsync($"/api/v1/project/{it.ProjectUuid}", new { isLatest = true, tags = new[] { new { name = name + "-tag" } }, classifier = "APPLICATION", description = name + " described" })).EnsureSuccessStatusCode();
        var version = (await all.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{it.ProjectUuid}")).GetProperty("version");
        var at = distinct.LastIndexOf('@');
        var part = (await all.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{it.ProjectUuid}/components?filter={distinct[(distinct.LastIndexOf('/') + 1)..at]}")).GetProperty("items")[0];
        var upload = (await all.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{it.ProjectUuid}/uploads"))[0];
        var dt = (await all.GetFromJsonAsync<JsonElement>($"/api/v1/component/project/{it.ProjectUuid}?pageSize=1"))[0].GetProperty("uuid").GetGuid();
        return new World(name, title, unit, version.GetProperty("projectUuid").GetGuid(), it.ProjectUuid, earlier.ProjectUuid, again.Token, it.Token, upload.GetProperty("jobId").GetInt64(),
            part.GetProperty("componentId").GetInt64(), part.GetProperty("componentVersionId").GetInt64(), dt, name.StartsWith("zebra", StringComparison.Ordinal) ? "CVE-2020-0001" : "CVE-2021-44228");
    }

    private static string Difference(string a, string b)
    {
        var at = 0;
        while (at < a.Length && at < b.Length && a[at] == b[at]) at++;
        return $"    here  …{Around(a, at)}…\n    alone …{Around(b, at)}…";

        static string Around(string text, int at) => text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 120)].ReplaceLineEndings(" ");
    }

    /// <summary>What stands for the placeholders of addresses.</summary>
    internal sealed record World(string Name, string Title, long Unit, Guid Project, Guid Version, Guid OldVersion, Guid Token, Guid EarlierToken, long Job, long Component, long ComponentVersion, Guid DtComponent, string Advisory)
    {
        /// <summary>What must not be found anywhere else.</summary>
        public string[] Marks => [Name, Title, "zebra", Project.ToString(), Version.ToString(), OldVersion.ToString(), Token.ToString(), EarlierToken.ToString()];

        public string Fill(string address) => Parameter().Replace(address, match => Uri.EscapeDataString(ValueOf(match.Groups[1].Value.ToUpperInvariant(), address)));

        private string ValueOf(string parameter, string address) => parameter switch
        {
            "UUID" when address.StartsWith("/api/v1/component/{", StringComparison.Ordinal) => DtComponent.ToString(),
            "UUID" when address.Contains("/projects/{", StringComparison.OrdinalIgnoreCase) => Project.ToString(),
            "UUID" or "VERSION" when address.Contains("{uuid", StringComparison.OrdinalIgnoreCase) || address.Contains("project={", StringComparison.Ordinal) => Version.ToString(),
            "UUID" => Version.ToString(),
            "VERSION" => "1",
            "TOKEN" => Token.ToString(),
            "BUNDLE" => Version.ToString(),
            "EARLIERTOKEN" => EarlierToken.ToString(),
            "UNIT" => Unit.ToString(),
            "NAME" => Name,
            "TITLE" => Title,
            "TAG" => Name + "-tag",
            "CLASSIFIER" => "APPLICATION",
            "HASH" => "d41d8cd98f00b204e9800998ecf8427e",
            "SOURCE" => "NVD",
            "VULN" => Advisory,
            "COMPONENT" => Component.ToString(),
            "COMPONENTVERSION" => ComponentVersion.ToString(),
            "STATUS" => "404",
            "DATE" => "20200101",
            "COUNT" => "7",
            "DOCUMENTNAME" => "v1",
            "ID" when address.Contains("dvisories", StringComparison.Ordinal) || address.Contains("/findings/", StringComparison.Ordinal) => Advisory,
            "ID" when address.Contains("component-versions", StringComparison.Ordinal) || address.Contains("/licences/queue/", StringComparison.Ordinal) => ComponentVersion.ToString(),
            "SHA256" => new string('0', 64),
            "ID" when address.Contains("components", StringComparison.Ordinal) => Component.ToString(),
            "ID" when address.Contains("jobs", StringComparison.Ordinal) => Job.ToString(),
            "ID" when address.Contains("owners", StringComparison.Ordinal) || address.Contains("units", StringComparison.Ordinal) || address.Contains("teams", StringComparison.Ordinal) => Unit.ToString(),
            "ID" when address.Contains("/licences/", StringComparison.Ordinal) => "MIT",
            "NUMBER" => "1",
            "ID" => "1",
            _ => throw new InvalidOperationException($"{address}: say here what {{{parameter}}} is, so that the new address is held to the same rule."),
        };
    }

    /// <summary>The same person on one of the two servers, with browser and token.</summary>
    private sealed class Reader : IDisposable
    {
        private HttpClient _browser = null!, _program = null!;

        public static async Task<Reader> OfAsync(TestHost host) => new() { _browser = await host.BrowserAsync(Head), _program = await host.BearerAsync(Head) };

        public async Task<(HttpStatusCode Status, string Text, string Raw)> GetAsync(string address)
        {
            using var answer = await (address.StartsWith("/api/", StringComparison.Ordinal) ? _program : _browser).GetAsync(address);
            var raw = await answer.Content.ReadAsStringAsync();
            var text = answer.Content.Headers.ContentType?.MediaType == "text/html" ? Page(raw) : raw;
            return (answer.StatusCode, Plain(text + "\n" + string.Join(',', answer.Headers.TryGetValues("X-Total-Count", out var total) ? total : [])), raw);
        }

        public void Dispose()
        {
            _browser.Dispose();
            _program.Dispose();
        }

        /// <summary>What a page says and where it leads.</summary>
        private static string Page(string html)
        {
            var page = Html.Parse(html);
            foreach (var element in page.QuerySelectorAll("template, script, .foot")) element.Remove();
            foreach (var time in page.QuerySelectorAll("time")) time.TextContent = $" {time.TextContent} "; // What stands before it may end with a digit.
            return $"{page.Title}\n{page.Body!.Said()}\n{string.Join('\n', page.QuerySelectorAll("a[href]").Select(a => a.GetAttribute("href")))}\n{string.Join('\n', page.QuerySelectorAll("datalist option").Select(o => o.GetAttribute("value")))}\n{string.Join('\n', page.QuerySelectorAll("[aria-label]").Select(a => a.GetAttribute("aria-label")))}";
        }

        /// <summary>Identities and moments are of their installation; everything else has to be the same.</summary>
        private static string Plain(string text)
        {
            text = Uuid().Replace(text, "UUID");
            text = Number().Replace(text, "\"$1\":#");
            text = Link().Replace(text, "$1#");
            text = Cursor().Replace(text, "\"$1\":\"cursor\"");
            text = QueryCursor().Replace(text, "$1=cursor");
            text = Moment().Replace(text, match => IsOfToday(match.Value) ? "MOMENT" : match.Value);
            text = Ago().Replace(text, "AGO");
            return KeyName().Replace(text, "$1KEY");
        }

        /// <summary>When the test ran tells nothing; a moment long ago is of what was there before.</summary>
        private static bool IsOfToday(string moment)
        {
            var at = moment.Length == 13 && long.TryParse(moment, out var milliseconds) ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : DateTimeOffset.Parse(moment.Replace(" UTC", "Z", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
            return (DateTimeOffset.UtcNow - at).Duration() < TimeSpan.FromDays(1);
        }
    }

    [GeneratedRegex(@"\{\*{0,2}(\w+)(:\w+)?[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Uuid();

    [GeneratedRegex("\"(\\w*[iI]d|unit)\":\\d+", RegexOptions.None, 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"((?:/|%2F)(?:components|component-versions|owners|jobs|people|why|paths|impact|findings)(?:/|%2F)|\b(?:owner|parent|without|scope)=|%3Fowner%3D)\d+", RegexOptions.None, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("\"(next|previous|traceId|digest)\":\"[^\"]+\"", RegexOptions.None, 1000)]
    private static partial Regex Cursor();

    [GeneratedRegex("\\b(after|before)=[\\w-]+", RegexOptions.None, 1000)]
    private static partial Regex QueryCursor();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)|\b1[789]\d{11}\b|\d{1,2} \w{3} \d{4}, \d\d:\d\d(:\d\d)? UTC", RegexOptions.None, 1000)]
    private static partial Regex Moment();

    [GeneratedRegex(@" ?(just now|\b(\d+|an?) (second|minute|hour)s? ago) ?|\b\d+(\.\d+)? m?s\b", RegexOptions.None, 1000)]
    private static partial Regex Ago();

    [GeneratedRegex(@"(key:|hw_|""publicId"":"")\w{8}", RegexOptions.None, 1000)]
    private static partial Regex KeyName();
}
