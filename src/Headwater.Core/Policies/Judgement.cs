using System.Collections.Immutable;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Packs;

namespace Headwater.Core.Policies;

/// <summary>What one rule came to.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Verdict">What it says.</param>
/// <param name="Message">In a sentence.</param>
public sealed record RuleOutcome(PolicyRule Rule, Verdict Verdict, string Message)
{
    /// <summary>How to come to another verdict; null for nothing.</summary>
    public string? Fix { get; init; }

    /// <summary>The finding it is about; null for none.</summary>
    public AdvisoryFact? Advisory { get; init; }

    /// <summary>What is not known, when that is why.</summary>
    public ImmutableArray<string> Unknown { get; init; } = [];

    /// <summary>What went wrong, when that is why.</summary>
    public string? Error { get; init; }

    /// <summary>The allowing rule for which it does not count; null when it counts.</summary>
    public PolicyRule? ClearedBy { get; init; }

    /// <summary>The waiver for which it does not count; null when it counts.</summary>
    public WaiverFact? WaivedBy { get; init; }

    /// <summary>Whether it counts.</summary>
    public bool Counts => ClearedBy is null && WaivedBy is null;
}

/// <summary>What a policy says of facts, and why.</summary>
/// <param name="Pack">The policy.</param>
/// <param name="Verdict">The strictest of what counts; allow when nothing does.</param>
/// <param name="Outcomes">What its rules came to, the strictest first; rules that do not hold are not there.</param>
/// <param name="FactsDigest">SHA-256 of the facts, hexadecimal.</param>
public sealed record Judgement(PolicyPack Pack, Verdict Verdict, ImmutableArray<RuleOutcome> Outcomes, string FactsDigest)
{
    /// <summary>Who reviews, by their keys in the pack; empty when nobody has to.</summary>
    public IEnumerable<string> Reviewers => Outcomes.Where(o => o.Counts && o.Verdict == Verdict.Review).SelectMany(o => o.Rule.Reviewers).Distinct(StringComparer.Ordinal);
}
