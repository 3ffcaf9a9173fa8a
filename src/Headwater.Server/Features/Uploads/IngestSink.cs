using System.Runtime.InteropServices;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Curations;

namespace Headwater.Server.Features.Uploads;

/// <summary>An occurrence to be stored.</summary>
internal readonly record struct Occurrence(long ComponentVersion, int Flags, int Depth)
{
    /// <summary>What lies deeper is told as this deep; it is what two bytes hold.</summary>
    public const int Deepest = short.MaxValue;
}

/// <summary>
/// Turns the stream of a document's parts into interned components and a graph by local numbers. What is held for the whole document is
/// one number per reference and per edge; components leave in batches.
/// </summary>
internal sealed class IngestSink(Func<IReadOnlyList<InternedComponent>, IReadOnlyList<long>> intern, Action<int> progress) : SbomSink
{
    // Each batch is a commit that reaches the disk and a segment of the full-text index to be merged later; a larger one keeps other writers waiting.
    private const int BatchSize = 5000;

    // What a node is known to be; a reference that no component carries stays at Missing.
    private const long Missing = 0, Root = -1, Ignored = -2;

    private readonly Dictionary<string, int> _nodes = new(StringComparer.Ordinal);
    private readonly List<long> _things = [];
    private readonly List<SbomScope> _scopes = [];
    private readonly List<(int From, int To, bool Runtime)> _edges = [];
    private readonly List<InternedComponent> _batch = new(BatchSize);
    private readonly List<int> _batchNodes = new(BatchSize);
    private readonly Dictionary<int, IReadOnlyList<string>> _places = [];
    private readonly EmbeddedTexts _texts = new();
    private SbomFormat _format;
    private int _seen;

    public override void OnHeader(SbomKind kind) => _format = kind.Format;

    public override void OnComponent(SbomComponent component)
    {
        var node = Node(component.Ref);
        if (_things[node] != Missing && !component.IsRoot) return; // A reference used twice stays with its first bearer.
        _scopes[node] = component.Scope;
        if (component.ParentRef is not null) _edges.Add((Node(component.ParentRef), node, true));
        if (component.IsRoot)
        {
            _things[node] = Root;
        }
        else if (_format == SbomFormat.Spdx && component.Kind == SbomComponentKind.File && component.Purl is null)
        {
            // SPDX lists the files of a package; they stay in the document and are no components of their own.
            _things[node] = Ignored;
        }
        else
        {
            _batch.Add(InternedComponent.From(component));
            _batchNodes.Add(node);
            _texts.Add(node, component);
            if (FoundAt.Of(component) is { Count: > 0 } places) _places[node] = places;
            if (_batch.Count == BatchSize) Flush();
        }
    }

    public override void OnLicenceText(SbomLicenceText licence) => _texts.Define(licence);

    public override void OnRelationship(SbomRelationship relationship)
    {
        if (relationship.To is null) return;
        var runtime = relationship.Kind is SbomRelationshipKind.DependsOn or SbomRelationshipKind.Contains;
        if (!runtime && relationship.Kind is not (SbomRelationshipKind.BuildDependsOn or SbomRelationshipKind.DevDependsOn or SbomRelationshipKind.TestDependsOn
            or SbomRelationshipKind.OptionalDependsOn or SbomRelationshipKind.ProvidedDependsOn)) return;
        _edges.Add((Node(relationship.From), Node(relationship.To), runtime));
    }

    /// <summary>The graph (node 0 is the root), the component version of each node (0 for the root), and the occurrences.</summary>
    public (DependencyGraph Graph, long[] Nodes, List<Occurrence> Occurrences) Finish()
    {
        Flush();
        var number = new int[_things.Count];
        var nodes = new List<long> { 0 };
        for (var i = 0; i < _things.Count; i++)
        {
            number[i] = _things[i] switch { Root => 0, > 0 => nodes.Count, _ => -1 };
            if (_things[i] > 0) nodes.Add(_things[i]);
        }

        var edges = new List<(int From, int To)>(_edges.Count);
        var (entered, atRuntime) = (new bool[nodes.Count], new bool[nodes.Count]);
        foreach (var (from, to, runtime) in _edges)
        {
            var (f, t) = (number[from], number[to]);
            if (f < 0 || t < 0) continue;
            edges.Add((f, t));
            if (f == t) continue;
            entered[t] = true;
            atRuntime[t] |= runtime;
        }

        // A document whose root says nothing of its dependencies still has a top: what nothing else depends on.
        if (edges.Count > 0 && !edges.Exists(e => e.From == 0 && e.To != 0))
            for (var i = 1; i < nodes.Count; i++)
                if (!entered[i]) edges.Add((0, i));

        var graph = DependencyGraph.Build(nodes.Count, edges);
        return (graph, [.. nodes], Occurrences(graph, nodes, number, entered, atRuntime));
    }

    /// <summary>Where the document says component versions were found, once everything was read.</summary>
    public IEnumerable<(long ComponentVersion, IReadOnlyList<string> Places)> Places() =>
        _places.GroupBy(p => _things[p.Key]).Where(g => g.Key > 0).Select(g => (g.Key, g.Count() == 1 ? g.First().Value : [.. g.SelectMany(p => p.Value).Distinct(StringComparer.Ordinal).Take(3)]));

    /// <summary>The texts of licences that the document holds, once everything was read.</summary>
    public IReadOnlyList<NewText> Texts() => _texts.For(node => _things[node]);

    private List<Occurrence> Occurrences(DependencyGraph graph, List<long> nodes, int[] number, bool[] entered, bool[] atRuntime)
    {
        var depths = graph.Depths;
        var found = new Dictionary<long, Occurrence>(nodes.Count);
        for (var i = 0; i < _things.Count; i++)
        {
            var node = number[i];
            if (node <= 0) continue;
            var scope = _scopes[i] == SbomScope.Unspecified && entered[node] && !atRuntime[node] ? SbomScope.Excluded : _scopes[i];
            var depth = depths[node];
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(found, _things[i], out var exists);
            if (exists)
            {
                if (known.Depth >= 0 && (depth < 0 || known.Depth < depth)) depth = known.Depth;
                scope = Stronger(scope, (SbomScope)(known.Flags & 3));
            }

            known = new Occurrence(_things[i], (int)scope | (depth == 1 ? 4 : 0), Math.Min(depth, Occurrence.Deepest));
        }

        return [.. found.Values.OrderBy(o => o.ComponentVersion)];
    }

    private static SbomScope Stronger(SbomScope a, SbomScope b) => Rank(a) >= Rank(b) ? a : b;

    private static int Rank(SbomScope scope) => scope switch { SbomScope.Required => 3, SbomScope.Unspecified => 2, SbomScope.Optional => 1, _ => 0 };

    private int Node(string reference)
    {
        ref var node = ref CollectionsMarshal.GetValueRefOrAddDefault(_nodes, reference, out var known);
        if (known) return node;
        node = _things.Count;
        _things.Add(Missing);
        _scopes.Add(SbomScope.Unspecified);
        return node;
    }

    private void Flush()
    {
        if (_batch.Count == 0) return;
        var ids = intern(_batch);
        for (var i = 0; i < ids.Count; i++) _things[_batchNodes[i]] = ids[i];
        _seen += _batch.Count;
        _batch.Clear();
        _batchNodes.Clear();
        progress(_seen);
    }
}
