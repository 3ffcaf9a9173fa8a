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
        result.Lines.Length.ShouldBe(2);
        result.Error.ShouldContain("'left-pad': ");
    }
}
