namespace Headwater.Core.Versions;

/// <summary>
/// Perl modules (perldoc version): a dotted version (<c>v1.2</c>, <c>1.2.3</c>) is its numbers; a decimal one is split behind the point into
/// groups of three digits, so 1.002003 is v1.2.3. Underscores do not count, a missing number is 0.
/// </summary>
internal sealed class CpanScheme : VersionScheme
{
    public override string Name => "cpan";

    public override bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        if (text.Length > MaxTextLength) return false;
        Span<char> kept = stackalloc char[MaxTextLength + 2];
        var length = 0;
        var dots = 0;
        var dotted = text is ['v', ..];
        foreach (var c in dotted ? text[1..] : text)
        {
            if (c == '_') continue;
            if (c == '.') dots++;
            else if (!char.IsAsciiDigit(c)) return false;
            kept[length++] = c;
        }

        if (length == 0 || (kept[0] == '.' && (dotted || dots > 1))) return false;
        return dotted || dots > 1 ? TryDotted(kept[..length], ref key) : Decimal(kept, length, ref key);
    }

    private static bool TryDotted(scoped ReadOnlySpan<char> text, ref VersionKeyBuilder key)
    {
        var end = key.Length;
        foreach (var range in text.Split('.'))
        {
            if (text[range].IsEmpty) return false;
            Append(text[range], ref end, ref key);
        }

        key.Truncate(end);
        return true;
    }

    private static bool Decimal(scoped Span<char> text, int length, ref VersionKeyBuilder key)
    {
        var end = key.Length;
        var point = text[..length].IndexOf('.');
        Append(text[..(point < 0 ? length : point)], ref end, ref key);
        for (var i = point + 1; point >= 0 && i < length; i += 3)
        {
            // The buffer has two places to spare for the last group's zeros.
            if (i + 3 > length) text[length..(i + 3)].Fill('0');
            Append(text.Slice(i, 3), ref end, ref key);
        }

        key.Truncate(end);
        return true;
    }

    private static void Append(scoped ReadOnlySpan<char> number, ref int end, ref VersionKeyBuilder key)
    {
        key.AppendNumber(number);
        if (number.ContainsAnyExcept('0')) end = key.Length;
    }
}
