using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Data.Sqlite;

namespace Headwater.Server.Tests;

/// <summary>How a server that is asked to stop leaves, with requests and jobs under way.</summary>
public sealed class DrainTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("headwater-drain-").FullName;
    private readonly TestDatabase _engine = new();

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(_data, true);
    }

    [Fact]
    public async Task Terminate_UnderLoad_TurnsAwayFirst_EndsWhatItTook_AndLosesNothing()
    {
        var acknowledged = new List<Uploaded>();
        var broken = new List<string>();
        using (var server = await ServerProcess.StartAsync(_engine, _data, null, "--Headwater:DrainDelay=2", "--Headwater:DrainSeconds=20"))
        {
            using var stop = new CancellationTokenSource();
            var load = Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    using var form = new MultipartFormDataContent
                    {
                        { new StringContent($"drain-{worker}-{i}"), "projectName" }, { new StringContent("true"), "autoCreate" },
                        { TestHost.Part(TestHost.Bom([.. Enumerable.Range(0, 300).Select(n => $"pkg:npm/d{worker}-{i}-{n}@1.0.0")])), "bom", "bom.json" },
                    };
                    try
                    {
                        using var response = await server.Client.PostAsync("/api/v1/bom", form, CancellationToken.None);
                        var body = await response.Content.ReadAsStringAsync();
                        if (response.StatusCode == HttpStatusCode.OK) lock (acknowledged) acknowledged.Add(JsonSerializer.Deserialize<Uploaded>(body, JsonSerializerOptions.Web)!);
                        else lock (broken) broken.Add($"{response.StatusCode} {body}");
                    }
                    catch (HttpRequestException)
                    {
                        return; // It no longer listens. What it took it answers: the other test holds that.
                    }
                }
            })).ToList();
            while (acknowledged.Count < 8) await Task.Delay(20);

            var watch = Stopwatch.StartNew();
            using var ended = server.Terminate();
            JsonElement answer = default;
            for (; watch.Elapsed < TimeSpan.FromSeconds(10); await Task.Delay(20))
            {
                using var ready = await server.Client.GetAsync("/readyz");
                if (ready.StatusCode != HttpStatusCode.ServiceUnavailable) continue;
                answer = await ready.Content.ReadFromJsonAsync<JsonElement>();
                break;
            }

            answer.GetProperty("status").GetString().ShouldBe("draining");
            var counted = acknowledged.Count;
            using (var still = await server.Client.GetAsync("/api/version")) still.StatusCode.ShouldBe(HttpStatusCode.OK, "until others have noticed, it answers");
            await Task.WhenAll(load);
            (await server.ExitAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, server.Output);
            watch.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(2));
            acknowledged.Count.ShouldBeGreaterThan(counted, "requests were taken while it drained");
            server.Output.ShouldNotContain("Exception");
        }

        broken.ShouldBeEmpty("what it answers while it drains is as good as before");
        using var again = await ServerProcess.StartAsync(_engine, _data);
        foreach (var upload in acknowledged)
        {
            await TestHost.WaitAsync(again.Client, upload.Token);
            using var components = await again.Client.GetAsync($"/api/v1/component/project/{upload.ProjectUuid}?pageSize=1");
            components.Headers.GetValues("X-Total-Count").Single().ShouldBe("300");
        }
    }

    [Fact]
    public async Task Terminate_InTheMiddleOfAnUpload_AnswersItWhenNobodyElseGetsInAnyMore()
    {
        var bom = TestHost.Bom([.. Enumerable.Range(0, 200).Select(n => $"pkg:npm/slow-{n}@1.0.0")]);
        var body = $"--b\r\nContent-Disposition: form-data; name=\"projectName\"\r\n\r\nslow\r\n--b\r\nContent-Disposition: form-data; name=\"autoCreate\"\r\n\r\ntrue\r\n--b\r\nContent-Disposition: form-data; name=\"bom\"; filename=\"bom.json\"\r\n\r\n{bom}\r\n--b--\r\n";
        Uploaded acknowledged;
        using (var server = await ServerProcess.StartAsync(_engine, _data, null, "--Headwater:DrainSeconds=20"))
        {
            var port = server.Client.BaseAddress!.Port;
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, port);
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /api/v1/bom HTTP/1.1\r\nHost: x\r\nX-Api-Key: {ServerProcess.Key}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {body.Length}\r\n\r\n{body[..(body.Length / 2)]}"));
            for (var i = 0; i < 200 && !Directory.EnumerateFiles(Path.Combine(_data, "spool")).Any(); i++) await Task.Delay(20);

            using var ended = server.Terminate();
            for (var watch = Stopwatch.StartNew(); await IsListeningAsync(port); await Task.Delay(50)) watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(body[(body.Length / 2)..]));
            var answer = await new StreamReader(stream).ReadToEndAsync();
            answer.ShouldStartWith("HTTP/1.1 200");
            answer.ShouldContain("Connection: close");
            acknowledged = JsonSerializer.Deserialize<Uploaded>(answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)], JsonSerializerOptions.Web)!;
            (await server.ExitAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, server.Output);
        }

        using var again = await ServerProcess.StartAsync(_engine, _data);
        await TestHost.WaitAsync(again.Client, acknowledged.Token);
        using var components = await again.Client.GetAsync($"/api/v1/component/project/{acknowledged.ProjectUuid}?pageSize=1");
        components.Headers.GetValues("X-Total-Count").Single().ShouldBe("200");
    }

    [Fact]
    public async Task Terminate_InTheMiddleOfAJob_GivesItBack_AsIfItHadNotBegun()
    {
        const int Components = 12_000;
        var database = TestDatabase.IsPostgres ? _engine.Open(_data) : new SqliteDatabase(Path.Combine(_data, "headwater.db"), TimeProvider.System);
        using var closed = database as IDisposable;
        Uploaded upload;
        using (var server = await ServerProcess.StartAsync(_engine, _data, null, "--Headwater:DrainSeconds=0"))
        {
            using var form = new MultipartFormDataContent
            {
                { new StringContent("cut"), "projectName" }, { new StringContent("true"), "autoCreate" }, { TestHost.Part(TestHost.Bom([.. Enumerable.Range(0, Components).Select(n => $"pkg:npm/cut-{n}@1.0.0")])), "bom", "bom.json" },
            };
            using var response = await server.Client.PostAsync("/api/v1/bom", form);
            upload = (await response.Content.ReadFromJsonAsync<Uploaded>())!;
            for (var watch = Stopwatch.StartNew(); (await JobAsync(database)).State != "running"; await Task.Delay(10)) watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(30));
            using var ended = server.Terminate();
            (await server.ExitAsync(TimeSpan.FromSeconds(30))).ShouldBe(0, server.Output);
        }

        var left = await JobAsync(database);
        // On the embedded engine a statement under way keeps all others waiting, also the one that gives the job back; then the next start takes it up, by its name.
        if (TestDatabase.IsPostgres || left.State == "queued") left.ShouldBe(("queued", 0, null), "another node would take it up at once");
        else (left.State, left.Attempts).ShouldBe(("running", 1));
        using var again = await ServerProcess.StartAsync(_engine, _data);
        for (var watch = Stopwatch.StartNew(); (await JobAsync(database)).State != "done"; await Task.Delay(50)) watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(90), again.Output);
        using var components = await again.Client.GetAsync($"/api/v1/component/project/{upload.ProjectUuid}?pageSize=1");
        components.Headers.GetValues("X-Total-Count").Single().ShouldBe(Components.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static Task<(string State, long Attempts, string? Owner)> JobAsync(IDatabase database) =>
        database.ReadAsync(c => c.QuerySingleAsync<(string, long, string?)>("SELECT state, attempts, lease_owner FROM job WHERE kind = 'sbom.ingest'"));

    private static async Task<bool> IsListeningAsync(int port)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
