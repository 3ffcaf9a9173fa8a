using Headwater.Core.Packages;

namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary>What a file that describes a package says.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Kind">By the names of package URLs.</param>
internal sealed record Manifest(string Path, string Kind)
{
    public PackageUrl? Purl { get; init; }

    /// <summary>Licences as they are written; none when nothing is declared.</summary>
    public IReadOnlyList<string> Licences { get; init; } = [];

    /// <summary>Whether one of several may be chosen.</summary>
    public bool IsChoice { get; init; }

    /// <summary>Whether the ecosystem leaves open what several mean: that is told.</summary>
    public bool IsUnclear { get; init; }

    /// <summary>The file that holds the licence in place of a name, relative to <see cref="Folder"/>.</summary>
    public string? LicenceFile { get; init; }

    /// <summary>Further files that the package names as its licences.</summary>
    public IReadOnlyList<string> LicenceFiles { get; init; } = [];

    /// <summary>The package from which it takes what it does not declare itself; null for none.</summary>
    public PackageUrl? Parent { get; init; }

    /// <summary>The folder it stands in, with a slash behind; empty for the root.</summary>
    public string Folder => Path[..(Path.LastIndexOf('/') + 1)];

    public bool Declares => Licences.Count > 0 || LicenceFile is not null;

    /// <summary>A package URL; null when the parts make none.</summary>
    public static PackageUrl? Package(string type, string? @namespace, string? name, string? version, params IEnumerable<KeyValuePair<string, string>> qualifiers) =>
        PackageUrl.TryBuild(type, @namespace, name, version, qualifiers, null, out var purl, out _) ? purl : null;
}
