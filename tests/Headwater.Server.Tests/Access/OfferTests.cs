using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Tests.Ui;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Access;

/// <summary>
/// What pages offer to whom: every link of every page that a role can come to is followed, and none may be refused; the forms that it finds on the way are held against a table that
/// somebody has looked at. Set HEADWATER_APPROVE=1 to write it anew, and read the difference.
/// </summary>
public sealed partial class OfferTests(TestHost host) : IClassFixture<TestHost>
{
    private const string UnitDeveloper = "unit-developer", UnitAdministrator = "unit-administrator", Unit = "unit";

    /// <summary>Of pages that differ in a number or a name only, this many are opened for each role.</summary>
    private const int OfEach = 3;

    private static readonly string[] Callers = [.. Roles.Each.Select(r => r.Name), UnitDeveloper, UnitAdministrator];

    [Fact]
    public async Task EveryLink_OfEveryPage_LeadsWhereItsReaderMayGo_AndFormsAreThoseOfTheTable()
    {
        var unit = await FillAsync();
        var routes = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") ?? true)
            .Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/')).Distinct().OrderBy(r => r.Count(c => c == '{')).Select(r => (Route: r, Matcher: new TemplateMatcher(TemplateParser.Parse(r.TrimStart('/')), []))).ToList();
        var (wrong, offers) = (new List<string>(), new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal));
        foreach (var caller in Callers)
        {
            var person = await host.AddPersonAsync(caller);
            await host.GrantAsync(person, caller.StartsWith(Unit, StringComparison.Ordinal) ? caller[(Unit.Length + 1)..] : caller, caller.StartsWith(Unit, StringComparison.Ordinal) ? unit : 0);
            using var browser = await host.BrowserAsync(caller);
            var (queue, seen, of) = (new Queue<(string Address, string From)>(), new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
            queue.Enqueue(("/", "the start"));
            while (queue.TryDequeue(out var next))
            {
                var path = next.Address.Split('?')[0];
                var route = routes.FirstOrDefault(r => r.Matcher.TryMatch(path, [])).Route ?? path;
                if (!seen.Add(next.Address) || (of[route] = of.GetValueOrDefault(route) + 1) > OfEach) continue;
                using var answer = await browser.GetAsync(next.Address);
                if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || answer.Headers.Location?.ToString().Contains("/sign-in", StringComparison.Ordinal) == true)
                    wrong.Add($"{caller}: {next.From} offers {next.Address}, which answers {(int)answer.StatusCode}");
                if (answer.StatusCode != HttpStatusCode.OK || answer.Content.Headers.ContentType?.MediaType != "text/html") continue;
                var page = Html.Parse(await answer.Content.ReadAsStringAsync());
                foreach (var link in page.QuerySelectorAll("a[href]").Select(a => a.GetAttribute("href")!).Where(h => h.StartsWith('/'))) queue.Enqueue((link.Split('#')[0], next.Address));
                foreach (var form in page.QuerySelectorAll("main form").Select(Named).OfType<string>())
                {
                    var key = $"{route}  {form}";
                    if (!offers.TryGetValue(key, out var whom)) offers[key] = whom = [];
                    whom.Add(caller);
                }
            }

            of.Count.ShouldBeGreaterThan(25, caller);
        }

        wrong.ShouldBeEmpty();
        var table = new StringBuilder("# 1 offered, . not: ").AppendJoin(", ", Callers).Append('\n');
        foreach (var (form, whom) in offers) table.Append(string.Concat(Callers.Select(c => whom.Contains(c) ? '1' : '.'))).Append("  ").Append(form).Append('\n');
        var approved = Path.Combine(Root(), "tests", "Headwater.Server.Tests", "Access", "offers.txt");
        if (Environment.GetEnvironmentVariable("HEADWATER_APPROVE") == "1") await File.WriteAllTextAsync(approved, table.ToString());
        table.ToString().ShouldBe(await File.ReadAllTextAsync(approved), "A form is new, gone, or offered to others than before. Run this test with HEADWATER_APPROVE=1 and read the difference of offers.txt.");
    }

    /// <summary>A project in a unit and one outside it, with findings of which one is decided, two versions, and stages.</summary>
    private async Task<long> FillAsync()
    {
        var unit = (await host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "house", "House", "house@example.org", null), new("team", "house-team", "House team", null, "house")))[("unit", "house")];
        using var all = await host.ClientAsync(Permissions.Administrator);
        using var key = await host.KeyAsync(unit);
        await TestHost.UploadAsync(key, "inside", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:npm/lodash@4.17.20"));
        var inside = await TestHost.UploadAsync(key, "inside", "2", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:npm/lodash@4.17.20", "pkg:npm/ms@1.0.0"));
        await TestHost.UploadAsync(all, "outside", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        var finding = (await all.GetFromJsonAsync<System.Text.Json.JsonElement>($"/api/v1/finding/project/{inside.ProjectUuid}"))[0];
        (await all.PutAsJsonAsync("/api/v1/analysis", new
        {
            project = inside.ProjectUuid, component = finding.GetProperty("component").GetProperty("uuid").GetGuid(), vulnerability = finding.GetProperty("vulnerability").GetProperty("uuid").GetGuid(), analysisState = "IN_TRIAGE",
        })).EnsureSuccessStatusCode();
        await host.IdleAsync();
        return unit;
    }

    /// <summary>A form that changes something, by the name of its handler or where it goes; null for one that only asks.</summary>
    private static string? Named(IElement form)
    {
        if (!string.Equals(form.GetAttribute("method"), "post", StringComparison.OrdinalIgnoreCase)) return null;
        return form.QuerySelector("input[name=_handler]")?.GetAttribute("value") is { } handler ? Number().Replace(handler, "#") : Number().Replace(form.GetAttribute("action") ?? "", "#");
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|(?<=[/-])[0-9]+", RegexOptions.None, 1000)]
    private static partial Regex Number();
}
