using System.Text;
using Headwater.Core.Packages;
using Headwater.Core.Trees;
using Headwater.Core.Versions;

namespace Headwater.Core.Licences.Curations;

/// <summary>Curations of ClearlyDefined: <c>coordinates</c> of a package and, for each of its <c>revisions</c>, <c>licensed: declared:</c>. They know single versions only.</summary>
internal static class ClearlyDefinedCurations
{
    private static readonly (string Type, string Provider, string Purl)[] s_types =
    [
        ("npm", "npmjs", "npm"), ("maven", "mavencentral", "maven"), ("maven", "mavengoogle", "maven"), ("maven", "gradleplugin", "maven"), ("nuget", "nuget", "nuget"), ("pypi", "pypi", "pypi"), ("gem", "rubygems", "gem"), ("crate", "cratesio", "cargo"),
        ("go", "golang", "golang"), ("composer", "packagist", "composer"), ("pod", "cocoapods", "cocoapods"), ("conda", "conda-forge", "conda"), ("deb", "debian", "deb"), ("debsrc", "debian", "deb"), ("git", "github", "github"), ("git", "gitlab", "gitlab"),
    ];

    public static CurationFileContent Read(IEnumerable<YamlValue> documents)
    {
        var (taken, omitted) = (new List<PackageCuration>(), new List<CurationOmission>());
        foreach (var document in documents)
        {
            var coordinates = document["coordinates"]!;
            var subject = string.Join('/', new[] { coordinates["type"]?.Text, coordinates["provider"]?.Text, coordinates["namespace"]?.Text ?? "-", coordinates["name"]?.Text }.Select(t => t ?? ""));
            var package = Package(coordinates, out var error);
            if (package is null)
            {
                omitted.Add(new CurationOmission(coordinates.Line, subject, error!));
                continue;
            }

            foreach (var (key, value) in document.Members ?? [])
                if (key is not ("coordinates" or "revisions")) omitted.Add(new CurationOmission(value.Line, subject, $"{key} is about something else than the licence."));
            if (document["revisions"]?.Members is not { Count: > 0 } revisions) omitted.Add(new CurationOmission(document.Line, subject, "It has no revisions."));
            else foreach (var (version, data) in revisions) Take(package, subject, version, data, taken, omitted);
        }

        return new CurationFileContent(CurationFormat.ClearlyDefined, taken, omitted, null);
    }

    public static string Write(IEnumerable<PackageCuration> curations, out IReadOnlyList<CurationOmission> omitted)
    {
        var (text, left) = (new StringBuilder(), new List<CurationOmission>());
        foreach (var group in curations.GroupBy(c => c.Package))
        {
            if (!PackageUrl.TryParse(group.Key, out var purl, out _) || Array.Find(s_types, t => t.Purl == purl.Type) is not { Type: not null } type)
            {
                left.AddRange(group.Select(c => new CurationOmission(c.Line, c.Package, "It is a kind of package that this form has no name for.")));
                continue;
            }

            var revisions = new List<PackageCuration>();
            foreach (var it in group)
            {
                if (it.Version is { Length: > 0 }) revisions.Add(it);
                else left.Add(new CurationOmission(it.Line, it.Package, it.Range is null ? "It holds for all versions, and this form knows single versions only." : "It holds for a range of versions, and this form knows single versions only."));
            }

            if (revisions.Count == 0) continue;
            text.Append("---\ncoordinates:\n  type: ").Append(type.Type).Append("\n  provider: ").Append(type.Provider).Append("\n  namespace: ").Append(purl.Namespace is null ? "null" : CurationFile.Quoted(purl.Namespace))
                .Append("\n  name: ").Append(CurationFile.Quoted(purl.Name)).Append("\nrevisions:\n");
            foreach (var it in revisions.DistinctBy(r => r.Version))
                text.Append("  ").Append(CurationFile.Quoted(it.Version!)).Append(":\n    licensed:\n      declared: ").Append(CurationFile.Quoted(it.Licence)).Append('\n');
        }

        omitted = left;
        return text.ToString();
    }

    private static void Take(string package, string subject, string version, YamlValue data, List<PackageCuration> taken, List<CurationOmission> omitted)
    {
        subject += "/" + version;
        foreach (var (key, value) in data.Members ?? [])
        {
            if (key != "licensed") omitted.Add(new CurationOmission(value.Line, subject, $"{key} is about something else than the licence of the package."));
            else foreach (var (inner, other) in value.Members ?? [])
                    if (inner != "declared") omitted.Add(new CurationOmission(other.Line, subject, $"licensed: {inner} is about something else than the licence of the package."));
        }

        if (data["licensed"]?["declared"]?.Text is { } licence) taken.Add(new PackageCuration(package, version, null, licence, null, data.Line));
        else if (data.Members is null or { Count: 0 } || data["licensed"] is not null) omitted.Add(new CurationOmission(data.Line, subject, "It declares no licence."));
    }

    private static string? Package(YamlValue coordinates, out string? error)
    {
        var (type, name) = (coordinates["type"]?.Text, coordinates["name"]?.Text);
        var purl = Array.Find(s_types, t => t.Type == type && (t.Provider == coordinates["provider"]?.Text || Array.FindAll(s_types, o => o.Type == type).Length == 1)).Purl ?? (type == "maven" ? "maven" : null);
        if (purl is null)
        {
            error = $"The kind of package \"{type}\" of \"{coordinates["provider"]?.Text}\" is not known here.";
            return null;
        }

        var space = coordinates["namespace"]?.Text is { Length: > 0 } given and not "-" ? Uri.UnescapeDataString(given) : null;
        return PackageUrl.TryBuild(purl, space, name is null ? null : Uri.UnescapeDataString(name), null, null, null, out var built, out error) ? built.ToString() : null;
    }
}
