using Headwater.Core.Versions;

namespace Headwater.Server.Features.Components;

/// <summary>The order of versions that their ecosystem gives them.</summary>
internal static class VersionOrder
{
    private static readonly VersionScheme s_generic = VersionSchemes.ForVers("generic")!;

    /// <param name="type">The package type; one without an order of its own gets the generic one.</param>
    /// <returns>Oldest first; what cannot be placed comes last, by its text, and what has no version at the very end.</returns>
    public static IReadOnlyList<T> Of<T>(IEnumerable<T> rows, string? type, Func<T, string?> version, Func<T, long> id)
    {
        var scheme = (type is null ? null : VersionSchemes.ForVers(type)) ?? s_generic;
        var parsed = rows.Select(row => (Row: row, Text: version(row) ?? "", Id: id(row))).Select(r => (r.Row, r.Text, r.Id, Placed: scheme.TryParse(r.Text, out var placed) && r.Text.Length > 0, Version: placed)).ToList();
        parsed.Sort((a, b) =>
        {
            if (a.Placed != b.Placed) return a.Placed ? -1 : 1;
            var order = a.Placed ? a.Version.CompareTo(b.Version) : (a.Text.Length == 0).CompareTo(b.Text.Length == 0);
            if (order == 0) order = string.CompareOrdinal(a.Text, b.Text);
            return order != 0 ? order : a.Id.CompareTo(b.Id);
        });
        return parsed.ConvertAll(r => r.Row);
    }
}
