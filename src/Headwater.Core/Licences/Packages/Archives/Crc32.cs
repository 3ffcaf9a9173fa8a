namespace Headwater.Core.Licences.Packages.Archives;

/// <summary>The checksum of zip entries (ISO-HDLC), eight bytes at a time.</summary>
internal static class Crc32
{
    private static readonly uint[] s_table = Table();

    public static uint Of(ReadOnlySpan<byte> bytes) => Add(0, bytes);

    /// <summary>Goes on with the sum of what came before; 0 for nothing.</summary>
    public static uint Add(uint before, ReadOnlySpan<byte> bytes)
    {
        var table = s_table;
        var crc = ~before;
        while (bytes.Length >= 8)
        {
            var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = table[(7 * 256) + (low & 255)] ^ table[(6 * 256) + ((low >> 8) & 255)] ^ table[(5 * 256) + ((low >> 16) & 255)] ^ table[(4 * 256) + (low >> 24)]
                ^ table[(3 * 256) + (high & 255)] ^ table[(2 * 256) + ((high >> 8) & 255)] ^ table[256 + ((high >> 16) & 255)] ^ table[high >> 24];
            bytes = bytes[8..];
        }

        foreach (var b in bytes) crc = (crc >> 8) ^ table[(crc ^ b) & 255];
        return ~crc;
    }

    private static uint[] Table()
    {
        var table = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * 0xEDB88320);
            table[i] = value;
        }

        for (var i = 256; i < table.Length; i++) table[i] = (table[i - 256] >> 8) ^ table[table[i - 256] & 255];
        return table;
    }
}
