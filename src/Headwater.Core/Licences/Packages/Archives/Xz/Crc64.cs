namespace Headwater.Core.Licences.Packages.Archives.Xz;

/// <summary>The checksum of .xz (ECMA-182, reflected), eight bytes at a time.</summary>
internal static class Crc64
{
    private static readonly ulong[] s_table = Table();

    /// <summary>Goes on with a sum that began with all bits set; at the end they are turned.</summary>
    public static ulong Add(ulong crc, ReadOnlySpan<byte> bytes)
    {
        var table = s_table;
        while (bytes.Length >= 8)
        {
            crc ^= System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            crc = table[(7 * 256) + (byte)crc] ^ table[(6 * 256) + (byte)(crc >> 8)] ^ table[(5 * 256) + (byte)(crc >> 16)] ^ table[(4 * 256) + (byte)(crc >> 24)]
                ^ table[(3 * 256) + (byte)(crc >> 32)] ^ table[(2 * 256) + (byte)(crc >> 40)] ^ table[256 + (byte)(crc >> 48)] ^ table[(byte)(crc >> 56)];
            bytes = bytes[8..];
        }

        foreach (var b in bytes) crc = (crc >> 8) ^ table[(byte)crc ^ b];
        return crc;
    }

    private static ulong[] Table()
    {
        var table = new ulong[8 * 256];
        for (ulong i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * 0xC96C5795D7870F42);
            table[i] = value;
        }

        for (var i = 256; i < table.Length; i++) table[i] = (table[i - 256] >> 8) ^ table[(byte)table[i - 256]];
        return table;
    }
}
