using Headwater.Core.Advisories.Building;

namespace Headwater.Core.Advisories;

/// <summary>
/// The one severity of a record that states several. CVSS goes by version first (4.0, then 3.x, then 2.0: the newer standard is the later
/// judgement) and by score within a version; a record without a vector that can be read has the severity it says in a word.
/// </summary>
internal static class RecordSeverity
{
    public static (Severity Severity, double? Score, string? Vector) Of(RecordFacts record)
    {
        (int Rank, double Score, Severity Severity, string Vector)? best = null;
        foreach (var (type, vector) in record.Severities)
        {
            var rank = type switch { "CVSS_V4" => 4, "CVSS_V3" => 3, "CVSS_V2" => 2, _ => 0 };
            if (rank == 0 || !Cvss.TryParse(vector, out var score, out _)) continue;
            if (best is null || (rank, score.Score).CompareTo((best.Value.Rank, best.Value.Score)) > 0) best = (rank, score.Score, score.Severity, vector);
        }

        return best is { } chosen ? (chosen.Severity, chosen.Score, chosen.Vector) : (record.SeverityWord, null, null);
    }

    /// <summary>The words that advisory databases use, in any case.</summary>
    public static Severity FromWord(string word) => word.Trim().ToUpperInvariant() switch
    {
        "CRITICAL" => Severity.Critical,
        "HIGH" or "IMPORTANT" => Severity.High,
        "MEDIUM" or "MODERATE" => Severity.Medium,
        "LOW" or "NEGLIGIBLE" or "MINOR" => Severity.Low,
        "NONE" => Severity.None,
        _ => Severity.Unknown,
    };
}
