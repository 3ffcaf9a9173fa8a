namespace Headwater.Core.Licences.Identification;

/// <summary>How a licence was found.</summary>
public enum FoundBy
{
    /// <summary>A <c>SPDX-License-Identifier</c> says so.</summary>
    Tag,

    /// <summary>The words of a rule stand there, all of them and nothing between.</summary>
    Exact,

    /// <summary>It conforms to the template of the SPDX list.</summary>
    Template,

    /// <summary>Most words of a rule stand there in its order.</summary>
    Alike,
}

/// <summary>A licence that was found at a place in a text.</summary>
/// <param name="Expression">What it is.</param>
/// <param name="StartLine">The first line, from 1.</param>
/// <param name="EndLine">The last line.</param>
/// <param name="Coverage">How much of the rule and of the place are the same words, from 0 to 1: what is missing lessens it, and what was added.</param>
/// <param name="By">How it was found.</param>
/// <param name="Kind">What the text is.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Concludes">False for a hint that is only told: nothing follows from it.</param>
/// <param name="Note">What a person should know about it; null for nothing.</param>
public sealed record IdentifiedMatch(string Expression, int StartLine, int EndLine, double Coverage, FoundBy By, RuleKind Kind, string Rule, bool Concludes, string? Note)
{
    /// <summary>Whether the rule says which version; a name alone does not.</summary>
    internal bool NamesVersion { get; init; } = true;

    /// <summary>How many words it has; 0 for a tag.</summary>
    internal int Words { get; init; }

    /// <summary>Whether it says where a text lies.</summary>
    internal bool PointsToFile { get; init; }

    /// <summary>Whether it says "only".</summary>
    internal bool SaysOnly { get; init; }

    /// <summary>Words that stand within the text of a licence, or beside it or its name, are not of it, and may take back what it gives; null for none.</summary>
    public string? Added { get; init; }
}

/// <summary>What a text says of licences.</summary>
/// <param name="Expression">All licences that it concludes, joined by AND; null when there is none.</param>
/// <param name="Matches">Where they stand, hints included.</param>
/// <param name="Copyrights">Its copyright statements, each once.</param>
/// <param name="Remark">Why it was not read, or not to its end; null for nothing.</param>
public sealed record IdentifiedText(Expressions.LicenceExpression? Expression, IReadOnlyList<IdentifiedMatch> Matches, IReadOnlyList<string> Copyrights, string? Remark)
{
    /// <summary>Exceptions whose texts stand there without a licence that they are made for.</summary>
    public IReadOnlyList<string> LoneExceptions { get; init; } = [];
}
