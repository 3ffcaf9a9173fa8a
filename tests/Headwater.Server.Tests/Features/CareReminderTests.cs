using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Components;
using Headwater.Server.Features.Inbox;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Features.Registries;

namespace Headwater.Server.Tests.Features;

/// <summary>Support plans that end: somebody is told in time, once each time.</summary>
public sealed class CareReminderTests : IAsyncLifetime
{
    private static readonly DateOnly End = new(2027, 6, 30);

    private readonly TestHost _host = new();
    private readonly Clock _clock = new();
    private HttpClient _admin = null!;
    private long _harbour;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host.Settings["Headwater:Outgoing:AllowPrivate"] = "true";
        await _host.InitializeAsync();
        _admin = await _host.ClientAsync(Permissions.Administrator);
        _harbour = (await _host.UnitsAsync(new Headwater.Server.Features.Owners.CatalogueGroup("unit", "harbour", "Harbour", null, null)))[("unit", "harbour")];
        using var key = await _host.KeyAsync(_harbour, Permissions.Automation | Permissions.PortfolioManagement);
        await TestHost.UploadAsync(key, "desk", "1", TestHost.Bom("pkg:npm/paid-for@1.0.0"));
        await TestHost.UploadAsync(_admin, "nobody's", "1", TestHost.Bom("pkg:npm/paid-for@1.0.0"));
    }

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Plan_OfAPerson_IsRememberedThirtyAndSevenDaysBefore_AndWhenItHasPassed_OnceEach()
    {
        var person = await _host.AddPersonAsync("keeper");
        await PlanAsync(new { plan = "contract", provider = "Acme Ltd", ends = End, person = "keeper", ownerId = _harbour });
        (await OnAsync(End.AddDays(-31))).ShouldBe(0);
        (await OnAsync(End.AddDays(-30))).ShouldBe(1);
        (await OnAsync(End.AddDays(-30))).ShouldBe(0, "each time is said once, however often the job runs");
        (await OnAsync(End.AddDays(-8))).ShouldBe(0);
        (await OnAsync(End.AddDays(-7))).ShouldBe(1);
        (await OnAsync(End)).ShouldBe(0, "the last day counts");
        (await OnAsync(End.AddDays(1))).ShouldBe(1);
        (await OnAsync(End.AddDays(400))).ShouldBe(0);

        var told = (await _host.Get<InboxStore>().ListAsync(Viewer.Nothing, Reader(person), new PageRequest(), new InboxFilter(false, false, null), Stop)).Items;
        told.Select(t => (t.Kind, t.Reason, t.Subject, t.Summary, t.ForMe)).ShouldBe([("support.ending", 0, "paid-for", "Acme Ltd", true), ("support.ending", 7, "paid-for", "Acme Ltd", true), ("support.ending", 30, "paid-for", "Acme Ltd", true)]);
        told[0].Day.ShouldBe(new DateTimeOffset(End.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));
        (await _host.Get<InboxStore>().ListAsync(Viewer.Everything, Reader(person + 1000), new PageRequest(), new InboxFilter(false, false, null), Stop)).Items.ShouldBeEmpty("it is that person's alone");

        // Another end begins anew; who was away long is told once, of how it is now.
        await PlanAsync(new { plan = "contract", provider = "Acme Ltd", ends = End.AddYears(1), person = "keeper" });
        (await OnAsync(End.AddDays(30))).ShouldBe(0);
        (await OnAsync(End.AddYears(1).AddDays(-2))).ShouldBe(1);
        (await OnAsync(End.AddYears(1).AddDays(-1))).ShouldBe(0);
    }

    [Fact]
    public async Task Plan_OfSomebodyWhoLeft_IsToldToTheUnit_AndWithoutAny_ToWhoeverUsesIt()
    {
        var person = await _host.AddPersonAsync("leaver");
        await PlanAsync(new { plan = "expert", ends = End, person = "leaver", ownerId = _harbour });
        await _host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE user_account SET active = 0 WHERE id = @person", new { person }, t));
        (await OnAsync(End.AddDays(-10))).ShouldBe(1);
        (await WhoAsync()).ShouldBe([(_harbour, null, 0)]);

        await PlanAsync(new { plan = "expert", ends = End });
        (await OnAsync(End.AddDays(-6))).ShouldBe(1);
        (await WhoAsync()).Skip(1).ShouldBe([(_harbour, null, 1), (null, null, 1)], ignoreOrder: true, "each owner hears of its own projects only");
    }

    [Fact]
    public async Task Plan_TakenBack_OrWithoutAnEnd_RemindsNobody()
    {
        await PlanAsync(new { plan = "community" });
        (await OnAsync(End)).ShouldBe(0);
        await PlanAsync(new { plan = "contract", provider = "Acme", ends = End });
        await PlanAsync(new { plan = "" });
        (await OnAsync(End)).ShouldBe(0);
    }

    [Fact]
    public async Task Reminder_StandsInTheInbox_WithTheComponentBehindIt()
    {
        await _host.GrantAsync(await _host.AddPersonAsync("reader"), "developer", _harbour);
        await PlanAsync(new { plan = "contract", provider = "Acme <Ltd>", ends = End, person = "reader" });
        await OnAsync(End.AddDays(2));
        using var person = await _host.BrowserAsync("reader");
        var page = await person.GetStringAsync("/inbox?kind=support.ending", Stop);
        page.ShouldContain("The support plan of paid-for ended on 30 Jun 2027");
        page.ShouldContain("Acme &lt;Ltd&gt;");
        page.ShouldContain($"href=\"/components/{await ComponentAsync()}\"");
    }

    [Fact]
    public async Task Reminder_OfAUnit_GoesToItsWebhooks_AndThatOfAPersonDoesNot()
    {
        await using var receiver = await RegistryServer.StartAsync();
        var bodies = new List<string>();
        receiver.Instead = async http =>
        {
            var body = await new StreamReader(http.Request.Body).ReadToEndAsync(http.RequestAborted);
            lock (bodies) bodies.Add(body);
        };
        await _host.Get<WebhookStore>().AddAsync(new WebhookInput("chat", receiver.Address, _harbour, true), "test", Stop);
        await _host.AddPersonAsync("keeper");
        await PlanAsync(new { plan = "contract", provider = "Acme", ends = End, person = "keeper" });
        await OnAsync(End.AddDays(-20));
        await PlanAsync(new { plan = "contract", provider = "Acme", ends = End, ownerId = _harbour });
        await OnAsync(End.AddDays(3));
        _host.Get<Headwater.Server.Platform.Jobs.QueueStore>().Wake();
        await _host.IdleAsync();
        var told = JsonDocument.Parse(bodies.ShouldHaveSingleItem()).RootElement[0];
        (told.GetProperty("type").GetString(), told.GetProperty("subject").GetString()).ShouldBe(("headwater.support.ending", "pkg:npm/paid-for"));
        (told.GetProperty("data").GetProperty("ended").GetBoolean(), told.GetProperty("data").GetProperty("provider").GetString()).ShouldBe((true, "Acme"));
    }

    [Fact]
    public async Task Job_RunsEveryDay()
    {
        var schedule = await _host.Get<Headwater.Server.Platform.Jobs.ScheduleStore>().ListAsync(Stop);
        for (var i = 0; i < 200 && schedule.All(s => s.Kind != CareReminderJob.JobKind); i++)
        {
            await Task.Delay(25, Stop);
            schedule = await _host.Get<Headwater.Server.Platform.Jobs.ScheduleStore>().ListAsync(Stop);
        }

        schedule.Single(s => s.Kind == CareReminderJob.JobKind).Cadence.Daily.ShouldNotBeNull();
    }

    private async Task<int> OnAsync(DateOnly day)
    {
        _clock.Now = new DateTimeOffset(day.ToDateTime(new TimeOnly(6, 10)), TimeSpan.Zero);
        return await new CareReminderStore(_host.Get<IDatabase>(), _host.Get<InboxModule>(), _clock).RemindAsync(Stop);
    }

    private async Task PlanAsync(object plan) => (await _admin.PutAsJsonAsync($"{Api.Root}/components/{await ComponentAsync()}/support", plan, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

    private async Task<long> ComponentAsync() => (await _admin.GetFromJsonAsync<JsonElement>($"{Api.Root}/components?filter=paid-for", Stop)).GetProperty("items")[0].GetProperty("id").GetInt64();

    private Task<List<(long? Owner, long? Person, long Projects)>> WhoAsync() => _host.Get<IDatabase>().ReadAsync(async c =>
        (await c.QueryAsync<(long? Owner, long? Person, long Projects)>("SELECT owner_id, person_id, projects FROM notification WHERE kind = 'support.ending' ORDER BY id")).AsList());

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private static InboxPerson Reader(long person) => new(person, false, InboxChoice.Default(false), false);
}
