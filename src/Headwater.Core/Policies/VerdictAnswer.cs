using System.Collections.Immutable;
using Headwater.Core.Licences.Obligations;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Policies;

/// <summary>What to do next.</summary>
public enum NextStep
{
    /// <summary>Use it.</summary>
    Use,

    /// <summary>Use it, and mind what was said.</summary>
    UseAndMind,

    /// <summary>Take another version.</summary>
    TakeVersion,

    /// <summary>Say what is not known.</summary>
    Say,

    /// <summary>Ask for a review.</summary>
    AskForReview,

    /// <summary>Leave it, or do what the strictest reason says.</summary>
    Leave,
}

/// <summary>The answer to "can I use this?": a judgement, the nearest version that fares better, what would be owed, and one step.</summary>
/// <param name="Judgement">The judgement.</param>
/// <param name="Better">The nearest version with a milder verdict, and that verdict; null when there is none, or none is needed.</param>
/// <param name="Obligations">What licences ask for in this use, a list for each way to choose; null when the licence is not known or there are too many ways.</param>
/// <param name="Step">What to do next.</param>
/// <param name="Sentence">The same for people.</param>
public sealed record VerdictAnswer(Judgement Judgement, (string Version, Verdict Verdict)? Better, IReadOnlyList<ObligationList>? Obligations, NextStep Step, string Sentence)
{
    /// <summary>So many versions are tried at most.</summary>
    public const int MostVersions = 50;

    /// <summary>Judges, looks for a version that fares better, and says what to do.</summary>
    /// <param name="judge">The policy.</param>
    /// <param name="facts">The facts.</param>
    /// <param name="versions">Versions that may be better, the nearest first.</param>
    /// <param name="at">The facts of the same component in another version.</param>
    /// <param name="obligations">What licences ask for; null to leave it out.</param>
    /// <returns>The answer.</returns>
    public static VerdictAnswer Of(PolicyJudge judge, PolicyFacts facts, IEnumerable<string> versions, Func<string, PolicyFacts> at, ObligationAdviser? obligations)
    {
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(versions);
        ArgumentNullException.ThrowIfNull(at);
        var judgement = judge.Judge(facts);
        (string Version, Verdict Verdict)? better = null;
        if (judgement.Verdict > Verdict.Allow)
        {
            var outcomes = new List<RuleOutcome>();
            foreach (var version in versions.Where(v => v != facts.Component.Version).Take(MostVersions))
            {
                var verdict = judge.Judge(at(version), outcomes);
                if (verdict >= (better?.Verdict ?? judgement.Verdict)) continue;
                better = (version, verdict);
                if (verdict <= Verdict.Warn) break;
            }
        }

        var use = new UseContext(
            facts.Context.Use switch { "internal" => Reach.Internal, "hosted" => Reach.Network, "distributed" or "embedded" or "publication" => Reach.Distributed, _ => null }, facts.Context.IsModified,
            facts.Context.Linkage switch { "derived" => Linkage.Derived, "static" => Linkage.Static, "dynamic" => Linkage.Dynamic, "separate" => Linkage.Separate, _ => null });
        var lists = judgement.Verdict < Verdict.Deny && facts.Licence.Expression is { } expression ? obligations?.For(expression, use) : null;
        var (step, sentence) = Next(judgement, better);
        return new VerdictAnswer(judgement, better, lists, step, sentence);
    }

    private static (NextStep, string) Next(Judgement judgement, (string Version, Verdict Verdict)? better)
    {
        if (judgement.Verdict == Verdict.Allow) return (NextStep.Use, "Use it.");
        if (better is (var version, <= Verdict.Warn) && judgement.Verdict > Verdict.Warn) return (NextStep.TakeVersion, $"Take version {version}: it is allowed{(better.Value.Verdict == Verdict.Warn ? ", with a warning" : "")}.");
        if (better is (var fairer, Verdict.Review) && judgement.Verdict == Verdict.Deny) return (NextStep.TakeVersion, $"Take version {fairer}, and ask for a review: it is not denied, and not yet allowed.");
        var counting = judgement.Outcomes.Where(o => o.Counts && o.Verdict == judgement.Verdict).ToImmutableArray();
        if (judgement.Verdict == Verdict.Warn) return (NextStep.UseAndMind, $"Use it, and mind this: {counting[0].Fix ?? counting[0].Message}");
        if (counting.All(o => !o.Unknown.IsEmpty)) return (NextStep.Say, counting.FirstOrDefault(o => o.Unknown.Any(u => u.StartsWith("context.", StringComparison.Ordinal)))?.Fix ?? counting[0].Fix ?? "Find out what is not known.");
        if (judgement.Verdict == Verdict.Deny) return (NextStep.Leave, counting.First(o => o.Unknown.IsEmpty).Fix ?? "Do not use it.");
        var reviewers = judgement.Reviewers.Select(r => judgement.Pack.Reviewers.GetValueOrDefault(r, r)).ToList();
        return (NextStep.AskForReview, reviewers.Count == 0 ? "Ask for a review." : $"Ask for a review by {string.Join(" and ", reviewers)}.");
    }
}
