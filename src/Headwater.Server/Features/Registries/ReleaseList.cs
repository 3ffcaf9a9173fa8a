using System.Globalization;
using Headwater.Core.Versions;

namespace Headwater.Server.Features.Registries;

/// <summary>A version that somebody uses.</summary>
/// <param name="PublishedAt">What is known already; it does not change any more.</param>
/// <param name="IsNew">Nothing is known of it yet.</param>
internal sealed record UsedVersion(long Id, string Version, DateTimeOffset? PublishedAt, bool IsNew)
{
    /// <summary>No registry has said anything of its licence yet: where that takes looking at the version by itself, it is worth it.</summary>
    public bool WantsLicence { get; init; }
}

/// <summary>What a registry says of one used version.</summary>
internal sealed record VersionFact(bool Listed, DateTimeOffset? PublishedAt, Withdrawal Withdrawn, string? Reason)
{
    /// <summary>What it is declared to be under, as <see cref="LicenceWords"/> keep it; null where the registry says nothing of it.</summary>
    public string? Licences { get; init; }
}

/// <summary>What a registry says of a package: the latest version, and of the versions in use.</summary>
internal sealed record PackageFacts(string? Latest, DateTimeOffset? LatestAt, bool LatestIsPreRelease, string? Deprecated, IReadOnlyDictionary<long, VersionFact> Versions);

/// <summary>
/// Takes the versions of a package one after another, in whatever order they come, and keeps what matters of them: which is the latest, and what is said of those in
/// use. The latest is the highest stable version that was not taken back; a pre-release only where nothing else exists.
/// </summary>
internal sealed class ReleaseList(string type, IReadOnlyList<UsedVersion> used)
{
    private const int LongestReason = 500;

    // What is better comes first: current, deprecated, counted in another way, not finished. What was withdrawn is never the latest.
    private const int Current = 0, Advised = 1, ByDays = 2, Unfinished = 3, Kinds = 4;

    private readonly VersionScheme? _scheme = VersionSchemes.ForVers(type);
    private readonly (PackageVersion Version, DateTimeOffset? At)?[] _best = new (PackageVersion, DateTimeOffset?)?[Kinds];
    private readonly Dictionary<long, VersionFact> _facts = [];
    private readonly List<(UsedVersion Version, PackageVersion? Parsed)> _used = [.. used.Select(u => (u, Parse(VersionSchemes.ForVers(type), u.Version)))];
    private (PackageVersion Version, DateTimeOffset? At)? _preferred;
    private string? _preference;

    /// <summary>Why the package as a whole should not be used.</summary>
    public string? Deprecated { get; set; }

    /// <summary>How many versions came.</summary>
    public int Count { get; private set; }

    /// <summary>The registry itself calls this one the latest; to be said before it comes.</summary>
    public void Prefer(string? version) => _preference = version;

    /// <param name="licences">As <see cref="LicenceWords"/> keep it.</param>
    public void Add(string? version, DateTimeOffset? at, Withdrawal withdrawn = Withdrawal.None, string? reason = null, string? licences = null)
    {
        if (version is not { Length: > 0 and <= VersionScheme.MaxTextLength }) return;
        Count++;
        var parsed = Parse(_scheme, version);
        foreach (var (use, key) in _used)
        {
            if (use.Version == version || (key is { } known && parsed is { } one && known.CompareTo(one) == 0 && !_facts.ContainsKey(use.Id)))
                _facts[use.Id] = new VersionFact(true, Plausible(at) ?? use.PublishedAt, withdrawn, withdrawn == Withdrawal.None ? null : Clean(reason)) { Licences = licences };
        }

        if (parsed is not { } it || withdrawn is Withdrawal.Withdrawn or Withdrawal.Unlisted) return;
        var kind = Stability.IsPreRelease(type, version) ? Unfinished : type == "maven" && Stability.CountsByDays(version) ? ByDays : withdrawn == Withdrawal.Deprecated ? Advised : Current;
        if (_best[kind] is not { } best || it.CompareTo(best.Version) > 0) _best[kind] = (it, Plausible(at));
        if (kind == Current && version == _preference) _preferred = (it, Plausible(at));
    }

    /// <summary>The latest of what has come so far.</summary>
    public string? Latest => (_preferred ?? _best.FirstOrDefault(b => b is not null))?.Version.Text;

    /// <summary>True once a version came that nothing speaks against.</summary>
    public bool HasCurrent => _best[Current] is not null;

    /// <summary>What is known of a used version only because it was asked for by itself.</summary>
    public void Set(UsedVersion version, VersionFact fact) => _facts[version.Id] = fact with { PublishedAt = Plausible(fact.PublishedAt) };

    /// <summary>What is said of the licence of one version only.</summary>
    public void SetLicences(string? version, string licences)
    {
        var parsed = version is { Length: > 0 and <= VersionScheme.MaxTextLength } ? Parse(_scheme, version) : null;
        foreach (var (use, key) in _used)
            if (_facts.TryGetValue(use.Id, out var fact) && (use.Version == version || (key is { } known && parsed is { } one && known.CompareTo(one) == 0))) _facts[use.Id] = fact with { Licences = licences };
    }

    public VersionFact? Of(UsedVersion version) => _facts.GetValueOrDefault(version.Id);

    /// <param name="latestAt">When the latest was published, where that was asked for by itself.</param>
    public PackageFacts ToFacts(DateTimeOffset? latestAt = null)
    {
        var latest = _preferred ?? _best.FirstOrDefault(b => b is not null);
        foreach (var (use, _) in _used) _facts.TryAdd(use.Id, new VersionFact(false, use.PublishedAt, Withdrawal.None, null));
        return new PackageFacts(latest?.Version.Text, Plausible(latestAt) ?? latest?.At, latest is { } it && Stability.IsPreRelease(type, it.Version.Text), Clean(Deprecated), _facts);
    }

    /// <summary>A moment as registries write it; null for what is none.</summary>
    public static DateTimeOffset? Time(string? text) =>
        text is { Length: < 64 } && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;

    // 1970 and 1900 stand for "not known", 1980 for archives that are built to be equal.
    private static DateTimeOffset? Plausible(DateTimeOffset? at) => at is { Year: > 1985 and < 2200 } ? at : null;

    private static PackageVersion? Parse(VersionScheme? scheme, string version) => scheme is not null && scheme.TryParse(version, out var parsed) ? parsed : null;

    private static string? Clean(string? text)
    {
        if (text is null) return null;
        var plain = new string([.. text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(LongestReason)]).Trim();
        return plain.Length == text.Trim().Length || plain.Length < LongestReason ? plain : plain + "…";
    }
}
