using System.Collections.Frozen;
using Headwater.Core.Licences.Facts;

namespace Headwater.Core.Licences.Obligations;

/// <summary>Where licences say that letting others use the software over a network has duties: read in their texts, for flags are not complete and do not name the clause.</summary>
internal static class NetworkClauses
{
    private static readonly FrozenDictionary<string, string> s_clauses = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["AGPL-1.0"] = "section 2(d)", ["AGPL-3.0"] = "section 13", ["SSPL-1.0"] = "section 13", ["CPAL-1.0"] = "section 15", ["CAL-1.0"] = "section 4", ["CAL-1.0-Combined-Work-Exception"] = "section 4",
        ["OSL-1.0"] = "section 5", ["OSL-1.1"] = "section 5", ["OSL-2.0"] = "section 5", ["OSL-2.1"] = "section 5", ["OSL-3.0"] = "section 5", ["NPOSL-3.0"] = "section 5", ["AFL-3.0"] = "section 5",
        ["EUPL-1.1"] = "section 1, \"Distribution or Communication\"", ["EUPL-1.2"] = "section 1, \"Distribution or Communication\"", ["RPL-1.1"] = "section 6.1 with 1.2 and 1.14", ["RPL-1.5"] = "section 6.1 with 1.2 and 1.14",
        ["APSL-2.0"] = "section 2.2(c) with 1.4", ["RPSL-1.0"] = "section 1.7",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The licences whose clauses are known, without what is said of later versions.</summary>
    public static IEnumerable<string> Licences => s_clauses.Keys;

    /// <summary>The clause; null where none is known.</summary>
    public static string? Of(string licence)
    {
        var stem = licence.EndsWith("-only", StringComparison.OrdinalIgnoreCase) ? licence[..^5] : licence.EndsWith("-or-later", StringComparison.OrdinalIgnoreCase) ? licence[..^9] : licence;
        return s_clauses.GetValueOrDefault(stem);
    }

    /// <summary>Whether use over a network counts, by the flags or by the text.</summary>
    public static bool Counts(string licence, LicenceJudgement judged) => judged.Flags.Any(f => f.Flag == LicenceFlag.NetworkClause) || Of(licence) is not null;
}
