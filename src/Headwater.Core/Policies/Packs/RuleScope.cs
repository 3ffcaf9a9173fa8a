using System.Collections.Immutable;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Policies.Packs;

/// <summary>Where a rule holds: in some of the units, with some of the tags, in some of the contexts and stages. An empty list is everywhere.</summary>
/// <param name="Units">Organisation units; what belongs to one belongs to those above it too.</param>
/// <param name="Tags">Tags of projects.</param>
/// <param name="Contexts">Use contexts.</param>
/// <param name="Stages">Stages of the pipeline.</param>
public sealed record RuleScope(ImmutableArray<string> Units, ImmutableArray<string> Tags, ImmutableArray<string> Contexts, ImmutableArray<string> Stages)
{
    private static readonly CelUnknowns s_units = new("project.units"), s_tags = new("project.tags"), s_use = new("context.use"), s_stage = new("occurrence.stage");

    /// <summary>No bounds.</summary>
    public static RuleScope Everywhere { get; } = new([], [], [], []);

    /// <summary>Whether it has no bounds.</summary>
    public bool IsEverywhere => Units.IsEmpty && Tags.IsEmpty && Contexts.IsEmpty && Stages.IsEmpty;

    /// <summary>Whether the facts lie within it.</summary>
    /// <param name="facts">The facts.</param>
    /// <param name="unknowns">What is not known, when it cannot be told.</param>
    /// <returns>Null when it cannot be told.</returns>
    public bool? Holds(PolicyFacts facts, out CelUnknowns? unknowns)
    {
        ArgumentNullException.ThrowIfNull(facts);
        unknowns = null;
        if (IsEverywhere) return true;
        return Any(Units, facts.Project.Units, s_units, ref unknowns) && Any(Tags, facts.Project.Tags, s_tags, ref unknowns) && One(Contexts, facts.Context.Use, s_use, ref unknowns)
            && One(Stages, facts.Occurrence.Stage, s_stage, ref unknowns) ? unknowns is null ? true : null : false;
    }

    /// <returns>False when it is known not to hold.</returns>
    private static bool Any(ImmutableArray<string> wanted, IReadOnlyList<string>? has, CelUnknowns unknown, ref CelUnknowns? unknowns)
    {
        if (wanted.IsEmpty) return true;
        if (has is null)
        {
            unknowns = unknown.And(unknowns);
            return true;
        }

        for (var i = 0; i < has.Count; i++)
        {
            if (wanted.Contains(has[i], StringComparer.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private static bool One(ImmutableArray<string> wanted, string? has, CelUnknowns unknown, ref CelUnknowns? unknowns)
    {
        if (wanted.IsEmpty) return true;
        if (has is not null) return wanted.Contains(has, StringComparer.Ordinal);
        unknowns = unknown.And(unknowns);
        return true;
    }

    /// <summary>By what the lists hold, in whatever order.</summary>
    /// <param name="other">Another.</param>
    /// <returns>Whether they bound the same.</returns>
    public bool Equals(RuleScope? other) => other is not null && Same(Units, other.Units) && Same(Tags, other.Tags) && Same(Contexts, other.Contexts) && Same(Stages, other.Stages);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Units.Length, Tags.Length, Contexts.Length, Stages.Length);

    private static bool Same(ImmutableArray<string> a, ImmutableArray<string> b) => a.Length == b.Length && a.ToHashSet(StringComparer.Ordinal).SetEquals(b);
}
