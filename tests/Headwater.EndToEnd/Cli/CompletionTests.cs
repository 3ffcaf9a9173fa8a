using System.Diagnostics;

namespace Headwater.EndToEnd.Cli;

/// <summary>The completion scripts, in the shell itself where it is there.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public async Task Script_OfEachShell_AsksTheProgram(string shell)
    {
        var result = await HeadwaterCli.RunAsync("completion", shell);

        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain("[suggest:");
    }

    [Theory]
    [InlineData("headwater sbom ", "check")]
    [InlineData("headwater sc", "scan")]
    [InlineData("headwater policy import o", "ort")]
    [InlineData("headwater scan x --format s", "sarif")]
    public async Task Bash_SourcedScript_CompletesTheLine(string line, string expected)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "bash is not here.");
        var folder = Directory.CreateTempSubdirectory("headwater-completion-");
        try
        {
            var program = Path.Combine(folder.FullName, "headwater");
            await File.WriteAllTextAsync(program, $"#!/bin/bash\nexec dotnet '{Repository.CliAssembly}' \"$@\"\n", TestContext.Current.CancellationToken);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var script = $$"""
                set -u
                PATH="{{folder.FullName}}:$PATH"
                source <(headwater completion bash)
                COMP_LINE="{{line}}" COMP_POINT={{line.Length}}
                read -ra COMP_WORDS <<<"$COMP_LINE"
                [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=("")
                COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
                _headwater
                printf '%s\n' "${COMPREPLY[@]}"
                """;
            var start = new ProcessStartInfo("/bin/bash") { ArgumentList = { "-c", script }, RedirectStandardOutput = true, RedirectStandardError = true };
            using var bash = Process.Start(start)!;
            var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = await bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await bash.WaitForExitAsync(TestContext.Current.CancellationToken);

            error.ShouldBe("");
            output.Split('\n').ShouldContain(expected);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
