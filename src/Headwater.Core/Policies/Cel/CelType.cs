using System.Collections.Immutable;

namespace Headwater.Core.Policies.Cel;

/// <summary>A type as the checker knows it: with the elements of lists, the keys and values of maps, and <c>dyn</c> for what is decided at run time.</summary>
public sealed class CelType : IEquatable<CelType>
{
    private CelType(TypeKind kind, string name, params ImmutableArray<CelType> parameters)
    {
        TypeKind = kind;
        Name = name;
        Parameters = parameters;
        foreach (var parameter in parameters) Size += parameter.Size;
    }

    /// <summary>Any type; decided at run time.</summary>
    public static CelType Dyn { get; } = new(TypeKind.Dyn, "dyn");

    /// <summary><c>null_type</c>.</summary>
    public static CelType Null { get; } = new(TypeKind.Null, "null_type");

    /// <summary><c>bool</c>.</summary>
    public static CelType Bool { get; } = new(TypeKind.Bool, "bool");

    /// <summary><c>int</c>.</summary>
    public static CelType Int { get; } = new(TypeKind.Int, "int");

    /// <summary><c>uint</c>.</summary>
    public static CelType Uint { get; } = new(TypeKind.Uint, "uint");

    /// <summary><c>double</c>.</summary>
    public static CelType Double { get; } = new(TypeKind.Double, "double");

    /// <summary><c>string</c>.</summary>
    public static CelType String { get; } = new(TypeKind.String, "string");

    /// <summary><c>bytes</c>.</summary>
    public static CelType Bytes { get; } = new(TypeKind.Bytes, "bytes");

    /// <summary><c>google.protobuf.Duration</c>.</summary>
    public static CelType Duration { get; } = new(TypeKind.Duration, "google.protobuf.Duration");

    /// <summary><c>google.protobuf.Timestamp</c>.</summary>
    public static CelType Timestamp { get; } = new(TypeKind.Timestamp, "google.protobuf.Timestamp");

    /// <summary><c>list(dyn)</c>.</summary>
    public static CelType AnyList { get; } = List(Dyn);

    /// <summary><c>map(dyn, dyn)</c>.</summary>
    public static CelType AnyMap { get; } = Map(Dyn, Dyn);

    internal static CelType AnyType { get; } = new(TypeKind.Type, "type", Dyn);

    internal static CelType AnyOptional { get; } = Optional(Dyn);

    internal TypeKind TypeKind { get; }

    /// <summary>The name without parameters.</summary>
    public string Name { get; }

    /// <summary>The parameters: the element of a list, key and value of a map.</summary>
    public ImmutableArray<CelType> Parameters { get; }

    /// <summary>Whether <c>null</c> is a value of it too.</summary>
    public bool IsNullable { get; private init; }

    /// <summary>How many types it is made of.</summary>
    internal int Size { get; } = 1;

    internal CelRecordType? RecordType { get; private init; }

    /// <summary>A list.</summary>
    /// <param name="element">The type of its elements.</param>
    /// <returns>The type.</returns>
    public static CelType List(CelType element) => new(TypeKind.List, "list", element);

    /// <summary>A map.</summary>
    /// <param name="key">The type of its keys.</param>
    /// <param name="value">The type of its values.</param>
    /// <returns>The type.</returns>
    public static CelType Map(CelType key, CelType value) => new(TypeKind.Map, "map", key, value);

    /// <summary>The type of a type: of <c>int</c> it is <c>type(int)</c>.</summary>
    /// <param name="type">The type that is the value.</param>
    /// <returns>The type.</returns>
    public static CelType Type(CelType type) => new(TypeKind.Type, "type", type);

    /// <summary>A type that is only a name with parameters; functions make and take its values.</summary>
    /// <param name="name">The name.</param>
    /// <param name="parameters">The parameters.</param>
    /// <returns>The type.</returns>
    public static CelType Abstract(string name, params ImmutableArray<CelType> parameters) => new(TypeKind.Abstract, name, parameters);

    /// <summary>A value or none.</summary>
    /// <param name="value">The type of the value.</param>
    /// <returns>The type.</returns>
    public static CelType Optional(CelType value) => new(TypeKind.Abstract, "optional_type", value);

    /// <summary>A parameter of a function's types: the same name stands for the same type.</summary>
    /// <param name="name">The name.</param>
    /// <returns>The type.</returns>
    public static CelType Parameter(string name) => new(TypeKind.Parameter, name);

    /// <summary>The same type with <c>null</c> in it.</summary>
    /// <param name="type">A scalar type. Records, durations, timestamps and abstract types may be <c>null</c> anyway.</param>
    /// <returns>The type.</returns>
    public static CelType Nullable(CelType type) => new(type.TypeKind, type.Name, type.Parameters) { IsNullable = true, RecordType = type.RecordType };

    internal static CelType Record(CelRecordType type) => new(TypeKind.Record, type.Name) { RecordType = type };

    internal bool IsOptional => TypeKind == TypeKind.Abstract && Name == "optional_type" && Parameters.Length == 1;

    /// <summary>Whether values of a kind can be of this type, parameters aside.</summary>
    internal bool Takes(in CelValue value) => TypeKind switch
    {
        TypeKind.Dyn or TypeKind.Parameter => true,
        TypeKind.Null => value.Kind == CelKind.Null,
        TypeKind.Bool => value.Kind == CelKind.Bool,
        TypeKind.Int => value.Kind == CelKind.Int,
        TypeKind.Uint => value.Kind == CelKind.Uint,
        TypeKind.Double => value.Kind == CelKind.Double,
        TypeKind.String => value.Kind == CelKind.String,
        TypeKind.Bytes => value.Kind == CelKind.Bytes,
        TypeKind.List => value.Kind == CelKind.List,
        TypeKind.Map => value.Kind == CelKind.Map,
        TypeKind.Duration => value.Kind == CelKind.Duration,
        TypeKind.Timestamp => value.Kind == CelKind.Timestamp,
        TypeKind.Type => value.Kind == CelKind.Type,
        TypeKind.Record => value.Record is { } record && ReferenceEquals(record.CelType, RecordType),
        _ => IsOptional ? value.Kind == CelKind.Optional : value.Record is { } opaque && opaque.CelType.Name == Name,
    } || (IsNullable && value.Kind == CelKind.Null);

    /// <summary>Whether it is the same type with the same parameters.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether it is.</returns>
    public bool Equals(CelType? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || TypeKind != other.TypeKind || IsNullable != other.IsNullable || Name != other.Name || !ReferenceEquals(RecordType, other.RecordType) || Parameters.Length != other.Parameters.Length) return false;
        for (var i = 0; i < Parameters.Length; i++)
        {
            if (!Parameters[i].Equals(other.Parameters[i])) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CelType);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(TypeKind, Name);

    /// <summary>The type as people write it.</summary>
    /// <returns>For example <c>map(string, list(int))</c>. A type of types is <c>type</c>.</returns>
    public override string ToString()
    {
        var text = Parameters.IsEmpty || TypeKind == TypeKind.Type ? Name : $"{Name}({string.Join(", ", Parameters)})";
        return IsNullable ? $"{text} or null" : text;
    }
}

internal enum TypeKind : byte
{
    Dyn, Null, Bool, Int, Uint, Double, String, Bytes, List, Map, Duration, Timestamp, Type, Record, Abstract, Parameter,
}
