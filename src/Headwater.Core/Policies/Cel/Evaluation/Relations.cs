using Headwater.Core.Policies.Cel.Library;
using Headwater.Core.Policies.Cel.Parsing;

namespace Headwater.Core.Policies.Cel.Evaluation;

/// <summary><c>==</c> and <c>!=</c>.</summary>
internal sealed class EqualNode(Place place, Node left, Node right, bool negated) : ConditionNode
{
    public override Truth Test(CelActivation activation, out CelValue other)
    {
        if (!AreKnown(left, right, activation, out other, out var second)) return Truth.Other;
        var equal = Comparing.AreEqual(other, second, ref activation.Steps);
        if (activation.IsExhausted)
        {
            other = place.OutOfSteps();
            return Truth.Other;
        }

        return equal != negated ? Truth.True : Truth.False;
    }
}

/// <summary>The commonest condition of rules: something is, or is not, a text that stands in the rule.</summary>
internal sealed class EqualTextNode(Place place, Node operand, string text, bool negated) : ConditionNode
{
    public override Truth Test(CelActivation activation, out CelValue other)
    {
        operand.Evaluate(activation, out other);
        if (other.IsErrorOrUnknown) return Truth.Other;
        if (text.Length < 64 || activation.Charge(text.Length / 64)) return (other.Kind == CelKind.String && string.Equals(other.String, text)) != negated ? Truth.True : Truth.False;
        other = place.OutOfSteps();
        return Truth.Other;
    }
}

/// <summary><c>&lt; &lt;= &gt; &gt;=</c>. A NaN has no order, so that all four are false.</summary>
internal sealed class OrderNode(Place place, Node left, Node right, string function) : ConditionNode
{
    private readonly bool _less = function is Operators.Less or Operators.LessOrEqual, _equal = function is Operators.LessOrEqual or Operators.GreaterOrEqual;

    public override Truth Test(CelActivation activation, out CelValue other)
    {
        if (!AreKnown(left, right, activation, out other, out var second)) return Truth.Other;
        if (!activation.ChargeText(other))
        {
            other = place.OutOfSteps();
            return Truth.Other;
        }

        var order = Comparing.Order(other, second, out var comparable);
        if (!comparable)
        {
            other = place.Fail($"'{Operators.Sign(function)}' does not go with {other.TypeOf()} and {second.TypeOf()}.");
            return Truth.Other;
        }

        return order is { } o && (o == 0 ? _equal : o < 0 == _less) ? Truth.True : Truth.False;
    }
}

/// <summary><c>in</c>.</summary>
internal sealed class InNode(Place place, Node element, Node range) : ConditionNode
{
    public override Truth Test(CelActivation activation, out CelValue other)
    {
        if (!AreKnown(element, range, activation, out other, out var within)) return Truth.Other;
        if (within.Kind == CelKind.Map && activation.ChargeText(other)) return within.Map!.TryGet(other, out _) ? Truth.True : Truth.False;
        if (within.Kind != CelKind.List)
        {
            other = activation.IsExhausted ? place.OutOfSteps() : place.Fail($"'in' does not go with {other.TypeOf()} and {within.TypeOf()}.");
            return Truth.Other;
        }

        var list = within.List!;
        for (var i = 0; i < list.Count; i++)
        {
            var equal = Comparing.AreEqual(other, list[i], ref activation.Steps);
            if (activation.IsExhausted)
            {
                other = place.OutOfSteps();
                return Truth.Other;
            }

            if (equal) return Truth.True;
        }

        return Truth.False;
    }
}

/// <summary><c>in</c> a list of texts that stands in the rule.</summary>
internal sealed class InTextsNode(Place place, Node element, HashSet<string> texts) : ConditionNode
{
    public override Truth Test(CelActivation activation, out CelValue other)
    {
        element.Evaluate(activation, out other);
        if (other.IsErrorOrUnknown) return Truth.Other;
        if (activation.ChargeText(other)) return other.Kind == CelKind.String && texts.Contains(other.String!) ? Truth.True : Truth.False;
        other = place.OutOfSteps();
        return Truth.Other;
    }
}
