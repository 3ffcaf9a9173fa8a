using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Features;

/// <summary>A list by version is in the order of versions, not of text, in pages, answers and files.</summary>
public sealed class VersionOrderTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("npm", "1.9.0 1.10.0-beta 1.10.0 10.0.0 | latest")]
    [InlineData("pypi", "1.0rc1 1.0 1.0.post1 1.9 1.10 1!0.1 | nightly-9 nightly-10")]
    [InlineData("deb", "1.0~rc1-1 1.0-1 1.0-1+deb12u1 1.2-1 1.10-1 1:0.1-1")]
    [InlineData("cocoapods", "2.9.1 2.10.0 2.10.1 | trunk")]
    public async Task VersionsOfAComponent_AreInTheOrderOfItsKind_ByPagesAndAsAFile(string type, string versions)
    {
        using var client = await host.ClientAsync(Permissions.Administrator);
        string[] known = versions.Split('|')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), others = versions.Contains('|', StringComparison.Ordinal) ? versions.Split('|')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        string[] upwards = [.. known, .. others], downwards = [.. known.Reverse(), .. others.Reverse()];
        var shuffled = upwards.OrderBy(v => v.GetHashCode(StringComparison.Ordinal) % 7).Select(v => $"pkg:{type}/{(type == "deb" ? "debian/" : "")}ordered@{Uri.EscapeDataString(v)}").ToArray();
        var version = (await TestHost.UploadAsync(client, "Ordered " + type, "1", TestHost.Bom(shuffled))).ProjectUuid;
        await host.IdleAsync();
        var component = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/versions/{version}/components", Stop)).GetProperty("items")[0].GetProperty("componentId").GetInt64();
        var path = $"{Api.Root}/components/{component}/versions";
        using var browser = await BrowserAsync();
        foreach (var (order, sort, expected) in new[] { ("asc", "version", upwards), ("desc", "-version", downwards) })
        {
            (await client.GetFromJsonAsync<JsonElement>($"{path}?sort=version&order={order}", Stop)).EnumerateArray().Select(v => v.GetProperty("version").GetString()).ShouldBe(expected, order);
            (await client.GetFromJsonAsync<JsonElement>($"{path}?sort=version&order={order}&offset=1&size=2", Stop)).EnumerateArray().Select(v => v.GetProperty("version").GetString()).ShouldBe(expected[1..3], order);
            (await client.GetStringAsync($"{path}?sort=version&order={order}&format=csv", Stop)).TrimEnd().Split("\r\n").Skip(1).Select(l => l.Split(',')[1].TrimStart('\'')).ShouldBe(expected, order);
            Html.Parse(await browser.GetStringAsync($"/components/{component}?v-sort={sort}", Stop)).QuerySelectorAll("#versions td a.ver").Select(a => a.TextContent.Trim()).ShouldBe(expected, order);
        }

        (await client.GetFromJsonAsync<JsonElement>($"{path}?sort=version&filter={Uri.EscapeDataString(known[^1])}", Stop))[0].GetProperty("version").GetString().ShouldBe(known[^1]);
    }

    [Fact]
    public async Task VersionsOfAProject_AreByNumbersAndWords_ByCursorsOnThePageAndAsAFile()
    {
        using var client = await host.ClientAsync(Permissions.Administrator);
        string[] upwards = ["0.9", "1.2", "1.9", "1.10-rc1", "1.10", "2024.1", "develop", "release-9", "release-10"];
        foreach (var version in upwards.Reverse()) await TestHost.UploadAsync(client, "Ordered project", version, TestHost.Bom("pkg:npm/left-pad@1.0.0"));
        await host.IdleAsync();
        var project = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/projects?filter=Ordered%20project", Stop)).GetProperty("items")[0].GetProperty("uuid").GetGuid();
        var path = $"{Api.Root}/projects/{project}/versions";
        (await client.GetFromJsonAsync<JsonElement>($"{path}?sort=version", Stop)).EnumerateArray().Select(v => v.GetProperty("version").GetString()).ShouldBe(upwards);
        (await client.GetStringAsync($"{path}?sort=version&order=desc&format=csv", Stop)).TrimEnd().Split("\r\n").Skip(1).Select(l => l.Split(',')[0].TrimStart('\'')).ShouldBe([.. upwards[..6].Reverse(), .. upwards[6..].Reverse()]);
        using var browser = await BrowserAsync();
        var (told, at) = (new List<string>(), $"/projects/{project}?sort=version&size=10");
        Html.Parse(await browser.GetStringAsync(at, Stop)).QuerySelectorAll("table.data td a[href*='/versions/']").Select(a => a.TextContent.Trim()).Where(upwards.Contains).Distinct().ShouldBe(upwards);

        // The cursors of this order are places; forwards and back again.
        var store = host.Get<Headwater.Server.Features.Projects.ProjectStore>();
        var first = (await store.VersionsAsync(Viewer.Everything, project, new PageRequest { Sort = "version", Size = 4, Strict = true }, Stop))!;
        var second = (await store.VersionsAsync(Viewer.Everything, project, new PageRequest { Sort = "version", Size = 4, After = first.Next, Strict = true }, Stop))!;
        var back = (await store.VersionsAsync(Viewer.Everything, project, new PageRequest { Sort = "version", Size = 4, Before = second.Previous, Strict = true }, Stop))!;
        (first.Items.Concat(second.Items).Select(v => v.Version), back.Items.Select(v => v.Version), back.Previous, first.Total).ShouldSatisfyAllConditions(p => p.Item1.ShouldBe(upwards[..8]), p => p.Item2.ShouldBe(upwards[..4]), p => p.Previous.ShouldBeNull(), p => p.Total.ShouldBe(9));
    }

    private async Task<HttpClient> BrowserAsync()
    {
        var person = await host.AddPersonAsync("orderer");
        await host.GrantAsync(person, "administrator", 0);
        return await host.BrowserAsync("orderer");
    }
}
