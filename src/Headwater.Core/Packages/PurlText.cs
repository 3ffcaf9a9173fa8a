using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Unicode;

namespace Headwater.Core.Packages;

/// <summary>Percent-encoding by clause 5.4 and the canonical text.</summary>
internal static class PurlText
{
    private const string Hex = "0123456789ABCDEF";

    /// <summary>True when there is no control character (C0, DEL, C1) and every surrogate has its partner.</summary>
    public static bool IsClean(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is >= ' ' and < '\u007f') continue;
            if (c < '\u00a0') return false;
            if (char.IsSurrogate(c) && (i + 1 == text.Length || !char.IsSurrogatePair(c, text[++i]))) return false;
        }
        return true;
    }

    /// <summary>Decodes percent-encoded UTF-8. The target is as long as the text, or longer.</summary>
    /// <returns>False for a broken triplet, invalid UTF-8 or an encoded control character.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<char> target, out int length)
    {
        var percent = text.IndexOf('%');
        if (percent < 0)
        {
            text.CopyTo(target);
            length = text.Length;
            return true;
        }

        length = 0;
        Span<byte> octets = stackalloc byte[64];
        while (percent >= 0)
        {
            text[..percent].CopyTo(target[length..]);
            length += percent;
            text = text[percent..];

            // A run of triplets is decoded together, because one character may take up to four. A long run is decoded in
            // pieces; what is left of a character at a piece's end is carried into the next.
            var count = 0;
            while (text.Length > 0 && text[0] == '%')
            {
                if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2])) return false;
                octets[count++] = (byte)(HexValue(text[1]) << 4 | HexValue(text[2]));
                text = text[3..];
                if (count == octets.Length && !Drain(octets, ref count, target, ref length, last: false)) return false;
            }
            if (!Drain(octets, ref count, target, ref length, last: true)) return false;
            percent = text.IndexOf('%');
        }
        text.CopyTo(target[length..]);
        length += text.Length;
        return IsClean(target[..length]);
    }

    /// <summary>The canonical text (clause 5 and "How to build").</summary>
    public static string Format(PackageUrl purl) => string.Create(Measure(purl), purl, static (target, p) =>
    {
        var writer = new Writer(target);
        writer.Raw("pkg:");
        writer.Raw(p.Type);
        writer.Raw("/");
        if (p.Namespace is not null)
        {
            writer.Encoded(p.Namespace, keepSlash: true);
            writer.Raw("/");
        }
        writer.Encoded(p.Name, PurlTypes.NameIsPath(p.Type));
        if (p.Version is not null)
        {
            writer.Raw("@");
            writer.Encoded(p.Version, keepSlash: false);
        }
        for (var i = 0; i < p.Qualifiers.Count; i++)
        {
            writer.Raw(i == 0 ? "?" : "&");
            writer.Raw(p.Qualifiers[i].Key);
            writer.Raw("=");
            writer.Encoded(p.Qualifiers[i].Value, keepSlash: false);
        }
        if (p.Subpath is not null)
        {
            writer.Raw("#");
            writer.Encoded(p.Subpath, keepSlash: true);
        }
        Debug.Assert(writer.Done, "The measured length is the written length.");
    });

    /// <summary>The canonical text of a package as such.</summary>
    public static string Format(string type, string? @namespace, string name) => Format(new PackageUrl(type, @namespace, name, null, [], null));

    /// <summary>The length of the canonical text.</summary>
    public static int Measure(PackageUrl purl)
    {
        var length = 5 + purl.Type.Length + Measure(purl.Name, PurlTypes.NameIsPath(purl.Type));
        if (purl.Namespace is not null) length += 1 + Measure(purl.Namespace, keepSlash: true);
        if (purl.Version is not null) length += 1 + Measure(purl.Version, keepSlash: false);
        if (purl.Subpath is not null) length += 1 + Measure(purl.Subpath, keepSlash: true);
        for (var i = 0; i < purl.Qualifiers.Count; i++) length += 2 + purl.Qualifiers[i].Key.Length + Measure(purl.Qualifiers[i].Value, keepSlash: false);
        return length;
    }

    private static int Measure(string text, bool keepSlash)
    {
        var length = 0;
        foreach (var c in text)
            length += IsPlain(c, keepSlash) ? 1 : c < 0x80 ? 3 : c < 0x800 ? 6 : char.IsHighSurrogate(c) ? 12 : char.IsLowSurrogate(c) ? 0 : 9;
        return length;
    }

    private static bool IsPlain(char c, bool keepSlash) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '~' or ':' || (keepSlash && c == '/');

    private static int HexValue(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;

    private static bool Drain(Span<byte> octets, ref int count, Span<char> target, ref int length, bool last)
    {
        var status = Utf8.ToUtf16(octets[..count], target[length..], out var read, out var written, replaceInvalidSequences: false, isFinalBlock: last);
        length += written;
        octets[read..count].CopyTo(octets);
        count -= read;
        return status == OperationStatus.Done || (!last && status == OperationStatus.NeedMoreData);
    }

    private ref struct Writer(Span<char> target)
    {
        private Span<char> _rest = target;

        public readonly bool Done => _rest.IsEmpty;

        public void Raw(string text)
        {
            text.CopyTo(_rest);
            _rest = _rest[text.Length..];
        }

        public void Encoded(string text, bool keepSlash)
        {
            Span<byte> octets = stackalloc byte[4];
            for (var i = 0; i < text.Length; i++)
            {
                if (IsPlain(text[i], keepSlash))
                {
                    _rest[0] = text[i];
                    _rest = _rest[1..];
                    continue;
                }
                var rune = Rune.GetRuneAt(text, i);
                i += rune.Utf16SequenceLength - 1;
                foreach (var octet in octets[..rune.EncodeToUtf8(octets)])
                {
                    _rest[0] = '%';
                    _rest[1] = Hex[octet >> 4];
                    _rest[2] = Hex[octet & 15];
                    _rest = _rest[3..];
                }
            }
        }
    }
}
