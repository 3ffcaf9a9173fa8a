namespace Headwater.Core.Policies.Cel;

/// <summary>A list of values, none of which is an error or unknown. A host derives from it to show its own lists without copying them.</summary>
public abstract class CelList
{
    /// <summary>The empty list.</summary>
    public static CelList Empty { get; } = new Values([]);

    /// <summary>How many elements there are.</summary>
    public abstract int Count { get; }

    /// <summary>An element.</summary>
    /// <param name="index">Its place, from 0; always within the list.</param>
    public abstract CelValue this[int index] { get; }

    /// <summary>A list of values. The array is kept, not copied.</summary>
    /// <param name="values">The values.</param>
    /// <returns>The list.</returns>
    public static CelList Of(params CelValue[] values) => values.Length == 0 ? Empty : new Values(values);

    /// <summary>A list of strings. They are kept, not copied.</summary>
    /// <param name="values">The strings.</param>
    /// <returns>The list.</returns>
    public static CelList Of(IReadOnlyList<string> values) => values.Count == 0 ? Empty : new Strings(values);

    /// <summary>A list of records. They are kept, not copied.</summary>
    /// <param name="values">The records.</param>
    /// <returns>The list.</returns>
    public static CelList Of(IReadOnlyList<ICelRecord> values) => values.Count == 0 ? Empty : new Records(values);

    private sealed class Values(CelValue[] values) : CelList
    {
        public override int Count => values.Length;

        public override CelValue this[int index] => values[index];
    }

    private sealed class Strings(IReadOnlyList<string> values) : CelList
    {
        public override int Count => values.Count;

        public override CelValue this[int index] => CelValue.Of(values[index]);
    }

    private sealed class Records(IReadOnlyList<ICelRecord> values) : CelList
    {
        public override int Count => values.Count;

        public override CelValue this[int index] => CelValue.Of(values[index]);
    }
}
