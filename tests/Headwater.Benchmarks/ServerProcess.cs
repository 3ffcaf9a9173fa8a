using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Headwater.Benchmarks;

/// <summary>The published server as a process of its own, on loopback, with a temporary data folder.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("headwater-bench-").FullName;
    private readonly Process _process;

    private ServerProcess(Process process, Uri address, double readyMilliseconds)
    {
        _process = process;
        ReadyMilliseconds = readyMilliseconds;
        Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
    }

    public double ReadyMilliseconds { get; }

    public HttpClient Client { get; }

    public int Id => _process.Id;

    public static async Task<ServerProcess> StartAsync(string? data, params string[] arguments)
    {
        var port = Measured.FreePort();
        var folder = data ?? Directory.CreateTempSubdirectory("headwater-bench-").FullName;
        // A runner in the background hands down an ignored interrupt, which a person's terminal does not.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Measured.Root };
        start.ArgumentList.Add("--default-signal=INT");
        start.ArgumentList.Add("dotnet");
        start.ArgumentList.Add(Path.Combine(Measured.Root, "artifacts", "server", "headwater-server.dll"));
        foreach (var argument in (string[])["--urls", $"http://127.0.0.1:{port}", "--data", folder, .. arguments]) start.ArgumentList.Add(argument);
        start.Environment["HEADWATER_ADMIN_PASSWORD"] = "benchmark-Passw0rd";
        start.Environment["HEADWATER_BOOTSTRAP_KEY"] = ApiKey;
        var watch = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var probe = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        while (true)
        {
            try
            {
                if ((await probe.GetAsync("readyz")).IsSuccessStatusCode) break;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            if (process.HasExited) throw new InvalidOperationException($"The server ended with {process.ExitCode}. Build it first: ./run, then stop it.");
            await Task.Delay(10);
        }

        var server = new ServerProcess(process, probe.BaseAddress!, watch.Elapsed.TotalMilliseconds);
        server.Client.DefaultRequestHeaders.Add("X-Api-Key", ApiKey);
        return server;
    }

    /// <summary>Uploads a file as CI clients do.</summary>
    /// <returns>Milliseconds until the answer, and until the upload's work was done.</returns>
    public async Task<(double Answered, double Visible)> UploadAsync(string path, string project)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(project), "projectName" }, { new StringContent("1"), "projectVersion" }, { new StringContent("true"), "autoCreate" },
            { new StreamContent(File.OpenRead(path)), "bom", "bom.json" },
        };
        var watch = Stopwatch.StartNew();
        using var response = await Client.PostAsync("api/v1/bom", form);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{(int)response.StatusCode}: {text}");
        var answered = watch.Elapsed.TotalMilliseconds;
        var token = System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("token").GetString();
        while ((await Client.GetFromJsonAsync<TokenState>($"api/v1/event/token/{token}"))!.Processing) await Task.Delay(answered > 2000 ? 200 : 20);
        return (answered, watch.Elapsed.TotalMilliseconds);
    }

    /// <summary>The administrator as a browser has it: with a session, and with the token that changes need.</summary>
    public async Task<HttpClient> SignInAsync()
    {
        var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer() }) { BaseAddress = Client.BaseAddress, Timeout = Client.Timeout };
        var token = TokenField().Match(await browser.GetStringAsync("sign-in")).Groups[1].Value;
        using var answer = await browser.PostAsync("session", new FormUrlEncodedContent(new Dictionary<string, string> { ["name"] = "admin", ["password"] = "benchmark-Passw0rd", ["__RequestVerificationToken"] = token }));
        browser.DefaultRequestHeaders.Add("RequestVerificationToken", TokenField().Match(await browser.GetStringAsync("inbox")).Groups[1].Value);
        return browser;
    }

    public void Dispose()
    {
        Client.Dispose();
        using (var kill = Process.Start("kill", ["-INT", _process.Id.ToString()])) kill.WaitForExit();
        if (!_process.WaitForExit(10_000)) _process.Kill();
        _process.Dispose();
        if (Directory.Exists(_data)) Directory.Delete(_data, recursive: true);
    }

    /// <summary>Fits the shape of an API key; made for the benchmark's own server only.</summary>
    private const string ApiKey = "hw_benchmrk_0123456789abcdef0123456789abcdef";

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex TokenField();

    private sealed record TokenState(bool Processing);
}
