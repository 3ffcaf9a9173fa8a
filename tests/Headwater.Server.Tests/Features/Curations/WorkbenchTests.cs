using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Curations;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features.Curations;

/// <summary>The queue of unresolved licences, the way through it, and files of decisions.</summary>
public sealed class WorkbenchTests(TestHost host) : IClassFixture<TestHost>
{
    private const Permissions May = Permissions.Automation | Permissions.LicenceDecision;

    private static string Named(string name) => LicenceTests.Named(name);

    [Fact]
    public async Task Queue_IsByProjectsHeldUp_AndEmptiesAsItIsDecided()
    {
        using var client = await host.ClientAsync(May);
        foreach (var project in new[] { "a", "b", "c" })
            await TestHost.UploadAsync(client, "queue " + project, "1", LicenceTests.Bom(($"pkg:npm/queue-{(project == "a" ? "few" : project)}@1.0.0", project == "a" ? Named("Queue words") : "[]"), ("pkg:npm/queue-many@1.0.0", Named("Queue words")), ("pkg:npm/queue-settled@1.0.0", LicenceTests.Id("MIT"))));
        await host.IdleAsync();
        var queue = await QueueAsync(client, "filter=queue-");
        queue[0].GetProperty("shown").GetString().ShouldBe("queue-many");
        queue[0].GetProperty("projects").GetInt32().ShouldBe(3);
        queue.Select(q => q.GetProperty("shown").GetString()).ShouldNotContain("queue-settled");
        var words = (await QueueAsync(client, "by=declared&filter=queue words")).ShouldHaveSingleItem();
        (words.GetProperty("versions").GetInt32(), words.GetProperty("projects").GetInt32()).ShouldBe((2, 4));

        var id = words.GetProperty("componentVersionId").GetInt64();
        var refused = await client.PostAsJsonAsync($"/api/headwater/v1/component-versions/{id}/licence", new { scope = "declared", expression = "Queue", reason = "text-read" });
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var made = await client.PostAsJsonAsync($"/api/headwater/v1/component-versions/{id}/licence", new { scope = "declared", expression = "mit or apache-2.0", reason = "upstream-says", evidence = new[] { "https://example.org/licence" } });
        made.StatusCode.ShouldBe(HttpStatusCode.OK, await made.Content.ReadAsStringAsync());
        (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("componentVersions").GetInt32().ShouldBe(2);
        (await QueueAsync(client, "by=declared&filter=queue words")).ShouldBeEmpty();
        var licence = (await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/component-versions/{id}/licence")).GetProperty("component").GetProperty("licence");
        licence.GetProperty("concluded").GetString().ShouldBe("(MIT OR Apache-2.0)");
        (await client.GetStringAsync("/api/headwater/v1/curations?format=csv")).ShouldContain("Queue words,declared");
    }

    [Fact]
    public async Task Page_DecidesWithOneButton_GoesOnAndTakesItBack()
    {
        using var client = await host.ClientAsync(May);
        await TestHost.UploadAsync(client, "work", "1", LicenceTests.Bom(("pkg:npm/work-a@1.0.0", LicenceTests.Id("MIT", LicenceTests.Isc)), ("pkg:npm/work-b@1.0.0", Named("Work words"))));
        await host.IdleAsync();
        await host.GrantAsync(await host.AddPersonAsync("worker"), "approver-legal", 0);
        using var browser = await host.BrowserAsync("worker");
        var list = Ui.Html.Parse(await browser.GetStringAsync("/licences/queue?q=work-a"));
        var address = list.QuerySelector("table a.name")!.GetAttribute("href")!;
        address.ShouldContain("at=0");
        var page = Ui.Html.Parse(await browser.GetStringAsync(address));
        page.QuerySelectorAll("button[name=Pick]").Select(b => b.GetAttribute("value")).ShouldBe(["ISC", "MIT", "(MIT AND ISC)", "NONE", ""]);
        page.QuerySelector("ol.text-lines li.chosen")!.TextContent.ShouldNotBeEmpty();
        page.QuerySelector(".word-diff").ShouldNotBeNull("the text is held against that of the licence");

        var (_, landed) = await SendAsync(browser, address, "decide-licence", new() { ["Pick"] = "ISC", ["Scope"] = "version", ["Reason"] = "text-read" });
        landed.ShouldContain("done=");
        (await LicenceTests.OfAsync(host, "pkg:npm/work-a@1.0.0")).Licence!.Concluded.ShouldBe("ISC");
        var uuid = landed[(landed.IndexOf("done=", StringComparison.Ordinal) + 5)..].Split('&')[0];
        Ui.Html.Parse(await browser.GetStringAsync(landed)).QuerySelector("button[name=Undo]")!.GetAttribute("value").ShouldBe(uuid);
        await SendAsync(browser, landed, "undo-decision", new() { ["Undo"] = uuid });
        (await LicenceTests.OfAsync(host, "pkg:npm/work-a@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Differs);
    }

    [Fact]
    public async Task Page_OfWhoMayNotDecide_OffersNothing()
    {
        using var client = await host.ClientAsync(May);
        await TestHost.UploadAsync(client, "look", "1", LicenceTests.Bom(("pkg:npm/look-only@1.0.0", Named("Look words"))));
        var id = (await LicenceTests.OfAsync(host, "pkg:npm/look-only@1.0.0")).ComponentVersionId;
        await host.GrantAsync(await host.AddPersonAsync("looker"), "developer", 0);
        using var browser = await host.BrowserAsync("looker");
        Ui.Html.Parse(await browser.GetStringAsync($"/licences/queue/{id}")).QuerySelector("button[name=Pick]").ShouldBeNull();
        using var reader = await host.ClientAsync(Permissions.ViewPortfolio);
        (await reader.PostAsJsonAsync($"/api/headwater/v1/component-versions/{id}/licence", new { scope = "version", expression = "MIT", reason = "text-read" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task File_OfAnotherTool_IsShownFirst_TakenAsOneAct_AndGivenBack()
    {
        const string File = """
            - id: "NPM::exchanged:1.0.0"
              curations:
                comment: "as its author wrote"
                concluded_license: "Zlib"
            - id: "NPM::exchanged:[2.0.0,3.0.0)"
              curations:
                concluded_license: "Apache License, Version 2.0"
                vcs: {url: "https://example.org"}
            - id: "NPM::never:1.0.0"
              curations:
                concluded_license: "no licence at all, really"
            """;
        using var client = await host.ClientAsync(May);
        await TestHost.UploadAsync(client, "exchange", "1", LicenceTests.Bom(("pkg:npm/exchanged@1.0.0", Named("Exchange words")), ("pkg:npm/exchanged@2.5.0", "[]"), ("pkg:npm/exchanged@3.0.0", "[]")));
        await host.IdleAsync();
        var preview = await TakeAsync(client, File, true);
        preview.GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("act").GetString()).ShouldBe(["new", "new", "omitted", "omitted"]);
        (await LicenceTests.OfAsync(host, "pkg:npm/exchanged@1.0.0")).Licence!.Reason.ShouldBe(LicenceReason.Unreadable, "nothing was done yet");
        await TakeAsync(client, File, false);
        (await LicenceTests.OfAsync(host, "pkg:npm/exchanged@1.0.0")).Licence!.Concluded.ShouldBe("Zlib");
        (await LicenceTests.OfAsync(host, "pkg:npm/exchanged@2.5.0")).Licence!.Concluded.ShouldBe("Apache-2.0");
        (await LicenceTests.OfAsync(host, "pkg:npm/exchanged@3.0.0")).Licence!.Reason.ShouldBe(LicenceReason.NoLicence);
        (await TakeAsync(client, File, true)).GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("act").GetString()).ShouldBe(["same", "same", "omitted", "omitted"]);

        var ort = await client.GetStringAsync("/api/headwater/v1/curations/file");
        ort.ShouldContain("NPM::exchanged:[2.0.0,3.0.0)");
        (await TakeAsync(client, ort, true)).GetProperty("lines").EnumerateArray().Where(l => l.GetProperty("subject").GetString()!.Contains("exchanged", StringComparison.Ordinal)).Select(l => l.GetProperty("act").GetString()).ShouldAllBe(a => a == "same");
        var defined = await client.GetStringAsync("/api/headwater/v1/curations/file?as=clearlydefined");
        defined.ShouldContain("declared: \"Zlib\"");
        defined.ShouldContain("# Not in this file: pkg:npm/exchanged: It holds for a range of versions");
        using var broken = await client.PostAsync("/api/headwater/v1/curations/file", new StringContent("a: [", Encoding.UTF8, "application/yaml"));
        broken.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Archive_GivesItsTexts()
    {
        using var client = await host.ClientAsync(May);
        await TestHost.UploadAsync(client, "archive", "1", LicenceTests.Bom(("pkg:npm/archived@1.0.0", LicenceTests.Id("MIT"))));
        var id = (await LicenceTests.OfAsync(host, "pkg:npm/archived@1.0.0")).ComponentVersionId;
        using var refused = await client.PostAsync($"/api/headwater/v1/component-versions/{id}/archive?name=archived.exe", new ByteArrayContent([1, 2, 3]));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var taken = await client.PostAsync($"/api/headwater/v1/component-versions/{id}/archive?name=archived-1.0.0.tgz", new ByteArrayContent(Tgz(("package/package.json", """{"name":"archived","version":"1.0.0","license":"MIT"}"""), ("package/LICENSE", LicenceTests.Isc), ("package/index.js", "var a = 1;"))));
        taken.StatusCode.ShouldBe(HttpStatusCode.OK, await taken.Content.ReadAsStringAsync());
        var it = await LicenceTests.OfAsync(host, "pkg:npm/archived@1.0.0");
        (it.Licence!.Reason, it.Licence.Found).ShouldBe((LicenceReason.Differs, "ISC"));
        var text = it.Texts.ShouldHaveSingleItem();
        text.Source.ShouldBe("archive");
        (await client.DeleteAsync($"/api/headwater/v1/component-versions/{id}/texts/{text.Sha256}?name={Uri.EscapeDataString(text.Name)}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await LicenceTests.OfAsync(host, "pkg:npm/archived@1.0.0")).Licence!.Concluded.ShouldBe("MIT");
    }

    [Fact]
    public async Task Archive_WithMoreThanIsTaken_SaysHowMuchWasLeftOutAndWhy()
    {
        using var client = await host.ClientAsync(May);
        await TestHost.UploadAsync(client, "much", "1", LicenceTests.Bom(("pkg:npm/much@1.0.0", LicenceTests.Id("MIT"))));
        var id = (await LicenceTests.OfAsync(host, "pkg:npm/much@1.0.0")).ComponentVersionId;
        (string, string)[] files = [("package/package.json", """{"name":"much","version":"1.0.0","license":"MIT"}"""), ("package/LICENSE-0", string.Concat(Enumerable.Repeat("All rights are reserved by whoever wrote this line.\n", 20_000))),
            .. Enumerable.Range(1, 205).Select(i => ($"package/LICENSE-{i}", $"{LicenceTests.Mit}\n{i}"))];
        using var sent = await client.PostAsync($"/api/headwater/v1/component-versions/{id}/archive?name=much-1.0.0.tgz", new ByteArrayContent(Tgz(files)));
        var taken = await sent.Content.ReadFromJsonAsync<JsonElement>();
        (taken.GetProperty("taken").GetArrayLength(), taken.GetProperty("leftOut").GetInt32(), taken.GetProperty("isComplete").GetBoolean()).ShouldBe((200, 6, false));
        var why = taken.GetProperty("skipped").EnumerateArray().Select(s => s.GetString()!).ToList();
        why.ShouldContain(s => s.Contains("and 4 behind it", StringComparison.Ordinal));
        why.ShouldContain(s => s.StartsWith("package/LICENSE-0: It is longer", StringComparison.Ordinal));

        await host.GrantAsync(await host.AddPersonAsync("much-lara"), "approver-legal", 0);
        using var browser = await host.BrowserAsync("much-lara");
        var form = Ui.Html.Parse(await browser.GetStringAsync($"/component-versions/{id}")).QuerySelectorAll("form").Single(f => f.QuerySelector("input[name=Archive]") is not null);
        using var content = new MultipartFormDataContent();
        foreach (var hidden in form.QuerySelectorAll("input[type=hidden]")) content.Add(new StringContent(hidden.GetAttribute("value") ?? ""), hidden.GetAttribute("name")!);
        content.Add(new ByteArrayContent(Tgz(files)), "Archive", "much-1.0.0.tgz");
        using var page = await browser.PostAsync($"/component-versions/{id}", content);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        Ui.Html.Parse(await page.Content.ReadAsStringAsync()).Body!.TextContent.ShouldContain("6 texts of the archive were not taken");
    }

    private static byte[] Tgz(params (string Name, string Text)[] files)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, true))
        using (var tar = new TarWriter(gzip))
            foreach (var (name, text) in files) tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        return packed.ToArray();
    }

    private static async Task<List<JsonElement>> QueueAsync(HttpClient client, string query) => [.. (await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/licences/queue?{query}")).GetProperty("items").EnumerateArray()];

    private static async Task<JsonElement> TakeAsync(HttpClient client, string file, bool preview)
    {
        using var answer = await client.PostAsync($"/api/headwater/v1/curations/file?preview={preview}", new StringContent(file, Encoding.UTF8, "application/yaml"));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<(HttpStatusCode Status, string Landed)> SendAsync(HttpClient browser, string address, string form, Dictionary<string, string> fields)
    {
        fields["_handler"] = form;
        using var answer = await browser.PostAsync(address, new FormUrlEncodedContent([.. fields, .. await browser.HiddenAsync(address)]));
        return (answer.StatusCode, answer.Headers.Location?.ToString() ?? "");
    }
}
