using System.Globalization;
using System.Text;

namespace Headwater.Core.Licences.Packages.Archives;

/// <summary>Reads ar archives, which Debian's packages are.</summary>
internal static class ArEntries
{
    public static ReadOnlySpan<byte> Mark => "!<arch>\n"u8;

    /// <summary>Goes through all entries.</summary>
    /// <exception cref="InvalidDataException">It is broken.</exception>
    public static void Visit(Stream ar, ArchiveVisit visit, Action<string, Stream> entry)
    {
        Span<byte> head = stackalloc byte[60];
        ar.ReadExactly(head[..8]);
        if (!head[..8].SequenceEqual(Mark)) throw new InvalidDataException("It is no ar archive.");
        while (true)
        {
            var read = ar.ReadAtLeast(head, 60, false);
            if (read == 0) return;
            if (read < 60 || head[58] != '`' || head[59] != '\n' || !long.TryParse(Encoding.Latin1.GetString(head.Slice(48, 10)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                throw new InvalidDataException("The ar archive is cut off or broken.");
            var name = Encoding.Latin1.GetString(head[..16]).TrimEnd(' ').TrimEnd('/');
            visit.Budget.Entry();
            var part = new PartStream(ar, size);
            entry(name, part);
            part.Skip();
            if ((size & 1) == 1) ar.ReadByte();
        }
    }
}
