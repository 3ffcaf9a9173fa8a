using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Packs;
using Headwater.Core.Tests.Licences;
using Headwater.Core.Tests.Policies.Packs;

namespace Headwater.Core.Tests.Policies;

/// <summary>What a policy says of facts, and why.</summary>
public sealed class PolicyJudgeTests
{
    private const string Copyleft = "{ component: 'pkg:npm/x@1.2.0', licence: GPL-3.0-only, context: distributed }";

    [Fact]
    public void Judgement_OfSeveralRules_IsTheStrictest()
    {
        var judgement = PackText.Judge(PackText.Rule("context.distributed", "warn", id: "warns") + PackText.Rule("licence.category == 'copyleft_strong'", "deny", id: "denies") + PackText.Rule("context.hosted", "deny", id: "other"), Copyleft);

        judgement.Verdict.ShouldBe(Verdict.Deny);
        judgement.Outcomes.Select(o => (o.Rule.Id, o.Verdict)).ShouldBe([("denies", Verdict.Deny), ("warns", Verdict.Warn)]);
    }

    [Fact]
    public void Judgement_WithoutAReason_Allows() => PackText.Judge(PackText.Rule("context.hosted"), Copyleft).ShouldSatisfyAllConditions(j => j.Verdict.ShouldBe(Verdict.Allow), j => j.Outcomes.ShouldBeEmpty());

    [Fact]
    public void Message_IsFilledWithFacts()
    {
        var rule = PackText.Rule("is_direct || true", more: "unknown: allow").Replace("A message.", "'{component.name} {component.version} is under {licence.expression} ({licence.ids}), {{so}} it is {project.name}.'", StringComparison.Ordinal);

        PackText.Judge(rule, Copyleft).Outcomes.ShouldHaveSingleItem().Message.ShouldBe("x 1.2.0 is under GPL-3.0-only (GPL-3.0-only), {so} it is unknown.");
    }

    [Theory]
    [InlineData("unknown: deny", Verdict.Deny)]
    [InlineData("unknown: allow", Verdict.Allow)]
    [InlineData("unknown: { licence: warn, otherwise: deny }", Verdict.Warn)]
    [InlineData("unknown: { licence.category: review, licence: warn, otherwise: deny }", Verdict.Review)]
    [InlineData("unknown: { component: review, otherwise: deny }", Verdict.Deny)]
    public void Unknown_MeansWhatTheRuleSays(string unknown, Verdict verdict)
    {
        var judgement = PackText.Judge(PackText.Rule("licence.category == 'copyleft_strong'", more: unknown), "{ component: 'pkg:npm/x@1', context: hosted }");

        judgement.Verdict.ShouldBe(verdict);
        foreach (var outcome in judgement.Outcomes) outcome.ShouldSatisfyAllConditions(o => o.Unknown.ShouldBe(["licence.category"]), o => o.Message.ShouldContain("licence.category is not known"), o => o.Fix.ShouldBe("Find out its licence and conclude it."));
    }

    [Fact]
    public void Unknown_ThatDoesNotMatter_IsNoReason() => PackText.Judge(PackText.Rule("licence.category == 'copyleft_strong' && context.hosted", more: "unknown: deny"), "{ component: 'pkg:npm/x@1', context: internal }").Verdict.ShouldBe(Verdict.Allow);

    [Fact]
    public void Scope_ThatIsNotKnown_IsUnknownToo()
    {
        var rule = PackText.Rule("licence.category == 'copyleft_strong'", more: "unknown: review\nscope: { contexts: [distributed], units: [Payments] }");

        PackText.Judge(rule, "{ component: 'pkg:npm/x@1', licence: GPL-3.0-only }").Outcomes.ShouldHaveSingleItem().Unknown.ShouldBe(["context.use", "project.units"]);
        PackText.Judge(rule, "{ component: 'pkg:npm/x@1', licence: GPL-3.0-only, context: hosted }").Verdict.ShouldBe(Verdict.Allow);
        PackText.Judge(rule, "{ component: 'pkg:npm/x@1', licence: MIT }").Verdict.ShouldBe(Verdict.Allow);
        PackText.Judge(rule, "{ component: 'pkg:npm/x@1', licence: GPL-3.0-only, context: distributed, project: { units: [Cards, payments] } }").Verdict.ShouldBe(Verdict.Deny);
    }

    [Theory]
    [InlineData("MIT", Verdict.Allow)]
    [InlineData("MIT OR GPL-3.0-only", Verdict.Allow)]
    [InlineData("MIT AND GPL-3.0-only", Verdict.Deny)]
    [InlineData("Apache-2.0 AND (LGPL-2.1-only OR BSD-3-Clause)", Verdict.Allow)]
    [InlineData("GPL-2.0-only WITH Classpath-exception-2.0", Verdict.Allow)]
    [InlineData("GPL-2.0-only", Verdict.Deny)]
    [InlineData("LicenseRef-own", Verdict.Deny)]
    [InlineData("NONE", Verdict.Deny)]
    [InlineData("NOASSERTION", Verdict.Review)]
    public void AllowList_IsSatisfiedByOneWayToChoose(string licence, Verdict verdict) => PackText.Judge(
        PackText.Rule("'!licence.satisfies(allowed)'", more: "unknown: review"), $"{{ component: 'pkg:npm/x@1', licence: '{licence}', context: hosted }}",
        PackText.Head + "allowed: { hosted: ['category:permissive', 'GPL-2.0-only WITH Classpath-exception-2.0'] }\n").Verdict.ShouldBe(verdict);

    [Theory]
    [InlineData("MIT OR GPL-3.0-only", "permissive")]
    [InlineData("MIT AND GPL-3.0-only", "copyleft_strong")]
    [InlineData("(GPL-2.0-only OR MPL-2.0) AND Apache-2.0", "copyleft_file")]
    [InlineData("LicenseRef-own OR MIT", "permissive")]
    [InlineData("LicenseRef-own AND MIT", "unknown")]
    public void Category_IsOfTheWayThatAsksForLeast(string licence, string category) => (PackText.Facts($"{{ licence: '{licence}' }}").Licence.Category ?? "unknown").ShouldBe(category);

    [Fact]
    public void Finding_IsAskedForEach()
    {
        var judgement = PackText.Judge(PackText.Rule("advisory.known_exploited && !advisory.settled", more: "applies_to: finding\nunknown: review"), """
            component: pkg:npm/x@1
            advisories:
              - { id: CVE-1, known_exploited: true }
              - { id: CVE-2 }
              - { id: CVE-3, known_exploited: true, analysis: not_affected }
              - { id: CVE-4, known_exploited: true }
            """);

        judgement.Outcomes.Select(o => o.Advisory!.Id).ShouldBe(["CVE-1", "CVE-4"]);
        PackText.Judge(PackText.Rule("advisory.known_exploited", more: "applies_to: finding\nunknown: review"), "{ component: 'pkg:npm/x@1' }").Outcomes.ShouldHaveSingleItem().Unknown.ShouldBe(["advisories"]);
    }

    [Fact]
    public void Waiver_TakesAwayWhatItNames_UntilItEnds()
    {
        var rules = PackText.Rule("context.distributed", id: "one") + PackText.Rule("advisory.malicious", more: "applies_to: finding\nunknown: allow", id: "two");
        const string Facts = "{ moment: 2026-01-01, component: 'pkg:npm/x@1', context: distributed, advisories: [ { id: CVE-1, ids: [CVE-1, GHSA-1], malicious: true }, { id: CVE-2, malicious: true } ], waivers: [ WAIVER ] }";

        PackText.Judge(rules, Facts.Replace("WAIVER", "{ id: W-1, rule: one, until: 2026-02-01 }", StringComparison.Ordinal)).ShouldSatisfyAllConditions(
            j => j.Verdict.ShouldBe(Verdict.Deny), j => j.Outcomes.Where(o => o.WaivedBy is not null).ShouldHaveSingleItem().Rule.Id.ShouldBe("one"));
        PackText.Judge(rules, Facts.Replace("WAIVER", "{ id: W-1, until: 2026-02-01 }", StringComparison.Ordinal)).ShouldSatisfyAllConditions(j => j.Verdict.ShouldBe(Verdict.Allow), j => j.Outcomes.Length.ShouldBe(3), j => j.Outcomes.ShouldAllBe(o => o.WaivedBy!.Id == "W-1"));
        PackText.Judge(rules, Facts.Replace("WAIVER", "{ id: W-1, advisory: ghsa-1, until: 2026-02-01 }", StringComparison.Ordinal)).Outcomes.Where(o => o.WaivedBy is not null).ShouldHaveSingleItem().Advisory!.Id.ShouldBe("CVE-1");
        PackText.Judge(rules, Facts.Replace("WAIVER", "{ id: W-1, until: 2026-01-01 }", StringComparison.Ordinal)).Outcomes.ShouldAllBe(o => o.WaivedBy == null);
    }

    [Fact]
    public void AllowingRule_ClearsWhatItNames()
    {
        var rules = PackText.Rule("licence.category == 'copyleft_strong'", id: "one") + PackText.Rule("is_direct", "warn", id: "two") + PackText.Rule("component.is('pkg:npm/x')", "allow", "unknown: allow\nclears: [one]", "three");

        var judgement = PackText.Judge(rules, "{ component: 'pkg:npm/x@1', licence: GPL-3.0-only, occurrence: { path_length: 1 } }");

        judgement.Verdict.ShouldBe(Verdict.Warn);
        judgement.Outcomes.Single(o => o.Rule.Id == "one").ClearedBy!.Id.ShouldBe("three");
    }

    [Theory]
    [InlineData("component.is('pkg:npm/x')", true)]
    [InlineData("component.is('pkg:npm/x@1.2.0')", true)]
    [InlineData("component.is('pkg:npm/x@1.3.0')", false)]
    [InlineData("component.is('pkg:npm/*')", true)]
    [InlineData("component.is('pkg:*/x@1.*')", true)]
    [InlineData("component.is('pkg:maven/*')", false)]
    [InlineData("version_in('vers:npm/<2')", true)]
    [InlineData("version_in('vers:npm/>=1.3.0')", false)]
    [InlineData("depends_on('pkg:npm/y')", true)]
    [InlineData("depends_on('pkg:npm/y@1.0.0')", false)]
    [InlineData("depends_on('pkg:npm/y', 'vers:npm/>1')", true)]
    [InlineData("depends_on('pkg:npm/z')", false)]
    [InlineData("path_length == 3 && !is_direct", true)]
    [InlineData("age(component.published) > duration('48h') && component.age < duration('240h')", true)]
    public void Functions_AnswerFromFacts(string when, bool holds) => PackText.Judge(PackText.Rule($"\"{when}\""),
        "{ moment: 2026-01-08, component: { purl: 'pkg:npm/x@1.2.0', published: 2026-01-01 }, project: { components: ['pkg:npm/y@2.0.0', 'pkg:npm/x@1.2.0'] }, occurrence: { path_length: 3 } }").Outcomes.Length.ShouldBe(holds ? 1 : 0);

    [Theory]
    [InlineData("1.2.3", "4.0.0", "3, 0, 0")]
    [InlineData("1.2.3", "1.5.1", "0, 3, 0")]
    [InlineData("1.2.3", "1.2.9", "0, 0, 6")]
    [InlineData("v1.2", "1.2.1-rc.1", "0, 0, 1")]
    [InlineData("2.0.0", "1.9.9", "0, 0, 0")]
    [InlineData("1:1.2.3-4", "1:2.0.0-1", "1, 0, 0")]
    [InlineData("final", "2.0.0", "unknown, unknown, unknown")]
    [InlineData("99999999999999999999", "2.0.0", "unknown, unknown, unknown")]
    public void Distance_IsInTheFirstNumberThatDiffers(string version, string latest, string behind) =>
        PackText.Judge(PackText.Rule("'true'").Replace("A message.", "'{component.majors_behind}, {component.minors_behind}, {component.patches_behind}'", StringComparison.Ordinal), $"{{ component: {{ name: x, version: '{version}', latest: '{latest}' }} }}").Outcomes.ShouldHaveSingleItem().Message.ShouldBe(behind);

    [Fact]
    public void Rule_ThatFails_IsNeverSilent()
    {
        var outcome = PackText.Judge(PackText.Rule("1 / path_length > 0"), "{ component: 'pkg:npm/x@1', occurrence: { path_length: 0 } }").Outcomes.ShouldHaveSingleItem();

        outcome.Verdict.ShouldBe(Verdict.Review);
        outcome.Error!.ShouldContain("zero");
    }

    [Fact]
    public void Digest_IsOfFactsAndNotOfTheMoment()
    {
        var one = FactsJson.Digest(PackText.Facts(Copyleft));
        FactsJson.Digest(PackText.Facts(Copyleft.Replace("{ comp", "{ moment: 2020-01-01, comp", StringComparison.Ordinal))).ShouldBe(one);
        FactsJson.Digest(PackText.Facts(Copyleft.Replace("1.2.0", "1.2.1", StringComparison.Ordinal))).ShouldNotBe(one);
        one.Length.ShouldBe(64);
    }

    [Theory]
    [InlineData("critical", "internet", true, 2)]
    [InlineData("critical", "internet", false, 7)]
    [InlineData("critical", "isolated", true, 7)]
    [InlineData("critical", null, true, 2)]
    [InlineData("high", "isolated", false, 30)]
    public void Due_IsByTheFirstLineThatFits(string severity, string? exposure, bool exploited, int days)
    {
        var pack = PackText.Pack(PackText.Rule("has_waiver", more: "").Replace("severity: high", $"severity: {severity}", StringComparison.Ordinal), PackText.Head + """
            due:
              - { severity: critical, known_exploited: true, exposure: [internet], within: 2d }
              - { severity: critical, within: 7d }
              - { severity: high, within: 30d }
            """);

        pack.DueWithin(pack.Rules[0], exposure, exploited).ShouldBe(TimeSpan.FromDays(days));
    }

    [Fact]
    public void Authority_OfASeverityThatIsNotNamed_IsThatOfTheNextHigher()
    {
        var terms = PackText.Pack(PackText.Rule("has_waiver", more: ""), PackText.Head.Replace("{ legal: Legal }", "{ legal: Legal, ciso: CISO }", StringComparison.Ordinal) + "waivers: { longest: 90d, remind: 7d, authority: { critical: [ciso], medium: [legal] } }\n").Waivers;

        terms.Longest.ShouldBe(TimeSpan.FromDays(90));
        terms.Accepting(RuleSeverity.Low).ShouldBe(["legal"]);
        terms.Accepting(RuleSeverity.High).ShouldBe(["ciso"]);
    }

    [Fact]
    public void Judging_WhereNothingHolds_AllocatesNothing()
    {
        var pack = PackText.Pack(string.Concat(Enumerable.Range(0, 50).Select(i => PackText.Rule(
            (i % 5) switch { 0 => $"licence.category == 'copyleft_strong' && path_length > {i}", 1 => $"'!licence.satisfies(allowed) && path_length > {i}'", 2 => $"advisories.exists(a, a.severity == 'critical' && a.score > {i}.0)", 3 => $"component.is('pkg:npm/y{i}')", _ => $"context.distributed && version_in('vers:npm/>{i}.7')" }, id: $"r{i}"))),
            PackText.Head + "allowed: { hosted: ['category:permissive'] }\n");
        var facts = PackText.Facts("{ component: 'pkg:npm/x@1', licence: MIT, context: hosted, occurrence: { path_length: 2 }, advisories: [ { id: CVE-1, severity: high, score: 7.5 } ] }");
        var (judge, outcomes) = (new PolicyJudge(pack), new List<RuleOutcome>());
        for (var i = 0; i < 50; i++) judge.Judge(facts, outcomes).ShouldBe(Verdict.Allow, string.Join(", ", outcomes.Select(o => o.Rule.Id)));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) judge.Judge(facts, outcomes);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1000);
    }

    [Fact]
    public void Explanation_NamesEachRuleAndTheFactsItRead()
    {
        var explanation = PolicyExplanation.Of(PackText.Pack(PackText.Rule("licence.category == 'copyleft_strong'", id: "one") + PackText.Rule("path_length > 2 && context.use == 'hosted'", id: "two") + PackText.Rule("is_direct", more: "unknown: deny", id: "three")
            + PackText.Rule("has_waiver", more: "applies_to: contribution", id: "four")), PackText.Facts(Copyleft));

        explanation.Rules.Select(r => (r.Rule.Id, r.State)).ShouldBe([("one", RuleState.Holds), ("two", RuleState.DoesNotHold), ("three", RuleState.Unknown), ("four", RuleState.NotAsked)]);
        explanation.Rules[1].Read.ShouldBe([("context.use", "\"distributed\""), ("path_length", "unknown")]);
    }

    [Fact]
    public void ShippedPacks_PassTheirOwnTests_AndEachRuleIsSeenToHold()
    {
        var root = Path.Combine(TestPaths.RepoRoot, "packs");
        foreach (var folder in Directory.EnumerateDirectories(root))
        {
            var files = Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Select(f => new PackFile(Path.GetRelativePath(folder, f).Replace('\\', '/'), File.ReadAllText(f)));
            var reading = PackReader.Read(files, LibrarySource.Library);
            reading.Problems.Select(p => p.ToString()).ShouldBeEmpty(folder);
            var results = PackTesting.Run(reading.Pack!);
            results.Where(r => r.Why is not null).Select(r => $"{r.Test.Place.File}:{r.Test.Place.Line} {r.Test.Name}: {r.Why}").ShouldBeEmpty(folder);
            PackTesting.Untested(reading.Pack!, results).Select(r => r.Id).ShouldBeEmpty(folder);
            results.Length.ShouldBeGreaterThan(20, folder);
        }
    }
}
