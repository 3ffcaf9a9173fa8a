using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using Headwater.Core.Policies.Cel.Library;

namespace Headwater.Core.Policies.Cel;

/// <summary>
/// A value of the Common Expression Language. Numbers, truth values, durations and timestamps lie in the value itself, so that evaluation makes nothing for the collector of them.
/// Errors and what is unknown are values too: the logical operators decide what becomes of them. The default is <c>null</c>.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct CelValue : IEquatable<CelValue>
{
    private readonly object? _object;
    private readonly long _bits;
    private readonly int _nanoseconds;

    private CelValue(CelKind kind, long bits, object? reference = null, int nanoseconds = 0)
    {
        Kind = kind;
        _bits = bits;
        _object = reference;
        _nanoseconds = nanoseconds;
    }

    /// <summary>What the value is.</summary>
    public CelKind Kind { get; }

    /// <summary><c>null</c>.</summary>
    public static CelValue Null => default;

    /// <summary><c>true</c>.</summary>
    public static CelValue True => new(CelKind.Bool, 1);

    /// <summary><c>false</c>.</summary>
    public static CelValue False => new(CelKind.Bool, 0);

    /// <summary>A truth value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(bool value) => new(CelKind.Bool, value ? 1 : 0);

    /// <summary>An <c>int</c>.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(long value) => new(CelKind.Int, value);

    /// <summary>A <c>uint</c>.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(ulong value) => new(CelKind.Uint, (long)value);

    /// <summary>A <c>double</c>.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(double value) => new(CelKind.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A <c>string</c>; null becomes <c>null</c>.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(string? value) => value is null ? default : new(CelKind.String, 0, value);

    /// <summary><c>bytes</c>. The array is kept, not copied.</summary>
    /// <param name="value">The value.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(byte[] value) => new(CelKind.Bytes, 0, value);

    /// <summary>A list.</summary>
    /// <param name="value">The list.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(CelList value) => new(CelKind.List, 0, value);

    /// <summary>A map.</summary>
    /// <param name="value">The map.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(CelMap value) => new(CelKind.Map, 0, value);

    /// <summary>A record of the host; null becomes <c>null</c>.</summary>
    /// <param name="value">The record.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(ICelRecord? value) => value is null ? default : new(CelKind.Record, 0, value);

    /// <summary>A type.</summary>
    /// <param name="value">The type; its parameters do not count at run time.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(CelType value) => new(CelKind.Type, 0, value);

    /// <summary>A point in time, to a hundred nanoseconds.</summary>
    /// <param name="value">The point in time.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(DateTimeOffset value) => Timestamp((value.UtcTicks / TimeSpan.TicksPerSecond) - CelTime.EpochSeconds, (int)(value.UtcTicks % TimeSpan.TicksPerSecond) * 100);

    /// <summary>A duration, to a hundred nanoseconds.</summary>
    /// <param name="value">The duration; beyond 292 years it is an error.</param>
    /// <returns>The same as a value of the language.</returns>
    public static CelValue Of(TimeSpan value) => value.Ticks is > long.MaxValue / 100 or < long.MinValue / 100 ? Failed(CelTime.DurationRange) : Duration(value.Ticks * 100);

    /// <summary>A failure. It stops an evaluation unless a logical operator finds that it does not matter.</summary>
    /// <param name="message">A sentence that says what is wrong.</param>
    /// <returns>The error as a value.</returns>
    public static CelValue Failed(string message) => new(CelKind.Error, 0, new CelError(message));

    /// <summary>What is not known. It takes part in an evaluation as errors do: <c>unknown &amp;&amp; false</c> is false.</summary>
    /// <param name="unknowns">What is not known.</param>
    /// <returns>The unknown as a value.</returns>
    public static CelValue Unknown(CelUnknowns unknowns) => new(CelKind.Unknown, 0, unknowns);

    /// <summary>A duration.</summary>
    /// <param name="nanoseconds">How long.</param>
    /// <returns>The duration as a value.</returns>
    public static CelValue Duration(long nanoseconds) => new(CelKind.Duration, nanoseconds);

    /// <summary>A point in time.</summary>
    /// <param name="seconds">Since 1970-01-01T00:00:00Z.</param>
    /// <param name="nanoseconds">0 to 999,999,999 after that.</param>
    /// <returns>The point in time, or an error when it lies outside of the years 1 to 9999.</returns>
    public static CelValue Timestamp(long seconds, int nanoseconds) => seconds is < CelTime.MinSeconds or > CelTime.MaxSeconds ? Failed(CelTime.TimestampRange) : new(CelKind.Timestamp, seconds, null, nanoseconds);

    internal static CelValue Of(CelError error) => new(CelKind.Error, 0, error);

    internal static CelValue Optional(CelOptional optional) => new(CelKind.Optional, 0, optional);

    /// <summary>Whether it is <c>true</c>.</summary>
    public bool IsTrue => Kind == CelKind.Bool && _bits != 0;

    /// <summary>Whether it is <c>false</c>.</summary>
    public bool IsFalse => Kind == CelKind.Bool && _bits == 0;

    /// <summary>Whether it is an error or unknown, which a function with strict arguments passes on.</summary>
    public bool IsErrorOrUnknown => Kind >= CelKind.Error;

    /// <summary>The value of an <c>int</c>.</summary>
    public long Int => _bits;

    /// <summary>The value of a <c>uint</c>.</summary>
    public ulong Uint => (ulong)_bits;

    /// <summary>The value of a <c>double</c>.</summary>
    public double Double => BitConverter.Int64BitsToDouble(_bits);

    /// <summary>The value of a <c>string</c>, or null when it is none.</summary>
    public string? String => _object as string;

    /// <summary>The value of <c>bytes</c>, or null when it is none.</summary>
    public byte[]? Bytes => _object as byte[];

    /// <summary>The list, or null when it is none.</summary>
    public CelList? List => _object as CelList;

    /// <summary>The map, or null when it is none.</summary>
    public CelMap? Map => _object as CelMap;

    /// <summary>The record of the host, or null when it is none.</summary>
    public ICelRecord? Record => _object as ICelRecord;

    /// <summary>The type that the value is, or null when it is none. The type of a value is <see cref="TypeOf"/>.</summary>
    public CelType? Type => _object as CelType;

    /// <summary>What went wrong, or null when nothing did.</summary>
    public CelError? Error => _object as CelError;

    /// <summary>What is not known, or null when all is.</summary>
    public CelUnknowns? Unknowns => _object as CelUnknowns;

    /// <summary>The nanoseconds of a duration.</summary>
    public long DurationNanoseconds => _bits;

    /// <summary>The seconds of a timestamp since 1970-01-01T00:00:00Z.</summary>
    public long TimestampSeconds => _bits;

    /// <summary>The nanoseconds of a timestamp within its second.</summary>
    public int TimestampNanoseconds => _nanoseconds;

    internal CelOptional? OptionalValue => _object as CelOptional;

    /// <summary>The type at run time, without parameters: <c>type(x)</c>.</summary>
    /// <returns>The type; of errors and unknowns the dynamic type.</returns>
    public CelType TypeOf() => Kind switch
    {
        CelKind.Null => CelType.Null,
        CelKind.Bool => CelType.Bool,
        CelKind.Int => CelType.Int,
        CelKind.Uint => CelType.Uint,
        CelKind.Double => CelType.Double,
        CelKind.String => CelType.String,
        CelKind.Bytes => CelType.Bytes,
        CelKind.List => CelType.AnyList,
        CelKind.Map => CelType.AnyMap,
        CelKind.Duration => CelType.Duration,
        CelKind.Timestamp => CelType.Timestamp,
        CelKind.Type => CelType.AnyType,
        CelKind.Record => Record!.CelType.Type,
        CelKind.Optional => CelType.AnyOptional,
        _ => CelType.Dyn,
    };

    /// <summary>Equality as the language has it: numbers of different types are compared by what they count, values of other different types are unequal, and NaN equals nothing.</summary>
    /// <param name="other">The other value.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(CelValue other)
    {
        var steps = long.MaxValue;
        return Comparing.AreEqual(this, other, ref steps);
    }

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is CelValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Comparing.Hash(this);

    /// <summary>Whether two values are equal.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>As <see cref="Equals(CelValue)"/>.</returns>
    public static bool operator ==(CelValue left, CelValue right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>The opposite of <see cref="Equals(CelValue)"/>.</returns>
    public static bool operator !=(CelValue left, CelValue right) => !left.Equals(right);

    /// <summary>For people: scalars as the language would write them, of the rest what they are.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Kind switch
    {
        CelKind.Null => "null",
        CelKind.Bool => _bits != 0 ? "true" : "false",
        CelKind.Int => _bits.ToString(CultureInfo.InvariantCulture),
        CelKind.Uint => Uint.ToString(CultureInfo.InvariantCulture) + "u",
        CelKind.Double => Numbers.General(Double),
        CelKind.String => TextFunctions.Quote(String!),
        CelKind.Duration => CelTime.Write(_bits),
        CelKind.Timestamp => CelTime.Write(_bits, _nanoseconds),
        CelKind.Type => Type!.ToString(),
        CelKind.Error => Error!.ToString(),
        CelKind.Unknown => Unknowns!.ToString(),
        CelKind.Record => Record!.CelType.Name,
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
