namespace Headwater.EndToEnd.Cli;

/// <summary><c>licence show</c>, <c>licence obligations</c> and <c>licence compat</c>.</summary>
public sealed class LicenceAdviceCommandTests
{
    [Fact]
    public async Task Obligations_InAContext_AreOneListWithClauses()
    {
        var result = await HeadwaterCli.RunAsync("licence", "obligations", "MIT AND GPL-2.0-only", "--context", "distributed", "--modified", "false", "--linkage", "static", "--delivery", "binary", "--json");

        result.ExitCode.ShouldBe(0);
        var list = result.Json().GetProperty("choices").EnumerateArray().Single();
        var text = list.GetProperty("obligations").EnumerateArray().Single(o => o.GetProperty("what").GetString() == "Provide License text");
        text.GetProperty("sources").EnumerateArray().Select(s => s.GetProperty("licence").GetString()).Distinct().ShouldBe(["MIT", "GPL-2.0-only"]);
        text.GetProperty("sources")[0].GetProperty("clause").GetString().ShouldBe("YOU MUST Provide License text");
        list.GetProperty("obligations").EnumerateArray().Count(o => o.GetProperty("verb").GetString() == "choose").ShouldBe(1);
    }

    [Fact]
    public async Task Obligations_WithoutAChecklist_SaySoAndExitWithOne()
    {
        var result = await HeadwaterCli.RunAsync("licence", "obligations", "LicenseRef-scancode-3com-microcode OR MIT", "--context", "distributed");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("choice 1 of 2");
        result.Output.ShouldContain("not known: There is no checklist for LicenseRef-scancode-3com-microcode");
    }

    [Theory]
    [InlineData("GPL-3.0-only", "Apache-2.0", "distributed", "static", 0, "compatible")]
    [InlineData("Apache-2.0", "GPL-3.0-only", "distributed", "static", 1, "not compatible")]
    [InlineData("Apache-2.0", "GPL-3.0-only", "distributed", "separate", 0, "no combined work")]
    [InlineData("Apache-2.0", "LGPL-2.1-only", "distributed", "dynamic", 0, "when it is linked")]
    public async Task Compat_InADirection_DecidesTheExitCode(string outbound, string inbound, string context, string linkage, int exit, string says)
    {
        var result = await HeadwaterCli.RunAsync("licence", "compat", outbound, inbound, "--context", context, "--linkage", linkage);

        result.ExitCode.ShouldBe(exit);
        result.Output.ShouldContain(says);
    }

    [Fact]
    public async Task Compat_WithoutAContext_SaysWhatMustBeSaid()
    {
        var result = await HeadwaterCli.RunAsync("licence", "compat", "MIT", "GPL-2.0-only", "--json");

        result.ExitCode.ShouldBe(1);
        result.Json().GetProperty("verdict").GetString().ShouldBe("notAsserted");
        result.Json().GetProperty("missing").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Show_GivesFactsAndText_AndKnowsWhatItDoesNotKnow()
    {
        var facts = await HeadwaterCli.RunAsync("licence", "show", "agpl-3.0-only", "--json");
        facts.Json().GetProperty("facts").GetProperty("category").GetString().ShouldBe("copyleftStrong");
        var text = await HeadwaterCli.RunAsync("licence", "show", "mit", "--text");
        (text.ExitCode, text.Output.StartsWith("MIT License\n\nCopyright")).ShouldBe((0, true));
        var none = await HeadwaterCli.RunAsync("licence", "show", "MIT-9");
        none.ExitCode.ShouldBe(2);
        var wrong = await HeadwaterCli.RunAsync("licence", "obligations", "MIT AND");
        wrong.ExitCode.ShouldBe(2);
        wrong.Error.ShouldContain("character");
    }
}
