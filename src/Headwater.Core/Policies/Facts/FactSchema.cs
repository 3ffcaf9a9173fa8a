using System.Collections.Immutable;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Policies.Facts;

/// <summary>One fact that conditions may read.</summary>
/// <param name="Path">How a condition names it: <c>component.published</c>, <c>has_waiver</c>.</param>
/// <param name="Type">Its type, as the language writes it.</param>
/// <param name="Says">What it says: a phrase.</param>
/// <param name="MayBeUnknown">Whether it may be unknown, so that a rule that reads it must say what that means.</param>
public sealed record FactField(string Path, string Type, string Says, bool MayBeUnknown);

/// <summary>Collects the fields of one kind of record together with what they say.</summary>
internal sealed class FactSchema<T>(CelRecordType.Builder<T> builder, string name, ImmutableArray<FactField>.Builder fields) where T : class, ICelRecord
{
    /// <summary>A fact that is always there.</summary>
    public FactSchema<T> Known(string field, CelType type, string says, Func<T, CelValue> read)
    {
        fields.Add(new FactField($"{name}.{field}", type.ToString(), says, false));
        builder.Field(field, type, read);
        return this;
    }

    /// <summary>A fact that nobody may know: read as null then, which makes it unknown by its path.</summary>
    public FactSchema<T> Fact(string field, CelType type, string says, Func<T, CelValue?> read)
    {
        fields.Add(new FactField($"{name}.{field}", type.ToString(), says, true));
        var unknown = CelValue.Unknown(new CelUnknowns($"{name}.{field}"));
        builder.Field(field, type, record => read(record) ?? unknown);
        return this;
    }

    public FactSchema<T> Text(string field, string says, Func<T, string?> read) => Fact(field, CelType.String, says, r => read(r) is { } text ? CelValue.Of(text) : null);

    public FactSchema<T> Flag(string field, string says, Func<T, bool?> read) => Fact(field, CelType.Bool, says, r => read(r) is { } flag ? CelValue.Of(flag) : null);

    public FactSchema<T> Whole(string field, string says, Func<T, long?> read) => Fact(field, CelType.Int, says, r => read(r) is { } number ? CelValue.Of(number) : null);

    public FactSchema<T> Number(string field, string says, Func<T, double?> read) => Fact(field, CelType.Double, says, r => read(r) is { } number ? CelValue.Of(number) : null);

    public FactSchema<T> Time(string field, string says, Func<T, DateTimeOffset?> read) => Fact(field, CelType.Timestamp, says, r => read(r) is { } time ? CelValue.Of(time) : null);

    public FactSchema<T> Texts(string field, string says, Func<T, CelList?> read) => Fact(field, CelType.List(CelType.String), says, r => read(r) is { } list ? CelValue.Of(list) : null);
}
