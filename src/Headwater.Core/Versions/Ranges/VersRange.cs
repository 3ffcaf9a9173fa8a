using System.Diagnostics.CodeAnalysis;

namespace Headwater.Core.Versions;

/// <summary>
/// A range of versions in the form of the Version Range Specifier standard: <c>vers:npm/&gt;=1.2.0|&lt;2.0.0</c>. A value is always
/// canonical: sorted, unique, alternating (clause 5.4).
/// </summary>
public sealed class VersRange
{
    private readonly VersConstraint[] _constraints;
    private readonly PackageVersion?[] _versions;
    private readonly VersionScheme? _scheme;

    internal VersRange(string type, VersConstraint[] constraints)
    {
        Type = type;
        _constraints = constraints;
        _scheme = VersionSchemes.ForVers(type);
        _versions = new PackageVersion?[constraints.Length];
        for (var i = 0; i < constraints.Length; i++)
        {
            if (_scheme is not null && _scheme.TryParse(constraints[i].Version, out var version)) _versions[i] = version;
        }
    }

    /// <summary>The range's type, which names the order of its versions (<c>npm</c>, <c>deb</c>, …), in lower case.</summary>
    public string Type { get; }

    /// <summary>The constraints in canonical order; none for <c>*</c>.</summary>
    public IReadOnlyList<VersConstraint> Constraints => _constraints;

    /// <summary>True for <c>*</c>: every version, or for the type <c>none</c> no version.</summary>
    public bool IsAsterisk => _constraints.Length == 0;

    /// <summary>Reads a canonical <c>vers:</c> text. What is not canonical is an error and is not repaired (clauses 5.3 and 5.4).</summary>
    /// <param name="text">The text.</param>
    /// <param name="range">The range, or null.</param>
    /// <param name="error">What is wrong, where, and what to do; null when nothing is.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out VersRange? range, [NotNullWhen(false)] out string? error) =>
        VersReader.TryRead(text, strict: true, out range, out error);

    /// <summary>
    /// Reads a <c>vers:</c> text as producers write it: constraints may be unsorted, repeated or redundant and are put in order. Everything
    /// else is as strict as <see cref="TryParse"/>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="range">The canonical range, or null.</param>
    /// <param name="error">What is wrong, where, and what to do; null when nothing is.</param>
    public static bool TryNormalize(string? text, [NotNullWhen(true)] out VersRange? range, [NotNullWhen(false)] out string? error) =>
        VersReader.TryRead(text, strict: false, out range, out error);

    /// <summary>Translates a range in an ecosystem's own notation.</summary>
    /// <param name="scheme">A vers type or OSV ecosystem name.</param>
    /// <param name="nativeRange">The range as a manifest or an advisory of that ecosystem writes it.</param>
    /// <param name="range">The canonical range, or null. A range that admits no version is <c>vers:none/*</c>.</param>
    /// <param name="error">What is wrong, where, and what to do; null when nothing is.</param>
    public static bool TryFromNative(
        string scheme, string nativeRange, [NotNullWhen(true)] out VersRange? range, [NotNullWhen(false)] out string? error) =>
        NativeRange.TryRead(scheme, nativeRange, out range, out error);

    /// <summary>Whether a version is inside.</summary>
    /// <returns>Null when the version or a bound has no place in the type's order, so that nothing can be said.</returns>
    public bool? Contains(string version)
    {
        if (IsAsterisk) return Type != "none";
        if (_scheme is not null && _scheme.TryParse(version, out var parsed)) return Contains(parsed);

        // Without an order, the same text is still the same version.
        foreach (var constraint in _constraints)
        {
            if (constraint.Version != version) continue;
            if (constraint.Comparator is VersComparator.Equal or VersComparator.LessOrEqual or VersComparator.GreaterOrEqual) return true;
            return false;
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"vers:{Type}/{(IsAsterisk ? "*" : string.Join('|', _constraints.Select(c => c.ToString())))}";

    internal VersionScheme? Scheme => _scheme;

    internal bool? Contains(PackageVersion version)
    {
        var onlyExclusions = true;
        VersConstraint? below = null, above = null;
        for (var i = 0; i < _constraints.Length; i++)
        {
            if (_versions[i] is not { } bound) return null;
            var constraint = _constraints[i];
            var order = version.CompareTo(bound);
            if (order == 0) return constraint.Comparator is VersComparator.Equal or VersComparator.LessOrEqual or VersComparator.GreaterOrEqual;
            onlyExclusions &= constraint.Comparator == VersComparator.NotEqual;
            if (constraint.Comparator is VersComparator.Equal or VersComparator.NotEqual) continue;
            if (order > 0) below = constraint;
            else above ??= constraint;
        }

        if (onlyExclusions) return true;
        return below is { } lower ? lower.IsLower : above is { IsUpper: true };
    }
}
