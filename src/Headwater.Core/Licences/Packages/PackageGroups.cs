using Headwater.Core.Licences.Packages.Manifests;

namespace Headwater.Core.Licences.Packages;

/// <summary>Which packages there are in a container, and in whose folder a file lies.</summary>
internal sealed class PackageGroups
{
    private readonly SortedDictionary<string, List<Manifest>> _groups = new(StringComparer.Ordinal);

    /// <summary>For each folder (with a slash behind; empty for the container itself) what describes it, the best first.</summary>
    public IEnumerable<KeyValuePair<string, List<Manifest>>> All => _groups;

    public static PackageGroups Of(string name, List<Manifest> manifests, bool isFolder)
    {
        var groups = new PackageGroups();
        groups._groups[""] = isFolder ? [.. manifests.Where(m => m.Folder.Length == 0)] : Main(name, manifests);
        var main = groups._groups[""];
        foreach (var manifest in manifests.Where(m => !main.Contains(m)))
        {
            // What describes the main package again (an egg-info within a source archive) is no package of its own.
            if (main.Exists(m => m.Purl is not null && m.Purl.Coordinates == manifest.Purl?.Coordinates)) main.Add(manifest);
            else if (manifest.Folder.Length > 0 && manifest.Purl is not null && (isFolder || IsBundled(manifest.Path)))
            {
                if (groups._groups.TryGetValue(manifest.Folder, out var there)) there.Add(manifest);
                else groups._groups[manifest.Folder] = [manifest];
            }
        }

        return groups;
    }

    /// <summary>The folder of the package that a file lies in.</summary>
    public string Folder(string path)
    {
        if (_groups.Count == 1) return "";
        for (var slash = path.LastIndexOf('/'); slash >= 0; slash = slash == 0 ? -1 : path.LastIndexOf('/', slash - 1))
            if (_groups.ContainsKey(path[..(slash + 1)])) return path[..(slash + 1)];
        return "";
    }

    /// <summary>What describes an archive itself: the kind that its name tells, as near to its root as can be.</summary>
    private static List<Manifest> Main(string name, List<Manifest> manifests)
    {
        var file = name[(name.LastIndexOf('/') + 1)..];
        var kind = Path.GetExtension(file).ToUpperInvariant() switch
        {
            ".NUPKG" or ".SNUPKG" => "nuget",
            ".JAR" or ".WAR" or ".EAR" or ".AAR" => "maven",
            ".WHL" or ".EGG" => "pypi",
            ".CRATE" => "cargo",
            ".GEM" => "gem",
            ".DEB" or ".UDEB" => "deb",
            _ => null,
        };
        var candidates = manifests.Where(m => kind is null ? !IsBundled(m.Path) || m.Path.Contains(".dist-info/", StringComparison.Ordinal) : m.Kind == kind).ToList();
        if (kind == "maven")
        {
            // A jar may hold the descriptions of all that was shaded into it.
            var poms = candidates.Where(m => m.Purl is not null).ToList();
            var own = poms.Where(m => file.StartsWith(m.Purl!.Name, StringComparison.OrdinalIgnoreCase)).OrderByDescending(m => m.Purl!.Name.Length).Take(1).ToList();
            if (own.Count == 0 && poms.Count == 1) own = poms;
            return [.. own, .. candidates.Where(m => m.Purl is null)];
        }

        if (candidates.Count == 0) return [];
        var nearest = candidates.Min(Depth);
        return [.. candidates.Where(m => Depth(m) == nearest || m.Kind == "deb").OrderByDescending(m => m.Purl is not null).ThenBy(Order)];
    }

    /// <summary>Of several kinds in one folder, the one that is made for handing on comes first.</summary>
    private static int Order(Manifest manifest) => manifest.Path.EndsWith("PKG-INFO", StringComparison.Ordinal) ? 0 : manifest.Kind == "pypi" ? 2 : 1;

    private static int Depth(Manifest manifest) => manifest.Path.Count(c => c == '/');

    /// <summary>Whether it lies where packages lie that were brought along.</summary>
    private static bool IsBundled(string path) => path.Contains("node_modules/", StringComparison.Ordinal) || path.Contains("/vendor/", StringComparison.Ordinal) || path.StartsWith("vendor/", StringComparison.Ordinal) || path.Contains("META-INF/maven/", StringComparison.Ordinal)
        || path.Contains(".dist-info/", StringComparison.Ordinal) || path.Contains("/_vendor/", StringComparison.Ordinal);
}
