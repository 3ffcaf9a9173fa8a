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

    [Fact]
    public async Task Projects_UnderALicence_AreListedWithWhatTheyHave_ForEachWhatHeSees()
    {
        var units = await host.UnitsAsync(new CatalogueGroup("unit", "listing", "Listing", null, null));
        var unit = units.Single(u => u.Key.Name == "listing").Value;
        using var all = await host.ClientAsync();
        using var part = await host.KeyAsync(unit, Permissions.Automation | Permissions.PortfolioManagement);
        await TestHost.UploadAsync(part, "list-ours", "1", LicenceTests.Bom([.. Enumerable.Range(1, 25).Select(n => ($"pkg:npm/list-{n:00}@1.0.0", LicenceTests.Id("OSL-3.0"))), ("pkg:npm/list-none@1.0.0", LicenceTests.Id("MIT"))]));
        await TestHost.UploadAsync(all, "list-theirs", "1", LicenceTests.Bom(("pkg:npm/list-01@1.0.0", LicenceTests.Id("OSL-3.0")), ("pkg:npm/list-either@1.0.0", LicenceTests.Named("OSL-3.0 OR MIT"))));
        await TestHost.UploadAsync(all, "list-former", "1", LicenceTests.Bom(("pkg:npm/list-01@1.0.0", LicenceTests.Id("OSL-3.0"))));
        await TestHost.UploadAsync(all, "list-former", "2", LicenceTests.Bom(("pkg:npm/list-none@1.0.0", LicenceTests.Id("MIT"))));
        await host.IdleAsync();
        const string Address = "/api/headwater/v1/licences/OSL-3.0/projects";

        var listed = await all.GetFromJsonAsync<JsonElement>(Address + "?sort=project&order=desc", Stop);
        (listed.GetProperty("total").GetInt32(), Names(listed)).ShouldBe((2, "list-theirs list-ours"), "what only an older version of a project has is not in use");
        var ours = listed.GetProperty("items")[1];
        (ours.GetProperty("componentVersions").GetInt32(), ours.GetProperty("components").GetArrayLength(), ours.GetProperty("components")[0].GetProperty("name").GetString()).ShouldBe((25, 20, "list-01"));
        listed.GetProperty("items")[0].GetProperty("components").EnumerateArray().Select(c => c.GetProperty("name").GetString()).ShouldBe(["list-01", "list-either"]);
        Names(await all.GetFromJsonAsync<JsonElement>(Address + "?filter=theirs", Stop)).ShouldBe("list-theirs");
        var first = await all.GetFromJsonAsync<JsonElement>(Address + "?size=1", Stop);
        Names(await all.GetFromJsonAsync<JsonElement>($"{Address}?size=1&after={first.GetProperty("next").GetString()}", Stop)).ShouldBe("list-theirs");
        (await part.GetFromJsonAsync<JsonElement>("/api/headwater/v1/licences/osl-3.0/projects", Stop)).ShouldSatisfyAllConditions(j => j.GetProperty("total").GetInt32().ShouldBe(1), j => Names(j).ShouldBe("list-ours"));
        (await all.GetAsync("/api/headwater/v1/licences/no-such-thing/projects", Stop)).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);

        var file = (await all.GetStringAsync(Address + "?format=csv", Stop)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        file[0].ShouldStartWith("project,version,component versions,components,");
        file[1].ShouldContain("list-25 1.0.0", customMessage: "a file names all");

        await host.GrantAsync(await host.AddPersonAsync("lister"), "developer", unit);
        using var browser = await host.BrowserAsync("lister");
        var rows = Html.Parse(await browser.GetStringAsync("/licences/OSL-3.0/projects", Stop)).QuerySelectorAll("tbody tr");
        var row = rows.ShouldHaveSingleItem();
        row.TextContent.ShouldSatisfyAllConditions(t => t.ShouldContain("list-ours"), t => t.ShouldContain("list-01"), t => t.ShouldContain("and 22 more"));
        Html.Parse(await browser.GetStringAsync(row.QuerySelector("a[href*='licence=OSL-3.0']")!.GetAttribute("href")!, Stop)).QuerySelector("main")!.TextContent.ShouldContain("25 components");
        Html.Parse(await browser.GetStringAsync("/licences/OSL-3.0", Stop)).QuerySelector("aside a[href$='/licences/OSL-3.0/projects']")!.TextContent.Trim().ShouldBe("1");

        static string Names(JsonElement page) => string.Join(' ', page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("project").GetString()));
    }

    [Fact]
    public async Task Projects_UnderALicenceThatThousandsHave_ComeByCursorsAndByPlaces()
    {
        using var client = await host.ClientAsync();
        const int Each = 900, Many = 6;
        for (var project = 0; project < Many; project++)
            await TestHost.UploadAsync(client, $"many-{project}", "1", LicenceTests.Bom([.. Enumerable.Range(0, Each).Select(n => ($"pkg:npm/many-{project}-{n}@1.0.0", LicenceTests.Id("NPOSL-3.0")))]));
        await host.IdleAsync();
        const string Address = "/api/headwater/v1/licences/NPOSL-3.0/projects?size=2";
        var (names, next) = (new List<string?>(), "");
        do
        {
            var page = await client.GetFromJsonAsync<JsonElement>(Address + next, Stop);
            page.GetProperty("total").GetInt32().ShouldBe(Many);
            foreach (var item in page.GetProperty("items").EnumerateArray())
            {
                item.GetProperty("componentVersions").GetInt32().ShouldBe(Each);
                names.Add(item.GetProperty("project").GetString());
            }

            next = page.TryGetProperty("next", out var cursor) ? "&after=" + cursor.GetString() : null;
        }
        while (next is not null);
        names.ShouldBe([.. Enumerable.Range(0, Many).Select(n => $"many-{n}")]);
        var place = await client.GetFromJsonAsync<JsonElement>(Address + "&offset=4", Stop);
        place.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("project").GetString()).ShouldBe(["many-4", "many-5"]);
        place.TryGetProperty("next", out _).ShouldBeFalse();
    }

    private static async Task<(int, int)> CountAsync(HttpClient client, string licence)
    {
        var use = await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/licences/{licence}/uses", Stop);
        return (use.GetProperty("componentVersions").GetInt32(), use.GetProperty("projects").GetInt32());
    }
}
