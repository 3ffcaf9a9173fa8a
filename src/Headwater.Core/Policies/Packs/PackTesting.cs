using System.Collections.Immutable;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Policies.Packs;

/// <summary>What became of one test of a pack.</summary>
/// <param name="Test">The test.</param>
/// <param name="Judgement">What the pack says.</param>
/// <param name="Why">Why it failed, a sentence; null when it passed.</param>
public sealed record PackTestResult(PackTest Test, Judgement Judgement, string? Why);

/// <summary>Runs the tests of packs.</summary>
public static class PackTesting
{
    /// <summary>Runs all tests of a pack.</summary>
    /// <param name="pack">The pack.</param>
    /// <returns>What became of each, in their order.</returns>
    public static ImmutableArray<PackTestResult> Run(PolicyPack pack)
    {
        ArgumentNullException.ThrowIfNull(pack);
        var judge = new PolicyJudge(pack);
        return [.. pack.Tests.Select(test => Run(judge, test))];
    }

    /// <summary>Rules that no passing test makes hold: nobody has seen what they do.</summary>
    /// <param name="pack">The pack.</param>
    /// <param name="results">What became of its tests.</param>
    /// <returns>The rules, in their order.</returns>
    public static ImmutableArray<PolicyRule> Untested(PolicyPack pack, IEnumerable<PackTestResult> results)
    {
        ArgumentNullException.ThrowIfNull(pack);
        var seen = results.Where(r => r.Why is null).SelectMany(r => r.Judgement.Outcomes).Where(o => o.Unknown.IsEmpty).Select(o => o.Rule.Id).ToHashSet(StringComparer.Ordinal);
        return [.. pack.Rules.Where(r => !seen.Contains(r.Id))];
    }

    private static PackTestResult Run(PolicyJudge judge, PackTest test)
    {
        var judgement = judge.Judge(test.Facts);
        var fired = judgement.Outcomes.Where(o => o.Counts).Select(o => o.Rule.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var said = fired.Count == 0 ? "no rule" : string.Join(", ", fired);
        if (judgement.Outcomes.FirstOrDefault(o => o.Error is not null) is { } failed) return new PackTestResult(test, judgement, $"The rule {failed.Rule.Id} fails: {failed.Error}");
        if (judgement.Verdict != test.Verdict) return new PackTestResult(test, judgement, $"Expected {PolicyWords.Of(test.Verdict)}, and it is {PolicyWords.Of(judgement.Verdict)} ({said}).");
        if (test.Rules is { } expected && !fired.SequenceEqual(expected.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), StringComparer.Ordinal))
            return new PackTestResult(test, judgement, $"Expected the rules {(expected.Count == 0 ? "none" : string.Join(", ", expected.Order(StringComparer.Ordinal)))}, and it is {said}.");
        return new PackTestResult(test, judgement, null);
    }
}
