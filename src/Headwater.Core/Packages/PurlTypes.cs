namespace Headwater.Core.Packages;

/// <summary>What a type's definition says beyond the general rules.</summary>
[Flags]
internal enum PurlRules
{
    None = 0,
    NamespaceRequired = 1 << 0,
    NamespaceProhibited = 1 << 1,
    NamespaceLower = 1 << 2,
    NamespaceUpper = 1 << 3,
    NameLower = 1 << 4,
    VersionLower = 1 << 5,
    SubpathLower = 1 << 6,

    /// <summary>The type has a rule that flags cannot say; see <see cref="PurlTypes.ApplySpecial"/>.</summary>
    Special = 1 << 7,

    BothLower = NamespaceLower | NameLower,
}

/// <summary>The registered types (purl-spec <c>types/*.json</c>) as a table in code, so that the first parse costs no start-up time.</summary>
internal static class PurlTypes
{
    /// <summary>The rules of a type given in lower case; <c>Name</c> is the shared string, or null when the type is not registered.</summary>
    public static (string? Name, PurlRules Rules) Find(ReadOnlySpan<char> type) => type switch
    {
        "alpm" => ("alpm", PurlRules.NamespaceRequired | PurlRules.BothLower),
        "apk" => ("apk", PurlRules.NamespaceRequired | PurlRules.BothLower),
        "bazel" => ("bazel", PurlRules.NamespaceProhibited),
        "bitbucket" => ("bitbucket", PurlRules.NamespaceRequired | PurlRules.BothLower),
        "bitnami" => ("bitnami", PurlRules.NamespaceProhibited | PurlRules.NameLower),
        "brew" => ("brew", PurlRules.BothLower),
        "cargo" => ("cargo", PurlRules.NamespaceProhibited),
        "chrome-extension" => ("chrome-extension", PurlRules.NamespaceProhibited | PurlRules.NameLower | PurlRules.Special),
        "cocoapods" => ("cocoapods", PurlRules.NamespaceProhibited | PurlRules.Special),
        "composer" => ("composer", PurlRules.NamespaceRequired | PurlRules.BothLower),
        "conan" => ("conan", PurlRules.None),
        "conda" => ("conda", PurlRules.NamespaceProhibited),
        "cpan" => ("cpan", PurlRules.NamespaceUpper | PurlRules.Special),
        "cran" => ("cran", PurlRules.NamespaceProhibited),
        "deb" => ("deb", PurlRules.NamespaceRequired | PurlRules.BothLower),
        "docker" => ("docker", PurlRules.None),
        "gem" => ("gem", PurlRules.NamespaceProhibited),
        "generic" => ("generic", PurlRules.None),
        "git" => ("git", PurlRules.NamespaceRequired | PurlRules.Special),
        "github" => ("github", PurlRules.NamespaceRequired | PurlRules.BothLower),
        // The definition calls the namespace required, but a Go module path may have one element only (std, stdlib, toolchain,
        // a main module named "app"); its prose asks for lower case, but its machine-readable rule and Go itself are case-sensitive.
        "golang" => ("golang", PurlRules.None),
        "hackage" => ("hackage", PurlRules.NamespaceProhibited | PurlRules.Special),
        "hex" => ("hex", PurlRules.BothLower),
        "huggingface" => ("huggingface", PurlRules.NamespaceRequired | PurlRules.VersionLower),
        "julia" => ("julia", PurlRules.NamespaceProhibited | PurlRules.Special),
        "luarocks" => ("luarocks", PurlRules.BothLower),
        "maven" => ("maven", PurlRules.NamespaceRequired),
        "mlflow" => ("mlflow", PurlRules.NamespaceProhibited | PurlRules.Special),
        "npm" => ("npm", PurlRules.None),
        "nuget" => ("nuget", PurlRules.NamespaceProhibited),
        "oci" => ("oci", PurlRules.NamespaceProhibited | PurlRules.NameLower | PurlRules.VersionLower),
        "opam" => ("opam", PurlRules.NamespaceProhibited),
        "otp" => ("otp", PurlRules.NamespaceProhibited | PurlRules.NameLower | PurlRules.SubpathLower),
        "pub" => ("pub", PurlRules.NamespaceProhibited | PurlRules.NameLower | PurlRules.Special),
        "pypi" => ("pypi", PurlRules.NamespaceProhibited | PurlRules.NameLower | PurlRules.VersionLower | PurlRules.Special),
        "qpkg" => ("qpkg", PurlRules.NamespaceRequired | PurlRules.NamespaceLower),
        "rpm" => ("rpm", PurlRules.NamespaceRequired | PurlRules.NamespaceLower),
        "swid" => ("swid", PurlRules.Special),
        "swift" => ("swift", PurlRules.NamespaceRequired),
        "vcpkg" => ("vcpkg", PurlRules.NamespaceProhibited),
        "vscode-extension" => ("vscode-extension", PurlRules.NamespaceRequired | PurlRules.BothLower | PurlRules.VersionLower),
        "yocto" => ("yocto", PurlRules.NamespaceLower),
        _ => (null, PurlRules.None),
    };

    /// <summary>True for the one type whose name is a path; its slashes are not percent-encoded.</summary>
    public static bool NameIsPath(string type) => type == "git";

    /// <summary>Applies what a type asks for beyond case and presence.</summary>
    /// <returns>Null, or a sentence that says which rule is broken.</returns>
    public static string? ApplySpecial(string type, ref string? @namespace, ref string name, string? version, KeyValuePair<string, string>[] qualifiers)
    {
        switch (type)
        {
            case "chrome-extension":
                if (name.Length != 32 || name.AsSpan().ContainsAnyExceptInRange('a', 'p'))
                    return "The name of a chrome-extension package URL must be the extension's id: 32 letters from a to p (permitted_characters).";
                if (version is not null && !IsDottedNumber(version))
                    return "The version of a chrome-extension package URL must be one to four numbers with dots between (permitted_characters).";
                return null;
            case "cocoapods":
                if (name[0] == '.' || name.Contains('+') || name.AsSpan().ContainsAny(" \t\u00a0\u2003"))
                    return "The name of a cocoapods package URL must not begin with a period or contain a plus sign or white space.";
                return null;
            case "cpan":
                return name.Contains("::", StringComparison.Ordinal)
                    ? "The name of a cpan package URL must be a distribution's name (URI-PackageURL), not a module's (URI::PackageURL)."
                    : null;
            case "git":
                // The namespace is the host alone, and the name is the whole path on it, its slashes as they are.
                var path = string.Join('/', $"{@namespace}/{name}".Split('/', StringSplitOptions.RemoveEmptyEntries));
                var slash = path.IndexOf('/');
                @namespace = path[..slash];
                name = path[(slash + 1)..];
                // Accounts and repositories of GitHub are one whatever their case; other hosts decide for themselves.
                if (IsGitHub(@namespace))
                {
                    @namespace = @namespace.ToLowerInvariant();
                    name = name.ToLowerInvariant();
                }
                return null;
            case "hackage":
                name = name.Replace('_', '-');
                return null;
            case "julia":
                return HasQualifier(qualifiers, "uuid") ? null : "A julia package URL needs the qualifier uuid, because names are not unique across registries.";
            case "mlflow":
                if (IsDatabricks(qualifiers)) name = name.ToLowerInvariant();
                return null;
            case "pub":
                name = ReplaceOtherThanPubCharacters(name);
                return null;
            case "pypi":
                name = name.Replace('_', '-');
                return null;
            case "swid":
                if (@namespace is not null && @namespace.AsSpan().Count('/') > 1)
                    return "The namespace of a swid package URL has at most two segments: the creator's name and its regid.";
                return HasQualifier(qualifiers, "tag_id") ? null : "A swid package URL needs the qualifier tag_id.";
            default:
                return null;
        }
    }

    private static bool HasQualifier(KeyValuePair<string, string>[] qualifiers, string key) => Array.Exists(qualifiers, q => q.Key == key);

    private static bool IsGitHub(string host) =>
        host.Equals("github", StringComparison.OrdinalIgnoreCase) || host.Equals("github.com", StringComparison.OrdinalIgnoreCase);

    // Databricks folds the case of model names, Azure ML keeps it; the server is named by its address only.
    private static bool IsDatabricks(KeyValuePair<string, string>[] qualifiers) =>
        Array.Exists(qualifiers, q => q.Key == "repository_url" && q.Value.Contains("databricks", StringComparison.OrdinalIgnoreCase));

    private static bool IsDottedNumber(ReadOnlySpan<char> version)
    {
        var parts = 0;
        foreach (var range in version.Split('.'))
        {
            var part = version[range];
            if (++parts > 4 || part.IsEmpty || part.ContainsAnyExceptInRange('0', '9')) return false;
        }
        return true;
    }

    private static string ReplaceOtherThanPubCharacters(string name)
    {
        if (name.All(IsPub)) return name;
        return string.Create(name.Length, name, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++) target[i] = IsPub(source[i]) ? source[i] : '_';
        });
    }

    private static bool IsPub(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_';
}
