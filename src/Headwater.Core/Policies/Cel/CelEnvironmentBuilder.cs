using System.Collections.Immutable;

namespace Headwater.Core.Policies.Cel;

/// <summary>Declares what expressions may name.</summary>
public sealed class CelEnvironmentBuilder
{
    private readonly List<CelVariable> _variables;
    private readonly Dictionary<string, ImmutableArray<CelOverload>> _functions;
    private readonly Dictionary<string, CelType> _types;

    internal CelEnvironmentBuilder(IEnumerable<CelVariable> variables, IEnumerable<KeyValuePair<string, ImmutableArray<CelOverload>>> functions, IEnumerable<KeyValuePair<string, CelType>> types)
    {
        _variables = [.. variables];
        _functions = new(functions, StringComparer.Ordinal);
        _types = new(types, StringComparer.Ordinal);
    }

    /// <summary>What expressions may cost.</summary>
    public CelLimits Limits { get; set; } = CelLimits.Default;

    /// <summary>Declares a variable that is set in an activation.</summary>
    /// <param name="name">The name, perhaps with dots in it.</param>
    /// <param name="type">The type.</param>
    /// <returns>This.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public CelEnvironmentBuilder Variable(string name, CelType type) => Add(name, type, null);

    /// <summary>Declares a variable that is read from the subject of an activation, each time an expression names it.</summary>
    /// <typeparam name="T">The class of the subject.</typeparam>
    /// <param name="name">The name, perhaps with dots in it.</param>
    /// <param name="type">The type.</param>
    /// <param name="read">Reads it. It makes nothing new if evaluation is to allocate nothing.</param>
    /// <returns>This.</returns>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public CelEnvironmentBuilder Variable<T>(string name, CelType type, Func<T, CelValue> read) where T : class =>
        Add(name, type, subject => subject is T of ? read(of) : CelValue.Failed($"'{name}' is not to be had here."));

    /// <summary>Declares a function, or more ways to call one.</summary>
    /// <param name="name">The name, perhaps with dots in it.</param>
    /// <param name="overloads">The ways to call it.</param>
    /// <returns>This.</returns>
    public CelEnvironmentBuilder Function(string name, params ImmutableArray<CelOverload> overloads)
    {
        _functions[name] = [.. _functions.GetValueOrDefault(name, []), .. overloads];
        return this;
    }

    /// <summary>Declares the name of a type, so that <c>type(x) == name</c> can be asked.</summary>
    /// <param name="type">The type.</param>
    /// <returns>This.</returns>
    public CelEnvironmentBuilder Type(CelRecordType type)
    {
        _types[type.Name] = type.Type;
        return this;
    }

    internal void Type(CelType type, string? name = null) => _types[name ?? type.Name] = type;

    internal CelEnvironment Build() => new(_variables, _functions, _types, Limits);

    private CelEnvironmentBuilder Add(string name, CelType type, Func<object, CelValue>? read)
    {
        if (_variables.Exists(v => v.Name == name)) throw new ArgumentException($"The variable '{name}' is declared twice.", nameof(name));
        _variables.Add(new CelVariable(name, type, _variables.Count, read));
        return this;
    }
}
