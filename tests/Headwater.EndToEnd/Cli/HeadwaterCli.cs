using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Headwater.EndToEnd.Cli;

/// <summary>The command line as a process.</summary>
internal static class HeadwaterCli
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs it to its end.</summary>
    public static Task<CliResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs it to its end with lines on its standard input.</summary>
    public static Task<CliResult> RunLinesAsync(IEnumerable<string> lines, params string[] arguments) =>
        RunAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))), arguments);

    /// <summary>Runs it to its end with bytes on its standard input.</summary>
    public static async Task<CliResult> RunAsync(byte[] input, params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, TestContext.Current.CancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It did not want the input.
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"headwater {string.Join(' ', arguments)} did not end within {Patience}.");
        }

        return new CliResult(process.ExitCode, await output, await error);
    }

    /// <summary>Starts it; the caller talks to it and ends it.</summary>
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false),
            StandardErrorEncoding = new UTF8Encoding(false),
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add(Repository.CliAssembly);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment.Remove("HEADWATER_ADVISORIES");
        return Process.Start(start)!;
    }
}

/// <summary>What a run left behind.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>One output line as JSON.</summary>
    public JsonElement Json(int line = 0) => JsonDocument.Parse(Lines[line]).RootElement;

    /// <summary>The whole output as JSON.</summary>
    public JsonElement Document() => JsonDocument.Parse(Output).RootElement;
}
