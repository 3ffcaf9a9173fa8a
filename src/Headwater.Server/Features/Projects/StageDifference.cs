namespace Headwater.Server.Features.Projects;

/// <summary>Finds the components that pipeline stages disagree on.</summary>
internal static class StageDifference
{
    public static StageComparison Between(IReadOnlyList<StageContent> stages, IReadOnlyList<HashSet<long>> contents, NodeFacts facts)
    {
        var components = new Dictionary<long, List<StageVersion>[]>();
        for (var stage = 0; stage < contents.Count; stage++)
        {
            foreach (var id in contents[stage])
            {
                var fact = facts.Fact(id);
                if (!components.TryGetValue(fact.ComponentId, out var cells)) components[fact.ComponentId] = cells = [.. contents.Select(_ => new List<StageVersion>())];
                cells[stage].Add(new StageVersion(id, fact.Version));
            }
        }

        var (rows, agreed) = (new List<StageRow>(), 0);
        foreach (var (component, cells) in components)
        {
            var what = What(cells);
            if (what == StageDisagreement.None)
            {
                agreed++;
                continue;
            }

            var fact = facts.Fact(cells.First(c => c.Count > 0)[0].ComponentVersionId);
            rows.Add(new StageRow(component, fact.Name, fact.GroupName, fact.Type, [.. cells.Select(IReadOnlyList<StageVersion> (c) => [.. c.OrderBy(v => v.Version, StringComparer.Ordinal)])], what));
        }

        // What runs and was never built in comes first, then what differs, then what fell away on the way.
        rows.Sort((a, b) => Rank(a).CompareTo(Rank(b)) is var rank and not 0 ? rank : string.Compare(a.Name, b.Name, StringComparison.OrdinalIgnoreCase) is var name and not 0 ? name : a.ComponentId.CompareTo(b.ComponentId));
        return new StageComparison(stages, rows, agreed);
    }

    private static int Rank(StageRow row) => row.What.HasFlag(StageDisagreement.Appears) ? 0 : row.What.HasFlag(StageDisagreement.Versions) ? 1 : 2;

    private static StageDisagreement What(List<StageVersion>[] cells)
    {
        var what = StageDisagreement.None;
        for (var later = 1; later < cells.Length; later++)
        {
            for (var earlier = 0; earlier < later; earlier++)
            {
                if (cells[earlier].Count == 0 && cells[later].Count > 0) what |= StageDisagreement.Appears;
                else if (cells[earlier].Count > 0 && cells[later].Count == 0) what |= StageDisagreement.Vanishes;
                else if (!cells[earlier].Select(v => v.ComponentVersionId).ToHashSet().SetEquals(cells[later].Select(v => v.ComponentVersionId))) what |= StageDisagreement.Versions;
            }
        }

        return what;
    }
}
