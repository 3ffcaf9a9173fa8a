using Headwater.Core.Versions;

namespace Headwater.Server.Platform.Data;

/// <summary>
/// Where a version stands in a list: beside those of its kind of package, in the order of that kind (what has no kind of its own, in that of numbers and words); behind them what cannot be read so, as text.
/// </summary>
/// <param name="Type">The type of the package URL; empty for none.</param>
internal readonly record struct VersionPlace(string Type, PackageVersion? Version, string Text) : IComparable<VersionPlace>
{
    /// <summary>Longer lists than this are not put in order in memory, but by the database, as text.</summary>
    public const int Most = 100_000;

    private static readonly Comparer<VersionPlace> s_down = Comparer<VersionPlace>.Create((a, b) => a.Type == b.Type && a.Version is null != b.Version is null ? a.CompareTo(b) : b.CompareTo(a));

    private static readonly VersionScheme s_generic = VersionSchemes.ForVers("generic")!;

    /// <param name="type">The type of the package URL, if it is a package.</param>
    public static VersionPlace Of(string? type, string? version) =>
        new(type ?? "", (VersionSchemes.ForVers(type ?? "") ?? s_generic).TryParse(version ?? "", out var parsed) ? parsed : null, version ?? "");

    /// <summary>By the kind of package, then by version. Of each kind, what cannot be read comes last, whichever way the rest goes.</summary>
    public static IComparer<VersionPlace> Order(bool descending) => descending ? s_down : Comparer<VersionPlace>.Default;

    /// <summary>The ids of versions of one thing in their <see cref="Order"/>.</summary>
    public static List<long> InOrder(IEnumerable<(long Id, string? Version)> versions, string? type, bool descending)
    {
        var placed = versions.Select(v => (v.Id, Place: Of(type, v.Version))).OrderBy(v => v.Place, Order(descending));
        return [.. (descending ? placed.ThenByDescending(v => v.Id) : placed.ThenBy(v => v.Id)).Select(v => v.Id)];
    }

    public int CompareTo(VersionPlace other)
    {
        if (string.CompareOrdinal(Type, other.Type) is var type and not 0) return type;
        return (Version, other.Version) switch
        {
            ({ } a, { } b) when a.CompareTo(b) is var order and not 0 => order,
            ({ }, null) => -1,
            (null, { }) => 1,
            _ => Words(Text, other.Text) is var words and not 0 ? words : string.CompareOrdinal(Text, other.Text),
        };
    }

    /// <summary>Text in which a number counts as one: release-9 before release-10.</summary>
    private static int Words(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            // So many characters are a number, or one that is not.
            var a = Digits(left);
            var b = Digits(right);
            if (a > 0 && b > 0)
            {
                var x = left[..a].TrimStart('0');
                var y = right[..b].TrimStart('0');
                if (x.Length != y.Length) return x.Length - y.Length;
                if (x.SequenceCompareTo(y) is var number and not 0) return number;
            }
            else
            {
                if (char.ToLowerInvariant(left[0]).CompareTo(char.ToLowerInvariant(right[0])) is var letter and not 0) return letter;
                a = b = 1;
            }

            left = left[a..];
            right = right[b..];
        }

        return left.Length - right.Length;
    }

    private static int Digits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length;
}
