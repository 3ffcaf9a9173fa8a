using Headwater.Core.Packages;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Policies.Packs;

/// <summary>Finds rules that can never hold, and rules that say nothing which another does not say.</summary>
internal static class UnreachableRules
{
    /// <summary>Facts that are there whether or not anybody knows them: with them, nothing can be told from facts of which nothing is known.</summary>
    private static readonly HashSet<string> s_always = [.. PolicyLanguage.Facts.Where(f => !f.MayBeUnknown).Select(f => f.Path)];

    public static IEnumerable<PackProblem> Find(IReadOnlyList<PolicyRule> rules)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            if (NeverHolds(rules[i])) yield return rules[i].Place with { Message = $"'{rules[i].Id}' can never hold: its condition is false whatever the facts are." };
            for (var j = 0; j < rules.Count; j++)
            {
                if (i == j || rules[i].AppliesTo != rules[j].AppliesTo || rules[i].Verdict > rules[j].Verdict || (rules[i].Verdict == rules[j].Verdict && j > i)) continue;
                if (rules[i].Verdict == Verdict.Allow || !(rules[j].Scope.IsEverywhere || rules[j].Scope.Equals(rules[i].Scope)) || rules[i].When.ToString() != rules[j].When.ToString()) continue;
                yield return rules[i].Place with { Message = $"'{rules[i].Id}' adds nothing: '{rules[j].Id}' has the same condition, and says the same or more." };
                break;
            }

            if (rules.FirstOrDefault(r => r.Clears.Contains(rules[i].Id) && r.Scope.IsEverywhere && AlwaysHolds(r)) is { } clearing)
                yield return rules[i].Place with { Message = $"'{rules[i].Id}' never counts: '{clearing.Id}' always clears it." };
        }
    }

    private static bool AlwaysHolds(PolicyRule rule) => rule.When.Reads.IsEmpty && rule.When.Calls.IsEmpty && Test(rule, new ContextFact()) == true;

    /// <summary>A condition that is false when nothing is known but the use context, for each context in which the rule holds, is false for good: knowledge makes nothing true that is false without it.</summary>
    private static bool NeverHolds(PolicyRule rule)
    {
        if (rule.When.Reads.Any(r => s_always.Contains(r) || r is "component" or "licence" or "advisory" or "advisories" or "allowed" or "context")) return false;
        var uses = rule.Scope.Contexts.IsEmpty ? ContextFact.Uses : rule.Scope.Contexts;
        return uses.All(use => Test(rule, new ContextFact { Use = use }) == false);
    }

    private static bool? Test(PolicyRule rule, ContextFact context) =>
        rule.When.Test(new CelActivation(rule.When.Environment) { Subject = new PolicyFacts { Moment = DateTimeOffset.UnixEpoch, Component = new ComponentFact { Purl = PackageUrl.Parse("pkg:generic/any") }, Context = context } }, out _);
}
