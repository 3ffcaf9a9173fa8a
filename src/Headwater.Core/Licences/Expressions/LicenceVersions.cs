namespace Headwater.Core.Licences.Expressions;

/// <summary>The versions of one licence: which come after which, and which of them a term gives leave to use.</summary>
internal static class LicenceVersions
{
    /// <summary>Whether two terms have a version of one licence in common, with the same exception.</summary>
    public static bool Overlap(LicenceTerm a, LicenceTerm b)
    {
        if (!string.Equals(a.Exception, b.Exception, StringComparison.OrdinalIgnoreCase)) return false;
        if (string.Equals(a.Licence, b.Licence, StringComparison.OrdinalIgnoreCase)) return true;
        var (x, y) = (Of(a), Of(b));
        if (x.Version is null || y.Version is null || !string.Equals(x.Family, y.Family, StringComparison.OrdinalIgnoreCase)) return false;
        var order = Compare(x.Version, y.Version);
        return order == 0 || (order < 0 ? x.Later : y.Later);
    }

    /// <summary>The family, the version and whether later ones are included, as the identifier tells: <c>GPL-2.0-or-later</c> is GPL, 2.0, true.</summary>
    public static (string Family, string? Version, bool Later) Of(LicenceTerm term)
    {
        var (id, later) = (term.Licence, term.OrLater);
        if (id.EndsWith('+')) (id, later) = (id[..^1], true);
        foreach (var (ending, means) in (ReadOnlySpan<(string, bool)>)[("-only", false), ("-or-later", true)])
            if (id.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) (id, later) = (id[..^ending.Length], later || means);
        var dash = id.LastIndexOf('-');
        var version = dash > 0 ? id[(dash + 1)..] : "";
        return version.Length > 0 && version.All(c => char.IsAsciiDigit(c) || c == '.') && char.IsAsciiDigit(version[0]) ? (id[..dash], version, later) : (id, null, later);
    }

    private static int Compare(string a, string b)
    {
        var (x, y) = (a.Split('.'), b.Split('.'));
        for (var i = 0; i < Math.Max(x.Length, y.Length); i++)
        {
            var order = Part(x, i).CompareTo(Part(y, i));
            if (order != 0) return order;
        }

        return 0;

        static int Part(string[] parts, int i) => i < parts.Length && int.TryParse(parts[i], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
