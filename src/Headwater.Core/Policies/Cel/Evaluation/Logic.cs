namespace Headwater.Core.Policies.Cel.Evaluation;

/// <summary>
/// <c>&amp;&amp;</c> and <c>||</c> of any number of terms. One term may decide whatever the others come to; if none does, what is not known weighs more than an error, for the unknown may still decide.
/// </summary>
internal sealed class LogicNode(Place place, Node[] terms, bool isAnd) : ConditionNode
{
    public override Truth Test(CelActivation activation, out CelValue other)
    {
        var deciding = isAnd ? Truth.False : Truth.True;
        var pending = default(CelValue);
        var isPending = false;
        foreach (var term in terms)
        {
            var truth = term.Test(activation, out other);
            if (truth == deciding) return deciding;
            if (truth != Truth.Other) continue;
            if (Pend(ref pending, ref isPending, other, place, isAnd ? "&&" : "||")) continue;
            return Truth.Other;
        }

        other = pending;
        return isPending ? Truth.Other : isAnd ? Truth.True : Truth.False;
    }

    /// <summary>Keeps what stands in the way of an answer.</summary>
    /// <returns>False when it is a limit, for which nothing makes up.</returns>
    public static bool Pend(ref CelValue pending, ref bool isPending, CelValue other, Place place, string sign)
    {
        if (other.Kind == CelKind.Error && other.Error!.IsLimit) return false;
        if (!other.IsErrorOrUnknown) other = place.Fail($"'{sign}' takes bool, and this is {other.TypeOf()}.");
        if (!isPending) pending = other;
        else if (other.Kind == CelKind.Unknown) pending = pending.Kind == CelKind.Unknown ? CelValue.Unknown(pending.Unknowns!.And(other.Unknowns)) : other;
        isPending = true;
        return true;
    }
}

internal sealed class NotNode(Place place, Node operand) : ConditionNode
{
    public override Truth Test(CelActivation activation, out CelValue other)
    {
        var truth = operand.Test(activation, out other);
        if (truth != Truth.Other) return truth == Truth.True ? Truth.False : Truth.True;
        if (!other.IsErrorOrUnknown) other = place.Fail($"'!' does not go with {other.TypeOf()}.");
        return Truth.Other;
    }
}

internal sealed class ConditionalNode(Place place, Node condition, Node then, Node otherwise) : Node
{
    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        var truth = condition.Test(activation, out result);
        if (truth == Truth.True) then.Evaluate(activation, out result);
        else if (truth == Truth.False) otherwise.Evaluate(activation, out result);
        else if (!result.IsErrorOrUnknown) result = place.Fail($"The condition before '?' must be bool, and this is {result.TypeOf()}.");
    }

    public override Truth Test(CelActivation activation, out CelValue other)
    {
        var truth = condition.Test(activation, out other);
        if (truth == Truth.True) return then.Test(activation, out other);
        if (truth == Truth.False) return otherwise.Test(activation, out other);
        if (!other.IsErrorOrUnknown) other = place.Fail($"The condition before '?' must be bool, and this is {other.TypeOf()}.");
        return Truth.Other;
    }
}
