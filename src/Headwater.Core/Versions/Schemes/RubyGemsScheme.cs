namespace Headwater.Core.Versions;

/// <summary>
/// RubyGems' Gem::Version: split at dots and at digit/letter borders, <c>-</c> reads <c>.pre.</c>, words come before numbers, trailing
/// zeros of the numbers and of the part from the first word on are cut, and a missing segment counts as 0.
/// </summary>
internal sealed class RubyGemsScheme : VersionScheme
{
    // A missing segment is an endless run of zeros, so a run of zeros must sort before the end when a word follows it and after the end
    // when a number does; within each kind the longer run is nearer to the end.
    private const byte Word = 1, ZerosThenWord = 2, End = 3, ZerosThenNumber = 4, Number = 5;

    public override string Name => "gem";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        text = text.Trim();
        if (text.IsEmpty || !char.IsAsciiDigit(text[0])) return false;
        var zeros = 0;
        var seenWord = false;
        var dashed = false;
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                var digits = VersionText.CountDigits(text, i);
                AppendNumber(text.Slice(i, digits), ref zeros, ref key);
                i += digits;
            }
            else if (char.IsAsciiLetter(c))
            {
                var letters = VersionText.CountLetters(text, i);
                AppendWord(text.Slice(i, letters), ref zeros, ref seenWord, ref key);
                i += letters;
            }
            else if (c is '.' or '-' && i + 1 < text.Length && (char.IsAsciiLetterOrDigit(text[i + 1]) || (dashed && text[i + 1] == '-')))
            {
                if (c == '-') AppendWord("pre", ref zeros, ref seenWord, ref key);
                dashed |= c == '-';
                i++;
            }
            else
            {
                return false;
            }
        }

        key.Append(End);
        return true;
    }

    private static void AppendNumber(ReadOnlySpan<char> digits, ref int zeros, ref VersionKeyBuilder key)
    {
        if (!digits.ContainsAnyExcept('0'))
        {
            zeros++;
            return;
        }

        if (zeros > 0)
        {
            key.Append(ZerosThenNumber);
            key.Append((byte)~(zeros >> 8));
            key.Append((byte)~zeros);
        }

        zeros = 0;
        key.Append(Number);
        key.AppendNumber(digits);
    }

    private static void AppendWord(ReadOnlySpan<char> word, ref int zeros, ref bool seenWord, ref VersionKeyBuilder key)
    {
        // The zeros before the first word end the numeric half, which is trimmed: 1.0.a is 1.a.
        if (zeros > 0 && seenWord)
        {
            key.Append(ZerosThenWord);
            key.Append((byte)(zeros >> 8));
            key.Append((byte)zeros);
        }

        zeros = 0;
        seenWord = true;
        key.Append(Word);
        key.AppendText(word);
    }
}
