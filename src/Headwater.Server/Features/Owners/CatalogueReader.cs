using Headwater.Server.Platform.Data;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Headwater.Server.Features.Owners;

/// <summary>A unit or team as a catalogue describes it. <see cref="Kind"/> is <c>team</c>, or <c>unit</c> for everything that is not one.</summary>
internal sealed record CatalogueGroup(string Kind, string Name, string Title, string? Email, string? Parent);

/// <summary>A project as a catalogue describes it.</summary>
/// <param name="Owner">The name of the owning group; null when nobody is named.</param>
/// <param name="Documents">SBOM files beside the catalogue in order of time, with the version each is of.</param>
internal sealed record CatalogueProject(string Name, string Title, string? Description, string? Type, string? Owner, IReadOnlyList<CatalogueDocument> Documents);

internal sealed record CatalogueDocument(string File, string? Version);

/// <summary>What a folder of descriptors says.</summary>
internal sealed record Catalogue(IReadOnlyList<CatalogueGroup> Groups, IReadOnlyList<CatalogueProject> Projects, IReadOnlyList<string> Problems);

/// <summary>
/// Reads Backstage descriptors (YAML, several documents a file): <c>Group</c> becomes a unit or team, <c>Component</c> a project; every other kind
/// is passed over. The annotation <c>headwater.dev/sbom</c> lists documents: <c>path@version, path@version</c>.
/// </summary>
internal static class CatalogueReader
{
    public const string SbomAnnotation = "headwater.dev/sbom";

    private const int LargestFile = 4 * 1024 * 1024, Deepest = 64;

    public static Catalogue Read(string folder)
    {
        var (groups, projects, problems) = (new List<CatalogueGroup>(), new List<CatalogueProject>(), new List<string>());
        foreach (var file in Directory.EnumerateFiles(folder, "*.y*ml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            try
            {
                if (new FileInfo(file).Length > LargestFile) throw new InvalidDataException($"The file is larger than {LargestFile} bytes.");
                var text = File.ReadAllText(file);
                CheckDepth(text);
                var stream = new YamlStream();
                stream.Load(new StringReader(text));
                foreach (var document in stream.Documents) ReadEntity(document.RootNode as YamlMappingNode, groups, projects);
            }
            catch (Exception e) when (e is YamlException or InvalidDataException or IOException)
            {
                problems.Add($"{Path.GetFileName(file)}: {e.Message}");
            }
        }

        return new Catalogue(groups, projects, problems);
    }

    /// <summary>The document model is built by recursion, so how deep it goes is looked at before.</summary>
    private static void CheckDepth(string text)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > Deepest) throw new InvalidDataException($"Line {parser.Current.Start.Line}: nested more than {Deepest} deep.");
        }
    }

    private static void ReadEntity(YamlMappingNode? entity, List<CatalogueGroup> groups, List<CatalogueProject> projects)
    {
        var metadata = Map(entity, "metadata");
        var spec = Map(entity, "spec");
        if (Text(metadata, "name") is not { } name) return;
        var title = Text(metadata, "title") ?? name;
        switch (Text(entity, "kind"))
        {
            case "Group":
                var profile = Map(spec, "profile");
                groups.Add(new CatalogueGroup(Text(spec, "type") == "team" ? "team" : "unit", name, Text(profile, "displayName") ?? title, Text(profile, "email"), NameOf(Text(spec, "parent"))));
                break;
            case "Component":
                projects.Add(new CatalogueProject(name, title, Text(metadata, "description"), Text(spec, "type"), NameOf(Text(spec, "owner")), Documents(Text(Map(metadata, "annotations"), SbomAnnotation))));
                break;
        }
    }

    private static List<CatalogueDocument> Documents(string? annotation) =>
    [
        .. (annotation ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(d => d.LastIndexOf('@') is > 0 and var at ? new CatalogueDocument(d[..at], d[(at + 1)..]) : new CatalogueDocument(d, null)),
    ];

    /// <summary>The name in an entity reference <c>[kind:][namespace/]name</c>.</summary>
    private static string? NameOf(string? reference)
    {
        if (reference is null) return null;
        var name = reference[(reference.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return name[(name.LastIndexOf('/') + 1)..];
    }

    private static YamlMappingNode? Map(YamlMappingNode? node, string key) => node is not null && node.Children.TryGetValue(key, out var child) ? child as YamlMappingNode : null;

    private static string? Text(YamlMappingNode? node, string key) =>
        node is not null && node.Children.TryGetValue(key, out var child) && child is YamlScalarNode { Value.Length: > 0 } scalar ? scalar.Value : null;
}
