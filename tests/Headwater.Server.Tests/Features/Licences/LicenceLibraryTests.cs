using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Tests.Features.Licences;

/// <summary>The library of licences: the list, facts, obligations and compatibility for programs, and the organisation's own licences.</summary>
public sealed class LicenceLibraryTests(TestHost host) : IClassFixture<TestHost>
{
    private const string Root = Api.Root + "/licences";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_IsNarrowedSortedAndWrittenAsAFile()
    {
        var client = await host.ClientAsync();
        var all = await client.GetFromJsonAsync<JsonElement>($"{Root}?size=3", Stop);
        all.GetProperty("total").GetInt32().ShouldBeGreaterThan(2_400);
        all.GetProperty("items")[0].GetProperty("id").GetString().ShouldBe("0BSD");
        (await NamesAsync(client, "?category=copyleftLibrary&list=spdx")).ShouldContain("LGPL-2.1-only");
        (await NamesAsync(client, "?flag=networkClause&osi=true&filter=affero")).ShouldBe(["AGPL-3.0-only", "AGPL-3.0-or-later"]);
        (await NamesAsync(client, "?filter=gpl-2.0&kind=licence&list=spdx")).ShouldNotContain("GPL-2.0");
        (await NamesAsync(client, "?filter=gpl-2.0&kind=licence&list=spdx&deprecated=true")).ShouldContain("GPL-2.0");
        (await client.GetAsync($"{Root}?category=nice", Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetAsync($"{Root}?sort=weight", Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var file = await client.GetStringAsync($"{Root}?format=csv&category=copyleftFile&columns=id,category", Stop);
        file.ShouldContain("MPL-2.0");
    }

    [Fact]
    public async Task One_SaysWhatIsKnown_AndWhoSaysSo()
    {
        var client = await host.ClientAsync();
        var it = await client.GetFromJsonAsync<JsonElement>($"{Root}/mpl-2.0", Stop);
        it.GetProperty("facts").GetProperty("id").GetString().ShouldBe("MPL-2.0");
        (it.GetProperty("facts").GetProperty("category").GetString(), it.GetProperty("facts").GetProperty("categorySource").GetString()).ShouldBe(("copyleftFile", "doubleOpen"));
        it.GetProperty("text").GetString()!.ShouldStartWith("Mozilla Public License");
        it.GetProperty("hasChecklist").GetBoolean().ShouldBeTrue();
        (await client.GetAsync($"{Root}/No-Such", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Obligations_AndCompatibility_AreAnsweredInAContext()
    {
        var client = await host.ClientAsync();
        var owed = await client.GetFromJsonAsync<JsonElement>($"{Root}/obligations?expression=MIT%20OR%20GPL-2.0-only&context=distributed&delivery=binary&modified=false&linkage=static", Stop);
        owed.GetProperty("choices").GetArrayLength().ShouldBe(2);
        owed.GetProperty("choices")[0].GetProperty("obligations")[0].GetProperty("sources")[0].GetProperty("clause").GetString().ShouldBe("YOU MUST Provide Copyright notices");
        var fits = await client.GetFromJsonAsync<JsonElement>($"{Root}/compatibility?outbound=Apache-2.0&inbound=GPL-3.0-only&context=distributed&linkage=static", Stop);
        fits.GetProperty("verdict").GetString().ShouldBe("incompatible");
        (await client.GetFromJsonAsync<JsonElement>($"{Root}/compatibility?outbound=Apache-2.0&inbound=GPL-3.0-only", Stop)).GetProperty("verdict").GetString().ShouldBe("notAsserted");
        var against = await client.GetFromJsonAsync<JsonElement>($"{Root}/MIT/compatibility?as=part&context=distributed&linkage=derived", Stop);
        against.EnumerateArray().Count(p => p.GetProperty("verdict").GetString() == "compatible").ShouldBeGreaterThan(80);
        (await client.GetAsync($"{Root}/obligations?expression=MIT%20AND", Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.GetAsync($"{Root}/obligations?expression=MIT&context=everywhere", Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var read = await client.GetFromJsonAsync<JsonElement>($"{Root}/expression?expression=GPL-2.0%2B%20or%20MIT", Stop);
        read.GetProperty("upgraded").GetString().ShouldBe("(GPL-2.0-or-later OR MIT)");
        read.GetProperty("warnings")[0].GetString()!.ShouldContain("deprecated");
    }

    [Fact]
    public async Task Own_IsAddedChangedRetiredAndTakenBack_WithARecordOfEach()
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        var body = new { id = "LicenseRef-acme-2026", name = "Acme contract", category = "commercial", flags = new[] { "nonCommercial" }, text = "All of it.\r\nEnd.", seeAlso = new[] { "https://example.org/contract" } };
        (await client.PostAsJsonAsync(Root, body, Stop)).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await client.PostAsJsonAsync(Root, body, Stop)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await NamesAsync(client, "?list=own&filter=acme-2026")).ShouldBe(["LicenseRef-acme-2026"]);
        var it = await client.GetFromJsonAsync<JsonElement>($"{Root}/licenseref-ACME-2026", Stop);
        it.GetProperty("text").GetString().ShouldBe("All of it.\nEnd.");
        it.GetProperty("own").GetProperty("createdBy").GetString().ShouldNotBeNullOrEmpty();
        // What is known of it counts where licences are judged.
        var owed = await client.GetFromJsonAsync<JsonElement>($"{Root}/obligations?expression=LicenseRef-acme-2026&context=internal", Stop);
        owed.GetProperty("choices")[0].GetProperty("obligations").EnumerateArray().Select(o => o.GetProperty("what").GetString()).ShouldContain("Use commercially");
        (await client.PutAsJsonAsync($"{Root}/LicenseRef-acme-2026", body with { name = "Acme contract of 2026" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.PostAsync($"{Root}/LicenseRef-acme-2026/retire", null, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await NamesAsync(client, "?list=own&filter=acme-2026")).ShouldBeEmpty();
        (await NamesAsync(client, "?list=own&filter=acme-2026&deprecated=true")).ShouldBe(["LicenseRef-acme-2026"]);
        (await client.PostAsync($"{Root}/LicenseRef-acme-2026/restore", null, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await client.PutAsJsonAsync($"{Root}/MIT", body, Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var acts = (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 50 }, Stop)).Items.Where(a => a.Subject == "licence:LicenseRef-acme-2026").Reverse().ToList();
        acts.Select(a => a.Act).ShouldBe(["licence.added", "licence.changed", "licence.retired", "licence.restored"]);
        acts.ShouldAllBe(a => a.SubjectName == "LicenseRef-acme-2026");
    }

    [Theory]
    [InlineData("MIT", "x", "permissive", null, "id")]
    [InlineData("LicenseRef-scancode-3com-microcode", "x", "permissive", null, "id")]
    [InlineData("LicenseRef-a b", "x", "permissive", null, "id")]
    [InlineData("LicenseRef-a", " ", "permissive", null, "name")]
    [InlineData("LicenseRef-a", "x", "nice", null, "category")]
    [InlineData("LicenseRef-a", "x", "permissive", "javascript:alert(1)", "seeAlso")]
    public async Task Own_ThatCannotBe_IsRefusedWithTheField(string id, string name, string category, string? address, string field)
    {
        var client = await host.ClientAsync(Permissions.Administrator);
        var answer = await client.PostAsJsonAsync(Root, new { id, name, category, seeAlso = address is null ? [] : new[] { address } }, Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors")[0].GetProperty("parameter").GetString().ShouldBe(field);
    }

    [Fact]
    public async Task Own_NeedsThePermission()
    {
        var client = await host.ClientAsync(Permissions.Viewer | Permissions.PortfolioManagement);
        (await client.PostAsJsonAsync(Root, new { id = "LicenseRef-not-mine", name = "x", category = "permissive" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("apache-2.0", "Apache-2.0")]
    [InlineData("MPL-2", "MPL-2.0")]
    [InlineData("Mozilla Public License", "MPL-1.0")]
    public async Task Search_FindsLicences(string query, string id)
    {
        var client = await host.ClientAsync();
        var found = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/search?q={Uri.EscapeDataString(query)}", Stop);
        var group = found.GetProperty("groups").EnumerateArray().Single(g => g.GetProperty("kind").GetString() == "licence");
        group.GetProperty("hits").EnumerateArray().Select(h => h.GetProperty("title").GetString()).ShouldContain(id);
        group.GetProperty("hits")[0].GetProperty("href").GetString()!.ShouldStartWith("/licences/");
    }

    private static async Task<List<string?>> NamesAsync(HttpClient client, string query) =>
        [.. (await client.GetFromJsonAsync<JsonElement>(Root + query, Stop)).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString())];
}
