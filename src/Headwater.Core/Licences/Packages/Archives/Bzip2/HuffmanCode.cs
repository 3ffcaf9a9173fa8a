namespace Headwater.Core.Licences.Packages.Archives.Bzip2;

/// <summary>A canonical code: shorter ones are smaller, and those of one length are in the order of their symbols.</summary>
internal sealed class HuffmanCode
{
    /// <summary>In bits.</summary>
    public const int Longest = 20;

    private readonly ushort[] _symbols = new ushort[258];
    private readonly int[] _limit = new int[Longest + 1], _base = new int[Longest + 1];
    private int _shortest, _count;

    public void Build(ReadOnlySpan<byte> lengths)
    {
        (_count, _shortest) = (0, Longest);
        var code = 0;
        for (var length = 1; length <= Longest; length++)
        {
            _base[length] = code - _count;
            for (var s = 0; s < lengths.Length; s++)
            {
                if (lengths[s] != length) continue;
                _shortest = Math.Min(_shortest, length);
                _symbols[_count++] = (ushort)s;
                code++;
            }

            // The first number that is no code of this length.
            _limit[length] = code;
            code <<= 1;
        }
    }

    /// <exception cref="InvalidDataException">The bits are no code.</exception>
    public int Read(Bits bits)
    {
        var code = (int)bits.Read(_shortest);
        for (var length = _shortest; ; code = (code << 1) | (int)bits.Read(1))
        {
            if (code < _limit[length] && code - _base[length] is >= 0 and var place && place < _count) return _symbols[place];
            if (++length > Longest) throw new InvalidDataException("It is packed by bzip2 and broken.");
        }
    }
}
