using Headwater.Core.Packages;

namespace Headwater.Core.Advisories;

/// <summary>
/// Brings the name of a package into the one form in which an index compares it: from the <c>name</c> of an OSV record, and from a purl.
/// PyPI by PEP 503; NuGet, Packagist, Hex, Pub, Bitnami, GitHub Actions and VS Code without regard to case; SwiftURL without scheme, <c>.git</c> and
/// case; every other name as it is.
/// </summary>
internal static class PackageNames
{
    public const int MaxLength = 512;

    private enum Rule
    {
        Exact,
        Lower,
        Pep503,
        Url,
    }

    /// <summary>The ecosystem's name up to the first colon: <c>Debian</c> of <c>Debian:12</c>.</summary>
    public static ReadOnlySpan<char> Base(ReadOnlySpan<char> ecosystem)
    {
        var colon = ecosystem.IndexOf(':');
        return colon < 0 ? ecosystem : ecosystem[..colon];
    }

    /// <summary>Writes the form that is compared. <paramref name="target"/> must be as long as the name.</summary>
    /// <returns>Characters written.</returns>
    public static int Normalise(ReadOnlySpan<char> ecosystem, ReadOnlySpan<char> name, Span<char> target)
    {
        switch (RuleOf(Base(ecosystem)))
        {
            case Rule.Lower:
                return name.ToLowerInvariant(target);
            case Rule.Pep503:
                var length = 0;
                foreach (var c in name)
                {
                    var separator = c is '-' or '_' or '.';
                    if (separator && length > 0 && target[length - 1] == '-') continue;
                    target[length++] = separator ? '-' : char.ToLowerInvariant(c);
                }

                return length;
            case Rule.Url:
                var scheme = name.IndexOf("://");
                if (scheme >= 0) name = name[(scheme + 3)..];
                name = name.TrimEnd('/');
                if (name.EndsWith(".git", StringComparison.OrdinalIgnoreCase)) name = name[..^4];
                return name.ToLowerInvariant(target);
            default:
                name.CopyTo(target);
                return name.Length;
        }
    }

    /// <summary>
    /// True where widely used writers of purls put names in lower case though the ecosystem tells case apart. There a name is also
    /// found by its lower case, as long as that names one package only.
    /// </summary>
    public static bool IsOftenLowered(ReadOnlySpan<char> ecosystem) => Base(ecosystem) is "Go" or "npm";

    /// <summary>Writes a purl's name as OSV would: with its namespace where the ecosystem's names have one.</summary>
    /// <returns>Characters written, or -1 when it is too long to be the name of any package.</returns>
    public static int Compose(PackageUrl purl, Span<char> target)
    {
        var name = purl.Name;
        var joint = purl.Type switch
        {
            "npm" or "golang" or "composer" or "swift" or "githubactions" or "github" => '/',
            "maven" => ':',
            "vscode-extension" => '.',
            _ => '\0',
        };
        if (purl.Type == "golang" && purl.Namespace is null && name == "std") name = "stdlib";
        if (joint == '\0' || string.IsNullOrEmpty(purl.Namespace))
        {
            return name.AsSpan().TryCopyTo(target) ? name.Length : -1;
        }

        var length = purl.Namespace.Length + 1 + name.Length;
        if (length > target.Length) return -1;
        purl.Namespace.CopyTo(target);
        target[purl.Namespace.Length] = joint;
        name.CopyTo(target[(purl.Namespace.Length + 1)..]);
        return length;
    }

    /// <summary>
    /// The source package that the <c>upstream</c> qualifier of a distribution's package names: <c>name</c> or <c>name@version</c> (deb, apk),
    /// or the file name of a source package, <c>name-version-release.src.rpm</c> (rpm).
    /// </summary>
    public static bool TrySource(PackageUrl purl, out ReadOnlySpan<char> name, out ReadOnlySpan<char> version)
    {
        name = purl.Type is "deb" or "apk" or "rpm" ? purl.Qualifier("upstream") : default;
        version = default;
        if (name.IsEmpty) return false;
        if (name.EndsWith(".src.rpm", StringComparison.Ordinal))
        {
            name = name[..^8];
            var release = name.LastIndexOf('-');
            var start = release < 0 ? -1 : name[..release].LastIndexOf('-');
            if (start <= 0) return false;
            version = name[(start + 1)..];
            name = name[..start];
            return true;
        }

        var at = name.IndexOf('@');
        if (at <= 0) return true;
        version = name[(at + 1)..];
        name = name[..at];
        return true;
    }

    /// <summary>RPM writes the epoch beside the version in a purl, and into it everywhere else.</summary>
    public static ReadOnlySpan<char> Epoch(PackageUrl purl)
        => purl.Type == "rpm" && purl.Qualifier("epoch") is { Length: > 0 and < 20 } epoch ? epoch : default;

    /// <summary>The version as advisories write it: of the source package where the purl names one, with its epoch; null when none is said.</summary>
    public static string? VersionText(PackageUrl purl)
    {
        var version = TrySource(purl, out _, out var source) && !source.IsEmpty ? source : purl.Version;
        var epoch = Epoch(purl);
        return version.IsEmpty ? null : epoch.IsEmpty || version.Contains(':') ? version.ToString() : $"{epoch}:{version}";
    }

    private static Rule RuleOf(ReadOnlySpan<char> ecosystem) => ecosystem switch
    {
        "PyPI" => Rule.Pep503,
        "NuGet" or "Packagist" or "Hex" or "Pub" or "Bitnami" or "GitHub Actions" or "VSCode" => Rule.Lower,
        "SwiftURL" => Rule.Url,
        _ => Rule.Exact,
    };
}
