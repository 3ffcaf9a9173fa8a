using Headwater.Core.Packages;
using Headwater.Core.Versions;

namespace Headwater.Core.Sboms;

/// <summary>A component of one snapshot, as <see cref="SbomComparison"/> looks at it.</summary>
/// <param name="Key">What stays the same from version to version, for example <c>pkg:npm/left-pad</c>.</param>
/// <param name="Version">The version; null when none is stated.</param>
/// <param name="Scheme">The order of its versions; null when it is not known, so that a change has no direction.</param>
public readonly record struct ComponentIdentity(string Key, string? Version, VersionScheme? Scheme)
{
    /// <summary>The identity of a package version: type, namespace and name; qualifiers and subpath do not count.</summary>
    public static ComponentIdentity Of(PackageUrl purl) => new(purl.Coordinates, purl.Version, VersionSchemes.ForVers(purl.Type));
}

/// <summary>What happened to a component between two snapshots.</summary>
public enum ComponentChangeKind
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It is gone.</summary>
    Removed,

    /// <summary>Its version rose.</summary>
    Upgraded,

    /// <summary>Its version fell.</summary>
    Downgraded,

    /// <summary>Its version is written differently, and which is the higher cannot be told or neither is.</summary>
    Changed,
}

/// <summary>One difference between two snapshots.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Key">The component; see <see cref="ComponentIdentity.Key"/>.</param>
/// <param name="Before">Its version before; null when it was added, or stated none.</param>
/// <param name="After">Its version after; null when it was removed, or states none.</param>
public readonly record struct ComponentChange(ComponentChangeKind Kind, string Key, string? Before, string? After);

/// <summary>
/// The difference between two snapshots of a project. A component may be there in several versions at once: those that both
/// snapshots have are unchanged; of the others each new version is matched with the highest older one below it (upgraded), then
/// with one above it (downgraded), and what is left over was added or removed. Takes time in proportion to the number of components.
/// </summary>
public sealed class SbomComparison
{
    private SbomComparison(IReadOnlyList<ComponentChange> changes, int unchanged)
    {
        Changes = changes;
        Unchanged = unchanged;
    }

    /// <summary>The differences, ordered by component.</summary>
    public IReadOnlyList<ComponentChange> Changes { get; }

    /// <summary>How many component versions both snapshots have. Repeated ones count once.</summary>
    public int Unchanged { get; }

    /// <summary>How many differences are of one kind.</summary>
    public int Count(ComponentChangeKind kind) => Changes.Count(c => c.Kind == kind);

    /// <summary>Compares two snapshots.</summary>
    public static SbomComparison Compare(IEnumerable<ComponentIdentity> before, IEnumerable<ComponentIdentity> after)
    {
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        foreach (var component in before) Find(component).Before.Add(component.Version ?? string.Empty);
        foreach (var component in after) Find(component).After.Add(component.Version ?? string.Empty);

        var changes = new List<ComponentChange>();
        var unchanged = 0;
        foreach (var (key, group) in groups)
        {
            var kept = group.Before.Where(group.After.Contains).ToArray();
            unchanged += kept.Length;
            group.Before.ExceptWith(kept);
            group.After.ExceptWith(kept);
            if (group.Before.Count > 0 || group.After.Count > 0) group.Match(key, changes);
        }
        changes.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key) is not 0 and var byKey ? byKey
            : string.CompareOrdinal(a.Before, b.Before) is not 0 and var byBefore ? byBefore
            : string.CompareOrdinal(a.After, b.After));
        return new(changes, unchanged);

        Group Find(ComponentIdentity component)
        {
            if (!groups.TryGetValue(component.Key, out var group)) groups[component.Key] = group = new Group();
            group.Scheme ??= component.Scheme;
            return group;
        }
    }

    /// <summary>The versions of one component that are in one snapshot only, once the common ones are taken out.</summary>
    private sealed class Group
    {
        public HashSet<string> Before { get; } = new(StringComparer.Ordinal);

        public HashSet<string> After { get; } = new(StringComparer.Ordinal);

        public VersionScheme? Scheme { get; set; }

        public void Match(string key, List<ComponentChange> changes)
        {
            var (before, oddBefore) = Ordered(Before);
            var (after, oddAfter) = Ordered(After);
            (after, before) = Pair(after, before, upwards: true);
            (before, after) = Pair(before, after, upwards: false);

            // What has no place in the order can only be said to have changed.
            var gone = new Queue<string>(before.Select(v => v.Text).Concat(oddBefore));
            var come = new Queue<string>(after.Select(v => v.Text).Concat(oddAfter));
            while (gone.Count > 0 && come.Count > 0) Add(ComponentChangeKind.Changed, gone.Dequeue(), come.Dequeue());
            while (gone.Count > 0) Add(ComponentChangeKind.Removed, gone.Dequeue(), null);
            while (come.Count > 0) Add(ComponentChangeKind.Added, null, come.Dequeue());

            // Walks both lists upwards; each of "uppers" takes the nearest of "lowers" that is not above it and not yet taken.
            (List<PackageVersion> Uppers, List<PackageVersion> Lowers) Pair(List<PackageVersion> uppers, List<PackageVersion> lowers, bool upwards)
            {
                var free = new Stack<PackageVersion>();
                var left = new List<PackageVersion>();
                var next = 0;
                foreach (var upper in uppers)
                {
                    while (next < lowers.Count && lowers[next] <= upper) free.Push(lowers[next++]);
                    if (!free.TryPop(out var lower)) left.Add(upper);
                    else if (lower == upper) Add(ComponentChangeKind.Changed, upwards ? lower.Text : upper.Text, upwards ? upper.Text : lower.Text);
                    else if (upwards) Add(ComponentChangeKind.Upgraded, lower.Text, upper.Text);
                    else Add(ComponentChangeKind.Downgraded, upper.Text, lower.Text);
                }
                return (left, [.. free.Reverse(), .. lowers.Skip(next)]);
            }

            void Add(ComponentChangeKind kind, string? was, string? now) =>
                changes.Add(new(kind, key, string.IsNullOrEmpty(was) ? null : was, string.IsNullOrEmpty(now) ? null : now));
        }

        private (List<PackageVersion> Ordered, List<string> Odd) Ordered(HashSet<string> versions)
        {
            var ordered = new List<PackageVersion>();
            var odd = new List<string>();
            foreach (var text in versions)
            {
                if (text.Length > 0 && Scheme is not null && Scheme.TryParse(text, out var version)) ordered.Add(version);
                else odd.Add(text);
            }
            ordered.Sort(static (a, b) => a.CompareTo(b) is not 0 and var order ? order : string.CompareOrdinal(a.Text, b.Text));
            odd.Sort(StringComparer.Ordinal);
            return (ordered, odd);
        }
    }
}
