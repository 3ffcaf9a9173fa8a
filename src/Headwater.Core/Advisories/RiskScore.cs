using System.Globalization;

namespace Headwater.Core.Advisories;

/// <summary>The order of risk: what is known to be exploited first, then the probability of exploitation (EPSS) together with severity.</summary>
/// <remarks>
/// Let <c>S</c> be severity as a fraction: the CVSS score / 10, or the middle of the stated band (low 0.20, medium 0.55, high 0.80,
/// critical 0.95), and 0.50 when nothing is stated. Let <c>L = √EPSS</c>: the root spreads out the small probabilities that most
/// vulnerabilities have. An unknown EPSS counts as 0.05, about the share of published vulnerabilities that are ever exploited: a
/// vulnerability too new or too odd to have a score is an average one, not a harmless one.
/// <list type="bullet">
/// <item>Not known to be exploited: <c>80 × S × (0.3 + 0.7 × L)</c>, so at most 80.</item>
/// <item>Listed in KEV: <c>82 + 8 × S + 4 × L + 6 when used in ransomware campaigns</c>, so at least 82.</item>
/// <item>A malicious package is exploitation itself: it counts as listed, with <c>S = 1</c>.</item>
/// </list>
/// The result is rounded to one decimal. It never falls when one of the inputs rises.
/// </remarks>
public static class RiskScore
{
    /// <summary>What an unknown EPSS counts as.</summary>
    public const double AssumedEpss = 0.05;

    /// <summary>The risk, 0..100.</summary>
    /// <param name="severity">The band, used when <paramref name="score"/> is null.</param>
    /// <param name="score">CVSS score 0..10, or null.</param>
    /// <param name="epss">EPSS probability 0..1, or null when unknown.</param>
    /// <param name="kev">Listed in KEV.</param>
    /// <param name="ransomware">KEV knows of use in ransomware campaigns; without <paramref name="kev"/> it says nothing.</param>
    /// <param name="malicious">The package itself is malicious.</param>
    public static double Compute(Severity severity, double? score, double? epss, bool kev, bool ransomware, bool malicious = false)
    {
        var s = malicious ? 1 : Fraction(severity, score);
        var l = Math.Sqrt(Clamp(epss ?? AssumedEpss));
        return Math.Round(kev || malicious ? 82 + 8 * s + 4 * l + (kev && ransomware ? 6 : 0) : 80 * s * (0.3 + 0.7 * l), 1);
    }

    /// <summary>The formula of <see cref="Compute"/> with its numbers put in, as one line of English.</summary>
    public static string Explain(Severity severity, double? score, double? epss, bool kev, bool ransomware, bool malicious = false)
    {
        var risk = Compute(severity, score, epss, kev, ransomware, malicious);
        var s = malicious ? 1 : Fraction(severity, score);
        var severityPart = malicious ? "1 (malicious package)"
            : score is not null ? string.Create(CultureInfo.InvariantCulture, $"{s:0.00} (CVSS {score:0.0})")
            : string.Create(CultureInfo.InvariantCulture, $"{s:0.00} ({(severity == Severity.Unknown ? "no severity stated" : "stated as " + Name(severity))})");
        var epssPart = epss is null
            ? string.Create(CultureInfo.InvariantCulture, $"√{AssumedEpss:0.##} (EPSS unknown, so the average is assumed)")
            : string.Create(CultureInfo.InvariantCulture, $"√{Clamp(epss.Value):0.#####} (EPSS)");
        return kev || malicious
            ? string.Create(CultureInfo.InvariantCulture, $"{risk:0.0} = 82 ({(kev ? "known to be exploited" : "malicious")}) + 8 × {severityPart} + 4 × {epssPart}{(kev && ransomware ? " + 6 (ransomware)" : "")}")
            : string.Create(CultureInfo.InvariantCulture, $"{risk:0.0} = 80 × {severityPart} × (0.3 + 0.7 × {epssPart})");
    }

    private static double Fraction(Severity severity, double? score) => score is { } known && !double.IsNaN(known)
        ? Math.Clamp(known, 0, 10) / 10
        : severity switch
        {
            Severity.None => 0,
            Severity.Low => 0.20,
            Severity.Medium => 0.55,
            Severity.High => 0.80,
            Severity.Critical => 0.95,
            _ => 0.50,
        };

    private static double Clamp(double probability) => double.IsNaN(probability) ? AssumedEpss : Math.Clamp(probability, 0, 1);

    private static string Name(Severity severity) => severity switch
    {
        Severity.None => "none",
        Severity.Low => "low",
        Severity.Medium => "medium",
        Severity.High => "high",
        _ => "critical",
    };
}
