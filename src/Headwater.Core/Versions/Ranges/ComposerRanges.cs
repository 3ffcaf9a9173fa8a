namespace Headwater.Core.Versions;

/// <summary>
/// Composer's constraints (getcomposer.org/doc/articles/versions.md): <c>||</c> or <c>|</c> is "or", comma or white space is "and",
/// comparators, hyphen ranges, <c>1.0.*</c>, <c>~</c>, <c>^</c>. Bounds that Composer derives include or exclude the development versions,
/// as it does itself.
/// </summary>
internal sealed class ComposerRanges(RangeBuilder range)
{
    public void Read(string text)
    {
        foreach (var alternative in text.Replace("||", "|").Split('|'))
        {
            if (range.Error is not null) return;
            ReadAlternative(alternative.Trim());
            range.EndAlternative();
        }
    }

    private void ReadAlternative(string text)
    {
        var dash = text.IndexOf(" - ", StringComparison.Ordinal);
        if (dash >= 0)
        {
            var upper = Clean(text[(dash + 3)..].Trim());
            range.And(VersComparator.GreaterOrEqual, Clean(text[..dash].Trim()));
            if (Numbers(upper) is { Length: > 0 and < 3 } open) range.And(VersComparator.Less, Next(open, open.Length - 1));
            else range.And(VersComparator.LessOrEqual, upper);
            return;
        }

        var tokens = new RangeTokens(text);
        for (;;)
        {
            tokens.SkipSeparators();
            if (tokens.IsEmpty || range.Error is not null) return;
            var op = tokens.TakeOperator(">=", "<=", "==", "!=", "<>", "~>", ">", "<", "=", "~", "^");
            tokens.SkipSpace();
            Apply(op, Clean(tokens.TakeVersion(",")));
        }
    }

    private static string Clean(string version)
    {
        if (version.IndexOf('@') is > 0 and var at) version = version[..at];
        if (version.IndexOf('#') is > 0 and var hash) version = version[..hash];
        return version.Length > 1 && version[0] is 'v' or 'V' && char.IsAsciiDigit(version[1]) ? version[1..] : version;
    }

    private void Apply(string op, string version)
    {
        if (version is "*" or "x" or "X" or "*.*" && op is "" or ">=" or "=" or "==") return;
        if (version.EndsWith(".*", StringComparison.Ordinal) || version.EndsWith(".x", StringComparison.OrdinalIgnoreCase))
        {
            Wildcard(op, version);
            return;
        }

        switch (op)
        {
            case "~" or "~>":
                Sugar(version, numbers => Math.Max(0, numbers.Length - 2));
                break;
            case "^":
                Sugar(version, numbers => FirstNonZero(numbers));
                break;
            default:
                range.And(op, version);
                break;
        }
    }

    private void Wildcard(string op, string version)
    {
        while (version.EndsWith(".*", StringComparison.Ordinal) || version.EndsWith(".x", StringComparison.OrdinalIgnoreCase)) version = version[..^2];
        if (Numbers(version) is not { Length: > 0 } numbers || numbers.Length != version.Split('.').Length)
        {
            range.Error = $"\"{op}{version}.*\" is no wildcard of numbers.";
            return;
        }

        var (low, high) = (string.Join('.', Pad(numbers)) + "-dev", Next(numbers, numbers.Length - 1));
        if (op is "!=" or "<>") range.AndNotBetween(low, high);
        else if (op is ">=") range.And(VersComparator.GreaterOrEqual, low);
        else if (op is "<") range.And(VersComparator.Less, low);
        else if (op is "<=") range.And(VersComparator.Less, high);
        else if (op is ">") range.And(VersComparator.GreaterOrEqual, high);
        else range.AndBetween(low, high);
    }

    private void Sugar(string version, Func<string[], int> place)
    {
        if (Numbers(version) is not { Length: > 0 } numbers)
        {
            range.Error = $"\"{version}\" does not start with a number.";
            return;
        }

        range.AndBetween(version, Next(numbers, place(numbers)));
    }

    private static int FirstNonZero(string[] numbers)
    {
        var place = 0;
        while (place < numbers.Length - 1 && numbers[place] == "0") place++;
        return place;
    }

    private static string[] Pad(string[] numbers) => [.. numbers, .. Enumerable.Repeat("0", Math.Max(0, 3 - numbers.Length))];

    private static string Next(string[] numbers, int place)
    {
        var next = Pad(numbers);
        next[place] = PartialVersion.Increment(next[place]);
        for (var i = place + 1; i < next.Length; i++) next[i] = "0";
        return string.Join('.', next) + "-dev";
    }

    // The leading numbers of "1.2.3-beta1".
    private static string[] Numbers(string version)
    {
        var numbers = new List<string>();
        var rest = version.AsSpan();
        while (numbers.Count < 4 && VersionText.CountDigits(rest, 0) is > 0 and var digits)
        {
            numbers.Add(rest[..digits].TrimStart('0') is { Length: > 0 } kept ? kept.ToString() : "0");
            rest = rest[digits..];
            if (rest is not ['.', ..]) break;
            rest = rest[1..];
        }

        return [.. numbers];
    }
}
