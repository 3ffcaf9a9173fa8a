using System.Collections.Immutable;
using Headwater.Core.Policies.Cel.Evaluation;
using Headwater.Core.Policies.Cel.Parsing;

namespace Headwater.Core.Policies.Cel;

/// <summary>A compiled expression. It never changes; any number of threads evaluate it, each with an activation of its own.</summary>
public sealed class CelProgram
{
    private readonly Expr _expression;
    private readonly Node _root;
    private readonly int _locals;
    private readonly CelEnvironment _environment;

    internal CelProgram(CelEnvironment environment, string source, Expr expression, Node root, int locals, CelType type, ImmutableArray<string> reads, ImmutableArray<string> calls)
    {
        (_environment, Source, _expression, _root, _locals, Type, Reads, Calls) = (environment, source, expression, root, locals, type, reads, calls);
    }

    /// <summary>The text that was compiled.</summary>
    public string Source { get; }

    /// <summary>The type of the result; <c>dyn</c> when it was not checked or cannot be told.</summary>
    public CelType Type { get; }

    /// <summary>What of the variables it may read, in ordinal order: <c>context.distributed</c>, <c>licence.category</c>.</summary>
    public ImmutableArray<string> Reads { get; }

    /// <summary>The functions of the host that it may call, in ordinal order: they may look at the subject. What reads and calls nothing is always the same.</summary>
    public ImmutableArray<string> Calls { get; }

    internal CelEnvironment Environment => _environment;

    /// <summary>Evaluates the expression.</summary>
    /// <param name="activation">The values of variables, of the environment in which it was compiled.</param>
    /// <returns>The value; may be an error or unknown.</returns>
    /// <exception cref="ArgumentException">The activation is of another environment.</exception>
    public CelValue Evaluate(CelActivation activation)
    {
        Begin(activation);
        _root.Evaluate(activation, out var result);
        return result;
    }

    /// <summary>Evaluates a condition.</summary>
    /// <param name="activation">The values of variables, of the environment in which it was compiled.</param>
    /// <param name="other">When it is neither true nor false, what it came to: an error, an unknown, or a value that is no condition.</param>
    /// <returns>Whether it holds; null when it is neither true nor false.</returns>
    /// <exception cref="ArgumentException">The activation is of another environment.</exception>
    public bool? Test(CelActivation activation, out CelValue other)
    {
        Begin(activation);
        return _root.Test(activation, out other) switch { Truth.True => true, Truth.False => false, _ => null };
    }

    /// <summary>The expression written anew: one blank around operators, no parentheses but those that count.</summary>
    /// <returns>An expression that means the same.</returns>
    public override string ToString() => Printer.Print(_expression);

    private void Begin(CelActivation activation)
    {
        // Variables are places in an activation, which others have for something else.
        if (!ReferenceEquals(activation.Environment, _environment)) throw new ArgumentException("The activation is of another environment.", nameof(activation));
        activation.Begin(_locals);
    }
}
