namespace Headwater.Core.Advisories;

/// <summary>
/// CVSS 4.0, section 8 of the specification. The effective metrics fall into six equivalence sets, whose levels form the
/// MacroVector; its score, made by experts, is in <see cref="Cvss4Tables"/>. A vector below the highest of its MacroVector loses,
/// for each set, its share of the way to the next lower MacroVector, and the mean of these losses is taken off.
/// </summary>
internal static class Cvss4
{
    private const int AV = 0, AC = 1, AT = 2, PR = 3, UI = 4, VC = 5, VI = 6, VA = 7, SC = 8, SI = 9, SA = 10, E = 11, CR = 12, IR = 13, AR = 14, MAV = 15,
        MSC = 23, MSI = 24, MSA = 25;

    // Values stand in the order of severity, so that a value's number is its severity distance from the highest.
    private static readonly CvssMetric[] s_metrics =
    [
        new("AV", "N A L P", true), new("AC", "L H", true), new("AT", "N P", true), new("PR", "N L H", true), new("UI", "N P A", true),
        new("VC", "H L N", true), new("VI", "H L N", true), new("VA", "H L N", true), new("SC", "H L N", true), new("SI", "H L N", true), new("SA", "H L N", true),
        new("E", "A P U"), new("CR", "H M L"), new("IR", "H M L"), new("AR", "H M L"),
        new("MAV", "N A L P"), new("MAC", "L H"), new("MAT", "N P"), new("MPR", "N L H"), new("MUI", "N P A"),
        new("MVC", "H L N"), new("MVI", "H L N"), new("MVA", "H L N"), new("MSC", "H L N"), new("MSI", "S H L N"), new("MSA", "S H L N"),
        new("S", "N P"), new("AU", "N Y"), new("R", "A U I"), new("V", "D C"), new("RE", "L M H"), new("U", "Clear Green Amber Red"),
    ];

    private static readonly int[] s_set1 = [AV, PR, UI], s_set2 = [AC, AT], s_set36 = [VC, VI, VA, CR, IR, AR], s_set4 = [SC, SI, SA];

    public static string? TryScore(string vector, ReadOnlySpan<char> text, out CvssScore? score)
    {
        score = null;
        Span<int> given = stackalloc int[s_metrics.Length], levels = stackalloc int[AR + 1];
        if (CvssMetrics.Read(text, s_metrics, "X", given) is { } error) return error;

        Effective(given, levels);
        var overall = Score(levels);
        for (var i = E; i <= MSA; i++) given[i] = -1;
        Effective(given, levels);
        score = new CvssScore { Vector = vector, Version = "4.0", Base = Score(levels), Score = overall };
        return null;
    }

    // Modified metrics replace base metrics; E, CR, IR and AR count as their worst when not defined. Subsequent-system impacts get
    // one level more, because Safety stands above High in two of them.
    private static void Effective(Span<int> given, Span<int> levels)
    {
        for (var i = AV; i <= SA; i++) levels[i] = given[MAV + i] >= 0 ? given[MAV + i] : given[i];
        levels[SC]++;
        if (given[MSI] < 0) levels[SI]++;
        if (given[MSA] < 0) levels[SA]++;
        for (var i = E; i <= AR; i++) levels[i] = Math.Max(given[i], 0);
    }

    private static double Score(Span<int> v)
    {
        if (v[VC] == 2 && v[VI] == 2 && v[VA] == 2 && v[SC] == 3 && v[SI] == 3 && v[SA] == 3) return 0;

        var eq1 = v[AV] == 0 && v[PR] == 0 && v[UI] == 0 ? 0 : v[AV] != 3 && (v[AV] == 0 || v[PR] == 0 || v[UI] == 0) ? 1 : 2;
        var eq2 = v[AC] == 0 && v[AT] == 0 ? 0 : 1;
        var eq3 = v[VC] == 0 && v[VI] == 0 ? 0 : v[VC] == 0 || v[VI] == 0 || v[VA] == 0 ? 1 : 2;
        var eq4 = v[SI] == 0 || v[SA] == 0 ? 0 : v[SC] == 1 || v[SI] == 1 || v[SA] == 1 ? 1 : 2;
        var eq5 = v[E];
        var eq6 = (v[CR] == 0 && v[VC] == 0) || (v[IR] == 0 && v[VI] == 0) || (v[AR] == 0 && v[VA] == 0) ? 0 : 1;
        var top = Cvss4Tables.Score(eq1, eq2, eq3, eq4, eq5, eq6);

        // Sets 3 and 6 depend on each other and step down together; from 00 there are two ways, of which the higher counts.
        var below36 = eq6 == 0
            ? eq3 == 0 ? Math.Max(Cvss4Tables.Score(eq1, eq2, 0, eq4, eq5, 1), Cvss4Tables.Score(eq1, eq2, 1, eq4, eq5, 0)) : Cvss4Tables.Score(eq1, eq2, eq3, eq4, eq5, 1)
            : Cvss4Tables.Score(eq1, eq2, eq3 + 1, eq4, eq5, 1);

        var losses = 0.0;
        var ways = 0;
        Lose(Cvss4Tables.Score(eq1 + 1, eq2, eq3, eq4, eq5, eq6), Cvss4Tables.Distance(v, Cvss4Tables.Highest1(eq1), s_set1), Cvss4Tables.Depth1(eq1));
        Lose(Cvss4Tables.Score(eq1, eq2 + 1, eq3, eq4, eq5, eq6), Cvss4Tables.Distance(v, Cvss4Tables.Highest2(eq2), s_set2), Cvss4Tables.Depth2(eq2));
        Lose(below36, Cvss4Tables.Distance(v, Cvss4Tables.Highest36(eq3, eq6), s_set36), Cvss4Tables.Depth36(eq3, eq6));
        Lose(Cvss4Tables.Score(eq1, eq2, eq3, eq4 + 1, eq5, eq6), Cvss4Tables.Distance(v, Cvss4Tables.Highest4(eq4), s_set4), Cvss4Tables.Depth4(eq4));
        Lose(Cvss4Tables.Score(eq1, eq2, eq3, eq4, eq5 + 1, eq6), distance: 0, depth: 1);

        // In tenths; the epsilon keeps a tie that binary fractions put a hair too low on the side where it belongs.
        var tenths = Math.Clamp(ways == 0 ? top : top - losses / ways, 0, 100);
        return Math.Floor(tenths + 1e-5 + 0.5) / 10;

        void Lose(int below, int distance, int depth)
        {
            if (below < 0) return;
            ways++;
            losses += (double)(top - below) * distance / depth;
        }
    }
}
