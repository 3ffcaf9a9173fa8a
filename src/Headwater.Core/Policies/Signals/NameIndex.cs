namespace Headwater.Core.Policies.Signals;

/// <summary>
/// Finds names one slip away. It holds the hash of every name, of every name less one of its characters, and of its skeleton (without separators, look-alikes as one): two names that are
/// one insertion, deletion, substitution or transposition apart have one of the first two in common. What has is then compared.
/// </summary>
internal sealed class NameIndex
{
    private const ulong Base = 0x9E37_79B9_7F4A_7C15;

    private readonly string[] _names;
    private readonly string[] _lower;
    private readonly ulong[] _hashes;
    private readonly int[] _of;

    /// <summary>A bit for the beginning of every hash, so that most questions end before the search.</summary>
    private readonly ulong[] _bits = new ulong[1024];

    public NameIndex(IEnumerable<string> names)
    {
        _names = [.. names];
        _lower = Array.ConvertAll(_names, n => n.ToLowerInvariant());
        var entries = new List<(ulong Hash, int Name)>();
        Span<char> skeleton = stackalloc char[256];
        for (var i = 0; i < _lower.Length; i++)
        {
            var name = _lower[i];
            entries.Add((Hash(name), i));
            entries.Add((~Hash(skeleton[..Skeleton(name, skeleton)]), i));
            for (var without = 0; without < name.Length; without++) entries.Add((Hash(name, without), i));
        }

        entries = [.. entries.Distinct().OrderBy(e => e.Hash).ThenBy(e => e.Name)];
        _hashes = [.. entries.Select(e => e.Hash)];
        _of = [.. entries.Select(e => e.Name)];
        foreach (var hash in _hashes) _bits[hash >> 54] |= 1UL << (int)(hash >> 48);
    }

    /// <summary>The name of the list that another is one slip away from; null for none, and for a name of the list.</summary>
    /// <param name="name">The name in lower case, at most 256 characters.</param>
    public ResembledName? Near(ReadOnlySpan<char> name)
    {
        var whole = Hash(name);
        for (var at = First(whole); at < _hashes.Length && _hashes[at] == whole; at++)
            if (name.SequenceEqual(_lower[_of[at]])) return null;

        Span<char> skeleton = stackalloc char[256];
        var bare = skeleton[..Skeleton(name, skeleton)];
        var folded = ~Hash(bare);
        Span<char> other = stackalloc char[256];
        for (var at = First(folded); at < _hashes.Length && _hashes[at] == folded; at++)
        {
            var popular = _lower[_of[at]];
            if (bare.Length >= NameResemblance.Shortest && bare.SequenceEqual(other[..Skeleton(popular, other)])) return new ResembledName(_names[_of[at]], IsSameButSeparators(name, popular) ? NameSlip.Separators : NameSlip.LookAlike);
        }

        if (Compared(whole, name) is { } longer) return longer;
        // The hashes without one character, each made in one step of what stands before and behind it.
        Span<ulong> before = stackalloc ulong[256];
        before[0] = 1;
        for (var i = 0; i + 1 < name.Length; i++) before[i + 1] = (before[i] + name[i]) * Base;
        var (behind, power) = (0UL, 1UL);
        for (var without = name.Length - 1; without >= 0; without--)
        {
            if (Compared(Mixed(before[without] * power + behind), name) is { } near) return near;
            power *= Base;
            behind += name[without] * power;
        }

        return null;
    }

    private ResembledName? Compared(ulong hash, ReadOnlySpan<char> name)
    {
        for (var at = First(hash); at < _hashes.Length && _hashes[at] == hash; at++)
        {
            var popular = _lower[_of[at]];
            if (popular.Length >= NameResemblance.Shortest && Slip(popular, name) is { } slip) return new ResembledName(_names[_of[at]], slip);
        }

        return null;
    }

    /// <summary>How a name came of a popular one by a single slip; null when it took more, or none.</summary>
    internal static NameSlip? Slip(ReadOnlySpan<char> popular, ReadOnlySpan<char> name)
    {
        if (Math.Abs(popular.Length - name.Length) > 1) return null;
        var same = popular.CommonPrefixLength(name);
        var a = popular[same..];
        var b = name[same..];
        if (b.Length == a.Length + 1) return b[1..].SequenceEqual(a) ? NameSlip.Inserted : null;
        if (a.Length == b.Length + 1) return a[1..].SequenceEqual(b) ? NameSlip.Deleted : null;
        if (a.IsEmpty) return null;
        if (a[1..].SequenceEqual(b[1..])) return NameSlip.Substituted;
        return a.Length > 1 && a[0] == b[1] && a[1] == b[0] && a[2..].SequenceEqual(b[2..]) ? NameSlip.Transposed : null;
    }

    private static bool IsSameButSeparators(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int i = 0, j = 0;
        while (true)
        {
            while (i < a.Length && IsSeparator(a[i])) i++;
            while (j < b.Length && IsSeparator(b[j])) j++;
            if (i == a.Length || j == b.Length) return i == a.Length && j == b.Length;
            if (a[i++] != b[j++]) return false;
        }
    }

    private static bool IsSeparator(char c) => c is '-' or '_' or '.';

    private static int Skeleton(ReadOnlySpan<char> name, Span<char> into)
    {
        var length = 0;
        foreach (var c in name)
            if (!IsSeparator(c)) into[length++] = c switch { '0' => 'o', '1' => 'l', _ => c };
        return length;
    }

    private static ulong Hash(ReadOnlySpan<char> name, int without = -1)
    {
        var hash = 1UL;
        for (var i = 0; i < name.Length; i++)
            if (i != without) hash = (hash + name[i]) * Base;
        return Mixed(hash);
    }

    private static ulong Mixed(ulong hash)
    {
        hash ^= hash >> 29;
        hash *= 0xBF58_476D_1CE4_E5B9;
        return hash ^ (hash >> 32);
    }

    private int First(ulong hash)
    {
        if ((_bits[hash >> 54] >> (int)(hash >> 48) & 1) == 0) return _hashes.Length;
        var (low, high) = (0, _hashes.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_hashes[middle] < hash) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
