using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Features.Curations;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features.Licences;

/// <summary>How much is under a licence, as its page says it to each who looks.</summary>
public sealed class LicenceUseTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Licence_CountsVersionsAndProjectsInSight_OfLatestVersionsOnly()
    {
        var units = await host.UnitsAsync(new CatalogueGroup("unit", "counting", "Counting", null, null));
        var unit = units.Single(u => u.Key.Name == "counting").Value;
        using var all = await host.ClientAsync();
        using var part = await host.KeyAsync(unit, Permissions.Automation | Permissions.PortfolioManagement);
        await TestHost.UploadAsync(part, "use-ours", "1", LicenceTests.Bom(("pkg:npm/use-a@1.0.0", LicenceTests.Id("BUSL-1.1")), ("pkg:npm/use-b@1.0.0", LicenceTests.Named("BUSL-1.1 AND MIT"))));
        await TestHost.UploadAsync(all, "use-theirs", "1", LicenceTests.Bom(("pkg:npm/use-a@1.0.0", LicenceTests.Id("BUSL-1.1")), ("pkg:npm/use-c@1.0.0", LicenceTests.Id("BUSL-1.1"))));
        await TestHost.UploadAsync(all, "use-former", "1", LicenceTests.Bom(("pkg:npm/use-d@1.0.0", LicenceTests.Id("BUSL-1.1"))));
        await TestHost.UploadAsync(all, "use-former", "2", LicenceTests.Bom(("pkg:npm/use-d@2.0.0", LicenceTests.Id("MIT"))));
        await host.IdleAsync();

        (await CountAsync(all, "BUSL-1.1")).ShouldBe((3, 2), "what only an older version of a project has is not in use");
        (await CountAsync(part, "busl-1.1")).ShouldBe((2, 1));
        (await CountAsync(part, "Zlib")).ShouldBe((0, 0));

        await host.GrantAsync(await host.AddPersonAsync("counter"), "developer", unit);
        using var browser = await host.BrowserAsync("counter");
        var card = Html.Parse(await browser.GetStringAsync("/licences/BUSL-1.1", Stop)).QuerySelectorAll("aside .card").Single(c => c.TextContent.Contains("Components under it", StringComparison.Ordinal));
        card.QuerySelector("a[href*='licence%3ABUSL-1.1']")!.TextContent.Trim().ShouldBe("2");
        card.TextContent.ShouldContain("Projects that use them");
    }

    private static async Task<(int, int)> CountAsync(HttpClient client, string licence)
    {
        var use = await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/licences/{licence}/uses", Stop);
        return (use.GetProperty("componentVersions").GetInt32(), use.GetProperty("projects").GetInt32());
    }
}
