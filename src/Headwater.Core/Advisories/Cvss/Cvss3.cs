namespace Headwater.Core.Advisories;

/// <summary>CVSS 3.0 and 3.1, section 7 of the specifications. They differ in how they round up and in the modified impact when the scope is changed.</summary>
internal static class Cvss3
{
    private const int AV = 0, AC = 1, PR = 2, UI = 3, S = 4, C = 5, I = 6, A = 7, E = 8, RL = 9, RC = 10, CR = 11, IR = 12, AR = 13,
        MAV = 14, MAC = 15, MPR = 16, MUI = 17, MS = 18, MC = 19, MI = 20, MA = 21;

    private static readonly CvssMetric[] s_metrics =
    [
        new("AV", "N A L P", true), new("AC", "L H", true), new("PR", "N L H", true), new("UI", "N R", true), new("S", "U C", true),
        new("C", "H L N", true), new("I", "H L N", true), new("A", "H L N", true),
        new("E", "H F P U"), new("RL", "U W T O"), new("RC", "C R U"), new("CR", "H M L"), new("IR", "H M L"), new("AR", "H M L"),
        new("MAV", "N A L P"), new("MAC", "L H"), new("MPR", "N L H"), new("MUI", "N R"), new("MS", "U C"), new("MC", "H L N"), new("MI", "H L N"), new("MA", "H L N"),
    ];

    private static readonly decimal[] s_av = [0.85m, 0.62m, 0.55m, 0.2m], s_ac = [0.77m, 0.44m], s_pr = [0.85m, 0.62m, 0.27m], s_prChanged = [0.85m, 0.68m, 0.5m],
        s_ui = [0.85m, 0.62m], s_impact = [0.56m, 0.22m, 0m], s_e = [1m, 0.97m, 0.94m, 0.91m], s_rl = [1m, 0.97m, 0.96m, 0.95m], s_rc = [1m, 0.96m, 0.92m],
        s_requirement = [1.5m, 1m, 0.5m];

    public static string? TryScore(string vector, ReadOnlySpan<char> text, int minor, out CvssScore? score)
    {
        score = null;
        Span<int> v = stackalloc int[s_metrics.Length];
        if (CvssMetrics.Read(text, s_metrics, "X", v) is { } error) return error;

        var temporalFactor = W(s_e, v[E]) * W(s_rl, v[RL]) * W(s_rc, v[RC]);
        var changed = v[S] == 1;
        var iss = 1m - (1m - s_impact[v[C]]) * (1m - s_impact[v[I]]) * (1m - s_impact[v[A]]);
        var impact = changed ? 7.52m * (iss - 0.029m) - 3.25m * Power(iss - 0.02m, 15) : 6.42m * iss;
        var baseScore = Combine(impact, Exploitability(v[AV], v[AC], v[PR], v[UI], changed), changed, minor);
        var temporal = RoundUp(baseScore * temporalFactor, minor);

        var modifiedChanged = Modified(v, MS, S) == 1;
        var modifiedIss = Math.Min(0.915m, 1m - (1m - s_impact[Modified(v, MC, C)] * W(s_requirement, v[CR]))
            * (1m - s_impact[Modified(v, MI, I)] * W(s_requirement, v[IR])) * (1m - s_impact[Modified(v, MA, A)] * W(s_requirement, v[AR])));
        var modifiedImpact = !modifiedChanged ? 6.42m * modifiedIss
            : 7.52m * (modifiedIss - 0.029m) - 3.25m * (minor == 0 ? Power(modifiedIss - 0.02m, 15) : Power(modifiedIss * 0.9731m - 0.02m, 13));
        var modifiedExploitability = Exploitability(Modified(v, MAV, AV), Modified(v, MAC, AC), Modified(v, MPR, PR), Modified(v, MUI, UI), modifiedChanged);
        var environmental = RoundUp(Combine(modifiedImpact, modifiedExploitability, modifiedChanged, minor) * temporalFactor, minor);

        score = new CvssScore
        {
            Vector = vector,
            Version = minor == 0 ? "3.0" : "3.1",
            Base = (double)baseScore,
            Temporal = (double)temporal,
            Environmental = (double)environmental,
            // In 3.1 a changed scope lifts some environmental scores by a tenth even when nothing environmental is said.
            Score = (double)(v[CR..].ContainsAnyExcept(-1) ? environmental : temporal),
        };
        return null;
    }

    private static int Modified(Span<int> values, int modified, int original) => values[modified] >= 0 ? values[modified] : values[original];

    // Not defined weighs 1 in every optional metric.
    private static decimal W(decimal[] weights, int value) => value < 0 ? 1m : weights[value];

    private static decimal Exploitability(int av, int ac, int pr, int ui, bool changed) => 8.22m * s_av[av] * s_ac[ac] * (changed ? s_prChanged : s_pr)[pr] * s_ui[ui];

    private static decimal Combine(decimal impact, decimal exploitability, bool changed, int minor) =>
        impact <= 0m ? 0m : RoundUp(Math.Min(10m, (changed ? 1.08m : 1m) * (impact + exploitability)), minor);

    private static decimal Power(decimal value, int exponent)
    {
        var result = 1m;
        for (; exponent > 0; exponent--) result *= value;
        return result;
    }

    // 3.1 (appendix A) first rounds to five decimals, so that an implementation's last bit cannot lift a score by a tenth.
    private static decimal RoundUp(decimal value, int minor) =>
        Math.Ceiling((minor == 0 ? value : Math.Round(value, 5, MidpointRounding.AwayFromZero)) * 10m) / 10m;
}
