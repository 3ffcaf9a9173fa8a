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
        // Conditions are written out once each: packs may have thousands of rules.
        var alike = rules.GroupBy(r => (r.AppliesTo, r.When.ToString())).Where(g => g.Skip(1).Any()).Select(g => g.ToList()).SelectMany(g => g.Select(r => (Rule: r, Group: g))).ToDictionary(p => p.Rule, p => p.Group);
        for (var i = 0; i < rules.Count; i++)
        {
            if (NeverHolds(rules[i])) yield return rules[i].Place with { Message = $"'{rules[i].Id}' can never hold: its condition is false whatever the facts are." };
            if (alike.TryGetValue(rules[i], out var group) && rules[i].Verdict != Verdict.Allow)
            {
                var own = group.IndexOf(rules[i]);
                if (group.Where((other, at) => at != own && (other.Verdict > rules[i].Verdict || (other.Verdict == rules[i].Verdict && at < own)) && (other.Scope.IsEverywhere || other.Scope.Equals(rules[i].Scope))).FirstOrDefault() is { } more)
                    yield return rules[i].Place with { Message = $"'{rules[i].Id}' adds nothing: '{more.Id}' has the same condition, and says the same or more." };
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
