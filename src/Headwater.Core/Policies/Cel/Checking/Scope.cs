using Headwater.Core.Policies.Cel.Parsing;

namespace Headwater.Core.Policies.Cel.Checking;

/// <summary>
/// What names mean: variables of macros hide others; of a chain <c>a.b.c</c> the longest beginning that names a variable or type is it, and the rest are fields. The checker and the planner
/// ask the same questions here, so that what was checked is what is evaluated.
/// </summary>
internal sealed class Scope<T>(CelEnvironment environment) where T : class
{
    private readonly List<(string Name, T Value)> _locals = [];

    public void Push(string name, T value) => _locals.Add((name, value));

    public void Pop() => _locals.RemoveAt(_locals.Count - 1);

    public T? Local(string name)
    {
        for (var i = _locals.Count - 1; i >= 0; i--)
        {
            if (_locals[i].Name == name) return _locals[i].Value;
        }

        return null;
    }

    /// <summary>The variable or type that a name or chain of names as a whole is; null when its beginning is a macro's variable or it is neither.</summary>
    public (CelVariable? Variable, CelType? Type) Named(Expr expression)
    {
        if (Parser.Qualified(expression) is not { } name || HasLocalRoot(expression)) return default;
        return environment.Variable(name) is { } variable ? (variable, null) : (null, environment.TypeNamed(name));
    }

    /// <summary>The function with a dotted name that a call with a receiver is: <c>strings.quote(x)</c>.</summary>
    public string? Namespaced(CallExpr call)
    {
        if (call.Target is null || Parser.Qualified(call.Target) is not { } front || HasLocalRoot(call.Target)) return null;
        var name = $"{front}.{call.Function}";
        return environment.Function(name).IsEmpty ? null : name;
    }

    private bool HasLocalRoot(Expr expression)
    {
        while (expression is SelectExpr select) expression = select.Operand;
        return expression is IdentExpr { IsRooted: false } ident && Local(ident.Name) is not null;
    }
}
