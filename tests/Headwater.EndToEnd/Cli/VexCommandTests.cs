using System.Text.Json;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>vex check</c> and <c>vex convert</c>.</summary>
public sealed class VexCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("headwater-vex-");

    private static string Data(string name) => Path.Combine(Repository.Root, "tests", "data", "vex", name);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Check_ValidDocument_IsZeroAndSaysWhatItIs()
    {
        var result = await HeadwaterCli.RunAsync("vex", "check", Data("grype/grype/vex/testdata/vex-docs/openvex-demo2.json"));

        result.ExitCode.ShouldBe(0);
        result.Lines.ShouldHaveSingleItem().ShouldEndWith("openvex-demo2.json: valid OpenVEX 0.2.0, 5 statements");
    }

    [Fact]
    public async Task Check_InvalidDocument_IsOneAndNamesTheTest()
    {
        var result = await HeadwaterCli.RunAsync("vex", "check", "--json", Data("trivy/pkg/vex/testdata/csaf.json"));

        result.ExitCode.ShouldBe(1);
        var json = result.Json();
        json.EnumerateObject().Select(p => p.Name).ShouldBe(["file", "valid", "format", "version", "statements", "findings"]);
        json.GetProperty("valid").GetBoolean().ShouldBeFalse();
        json.GetProperty("format").GetString().ShouldBe("CSAF");
        var error = json.GetProperty("findings")[0];
        error.EnumerateObject().Select(p => p.Name).ShouldBe(["test", "level", "at", "message"]);
        error.GetProperty("test").GetString().ShouldBe("6.1.27.9");
        error.GetProperty("level").GetString().ShouldBe("error");
        error.GetProperty("at").GetString().ShouldBe("/vulnerabilities/0/product_status/known_not_affected/0");
    }

    [Fact]
    public async Task Check_WarningsBeyondTheFirst_AreCountedAndShownOnRequest()
    {
        var few = await HeadwaterCli.RunAsync("vex", "check", Data("guac/rhsa-csaf.json"));
        var all = await HeadwaterCli.RunAsync("vex", "check", "--all", Data("guac/rhsa-csaf.json"));

        few.ExitCode.ShouldBe(0);
        few.Lines.ShouldContain(l => l.Contains("more; --all shows them", StringComparison.Ordinal));
        all.Lines.Length.ShouldBeGreaterThan(few.Lines.Length + 50);
        all.Lines.ShouldNotContain(l => l.Contains("--all", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_MissingFile_IsTwoAndTheOthersAreStillChecked()
    {
        var result = await HeadwaterCli.RunAsync("vex", "check", "--json", Path.Combine(_folder.FullName, "absent.json"), Data("guac/cyclonedx-vex-affected.json"));

        result.ExitCode.ShouldBe(2);
        result.Lines.Length.ShouldBe(1);
        result.Error.ShouldContain("absent.json");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"@context\":\"https://openvex.dev/ns\",\"@context\":1}")]
    public async Task Check_WhatIsNoDocument_IsRefusedWithoutACrash(string content)
    {
        var path = Path.Combine(_folder.FullName, "vex.json");
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        var result = await HeadwaterCli.RunAsync("vex", "check", "--json", path);

        result.ExitCode.ShouldBe(1);
        result.Json().GetProperty("findings")[0].GetProperty("test").GetString().ShouldBe("json");
        result.Error.ShouldBe("");
    }

    [Theory]
    [InlineData("openvex", "OpenVEX")]
    [InlineData("csaf", "CSAF")]
    [InlineData("cyclonedx", "CycloneDX")]
    public async Task Convert_ToAnyFormat_IsValidThereAndNamesWhatIsLost(string target, string format)
    {
        var output = Path.Combine(_folder.FullName, "out.json");
        var result = await HeadwaterCli.RunAsync("vex", "convert", Data("guac/rhsa-csaf.json"), output, "--to", target);

        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldContain("Left out: /vulnerabilities/*/scores");
        var check = await HeadwaterCli.RunAsync("vex", "check", "--json", output);
        check.ExitCode.ShouldBe(0);
        check.Json().GetProperty("format").GetString().ShouldBe(format);
    }

    [Fact]
    public async Task Convert_Quietly_SaysNothingButTheDocument()
    {
        var result = await HeadwaterCli.RunAsync("vex", "convert", Data("trivy/pkg/vex/testdata/csaf-relationships.json"), "--to", "openvex", "--quiet");

        result.ExitCode.ShouldBe(0);
        result.Error.ShouldBe("");
        using var json = JsonDocument.Parse(string.Join('\n', result.Lines));
        json.RootElement.GetProperty("statements")[0].GetProperty("products")[0].GetProperty("subcomponents")[0].GetProperty("@id").GetString().ShouldBe("pkg:golang/github.com/aquasecurity/go-transitive@v4.0.0");
    }

    [Fact]
    public async Task Convert_WhatTheTargetCannotSayAtAll_IsTwoAndWritesNothing()
    {
        var output = Path.Combine(_folder.FullName, "out.json");
        var result = await HeadwaterCli.RunAsync("vex", "convert", Data("cyclonedx/VEX/Use-Cases/Case-4/vex.json"), output, "--to", "openvex");

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("range");
        File.Exists(output).ShouldBeFalse();
    }

    [Fact]
    public async Task Convert_WithoutATime_AsksForOne()
    {
        var path = Path.Combine(_folder.FullName, "vex.json");
        await File.WriteAllTextAsync(path, """{"@context":"https://openvex.dev/ns","author":"a","statements":[{"vulnerability":"CVE-2024-1","products":["pkg:npm/a"],"status":"fixed"}]}""", TestContext.Current.CancellationToken);

        var without = await HeadwaterCli.RunAsync("vex", "convert", path, "--to", "openvex");
        without.ExitCode.ShouldBe(2);
        without.Error.ShouldContain("--timestamp");
        var with = await HeadwaterCli.RunAsync("vex", "convert", path, "--to", "openvex", "--timestamp", "2026-01-31T12:00:00Z");
        with.ExitCode.ShouldBe(0);
        string.Join('\n', with.Lines).ShouldContain("\"timestamp\": \"2026-01-31T12:00:00Z\"");
    }

    [Fact]
    public async Task Convert_BrokenDocument_IsTwoAndSaysWhere()
    {
        var path = Path.Combine(_folder.FullName, "vex.json");
        await File.WriteAllTextAsync(path, """{"@context":"https://openvex.dev/ns","statements":[{"vulnerability":"CVE-2024-1","status":"fine"}]}""", TestContext.Current.CancellationToken);
        var result = await HeadwaterCli.RunAsync("vex", "convert", path, "--to", "csaf");

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("/statements/0/status");
    }
}
