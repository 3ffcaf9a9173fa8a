using Dapper;
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

        var hands = (await groups.ListAsync(Stop)).Single(g => g.Name == "hands").Id!.Value;
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
