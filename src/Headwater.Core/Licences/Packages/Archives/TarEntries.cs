using System.Globalization;

namespace Headwater.Core.Licences.Packages.Archives;

/// <summary>Reads tar archives as a stream: POSIX (ustar, pax) and GNU's. Links, devices and sparse files are not read.</summary>
internal static class TarEntries
{
    private const int Block = 512;

    /// <summary>Longer heads of names and attributes are an attack, in bytes.</summary>
    private const int LongestHead = 1024 * 1024;

    /// <summary>Goes through all entries.</summary>
    /// <param name="tar">The archive, unpacked.</param>
    /// <param name="visit">Gets them.</param>
    /// <param name="inner">Gets an entry before anybody else, and says whether it has dealt with it.</param>
    /// <exception cref="InvalidDataException">It is broken.</exception>
    public static void Visit(Stream tar, ArchiveVisit visit, Func<string, Stream, bool>? inner = null)
    {
        var head = new byte[Block];
        string? longName = null;
        long? longSize = null;
        var any = false;
        while (true)
        {
            var read = tar.ReadAtLeast(head, Block, false);
            if (read == 0 && any) return;
            if (read < Block) throw new InvalidDataException("The tar archive is cut off.");
            if (head.AsSpan().IndexOfAnyExcept((byte)0) < 0) return;
            if (!IsHead(head)) throw new InvalidDataException("The tar archive is broken: a head's checksum differs.");
            any = true;
            var type = (char)head[156];
            var size = Number(head.AsSpan(124, 12));
            if (size < 0) throw new InvalidDataException("The tar archive is broken: an entry has no length.");
            if (type is 'x' or 'X' or 'g' or 'L' or 'K')
            {
                if (size > LongestHead) throw new InvalidDataException("The tar archive has a name or attributes of more than 1 MiB.");
                visit.Budget.Entry();
                var bytes = new byte[(int)size];
                tar.ReadExactly(bytes);
                Pad(tar, size);
                if (type == 'L') longName = ArchiveVisit.Name(bytes).TrimEnd('\0');
                else if (type is 'x' or 'X') (longName, longSize) = Attributes(bytes, longName, longSize);
                continue;
            }

            var name = longName ?? Name(head);
            size = longSize ?? size;
            (longName, longSize) = (null, null);
            var part = new PartStream(tar, size);
            if (visit.Admit(name) is { } path && type != '5') Entry(path, type, size, part, visit, inner);
            part.Skip();
            Pad(tar, size);
        }
    }

    /// <summary>Whether a block is the head of an entry: the sum of its bytes stands in it.</summary>
    public static bool IsHead(ReadOnlySpan<byte> head)
    {
        if (head.Length < Block) return false;
        long sum = 8 * ' ';
        for (var i = 0; i < Block; i++)
            if (i is < 148 or >= 156) sum += head[i];
        return Number(head.Slice(148, 8)) == sum;
    }

    private static void Entry(string path, char type, long size, PartStream part, ArchiveVisit visit, Func<string, Stream, bool>? inner)
    {
        var isFile = type is '0' or '\0' or '7';
        if (isFile && inner?.Invoke(path, part) == true) return;
        var isLink = type is '1' or '2';
        if (visit.Wanted(path, isLink ? -1 : size) is not (var wanted and > 0)) return;
        if (isLink) visit.Skip(path, "It is a link; links are not followed.");
        else if (type == 'S') visit.Skip(path, "It is a sparse file, which is not read.");
        else if (isFile) visit.Take(new ArchiveItem(path, ArchiveVisit.Read(part, (int)Math.Min(wanted, size)), size));
    }

    private static void Pad(Stream tar, long size)
    {
        var rest = (int)(-size & (Block - 1));
        if (rest == 0) return;
        Span<byte> pad = stackalloc byte[Block];
        // Some writers leave out the last blanks.
        tar.ReadAtLeast(pad[..rest], rest, false);
    }

    private static string Name(ReadOnlySpan<byte> head)
    {
        var name = ArchiveVisit.Name(Text(head[..100]));
        // The prefix is POSIX's; GNU keeps times there.
        if (!head.Slice(257, 6).SequenceEqual("ustar\0"u8)) return name;
        var prefix = Text(head.Slice(345, 155));
        return prefix.IsEmpty ? name : ArchiveVisit.Name(prefix) + "/" + name;
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) => field.IndexOf((byte)0) is var end and >= 0 ? field[..end] : field;

    /// <summary>Octal digits, or a large number in binary; -1 when it is neither.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            long large = field[0] & 0x3F;
            foreach (var b in field[1..])
            {
                if (large > long.MaxValue >> 9) return -1;
                large = (large << 8) | b;
            }

            return large;
        }

        var number = 0L;
        foreach (var b in field.Trim(" \0"u8))
        {
            if (b is < (byte)'0' or > (byte)'7') return b == 0 ? number : -1;
            number = (number << 3) | (uint)(b - '0');
        }

        return number;
    }

    /// <summary>Lines of "length key=value".</summary>
    private static (string? Name, long? Size) Attributes(ReadOnlySpan<byte> bytes, string? name, long? size)
    {
        while (!bytes.IsEmpty)
        {
            var blank = bytes.IndexOf((byte)' ');
            if (blank <= 0 || !int.TryParse(bytes[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length <= blank + 1 || length > bytes.Length) break;
            var line = bytes[(blank + 1)..(length - 1)];
            if (line.StartsWith("path="u8)) name = ArchiveVisit.Name(line[5..]);
            if (line.StartsWith("size="u8) && long.TryParse(line[5..], NumberStyles.None, CultureInfo.InvariantCulture, out var large)) size = large;
            bytes = bytes[length..];
        }

        return (name, size);
    }
}
