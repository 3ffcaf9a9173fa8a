using System.Text.Json;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Packs;
using Headwater.Core.Policies.Packs.Importing;
using Headwater.Core.Tests.Licences;

namespace Headwater.Core.Tests.Policies.Packs.Importing;

/// <summary>Policies of Dependency-Track say the same here as there, or it is said that they do not.</summary>
public sealed class DependencyTrackPoliciesTests
{
    private const string Groups = """[{"name":"Copyleft","uuid":"g1","licenses":[{"licenseId":"GPL-2.0-only","uuid":"l1"},{"licenseId":"LGPL-2.1-only","uuid":"l2"}]}]""";

    private static PackImport Import(string json) => DependencyTrackPolicies.Read(json, [Groups], "imported", LibrarySource.Library);

    private static string Policy(string subject, string comparison, string value, string more = "\"operator\":\"ANY\"", string state = "FAIL", string name = "P") =>
        JsonSerializer.Serialize(new[] { JsonSerializer.Deserialize<JsonElement>($$"""{"name":{{JsonSerializer.Serialize(name)}},"violationState":"{{state}}",{{more}},"policyConditions":[{"subject":"{{subject}}","operator":"{{comparison}}","value":{{JsonSerializer.Serialize(value)}}}]}""") });

    private static Judgement Judge(string json, string facts)
    {
        var import = Import(json);
        var reading = PackReader.Read(import.Files, LibrarySource.Library);
        reading.Problems.Select(p => p.ToString()).ShouldBeEmpty();
        return new PolicyJudge(reading.Pack!).Judge(PackText.Facts(facts));
    }

    [Theory]
    [InlineData("SEVERITY", "IS", "CRITICAL", "advisories: [ { id: CVE-1, severity: critical } ]", true)]
    [InlineData("SEVERITY", "IS", "CRITICAL", "advisories: [ { id: CVE-1, severity: high } ]", false)]
    [InlineData("SEVERITY", "IS", "CRITICAL", "advisories: [ { id: CVE-1, severity: critical, analysis: false_positive } ]", false)]
    [InlineData("SEVERITY", "IS", "CRITICAL", "advisories: unknown", false)]
    [InlineData("SEVERITY", "IS_NOT", "LOW", "advisories: [ { id: CVE-1, severity: high } ]", true)]
    [InlineData("SEVERITY", "IS_NOT", "LOW", "advisories: [ { id: CVE-1 } ]", true)]
    [InlineData("SEVERITY", "IS_NOT", "LOW", "advisories: [ { id: CVE-1, severity: low } ]", false)]
    [InlineData("SEVERITY", "IS_NOT", "UNASSIGNED", "advisories: [ { id: CVE-1 } ]", false)]
    [InlineData("VULNERABILITY_ID", "IS", "CVE-2021-44228", "advisories: [ { id: GHSA-1, ids: [GHSA-1, CVE-2021-44228] } ]", true)]
    [InlineData("VULNERABILITY_ID", "IS_NOT", "CVE-2021-44228", "advisories: [ { id: CVE-2021-44228 } ]", false)]
    [InlineData("EPSS", "NUMERIC_GREATER_THAN_OR_EQUAL", "0.5", "advisories: [ { id: CVE-1, epss: 0.5 } ]", true)]
    [InlineData("EPSS", "NUMERIC_GREATER_THAN", "1", "advisories: [ { id: CVE-1, epss: 1 } ]", false)]
    [InlineData("EPSS", "NUMERIC_LESS_THAN", "0.1", "advisories: [ { id: CVE-1 } ]", false)]
    [InlineData("LICENSE", "IS", "l1", "licence: GPL-2.0-only", true)]
    [InlineData("LICENSE", "IS", "l1", "licence: GPL-2.0-only OR MIT", false)]
    [InlineData("LICENSE", "IS", "l1", "licence: GPL-2.0-only AND MIT", true)]
    [InlineData("LICENSE", "IS", "l1", "licence: NONE", false)]
    [InlineData("LICENSE", "IS_NOT", "l1", "licence: MIT", true)]
    [InlineData("LICENSE", "IS_NOT", "l1", "licence: unknown", false)]
    [InlineData("LICENSE", "IS", "unresolved", "licence: unknown", true)]
    [InlineData("LICENSE", "IS", "unresolved", "licence: MIT", false)]
    [InlineData("LICENSE_GROUP", "IS", "g1", "licence: LGPL-2.1-only", true)]
    [InlineData("LICENSE_GROUP", "IS", "g1", "licence: LGPL-2.1-only OR GPL-2.0-only", true)]
    [InlineData("LICENSE_GROUP", "IS", "g1", "licence: LGPL-2.1-only OR MPL-2.0", false)]
    [InlineData("LICENSE_GROUP", "IS", "g1", "licence: NONE", false)]
    [InlineData("LICENSE_GROUP", "IS_NOT", "g1", "licence: MIT", true)]
    [InlineData("LICENSE_GROUP", "IS_NOT", "g1", "licence: unknown", true)]
    [InlineData("LICENSE_GROUP", "IS_NOT", "g1", "licence: GPL-2.0-only", false)]
    [InlineData("PACKAGE_URL", "MATCHES", "pkg:npm/x", "component: pkg:npm/x-tra@1", true)]
    [InlineData("PACKAGE_URL", "MATCHES", "^pkg:npm/x@.*", "component: pkg:npm/x-tra@1", false)]
    [InlineData("PACKAGE_URL", "MATCHES", "pkg:npm/x*@1$", "component: pkg:npm/x-tra@1", true)]
    [InlineData("PACKAGE_URL", "NO_MATCH", "pkg:npm/.*", "component: pkg:maven/g/a@1", true)]
    [InlineData("PACKAGE_URL", "NO_MATCH", "pkg:npm/.*", "component: { name: a }", false)]
    [InlineData("CPE", "MATCHES", "cpe:2.3:a:apache:log4j:*", "component: { purl: 'pkg:maven/g/a@1', cpes: ['cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*'] }", true)]
    [InlineData("CPE", "MATCHES", "cpe:2.3:a:apache:log4j", "component: pkg:maven/g/a@1", false)]
    [InlineData("VERSION", "NUMERIC_LESS_THAN", "2.17.1", "component: pkg:maven/g/a@2.9", true)]
    [InlineData("VERSION", "NUMERIC_EQUAL", "2.17.1", "component: pkg:maven/g/a@2.17.1", true)]
    [InlineData("VERSION", "NUMERIC_NOT_EQUAL", "2.17.1", "component: pkg:maven/g/a@2.17.1", false)]
    [InlineData("VERSION", "NUMERIC_LESS_THAN", "2.17.1", "component: pkg:maven/g/a", false)]
    [InlineData("COORDINATES", "MATCHES", """{"group":"org.apache*","name":"log4j-core","version":"<2.17.1"}""", "component: pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", true)]
    [InlineData("COORDINATES", "MATCHES", """{"group":"org.apache*","name":"log4j-core","version":"<2.17.1"}""", "component: pkg:maven/org.apache.logging.log4j/log4j-core@2.20.0", false)]
    [InlineData("COORDINATES", "MATCHES", """{"name":"x","version":"1.*"}""", "component: pkg:npm/x@1.2.3", true)]
    [InlineData("COORDINATES", "MATCHES", """{"name":"x"}""", "component: pkg:npm/%40scope/x@1.2.3", false)]
    [InlineData("COORDINATES", "NO_MATCH", """{"name":"^ours-"}""", "component: pkg:npm/theirs@1", true)]
    [InlineData("AGE", "NUMERIC_GREATER_THAN", "P1Y", "component: { purl: 'pkg:npm/x@1', published: 2024-01-01 }", true)]
    [InlineData("AGE", "NUMERIC_LESS_THAN", "P2W", "component: { purl: 'pkg:npm/x@1', published: 2025-12-25 }", true)]
    [InlineData("AGE", "NUMERIC_GREATER_THAN", "P1Y", "component: pkg:npm/x@1", false)]
    [InlineData("VERSION_DISTANCE", "NUMERIC_GREATER_THAN", """{"epoch":"0","major":"1","minor":"?","patch":"?"}""", "component: { purl: 'pkg:npm/x@1.0.0', latest: 3.0.0 }\noccurrence: { path_length: 1 }", true)]
    [InlineData("VERSION_DISTANCE", "NUMERIC_GREATER_THAN", """{"major":"1"}""", "component: { purl: 'pkg:npm/x@1.0.0', latest: 2.9.0 }\noccurrence: { path_length: 1 }", false)]
    [InlineData("VERSION_DISTANCE", "NUMERIC_GREATER_THAN", """{"major":"1"}""", "component: { purl: 'pkg:npm/x@1.0.0', latest: 3.0.0 }\noccurrence: { path_length: 2 }", false)]
    [InlineData("VERSION_DISTANCE", "NUMERIC_GREATER_THAN_OR_EQUAL", """{"minor":"2"}""", "component: { purl: 'pkg:npm/x@1.0.0', latest: 2.0.0 }\noccurrence: { path_length: 1 }", true)]
    [InlineData("VERSION_DISTANCE", "NUMERIC_LESS_THAN", """{"minor":"2"}""", "component: { purl: 'pkg:npm/x@1.0.0', latest: 1.1.7 }\noccurrence: { path_length: 1 }", true)]
    [InlineData("VERSION_DISTANCE", "NUMERIC_EQUAL", """{"patch":"3"}""", "component: { purl: 'pkg:npm/x@1.0.0', latest: 1.0.3 }\noccurrence: { path_length: 1 }", true)]
    [InlineData("COMPONENT_HASH", "IS", """{"algorithm":"SHA-1","value":"AA11"}""", "component: { purl: 'pkg:npm/x@1', hashes: ['SHA-1:aa11'] }", true)]
    [InlineData("COMPONENT_HASH", "IS_NOT", """{"algorithm":"SHA-1","value":"AA11"}""", "component: { purl: 'pkg:npm/x@1', hashes: ['SHA-1:bb22'] }", true)]
    public void Condition_IsViolatedByWhatItIsThere(string subject, string comparison, string value, string facts, bool violated) =>
        Judge(Policy(subject, comparison, value), facts).Verdict.ShouldBe(violated ? Verdict.Deny : Verdict.Allow);

    [Theory]
    [InlineData("CWE", "CONTAINS_ANY", "CWE-79", "without the weaknesses")]
    [InlineData("SWID_TAGID", "MATCHES", "x", "SWID tags are no facts here")]
    [InlineData("EXPRESSION", "MATCHES", "component.name == \"x\"", "write it anew")]
    [InlineData("SOMETHING", "IS", "x", "there is no such subject")]
    [InlineData("SEVERITY", "IS", "UNASSIGNED", "'unknown' of a rule speaks of it")]
    [InlineData("SEVERITY", "IS", "SEVERE", "there is no such severity")]
    [InlineData("SEVERITY", "MATCHES", "HIGH", "this comparison is not known for it")]
    [InlineData("EPSS", "NUMERIC_GREATER_THAN", "much", "this comparison is not known for it")]
    [InlineData("LICENSE", "IS", "l9", "give the answers of GET /api/v1/license")]
    [InlineData("LICENSE_GROUP", "IS", "g9", "give the answer of GET /api/v1/licenseGroup")]
    [InlineData("PACKAGE_URL", "MATCHES", "pkg:(?!npm)", "cannot be said here")]
    [InlineData("AGE", "NUMERIC_GREATER_THAN", "PT1H", "no period")]
    [InlineData("AGE", "NUMERIC_EQUAL", "P1D", "equal holds for a moment only")]
    [InlineData("COORDINATES", "MATCHES", "log4j", "no object of group, name and version")]
    [InlineData("COORDINATES", "NO_MATCH", """{"name":"*"}""", "never the case")]
    [InlineData("VERSION_DISTANCE", "NUMERIC_GREATER_THAN", """{"epoch":"1"}""", "epochs are not compared here")]
    [InlineData("COMPONENT_HASH", "IS", "aa11", "no object of algorithm and value")]
    public void Condition_ThatCannotBeSaid_IsListedWithTheReason(string subject, string comparison, string value, string why)
    {
        var both = $"[{Policy("SEVERITY", "IS", "LOW", name: "Other")[1..^1]},{Policy(subject, comparison, value)[1..^1]}]";

        var import = Import(both);

        import.Omitted.ShouldHaveSingleItem().ToString().ShouldSatisfyAllConditions(m => m.ShouldStartWith("Policy 'P', condition 1: "), m => m.ShouldContain(why));
        import.Files[0].Text.ShouldContain("# NOT IMPORTED. Policy 'P', condition 1: ");
        import.Rules.ShouldBe(1);
    }

    [Fact]
    public void Policy_OfWhichAllMustHold_IsOneRuleOrNone()
    {
        const string All = """[{"name":"Both","violationState":"WARN","operator":"ALL","policyConditions":[{"subject":"PACKAGE_URL","operator":"MATCHES","value":"pkg:npm/x"},{"subject":"SEVERITY","operator":"IS","value":"HIGH"}]}]""";

        Judge(All, "{ component: 'pkg:npm/x@1', advisories: [ { id: CVE-1, severity: high } ] }").Verdict.ShouldBe(Verdict.Warn);
        Judge(All, "{ component: 'pkg:npm/y@1', advisories: [ { id: CVE-1, severity: high } ] }").Verdict.ShouldBe(Verdict.Allow);
        Should.Throw<FormatException>(() => Import(All.Replace("SEVERITY", "SWID_TAGID", StringComparison.Ordinal))).Message.ShouldContain("left out whole");
    }

    [Fact]
    public void Policy_BoundToProjectsAndTags_HoldsForEither()
    {
        var bound = Policy("PACKAGE_URL", "MATCHES", "pkg:npm/x", """ "operator":"ANY","projects":[{"name":"pay","version":"1.0","uuid":"p"}],"tags":[{"name":"pci"}],"includeChildren":true,"onlyLatestProjectVersion":true""");

        Judge(bound, "{ component: 'pkg:npm/x@1', project: { name: pay, version: '1.0', tags: [] } }").Verdict.ShouldBe(Verdict.Deny);
        Judge(bound, "{ component: 'pkg:npm/x@1', project: { name: other, version: '1.0', tags: [pci] } }").Verdict.ShouldBe(Verdict.Deny);
        Judge(bound, "{ component: 'pkg:npm/x@1', project: { name: pay, version: '2.0', tags: [] } }").Verdict.ShouldBe(Verdict.Allow);
        Import(bound).Omitted.Select(o => o.Message).ShouldBe(["It holds for the children of its projects too. A pack binds rules to units and tags: give the children a tag, and the rules that tag.", "It holds for the latest version of a project only; here it holds for each version."]);
    }

    [Theory]
    [InlineData("FAIL", Verdict.Deny, "high")]
    [InlineData("WARN", Verdict.Warn, "medium")]
    [InlineData("INFO", Verdict.Warn, "info")]
    public void ViolationState_IsVerdictAndSeverity(string state, Verdict verdict, string severity)
    {
        var outcome = Judge(Policy("SEVERITY", "IS", "LOW", state: state), "{ component: 'pkg:npm/x@1', advisories: [ { id: CVE-1, severity: low } ] }").Outcomes.ShouldHaveSingleItem();

        outcome.Verdict.ShouldBe(verdict);
        outcome.Rule.Severity.ToString().ShouldBe(severity, StringCompareShould.IgnoreCase);
        outcome.Message.ShouldBe("CVE-1 in x violates 'P': SEVERITY IS LOW.");
    }

    [Fact]
    public void Export_OfARealInstance_IsTakenOverWithWhatItLeavesOut()
    {
        var folder = Path.Combine(TestPaths.RepoRoot, "tests", "data", "policies");

        var import = DependencyTrackPolicies.Read(File.ReadAllText(Path.Combine(folder, "dependency-track-policies.json")), [File.ReadAllText(Path.Combine(folder, "dependency-track-license-groups.json"))], "dependency-track", LibrarySource.Library);

        var pack = PackReader.Read(import.Files, LibrarySource.Library).Pack!;
        pack.Rules.Select(r => r.Id).ShouldBe(["exploitable-soon-1", "exploitable-soon-2", "exploitable-soon-4", "no-log4j-1-2-0-2-16", "copyleft-1", "copyleft-3", "copyleft-4", "old-1", "old-2", "old-3", "old-4", "old-5", "old-7"]);
        pack.Lists["copyleft"].ShouldBe(["GPL-2.0-only", "GPL-3.0-or-later", "AGPL-3.0-only"]);
        pack.Find("copyleft-1")!.Scope.Tags.ShouldBe(["shipped"]);
        import.Omitted.Length.ShouldBe(7);
    }

    [Theory]
    [InlineData("P: {x} 'y' \"z\" # no comment")]
    [InlineData("a\nb: [c\u2028d\u0001e\u0085f]")]
    [InlineData("*alias &anchor !tag %")]
    [InlineData("😀 … 政策")]
    [InlineData("- -")]
    [InlineData("null")]
    public void Name_WhateverItHolds_StaysAText(string name)
    {
        var import = Import(Policy("PACKAGE_URL", "MATCHES", name.Replace("*", "", StringComparison.Ordinal).Replace("[", "", StringComparison.Ordinal), name: name));

        var pack = PackReader.Read(import.Files, LibrarySource.Library);
        pack.Problems.Select(p => p.ToString()).ShouldBeEmpty();
        pack.Pack!.Rules.ShouldHaveSingleItem().Title.ShouldBe(name.Trim());
    }

    [Theory]
    [InlineData("", "is not JSON, at line 1")]
    [InlineData("{", "is not JSON, at line 1")]
    [InlineData("{}", "An array of policies is expected")]
    [InlineData("[]", "Nothing of it can be said in a pack.")]
    [InlineData("[1]", "Policy 1: It is no object.")]
    [InlineData("""[{"name":"x"}]""", "Its violation state is none of INFO, WARN and FAIL.")]
    [InlineData("""[{"name":"x","violationState":"FAIL","policyConditions":[]}]""", "It has no conditions")]
    [InlineData("""[{"name":"\ud800","violationState":"FAIL"}]""", "half of a surrogate pair")]
    public void Export_ThatIsNone_IsRefusedWithAReason(string json, string why) => Should.Throw<FormatException>(() => Import(json)).Message.ShouldContain(why);

    [Fact]
    public void Export_NestedOrEndless_IsRefused()
    {
        Should.Throw<FormatException>(() => Import(new string('[', 10_000))).Message.ShouldContain("is not JSON");
        Should.Throw<FormatException>(() => Import($"[{string.Join(',', Enumerable.Repeat("{}", 501))}]")).Message.ShouldContain("more than 500 policies");
    }
}
