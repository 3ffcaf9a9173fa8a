using System.Text;

namespace Headwater.Core.Licences.Packages.Archives;

/// <summary>One entry's bytes.</summary>
/// <param name="Path">As it was admitted.</param>
/// <param name="Bytes">As many as were wanted.</param>
/// <param name="Length">How long it is; more than there are bytes when it was cut.</param>
internal readonly record struct ArchiveItem(string Path, byte[] Bytes, long Length)
{
    public bool IsCut => Length > Bytes.Length;
}

/// <summary>One way through an archive: which entries are wanted, and what becomes of them. Names are checked here, and never used as paths.</summary>
/// <param name="wanted">How many bytes of an entry of this path and length are wanted; 0 for none. A length of -1 is not known.</param>
/// <param name="take">Gets what was wanted.</param>
/// <param name="skipped">Gets what was not read, why, and whether it was wanted.</param>
/// <param name="budget">What may still be taken.</param>
/// <param name="matters">Says of an entry whose name is refused whether it would have been wanted.</param>
internal sealed class ArchiveVisit(Func<string, long, int> wanted, Action<ArchiveItem> take, Action<string, string, bool> skipped, ArchiveBudget budget, Func<string, bool> matters)
{
    private const int LongestPath = 4096;

    private static readonly UTF8Encoding s_strict = new(false, true);

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public ArchiveBudget Budget => budget;

    /// <summary>A name in whatever encoding it is.</summary>
    public static string Name(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    /// <summary>Checks and counts an entry. Null when it is not to be read: a folder, or a name that is none.</summary>
    public string? Admit(string name)
    {
        budget.Entry();
        if (name.Length == 0) return null;
        var path = name.Replace('\\', '/');
        while (path.StartsWith("./", StringComparison.Ordinal)) path = path[2..];
        if (path.EndsWith('/') || path is "." or "") return null;
        var shown = path.Length > 200 ? path[..200] + "…" : path;
        if (path.Length > LongestPath) return Refuse($"Its name is longer than {LongestPath} characters.");
        if (path.AsSpan().IndexOfAnyInRange('\0', '\u001F') >= 0) return Refuse("Its name has control characters.");
        if (path[0] == '/' || (path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0]))) return Refuse("Its name is an absolute path.");
        if (path.StartsWith("../", StringComparison.Ordinal) || path.Contains("/../", StringComparison.Ordinal) || path.EndsWith("/..", StringComparison.Ordinal) || path == "..") return Refuse("Its name leads out of the archive.");
        if (!_seen.Add(path)) return Refuse("The archive has another entry of this name, which was read.");
        return path;

        string? Refuse(string reason)
        {
            skipped(string.Create(shown.Length, shown, static (to, from) =>
            {
                for (var i = 0; i < to.Length; i++) to[i] = char.IsControl(from[i]) ? '\uFFFD' : from[i];
            }), reason, matters(path));
            return null;
        }
    }

    public int Wanted(string path, long length) => wanted(path, length);

    /// <summary>Tells that what was wanted was not read.</summary>
    public void Skip(string path, string reason) => skipped(path, reason, true);

    public void Take(ArchiveItem item) => take(item);

    /// <summary>Reads at most so many bytes, and says how many there are as far as that is known.</summary>
    public static byte[] Read(Stream content, int most)
    {
        var buffer = new MemoryStream();
        var piece = System.Buffers.ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (buffer.Length < most && content.Read(piece, 0, (int)Math.Min(piece.Length, most - buffer.Length)) is var read and > 0) buffer.Write(piece, 0, read);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(piece);
        }

        return buffer.ToArray();
    }
}
