namespace Headwater.Core.Policies.Cel;

/// <summary>
/// A type of the host: a name, and fields with their types and how they are read. What is not known is read as <see cref="CelValue.Unknown"/>, what is not there as <c>null</c>
/// (<c>has()</c> is false then). A type without fields is opaque: only functions do something with its values.
/// </summary>
public sealed class CelRecordType
{
    private Dictionary<string, CelField> _fields = [];

    private CelRecordType(string name)
    {
        Name = name;
        Type = CelType.Record(this);
    }

    /// <summary>What <c>type(x)</c> says.</summary>
    public string Name { get; }

    /// <summary>The type for declarations.</summary>
    public CelType Type { get; }

    /// <summary>The fields by name.</summary>
    public IReadOnlyDictionary<string, CelField> Fields => _fields;

    /// <summary>Declares a type.</summary>
    /// <typeparam name="T">The class of its records.</typeparam>
    /// <param name="name">What <c>type(x)</c> says.</param>
    /// <param name="declare">Declares the fields. It is given the type itself too, for fields that hold records of the same type.</param>
    /// <returns>The type.</returns>
    public static CelRecordType Of<T>(string name, Action<Builder<T>> declare) where T : class, ICelRecord
    {
        var type = new CelRecordType(name);
        var builder = new Builder<T>(type);
        declare(builder);
        type._fields = builder.Fields.ToDictionary(f => f.Name, StringComparer.Ordinal);
        return type;
    }

    internal CelField? Field(string name) => _fields.GetValueOrDefault(name);

    /// <summary>Declares fields.</summary>
    /// <typeparam name="T">The class of the records.</typeparam>
    public sealed class Builder<T> where T : class, ICelRecord
    {
        internal Builder(CelRecordType type) => Type = type;

        /// <summary>The type that is being declared.</summary>
        public CelRecordType Type { get; }

        internal List<CelField> Fields { get; } = [];

        /// <summary>Declares a field.</summary>
        /// <param name="name">Its name.</param>
        /// <param name="type">Its type. Of one that may be <c>null</c>, <see cref="CelType.Nullable"/>.</param>
        /// <param name="read">Reads it. It makes nothing new if evaluation is to allocate nothing.</param>
        /// <returns>This.</returns>
        public Builder<T> Field(string name, CelType type, Func<T, CelValue> read)
        {
            Fields.Add(new CelField<T>(name, type, read));
            return this;
        }
    }
}

/// <summary>A field of a record.</summary>
public abstract class CelField
{
    private protected CelField(string name, CelType type) => (Name, Type) = (name, type);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its type.</summary>
    public CelType Type { get; }

    /// <summary>Reads the field.</summary>
    /// <param name="record">A record of the type.</param>
    /// <returns>The value; an error when the record is of another class.</returns>
    public abstract CelValue Read(ICelRecord record);
}

internal sealed class CelField<T>(string name, CelType type, Func<T, CelValue> read) : CelField(name, type) where T : class, ICelRecord
{
    public override CelValue Read(ICelRecord record) => record is T of ? read(of) : CelValue.Failed($"The record is no {typeof(T).Name}.");
}
