using System.Collections.Immutable;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Packs;

namespace Headwater.Core.Policies;

/// <summary>Judges by a pack. One at a time and one thread each; nothing is allocated while no rule holds.</summary>
public sealed class PolicyJudge
{
    private static readonly CelUnknowns s_advisories = new("advisories");

    private readonly PolicyPack _pack;
    private readonly CelActivation _activation;
    private readonly List<RuleOutcome> _outcomes = [];

    /// <summary>Prepares to judge.</summary>
    /// <param name="pack">The policy.</param>
    public PolicyJudge(PolicyPack pack)
    {
        ArgumentNullException.ThrowIfNull(pack);
        _pack = pack;
        _activation = new CelActivation(pack.Environment);
    }

    /// <summary>Judges, with digest and reasons.</summary>
    /// <param name="facts">The facts.</param>
    /// <returns>The judgement.</returns>
    public Judgement Judge(PolicyFacts facts)
    {
        var verdict = Judge(facts, _outcomes);
        return new Judgement(_pack, verdict, [.. _outcomes.OrderByDescending(o => o.Counts).ThenByDescending(o => o.Verdict).ThenByDescending(o => o.Rule.Severity)], FactsJson.Digest(facts));
    }

    /// <summary>Judges many times without making anything that is not asked for.</summary>
    /// <param name="facts">The facts.</param>
    /// <param name="outcomes">Is cleared, and filled with what rules came to, in the order of the pack.</param>
    /// <returns>The strictest of what counts.</returns>
    public Verdict Judge(PolicyFacts facts, List<RuleOutcome> outcomes)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(outcomes);
        outcomes.Clear();
        _activation.Subject = facts;
        foreach (var rule in _pack.Rules)
        {
            if (!IsAskedAbout(rule.AppliesTo, facts.Subject)) continue;
            var within = rule.Scope.Holds(facts, out var unknown);
            if (within == false) continue;
            if (rule.AppliesTo != RuleSubject.Finding) Ask(rule, facts, null, unknown, outcomes);
            else
            {
                for (var i = 0; i < (facts.Advisories?.Count ?? 0); i++) Ask(rule, facts, facts.Advisories![i], unknown, outcomes);
                if ((facts.Advisories is null || !facts.AreAdvisoriesComplete) && rule.Unknown is { } says) Unknown(rule, says, s_advisories.And(unknown), facts, null, outcomes);
            }
        }

        if (outcomes.Count == 0) return Verdict.Allow;
        Clear(outcomes);
        var verdict = Verdict.Allow;
        foreach (var outcome in outcomes)
        {
            if (outcome.Counts && outcome.Verdict > verdict) verdict = outcome.Verdict;
        }

        return verdict;
    }

    private void Ask(PolicyRule rule, PolicyFacts facts, AdvisoryFact? advisory, CelUnknowns? scope, List<RuleOutcome> outcomes)
    {
        facts.Advisory = advisory;
        switch (rule.When.Test(_activation, out var other))
        {
            case true when scope is null: Add(rule, rule.Verdict, facts, advisory, [], null, outcomes); break;
            case true: Unknown(rule, rule.Unknown, scope, facts, advisory, outcomes); break;
            case false: break;
            case null when other.Unknowns is { } unknowns: Unknown(rule, rule.Unknown, unknowns.And(scope), facts, advisory, outcomes); break;
            default: Add(rule, _pack.OnError, facts, advisory, [], other.Error?.ToString() ?? "The condition is neither true nor false.", outcomes); break;
        }

        facts.Advisory = null;
    }

    private void Unknown(PolicyRule rule, UnknownVerdicts? says, CelUnknowns unknowns, PolicyFacts facts, AdvisoryFact? advisory, List<RuleOutcome> outcomes)
    {
        var verdict = says?.Of(unknowns) ?? _pack.OnError;
        if (verdict > Verdict.Allow) Add(rule, verdict, facts, advisory, unknowns.Paths, null, outcomes);
    }

    private void Add(PolicyRule rule, Verdict verdict, PolicyFacts facts, AdvisoryFact? advisory, ImmutableArray<string> unknown, string? error, List<RuleOutcome> outcomes)
    {
        facts.Advisory = advisory;
        var message = unknown.IsEmpty ? error is null ? rule.Message.Fill(_activation) : $"{rule.Title}: the rule fails on these facts ({error})" : $"{rule.Title}: it cannot be told, because {Sentence(unknown)} not known.";
        outcomes.Add(new RuleOutcome(rule, verdict, message)
        {
            Fix = unknown.IsEmpty ? rule.Fix?.Fill(_activation) : UnknownFacts.WayOut(unknown), Advisory = advisory, Unknown = unknown, Error = error,
            WaivedBy = verdict == Verdict.Allow ? null : facts.Waivers.FirstOrDefault(w => w.Covers(rule.Id, advisory, facts.Moment)),
        });
    }

    private static string Sentence(ImmutableArray<string> paths) => paths is [var one] ? one == "advisories" ? "advisories are" : $"{one} is" : $"{string.Join(", ", paths[..^1])} and {paths[^1]} are";

    /// <summary>What an allowing rule names does not count when it holds.</summary>
    private static void Clear(List<RuleOutcome> outcomes)
    {
        for (var i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i] is not { Verdict: Verdict.Allow, Rule.Clears: { IsEmpty: false } clears } allowing) continue;
            for (var j = 0; j < outcomes.Count; j++)
            {
                if (outcomes[j].ClearedBy is null && clears.Contains(outcomes[j].Rule.Id, StringComparer.Ordinal)) outcomes[j] = outcomes[j] with { ClearedBy = allowing.Rule };
            }
        }
    }

    internal static bool IsAskedAbout(RuleSubject rule, PolicySubject subject) => subject switch
    {
        PolicySubject.Use => rule is RuleSubject.Component or RuleSubject.Licence or RuleSubject.Finding,
        PolicySubject.Contribution => rule == RuleSubject.Contribution,
        PolicySubject.Publication => rule == RuleSubject.Publication,
        _ => rule == RuleSubject.Request,
    };
}
