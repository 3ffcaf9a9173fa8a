using System.Text;

namespace Headwater.EndToEnd.Cli;

/// <summary><c>headwater policy test</c>, <c>explain</c> and <c>import</c>, as scripts use them.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    private const string Head = "name: own\ntitle: Own\nversion: '1'\n";

    private const string Rule = "- id: one\n  title: A title\n  when: licence.state == 'none'\n  verdict: deny\n  category: licence\n  severity: high\n  message: No licence.\n  fix: Ask for one.\n";

    private const string Test = "- name: No licence is no leave\n  facts: { licence: NONE }\n  expect: { verdict: deny, rules: [one] }\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bank")]
    [InlineData("public-body")]
    [InlineData("university")]
    [InlineData("product")]
    public async Task Test_APackThatIsShipped_PassesWithoutARemark(string pack)
    {
        var result = await HeadwaterCli.RunAsync("policy", "test", pack, "--json");

        result.ExitCode.ShouldBe(0);
        var json = result.Json();
        json.GetProperty("pack").GetString().ShouldBe(pack);
        json.GetProperty("failed").GetInt32().ShouldBe(0);
        json.GetProperty("passed").GetInt32().ShouldBeGreaterThan(20);
        json.GetProperty("problems").GetArrayLength().ShouldBe(0);
        json.GetProperty("untested").GetArrayLength().ShouldBe(0);
        json.GetProperty("digest").GetString()!.Length.ShouldBe(64);
    }

    [Fact]
    public async Task Test_OfSeveralPacks_IsOneAnswerEach_AndOneThatFailsIsOne()
    {
        var (good, bad) = (Pack("good", ("rules.yaml", Rule), ("tests.yaml", Test)), Pack("bad", ("rules.yaml", Rule), ("tests.yaml", Test.Replace("deny, rules", "allow, rules", StringComparison.Ordinal))));

        var result = await HeadwaterCli.RunAsync("policy", "test", good, bad, "--json");
        var text = await HeadwaterCli.RunAsync("policy", "test", bad);

        result.ExitCode.ShouldBe(1);
        result.Lines.Length.ShouldBe(2);
        result.Json(1).GetProperty("failures")[0].GetProperty("line").GetInt32().ShouldBe(1);
        result.Json(1).GetProperty("failures")[0].GetProperty("why").GetString().ShouldBe("Expected allow, and it is deny (one).");
        text.ExitCode.ShouldBe(1);
        text.Lines[0].ShouldBe("tests.yaml:1: FAILED: No licence is no leave");
    }

    [Theory]
    [InlineData("rules.yaml", "- id: one\n  title: A title\n  when: licence.kind == 'none'\n", "rules.yaml:3:17: ")]
    [InlineData("rules.yaml", "- id: one\n  colour: red\n", "rules.yaml:2:11: 'colour' is not known in a rule")]
    [InlineData("rules.yaml", "- id: [\n", "rules.yaml:")]
    [InlineData("rules.yaml", "a: &a [x]\nrules: [*a, *a]\n", "rules.yaml:2:9: Aliases are not read")]
    [InlineData("tests.yaml", "- name: x\n  facts: { component: lodash }\n  expect: { verdict: deny }\n", "tests.yaml:2:23: ")]
    public async Task Test_APackThatIsBroken_IsRefusedWithItsPlace(string file, string text, string problem)
    {
        var result = await HeadwaterCli.RunAsync("policy", "test", file == "rules.yaml" ? Pack("broken", (file, text)) : Pack("broken", ("rules.yaml", Rule), (file, text)));

        result.ExitCode.ShouldBe(1);
        result.Lines.ShouldContain(l => l.StartsWith(problem, StringComparison.Ordinal), result.Output);
        result.Lines[^1].ShouldContain("NOT usable");
        result.Error.ShouldBe("");
    }

    [Fact]
    public async Task Test_HostilePacks_AreRefusedAtOnce()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++) bomb.Append("a").Append(i).Append(": &a").Append(i).Append(" [").AppendJoin(", ", Enumerable.Repeat($"*a{i - 1}", 10)).Append("]\n");
        string[] hostile = [bomb.ToString(), new string('[', 200_000), string.Concat(Enumerable.Repeat("- ", 100_000)), Rule.Replace("licence.state == 'none'", $"\"{new string('(', 50_000)}\"", StringComparison.Ordinal), Rule.Replace("licence.state == 'none'", "component.name.matches('(a+)+(a{1000}){1000}$')", StringComparison.Ordinal),
            string.Concat(Enumerable.Range(0, 2_001).Select(i => Rule.Replace("id: one", $"id: r{i}", StringComparison.Ordinal))), new string('#', 1_000_001), "\0\u0001"];
        for (var i = 0; i < hostile.Length; i++) Pack($"hostile{i}", ("rules.yaml", hostile[i]));

        var result = await HeadwaterCli.RunAsync(["policy", "test", .. Enumerable.Range(0, hostile.Length).Select(i => Path.Combine(_folder.Path, $"hostile{i}"))]);

        result.ExitCode.ShouldBe(1);
        result.Lines.Count(l => l.Contains("NOT usable", StringComparison.Ordinal)).ShouldBe(hostile.Length, result.Output);
        result.Output.ShouldNotContain("Headwater itself failed");
        result.Error.ShouldBe("");
    }

    [Fact]
    public async Task Test_WhatIsNoPack_IsNotDone()
    {
        var huge = Pack("huge", ("rules.yaml", new string('#', 4_000_001)));
        var bytes = Pack("bytes");
        await File.WriteAllBytesAsync(Path.Combine(bytes, "rules.yaml"), [0xFF, 0xFE, 0x00], TestContext.Current.CancellationToken);

        (await HeadwaterCli.RunAsync("policy", "test", "no-such-pack")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(2), r => r.Error.ShouldContain("there are bank, product, public-body, university"), r => r.Output.ShouldBe(""));
        (await HeadwaterCli.RunAsync("policy", "test", huge)).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(2), r => r.Error.ShouldContain("is longer than 1,000,000 characters"));
        (await HeadwaterCli.RunAsync("policy", "test", bytes)).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(2), r => r.Error.ShouldContain("is not text in UTF-8"));
        (await HeadwaterCli.RunAsync("policy", "test")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task Explain_FromStandardInput_NamesVerdictReasonsAndFacts()
    {
        const string Facts = """{"component":"pkg:npm/x@1.0.0","licence":"GPL-3.0-only","context":"distributed","advisories":[],"signals":{"malicious":false}}""";

        var json = (await HeadwaterCli.RunLinesAsync([Facts], "policy", "explain", "bank", "--facts", "-", "--json")).Document();
        var text = await HeadwaterCli.RunLinesAsync([Facts], "policy", "explain", "bank", "--facts", "-");

        json.GetProperty("verdict").GetString().ShouldBe("deny");
        json.GetProperty("pack").GetProperty("name").GetString().ShouldBe("bank");
        json.GetProperty("reasons").EnumerateArray().Select(r => r.GetProperty("rule").GetString()).ShouldBe(["licence.copyleft-delivered", "licence.not-allowed"]);
        json.GetProperty("rules").EnumerateArray().Single(r => r.GetProperty("id").GetString() == "licence.copyleft-delivered").GetProperty("read").GetProperty("licence.category").GetString().ShouldBe("\"copyleft_strong\"");
        text.ExitCode.ShouldBe(0);
        text.Output.ShouldStartWith("DENY  by bank 1.0.0 (sha256 ");
        text.Output.ShouldContain("Way out: Replace it");
    }

    [Fact]
    public async Task Explain_FactsThatAreWrong_AreNotJudged()
    {
        (await HeadwaterCli.RunLinesAsync(["{\"colour\":\"red\"}"], "policy", "explain", "bank", "--facts", "-")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(2), r => r.Output.ShouldBe(""), r => r.Error.ShouldContain("standard input:1:11: 'colour' is not known in facts"));
        (await HeadwaterCli.RunLinesAsync([new string('[', 100_000)], "policy", "explain", "bank", "--facts", "-")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(2), r => r.Error.ShouldContain("nested deeper than"));
        (await HeadwaterCli.RunAsync("policy", "explain", "bank", "--facts", "/no/such/file")).ExitCode.ShouldBe(2);
        (await HeadwaterCli.RunLinesAsync(["{}"], "policy", "explain", Pack("broken", ("rules.yaml", "- id: one\n")), "--facts", "-")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(2), r => r.Error.ShouldContain("rules.yaml:1:3: "), r => r.Error.ShouldContain("cannot be used"));
    }

    [Fact]
    public async Task Import_OfDependencyTrack_IsAPackThatReads()
    {
        var (data, into) = (Path.Combine(Repository.Root, "tests", "data", "policies"), Path.Combine(_folder.Path, "new", "pack"));

        var result = await HeadwaterCli.RunAsync("policy", "import", "dependency-track", Path.Combine(data, "dependency-track-policies.json"), "--licences", Path.Combine(data, "dependency-track-license-groups.json"), "--out", into, "--json");

        result.ExitCode.ShouldBe(1);
        result.Json().GetProperty("usable").GetBoolean().ShouldBeTrue();
        result.Json().GetProperty("rules").GetInt32().ShouldBe(13);
        result.Json().GetProperty("omitted").GetArrayLength().ShouldBe(7);
        result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(7);
        result.Error.ShouldContain("not imported: Policy 'Exploitable soon', condition 3: CWE CONTAINS_ANY CWE-78, CWE-502 cannot be said here");
        (await HeadwaterCli.RunAsync("policy", "test", into)).ExitCode.ShouldBe(0);
        (await HeadwaterCli.RunLinesAsync(["{ component: 'pkg:npm/x@1', advisories: [ { id: CVE-1, severity: critical } ] }"], "policy", "explain", into, "--facts", "-", "--json")).Document().GetProperty("verdict").GetString().ShouldBe("deny");
    }

    [Fact]
    public async Task Import_OfHashesAndCpes_JudgesWhatADocumentSaysOfThem()
    {
        var (policies, bom, into) = (Path.Combine(_folder.Path, "policies.json"), Path.Combine(_folder.Path, "bom.json"), Path.Combine(_folder.Path, "hashes"));
        await File.WriteAllTextAsync(policies, """[{"name":"P","operator":"ANY","violationState":"FAIL","policyConditions":[{"subject":"COMPONENT_HASH","operator":"IS","value":"{\"algorithm\":\"SHA-1\",\"value\":\"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709\"}"},{"subject":"CPE","operator":"MATCHES","value":"cpe:2.3:a:acme:*"}]}]""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(bom, """{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"a","version":"1","purl":"pkg:npm/a@1","hashes":[{"alg":"SHA-1","content":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}]},{"type":"library","name":"b","version":"1","purl":"pkg:npm/b@1","cpe":"cpe:2.3:a:acme:b:1:*:*:*:*:*:*:*"},{"type":"library","name":"c","version":"1","purl":"pkg:npm/c@1"}]}""", TestContext.Current.CancellationToken);
        (await HeadwaterCli.RunAsync("policy", "import", "dependency-track", policies, "--out", into)).ExitCode.ShouldBe(0);

        var result = await HeadwaterCli.RunAsync("check", bom, "--pack", into, "--context", "internal");

        result.ExitCode.ShouldBe(1, result.Error);
        result.Output.ShouldContain("3 components: 2 denied");
        result.Output.ShouldContain("a violates 'P': COMPONENT_HASH IS");
        result.Output.ShouldContain("b violates 'P': CPE MATCHES");
    }

    [Fact]
    public async Task Import_OfOrt_IsAPackThatReads()
    {
        var (file, into) = (Path.Combine(Repository.Root, "src", "Headwater.LicenceLibrary", "Data", "ort", "doubleopen.license-classifications.yml"), Path.Combine(_folder.Path, "ort"));

        var result = await HeadwaterCli.RunAsync("policy", "import", "ort", file, "--out", into, "--name", "ours");

        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("15 rules");
        var json = (await HeadwaterCli.RunLinesAsync(["{ component: 'pkg:npm/x@1', licence: GPL-3.0-only, context: distributed }"], "policy", "explain", into, "--facts", "-", "--json")).Document();
        json.GetProperty("pack").GetProperty("name").GetString().ShouldBe("ours");
        json.GetProperty("reasons")[0].GetProperty("rule").GetString().ShouldBe("copyleft-strong");
    }

    [Fact]
    public async Task Import_IntoAFolderThatIsNotEmpty_NeedsForce()
    {
        var into = Pack("kept", ("rules.yaml", "- kept\n"));
        var policies = Path.Combine(_folder.Path, "policies.json");
        await File.WriteAllTextAsync(policies, """[{"name":"P","operator":"ANY","violationState":"FAIL","policyConditions":[{"subject":"SEVERITY","operator":"IS","value":"HIGH"}]}]""", TestContext.Current.CancellationToken);

        var refused = await HeadwaterCli.RunAsync("policy", "import", "dependency-track", policies, "--out", into);
        refused.ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(2), r => r.Error.ShouldContain("is not empty; --force writes into it all the same"));
        (await File.ReadAllTextAsync(Path.Combine(into, "pack.yaml"), TestContext.Current.CancellationToken)).ShouldBe(Head);

        var forced = await HeadwaterCli.RunAsync("policy", "import", "dependency-track", policies, "--out", into, "--force");
        forced.ExitCode.ShouldBe(1, "what lay there before is no rule");
        forced.Error.ShouldContain("rules.yaml:1:3: ");
        File.Delete(Path.Combine(into, "rules.yaml"));
        (await HeadwaterCli.RunAsync("policy", "import", "dependency-track", policies, "--out", into, "--force")).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(0), r => r.Error.ShouldBe(""));
    }

    [Theory]
    [InlineData("dependency-track", "{}", "An array of policies is expected")]
    [InlineData("dependency-track", "[", "The export is not JSON, at line 2")]
    [InlineData("ort", "a: b", "It has no 'categorizations'")]
    [InlineData("ort", "a: &a [1]\nb: *a", "Line 2: aliases are not read")]
    public async Task Import_OfWhatIsNone_WritesNothing(string from, string text, string why)
    {
        var into = Path.Combine(_folder.Path, "none");

        var result = await HeadwaterCli.RunLinesAsync([text], "policy", "import", from, "-", "--out", into);

        result.ExitCode.ShouldBe(2);
        result.Error.ShouldContain(why);
        Directory.Exists(into).ShouldBeFalse();
    }

    /// <summary>A pack in a folder of its own.</summary>
    private string Pack(string name, params ReadOnlySpan<(string Path, string Text)> files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "pack.yaml"), Head);
        foreach (var (path, text) in files) File.WriteAllText(Path.Combine(folder, path), text);
        return folder;
    }
}
