using System.IO.Compression;

namespace Headwater.Core.Licences.Packages.Archives;

/// <summary>Goes through an archive of whatever kind its first bytes say.</summary>
internal static class ArchiveReader
{
    /// <summary>The names under which Debian's and RubyGems' descriptions are handed on.</summary>
    public const string DebianControl = "DEBIAN/control", GemMetadata = "metadata.gemspec";

    private const int LongestMetadata = 4 * 1024 * 1024;

    /// <summary>Goes through all entries, from the beginning of the stream.</summary>
    /// <exception cref="InvalidDataException">It is broken, or no archive.</exception>
    /// <exception cref="ArchiveStoppedException">A limit was reached.</exception>
    public static void Visit(Stream archive, string name, ArchiveVisit visit)
    {
        archive.Position = 0;
        var head = new byte[512];
        var read = archive.ReadAtLeast(head, head.Length, false);
        archive.Position = 0;
        var start = head.AsSpan(0, read);
        if (read == 0) throw new InvalidDataException("It is empty.");
        if (start.StartsWith("PK"u8)) ZipEntries.Visit(archive, visit);
        else if (start.StartsWith(ArEntries.Mark)) Debian(archive, visit);
        else if (TarEntries.IsHead(start)) TarEntries.Visit(new CountedStream(archive, visit.Budget.Packed), visit, (path, content) => Gem(path, content, visit));
        else if (Unpacked(archive, start, visit) is { } tar) TarEntries.Visit(tar, visit);
        // A jar that starts itself has a script before it.
        else if (name.EndsWith(".jar", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) ZipEntries.Visit(archive, visit);
        else throw new InvalidDataException("It is no archive of a kind that is read.");
    }

    /// <summary>Unpacks a stream by its first bytes; null when it is not packed.</summary>
    private static CountedStream? Unpacked(Stream packed, ReadOnlySpan<byte> start, ArchiveVisit visit)
    {
        var counted = new CountedStream(packed, visit.Budget.Packed);
        Stream? content = null;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) content = new GZipStream(counted, CompressionMode.Decompress);
        else if (start.StartsWith((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])) content = new Xz.XzStream(counted);
        else if (start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])) content = new Zstandard.ZstandardStream(counted);
        else if (start.StartsWith("BZh"u8)) content = new Bzip2.Bzip2Stream(counted);
        else if (start.StartsWith((ReadOnlySpan<byte>)[0x5D, 0, 0])) throw new InvalidDataException("It is packed by LZMA, which is not read.");
        return content is null ? null : new CountedStream(content, visit.Budget.Unpacked);
    }

    private static void Debian(Stream archive, ArchiveVisit visit) => ArEntries.Visit(archive, visit, (name, content) =>
    {
        if (!name.StartsWith("control.tar", StringComparison.Ordinal) && !name.StartsWith("data.tar", StringComparison.Ordinal)) return;
        Tar(name, content, name[0] == 'd' ? visit : new ArchiveVisit((path, _) => path == "control" ? LongestMetadata : 0, item => visit.Take(item with { Path = DebianControl }), (path, reason, _) => visit.Skip(path, reason), visit.Budget, path => path.EndsWith("control", StringComparison.Ordinal)), visit);
    });

    private static bool Gem(string path, Stream content, ArchiveVisit visit)
    {
        if (path == "data.tar.gz") Tar(path, content, visit, visit);
        else if (path == "metadata.gz")
        {
            using var unpacked = new GZipStream(content, CompressionMode.Decompress);
            try
            {
                var bytes = ArchiveVisit.Read(new CountedStream(unpacked, visit.Budget.Unpacked), LongestMetadata);
                visit.Take(new ArchiveItem(GemMetadata, bytes, bytes.Length));
            }
            catch (InvalidDataException e)
            {
                visit.Skip(path, "It is broken: " + e.Message);
            }
        }
        else return false;
        return true;
    }

    /// <summary>A packed tar within an archive. When it cannot be unpacked, the rest is read all the same.</summary>
    private static void Tar(string name, Stream content, ArchiveVisit inner, ArchiveVisit outer)
    {
        try
        {
            var head = new byte[6];
            var read = content.ReadAtLeast(head, head.Length, false);
            var whole = new ConcatenatedStream(head.AsMemory(0, read), content);
            TarEntries.Visit(Unpacked(whole, head.AsSpan(0, read), outer) ?? (Stream)whole, inner);
        }
        catch (InvalidDataException e)
        {
            outer.Skip(name, e.Message);
        }
    }

    /// <summary>What was read already, and the rest.</summary>
    private sealed class ConcatenatedStream(ReadOnlyMemory<byte> first, Stream rest) : ForwardStream
    {
        private ReadOnlyMemory<byte> _first = first;

        public override int Read(Span<byte> buffer)
        {
            if (_first.IsEmpty) return rest.Read(buffer);
            var length = Math.Min(buffer.Length, _first.Length);
            _first.Span[..length].CopyTo(buffer);
            _first = _first[length..];
            return length;
        }
    }
}
