using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Jobs;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Jobs;
using Microsoft.AspNetCore.Http;

namespace Headwater.Server.Tests.Features.Feeds;

/// <summary>Feeds against a real server on loopback that behaves well, and badly.</summary>
public sealed class FeedTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Day = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestHost _host = new();
    private SourceServer _source = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _host.Settings["Headwater:Outgoing:AllowPrivate"] = "true";
        _source = await SourceServer.StartAsync();
        await _host.InitializeAsync();
        _admin = await _host.ClientAsync(Permissions.Administrator);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task Address_IsReadWholeOnce_AndThenByWhatItListsAsChanged()
    {
        for (var i = 0; i < 5; i++) _source.Set($"OSV-{i}", Day.AddHours(i), Record($"OSV-{i}", $"package-{i}"));
        var feed = await AddAsync(new { name = "npm", kind = "advisories", source = _source.Address, ecosystems = new[] { "npm" } });
        (await RefreshAsync(feed)).Error.ShouldBeNull();
        _source.Asked().ShouldBe(["/npm/modified_id.csv", "/npm/all.zip"]);
        Known("OSV-4").ShouldBeTrue();

        (await RefreshAsync(feed)).Failures.ShouldBe(0);
        _source.Asked().ShouldBe(["/npm/modified_id.csv"], "an unchanged list is answered with 304 and nothing else is asked");

        _source.Set("OSV-9", Day.AddHours(9), Record("OSV-9", "package-9"));
        var row = await RefreshAsync(feed);
        _source.Asked().ShouldBe(["/npm/modified_id.csv", "/npm/OSV-4.json", "/npm/OSV-9.json"], ignoreOrder: true);
        row.Records.ShouldBe(6);
        Known("OSV-9").ShouldBeTrue();
        Known("OSV-0").ShouldBeTrue();
        row.Newest.ShouldBe(Day.AddHours(9));
    }

    [Fact]
    public async Task Address_ChangedRecord_ReplacesTheOldOne_AlsoWhenManyIncrementsFollow()
    {
        for (var i = 0; i < 3; i++) _source.Set($"OSV-{i}", Day.AddHours(i), Record($"OSV-{i}", $"package-{i}"));
        var feed = await AddAsync(new { name = "npm", kind = "advisories", source = _source.Address, ecosystems = new[] { "npm" } });
        await RefreshAsync(feed);
        for (var round = 1; round <= 4; round++)
        {
            _source.Set("OSV-1", Day.AddDays(round), Record("OSV-1", "package-1", $"told {round} times"));
            _source.Set($"OSV-new-{round}", Day.AddDays(round).AddMinutes(1), Record($"OSV-new-{round}", "fresh"));
            (await RefreshAsync(feed)).Records.ShouldBe(3 + round);
            Summary("OSV-1").ShouldBe($"told {round} times");
        }

        _source.Remove("OSV-0");
        (await RefreshAsync(feed, everything: true)).Records.ShouldBe(6);
        Known("OSV-0").ShouldBeFalse("a record that is gone from the whole is gone");
        Summary("OSV-1").ShouldBe("told 4 times");
    }

    [Fact]
    public async Task Failure_KeepsTheData_SaysSo_AndPassesByItself()
    {
        _source.Set("OSV-1", Day, Record("OSV-1", "package-1"));
        var feed = await AddAsync(new { name = "npm", kind = "advisories", source = _source.Address, ecosystems = new[] { "npm" } });
        await RefreshAsync(feed);
        _source.Set("OSV-2", Day.AddHours(1), Record("OSV-2", "package-2"));
        foreach (var (answer, said) in new (RequestDelegate, string)[]
        {
            (http => { http.Response.StatusCode = 503; return Task.CompletedTask; }, "answered 503"),
            (http => http.Response.WriteAsync("what is this"), "is not a time and an id"),
            (http => { http.Response.Redirect("http://169.254.169.254/latest/meta-data"); return Task.CompletedTask; }, "which is not the configured host"),
            (http => { http.Response.Redirect("/npm/modified_id.csv"); return Task.CompletedTask; }, "redirects more than"),
            (async http => { http.Response.ContentLength = 9_000_000_000; await http.Response.Body.WriteAsync(new byte[1]); await http.Response.Body.FlushAsync(); }, "the most that is taken"),
            (http => { http.Abort(); return Task.CompletedTask; }, "could not be read"),
        })
        {
            _source.Instead["/npm/modified_id.csv"] = answer;
            var failures = (await RowAsync(feed)).Failures;
            await _host.Get<FeedStore>().RefreshAsync(feed, false, "test", default);
            var row = await UntilAsync(feed, f => f.Failures > failures);
            row.Error.ShouldNotBeNull().ShouldContain(said);
            Known("OSV-1").ShouldBeTrue();
        }

        (await _host.Get<FeedsModule>().InTroubleAsync(default)).Select(f => f.Name).ShouldContain("npm");
        _source.Instead.Clear();
        // Whatever retry waits stands for this one as well; nobody has to do anything.
        await _host.Get<FeedStore>().RefreshAsync(feed, true, "test", default);
        (await UntilAsync(feed, f => f.Failures == 0)).Error.ShouldBeNull();
        for (var i = 0; i < 200 && !Known("OSV-2"); i++) await Task.Delay(25);
        Known("OSV-2").ShouldBeTrue();
    }

    [Fact]
    public async Task Source_ThatLosesMostOfItsRecords_IsNotBelieved_UntilSomebodySaysSo()
    {
        for (var i = 0; i < 200; i++) _source.Set($"OSV-{i:000}", Day.AddMinutes(i), Record($"OSV-{i:000}", "package"));
        var zip = SourceServer.Zip(Enumerable.Range(0, 200).ToDictionary(i => $"OSV-{i:000}.json", i => Record($"OSV-{i:000}", "package").Replace("$modified", "2026-01-01T00:00:00Z")));
        _source.Instead["/whole.zip"] = http => http.Response.Body.WriteAsync(zip).AsTask();
        var feed = await AddAsync(new { name = "zip", kind = "advisories", source = new Uri(_source.Address, "/whole.zip") });
        (await RefreshAsync(feed)).Records.ShouldBe(200);
        var few = SourceServer.Zip(new Dictionary<string, string> { ["a.json"] = Record("OSV-001", "package").Replace("$modified", "2026-01-01T00:00:00Z") });
        _source.Instead["/whole.zip"] = http => http.Response.Body.WriteAsync(few).AsTask();
        await _host.Get<FeedStore>().RefreshAsync(feed, false, "test", default);
        (await UntilAsync(feed, f => f.Failures > 0)).Error!.ShouldContain("1 records where it had 200");
        Known("OSV-150").ShouldBeTrue();
        (await RefreshAsync(feed, everything: true)).Records.ShouldBe(1);
        Known("OSV-150").ShouldBeFalse();
    }

    [Fact]
    public async Task Zip_ThatIsNone_IsRefused()
    {
        _source.Instead["/whole.zip"] = http => http.Response.WriteAsync("<html>Sign in to the network</html>");
        var feed = await AddAsync(new { name = "zip", kind = "malicious", source = new Uri(_source.Address, "/whole.zip") });
        await _host.Get<FeedStore>().RefreshAsync(feed, false, "test", default);
        (await UntilAsync(feed, f => f.Failures > 0)).Error!.ShouldContain("is not a zip");
    }

    [Fact]
    public async Task Signals_ComeFromAnAddress_AndAreAskedForOnlyWhenTheyAreNew()
    {
        var (answers, etag) = (0, "\"1\"");
        _source.Instead["/epss.csv"] = http =>
        {
            http.Response.Headers.ETag = etag;
            if (http.Request.Headers.IfNoneMatch == etag)
            {
                http.Response.StatusCode = 304;
                return Task.CompletedTask;
            }

            answers++;
            return http.Response.WriteAsync("#model_version:v2025.03.14,score_date:2026-06-01T12:55:00Z\ncve,epss,percentile\nCVE-2021-44228,0.94,0.99\n");
        };
        var feed = await AddAsync(new { name = "EPSS", kind = "epss", source = new Uri(_source.Address, "/epss.csv"), dailyAt = "02:30" });
        (await RefreshAsync(feed)).Records.ShouldBe(1);
        await RefreshAsync(feed);
        answers.ShouldBe(1);
        _host.Get<FeedsModule>().Current.Signals.Epss("CVE-2021-44228")!.Value.Score.ShouldBe(0.94, 0.001);
        (await RowAsync(feed)).Newest.ShouldBe(new DateTimeOffset(2026, 6, 1, 12, 55, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Folder_IsReadAgainWhenItsFilesChange_AndOnlyThen()
    {
        var folder = Directory.CreateTempSubdirectory("headwater-feed-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "a.json"), Record("OSV-1", "package").Replace("$modified", "2026-01-01T00:00:00Z"));
            var feed = await AddAsync(new { name = "folder", kind = "advisories", source = folder });
            var first = await RefreshAsync(feed);
            first.Records.ShouldBe(1);
            (await RefreshAsync(feed)).ChangedAt.ShouldBe(first.ChangedAt);
            await File.WriteAllTextAsync(Path.Combine(folder, "b.json"), Record("OSV-2", "package").Replace("$modified", "2026-01-02T00:00:00Z"));
            await File.WriteAllTextAsync(Path.Combine(folder, "c.json"), "{\"id\":");
            var second = await RefreshAsync(feed);
            second.Records.ShouldBe(2);
            second.Note!.ShouldContain("1 records could not be read: c.json");
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public async Task Feed_AddedOverTheInterface_IsReadAtOnce_AndAgainWhenItComesFromElsewhere()
    {
        _source.Set("OSV-1", Day, Record("OSV-1", "package-1"));
        object Body(string ecosystem, Uri address) => new { name = "nightly", kind = "advisories", source = address, ecosystems = new[] { ecosystem }, dailyAt = "02:30" };
        var made = await _admin.PostAsJsonAsync(Api.Root + "/feeds/sources", Body("npm", _source.Address));
        made.StatusCode.ShouldBe(HttpStatusCode.OK);
        var feed = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
        await UntilAsync(feed, f => f.Records == 1);

        await _host.IdleAsync();
        _source.Asked();
        (await _admin.PutAsJsonAsync($"{Api.Root}/feeds/sources/{feed}", Body("npm", _source.Address))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await _host.IdleAsync();
        _source.Asked().ShouldBeEmpty("nothing but its turn has come nearer");
        (await _admin.PutAsJsonAsync($"{Api.Root}/feeds/sources/{feed}", Body("npm", new Uri(_source.Address, "/elsewhere/")))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await UntilAsync(feed, f => f.Failures > 0);
    }

    [Fact]
    public async Task Feed_ThatIsSwitchedOff_IsNotReadWhenItIsSaved_ButWhenItIsSwitchedOn()
    {
        _source.Set("OSV-1", Day, Record("OSV-1", "package-1"));
        var store = _host.Get<FeedStore>();
        var input = new FeedInput("off", FeedKind.Advisories, _source.Address.ToString(), ["npm"], Cadence.Parse(null, "02:30")!, false, TimeSpan.FromHours(48));
        var feed = (await store.SaveAndRefreshAsync(null, input, "test")).ShouldNotBeNull();
        (await store.SaveAndRefreshAsync(feed, input with { Source = new Uri(_source.Address, "/elsewhere/").ToString() }, "test")).ShouldBe(feed);
        (await store.SaveAndRefreshAsync(feed, input, "test")).ShouldBe(feed);
        await _host.IdleAsync();
        _source.Asked().ShouldBeEmpty();
        (await store.SaveAndRefreshAsync(feed, input with { Enabled = true }, "test")).ShouldBe(feed);
        await UntilAsync(feed, f => f.Records == 1);
    }

    [Fact]
    public async Task Removal_TakesTheDataAway()
    {
        _source.Set("OSV-1", Day, Record("OSV-1", "package-1"));
        var feed = await AddAsync(new { name = "npm", kind = "advisories", source = _source.Address, ecosystems = new[] { "npm" } });
        await RefreshAsync(feed);
        (await _admin.DeleteAsync($"{Api.Root}/feeds/sources/{feed}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        for (var i = 0; i < 200 && Known("OSV-1"); i++) await Task.Delay(50);
        Known("OSV-1").ShouldBeFalse();
        (await _admin.DeleteAsync($"{Api.Root}/feeds/sources/{feed}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Feed_ThatCannotBe_IsRefusedWithTheReason()
    {
        foreach (var (body, said) in new (string, string)[]
        {
            ("""{"name":"x","kind":"advisories","source":"no/whole/path"}""", "There is no such folder"),
            ("""{"name":"x","kind":"advisories","source":"ftp://example.org/"}""", "There is no such folder"),
            ("""{"name":"x","kind":"advisories","source":"https://user:secret@example.org/"}""", "must not carry a user name"),
            ("""{"name":"x","kind":"advisories","source":"https://example.org/","ecosystems":["../x"]}""", "without slashes"),
            ("""{"name":"x","kind":"advisories","source":"https://example.org/?a=b"}""", "query"),
            ("""{"name":"x","kind":"advisories","source":"https://example.org/","ecosystems":[null]}""", "without slashes"),
            ("""{"name":"x","kind":"kev","source":"https://example.org/","staleAfterHours":300000000}""", "hour"),
            ("""{"name":"x","kind":"kev","source":"https://example.org/","staleAfterHours":-2147483648}""", "hour"),
            ("""{"name":"","kind":"kev","source":"https://example.org/kev.json"}""", "name"),
            ("""{"name":"x","kind":"gossip","source":"https://example.org/"}""", "Say kind"),
            ("""{"name":"x","kind":"kev","source":"https://example.org/","everySeconds":1}""", "everySeconds"),
        })
        {
            var answer = await _admin.PostAsync(Api.Root + "/feeds/sources", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, body);
            (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain(said);
        }
    }

    [Fact]
    public async Task Feeds_NeedThePermission()
    {
        var developer = await _host.ClientAsync(Permissions.Viewer);
        (await developer.GetAsync(Api.Root + "/feeds/sources")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await developer.PostAsJsonAsync(Api.Root + "/feeds/sources", new { })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Sources_ThatDoNotAnswer_KeepEveryWorkerBusy_AndHoldNoUploadUp()
    {
        var (asked, answer) = (0, new TaskCompletionSource());
        _source.Instead["/slow.zip"] = async http =>
        {
            Interlocked.Increment(ref asked);
            await answer.Task.WaitAsync(http.RequestAborted);
        };
        var workers = Math.Clamp(Environment.ProcessorCount, 2, 4);
        for (var i = 0; i <= workers; i++)
        {
            var feed = await AddAsync(new { name = $"slow {i}", kind = "advisories", source = new Uri(_source.Address, "/slow.zip") });
            (await _admin.PostAsync($"{Api.Root}/feeds/sources/{feed}/refresh", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        for (var i = 0; i < 600 && Volatile.Read(ref asked) < workers; i++) await Task.Delay(25);
        asked.ShouldBe(workers, "one refresh is left over, so no worker is free");
        try
        {
            // Two to different projects, and two to one: each is analysed while nothing else moves.
            foreach (var name in (string[])["urgent", "other", "urgent", "urgent"]) await TestHost.UploadAsync(_admin, name, "1", TestHost.Bom("pkg:npm/lodash@4.17.20"));
            asked.ShouldBe(workers);
        }
        finally
        {
            answer.SetResult();
        }
    }

    private bool Known(string id) => _host.Get<FeedsModule>().Current.Index!.NumberOf(id) >= 0;

    private string? Summary(string id)
    {
        var index = _host.Get<FeedsModule>().Current.Index!;
        return index.Summary(index.NumberOf(id)).Summary;
    }

    private async Task<long> AddAsync(object body)
    {
        var answer = await _admin.PostAsJsonAsync(Api.Root + "/feeds/sources?refresh=false", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
    }

    private async Task<FeedRow> RowAsync(long feed) => (await _host.Get<FeedStore>().GetAsync(feed))!;

    private async Task<FeedRow> RefreshAsync(long feed, bool everything = false)
    {
        var answer = await _admin.PostAsync($"{Api.Root}/feeds/sources/{feed}/refresh?everything={(everything ? "true" : "false")}", null);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var job = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("jobId").GetInt64();
        for (var i = 0; i < 600; i++)
        {
            var state = (await _host.Get<JobStore>().GetAsync(Viewer.Everything, job))!;
            if (state.State == "done") return await RowAsync(feed);
            if (state.State == "dead") throw new InvalidOperationException(state.LastError);
            await Task.Delay(25);
        }

        throw new TimeoutException("The refresh did not end within 15 s: " + (await RowAsync(feed)).Error);
    }

    private async Task<FeedRow> UntilAsync(long feed, Func<FeedRow, bool> so)
    {
        for (var i = 0; i < 800; i++)
        {
            var row = await RowAsync(feed);
            if (so(row)) return row;
            await Task.Delay(25);
        }

        throw new TimeoutException("It did not come so within 20 s: " + (await RowAsync(feed)).Error);
    }

    private static string Record(string id, string package, string summary = "A weakness") => $$"""
        {"schema_version":"1.6.0","id":"{{id}}","modified":"$modified","summary":"{{summary}}","affected":[{"package":{"ecosystem":"npm","name":"{{package}}"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]}
        """;
}

/// <summary>Where the server may call.</summary>
public sealed class OutgoingTests
{
    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2606:4700::1111", true)]
    public void Address_IsJudgedByWhereItLeads(string address, bool isPublic) => OutgoingGuard.IsPublic(IPAddress.Parse(address)).ShouldBe(isPublic);

    [Theory]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("http://localhost:1/")]
    [InlineData("http://[::1]:1/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://2130706433/")]
    public async Task Call_ToThisMachine_IsRefusedUnlessAllowed(string address)
    {
        using var client = new OutgoingClient(new OutgoingGuard(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build()));
        var refusal = await Should.ThrowAsync<OutgoingException>(() => client.FetchAsync(new FetchRequest(new Uri(address), 1000, TimeSpan.FromSeconds(5)), Stream.Null, default));
        refusal.Message.ShouldContain("private network");
        refusal.Passing.ShouldBeFalse();
    }

    [Fact]
    public async Task Call_ThatTakesTooLong_OrGivesTooMuch_Ends()
    {
        await using var source = await SourceServer.StartAsync();
        source.Instead["/slow"] = async http =>
        {
            await http.Response.WriteAsync("a");
            await http.Response.Body.FlushAsync();
            await Task.Delay(TimeSpan.FromSeconds(30), http.RequestAborted);
        };
        source.Instead["/endless"] = async http =>
        {
            var block = new byte[65536];
            while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(block, http.RequestAborted);
        };
        // A megabyte of zeroes in a kilobyte: the limit is on what it unpacks to.
        source.Instead["/bomb"] = async http =>
        {
            http.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new System.IO.Compression.GZipStream(http.Response.Body, System.IO.Compression.CompressionLevel.Optimal);
            await gzip.WriteAsync(new byte[1 << 20]);
        };
        var allowed = new Microsoft.Extensions.Configuration.ConfigurationBuilder().AddInMemoryCollection([new("Headwater:Outgoing:AllowPrivate", "true")]).Build();
        using var client = new OutgoingClient(new OutgoingGuard(allowed));
        async Task<string> FailureAsync(string path, double seconds) =>
            (await Should.ThrowAsync<OutgoingException>(() => client.FetchAsync(new FetchRequest(new Uri(source.Address, path), 100_000, TimeSpan.FromSeconds(seconds)), Stream.Null, default))).Message;
        (await FailureAsync("/slow", 0.5)).ShouldContain("did not answer whole within");
        (await FailureAsync("/endless", 10)).ShouldContain("the most that is taken");
        (await FailureAsync("/bomb", 10)).ShouldContain("the most that is taken");
    }
}
