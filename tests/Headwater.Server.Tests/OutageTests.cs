using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using Headwater.Server.Platform.Data.Postgres;
using Headwater.Server.Platform.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headwater.Server.Tests;

/// <summary>PostgreSQL goes away under load and comes back. With a real server process on a PostgreSQL of the test's own; on the embedded engine there is nothing to go away.</summary>
public sealed class OutageTests(ITestOutputHelper output) : IDisposable
{
    private const int Clients = 4, Components = 60;

    /// <summary>What anybody waits for an answer at most: the patience of one unit of work, on a page of the one that explains as well, and what a busy machine adds.</summary>
    private static readonly TimeSpan Bound = (2 * PostgresDatabase.Patience) + TimeSpan.FromSeconds(15);

    private readonly string _data = Directory.CreateTempSubdirectory("headwater-outage-").FullName;
    private readonly ConcurrentQueue<Answer> _answers = new();

    public void Dispose() => Directory.Delete(_data, true);

    [Fact]
    public async Task Postgres_RestartedUnderLoad_LosesNoAcknowledgedUpload_AndIsSaidAsA503()
    {
        if (!TestDatabase.IsPostgres) return;
        Assert.SkipWhen(PrivatePostgres.Bin is null, "HEADWATER_TEST_POSTGRES_BIN does not say where initdb and pg_ctl are.");
        using var postgres = await PrivatePostgres.StartAsync();
        using var server = await ServerProcess.StartAsync(_data, null, "--database", postgres.Address, "--Headwater:LeaseSeconds=20");
        var page = await SignedInAsync(server);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, Clients).Select(client => Task.Run(() => UploadAsync(server, client, stop.Token)))
            .Append(Task.Run(() => LookAsync(page, "/projects", stop.Token))).Append(Task.Run(() => LookAsync(server.Client, "/api/v1/project", stop.Token))).ToList();

        await AcknowledgedAsync(10);
        var first = await OutageAsync(postgres, "fast", PostgresDatabase.Patience + TimeSpan.FromSeconds(8));
        await AcknowledgedAsync(_answers.Count(a => a.Upload is not null) + 10);
        var second = await OutageAsync(postgres, "immediate", TimeSpan.Zero);
        await AcknowledgedAsync(_answers.Count(a => a.Upload is not null) + 10);
        await stop.CancelAsync();
        await Task.WhenAll(load);

        var uploads = _answers.Where(a => a.Upload is not null).ToList();
        output.WriteLine($"{uploads.Count} uploads acknowledged, {_answers.Count(a => a.Status == 503)} answers of 503, the slowest after {_answers.Max(a => a.Took).TotalSeconds:F1} s; outages of {first.Length.TotalSeconds:F1} s and {second.Length.TotalSeconds:F1} s.");
        _answers.Where(a => a.Status is not (200 or 503)).ShouldBeEmpty(server.Output);
        _answers.ShouldContain(a => a.Status == 503, "an outage longer than anybody's patience is not passed over");
        _answers.Where(a => a.Status == 503 && a.Kind != "page").ShouldAllBe(a => a.IsProblem && a.RetryAfter > TimeSpan.Zero);
        _answers.ShouldAllBe(a => a.Took < Bound);
        foreach (var back in (long[])[first.Back, second.Back])
            _answers.Where(a => a.Begun > back && (back == second.Back || a.Ended < second.Gone)).ShouldAllBe(a => a.Status == 200);

        foreach (var upload in uploads)
        {
            await WaitAsync(server, upload.Upload!.Token);
            using var components = await server.Client.GetAsync($"/api/v1/component/project/{upload.Upload.ProjectUuid}?pageSize=1");
            components.Headers.GetValues("X-Total-Count").Single().ShouldBe(Components.ToString(), "it was analysed");
            var document = await server.Client.GetByteArrayAsync($"{Api.Root}/uploads/{upload.Upload.Token}/document");
            Convert.ToHexStringLower(SHA256.HashData(document)).ShouldBe(upload.Sha256, "it was archived as it came");
        }

        await using var database = new PostgresDatabase(postgres.Address, TimeProvider.System, NullLogger.Instance);
        // One job for each upload that is there, ended well once. An upload whose answer never came may be there as well.
        (await database.ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM upload"))).ShouldBeGreaterThanOrEqualTo(uploads.Count);
        (await database.ReadAsync(c => c.QueryAsync<string>("SELECT u.token FROM upload u LEFT JOIN job j ON j.id = u.job_id WHERE j.state IS NULL OR j.state <> 'done' OR u.state <> 'done'"))).ShouldBeEmpty();
        (await database.ReadAsync(c => c.QueryAsync<string>("SELECT kind FROM job WHERE state = 'dead'"))).ShouldBeEmpty();
        (await database.ReadAsync(c => c.QueryAsync<long>("SELECT job_id FROM upload GROUP BY job_id HAVING COUNT(*) > 1"))).ShouldBeEmpty();
        // Whoever gives back the jobs of those that died has outlived it as well.
        await database.WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE job SET state = 'running', lease_owner = 'gone', lease_until = 1 WHERE id = (SELECT MIN(job_id) FROM upload)", transaction: t));
        for (var watch = Stopwatch.StartNew(); await database.ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM job WHERE state <> 'done'")) > 0; await Task.Delay(50))
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(40), server.Output);
        using (var ready = await server.Client.GetAsync("/readyz")) ready.StatusCode.ShouldBe(HttpStatusCode.OK, await ready.Content.ReadAsStringAsync());
        server.Output.ShouldNotContain("Unhandled failure");
    }

    [Fact]
    public async Task Postgres_WithoutRoom_IsSaidInASentence_CorruptsNothing_AndPassesWhenThereIsSpace()
    {
        if (!TestDatabase.IsPostgres) return;
        Assert.SkipWhen(PrivatePostgres.Bin is null, "HEADWATER_TEST_POSTGRES_BIN does not say where initdb and pg_ctl are.");
        using var postgres = await PrivatePostgres.StartAsync();
        using var cramped = await postgres.CrampedAsync(64);
        Assert.SkipWhen(cramped is null, "Only root may mount a small file system.");
        using var server = await ServerProcess.StartAsync(_data, null, "--database", cramped!.Address);
        var before = await TestHost.UploadAsync(server.Client, "before", "1", Bom("before", 100));
        await cramped.FillAsync();
        using (var refused = await SendAsync(server, "full", Bom("full", 6000)))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.InsufficientStorage, await refused.Content.ReadAsStringAsync());
            (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.ShouldContain("cannot be written");
        }

        (await server.Client.GetAsync($"/api/v1/project/{before.ProjectUuid}")).StatusCode.ShouldBe(HttpStatusCode.OK, "what is there is still read");
        cramped.Free();
        var after = await TestHost.UploadAsync(server.Client, "after", "1", Bom("after", 2000));
        using (var components = await server.Client.GetAsync($"/api/v1/component/project/{after.ProjectUuid}?pageSize=1")) components.Headers.GetValues("X-Total-Count").Single().ShouldBe("2000");
        (await server.Client.GetFromJsonAsync<JsonElement>("/api/v1/project")).EnumerateArray().Select(p => p.GetProperty("name").GetString()).Order().ShouldBe(["after", "before"]);
        server.Output.ShouldNotContain("Unhandled failure");
    }

    private static string Bom(string names, int components) => TestHost.Bom([.. Enumerable.Range(0, components).Select(n => $"pkg:npm/{names}-{n}-{Guid.NewGuid():n}@1.0.0")]);

    private static async Task<HttpResponseMessage> SendAsync(ServerProcess server, string name, string bom)
    {
        using var form = new MultipartFormDataContent { { new StringContent(name), "projectName" }, { new StringContent("true"), "autoCreate" }, { TestHost.Part(bom), "bom", "bom.json" } };
        return await server.Client.PostAsync("/api/v1/bom", form);
    }

    /// <summary>Takes the server away for so long.</summary>
    private static async Task<(long Gone, long Back, TimeSpan Length)> OutageAsync(PrivatePostgres postgres, string mode, TimeSpan length)
    {
        var gone = Stopwatch.GetTimestamp();
        await postgres.StopAsync(mode);
        await Task.Delay(length);
        await postgres.StartAgainAsync();
        return (gone, Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(gone));
    }

    private async Task AcknowledgedAsync(int count)
    {
        for (var watch = Stopwatch.StartNew(); _answers.Count(a => a.Upload is not null) < count; await Task.Delay(20))
            if (watch.Elapsed > TimeSpan.FromSeconds(60)) throw new TimeoutException("Uploads are not taken: " + string.Join("; ", _answers.TakeLast(5)));
    }

    private async Task UploadAsync(ServerProcess server, int client, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var bom = TestHost.Bom([.. Enumerable.Range(0, Components).Select(n => $"pkg:npm/out-{client}-{i % 5}-{n}@1.0.{i}")]);
            using var form = new MultipartFormDataContent { { new StringContent($"outage-{client}"), "projectName" }, { new StringContent($"{i}"), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { TestHost.Part(bom), "bom", "bom.json" } };
            await NoteAsync("upload", () => server.Client.PostAsync("/api/v1/bom", form, CancellationToken.None), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(bom))));
            await Task.Delay(30, CancellationToken.None);
        }
    }

    private async Task LookAsync(HttpClient client, string address, CancellationToken stop)
    {
        for (; !stop.IsCancellationRequested; await Task.Delay(100, CancellationToken.None))
        {
            await NoteAsync(address == "/projects" ? "page" : "list", async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Accept.ParseAdd(address == "/projects" ? "text/html" : "application/json");
                return await client.SendAsync(request, CancellationToken.None);
            });
        }
    }

    private async Task NoteAsync(string kind, Func<Task<HttpResponseMessage>> ask, string? sha256 = null)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            using var response = await ask();
            var body = await response.Content.ReadAsStringAsync(CancellationToken.None);
            var upload = sha256 is not null && response.IsSuccessStatusCode ? JsonSerializer.Deserialize<Uploaded>(body, JsonSerializerOptions.Web) : null;
            _answers.Enqueue(new Answer(kind, begun, Stopwatch.GetTimestamp(), (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType == "application/problem+json", response.Headers.RetryAfter?.Delta, response.IsSuccessStatusCode ? "" : body, upload, sha256));
        }
        catch (HttpRequestException e)
        {
            _answers.Enqueue(new Answer(kind, begun, Stopwatch.GetTimestamp(), 0, false, null, e.ToString(), null, null));
        }
    }

    private static async Task<HttpClient> SignedInAsync(ServerProcess server)
    {
        var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = server.Client.BaseAddress };
        var token = Regex.Match(await browser.GetStringAsync("/sign-in"), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var fields = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["name"] = "admin", ["password"] = TestHost.Password });
        (await browser.PostAsync("/session", fields)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return browser;
    }

    private static async Task WaitAsync(ServerProcess server, Guid token)
    {
        for (var watch = Stopwatch.StartNew(); (await server.Client.GetFromJsonAsync<JsonElement>($"/api/v1/event/token/{token}")).GetProperty("processing").GetBoolean(); await Task.Delay(25))
            if (watch.Elapsed > TimeSpan.FromSeconds(90)) throw new TimeoutException($"{token} is still being processed. {server.Output}");
    }

    private sealed record Answer(string Kind, long Begun, long Ended, int Status, bool IsProblem, TimeSpan? RetryAfter, string Body, Uploaded? Upload, string? Sha256)
    {
        public TimeSpan Took => Stopwatch.GetElapsedTime(Begun, Ended);
    }
}
