using System.Buffers.Binary;

namespace Headwater.Core.Licences.Packages.Archives.Zstandard;

/// <summary>Bits that are read from the end (RFC 8878, 4.1); the last byte's highest bit marks where they begin. Beyond the beginning there are only zeros.</summary>
internal ref struct BackwardBits
{
    private readonly ReadOnlySpan<byte> _bytes;

    /// <exception cref="InvalidDataException">The mark is missing.</exception>
    public BackwardBits(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[^1] == 0) throw new InvalidDataException("The packed data is broken.");
        _bytes = bytes;
        Left = (bytes.Length * 8) - 8 + System.Numerics.BitOperations.Log2(bytes[^1]);
    }

    /// <summary>So many are left; below zero when more were read than there are.</summary>
    public int Left { get; private set; }

    public ulong Read(int count)
    {
        var value = Peek(count);
        Left -= count;
        return value;
    }

    public void Skip(int count) => Left -= count;

    /// <summary>The next bits, at most 56.</summary>
    public readonly ulong Peek(int count)
    {
        var from = Left - count;
        if (from >= 0) return At(from, count);
        return Left <= 0 ? 0 : At(0, Left) << -from;
    }

    private readonly ulong At(int bit, int count)
    {
        var at = bit >> 3;
        ulong value;
        if (at + 8 <= _bytes.Length)
        {
            value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[at..]);
        }
        else
        {
            value = 0;
            for (var i = _bytes.Length - 1; i >= at; i--) value = (value << 8) | _bytes[i];
        }

        return (value >> (bit & 7)) & ((1UL << count) - 1);
    }
}
