namespace Headwater.Core.Versions;

/// <summary>
/// Interval notation: Maven's version range specification (sets of intervals; a bare version, which Maven only prefers, is taken as that
/// version) and NuGet's (learn.microsoft.com/nuget/concepts/package-versioning; a bare version is a minimum, <c>1.2.*</c> floats).
/// </summary>
internal sealed class IntervalRanges(RangeBuilder range, bool bareIsMinimum)
{
    public void Read(string text)
    {
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty) range.EndAlternative();
        while (!rest.IsEmpty && range.Error is null)
        {
            var isInterval = rest[0] is '[' or '(';
            var end = isInterval ? rest.IndexOfAny(']', ')') + 1 : rest.IndexOfAny(',', '|') is >= 0 and var stop ? stop : rest.Length;
            if (end == 0)
            {
                range.Error = $"The interval \"{rest}\" is not closed; it ends in ']' or ')'.";
                return;
            }

            var item = rest[..end].Trim();
            if (isInterval) Interval(item);
            else Bare(item.ToString());
            range.EndAlternative();
            rest = rest[end..].TrimStart();
            var separators = 0;
            while (rest is [',', ..] or ['|', ..])
            {
                separators++;
                rest = rest[1..].TrimStart();
            }

            if (!rest.IsEmpty && separators == 0) range.Error = $"A comma is missing before \"{rest}\".";
        }
    }

    private void Interval(ReadOnlySpan<char> text)
    {
        var (openInclusive, closeInclusive) = (text[0] == '[', text[^1] == ']');
        var inner = text[1..^1];
        var comma = inner.IndexOf(',');
        if (comma < 0)
        {
            var exact = inner.Trim().ToString();
            if (!openInclusive || !closeInclusive || exact.Length == 0) range.Error = $"\"{text}\" needs a comma, or brackets around one version.";
            else range.And(VersComparator.Equal, exact);
            return;
        }

        var low = inner[..comma].Trim().ToString();
        var high = inner[(comma + 1)..].Trim().ToString();
        if (high.Contains(',')) range.Error = $"\"{text}\" has more than two bounds.";
        if (low.EndsWith('*')) low = Float(low).Low;
        if (low.Length > 0) range.And(openInclusive ? VersComparator.GreaterOrEqual : VersComparator.Greater, low);
        if (high.Length > 0) range.And(closeInclusive ? VersComparator.LessOrEqual : VersComparator.Less, high);
    }

    private void Bare(string text)
    {
        var tokens = new RangeTokens(text);
        var op = tokens.TakeOperator(">=", "<=", "==", "!=", ">", "<", "=");
        if (op.Length > 0)
        {
            ComparatorRanges.ReadAlternative(text, range);
            return;
        }

        if (bareIsMinimum && text.EndsWith('*'))
        {
            var (low, high) = Float(text);
            range.AndBetween(low.Length == 0 ? null : low, high);
            return;
        }

        range.And(bareIsMinimum ? VersComparator.GreaterOrEqual : VersComparator.Equal, text);
    }

    // A floating version stands for the newest that matches: 1.2.* is 1.2.0 up to 1.3.0; 1.2.0-rc.* is from there to the release.
    private (string Low, string? High) Float(string text)
    {
        var dash = text.IndexOf('-');
        if (dash >= 0 && !text[..dash].Contains('*'))
        {
            var prefix = text[(dash + 1)..^1].TrimEnd('.');
            var core = text[..dash].Split('.');
            if (!VersionText.IsNumber(core[^1])) return (text, null);
            core[^1] = PartialVersion.Increment(core[^1]);
            return (text[..dash] + "-" + (prefix.Length == 0 ? "0" : prefix), string.Join('.', core) + "-0");
        }

        var allowsPre = dash >= 0;
        var numbers = (dash < 0 ? text : text[..dash]).Split('.')[..^1];
        if (numbers.Length == 0) return ("", null);
        if (!numbers.All(n => VersionText.IsNumber(n))) return (text, null);
        var low = string.Join('.', numbers.Concat(Enumerable.Repeat("0", Math.Max(0, 3 - numbers.Length))));
        numbers[^1] = PartialVersion.Increment(numbers[^1]);
        var high = string.Join('.', numbers.Concat(Enumerable.Repeat("0", Math.Max(0, 3 - numbers.Length))));
        return (allowsPre ? low + "-0" : low, high);
    }
}
