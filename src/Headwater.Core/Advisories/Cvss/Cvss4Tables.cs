namespace Headwater.Core.Advisories;

/// <summary>
/// The tables of CVSS 4.0: the scores of the MacroVectors, the highest vectors of each equivalence set and its depth (how many
/// severity steps it spans). Facts of the specification, in the form in which FIRST publishes them with its calculator.
/// </summary>
internal static class Cvss4Tables
{
    private const byte None = 255;

    private static readonly byte[][] s_highest1 = [[0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 0, 0, 1, 1, 1]];

    private static readonly byte[][] s_highest2 = [[0, 0], [1, 0, 0, 1]];

    private static readonly byte[][] s_highest36 =
    [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1],
        [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
        [1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 1],
        [],
        [1, 1, 1, 0, 0, 0],
    ];

    private static readonly byte[][] s_highest4 = [[1, 0, 0], [1, 1, 1], [2, 2, 2]];

    // In tenths, by EQ1, EQ2, EQ3, EQ4, EQ5, EQ6; a line is one EQ3.
    private static ReadOnlySpan<byte> Scores =>
    [
        100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68,
        98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48,
        None, 92, None, 82, None, 72, None, 79, None, 69, None, 50, None, 69, None, 55, None, 27,
        99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53,
        95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30,
        None, 86, None, 75, None, 52, None, 71, None, 52, None, 29, None, 63, None, 29, None, 17,
        98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49,
        94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25,
        None, 83, None, 70, None, 54, None, 65, None, 58, None, 26, None, 53, None, 21, None, 13,
        95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30,
        89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16,
        None, 71, None, 59, None, 30, None, 58, None, 26, None, 15, None, 23, None, 13, None, 6,
        93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22,
        85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8,
        None, 64, None, 51, None, 20, None, 47, None, 21, None, 11, None, 24, None, 9, None, 4,
        88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11,
        75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2,
        None, 53, None, 24, None, 14, None, 24, None, 12, None, 5, None, 10, None, 3, None, 1,
    ];

    /// <summary>The score of a MacroVector in tenths; -1 when it does not exist.</summary>
    public static int Score(int eq1, int eq2, int eq3, int eq4, int eq5, int eq6)
    {
        if (eq1 > 2 || eq2 > 1 || eq3 > 2 || eq4 > 2 || eq5 > 2 || eq6 > 1) return -1;
        var score = Scores[((((eq1 * 2 + eq2) * 3 + eq3) * 3 + eq4) * 3 + eq5) * 2 + eq6];
        return score == None ? -1 : score;
    }

    /// <summary>
    /// The severity distance of the given metrics from the first of the highest vectors that is nowhere below them.
    /// <paramref name="highest"/> holds the vectors one after the other, a level for each metric.
    /// </summary>
    public static int Distance(ReadOnlySpan<int> levels, ReadOnlySpan<byte> highest, ReadOnlySpan<int> metrics)
    {
        for (; !highest.IsEmpty; highest = highest[metrics.Length..])
        {
            var sum = 0;
            var above = true;
            for (var i = 0; i < metrics.Length && above; i++)
            {
                var distance = levels[metrics[i]] - highest[i];
                sum += distance;
                above = distance >= 0;
            }
            if (above) return sum;
        }
        return 0;
    }

    /// <summary>AV, PR, UI.</summary>
    public static byte[] Highest1(int eq) => s_highest1[eq];

    /// <summary>AC, AT.</summary>
    public static byte[] Highest2(int eq) => s_highest2[eq];

    /// <summary>VC, VI, VA, CR, IR, AR.</summary>
    public static byte[] Highest36(int eq3, int eq6) => s_highest36[eq3 * 2 + eq6];

    /// <summary>SC, SI, SA, with Safety as level 0 and High as level 1.</summary>
    public static byte[] Highest4(int eq) => s_highest4[eq];

    public static int Depth1(int eq) => eq switch { 0 => 1, 1 => 4, _ => 5 };

    public static int Depth2(int eq) => eq switch { 0 => 1, _ => 2 };

    public static int Depth36(int eq3, int eq6) => (eq3, eq6) switch { (0, 0) => 7, (0, _) => 6, (1, _) => 8, _ => 10 };

    public static int Depth4(int eq) => eq switch { 0 => 6, 1 => 5, _ => 4 };
}
