using System.Numerics;
using System.Runtime.InteropServices;
using Headwater.Core.Versions;

namespace Headwater.Core.Advisories;

/// <summary>
/// The layout of an index file, little endian throughout:
/// <code>
/// header (256 bytes: magic, format, lengths, time, checksums, table of sections)
/// cold part: original records, minified, in Brotli blocks of about 128 KiB, neighbours by id
/// hot part:  the sections below; its checksum is in the header and is looked at when the file is opened
/// </code>
/// Texts, version keys and encoded ranges all lie in one pool and are named by their place in it.
/// </summary>
internal static class IndexFormat
{
    /// <summary>Raised whenever a reader of the version before would misread the file.</summary>
    public const uint Version = 1;

    public const int HeaderLength = 256;
    public const int SectionTableOffset = 64;
    public const int HeaderChecksumOffset = 248;
    public const int BlockBytes = 128 * 1024;
    public const uint CaseAliasBit = 0x8000_0000;

    /// <summary>Stands for "no such time" among unix seconds.</summary>
    public const long NoTime = long.MinValue;

    public static ReadOnlySpan<byte> Magic => "HWADVIX\n"u8;

    /// <summary>Sections of the hot part, and the size of one row (0: not rows).</summary>
    public enum Section
    {
        /// <summary>Byte strings: LEB128 length, bytes.</summary>
        Pool,

        /// <summary>Ecosystem: name, fingerprint of its version keys.</summary>
        Ecosystems,

        /// <summary>Hash table over packages: hash, package + 1 (0 free; top bit: found by the name in lower case).</summary>
        Slots,

        /// <summary>Package: ecosystem, normalised name, name as published, first claim, claims.</summary>
        Packages,

        /// <summary>Claim: record, ranges, versions; those of one package lie together in order of record.</summary>
        Claims,

        /// <summary>Record: see <see cref="RecordRow"/>.</summary>
        Records,

        /// <summary>Numbers that other rows point to by first and count.</summary>
        Lists,

        /// <summary>Identifier: text, first and count of its records; sorted by the text in upper case.</summary>
        Ids,

        /// <summary>Source: name, records, newest modification.</summary>
        Sources,

        /// <summary>Cold block: offset in the file, compressed length, length, checksum.</summary>
        Blocks,
    }

    public const int SectionCount = 10;
    public const int EcosystemRow = 8;
    public const int SlotRow = 8;
    public const int PackageRow = 20;
    public const int ClaimRow = 12;
    public const int IdRow = 12;
    public const int SourceRow = 16;
    public const int BlockRow = 20;
    public const int RecordRowLength = 72;

    /// <summary>Offsets within a record's row.</summary>
    public static class RecordRow
    {
        public const int Id = 0, Summary = 4, Vector = 8, Score = 12, Severity = 16, AliasFirst = 20, AliasCount = 24, PackageFirst = 28, PackageCount = 32,
            Block = 36, BlockOffset = 40, TextLength = 44, Modified = 48, Published = 56, Withdrawn = 64;
    }

    public static int RowLength(Section section) => section switch
    {
        Section.Ecosystems => EcosystemRow,
        Section.Slots => SlotRow,
        Section.Packages => PackageRow,
        Section.Claims => ClaimRow,
        Section.Records => RecordRowLength,
        Section.Lists => 4,
        Section.Ids => IdRow,
        Section.Sources => SourceRow,
        Section.Blocks => BlockRow,
        _ => 1,
    };

    /// <summary>The byte string at a place of the pool. Throws an index or argument exception when the place is outside.</summary>
    public static ReadOnlySpan<byte> Entry(ReadOnlySpan<byte> pool, uint place)
    {
        var at = checked((int)place);
        var length = 0;
        for (var shift = 0; shift < 32; shift += 7)
        {
            var b = pool[at++];
            length |= (b & 0x7F) << shift;
            if (b < 0x80) return pool.Slice(at, length);
        }

        throw new ArgumentOutOfRangeException(nameof(place));
    }

    /// <summary>FNV-1a, finished so that the low bits are good enough for a table whose size is a power of two.</summary>
    public static uint Hash(uint seed, ReadOnlySpan<byte> bytes)
    {
        var hash = 0xCBF29CE484222325UL ^ seed * 0x9E3779B97F4A7C15UL;
        foreach (var b in bytes) hash = (hash ^ b) * 0x100000001B3UL;
        hash ^= hash >> 29;
        hash *= 0xBF58476D1CE4E5B9UL;
        return (uint)(hash >> 32);
    }

    /// <summary>CRC-32C, eight bytes at a step.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="before">The checksum of what lies before them.</param>
    public static uint Checksum(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        var crc = ~before;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes)) crc = BitOperations.Crc32C(crc, word);
        foreach (var b in bytes[(bytes.Length & ~7)..]) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>
    /// A number that changes when a scheme encodes versions in another way. Keys are stored in the file; without this an index made
    /// by another release of this library would be misread in silence.
    /// </summary>
    public static uint Fingerprint(VersionScheme? scheme)
    {
        if (scheme is null) return 0;
        ReadOnlySpan<string> probes =
        [
            "0", "1", "1.0", "1.0.0", "1.2.3", "1.2.3-alpha.1", "1.2.3-4", "1.2.3+build.5", "2:1.0~rc1-3.el9", "1.0a1.post2.dev3", "1!2.0", "v3.4", "1.0-SNAPSHOT",
            "20240101", "1.10.0.RELEASE", "dev-main", "1.0_p1-r2", "1.0^git1-1", "01.002", "1.2.3.4.5", "10.0.0-rc.10",
        ];
        Span<byte> initial = stackalloc byte[256];
        var key = new VersionKeyBuilder(initial);
        try
        {
            var hash = 1u;
            foreach (var probe in probes)
            {
                key.Truncate(0);
                hash = scheme.TryEncode(probe, ref key) ? Hash(hash, key.AsSpan()) : hash * 31 + 7;
            }

            return hash;
        }
        finally
        {
            key.Dispose();
        }
    }
}
