namespace Headwater.Core.Licences.Packages.Archives.Zstandard;

/// <summary>Unpacks blocks of literals and sequences (RFC 8878, 3.1.1.3); what one block leaves for the next is kept.</summary>
internal sealed class ZstandardBlock
{
    public const int Largest = 128 * 1024;

    private static readonly FseTable s_literalLengths = FseTable.Of([4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1], 6);
    private static readonly FseTable s_matchLengths = FseTable.Of([1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1], 6);
    private static readonly FseTable s_offsets = FseTable.Of([1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1], 5);

    private static ReadOnlySpan<int> LiteralBases => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];

    private static ReadOnlySpan<byte> LiteralBits => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    private static ReadOnlySpan<int> MatchBases =>
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539];

    private static ReadOnlySpan<byte> MatchBits => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

    private readonly byte[] _literals = new byte[Largest];
    private HuffmanTable? _huffman;
    private FseTable? _lengths, _places, _matches;
    private int _rep0 = 1, _rep1 = 4, _rep2 = 8;

    /// <summary>Unpacks one block behind what is in the window, and gives how much that makes.</summary>
    /// <param name="block">The block.</param>
    /// <param name="window">What came before, and room for the largest block.</param>
    /// <param name="start">Where it is put.</param>
    /// <exception cref="InvalidDataException">It is broken.</exception>
    public int Unpack(ReadOnlySpan<byte> block, Span<byte> window, int start)
    {
        var literals = _literals.AsSpan(0, Literals(block, out var used));
        block = block[used..];
        var count = Count(ref block);
        var at = start;
        if (count > 0)
        {
            if (block.IsEmpty || (block[0] & 3) != 0) throw Broken();
            var modes = block[0];
            block = block[1..];
            _lengths = Table(modes >> 6, ref block, s_literalLengths, _lengths, 9, 36);
            _places = Table((modes >> 4) & 3, ref block, s_offsets, _places, 8, 32);
            _matches = Table((modes >> 2) & 3, ref block, s_matchLengths, _matches, 9, 53);
            Sequences(block, count, window, ref at, start, ref literals);
        }

        if (literals.Length > Largest - (at - start)) throw Broken();
        literals.CopyTo(window[at..]);
        return at + literals.Length - start;
    }

    private void Sequences(ReadOnlySpan<byte> block, int count, Span<byte> window, ref int at, int start, ref Span<byte> literals)
    {
        var bits = new BackwardBits(block);
        var (length, place, match) = ((int)bits.Read(_lengths!.Accuracy), (int)bits.Read(_places!.Accuracy), (int)bits.Read(_matches!.Accuracy));
        for (var i = 0; i < count; i++)
        {
            var (lengthCode, placeCode, matchCode) = (_lengths.Symbol(length), _places.Symbol(place), _matches.Symbol(match));
            if (placeCode > 31 || matchCode >= MatchBases.Length || lengthCode >= LiteralBases.Length) throw Broken();
            var distance = (1L << placeCode) + (long)bits.Read(placeCode);
            var matchLength = MatchBases[matchCode] + (int)bits.Read(MatchBits[matchCode]);
            var literalLength = LiteralBases[lengthCode] + (int)bits.Read(LiteralBits[lengthCode]);
            if (i + 1 < count)
            {
                length = _lengths.Next(length, ref bits);
                match = _matches.Next(match, ref bits);
                place = _places.Next(place, ref bits);
            }

            if (bits.Left < 0 || literalLength > literals.Length || literalLength + matchLength > Largest - (at - start)) throw Broken();
            literals[..literalLength].CopyTo(window[at..]);
            literals = literals[literalLength..];
            at += literalLength;
            var back = Distance(distance, literalLength == 0);
            if (back <= 0 || back > at) throw Broken();
            if (back >= matchLength) window.Slice(at - back, matchLength).CopyTo(window[at..]);
            else
                for (var k = 0; k < matchLength; k++) window[at + k] = window[at + k - back];
            at += matchLength;
        }

        if (bits.Left != 0) throw Broken();
    }

    /// <summary>How far back it is; small numbers mean one of the last three distances.</summary>
    private int Distance(long value, bool withoutLiterals)
    {
        if (value > 3)
        {
            if (value - 3 > int.MaxValue) throw Broken();
            (_rep2, _rep1, _rep0) = (_rep1, _rep0, (int)(value - 3));
            return _rep0;
        }

        var which = (int)value - 1 + (withoutLiterals ? 1 : 0);
        if (which == 0) return _rep0;
        var distance = which switch { 1 => _rep1, 2 => _rep2, _ => _rep0 - 1 };
        if (which > 1) _rep2 = _rep1;
        (_rep1, _rep0) = (_rep0, distance);
        return distance;
    }

    private static int Count(ref ReadOnlySpan<byte> block)
    {
        if (block.IsEmpty) throw Broken();
        int first = block[0];
        var size = first < 128 ? 1 : first < 255 ? 2 : 3;
        if (block.Length < size) throw Broken();
        var count = size switch { 1 => first, 2 => ((first - 128) << 8) + block[1], _ => block[1] + (block[2] << 8) + 0x7F00 };
        block = block[size..];
        return count;
    }

    private static FseTable Table(int mode, ref ReadOnlySpan<byte> block, FseTable usual, FseTable? before, int accuracy, int symbols)
    {
        switch (mode)
        {
            case 0:
                return usual;
            case 1:
                if (block.IsEmpty || block[0] >= symbols) throw Broken();
                var single = FseTable.Single(block[0]);
                block = block[1..];
                return single;
            case 2:
                var table = FseTable.Read(block, accuracy, symbols, out var used);
                block = block[used..];
                return table;
            default:
                return before ?? throw Broken();
        }
    }

    /// <summary>Unpacks the literals of a block, and gives how many there are.</summary>
    private int Literals(ReadOnlySpan<byte> block, out int used)
    {
        if (block.IsEmpty) throw Broken();
        var (type, format) = (block[0] & 3, (block[0] >> 2) & 3);
        if (type < 2)
        {
            if (block.Length < (format == 3 ? 3 : format == 1 ? 2 : 1)) throw Broken();
            var (size, head) = format switch { 1 => ((block[0] >> 4) + (block[1] << 4), 2), 3 => ((block[0] >> 4) + (block[1] << 4) + (block[2] << 12), 3), _ => (block[0] >> 3, 1) };
            used = head + (type == 0 ? size : 1);
            if (size > Largest || used > block.Length) throw Broken();
            if (type == 0) block.Slice(head, size).CopyTo(_literals);
            else _literals.AsSpan(0, size).Fill(block[head]);
            return size;
        }

        var bits = format < 2 ? 10 : format == 2 ? 14 : 18;
        var headLength = format < 2 ? 3 : format + 2;
        if (block.Length < headLength) throw Broken();
        ulong sizes = 0;
        for (var i = headLength - 1; i >= 0; i--) sizes = (sizes << 8) | block[i];
        var regenerated = (int)(sizes >> 4) & ((1 << bits) - 1);
        var packed = (int)(sizes >> (4 + bits)) & ((1 << bits) - 1);
        used = headLength + packed;
        if (regenerated > Largest || used > block.Length) throw Broken();
        var data = block.Slice(headLength, packed);
        if (type == 2)
        {
            _huffman = HuffmanTable.Read(data, out var tree);
            data = data[tree..];
        }

        if (_huffman is null) throw Broken();
        var output = _literals.AsSpan(0, regenerated);
        if (format == 0) _huffman.Unpack(data, output);
        else Four(data, output, _huffman);
        return regenerated;
    }

    private static void Four(ReadOnlySpan<byte> data, Span<byte> output, HuffmanTable huffman)
    {
        if (data.Length < 6) throw Broken();
        var part = (output.Length + 3) / 4;
        var at = 6;
        for (var i = 0; i < 4; i++)
        {
            var length = i < 3 ? data[2 * i] + (data[(2 * i) + 1] << 8) : data.Length - at;
            if (length < 0 || at + length > data.Length || (i * part) > output.Length) throw Broken();
            huffman.Unpack(data.Slice(at, length), i < 3 ? output.Slice(i * part, Math.Min(part, output.Length - (i * part))) : output[(i * part)..]);
            at += length;
        }
    }

    private static InvalidDataException Broken() => new("The packed data is broken.");
}
