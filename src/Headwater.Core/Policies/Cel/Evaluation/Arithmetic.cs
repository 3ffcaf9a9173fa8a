using Headwater.Core.Policies.Cel.Library;
using Headwater.Core.Policies.Cel.Parsing;

namespace Headwater.Core.Policies.Cel.Evaluation;

/// <summary><c>+ - * / %</c>. What does not fit is an error; only doubles have infinities.</summary>
internal sealed class ArithmeticNode(Place place, Node left, Node right, string function) : Node
{
    public const string Overflow = "The result does not fit: overflow.", ByZero = "Division by zero.", ModuloZero = "Modulus by zero.";

    private readonly char _sign = function[1];

    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        left.Evaluate(activation, out var a);
        right.Evaluate(activation, out var b);
        if (a.IsErrorOrUnknown || b.IsErrorOrUnknown) result = Passed(a, b);
        else if (a.Kind == CelKind.Int && b.Kind == CelKind.Int) result = Ints(a.Int, b.Int);
        else result = place.Placed(Others(a, b, activation));
    }

    private CelValue Ints(long a, long b)
    {
        long result;
        switch (_sign)
        {
            case '+':
                result = unchecked(a + b);
                return ((a ^ result) & (b ^ result)) < 0 ? place.Fail(Overflow) : CelValue.Of(result);
            case '-':
                result = unchecked(a - b);
                return ((a ^ b) & (a ^ result)) < 0 ? place.Fail(Overflow) : CelValue.Of(result);
            case '*':
                var high = Math.BigMul(a, b, out result);
                return high != result >> 63 ? place.Fail(Overflow) : CelValue.Of(result);
            case '/':
                return b == 0 ? place.Fail(ByZero) : a == long.MinValue && b == -1 ? place.Fail(Overflow) : CelValue.Of(a / b);
            default:
                return b == 0 ? place.Fail(ModuloZero) : a == long.MinValue && b == -1 ? place.Fail(Overflow) : CelValue.Of(a % b);
        }
    }

    private CelValue Others(in CelValue a, in CelValue b, CelActivation activation) => (_sign, a.Kind, b.Kind) switch
    {
        ('+', CelKind.Uint, CelKind.Uint) => b.Uint > ulong.MaxValue - a.Uint ? CelValue.Failed(Overflow) : CelValue.Of(a.Uint + b.Uint),
        ('-', CelKind.Uint, CelKind.Uint) => b.Uint > a.Uint ? CelValue.Failed(Overflow) : CelValue.Of(a.Uint - b.Uint),
        ('*', CelKind.Uint, CelKind.Uint) => Math.BigMul(a.Uint, b.Uint, out var product) != 0 ? CelValue.Failed(Overflow) : CelValue.Of(product),
        ('/', CelKind.Uint, CelKind.Uint) => b.Uint == 0 ? CelValue.Failed(ByZero) : CelValue.Of(a.Uint / b.Uint),
        ('%', CelKind.Uint, CelKind.Uint) => b.Uint == 0 ? CelValue.Failed(ModuloZero) : CelValue.Of(a.Uint % b.Uint),
        ('+', CelKind.Double, CelKind.Double) => CelValue.Of(a.Double + b.Double),
        ('-', CelKind.Double, CelKind.Double) => CelValue.Of(a.Double - b.Double),
        ('*', CelKind.Double, CelKind.Double) => CelValue.Of(a.Double * b.Double),
        ('/', CelKind.Double, CelKind.Double) => CelValue.Of(a.Double / b.Double),
        ('+', CelKind.String, CelKind.String) => Texts(a.String!, b.String!, activation),
        ('+', CelKind.Bytes, CelKind.Bytes) => Bytes(a.Bytes!, b.Bytes!, activation),
        ('+', CelKind.List, CelKind.List) => Lists(a, b, activation),
        ('+', CelKind.Duration, CelKind.Duration) => CelTime.Range((Int128)a.DurationNanoseconds + b.DurationNanoseconds),
        ('-', CelKind.Duration, CelKind.Duration) => CelTime.Range((Int128)a.DurationNanoseconds - b.DurationNanoseconds),
        ('+', CelKind.Timestamp, CelKind.Duration) => CelTime.Add(a, b.DurationNanoseconds),
        ('+', CelKind.Duration, CelKind.Timestamp) => CelTime.Add(b, a.DurationNanoseconds),
        ('-', CelKind.Timestamp, CelKind.Duration) => CelTime.Add(a, -(Int128)b.DurationNanoseconds),
        ('-', CelKind.Timestamp, CelKind.Timestamp) => CelTime.Between(a, b),
        _ => CelValue.Failed($"'{_sign}' does not go with {a.TypeOf()} and {b.TypeOf()}."),
    };

    private CelValue Texts(string a, string b, CelActivation activation)
    {
        if (a.Length == 0) return CelValue.Of(b);
        if (b.Length == 0) return CelValue.Of(a);
        if ((long)a.Length + b.Length > activation.Limits.TextLength) return place.Limit($"The string is longer than {activation.Limits.TextLength:N0}.");
        return activation.Charge((a.Length + b.Length) / 16) ? CelValue.Of(a + b) : place.OutOfSteps();
    }

    private CelValue Bytes(byte[] a, byte[] b, CelActivation activation)
    {
        if ((long)a.Length + b.Length > activation.Limits.TextLength) return place.Limit($"The bytes are longer than {activation.Limits.TextLength:N0}.");
        return activation.Charge((a.Length + b.Length) / 16) ? CelValue.Of([.. a, .. b]) : place.OutOfSteps();
    }

    private CelValue Lists(in CelValue first, in CelValue second, CelActivation activation)
    {
        var (a, b) = (first.List!, second.List!);
        if (a.Count == 0) return second;
        if (b.Count == 0) return first;
        if ((long)a.Count + b.Count > activation.Limits.ListLength) return place.Limit($"The list is longer than {activation.Limits.ListLength:N0}.");
        if (!activation.Charge(a.Count + b.Count)) return place.OutOfSteps();
        var values = new CelValue[a.Count + b.Count];
        for (var i = 0; i < a.Count; i++) values[i] = a[i];
        for (var i = 0; i < b.Count; i++) values[a.Count + i] = b[i];
        return CelValue.Of(CelList.Of(values));
    }
}

internal sealed class NegateNode(Place place, Node operand) : Node
{
    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        operand.Evaluate(activation, out result);
        result = result.Kind switch
        {
            CelKind.Int => result.Int == long.MinValue ? place.Fail(ArithmeticNode.Overflow) : CelValue.Of(-result.Int),
            CelKind.Double => CelValue.Of(-result.Double),
            CelKind.Error or CelKind.Unknown => result,
            _ => place.Fail($"'-' does not go with {result.TypeOf()}."),
        };
    }
}
