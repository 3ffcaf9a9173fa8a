using Headwater.Core.Packages;
using Headwater.Core.Versions;

namespace Headwater.Core.Policies.Facts;

/// <summary>What a project version holds, for conditions that ask what it depends on. Safe for any number of threads.</summary>
public sealed class ProjectContents
{
    private readonly Dictionary<string, List<string?>> _versions = new(StringComparer.Ordinal);

    /// <summary>Takes up components.</summary>
    /// <param name="components">The package URL of each; a version that is missing is not known.</param>
    public ProjectContents(IEnumerable<PackageUrl> components)
    {
        ArgumentNullException.ThrowIfNull(components);
        foreach (var component in components)
        {
            if (_versions.TryGetValue(component.Coordinates, out var versions)) versions.Add(component.Version);
            else _versions.Add(component.Coordinates, [component.Version]);
        }
    }

    /// <summary>Whether a package is there.</summary>
    /// <param name="package">The package; with a version, that one.</param>
    /// <param name="range">Only versions in it; null for all.</param>
    /// <returns>Null when it is there with versions of which it cannot be told.</returns>
    public bool? Holds(PackageUrl package, VersRange? range)
    {
        ArgumentNullException.ThrowIfNull(package);
        if (!_versions.TryGetValue(package.Coordinates, out var versions)) return false;
        bool? holds = false;
        foreach (var version in versions)
        {
            bool? one = package.Version is null && range is null ? true : version is null ? null : package.Version is { } exact && exact != version ? false : range is null ? true : range.Contains(version);
            if (one == true) return true;
            if (one is null) holds = null;
        }

        return holds;
    }
}
