using System.Diagnostics;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>./run</c>, as far as it answers without a server.</summary>
public sealed class RunScriptTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("--empty --help")]
    public async Task Run_AskedForHelp_AnswersWithoutBuilding(string words)
    {
        var said = await RunAsync(words);

        said.ShouldSatisfyAllConditions(s => s.ShouldContain("./run --empty"), s => s.ShouldContain("--urls URL"), s => s.ShouldContain("  backup FILE "), s => s.ShouldContain("  audit verify [FILE] "), s => s.ShouldContain("MaxUploadBytes"));
        said.ShouldNotContain("{commands}");
    }

    [Fact]
    public async Task Run_AskedForItsVersion_AnswersWithoutBuilding() => (await RunAsync("--version")).ShouldMatch(@"^headwater-server \d+\.\d+\.\d+\n$");

    private static async Task<string> RunAsync(string words)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash is not here.");
        using var folder = new TemporaryFolder();
        // A compiler that would not do: whoever calls it fails.
        var trap = Path.Combine(folder.Path, "dotnet");
        await File.WriteAllTextAsync(trap, "#!/bin/sh\nexit 97\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(trap, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "run")) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in words.Split(' ')) start.ArgumentList.Add(word);
        start.Environment["PATH"] = folder.Path + ":" + Environment.GetEnvironmentVariable("PATH");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, await error);
        return output;
    }
}
