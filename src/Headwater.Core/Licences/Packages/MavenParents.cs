using Headwater.Core.Licences.Packages.Manifests;
using Headwater.Core.Packages;

namespace Headwater.Core.Licences.Packages;

/// <summary>What a POM takes over from the POMs above it (Maven's model of inheritance: licences are taken over where a project names none).</summary>
internal static class MavenParents
{
    /// <summary>So many are followed upwards. Real ones are three or four.</summary>
    private const int Deepest = 8;

    /// <returns>The nearest that declares something, or the one that would be asked next and is not here; nothing when all are here and none declares anything.</returns>
    public static (Manifest? Declaring, PackageUrl? Missing) Find(Manifest manifest, IReadOnlyList<Manifest> all)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var at = manifest;
        for (var depth = 0; at.Parent is { Version: not null } parent && seen.Add(parent.ToString()); depth++)
        {
            if (depth == Deepest || all.FirstOrDefault(m => m.Purl is { } purl && purl.ToString() == parent.ToString()) is not { } next) return (null, parent);
            if (next.Declares) return (next, null);
            at = next;
        }

        return (null, null);
    }

    /// <summary>As Maven writes it: group, name and version.</summary>
    public static string Name(PackageUrl purl) => $"{purl.Namespace}:{purl.Name}:{purl.Version}";
}
