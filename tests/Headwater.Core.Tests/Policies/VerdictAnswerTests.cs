using Headwater.Core.Advisories;
using Headwater.Core.Packages;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Tests.Licences;
using Headwater.Core.Tests.Policies.Packs;

namespace Headwater.Core.Tests.Policies;

/// <summary>"Can I use this?": the version that fares better, and the one step.</summary>
public sealed class VerdictAnswerTests
{
    private static readonly string s_rules = PackText.Rule("advisory.severity == 'critical'", more: "applies_to: finding\nunknown: allow", id: "critical") + PackText.Rule("advisory.severity == 'high'", "warn", "applies_to: finding\nunknown: allow", "high")
        + PackText.Rule("licence.category == 'copyleft_strong' && context.distributed", "review", "unknown: review\nreviewers: [legal]", "copyleft");

    /// <param name="severities">By version: the severity of its one finding; versions that are not named have none.</param>
    private static VerdictAnswer Ask(string licence, string? use, Dictionary<string, Severity> severities, params string[] versions)
    {
        var judge = new PolicyJudge(PackText.Pack(s_rules));
        return VerdictAnswer.Of(judge, At("1.0.0"), versions, At, LibrarySource.Library.Obligations);

        PolicyFacts At(string version) => new()
        {
            Moment = DateTimeOffset.UnixEpoch, Component = new ComponentFact { Purl = PackageUrl.Parse($"pkg:npm/x@{version}") }, Licence = LicenceFact.Of(licence, LibrarySource.Library), Context = new ContextFact { Use = use },
            Advisories = severities.TryGetValue(version, out var severity) ? [new AdvisoryFact { Id = "CVE-1", Severity = severity }] : [],
        };
    }

    [Fact]
    public void Allowed_IsUsed() => Ask("MIT", "distributed", []).ShouldSatisfyAllConditions(a => a.Step.ShouldBe(NextStep.Use), a => a.Better.ShouldBeNull(), a => a.Obligations!.ShouldHaveSingleItem().Licences.ShouldBe(["MIT"]));

    [Fact]
    public void Denied_TakesTheNearestVersionThatIsAllowed()
    {
        var answer = Ask("MIT", "distributed", new() { ["1.0.0"] = Severity.Critical, ["1.0.1"] = Severity.Critical, ["1.0.2"] = Severity.High }, "1.0.1", "1.0.2", "1.1.0");

        answer.Better.ShouldBe(("1.0.2", Verdict.Warn));
        answer.Step.ShouldBe(NextStep.TakeVersion);
        answer.Sentence.ShouldBe("Take version 1.0.2: it is allowed, with a warning.");
        answer.Obligations.ShouldBeNull();
    }

    [Fact]
    public void Denied_WithoutAnotherVersion_IsLeft() => Ask("MIT", "distributed", new() { ["1.0.0"] = Severity.Critical }).ShouldSatisfyAllConditions(a => a.Step.ShouldBe(NextStep.Leave), a => a.Sentence.ShouldBe("A way out."));

    [Fact]
    public void Warned_IsUsedAndMinded_EvenWhereAVersionIsBetter() => Ask("MIT", "distributed", new() { ["1.0.0"] = Severity.High }, "1.0.1").ShouldSatisfyAllConditions(a => a.Step.ShouldBe(NextStep.UseAndMind), a => a.Better.ShouldBe(("1.0.1", Verdict.Allow)));

    [Fact]
    public void Review_NamesWhoReviews() => Ask("GPL-3.0-only", "distributed", []).Sentence.ShouldBe("Ask for a review by Legal.");

    [Fact]
    public void Unknown_IsAskedFor() => Ask("GPL-3.0-only", null, []).ShouldSatisfyAllConditions(a => a.Step.ShouldBe(NextStep.Say), a => a.Sentence.ShouldBe("Say how it is used."));

    [Fact]
    public void Versions_AreNotTriedWithoutEnd()
    {
        var tried = 0;
        var judge = new PolicyJudge(PackText.Pack(s_rules));
        var facts = PackText.Facts("{ component: 'pkg:npm/x@1.0.0', licence: MIT, context: hosted, advisories: [ { id: CVE-1, severity: critical } ] }");

        VerdictAnswer.Of(judge, facts, Enumerable.Range(1, int.MaxValue).Select(i => $"1.0.{i}"), _ =>
        {
            tried++;
            return facts;
        }, null).Better.ShouldBeNull();
        tried.ShouldBe(VerdictAnswer.MostVersions);
    }
}
