namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>
/// Decides where each component goes before anything is written: which is the root, what is nested in what, who depends on whom,
/// and which made-up references are needed.
/// </summary>
internal sealed class CycloneDxPlan
{
    /// <summary>Deeper nesting than this would only come from a made-up containment; readers elsewhere may refuse it.</summary>
    private const int MaxNesting = 48;

    private readonly Dictionary<string, List<SbomComponent>> _inside = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<SbomService>> _services = new(StringComparer.Ordinal);
    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    public CycloneDxPlan(SbomDocument document, Action<string, string> lost)
    {
        Root = document.Root;
        Relate(document, lost);
        foreach (var c in document.Compositions) { _named.UnionWith(c.Assemblies); _named.UnionWith(c.Dependencies); }
        foreach (var v in document.Vulnerabilities) _named.UnionWith(v.Affects);
        Nest(document, lost);

        var services = document.Services.Select(s => s.Ref).ToHashSet(StringComparer.Ordinal);
        foreach (var s in document.Services)
        {
            if (s.ParentRef is not null && s.ParentRef != s.Ref && services.Contains(s.ParentRef)) Add(_services, s.ParentRef, s);
            else TopServices.Add(s);
        }
    }

    public SbomComponent? Root { get; }

    public List<SbomComponent> Top { get; } = [];

    public List<SbomService> TopServices { get; } = [];

    /// <summary>By the one that needs: what it depends on and what it provides.</summary>
    public Dictionary<string, (List<string> DependsOn, List<string> Provides)> Edges { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<SbomComponent> Inside(string reference) => _inside.TryGetValue(reference, out var list) ? list : [];

    public IReadOnlyList<SbomService> ServicesInside(string reference) => _services.TryGetValue(reference, out var list) ? list : [];

    /// <summary>A made-up reference is written only where something refers to it.</summary>
    public bool NeedsRef(string reference, bool generated) => !generated || _named.Contains(reference);

    private void Relate(SbomDocument document, Action<string, string> lost)
    {
        var unsaid = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var seen = new HashSet<(string, string, bool)>();
        foreach (var r in document.Relationships)
        {
            switch (r.Kind)
            {
                // What is linked or required is depended on.
                case SbomRelationshipKind.Other when r.NativeType is "DYNAMIC_LINK" or "STATIC_LINK" or "HAS_PREREQUISITE":
                case SbomRelationshipKind.DependsOn or SbomRelationshipKind.BuildDependsOn or SbomRelationshipKind.DevDependsOn or SbomRelationshipKind.TestDependsOn
                    or SbomRelationshipKind.OptionalDependsOn or SbomRelationshipKind.ProvidedDependsOn or SbomRelationshipKind.Provides:
                    var provides = r.Kind == SbomRelationshipKind.Provides;
                    if (r.Kind is not (SbomRelationshipKind.DependsOn or SbomRelationshipKind.Provides)) Count(r.Kind == SbomRelationshipKind.Other ? r.NativeType! : r.Kind.ToString(), unsaid);
                    if (!Edges.TryGetValue(r.From, out var edges)) Edges.Add(r.From, edges = ([], []));
                    _named.Add(r.From);
                    if (r.To is null || !seen.Add((r.From, r.To, provides))) break;
                    (provides ? edges.Provides : edges.DependsOn).Add(r.To);
                    _named.Add(r.To);
                    break;
                case SbomRelationshipKind.Contains when r.To is not null: break;
                case SbomRelationshipKind.Describes when r.To == Root?.Ref: break;
                default: Count(r.NativeType ?? r.Kind.ToString(), unsaid); break;
            }
        }

        foreach (var (type, count) in unsaid)
        {
            lost("/dependencies", type.EndsWith("DependsOn", StringComparison.Ordinal) || type is "DYNAMIC_LINK" or "STATIC_LINK" or "HAS_PREREQUISITE"
                ? $"{count} of {type} were written as plain dependencies: CycloneDX has one kind only"
                : $"{count} relationships of the type {type} have no counterpart in CycloneDX");
        }
    }

    /// <summary>
    /// Nests by the document's own nesting, else by what it says to contain what. A component has one place; what the root contains
    /// stands at the top, because that is what the top means.
    /// </summary>
    private void Nest(SbomDocument document, Action<string, string> lost)
    {
        var byRef = new Dictionary<string, SbomComponent>(StringComparer.Ordinal);
        foreach (var c in document.Components) byRef.TryAdd(c.Ref, c);
        var parents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var c in document.Components)
        {
            if (c.ParentRef is not null && byRef.ContainsKey(c.ParentRef) && Free(c.Ref, c.ParentRef, parents)) parents[c.Ref] = c.ParentRef;
        }

        var homeless = 0;
        foreach (var r in document.Relationships)
        {
            if (r.Kind != SbomRelationshipKind.Contains || r.To is null || r.To == Root?.Ref || r.From == Root?.Ref) continue;
            if (parents.TryGetValue(r.To, out var there) && there == r.From) continue;
            if (byRef.ContainsKey(r.From) && byRef.ContainsKey(r.To) && !parents.ContainsKey(r.To) && Free(r.To, r.From, parents)) parents[r.To] = r.From;
            else if (byRef.ContainsKey(r.From)) homeless++;
        }

        if (homeless > 0) lost("/components", $"{homeless} statements of containment could not be written: in CycloneDX a component is nested in one place");
        foreach (var c in document.Components)
        {
            if (ReferenceEquals(c, Root)) continue;
            if (c.IsRoot) lost("/metadata/component", $"CycloneDX describes one component; \"{c.Name}\" is described as well and was written among the components");
            if (parents.TryGetValue(c.Ref, out var parent) && ReferenceEquals(byRef[c.Ref], c)) Add(_inside, parent, c);
            else Top.Add(c);
        }
    }

    private bool Free(string child, string parent, Dictionary<string, string> parents)
    {
        if (child == Root?.Ref) return false;
        var steps = 0;
        for (string? up = parent; up is not null; up = parents.GetValueOrDefault(up))
        {
            if (up == child || ++steps > MaxNesting) return false;
        }

        return true;
    }

    private static void Count(string type, SortedDictionary<string, int> into) => into[type] = into.GetValueOrDefault(type) + 1;

    private static void Add<T>(Dictionary<string, List<T>> into, string key, T value)
    {
        if (!into.TryGetValue(key, out var list)) into.Add(key, list = []);
        list.Add(value);
    }
}
