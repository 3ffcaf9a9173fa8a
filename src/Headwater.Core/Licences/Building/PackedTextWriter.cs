using System.IO.Compression;
using System.Text;
using Headwater.Core.Licences.Facts;

namespace Headwater.Core.Licences.Building;

/// <summary>Writes <see cref="PackedTexts"/>. A text that was there before is not written again.</summary>
internal sealed class PackedTextWriter
{
    /// <summary>So large blocks pack well and unpack in a millisecond.</summary>
    private const int BlockSize = 256 * 1024;

    private readonly List<int> _texts = [], _blocks = [];
    private readonly Dictionary<string, (int Block, int Start, int Length)> _known = new(StringComparer.Ordinal);
    private readonly MemoryStream _packed = new(), _block = new();

    public void Add(string? text)
    {
        if (text is null)
        {
            _texts.AddRange([0, 0, -1]);
            return;
        }

        if (!_known.TryGetValue(text, out var place))
        {
            if (_block.Length >= BlockSize) Close();
            var bytes = Encoding.UTF8.GetBytes(text);
            place = _known[text] = (_blocks.Count / 3, (int)_block.Length, bytes.Length);
            _block.Write(bytes);
        }

        _texts.AddRange([place.Block, place.Start, place.Length]);
    }

    public void Write(SectionWriter writer, int section)
    {
        if (_block.Length > 0) Close();
        writer.Add(section, _texts.ToArray());
        writer.Add(section + 1, _blocks.ToArray());
        writer.Add(section + 2, _packed.ToArray());
    }

    private void Close()
    {
        var bytes = _block.ToArray();
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        // Higher qualities take ten times as long for a tenth less.
        if (!BrotliEncoder.TryCompress(bytes, packed, out var length, 6, 20)) throw new InvalidOperationException("A block cannot be packed.");
        _blocks.AddRange([(int)_packed.Length, length, bytes.Length]);
        _packed.Write(packed, 0, length);
        _block.SetLength(0);
    }
}
