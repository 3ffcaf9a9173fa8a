using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Headwater.EndToEnd;

/// <summary>The real server as a process of its own, on a free loopback port, with a data folder of its own.</summary>
public sealed partial class HeadwaterServer : IAsyncDisposable
{
    /// <summary>The local administrator's password in these tests.</summary>
    public const string Password = "end-to-end-Passw0rd";

    /// <summary>An API key that the server is given at its start; it may do what a build pipeline may.</summary>
    public const string Key = "hw_endtoend_0123456789abcdefghijklmnopqrstuv";

    private readonly StringBuilder _output = new();
    private readonly bool _givenPassword;
    private Process? _process;

    private HeadwaterServer(string dataFolder, int port, bool givenPassword)
    {
        DataFolder = dataFolder;
        _givenPassword = givenPassword;
        BaseAddress = new Uri($"http://127.0.0.1:{port}/");
    }

    public string DataFolder { get; }

    public Uri BaseAddress { get; private set; }

    /// <summary>How long the last start took until it said it was ready.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Memory the process holds now, in MB; 0 where the system does not tell.</summary>
    public double ResidentMegabytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{ProcessId}/status").FirstOrDefault(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) / 1024;
        }
    }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public int ProcessId => _process!.Id;

    /// <summary>Starts a server; with the sample organisation or empty.</summary>
    public static Task<HeadwaterServer> StartAsync(bool samples, string? dataFolder = null, params string[] more) =>
        StartAsync(samples, dataFolder, FreePort(), givenPassword: true, more);

    /// <summary>Starts a server on a port that may be taken, and without a password where it shall make one.</summary>
    public static async Task<HeadwaterServer> StartAsync(bool samples, string? dataFolder, int port, bool givenPassword, params string[] more)
    {
        var server = new HeadwaterServer(dataFolder ?? Directory.CreateTempSubdirectory("headwater-e2e-").FullName, port, givenPassword);
        try
        {
            await server.LaunchAsync(samples, more);
            return server;
        }
        catch
        {
            // Nobody else could end it; the data folder may be another's, so it stays.
            if (server._process is { HasExited: false }) server.Kill();
            throw;
        }
    }

    /// <summary>Starts it again on the same data after <see cref="Kill"/> or <see cref="Interrupt"/>.</summary>
    public Task RestartAsync() => LaunchAsync(samples: false, []);

    /// <summary>Kills the process as the operating system would (SIGKILL).</summary>
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

    /// <summary>A client that carries an API key, by default the one given at the start; null carries none.</summary>
    public HttpClient Client(string? apiKey = Key)
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
        // A runner in the background hands down an ignored interrupt, which a person's terminal does not.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository.Root };
        start.ArgumentList.Add("--default-signal=INT");
        start.ArgumentList.Add("dotnet");
        start.ArgumentList.Add(Repository.ServerAssembly);
        foreach (var argument in (string[])["--urls", BaseAddress.ToString().TrimEnd('/'), "--data", DataFolder]) start.ArgumentList.Add(argument);
        if (samples)
        {
            start.ArgumentList.Add("--samples");
            start.ArgumentList.Add(Path.Combine(Repository.Root, "samples"));
        }

        foreach (var argument in more) start.ArgumentList.Add(argument);
        if (_givenPassword) start.Environment["HEADWATER_ADMIN_PASSWORD"] = Password;
        start.Environment["HEADWATER_BOOTSTRAP_KEY"] = Key;
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development"; // The gallery of components is a page too.
        lock (_output) _output.Clear();
        var watch = Stopwatch.StartNew();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var ready = false;
        ReadyAfter = default;
        for (; ; await Task.Delay(20))
        {
            if (_process.HasExited)
            {
                _process.WaitForExit(); // Only then has all it said arrived.
                throw new InvalidOperationException($"The server ended with {_process.ExitCode}:\n{Output}");
            }

            if (Elsewhere().Match(Output) is { Success: true } moved) BaseAddress = new UriBuilder(BaseAddress) { Port = int.Parse(moved.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture) }.Uri;
            try
            {
                if (!ready) ready = (await client.GetAsync(new Uri(BaseAddress, "readyz"))).IsSuccessStatusCode;
                if (ready && ReadyAfter == default) ReadyAfter = watch.Elapsed;
                if (ready && Output.Contains("Headwater is at", StringComparison.Ordinal)) return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or System.Net.Sockets.SocketException)
            {
                // Not listening yet, or somebody else does.
            }

            if (watch.Elapsed > TimeSpan.FromSeconds(90)) throw new TimeoutException($"The server did not become ready:\n{Output}");
        }
    }

    private void Note(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }

    [GeneratedRegex(@"is taken; using (\d+)", RegexOptions.None, 1000)]
    private static partial Regex Elsewhere();

    private sealed record TokenState(bool Processing);
}
