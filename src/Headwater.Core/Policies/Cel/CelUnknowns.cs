using System.Collections.Immutable;

namespace Headwater.Core.Policies.Cel;

/// <summary>Paths of what is not known, for example <c>licence.category</c>, in ordinal order and each once.</summary>
public sealed class CelUnknowns
{
    private CelUnknowns(ImmutableArray<string> paths) => Paths = paths;

    /// <summary>One unknown.</summary>
    /// <param name="path">What is not known.</param>
    public CelUnknowns(string path) : this([path])
    {
    }

    /// <summary>What is not known.</summary>
    public ImmutableArray<string> Paths { get; }

    /// <summary>What either does not know.</summary>
    /// <param name="other">The other; null for none.</param>
    /// <returns>One of the two when it holds the other, else a new one.</returns>
    public CelUnknowns And(CelUnknowns? other)
    {
        if (other is null || ReferenceEquals(this, other) || Holds(other)) return this;
        return other.Holds(this) ? other : new CelUnknowns([.. Paths.Union(other.Paths).Order(StringComparer.Ordinal)]);
    }

    private bool Holds(CelUnknowns other)
    {
        foreach (var path in other.Paths)
        {
            if (Paths.BinarySearch(path, StringComparer.Ordinal) < 0) return false;
        }

        return true;
    }

    /// <summary>The paths.</summary>
    /// <returns>For example <c>unknown: component.version, licence.category</c>.</returns>
    public override string ToString() => "unknown: " + string.Join(", ", Paths);
}
