namespace Headwater.Core.Policies.Signals;

/// <summary>How one name differs from another that it can be taken for.</summary>
public enum NameSlip
{
    /// <summary>It has one character more.</summary>
    Inserted,

    /// <summary>It has one character less.</summary>
    Deleted,

    /// <summary>It has one other character.</summary>
    Substituted,

    /// <summary>Two neighbouring characters have changed places.</summary>
    Transposed,

    /// <summary>Only dashes, underscores and dots differ.</summary>
    Separators,

    /// <summary>Characters that look alike stand for each other: 0 and o, 1 and l.</summary>
    LookAlike,
}

/// <summary>A popular name that another resembles.</summary>
/// <param name="Popular">The popular name; the scope or vendor alone where that is what resembles (<c>@babel</c>, <c>symfony</c>).</param>
/// <param name="Slip">How the other one differs from it.</param>
public readonly record struct ResembledName(string Popular, NameSlip Slip);
