namespace Headwater.Core.Versions;

/// <summary>
/// Gentoo ebuilds (Package Manager Specification §3.3): numbers, where one after the first that starts with 0 compares as text without
/// its trailing zeros; more numbers are greater; one letter; suffixes <c>_alpha _beta _pre _rc _p</c> with numbers; <c>-rN</c>.
/// </summary>
internal sealed class GentooScheme : VersionScheme
{
    private const byte EndOfNumbers = 1, TextNumber = 2, Number = 3, EndOfSuffixes = 5;

    public override string Name => "gentoo";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        for (var first = true; ; first = false)
        {
            var digits = VersionText.CountDigits(text, 0);
            if (digits == 0) return false;
            var number = text[..digits];
            var asText = !first && number[0] == '0';
            key.Append(asText ? TextNumber : Number);
            if (asText) key.AppendText(number.TrimEnd('0'));
            else key.AppendNumber(number);
            text = text[digits..];
            if (text is not ['.', ..]) break;
            text = text[1..];
        }

        key.Append(EndOfNumbers);
        var letter = text is [>= 'a' and <= 'z', ..];
        key.Append(letter ? (byte)text[0] : (byte)0);
        if (letter) text = text[1..];
        while (text is ['_', ..])
        {
            var letters = VersionText.CountLetters(text, 1);
            byte mark = text.Slice(1, letters) switch { "alpha" => 1, "beta" => 2, "pre" => 3, "rc" => 4, "p" => 6, _ => 0 };
            if (mark == 0) return false;
            key.Append(mark);
            AppendDigits(letters + 1, ref text, ref key);
        }

        key.Append(EndOfSuffixes);
        if (text is ['-', 'r', >= '0' and <= '9', ..]) AppendDigits(2, ref text, ref key);
        else key.AppendNumber("0");
        return text.IsEmpty;
    }

    private static void AppendDigits(int from, ref ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        var digits = VersionText.CountDigits(text, from);
        key.AppendNumber(text.Slice(from, digits));
        text = text[(from + digits)..];
    }
}
