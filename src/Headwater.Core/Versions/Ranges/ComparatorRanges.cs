namespace Headwater.Core.Versions;

/// <summary>
/// The notation that the remaining ecosystems share: comparators, "and" by comma, white space, <c>&amp;</c> or the word, "or" by <c>|</c> or the word.
/// It holds RubyGems' and Hex' <c>~&gt;</c>, Debian's <c>&lt;&lt;</c> and <c>&gt;&gt;</c>, Hackage's <c>^&gt;=</c> and <c>==1.2.*</c>.
/// </summary>
internal static class ComparatorRanges
{
    public static void Read(string text, RangeBuilder range)
    {
        text = text.Replace("||", "|").Replace(" or ", "|").Replace(" and ", ",").Replace("&&", ",").Replace('&', ',').Trim();
        range.Error = Parentheses(text);
        foreach (var alternative in text.Split('|'))
        {
            if (range.Error is not null) return;
            ReadAlternative(alternative, range);
            range.EndAlternative();
        }
    }

    // Alternatives are split before parentheses are looked at, so one may not hold both an "or" and less than the whole range.
    private static string? Parentheses(string text)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            else if (text[i] == ')' && --depth < 0) break;
            else if (text[i] == '|' && depth > 0) return "An \"or\" inside parentheses is not supported; write the alternatives out.";
        }

        return depth == 0 ? null : "The parentheses do not match.";
    }

    public static void ReadAlternative(string text, RangeBuilder range)
    {
        var tokens = new RangeTokens(text);
        for (;;)
        {
            tokens.SkipSpace();
            while (tokens.Rest is [',' or '(' or ')' or '{' or '}', ..])
            {
                tokens.Skip(1);
                tokens.SkipSpace();
            }

            if (tokens.IsEmpty || range.Error is not null) return;
            var op = tokens.TakeOperator("^>=", "~>", "<<", ">>", ">=", "<=", "==", "!=", ">", "<", "=", "~", "^");
            tokens.SkipSpace();
            Apply(op, tokens.TakeVersion(",(){}").Trim('"', '\''), range);
        }
    }

    private static void Apply(string op, string version, RangeBuilder range)
    {
        if (version is "*" or "-any" && op is "" or ">=" or "==" or "=") return;
        if (version.EndsWith(".*", StringComparison.Ordinal) && op is "" or "=" or "==" or "!=")
        {
            if (!TryNext(version[..^2], places: int.MaxValue, range, out var end)) return;
            if (op == "!=") range.AndNotBetween(version[..^2], end);
            else range.AndBetween(version[..^2], end);
            return;
        }

        switch (op)
        {
            case "~>":
                // RubyGems and Hex raise the last number but one.
                if (TryNext(version, places: -1, range, out var upper)) range.AndBetween(version, upper);
                break;
            case "~":
                if (TryNext(version, places: 2, range, out upper)) range.AndBetween(version, upper);
                break;
            case "^":
                if (TryNext(version, places: 1, range, out upper)) range.AndBetween(version, upper);
                break;
            case "^>=":
                // Hackage: the major version is the first two numbers.
                if (TryNext(version.Contains('.') ? version : version + ".0", places: 2, range, out upper)) range.AndBetween(version, upper);
                break;
            default:
                range.And(op, version);
                break;
        }
    }

    // Keeps so many numbers (-1: all but the last, though at least one) and raises the last that is kept. Gem::Version#bump drops from the
    // first word on before it counts.
    private static bool TryNext(string version, int places, RangeBuilder range, out string next)
    {
        var numbers = new List<string>();
        var rest = VersionText.WithoutV(version);
        while (VersionText.CountDigits(rest, 0) is > 0 and var digits)
        {
            if (digits < rest.Length && char.IsAsciiLetter(rest[digits])) break;
            numbers.Add(rest[..digits].TrimStart('0') is { Length: > 0 } kept ? kept.ToString() : "0");
            rest = rest[digits..];
            if (rest is not ['.', ..]) break;
            rest = rest[1..];
        }

        next = "";
        if (numbers.Count == 0)
        {
            range.Error ??= $"\"{version}\" does not start with a number that could be raised.";
            return false;
        }

        var count = places < 0 ? Math.Max(1, numbers.Count - 1) : Math.Min(places, numbers.Count);
        numbers.RemoveRange(count, numbers.Count - count);
        numbers[^1] = PartialVersion.Increment(numbers[^1]);
        next = string.Join('.', numbers);
        return true;
    }
}
