using Dapper;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Tests.Features.Feeds;

namespace Headwater.Server.Tests.Features.Inbox;

/// <summary>A server with a feed that a test changes, and projects of teams that the feed is about.</summary>
public sealed class AdvisoryWorld : IAsyncDisposable
{
    private static readonly DateTimeOffset Day = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private long _feed;
    private int _clock;

    private AdvisoryWorld(TestHost host, SourceServer source, HttpClient admin) => (Host, Source, Admin) = (host, source, admin);

    public TestHost Host { get; }

    internal SourceServer Source { get; }

    /// <summary>A client with a key of the administrator's.</summary>
    public HttpClient Admin { get; }

    public static async Task<AdvisoryWorld> StartAsync()
    {
        var host = new TestHost();
        host.Settings["Headwater:Outgoing:AllowPrivate"] = "true";
        var source = await SourceServer.StartAsync();
        await host.InitializeAsync();
        var world = new AdvisoryWorld(host, source, await host.ClientAsync(Headwater.Server.Platform.Auth.Permissions.Administrator));
        world.Publish("BASE-1", "nothing-we-use");
        world._feed = (await host.Get<FeedStore>().SaveAsync(null, new FeedInput("npm", FeedKind.Advisories, source.Address.ToString(), ["npm"], Cadence.EachTime(TimeSpan.FromDays(7)), true, TimeSpan.FromDays(2)), "test"))!.Value;
        await world.RefreshAsync();
        return world;
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await Host.DisposeAsync();
        await Source.DisposeAsync();
    }

    /// <summary>Teams, each with a project of its name that uses these packages in version 1.0.0.</summary>
    /// <returns>The ids of the teams, in the order given.</returns>
    public async Task<long[]> TeamsAsync(params (string Team, string[] Packages)[] teams)
    {
        var owners = await Host.Get<OwnersModule>().ImportGroupsAsync(new Catalogue([.. teams.Select(t => new CatalogueGroup("team", t.Team, t.Team + " team", null, null))], [], []), default);
        foreach (var (team, packages) in teams)
        {
            await TestHost.UploadAsync(Admin, team, "1", TestHost.Bom([.. packages.Select(p => $"pkg:npm/{p}@1.0.0")]));
            await ExecuteAsync("UPDATE project SET owner_id = @owner WHERE name = @team", new { owner = owners[("team", team)], team });
        }

        return [.. teams.Select(t => owners[("team", t.Team)])];
    }

    /// <summary>Puts a record into the source; it is of use after the next refresh.</summary>
    public void Publish(string id, string package, string severity = "C:H/I:N/A:N", bool withdrawn = false) => Source.Set(id, Day.AddMinutes(++_clock), $$"""
        {"schema_version":"1.6.0","id":"{{id}}","modified":"$modified","summary":"About {{package}}",{{(withdrawn ? "\"withdrawn\":\"2026-06-01T00:00:00Z\"," : "")}}
         "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/{{severity}}"}],
         "affected":[{"package":{"ecosystem":"npm","name":"{{package}}"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}
        """);

    /// <summary>Has the feed read and everything done that follows from it, deliveries to webhooks excepted.</summary>
    public async Task RefreshAsync()
    {
        (await Host.Get<FeedStore>().RefreshAsync(_feed, false, "test")).ShouldNotBeNull();
        for (var i = 0; i < 1500; i++)
        {
            if ((await TextsAsync("SELECT kind FROM job WHERE state IN ('queued', 'running') AND kind <> 'webhook.deliver'")).Count == 0)
            {
                (await Host.Get<FeedStore>().GetAsync(_feed))!.Error.ShouldBeNull();
                return;
            }

            await Task.Delay(20);
        }

        throw new TimeoutException("The jobs did not end within 30 s: " + string.Join(", ", await TextsAsync("SELECT kind || ' ' || state || ' ' || COALESCE(last_error, '') FROM job WHERE state <> 'done'")));
    }

    public Task<List<string>> TextsAsync(string sql) => Host.Get<IDatabase>().ReadAsync(async c => (await c.QueryAsync<string>(sql)).AsList());

    public Task ExecuteAsync(string sql, object? parameters = null) => Host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync(sql, parameters, t));
}
