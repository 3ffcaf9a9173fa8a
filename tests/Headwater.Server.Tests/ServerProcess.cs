using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Headwater.Server.Tests;

/// <summary>The server as a process of its own, to be killed.</summary>
internal sealed class ServerProcess : IDisposable
{
    public const string Key = "hw_testtest_0123456789abcdefghijklmnopqrstuv";

    private readonly StringBuilder _output = new();
    private readonly Process _process;

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), DefaultRequestHeaders = { { "X-Api-Key", Key } } };
    }

    public HttpClient Client { get; }

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>On the embedded engine.</summary>
    public static Task<ServerProcess> StartAsync(string data, int? port = null, params string[] more) => StartAsync(null, data, port, more);

    /// <summary>With a clock that is so many minutes off.</summary>
    public static Task<ServerProcess> StartWithClockAsync(TestDatabase? engine, string data, double minutesOff, params string[] more) => StartAsync(engine, data, null, new Dictionary<string, string>
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location, [StartupHook.Minutes] = minutesOff.ToString(System.Globalization.CultureInfo.InvariantCulture),
    }, more);

    public static Task<ServerProcess> StartAsync(TestDatabase? engine, string data, int? port = null, params string[] more) => StartAsync(engine, data, port, [], more);

    private static async Task<ServerProcess> StartAsync(TestDatabase? engine, string data, int? port, Dictionary<string, string> environment, string[] more)
    {
        var at = port ?? FreePort();
        // A runner in the background hands down an ignored interrupt, which a person's terminal does not.
        var start = new ProcessStartInfo("env") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("--default-signal=INT");
        start.ArgumentList.Add("--ignore-signal=XFSZ"); // So that a file that may not grow is an error, as on a full disk.
        start.ArgumentList.Add("dotnet");
        foreach (var argument in (string[])[.. Program, "--data", data, "--urls", $"http://127.0.0.1:{at}", .. engine?.Address is { } database ? ["--database", database] : Array.Empty<string>(), .. more]) start.ArgumentList.Add(argument);
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // Else compiled code lies in a file, which a limit on files holds too.
        start.Environment["HEADWATER_ADMIN_PASSWORD"] = TestHost.Password;
        start.Environment["HEADWATER_BOOTSTRAP_KEY"] = Key;
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var server = new ServerProcess(Process.Start(start)!, at);
        server._process.OutputDataReceived += (_, line) => server.Note(line.Data);
        server._process.ErrorDataReceived += (_, line) => server.Note(line.Data);
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        for (var watch = Stopwatch.StartNew(); !server.Output.Contains("Headwater is at", StringComparison.Ordinal); await Task.Delay(20))
            if (server._process.HasExited || watch.Elapsed > TimeSpan.FromSeconds(60)) throw new InvalidOperationException(server.LastWords());
        return server;
    }

    /// <summary>Runs an operator command to its end.</summary>
    public static Task<CommandOutcome> CommandAsync(params string[] words) => EndAsync(BeginCommand(words));

    /// <summary>Runs an operator command that may make no file larger than so many bytes.</summary>
    public static Task<CommandOutcome> LimitedCommandAsync(long bytes, params string[] words) => EndAsync(Begin(["prlimit", $"--fsize={bytes}", "env", "--default-signal=INT", "--ignore-signal=XFSZ", "DOTNET_EnableWriteXorExecute=0", "dotnet", .. Program, .. words]));

    private static async Task<CommandOutcome> EndAsync(Process process)
    {
        using var ended = process;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(limit.Token);
        return new CommandOutcome(process.ExitCode, await output, await error);
    }

    /// <summary>Starts an operator command; the caller ends it.</summary>
    public static Process BeginCommand(params string[] words) => Begin(["env", "--default-signal=INT", "dotnet", .. Program, .. words]);

    private static Process Begin(string[] words)
    {
        var start = new ProcessStartInfo(words[0]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        foreach (var argument in words[1..]) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static IEnumerable<string> Program =>
    [
        "exec", "--runtimeconfig", Path.Combine(AppContext.BaseDirectory, "Headwater.Server.Tests.runtimeconfig.json"), "--depsfile", Path.Combine(AppContext.BaseDirectory, "Headwater.Server.Tests.deps.json"),
        typeof(global::Program).Assembly.Location,
    ];

    /// <summary>Everything it printed, down to the last line: the wait without a limit also waits for the end of both streams.</summary>
    private string LastWords()
    {
        if (_process.HasExited) _process.WaitForExit();
        return Output;
    }

    /// <summary>kill -9</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Ctrl-C.</summary>
    public int Interrupt()
    {
        using var kill = Process.Start("kill", ["-INT", _process.Id.ToString()]);
        kill.WaitForExit();
        return _process.WaitForExit(15_000) ? _process.ExitCode : throw new TimeoutException(Output);
    }

    /// <summary>What a service manager sends; the answer is the sender, which has done so.</summary>
    public Process Terminate()
    {
        var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        kill.WaitForExit();
        return kill;
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitAsync(TimeSpan atMost)
    {
        using var limit = new CancellationTokenSource(atMost);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Note(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
    }
}

/// <summary>What an operator command left behind.</summary>
internal sealed record CommandOutcome(int ExitCode, string Output, string Error);
