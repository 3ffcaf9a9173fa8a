namespace Headwater.Core.Versions;

/// <summary>
/// vers <c>generic</c>, whose algorithm the standard leaves open: numbers and words, split at every other character and at each border
/// between the two; a missing number is 0; a word makes the version older, unless it is one letter behind a number or says "patch".
/// </summary>
internal sealed class GenericScheme : VersionScheme
{
    private const byte Before = 1, End = 2, After = 3, Number = 4;

    public override string Name => "generic";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        text = VersionText.WithoutV(text);
        if (text.IsEmpty || !char.IsAsciiDigit(text[0]) || text.Length > MaxTextLength) return false;
        Span<char> word = stackalloc char[MaxTextLength];
        var zeros = 0;
        for (var i = 0; i < text.Length;)
        {
            var digits = VersionText.CountDigits(text, i);
            var letters = VersionText.CountLetters(text, i);
            if (digits > 0)
            {
                var number = text.Slice(i, digits);
                if (!number.ContainsAnyExcept('0'))
                {
                    zeros++;
                }
                else
                {
                    for (; zeros > 0; zeros--) Append("0", ref key);
                    Append(number, ref key);
                }
            }
            else if (letters > 0)
            {
                zeros = 0;
                text.Slice(i, letters).ToLowerInvariant(word);
                var afterNumber = letters == 1 && i > 0 && char.IsAsciiDigit(text[i - 1]);
                var isPatch = word[..letters] is "p" or "pl" or "patch" or "post" or "sp" or "errata";
                key.Append(afterNumber || isPatch ? After : Before);
                key.AppendText(word[..letters]);
            }

            i += Math.Max(1, digits + letters);
        }

        key.Append(End);
        return true;
    }

    private static void Append(ReadOnlySpan<char> number, ref VersionKeyBuilder key)
    {
        key.Append(Number);
        key.AppendNumber(number);
    }
}
