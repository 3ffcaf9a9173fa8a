using System.Runtime.CompilerServices;

namespace Headwater.Core.Policies.Cel.Library;

/// <summary>Equality, order and keys. Steps are counted down, so that comparing what an expression blew up comes to an end.</summary>
internal static class Comparing
{
    public static readonly IEqualityComparer<CelValue> Keys = new KeyComparer();

    /// <summary>Whether two values are equal. When the steps run out the answer means nothing, and they are below 0.</summary>
    public static bool AreEqual(in CelValue a, in CelValue b, ref long steps)
    {
        if (--steps < 0) return false;
        if (a.Kind != b.Kind) return IsNumber(a.Kind) && IsNumber(b.Kind) && Order(a, b) == 0;
        switch (a.Kind)
        {
            case CelKind.Null: return true;
            case CelKind.Bool: return a.IsTrue == b.IsTrue;
            case CelKind.Int or CelKind.Duration: return a.Int == b.Int;
            case CelKind.Uint: return a.Uint == b.Uint;
            case CelKind.Double: return a.Double == b.Double;
            case CelKind.String:
                if (a.String!.Length != b.String!.Length) return false;
                steps -= a.String.Length / 64;
                return string.Equals(a.String, b.String);
            case CelKind.Bytes:
                steps -= a.Bytes!.Length / 64;
                return a.Bytes.AsSpan().SequenceEqual(b.Bytes);
            case CelKind.Timestamp: return a.TimestampSeconds == b.TimestampSeconds && a.TimestampNanoseconds == b.TimestampNanoseconds;
            case CelKind.Type: return a.Type!.Name == b.Type!.Name;
            case CelKind.Record: return a.Record!.Equals(b.Record);
            case CelKind.Optional: return a.OptionalValue!.HasValue == b.OptionalValue!.HasValue && (!a.OptionalValue.HasValue || AreEqual(a.OptionalValue.Value, b.OptionalValue.Value, ref steps));
            case CelKind.List: return Lists(a.List!, b.List!, ref steps);
            case CelKind.Map: return Maps(a.Map!, b.Map!, ref steps);
            default: return false;
        }
    }

    public static bool IsNumber(CelKind kind) => kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    /// <summary>The order of two values of one kind, or of two numbers.</summary>
    /// <returns>Below 0, 0, above 0; null when there is no order, which a NaN has with nothing (<paramref name="comparable"/> is true then).</returns>
    public static int? Order(in CelValue a, in CelValue b, out bool comparable)
    {
        comparable = true;
        if (a.Kind != b.Kind)
        {
            comparable = IsNumber(a.Kind) && IsNumber(b.Kind);
            return comparable ? Order(a, b) : null;
        }

        switch (a.Kind)
        {
            case CelKind.Int or CelKind.Uint or CelKind.Double: return Order(a, b);
            case CelKind.Bool: return a.IsTrue.CompareTo(b.IsTrue);
            case CelKind.String: return CodePoints.Compare(a.String!, b.String!);
            case CelKind.Bytes: return a.Bytes.AsSpan().SequenceCompareTo(b.Bytes);
            case CelKind.Duration: return a.Int.CompareTo(b.Int);
            case CelKind.Timestamp: return a.TimestampSeconds != b.TimestampSeconds ? a.TimestampSeconds.CompareTo(b.TimestampSeconds) : a.TimestampNanoseconds.CompareTo(b.TimestampNanoseconds);
            default:
                comparable = false;
                return null;
        }
    }

    /// <summary>A key in the form in which equal keys are the same: a number that counts a whole is an <c>int</c> where it fits, else a <c>uint</c>.</summary>
    /// <returns>False when nothing can have such a key.</returns>
    public static bool Key(in CelValue key, out CelValue normal)
    {
        normal = key;
        switch (key.Kind)
        {
            case CelKind.Bool or CelKind.Int or CelKind.String:
                return true;
            case CelKind.Uint:
                if (key.Uint <= long.MaxValue) normal = CelValue.Of((long)key.Uint);
                return true;
            case CelKind.Double:
                var number = key.Double;
                if (number != Math.Truncate(number)) return false;
                if (number is >= -9223372036854775808.0 and < 9223372036854775808.0) normal = CelValue.Of((long)number);
                else if (number is >= 0 and < 18446744073709551616.0) normal = CelValue.Of((ulong)number);
                else return false;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether a key is the one that is sought, which is in the form of <see cref="Key"/>.</summary>
    public static bool AreSameKey(in CelValue key, in CelValue sought)
    {
        if (key.Kind == CelKind.String) return sought.Kind == CelKind.String && string.Equals(key.String, sought.String);
        Key(key, out var normal);
        return normal.Kind == sought.Kind && (normal.Kind == CelKind.String ? string.Equals(normal.String, sought.String) : normal.Int == sought.Int);
    }

    public static int Hash(in CelValue value) => value.Kind switch
    {
        CelKind.Bool => value.IsTrue ? 1 : 2,
        // Equal numbers of different types must have the same hash, and doubles are compared as such.
        CelKind.Int => ((double)value.Int).GetHashCode(),
        CelKind.Uint => ((double)value.Uint).GetHashCode(),
        CelKind.Double => value.Double == 0 ? 0.0.GetHashCode() : value.Double.GetHashCode(),
        CelKind.String => value.String!.GetHashCode(StringComparison.Ordinal),
        CelKind.Duration or CelKind.Timestamp => value.Int.GetHashCode(),
        CelKind.Bytes => value.Bytes!.Length,
        CelKind.List => value.List!.Count,
        CelKind.Map => value.Map!.Count,
        CelKind.Type => value.Type!.Name.GetHashCode(StringComparison.Ordinal),
        _ => (int)value.Kind,
    };

    private static int? Order(in CelValue a, in CelValue b) => (a.Kind, b.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => a.Int.CompareTo(b.Int),
        (CelKind.Uint, CelKind.Uint) => a.Uint.CompareTo(b.Uint),
        (CelKind.Int, CelKind.Uint) => a.Int < 0 ? -1 : ((ulong)a.Int).CompareTo(b.Uint),
        (CelKind.Uint, CelKind.Int) => b.Int < 0 ? 1 : a.Uint.CompareTo((ulong)b.Int),
        _ => Doubles(AsDouble(a), AsDouble(b)),
    };

    private static double AsDouble(in CelValue number) => number.Kind switch { CelKind.Int => number.Int, CelKind.Uint => number.Uint, _ => number.Double };

    private static int? Doubles(double a, double b) => a < b ? -1 : a > b ? 1 : a == b ? 0 : null;

    /// <summary>A host may hand us lists in lists as deep as it likes. What is too deep for the stack counts as too many steps.</summary>
    private static bool IsRoom(ref long steps)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) steps = -1;
        return steps >= 0;
    }

    private static bool Lists(CelList a, CelList b, ref long steps)
    {
        if (a.Count != b.Count || !IsRoom(ref steps)) return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (!AreEqual(a[i], b[i], ref steps)) return false;
        }

        return true;
    }

    private static bool Maps(CelMap a, CelMap b, ref long steps)
    {
        if (a.Count != b.Count || !IsRoom(ref steps)) return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (!b.TryGet(a.KeyAt(i), out var other) || !AreEqual(a.ValueAt(i), other, ref steps)) return false;
        }

        return true;
    }

    private sealed class KeyComparer : IEqualityComparer<CelValue>
    {
        public bool Equals(CelValue x, CelValue y) => x.Kind == y.Kind && (x.Kind == CelKind.String ? string.Equals(x.String, y.String) : x.Int == y.Int);

        public int GetHashCode(CelValue value) => value.Kind == CelKind.String ? value.String!.GetHashCode(StringComparison.Ordinal) : value.Int.GetHashCode();
    }
}
