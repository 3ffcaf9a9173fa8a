namespace Headwater.Server.Platform.Ui.Components;

/// <summary>Which steps of long paths show in the middle that folds away, so that no two paths of a list read the same.</summary>
internal static class PathFolds
{
    /// <returns>For each path the places that show; none where its beginning and end tell it from the others.</returns>
    public static IReadOnlyList<IReadOnlySet<int>> Of(IReadOnlyList<IReadOnlyList<PathView.Step>> paths)
    {
        var kept = paths.Select(_ => new HashSet<int>()).ToList();
        foreach (var alike in Enumerable.Range(0, paths.Count).Where(p => paths[p].Count > PathView.Longest).GroupBy(p => Text(paths[p].Take(PathView.Head).Concat(paths[p].TakeLast(PathView.Tail)))).Where(g => g.Count() > 1))
        {
            // What all of them pass tells none from another.
            var common = alike.Select(p => Middle(paths[p]).Select(at => paths[p][at]).ToHashSet()).Aggregate((all, next) => { all.IntersectWith(next); return all; });
            foreach (var p in alike) kept[p].UnionWith(Middle(paths[p]).Where(at => !common.Contains(paths[p][at])));
            foreach (var same in alike.GroupBy(p => Text(kept[p].Order().Select(at => paths[p][at]))).Where(g => g.Count() > 1))
                foreach (var p in same) kept[p].UnionWith(Middle(paths[p])); // They pass the same in another order.
        }

        return kept;
    }

    private static IEnumerable<int> Middle(IReadOnlyList<PathView.Step> path) => Enumerable.Range(PathView.Head, path.Count - PathView.Head - PathView.Tail);

    private static string Text(IEnumerable<PathView.Step> steps) => string.Join('\n', steps.Select(s => $"{s.Text}\t{s.Version}\t{s.Href}"));
}
