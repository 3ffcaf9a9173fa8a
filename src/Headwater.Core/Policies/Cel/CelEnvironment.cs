using System.Collections.Immutable;
using Headwater.Core.Policies.Cel.Checking;
using Headwater.Core.Policies.Cel.Evaluation;
using Headwater.Core.Policies.Cel.Library;
using Headwater.Core.Policies.Cel.Parsing;

namespace Headwater.Core.Policies.Cel;

/// <summary>
/// What expressions may name: variables, functions and types, the standard library among them. It never changes, and any number of threads compile in it.
/// <code>
/// source ─► Parser ─► Checker (unless it is left out) ─► Planner ─► CelProgram ─► Evaluate(CelActivation) ─► CelValue
/// </code>
/// </summary>
public sealed class CelEnvironment
{
    private readonly Dictionary<string, CelVariable> _variables;
    private readonly Dictionary<string, ImmutableArray<CelOverload>> _functions;
    private readonly Dictionary<string, CelType> _types;

    internal CelEnvironment(IEnumerable<CelVariable> variables, IEnumerable<KeyValuePair<string, ImmutableArray<CelOverload>>> functions, IEnumerable<KeyValuePair<string, CelType>> types, CelLimits limits)
    {
        Variables = [.. variables];
        _variables = Variables.ToDictionary(v => v.Name, StringComparer.Ordinal);
        _functions = new(functions, StringComparer.Ordinal);
        _types = new(types, StringComparer.Ordinal);
        Limits = limits;
    }

    /// <summary>The standard library and the extension for strings; no variables.</summary>
    public static CelEnvironment Standard { get; } = StandardLibrary.Environment();

    /// <summary>The variables.</summary>
    public ImmutableArray<CelVariable> Variables { get; }

    /// <summary>What expressions may cost.</summary>
    public CelLimits Limits { get; }

    /// <summary>An environment with more in it.</summary>
    /// <param name="declare">Declares what comes on top of this one.</param>
    /// <returns>The environment.</returns>
    public CelEnvironment With(Action<CelEnvironmentBuilder> declare)
    {
        var builder = new CelEnvironmentBuilder(Variables, _functions, _types) { Limits = Limits };
        declare(builder);
        return builder.Build();
    }

    /// <summary>Reads, checks and compiles an expression.</summary>
    /// <param name="source">The expression.</param>
    /// <param name="result">The type that it must have; null for any.</param>
    /// <param name="check">Whether types are checked. Without it, whatever is wrong is an error of the evaluation, as the language has it.</param>
    /// <returns>The program, or what is wrong.</returns>
    public CelCompilation Compile(string source, CelType? result = null, bool check = true)
    {
        var text = new SourceText(source);
        try
        {
            var expression = Parser.Parse(source, Limits);
            var checking = check ? Checker.Check(this, expression, result) : null;
            return checking is { Errors.Count: > 0 } ? new CelCompilation(null, [.. checking.Errors.Select(e => text.Error(e.Position, e.Message))])
                : new CelCompilation(Planner.Plan(this, text, expression, checking), []);
        }
        catch (CelSyntaxException wrong)
        {
            return new CelCompilation(null, [text.Error(wrong.Position, wrong.Message)]);
        }
    }

    internal CelVariable? Variable(string name) => _variables.GetValueOrDefault(name);

    internal CelType? TypeNamed(string name) => _types.GetValueOrDefault(name);

    internal ImmutableArray<CelOverload> Function(string name) => _functions.GetValueOrDefault(name, []);

    internal IEnumerable<string> Names => Variables.Select(v => v.Name);
}
