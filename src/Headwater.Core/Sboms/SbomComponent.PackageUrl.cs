using Headwater.Core.Packages;

namespace Headwater.Core.Sboms;

public sealed partial class SbomComponent
{
    private const int LongestPurl = 4096;

    /// <summary>
    /// The package URL that the component is known by. A version that only the component states is put into it, so that both spellings are one thing, and a document that lists
    /// one package in several entries has one component there.
    /// </summary>
    /// <returns>Null when there is none, or none that can be read (<see cref="Purl"/> is kept as written).</returns>
    public PackageUrl? ToPackageUrl()
    {
        if (Purl is not { Length: <= LongestPurl } text || !PackageUrl.TryParse(text, out var purl, out _) || purl is null) return null;
        if (purl.Version is null && !string.IsNullOrWhiteSpace(Version) &&
            PackageUrl.TryBuild(purl.Type, purl.Namespace, purl.Name, Version.Trim(), purl.Qualifiers, purl.Subpath, out var versioned, out _)) return versioned;
        return purl;
    }
}
