using System.Collections.Frozen;

namespace Headwater.Core.Versions;

/// <summary>Finds the <see cref="VersionScheme"/> for the names that standards use.</summary>
public static class VersionSchemes
{
    private static readonly VersionScheme s_npm = new SemVerScheme("npm");
    private static readonly VersionScheme s_go = new GoScheme();
    private static readonly VersionScheme s_pub = new PubScheme();
    private static readonly VersionScheme s_deb = new DebianScheme();
    private static readonly VersionScheme s_rpm = new RpmScheme();
    private static readonly VersionScheme s_apk = new AlpineScheme();
    private static readonly VersionScheme s_hackage = new IntegersScheme("hackage", ".");
    private static readonly VersionScheme s_cran = new IntegersScheme("cran", ".-");
    private static readonly VersionScheme s_gentoo = new GentooScheme();

    // vers: type → scheme.
    private static readonly FrozenDictionary<string, VersionScheme>.AlternateLookup<ReadOnlySpan<char>> s_vers = Table(
    [
        ("npm", s_npm), ("semver", new SemVerScheme("semver")), ("cargo", new SemVerScheme("cargo")), ("hex", new SemVerScheme("hex")),
        ("swift", new SemVerScheme("swift")), ("bitnami", new SemVerScheme("bitnami")), ("github", new SemVerScheme("github")),
        ("golang", s_go), ("go", s_go), ("pub", s_pub), ("julia", new JuliaScheme()),
        ("conan", new ConanScheme()), ("pypi", new Pep440Scheme()), ("maven", new MavenScheme()), ("nuget", new NuGetScheme()),
        ("gem", new RubyGemsScheme()), ("composer", new PackagistScheme()), ("hackage", s_hackage), ("cran", s_cran),
        ("deb", s_deb), ("rpm", s_rpm), ("apk", s_apk), ("alpine", s_apk), ("opam", new OpamScheme()),
        ("alpm", new AlpmScheme()), ("gentoo", s_gentoo), ("ebuild", s_gentoo), ("openssl", new OpenSslScheme()),
        ("nginx", new SemVerScheme("nginx")), ("intdot", new IntDotScheme()), ("datetime", new DateTimeScheme()),
        ("lexicographic", new LexicographicScheme()), ("generic", new GenericScheme()), ("cpan", new CpanScheme()), ("dart", s_pub),
    ]);

    // OSV ecosystem → vers: type.
    private static readonly FrozenDictionary<string, VersionScheme>.AlternateLookup<ReadOnlySpan<char>> s_ecosystems = Table(
    [
        ("npm", s_npm), Of("crates.io", "cargo"), Of("Hex", "hex"), Of("SwiftURL", "swift"), Of("Bitnami", "bitnami"),
        Of("GitHub Actions", "github"), Of("VSCode", "semver"), Of("Go", "golang"), Of("Kubernetes", "golang"), Of("Pub", "pub"),
        Of("Julia", "julia"), Of("ConanCenter", "conan"), Of("PyPI", "pypi"), Of("Maven", "maven"), Of("NuGet", "nuget"),
        Of("RubyGems", "gem"), Of("Packagist", "composer"), ("Hackage", s_hackage), ("GHC", s_hackage), ("CRAN", s_cran),
        ("Bioconductor", s_cran), ("Debian", s_deb), ("Ubuntu", s_deb), ("Echo", s_deb), Of("opam", "opam"),
        ("AlmaLinux", s_rpm), ("Rocky Linux", s_rpm), ("Red Hat", s_rpm), ("SUSE", s_rpm), ("openSUSE", s_rpm), ("openEuler", s_rpm),
        ("Mageia", s_rpm), ("Azure Linux", s_rpm), ("Photon OS", s_rpm),
        ("Alpine", s_apk), ("Wolfi", s_apk), ("Chainguard", s_apk), ("MinimOS", s_apk), ("Alpaquita", s_apk),
        ("BellSoft Hardened Containers", s_apk),
    ]);

    /// <summary>
    /// By an OSV ecosystem name, with or without a suffix (<c>Debian:12</c>). Null when its order is not known (Android, Linux, OSS-Fuzz,
    /// FreeBSD and the vendors that mix several orders).
    /// </summary>
    public static VersionScheme? ForEcosystem(ReadOnlySpan<char> ecosystem)
    {
        // Root republishes other ecosystems' packages and names the origin second: Root:Alpine:3.18.
        if (ecosystem.StartsWith("Root:", StringComparison.OrdinalIgnoreCase)) ecosystem = ecosystem[5..];
        var colon = ecosystem.IndexOf(':');
        return s_ecosystems.TryGetValue(colon < 0 ? ecosystem : ecosystem[..colon], out var scheme) ? scheme : null;
    }

    /// <summary>By a <c>vers:</c> scheme name. Null when unknown.</summary>
    public static VersionScheme? ForVers(ReadOnlySpan<char> scheme) => s_vers.TryGetValue(scheme, out var found) ? found : null;

    /// <summary>By an OSV ecosystem name or else a <c>vers:</c> scheme name, as the command line takes either.</summary>
    public static VersionScheme? ForName(ReadOnlySpan<char> name) => ForEcosystem(name) ?? ForVers(name);

    private static (string, VersionScheme) Of(string ecosystem, string vers) => (ecosystem, s_vers[vers]);

    private static FrozenDictionary<string, VersionScheme>.AlternateLookup<ReadOnlySpan<char>> Table((string Name, VersionScheme Scheme)[] rows) =>
        rows.ToFrozenDictionary(r => r.Name, r => r.Scheme, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
}
