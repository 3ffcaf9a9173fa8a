using System.Runtime.InteropServices;
using System.Text;

namespace Headwater.Core.Licences.Building;

/// <summary>Writes a file of numbered sections, each at a place that any number may be read from.</summary>
internal sealed class SectionWriter
{
    private readonly SortedDictionary<int, byte[]> _sections = [];

    public void Add<T>(int section, ReadOnlySpan<T> values) where T : unmanaged => _sections.Add(section, MemoryMarshal.AsBytes(values).ToArray());

    public void Add<T>(int section, T[] values) where T : unmanaged => Add<T>(section, values.AsSpan());

    /// <summary>Texts, as where each begins (one more for where the last ends) and their characters.</summary>
    public void AddTexts(int starts, int characters, IEnumerable<string> texts)
    {
        var (places, all) = (new List<int> { 0 }, new StringBuilder());
        foreach (var text in texts)
        {
            all.Append(text);
            places.Add(all.Length);
        }

        Add(starts, places.ToArray());
        Add<char>(characters, all.ToString().AsSpan());
    }

    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, true);
        writer.Write(SectionFile.Magic);
        writer.Write(_sections.Count);
        long at = SectionFile.Align(8 + (_sections.Count * 24L));
        foreach (var (id, bytes) in _sections)
        {
            writer.Write((long)id);
            writer.Write(at);
            writer.Write((long)bytes.Length);
            at = SectionFile.Align(at + bytes.Length);
        }

        long written = 8 + (_sections.Count * 24L);
        foreach (var bytes in _sections.Values)
        {
            for (; written < SectionFile.Align(written); written++) writer.Write((byte)0);
            writer.Write(bytes);
            written += bytes.Length;
        }
    }
}
