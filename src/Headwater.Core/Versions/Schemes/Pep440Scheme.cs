namespace Headwater.Core.Versions;

/// <summary>
/// PyPI: PEP 440 / "Version specifiers" of the Python packaging standards, including the normalisations of its Appendix B
/// (case, <c>v</c>, separators, alternative spellings, implicit numbers, <c>1.0-1</c> = <c>1.0.post1</c>). Anything else, the
/// "legacy versions", cannot be placed.
/// </summary>
internal sealed class Pep440Scheme : VersionScheme
{
    private const byte DevOnly = 1, Alpha = 2, Beta = 3, Candidate = 4, NoPre = 5;

    public override string Name => "pypi";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        text = VersionText.WithoutV(text.Trim());
        var digits = VersionText.CountDigits(text, 0);
        var epoch = digits > 0 && digits < text.Length && text[digits] == '!';
        key.AppendNumber(epoch ? text[..digits] : "0");
        if (epoch) text = text[(digits + 1)..];
        if (!TryRelease(ref text, ref key)) return false;

        var pre = TryPre(ref text, out var preNumber);
        var hasPost = TryPost(ref text, out var post);
        var hasDev = TryWord(ref text, "dev", out var dev);
        if (pre == NoPre && !hasPost && hasDev) pre = DevOnly;
        key.Append(pre);
        if (pre is Alpha or Beta or Candidate) key.AppendNumber(preNumber);
        AppendOptional(hasPost, absent: 1, present: 2, post, ref key);
        AppendOptional(hasDev, absent: 2, present: 1, dev, ref key);
        return text switch
        {
            [] => true,
            ['+', .. var local] => TryLocal(local, ref key),
            _ => false,
        };
    }

    private static void AppendOptional(bool has, byte absent, byte present, scoped ReadOnlySpan<char> number, ref VersionKeyBuilder key)
    {
        key.Append(has ? present : absent);
        if (has) key.AppendNumber(number);
    }

    // Trailing zeros are dropped (1.0 = 1.0.0); a longer release beats every suffix of a shorter one, so the mark of "one more" is the greatest.
    private static bool TryRelease(ref ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        var kept = key.Length;
        for (;;)
        {
            var digits = VersionText.CountDigits(text, 0);
            if (digits == 0) return false;
            key.Append(2);
            key.AppendNumber(text[..digits]);
            if (text[..digits].ContainsAnyExcept('0')) kept = key.Length;
            text = text[digits..];
            if (text.Length < 2 || text[0] != '.' || !char.IsAsciiDigit(text[1])) break;
            text = text[1..];
        }

        key.Truncate(kept);
        key.Append(1);
        return true;
    }

    private static byte TryPre(ref ReadOnlySpan<char> text, out ReadOnlySpan<char> number)
    {
        if (TryWord(ref text, "alpha", out number) || TryWord(ref text, "a", out number)) return Alpha;
        if (TryWord(ref text, "beta", out number) || TryWord(ref text, "b", out number)) return Beta;
        if (TryWord(ref text, "preview", out number) || TryWord(ref text, "pre", out number)
            || TryWord(ref text, "rc", out number) || TryWord(ref text, "c", out number)) return Candidate;
        return NoPre;
    }

    private static bool TryPost(ref ReadOnlySpan<char> text, out ReadOnlySpan<char> number)
    {
        if (text.Length > 1 && text[0] == '-' && VersionText.CountDigits(text, 1) is > 0 and var digits)
        {
            number = text.Slice(1, digits);
            text = text[(digits + 1)..];
            return true;
        }

        return TryWord(ref text, "post", out number) || TryWord(ref text, "rev", out number) || TryWord(ref text, "r", out number);
    }

    // [-_.]? word [-_.]? digits?
    private static bool TryWord(ref ReadOnlySpan<char> text, string word, out ReadOnlySpan<char> number)
    {
        number = default;
        var rest = SkipSeparator(text);
        if (!rest.StartsWith(word, StringComparison.OrdinalIgnoreCase)) return false;
        rest = SkipSeparator(rest[word.Length..]);
        var digits = VersionText.CountDigits(rest, 0);
        number = rest[..digits];
        text = rest[digits..];
        return true;
    }

    private static ReadOnlySpan<char> SkipSeparator(ReadOnlySpan<char> text) => text.Length > 0 && IsSeparator(text[0]) ? text[1..] : text;

    private static bool IsSeparator(char c) => c is '-' or '_' or '.';

    private static bool TryLocal(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        Span<char> lower = stackalloc char[MaxTextLength];
        key.Append(1);
        while (true)
        {
            var end = text.IndexOfAny('-', '_', '.');
            var part = end < 0 ? text : text[..end];
            if (part.IsEmpty || part.Length > lower.Length) return false;
            foreach (var c in part)
            {
                if (!char.IsAsciiLetterOrDigit(c)) return false;
            }

            if (VersionText.IsNumber(part))
            {
                key.Append(3);
                key.AppendNumber(part);
            }
            else
            {
                key.Append(2);
                part.ToLowerInvariant(lower);
                key.AppendText(lower[..part.Length]);
            }

            if (end < 0) return true;
            text = text[(end + 1)..];
        }
    }
}
