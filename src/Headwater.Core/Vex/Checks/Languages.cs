using System.Collections.Frozen;

namespace Headwater.Core.Vex.Checks;

/// <summary>Language tags (BCP 47) held against the registered subtags.</summary>
internal static class Languages
{
    private static readonly Lazy<FrozenDictionary<string, FrozenSet<string>>> s_registry = new(Load);

    /// <summary>What is wrong with a tag; null when it is valid.</summary>
    public static string? Fault(string tag)
    {
        var lower = tag.ToLowerInvariant();
        if (Has("grandfathered", lower)) return null;
        var parts = lower.Split('-');
        if (parts[0] == "x") return parts.Length > 1 ? null : "\"x\" must be followed by a subtag";
        if (!Has("language", parts[0]) && !InRange(parts[0], "qaa", "qtz")) return $"\"{parts[0]}\" is not a registered language";
        var at = 1;
        for (var n = 0; n < 3 && at < parts.Length && parts[at].Length == 3 && char.IsAsciiLetter(parts[at][0]); n++, at++)
        {
            if (n > 0 || !Has("extlang", $"{parts[at]}/{parts[0]}")) return $"\"{parts[at]}\" is not an extended language of \"{parts[0]}\"";
        }

        if (at < parts.Length && parts[at].Length == 4 && char.IsAsciiLetter(parts[at][0]))
        {
            if (!Has("script", parts[at]) && !InRange(parts[at], "qaaa", "qabx")) return $"\"{parts[at]}\" is not a registered script";
            at++;
        }

        if (at < parts.Length && (parts[at].Length == 2 || (parts[at].Length == 3 && char.IsAsciiDigit(parts[at][0]))))
        {
            if (!Has("region", parts[at]) && !IsPrivateRegion(parts[at])) return $"\"{parts[at]}\" is not a registered region";
            at++;
        }

        var variants = new HashSet<string>(StringComparer.Ordinal);
        for (; at < parts.Length && (parts[at].Length > 4 || (parts[at].Length == 4 && char.IsAsciiDigit(parts[at][0]))); at++)
        {
            if (!Has("variant", parts[at])) return $"\"{parts[at]}\" is not a registered variant";
            if (!variants.Add(parts[at])) return $"the variant \"{parts[at]}\" stands there twice";
        }

        var singletons = new HashSet<string>(StringComparer.Ordinal);
        while (at < parts.Length)
        {
            var singleton = parts[at];
            if (singleton.Length != 1) return $"\"{singleton}\" has no place in a language tag";
            if (!singletons.Add(singleton)) return $"the extension \"{singleton}\" stands there twice";
            var first = ++at;
            while (at < parts.Length && (singleton == "x" || parts[at].Length > 1)) at++;
            if (at == first) return $"\"{singleton}\" must be followed by a subtag";
        }

        return null;
    }

    /// <summary>The first subtag that is reserved for private use; null when there is none.</summary>
    public static string? PrivateSubtag(string tag)
    {
        var parts = tag.ToLowerInvariant().Split('-');
        if (parts[0] == "x" || parts[0] == "i") return parts[0] == "x" ? "x" : null;
        if (InRange(parts[0], "qaa", "qtz")) return parts[0];
        for (var at = 1; at < parts.Length; at++)
        {
            if (parts[at] == "x") return "x";
            if (parts[at].Length == 1) return Array.IndexOf(parts, "x", at) > 0 ? "x" : null;
            if (parts[at].Length == 4 && InRange(parts[at], "qaaa", "qabx")) return parts[at];
            if (parts[at].Length == 2 && IsPrivateRegion(parts[at])) return parts[at];
        }

        return null;
    }

    private static bool IsPrivateRegion(string region) => region is "aa" or "zz" || InRange(region, "qm", "qz") || InRange(region, "xa", "xz");

    private static bool InRange(string text, string from, string to) =>
        text.Length == from.Length && string.CompareOrdinal(text, from) >= 0 && string.CompareOrdinal(text, to) <= 0 && text.All(char.IsAsciiLetter);

    private static bool Has(string kind, string subtag) => s_registry.Value[kind].Contains(subtag);

    private static FrozenDictionary<string, FrozenSet<string>> Load()
    {
        using var reader = new StreamReader(VexReport.Open("languages.txt")!);
        var all = new Dictionary<string, FrozenSet<string>>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            var parts = line.Split(' ');
            all.Add(parts[0], parts.Skip(1).ToFrozenSet(StringComparer.Ordinal));
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
