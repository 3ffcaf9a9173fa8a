using Headwater.Core.Advisories;
using Headwater.Server.Features.Inbox;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Features.Inbox;

/// <summary>What a person reads is what may be seen at that moment, as far as the person wants to hear of it; several owners of one advisory are one line.</summary>
public sealed class InboxTests : IAsyncLifetime
{
    private AdvisoryWorld _world = null!;
    private InboxStore _inbox = null!;
    private long _web, _till;

    public async ValueTask InitializeAsync()
    {
        _world = await AdvisoryWorld.StartAsync();
        _inbox = _world.Host.Get<InboxStore>();
        var teams = await _world.TeamsAsync(("web", ["web-lib", "both-lib"]), ("till", ["till-lib", "both-lib"]));
        (_web, _till) = (teams[0], teams[1]);
        _world.Publish("OSV-web", "web-lib");
        _world.Publish("OSV-till", "till-lib", "C:L/I:N/A:N");
        _world.Publish("OSV-both", "both-lib", "C:H/I:H/A:H");
        await _world.RefreshAsync();
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task List_ShowsWhatMayBeSeen_AndSeveralOwnersAsOneLine()
    {
        var person = await AdminAsync();
        (await ListAsync(person, Viewer.Everything)).ShouldBe("OSV-both:2/2 OSV-till:1/1 OSV-web:1/1");
        (await ListAsync(person, new Viewer(false, [_web]))).ShouldBe("OSV-both:1/1 OSV-web:1/1", "of what others are told, not even a number is there");
        (await ListAsync(person, Viewer.Nothing)).ShouldBe("");
        var both = (await _inbox.ListAsync(Viewer.Everything, person, new PageRequest(), new InboxFilter(false, true, null), default)).Items.Single(i => i.Subject == "OSV-both");
        (both.Severity, both.Summary, both.OwnerTitle).ShouldBe((Severity.Critical, "About both-lib", null));
        (await _inbox.ListAsync(new Viewer(false, [_web]), person, new PageRequest(), new InboxFilter(false, true, null), default)).Items.Single(i => i.Subject == "OSV-both").OwnerTitle.ShouldBe("web team");
    }

    [Fact]
    public async Task Pages_GoThroughAllOfIt()
    {
        var person = await AdminAsync();
        var (seen, after) = (new List<string>(), (string?)null);
        do
        {
            var page = await _inbox.ListAsync(Viewer.Everything, person, new PageRequest { Size = 2, After = after }, new InboxFilter(false, true, null), default);
            page.Total.ShouldBe(3);
            seen.AddRange(page.Items.Select(i => i.Subject));
            after = page.Next;
        }
        while (after is not null);
        seen.ShouldBe(["OSV-both", "OSV-web", "OSV-till"], "the worst of one moment comes first");
    }

    [Fact]
    public async Task Marks_AreRemembered_AndCannotBePutOnWhatIsOutOfSight()
    {
        var person = await AdminAsync();
        var web = new Viewer(false, [_web]);
        (await _inbox.CountUnreadAsync(web, person, default)).ShouldBe(2);
        var till = (await _inbox.ListAsync(Viewer.Everything, person, new PageRequest(), new InboxFilter(false, true, null), default)).Items.Single(i => i.Subject == "OSV-till").Id;
        (await _inbox.MarkAsync(web, person, till, true, default)).ShouldBeFalse("it is not there for who may not see it");
        (await _inbox.MarkAsync(Viewer.Everything, person, till, true, default)).ShouldBeTrue();
        (await ListAsync(person, Viewer.Everything, unread: true)).ShouldBe("OSV-both:2/2 OSV-web:1/1");
        await _inbox.MarkAllAsync(person, default);
        (await ListAsync(person, Viewer.Everything, unread: true)).ShouldBe("");
        await _inbox.MarkAsync(Viewer.Everything, person, till, false, default);
        (await ListAsync(person, Viewer.Everything, unread: true)).ShouldBe("OSV-till:1/1");
        (await _inbox.CountUnreadAsync(Viewer.Everything, person, default)).ShouldBe(1);
        _world.Publish("OSV-later", "web-lib");
        await _world.RefreshAsync();
        (await ListAsync(person, Viewer.Everything, unread: true)).ShouldBe("OSV-later:1/1 OSV-till:1/1", "what comes after the mark is new");
    }

    [Fact]
    public async Task Choice_NarrowsToTeamsUnitsSeverityAndKinds()
    {
        var person = await AdminAsync();
        (person.Chose, person.Choice.Scope).ShouldBe((false, InboxScope.All));
        await _world.ExecuteAsync("INSERT INTO team_member (owner_id, person_id, source) VALUES (@owner, @person, 'manual')", new { owner = _till, person = person.Id });
        (await AdminAsync()).Choice.Scope.ShouldBe(InboxScope.Teams, "who is in a team hears of its projects first");
        (await ListAsync(await AdminAsync(), Viewer.Everything)).ShouldBe("OSV-both:1/1 OSV-till:1/1");

        (await ChosenAsync(new InboxChoice(InboxScope.Unit, _web, Severity.Unknown, InboxKinds.All))).ShouldBe("OSV-both:1/1 OSV-web:1/1");
        (await ListAsync(await AdminAsync(), new Viewer(false, [_till]))).ShouldBe("", "a choice shows nothing that may not be seen");
        (await ChosenAsync(new InboxChoice(InboxScope.All, null, Severity.High, InboxKinds.All))).ShouldBe("OSV-both:2/2 OSV-web:1/1");
        (await _inbox.CountUnreadAsync(Viewer.Everything, await AdminAsync(), default)).ShouldBe(2);
        (await ChosenAsync(new InboxChoice(InboxScope.All, null, Severity.Unknown, InboxKinds.Retracted))).ShouldBe("");
        _world.Publish("OSV-web", "web-lib", withdrawn: true);
        await _world.RefreshAsync();
        (await ListAsync(await AdminAsync(), Viewer.Everything)).ShouldBe("OSV-web:1/1");
        (await ListAsync(await AdminAsync(), Viewer.Everything, chosen: false)).ShouldBe("OSV-both:2/2 OSV-till:1/1 OSV-web:1/1 OSV-web:1/1");
    }

    [Fact]
    public async Task ManyAdvisoriesAtOnce_AreOneLine()
    {
        for (var i = 0; i < 25; i++) _world.Publish($"OSV-more-{i}", "web-lib");
        await _world.RefreshAsync();
        var row = (await _inbox.ListAsync(Viewer.Everything, await AdminAsync(), new PageRequest(), new InboxFilter(false, true, "finding.appeared"), default)).Items[0];
        (row.Kind, row.Subject, row.Count, row.Projects).ShouldBe(("finding.many", "finding.appeared", 25, 1));
    }

    [Fact]
    public async Task OldNews_IsForgotten()
    {
        await _world.ExecuteAsync("UPDATE news SET created_at = 0 WHERE subject = 'OSV-web'; UPDATE notification SET created_at = 0 WHERE subject = 'OSV-web'");
        await _world.Host.Get<NewsStore>().PruneAsync(default);
        (await ListAsync(await AdminAsync(), Viewer.Everything)).ShouldBe("OSV-both:2/2 OSV-till:1/1");
        (await _world.TextsAsync("SELECT subject FROM notification WHERE subject = 'OSV-web'")).ShouldBeEmpty();
    }

    private async Task<InboxPerson> AdminAsync() => (await _inbox.PersonAsync("admin", default))!;

    private async Task<string> ChosenAsync(InboxChoice choice)
    {
        await _inbox.ChooseAsync(await AdminAsync(), choice, "admin", default);
        return await ListAsync(await AdminAsync(), Viewer.Everything);
    }

    /// <summary>Each line as subject:projects/owners.</summary>
    private async Task<string> ListAsync(InboxPerson person, Viewer viewer, bool unread = false, bool chosen = true) =>
        string.Join(' ', (await _inbox.ListAsync(viewer, person, new PageRequest(), new InboxFilter(unread, chosen, null), default)).Items.Select(i => $"{i.Subject}:{i.Projects}/{i.Owners}").Order(StringComparer.Ordinal));
}
