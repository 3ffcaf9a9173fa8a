namespace Headwater.Core.Licences.Packages.Archives.Xz;

/// <summary>Reads the bits of LZMA, each with its probability.</summary>
internal ref struct RangeDecoder
{
    private readonly ReadOnlySpan<byte> _bytes;
    private uint _range, _code;
    private int _at;

    /// <exception cref="InvalidDataException">There are too few bytes.</exception>
    public RangeDecoder(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5 || bytes[0] != 0) throw new InvalidDataException("The packed data is broken.");
        _bytes = bytes;
        _range = uint.MaxValue;
        _code = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
        _at = 5;
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    public uint Bit(ref ushort probability)
    {
        Normalise();
        var bound = (_range >> 11) * probability;
        if (_code < bound)
        {
            _range = bound;
            probability += (ushort)((2048 - probability) >> 5);
            return 0;
        }

        _range -= bound;
        _code -= bound;
        probability -= (ushort)(probability >> 5);
        return 1;
    }

    /// <summary>Bits that are as likely one as the other, the highest first.</summary>
    public uint Direct(int count)
    {
        uint value = 0;
        while (count-- > 0)
        {
            Normalise();
            _range >>= 1;
            var bit = _code >= _range ? 1u : 0;
            if (bit == 1) _code -= _range;
            value = (value << 1) | bit;
        }

        return value;
    }

    /// <summary>A number of so many bits, the highest first.</summary>
    public uint Tree(Span<ushort> probabilities, int bits)
    {
        var symbol = 1u;
        for (var i = 0; i < bits; i++) symbol = (symbol << 1) | Bit(ref probabilities[(int)symbol]);
        return symbol - (1u << bits);
    }

    /// <summary>A number of so many bits, the lowest first.</summary>
    public uint Reverse(Span<ushort> probabilities, int bits)
    {
        var (symbol, value) = (1u, 0u);
        for (var i = 0; i < bits; i++)
        {
            var bit = Bit(ref probabilities[(int)symbol]);
            symbol = (symbol << 1) | bit;
            value |= bit << i;
        }

        return value;
    }

    private void Normalise()
    {
        if (_range >= 1 << 24) return;
        if (_at >= _bytes.Length) throw new InvalidDataException("The packed data is broken: it ends too early.");
        _range <<= 8;
        _code = (_code << 8) | _bytes[_at++];
    }
}
