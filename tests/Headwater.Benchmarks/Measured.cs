using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Headwater.Benchmarks;

/// <summary>What the scale runs share: where things are, and what the operating system says about a process.</summary>
internal static class Measured
{
    public static string Root { get; } = FindRoot();

    public static string Shared(string path)
    {
        var full = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data", path));
        return Path.Exists(full) ? full : throw new FileNotFoundException($"This run needs the shared corpus beside the repository: {path}");
    }

    /// <summary>The largest resident set the process has had, in MiB.</summary>
    public static double PeakMiB(int processId) => Status(processId, "VmHWM:");

    /// <summary>The resident set now, in MiB.</summary>
    public static double ResidentMiB(int processId) => Status(processId, "VmRSS:");

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Runs a command to its end.</summary>
    /// <returns>Wall time in milliseconds and peak resident set in MiB as GNU time saw them.</returns>
    public static async Task<(double Milliseconds, double PeakMiB, int Code)> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root };
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        double peak = 0;
        while (!process.WaitForExit(5))
        {
            try
            {
                peak = Math.Max(peak, PeakMiB(process.Id));
            }
            catch (IOException)
            {
                // It ended between the two looks.
            }
        }

        var elapsed = watch.Elapsed.TotalMilliseconds;
        await output;
        await error;
        return (elapsed, peak, process.ExitCode);
    }

    private static double Status(int processId, string field)
    {
        foreach (var line in File.ReadLines($"/proc/{processId}/status"))
        {
            if (line.StartsWith(field, StringComparison.Ordinal)) return double.Parse(line.AsSpan(field.Length).Trim().ToString().Split(' ')[0]) / 1024;
        }

        return 0;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Headwater.slnx"))) folder = folder.Parent;
        return folder!.FullName;
    }
}
