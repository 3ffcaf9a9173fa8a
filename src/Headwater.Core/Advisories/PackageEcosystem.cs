using Headwater.Core.Packages;

namespace Headwater.Core.Advisories;

/// <summary>
/// Which OSV ecosystems a purl belongs to. A language's package has one; a distribution's package has that of its release, which the
/// <c>distro</c> qualifier names (<c>debian-12</c>, <c>bookworm</c>, <c>ubuntu-22.04</c>, <c>almalinux-9.4</c>, <c>alpine-3.18.2</c>, or the release alone). Without a
/// release nothing can be said of such a package, except for the rebuilds of Red Hat Enterprise Linux, whose versions carry it (<c>.el9</c>).
/// </summary>
public static class PackageEcosystem
{
    /// <summary>The OSV ecosystem that a purl is looked up in first, for example <c>npm</c> or <c>Debian:12</c>; null when there is none for its type, or its release is not said.</summary>
    public static string? Of(PackageUrl purl)
    {
        ArgumentNullException.ThrowIfNull(purl);
        var first = Candidates(KeyOf(purl)).FirstOrDefault();
        return first?.TrimEnd('*').TrimEnd(':');
    }

    /// <summary>What of a purl decides its ecosystem; small enough to be the key of a cache.</summary>
    internal readonly record struct Key(string Type, string? Namespace, string? Release);

    internal static Key KeyOf(PackageUrl purl) => purl.Type switch
    {
        "deb" or "apk" => new Key(purl.Type, purl.Namespace, purl.Qualifier("distro")),
        "rpm" => new Key(purl.Type, purl.Namespace, purl.Qualifier("distro") ?? EnterpriseRelease(purl.Version)),
        "maven" or "composer" or "vscode-extension" => new Key(purl.Type, null, purl.Qualifier("repository_url")),
        _ => new Key(purl.Type, null, null),
    };

    /// <summary>True for types that name no single registry: there only the packages that the index knows count as covered.</summary>
    internal static bool IsOpenWorld(string type) => type is "generic" or "github";

    /// <summary>
    /// Ecosystem names, best first. One that ends in <c>*</c> stands for all that begin so; one that begins with <c>?</c> counts only
    /// when nothing before it was found.
    /// </summary>
    internal static IReadOnlyList<string> Candidates(Key key) => key.Type switch
    {
        "npm" => ["npm"],
        "pypi" => ["PyPI"],
        "golang" => ["Go"],
        "cargo" => ["crates.io"],
        "nuget" => ["NuGet"],
        "gem" => ["RubyGems"],
        "hackage" => ["Hackage"],
        "cran" => ["CRAN"],
        "bioconductor" => ["Bioconductor"],
        "hex" => ["Hex"],
        "pub" => ["Pub"],
        "swift" => ["SwiftURL"],
        "julia" => ["Julia"],
        "conan" => ["ConanCenter"],
        "bitnami" => ["Bitnami"],
        "opam" => ["opam"],
        "githubactions" or "github" => ["GitHub Actions"],
        "generic" => ["OSS-Fuzz", "GHC"],
        "maven" => Repositories("Maven", key.Release),
        "composer" => Repositories("Packagist", key.Release),
        "vscode-extension" => Repositories("VSCode", key.Release),
        "deb" or "rpm" or "apk" => Distribution(key),
        _ => [],
    };

    /// <summary>
    /// The ecosystem and, since a repository's address there only says where a package comes from, all its repositories; the one that the
    /// purl names, when it names one.
    /// </summary>
    private static string[] Repositories(string ecosystem, string? repository)
        => string.IsNullOrEmpty(repository) ? [ecosystem, ecosystem + ":http*"]
            : [ecosystem, $"{ecosystem}:{(repository.Contains("://", StringComparison.Ordinal) ? "" : "https://")}{repository.TrimEnd('/')}"];

    private static string[] Distribution(Key key)
    {
        var name = key.Namespace?.ToLowerInvariant() ?? "";
        var release = Release(key.Release, name);
        var major = release.Split('.')[0];
        switch (name)
        {
            case "wolfi": return ["Wolfi"];
            case "chainguard": return ["Chainguard"];
            case "minimos": return ["MinimOS"];
            case "echo": return ["Echo"];
        }

        if (release.Length == 0) return [];
        return name switch
        {
            "debian" => ["Debian:" + (DebianCodeNames.GetValueOrDefault(release) ?? major)],
            "ubuntu" => Ubuntu(UbuntuCodeNames.GetValueOrDefault(release) ?? release),
            "alpine" => ["Alpine:v" + MajorMinor(release.TrimStart('v'))],
            "alpaquita" => ["Alpaquita:" + release],
            "bellsoft-hardened-containers" => ["BellSoft Hardened Containers:" + release],
            "almalinux" or "alma" => ["AlmaLinux:" + major],
            "rocky" or "rockylinux" => ["Rocky Linux:" + major],
            "redhat" or "rhel" => [$"Red Hat:enterprise_linux:{major}:*"],
            "azurelinux" or "azure" or "mariner" => ["Azure Linux:" + major],
            "mageia" => ["Mageia:" + major],
            "photon" => ["Photon OS:" + release],
            "openeuler" => ["openEuler:" + release],
            "opensuse" => release.StartsWith("tumbleweed", StringComparison.Ordinal) ? ["openSUSE:Tumbleweed"] : ["openSUSE:Leap " + release],
            "suse" or "sles" => ["SUSE:Linux Enterprise Server " + (release.IndexOf('.') is var dot and > 0 && release[(dot + 1)..] is not "0" ? $"{major} SP{release[(dot + 1)..]}" : major) + "*"],
            _ => [],
        };
    }

    private static string[] Ubuntu(string release)
    {
        var short_ = MajorMinor(release);
        return [$"Ubuntu:{short_}:LTS", $"Ubuntu:{short_}", $"?Ubuntu:Pro:{short_}:LTS"];
    }

    private static string MajorMinor(string release)
    {
        var parts = release.Split('.');
        return parts.Length < 2 ? release : $"{parts[0]}.{parts[1]}";
    }

    /// <summary>The release of <c>debian-12.5</c>, <c>opensuse-leap-15.5</c>, <c>bookworm</c> or <c>3.18.2</c>.</summary>
    private static string Release(string? distro, string name)
    {
        if (distro is null || distro.Length > 64) return "";
        var text = distro.ToLowerInvariant();
        if (name == "openeuler") return distro.StartsWith("openeuler-", StringComparison.OrdinalIgnoreCase) ? distro[10..] : distro;
        if (name == "opensuse" && text.Contains("tumbleweed", StringComparison.Ordinal)) return "tumbleweed";
        var dash = text.LastIndexOf('-');
        return dash < 0 ? text : text[(dash + 1)..];
    }

    private static string? EnterpriseRelease(string? version)
    {
        var at = version?.LastIndexOf(".el", StringComparison.Ordinal) ?? -1;
        if (at < 0) return null;
        var digits = version.AsSpan(at + 3);
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return (end < 0 ? digits : digits[..end]) switch { "6" => "6", "7" => "7", "8" => "8", "9" => "9", "10" => "10", "11" => "11", _ => null };
    }

    /// <summary>Release names by the distributions' own lists (distro-info-data).</summary>
    private static readonly Dictionary<string, string> DebianCodeNames = new(StringComparer.Ordinal)
    {
        ["wheezy"] = "7", ["jessie"] = "8", ["stretch"] = "9", ["buster"] = "10", ["bullseye"] = "11", ["bookworm"] = "12", ["trixie"] = "13", ["forky"] = "14",
        ["sid"] = "sid", ["unstable"] = "sid",
    };

    private static readonly Dictionary<string, string> UbuntuCodeNames = new(StringComparer.Ordinal)
    {
        ["trusty"] = "14.04", ["xenial"] = "16.04", ["bionic"] = "18.04", ["focal"] = "20.04", ["jammy"] = "22.04", ["mantic"] = "23.10", ["noble"] = "24.04",
        ["oracular"] = "24.10", ["plucky"] = "25.04", ["questing"] = "25.10",
    };
}
