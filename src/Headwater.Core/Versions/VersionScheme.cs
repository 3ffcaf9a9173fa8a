namespace Headwater.Core.Versions;

/// <summary>
/// The order of versions in one ecosystem. A scheme turns a version's text into a <em>key</em> (bytes that hold what the order
/// looks at, and nothing else) and compares keys. Keys are what an advisory index stores, so a bound is parsed once, when the
/// index is built, and a comparison neither parses nor allocates.
/// </summary>
public abstract class VersionScheme
{
    /// <summary>The longest version text that is read; a longer one is unparsable, not an error.</summary>
    public const int MaxTextLength = 512;

    /// <summary>The scheme's name as used in <c>vers:</c> (for example <c>pypi</c>, <c>maven</c>, <c>deb</c>).</summary>
    public abstract string Name { get; }

    /// <summary>Appends the key of <paramref name="text"/> to <paramref name="key"/>.</summary>
    /// <returns>False when the scheme cannot place such a version; the key's content is then undefined.</returns>
    public abstract bool TryEncode(ReadOnlySpan<char> text, ref VersionKeyBuilder key);

    /// <summary>Compares two keys made by this scheme. Never allocates. Keys that are byte-wise equal are equal versions.</summary>
    /// <returns>Negative, zero or positive. Schemes whose keys sort as bytes need not override it.</returns>
    public virtual int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => left.SequenceCompareTo(right);

    /// <summary>Parses a version into a value that can be compared again and again without another parse.</summary>
    public bool TryParse(string text, out PackageVersion version)
    {
        Span<byte> initial = stackalloc byte[256];
        var key = new VersionKeyBuilder(initial);
        try
        {
            if (text.Length <= MaxTextLength && TryEncode(text, ref key))
            {
                version = new PackageVersion(this, text, key.AsSpan().ToArray());
                return true;
            }

            version = default;
            return false;
        }
        finally
        {
            key.Dispose();
        }
    }

    /// <summary>Compares two version texts.</summary>
    /// <returns>Negative, zero or positive; null when at least one of them cannot be placed in this scheme's order.</returns>
    public int? Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        if (left.Length > MaxTextLength || right.Length > MaxTextLength) return null;
        Span<byte> a = stackalloc byte[256], b = stackalloc byte[256];
        var x = new VersionKeyBuilder(a);
        var y = new VersionKeyBuilder(b);
        try
        {
            return TryEncode(left, ref x) && TryEncode(right, ref y) ? Compare(x.AsSpan(), y.AsSpan()) : null;
        }
        finally
        {
            x.Dispose();
            y.Dispose();
        }
    }
}
