using System.Diagnostics.CodeAnalysis;

namespace Headwater.Core.Packages;

/// <summary>
/// A package URL (ECMA-427), immutable and in canonical form: whatever was written, the rules of its type have been applied.
/// </summary>
/// <remarks>
/// A type that the registry does not know is accepted and follows the general rules only (clause 5.7). Text longer than
/// <see cref="MaxLength"/> is refused, and so are control characters, whether written as they are or percent-encoded: no
/// ecosystem uses them, and they break every line-oriented consumer.
/// </remarks>
public sealed class PackageUrl : IEquatable<PackageUrl>
{
    /// <summary>The longest text that is read or built, in characters.</summary>
    public const int MaxLength = 4096;

    private string? _text;

    internal PackageUrl(string type, string? @namespace, string name, string? version, KeyValuePair<string, string>[] qualifiers, string? subpath)
    {
        Type = type;
        Namespace = @namespace;
        Name = name;
        Version = version;
        Qualifiers = qualifiers;
        Subpath = subpath;
    }

    /// <summary>The package type in lower case, for example <c>maven</c>.</summary>
    public string Type { get; }

    /// <summary>The decoded namespace without leading or trailing slashes; null when there is none.</summary>
    public string? Namespace { get; }

    /// <summary>The decoded name.</summary>
    public string Name { get; }

    /// <summary>The decoded version; null when there is none.</summary>
    public string? Version { get; }

    /// <summary>The decoded qualifiers, sorted by key; never null.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Qualifiers { get; }

    /// <summary>The decoded subpath; null when there is none.</summary>
    public string? Subpath { get; }

    /// <summary>False when the registry of types does not know <see cref="Type"/>, so that only the general rules could be applied.</summary>
    public bool IsRegisteredType => PurlTypes.Find(Type).Name is not null;

    /// <summary>The value of one qualifier, or null.</summary>
    public string? Qualifier(string key)
    {
        foreach (var pair in (KeyValuePair<string, string>[])Qualifiers)
            if (string.Equals(pair.Key, key, StringComparison.Ordinal)) return pair.Value;
        return null;
    }

    /// <summary>Parses a package URL.</summary>
    /// <param name="text">The text, for example <c>pkg:npm/%40angular/core@12.0.0</c>.</param>
    /// <param name="purl">The result, or null.</param>
    /// <param name="error">A sentence that says what is wrong, or null.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out PackageUrl? purl, [NotNullWhen(false)] out string? error) =>
        PurlParser.TryParse(text.AsSpan(), out purl, out error);

    /// <summary>Parses a package URL.</summary>
    /// <param name="text">The text, for example <c>pkg:npm/%40angular/core@12.0.0</c>.</param>
    /// <param name="purl">The result, or null.</param>
    /// <param name="error">A sentence that says what is wrong, or null.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PackageUrl? purl, [NotNullWhen(false)] out string? error) =>
        PurlParser.TryParse(text, out purl, out error);

    /// <summary>Parses a package URL that is known to be one.</summary>
    /// <exception cref="FormatException">It is not; the message says what is wrong.</exception>
    public static PackageUrl Parse(string text) => TryParse(text, out var purl, out var error) ? purl : throw new FormatException(error);

    /// <summary>Builds a package URL from decoded parts, applying the type's rules.</summary>
    /// <param name="type">The type, in any case.</param>
    /// <param name="namespace">The namespace, its segments joined by slashes; null or empty for none.</param>
    /// <param name="name">The name.</param>
    /// <param name="version">The version; null or empty for none.</param>
    /// <param name="qualifiers">Keys and values in any order; pairs with an empty value are left out.</param>
    /// <param name="subpath">The subpath, its segments joined by slashes; null or empty for none.</param>
    /// <param name="purl">The result, or null.</param>
    /// <param name="error">A sentence that says what is wrong, or null.</param>
    public static bool TryBuild(string? type, string? @namespace, string? name, string? version, IEnumerable<KeyValuePair<string, string>>? qualifiers,
        string? subpath, [NotNullWhen(true)] out PackageUrl? purl, [NotNullWhen(false)] out string? error) =>
        PurlBuilder.TryBuild(type, @namespace, name, version, qualifiers, subpath, out purl, out error);

    /// <summary>The same package in another version; null for the package as such. Qualifiers and subpath are kept.</summary>
    /// <exception cref="FormatException">The type does not allow such a version.</exception>
    public PackageUrl WithVersion(string? version) =>
        TryBuild(Type, Namespace, Name, version, Qualifiers, Subpath, out var purl, out var error) ? purl : throw new FormatException(error);

    /// <summary>Type, namespace and name as canonical text: the package as such, without version, qualifiers and subpath. Made anew at each call when there are such.</summary>
    public string Coordinates => Version is null && Subpath is null && Qualifiers.Count == 0 ? ToString() : PurlText.Format(Type, Namespace, Name);

    /// <summary>The canonical text, made once.</summary>
    public override string ToString() => _text ??= PurlText.Format(this);

    /// <inheritdoc/>
    public bool Equals(PackageUrl? other) => other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PackageUrl);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
