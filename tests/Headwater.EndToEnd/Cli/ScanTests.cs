using System.Text.Json;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>scan</c>: one document, or many, without a server.</summary>
public sealed class ScanTests(AdvisoryIndexFixture index)
{
    private static string Sample(string name) => Path.Combine(Repository.Root, "samples", "sboms", name);

    private Task<CliResult> ScanAsync(string path, params string[] more) => HeadwaterCli.RunAsync(["scan", path, "--db", index.Path, .. more]);

    [Fact]
    public async Task Table_Log4Shell_IsFirstWithItsFixAndSignals()
    {
        var result = await ScanAsync(Sample("vul-image.spdx.json"));

        result.ExitCode.ShouldBe(0);
        result.Error.ShouldBe("");
        var first = result.Lines.SkipWhile(line => !line.Contains("SEVERITY", StringComparison.Ordinal)).Skip(1).First();
        first.ShouldContain("CVE-2021-44228");
        first.ShouldContain("critical 10.0");
        first.ShouldContain("log4j-core");
        first.ShouldContain("KEV, ransomware");
        result.Output.ShouldContain("covered by advisory data");
        result.Output.ShouldContain("deb");
        result.Output.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task Table_DocumentThatListsAPackageTwice_CountsItOnce_AsTheServerDoes()
    {
        var result = await ScanAsync(Sample("vul-image.spdx.json"));

        result.Output.ShouldContain("  Uses      125 entries, 123 components");
        result.Output.ShouldContain("15 of 123 components covered");
        result.Output.ShouldContain("; unknown: 8 without a version");
    }

    [Fact]
    public async Task Json_Document_HasInventoryCoverageFindingsAndTotals()
    {
        var result = await ScanAsync(Sample("juice-shop-14.1.1.cdx.json"), "--format", "json");

        var document = result.Document().GetProperty("documents")[0];
        (document.GetProperty("entries").GetInt32(), document.GetProperty("components").GetInt32()).ShouldBe((1115, 978), "the document lists a package wherever npm has put it");
        document.GetProperty("coverage").GetProperty("covered").GetInt32().ShouldBe(978);
        document.GetProperty("licences")[0].GetProperty("licence").GetString().ShouldBe("MIT");
        var findings = document.GetProperty("findings").EnumerateArray().ToList();
        findings.Count.ShouldBeGreaterThan(5);
        var affected = findings.Where(finding => finding.GetProperty("verdict").GetString() == "affected").ToList();
        affected.Select(finding => finding.GetProperty("risk").GetDouble()).ShouldBeInOrder(SortDirection.Descending);
        foreach (var finding in affected)
        {
            finding.GetProperty("component").GetProperty("purl").GetString()!.ShouldStartWith("pkg:npm/");
            finding.GetProperty("path")[0].GetString().ShouldBe("juice-shop@14.1.1");
        }

        result.Document().GetProperty("totals").GetProperty("findings").GetInt32().ShouldBe(affected.Count);
    }

    [Theory]
    [InlineData("none", 0)]
    [InlineData("low", 1)]
    [InlineData("critical", 1)]
    public async Task FailOn_Severity_DecidesTheExitCode(string severity, int code) =>
        (await ScanAsync(Sample("vul-image.spdx.json"), "--fail-on", severity)).ExitCode.ShouldBe(code);

    [Fact]
    public async Task FailOn_NothingFound_IsZero()
    {
        var result = await HeadwaterCli.RunLinesAsync(["""{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"left-pad","version":"1.3.0","purl":"pkg:npm/left-pad@1.3.0"}]}"""],
            "scan", "-", "--db", index.Path, "--fail-on", "low");

        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain("No known vulnerability in what is covered.");
    }

    [Theory]
    [InlineData("vul-image.spdx.json")]
    [InlineData("juice-shop-14.1.1.cdx.json")]
    public async Task Sarif_EveryFinding_IsAResultWithItsRule(string sample)
    {
        var json = (await ScanAsync(Sample(sample), "--format", "json")).Document();

        var sarif = (await ScanAsync(Sample(sample), "--format", "sarif")).Document();

        sarif.GetProperty("version").GetString().ShouldBe("2.1.0");
        var run = sarif.GetProperty("runs")[0];
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray().ToList();
        var results = run.GetProperty("results").EnumerateArray().ToList();
        results.Count.ShouldBe(json.GetProperty("documents")[0].GetProperty("findings").GetArrayLength());
        rules.Select(rule => rule.GetProperty("id").GetString()).ShouldBeUnique();
        foreach (var result in results)
        {
            rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString().ShouldBe(result.GetProperty("ruleId").GetString());
            new[] { "error", "warning", "note", "none" }.ShouldContain(result.GetProperty("level").GetString());
            result.GetProperty("message").GetProperty("text").GetString().ShouldNotBeNullOrWhiteSpace();
            result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString()!.ShouldEndWith(sample);
        }

        results.Select(result => result.GetProperty("partialFingerprints").GetProperty("headwaterFinding/v1").GetString()).ShouldBeUnique();
        foreach (var rule in rules)
        {
            rule.GetProperty("shortDescription").GetProperty("text").GetString().ShouldNotBeNullOrWhiteSpace();
            rule.GetProperty("help").GetProperty("text").GetString().ShouldNotBeNullOrWhiteSpace();
            double.Parse(rule.GetProperty("properties").GetProperty("security-severity").GetString()!, System.Globalization.CultureInfo.InvariantCulture).ShouldBeInRange(0, 10);
        }
    }

    [Theory]
    [InlineData("juice-shop-14.1.1.cdx.json")]
    [InlineData("vul-image.spdx.json")]
    [InlineData("")]
    public async Task Vdr_OfOneOrAll_IsValidCycloneDx(string sample)
    {
        using var folder = new TemporaryFolder();
        var output = Path.Combine(folder.Path, "vdr.json");

        (await ScanAsync(Sample(sample), "--format", "cyclonedx-vdr", "-o", output)).ExitCode.ShouldBe(0);

        var check = (await HeadwaterCli.RunAsync("sbom", "check", "--json", output)).Json();
        check.GetProperty("errors").ToString().ShouldBe("[]");
        check.GetProperty("version").GetString().ShouldBe("1.6");
        var vdr = JsonDocument.Parse(await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken)).RootElement;
        var refs = vdr.GetProperty("components").EnumerateArray().Select(component => component.GetProperty("bom-ref").GetString()).ToHashSet();
        foreach (var vulnerability in vdr.GetProperty("vulnerabilities").EnumerateArray())
        {
            foreach (var affected in vulnerability.GetProperty("affects").EnumerateArray()) refs.ShouldContain(affected.GetProperty("ref").GetString());
        }
    }

    [Fact]
    public async Task Folder_AllSamples_AreScanned()
    {
        var result = await ScanAsync(Path.Combine(Repository.Root, "samples", "sboms"), "--json");

        result.ExitCode.ShouldBe(0);
        result.Document().GetProperty("totals").GetProperty("documents").GetInt32().ShouldBe(13);
        result.Document().GetProperty("documents").EnumerateArray().Count(document => document.GetProperty("findings").GetArrayLength() > 0).ShouldBeGreaterThan(7);
    }

    [Fact]
    public async Task Folder_WithABadDocument_ScansTheOthersAndIsTwo()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "bad.json"), """{"bomFormat":"CycloneDX","specVersion":"1.6","version":"x"}""", TestContext.Current.CancellationToken);
        File.Copy(Sample("lhc-vdm-editor-0.0.1.cdx.json"), Path.Combine(folder.Path, "good.json"));

        var result = await ScanAsync(folder.Path);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("bad.json");
        result.Output.ShouldContain("lhc-vdm-editor");
    }

    [Fact]
    public async Task Index_Missing_IsTwoAndGivesTheCommand()
    {
        var result = await HeadwaterCli.RunAsync("scan", Sample("vul-image.spdx.json"));

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("headwater advisories build --from");
    }

    [Fact]
    public async Task Document_MissingOrNone_IsTwo()
    {
        (await ScanAsync("/nowhere/bom.json")).ExitCode.ShouldBe(2);
        (await HeadwaterCli.RunLinesAsync(["hello"], "scan", "-", "--db", index.Path)).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task Table_NamesWithControlCharacters_DoNotReachTheTerminal()
    {
        var result = await HeadwaterCli.RunLinesAsync(["""{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"a\u001b[2Jb\u202ec\nd"}},"components":[{"type":"library","name":"log4j-core\u001b]0;x\u0007","version":"2.14.1","purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}]}"""],
            "scan", "-", "--db", index.Path);

        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain("CVE-2021-44228");
        result.Output.ShouldAllBe(c => c == '\n' || !char.IsControl(c) && c != '\u202e');
    }

    [Fact]
    public async Task Document_SelfLoopCycleAndDanglingReference_AreScanned()
    {
        var result = await HeadwaterCli.RunLinesAsync(["""
            {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"type":"application","name":"app","bom-ref":"app"}},
             "components":[{"type":"library","name":"a","bom-ref":"a","purl":"pkg:npm/a@1.0.0"},{"type":"library","name":"log4j-core","version":"2.14.1","bom-ref":"b","purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}],
             "dependencies":[{"ref":"app","dependsOn":["app","a"]},{"ref":"a","dependsOn":["b","a"]},{"ref":"b","dependsOn":["a","app"]}]}
            """], "scan", "-", "--db", index.Path, "--json");

        var path = result.Document().GetProperty("documents")[0].GetProperty("findings")[0].GetProperty("path");
        path.EnumerateArray().Select(step => step.GetString()).ShouldBe(["app", "a", "log4j-core@2.14.1"]);
    }
}
