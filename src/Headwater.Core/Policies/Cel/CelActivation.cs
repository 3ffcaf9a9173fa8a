using Headwater.Core.Policies.Cel.Library;

namespace Headwater.Core.Policies.Cel;

/// <summary>
/// What a program is evaluated with: the values of variables, and a subject that others are read from. One at a time: each thread has its own, and uses it again and again,
/// so that evaluation allocates nothing.
/// </summary>
/// <param name="environment">The environment in which the programs were compiled.</param>
public sealed class CelActivation(CelEnvironment environment)
{
    private readonly CelValue[] _variables = NotSet(environment);
    private CelValue[] _locals = [];
    private readonly Dictionary<string, Pattern> _patterns = new(StringComparer.Ordinal);
    private long _steps;

    /// <summary>What variables are read from that are declared so, and what functions may ask for.</summary>
    public object? Subject { get; set; }

    internal CelLimits Limits => environment.Limits;

    internal CelEnvironment Environment => environment;

    internal bool IsExhausted => _steps < 0;

    /// <summary>What is left of the steps.</summary>
    internal ref long Steps => ref _steps;

    /// <summary>Sets a variable.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value; may be an error or unknown.</param>
    /// <exception cref="ArgumentException">It is not declared.</exception>
    public void Set(string name, CelValue value) => Set(environment.Variable(name) ?? throw new ArgumentException($"There is no variable '{name}'.", nameof(name)), value);

    /// <summary>Sets a variable.</summary>
    /// <param name="variable">A variable of the environment.</param>
    /// <param name="value">Its value; may be an error or unknown.</param>
    public void Set(CelVariable variable, CelValue value) => _variables[variable.Index] = value;

    /// <summary>Counts work against the limit of steps.</summary>
    /// <param name="steps">How many; about ten nanoseconds each.</param>
    /// <returns>False when the limit is met; the function then returns an error, whichever.</returns>
    public bool Charge(long steps) => (_steps -= steps) >= 0;

    internal ref CelValue Local(int slot) => ref _locals[slot];

    /// <summary>Counts looking at a text or at bytes from end to end.</summary>
    internal bool ChargeText(in CelValue value)
    {
        var length = value.Kind == CelKind.String ? value.String!.Length : value.Kind == CelKind.Bytes ? value.Bytes!.Length : 0;
        return length < 64 || Charge(length / 64);
    }

    /// <summary>A pattern that is made while the expression is evaluated; the last few are kept.</summary>
    internal Pattern? Pattern(string source, out string error)
    {
        error = "";
        if (_patterns.TryGetValue(source, out var pattern)) return pattern;
        Charge(100 + (source.Length * 10));
        pattern = Library.Pattern.Read(source, out error);
        if (pattern is null) return null;
        Charge(pattern.Size);
        if (_patterns.Count >= 16) _patterns.Clear();
        _patterns[source] = pattern;
        return pattern;
    }

    internal void Begin(int locals) => Begin(locals, environment.Limits.Steps);

    internal void Begin(int locals, long steps)
    {
        _steps = steps;
        if (_locals.Length < locals) _locals = new CelValue[locals];
    }

    internal CelValue Read(CelVariable variable) => variable.Read is not { } read ? _variables[variable.Index] : Subject is null ? CelValue.Failed($"'{variable.Name}' is not to be had here.") : read(Subject);

    private static CelValue[] NotSet(CelEnvironment environment) => [.. environment.Variables.Select(v => CelValue.Failed($"The variable '{v.Name}' has no value."))];
}
