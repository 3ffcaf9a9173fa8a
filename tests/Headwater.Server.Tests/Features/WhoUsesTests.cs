using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Components;

namespace Headwater.Server.Tests.Features;

public sealed class WhoUsesTests(TestHost host) : IClassFixture<TestHost>
{
    [Theory]
    [InlineData("log4j-core <2.17.1", "log4j-core", "<2.17.1")]
    [InlineData("log4j-core<2.17.1", "log4j-core", "<2.17.1")]
    [InlineData("org.slf4j:slf4j-api >= 1.7, < 2", "org.slf4j:slf4j-api", ">= 1.7, < 2")]
    [InlineData("@babel/core ^7", "@babel/core", "^7")]
    [InlineData("@babel/core@7.1.0", "@babel/core", "7.1.0")]
    [InlineData("lodash@4.17.20", "lodash", "4.17.20")]
    [InlineData("  lodash  ", "lodash", null)]
    [InlineData("pkg:npm/lodash <5", "pkg:npm/lodash", "<5")]
    public void Question_IsTakenApart(string text, string name, string? range)
    {
        UsageQuery.TryParse(text, out var query, out _).ShouldBeTrue();
        (query!.Name, query.Range).ShouldBe((name, range));
    }

    [Theory]
    [InlineData("maven", "<2.17.1", "2.17.0", true)]
    [InlineData("maven", "<2.17.1", "2.17.1", false)]
    [InlineData("maven", ">= 2.0 < 2.3", "2.2", true)]
    [InlineData("maven", "[2.0,2.3)", "2.3", false)]
    [InlineData("npm", "^4.0.0", "4.9.9", true)]
    [InlineData("npm", "4.17.20", "4.17.20", true)]
    [InlineData("npm", "!=4.17.20", "4.17.20", false)]
    [InlineData("npm", "vers:npm/<5", "4.0.0", true)]
    public void Range_IsReadInTheOrderOfThePackagesType(string type, string range, string version, bool within) =>
        new UsageQuery("x", range).RangeFor(type)!.Contains(version).ShouldBe(within);

    [Fact]
    public async Task Ask_CountsProjectsOfLatestVersions_WithTheirVersionsAndOwners()
    {
        using var client = await host.ClientAsync();
        await TestHost.UploadAsync(client, "asked-one", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"));
        await TestHost.UploadAsync(client, "asked-two", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:maven/org.apache.logging.log4j/log4j-core@2.16.0"));
        await TestHost.UploadAsync(client, "asked-safe", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.17.1"));
        await TestHost.UploadAsync(client, "asked-mended", "1", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"));
        await TestHost.UploadAsync(client, "asked-mended", "2", TestHost.Bom("pkg:maven/org.apache.logging.log4j/log4j-core@2.20.0"));

        var answer = await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/who-uses?of=" + Uri.EscapeDataString("log4j-core <2.17.1"));

        answer.GetProperty("projects").GetProperty("total").GetInt64().ShouldBe(2);
        answer.GetProperty("visible").GetInt64().ShouldBe(4);
        answer.GetProperty("withoutOwner").GetInt64().ShouldBe(2);
        var items = answer.GetProperty("projects").GetProperty("items");
        items.EnumerateArray().Select(i => i.GetProperty("project").GetString()).ShouldBe(["asked-one", "asked-two"]);
        items[1].GetProperty("componentVersions").EnumerateArray().Select(v => v.GetString()).Order().ShouldBe(["2.14.1", "2.16.0"]);
        (await client.GetStringAsync("/api/headwater/v1/who-uses?format=csv&of=" + Uri.EscapeDataString("log4j-core <2.17.1"))).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(3);
        var nothing = await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/who-uses?of=" + Uri.EscapeDataString("log4j-core <1"));
        nothing.GetProperty("projects").GetProperty("total").GetInt64().ShouldBe(0);
    }

    [Theory]
    [InlineData("log4j-core <banana")]
    [InlineData("log4j-core <<")]
    [InlineData("log4j-core before 2.17.1")]
    [InlineData("log4j-core <2.17.1 or so")]
    public async Task Ask_ForARangeThatIsNotUnderstood_IsRefused_NotAnsweredWithNobody(string question)
    {
        using var client = await host.ClientAsync();
        using var answer = await client.GetAsync($"/api/headwater/v1/who-uses?of={Uri.EscapeDataString(question)}");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("not understood");
    }

    [Fact]
    public async Task Ask_ForNothing_SaysWhatToType()
    {
        using var client = await host.ClientAsync();
        using var answer = await client.GetAsync("/api/headwater/v1/who-uses?of=%20");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("log4j-core");
    }
}
