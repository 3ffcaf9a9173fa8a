using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace Headwater.Server.Tests;

/// <summary>What only the real process shows: being killed, being too full, starting beside another.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("headwater-process-").FullName;

    private readonly TestDatabase _engine = new();

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(_data, true);
    }

    [Fact]
    public async Task Kill_RightAfterTheAnswer_LosesNoUpload()
    {
        const int Uploads = 6;
        var acknowledged = new List<Uploaded>();
        using (var server = await ServerProcess.StartAsync(_engine, _data))
        {
            for (var i = 0; i < Uploads; i++)
            {
                using var form = new MultipartFormDataContent
                {
                    { new StringContent($"killed-{i}"), "projectName" }, { new StringContent("true"), "autoCreate" },
                    { TestHost.Part(TestHost.Bom([.. Enumerable.Range(0, 300).Select(n => $"pkg:npm/p{i}-{n}@1.0.0")])), "bom", "bom.json" },
                };
                using var response = await server.Client.PostAsync("/api/v1/bom", form);
                acknowledged.Add((await response.Content.ReadFromJsonAsync<Uploaded>())!);
            }

            server.Kill();
        }

        using var again = await ServerProcess.StartAsync(_engine, _data);
        foreach (var upload in acknowledged)
        {
            await TestHost.WaitAsync(again.Client, upload.Token);
            using var components = await again.Client.GetAsync($"/api/v1/component/project/{upload.ProjectUuid}?pageSize=1");
            components.Headers.GetValues("X-Total-Count").Single().ShouldBe("300");
        }
    }

    [Fact]
    public async Task Kill_WhileReceivingOrBetweenMoveAndCommit_LeavesNothingAfterTheNextStart()
    {
        using (var server = await ServerProcess.StartAsync(_engine, _data))
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, server.Client.BaseAddress!.Port);
            await socket.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                $"POST /api/v1/bom HTTP/1.1\r\nHost: x\r\nX-Api-Key: {ServerProcess.Key}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"bom\"\r\n\r\n{new string(' ', 50_000)}"));
            for (var i = 0; i < 1000 && !Directory.EnumerateFiles(Path.Combine(_data, "spool")).Any(); i++) await Task.Delay(20);
            server.Kill();
        }

        Directory.EnumerateFiles(Path.Combine(_data, "spool")).ShouldNotBeEmpty();
        var orphan = Path.Combine(Directory.CreateDirectory(Path.Combine(_data, "blobs", "ab")).FullName, new string('c', 62));
        await File.WriteAllTextAsync(orphan, "{}");
        using var again = await ServerProcess.StartAsync(_engine, _data);
        for (var i = 0; i < 200 && (File.Exists(orphan) || Directory.EnumerateFiles(Path.Combine(_data, "spool")).Any()); i++) await Task.Delay(25);
        File.Exists(orphan).ShouldBeFalse();
        Directory.EnumerateFiles(Path.Combine(_data, "spool")).ShouldBeEmpty();
    }

    [Fact]
    public async Task SignIn_FromBehindANamedProxy_IsThrottledByTheCallersOwnAddress()
    {
        using var server = await ServerProcess.StartAsync(_engine, _data);
        using var anonymous = new HttpClient { BaseAddress = server.Client.BaseAddress };
        async Task<HttpStatusCode> TryAsync(string from, string user)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/user/login")
            {
                Content = new FormUrlEncodedContent([KeyValuePair.Create("username", user), KeyValuePair.Create("password", "wrong")]), Headers = { { "X-Forwarded-For", from } },
            };
            return (await anonymous.SendAsync(request)).StatusCode;
        }

        var tries = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => TryAsync("192.0.2.1", $"u{i}")));
        tries.Count(s => s == HttpStatusCode.Unauthorized).ShouldBe(25, "all at once are no more than one after the other");
        (await TryAsync("192.0.2.1", "x")).ShouldBe(HttpStatusCode.TooManyRequests);
        (await TryAsync("192.0.2.2", "y")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Upload_LargerThanTheLimit_Is413AndSaysTheLimit()
    {
        using var server = await ServerProcess.StartAsync(_engine, _data, null, "--Headwater:MaxUploadBytes=100000");
        // The last is more than the buffers between the two hold: a server that closed the connection would break the pipe.
        foreach (var size in (int[])[110_000, 400_000, 40_000_000])
        {
            using var form = new MultipartFormDataContent { { new StringContent("large"), "projectName" }, { TestHost.Part(new string(' ', size)), "bom", "bom.json" } };
            using var response = await server.Client.PostAsync("/api/v1/bom", form);
            response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
            problem.GetProperty("detail").GetString()!.ShouldContain("Headwater:MaxUploadBytes");
        }

        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, true)) gzip.Write(new byte[20_000_000]);
        using var bomb = new MultipartFormDataContent { { new StringContent("large"), "projectName" }, { new ByteArrayContent(packed.ToArray()), "bom", "bom.json.gz" } };
        (await server.Client.PostAsync("/api/v1/bom", bomb)).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        // The answer may be read before the server has let go of what it had received.
        for (var n = 0; n < 200 && Directory.EnumerateFiles(Path.Combine(_data, "spool")).Any(); n++) await Task.Delay(25);
        Directory.EnumerateFiles(Path.Combine(_data, "spool")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Start_OnATakenPort_SaysWhichItTook_AndStopsOnInterrupt()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var server = await ServerProcess.StartAsync(_engine, _data, port);
        server.Output.ShouldContain($"Port {port} is taken; using ");
        server.Interrupt().ShouldBe(0);
    }

    [Fact]
    public async Task Start_OnADataFolderInUse_IsRefusedInWords()
    {
        using var server = await ServerProcess.StartAsync(_engine, _data);
        (await Should.ThrowAsync<InvalidOperationException>(() => ServerProcess.StartAsync(_engine, _data))).Message.ShouldContain("Another Headwater uses the data folder");
    }

    [Fact]
    public async Task Upload_BrokenOffInTheMiddle_LeavesNothing()
    {
        using var server = await ServerProcess.StartAsync(_engine, _data);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, server.Client.BaseAddress!.Port);
            await socket.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                $"POST /api/v1/bom HTTP/1.1\r\nHost: x\r\nX-Api-Key: {ServerProcess.Key}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\nContent-Disposition: form-data; name=\"bom\"\r\n\r\n{{\"bomFormat\""));
            await Task.Delay(300);
        }

        for (var i = 0; i < 50 && Directory.EnumerateFiles(Path.Combine(_data, "spool")).Any(); i++) await Task.Delay(50);
        Directory.EnumerateFiles(Path.Combine(_data, "spool")).ShouldBeEmpty();
        (await server.Client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
