using System.Diagnostics.CodeAnalysis;

namespace Headwater.Core.Packages;

/// <summary>Puts decoded parts together under the rules of their type; the last step of parsing, and the whole of building.</summary>
internal static class PurlBuilder
{
    private const int MaxQualifiers = 256;

    /// <summary>Builds from parts as a caller has them.</summary>
    public static bool TryBuild(string? type, string? @namespace, string? name, string? version, IEnumerable<KeyValuePair<string, string>>? qualifiers,
        string? subpath, [NotNullWhen(true)] out PackageUrl? purl, [NotNullWhen(false)] out string? error)
    {
        purl = null;
        if (string.IsNullOrEmpty(type)) return Fail(out error, "A package URL needs a type, for example npm or maven.");
        if (!TryType(type, out var typeName, out var rules, out error)) return false;
        if (Length(@namespace) + Length(name) + Length(version) + Length(subpath) > PackageUrl.MaxLength) return Fail(out error, TooLong);
        if ((error = Check("namespace", @namespace) ?? Check("name", name) ?? Check("version", version) ?? Check("subpath", subpath)) is not null) return false;

        var pairs = new List<KeyValuePair<string, string>>();
        foreach (var (key, value) in qualifiers ?? [])
        {
            if (pairs.Count == MaxQualifiers) return Fail(out error, $"A package URL has at most {MaxQualifiers} qualifiers here.");
            if (key is null || !TryKey(key, out var folded)) return Fail(out error, BadKey(key));
            if (string.IsNullOrEmpty(value)) continue;
            if (value.Length > PackageUrl.MaxLength) return Fail(out error, TooLong);
            if ((error = Check("qualifier's value", value)) is not null) return false;
            pairs.Add(new(folded, value));
        }

        return TryFinish(typeName, rules, Segments(@namespace, dropDots: false), name?.Trim('/'), version, pairs.ToArray(), Segments(subpath, dropDots: true),
            out purl, out error) && FitsLength(ref purl, out error);
    }

    /// <summary>Applies the type's rules to decoded parts. <paramref name="qualifiers"/> is sorted in place and kept.</summary>
    public static bool TryFinish(string type, PurlRules rules, string? @namespace, string? name, string? version, KeyValuePair<string, string>[] qualifiers,
        string? subpath, [NotNullWhen(true)] out PackageUrl? purl, [NotNullWhen(false)] out string? error)
    {
        purl = null;
        if (string.IsNullOrEmpty(name)) return Fail(out error, "A package URL needs a name.");
        if (@namespace is null && (rules & PurlRules.NamespaceRequired) != 0) return Fail(out error, $"A package URL of the type {type} needs a namespace before the name.");
        if (@namespace is not null && (rules & PurlRules.NamespaceProhibited) != 0) return Fail(out error, $"A package URL of the type {type} has no namespace.");
        if (qualifiers.Length > 1)
        {
            Array.Sort(qualifiers, static (a, b) => string.CompareOrdinal(a.Key, b.Key));
            for (var i = 1; i < qualifiers.Length; i++)
                if (string.Equals(qualifiers[i].Key, qualifiers[i - 1].Key, StringComparison.Ordinal))
                    return Fail(out error, $"The qualifier {Shorten(qualifiers[i].Key)} is given twice.");
        }

        if ((rules & PurlRules.NamespaceLower) != 0) @namespace = @namespace?.ToLowerInvariant();
        if ((rules & PurlRules.NamespaceUpper) != 0) @namespace = @namespace?.ToUpperInvariant();
        if ((rules & PurlRules.NameLower) != 0) name = name.ToLowerInvariant();
        if ((rules & PurlRules.VersionLower) != 0) version = version?.ToLowerInvariant();
        if ((rules & PurlRules.SubpathLower) != 0) subpath = subpath?.ToLowerInvariant();
        if (string.IsNullOrEmpty(version)) version = null;
        if ((rules & PurlRules.Special) != 0 && (error = PurlTypes.ApplySpecial(type, ref @namespace, ref name, version, qualifiers)) is not null) return false;

        purl = new PackageUrl(type, @namespace, name, version, qualifiers, subpath);
        error = null;
        return true;
    }

    /// <summary>Checks a type by clause 5.6.2 and finds its rules.</summary>
    public static bool TryType(ReadOnlySpan<char> text, out string type, out PurlRules rules, [NotNullWhen(false)] out string? error)
    {
        type = string.Empty;
        rules = PurlRules.None;
        if (text.IsEmpty) return Fail(out error, "A package URL needs a type after 'pkg:', for example pkg:npm/left-pad.");
        if (text.Length > 64) return Fail(out error, "The type of a package URL is longer than 64 characters.");
        Span<char> lower = stackalloc char[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('.' or '-'))
                return Fail(out error, "The type of a package URL consists of ASCII letters, digits, periods and dashes only.");
            lower[i] = char.ToLowerInvariant(text[i]);
        }
        if (!char.IsAsciiLetter(text[0])) return Fail(out error, "The type of a package URL starts with a letter.");
        (var name, rules) = PurlTypes.Find(lower);
        type = name ?? lower.ToString();
        error = null;
        return true;
    }

    /// <summary>Checks a qualifier's key by clause 5.6.6 and folds its case, as parsers are told to.</summary>
    public static bool TryKey(ReadOnlySpan<char> text, out string key)
    {
        key = text switch
        {
            "arch" => "arch",
            "distro" => "distro",
            "epoch" => "epoch",
            "upstream" => "upstream",
            "type" => "type",
            "classifier" => "classifier",
            "checksum" => "checksum",
            "repository_url" => "repository_url",
            "download_url" => "download_url",
            "vcs_url" => "vcs_url",
            "file_name" => "file_name",
            "package-id" => "package-id",
            _ => string.Empty,
        };
        if (key.Length > 0) return true;
        if (text.IsEmpty || !char.IsAsciiLetter(text[0])) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_')) return false;
        key = text.ToString().ToLowerInvariant();
        return true;
    }

    public static string BadKey(ReadOnlySpan<char> key) =>
        $"The qualifier key '{Shorten(key)}' is not allowed: keys start with a letter and consist of ASCII letters, digits, periods, dashes and underscores.";

    public static string TooLong => $"The package URL is longer than {PackageUrl.MaxLength} characters.";

    private static bool FitsLength([NotNullWhen(true)] ref PackageUrl? purl, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (purl is not null && PurlText.Measure(purl) <= PackageUrl.MaxLength) return true;
        purl = null;
        error = TooLong;
        return false;
    }

    private static string? Segments(string? path, bool dropDots)
    {
        if (string.IsNullOrEmpty(path)) return null;
        if (path.AsSpan().IndexOf('/') < 0) return dropDots && path is "." or ".." ? null : path;
        var kept = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(s => !dropDots || s is not ("." or ".."));
        var joined = string.Join('/', kept);
        return joined.Length == 0 ? null : joined;
    }

    private static string? Check(string part, string? text) =>
        text is null || PurlText.IsClean(text) ? null : $"The {part} contains a control character or half a surrogate pair.";

    private static string Shorten(ReadOnlySpan<char> text)
    {
        Span<char> shown = stackalloc char[Math.Min(text.Length, 40)];
        for (var i = 0; i < shown.Length; i++) shown[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) ? '?' : text[i];
        return text.Length > 40 ? string.Concat(shown, "…") : shown.ToString();
    }

    private static int Length(string? text) => Math.Min(text?.Length ?? 0, PackageUrl.MaxLength + 1);

    private static bool Fail([NotNull] out string? error, string message)
    {
        error = message;
        return false;
    }
}
