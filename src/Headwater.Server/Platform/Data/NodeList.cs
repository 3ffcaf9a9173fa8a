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
        long previous = 0;
        for (var i = 0; i < bytes.Length;)
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                if (i == bytes.Length || shift > 63) throw new FormatException("The node list is damaged.");
                value |= (ulong)(bytes[i] & 0x7f) << shift;
                if (bytes[i++] < 0x80) break;
            }

            previous += (long)(value >> 1) ^ -(long)(value & 1);
            ids.Add(previous);
        }

        return [.. ids];
    }
}
