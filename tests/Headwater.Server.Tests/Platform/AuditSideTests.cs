using Dapper;
using Headwater.Server.Features.Inbox;
using Headwater.Server.Features.Keys;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.People;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Auth.Oidc;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Platform;

/// <summary>What an act takes along with it is recorded too: one record for each thing.</summary>
public sealed class AuditSideTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SignIn_WithOtherGroups_RecordsWhatTheyGiveAndTake_AndTheSameNothing()
    {
        var groups = host.Get<GroupStore>();
        var part = (await host.UnitsAsync(new CatalogueGroup("unit", "claimed", "Claimed", null, null)))[("unit", "claimed")];
        await groups.SetRoleAsync("chiefs", "administrator", 0, true, "test", Stop);
        await groups.SetRoleAsync("hands", "developer", part, true, "test", Stop);
        Task SignInAsync(params string[] claim) => host.Get<OidcStore>().SignInAsync(new OidcPerson("subject-1", "claimant", "Claimant", null, claim), true, Stop);

        (await ActsAsync(() => SignInAsync())).ShouldBe(["user.created"]);
        (await ActsAsync(() => SignInAsync())).ShouldBeEmpty();
        var risen = (await RowsAsync(() => SignInAsync("chiefs", "hands"))).Single();
        (risen.Actor, risen.Act, risen.Subject, risen.BeforeDigest is null, risen.AfterDigest is null).ShouldBe(("system", "user.groups-changed", "user:claimant", true, false));
        risen.Detail!.ShouldContain("""{"role":"administrator","unit":0}""");
        risen.Detail!.ShouldContain($$"""{"role":"developer","unit":{{part}}}""");
        (await ActsAsync(() => SignInAsync("hands", "chiefs"))).ShouldBeEmpty("the order of a claim says nothing");
        var fallen = (await RowsAsync(() => SignInAsync("hands"))).Single();
        fallen.BeforeDigest.ShouldBe(risen.AfterDigest);
        fallen.Detail!.ShouldContain("\"rolesTaken\":[{\"role\":\"administrator\",\"unit\":0}]");
        var none = (await RowsAsync(() => SignInAsync())).Single();
        (none.BeforeDigest, none.AfterDigest).ShouldBe((fallen.AfterDigest, null));

        var hands = (await groups.ListAsync(new PageRequest { Size = 1000 }, Stop)).Items.Single(g => g.Name == "hands").Id!.Value;
        var team = (await host.UnitsAsync(new CatalogueGroup("team", "handy", "Handy", null, null)))[("team", "handy")];
        await groups.SetTeamAsync(hands, team, "test", Stop);
        (await RowsAsync(() => SignInAsync("hands"))).Single().Detail!.ShouldContain("\"teamsJoined\":[\"handy\"]");
    }

    [Fact]
    public async Task Unit_TakenAway_RecordsEachRoleProjectAndPartThatWasInIt()
    {
        var units = await host.UnitsAsync(new("unit", "above", "Above", null, null), new("unit", "gone", "Gone", null, "above"), new("unit", "inner", "Inner", null, "gone"), new("team", "crew", "Crew", null, "gone"));
        var (above, gone) = (units[("unit", "above")], units[("unit", "gone")]);
        var person = await host.AddPersonAsync("placed");
        await host.GrantAsync(person, "viewer", gone);
        await host.GrantAsync(person, "developer", gone);
        await host.Get<GroupStore>().SetRoleAsync("placed-group", "auditor", gone, true, "test", Stop);
        using var client = await host.ClientAsync(Permissions.Compatible);
        var project = (await TestHost.UploadAsync(client, "Moves up", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"))).ProjectUuid;
        await host.IdleAsync();
        var uuid = Guid.Parse(await host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<string>("SELECT p.uuid FROM project p JOIN project_version v ON v.project_id = p.id WHERE v.uuid = @project", new { project })));
        await host.Get<OwnerStore>().ChangeOwnerAsync(Viewer.Everything, Viewer.Everything, uuid, gone, "test", Stop);

        var rows = await RowsAsync(() => host.Get<OrganisationStore>().DeleteAsync(Viewer.Everything, gone, "deleter", Stop));
        rows.Select(r => $"{r.Act} {r.Subject}").ShouldBe(
            [$"project.owner-changed project:{uuid}", "unit.moved owner:inner", "team.moved owner:crew", "role.revoked user:placed", "role.revoked user:placed", "group.role-taken group:placed-group", "unit.deleted owner:gone"], ignoreOrder: true);
        rows.ShouldAllBe(r => r.Actor == "deleter" && r.BeforeDigest != null);
        rows.Where(r => r.Act is "project.owner-changed" or "unit.moved").ShouldAllBe(r => r.Detail!.Contains($"\"to\":{above}"));
        var roles = rows.Where(r => r.Act == "role.revoked").ToList();
        roles[1].BeforeDigest.ShouldBe(roles[0].AfterDigest);
        (await host.Get<AuditStore>().VerifyAsync(Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Team_TakenAway_RecordsEachWhoBelongedToIt_AndTheGroupThatMadeMembersOfIt()
    {
        var team = (await host.UnitsAsync(new("unit", "above-crew", "Above", null, null), new("team", "parting", "Parting", null, "above-crew")))[("team", "parting")];
        var (first, second, third) = (await host.AddPersonAsync("parting-1"), await host.AddPersonAsync("parting-2"), await host.AddPersonAsync("parting-3"));
        await host.Get<PersonStore>().SetMemberAsync(team, first, true, "test", Stop);
        await host.Get<PersonStore>().SetMemberAsync(team, second, true, "test", Stop);
        var group = await GroupAsync("parting-group", third);
        await host.Get<GroupStore>().SetTeamAsync(group, team, "test", Stop);
        await host.Get<PersonStore>().SetMemberAsync(team, second, false, "test", Stop);
        var again = await RowsAsync(() => host.Get<PersonStore>().SetMemberAsync(team, second, true, "test", Stop));

        var rows = await RowsAsync(() => host.Get<OrganisationStore>().DeleteAsync(Viewer.Everything, team, "deleter", Stop));
        rows.Select(r => $"{r.Act} {r.Subject}").ShouldBe(["group.team-set group:parting-group", "team.member-removed owner:parting", "team.member-removed owner:parting", "team.member-removed owner:parting", "team.deleted owner:parting"]);
        rows.ShouldAllBe(r => r.Actor == "deleter" && r.BeforeDigest != null);
        var members = rows.Where(r => r.Act == "team.member-removed").ToList();
        members.Select(r => r.Detail).ShouldBe(["""{"person":"parting-3"}""", """{"person":"parting-2"}""", """{"person":"parting-1"}"""]);
        (members[1].BeforeDigest, members[2].BeforeDigest, members[2].AfterDigest).ShouldBe((members[0].AfterDigest, members[1].AfterDigest, null));
        members[0].BeforeDigest.ShouldBe(again.Single().AfterDigest, "the digest of a list that is read once is that of the list");
        (rows[0].AfterDigest is not null, rows[0].Detail!.Contains("\"was\":\"parting\"")).ShouldBe((true, true));
        (await host.Get<AuditStore>().VerifyAsync(Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Group_OfTheDirectoryChangedAndDeleted_RecordsOfEachPersonWhatItGivesAndTakes()
    {
        var team = (await host.UnitsAsync(new CatalogueGroup("team", "directed", "Directed", null, null)))[("team", "directed")];
        await host.Get<GroupStore>().SetRoleAsync("directed-group", "developer", 0, true, "test", Stop);
        using var directory = await host.ClientAsync(Permissions.PeopleManagement);
        directory.DefaultRequestHeaders.Authorization = new("Bearer", directory.DefaultRequestHeaders.GetValues("X-API-Key").Single());
        async Task<string> MadeAsync(string path, object body)
        {
            using var answer = await directory.PostAsync("/scim/v2" + path, new StringContent(System.Text.Json.JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/scim+json"), Stop);
            return System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("id").GetString()!;
        }

        var user = await MadeAsync("/Users", new { schemas = new[] { "urn:ietf:params:scim:schemas:core:2.0:User" }, userName = "directed-1" });
        var group = "";
        var joined = await RowsAsync(async () => group = await MadeAsync("/Groups", new { schemas = new[] { "urn:ietf:params:scim:schemas:core:2.0:Group" }, displayName = "directed-group", members = new[] { new { value = user } } }));
        joined.Select(r => $"{r.Act} {r.Subject}").ShouldBe(["user.groups-changed user:directed-1", "group.created group:directed-group"]);
        joined[0].Detail!.ShouldContain("\"rolesGiven\":[{\"role\":\"developer\",\"unit\":0}]");
        (joined[0].Actor.StartsWith("key:"), joined[0].BeforeDigest is null, joined[0].AfterDigest is null).ShouldBe((true, true, false));

        var id = (await host.Get<GroupStore>().ListAsync(new PageRequest { Size = 1000 }, Stop)).Items.Single(g => g.Name == "directed-group").Id!.Value;
        var linked = await RowsAsync(() => host.Get<GroupStore>().SetTeamAsync(id, team, "linker", Stop));
        linked.Select(r => $"{r.Actor} {r.Act}").ShouldBe(["linker user.groups-changed", "linker group.team-set"]);
        linked[0].BeforeDigest.ShouldBe(joined[0].AfterDigest);

        var gone = await RowsAsync(async () => (await directory.DeleteAsync("/scim/v2/Groups/" + group, Stop)).EnsureSuccessStatusCode());
        gone.Select(r => $"{r.Act} {r.Subject}").ShouldBe(["group.team-set group:directed-group", "user.groups-changed user:directed-1", "group.deleted group:directed-group"]);
        gone.ShouldAllBe(r => r.BeforeDigest != null && r.AfterDigest == null);
        gone[0].BeforeDigest.ShouldBe(linked[1].AfterDigest);
        gone[1].BeforeDigest.ShouldBe(linked[0].AfterDigest);
        gone[1].Detail!.ShouldContain("\"teamsLeft\":[\"directed\"]");
        (await host.Get<AuditStore>().VerifyAsync(Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Deliveries_SentAgainByTwoAtOnce_AreRecordedOnce()
    {
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("""
            INSERT INTO webhook (id, org_id, name, address, secret, enabled, created_at, created_by) VALUES (88001, 1, 'twice', 'https://hooks.example.org/', '', 0, 1, 'test');
            INSERT INTO webhook_delivery (id, webhook_id, kind, first, last, events, state, created_at) VALUES (88001, 88001, 'events', 0, 0, 1, 'dead', 1), (88002, 88001, 'events', 0, 0, 1, 'dead', 1);
            """, null, t));
        // Their lane is taken meanwhile, so that neither is tried, and dead again, before the second asks.
        var now = TimeProvider.System.GetUtcNow();
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("""
            INSERT INTO job (id, org_id, kind, key, lane, payload, priority, state, run_at, attempts, lease_owner, lease_until, progress, created_at, started_at)
            VALUES (880010001, 1, 'test.hold', 'hold', 'webhook:88001', '', 0, 'running', @now, 1, 'another', @until, 0, @now, @now)
            """, new { now, until = now.AddHours(1) }, t));
        var deliveries = host.Get<DeliveryStore>();
        var rows = await RowsAsync(async () =>
        {
            await Task.WhenAll(deliveries.RedeliverAsync(88001, null, "one", Stop), deliveries.RedeliverAsync(88001, null, "other", Stop));
            await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("DELETE FROM job WHERE id = 880010001", null, t));
        });
        var row = rows.Single(r => r.Act == "webhook.redelivered");
        (row.Detail, row.BeforeDigest is null, row.AfterDigest is null, row.BeforeDigest == row.AfterDigest).ShouldBe(("""{"deliveries":2}""", false, false, false));
    }

    [Fact]
    public async Task Team_OfThousandsTakenAway_IsRecordedForEach()
    {
        const int People = 3000;
        var team = (await host.UnitsAsync(new CatalogueGroup("team", "crowd", "Crowd", null, null)))[("team", "crowd")];
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync($"""
            INSERT INTO user_account (id, org_id, name, password_hash, permissions, must_change, stamp, created_at)
            WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {People}) SELECT 5000000 + id, 1, 'crowd-' || id, '', 0, 0, 'stamp', 1 FROM n;
            INSERT INTO team_member (owner_id, person_id, source) SELECT {team}, id, 'group' FROM user_account WHERE id > 5000000;
            """, transaction: t));
        await host.Get<OrganisationStore>().DeleteAsync(Viewer.Everything, team, "crowd-deleter", Stop);
        var (records, befores, names) = await host.Get<IDatabase>().WriteAsync(async t =>
        {
            await t.Connection!.ExecuteAsync("DELETE FROM user_account WHERE id > 5000000", transaction: t);
            return await t.Connection!.QuerySingleAsync<(long, long, long)>("SELECT COUNT(*), COUNT(DISTINCT before_digest), COUNT(DISTINCT detail) FROM audit WHERE act = 'team.member-removed' AND actor = 'crowd-deleter'", transaction: t);
        });
        (records, befores, names).ShouldBe((People, People, People));
        (await host.Get<AuditStore>().VerifyAsync(Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Deliveries_ManyGivenUp_AreSentAgainTheOldestThousandAtOnce_AndItIsSaidHowManyAreLeft()
    {
        const int Dead = DeliveryStore.MostAtOnce + 3;
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync($"""
            INSERT INTO webhook (id, org_id, name, address, secret, enabled, created_at, created_by) VALUES (88100, 1, 'many', 'https://hooks.example.org/', '', 0, 1, 'test');
            INSERT INTO webhook_delivery (id, webhook_id, kind, first, last, events, state, error, created_at)
            WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {Dead}) SELECT 881000 + id, 88100, 'events', 0, 0, 1, 'dead', 'as it was', 1 FROM n;
            """, transaction: t));
        var deliveries = host.Get<DeliveryStore>();
        (await deliveries.RedeliverAsync(88100, null, "test", Stop)).ShouldBe(new Redelivered(DeliveryStore.MostAtOnce, 3));
        var left = await host.Get<IDatabase>().WriteAsync(async t =>
        {
            await t.Connection!.ExecuteAsync("DELETE FROM job WHERE kind = @kind AND state = 'queued'", new { kind = WebhookJob.JobKind }, t);
            return (await t.Connection!.QueryAsync<long>("SELECT id FROM webhook_delivery WHERE webhook_id = 88100 AND error = 'as it was' ORDER BY id", transaction: t)).AsList();
        });
        left.ShouldBe([882001, 882002, 882003], "those that were given up last");
        (await deliveries.RedeliverAsync(88199, null, "test", Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Person_Erased_LosesTheirKeysAndWhatThoseMade_EachWithARecord()
    {
        var keys = host.Get<KeyStore>();
        var person = await host.AddPersonAsync("goer");
        var own = (await keys.CreateAsync(new KeyWish("own", Permissions.ViewPortfolio, "goer") { Maker = person }, Stop)).Key.PublicId;
        var made = (await keys.CreateAsync(new KeyWish("made", Permissions.ViewPortfolio, "key:" + own), Stop)).Key.PublicId;
        var other = (await keys.CreateAsync(new KeyWish("other", Permissions.ViewPortfolio, "somebody"), Stop)).Key.PublicId;
        await host.Get<PersonStore>().SetActiveAsync(person, false, "test", Stop);

        var rows = await RowsAsync(() => host.Get<PersonStore>().EraseAsync(person, "eraser", Stop));
        rows.Select(r => r.Act).ShouldBe(["key.revoked", "key.revoked", "user.erased"]);
        rows.Take(2).Select(r => r.Subject).ShouldBe(["key:" + own, "key:" + made]);
        rows.ShouldAllBe(r => r.Actor == "eraser" && r.BeforeDigest != null && r.AfterDigest == null);
        var left = (await keys.ListAsync(Viewer.Everything, 0, 100, Stop)).Keys.Select(k => k.PublicId).ToList();
        left.ShouldContain(other);
        left.ShouldNotContain(own);
        left.ShouldNotContain(made);
    }

    [Fact]
    public async Task Subject_UnitAndTeamOfOneName_AreCalledByTheirOwnTitles()
    {
        var units = await host.UnitsAsync(new("unit", "twin", "The unit", null, null), new("team", "twin", "The team", null, null));
        var person = await host.AddPersonAsync("twin-member");
        var members = await RowsAsync(async () =>
        {
            await host.Get<PersonStore>().SetMemberAsync(units[("unit", "twin")], person, true, "test", Stop);
            await host.Get<PersonStore>().SetMemberAsync(units[("team", "twin")], person, true, "test", Stop);
        });
        members.Select(r => (r.Act, r.SubjectName)).ShouldBe([("unit.member-added", "The unit"), ("team.member-added", "The team")]);
        var made = (await host.Get<AuditStore>().ListAsync(new AuditFilter { Subject = "owner:twin", Act = "unit.created" }, new PageRequest { Size = 5 }, Stop)).Items.Single();
        (made.SubjectName, made.Path).ShouldBe(("The unit", "/owners/" + units[("unit", "twin")]));
        var team = (await host.Get<AuditStore>().ListAsync(new AuditFilter { Subject = "owner:twin", Act = "team.created" }, new PageRequest { Size = 5 }, Stop)).Items.Single();
        (team.SubjectName, team.Path).ShouldBe(("The team", "/owners/" + units[("team", "twin")]));
    }

    /// <summary>A group that a directory has made, with one member.</summary>
    private Task<long> GroupAsync(string name, long member) => host.Get<IDatabase>().WriteAsync(async t =>
    {
        var id = await IdSource.NextAsync(t, "person_group");
        await t.Connection!.ExecuteAsync("INSERT INTO person_group (id, org_id, uuid, name, source) VALUES (@id, 1, @uuid, @name, 'scim'); INSERT INTO person_group_member (group_id, person_id) VALUES (@id, @member);", new { id, uuid = Guid.CreateVersion7(), name, member }, t);
        return id;
    });

    private async Task<IEnumerable<string>> ActsAsync(Func<Task> act) => (await RowsAsync(act)).Select(r => r.Act);

    /// <summary>What it leaves, the oldest first.</summary>
    private async Task<IReadOnlyList<AuditRow>> RowsAsync(Func<Task> act)
    {
        var audit = host.Get<AuditStore>();
        var last = (await audit.ListAsync(new PageRequest { Size = 1 }, Stop)).Items.FirstOrDefault()?.Id ?? 0;
        await act();
        return [.. (await audit.ListAsync(new PageRequest { Size = 50 }, Stop)).Items.Where(r => r.Id > last).OrderBy(r => r.Id)];
    }
}
