using System.Diagnostics;
using System.Runtime.InteropServices;
using Headwater.Cli.Shell;

namespace Headwater.Cli.Operating;

/// <summary>The server program, run with a command's words in place of serving.</summary>
internal static class ServerProgram
{
    /// <summary>Runs it on this terminal and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public static int Run(IReadOnlyList<string> words)
    {
        var program = Find();
        var assembly = program.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(assembly ? DotNet() : program);
        if (assembly) start.ArgumentList.Add(program);
        foreach (var word in words) start.ArgumentList.Add(word);
        using var process = Process.Start(start) ?? throw new CommandException($"{program} could not be started.");

        // Ctrl-C reaches both of us from the terminal, and the program below ends what it does in order; a request to stop is passed on.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            if (OperatingSystem.IsWindows()) process.Kill();
            else Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]).Dispose();
        });
        process.WaitForExit();
        return process.ExitCode;
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("HEADWATER_SERVER") is { Length: > 0 } named)
            return File.Exists(named) ? named : throw new CommandException($"HEADWATER_SERVER names {named}, which is not a file.");
        var here = AppContext.BaseDirectory;
        foreach (var folder in (string[])[here, Path.Combine(here, "..", "server")])
        {
            foreach (var name in (string[])["headwater-server", "headwater-server.exe", "headwater-server.dll"])
            {
                var path = Path.GetFullPath(Path.Combine(folder, name));
                if (File.Exists(path)) return path;
            }
        }

        throw new CommandException("The server program was not found beside this one. Name it with HEADWATER_SERVER=/path/to/headwater-server.");
    }

    private static string DotNet() =>
        Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root && File.Exists(Path.Combine(root, "dotnet")) ? Path.Combine(root, "dotnet") : "dotnet";
}
