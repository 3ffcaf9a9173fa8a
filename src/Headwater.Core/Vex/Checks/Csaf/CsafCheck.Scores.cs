using System.Globalization;
using System.Text;
using System.Text.Json;
using Headwater.Core.Advisories;

namespace Headwater.Core.Vex.Checks.Csaf;

/// <summary>The tests of scores: 6.1.9, 6.1.10, 6.2.19, 6.3.1 and 6.3.2.</summary>
internal sealed partial class CsafCheck
{
    private static readonly (string Property, string Metric)[] s_cvss2 =
    [
        ("accessVector", "AV"), ("accessComplexity", "AC"), ("authentication", "Au"), ("confidentialityImpact", "C"), ("integrityImpact", "I"), ("availabilityImpact", "A"), ("exploitability", "E"),
        ("remediationLevel", "RL"), ("reportConfidence", "RC"), ("collateralDamagePotential", "CDP"), ("targetDistribution", "TD"), ("confidentialityRequirement", "CR"), ("integrityRequirement", "IR"),
        ("availabilityRequirement", "AR"),
    ];

    private static readonly (string Property, string Metric)[] s_cvss3 =
    [
        ("attackVector", "AV"), ("attackComplexity", "AC"), ("privilegesRequired", "PR"), ("userInteraction", "UI"), ("scope", "S"), ("confidentialityImpact", "C"), ("integrityImpact", "I"),
        ("availabilityImpact", "A"), ("exploitCodeMaturity", "E"), ("remediationLevel", "RL"), ("reportConfidence", "RC"), ("confidentialityRequirement", "CR"), ("integrityRequirement", "IR"),
        ("availabilityRequirement", "AR"), ("modifiedAttackVector", "MAV"), ("modifiedAttackComplexity", "MAC"), ("modifiedPrivilegesRequired", "MPR"), ("modifiedUserInteraction", "MUI"), ("modifiedScope", "MS"),
        ("modifiedConfidentialityImpact", "MC"), ("modifiedIntegrityImpact", "MI"), ("modifiedAvailabilityImpact", "MA"),
    ];

    private readonly record struct Scored(JsonElement Score, JsonElement Cvss, bool IsTwo, string At)
    {
        public string? Vector => Cvss.Text("vectorString");
    }

    private static IEnumerable<Scored> Scores(JsonElement v, string at)
    {
        foreach (var (score, place) in v.Each("scores", at))
        {
            if (score.Get("cvss_v2") is { } two) yield return new Scored(score, two, true, place + "/cvss_v2");
            if (score.Get("cvss_v3") is { } three) yield return new Scored(score, three, false, place + "/cvss_v3");
        }
    }

    private IEnumerable<Scored> AllScores() => _vulnerabilities.SelectMany(v => Scores(v.Element, v.At));

    /// <summary>The letter of a property's value in a vector; all but these are the first one.</summary>
    private static string Letter(string value, bool two) => value switch
    {
        "NOT_DEFINED" => two ? "ND" : "X",
        "PROOF_OF_CONCEPT" => two ? "POC" : "P",
        "OFFICIAL_FIX" when two => "OF",
        "TEMPORARY_FIX" when two => "TF",
        "UNCONFIRMED" when two => "UC",
        "UNCORROBORATED" when two => "UR",
        "LOW_MEDIUM" when two => "LM",
        "MEDIUM_HIGH" when two => "MH",
        _ => value.Length == 0 ? value : value[..1],
    };

    private static Dictionary<string, string> Metrics(string vector)
    {
        var metrics = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in vector.Trim('(', ')').Split('/')) if (part.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon) metrics.TryAdd(part[..colon], part[(colon + 1)..]);
        return metrics;
    }

    /// <summary>The scores of the vector, which goes before, with the metrics that only properties say.</summary>
    private static CvssScore? Compute(Scored s)
    {
        if (s.Vector is not { Length: <= Cvss.MaxLength } vector) return null;
        var known = Metrics(vector);
        var whole = new StringBuilder(s.IsTwo ? vector.Trim('(', ')') : vector);
        foreach (var (property, metric) in s.IsTwo ? s_cvss2 : s_cvss3)
        {
            if (!known.ContainsKey(metric) && s.Cvss.Text(property) is { } value && value != "NOT_DEFINED") whole.Append('/').Append(metric).Append(':').Append(Letter(value, s.IsTwo));
        }

        return Cvss.TryParse(whole.ToString(), out var score, out _) || Cvss.TryParse(vector, out score, out _) ? score : null;
    }

    private void ScoreComputation()
    {
        foreach (var s in AllScores())
        {
            if (s.Vector is not { } vector) continue;
            if (Compute(s) is not { } score)
            {
                Cvss.TryParse(vector, out _, out var error);
                Found(s.At + "/vectorString", error ?? "the vector cannot be computed");
                continue;
            }

            var temporal = score.Temporal ?? score.Base;
            var environmental = score.Environmental ?? temporal;
            Computed(s, "base", score.Base);
            Computed(s, "temporal", temporal);
            Computed(s, "environmental", environmental);
        }
    }

    private void Computed(Scored s, string name, double expected)
    {
        if (s.Cvss.Number(name + "Score") is { } said && Math.Abs(said - expected) > 0.001)
        {
            Found($"{s.At}/{name}Score", $"the {name} score of the vector is {expected.ToString("0.0", CultureInfo.InvariantCulture)}, not {said.ToString(CultureInfo.InvariantCulture)}");
        }

        if (s.IsTwo || s.Cvss.Text(name + "Severity") is not { } severity) return;
        var band = Cvss.Band(expected).ToString().ToUpperInvariant();
        if (severity != band) Found($"{s.At}/{name}Severity", $"the {name} severity of the vector is {band}, not {severity}");
    }

    private void ScoreConsistency()
    {
        foreach (var s in AllScores())
        {
            if (s.Vector is not { } vector) continue;
            var known = Metrics(vector);
            foreach (var (property, metric) in s.IsTwo ? s_cvss2 : s_cvss3)
            {
                if (s.Cvss.Text(property) is { } value && known.TryGetValue(metric, out var letter) && letter != Letter(value, s.IsTwo)) Found($"{s.At}/{property}", $"the vector says {metric}:{letter}, not {value}");
            }
        }
    }

    private void FixedScores()
    {
        foreach (var (v, at) in _vulnerabilities)
        {
            var ids = Status(v, at, s_fixed).Select(p => p.Text).ToHashSet(StringComparer.Ordinal);
            if (ids.Count == 0) continue;
            foreach (var s in Scores(v, at))
            {
                if (!s.Score.Texts("products", string.Empty).Any(p => ids.Contains(p.Text)) || s.Cvss.Number("environmentalScore") == 0) continue;
                if (Compute(s) is { } score && (score.Environmental ?? score.Temporal ?? score.Base) == 0) continue;
                Found(s.At, "the score is of a product that is fixed, and its environmental score is not 0");
            }
        }
    }

    private void OnlyCvss2()
    {
        foreach (var (v, at) in _vulnerabilities)
        {
            var newer = Scores(v, at).Where(s => !s.IsTwo).SelectMany(s => s.Score.Texts("products", string.Empty)).Select(p => p.Text).ToHashSet(StringComparer.Ordinal);
            foreach (var s in Scores(v, at))
            {
                if (s.IsTwo && s.Score.Get("cvss_v3") is null && s.Score.Texts("products", string.Empty).Any(p => !newer.Contains(p.Text))) Found(s.At, "CVSS 2.0 is the only score of a product");
            }
        }
    }

    private void Cvss30()
    {
        foreach (var s in AllScores()) if (!s.IsTwo && s.Cvss.Text("version") == "3.0") Found(s.At + "/version", "CVSS 3.0 is used; 3.1 replaces it");
    }
}
