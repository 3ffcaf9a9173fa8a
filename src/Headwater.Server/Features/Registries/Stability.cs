using Headwater.Core.Versions;

namespace Headwater.Server.Features.Registries;

/// <summary>What the text of a version tells beyond its order: whether its makers call it finished, and how far it is from another.</summary>
internal static class Stability
{
    private static readonly string[] PythonWords = ["a", "alpha", "b", "beta", "c", "rc", "pre", "preview", "dev"];
    private static readonly string[] MavenWords = ["alpha", "beta", "milestone", "rc", "cr", "snapshot", "ea", "pre", "preview", "dev"];
    private static readonly string[] ComposerWords = ["dev", "a", "alpha", "b", "beta", "rc"];

    /// <summary>True for what comes before a release, by the rules of the package's type.</summary>
    public static bool IsPreRelease(string type, string version)
    {
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        var text = (plus < 0 ? version : version[..plus]).ToLowerInvariant();
        return type switch
        {
            "pypi" => Words(text).Any(w => PythonWords.Contains(w.Text)),
            "maven" => Words(text).Any(w => MavenWords.Contains(w.Text) || (w is { Text: "a" or "b" or "m", BeforeNumber: true })),
            "composer" => text.StartsWith("dev-", StringComparison.Ordinal) || Words(text).Any(w => ComposerWords.Contains(w.Text)),
            "gem" => text.Any(char.IsAsciiLetter),
            _ => text.Contains('-', StringComparison.Ordinal),
        };
    }

    /// <summary>A day as the first number (20040616): an older way of counting wherever others count from one.</summary>
    public static bool CountsByDays(string version) => Numbers(version) is [>= 10_000_000, ..];

    /// <summary>How far a version is behind another; null when their order cannot be told.</summary>
    public static VersionGap? Gap(string type, string used, string latest)
    {
        if (VersionSchemes.ForVers(type) is not { } scheme || scheme.Compare(used, latest) is not { } order) return null;
        if (order >= 0) return VersionGap.None;
        var (from, to) = (Numbers(used), Numbers(latest));
        return At(from, 0) != At(to, 0) ? VersionGap.Major : At(from, 1) != At(to, 1) ? VersionGap.Minor : VersionGap.Patch;
    }

    private static long At(List<long> numbers, int place) => place < numbers.Count ? numbers[place] : 0;

    /// <summary>The numbers between dots at the beginning, at most three.</summary>
    private static List<long> Numbers(string version)
    {
        var (numbers, at) = (new List<long>(3), 0);
        while (at < version.Length && !char.IsAsciiDigit(version[at]) && at < 3) at++;
        while (numbers.Count < 3)
        {
            var end = at;
            while (end < version.Length && char.IsAsciiDigit(version[end])) end++;
            if (end == at || !long.TryParse(version.AsSpan(at, end - at), out var number)) break;
            numbers.Add(number);
            if (end == version.Length || version[end] != '.') break;
            at = end + 1;
        }

        return numbers;
    }

    private static IEnumerable<(string Text, bool BeforeNumber)> Words(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetter(text[i])) continue;
            var end = i;
            while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
            yield return (text[i..end], end < text.Length && char.IsAsciiDigit(text[end]));
            i = end;
        }
    }
}
