using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Platform.Ui;
using Headwater.Server.Tests.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Ui;

/// <summary>What programs call something stays in the interface; pages say it in words.</summary>
public sealed class AuditWordsTests(TestHost host) : IClassFixture<TestHost>
{
    private static readonly Localiser Text = Localiser.Load("en");

    [Theory]
    [InlineData("key.created", """{"comment":"build","permissions":["BOM_UPLOAD","VIEW_PORTFOLIO"],"unit":0,"expiresAt":null}""", "for: build, may: Upload SBOMs, See projects and components, unit: the whole organisation")]
    [InlineData("role.granted", """{"role":"ospo-lead","unit":3}""", "role: OSPO lead, unit: Storefront")]
    [InlineData("role.granted", """{"role":"viewer","unit":4}""", "role: Viewer, unit: 4")]
    [InlineData("project.owner-changed", """{"from":null,"to":3}""", "to: Storefront")]
    [InlineData("inbox.chosen", """{"from":3}""", "from: 3")]
    [InlineData("project.changed", """{"Kind":["tool","service"],"UseContext":[null,"hosted"],"Tags":["a","a\nb"]}""", "kind: tool → service, use: – → hosted, tags: a → a b")]
    [InlineData("feed.added", """{"name":"OSV","enabled":true,"everything":false}""", "name: OSV, switched on, everything: no")]
    [InlineData("user.signed-in", "password", "by password")]
    [InlineData("test.act", "{\"somethingNew\":[1,2]}", "something new: 1, 2")]
    [InlineData("test.act", "{not json", "{not json")]
    [InlineData("test.act", "{\"\":{\"a\":[]}}", ": (a: )")]
    [InlineData("test.act", null, null)]
    public void Facts_AreSaidInWords(string act, string? detail, string? said) => AuditWords.Facts(Text, act, detail, new Dictionary<long, string> { [3] = "Storefront" }).ShouldBe(said);

    [Fact]
    public void Act_WithoutAText_ShowsAsItIs()
    {
        AuditWords.Act(Text, "key.created").ShouldBe("API key made");
        AuditWords.Act(Text, "of.later").ShouldBe("of.later");
    }

    [Fact]
    public void EveryKindOfJob_HasAName() => host.Services.GetServices<IJobHandler>().Select(h => h.Kind).Where(kind => !Text.Has("job." + kind)).ShouldBeEmpty();

    [Fact]
    public async Task Pages_SayWhatProgramsCallOtherwise()
    {
        await host.GrantAsync(await host.AddPersonAsync("reader"), "administrator", 0);
        using var program = await host.BearerAsync("reader");
        (await program.PostAsJsonAsync($"{Api.Root}/keys", new { comment = "nightly", permissions = new[] { "BOM_UPLOAD" } })).EnsureSuccessStatusCode();
        (await program.PostAsJsonAsync($"{Api.Root}/feeds/sources", new { name = "Known exploited", kind = "kev", source = "https://feeds.example.org/kev.json", dailyAt = "04:00", enabled = false })).EnsureSuccessStatusCode();
        using var browser = await host.BrowserAsync("reader");
        var keys = Html.Parse(await browser.GetStringAsync("/keys")).QuerySelector("table")!.Said();
        keys.ShouldContain("Upload SBOMs");
        keys.ShouldNotContain("BOM_UPLOAD");
        var log = Html.Parse(await browser.GetStringAsync("/audit")).QuerySelector("table")!.Said();
        log.ShouldContain("API key made");
        log.ShouldContain("may: Upload SBOMs");
        log.ShouldNotContain("BOM_UPLOAD");
        log.ShouldNotContain("key.created");
        log.ShouldContain("may: Upload SBOMs, unit: the whole organisation");
        log.ShouldNotContain("feed:");
        var jobs = Html.Parse(await browser.GetStringAsync("/jobs")).QuerySelector("#recurring")!.Said();
        jobs.ShouldContain("Refresh a feedKnown exploited");
        jobs.ShouldNotContain("feed.");
        jobs.ShouldNotContain("inbox.prune");
        var schedules = await program.GetFromJsonAsync<JsonElement>($"{Api.Root}/jobs/schedules");
        schedules.EnumerateArray().Single(s => s.GetProperty("kind").GetString() == "feeds.refresh").GetProperty("subject").GetString().ShouldBe("Known exploited");
        var stored = (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 50 })).Items.First(r => r.Act == "key.created" && r.Actor == "reader");
        stored.Detail!.ShouldContain("BOM_UPLOAD", Case.Sensitive, "the record itself is left alone");
    }
}
