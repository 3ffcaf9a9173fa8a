using System.Diagnostics;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>./hw</c>: the command line from the sources.</summary>
public sealed class HwScriptTests
{
    [Fact]
    public async Task Hw_TwoAtOnceWithNothingBuilt_BothRunAndTheNextDoesNotBuild()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash is not here.");
        var stamp = Path.Combine(Repository.Root, "artifacts", "cli.stamp");
        if (File.Exists(stamp)) File.Delete(stamp);

        var both = await Task.WhenAll(RunAsync("--version"), RunAsync("purl", "parse", "pkg:npm/a@1"));

        both.Select(run => run.ExitCode).ShouldBe([0, 0], string.Join('\n', both.Select(run => run.Error)));
        both[1].Output.ShouldContain("\"name\":\"a\"");
        var built = File.GetLastWriteTimeUtc(stamp);
        (await RunAsync("purl", "parse", "nothing")).ExitCode.ShouldBe(1);
        File.GetLastWriteTimeUtc(stamp).ShouldBe(built);
    }

    private static async Task<CliResult> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "hw")) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CliResult(process.ExitCode, await output, await error);
    }
}
