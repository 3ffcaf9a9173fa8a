using System.Collections.Immutable;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Packs;

namespace Headwater.Core.Policies;

/// <summary>What became of a rule.</summary>
public enum RuleState
{
    /// <summary>It is about something else: another kind of subject, or outside its scope.</summary>
    NotAsked,

    /// <summary>Its condition is false.</summary>
    DoesNotHold,

    /// <summary>Its condition is true.</summary>
    Holds,

    /// <summary>It hangs on what is not known.</summary>
    Unknown,

    /// <summary>It fails on these facts.</summary>
    Fails,
}

/// <summary>A rule, what became of it, and the facts that it read.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="State">What became of it.</param>
/// <param name="Read">The facts that its condition names, each with its value as text; <c>unknown</c> where it is not known.</param>
public sealed record ExplainedRule(PolicyRule Rule, RuleState State, ImmutableArray<(string Path, string Value)> Read);

/// <summary>A judgement with every rule of the pack, also those that did not hold.</summary>
/// <param name="Judgement">The judgement.</param>
/// <param name="Facts">The facts it rests on.</param>
/// <param name="Rules">Each rule, in the order of the pack.</param>
public sealed record PolicyExplanation(Judgement Judgement, PolicyFacts Facts, ImmutableArray<ExplainedRule> Rules)
{
    private const int MostShown = 12;

    /// <summary>Judges and explains.</summary>
    /// <param name="pack">The policy.</param>
    /// <param name="facts">The facts.</param>
    /// <returns>The explanation.</returns>
    public static PolicyExplanation Of(PolicyPack pack, PolicyFacts facts)
    {
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(facts);
        var judgement = new PolicyJudge(pack).Judge(facts);
        var activation = new CelActivation(pack.Environment) { Subject = facts };
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        return new PolicyExplanation(judgement, facts, [.. pack.Rules.Select(rule => new ExplainedRule(rule, State(rule, judgement, facts), [.. rule.When.Reads.Where(r => r != "advisory" && !r.StartsWith("advisory.", StringComparison.Ordinal)).Select(path => (path, Value(path)))]))]);

        string Value(string path)
        {
            if (values.TryGetValue(path, out var known)) return known;
            var value = pack.Environment.Compile(path).Program is { } program ? program.Evaluate(activation) : CelValue.Failed("");
            return values[path] = Shown(value);
        }
    }

    private static string Shown(in CelValue value)
    {
        if (value.IsErrorOrUnknown) return "unknown";
        if (value.Record is { } record) return record switch { LicenceFact licence => licence.Text, ComponentFact component => component.Label, AdvisoryFact advisory => advisory.Id, _ => "…" };
        if (value.List is not { } list) return value.ToString();
        var shown = new List<string>();
        for (var i = 0; i < Math.Min(list.Count, MostShown); i++) shown.Add(Shown(list[i]));
        return $"[{string.Join(", ", shown)}{(list.Count > MostShown ? ", …" : "")}]";
    }

    private static RuleState State(PolicyRule rule, Judgement judgement, PolicyFacts facts)
    {
        var outcomes = judgement.Outcomes.Where(o => ReferenceEquals(o.Rule, rule)).ToList();
        if (outcomes.Count == 0) return PolicyJudge.IsAskedAbout(rule.AppliesTo, facts.Subject) && rule.Scope.Holds(facts, out _) != false ? RuleState.DoesNotHold : RuleState.NotAsked;
        return outcomes.Exists(o => o.Error is not null) ? RuleState.Fails : outcomes.Exists(o => o.Unknown.IsEmpty) ? RuleState.Holds : RuleState.Unknown;
    }
}
