namespace Headwater.Core.Licences;

/// <summary>Texts as they lie in a <see cref="SectionFile"/>.</summary>
internal sealed unsafe class TextTable
{
    private readonly int* _starts;
    private readonly char* _characters;

    /// <param name="file">The file.</param>
    /// <param name="starts">The section that says where each begins.</param>
    /// <param name="characters">The section of their characters.</param>
    public TextTable(SectionFile file, int starts, int characters)
    {
        _starts = file.Section<int>(starts, out var count);
        _characters = file.Section<char>(characters, out _);
        Count = count - 1;
    }

    public int Count { get; }

    public ReadOnlySpan<char> this[int i] => new(_characters + _starts[i], _starts[i + 1] - _starts[i]);
}
