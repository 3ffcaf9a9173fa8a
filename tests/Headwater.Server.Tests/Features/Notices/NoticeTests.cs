using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features.Notices;

/// <summary>Notices of versions, choices of alternatives, and sign-offs.</summary>
public sealed class NoticeTests(TestHost host) : IClassFixture<TestHost>
{
    internal const Permissions All = Permissions.Automation | Permissions.PortfolioManagement | Permissions.ApproveLegal | Permissions.PolicyViolationAnalysis | Permissions.SystemConfiguration;

    internal const string Bom = """
        {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"shop","bom-ref":"shop"}},"components":[
         {"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1","licenses":[{"license":{"id":"MIT","text":{"content":"Copyright 2020 A\n\nMay be used."}}}]},
         {"type":"library","name":"b","version":"2","purl":"pkg:npm/b@2","copyright":"Copyright B","licenses":[{"expression":"GPL-2.0-only OR MIT"}]},
         {"type":"library","name":"c","version":"3","purl":"pkg:npm/c@3","copyright":"Copyright C","licenses":[{"expression":"MIT OR GPL-2.0-only"}]}]}
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Notice_InEveryFormat_IsADownloadAndTheSameAgain()
    {
        using var client = await host.ClientAsync(All);
        var version = (await TestHost.UploadAsync(client, "Shop " + Guid.NewGuid(), "1", Bom)).ProjectUuid;

        foreach (var format in new[] { "text", "markdown", "html", "json", "docx" })
        {
            using var first = await client.GetAsync($"{Api.Root}/versions/{version}/notice?format={format}", Stop);
            first.StatusCode.ShouldBe(HttpStatusCode.OK);
            first.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
            first.Headers.GetValues("Headwater-Gaps").ShouldBe(["3"]);
            (await client.GetByteArrayAsync($"{Api.Root}/versions/{version}/notice?format={format}", Stop)).ShouldBe(await first.Content.ReadAsByteArrayAsync(Stop));
        }

        var notice = await NoticeAsync(client, version);
        notice.GetProperty("sbomSha256").GetString().ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Bom))));
        notice.GetProperty("texts")[0].GetProperty("text").GetString().ShouldBe("Copyright 2020 A\n\nMay be used.");
        (await client.GetAsync($"{Api.Root}/versions/{version}/notice?format=pdf", Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetAsync($"{Api.Root}/versions/{version}/notice?stage=production", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync($"{Api.Root}/versions/{Guid.NewGuid()}/notice", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Choice_HoldsWhateverTheOrderOfTheExpression_AndTheNearestWins()
    {
        var unit = (await host.UnitsAsync(new CatalogueGroup("unit", "house", "House", null, null)))[("unit", "house")];
        using var client = await host.ClientAsync(All);
        using var house = await host.KeyAsync(unit, All & ~Permissions.SystemConfiguration);
        var version = (await TestHost.UploadAsync(house, "Shop " + Guid.NewGuid(), "1", Bom)).ProjectUuid;

        async Task<string?[]> ChosenAsync() => [.. (await NoticeAsync(client, version)).GetProperty("components").EnumerateArray().Select(c => c.TryGetProperty("chosen", out var chosen) ? chosen.GetString() : null)];
        (await ChosenAsync()).ShouldBe([null, null, null]);
        var everywhere = await client.PostAsJsonAsync($"{Api.Root}/licence-choices", new { expression = "MIT OR GPL-2.0-only", chosen = "mit", reason = "less to do" }, Stop);
        everywhere.StatusCode.ShouldBe(HttpStatusCode.OK, await everywhere.Content.ReadAsStringAsync(Stop));
        (await ChosenAsync()).ShouldBe([null, "MIT", "MIT"]);
        (await house.PostAsJsonAsync($"{Api.Root}/licence-choices", new { expression = "MIT OR GPL-2.0-only", chosen = "GPL-2.0-only", reason = "our product is GPL", component = "pkg:npm/c@9", unit }, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await ChosenAsync()).ShouldBe([null, "MIT", "GPL-2.0-only"]);
        (await NoticeAsync(client, version)).GetProperty("components")[2].GetProperty("choiceReason").GetString()!.ShouldStartWith("our product is GPL");

        // Who chooses in a unit chooses nothing for others, and takes nothing of theirs back.
        (await house.PostAsJsonAsync($"{Api.Root}/licence-choices", new { expression = "MIT OR ISC", chosen = "MIT", reason = "x" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var id = (await everywhere.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("uuid").GetGuid();
        (await house.DeleteAsync($"{Api.Root}/licence-choices/{id}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.DeleteAsync($"{Api.Root}/licence-choices/{id}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await ChosenAsync()).ShouldBe([null, null, "GPL-2.0-only"]);
        (await ActsAsync("licence.")).ShouldBe(["licence.choice-removed", "licence.chosen", "licence.chosen"]);
    }

    [Fact]
    public async Task Notice_HasWhatPeopleDecidedAndTheTextsThatWereFound()
    {
        using var client = await host.ClientAsync(All);
        var version = (await TestHost.UploadAsync(client, "Shop " + Guid.NewGuid(), "1", Bom.Replace("pkg:npm/", "pkg:npm/known-", StringComparison.Ordinal))).ProjectUuid;
        await host.IdleAsync();
        var b = (await host.Get<CurationsModule>().OfProjectVersionAsync(Viewer.Everything, version, Stop))!.Single(c => c.Purl == "pkg:npm/known-b@2").ComponentVersionId;
        await host.Get<IDatabase>().WriteAsync(transaction => host.Get<CurationsModule>().AddTextsAsync(transaction,
            [new NewText(b, "package/LICENSE", TextKind.Licence, "Copyright 2022 Found\n\nIts own text."), new NewText(b, "package/NOTICE", TextKind.Notice, "A notice of b.")], "archive", "test"), cancellationToken: Stop);
        host.Get<QueueStore>().Wake();
        await host.IdleAsync();
        (await host.Get<CurationStore>().DecideAsync(Viewer.Everything, b, new CurationWish("version", "MIT", "text-read", "read it"), "lara", Stop)).Refusal.ShouldBeNull();

        var notice = await NoticeAsync(client, version);
        var entry = notice.GetProperty("components")[1];
        (entry.GetProperty("licence").GetString(), entry.GetProperty("origin").GetString()).ShouldBe(("MIT", "concluded"));
        entry.GetProperty("texts").EnumerateArray().Select(t => (t.GetProperty("name").GetString(), t.GetProperty("standard").GetBoolean())).ShouldBe([("package/LICENSE", false)]);
        entry.GetProperty("copyrights").EnumerateArray().Select(c => c.GetString()).ShouldBe(["Copyright B", "Copyright 2022 Found"]);
        notice.GetProperty("notices")[0].GetProperty("text").GetString().ShouldBe("A notice of b.");
    }

    [Fact]
    public async Task Text_ThatStatesWhatIsNotDeclared_IsListedUntilAPersonDecides()
    {
        using var client = await host.ClientAsync(All);
        var version = (await TestHost.UploadAsync(client, "Shop " + Guid.NewGuid(), "1", Curations.LicenceTests.Bom(("pkg:npm/states-other@1", Curations.LicenceTests.Id("MIT", Curations.LicenceTests.Isc)), ("pkg:npm/states-nothing@1", Curations.LicenceTests.Id("MIT", Curations.LicenceTests.Own))))).ProjectUuid;
        await host.IdleAsync();

        (await GapsAsync()).ShouldBe(["textUnknown", "textDiffers"], ignoreOrder: true);
        foreach (var component in (await host.Get<CurationsModule>().OfProjectVersionAsync(Viewer.Everything, version, Stop))!)
            (await host.Get<CurationStore>().DecideAsync(Viewer.Everything, component.ComponentVersionId, new CurationWish("version", "MIT", "found-wrong", "asked"), "lara", Stop)).Refusal.ShouldBeNull();
        (await GapsAsync()).ShouldBeEmpty();

        async Task<List<string>> GapsAsync() => [.. (await NoticeAsync(client, version)).GetProperty("gaps").EnumerateArray().Select(g => g.GetProperty("kind").GetString()!).Where(k => k.StartsWith("text", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task Notice_HasWhatPeopleDecided_AboutComponentsWithoutAPackageUrlToo()
    {
        using var client = await host.ClientAsync(All);
        const string Nameless = """
            {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"shop","bom-ref":"shop"}},"components":[
             {"type":"library","group":"House","name":"without purl","version":"2","copyright":"Copyright B","licenses":[{"expression":"GPL-2.0-only OR MIT"}]},
             {"type":"framework","group":"House","name":"zebra without purl","version":"2","copyright":"Copyright C","licenses":[{"expression":"GPL-2.0-only OR MIT"}]}]}
            """;
        var version = (await TestHost.UploadAsync(client, "Shop " + Guid.NewGuid(), "1", Nameless)).ProjectUuid;
        await host.IdleAsync();
        var b = (await host.Get<CurationsModule>().OfProjectVersionAsync(Viewer.Everything, version, Stop))!.Single(c => c.Identity.StartsWith("id:library/", StringComparison.Ordinal)).ComponentVersionId;
        await host.Get<IDatabase>().WriteAsync(transaction => host.Get<CurationsModule>().AddTextsAsync(transaction, [new NewText(b, "LICENSE", TextKind.Licence, "Copyright 2022 Found\n\nIts own text.")], "person", "test"), cancellationToken: Stop);
        host.Get<QueueStore>().Wake();
        await host.IdleAsync();
        (await host.Get<CurationStore>().DecideAsync(Viewer.Everything, b, new CurationWish("component", "ISC", "text-read", "read it"), "lara", Stop)).Refusal.ShouldBeNull();

        var entry = (await NoticeAsync(client, version)).GetProperty("components").EnumerateArray().First();
        (entry.GetProperty("licence").GetString(), entry.GetProperty("origin").GetString()).ShouldBe(("ISC", "concluded"));
        entry.GetProperty("texts").EnumerateArray().Select(t => t.GetProperty("name").GetString()).ShouldBe(["LICENSE"]);
    }

    [Theory]
    [InlineData("MIT", "MIT", "r")]
    [InlineData("MIT OR ISC", "Apache-2.0", "r")]
    [InlineData("MIT OR ISC", "MIT", " ")]
    [InlineData("(", "MIT", "r")]
    public async Task Choice_ThatCannotBe_IsRefused(string expression, string chosen, string reason)
    {
        using var client = await host.ClientAsync(All);

        (await client.PostAsJsonAsync($"{Api.Root}/licence-choices", new { expression, chosen, reason }, Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task SignOff_IsOfWhatWasRead_AndEndsWhenTheNoticeSaysSomethingElse()
    {
        using var client = await host.ClientAsync(All);
        var version = (await TestHost.UploadAsync(client, "Shop " + Guid.NewGuid(), "1", Bom)).ProjectUuid;
        var digest = (await NoticeAsync(client, version)).GetProperty("inputSha256").GetString();
        var address = $"{Api.Root}/versions/{version}/notice/sign-offs";

        (await client.PostAsJsonAsync(address, new { inputSha256 = "00" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsJsonAsync(address, new { inputSha256 = digest, note = "texts follow" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.PutAsJsonAsync($"{Api.Root}/notice-settings", new { contact = "source@example.org", preferences = new[] { "MIT" } }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await NoticeAsync(client, version)).GetProperty("inputSha256").GetString().ShouldNotBe(digest);
        var signed = (await client.GetFromJsonAsync<JsonElement>(address, Stop)).EnumerateArray().Single();
        (signed.GetProperty("signedBy").GetString()!.StartsWith("key:", StringComparison.Ordinal), signed.GetProperty("gaps").GetInt32(), signed.GetProperty("note").GetString()).ShouldBe((true, 3, "texts follow"));

        (await client.DeleteAsync($"{address}/{signed.GetProperty("uuid").GetGuid()}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.DeleteAsync($"{address}/{signed.GetProperty("uuid").GetGuid()}", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PutAsJsonAsync($"{Api.Root}/notice-settings", new { }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.PutAsJsonAsync($"{Api.Root}/notice-settings", new { preferences = new[] { "MIT OR ISC" } }, Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetFromJsonAsync<JsonElement>(address, Stop))[0].GetProperty("endedBy").GetString().ShouldNotBeNull();
        (await ActsAsync("notice.")).ShouldBe(["notice.sign-off-withdrawn", "notice.signed"]);
    }

    internal static Task<JsonElement> NoticeAsync(HttpClient client, Guid version) => client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/notice", Stop);

    private async Task<string[]> ActsAsync(string prefix) => [.. (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 100 }, Stop)).Items.Select(a => a.Act).Where(a => a.StartsWith(prefix, StringComparison.Ordinal))];
}
