using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Cases;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features;

/// <summary>Licence incidents and enquiries.</summary>
public sealed class CaseTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Path => $"{Api.Root}/cases";

    [Fact]
    public async Task Incident_GoesItsWay_AndEachStepIsKept()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        var number = await TakeInAsync(client, new { kind = "incident", title = "No source for the router", body = "Your router has BusyBox in it.\nWhere is the source?", about = "Router 3", licence = "gpl v2", channel = "letter", sender = "Jane Doe", contact = "jane@example.org" });
        (await StepAsync(client, number, new { act = "decide", text = "It is so", outcome = "violation" })).ShouldBe(HttpStatusCode.BadRequest);
        (await StepAsync(client, number, new { act = "remedy", text = "Done" })).ShouldBe(HttpStatusCode.Conflict);
        (await StepAsync(client, number, new { act = "acknowledge", text = "Wrote to her" })).ShouldBe(HttpStatusCode.NoContent);
        (await StepAsync(client, number, new { act = "verify" })).ShouldBe(HttpStatusCode.BadRequest);
        (await StepAsync(client, number, new { act = "verify", text = "BusyBox 1.36 is in image 3.1, no offer was made" })).ShouldBe(HttpStatusCode.NoContent);
        (await StepAsync(client, number, new { act = "decide", text = "She is right", outcome = "violation" })).ShouldBe(HttpStatusCode.NoContent);
        (await StepAsync(client, number, new { act = "close", text = "Too soon" })).ShouldBe(HttpStatusCode.Conflict);
        (await StepAsync(client, number, new { act = "remedy", text = "Source published, offer added" })).ShouldBe(HttpStatusCode.NoContent);
        (await StepAsync(client, number, new { act = "close", text = "Check images before release" })).ShouldBe(HttpStatusCode.NoContent);

        var detail = await client.GetFromJsonAsync<JsonElement>($"{Path}/{number}", Stop);
        var it = detail.GetProperty("case");
        (it.GetProperty("state").GetString(), it.GetProperty("outcome").GetString(), it.GetProperty("licence").GetString(), it.GetProperty("lessons").GetString()).ShouldBe(("closed", "violation", "GPL-2.0-only", "Check images before release"));
        it.TryGetProperty("dueAt", out _).ShouldBeFalse();
        detail.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("act").GetString()).ShouldBe(["received", "acknowledge", "verify", "decide", "remedy", "close"]);
        (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 50 }, Stop)).Items.Count(a => a.Subject == $"case:{number}").ShouldBe(6);
    }

    [Fact]
    public async Task Step_TakenBack_LeadsWhereTheCaseCameFrom()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        var number = await TakeInAsync(client, new { kind = "enquiry", title = "Which version of the GPL", channel = "e-mail" });
        // A plain question needs no verification.
        (await StepAsync(client, number, new { act = "decide", text = "Version 3", outcome = "answered" })).ShouldBe(HttpStatusCode.NoContent);
        (await StepAsync(client, number, new { act = "close" })).ShouldBe(HttpStatusCode.NoContent);
        (await StepAsync(client, number, new { act = "back", text = "She asked again" })).ShouldBe(HttpStatusCode.NoContent);
        (await StateAsync(client, number)).ShouldBe("decided");
        (await StepAsync(client, number, new { act = "back", text = "It was version 2" })).ShouldBe(HttpStatusCode.NoContent);
        (await StateAsync(client, number)).ShouldBe("received");
        (await StepAsync(client, number, new { act = "back", text = "No further" })).ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Decision_AfterVerification_TakenBack_IsVerifiedStill()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        var number = await TakeInAsync(client, new { kind = "incident", title = "Notices are missing", channel = "issue" });
        foreach (var step in (object[])[new { act = "acknowledge" }, new { act = "verify", text = "They are there" }, new { act = "decide", text = "All is well", outcome = "no-violation" }, new { act = "back", text = "Look again" }])
            (await StepAsync(client, number, step)).ShouldBe(HttpStatusCode.NoContent);
        (await StateAsync(client, number)).ShouldBe("verified");
    }

    [Fact]
    public async Task List_HasWhatIsDueFirst_AndSaysWhatIsOverdue()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        var old = await TakeInAsync(client, new { kind = "enquiry", title = "Zebra waits long", channel = "letter", receivedAt = DateTimeOffset.UtcNow.AddDays(-5) });
        var fresh = await TakeInAsync(client, new { kind = "enquiry", title = "Zebra is new", channel = "letter" });
        var list = await client.GetFromJsonAsync<JsonElement>($"{Path}?filter=zebra", Stop);
        list.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("number").GetInt64()).ShouldBe([old, fresh]);
        var overdue = (await client.GetFromJsonAsync<JsonElement>($"{Path}?filter=zebra&status=overdue", Stop)).GetProperty("items").EnumerateArray().ToList();
        overdue.Select(c => c.GetProperty("number").GetInt64()).ShouldBe([old]);
        (await client.GetStringAsync($"{Path}?filter=zebra&format=csv", Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(3);
        (await client.GetAsync($"{Path}?status=nonsense", Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Overdue_IsToldOnceForEachStep_ToWhoHandlesIt()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        var handler = await host.AddPersonAsync("handler");
        await host.GrantAsync(handler, "approver-legal", 0);
        var number = await TakeInAsync(client, new { kind = "enquiry", title = "Late already", channel = "letter", receivedAt = DateTimeOffset.UtcNow.AddDays(-30) });
        (await client.PutAsJsonAsync($"{Path}/{number}/handler", new { person = "handler" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var store = host.Get<CaseStore>();
        await store.RemindAsync(Stop);
        await store.RemindAsync(Stop);
        (await StepAsync(client, number, new { act = "acknowledge" })).ShouldBe(HttpStatusCode.NoContent);
        await store.RemindAsync(Stop);
        using var browser = await host.BrowserAsync("handler");
        var page = Html.Parse(await browser.GetStringAsync("/inbox?kind=case.waits", Stop));
        page.QuerySelectorAll($"a[href$='/cases/{number}']").Length.ShouldBe(2);
        var told = JsonDocument.Parse(await browser.GetStringAsync("/api/headwater/v1/inbox?kind=case.waits", Stop)).RootElement.GetProperty("items");
        foreach (var note in told.EnumerateArray()) (note.GetProperty("case").GetInt64(), note.TryGetProperty("component", out _)).ShouldBe((number, false));
    }

    [Fact]
    public async Task Handler_IsSomebodyThereIs()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        var number = await TakeInAsync(client, new { kind = "enquiry", title = "Who handles this", channel = "letter" });
        (await client.PutAsJsonAsync($"{Path}/{number}/handler", new { person = "ghost" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PutAsJsonAsync($"{Path}/{number}/handler", new { person = "admin" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.GetFromJsonAsync<JsonElement>($"{Path}/{number}", Stop)).GetProperty("case").GetProperty("handler").GetString().ShouldBe("admin");
    }

    [Fact]
    public async Task Sender_OfAClosedCase_IsForgotten_AndOfAnOpenOneNot()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        var number = await TakeInAsync(client, new { kind = "enquiry", title = "Forget me", channel = "letter", sender = "Somebody Private", contact = "private@example.org" });
        (await client.DeleteAsync($"{Path}/{number}/sender", Stop)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        await StepAsync(client, number, new { act = "decide", text = "Told them", outcome = "answered" });
        await StepAsync(client, number, new { act = "close" });
        (await client.DeleteAsync($"{Path}/{number}/sender", Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.GetStringAsync($"{Path}/{number}", Stop)).ShouldNotContain("rivate");
    }

    [Theory]
    [InlineData("""{"kind":"riddle","title":"x"}""", "kind")]
    [InlineData("""{"kind":"enquiry","title":" "}""", "title")]
    [InlineData("""{"kind":"enquiry","title":"x","licence":"((("}""", "licence")]
    [InlineData("""{"kind":"enquiry","title":"x","receivedAt":"2999-01-01T00:00:00Z"}""", "receivedAt")]
    public async Task Case_ThatCannotBe_IsRefusedWithItsField(string body, string field)
    {
        var response = await (await host.ClientAsync(Permissions.Administrator)).PostAsync(Path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Stop);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync(Stop)).ShouldContain($"{field}: ");
    }

    [Fact]
    public async Task Cases_AreForWhoHandlesThem()
    {
        var reader = await host.ClientAsync(Permissions.Viewer | Permissions.PolicyManagement);
        (await reader.GetAsync(Path, Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await reader.PutAsJsonAsync($"{Path}/settings", CaseSettings.Usual, Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Form_SwitchedOn_TakesAnEnquiryOfAnybody_AndSwitchedOffOfNobody()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        using var stranger = host.Anonymous();
        (await stranger.GetAsync("/enquiry", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PutAsJsonAsync($"{Path}/settings", CaseSettings.Usual with { FormOn = true, Contact = "ospo@example.org" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        try
        {
            (await SendAsync(stranger, ("Title", "May I have the source"), ("Body", "<script>alert(1)</script>"), ("Sender", "Stranger"))).Page.QuerySelector(".field-error").ShouldNotBeNull();
            var (status, page) = await SendAsync(stranger, ("Kind", "incident"), ("Title", "May I have the source"), ("Body", "<script>alert(1)</script>"), ("Sender", "Stranger"), ("Contact", "stranger@example.org"), ("Licence", "MIT"), ("Channel", "internal"));
            status.ShouldBe(HttpStatusCode.OK);
            page.Body!.TextContent.ShouldContain("LC-");
            var it = (await client.GetFromJsonAsync<JsonElement>($"{Path}?filter=May+I+have", Stop)).GetProperty("items")[0];
            (it.GetProperty("channel").GetString(), it.GetProperty("kind").GetString(), it.TryGetProperty("licence", out _)).ShouldBe(("form", "incident", false));
            await host.GrantAsync(await host.AddPersonAsync("lawyer"), "approver-legal", 0);
            using var browser = await host.BrowserAsync("lawyer");
            (await browser.GetStringAsync($"/cases/{it.GetProperty("number").GetInt64()}", Stop)).ShouldNotContain("<script>alert");
            // What fills in every field is no person, and is told nothing.
            await SendAsync(stranger, ("Title", "Buy pills"), ("Body", "now"), ("Sender", "Robot"), ("Contact", "r@example.org"), ("Website", "https://example.org"));
            (await client.GetFromJsonAsync<JsonElement>($"{Path}?filter=pills", Stop)).GetProperty("total").GetInt32().ShouldBe(0);
            HttpStatusCode last = default;
            for (var i = 0; i < 6; i++) last = (await SendAsync(stranger, ("Title", $"Flood {i}"), ("Body", "x"), ("Sender", "Flood"), ("Contact", "f@example.org"))).Status;
            last.ShouldBe(HttpStatusCode.TooManyRequests);
            // Many stand behind one address: whoever floods the form closes it, and not the door to everybody else.
            for (var i = 0; i < SignInFailureStore.AllowedForAddress + 5; i++) await host.Get<SignInFailureStore>().MaySendAsync("enquiry", System.Net.IPAddress.Loopback, Stop);
            (await host.Get<SignInFailureStore>().BeginAsync("nobody-yet", System.Net.IPAddress.Loopback, Stop)).ShouldBeNull();
            for (var i = 0; i < SignInFailureStore.AllowedForAddress + 5; i++) await host.Get<SignInFailureStore>().BeginAsync($"guess-{i}", System.Net.IPAddress.Parse("192.0.2.7"), Stop);
            (await host.Get<SignInFailureStore>().MaySendAsync("enquiry", System.Net.IPAddress.Parse("192.0.2.7"), Stop)).ShouldBeTrue("nor the other way round");
        }
        finally
        {
            await client.PutAsJsonAsync($"{Path}/settings", CaseSettings.Usual, Stop);
        }

        (await stranger.GetAsync("/enquiry", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<(HttpStatusCode Status, AngleSharp.Dom.IDocument Page)> SendAsync(HttpClient client, params (string Name, string Value)[] fields)
    {
        var hidden = Html.Parse(await client.GetStringAsync("/enquiry", Stop)).QuerySelectorAll("main form input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value") ?? ""));
        var answer = await client.PostAsync("/enquiry", new FormUrlEncodedContent([.. hidden, .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value))]), Stop);
        return (answer.StatusCode, Html.Parse(await answer.Content.ReadAsStringAsync(Stop)));
    }

    private static async Task<long> TakeInAsync(HttpClient client, object body)
    {
        var answer = await client.PostAsJsonAsync(Path, body, Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Stop));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("case").GetProperty("number").GetInt64();
    }

    private static async Task<HttpStatusCode> StepAsync(HttpClient client, long number, object step) => (await client.PostAsJsonAsync($"{Path}/{number}/steps", step, Stop)).StatusCode;

    private static async Task<string?> StateAsync(HttpClient client, long number) => (await client.GetFromJsonAsync<JsonElement>($"{Path}/{number}", Stop)).GetProperty("case").GetProperty("state").GetString();
}
