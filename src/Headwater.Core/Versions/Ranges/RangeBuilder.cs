using System.Buffers;

namespace Headwater.Core.Versions;

/// <summary>
/// Puts a range together as a set of intervals: alternatives of conjunctions of comparators. Builds the shortest canonical
/// <see cref="VersRange"/> of that set.
/// </summary>
internal sealed class RangeBuilder(string type, VersionScheme scheme)
{
    private static readonly SearchValues<char> s_control = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (char)i), '\x7F']);

    private List<Interval> _union = [];
    private List<Interval> _conjunction = [default];

    /// <summary>The first fault; what follows it is ignored.</summary>
    public string? Error { get; set; }

    public string Type => type;

    public VersionScheme Scheme => scheme;

    /// <summary>Narrows the alternative that is being read.</summary>
    public void And(VersComparator comparator, string version)
    {
        if (!TryBound(version, out var bound)) return;
        switch (comparator)
        {
            case VersComparator.Equal:
                And(new Interval(new End(bound, true), new End(bound, true)));
                break;
            case VersComparator.NotEqual:
                AndNot(new Interval(new End(bound, true), new End(bound, true)));
                break;
            case VersComparator.Less or VersComparator.LessOrEqual:
                And(new Interval(null, new End(bound, comparator == VersComparator.LessOrEqual)));
                break;
            default:
                And(new Interval(new End(bound, comparator == VersComparator.GreaterOrEqual), null));
                break;
        }
    }

    /// <summary>Narrows by an operator as the native notations write them; any other, or none, asks for equality.</summary>
    public void And(string op, string version) => And(
        op switch
        {
            "!=" or "<>" => VersComparator.NotEqual,
            ">=" => VersComparator.GreaterOrEqual,
            "<=" => VersComparator.LessOrEqual,
            ">" or ">>" => VersComparator.Greater,
            "<" or "<<" => VersComparator.Less,
            _ => VersComparator.Equal,
        },
        version);

    /// <summary>Narrows to lower ≤ v &lt; upper; null leaves a side open.</summary>
    public void AndBetween(string? lower, string? upper)
    {
        if (lower is not null) And(VersComparator.GreaterOrEqual, lower);
        if (upper is not null) And(VersComparator.Less, upper);
    }

    /// <summary>Cuts lower ≤ v &lt; upper out.</summary>
    public void AndNotBetween(string lower, string upper)
    {
        if (TryBound(lower, out var from) && TryBound(upper, out var to)) AndNot(new Interval(new End(from, true), new End(to, false)));
    }

    /// <summary>The alternative that is being read admits nothing.</summary>
    public void AndNothing() => _conjunction = [];

    /// <summary>Ends an alternative and starts the next.</summary>
    public void EndAlternative()
    {
        _union.AddRange(_conjunction);
        _conjunction = [default];
    }

    /// <summary>Adds an interval as an alternative of its own; null leaves a side open.</summary>
    public void Or(VersConstraint? lower, VersConstraint? upper)
    {
        if (lower is { } from) And(from.Comparator, from.Version);
        if (upper is { } to) And(to.Comparator, to.Version);
        EndAlternative();
    }

    /// <summary>Cuts a version out of all alternatives that have ended.</summary>
    public void Except(string version)
    {
        (_union, _conjunction) = (_conjunction, _union);
        And(VersComparator.NotEqual, version);
        (_union, _conjunction) = (_conjunction, _union);
    }

    /// <summary>The range of all alternatives that have ended.</summary>
    public VersRange Build()
    {
        var merged = Merge();
        if (merged.Count == 0) return new VersRange("none", []);
        var constraints = new List<VersConstraint>();
        End? previous = null;
        foreach (var (low, high) in merged)
        {
            if (low is { } l && high is { } h && l.Version == h.Version)
            {
                constraints.Add(new VersConstraint(VersComparator.Equal, l.Version.Text));
                previous = null;
                continue;
            }

            if (low is { } from)
            {
                if (previous is { } gap && gap.Version == from.Version) constraints[^1] = new VersConstraint(VersComparator.NotEqual, from.Version.Text);
                else constraints.Add(new VersConstraint(from.Inclusive ? VersComparator.GreaterOrEqual : VersComparator.Greater, from.Version.Text));
            }

            if (high is { } to) constraints.Add(new VersConstraint(to.Inclusive ? VersComparator.LessOrEqual : VersComparator.Less, to.Version.Text));
            previous = high;
        }

        return new VersRange(type, [.. constraints]);
    }

    private bool TryBound(string text, out PackageVersion version)
    {
        version = default;
        if (Error is not null) return false;
        if (text.Length > 0 && !text.AsSpan().ContainsAny(s_control) && scheme.TryParse(text, out version)) return true;
        Error = $"\"{(text.Length > 60 ? text[..60] + "…" : text)}\" is no {type} version that can be placed in an order.";
        return false;
    }

    private void And(Interval other)
    {
        var result = new List<Interval>(_conjunction.Count);
        foreach (var mine in _conjunction)
        {
            var both = new Interval(Later(mine.Low, other.Low), Earlier(mine.High, other.High));
            if (!IsEmpty(both)) result.Add(both);
        }

        _conjunction = result;
    }

    private void AndNot(Interval other)
    {
        var result = new List<Interval>(_conjunction.Count + 1);
        foreach (var mine in _conjunction)
        {
            if (IsEmpty(new Interval(Later(mine.Low, other.Low), Earlier(mine.High, other.High))))
            {
                result.Add(mine);
                continue;
            }

            if (other.Low is { } low)
            {
                var before = new Interval(mine.Low, Earlier(mine.High, new End(low.Version, !low.Inclusive)));
                if (!IsEmpty(before)) result.Add(before);
            }

            if (other.High is { } high)
            {
                var after = new Interval(Later(mine.Low, new End(high.Version, !high.Inclusive)), mine.High);
                if (!IsEmpty(after)) result.Add(after);
            }
        }

        _conjunction = result;
    }

    private List<Interval> Merge()
    {
        var sorted = _union.ToArray();
        StableSort.Sort(sorted, static (a, b) => CompareLow(a.Low, b.Low));
        var merged = new List<Interval>(sorted.Length);
        foreach (var next in sorted)
        {
            if (merged.Count > 0 && Touches(merged[^1], next)) merged[^1] = merged[^1] with { High = Farther(merged[^1].High, next.High) };
            else merged.Add(next);
        }

        return merged;
    }

    private static bool Touches(Interval left, Interval right)
    {
        if (left.High is not { } high || right.Low is not { } low) return true;
        var order = low.Version.CompareTo(high.Version);
        return order < 0 || (order == 0 && (low.Inclusive || high.Inclusive));
    }

    private static bool IsEmpty(Interval interval)
    {
        if (interval.Low is not { } low || interval.High is not { } high) return false;
        var order = low.Version.CompareTo(high.Version);
        return order > 0 || (order == 0 && !(low.Inclusive && high.Inclusive));
    }

    private static int CompareLow(End? a, End? b)
    {
        if (a is not { } x) return b is null ? 0 : -1;
        if (b is not { } y) return 1;
        var order = x.Version.CompareTo(y.Version);
        return order != 0 ? order : y.Inclusive.CompareTo(x.Inclusive);
    }

    private static int CompareHigh(End? a, End? b)
    {
        if (a is not { } x) return b is null ? 0 : 1;
        if (b is not { } y) return -1;
        var order = x.Version.CompareTo(y.Version);
        return order != 0 ? order : x.Inclusive.CompareTo(y.Inclusive);
    }

    private static End? Later(End? a, End? b) => CompareLow(a, b) >= 0 ? a : b;

    private static End? Earlier(End? a, End? b) => CompareHigh(a, b) <= 0 ? a : b;

    private static End? Farther(End? a, End? b) => CompareHigh(a, b) >= 0 ? a : b;

    private readonly record struct End(PackageVersion Version, bool Inclusive);

    private readonly record struct Interval(End? Low, End? High);
}
