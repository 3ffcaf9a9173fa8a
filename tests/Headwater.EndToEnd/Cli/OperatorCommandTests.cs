using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Headwater.EndToEnd.Cli;

/// <summary>What the command line hands on to the server program.</summary>
public sealed partial class OperatorCommandTests
{
    [Fact]
    public async Task CommandLine_KnowsEveryCommandOfTheServer_WithItsArgumentsAndOptions()
    {
        var help = await ServerAsync("--help");
        var commands = CommandName().Matches(help.Output[help.Output.IndexOf("Instead of serving", StringComparison.Ordinal)..help.Output.IndexOf("Settings, as", StringComparison.Ordinal)])
            .Select(m => m.Groups[1].Value).ToList();
        commands.ShouldContain("audit verify");
        foreach (var command in commands)
        {
            var server = await ServerAsync([.. command.Split(' '), "--help"]);
            var cli = await HeadwaterCli.RunAsync([.. command.Split(' '), "--help"]);
            cli.ExitCode.ShouldBe(0, command);
            Options(cli.Output).Except(["--help", "--quiet"]).ShouldBe(Options(server.Output).Except(["--quiet"]), ignoreOrder: true, command);
            Positional().Matches(Usage().Match(server.Output).Value).Select(m => m.Value).ShouldBe(Positional().Matches(Usage().Match(cli.Output).Value).Select(m => m.Value), command);
        }
    }

    [Fact]
    public async Task CommandLine_HandsWordsAndExitCodeThrough()
    {
        var nowhere = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"));
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var word in (string[])[Repository.CliAssembly, "audit", "verify", "--data", nowhere]) start.ArgumentList.Add(word);
        start.Environment["HEADWATER_SERVER"] = Repository.ServerAssembly;
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        process.ExitCode.ShouldBe(2);
        error.ShouldContain($"There is no data folder {nowhere}");
    }

    [Fact]
    public async Task CommandLine_WithoutTheServerProgram_SaysHowToNameIt()
    {
        var result = await HeadwaterCli.RunAsync("audit", "verify");

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("HEADWATER_SERVER");
    }

    private static async Task<CliResult> ServerAsync(params string[] words)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Repository.ServerAssembly);
        foreach (var word in words) start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new CliResult(process.ExitCode, output, await error);
    }

    private static IEnumerable<string> Options(string help) => Option().Matches(help).Select(m => m.Groups[1].Value).Distinct();

    [GeneratedRegex(@"^  ([a-z]+(?: [a-z]+)?) (?:\[?[A-Z]+\]? )* *[a-z]", RegexOptions.Multiline, 1000)]
    private static partial Regex CommandName();

    [GeneratedRegex(@"^  (?:-\w, )?(--[a-z-]+)", RegexOptions.Multiline, 1000)]
    private static partial Regex Option();

    [GeneratedRegex(@"Usage:\s+.*", RegexOptions.None, 1000)]
    private static partial Regex Usage();

    [GeneratedRegex(@"\b[A-Z]{3,}\b", RegexOptions.None, 1000)]
    private static partial Regex Positional();
}
