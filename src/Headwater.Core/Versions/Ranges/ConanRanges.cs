namespace Headwater.Core.Versions;

/// <summary>
/// Conan's version ranges (docs.conan.io/2, "Version ranges"): white space is "and", <c>||</c> is "or", comparators, <c>~</c>, <c>^</c>,
/// <c>*</c>; brackets and options after a comma are allowed. Derived upper bounds end in <c>-</c>, below every pre-release.
/// </summary>
internal sealed class ConanRanges(RangeBuilder range)
{
    public void Read(string text)
    {
        text = text.Trim();
        if (text.StartsWith('[') && text.EndsWith(']')) text = text[1..^1];
        if (text.IndexOf(',') is >= 0 and var comma) text = text[..comma];
        foreach (var alternative in text.Split("||"))
        {
            ReadAlternative(alternative);
            range.EndAlternative();
        }
    }

    private void ReadAlternative(string text)
    {
        var tokens = new RangeTokens(text);
        var any = true;
        for (;;)
        {
            tokens.SkipSpace();
            while (tokens.Rest is ['&', ..])
            {
                tokens.Skip(1);
                tokens.SkipSpace();
            }

            if (range.Error is not null) return;
            if (tokens.IsEmpty) break;
            any = false;
            var op = tokens.TakeOperator(">=", "<=", "~=", ">", "<", "=", "~", "^");
            tokens.SkipSpace();
            Apply(op, tokens.TakeVersion("&"));
        }

        if (any) range.And(VersComparator.GreaterOrEqual, "0.0.0");
    }

    private void Apply(string op, string version)
    {
        // "1.2-" only switches pre-releases on.
        if (version.Length > 1 && version[^1] == '-') version = version[..^1];
        if (version.Length == 0)
        {
            range.Error = $"There is no version after \"{op}\".";
            return;
        }

        if (version == "*" && op is "" or ">=" or "=")
        {
            range.And(VersComparator.GreaterOrEqual, "0.0.0");
            return;
        }

        switch (op)
        {
            case "~" or "~=":
                Between(version, items => Math.Min(1, items.Length - 1));
                break;
            case "^":
                Between(version, FirstNonZero);
                break;
            default:
                range.And(op, version);
                break;
        }
    }

    private void Between(string version, Func<string[], int> place)
    {
        var items = version.Split('-', '+')[0].Split('.');
        var at = place(items);
        if (!VersionText.IsNumber(items[at]))
        {
            range.Error = $"\"{items[at]}\" of \"{version}\" is no number that could be raised.";
            return;
        }

        items[at] = PartialVersion.Increment(items[at]);
        range.AndBetween(version, string.Join('.', items[..(at + 1)]) + "-");
    }

    private static int FirstNonZero(string[] items)
    {
        var place = 0;
        while (place < items.Length - 1 && items[place].AsSpan().Trim('0').IsEmpty) place++;
        return place;
    }
}
