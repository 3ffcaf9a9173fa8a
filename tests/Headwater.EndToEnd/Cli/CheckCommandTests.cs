using System.Xml.Linq;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>check</c>: a document judged by a policy, without a server.</summary>
public sealed class CheckCommandTests(AdvisoryIndexFixture index)
{
    private const string Pack = """
        name: own
        title: Own
        version: '1'
        reviewers: { legal: Legal }
        clauses: { L-1: { title: Licences, link: "https://example.org/l-1" } }
        lists: { fine: ["category:permissive"] }
        rules:
          - { id: copyleft, title: Copyleft, when: licence.category == 'copyleft_strong' && context.distributed, unknown: { licence: allow, otherwise: review }, verdict: deny, category: licence, severity: high, message: "{component.name} is under {licence.expression}.", fix: Replace it., clause: L-1 }
          - { id: exploited, title: Exploited, applies_to: finding, when: advisory.known_exploited, unknown: allow, verdict: deny, category: security, severity: critical, message: "{advisory.id} is exploited.", fix: Upgrade. }
          - { id: deep, title: Deep, when: path_length > 2, unknown: allow, verdict: warn, category: operational, severity: low, message: "{path_length} steps away.", fix: Name it yourself. }
          - { id: who, title: No licence known, when: licence.state == 'unknown', verdict: review, reviewers: [legal], category: licence, severity: low, message: Unknown., fix: Find out. }
        """;

    private static string Bom(params (string Name, string Version, string Licence)[] components)
    {
        var entries = components.Select(c => $$"""{"bom-ref":"{{c.Name}}","type":"library","name":"{{c.Name}}","version":"{{c.Version}}","purl":"pkg:npm/{{Uri.EscapeDataString(c.Name)}}@{{c.Version}}"{{Licences(c.Licence)}} }""");
        return $$"""
            {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"metadata":{"component":{"bom-ref":"root","type":"application","name":"shop","version":"2"} },"components":[{{string.Join(',', entries)}}],
             "dependencies":[{"ref":"root","dependsOn":["a"]},{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["c"]}]}
            """;
    }

    private static string Licences(string expression) => expression.Length == 0 ? "" : ",\"licenses\":[{\"expression\":\"" + expression + "\"}]";

    private static async Task<TemporaryFolder> FolderAsync(params (string Name, string Text)[] files)
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "own"));
        foreach (var (name, text) in files.Append(("own/pack.yaml", Pack))) await File.WriteAllTextAsync(Path.Combine(folder.Path, name), text, TestContext.Current.CancellationToken);
        return folder;
    }

    private Task<CliResult> CheckAsync(TemporaryFolder folder, string file, params string[] more) =>
        HeadwaterCli.RunAsync(["check", Path.Combine(folder.Path, file), "--pack", Path.Combine(folder.Path, "own"), "--db", index.Path, .. more]);

    [Fact]
    public async Task Check_OfADocument_NamesRuleComponentPathAndWayOut()
    {
        using var folder = await FolderAsync(("bom.json", Bom(("a", "1.0.0", "MIT"), ("b", "1.0.0", "GPL-3.0-only"), ("c", "1.0.0", ""))));

        var result = await CheckAsync(folder, "bom.json", "--context", "distributed");

        result.ExitCode.ShouldBe(1, result.Error);
        result.Output.ShouldContain("3 components: 1 denied, 1 to review, 0 with a warning, 1 allowed");
        result.Output.ShouldContain("DENY    copyleft  Copyleft  [L-1]");
        result.Output.ShouldContain("b@1.0.0");
        result.Output.ShouldContain("b is under GPL-3.0-only.");
        result.Output.ShouldContain("Way out: Replace it.");
        result.Output.ShouldContain("c@1.0.0  via a@1.0.0 › b@1.0.0");
        result.Output.ShouldContain("1 violation fails the check.");
        result.Output.ShouldNotContain("\u001b");
    }

    [Theory]
    [InlineData("deny", "distributed", 1)]
    [InlineData("deny", "hosted", 0)]
    [InlineData("review", "hosted", 1)]
    [InlineData("none", "distributed", 0)]
    public async Task FailOn_Verdict_DecidesTheExitCode(string failOn, string context, int code)
    {
        using var folder = await FolderAsync(("bom.json", Bom(("a", "1.0.0", "MIT"), ("b", "1.0.0", "GPL-3.0-only"), ("c", "1.0.0", ""))));

        (await CheckAsync(folder, "bom.json", "--context", context, "--fail-on", failOn)).ExitCode.ShouldBe(code);
    }

    [Fact]
    public async Task Context_ThatIsNotSaid_IsNotKnown()
    {
        using var folder = await FolderAsync(("bom.json", Bom(("a", "1.0.0", "GPL-3.0-only"))));

        var result = await CheckAsync(folder, "bom.json");

        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain("REVIEW  copyleft  Copyleft (not known: context.distributed)");
        result.Output.ShouldContain("Way out: Say how it is used.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Baseline_FailsOnlyForWhatIsNew(bool asDocument)
    {
        using var folder = await FolderAsync(("old.json", Bom(("a", "1.0.0", "GPL-3.0-only"))), ("same.json", Bom(("a", "1.0.1", "GPL-3.0-only"))), ("new.json", Bom(("a", "1.0.0", "GPL-3.0-only"), ("b", "1.0.0", "AGPL-3.0-only"))));
        var baseline = Path.Combine(folder.Path, asDocument ? "old.json" : "check.json");
        if (!asDocument) (await CheckAsync(folder, "old.json", "--context", "distributed", "--json", "-o", baseline)).ExitCode.ShouldBe(1);

        (await CheckAsync(folder, "same.json", "--context", "distributed", "--baseline", baseline)).ExitCode.ShouldBe(0, "another version of the same package is the same violation");
        var result = await CheckAsync(folder, "new.json", "--context", "distributed", "--baseline", baseline);
        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("1 new violation fails the check.");
        result.Output.ShouldContain("known a@1.0.0");
        result.Output.ShouldContain("new   b@1.0.0");
    }

    [Fact]
    public async Task Waiver_TakesAViolationAway_NamesItself_AndEnds()
    {
        const string Waivers = "- { id: W-1, component: 'pkg:npm/a', rule: copyleft, until: 2026-06-30, reason: Replaced in the next release, accepted_by: R. Owner }\n";
        using var folder = await FolderAsync(("bom.json", Bom(("a", "1.0.0", "GPL-3.0-only"))), ("waivers.yaml", Waivers), ("broken.yaml", Waivers.Replace("until: 2026-06-30, ", "", StringComparison.Ordinal).Replace("copyleft", "copyright", StringComparison.Ordinal)));
        string[] use = ["--context", "distributed", "--waivers", Path.Combine(folder.Path, "waivers.yaml")];

        var result = await CheckAsync(folder, "bom.json", [.. use, "--as-of", "2026-06-29"]);
        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain("Waived by W-1 until 2026-06-30: Replaced in the next release");
        (await CheckAsync(folder, "bom.json", [.. use, "--as-of", "2026-07-01"])).ExitCode.ShouldBe(1);

        var broken = await CheckAsync(folder, "bom.json", "--waivers", Path.Combine(folder.Path, "broken.yaml"));
        broken.ExitCode.ShouldBe(2);
        broken.Error.ShouldContain("broken.yaml:1:3: 'until' is missing: a waiver ends.");
        broken.Error.ShouldContain("has no rule 'copyright'");
    }

    [Fact]
    public async Task Sarif_HasRulesResultsBaselineAndSuppressions()
    {
        using var folder = await FolderAsync(("old.json", Bom(("a", "1.0.0", "GPL-3.0-only"))), ("bom.json", Bom(("a", "1.0.0", "GPL-3.0-only"), ("b", "1.0.0", "AGPL-3.0-only"), ("c", "1.0.0", ""))),
            ("waivers.yaml", "- { id: W-1, component: 'pkg:npm/b', rule: copyleft, until: 2999-01-01, reason: Bought, accepted_by: R. Owner }\n"));

        var run = (await CheckAsync(folder, "bom.json", "--context", "distributed", "-f", "sarif", "--baseline", Path.Combine(folder.Path, "old.json"), "--waivers", Path.Combine(folder.Path, "waivers.yaml"))).Document().GetProperty("runs")[0];

        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray().ToList();
        rules.Select(r => r.GetProperty("id").GetString()).ShouldBe(["copyleft", "who", "deep"], ignoreOrder: true);
        rules[0].GetProperty("helpUri").GetString().ShouldBe("https://example.org/l-1");
        var results = run.GetProperty("results").EnumerateArray().ToDictionary(r => r.GetProperty("locations")[0].GetProperty("logicalLocations")[0].GetProperty("name").GetString() + " " + r.GetProperty("ruleId").GetString());
        results["a@1.0.0 copyleft"].GetProperty("baselineState").GetString().ShouldBe("unchanged");
        results["a@1.0.0 copyleft"].GetProperty("level").GetString().ShouldBe("error");
        results["b@1.0.0 copyleft"].GetProperty("suppressions")[0].GetProperty("justification").GetString().ShouldBe("Waiver W-1 until 2999-01-01: Bought");
        results["c@1.0.0 who"].GetProperty("kind").GetString().ShouldBe("review");
        results["c@1.0.0 deep"].GetProperty("level").GetString().ShouldBe("warning");
        results.Values.Select(r => r.GetProperty("partialFingerprints").GetProperty("headwaterPolicy/v1").GetString()).ShouldBeUnique();
    }

    [Fact]
    public async Task JUnit_CountsCasesAndFailures()
    {
        using var folder = await FolderAsync(("bom.json", Bom(("a", "1.0.0", "MIT"), ("b", "1.0.0", "GPL-3.0-only"), ("c", "1.0.0", ""))));

        var suite = XDocument.Parse((await CheckAsync(folder, "bom.json", "--context", "distributed", "-f", "junit")).Output).Root!.Element("testsuite")!;

        (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value).ShouldBe(("3", "1"));
        suite.Elements("testcase").Select(c => c.Attribute("name")!.Value).ShouldBe(["b@1.0.0", "c@1.0.0", "1 other components"]);
        suite.Descendants("failure").ShouldHaveSingleItem().Attribute("type")!.Value.ShouldBe("copyleft");
    }

    [Fact]
    public async Task Markdown_OfHostileNames_IsText()
    {
        using var folder = await FolderAsync(("bom.json", Bom(("a|b`<script>@team", "1.0.0", "GPL-3.0-only"))));

        var text = (await CheckAsync(folder, "bom.json", "--context", "distributed", "-f", "markdown")).Output;

        text.ShouldStartWith("### Policy: 1 violation\n");
        text.ShouldNotContain("<script>is");
        text.Split('\n').Single(line => line.StartsWith("| ⛔", StringComparison.Ordinal)).Replace("\\|", "", StringComparison.Ordinal).Count(c => c == '|').ShouldBe(6);
    }

    [Fact]
    public async Task Markdown_OfMuch_CutsWhatFailsLast_AndSaysHowMuchIsLeftOut()
    {
        var many = Enumerable.Range(0, 3).Select(d => ($"bom{d}.json", Bom([.. Enumerable.Range(0, 300).Select(i => ($"unknown-{d}-{i}-{new string('x', 120)}", "1.0.0", "")), ($"bad-{d}", "1.0.0", "GPL-3.0-only")])));
        using var folder = await FolderAsync([.. many]);

        var text = (await CheckAsync(folder, ".", "--context", "distributed", "-f", "markdown")).Output;

        text.ShouldStartWith("### Policy: 3 violations\n");
        text.Length.ShouldBeLessThan(62_000);
        Enumerable.Range(0, 3).ShouldAllBe(d => text.Contains($"| `bad-{d}@1.0.0`", StringComparison.Ordinal));
        text.ShouldContain("… and ");
    }

    [Fact]
    public async Task WaysOut_ThatDiffer_StandAtTheirLines()
    {
        using var folder = await FolderAsync(("bom.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"log4j-core","group":"org.apache.logging.log4j","version":"2.14.1","purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1","licenses":[{"expression":"Apache-2.0"}]}]}"""));

        var result = await HeadwaterCli.RunAsync("check", Path.Combine(folder.Path, "bom.json"), "--pack", "bank", "--context", "internal", "--db", index.Path, "--as-of", "2026-08-20");

        result.Output.ShouldContain("            Way out: Upgrade to 2.15.0");
        result.Output.ShouldContain("            Way out: Upgrade to 2.16.0");
    }

    [Fact]
    public async Task Data_ThatIsTooOld_StillSaysWhatItKnows()
    {
        using var folder = await FolderAsync(("bom.json", """{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"log4j-core","group":"org.apache.logging.log4j","version":"2.14.1","purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1","licenses":[{"expression":"Apache-2.0"}]}]}"""));

        var result = await HeadwaterCli.RunAsync("check", Path.Combine(folder.Path, "bom.json"), "--pack", "bank", "--context", "internal", "--db", index.Path, "--as-of", "2040-01-01");

        result.ExitCode.ShouldBe(1);
        result.Error.ShouldContain("what it does not say counts as not known");
        result.Output.ShouldContain("CVE-2021-44228 in log4j-core 2.14.1 is being exploited.");
        result.Output.ShouldContain("security.critical  A critical vulnerability (not known: advisories)");
    }

    [Theory]
    [InlineData("--pack", "nowhere", "There is no folder 'nowhere', and no pack of that name is shipped; there are")]
    [InlineData("--baseline", "nowhere.json", "There is no baseline 'nowhere.json'.")]
    [InlineData("--as-of", "soon", "--as-of takes a time such as 2026-01-31")]
    public async Task Option_ThatNamesNothing_IsSaid(string option, string value, string message)
    {
        using var folder = await FolderAsync(("bom.json", Bom(("a", "1.0.0", "MIT"))));
        string[] pack = option == "--pack" ? [] : ["--pack", Path.Combine(folder.Path, "own")];

        var result = await HeadwaterCli.RunAsync(["check", Path.Combine(folder.Path, "bom.json"), "--db", index.Path, option, value, .. pack]);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(message);
    }

    [Fact]
    public async Task Policy_ThatIsNotSaid_IsAskedForWithWhatThereIs()
    {
        using var folder = await FolderAsync(("bom.json", Bom(("a", "1.0.0", "MIT"))));

        var result = await HeadwaterCli.RunAsync("check", Path.Combine(folder.Path, "bom.json"), "--db", index.Path);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain("By which policy? Say --pack with a folder, or with one that is shipped:");
        result.Error.ShouldContain("bank");
    }
}
