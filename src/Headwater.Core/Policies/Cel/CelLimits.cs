namespace Headwater.Core.Policies.Cel;

/// <summary>What an expression may cost. Each limit that is met is an error with a position and a reason.</summary>
public sealed record CelLimits
{
    /// <summary>The limits that hold where nothing else is said.</summary>
    public static CelLimits Default { get; } = new();

    /// <summary>The length of the source, in UTF-16 units.</summary>
    public int SourceLength { get; init; } = 100_000;

    /// <summary>How deep parentheses, calls, operators and literals may lie in each other. At most 1,000.</summary>
    public int Depth { get; init; } = 250;

    /// <summary>How many parts (literals, names, operators, calls) an expression may have.</summary>
    public int Parts { get; init; } = 25_000;

    /// <summary>The steps of one evaluation: parts that loops evaluate, elements that are compared, and a part of the characters that functions look at.</summary>
    public long Steps { get; init; } = 5_000_000;

    /// <summary>The elements of a list or map that an expression makes.</summary>
    public int ListLength { get; init; } = 100_000;

    /// <summary>The length of a string or of bytes that an expression makes, in UTF-16 units or bytes.</summary>
    public int TextLength { get; init; } = 1_000_000;
}
