using System.IO.Compression;
using System.Text;

namespace Headwater.Core.Licences.Facts;

/// <summary>
/// Many texts in few bytes: laid one behind the other into blocks that are packed each by itself, so that one is read by unpacking a block. Blocks that were unpacked are kept for as long as memory is not wanted otherwise.
/// </summary>
/// <remarks>Of each text: block, first byte in it, bytes (-1 for no text). Of each block: first packed byte, packed bytes, bytes.</remarks>
internal sealed unsafe class PackedTexts
{
    private readonly int* _texts, _blocks;
    private readonly byte* _packed;
    private readonly WeakReference<byte[]>?[] _open;

    /// <param name="file">The file.</param>
    /// <param name="section">The section that says where texts are; the next are the blocks and their bytes.</param>
    public PackedTexts(SectionFile file, int section)
    {
        _texts = file.Section<int>(section, out var texts);
        _blocks = file.Section<int>(section + 1, out var blocks);
        _packed = file.Section<byte>(section + 2, out _);
        Count = texts / 3;
        _open = new WeakReference<byte[]>?[blocks / 3];
    }

    public int Count { get; }

    public string? this[int i]
    {
        get
        {
            var (block, start, length) = (_texts[3 * i], _texts[(3 * i) + 1], _texts[(3 * i) + 2]);
            return length < 0 ? null : Encoding.UTF8.GetString(Block(block), start, length);
        }
    }

    private byte[] Block(int i)
    {
        // Two threads may unpack the same; both get the same bytes.
        if (_open[i] is { } known && known.TryGetTarget(out var open)) return open;
        var bytes = new byte[_blocks[(3 * i) + 2]];
        if (!BrotliDecoder.TryDecompress(new ReadOnlySpan<byte>(_packed + _blocks[3 * i], _blocks[(3 * i) + 1]), bytes, out var written) || written != bytes.Length) throw new InvalidDataException("A text of the licence library is damaged.");
        _open[i] = new WeakReference<byte[]>(bytes);
        return bytes;
    }
}
