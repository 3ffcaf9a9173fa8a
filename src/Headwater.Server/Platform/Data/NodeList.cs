using System.Buffers;

namespace Headwater.Server.Platform.Data;

/// <summary>A list of ids as bytes: differences in zigzag varints, so that neighbours cost a byte or two.</summary>
internal static class NodeList
{
    public static byte[] ToBytes(ReadOnlySpan<long> ids)
    {
        var buffer = new ArrayBufferWriter<byte>(ids.Length * 2 + 16);
        long previous = 0;
        foreach (var id in ids)
        {
            var difference = id - previous;
            previous = id;
            var rest = (ulong)((difference << 1) ^ (difference >> 63));
            var span = buffer.GetSpan(10);
            var used = 0;
            for (; rest >= 0x80; rest >>= 7) span[used++] = (byte)(rest | 0x80);
            span[used++] = (byte)rest;
            buffer.Advance(used);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">The bytes end in the middle of a number.</exception>
    public static long[] FromBytes(ReadOnlySpan<byte> bytes)
    {
        var ids = new List<long>(bytes.Length);
        foreach (var id in Read(bytes)) ids.Add(id);
        return [.. ids];
    }

    /// <summary>The ids one after another, without a list of them.</summary>
    /// <exception cref="FormatException">While they are read: the bytes end in the middle of a number.</exception>
    public static Reader Read(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>To be walked with <c>foreach</c>.</summary>
    public ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public long Current { get; private set; }

        public readonly Reader GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_rest.IsEmpty) return false;
            ulong value = 0;
            var i = 0;
            for (var shift = 0; ; shift += 7)
            {
                if (i == _rest.Length || shift > 63) throw new FormatException("The node list is damaged.");
                value |= (ulong)(_rest[i] & 0x7f) << shift;
                if (_rest[i++] < 0x80) break;
            }

            Current += (long)(value >> 1) ^ -(long)(value & 1);
            _rest = _rest[i..];
            return true;
        }
    }
}
