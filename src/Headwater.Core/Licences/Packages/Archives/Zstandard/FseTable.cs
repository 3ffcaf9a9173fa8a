using System.Numerics;

namespace Headwater.Core.Licences.Packages.Archives.Zstandard;

/// <summary>A table of states (RFC 8878, 4.1): each has a symbol, and bits that lead to the next state.</summary>
internal sealed class FseTable
{
    private readonly byte[] _symbols, _bits;
    private readonly ushort[] _bases;

    private FseTable(int accuracy)
    {
        Accuracy = accuracy;
        (_symbols, _bits, _bases) = (new byte[1 << accuracy], new byte[1 << accuracy], new ushort[1 << accuracy]);
    }

    /// <summary>The length of a first state, in bits.</summary>
    public int Accuracy { get; }

    public int Symbol(int state) => _symbols[state];

    public int Next(int state, ref BackwardBits bits) => _bases[state] + (int)bits.Read(_bits[state]);

    /// <summary>One symbol for ever.</summary>
    public static FseTable Single(byte symbol)
    {
        var table = new FseTable(0);
        table._symbols[0] = symbol;
        return table;
    }

    /// <summary>Reads how often each symbol occurs, and says how many bytes that took.</summary>
    /// <exception cref="InvalidDataException">It is broken.</exception>
    public static FseTable Read(ReadOnlySpan<byte> bytes, int mostAccuracy, int mostSymbols, out int length)
    {
        var at = 0;
        var accuracy = Bits(bytes, ref at, 4) + 5;
        if (accuracy > mostAccuracy) throw Broken();
        Span<short> counts = stackalloc short[256];
        var remaining = 1 << accuracy;
        var symbol = 0;
        while (remaining > 0)
        {
            if (symbol >= mostSymbols) throw Broken();
            var width = BitOperations.Log2((uint)(remaining + 1)) + 1;
            var value = Bits(bytes, ref at, width);
            var low = (1 << (width - 1)) - 1;
            var threshold = (1 << width) - 1 - (remaining + 1);
            if ((value & low) < threshold)
            {
                at--;
                value &= low;
            }
            else if (value > low)
            {
                value -= threshold;
            }

            var count = value - 1;
            remaining -= Math.Abs(count);
            counts[symbol++] = (short)count;
            if (count != 0) continue;
            int repeat;
            do
            {
                repeat = Bits(bytes, ref at, 2);
                if (symbol + repeat > mostSymbols) throw Broken();
                symbol += repeat;
            }
            while (repeat == 3);
        }

        if (remaining < 0) throw Broken();
        length = (at + 7) / 8;
        return Of(counts[..symbol], accuracy);
    }

    /// <summary>Makes the table of these frequencies; -1 is less than one.</summary>
    public static FseTable Of(ReadOnlySpan<short> counts, int accuracy)
    {
        var table = new FseTable(accuracy);
        var size = 1 << accuracy;
        var high = size;
        Span<int> next = stackalloc int[256];
        for (var s = 0; s < counts.Length; s++)
        {
            if (counts[s] != -1) continue;
            table._symbols[--high] = (byte)s;
            next[s] = 1;
        }

        var (step, place) = ((size >> 1) + (size >> 3) + 3, 0);
        for (var s = 0; s < counts.Length; s++)
        {
            if (counts[s] <= 0) continue;
            next[s] = counts[s];
            for (var i = 0; i < counts[s]; i++)
            {
                table._symbols[place] = (byte)s;
                do place = (place + step) & (size - 1);
                while (place >= high);
            }
        }

        for (var i = 0; i < size; i++)
        {
            var state = next[table._symbols[i]]++;
            var bits = accuracy - BitOperations.Log2((uint)state);
            table._bits[i] = (byte)bits;
            table._bases[i] = (ushort)((state << bits) - size);
        }

        return table;
    }

    private static int Bits(ReadOnlySpan<byte> bytes, ref int at, int count)
    {
        var value = 0;
        for (var i = 0; i < count; i++, at++)
        {
            if (at >> 3 >= bytes.Length) throw Broken();
            value |= ((bytes[at >> 3] >> (at & 7)) & 1) << i;
        }

        return value;
    }

    private static InvalidDataException Broken() => new("The packed data is broken.");
}
