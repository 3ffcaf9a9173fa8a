namespace Headwater.Core.Versions;

/// <summary>OpenSSL's advisories: a comma-separated list of versions, <c>1.0.1-1.0.1g</c>, or comparators.</summary>
internal static class OpenSslRanges
{
    public static void Read(string text, RangeBuilder range)
    {
        if (text.AsSpan().Trim().IsEmpty) range.Error = "There is no version in the list.";
        foreach (var item in text.Replace("||", ",").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (range.Error is not null) return;
            var dash = item.IndexOf('-');
            if (item[0] is '<' or '>' or '=' or '!')
            {
                ComparatorRanges.ReadAlternative(item, range);
            }
            else if (dash > 0 && dash < item.Length - 1 && char.IsAsciiDigit(item[dash + 1]))
            {
                range.And(VersComparator.GreaterOrEqual, item[..dash]);
                range.And(VersComparator.LessOrEqual, item[(dash + 1)..]);
            }
            else
            {
                range.And(VersComparator.Equal, item);
            }

            range.EndAlternative();
        }
    }
}
