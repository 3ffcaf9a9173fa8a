namespace Headwater.Core.Versions;

/// <summary>
/// rpmvercmp as keys that sort as bytes: <c>~</c> before the end, the end before <c>^</c>, then letters, then digits by value; all
/// other characters only separate.
/// </summary>
internal static class RpmOrder
{
    private const byte Tilde = 1, End = 2, Caret = 3, Letters = 4, Digits = 5;

    public static void Append(ReadOnlySpan<char> text, ref VersionKeyBuilder key, bool tildeAndCaret = true)
    {
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                var digits = VersionText.CountDigits(text, i);
                key.Append(Digits);
                key.AppendNumber(text.Slice(i, digits));
                i += digits;
            }
            else if (char.IsAsciiLetter(c))
            {
                var letters = VersionText.CountLetters(text, i);
                key.Append(Letters);
                key.AppendText(text.Slice(i, letters));
                i += letters;
            }
            else
            {
                if (tildeAndCaret && c == '~') key.Append(Tilde);
                else if (tildeAndCaret && c == '^') key.Append(Caret);
                i++;
            }
        }

        key.Append(End);
    }
}
