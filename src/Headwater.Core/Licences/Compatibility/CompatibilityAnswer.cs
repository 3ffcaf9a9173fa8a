using Headwater.Core.Licences.Facts;

namespace Headwater.Core.Licences.Compatibility;

/// <summary>Whether software under one licence may be part of what goes out under another, from the best answer to the worst.</summary>
public enum CompatibilityVerdict
{
    /// <summary>It may.</summary>
    Compatible,

    /// <summary>They are no combined work, so the question does not arise.</summary>
    NotCombined,

    /// <summary>Nothing is passed on, and the question arises when it is.</summary>
    NotPassedOn,

    /// <summary>It may when it is linked and stays what it is: its licence asks for things that the explanation says.</summary>
    WhenLinked,

    /// <summary>By a clause that lets one go over to another version or licence, perhaps: the dependency has to be looked at.</summary>
    CheckDependency,

    /// <summary>Nobody says.</summary>
    Unknown,

    /// <summary>It is not asserted before something is said: see <see cref="CompatibilityAnswer.Missing"/>.</summary>
    NotAsserted,

    /// <summary>It may not.</summary>
    Incompatible,
}

/// <summary>The answer for two licences.</summary>
/// <param name="Outbound">The licence of the whole: what goes out.</param>
/// <param name="Inbound">The licence of the part.</param>
/// <param name="Verdict">The answer.</param>
/// <param name="Explanation">Why.</param>
/// <param name="IsOfMatrix">Whether OSADL's matrix says so; otherwise it follows from categories, or from the context.</param>
public sealed record CompatibilityPair(string Outbound, string Inbound, CompatibilityVerdict Verdict, string Explanation, bool IsOfMatrix);

/// <summary>The answer for two expressions.</summary>
/// <param name="Verdict">The best way to choose of the worst of what holds together.</param>
/// <param name="Missing">What must be said before an answer is given, each as a sentence; empty when there is one.</param>
/// <param name="OutboundChoice">Of licences to choose from, the ones with which the verdict is reached; null without an answer.</param>
/// <param name="InboundChoice">The same for the part.</param>
/// <param name="Pairs">The answers of which it is made, worst first.</param>
/// <param name="Remarks">What must be known of the answer.</param>
public sealed record CompatibilityAnswer(CompatibilityVerdict Verdict, IReadOnlyList<string> Missing, string? OutboundChoice, string? InboundChoice, IReadOnlyList<CompatibilityPair> Pairs, IReadOnlyList<string> Remarks)
{
    /// <summary>Whether nothing stands against it, as far as is known.</summary>
    public bool IsFine => Verdict <= CompatibilityVerdict.WhenLinked;
}
