namespace Headwater.Core.Policies.Cel;

/// <summary>What a value is while an expression is evaluated.</summary>
public enum CelKind : byte
{
    /// <summary><c>null</c>.</summary>
    Null,

    /// <summary><c>bool</c>.</summary>
    Bool,

    /// <summary><c>int</c>, 64 bits with a sign.</summary>
    Int,

    /// <summary><c>uint</c>, 64 bits without one.</summary>
    Uint,

    /// <summary><c>double</c>.</summary>
    Double,

    /// <summary><c>string</c>, a sequence of code points.</summary>
    String,

    /// <summary><c>bytes</c>.</summary>
    Bytes,

    /// <summary><c>list</c>.</summary>
    List,

    /// <summary><c>map</c>.</summary>
    Map,

    /// <summary><c>google.protobuf.Duration</c>.</summary>
    Duration,

    /// <summary><c>google.protobuf.Timestamp</c>.</summary>
    Timestamp,

    /// <summary>A type, as <c>type(1)</c> is.</summary>
    Type,

    /// <summary>A record of the host, with the fields that its type declares.</summary>
    Record,

    /// <summary><c>optional_type</c>: a value or none.</summary>
    Optional,

    /// <summary>The evaluation failed; see <see cref="CelValue.Error"/>.</summary>
    Error,

    /// <summary>The result hangs on what is not known; see <see cref="CelValue.Unknowns"/>.</summary>
    Unknown,
}
