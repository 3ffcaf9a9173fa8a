using System.Collections.Immutable;

namespace Headwater.Core.Policies.Cel.Parsing;

/// <summary>Calls that are no functions: their arguments are not evaluated first. A call with another number of arguments is none of them.</summary>
internal static class Macros
{
    /// <returns>The expression that the call stands for, or null when it is no macro.</returns>
    /// <exception cref="CelSyntaxException">An argument is not what the macro takes.</exception>
    public static Expr? Expand(int at, string name, Expr? target, ImmutableArray<Expr> arguments)
    {
        if (target is null) return name == "has" && arguments.Length == 1 ? Has(at, arguments[0]) : null;
        if (name == "bind" && arguments.Length == 3 && target is IdentExpr { Name: "cel" }) return new BindExpr(at, Variable(arguments[0], name), arguments[1], arguments[2]);
        if (name is "optMap" or "optFlatMap" && arguments.Length == 2) return new BindExpr(at, Variable(arguments[0], name), target, arguments[1], isOptional: true, isFlat: name == "optFlatMap");
        return (name, arguments.Length) switch
        {
            ("all", 2) => One(Loop.All),
            ("exists", 2) => One(Loop.Exists),
            ("exists_one" or "existsOne", 2) => One(Loop.ExistsOne),
            ("map", 2) => One(Loop.Map),
            ("map", 3) => new LoopExpr(at, Loop.Map, name, target, Variable(arguments[0], name), null, arguments[1], arguments[2]),
            ("filter", 2) => One(Loop.Filter),
            ("all", 3) => Two(Loop.All),
            ("exists", 3) => Two(Loop.Exists),
            ("existsOne" or "exists_one", 3) => Two(Loop.ExistsOne),
            ("transformList", 3 or 4) => Two(Loop.TransformList),
            ("transformMap", 3 or 4) => Two(Loop.TransformMap),
            ("transformMapEntry", 3 or 4) => Two(Loop.TransformMapEntry),
            _ => null,
        };

        LoopExpr One(Loop kind) => new(at, kind, name, target, Variable(arguments[0], name), null, null, arguments[1]);

        LoopExpr Two(Loop kind)
        {
            var (first, second) = (Variable(arguments[0], name), Variable(arguments[1], name));
            if (first == second) throw new CelSyntaxException(arguments[1].Position, $"The two variables of {name}() need different names.");
            return new LoopExpr(at, kind, name, target, first, second, arguments.Length == 4 ? arguments[2] : null, arguments[^1]);
        }
    }

    private static SelectExpr Has(int at, Expr argument) => argument is SelectExpr { IsTest: false } select
        ? new SelectExpr(select.Position, select.Operand, select.Field, isTest: true, select.IsOptional)
        : throw new CelSyntaxException(at, "has() asks for a field: has(a.b).");

    private static string Variable(Expr argument, string macro) => argument is IdentExpr { IsRooted: false } ident
        ? ident.Name
        : throw new CelSyntaxException(argument.Position, $"{macro}() takes the name of a variable here.");
}
