using Headwater.Core.Packages;
using Headwater.Core.Sboms;

namespace Headwater.Cli.Scanning;

/// <summary>What a scan keeps of a component.</summary>
internal sealed record ScannedComponent(string Ref, SbomComponentKind Kind, string? Group, string Name, string? Version, string? PurlText, PackageUrl? Purl, string Licence)
{
    /// <summary>What tells it from every other component; the server tells them apart in the same way.</summary>
    public (PackageUrl? Purl, SbomComponentKind Kind, string? Group, string Name, string? Version) Identity =>
        Purl is not null ? (Purl, default, null, "", null) : (null, Kind == SbomComponentKind.Unspecified ? SbomComponentKind.Library : Kind, Group, Name, Version);

    /// <summary>The licence that a person has concluded; empty when the document has none.</summary>
    public string Concluded { get; init; } = "";

    public SbomScope Scope { get; init; }

    public IReadOnlyList<string> Cpes { get; init; } = [];

    public IReadOnlyList<SbomHash> Hashes { get; init; } = [];

    public bool? IsModified { get; init; }

    /// <summary>Name with group and version, as people say it.</summary>
    public string Label => (Group is null ? Name : $"{Group}/{Name}") + (Version is null ? string.Empty : "@" + Version);
}

/// <summary>Collects what a scan needs of a document while it is read: node 0 is the root, component <c>i</c> is node <c>i + 1</c>.</summary>
internal sealed class ScannedDocument(string file) : SbomSink
{
    private readonly List<(string From, string To)> _edges = [];
    private readonly Dictionary<string, int> _nodes = new(StringComparer.Ordinal);

    public string File => file;
    public SbomKind Kind { get; private set; }
    public string? DocumentName { get; private set; }
    public ScannedComponent? Root { get; private set; }

    /// <summary>Every entry for a component; a document may list one in several.</summary>
    public List<ScannedComponent> Components { get; } = [];

    /// <summary>Each component once.</summary>
    public IReadOnlyList<ScannedComponent> Distinct { get; private set; } = [];

    /// <summary>How many entries the document has, with that of what it is about where the format lists it among the others.</summary>
    public long Entries { get; private set; }

    /// <summary>Files that an SPDX document describes one by one; they are counted, not matched.</summary>
    public long Files { get; private set; }

    /// <summary>The dependency graph; null when the document states none.</summary>
    public DependencyGraph? Graph { get; private set; }

    /// <summary>What the document is about. Some tools name it after the folder they ran in, which says nothing.</summary>
    public string Title => Root?.Label is { } root && root is not "." ? root : DocumentName is { } name && name.Trim(' ', '.', '/').Length > 0 ? name : Path.GetFileName(file);

    public override void OnHeader(SbomKind kind) => Kind = kind;

    public override void OnMetadata(SbomMetadata metadata) => DocumentName = metadata.Name;

    public override void OnComponent(SbomComponent component)
    {
        if (Kind.Format == SbomFormat.Spdx && component.Kind == SbomComponentKind.File && component.Purl is null && !component.IsRoot)
        {
            Files++;
            return;
        }

        var scanned = new ScannedComponent(component.Ref, component.Kind, component.Group, component.Name, component.Version, component.Purl, component.ToPackageUrl(), Licence(component))
        {
            Concluded = All(component.Licences.Where(licence => licence.Acknowledgement == LicenceAcknowledgement.Concluded && Says(licence.Display))), Scope = component.Scope, IsModified = component.Modified,
            Cpes = component.Cpes, Hashes = component.Hashes,
        };
        if (component.IsRoot && Root is null)
        {
            Root = scanned;
            _nodes[component.Ref] = 0;
            return;
        }

        Components.Add(scanned);
        _nodes.TryAdd(component.Ref, Components.Count);
        if (component.ParentRef is { } parent) _edges.Add((parent, component.Ref));
    }

    public override void OnRelationship(SbomRelationship relationship)
    {
        if (relationship.To is { } to && relationship.Kind is not (SbomRelationshipKind.Other or SbomRelationshipKind.Provides)) _edges.Add((relationship.From, to));
    }

    /// <summary>Counts and builds the graph, when all has been read.</summary>
    /// <param name="entries">How many the reader has counted.</param>
    public void Complete(long entries)
    {
        Entries = entries;
        Distinct = [.. Components.DistinctBy(component => component.Identity)];
        var edges = new List<(int From, int To)>(_edges.Count);
        var needed = new bool[Components.Count + 1];
        var rootNeeds = false;
        foreach (var (fromRef, toRef) in _edges)
        {
            if (!_nodes.TryGetValue(toRef, out var to)) continue;
            // What is not a component is the document itself, which describes the roots.
            if (!_nodes.TryGetValue(fromRef, out var from)) from = 0;
            if (from == to) continue;
            edges.Add((from, to));
            needed[to] = true;
            rootNeeds |= from == 0;
        }

        if (edges.Count == 0) return;
        if (!rootNeeds)
        {
            for (var node = 1; node < needed.Length; node++)
            {
                if (!needed[node]) edges.Add((0, node));
            }
        }

        Graph = DependencyGraph.Build(Components.Count + 1, edges);
        _edges.Clear();
    }

    /// <summary>One shortest path from the root to one of some components, root first, and how many there are to all of them; empty when none is known.</summary>
    public IReadOnlyList<string> ShortestPath(IReadOnlyList<int> components, out long total)
    {
        total = 0;
        int[] best = [];
        foreach (var component in components)
        {
            if (Graph?.ShortestPaths(component + 1, 1, out var count) is not [var path, ..]) continue;
            total = total > long.MaxValue - count ? long.MaxValue : total + count;
            if (best.Length == 0 || path.Length < best.Length) best = path;
        }

        return [.. best.Select(node => node == 0 ? Title : Components[node - 1].Label)];
    }

    private static string Licence(SbomComponent component)
    {
        var declared = component.Licences.Where(licence => licence.Acknowledgement != LicenceAcknowledgement.Concluded && Says(licence.Display)).ToList();
        if (declared.Count == 0) declared = component.Licences.Where(licence => Says(licence.Display)).ToList();
        return All(declared);
    }

    private static string All(IEnumerable<SbomLicence> licences)
    {
        List<string> all = [.. licences.Select(licence => licence.Display).Distinct(StringComparer.Ordinal)];
        return all is [var one] ? one : string.Join(" AND ", all.Select(licence => licence.Contains(" OR ", StringComparison.OrdinalIgnoreCase) ? $"({licence})" : licence));
    }

    private static bool Says(string licence) => licence is not ("" or "NONE" or "NOASSERTION");
}
