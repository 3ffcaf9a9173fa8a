using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Dapper;
using Headwater.Server.Features.Cases;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Keys;
using Headwater.Server.Features.Search;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Access;

/// <summary>
/// Who may send which form of which page: every one in the sources, for every role and for nobody, against a table that somebody has looked at. Whoever is not offered a
/// form sends it all the same, as the administrator would fill it in, and nothing may come of that. Set HEADWATER_APPROVE=1 to write the table anew, and read the difference.
/// </summary>
public sealed partial class FormTableTests(TestHost host) : IClassFixture<TestHost>, IDisposable
{
    /// <summary>A folder that a feed may be.</summary>
    private static readonly string Empty = Directory.CreateTempSubdirectory("headwater-forms").FullName;

    private const string UnitAdministrator = "unit-administrator", NoRole = "no-role", Nobody = "nobody", Administrator = "administrator", Bom = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1";

    private static readonly string[] Callers = [Nobody, NoRole, .. Roles.Each.Select(r => r.Name), UnitAdministrator];

    /// <summary>Sent after all others, in this order: whatever comes behind them would find nothing.</summary>
    private static readonly string[] TakeAway = ["take-over", "revoke", "drop-search", "take-role", "retire-project", "delete-project", "remove-member", "act", "off", "withdraw-sign-off", "drop-choice", "delete-bundle", "delete-unit"];

    /// <summary>Forms that leave nothing when the administrator sends them as he finds them, and why.</summary>
    private static readonly Dictionary<string, string> WithoutEffect = new(StringComparer.Ordinal)
    {
        ["/account/second-step begin: 200"] = "shows a secret and keeps nothing; SecondStepTests goes on from there",
        ["/account/second-step finish: not offered"] = "is behind the one before it, and wants a code of an app; SecondStepTests",
        ["/account/second-step off: not offered"] = "is there when the second step is; SecondStepTests",
        ["/cases/{number} forget: not offered"] = "is there when the case is closed, as on the page below it",
        ["/feeds/new run: not offered"] = "the page of a feed has it when there is the feed",
        ["/import apply: not offered"] = "is behind a preview that holds rows to take; the tests of imports",
        ["/licences/curations/import curations-apply: not offered"] = "is behind a preview; WorkbenchTests",
        ["/licences/curations/import curations-preview: 200"] = "shows what would be done, and does nothing",
        ["/licences/queue/{id} confirm-licence: not offered"] = "is there for a version that says something else than was decided about; CurationTests",
        ["/component-versions/{id} take-archive: 200"] = "wants an archive; WorkbenchTests",
        ["/import preview: 200"] = "shows what would be done, and does nothing",
    };

    /// <summary>What stands in fields in which a word will not do.</summary>
    private static readonly Dictionary<string, (string Field, string Value)[]> Values = new(StringComparer.Ordinal)
    {
        ["assign"] = [("Person", "member")],
        ["care-plan"] = [("Plan.Person", "member")],
        ["case"] = [("Received", ""), ("Licence", "MIT")],
        ["enquiry"] = [("Website", "")],
        ["feed"] = [("Source", Empty), ("Ecosystems", "")],
        ["give-role"] = [("Role", "developer")],
        ["new-project"] = [("Input.PartOf", ""), ("Input.Links", "https://example.org/")],
        ["edit-project"] = [("Input.PartOf", ""), ("Input.Links", "https://example.org/"), ("Input.Collection", "")],
        ["delete-project"] = [("Sure", "Form shop")],
        ["licence"] = [("Reference", "LicenseRef-form-new"), ("Title", "Of a form"), ("See", "https://example.org/")],
        ["rename"] = [("NewName", "renamed")],
        ["notice-settings"] = [("Input.Preferences", "MIT")],
        ["decide-licence"] = [("Evidence", ""), ("Expression", "")],
    };

    private readonly Dictionary<string, HttpClient> _browsers = [];
    private readonly Dictionary<string, KeyValuePair<string, string>[]> _tokens = [];

    public void Dispose() => Directory.Delete(Empty, true);

    [Fact]
    public async Task EveryForm_SentByWhomItIsNotOfferedTo_HasNoEffect()
    {
        var pages = await WorldAsync();
        var offers = new SortedDictionary<(string Page, string Form), Dictionary<string, IReadOnlyList<KeyValuePair<string, string>>>>();
        foreach (var (page, address) in pages)
        {
            foreach (var form in FormsOf(page)) offers.TryAdd((page, form), []);
            foreach (var caller in Callers)
            {
                using var answer = await _browsers[caller].GetAsync(address);
                if (answer.StatusCode != HttpStatusCode.OK) continue;
                var html = Html.Parse(await answer.Content.ReadAsStringAsync());
                foreach (var form in html.QuerySelectorAll("form").OfType<IHtmlFormElement>())
                {
                    if (form.QuerySelector("input[name=_handler]")?.GetAttribute("value") is not { } name) continue;
                    var offered = offers.TryGetValue((page, Plain(name)), out var known) ? known : offers[(page, Plain(name))] = [];
                    if (Buttons(html, form).Any()) offered[caller] = Filled(html, form, name);
                }
            }
        }

        var seen = offers.Keys.Select(k => k.Form).ToHashSet(StringComparer.Ordinal);
        InSources().Where(f => !seen.Contains(f)).ShouldBeEmpty("A form of the sources is on no page that this test looks at: add its page.");

        var (table, wrong) = (new StringBuilder(), new List<string>());
        table.Append("# 1 offered, . sent to sign in or refused, - answered without any effect: ").AppendJoin(", ", Callers).Append('\n');
        foreach (var ((page, form), offered) in offers)
        {
            var fields = offered.GetValueOrDefault(Administrator) ?? offered.Values.FirstOrDefault() ?? [new("_handler", form)];
            foreach (var caller in Callers)
            {
                if (offered.ContainsKey(caller))
                {
                    table.Append('1');
                    continue;
                }

                var before = await DoneAsync();
                var status = await SendAsync(caller, pages[page], fields);
                if (await DoneAsync() != before) wrong.Add($"{page} {form} sent by {caller} had an effect ({(int)status})");
                if ((int)status >= 500) wrong.Add($"{page} {form} sent by {caller}: {(int)status}");
                table.Append(status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? '.' : '-');
            }

            table.Append($"  {page} {form}\n");
        }

        wrong.ShouldBeEmpty();
        // What was sent would have done something: the same, sent by the administrator, does. Each page is opened afresh, and what takes away comes last.
        var none = new List<string>();
        foreach (var (page, form) in offers.Keys.OrderBy(k => Array.IndexOf(TakeAway, k.Form)))
        {
            if (!offers[(page, form)].ContainsKey(Administrator) || await OfferedAsync(pages[page], form) is not { } fields)
            {
                none.Add($"{page} {form}: not offered");
                continue;
            }

            var before = await DoneAsync();
            var status = await SendAsync(Administrator, pages[page], fields);
            if (await DoneAsync() == before) none.Add($"{page} {form}: {(int)status}");
        }

        string.Join('\n', none.Order(StringComparer.Ordinal)).ShouldBe(string.Join('\n', WithoutEffect.Keys.Order(StringComparer.Ordinal)), "A form does nothing when the administrator sends it: give it values that do, or say here why it cannot.");
        var approved = Path.Combine(Root(), "tests", "Headwater.Server.Tests", "Access", "forms.txt");
        if (Environment.GetEnvironmentVariable("HEADWATER_APPROVE") == "1") await File.WriteAllTextAsync(approved, table.ToString());
        table.ToString().ShouldBe(await File.ReadAllTextAsync(approved), "A form is new, gone, or for others than before. Run this test with HEADWATER_APPROVE=1 and read the difference of forms.txt.");
    }

    /// <summary>Somebody of each role, and one of each thing that forms are about.</summary>
    /// <returns>Addresses of the pages that have forms, by what the table calls them.</returns>
    private async Task<SortedDictionary<string, string>> WorldAsync()
    {
        var units = await host.UnitsAsync(new("unit", "house", "House", null, null), new("team", "crew", "Crew", null, "house"));
        var (unit, team) = (units[("unit", "house")], units[("team", "crew")]);
        var people = new Dictionary<string, long>();
        foreach (var caller in Callers.Skip(1))
        {
            var id = people[caller] = await host.AddPersonAsync(caller);
            if (caller == UnitAdministrator) await host.GrantAsync(id, "administrator", unit);
            else if (caller != NoRole) await host.GrantAsync(id, caller, 0);
            _browsers[caller] = await host.BrowserAsync(caller);
            _tokens[caller] = await _browsers[caller].HiddenAsync("/about");
        }

        (_browsers[Nobody], _tokens[Nobody]) = (host.Anonymous(), []);
        using var key = await host.KeyAsync(team, Permissions.Automation | Permissions.PortfolioManagement | Permissions.VulnerabilityAnalysis);
        var upload = await TestHost.UploadAsync(key, "Form shop", "1", TestHost.Bom(Bom));
        await TestHost.UploadAsync(key, "Form shop", "0", TestHost.Bom(Bom));
        var finding = (await key.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{upload.ProjectUuid}"))[0];
        (await key.PutAsJsonAsync("/api/v1/analysis", new
        {
            project = upload.ProjectUuid, component = finding.GetProperty("component").GetProperty("uuid").GetGuid(), vulnerability = finding.GetProperty("vulnerability").GetProperty("uuid").GetGuid(), analysisState = "IN_TRIAGE",
        })).EnsureSuccessStatusCode();
        (await host.Get<SavedSearchStore>().SaveAsync(Administrator, "Mine", "/projects?q=form", false)).ShouldNotBeNull();
        var (leaver, member, group) = (await host.AddPersonAsync("leaver"), await host.AddPersonAsync("member"), 900_001L);
        var (feed, registry, webhook) = (900_001L, 900_001L, 900_001L);
        var now = DateTimeOffset.UtcNow;
        await host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
            UPDATE user_account SET active = 0, left_at = @now WHERE id = @leaver;
            INSERT INTO project_person (project_id, person_id, part) SELECT id, @leaver, 'owner' FROM project;
            INSERT INTO team_member (owner_id, person_id) VALUES (@team, @member);
            INSERT INTO person_group (id, org_id, uuid, name, source) VALUES (@group, 1, @uuid, 'grouped', 'scim');
            INSERT INTO group_role (org_id, group_name, role, unit_id) VALUES (1, 'grouped', 'viewer', 0);
            INSERT INTO job (id, org_id, kind, key, lane, payload, priority, state, run_at, attempts, progress, created_at, finished_at, last_error) VALUES (900001, 1, 'form.test', 'k', 'l', '', 0, 'dead', @now, 5, 0, @now, @now, 'for the form');
            INSERT INTO feed (id, org_id, name, kind, source, ecosystems, every_seconds, enabled, stale_hours, created_at) VALUES (@feed, 1, 'formed', 0, '/nowhere', '[]', 86400, 0, 48, @now);
            INSERT INTO registry (id, org_id, type, name, address, position, only_names, never_names, every_seconds, enabled, created_at) VALUES (@registry, 1, 'npm', 'formed', 'https://registry.example.org', 0, '[]', '[]', 86400, 0, @now);
            INSERT INTO news (id, org_id, kind, subject, created_at) VALUES (900001, 1, 'finding.appeared', 'CVE-2021-44228', @now);
            INSERT INTO notification (id, org_id, owner_id, kind, subject, args, severity, projects, created_at, news_id) VALUES (900001, 1, @team, 'finding.appeared', 'CVE-2021-44228', '{}', 4, 1, @now, 900001);
            INSERT INTO webhook (id, org_id, name, address, secret, enabled, created_at, created_by) VALUES (@webhook, 1, 'formed', 'https://hooks.example.org/', '', 0, @now, 'test');
            INSERT INTO own_licence (id, org_id, licence_key, licence, title, category, flags, see_also, created_at, created_by, changed_at, changed_by) VALUES (900001, 1, 'licenseref-formed', 'LicenseRef-formed', 'Formed', 'commercial', '', '', @now, 'test', @now, 'test');
            """, new { leaver, member, team, group, feed, registry, webhook, now, uuid = Guid.CreateVersion7() }, transaction));
        var noticed = (await TestHost.UploadAsync(key, "Form notice", "1", TestHost.Bom("pkg:npm/either@1.0.0").Replace("\"license\":{\"id\":\"MIT\"}", "\"expression\":\"MIT OR ISC\"", StringComparison.Ordinal))).ProjectUuid;
        var bundle = Guid.CreateVersion7();
        await host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
            INSERT INTO licence_choice (id, org_id, uuid, owner_id, identity, expression, chosen, reason, created_at, created_by) VALUES (900001, 1, @first, 0, '', '(MIT OR Zlib)', 'MIT', 'formed', @now, 'test');
            INSERT INTO notice_sign_off (id, org_id, uuid, pv_id, upload_token, sbom_sha256, input_sha256, components, gaps, signed_at, signed_by) SELECT 900001, 1, @second, id, @second, '000000000000', '000000000000', 1, 0, @now, 'test' FROM project_version WHERE uuid = @noticed;
            INSERT INTO compliance_bundle (id, org_id, uuid, pv_id, upload_token, project_name, release_name, keep_until, created_at, created_by, state, sbom_sha256) SELECT 900001, 1, @bundle, id, @second, 'Form notice', 'formed', @now, @now, 'test', 'failed', '000000000000' FROM project_version WHERE uuid = @noticed;
            """, new { first = Guid.CreateVersion7(), second = Guid.CreateVersion7(), noticed, bundle, now }, transaction));
        foreach (var role in new[] { "viewer", "developer" }) await host.GrantAsync(member, role, team);
        await host.Get<KeyStore>().CreateAsync(new KeyWish("left behind", Permissions.ViewPortfolio, "leaver") { Maker = leaver });
        using var all = await host.KeyAsync(0, Permissions.Administrator);
        var project = (await all.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{upload.ProjectUuid}")).GetProperty("version").GetProperty("projectUuid").GetGuid();
        var part = (await all.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{upload.ProjectUuid}/components")).GetProperty("items")[0];
        var (component, version) = (part.GetProperty("componentId").GetInt64(), part.GetProperty("componentVersionId").GetInt64());
        var cases = host.Get<CaseStore>();
        await host.Get<CaseSettingStore>().SaveAsync(CaseSettings.Usual with { FormOn = true }, "test");
        var open = await cases.ReceiveAsync(new NewCase("incident", "Formed", "A message", null, null, "letter", null, null, null), CaseSettings.Usual, "test");
        var closed = await cases.ReceiveAsync(new NewCase("enquiry", "Formed", "A message", null, null, "letter", "Somebody", null, null), CaseSettings.Usual, "test");
        foreach (var step in (CaseStep[])[new("decide", "Told", "answered"), new("close", null, null)]) (await cases.StepAsync(closed, step, "test")).ShouldBe(CaseOutcome.Done);
        await host.Get<IDatabase>().WriteAsync(transaction => host.Get<CurationsModule>().AddTextsAsync(transaction, [new NewText(version, "LICENSE", TextKind.Licence, "SPDX-License-Identifier: GPL-3.0-only")], "person", "test"));
        host.Get<Headwater.Server.Platform.Jobs.QueueStore>().Wake();
        await host.IdleAsync();
        var decided = new List<Guid>();
        foreach (var name in new[] { "a", "b", "c" })
            decided.Add((await host.Get<CurationStore>().TakeAsync([(new CurationSubject(CurationScope.Component, "pkg:npm/form-" + name), new CurationWish(null, "MIT", "text-read"), "test")], "test", default)).Uuid!.Value);
        await host.Get<IDatabase>().WriteAsync(transaction => transaction.Connection!.ExecuteAsync("""
            INSERT INTO text_rule (id, org_id, uuid, phrase, expression, sample, reason, created_at, created_by) VALUES (900001, 1, @first, 'formed', 'MIT', 'formed', 'formed', @now, 'test');
            INSERT INTO text_rule (id, org_id, uuid, phrase, expression, sample, reason, created_at, created_by, ended_at, ended_by) VALUES (900002, 1, @second, 'former', 'MIT', 'former', 'former', @now, 'test', @now, 'test');
            """, new { first = Guid.CreateVersion7(), second = Guid.CreateVersion7(), now }, transaction));
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["/licences/passages"] = "/licences/passages?all=1",
            ["/cases/new"] = "/cases/new", ["/cases/settings"] = "/cases/settings", ["/cases/{number}"] = $"/cases/{open}", ["/cases/{number}, closed"] = $"/cases/{closed}", ["/enquiry"] = "/enquiry",
            ["/licences/queue"] = $"/licences/queue?done={decided[0]}", ["/licences/queue/{id}"] = $"/licences/queue/{version}?done={decided[1]}", ["/licences/curations/{uuid}"] = $"/licences/curations/{decided[2]}", ["/licences/curations/import"] = "/licences/curations/import",
            ["/component-versions/{id}"] = $"/component-versions/{version}",
            ["/account/second-step"] = "/account/second-step", ["/access"] = "/access", ["/analyses"] = "/analyses", ["/components/{id}"] = $"/components/{component}", ["/feeds"] = "/feeds", ["/feeds/new"] = "/feeds/new",
            ["/feeds/{id}"] = $"/feeds/{feed}", ["/import"] = "/import", ["/inbox"] = "/inbox", ["/jobs"] = "/jobs?state=dead", ["/keys"] = "/keys", ["/licences/new"] = "/licences/new", ["/licences/{id}"] = "/licences/LicenseRef-formed", ["/licences/{id}/edit"] = "/licences/LicenseRef-formed/edit", ["/owners/levels"] = "/owners/levels", ["/owners/new"] = "/owners/new?kind=team",
            ["/owners/orphaned"] = "/owners/orphaned", ["/owners/{id}"] = $"/owners/{team}", ["/people"] = "/people", ["/people/groups"] = "/people/groups", ["/people/{id}"] = $"/people/{member}", ["/projects"] = "/projects",
            ["/projects/new"] = "/projects/new", ["/projects/{uuid}"] = $"/projects/{project}", ["/projects/{uuid}/edit"] = $"/projects/{project}/edit", ["/registries"] = "/registries", ["/registries/{id}"] = $"/registries/{registry}",
            ["/searches"] = "/searches?save=/projects", ["/versions/{uuid}/findings/{version}/{id}"] = $"/versions/{upload.ProjectUuid}/findings/{version}/CVE-2021-44228", ["/versions/{uuid}/notice"] = $"/versions/{noticed}/notice", ["/bundles/{uuid}"] = $"/bundles/{bundle}", ["/notices"] = "/notices", ["/webhooks"] = "/webhooks", ["/webhooks/{id}"] = $"/webhooks/{webhook}",
        };
    }

    /// <summary>Everything that a form can do is recorded, or is one of the few things that are one's own.</summary>
    private Task<(long, long, long, long)> DoneAsync() => host.Get<IDatabase>().ReadAsync(connection => connection.QuerySingleAsync<(long, long, long, long)>("""
        SELECT (SELECT COUNT(*) FROM audit WHERE act NOT LIKE 'session%' AND actor <> 'system'), (SELECT COUNT(*) FROM saved_search), (SELECT COUNT(*) FROM job WHERE id = 900001 AND state = 'dead'),
            (SELECT COUNT(*) FROM news_read) + (SELECT COALESCE(SUM(up_to), 0) FROM notification_mark)
        """));

    /// <summary>A form as the administrator finds it now; null when it is not on the page.</summary>
    private async Task<IReadOnlyList<KeyValuePair<string, string>>?> OfferedAsync(string address, string form)
    {
        using var answer = await _browsers[Administrator].GetAsync(address);
        var html = Html.Parse(await answer.Content.ReadAsStringAsync());
        return html.QuerySelectorAll("form").OfType<IHtmlFormElement>().FirstOrDefault(f => Plain(f.QuerySelector("input[name=_handler]")?.GetAttribute("value") ?? "") == form && Buttons(html, f).Any()) is { } found
            ? Filled(html, found, found.QuerySelector("input[name=_handler]")!.GetAttribute("value")!) : null;
    }

    private async Task<HttpStatusCode> SendAsync(string caller, string address, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        using var answer = await _browsers[caller].PostAsync(address, new FormUrlEncodedContent([.. fields, .. _tokens[caller]]));
        return answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location?.ToString().Contains("/sign-in", StringComparison.Ordinal) == true ? HttpStatusCode.Unauthorized : answer.StatusCode;
    }

    /// <summary>What can send the form, in it or beside it.</summary>
    private static IEnumerable<IElement> Buttons(IHtmlDocument html, IHtmlFormElement form) =>
        [.. form.QuerySelectorAll("button").Where(b => b.GetAttribute("form") is null), .. form.Id is { Length: > 0 } id ? html.QuerySelectorAll($"button[form='{id}']") : Enumerable.Empty<IElement>()];

    /// <summary>As somebody fills it in who accepts what is there and writes a word where nothing is.</summary>
    private static List<KeyValuePair<string, string>> Filled(IHtmlDocument html, IHtmlFormElement form, string name)
    {
        var fields = new List<KeyValuePair<string, string>> { new("_handler", name) };
        // Nobody takes the role by which the rest of this is done.
        var button = Buttons(html, form).FirstOrDefault(b => b.GetAttribute("value")?.EndsWith(" administrator", StringComparison.Ordinal) != true) ?? Buttons(html, form).First();
        if (button.GetAttribute("name") is { } sent) fields.Add(new(sent, button.GetAttribute("value") ?? ""));
        var beside = form.Id is { Length: > 0 } id ? html.QuerySelectorAll($"[form='{id}']") : Enumerable.Empty<IElement>();
        foreach (var field in form.QuerySelectorAll("input, select, textarea").Concat(beside))
        {
            if (field.GetAttribute("name") is not { Length: > 0 } called || called is "_handler" or "__RequestVerificationToken") continue;
            var value = field switch
            {
                IHtmlInputElement { Type: "checkbox" or "radio" } box => box.IsChecked || !form.QuerySelectorAll($"input[name='{called}']").Concat(beside).OfType<IHtmlInputElement>().Any(b => b.IsChecked) && fields.TrueForAll(f => f.Key != called) ? box.Value ?? "on" : null,
                IHtmlInputElement { Type: "file" or "submit" } => null,
                IHtmlInputElement input => input.Value is { Length: > 0 } there ? there : input.GetAttribute("list") is { } list ? html.QuerySelector($"#{list} option")?.GetAttribute("value") ?? "member"
                    : input.Type switch { "email" => "form@example.org", "date" => "2099-01-01", "number" => "1", "url" => "https://example.org/", "hidden" => "", _ => called.Contains("mail", StringComparison.OrdinalIgnoreCase) ? "form@example.org" : "form-word" },
                IHtmlSelectElement select => select.Options.FirstOrDefault(o => o.IsSelected && o.Value.Length > 0)?.Value ?? select.Options.FirstOrDefault(o => o.Value.Length > 0)?.Value,
                IHtmlTextAreaElement area => area.Value is { Length: > 0 } there ? there : "form-word",
                _ => null,
            };
            if (value is not null) fields.Add(new(called, Values.GetValueOrDefault(Plain(name))?.FirstOrDefault(v => v.Field == called) is { Field: not null } given ? given.Value : value));
        }

        return fields;
    }

    /// <summary>Forms of a list are of one kind, whatever they are about.</summary>
    private static string Plain(string name) => Numbered().Replace(name, "");

    private static IEnumerable<string> InSources() => Directory.EnumerateFiles(Path.Combine(Root(), "src", "Headwater.Server"), "*.razor", SearchOption.AllDirectories)
        .SelectMany(f => FormName().Matches(File.ReadAllText(f))).Select(m => m.Groups[1].Value.TrimEnd('-')).Distinct();

    /// <summary>The forms that a page has itself, shown at present or not.</summary>
    private static IEnumerable<string> FormsOf(string page) => Directory.EnumerateFiles(Path.Combine(Root(), "src", "Headwater.Server"), "*.razor", SearchOption.AllDirectories).Select(File.ReadAllText)
        .Where(text => PageRoute().Matches(text).Any(m => Parameter().Replace(m.Groups[1].Value, "{}") == Parameter().Replace(page, "{}"))).SelectMany(text => FormName().Matches(text)).Select(m => m.Groups[1].Value.TrimEnd('-'));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }

    [GeneratedRegex("@formname=\"(?:@\\(\\$\")?([a-z-]+)", RegexOptions.None, 1000)]
    private static partial Regex FormName();

    [GeneratedRegex("^@page \"([^\"]+)\"", RegexOptions.Multiline, 1000)]
    private static partial Regex PageRoute();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex("-(\\d+|[0-9a-f]{8}-[0-9a-f-]{27})$", RegexOptions.None, 1000)]
    private static partial Regex Numbered();
}
