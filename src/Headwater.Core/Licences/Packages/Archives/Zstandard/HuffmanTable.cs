using System.Numerics;

namespace Headwater.Core.Licences.Packages.Archives.Zstandard;

/// <summary>The codes of literals (RFC 8878, 4.2).</summary>
internal sealed class HuffmanTable
{
    private const int MostBits = 11;

    private readonly byte[] _symbols, _lengths;
    private readonly int _bits;

    private HuffmanTable(int bits)
    {
        _bits = bits;
        (_symbols, _lengths) = (new byte[1 << bits], new byte[1 << bits]);
    }

    /// <summary>Reads the weights of all symbols, and says how many bytes that took.</summary>
    /// <exception cref="InvalidDataException">They are broken.</exception>
    public static HuffmanTable Read(ReadOnlySpan<byte> bytes, out int length)
    {
        if (bytes.IsEmpty) throw Broken();
        Span<byte> weights = stackalloc byte[256];
        int count, head = bytes[0];
        if (head >= 128)
        {
            count = head - 127;
            length = 1 + ((count + 1) / 2);
            if (length > bytes.Length) throw Broken();
            for (var i = 0; i < count; i++) weights[i] = (byte)(i % 2 == 0 ? bytes[1 + (i / 2)] >> 4 : bytes[1 + (i / 2)] & 15);
        }
        else
        {
            length = 1 + head;
            if (length > bytes.Length) throw Broken();
            count = Packed(bytes[1..length], weights);
        }

        return Of(weights, count);
    }

    /// <summary>Unpacks one stream of literals.</summary>
    public void Unpack(ReadOnlySpan<byte> packed, Span<byte> output)
    {
        var bits = new BackwardBits(packed);
        for (var i = 0; i < output.Length; i++)
        {
            var code = (int)bits.Peek(_bits);
            output[i] = _symbols[code];
            bits.Skip(_lengths[code]);
        }

        if (bits.Left != 0) throw Broken();
    }

    /// <summary>Two states take turns until the bits are used up.</summary>
    private static int Packed(ReadOnlySpan<byte> bytes, Span<byte> weights)
    {
        var table = FseTable.Read(bytes, 6, 256, out var used);
        var bits = new BackwardBits(bytes[used..]);
        var (first, second) = ((int)bits.Read(table.Accuracy), (int)bits.Read(table.Accuracy));
        var count = 0;
        while (true)
        {
            if (count > 253) throw Broken();
            weights[count++] = (byte)table.Symbol(first);
            first = table.Next(first, ref bits);
            if (bits.Left < 0)
            {
                weights[count++] = (byte)table.Symbol(second);
                return count;
            }

            (first, second) = (second, first);
        }
    }

    private static HuffmanTable Of(Span<byte> weights, int count)
    {
        var sum = 0;
        foreach (var weight in weights[..count])
        {
            if (weight > MostBits) throw Broken();
            if (weight > 0) sum += 1 << (weight - 1);
        }

        if (sum == 0 || count > 255) throw Broken();
        // The last weight is what is missing to a power of two.
        var bits = BitOperations.Log2((uint)sum) + 1;
        var left = (1 << bits) - sum;
        if (bits > MostBits || !BitOperations.IsPow2(left)) throw Broken();
        weights[count++] = (byte)(BitOperations.Log2((uint)left) + 1);
        var table = new HuffmanTable(bits);
        var place = 0;
        for (var weight = 1; weight <= bits; weight++)
        {
            for (var symbol = 0; symbol < count; symbol++)
            {
                if (weights[symbol] != weight) continue;
                var length = 1 << (weight - 1);
                table._symbols.AsSpan(place, length).Fill((byte)symbol);
                table._lengths.AsSpan(place, length).Fill((byte)(bits + 1 - weight));
                place += length;
            }
        }

        return table;
    }

    private static InvalidDataException Broken() => new("The packed data is broken.");
}
