namespace Headwater.Core.Versions;

/// <summary>
/// nginx' security advisories: a comma-separated list of <c>1.2.3</c>, <c>1.2.3-1.4.5</c> and <c>1.4.1+</c>. A plus reaches to the end of
/// a stable branch (even minor number) or, from a mainline version (odd minor number), for ever.
/// </summary>
internal static class NginxRanges
{
    public static void Read(string text, RangeBuilder range)
    {
        text = text.Trim();
        if (text is "all" or "*")
        {
            range.EndAlternative();
            return;
        }

        if (text is "none") return;
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (range.Error is not null) return;
            if (item.StartsWith('<') || item.StartsWith('>') || item.StartsWith('=')) ComparatorRanges.ReadAlternative(item, range);
            else if (item.EndsWith('+')) From(item[..^1].TrimEnd(), range);
            else if (item.IndexOf('-') is > 0 and var dash) Between(item[..dash].TrimEnd(), item[(dash + 1)..].TrimStart(), range);
            else range.And(VersComparator.Equal, item);
            range.EndAlternative();
        }
    }

    private static void Between(string low, string high, RangeBuilder range)
    {
        range.And(VersComparator.GreaterOrEqual, low);
        range.And(VersComparator.LessOrEqual, high);
    }

    private static void From(string version, RangeBuilder range)
    {
        range.And(VersComparator.GreaterOrEqual, version);
        if (!PartialVersion.TryParse(version, out var parsed) || parsed.Numbers.Length < 2)
        {
            range.Error ??= $"\"{version}+\" needs at least two numbers.";
            return;
        }

        var isStable = (parsed.Numbers[1][^1] - '0') % 2 == 0;
        if (isStable) range.And(VersComparator.Less, parsed.Next(1));
    }
}
