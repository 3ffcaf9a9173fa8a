namespace Headwater.Core.Licences.Packages.Archives.Bzip2;

/// <summary>CRC-32 with the highest bit first, as bzip2 has it.</summary>
internal static class Bzip2Sum
{
    private static readonly uint[] s_table = [.. Enumerable.Range(0, 256).Select(static b =>
    {
        var sum = (uint)b << 24;
        for (var i = 0; i < 8; i++) sum = (sum & 0x80000000) != 0 ? (sum << 1) ^ 0x04C11DB7 : sum << 1;
        return sum;
    })];

    public static uint Add(uint sum, byte value) => (sum << 8) ^ s_table[(sum >> 24) ^ value];
}
