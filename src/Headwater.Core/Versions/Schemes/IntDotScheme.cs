namespace Headwater.Core.Versions;

/// <summary>
/// vers <c>intdot</c>: whole numbers between dots, read up to the first other character; leading zeros and trailing zero numbers do not
/// matter.
/// </summary>
internal sealed class IntDotScheme : VersionScheme
{
    public override string Name => "intdot";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (text.IsEmpty || !char.IsAsciiDigit(text[0])) return false;
        var kept = key.Length;
        for (;;)
        {
            var digits = VersionText.CountDigits(text, 0);
            key.AppendNumber(text[..digits]);
            if (text[..digits].ContainsAnyExcept('0')) kept = key.Length;
            text = text[digits..];
            if (text is not ['.', ..]) break;
            text = text[1..];
        }

        key.Truncate(kept);
        return true;
    }
}
