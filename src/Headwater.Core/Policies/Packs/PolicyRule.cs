using System.Collections.Immutable;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Policies.Packs;

/// <summary>What a rule is asked about.</summary>
public enum RuleSubject
{
    /// <summary>The use of a component, once.</summary>
    Component,

    /// <summary>A licence in a context, whatever component it is of.</summary>
    Licence,

    /// <summary>Each vulnerability of a component.</summary>
    Finding,

    /// <summary>A contribution to a project of others.</summary>
    Contribution,

    /// <summary>The publication of a project of one's own.</summary>
    Publication,

    /// <summary>A request.</summary>
    Request,
}

/// <summary>What kind of risk a rule is about.</summary>
public enum RuleCategory
{
    /// <summary>What licences ask for and forbid.</summary>
    Licence,

    /// <summary>Vulnerabilities.</summary>
    Security,

    /// <summary>Age, support and health.</summary>
    Operational,

    /// <summary>Export and sanctions.</summary>
    Export,

    /// <summary>Packages that are not what they seem.</summary>
    SupplyChain,
}

/// <summary>How grave it is when a rule holds; decides how soon it is due and who may accept the risk.</summary>
public enum RuleSeverity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Low.</summary>
    Low,

    /// <summary>Medium.</summary>
    Medium,

    /// <summary>High.</summary>
    High,

    /// <summary>Critical.</summary>
    Critical,
}

/// <summary>One rule of a pack. It never changes.</summary>
public sealed class PolicyRule
{
    /// <summary>Its identifier, unique within the pack: small letters, digits, dots and dashes.</summary>
    public required string Id { get; init; }

    /// <summary>What it is about: a phrase.</summary>
    public required string Title { get; init; }

    /// <summary>What it is asked about.</summary>
    public RuleSubject AppliesTo { get; init; }

    /// <summary>Where it holds.</summary>
    public RuleScope Scope { get; init; } = RuleScope.Everywhere;

    /// <summary>The condition.</summary>
    public required CelProgram When { get; init; }

    /// <summary>What it says when the condition holds.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>What it says when that hangs on facts that are not known; null where all facts are always known.</summary>
    public UnknownVerdicts? Unknown { get; init; }

    /// <summary>Who reviews, by their keys in the pack.</summary>
    public ImmutableArray<string> Reviewers { get; init; } = [];

    /// <summary>What kind of risk it is about.</summary>
    public RuleCategory Category { get; init; }

    /// <summary>How grave it is.</summary>
    public RuleSeverity Severity { get; init; }

    /// <summary>What it says to people.</summary>
    public required MessageTemplate Message { get; init; }

    /// <summary>How to come to another verdict; null for an allowing rule without one.</summary>
    public MessageTemplate? Fix { get; init; }

    /// <summary>The clause of the written policy; null for none.</summary>
    public string? Clause { get; init; }

    /// <summary>Controls of frameworks that it serves, such as <c>ISO5230:3.3.2</c>.</summary>
    public ImmutableArray<string> Controls { get; init; } = [];

    /// <summary>Of a rule that allows: the rules whose outcome does not count when it holds.</summary>
    public ImmutableArray<string> Clears { get; init; } = [];

    /// <summary>The file and line where it stands.</summary>
    public required PackProblem Place { get; init; }

    /// <summary>Whether it reads nothing but what is true of a component version wherever it is used, so that it is judged once for all projects.</summary>
    public bool IsOfComponentAlone { get; init; }
}

/// <summary>What a rule says when it hangs on what is not known: by the fact, and for all others.</summary>
/// <param name="ByFact">The beginning of a path (<c>licence</c>, <c>component.version</c>), and the verdict.</param>
/// <param name="Otherwise">For all other facts.</param>
public sealed record UnknownVerdicts(ImmutableArray<(string Path, Verdict Verdict)> ByFact, Verdict Otherwise)
{
    /// <summary>The verdict for what is not known: the strictest for any of the paths.</summary>
    /// <param name="unknowns">What is not known.</param>
    /// <returns>The verdict.</returns>
    public Verdict Of(CelUnknowns unknowns)
    {
        ArgumentNullException.ThrowIfNull(unknowns);
        var verdict = Verdict.Allow;
        foreach (var path in unknowns.Paths)
        {
            var one = Of(path);
            if (one > verdict) verdict = one;
        }

        return verdict;
    }

    private Verdict Of(string path)
    {
        var (longest, verdict) = (-1, Otherwise);
        foreach (var (start, says) in ByFact)
        {
            if (start.Length > longest && path.StartsWith(start, StringComparison.Ordinal) && (path.Length == start.Length || path[start.Length] == '.')) (longest, verdict) = (start.Length, says);
        }

        return verdict;
    }
}
