using System.Runtime.CompilerServices;

namespace Headwater.Core.Policies.Cel.Evaluation;

/// <summary>A call of a function: the overload is chosen by the kinds of the arguments.</summary>
internal sealed class CallNode(Place place, string name, CelOverload[] overloads, Node[] arguments) : Node
{
    private readonly bool _isStrict = overloads.All(o => o.IsStrict);

    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        if (arguments.Length <= Few.Length)
        {
            var few = default(Few);
            result = Call(activation, ((Span<CelValue>)few)[..arguments.Length]);
        }
        else
        {
            result = Call(activation, new CelValue[arguments.Length]);
        }
    }

    private CelValue Call(CelActivation activation, Span<CelValue> values)
    {
        var passed = default(CelValue);
        for (var i = 0; i < values.Length; i++)
        {
            arguments[i].Evaluate(activation, out values[i]);
            if (_isStrict && values[i].IsErrorOrUnknown) passed = passed.IsErrorOrUnknown ? Passed(passed, values[i]) : values[i];
        }

        if (passed.IsErrorOrUnknown) return passed;
        foreach (var overload in overloads)
        {
            if (!overload.Takes(values)) continue;
            if (overload.Function is not { } function) return place.Fail($"{name}() is only declared.");
            foreach (ref readonly var value in values) activation.ChargeText(value);
            var result = activation.Charge(1) ? function(values, activation) : default;
            return activation.IsExhausted ? place.OutOfSteps() : place.Placed(result);
        }

        var types = new string[values.Length];
        for (var i = 0; i < types.Length; i++) types[i] = values[i].TypeOf().ToString();
        return place.Fail($"{name}() does not take ({string.Join(", ", types)}).");
    }

    [InlineArray(Length)]
    private struct Few
    {
        public const int Length = 4;
#pragma warning disable IDE0044, IDE0051 // An inline array is declared by its first element.
        private CelValue _first;
#pragma warning restore IDE0044, IDE0051
    }
}

/// <summary><c>matches()</c> with a pattern that stands in the rule.</summary>
internal sealed class MatchesNode(Place place, Node text, Library.Pattern pattern) : ConditionNode
{
    public override Truth Test(CelActivation activation, out CelValue other)
    {
        text.Evaluate(activation, out other);
        if (other.IsErrorOrUnknown) return Truth.Other;
        if (other.Kind != CelKind.String)
        {
            other = place.Fail($"matches() does not take ({other.TypeOf()}, string).");
            return Truth.Other;
        }

        var matches = pattern.IsMatch(other.String!, ref activation.Steps);
        if (!activation.IsExhausted) return matches ? Truth.True : Truth.False;
        other = place.OutOfSteps();
        return Truth.Other;
    }
}
