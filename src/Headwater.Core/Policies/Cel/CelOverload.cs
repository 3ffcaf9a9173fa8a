using System.Collections.Immutable;

namespace Headwater.Core.Policies.Cel;

/// <summary>What a function does. It has no effects, and the same arguments give the same result.</summary>
/// <param name="arguments">The arguments, of the declared types; a receiver comes first. Neither errors nor unknown, unless the overload is not strict.</param>
/// <param name="activation">What it is evaluated with: <see cref="CelActivation.Subject"/>, and <see cref="CelActivation.Charge"/> for work that grows with the arguments.</param>
/// <returns>The result; <see cref="CelValue.Failed"/> when there is none. No exceptions.</returns>
public delegate CelValue CelFunction(ReadOnlySpan<CelValue> arguments, CelActivation activation);

/// <summary>Looks, when an expression is compiled, at the arguments of a call that are constants there: to refuse what can never work, and to work out once what is the same each time.</summary>
/// <param name="constants">For each argument its value, or null where it is no constant.</param>
/// <returns>What the call is to do instead; <see cref="CelBinding.None"/> to go on as without.</returns>
public delegate CelBinding CelBinder(ImmutableArray<CelValue?> constants);

/// <summary>What a binder makes of a call.</summary>
/// <param name="Function">What the call does, for the same arguments; null to do what it would.</param>
/// <param name="Error">Why the call cannot work, a sentence; null when it can.</param>
public sealed record CelBinding(CelFunction? Function, string? Error = null)
{
    /// <summary>The call goes on as without.</summary>
    public static CelBinding None { get; } = new(Function: null);
}

/// <summary>One way to call a function: the types of its arguments, of its result, and what it does.</summary>
public sealed class CelOverload
{
    private CelOverload(bool isMember, ImmutableArray<CelType> parameters, CelType result, CelFunction? function, bool isStrict)
    {
        (IsMember, Parameters, Result, Function, IsStrict) = (isMember, parameters, result, function, isStrict);
        HasTypeParameters = parameters.Any(Generic) || Generic(result);
    }

    /// <summary>Whether it is called as <c>a.f(b)</c> rather than <c>f(a, b)</c>.</summary>
    public bool IsMember { get; }

    /// <summary>The types of the arguments, that of the receiver first.</summary>
    public ImmutableArray<CelType> Parameters { get; }

    /// <summary>The type of the result.</summary>
    public CelType Result { get; }

    /// <summary>Whether errors and unknowns among the arguments are passed on without a call.</summary>
    public bool IsStrict { get; }

    internal CelFunction? Function { get; }

    /// <summary>Whether it looks at nothing but its arguments, so that constants give a constant.</summary>
    internal bool IsPure { get; private set; }

    internal CelBinder? Binder { get; private init; }

    internal bool HasTypeParameters { get; }

    /// <summary>A function that is called as <c>f(a, b)</c>; its name may have dots in it.</summary>
    /// <param name="parameters">The types of its arguments.</param>
    /// <param name="result">The type of its result.</param>
    /// <param name="function">What it does; null when it is only checked and never evaluated.</param>
    /// <param name="isStrict">Whether errors and unknowns among the arguments are passed on without a call.</param>
    /// <returns>The overload.</returns>
    public static CelOverload Global(ImmutableArray<CelType> parameters, CelType result, CelFunction? function, bool isStrict = true) => new(false, parameters, result, function, isStrict);

    /// <summary>A function that is called as <c>a.f(b)</c>.</summary>
    /// <param name="parameters">The types of the receiver and of its arguments.</param>
    /// <param name="result">The type of its result.</param>
    /// <param name="function">What it does; null when it is only checked and never evaluated.</param>
    /// <param name="isStrict">Whether errors and unknowns among the arguments are passed on without a call.</param>
    /// <returns>The overload.</returns>
    public static CelOverload Member(ImmutableArray<CelType> parameters, CelType result, CelFunction? function, bool isStrict = true) => new(true, parameters, result, function, isStrict);

    /// <summary>The same with a look at constants when an expression is compiled.</summary>
    /// <param name="binder">Looks at them.</param>
    /// <returns>The overload.</returns>
    public CelOverload Bound(CelBinder binder) => new(IsMember, Parameters, Result, Function, IsStrict) { IsPure = IsPure, Binder = binder };

    internal CelOverload With(CelFunction function) => new(IsMember, Parameters, Result, function, IsStrict) { IsPure = IsPure };

    /// <summary>Whether constants among the arguments are of its types.</summary>
    internal bool Takes(ImmutableArray<CelValue?> constants)
    {
        for (var i = 0; i < constants.Length; i++)
        {
            if (constants[i] is { } constant && !Parameters[i].Takes(constant)) return false;
        }

        return true;
    }

    internal CelOverload AsPure()
    {
        IsPure = true;
        return this;
    }

    internal bool Takes(ReadOnlySpan<CelValue> arguments)
    {
        if (arguments.Length != Parameters.Length) return false;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!Parameters[i].Takes(arguments[i]) && (IsStrict || !arguments[i].IsErrorOrUnknown)) return false;
        }

        return true;
    }

    /// <summary>The types as people write them.</summary>
    /// <returns>For example <c>(string, int) -> bool</c> or <c>string.(int) -> bool</c>.</returns>
    public override string ToString() => IsMember ? $"{Parameters[0]}.({string.Join(", ", Parameters.Skip(1))}) -> {Result}" : $"({string.Join(", ", Parameters)}) -> {Result}";

    private static bool Generic(CelType type) => type.TypeKind == TypeKind.Parameter || type.Parameters.Any(Generic);
}
