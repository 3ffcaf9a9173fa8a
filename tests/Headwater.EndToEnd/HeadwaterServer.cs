using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;

namespace Headwater.EndToEnd;

/// <summary>The real server as a process of its own, on a free loopback port, with a data folder of its own.</summary>
public sealed class HeadwaterServer : IAsyncDisposable
{
    /// <summary>The local administrator's password in these tests.</summary>
    public const string Password = "end-to-end-Passw0rd";

    private readonly StringBuilder _output = new();
    private Process? _process;

    private HeadwaterServer(string dataFolder, int port)
    {
        DataFolder = dataFolder;
        BaseAddress = new Uri($"http://127.0.0.1:{port}/");
    }

    public string DataFolder { get; }

    public Uri BaseAddress { get; }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public int ProcessId => _process!.Id;

    /// <summary>Starts a server; with the sample organisation or empty.</summary>
    public static async Task<HeadwaterServer> StartAsync(bool samples, string? dataFolder = null, params string[] more)
    {
        var server = new HeadwaterServer(dataFolder ?? Directory.CreateTempSubdirectory("headwater-e2e-").FullName, FreePort());
        await server.LaunchAsync(samples, more);
        return server;
    }

    /// <summary>Kills the process as the operating system would, then starts it again on the same data.</summary>
    public async Task KillAndRestartAsync()
    {
        Kill();
        await LaunchAsync(samples: false, []);
    }

    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks it to stop as Ctrl-C does.</summary>
    /// <returns>The exit code; null when it did not stop within <paramref name="timeout"/>.</returns>
    public int? Interrupt(TimeSpan timeout)
    {
        using var kill = Process.Start("kill", ["-INT", ProcessId.ToString()]);
        kill.WaitForExit();
        return _process!.WaitForExit(timeout) ? _process.ExitCode : null;
    }

    /// <summary>A client that carries an API key.</summary>
    public HttpClient Client(string? apiKey = null)
    {
        var client = new HttpClient { BaseAddress = BaseAddress, Timeout = TimeSpan.FromMinutes(3) };
        if (apiKey is not null) client.DefaultRequestHeaders.Add("X-Api-Key", apiKey);
        return client;
    }

    /// <summary>Waits until an upload's token is no longer processing.</summary>
    public async Task WaitForTokenAsync(HttpClient client, string token, TimeSpan? timeout = null)
    {
        var watch = Stopwatch.StartNew();
        while ((await client.GetFromJsonAsync<TokenState>($"api/v1/event/token/{token}"))!.Processing)
        {
            if (watch.Elapsed > (timeout ?? TimeSpan.FromSeconds(60))) throw new TimeoutException($"The upload is still being processed. The server said:\n{Output}");
            await Task.Delay(50);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            if (Interrupt(TimeSpan.FromSeconds(10)) is null) Kill();
        }

        _process?.Dispose();
        try
        {
            Directory.Delete(DataFolder, recursive: true);
        }
        catch (IOException)
        {
            // A folder that is left behind in the temporary folder harms nobody.
        }

        return ValueTask.CompletedTask;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task LaunchAsync(bool samples, string[] more)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        start.ArgumentList.Add(Repository.ServerAssembly);
        foreach (var argument in (string[])["--urls", BaseAddress.ToString().TrimEnd('/'), "--data", DataFolder]) start.ArgumentList.Add(argument);
        if (samples)
        {
            start.ArgumentList.Add("--samples");
            start.ArgumentList.Add(Path.Combine(Repository.Root, "samples"));
        }

        foreach (var argument in more) start.ArgumentList.Add(argument);
        start.Environment["HEADWATER_ADMIN_PASSWORD"] = Password;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        using var client = Client();
        for (var watch = Stopwatch.StartNew(); ;)
        {
            if (_process.HasExited) throw new InvalidOperationException($"The server ended with {_process.ExitCode}:\n{Output}");
            try
            {
                if ((await client.GetAsync("readyz")).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            if (watch.Elapsed > TimeSpan.FromSeconds(90)) throw new TimeoutException($"The server did not become ready:\n{Output}");
            await Task.Delay(50);
        }
    }

    private void Note(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }

    private sealed record TokenState(bool Processing);
}
