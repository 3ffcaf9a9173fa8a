using Headwater.Core.Packages;

namespace Headwater.Core.Policies.Signals;

/// <summary>
/// Tells whether a package with one of the organisation's own names comes from somewhere else, as it does when a stranger publishes that name in a public registry.
/// Immutable; can be used from several threads.
/// </summary>
public sealed class DependencyConfusion
{
    private readonly List<(string Pattern, bool IsBeginning)> _names = [];
    private readonly HashSet<string> _hosts;

    /// <summary>Takes what is the organisation's own.</summary>
    /// <param name="ownNames">Package URLs without version, one asterisk allowed at the end: <c>pkg:npm/@acme/*</c>, <c>pkg:maven/com.acme/*</c>, <c>pkg:pypi/acme-*</c>, <c>pkg:nuget/Acme.Core</c>. An encoded scope (<c>%40acme</c>) is as good.</param>
    /// <param name="internalHosts">Hosts of the organisation's own registries, without scheme and port; <c>*.acme.example</c> is every host below.</param>
    /// <exception cref="FormatException">A pattern is none; the message says which and why.</exception>
    public DependencyConfusion(IEnumerable<string> ownNames, IEnumerable<string> internalHosts)
    {
        ArgumentNullException.ThrowIfNull(ownNames);
        ArgumentNullException.ThrowIfNull(internalHosts);
        foreach (var text in ownNames)
        {
            var isBeginning = text.EndsWith('*');
            // An asterisk is no name; a letter in its place is, and the rules of the type fold the rest. Where the group ends in it, the name is still to come.
            var probe = isBeginning ? text[..^1] + "x" : text;
            if (probe.Contains('*', StringComparison.Ordinal)) throw new FormatException($"'{text}' has an asterisk elsewhere than at its end.");
            var added = isBeginning ? 1 : 0;
            if (!PackageUrl.TryParse(probe, out var purl, out var error))
            {
                if (!isBeginning || !PackageUrl.TryParse(probe + "/x", out purl, out _)) throw new FormatException($"'{text}' is no pattern of package URLs: {error}");
                added = 3;
            }

            if (purl.Version is not null) throw new FormatException($"'{text}' names a version; leave it out.");
            _names.Add((Folded(purl)[..^added], isBeginning));
        }

        _hosts = new HashSet<string>(internalHosts.Select(h => h.Trim().TrimEnd('.')), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether a package has one of the organisation's own names.</summary>
    /// <param name="package">The package; its version is not looked at.</param>
    public bool IsOwn(PackageUrl package)
    {
        ArgumentNullException.ThrowIfNull(package);
        if (_names.Count == 0) return false;
        var name = Folded(package);
        return _names.Exists(n => n.IsBeginning ? name.StartsWith(n.Pattern, StringComparison.Ordinal) : name == n.Pattern);
    }

    /// <summary>Judges where a package comes from.</summary>
    /// <param name="package">The package.</param>
    /// <param name="host">The host that it comes from (<see cref="Packages.Lockfiles.LockedPackage.Host"/>); null for unknown.</param>
    /// <returns>True when the name is the organisation's own and the host is not; false when both are, or the name is not; null when the name is its own and nobody says where it comes from.</returns>
    public bool? Judge(PackageUrl package, string? host)
    {
        if (!IsOwn(package)) return false;
        return string.IsNullOrWhiteSpace(host) || _hosts.Count == 0 ? null : !IsInternal(host.Trim().TrimEnd('.'));
    }

    private bool IsInternal(string host)
    {
        if (_hosts.Contains(host)) return true;
        for (var dot = host.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = host.IndexOf('.', dot + 1))
            if (_hosts.Contains(string.Concat("*", host.AsSpan(dot)))) return true;
        return false;
    }

    /// <summary>As registries compare names: NuGet and npm by any case, PyPI by PEP 503.</summary>
    private static string Folded(PackageUrl purl) => purl.Type switch
    {
        "pypi" => "pypi/" + Packages.Lockfiles.LockfileText.Python(purl.Name),
        "nuget" or "npm" => $"{purl.Type}/{purl.Namespace}/{purl.Name}".ToLowerInvariant(),
        _ => $"{purl.Type}/{purl.Namespace}/{purl.Name}",
    };
}
