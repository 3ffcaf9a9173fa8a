using System.Text.Json;
using System.Xml.Linq;
using Headwater.Core.Sboms;

namespace Headwater.EndToEnd.Self;

/// <summary>Headwater's own SBOM: what a project that ships references, as NuGet resolved it, with the licences the packages declare.</summary>
internal static class OwnSbom
{
    /// <summary>Writes the SBOM of a project under <c>src</c> as CycloneDX 1.6.</summary>
    public static SbomDocument Of(string project)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "src", project, "obj", "project.assets.json")));
        var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(f => f.Name).ToList();
        var document = new SbomDocument();
        document.OnMetadata(new SbomMetadata { Version = 1, Lifecycles = { "build" } });
        document.OnComponent(new SbomComponent { Ref = project, Name = project, Version = "0.1.0", IsRoot = true, Kind = SbomComponentKind.Application });
        var target = assets.RootElement.GetProperty("targets").EnumerateObject().First();
        var resolved = target.Value.EnumerateObject().Where(p => p.Value.GetProperty("type").GetString() == "package" && Ships(p.Value)).ToList();
        var byName = resolved.ToDictionary(p => p.Name.Split('/')[0], p => p.Name, StringComparer.OrdinalIgnoreCase);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var package in resolved)
        {
            var (name, version) = (package.Name.Split('/')[0], package.Name.Split('/')[1]);
            var component = new SbomComponent { Ref = package.Name, Name = name, Version = version, Purl = $"pkg:nuget/{name}@{version}", Kind = SbomComponentKind.Library };
            if (LicenceOf(folders, name, version) is { } licence) component.Licences.Add(new SbomLicence(Expression: licence, Acknowledgement: LicenceAcknowledgement.Declared));
            document.OnComponent(component);
            if (!package.Value.TryGetProperty("dependencies", out var dependencies)) continue;
            foreach (var dependency in dependencies.EnumerateObject())
            {
                if (!byName.TryGetValue(dependency.Name, out var to)) continue;
                needed.Add(to);
                document.OnRelationship(new SbomRelationship(SbomRelationshipKind.DependsOn, package.Name, to));
            }
        }

        foreach (var top in byName.Values.Where(p => !needed.Contains(p))) document.OnRelationship(new SbomRelationship(SbomRelationshipKind.DependsOn, project, top));
        return document;
    }

    /// <summary>The archives of the packages that a project under <c>src</c> ships, as NuGet keeps them.</summary>
    public static IReadOnlyList<string> Archives(string project)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "src", project, "obj", "project.assets.json")));
        var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(f => f.Name).ToList();
        return [.. assets.RootElement.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject().Where(p => p.Value.GetProperty("type").GetString() == "package" && Ships(p.Value))
            .Select(p => p.Name.ToLowerInvariant().Split('/')).Select(p => folders.Select(f => Path.Combine(f, p[0], p[1], $"{p[0]}.{p[1]}.nupkg")).FirstOrDefault(File.Exists)).OfType<string>()];
    }

    /// <summary>Analyzers take part in the build and are not delivered.</summary>
    private static bool Ships(JsonElement package) => package.TryGetProperty("runtime", out _) || package.TryGetProperty("runtimeTargets", out _);

    private static string? LicenceOf(List<string> folders, string name, string version)
    {
        var file = folders.Select(f => Path.Combine(f, name.ToLowerInvariant(), version, name.ToLowerInvariant() + ".nuspec")).FirstOrDefault(File.Exists);
        return file is null ? null : XDocument.Load(file).Descendants().FirstOrDefault(e => e.Name.LocalName == "license" && (string?)e.Attribute("type") == "expression")?.Value;
    }
}
