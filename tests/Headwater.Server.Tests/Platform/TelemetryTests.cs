using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Tests.Platform;

public sealed partial class TelemetryTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("headwater-telemetry-").FullName;
    private readonly TestDatabase _engine = new();

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(_data, true);
    }

    [Fact]
    public async Task Metrics_AfterAnUpload_CountRequestsJobsUploadsAndTheProcess()
    {
        using var server = await ServerProcess.StartAsync(_engine, _data);
        await TestHost.UploadAsync(server.Client, "confidential", "1", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        (await server.Client.GetAsync("/api/v1/project")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.Client.GetAsync("/no/such/" + new string('x', 50))).Dispose();
        using var response = await server.Client.GetAsync("/metrics");
        response.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        var text = await response.Content.ReadAsStringAsync();
        var samples = Parse(text);

        samples["""http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/api/v1/project"}"""].ShouldBe(1);
        samples["headwater_uploads_total"].ShouldBe(1);
        samples["headwater_upload_bytes_total"].ShouldBeGreaterThan(100);
        samples["""headwater_jobs{kind="sbom.ingest",state="queued"}"""].ShouldBe(0);
        samples["headwater_job_queue_age_seconds"].ShouldBe(0);
        samples.Keys.ShouldContain(k => k.StartsWith("headwater_job_duration_seconds_count{", StringComparison.Ordinal) && k.Contains("done", StringComparison.Ordinal));
        samples["headwater_database_size_bytes"].ShouldBeGreaterThan(100_000);
        samples["process_resident_memory_bytes"].ShouldBeGreaterThan(20_000_000);
        samples["headwater_metrics_failed_sources"].ShouldBe(0);
        text.ShouldNotContain("xxxxx", Case.Sensitive, "what is asked for is no label");
        text.ShouldNotContain("confidential");
    }

    [Fact]
    public async Task Metrics_ThroughAProxyOnThisMachine_AreForThoseWhoMayOnly()
    {
        await using var host = new TestHost();
        await host.InitializeAsync();
        // In this process there is no address at all: nobody is this machine.
        using var nobody = host.Anonymous();
        var refused = await nobody.GetAsync("/metrics");
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("Headwater:MetricsFrom");

        using var server = await ServerProcess.StartAsync(_engine, _data);
        using var client = new HttpClient { BaseAddress = server.Client.BaseAddress };
        (await client.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var forwarded = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { { "X-Forwarded-For", "127.0.0.1" } } };
        (await client.SendAsync(forwarded)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public void Text_EscapesLabels_AndRefusesAFamilyTwice()
    {
        var text = new MetricText();
        text.Family("a", "gauge", "one\ntwo").Sample("a", double.PositiveInfinity, ("l", "q\"b\\n\nx"));
        text.ToString().ShouldBe("# HELP a one\\ntwo\n# TYPE a gauge\na{l=\"q\\\"b\\\\n\\nx\"} +Inf\n");
        Should.Throw<InvalidOperationException>(() => text.Family("a", "gauge", ""));
    }

    [Fact]
    public async Task Ready_TellsItsParts_AndThatNoAdvisoriesAreNoReasonToSendNothing()
    {
        using var server = await ServerProcess.StartAsync(_engine, _data);
        using var response = await server.Client.GetAsync("/readyz");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        answer.GetProperty("status").GetString().ShouldBe("ready");
        answer.GetProperty("parts").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()).ShouldBe(
            new Dictionary<string, string?> { ["database"] = "ok", ["migrations"] = "ok", ["advisories"] = "not loaded" }, ignoreOrder: true);
    }

    [Fact]
    public async Task Traces_AreSentWhereTheOperatorSays_WithNamesAndWithoutValues()
    {
        using var collector = new HttpListener();
        var port = ServerProcess.FreePort();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        var received = new StringBuilder();
        var collecting = Task.Run(async () =>
        {
            while (collector.IsListening)
            {
                try
                {
                    var context = await collector.GetContextAsync();
                    using var body = new MemoryStream();
                    await context.Request.InputStream.CopyToAsync(body);
                    lock (received) received.Append(context.Request.Url!.AbsolutePath).Append('\n').Append(Encoding.Latin1.GetString(body.ToArray()));
                    context.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        });
        using (var server = await ServerProcess.StartAsync(_engine, _data, null, $"--Headwater:Traces=http://127.0.0.1:{port}"))
        {
            await TestHost.UploadAsync(server.Client, "secret-name", "1", TestHost.Bom("pkg:npm/private-thing@4.17.20"));
            await server.Client.GetAsync("/api/v1/project/lookup?name=secret-name&version=1");
            await server.Client.GetAsync("/healthz");
            server.Interrupt().ShouldBe(0); // What is left is sent at the end.
        }

        collector.Close();
        await collecting;
        var spans = received.ToString();
        spans.ShouldContain("/v1/traces");
        spans.ShouldContain("GET /api/v1/project/lookup");
        spans.ShouldContain("job sbom.ingest");
        spans.ShouldContain("UploadStore.AcceptAsync");
        spans.ShouldContain("QueueStore.");
        spans.ShouldNotContain("secret-name");
        spans.ShouldNotContain("private-thing");
        spans.ShouldNotContain("/healthz");
    }

    private static Dictionary<string, double> Parse(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries)) Line().IsMatch(line).ShouldBeTrue(line);
        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#').ToDictionary(l => Ordered(l[..l.LastIndexOf(' ')]), l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    private static string Ordered(string series)
    {
        var open = series.IndexOf('{', StringComparison.Ordinal);
        return open < 0 ? series : $"{series[..open]}{{{string.Join(',', Label().Matches(series).Select(m => m.Value).Order(StringComparer.Ordinal))}}}";
    }

    /// <summary>The grammar of the text format, as far as we write it.</summary>
    [GeneratedRegex("""^(# HELP [a-z_]+ .*|# TYPE [a-z_]+ (counter|gauge|histogram)|[a-z_]+(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? (-?[0-9.eE+-]+|\+Inf))$""", RegexOptions.None, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("""[a-z_]+="([^"\\]|\\.)*" """, RegexOptions.IgnorePatternWhitespace, 1000)]
    private static partial Regex Label();
}
