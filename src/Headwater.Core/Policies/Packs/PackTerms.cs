using System.Collections.Immutable;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Policies.Packs;

/// <summary>How soon a violation is due. The first line of a pack's table that fits holds.</summary>
/// <param name="Severity">Of rules of this severity; null for any.</param>
/// <param name="Category">Of rules of this category; null for any.</param>
/// <param name="Exposures">Of projects that these can reach; empty for any.</param>
/// <param name="KnownExploited">Whether an advisory that CISA lists as exploited is behind it; null for whether or not.</param>
/// <param name="Within">So long there is.</param>
public sealed record DueLine(RuleSeverity? Severity, RuleCategory? Category, ImmutableArray<string> Exposures, bool? KnownExploited, TimeSpan Within)
{
    internal bool Fits(PolicyRule rule, string? exposure, bool knownExploited) =>
        (Severity is null || Severity == rule.Severity) && (Category is null || Category == rule.Category) && (KnownExploited is null || KnownExploited == knownExploited)
        // Whom it can reach is not known: then it is due as if everybody could, for not known is not harmless.
        && (Exposures.IsEmpty || exposure is null || Exposures.Contains(exposure, StringComparer.Ordinal));
}

/// <summary>What a pack demands of waivers.</summary>
/// <param name="Longest">They end at the latest after so long.</param>
/// <param name="Remind">So long before the end somebody is reminded.</param>
/// <param name="Authority">By the severity of the rule: who may accept the risk, by their keys in the pack. Severities that are not there are accepted by those of the next higher one that is.</param>
public sealed record WaiverTerms(TimeSpan Longest, TimeSpan Remind, ImmutableDictionary<RuleSeverity, ImmutableArray<string>> Authority)
{
    /// <summary>A year, thirty days, and nobody in particular.</summary>
    public static WaiverTerms Default { get; } = new(TimeSpan.FromDays(365), TimeSpan.FromDays(30), ImmutableDictionary<RuleSeverity, ImmutableArray<string>>.Empty);

    /// <summary>Who may accept the risk of a rule.</summary>
    /// <param name="severity">The severity of the rule.</param>
    /// <returns>Their keys in the pack; empty when the pack says nothing of it.</returns>
    public ImmutableArray<string> Accepting(RuleSeverity severity)
    {
        for (var one = severity; one <= RuleSeverity.Critical; one++)
        {
            if (Authority.TryGetValue(one, out var who)) return who;
        }

        return [];
    }
}

/// <summary>How old data may be before what it says counts as not known; null for no bound.</summary>
/// <param name="Advisories">Advisories.</param>
/// <param name="Registries">What registries say.</param>
public sealed record StaleTerms(TimeSpan? Advisories, TimeSpan? Registries);

/// <summary>A clause of the written policy.</summary>
/// <param name="Id">As rules name it.</param>
/// <param name="Title">What it is about.</param>
/// <param name="Link">Where it is to be read; null for nowhere.</param>
public sealed record PolicyClause(string Id, string Title, string? Link);
