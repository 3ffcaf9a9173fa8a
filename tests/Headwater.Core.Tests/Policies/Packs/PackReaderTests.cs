using Headwater.Core.Policies.Packs;
using Headwater.Core.Tests.Licences;

namespace Headwater.Core.Tests.Policies.Packs;

/// <summary>What a pack may say, and that everything else is refused with its place.</summary>
public sealed class PackReaderTests
{
    [Fact]
    public void Pack_WithoutItsFile_IsRefused() =>
        PackReader.Read([new PackFile("rules/r.yaml", PackText.Rule("true"))], LibrarySource.Library).Problems.Select(p => p.ToString()).ShouldBe(["pack.yaml: A pack has a file pack.yaml; there is none."]);

    [Fact]
    public void Pack_FilesOfOtherKinds_AreLeftAlone()
    {
        PackReader.IsPart("README.md").ShouldBeFalse();
        PackReader.IsPart("notes/rules.yaml").ShouldBeFalse();
        PackReader.IsPart("rules/deep/r.yml").ShouldBeTrue();
        PackReader.Read([new PackFile("pack.yaml", PackText.Head), new PackFile("rules.yaml", PackText.Rule("true")), new PackFile("README.md", "\0")], LibrarySource.Library).IsOk.ShouldBeTrue();
    }

    [Theory]
    [InlineData("licence.kind == 'x'", "rules/r.yaml:3:17: ")]
    [InlineData("'licence.category == 1'", "rules/r.yaml:3:27: ")]
    [InlineData("|\n    is_direct &&\n      licence.kind == 'x'", "rules/r.yaml:5:15: ")]
    [InlineData("component.name", "rules/r.yaml:3:19: ")]
    [InlineData("version_in('npm/<2')", "rules/r.yaml:3:")]
    [InlineData("depends_on('lodash')", "rules/r.yaml:3:")]
    [InlineData("component.is('npm:x')", "rules/r.yaml:3:")]
    [InlineData("licence.satisfies(['category:nice'])", "rules/r.yaml:3:")]
    [InlineData("component.name.matches('(a')", "rules/r.yaml:3:")]
    public void Condition_ThatIsWrong_IsRefusedWithLineAndColumn(string when, string place) => PackText.Problems(PackText.Rule(when)).ShouldContain(p => p.StartsWith(place, StringComparison.Ordinal), string.Join('\n', PackText.Problems(PackText.Rule(when))));

    [Theory]
    [InlineData("verdict: never", "'never' is no verdict; there are allow, warn, review, deny.")]
    [InlineData("colour: red", "'colour' is not known in a rule")]
    [InlineData("scope: { contexts: [shipped] }", "'shipped' is not among the use contexts")]
    [InlineData("scope: { contexts: [] }", "'contexts' is empty: the rule would hold nowhere.")]
    [InlineData("reviewers: [finance]", "'finance' is not among the reviewers of pack.yaml.")]
    [InlineData("clause: C-2", "'C-2' is not among the clauses of pack.yaml.")]
    [InlineData("applies_to: everything", "'everything' is no applies_to")]
    [InlineData("clears: [other]", "Only a rule with the verdict 'allow' clears others.")]
    [InlineData("unknown: maybe", "'maybe' is no verdict")]
    [InlineData("unknown: { licence.kind: deny, otherwise: allow }", "There is no fact 'licence.kind'.")]
    [InlineData("unknown: { licence: deny }", "'otherwise' is missing")]
    public void Rule_ThatSaysWhatIsNotKnown_IsRefused(string line, string message)
    {
        var rule = PackText.Rule("licence.category == 'permissive'", more: line.StartsWith("unknown", StringComparison.Ordinal) ? line : "unknown: allow\n" + line);
        if (line.StartsWith("verdict", StringComparison.Ordinal)) rule = PackText.Rule("true", verdict: "never");

        PackText.Problems(rule).ShouldContain(p => p.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("licence.category == 'permissive'", "licence.category")]
    [InlineData("version_in('vers:npm/<2')", "component.version")]
    [InlineData("depends_on('pkg:npm/x')", "project.components")]
    [InlineData("licence.satisfies(['MIT'])", "licence.expression")]
    [InlineData("advisories.exists(a, a.malicious)", "advisories")]
    [InlineData("is_direct", "is_direct")]
    [InlineData("project.tags.exists(t, t == 'x')", "project.tags")]
    public void Rule_ThatReadsWhatMayBeUnknown_MustSayWhatThatMeans(string when, string fact) =>
        PackText.Problems(PackText.Rule(when, more: "")).ShouldBe([$"rules/r.yaml:1:3: The rule must say what it means when {fact} is not known: 'unknown' is missing (allow, warn, review or deny)."]);

    [Fact]
    public void Rule_ThatIsBoundToAContext_MustSayWhatAnUnknownContextMeans() =>
        PackText.Problems(PackText.Rule("has_waiver", more: "scope: { contexts: [hosted] }")).ShouldHaveSingleItem().ShouldContain("when context.use is not known");

    [Fact]
    public void Rule_ThatReadsOnlyWhatIsAlwaysThere_NeedNotSpeakOfTheUnknown() => PackText.Problems(PackText.Rule("component.type == 'npm' && !has_waiver && licence.state == 'none'", more: "")).ShouldBeEmpty();

    [Fact]
    public void Rule_ThatAsksForAReview_SaysWhoReviews() => PackText.Problems(PackText.Rule("has_waiver", "review", "")).ShouldHaveSingleItem().ShouldContain("'reviewers' is missing");

    [Theory]
    [InlineData("false")]
    [InlineData("1 > 2 && is_direct")]
    [InlineData("context.distributed && context.internal")]
    [InlineData("context.use == 'hosted' && context.use == 'internal'")]
    public void Rule_ThatCanNeverHold_IsRefused(string when) => PackText.Problems(PackText.Rule(when)).ShouldHaveSingleItem().ShouldContain("'one' can never hold");

    [Fact]
    public void Rule_WhoseScopeExcludesItsCondition_IsRefused() =>
        PackText.Problems(PackText.Rule("context.distributed && is_direct", more: "unknown: allow\nscope: { contexts: [internal, hosted] }")).ShouldHaveSingleItem().ShouldContain("can never hold");

    [Fact]
    public void Rules_OfTheSameCondition_AreRefusedWhereOneAddsNothing()
    {
        PackText.Problems(PackText.Rule("is_direct", "warn") + PackText.Rule("( is_direct )", "deny", id: "two")).ShouldHaveSingleItem().ShouldContain("'one' adds nothing: 'two' has the same condition");
        PackText.Problems(PackText.Rule("is_direct", "warn", "unknown: allow\nscope: { contexts: [hosted] }") + PackText.Rule("is_direct", "deny", "unknown: allow\nscope: { contexts: [internal] }", "two")).ShouldBeEmpty();
    }

    [Fact]
    public void Rule_ThatIsAlwaysCleared_IsRefused() =>
        PackText.Problems(PackText.Rule("is_direct") + PackText.Rule("true", "allow", "clears: [one]", "two")).ShouldHaveSingleItem().ShouldContain("'one' never counts: 'two' always clears it.");

    [Fact]
    public void Rules_OfTheSameName_AreRefused() => PackText.Problems(PackText.Rule("is_direct") + PackText.Rule("has_waiver")).ShouldHaveSingleItem().ShouldContain("There is a rule 'one' already, in rules/r.yaml:1.");

    [Fact]
    public void Finding_IsOnlyThereInRulesForFindings()
    {
        PackText.Problems(PackText.Rule("advisory.known_exploited")).ShouldHaveSingleItem().ShouldContain("applies_to: finding");
        PackText.Problems(PackText.Rule("advisory.known_exploited", more: "applies_to: finding")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Under {licence.kind}.", ":28: ")]
    [InlineData("Under {licence.expression.", "There is no '}' to this '{'")]
    [InlineData("Under } it.", "There is no '{' to this '}'")]
    public void Message_WithAnExpressionThatIsWrong_IsRefused(string message, string problem) =>
        PackText.Problems(PackText.Rule("has_waiver", more: "").Replace("A message.", $"'{message}'", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain(problem);

    [Theory]
    [InlineData("lists: { good: [MTI] }", "'MTI' is no licence of the list of SPDX")]
    [InlineData("lists: { good: ['list:better'] }", "There is no list 'better' above this one.")]
    [InlineData("lists: { no-dash: [MIT] }", "as conditions write lists.no_dash")]
    [InlineData("allowed: { shipped: [MIT] }", "'shipped' is no use context")]
    [InlineData("due: [ { severity: grave, within: 2d } ]", "'grave' is no severity")]
    [InlineData("due: [ { severity: high, within: soon } ]", "'soon' is no within; there are times such as 48h, 7d and 2w.")]
    [InlineData("waivers: { authority: { high: [nobody] } }", "'nobody' is not among the reviewers")]
    [InlineData("clauses: { C-2: { title: x, link: 'javascript:alert(1)' } }", "A link begins with https://")]
    [InlineData("format: 2", "Packs of format 2 are not known here")]
    [InlineData("title: again", "'title' is there twice.")]
    [InlineData("lists: &a { good: [MIT] }\nallowed: *a", "Aliases are not read")]
    [InlineData("rules: none", "'rules' is a list; this is a text.")]
    public void Head_ThatIsWrong_IsRefused(string line, string message) =>
        PackText.Problems(PackText.Rule("has_waiver", more: ""), (line.StartsWith("clauses", StringComparison.Ordinal) ? PackText.Head.Replace("clauses: { C-1: A clause }\n", "", StringComparison.Ordinal) : PackText.Head) + line + "\n").ShouldContain(p => p.Contains(message, StringComparison.Ordinal), line);

    [Fact]
    public void Lists_MayHoldOtherLists() =>
        PackText.Pack(PackText.Rule("has_waiver", more: ""), PackText.Head + "lists: { small: [MIT], large: ['list:small', 'category:copyleft_file', MIT] }\nallowed: { internal: ['list:large', ISC] }\n").Allowed["internal"].ShouldBe(["MIT", "category:copyleft_file", "ISC"]);

    [Theory]
    [InlineData("- name: x\n  facts: { component: lodash }\n  expect: { verdict: deny }", "tests/t.yaml:2:23: ")]
    [InlineData("- name: x\n  facts: { licence: 'MIT AND' }\n  expect: { verdict: deny }", "The licence cannot be read")]
    [InlineData("- name: x\n  facts: { context: shipped }\n  expect: { verdict: deny }", "'shipped' is no use context")]
    [InlineData("- name: x\n  facts: { colour: red }\n  expect: { verdict: deny }", "'colour' is not known in facts")]
    [InlineData("- name: x\n  facts: {}\n  expect: { verdict: deny, rules: [two] }", "There is no rule 'two'.")]
    [InlineData("- name: x\n  facts: {}", "'expect' is missing.")]
    public void Test_ThatIsWrong_IsRefused(string test, string message) => PackText.Problems(PackText.Rule("has_waiver", more: ""), tests: test).ShouldContain(p => p.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void Digest_IsOfPathsAndContents_InWhateverOrder()
    {
        PackFile a = new("a", "1"), b = new("b", "2");
        PackReader.Digest([a, b]).ShouldBe(PackReader.Digest([b, a]));
        PackReader.Digest([a, b]).ShouldNotBe(PackReader.Digest([a, b with { Text = "3" }]));
        PackReader.Digest([new PackFile("a", "1b"), new PackFile("c", "")]).ShouldNotBe(PackReader.Digest([new PackFile("a", "1"), new PackFile("bc", "")]));
    }

    [Fact]
    public void Pack_OfTooManyFilesOrTooLong_IsRefused()
    {
        PackReader.Read(Enumerable.Range(0, PackReader.MostFiles + 1).Select(i => new PackFile($"rules/{i}.yaml", "[]")).Append(new PackFile("pack.yaml", PackText.Head)), LibrarySource.Library).IsOk.ShouldBeFalse();
        PackText.Problems(new string(' ', PackReader.LongestFile + 1)).ShouldContain(p => p.Contains("longer than", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("((((((((((((((((((((((((((((((((((((((((((((((((((")]
    [InlineData("- [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("%YAML 9\n---\n- x")]
    [InlineData("- id: !!binary aGk=\n")]
    [InlineData("\u0000")]
    [InlineData("- {}")]
    [InlineData("null")]
    [InlineData("--- 1\n--- 2")]
    public void Rules_ThatAreNoSuchThing_AreRefusedWithAReason(string rules) => PackText.Problems(rules).ShouldNotBeEmpty();
}
