namespace Headwater.Core.Advisories;

/// <summary>CVSS 2.0, section 3.2 of its guide. Decimal arithmetic, because the guide rounds halves and binary fractions would miss them.</summary>
internal static class Cvss2
{
    private const int AV = 0, AC = 1, Au = 2, C = 3, I = 4, A = 5, E = 6, RL = 7, RC = 8, CDP = 9, TD = 10, CR = 11, IR = 12, AR = 13;

    private static readonly CvssMetric[] s_metrics =
    [
        new("AV", "L A N", true), new("AC", "H M L", true), new("Au", "M S N", true), new("C", "N P C", true), new("I", "N P C", true), new("A", "N P C", true),
        new("E", "U POC F H"), new("RL", "OF TF W U"), new("RC", "UC UR C"),
        new("CDP", "N L LM MH H"), new("TD", "N L M H"), new("CR", "L M H"), new("IR", "L M H"), new("AR", "L M H"),
    ];

    // The last number of each optional metric is what "not defined" stands for.
    private static readonly decimal[][] s_weights =
    [
        [0.395m, 0.646m, 1m], [0.35m, 0.61m, 0.71m], [0.45m, 0.56m, 0.704m], [0m, 0.275m, 0.660m], [0m, 0.275m, 0.660m], [0m, 0.275m, 0.660m],
        [0.85m, 0.9m, 0.95m, 1m, 1m], [0.87m, 0.90m, 0.95m, 1m, 1m], [0.90m, 0.95m, 1m, 1m],
        [0m, 0.1m, 0.3m, 0.4m, 0.5m, 0m], [0m, 0.25m, 0.75m, 1m, 1m], [0.5m, 1m, 1.51m, 1m], [0.5m, 1m, 1.51m, 1m], [0.5m, 1m, 1.51m, 1m],
    ];

    public static string? TryScore(string vector, ReadOnlySpan<char> text, out CvssScore? score)
    {
        score = null;
        Span<int> v = stackalloc int[s_metrics.Length];
        if (CvssMetrics.Read(text, s_metrics, "ND", v) is { } error) return error;

        var temporalFactor = W(v, E) * W(v, RL) * W(v, RC);
        var baseScore = Base(v, Impact(W(v, C), W(v, I), W(v, A)));
        decimal? temporal = Given(v[E..(RC + 1)]) ? Round(baseScore * temporalFactor) : null;
        decimal? environmental = null;
        if (Given(v[CDP..]))
        {
            var adjusted = Base(v, Math.Min(10m, Impact(W(v, C) * W(v, CR), W(v, I) * W(v, IR), W(v, A) * W(v, AR))));
            var adjustedTemporal = Round(adjusted * temporalFactor);
            environmental = Round((adjustedTemporal + (10m - adjustedTemporal) * W(v, CDP)) * W(v, TD));
        }

        score = new CvssScore
        {
            Vector = vector,
            Version = "2.0",
            Base = (double)baseScore,
            Temporal = (double?)temporal,
            Environmental = (double?)environmental,
            Score = (double)(environmental ?? temporal ?? baseScore),
        };
        return null;
    }

    private static decimal W(Span<int> values, int metric) => s_weights[metric][values[metric] < 0 ? ^1 : values[metric]];

    private static bool Given(Span<int> values) => values.ContainsAnyExcept(-1);

    private static decimal Impact(decimal c, decimal i, decimal a) => 10.41m * (1m - (1m - c) * (1m - i) * (1m - a));

    private static decimal Base(Span<int> v, decimal impact)
    {
        if (impact == 0m) return 0m;
        var exploitability = 20m * W(v, AV) * W(v, AC) * W(v, Au);
        return Round((0.6m * impact + 0.4m * exploitability - 1.5m) * 1.176m);
    }

    private static decimal Round(decimal value) => Math.Round(value, 1, MidpointRounding.AwayFromZero);
}
