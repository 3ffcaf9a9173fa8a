namespace Headwater.Core.Versions;

/// <summary>
/// Alpine's apk (apk-package(5), the order of apk-tools 3): numbers, where one after the first that starts with 0 compares as text;
/// one letter; suffixes <c>_alpha</c> … <c>_p</c>; <c>~hash</c>; <c>-rN</c>. What apk calls invalid sorts by what was read before the
/// fault, just below a version that ends there.
/// </summary>
internal sealed class AlpineScheme : VersionScheme
{
    // What may follow an equal start, in ascending order; the four pre-release suffixes are the only ones below the end.
    private const byte Garbage = 0, PreSuffix = 1, Invalid = 5, End = 6, Revision = 7, Hash = 8, SuffixNumber = 9, PostSuffix = 10,
        EmptyNumber = 15, Letter = 16, TextNumber = 17, Number = 18;

    private static readonly string[] s_pre = ["alpha", "beta", "pre", "rc"];
    private static readonly string[] s_post = ["cvs", "svn", "git", "hg", "p"];

    private enum Last
    {
        Number,
        Letter,
        Suffix,
        SuffixNumber,
        Hash,
        Revision,
    }

    public override string Name => "apk";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (text.IsEmpty || VersionText.HasSpace(text)) return false;
        var digits = VersionText.CountDigits(text, 0);
        if (digits == 0 && text[0] != '.')
        {
            key.Append(Garbage);
            key.AppendText(text);
            return true;
        }

        key.Append(Number);
        key.AppendNumber(text[..digits]);
        text = text[digits..];
        var last = Last.Number;
        while (!text.IsEmpty)
        {
            if (TryToken(ref text, ref last, ref key)) continue;
            key.Append(Invalid);
            return true;
        }

        key.Append(End);
        return true;
    }

    private static bool TryToken(ref ReadOnlySpan<char> text, ref Last last, ref VersionKeyBuilder key)
    {
        switch (text[0])
        {
            case '.' when last <= Last.Number:
                text = text[1..];
                AppendNumber(ref text, ref key);
                return true;
            case >= 'a' and <= 'z' when last == Last.Number:
                key.Append(Letter);
                key.Append((byte)text[0]);
                text = text[1..];
                last = Last.Letter;
                return true;
            case >= '0' and <= '9' when last == Last.Letter:
                // Not in apk's grammar, but kept by older releases and found in the wild: 6.6.2p1 < 6.6.2p2.
                AppendNumber(ref text, ref key);
                last = Last.Number;
                return true;
            case >= '0' and <= '9' when last == Last.Suffix:
                AppendValue(SuffixNumber, ref text, ref key);
                last = Last.SuffixNumber;
                return true;
            case '_' when last <= Last.SuffixNumber:
                last = Last.Suffix;
                return TrySuffix(ref text, ref key);
            case '~' when last <= Last.SuffixNumber:
                last = Last.Hash;
                return TryHash(ref text, ref key);
            case '-' when last <= Last.Hash && text.Length > 1 && text[1] == 'r' && (text.Length == 2 || !char.IsAsciiLetter(text[2])):
                text = text[2..];
                AppendValue(Revision, ref text, ref key);
                last = Last.Revision;
                return true;
            default:
                return false;
        }
    }

    private static void AppendNumber(ref ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        var digits = VersionText.CountDigits(text, 0);
        if (digits == 0)
        {
            key.Append(EmptyNumber);
            return;
        }

        if (text[0] == '0')
        {
            key.Append(TextNumber);
            key.AppendText(text[..digits]);
            text = text[digits..];
            return;
        }

        AppendValue(Number, ref text, ref key);
    }

    private static void AppendValue(byte mark, ref ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        var digits = VersionText.CountDigits(text, 0);
        key.Append(mark);
        key.AppendNumber(text[..digits]);
        text = text[digits..];
    }

    private static bool TrySuffix(ref ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        var letters = VersionText.CountLetters(text, 1);
        var word = text.Slice(1, letters);
        text = text[(letters + 1)..];
        return TryMark(word, s_pre, PreSuffix, ref key) || TryMark(word, s_post, PostSuffix, ref key);
    }

    private static bool TryMark(ReadOnlySpan<char> word, string[] words, byte first, ref VersionKeyBuilder key)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (!word.SequenceEqual(words[i])) continue;
            key.Append((byte)(first + i));
            return true;
        }

        return false;
    }

    private static bool TryHash(ref ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        var length = 1;
        while (length < text.Length && char.IsAsciiHexDigitLower(text[length])) length++;
        if (length == 1) return false;
        key.Append(Hash);
        key.AppendText(text[1..length]);
        text = text[length..];
        return true;
    }
}
