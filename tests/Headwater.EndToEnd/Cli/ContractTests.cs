using System.Text.Json;

namespace Headwater.EndToEnd.Cli;

/// <summary>The output forms that scripts rely on.</summary>
public sealed class ContractTests
{
    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    [Fact]
    public async Task PurlParse_AllParts_AreInTheOrderOfTheContract()
    {
        var result = await HeadwaterCli.RunLinesAsync(["pkg:Maven/org.apache.xmlgraphics/batik-anim@1.9.1?type=jar&classifier=sources#a/b"], "purl", "parse");

        result.Output.ShouldBe("""
            {"purl":"pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?classifier=sources&type=jar#a/b","type":"maven","namespace":"org.apache.xmlgraphics","name":"batik-anim","version":"1.9.1","qualifiers":{"classifier":"sources","type":"jar"},"subpath":"a/b"}

            """);
    }

    [Fact]
    public async Task PurlParse_AbsentParts_AreNull()
    {
        var json = (await HeadwaterCli.RunLinesAsync(["pkg:npm/lodash"], "purl", "parse")).Json();

        Keys(json).ShouldBe(["purl", "type", "namespace", "name", "version", "qualifiers", "subpath"]);
        foreach (var name in new[] { "namespace", "version", "qualifiers", "subpath" }) json.GetProperty(name).ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task PurlBuild_WhatParseGave_IsTheSamePurl()
    {
        string[] purls = ["pkg:npm/%40angular/core@12.0.0", "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", "pkg:golang/google.golang.org/genproto#googleapis/api/annotations"];
        var parsed = await HeadwaterCli.RunLinesAsync(purls, "purl", "parse");

        var built = await HeadwaterCli.RunLinesAsync(parsed.Lines, "purl", "build");

        built.Lines.ShouldBe(purls);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"type\":1,\"name\":\"a\"}")]
    [InlineData("{\"type\":\"npm\"}")]
    [InlineData("{\"type\":\"npm\",\"name\":\"\\ud800\"}")]
    [InlineData("{\"type\":\"npm\",\"name\":\"a\",\"qualifiers\":[]}")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public async Task PurlBuild_NotAnObjectOfStrings_IsAnError(string line)
    {
        var result = await HeadwaterCli.RunLinesAsync([line], "purl", "build");

        Keys(result.Json()).ShouldBe(["error"]);
    }

    [Fact]
    public async Task VersionCompare_EveryLine_IsOneSign()
    {
        var result = await HeadwaterCli.RunLinesAsync(
            ["npm\t1.2.3\t1.10.0", "PyPI\t1.0\t1.0.0", "Maven\t1.0\t1.0-SNAPSHOT", "deb\t1.0~rc1\t1.0", "nothing\t1\t2", "", "npm\t1.0.0", "npm\t1\t2\t3"], "version", "compare");

        result.Lines.ShouldBe(["<", "=", ">", "<", "?", "?", "?", "?"]);
        result.ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task VersionCompare_Arguments_AreOneLine()
    {
        (await HeadwaterCli.RunAsync("version", "compare", "npm", "1.0.0", "2.0.0")).ShouldBe(new CliResult(0, "<\n", ""));
        (await HeadwaterCli.RunAsync("version", "compare", "npm", "1.0.0")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task VersCheck_EveryLine_IsCanonicalOrAnError()
    {
        var result = await HeadwaterCli.RunLinesAsync(["vers:npm/>=1.2.3|<2.0.0", "vers:npm", "", "vers:pypi/*"], "vers", "check");

        result.Lines[0].ShouldBe("vers:npm/>=1.2.3|<2.0.0");
        Keys(result.Json(1)).ShouldBe(["error"]);
        Keys(result.Json(2)).ShouldBe(["error"]);
        result.Lines[3].ShouldBe("vers:pypi/*");
    }

    [Fact]
    public async Task VersContains_EveryLine_IsTrueFalseOrAnError()
    {
        var result = await HeadwaterCli.RunLinesAsync(
            ["vers:npm/>=1.2.3|<2.0.0\t1.9.0", "vers:npm/>=1.2.3|<2.0.0\t2.0.0", "vers:npm/>=1.2.3", "nothing\t1", "vers:pypi/>=3.0.0|2.0.3\t2.0.3"], "vers", "contains");

        result.Lines[..2].ShouldBe(["true", "false"]);
        Keys(result.Json(2)).ShouldBe(["error"]);
        Keys(result.Json(3)).ShouldBe(["error"]);
        result.Lines[4].ShouldBe("true");
    }

    [Fact]
    public async Task VersFromNative_EveryLine_IsVersOrAnError()
    {
        var result = await HeadwaterCli.RunLinesAsync(["npm\t^1.2.3", "conan\t>1 <2.0", "npm", "nothing\t1"], "vers", "from-native");

        result.Lines[0].ShouldBe("vers:npm/>=1.2.3|<2.0.0");
        result.Lines[1].ShouldBe("vers:conan/>1|<2.0");
        Keys(result.Json(2)).ShouldBe(["error"]);
        Keys(result.Json(3)).ShouldBe(["error"]);
    }

    [Fact]
    public async Task Cvss_EveryVersion_HasTheKeysOfTheContract()
    {
        var result = await HeadwaterCli.RunLinesAsync(
            ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "nonsense", "AV:N/AC:L/Au:N/C:C/I:C/A:C", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "CVSS:3.0/AV:L/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N"], "cvss");

        result.Lines[0].ShouldBe("""{"version":"3.1","base":10.0,"temporal":10.0,"environmental":10.0,"score":10.0,"severity":"critical"}""");
        Keys(result.Json(1)).ShouldBe(["error"]);
        result.Lines[2].ShouldBe("""{"version":"2.0","base":10.0,"temporal":null,"environmental":null,"score":10.0,"severity":"high"}""");
        result.Lines[3].ShouldStartWith("""{"version":"4.0","base":10.0,""");
        result.Json(4).GetProperty("severity").GetString().ShouldBe("none");
    }

    [Fact]
    public async Task Help_OfEveryCommand_HasUsageAndEndsWell()
    {
        string[][] commands =
        [
            [], ["scan"], ["sbom"], ["sbom", "check"], ["sbom", "convert"], ["sbom", "quality"], ["vex"], ["vex", "check"], ["vex", "convert"], ["purl", "parse"], ["purl", "build"], ["version", "compare"], ["vers", "check"],
            ["vers", "contains"], ["vers", "from-native"], ["cvss"], ["advisories", "build"], ["advisories", "match"], ["completion"],
            ["licence", "parse"], ["licence", "identify"], ["licence", "scan"], ["reuse", "lint"], ["policy", "test"], ["policy", "explain"], ["policy", "import", "dependency-track"], ["policy", "import", "ort"],
        ];
        foreach (var command in commands)
        {
            var result = await HeadwaterCli.RunAsync([.. command, "--help"]);

            result.ExitCode.ShouldBe(0);
            result.Output.ShouldContain("Usage:");
            if (command.Length > 0 && command is not (["sbom"] or ["vex"])) result.Output.ShouldContain("Examples:");
        }
    }

    [Fact]
    public async Task Version_IsOneLine()
    {
        var result = await HeadwaterCli.RunAsync("--version");

        result.ExitCode.ShouldBe(0);
        result.Lines.Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("purl")]
    [InlineData("scan")]
    [InlineData("scan", "x", "--fail-on", "huge")]
    public async Task Usage_Wrong_IsTwoAndSaysWhereToLook(params string[] arguments)
    {
        var result = await HeadwaterCli.RunAsync(arguments);

        result.ExitCode.ShouldBe(2);
        result.Output.ShouldBe("");
        result.Error.ShouldContain("--help");
    }
}
