using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Tests.Features.Feeds;

/// <summary>Old data is a warning wherever it is used, and never a failure.</summary>
public sealed class StaleTests : IAsyncLifetime
{
    private readonly TestHost _host = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-test-feed-").FullName;
    private HttpClient _client = null!;
    private long _feed;

    public async ValueTask InitializeAsync()
    {
        await _host.InitializeAsync();
        _client = await _host.ClientAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "A-1.json"), $$"""
            {"schema_version":"1.6.0","id":"A-1","modified":"{{DateTimeOffset.UtcNow.AddHours(-30):yyyy-MM-dd'T'HH:mm:ss'Z'}}","affected":[{"package":{"ecosystem":"npm","name":"nothing-we-use"},"versions":["1.0.0"]}]}
            """);
        _feed = (await _host.Get<FeedStore>().SaveAsync(null, new FeedInput("Own: npm", FeedKind.Advisories, _folder, [], Cadence.EachTime(TimeSpan.FromDays(7)), true, TimeSpan.FromHours(48)), "test"))!.Value;
        await _host.Get<FeedStore>().RefreshAsync(_feed, false, "test");
        await _host.IdleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task FreshData_IsNoWarning()
    {
        using var response = await _client.GetAsync("/api/headwater/v1/advisories");
        response.Headers.Contains(FeedWarnings.Header).ShouldBeFalse();
        (await _client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/feeds/warnings")).GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("/api/headwater/v1/advisories")]
    [InlineData("/api/headwater/v1/projects")]
    [InlineData("/api/v1/finding/project/{project}")]
    [InlineData("/api/v1/badge/vulns/project/{project}")]
    public async Task OldData_IsToldWithEveryAnswerThatIsMadeOfIt(string address)
    {
        using var client = await _host.ClientAsync(Permissions.Automation | Permissions.ViewBadges);
        var it = await TestHost.UploadAsync(client, "calm", "1", TestHost.Bom("pkg:npm/calm@1.0.0"));
        await AgeAsync();
        using var response = await client.GetAsync(address.Replace("{project}", it.ProjectUuid.ToString(), StringComparison.Ordinal));
        response.StatusCode.ShouldBe(HttpStatusCode.OK, "a warning, never a failure");
        response.Headers.GetValues(FeedWarnings.Header).Single().ShouldStartWith("stale; feed=\"Own%3A%20npm\"; as-of=\"");
        if (address.Contains("badge", StringComparison.Ordinal)) (await response.Content.ReadAsStringAsync()).ShouldContain("none known, by old data");
        using var without = await client.GetAsync("/api/version");
        without.Headers.Contains(FeedWarnings.Header).ShouldBeFalse("what is not made of findings says nothing");
        using var refused = await _host.Anonymous().GetAsync("/api/headwater/v1/advisories");
        (refused.StatusCode, refused.Headers.Contains(FeedWarnings.Header)).ShouldBe((HttpStatusCode.Unauthorized, false));
        var warning = (await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/feeds/warnings"))[0];
        (warning.GetProperty("feed").GetString(), warning.GetProperty("stale").GetBoolean()).ShouldBe(("Own: npm", true));
    }

    /// <summary>Lets less age count as old, and waits until the few seconds are over for which an answer may not know.</summary>
    private async Task AgeAsync()
    {
        await _host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE feed SET stale_hours = 24 WHERE id = @_feed", new { _feed }, t));
        for (var i = 0; i < 400 && (await _host.Get<FeedsModule>().WarningsAsync(default)).Count == 0; i++) await Task.Delay(50);
    }
}
