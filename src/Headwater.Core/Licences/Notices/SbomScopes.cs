using Headwater.Core.Sboms;

namespace Headwater.Core.Licences.Notices;

/// <summary>Says which components are no part of what is delivered, and why: what the document leaves out, and what only development, tests or the build lead to.</summary>
internal static class SbomScopes
{
    public static Dictionary<string, string> Of(SbomDocument document)
    {
        var excluded = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var c in document.Components)
        {
            if (c.Scope == SbomScope.Excluded) excluded[c.Ref] = "its scope is \"excluded\"";
            else if (c.IsExternal == true) excluded[c.Ref] = "it is expected in the environment and not delivered";
            // As the npm plug-in of CycloneDX marks what is installed for development only.
            else if (c.Properties.Exists(p => p.Name == "cdx:npm:package:development" && p.Value == "true")) excluded[c.Ref] = "it is for development only";
        }

        Reach(document, excluded);
        return excluded;
    }

    private static void Reach(SbomDocument document, Dictionary<string, string> excluded)
    {
        var apart = new Dictionary<string, string>(StringComparer.Ordinal);
        var runs = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var edge in document.Relationships)
        {
            if (edge.To is null) continue;
            var reason = edge.Kind switch
            {
                SbomRelationshipKind.DevDependsOn => "it is for development only",
                SbomRelationshipKind.TestDependsOn => "it is for tests only",
                SbomRelationshipKind.BuildDependsOn => "it is for the build only",
                SbomRelationshipKind.ProvidedDependsOn => "it is expected in the environment and not delivered",
                _ => null,
            };
            if (reason is not null) apart.TryAdd(edge.To, reason);
            else if (edge.Kind is SbomRelationshipKind.DependsOn or SbomRelationshipKind.OptionalDependsOn or SbomRelationshipKind.Contains or SbomRelationshipKind.Provides)
            {
                if (!runs.TryGetValue(edge.From, out var to)) runs.Add(edge.From, to = []);
                to.Add(edge.To);
                needed.Add(edge.To);
            }
        }

        if (apart.Count == 0) return;
        // Where nothing leads to, things begin; but not at what somebody says is for development.
        var reached = new HashSet<string>(StringComparer.Ordinal);
        Walk(document.Components.Where(c => c.IsRoot || (!needed.Contains(c.Ref) && !apart.ContainsKey(c.Ref))).Select(c => c.Ref), runs, reached);
        // Each is looked at once, however many lead to it.
        var behind = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (start, reason) in apart)
        {
            foreach (var reference in Walk([start], runs, behind, reached)) excluded.TryAdd(reference, reason);
        }
    }

    private static List<string> Walk(IEnumerable<string> starts, Dictionary<string, List<string>> edges, HashSet<string> seen, HashSet<string>? not = null)
    {
        var met = new List<string>();
        var open = new Stack<string>(starts);
        while (open.TryPop(out var at))
        {
            if (not?.Contains(at) == true || !seen.Add(at)) continue;
            met.Add(at);
            foreach (var to in edges.GetValueOrDefault(at) ?? []) open.Push(to);
        }

        return met;
    }
}
