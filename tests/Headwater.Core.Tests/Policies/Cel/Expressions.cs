using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Tests.Policies.Cel;

/// <summary>Short ways to evaluate.</summary>
internal static class Expressions
{
    /// <summary>What the expression comes to, checked; an error of the checker counts as one.</summary>
    public static CelValue Value(string source, CelEnvironment? environment = null, Action<CelActivation>? set = null) => Value(source, check: true, environment, set);

    /// <summary>What the expression comes to without a check.</summary>
    public static CelValue Unchecked(string source, CelEnvironment? environment = null, Action<CelActivation>? set = null) => Value(source, check: false, environment, set);

    public static CelError Wrong(string source, CelEnvironment? environment = null) => (environment ?? CelEnvironment.Standard).Compile(source).Errors.ShouldHaveSingleItem();

    private static CelValue Value(string source, bool check, CelEnvironment? environment, Action<CelActivation>? set)
    {
        environment ??= CelEnvironment.Standard;
        var compiled = environment.Compile(source, check: check);
        if (!compiled.IsOk) return CelValue.Failed(string.Join("; ", compiled.Errors));
        var activation = new CelActivation(environment);
        set?.Invoke(activation);
        return compiled.Program.Evaluate(activation);
    }
}
