namespace Headwater.Core.Licences.Identification;

/// <summary>The words of all rules, each with a number: a hash table that is used as it lies in the file.</summary>
internal sealed unsafe class Vocabulary : WordNumbers
{
    private readonly TextTable _words;
    private readonly ushort* _slots;
    private readonly uint _mask;

    public Vocabulary(SectionFile file)
    {
        _words = new TextTable(file, Sections.WordStarts, Sections.WordCharacters);
        _slots = file.Section<ushort>(Sections.WordSlots, out var count);
        _mask = (uint)count - 1;
    }

    /// <summary>How many words.</summary>
    public int Count => _words.Count;

    public ReadOnlySpan<char> Word(int id) => _words[id];

    /// <inheritdoc/>
    public override ushort Find(ReadOnlySpan<char> word, uint hash)
    {
        for (var slot = hash & _mask; ; slot = (slot + 1) & _mask)
        {
            var id = _slots[slot];
            if (id == 0) return TextTokens.Unknown;
            if (_words[id - 1].SequenceEqual(word)) return (ushort)(id - 1);
        }
    }
}
