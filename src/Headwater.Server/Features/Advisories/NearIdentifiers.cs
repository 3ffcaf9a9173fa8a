namespace Headwater.Server.Features.Advisories;

/// <summary>Identifiers of advisories that were typed with a slip: a digit too many or too few, another one, two the wrong way round, a dash left out.</summary>
internal static class NearIdentifiers
{
    private const int Longest = 30;
    private const string Letters = "0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>An identifier as it is written, for one with blanks, underscores or longer dashes instead: cve 2021 44228.</summary>
    public static string Dashed(string text) => string.Join('-', text.Split([' ', '\t', '\u00A0', '_', '-', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>Whether a text looks like an identifier: begins with letters, has a digit, and nothing but letters, digits and dashes.</summary>
    public static bool IsOne(string text) => text.Length is >= 6 and <= Longest && char.IsAsciiLetter(text[0]) && text.Any(char.IsAsciiDigit)
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && (text.Contains('-', StringComparison.Ordinal) || text.StartsWith("CVE", StringComparison.OrdinalIgnoreCase) || text.StartsWith("GHSA", StringComparison.OrdinalIgnoreCase));

    /// <summary>Everything that is one slip from it; in upper case, since identifiers are looked up in any.</summary>
    public static IEnumerable<string> Of(string identifier)
    {
        var text = identifier.ToUpperInvariant();
        for (var i = 0; i <= text.Length; i++)
        {
            var (before, after) = (text[..i], text[i..]);
            if (after.Length > 0) yield return before + after[1..];
            if (after.Length > 1 && after[0] != after[1]) yield return before + after[1] + after[0] + after[2..];
            foreach (var letter in Letters)
            {
                yield return before + letter + after;
                if (after.Length > 0 && after[0] != letter) yield return before + letter + after[1..];
            }
        }
    }
}
