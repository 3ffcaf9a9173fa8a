namespace Headwater.Core.Versions;

/// <summary>A version parsed by a <see cref="VersionScheme"/>. Comparing two of one scheme does not allocate.</summary>
public readonly struct PackageVersion : IComparable<PackageVersion>, IEquatable<PackageVersion>
{
    private readonly byte[] _key;

    internal PackageVersion(VersionScheme scheme, string text, byte[] key)
    {
        Scheme = scheme;
        Text = text;
        _key = key;
    }

    /// <summary>The scheme that parsed it.</summary>
    public VersionScheme Scheme { get; }

    /// <summary>The text as it was written.</summary>
    public string Text { get; }

    /// <summary>The bytes that the order looks at; see <see cref="VersionScheme"/>.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <inheritdoc/>
    public int CompareTo(PackageVersion other)
    {
        if (!ReferenceEquals(Scheme, other.Scheme)) throw new ArgumentException("The versions are of different schemes.", nameof(other));
        return Scheme.Compare(_key, other._key);
    }

    /// <inheritdoc/>
    public bool Equals(PackageVersion other) => ReferenceEquals(Scheme, other.Scheme) && Scheme.Compare(_key, other._key) == 0;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PackageVersion other && Equals(other);

    /// <summary>Equal only for versions of one scheme; schemes with several keys for one version make no promise beyond that.</summary>
    public override int GetHashCode() => Scheme.Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Equality by the scheme's order.</summary>
    public static bool operator ==(PackageVersion left, PackageVersion right) => left.Equals(right);

    /// <summary>Inequality by the scheme's order.</summary>
    public static bool operator !=(PackageVersion left, PackageVersion right) => !left.Equals(right);

    /// <summary>Order by the scheme.</summary>
    public static bool operator <(PackageVersion left, PackageVersion right) => left.CompareTo(right) < 0;

    /// <summary>Order by the scheme.</summary>
    public static bool operator >(PackageVersion left, PackageVersion right) => left.CompareTo(right) > 0;

    /// <summary>Order by the scheme.</summary>
    public static bool operator <=(PackageVersion left, PackageVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Order by the scheme.</summary>
    public static bool operator >=(PackageVersion left, PackageVersion right) => left.CompareTo(right) >= 0;
}
