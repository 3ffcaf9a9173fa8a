namespace Headwater.Core.Licences.Expressions;

/// <summary>By which text an expression is judged.</summary>
public enum ExpressionMode
{
    /// <summary>SPDX 2.3, Annex D: operators in capitals, no additions of one's own; the prefix of a reference in any case.</summary>
    Strict23,

    /// <summary>SPDX 3.0.1, Annex B: operators in capitals or in small letters, <c>AdditionRef-</c>, prefixes exactly as written.</summary>
    Strict30,

    /// <summary>What people write: repaired, with a list of what was repaired.</summary>
    Lenient,
}
