using System.Text;
using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Licences;

/// <summary>The text of a file, in whatever encoding it is; or why there is none.</summary>
/// <param name="Text">Null when the file holds no text.</param>
/// <param name="Remark">Why it was not read, or not to its end; null for nothing.</param>
public sealed record TextFile(string? Text, string? Remark)
{
    /// <summary>Of longer files the rest is not read, in bytes.</summary>
    public const int Longest = 4 * 1024 * 1024;

    private const int Looked = 8192;

    /// <summary>What is to be said of the file and of what was found in it; null for nothing.</summary>
    /// <param name="found">What its text states.</param>
    public string? RemarkWith(IdentifiedText found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return Text is null || found.Remark is null ? Remark : Remark is null ? found.Remark : $"{Remark} {found.Remark}";
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TextFile Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        if (!stream.CanSeek) return Read(stream);
        var bytes = new byte[(int)Math.Min(stream.Length, Longest)];
        var read = stream.ReadAtLeast(bytes, bytes.Length, false);
        return Of(bytes.AsSpan(0, read), stream.Length > Longest);
    }

    /// <summary>Reads what comes from a stream whose length nobody knows.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TextFile Read(Stream stream)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (bytes.Length <= Longest && stream.Read(buffer) is var read and > 0) bytes.Write(buffer.AsSpan(0, read));
        var isCut = bytes.Length > Longest;
        return Of(bytes.GetBuffer().AsSpan(0, (int)Math.Min(bytes.Length, Longest)), isCut);
    }

    /// <summary>Takes bytes for text: UTF-8 or UTF-16 by its mark, UTF-8 where it is valid, otherwise Windows-1252's common part, Latin-1.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="isCut">Whether they are not all.</param>
    public static TextFile Of(ReadOnlySpan<byte> bytes, bool isCut = false)
    {
        var remark = isCut ? $"Only the first {Longest / (1024 * 1024)} MiB were read." : null;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return new TextFile(Encoding.Unicode.GetString(bytes[2..]), remark);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return new TextFile(Encoding.BigEndianUnicode.GetString(bytes[2..]), remark);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        if (IsBinary(bytes[..Math.Min(bytes.Length, Looked)])) return new TextFile(null, "It is no text.");
        // What is cut may end within a character.
        var whole = isCut && bytes.Length > 4 ? bytes[..^4] : bytes;
        return new TextFile(System.Text.Unicode.Utf8.IsValid(whole) ? Encoding.UTF8.GetString(whole) : Encoding.Latin1.GetString(bytes), remark);
    }

    private static bool IsBinary(ReadOnlySpan<byte> bytes)
    {
        var control = 0;
        foreach (var b in bytes)
        {
            if (b == 0) return true;
            if (b < 32 && b is not ((byte)'\n' or (byte)'\r' or (byte)'\t' or 12 or 27 or 8)) control++;
        }

        return control * 20 > bytes.Length;
    }
}
