using System.IO.Enumeration;
using Headwater.Core.Packages;

namespace Headwater.Core.Policies.Facts;

/// <summary>A package URL in which <c>*</c> stands for any text: <c>pkg:npm/lodash</c>, <c>pkg:maven/org.apache.*/*@2.*</c>. Without a version it is all versions.</summary>
public sealed record PackagePattern
{
    private PackagePattern(string coordinates, string? version, string? error) => (Coordinates, Version, Error) = (coordinates, version, error);

    /// <summary>The package URL without its version.</summary>
    public string Coordinates { get; }

    /// <summary>The version; null for all.</summary>
    public string? Version { get; }

    /// <summary>What is wrong with the text, a sentence; null when nothing is.</summary>
    public string? Error { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The pattern; one with an error covers nothing.</returns>
    public static PackagePattern Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith("pkg:", StringComparison.Ordinal) || text.Length > PackageUrl.MaxLength) return new PackagePattern("", null, $"'{(text.Length > 200 ? text[..200] + "…" : text)}' is no package URL, such as pkg:npm/lodash or pkg:maven/org.apache.*/*.");
        if (!text.Contains('*', StringComparison.Ordinal))
            return PackageUrl.TryParse(text, out var purl, out var error) ? new PackagePattern(purl.Coordinates, purl.Version, null) : new PackagePattern("", null, error);
        // The @ of a scope stands behind a slash, that of a version does not.
        var at = text.LastIndexOf('@');
        return at < 5 || text[at - 1] == '/' ? new PackagePattern(text, null, null) : new PackagePattern(text[..at], text[(at + 1)..], null);
    }

    /// <summary>Whether it covers a component.</summary>
    /// <param name="component">The component.</param>
    /// <returns>Null when the version decides, and is not known.</returns>
    public bool? Covers(ComponentFact component)
    {
        ArgumentNullException.ThrowIfNull(component);
        if (Error is not null || component.Purl is null || !Matches(Coordinates, component.Coordinates)) return false;
        return Version is null or "*" ? true : component.Version is not { Length: > 0 } version ? null : Matches(Version, version);
    }

    private static bool Matches(string pattern, string text) => pattern.Contains('*', StringComparison.Ordinal) ? FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false) : pattern == text;
}
