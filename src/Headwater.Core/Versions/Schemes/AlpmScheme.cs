using System.Buffers.Binary;

namespace Headwater.Core.Versions;

/// <summary>
/// Arch Linux (vercmp(8)): <c>[epoch:]version[-release]</c>; the release counts only when both versions have one. Between segments the
/// longer separator is greater, a word that follows without one makes the version older.
/// </summary>
internal sealed class AlpmScheme : VersionScheme
{
    private const byte Word = 1, End = 2, Digits = 3, Separator = 4;

    public override string Name => "alpm";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (text.IsEmpty || VersionText.HasSpace(text)) return false;
        var digits = VersionText.CountDigits(text, 0);
        var epoch = digits > 0 && digits < text.Length && text[digits] == ':';
        var release = text.LastIndexOf('-');
        if (epoch && release < digits) release = -1;

        // The length of the part without the release comes last, where it can be written without knowing it first.
        var start = key.Length;
        key.AppendNumber(epoch ? text[..digits] : "0");
        if (epoch)
        {
            text = text[(digits + 1)..];
            release = text.LastIndexOf('-');
        }

        Append(release < 0 ? text : text[..release], ref key);
        var length = key.Length - start;
        if (release >= 0) Append(text[(release + 1)..], ref key);
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)length);
        key.Append(bytes);
        return true;
    }

    public override int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Split(left, out var a, out var releaseA);
        Split(right, out var b, out var releaseB);
        var order = a.SequenceCompareTo(b);
        return order != 0 || releaseA.IsEmpty || releaseB.IsEmpty ? order : releaseA.SequenceCompareTo(releaseB);
    }

    private static void Split(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> version, out ReadOnlySpan<byte> release)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(key[^2..]);
        version = key[..length];
        release = key[length..^2];
    }

    private static void Append(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            while (i < text.Length && !char.IsAsciiLetterOrDigit(text[i])) i++;
            if (i > start)
            {
                key.Append(Separator);
                key.Append((byte)Math.Min(255, i - start));
            }

            var digits = VersionText.CountDigits(text, i);
            var letters = VersionText.CountLetters(text, i);
            if (digits > 0)
            {
                key.Append(Digits);
                key.AppendNumber(text.Slice(i, digits));
            }
            else if (letters > 0)
            {
                key.Append(Word);
                key.AppendText(text.Slice(i, letters));
            }

            i += digits + letters;
        }

        key.Append(End);
    }
}
