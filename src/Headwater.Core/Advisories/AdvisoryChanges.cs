using Headwater.Core.Packages;

namespace Headwater.Core.Advisories;

/// <summary>What became of a record.</summary>
public enum AdvisoryChangeKind
{
    /// <summary>It was not there before.</summary>
    Added,

    /// <summary>It says something else.</summary>
    Changed,

    /// <summary>It is withdrawn now, and was not.</summary>
    Withdrawn,

    /// <summary>It was withdrawn, and is not now.</summary>
    Restored,

    /// <summary>It is no longer there.</summary>
    Removed,
}

/// <summary>A record that is not as it was.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What became of it.</param>
/// <param name="Modified">When it was modified, as it now says; of one that is gone, as it last said.</param>
/// <param name="Aliases">Its other identifiers, old and new.</param>
/// <param name="Packages">Ecosystem and published name of the packages that it is or was about.</param>
public sealed record AdvisoryChange(string Id, AdvisoryChangeKind Kind, DateTimeOffset? Modified, IReadOnlyList<string> Aliases, IReadOnlyList<(string Ecosystem, string Name)> Packages);

/// <summary>What differs between two states of the advisories, and which package versions that can touch.</summary>
public static class AdvisoryChanges
{
    /// <summary>The records that differ, by id.</summary>
    /// <param name="before">The state before; null when there was none.</param>
    /// <param name="after">The state after; null when there is none any more.</param>
    /// <param name="ids">The only records that can differ, when that is known: then the others are not looked at.</param>
    /// <param name="cancellationToken">Asked between records.</param>
    public static IReadOnlyList<AdvisoryChange> Between(AdvisoryIndex? before, AdvisoryIndex? after, IReadOnlyCollection<string>? ids = null, CancellationToken cancellationToken = default)
    {
        var changes = new List<AdvisoryChange>();
        if (ids is not null)
        {
            foreach (var id in ids.Distinct(StringComparer.Ordinal)) Compare(before?.NumberOf(id) ?? -1, after?.NumberOf(id) ?? -1);
        }
        else
        {
            var old = before?.Records().ToDictionary(r => before.Summary(r).Id, r => r, StringComparer.Ordinal) ?? [];
            foreach (var record in after?.Records() ?? []) Compare(old.Remove(after!.Summary(record).Id, out var known) ? known : -1, record);
            foreach (var gone in old.Values) Compare(gone, -1);
        }

        changes.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        return changes;

        void Compare(int was, int now)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (was < 0 && now < 0) return;
            var (first, second) = (was < 0 ? null : before!.Summary(was), now < 0 ? null : after!.Summary(now));
            if (first is not null && second is not null && first.Modified == second.Modified && first.Withdrawn == second.Withdrawn && before!.Json(was).AsSpan().SequenceEqual(after!.Json(now))) return;
            var kind = first is null ? AdvisoryChangeKind.Added : second is null ? AdvisoryChangeKind.Removed
                : (first.Withdrawn, second.Withdrawn) switch { (null, not null) => AdvisoryChangeKind.Withdrawn, (not null, null) => AdvisoryChangeKind.Restored, _ => AdvisoryChangeKind.Changed };
            var packages = (was < 0 ? [] : before!.PackagesOf(was)).Concat(now < 0 ? [] : after!.PackagesOf(now)).Select(p => (p.Ecosystem, p.Name)).Distinct();
            changes.Add(new AdvisoryChange((second ?? first)!.Id, kind, (second ?? first)!.Modified, [.. (first?.Aliases ?? []).Concat(second?.Aliases ?? []).Distinct(StringComparer.Ordinal)], [.. packages]));
        }
    }

    /// <summary>
    /// The names under which a package version is looked up, coarsely: whatever an index would find it by has the same name by <see cref="LookupName"/>. So a
    /// list of changed packages leads to the versions that may be touched; some that are not come along.
    /// </summary>
    public static IReadOnlyList<string> LookupNames(PackageUrl purl)
    {
        ArgumentNullException.ThrowIfNull(purl);
        Span<char> composed = stackalloc char[PackageNames.MaxLength];
        var length = PackageNames.Compose(purl, composed);
        var own = length < 0 ? null : LookupName(composed[..length]);
        if (!PackageNames.TrySource(purl, out var source, out _)) return own is null ? [] : [own];
        var origin = LookupName(source);
        return own is null || own == origin ? [origin] : [own, origin];
    }

    /// <summary>The coarse name of a package as an advisory names it; see <see cref="LookupNames"/>.</summary>
    public static string LookupName(ReadOnlySpan<char> name)
    {
        var scheme = name.IndexOf("://");
        if (scheme >= 0) name = name[(scheme + 3)..];
        var target = name.Length <= PackageNames.MaxLength ? stackalloc char[name.Length] : new char[name.Length];
        var length = 0;
        foreach (var c in name)
        {
            var separator = c is '-' or '_' or '.';
            if (separator && length > 0 && target[length - 1] == '-') continue;
            target[length++] = separator ? '-' : char.ToLowerInvariant(c);
        }

        ReadOnlySpan<char> folded = target[..length].TrimEnd('/');
        if (folded.EndsWith("-git")) folded = folded[..^4];
        return folded.TrimEnd("-/").ToString();
    }
}
