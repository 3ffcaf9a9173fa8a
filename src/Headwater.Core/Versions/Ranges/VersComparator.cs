namespace Headwater.Core.Versions;

/// <summary>The comparators of the VERS specification, clause 5.3.3.1. The asterisk is a property of the whole range.</summary>
public enum VersComparator
{
    /// <summary>Written as nothing: the version itself.</summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,
}
