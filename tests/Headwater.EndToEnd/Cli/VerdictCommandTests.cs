namespace Headwater.EndToEnd.Cli;

/// <summary><c>verdict</c>: whether a package may be used, before it is.</summary>
public sealed class VerdictCommandTests(AdvisoryIndexFixture index)
{
    private Task<CliResult> VerdictAsync(params string[] arguments) => HeadwaterCli.RunAsync(["verdict", "--pack", "bank", "--db", index.Path, "--as-of", "2026-08-20", .. arguments]);

    [Fact]
    public async Task Verdict_OfAnExploitedVersion_NamesTheNearestThatIsAllowed()
    {
        var result = await VerdictAsync("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "--licence", "Apache-2.0", "--context", "hosted", "--exposure", "internet");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("DENY  by bank 1.0.0");
        result.Output.ShouldContain("CVE-2021-44228 in log4j-core 2.14.1 is being exploited.");
        result.Output.ShouldContain("Next: Take version 2.1");
        result.Output.ShouldNotContain("Take version 2.12", customMessage: "an older version is no way forward");
    }

    [Theory]
    [InlineData("MIT", "distributed", 0, "allow", "use")]
    [InlineData("GPL-3.0-only", "distributed", 1, "deny", "leave")]
    [InlineData("GPL-3.0-only", "internal", 0, "allow", "use")]
    [InlineData("LGPL-2.1-only", "distributed", 1, "review", "ask_for_review")]
    [InlineData("NONE", "internal", 1, "deny", "leave")]
    public async Task Verdict_DependsOnLicenceAndUse(string licence, string context, int code, string verdict, string step)
    {
        var result = await VerdictAsync("pkg:npm/left-pad@1.3.0", "--licence", licence, "--context", context, "--json");

        result.ExitCode.ShouldBe(code, result.Error);
        result.Json().GetProperty("verdict").GetString().ShouldBe(verdict, result.Output);
        result.Json().GetProperty("next").GetProperty("step").GetString().ShouldBe(step);
        result.Json().GetProperty("pack").GetProperty("digest").GetString()!.Length.ShouldBe(64);
        result.Json().GetProperty("factsDigest").GetString()!.Length.ShouldBe(64);
    }

    [Fact]
    public async Task Verdict_WhereTheUseIsNotSaid_AsksForIt()
    {
        var result = await VerdictAsync("pkg:npm/left-pad@1.3.0", "--licence", "GPL-3.0-only", "--json");

        result.ExitCode.ShouldBe(1);
        result.Json().GetProperty("next").GetProperty("step").GetString().ShouldBe("say");
        result.Json().GetProperty("next").GetProperty("sentence").GetString().ShouldBe("Say how it is used.");
    }

    [Fact]
    public async Task Verdict_OfManyOnStandardInput_AnswersEachAndNamesWhatIsNone()
    {
        var result = await HeadwaterCli.RunLinesAsync(["pkg:npm/left-pad@1.3.0", "left-pad", "pkg:pypi/requests@2.32.0"], "verdict", "-", "--pack", "bank", "--db", index.Path, "--as-of", "2026-08-20", "--licence", "MIT", "--context", "internal", "--json");

        result.ExitCode.ShouldBe(2);
        result.Lines.Length.ShouldBe(3, "the n-th answer belongs to the n-th line");
        result.Json(1).GetProperty("error").GetString()!.ShouldStartWith("'left-pad': ");
    }

    private const string Lock = """
        {"name":"shop","version":"1.0.0","lockfileVersion":3,"packages":{
          "":{"name":"shop","dependencies":{"lodash":"^4.17.0","lodahs":"1.0.0","@acme/ui":"1.0.0"}},
          "node_modules/lodash":{"version":"4.17.21","resolved":"https://registry.example/lodash/-/lodash-4.17.21.tgz","license":"MIT"},
          "node_modules/lodahs":{"version":"1.0.0","resolved":"https://registry.example/lodahs/-/lodahs-1.0.0.tgz","license":"MIT","hasInstallScript":true},
          "node_modules/@acme/ui":{"version":"9.9.9","resolved":"https://registry.example/@acme/ui/-/ui-9.9.9.tgz","license":"MIT"}}}
        """;

    [Fact]
    public async Task Lockfile_IsJudgedBeforeAnythingIsInstalled()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "package-lock.json");
        await File.WriteAllTextAsync(file, Lock, TestContext.Current.CancellationToken);

        var result = await VerdictAsync("--lockfile", file, "--context", "distributed", "--own", "pkg:npm/@acme/*", "--own-host", "npm.acme.example");

        result.ExitCode.ShouldBe(1, result.Error);
        result.Output.ShouldContain("lodahs is nearly called lodash.");
        result.Output.ShouldContain("pkg:npm/%40acme/ui@9.9.9 has the name of an internal package, and comes from somewhere else.");
        result.Lines[^1].ShouldBe("3 packages: 1 denied, 1 to review, 0 with a warning, 1 allowed.");
        (await VerdictAsync("--lockfile", file, "--context", "distributed", "--json")).Lines.Length.ShouldBe(3);
    }

    [Theory]
    [InlineData(new[] { "--lockfile", "nowhere.lock" }, "There is no file 'nowhere.lock'.")]
    [InlineData(new string[0], "Of what? Say a package URL, or --lockfile with a file.")]
    [InlineData(new[] { "pkg:npm/x@1", "--own-host", "x.example" }, "say --own with their names")]
    [InlineData(new[] { "pkg:npm/x@1", "--own", "acme" }, "--own: 'acme' is no pattern of package URLs")]
    public async Task Question_ThatCannotBeAsked_IsSaid(string[] arguments, string message)
    {
        var result = await VerdictAsync(arguments);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(message);
    }
}
