using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Tests.Access;

namespace Headwater.Server.Tests.Features;

/// <summary>"Who uses" as who sees a part asks it, and what it says where it could not look at everything.</summary>
public sealed class WhoUsesInSightTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task Ask_FromAUnit_MeansLatestVersionsAsForTheWhole()
    {
        var unit = (await host.UnitsAsync(new CatalogueGroup("unit", "asking", "Asking", null, null)))[("unit", "asking")];
        using var all = await host.KeyAsync(0, Permissions.Administrator);
        using var key = await host.KeyAsync(unit, Permissions.Automation | Permissions.PortfolioManagement);
        await TestHost.UploadAsync(key, "asked-moved-on", "1", TestHost.Bom("pkg:npm/once-used@1.0.0", "pkg:npm/still-used@1.0.0"));
        await TestHost.UploadAsync(key, "asked-moved-on", "2", TestHost.Bom("pkg:npm/still-used@2.0.0"));

        foreach (var client in new[] { all, key })
        {
            (await AskAsync(client, "once-used")).GetProperty("components").GetArrayLength().ShouldBe(0);
            var still = await AskAsync(client, "still-used");
            still.GetProperty("components")[0].GetProperty("versions").EnumerateArray().Select(v => v.GetString()).ShouldBe(["2.0.0"]);
            still.GetProperty("projects").GetProperty("total").GetInt64().ShouldBe(1);
            still.GetProperty("truncated").GetBoolean().ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Ask_WhereMoreAreCalledSoThanOneQuestionLooksAt_SaysIt()
    {
        var unit = (await host.UnitsAsync(new CatalogueGroup("unit", "crowded", "Crowded", null, null)))[("unit", "crowded")];
        using var key = await host.KeyAsync(unit, Permissions.Automation | Permissions.PortfolioManagement);
        await TestHost.UploadAsync(key, "asked-crowd", "1", TestHost.Bom([.. Enumerable.Range(1, 51).Select(i => $"pkg:npm/%40crowd-{i}/crowded@1.0.0")]));
        await host.GrantAsync(await host.AddPersonAsync("crowd-head"), "administrator", unit);
        using var browser = await host.BrowserAsync("crowd-head");

        var answer = await AskAsync(key, "crowded");
        answer.GetProperty("truncated").GetBoolean().ShouldBeTrue();
        answer.GetProperty("components").GetArrayLength().ShouldBe(50);
        (await browser.GetStringAsync("/who-uses?of=crowded")).ShouldContain("there may be more projects");
        (await browser.GetStringAsync("/who-uses?of=" + Uri.EscapeDataString("@crowd-1/crowded"))).ShouldNotContain("there may be more projects");
    }

    [Fact]
    public async Task Page_ForAQuestionThatIsNotUnderstood_SaysWhatToType()
    {
        var unit = (await host.UnitsAsync(new CatalogueGroup("unit", "puzzled", "Puzzled", null, null)))[("unit", "puzzled")];
        await host.GrantAsync(await host.AddPersonAsync("puzzled-head"), "administrator", unit);
        using var browser = await host.BrowserAsync("puzzled-head");
        using var answer = await browser.GetAsync("/who-uses?of=%3C5");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Type a package");
    }

    private static async Task<JsonElement> AskAsync(HttpClient client, string of) => await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/who-uses?of=" + Uri.EscapeDataString(of));
}
