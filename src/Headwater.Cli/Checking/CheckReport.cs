using Headwater.Cli.Scanning;
using Headwater.Core.Policies;
using Headwater.Core.Policies.Facts;
using Headwater.Core.Policies.Packs;

namespace Headwater.Cli.Checking;

/// <summary>A rule that holds for a component, or hangs on what is not known of it.</summary>
/// <param name="Component">The component.</param>
/// <param name="Path">A shortest path from the root to it, root first; empty when none is known.</param>
/// <param name="Outcome">What the rule came to.</param>
/// <param name="Fingerprint">By which the same violation is known in another document: rule, package without its version, advisory or licence.</param>
/// <param name="IsNew">Whether the baseline does not have it; true when there is no baseline.</param>
internal sealed record Violation(ComponentFact Component, IReadOnlyList<string> Path, RuleOutcome Outcome, string Fingerprint, bool IsNew)
{
    /// <summary>Whether it counts against a limit: it is not waived, not cleared, and new.</summary>
    public bool Fails(Verdict? limit) => limit is { } at && IsNew && Outcome.Counts && Outcome.Verdict >= at;
}

/// <summary>What a policy says of one document.</summary>
/// <param name="Document">The document.</param>
/// <param name="Components">How many components were judged.</param>
/// <param name="ByVerdict">How many of them came to each verdict.</param>
/// <param name="Violations">All that is more than allowed, or was waived, the strictest first.</param>
internal sealed record DocumentCheck(ScannedDocument Document, int Components, IReadOnlyDictionary<Verdict, int> ByVerdict, IReadOnlyList<Violation> Violations);

/// <summary>What a policy says of all documents, and the data it rests on.</summary>
internal sealed record CheckReport(PolicyPack Pack, IReadOnlyList<DocumentCheck> Documents, ContextFact Context, Verdict? FailOn, bool HasBaseline, string Data, DateTimeOffset Now)
{
    public IEnumerable<Violation> Violations => Documents.SelectMany(d => d.Violations);

    public int Failing => Violations.Count(v => v.Fails(FailOn));
}
