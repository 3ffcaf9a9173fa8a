namespace Headwater.Core.Licences.Identification;

/// <summary>The words of a text by their numbers in a <see cref="Vocabulary"/>, with the places where they stand. Reused from text to text.</summary>
internal sealed class TextTokens
{
    /// <summary>The number of a word that no rule has.</summary>
    public const ushort Unknown = ushort.MaxValue;

    public int Count { get; private set; }

    /// <summary>The numbers.</summary>
    public ushort[] Ids { get; private set; } = new ushort[4096];

    /// <summary>Where each begins, in characters.</summary>
    public int[] Starts { get; private set; } = new int[4096];

    /// <summary>Behind the last character of each.</summary>
    public int[] Ends { get; private set; } = new int[4096];

    /// <summary>The line of each, from 1.</summary>
    public int[] Lines { get; private set; } = new int[4096];

    public ReadOnlySpan<ushort> Span => Ids.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(ushort id, int start, int end, int line)
    {
        if (Count == Ids.Length) Grow();
        (Ids[Count], Starts[Count], Ends[Count], Lines[Count]) = (id, start, end, line);
        Count++;
    }

    /// <summary>Makes the last word another, that ends where this one does.</summary>
    public void Merge(ushort id, int end)
    {
        Ids[Count - 1] = id;
        Ends[Count - 1] = end;
    }

    public void RemoveLast(int count) => Count -= count;

    private void Grow()
    {
        var (ids, starts, ends, lines) = (Ids, Starts, Ends, Lines);
        Array.Resize(ref ids, Count * 2);
        Array.Resize(ref starts, Count * 2);
        Array.Resize(ref ends, Count * 2);
        Array.Resize(ref lines, Count * 2);
        (Ids, Starts, Ends, Lines) = (ids, starts, ends, lines);
    }
}
