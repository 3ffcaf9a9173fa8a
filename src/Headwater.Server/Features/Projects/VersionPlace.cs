using Headwater.Core.Versions;

namespace Headwater.Server.Features.Projects;

/// <summary>Where a component stands in a list by version: beside those of its kind of package, in the order of that kind; behind them what that kind cannot read, as text.</summary>
internal readonly record struct VersionPlace(string Type, PackageVersion? Version, string Text) : IComparable<VersionPlace>
{
    public static VersionPlace Of(TreeNode node)
    {
        var (text, end) = (node.Version ?? "", node.Purl?.IndexOf('/', StringComparison.Ordinal) ?? -1);
        var type = end > 4 ? node.Purl![4..end] : "";
        return new VersionPlace(type, VersionSchemes.ForVers(type) is { } scheme && scheme.TryParse(text, out var version) ? version : null, text);
    }

    public int CompareTo(VersionPlace other)
    {
        if (string.CompareOrdinal(Type, other.Type) is var type and not 0) return type;
        return (Version, other.Version) switch
        {
            ({ } a, { } b) when a.CompareTo(b) is var order and not 0 => order,
            ({ }, null) => -1,
            (null, { }) => 1,
            _ => string.CompareOrdinal(Text, other.Text),
        };
    }
}
