namespace Headwater.Core.Packages;

/// <summary>A package URL (ECMA-427), immutable and in canonical form.</summary>
public sealed class PackageUrl : IEquatable<PackageUrl>
{
    /// <summary>The package type in lower case, for example <c>maven</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The decoded namespace without leading or trailing slashes; null when there is none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The decoded name.</summary>
    public required string Name { get; init; }

    /// <summary>The decoded version; null when there is none.</summary>
    public string? Version { get; init; }

    /// <summary>The decoded qualifiers, sorted by key; never null.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Qualifiers { get; init; } = [];

    /// <summary>The decoded subpath; null when there is none.</summary>
    public string? Subpath { get; init; }

    /// <summary>The value of one qualifier, or null.</summary>
    public string? Qualifier(string key) => throw new NotImplementedException();

    /// <summary>Parses a package URL.</summary>
    /// <param name="text">The text, for example <c>pkg:npm/%40angular/core@12.0.0</c>.</param>
    /// <param name="purl">The result, or null.</param>
    /// <param name="error">A sentence that says what is wrong, or null.</param>
    public static bool TryParse(string? text, out PackageUrl? purl, out string? error) => throw new NotImplementedException();

    /// <summary>Builds a package URL from decoded parts, applying the type's rules.</summary>
    public static bool TryBuild(string? type, string? @namespace, string? name, string? version,
        IEnumerable<KeyValuePair<string, string>>? qualifiers, string? subpath, out PackageUrl? purl, out string? error) => throw new NotImplementedException();

    /// <summary>The canonical text, made once.</summary>
    public override string ToString() => throw new NotImplementedException();

    /// <inheritdoc/>
    public bool Equals(PackageUrl? other) => other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PackageUrl);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
