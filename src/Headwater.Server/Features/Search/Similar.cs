namespace Headwater.Server.Features.Search;

/// <summary>Which names are meant by a word that was typed wrongly: an insertion, a deletion, a change or two letters the wrong way round count one each.</summary>
internal static class Similar
{
    /// <summary>How many slips are forgiven: none in short words, where everything is near to everything.</summary>
    public static int Allowed(string word) => word.Length switch { < 4 => 0, < 8 => 1, _ => 2 };

    /// <summary>
    /// The word cut into one piece more than slips are allowed: a name that is near enough holds at least one of them unchanged, so a search for the pieces
    /// misses none (a swap across a cut apart).
    /// </summary>
    public static IReadOnlyList<string> Pieces(string word)
    {
        var pieces = Allowed(word) + 1;
        return [.. Enumerable.Range(0, pieces).Select(i => word[(word.Length * i / pieces)..(word.Length * (i + 1) / pieces)])];
    }

    /// <summary>How many slips lie between two words; more than <paramref name="most"/> is told as one more than that.</summary>
    public static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b, int most)
    {
        if (Math.Abs(a.Length - b.Length) > most) return most + 1;
        var (before, last, next) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            next[0] = i;
            var least = next[0];
            for (var j = 1; j <= b.Length; j++)
            {
                var change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                next[j] = Math.Min(change, Math.Min(last[j], next[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) next[j] = Math.Min(next[j], before[j - 2] + 1);
                least = Math.Min(least, next[j]);
            }

            if (least > most) return most + 1;
            (before, last, next) = (last, next, before);
        }

        return Math.Min(last[b.Length], most + 1);
    }
}
