using System.Collections.Frozen;
using System.Collections.Immutable;
using Headwater.Core.Policies.Cel;
using Headwater.Core.Policies.Facts;

namespace Headwater.Core.Policies.Packs;

/// <summary>
/// A policy that was read and checked: rules, lists, terms and tests. It never changes; any number of threads judge by it.
/// <code>
/// folder of YAML ─► PackReader ─► PolicyPack ─► PolicyJudge(facts) ─► Judgement: verdict, reasons, ways out
/// </code>
/// </summary>
public sealed class PolicyPack
{
    internal PolicyPack(CelEnvironment environment) => Environment = environment;

    /// <summary>Its name: small letters, digits and dashes.</summary>
    public required string Name { get; init; }

    /// <summary>What people call it.</summary>
    public required string Title { get; init; }

    /// <summary>Its version, as its authors write it.</summary>
    public required string Version { get; init; }

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>SHA-256 over paths and contents of its files, hexadecimal: which text judged.</summary>
    public required string Digest { get; init; }

    /// <summary>The rules, in the order of files and lines.</summary>
    public required ImmutableArray<PolicyRule> Rules { get; init; }

    /// <summary>Its tests.</summary>
    public required ImmutableArray<PackTest> Tests { get; init; }

    /// <summary>Who reviews and accepts risks: key and title.</summary>
    public required FrozenDictionary<string, string> Reviewers { get; init; }

    /// <summary>The clauses of the written policy, by identifier.</summary>
    public required FrozenDictionary<string, PolicyClause> Clauses { get; init; }

    /// <summary>Its lists: licences and categories, by name.</summary>
    public required FrozenDictionary<string, ImmutableArray<string>> Lists { get; init; }

    /// <summary>The lists of what is allowed, by use context.</summary>
    public required FrozenDictionary<string, ImmutableArray<string>> Allowed { get; init; }

    /// <summary>What a rule says that fails on the facts: an error in a rule never allows.</summary>
    public Verdict OnError { get; init; } = Verdict.Review;

    /// <summary>How soon violations are due.</summary>
    public required ImmutableArray<DueLine> Due { get; init; }

    /// <summary>What it demands of waivers.</summary>
    public WaiverTerms Waivers { get; init; } = WaiverTerms.Default;

    /// <summary>How old data may be.</summary>
    public StaleTerms Stale { get; init; } = new(null, null);

    /// <summary>In which the conditions were compiled.</summary>
    internal CelEnvironment Environment { get; }

    /// <summary>A rule.</summary>
    /// <param name="id">Its identifier.</param>
    /// <returns>Null for none.</returns>
    public PolicyRule? Find(string id) => Rules.FirstOrDefault(r => r.Id == id);

    /// <summary>How soon an outcome is due.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="exposure">Who can reach the project; null for unknown.</param>
    /// <param name="knownExploited">Whether an advisory that is known to be exploited is behind it.</param>
    /// <returns>Null when the pack says nothing of it.</returns>
    public TimeSpan? DueWithin(PolicyRule rule, string? exposure, bool knownExploited)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Due.FirstOrDefault(line => line.Fits(rule, exposure, knownExploited))?.Within;
    }
}

/// <summary>A test of a pack: facts, and what is expected of them.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Facts">The facts.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Rules">The rules that say so, in whatever order; null when it does not matter.</param>
/// <param name="Place">The file and line where it stands.</param>
public sealed record PackTest(string Name, PolicyFacts Facts, Verdict Verdict, IReadOnlyList<string>? Rules, PackProblem Place);
