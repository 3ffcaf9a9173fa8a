namespace Headwater.Core.Licences.Identification;

/// <summary>
/// Runs of words that two texts choose alike where they are alike: of each window of runs the one with the least hash (winnowing; Schleimer, Wilkerson and Aiken, 2003).
/// </summary>
internal static class Seeds
{
    /// <summary>Words in a run.</summary>
    public const int Words = 5;

    /// <summary>Runs in a window.</summary>
    public const int Window = 6;

    /// <summary>Shorter rules are found whole or not at all.</summary>
    public const int ShortestRule = 15;

    public static void Choose(ReadOnlySpan<ushort> tokens, List<(uint Hash, int At)> into)
    {
        into.Clear();
        var count = tokens.Length - Words + 1;
        if (count <= 0) return;
        Span<uint> ring = stackalloc uint[Window];
        var (last, least) = (-1, -1);
        for (var i = 0; i < count; i++)
        {
            ring[i % Window] = Hash(tokens.Slice(i, Words));
            if (i + 1 < Math.Min(Window, count)) continue;
            var from = Math.Max(0, i - Window + 1);
            if (least < from)
            {
                least = from;
                for (var j = from + 1; j <= i; j++)
                    if (ring[j % Window] <= ring[least % Window]) least = j;
            }
            else if (ring[i % Window] <= ring[least % Window])
            {
                least = i;
            }

            if (least != last) into.Add((ring[least % Window], least));
            last = least;
        }
    }

    /// <summary>The hash of a run; 0 never.</summary>
    private static uint Hash(ReadOnlySpan<ushort> run)
    {
        var hash = 2166136261u;
        foreach (var word in run)
        {
            hash = (hash ^ (uint)(word & 0xFF)) * 16777619;
            hash = (hash ^ (uint)(word >> 8)) * 16777619;
        }

        hash ^= hash >> 15;
        hash *= 0x2C1B3C6D;
        return hash ^ (hash >> 12);
    }
}
