using System.Buffers.Binary;
using System.IO.Compression;

namespace Headwater.Core.Licences.Packages.Archives;

/// <summary>
/// Reads zip archives by their directory (APPNOTE 6.3.10), entry after entry, without a list of all of them in memory. Checksums are verified; what is encrypted or packed in another way than by deflate is told.
/// </summary>
internal static class ZipEntries
{
    private const uint EndMark = 0x06054B50, End64Mark = 0x06064B50, Locator64Mark = 0x07064B50, EntryMark = 0x02014B50, LocalMark = 0x04034B50;

    private const int EndLength = 22, EntryLength = 46, LocalLength = 30;

    /// <summary>Goes through all entries.</summary>
    /// <exception cref="InvalidDataException">It is broken.</exception>
    public static void Visit(Stream zip, ArchiveVisit visit)
    {
        var (start, length, count, shift) = Directory(zip);
        var read = 0L;
        var next = start;
        var reader = new BinaryWindow(zip);
        while (read < count && next + EntryLength <= start + length)
        {
            var head = reader.At(next, EntryLength);
            if (U32(head, 0) != EntryMark) throw new InvalidDataException("The directory of the zip archive is broken.");
            var (name, extra, comment) = (U16(head, 28), U16(head, 30), U16(head, 32));
            var entry = new Entry(U16(head, 4), U16(head, 8), U16(head, 10), U32(head, 16), U32(head, 20), U32(head, 24), U32(head, 38), U32(head, 42));
            var whole = reader.At(next + EntryLength, name + extra);
            entry = entry.With64(whole[name..]);
            next += EntryLength + name + extra + comment;
            read++;
            if (visit.Admit(ArchiveVisit.Name(whole[..name])) is not { } path) continue;
            if (visit.Wanted(path, entry.Length) is var wanted and > 0) Read(zip, entry, shift, path, wanted, visit);
        }

        if (read < count) throw new InvalidDataException($"The directory of the zip archive ends after {read} of {count} entries.");
    }

    private static void Read(Stream zip, Entry entry, long shift, string path, int wanted, ArchiveVisit visit)
    {
        if (entry.IsLink)
        {
            visit.Skip(path, "It is a link; links are not followed.");
            return;
        }

        if (entry.IsEncrypted)
        {
            visit.Skip(path, "It is encrypted.");
            return;
        }

        if (entry.Method is not (0 or 8))
        {
            visit.Skip(path, $"It is packed by {Method(entry.Method)}, which is not read.");
            return;
        }

        byte[] bytes;
        try
        {
            Span<byte> head = stackalloc byte[LocalLength];
            zip.Position = checked(entry.Offset + shift);
            zip.ReadExactly(head);
            if (U32(head, 0) != LocalMark) throw new InvalidDataException("Its head is broken.");
            zip.Position += U16(head, 26) + U16(head, 28);
            var packed = new CountedStream(new PartStream(zip, entry.Packed), visit.Budget.Packed);
            using Stream content = entry.Method == 0 ? packed : new DeflateStream(packed, CompressionMode.Decompress);
            bytes = ArchiveVisit.Read(new CountedStream(content, visit.Budget.Unpacked), (int)Math.Min(wanted, Math.Min(entry.Length, int.MaxValue)));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentOutOfRangeException or OverflowException)
        {
            visit.Skip(path, "It is broken: " + (e is InvalidDataException or EndOfStreamException ? e.Message : "the archive does not hold it."));
            return;
        }

        if (bytes.Length == entry.Length && Crc32.Of(bytes) != entry.Crc) visit.Skip(path, "Its checksum differs: it is broken.");
        else if (bytes.Length < Math.Min(wanted, entry.Length)) visit.Skip(path, "It is broken: it is shorter than the archive says.");
        else visit.Take(new ArchiveItem(path, bytes, entry.Length));
    }

    /// <summary>Where the directory lies, how many entries it has, and how far all places are shifted by what stands before the archive.</summary>
    private static (long Start, long Length, long Count, long Shift) Directory(Stream zip)
    {
        var tail = new byte[(int)Math.Min(zip.Length, EndLength + ushort.MaxValue)];
        zip.Position = zip.Length - tail.Length;
        zip.ReadExactly(tail);
        for (var i = tail.Length - EndLength; i >= 0; i--)
        {
            if (U32(tail, i) != EndMark || i + EndLength + U16(tail, i + 20) > tail.Length) continue;
            var end = zip.Length - tail.Length + i;
            long count = U16(tail, i + 10), length = U32(tail, i + 12), offset = U32(tail, i + 16);
            if (count == ushort.MaxValue || length == uint.MaxValue || offset == uint.MaxValue) (count, length, offset, end) = Large(zip, end, (count, length, offset, end));
            var start = end - length;
            if (length < 0 || start < 0 || offset < 0 || offset > start || count < 0) throw new InvalidDataException("The zip archive is cut off or broken.");
            return (start, length, count, start - offset);
        }

        throw new InvalidDataException("The zip archive has no directory: it is cut off, or none.");
    }

    private static (long Count, long Length, long Offset, long End) Large(Stream zip, long end, (long, long, long, long) small)
    {
        Span<byte> record = stackalloc byte[56];
        if (end < 20) return small;
        zip.Position = end - 20;
        zip.ReadExactly(record[..20]);
        if (U32(record, 0) != Locator64Mark) return small;
        // The record lies right before the locator, whatever the locator says: the archive may have been shifted.
        foreach (var at in (ReadOnlySpan<long>)[BinaryPrimitives.ReadInt64LittleEndian(record[8..]), end - 20 - 56])
        {
            if (at < 0 || at + 56 > end) continue;
            zip.Position = at;
            zip.ReadExactly(record);
            if (U32(record, 0) == End64Mark) return (BinaryPrimitives.ReadInt64LittleEndian(record[32..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]), BinaryPrimitives.ReadInt64LittleEndian(record[48..]), at);
        }

        throw new InvalidDataException("The zip archive is cut off or broken.");
    }

    private static string Method(int method) => method switch { 9 => "Deflate64", 12 => "bzip2", 14 => "LZMA", 93 => "Zstandard", 95 => "xz", _ => $"method {method}" };

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private readonly record struct Entry(int MadeBy, int Flags, int Method, uint Crc, long Packed, long Length, uint Attributes, long Offset)
    {
        public bool IsEncrypted => (Flags & 0x2041) != 0;

        public bool IsLink => MadeBy >> 8 == 3 && (Attributes >> 28) == 0xA;

        /// <summary>With the places and lengths that did not fit into 32 bits.</summary>
        public Entry With64(ReadOnlySpan<byte> extra)
        {
            var entry = this;
            while (extra.Length >= 4)
            {
                var (id, length) = (U16(extra, 0), U16(extra, 2));
                if (4 + length > extra.Length) break;
                if (id == 1)
                {
                    var values = extra.Slice(4, length);
                    if (entry.Length == uint.MaxValue) entry = entry with { Length = Next(ref values) };
                    if (entry.Packed == uint.MaxValue) entry = entry with { Packed = Next(ref values) };
                    if (entry.Offset == uint.MaxValue) entry = entry with { Offset = Next(ref values) };
                    break;
                }

                extra = extra[(4 + length)..];
            }

            return entry.Length < 0 || entry.Packed < 0 || entry.Offset < 0 ? throw new InvalidDataException("The directory of the zip archive is broken.") : entry;

            static long Next(ref ReadOnlySpan<byte> values)
            {
                if (values.Length < 8) return uint.MaxValue;
                var value = BinaryPrimitives.ReadInt64LittleEndian(values);
                values = values[8..];
                return value;
            }
        }
    }

    /// <summary>Reads a stream in windows, so that the directory is not read in thousands of small pieces.</summary>
    private sealed class BinaryWindow(Stream stream)
    {
        private readonly byte[] _window = new byte[(2 * ushort.MaxValue) + (64 * 1024)];
        private long _start;
        private int _length;

        public ReadOnlySpan<byte> At(long place, int length)
        {
            if (place < _start || place + length > _start + _length)
            {
                stream.Position = _start = place;
                _length = stream.ReadAtLeast(_window, _window.Length, false);
                if (length > _length) throw new InvalidDataException("The directory of the zip archive is cut off.");
            }

            return _window.AsSpan((int)(place - _start), length);
        }
    }
}
