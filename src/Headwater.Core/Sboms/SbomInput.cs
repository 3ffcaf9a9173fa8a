using System.Buffers;
using System.Text;

namespace Headwater.Core.Sboms;

/// <summary>Opens a document as UTF-8 whatever Unicode encoding it is in.</summary>
internal static class SbomInput
{
    /// <summary>Finds the encoding by the byte-order mark or, without one, by where the zero bytes of the first characters are.</summary>
    public static (Encoding Encoding, int Bom) Detect(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xFE, 0, 0, ..] => (Utf32(false), 4),
        [0, 0, 0xFE, 0xFF, ..] => (Utf32(true), 4),
        [0xEF, 0xBB, 0xBF, ..] => (Utf8, 3),
        [0xFF, 0xFE, ..] => (Utf16(false), 2),
        [0xFE, 0xFF, ..] => (Utf16(true), 2),
        [0, 0, 0, not 0, ..] => (Utf32(true), 0),
        [not 0, 0, 0, 0, ..] => (Utf32(false), 0),
        [0, not 0, 0, not 0, ..] => (Utf16(true), 0),
        [not 0, 0, not 0, 0, ..] => (Utf16(false), 0),
        _ => (Utf8, 0),
    };

    /// <summary>UTF-8 that refuses what is not.</summary>
    public static Encoding Utf8 { get; } = new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <summary>Rewinds the stream and opens it as UTF-8 without byte-order mark. The caller's stream stays open.</summary>
    public static Stream Open(Stream stream, long start, Encoding encoding, int bom)
    {
        stream.Position = start + bom;
        return encoding is UTF8Encoding ? stream : Encoding.CreateTranscodingStream(stream, encoding, Utf8, leaveOpen: true);
    }

    /// <summary>Reads the first bytes.</summary>
    public static byte[] Peek(Stream stream, int count)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(count);
        var read = stream.ReadAtLeast(buffer.AsSpan(0, count), count, throwOnEndOfStream: false);
        var head = buffer[..read];
        ArrayPool<byte>.Shared.Return(buffer);
        return head;
    }

    private static UnicodeEncoding Utf16(bool bigEndian) => new(bigEndian, false, throwOnInvalidBytes: true);

    private static UTF32Encoding Utf32(bool bigEndian) => new(bigEndian, false, throwOnInvalidCharacters: true);
}
