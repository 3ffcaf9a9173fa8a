using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Headwater.EndToEnd.Browser;

/// <summary>A page of the product as the tests visit it.</summary>
/// <param name="Name">Short, for the name of its test and its picture.</param>
/// <param name="Route">The page's route as its component says it.</param>
/// <param name="Address">Where it is visited; <c>{name}</c> is filled in by <see cref="SitePages.FillAsync"/>.</param>
/// <param name="Status">What the server answers.</param>
public sealed record SitePage(string Name, string Route, string Address, int Status = 200);

/// <summary>The one list of pages: accessibility, phone width, no script and the pictures all go through it.</summary>
internal static partial class SitePages
{
    public static IReadOnlyList<SitePage> All { get; } =
    [
        new("sign-in", "/sign-in", "/sign-in"),
        new("sign-in-refused", "/sign-in", "/sign-in?error=refused"),
        new("sign-in-too-many", "/sign-in", "/sign-in?error=too-many&wait=4"),
        new("sign-in-code", "/sign-in/code", "/sign-in/code?error=refused"),
        new("overview", "/", "/"),
        new("projects", "/projects", "/projects"),
        new("projects-none", "/projects", "/projects?q=no-such-project"),
        new("projects-narrowed", "/projects", "/projects?kind=none&state=all"),
        new("project-new", "/projects/new", "/projects/new"),
        new("project-edit", "/projects/{Uuid:guid}/edit", "/projects/{project}/edit"),
        new("archive", "/archive", "/archive"),
        new("document", "/uploads/{Token:guid}", "/uploads/{document}?target=spdx-2.3-json"),
        new("compare", "/compare", "/compare?pick={document}&pick={older}"),
        new("compare-asked", "/compare", "/compare"),
        new("project-stages", "/projects/{Uuid:guid}/stages", "/projects/{project}/stages"),
        new("coverage", "/coverage", "/coverage"),
        new("project", "/projects/{Uuid:guid}", "/projects/{project}"),
        new("version", "/versions/{Uuid:guid}", "/versions/{version}"),
        new("version-components", "/versions/{Uuid:guid}/components", "/versions/{version}/components"),
        new("version-tree", "/versions/{Uuid:guid}/tree", "/versions/{version}/tree"),
        new("version-tree-flat", "/versions/{Uuid:guid}/tree", "/versions/{flat}/tree"),
        new("version-graph", "/versions/{Uuid:guid}/graph", "/versions/{version}/graph"),
        new("version-graph-without", "/versions/{Uuid:guid}/graph", "/versions/{version}/graph?without={componentVersion}"),
        new("version-findings", "/versions/{Uuid:guid}/findings", "/versions/{version}/findings"),
        new("version-findings-settled", "/versions/{Uuid:guid}/findings", "/versions/{version}/findings?show=settled"),
        new("version-finding", "/versions/{Uuid:guid}/findings/{ComponentVersion:long}/{Id}", "/versions/{version}/findings/{componentVersion}/{finding}"),
        new("version-uploads", "/versions/{Uuid:guid}/uploads", "/versions/{version}/uploads"),
        new("version-notice", "/versions/{Uuid:guid}/notice", "/versions/{version}/notice"),
        new("version-notice-none", "/versions/{Uuid:guid}/notice", "/versions/{version}/notice?stage=production"),
        new("notices", "/notices", "/notices"),
        new("bundles", "/bundles", "/bundles"),
        new("bundle", "/bundles/{Bundle:guid}", "/bundles/{bundle}"),
        new("version-changes", "/versions/{Uuid:guid}/changes", "/versions/{version}/changes"),
        new("version-why", "/versions/{Uuid:guid}/why/{ComponentVersion:long}", "/versions/{version}/why/{componentVersion}"),
        new("version-uncovered", "/versions/{Uuid:guid}", "/versions/{uncovered}"),
        new("version-changes-none", "/versions/{Uuid:guid}/changes", "/versions/{uncovered}/changes"),
        new("components", "/components", "/components"),
        new("who-uses", "/who-uses", "/who-uses?of=log4j-core%20%3C2.17.1"),
        new("component", "/components/{Id:long}", "/components/{component}"),
        new("component-version", "/component-versions/{Id:long}", "/component-versions/{componentVersion}"),
        new("advisories", "/advisories", "/advisories"),
        new("advisory", "/advisories/{Id}", "/advisories/CVE-2021-44228"),
        new("advisory-elsewhere", "/advisories/{Id}", "/advisories/{elsewhere}"),
        new("analyses", "/analyses", "/analyses"),
        new("licence-queue", "/licences/queue", "/licences/queue"),
        new("licence-queue-text", "/licences/queue", "/licences/queue?by=declared&q=no-such-thing"),
        new("licence-work", "/licences/queue/{Id:long}", "/licences/queue/{componentVersion}"),
        new("curations", "/licences/curations", "/licences/curations?state=all"),
        new("curation-gone", "/licences/curations/{Uuid:guid}", "/licences/curations/0197a3de-0000-7000-8000-000000000000", 404),
        new("curations-import", "/licences/curations/import", "/licences/curations/import"),
        new("passages", "/licences/passages", "/licences/passages?all=1"),
        new("owners", "/owners", "/owners"),
        new("owners-orphaned", "/owners/orphaned", "/owners/orphaned"),
        new("owners-levels", "/owners/levels", "/owners/levels"),
        new("unit-new", "/owners/new", "/owners/new?kind=unit"),
        new("import", "/import", "/import"),
        new("owner", "/owners/{Id:long}", "/owners/{owner}"),
        new("searches", "/searches", "/searches?save=/projects"),
        new("search-offered", "/search", "/search?q=CVE-2021-44288"),
        new("search-similar", "/search", "/search?q=jiuce-shop"),
        new("saved-search-missing", "/searches/{Uuid:guid}", "/searches/0197a3de-0000-7000-8000-000000000000", 404),
        new("search", "/search", "/search?q=log4j"),
        new("search-nothing", "/search", "/search?q=no-such-thing-anywhere"),
        new("search-asked", "/search", "/search"),
        new("upload", "/upload", "/upload"),
        new("upload-refused", "/upload", "/upload?error=The%20document%20is%20not%20a%20valid%20SBOM.%20line%203"),
        new("jobs", "/jobs", "/jobs"),
        new("feeds", "/feeds", "/feeds"),
        new("inbox", "/inbox", "/inbox"),
        new("inbox-everything", "/inbox", "/inbox?everything=1&unread=1"),
        new("webhooks", "/webhooks", "/webhooks"),
        new("webhook-gone", "/webhooks/{Id:long}", "/webhooks/999999", 404),
        new("feed-new", "/feeds/new", "/feeds/new"),
        new("feed", "/feeds/{Id:long}", "/feeds/1"),
        new("feed-gone", "/feeds/{Id:long}", "/feeds/999999", 404),
        new("registries", "/registries", "/registries"),
        new("registry-new", "/registries/new", "/registries/new"),
        new("registry-gone", "/registries/{Id:long}", "/registries/999999", 404),
        new("licences", "/licences", "/licences"),
        new("licence", "/licences/{Id}", "/licences/Apache-2.0"),
        new("licence-projects", "/licences/{Id}/projects", "/licences/MIT/projects"),
        new("licence-obligations", "/licences/{Id}", "/licences/LGPL-3.0-only?part=obligations&context=distributed&linkage=static"),
        new("licence-compatibility", "/licences/{Id}", "/licences/MPL-2.0?part=compatibility&context=distributed&linkage=dynamic"),
        new("licence-gone", "/licences/{Id}", "/licences/No-Such-Licence", 404),
        new("licence-new", "/licences/new", "/licences/new"),
        new("licence-edit-gone", "/licences/{Id}/edit", "/licences/LicenseRef-none/edit", 404),
        new("licence-expression", "/licences/expression", "/licences/expression?e=GPLv2%2B%20or%20MIT&whole=Apache-2.0&context=distributed&linkage=static"),
        new("cases", "/cases", "/cases"),
        new("case-new", "/cases/new", "/cases/new"),
        new("case", "/cases/{Number:long}", "/cases/{case}"),
        new("case-gone", "/cases/{Number:long}", "/cases/999999", 404),
        new("case-settings", "/cases/settings", "/cases/settings"),
        new("enquiry-off", "/enquiry", "/enquiry", 404),
        new("keys", "/keys", "/keys"),
        new("people", "/people", "/people"),
        new("person", "/people/{Id:long}", "/people/1"),
        new("people-groups", "/people/groups", "/people/groups"),
        new("people-sessions", "/people/sessions", "/people/sessions"),
        new("access", "/access", "/access"),
        new("access-developers", "/access", "/access?role=developer"),
        new("audit", "/audit", "/audit"),
        new("about", "/about", "/about"),
        new("sessions", "/account/sessions", "/account/sessions"),
        new("second-step", "/account/second-step", "/account/second-step"),
        new("password", "/account/password", "/account/password"),
        new("gallery", "/dev/components", "/dev/components"),
        new("error-403", "/error/{Status:int}", "/error/403"),
        new("error-500", "/error/{Status:int}", "/error/500"),
        new("not-found", "/not-found", "/not-found"),
        new("no-such-address", "/not-found", "/no/such/address", 404),
    ];

    public static TheoryData<string> Names => [.. All.Select(p => p.Name)];

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<(Uri Server, string Address), string> Filled = new();

    public static SitePage Named(string name) => All.Single(p => p.Name == name);

    /// <summary>The addresses behind the names in braces, looked up in the server's own interface.</summary>
    public static async Task<string> FillAsync(HeadwaterServer server, string address)
    {
        if (!address.Contains('{', StringComparison.Ordinal)) return address;
        if (Filled.TryGetValue((server.BaseAddress, address), out var known)) return known;
        using var client = server.Client();
        async Task<JsonElement> ProjectAsync(string name) =>
            (await client.GetFromJsonAsync<JsonElement>($"api/headwater/v1/projects?filter={name}")).GetProperty("items").EnumerateArray().First(p => p.GetProperty("name").GetString() == name);
        async Task<string?> UploadAsync(string name, int at) =>
            (await client.GetFromJsonAsync<JsonElement>($"api/headwater/v1/archive?filter={name}")).GetProperty("items")[at].GetProperty("token").GetString();
        async Task<string> BundleAsync(string version)
        {
            using var answer = await client.PostAsJsonAsync($"api/headwater/v1/versions/{version}/bundles", new { release = "1.0" });
            var uuid = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("uuid").GetString()!;
            for (var i = 0; i < 600 && (await client.GetFromJsonAsync<JsonElement>($"api/headwater/v1/bundles/{uuid}")).GetProperty("state").GetString() == "queued"; i++) await Task.Delay(50);
            return uuid;
        }

        async Task<JsonElement> FirstFindingAsync() =>
            (await client.GetFromJsonAsync<JsonElement>($"api/headwater/v1/versions/{(await ProjectAsync("juice-shop")).GetProperty("latestUuid").GetString()}/findings")).GetProperty("items")[0].GetProperty("finding");
        async Task<string> CaseAsync()
        {
            // Cases are for people; the first key of an installation is for builds.
            using var person = new HttpClient { BaseAddress = server.BaseAddress };
            using var token = await person.PostAsync("api/v1/user/login", new FormUrlEncodedContent([new("username", "admin"), new("password", HeadwaterServer.Password)]));
            person.DefaultRequestHeaders.Authorization = new("Bearer", await token.Content.ReadAsStringAsync());
            using var answer = await person.PostAsJsonAsync("api/headwater/v1/cases", new { kind = "incident", title = "No source for the router", body = "Your router has BusyBox in it.\nWhere is the source?", about = "Router 3", channel = "letter", sender = "Jane Doe", contact = "jane@example.org", licence = "GPL-2.0-only" });
            answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("case").GetProperty("number").GetRawText();
        }

        var value = NamePattern().Match(address).Groups[1].Value switch
        {
            "project" => (await ProjectAsync("juice-shop")).GetProperty("uuid").GetString(),
            "version" => (await ProjectAsync("juice-shop")).GetProperty("latestUuid").GetString(),
            "document" => await UploadAsync("juice-shop", 0),
            "bundle" => await BundleAsync((await ProjectAsync("juice-shop")).GetProperty("latestUuid").GetString()!),
            "older" => await UploadAsync("juice-shop", 1),
            "uncovered" => (await ProjectAsync("postgres-image")).GetProperty("latestUuid").GetString(),
            "flat" => (await ProjectAsync("kube-proxy")).GetProperty("latestUuid").GetString(),
            "component" => (await FirstFindingAsync()).GetProperty("componentId").GetRawText(),
            "componentVersion" => (await FirstFindingAsync()).GetProperty("componentVersionId").GetRawText(),
            "finding" => (await FirstFindingAsync()).GetProperty("id").GetString(),
            "owner" => (await ProjectAsync("juice-shop")).GetProperty("owner").GetProperty("id").GetRawText(),
            "case" => await CaseAsync(),
            "elsewhere" => (await client.GetFromJsonAsync<JsonElement>("api/headwater/v1/search?q=drupal&perKind=6")).GetProperty("groups").EnumerateArray().First(g => g.GetProperty("kind").GetString() == "advisory")
                .GetProperty("hits")[0].GetProperty("title").GetString(),
            var other => throw new InvalidOperationException($"Nobody says what {{{other}}} is."),
        };
        return Filled[(server.BaseAddress, address)] = await FillAsync(server, NamePattern().Replace(address, value!, 1));
    }

    /// <summary>Every route that a page of the product has.</summary>
    public static IEnumerable<string> Routes() =>
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Headwater.Server"), "*.razor", SearchOption.AllDirectories)
        from line in File.ReadLines(file)
        let match = PagePattern().Match(line)
        where match.Success
        select match.Groups[1].Value;

    [GeneratedRegex(@"\{([A-Za-z]+)\}", RegexOptions.None, 1000)]
    private static partial Regex NamePattern();

    [GeneratedRegex("^@page \"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex PagePattern();
}
