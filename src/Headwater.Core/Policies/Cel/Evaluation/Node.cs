using Headwater.Core.Policies.Cel.Parsing;

namespace Headwater.Core.Policies.Cel.Evaluation;

/// <summary>What a condition came to; <see cref="Other"/> for errors, unknowns and what is no condition.</summary>
internal enum Truth : byte { False, True, Other }

/// <summary>Where a node stands, for what it has to say.</summary>
internal sealed class Place(SourceText source, int position)
{
    // A node says the same again and again while a portfolio is judged; the newest is kept, and swapped whole.
    private CelError? _last, _here;

    public CelValue Fail(string message)
    {
        var last = _last;
        if (last is null || last.Message != message) _last = last = Error(message);
        return CelValue.Of(last);
    }

    public CelValue Limit(string message) => CelValue.Of(Error(message) with { IsLimit = true });

    public CelValue OutOfSteps() => Limit("The evaluation takes more steps than it may.");

    /// <summary>Lines are counted once, however many errors there are.</summary>
    private CelError Error(string message) => (_here ??= source.Error(position, "")) with { Message = message };

    /// <summary>The value; an error that does not say where it arose is told to have done so here.</summary>
    public CelValue Placed(in CelValue value) => value.Kind == CelKind.Error && value.Error!.Line == 0 ? value.Error.IsLimit ? Limit(value.Error.Message) : Fail(value.Error.Message) : value;
}

/// <summary>A part of a compiled expression. It holds nothing of an evaluation, so that any number of threads may evaluate it.</summary>
internal abstract class Node
{
    public abstract void Evaluate(CelActivation activation, out CelValue result);

    /// <summary>Evaluates a condition without making a value of it.</summary>
    /// <param name="activation">What it is evaluated with.</param>
    /// <param name="other">With <see cref="Truth.Other"/>, what it came to.</param>
    public virtual Truth Test(CelActivation activation, out CelValue other)
    {
        Evaluate(activation, out other);
        return other.Kind != CelKind.Bool ? Truth.Other : other.IsTrue ? Truth.True : Truth.False;
    }

    /// <summary>What a strict function comes to when one of two arguments is an error or unknown: an error, as no knowledge would mend it, else all that is unknown.</summary>
    public static CelValue Passed(in CelValue a, in CelValue b)
    {
        // A limit must not be lost behind an error for which something makes up.
        if (a.Kind == CelKind.Error) return b.Kind == CelKind.Error && b.Error!.IsLimit ? b : a;
        if (b.Kind == CelKind.Error || a.Kind != CelKind.Unknown) return b;
        return b.Kind == CelKind.Unknown ? CelValue.Unknown(a.Unknowns!.And(b.Unknowns)) : a;
    }
}

/// <summary>A node that is evaluated as a condition.</summary>
internal abstract class ConditionNode : Node
{
    public sealed override void Evaluate(CelActivation activation, out CelValue result)
    {
        var truth = Test(activation, out result);
        if (truth != Truth.Other) result = CelValue.Of(truth == Truth.True);
    }

    public abstract override Truth Test(CelActivation activation, out CelValue other);

    /// <summary>Evaluates both operands; where one is an error or unknown, <paramref name="first"/> is what is passed on.</summary>
    protected static bool AreKnown(Node left, Node right, CelActivation activation, out CelValue first, out CelValue second)
    {
        left.Evaluate(activation, out first);
        right.Evaluate(activation, out second);
        if (!first.IsErrorOrUnknown && !second.IsErrorOrUnknown) return true;
        first = Passed(first, second);
        return false;
    }
}

internal sealed class ConstantNode(CelValue value) : Node
{
    public CelValue Value => value;

    public override void Evaluate(CelActivation activation, out CelValue result) => result = value;
}

/// <summary>What cannot be evaluated, found when the program was made; an error only if the evaluation comes here.</summary>
internal sealed class FailNode(Place place, string message) : Node
{
    public override void Evaluate(CelActivation activation, out CelValue result) => result = place.Fail(message);
}

internal sealed class VariableNode(Place place, CelVariable variable) : Node
{
    public override void Evaluate(CelActivation activation, out CelValue result)
    {
        result = activation.Read(variable);
        if (result.Kind == CelKind.Error) result = place.Placed(result);
    }
}

internal sealed class LocalNode(int slot) : Node
{
    public override void Evaluate(CelActivation activation, out CelValue result) => result = activation.Local(slot);
}
