using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.People;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Platform.Ui;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Platform;

/// <summary>Every act leaves one record: who, what, on what, and the digests of what was there before and is there after.</summary>
public sealed class AuditActsTests(TestHost host) : IClassFixture<TestHost>
{
    private readonly List<AuditRow> _seen = [];

    /// <summary>Which of the two digests a record has.</summary>
    private enum Digests
    {
        /// <summary>The act changes nothing that stays.</summary>
        None,
        After,
        Both,
        Before,
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryAct_OverTheInterface_LeavesOneRecordWithItsDigests()
    {
        using var it = await AdministratorAsync("walker");
        var unit = (await host.UnitsAsync(new("unit", "walk", "Walk", null, null), new("unit", "walk-b", "Walk B", null, null)))[("unit", "walk-b")];

        var project = Guid.Parse((await DoneAsync("project.created", Digests.After, () => it.PostAsJsonAsync($"{Api.Root}/projects", new { name = "Walked", kind = "tool", tags = new[] { "a" } }, Stop))).GetProperty("uuid").GetString()!);
        await DoneAsync("project.changed", Digests.Both, () => it.PatchAsJsonAsync($"{Api.Root}/projects/{project}", new { kind = "service", criticality = "high" }, Stop));
        await DoneAsync("project.changed", Digests.Both, () => it.PostAsJsonAsync($"{Api.Root}/projects/bulk", new { projects = new[] { project }, change = new { exposure = "internet" } }, Stop));
        Chained($"project:{project}", "project.created", "project.changed");
        await DoneAsync("project.owner-changed", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}/projects/{project}/owner", new { ownerId = unit }, Stop));

        var uploaded = await TestHost.UploadAsync(it, "Walked", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        await host.IdleAsync();
        await DoneAsync("sbom.uploaded", Digests.Both, async () =>
        {
            using var form = new MultipartFormDataContent { { new StringContent("Walked"), "projectName" }, { new StringContent("1"), "projectVersion" }, { TestHost.Part(TestHost.Bom("pkg:npm/lodash@4.17.20", "pkg:npm/left-pad@1.0.0")), "bom", "bom.json" } };
            return await it.PostAsync("/api/v1/bom", form, Stop);
        });
        await host.IdleAsync();
        var finding = (await it.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{uploaded.ProjectUuid}", Stop))[0];
        object Judged(string? state, string? comment) => new
        {
            project = uploaded.ProjectUuid, component = finding.GetProperty("component").GetProperty("uuid").GetGuid(), vulnerability = finding.GetProperty("vulnerability").GetProperty("uuid").GetGuid(), analysisState = state, comment,
        };
        await DoneAsync("finding.analysed", Digests.Both, () => it.PutAsJsonAsync("/api/v1/analysis", Judged("EXPLOITABLE", "said with it"), Stop));
        await DoneAsync("finding.commented", Digests.After, () => it.PutAsJsonAsync("/api/v1/analysis", Judged(null, "said alone"), Stop));
        var analysis = _seen.Last(r => r.Act == "finding.analysed").Subject["analysis:".Length..];
        await DoneAsync("finding.analysed", Digests.Both, () => it.PostAsync($"{Api.Root}/analyses/{analysis}/undo", null, Stop));
        var component = (await it.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{uploaded.ProjectUuid}/components", Stop)).GetProperty("items")[0].GetProperty("componentId").GetInt64();
        await DoneAsync("component.state-changed", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}/components/{component}/state", new { state = "deprecated", reason = "old" }, Stop));
        await DoneAsync("component.support-changed", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}/components/{component}/support", new { plan = "expert", provider = "us" }, Stop));
        await DoneAsync("project-version.changed", Digests.Both, () => it.PatchAsJsonAsync($"{Api.Root}/versions/{uploaded.ProjectUuid}", new { version = "2" }, Stop));
        await DoneAsync("project-version.deleted", Digests.Before, () => it.DeleteAsync($"{Api.Root}/versions/{uploaded.ProjectUuid}", Stop));
        await DoneAsync("project.deleted", Digests.Before, () => it.DeleteAsync($"{Api.Root}/projects/{project}", Stop));
        await ConformAsync();
    }

    [Fact]
    public async Task EveryActOnPeopleAndUnits_LeavesOneRecordWithItsDigests()
    {
        using var it = await AdministratorAsync("steward");
        var top = (await DoneAsync("unit.created", Digests.After, () => it.PostAsJsonAsync($"{Api.Root}/owners", new { kind = "unit", title = "Top of it" }, Stop))).GetProperty("id").GetInt64();
        var part = (await DoneAsync("team.created", Digests.After, () => it.PostAsJsonAsync($"{Api.Root}/owners", new { kind = "team", title = "Part of it" }, Stop))).GetProperty("id").GetInt64();
        await DoneAsync("team.changed", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}/owners/{part}", new { title = "Part" }, Stop));
        await DoneAsync("team.moved", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}/owners/{part}", new { title = "Part", parentId = top }, Stop));
        var person = (await DoneAsync("user.created", Digests.After, () => it.PostAsJsonAsync($"{Api.Root}/people", new { name = "walked-one", title = "Walked One" }, Stop))).GetProperty("id").GetInt64();
        await DoneAsync("role.granted", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}/access/grants", new { person = "steward", role = "auditor" }, Stop));
        await DoneAsync("role.granted", Digests.After, () => it.PutAsJsonAsync($"{Api.Root}/access/grants", new { person = "walked-one", role = "viewer", unit = top }, Stop));
        await DoneAsync("role.revoked", Digests.Before, () => it.DeleteAsync($"{Api.Root}/access/grants?person=walked-one&role=viewer&unit={top}", Stop));
        await DoneAsync("team.member-added", Digests.After, () => OfStoreAsync(host.Get<PersonStore>().SetMemberAsync(part, person, true, "steward", Stop)));
        await DoneAsync("team.member-removed", Digests.Before, () => OfStoreAsync(host.Get<PersonStore>().SetMemberAsync(part, person, false, "steward", Stop)));
        await DoneAsync("user.changed", Digests.Both, () => OfStoreAsync(host.Get<PersonStore>().ChangeAsync(person, new PersonEdit("walked-one", "Walked", "one@example.org"), "steward", Stop)));
        await DoneAsync("user.password-reset", Digests.Both, () => OfStoreAsync(host.Get<PersonStore>().ResetPasswordAsync(person, "steward", Stop)));
        await DoneAsync("user.deactivated", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}/people/{person}/active", new { active = false }, Stop));
        await DoneAsync("user.activated", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}/people/{person}/active", new { active = true }, Stop));
        Chained("user:walked-one", "user.created", "user.changed", "user.password-reset", "user.deactivated", "user.activated");
        await DoneAsync("user.deactivated", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}/people/{person}/active", new { active = false }, Stop));
        await DoneAsync("user.erased", Digests.Before, () => OfStoreAsync(host.Get<PersonStore>().EraseAsync(person, "steward", Stop)));
        await DoneAsync("organisation.levels-changed", Digests.Both, () => OfStoreAsync(host.Get<OrganisationStore>().SetLevelsAsync(["Group", "House"], "steward", Stop)));
        await DoneAsync("group.role-given", Digests.After, () => OfStoreAsync(host.Get<GroupStore>().SetRoleAsync("walkers", "viewer", 0, true, "steward", Stop)));
        await DoneAsync("group.role-taken", Digests.Before, () => OfStoreAsync(host.Get<GroupStore>().SetRoleAsync("walkers", "viewer", 0, false, "steward", Stop)));
        var other = await host.AddPersonAsync("other-steward");
        await DoneAsync("session.ended", Digests.Before, () => OfStoreAsync(host.Get<SessionStore>().EndAllAsync(other, null, "steward", Stop)), prepare: async () => await host.BearerAsync("other-steward"));
        using var browser = await host.BrowserAsync("other-steward");
        async Task<HashSet<string>> OpenAsync() => [.. (await host.Get<SessionStore>().OfPersonAsync(other, Stop)).Select(s => s.Digest)];
        var own = await OpenAsync();
        using var elsewhere = await host.BrowserAsync("other-steward");
        var tokens = await browser.HiddenAsync("/account/sessions");
        var revoked = (await OpenAsync()).Except(own).Single();
        await DoneAsync("session.ended", Digests.Before, () => RedirectedAsync(browser, "/session/revoke", [.. tokens, new("session", revoked)]), by: "other-steward");
        await DoneAsync("session.ended", Digests.Before, () => RedirectedAsync(browser, "/session/end", tokens), by: "other-steward");
        await DoneAsync("team.deleted", Digests.Before, () => it.DeleteAsync($"{Api.Root}/owners/{part}", Stop));
        await DoneAsync("unit.deleted", Digests.Before, () => it.DeleteAsync($"{Api.Root}/owners/{top}", Stop));

        using var directory = await host.ClientAsync(Permissions.PeopleManagement);
        directory.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", directory.DefaultRequestHeaders.GetValues("X-API-Key").Single());
        var user = (await DoneAsync("user.created", Digests.After, () => ScimAsync(directory, HttpMethod.Post, "/Users", new { schemas = new[] { "urn:ietf:params:scim:schemas:core:2.0:User" }, userName = "joiner" }))).GetProperty("id").GetString();
        await DoneAsync("user.changed", Digests.Both, () => ScimAsync(directory, HttpMethod.Put, $"/Users/{user}", new { schemas = new[] { "urn:ietf:params:scim:schemas:core:2.0:User" }, userName = "joiner", displayName = "Joiner", active = true }));
        var group = (await DoneAsync("group.created", Digests.After, () => ScimAsync(directory, HttpMethod.Post, "/Groups", new { schemas = new[] { "urn:ietf:params:scim:schemas:core:2.0:Group" }, displayName = "joiners" }))).GetProperty("id").GetString();
        await DoneAsync("group.changed", Digests.Both, () => ScimAsync(directory, HttpMethod.Put, $"/Groups/{group}", new { schemas = new[] { "urn:ietf:params:scim:schemas:core:2.0:Group" }, displayName = "joiners", members = new[] { new { value = user } } }));
        await DoneAsync("group.deleted", Digests.Before, () => ScimAsync(directory, HttpMethod.Delete, $"/Groups/{group}", null));
        await DoneAsync("user.deactivated", Digests.Both, () => ScimAsync(directory, HttpMethod.Delete, $"/Users/{user}", null));
        await ConformAsync();
    }

    [Fact]
    public async Task EveryActOnWhatIsConfigured_LeavesOneRecordWithItsDigests()
    {
        using var it = await AdministratorAsync("keeper");
        async Task ThingAsync(string kind, string path, object body, object other)
        {
            var made = await DoneAsync(kind + ".added", Digests.After, () => it.PostAsJsonAsync(Api.Root + path, body, Stop));
            var id = made.TryGetProperty("webhook", out var inside) ? inside.GetProperty("id").GetInt64() : made.GetProperty("id").GetInt64();
            await DoneAsync(kind + ".changed", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}{path}/{id}", other, Stop));
            if (kind == "webhook") await DoneAsync("webhook.secret", Digests.Both, () => it.PostAsync($"{Api.Root}{path}/{id}/secret", null, Stop));
            if (kind == "webhook") await DoneAsync("webhook.redelivered", Digests.Both, () => it.PostAsync($"{Api.Root}{path}/{id}/redeliver", null, Stop), prepare: () => DeadAsync(id));
            if (kind == "registry") await DoneAsync("registry.check", Digests.None, () => it.PostAsync($"{Api.Root}{path}/{id}/check", null, Stop));
            Chained($"{kind}:{id}", kind + ".added", kind + ".changed", kind + ".secret");
            await DoneAsync(kind + ".removed", Digests.Before, () => it.DeleteAsync($"{Api.Root}{path}/{id}", Stop));
        }

        await ThingAsync("feed", "/feeds/sources", new { name = "Walk", kind = "kev", source = "https://feeds.example.org/kev.json", dailyAt = "04:00", enabled = false }, new { name = "Walk on", kind = "kev", source = "https://feeds.example.org/kev.json", dailyAt = "05:00", enabled = false });
        await ThingAsync("registry", "/registries", new { type = "npm", name = "Walk", address = "https://registry.example.org/", secret = "s3cret", dailyAt = "04:00", enabled = false }, new { name = "Walk on", address = "https://registry.example.org/", dailyAt = "04:00", enabled = false });
        await ThingAsync("webhook", "/webhooks", new { name = "Walk", address = "https://hooks.example.org/path", enabled = false }, new { name = "Walk on", address = "https://hooks.example.org/path", enabled = false });
        var key = (await DoneAsync("key.created", Digests.After, () => it.PostAsJsonAsync($"{Api.Root}/keys", new { comment = "walk" }, Stop))).GetProperty("id").GetInt64();
        using var heir = await AdministratorAsync("heir");
        await DoneAsync("key.taken-over", Digests.Both, () => heir.PostAsync($"{Api.Root}/keys/{key}/take-over", null, Stop), by: "heir");
        await DoneAsync("key.revoked", Digests.Before, () => it.DeleteAsync($"{Api.Root}/keys/{key}", Stop));
        await DoneAsync("inbox.chosen", Digests.After, () => it.PutAsJsonAsync($"{Api.Root}/inbox/choice", new { scope = "all", severity = "high" }, Stop));
        await DoneAsync("inbox.chosen", Digests.Both, () => it.PutAsJsonAsync($"{Api.Root}/inbox/choice", new { scope = "all", severity = "low" }, Stop));
        var search = (await DoneAsync("search.saved", Digests.After, () => it.PostAsJsonAsync($"{Api.Root}/searches", new { name = "walk", address = "/projects?q=a" }, Stop))).GetProperty("uuid").GetString();
        await DoneAsync("search.shared", Digests.Both, () => it.PostAsJsonAsync($"{Api.Root}/searches", new { name = "walk", address = "/projects?q=b", shared = true }, Stop));
        await NothingAsync(() => it.PostAsJsonAsync($"{Api.Root}/searches", new { name = "walk", address = "/projects?q=b", shared = true }, Stop));
        await NothingAsync(() => it.PutAsync($"{Api.Root}/inbox/read", null, Stop));
        await DoneAsync("search.deleted", Digests.Before, () => it.DeleteAsync($"{Api.Root}/searches/{search}", Stop));
        var job = await host.Get<QueueStore>().EnqueueAsync(new JobRequest("components.reminders", "walk", "walk", ""), Stop);
        await host.IdleAsync();
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE job SET state = 'dead', attempts = 9 WHERE id = @job", new { job }, t));
        await DoneAsync("job.retried", Digests.Both, () => it.PostAsync($"{Api.Root}/jobs/{job}/retry", null, Stop));
        await host.IdleAsync();
        await ConformAsync();
    }

    [Fact]
    public async Task Project_MadeByAClientRenamedAndDescribedByHand_IsOneChain()
    {
        using var it = await AdministratorAsync("namer");
        var version = (await TestHost.UploadAsync(it, "Chain", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"))).ProjectUuid;
        await host.IdleAsync();
        (await it.PatchAsJsonAsync($"/api/v1/project/{version}", new { name = "Chain renamed" }, Stop)).IsSuccessStatusCode.ShouldBeTrue();
        var project = await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<string>("SELECT p.uuid FROM project p JOIN project_version v ON v.project_id = p.id WHERE v.uuid = @version", new { version }));
        (await it.PatchAsJsonAsync($"{Api.Root}/projects/{project}", new { kind = "tool", tags = new[] { "x" } }, Stop)).IsSuccessStatusCode.ShouldBeTrue();
        (await it.DeleteAsync($"/api/v1/project/{version}", Stop)).IsSuccessStatusCode.ShouldBeTrue();
        var rows = (await host.Get<AuditStore>().ListAsync(new AuditFilter { Subject = "project:" + project }, new PageRequest { Size = 20 }, Stop)).Items.Reverse().ToList();
        rows.Select(r => r.Act).ShouldBe(["project.created", "project.changed", "project.changed", "project.deleted"]);
        for (var i = 1; i < rows.Count; i++) rows[i].BeforeDigest.ShouldBe(rows[i - 1].AfterDigest, rows[i].Act);
    }

    [Fact]
    public async Task Catalogue_ReadAgain_RecordsWhatItChangesAndNothingElse()
    {
        async Task<long> CountAsync() => (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 1 }, Stop)).Total;
        var before = await CountAsync();
        await host.UnitsAsync(new("unit", "read", "Read", null, null), new("team", "readers", "Readers", null, "read"));
        var rows = (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 2 }, Stop)).Items;
        rows.Select(r => r.Act).ShouldBe(["team.created", "unit.created"], ignoreOrder: true);
        rows.ShouldAllBe(r => r.Actor == "system" && r.BeforeDigest == null && r.AfterDigest != null);
        (await CountAsync()).ShouldBe(before + 2);
        await host.UnitsAsync(new("unit", "read", "Read", null, null), new("team", "readers", "Readers", null, "read"));
        (await CountAsync()).ShouldBe(before + 2);
        await host.UnitsAsync(new CatalogueGroup("team", "readers", "Readers and writers", null, "read"));
        var changed = (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 1 }, Stop)).Items.Single();
        (changed.Act, changed.BeforeDigest is null, changed.BeforeDigest == changed.AfterDigest).ShouldBe(("team.changed", false, false));
        changed.BeforeDigest.ShouldBe(rows.Single(r => r.Act == "team.created").AfterDigest);
    }

    /// <summary>The chain fits, and each act that was recorded has a name for people.</summary>
    private async Task ConformAsync()
    {
        (await host.Get<AuditStore>().VerifyAsync(Stop)).ShouldBeNull();
        var texts = Localiser.Load("en");
        (await host.Get<AuditStore>().ActsAsync(Stop)).Where(a => !texts.Has("act." + a)).ShouldBeEmpty("each act has a text act.…");
    }

    /// <summary>What a record says was there before is what the record before it says was there after.</summary>
    private void Chained(string subject, params string[] acts)
    {
        var rows = _seen.Where(r => r.Subject == subject && acts.Contains(r.Act)).ToList();
        rows.Count.ShouldBeGreaterThan(1);
        for (var i = 1; i < rows.Count; i++) rows[i].BeforeDigest.ShouldBe(rows[i - 1].AfterDigest, $"{subject}: {rows[i].Act} after {rows[i - 1].Act}");
    }

    /// <summary>Does it, and holds the one record that it leaves.</summary>
    private async Task<JsonElement> DoneAsync(string act, Digests digests, Func<Task<HttpResponseMessage>> send, Func<Task>? prepare = null, string? by = null)
    {
        if (prepare is not null) await prepare();
        var audit = host.Get<AuditStore>();
        var last = (await audit.ListAsync(new PageRequest { Size = 1 }, Stop)).Items.FirstOrDefault()?.Id ?? 0;
        using var answer = await send();
        var body = await answer.Content.ReadAsStringAsync(Stop);
        answer.IsSuccessStatusCode.ShouldBeTrue($"{act}: {(int)answer.StatusCode} {body}");
        var rows = (await audit.ListAsync(new PageRequest { Size = 50 }, Stop)).Items.Where(r => r.Id > last).ToList();
        rows.Select(r => r.Act).ShouldBe([act]);
        var row = rows.Single();
        _seen.Add(row);
        if (by is not null) row.Actor.ShouldBe(by);
        row.Actor.ShouldNotBeNullOrEmpty();
        (row.BeforeDigest is not null, row.AfterDigest is not null).ShouldBe((digests is Digests.Before or Digests.Both, digests is Digests.After or Digests.Both), act);
        row.BeforeDigest?.Length.ShouldBe(64);
        row.AfterDigest?.Length.ShouldBe(64);
        if (digests == Digests.Both) row.AfterDigest.ShouldNotBe(row.BeforeDigest, act);
        return body is ['{', ..] ? JsonDocument.Parse(body).RootElement.Clone() : default;
    }

    /// <summary>Does it, and finds no record of it: it changed nothing, or nothing that is anybody else's business.</summary>
    private async Task NothingAsync(Func<Task<HttpResponseMessage>> send)
    {
        var audit = host.Get<AuditStore>();
        var before = (await audit.ListAsync(new PageRequest { Size = 1 }, Stop)).Total;
        using var answer = await send();
        answer.IsSuccessStatusCode.ShouldBeTrue(answer.StatusCode.ToString());
        (await audit.ListAsync(new PageRequest { Size = 1 }, Stop)).Total.ShouldBe(before);
    }

    private Task DeadAsync(long hook) => host.Get<IDatabase>().WriteAsync(async t => await t.Connection!.ExecuteAsync(
        "INSERT INTO webhook_delivery (id, webhook_id, kind, first, last, events, state, created_at) VALUES (@id, @hook, 'events', 0, 0, 1, 'dead', 1)", new { id = await IdSource.NextAsync(t, "webhook_delivery"), hook }, t));

    private static async Task<HttpResponseMessage> RedirectedAsync(HttpClient browser, string address, KeyValuePair<string, string>[] fields)
    {
        using var answer = await browser.PostAsync(address, new FormUrlEncodedContent(fields), Stop);
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Redirect);
        return new HttpResponseMessage();
    }

    private static async Task<HttpResponseMessage> OfStoreAsync(Task act)
    {
        await act;
        return new HttpResponseMessage();
    }

    private static Task<HttpResponseMessage> ScimAsync(HttpClient client, HttpMethod method, string path, object? body) =>
        client.SendAsync(new HttpRequestMessage(method, "/scim/v2" + path) { Content = body is null ? null : new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/scim+json") }, Stop);

    private async Task<HttpClient> AdministratorAsync(string name)
    {
        await host.GrantAsync(await host.AddPersonAsync(name), "administrator", 0);
        return await host.BearerAsync(name);
    }
}
