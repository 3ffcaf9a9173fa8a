using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Headwater.Core.Policies.Cel.Parsing;

namespace Headwater.Core.Policies.Cel.Checking;

/// <summary>Finds the types of an expression's parts, and what cannot be. Where a type is <c>dyn</c> the evaluation decides.</summary>
internal sealed class Checker
{
    private const int MaxErrors = 50;

    private readonly CelEnvironment _environment;
    private readonly Scope<CelType> _scope;
    private readonly Substitutions _types = new();
    private readonly Dictionary<Expr, CelType> _of = new(ReferenceEqualityComparer.Instance);

    private Checker(CelEnvironment environment)
    {
        _environment = environment;
        _scope = new Scope<CelType>(environment);
    }

    public static CheckedTypes Check(CelEnvironment environment, Expr expression, CelType? expected)
    {
        var checker = new Checker(environment);
        var type = checker.Of(expression);
        if (expected is not null && !checker._types.IsAssignable(type, expected)) checker.Error(expression.Position, $"The expression is of type {checker.Shown(type)}, where {expected} is expected.");
        return new CheckedTypes(checker._types.Resolve(type, toDyn: true), checker.Errors, checker._of, checker._types);
    }

    private List<(int Position, string Message)> Errors { get; } = [];

    private CelType Of(Expr expression)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw Parser.NoRoom(expression.Position);
        var type = expression switch
        {
            LiteralExpr literal => literal.Value.TypeOf(),
            IdentExpr ident => Ident(ident),
            SelectExpr select => Select(select),
            CallExpr call => Call(call),
            ListExpr list => List(list),
            MapExpr map => Map(map),
            StructExpr made => Error(made.Position, $"'{made.Name}' is no type that expressions make values of."),
            LoopExpr loop => Loop(loop),
            BindExpr bind => Bind(bind),
            _ => throw new InvalidOperationException(expression.GetType().Name),
        };
        _of[expression] = type;
        return type;
    }

    private CelType Ident(IdentExpr ident)
    {
        if (!ident.IsRooted && _scope.Local(ident.Name) is { } local) return local;
        return Named(ident) ?? Error(ident.Position, Undeclared(ident.Name));
    }

    private CelType? Named(Expr expression)
    {
        var (variable, type) = _scope.Named(expression);
        return variable?.Type ?? (type is null ? null : CelType.Type(type));
    }

    private string Undeclared(string name)
    {
        var near = Nearest(name, _environment.Names);
        return near is null ? $"There is no variable '{Library.CelTime.Shown(name)}'." : $"There is no variable '{Library.CelTime.Shown(name)}'; is '{near}' meant?";
    }

    private CelType Select(SelectExpr select)
    {
        if (!select.IsTest && !select.IsOptional && Named(select) is { } named) return named;
        var operand = _types.Resolve(Of(select.Operand), toDyn: false);
        var wrapped = select.IsOptional || operand.IsOptional;
        if (operand.IsOptional) operand = operand.Parameters[0];
        var type = Field(select, operand);
        if (select.IsTest) return CelType.Bool;
        return wrapped ? type.IsOptional ? type : CelType.Optional(type) : type;
    }

    private CelType Field(SelectExpr select, CelType operand)
    {
        switch (operand.TypeKind)
        {
            case TypeKind.Dyn:
                return CelType.Dyn;
            case TypeKind.Parameter:
                _types.IsAssignable(CelType.Dyn, operand);
                return CelType.Dyn;
            case TypeKind.Map:
                if (!_types.IsAssignable(CelType.String, operand.Parameters[0])) return Error(select.Position, $"The keys of {operand} are no strings, so it has no field '{select.Field}'.");
                return operand.Parameters[1];
            case TypeKind.Record:
                if (operand.RecordType!.Field(select.Field) is { } field) return field.Type;
                var near = Nearest(select.Field, operand.RecordType.Fields.Keys);
                return Error(select.Position, $"{operand.Name} has no field '{Library.CelTime.Shown(select.Field)}'{(near is null ? "." : $"; is '{near}' meant?")}");
            default:
                return Error(select.Position, $"A value of type {operand} has no fields.");
        }
    }

    private CelType Call(CallExpr call)
    {
        if (call.Function is Operators.And or Operators.Or)
        {
            foreach (var term in call.Arguments) Assign(term, Of(term), CelType.Bool, call);
            return CelType.Bool;
        }

        if (call.Target is null) return Overload(call, call.Function, isMember: false, call.Arguments);
        return _scope.Namespaced(call) is { } name ? Overload(call, name, isMember: false, call.Arguments) : Overload(call, call.Function, isMember: true, [call.Target, .. call.Arguments]);
    }

    private void Assign(Expr expression, CelType type, CelType to, CallExpr call)
    {
        if (!_types.IsAssignable(type, to)) Error(expression.Position, $"'{Operators.Shown(call.Function)}' takes {to}, and this is {Shown(type)}.");
    }

    private CelType Overload(CallExpr call, string name, bool isMember, ImmutableArray<Expr> arguments)
    {
        var types = new CelType[arguments.Length];
        for (var i = 0; i < types.Length; i++) types[i] = Of(arguments[i]);
        var overloads = _environment.Function(name);
        if (overloads.IsEmpty) return Error(call.Position, $"There is no function '{Library.CelTime.Shown(name)}'.");
        CelType? result = null;
        foreach (var overload in overloads)
        {
            if (overload.IsMember != isMember || overload.Parameters.Length != types.Length) continue;
            var (of, parameters) = _types.Instance(overload);
            if (!_types.IsAssignable(types, parameters.AsSpan())) continue;
            of = _types.Resolve(of, toDyn: false);
            if (result is null) result = of;
            else if (result.TypeKind != TypeKind.Dyn && !result.Equals(of)) result = CelType.Dyn;
        }

        if (result is not null) return result;
        var shown = isMember && types.Length > 0 ? $"{Shown(types[0])}.({string.Join(", ", types.Skip(1).Select(Shown))})" : $"({string.Join(", ", types.Select(Shown))})";
        var there = overloads.Where(o => o.IsMember == isMember).Take(4).Select(o => o.ToString()).ToArray();
        var sign = Operators.Shown(name);
        return Error(call.Position, sign != name ? $"'{sign}' does not go with {string.Join(" and ", types.Select(Shown))}." : there.Length == 0
            ? $"{name}() is called {(isMember ? "as a function, not on a value" : "on a value: x." + name + "()")}."
            : $"{name}() does not take {shown}; it is {string.Join(" or ", there)}.");
    }

    private CelType List(ListExpr list)
    {
        CelType? element = null;
        for (var i = 0; i < list.Elements.Length; i++)
        {
            var type = Of(list.Elements[i]);
            if (list.Optional[i]) type = Unwrapped(list.Elements[i], type);
            element = _types.Join(element, type);
        }

        return CelType.List(_types.Resolve(element ?? _types.Fresh(), toDyn: false));
    }

    private CelType Map(MapExpr map)
    {
        CelType? key = null, value = null;
        foreach (var entry in map.Entries)
        {
            var type = _types.Resolve(Of(entry.Key), toDyn: false);
            if (type.TypeKind is not (TypeKind.Bool or TypeKind.Int or TypeKind.Uint or TypeKind.String or TypeKind.Dyn or TypeKind.Parameter))
            {
                Error(entry.Key.Position, $"Unsupported key type: {type} (keys are bool, int, uint or string).");
                type = CelType.Dyn;
            }

            key = _types.Join(key, type);
            type = Of(entry.Value);
            if (entry.IsOptional) type = Unwrapped(entry.Value, type);
            value = _types.Join(value, type);
        }

        return CelType.Map(_types.Resolve(key ?? _types.Fresh(), toDyn: false), _types.Resolve(value ?? _types.Fresh(), toDyn: false));
    }

    private CelType Unwrapped(Expr expression, CelType type)
    {
        type = _types.Resolve(type, toDyn: false);
        if (type.IsOptional) return type.Parameters[0];
        if (type.TypeKind is TypeKind.Dyn or TypeKind.Parameter) return CelType.Dyn;
        return Error(expression.Position, $"An element that is left out when it is none must be optional, and this is {type}.");
    }

    private CelType Loop(LoopExpr loop)
    {
        var range = _types.Resolve(Of(loop.Range), toDyn: false);
        CelType first = CelType.Dyn, second = CelType.Dyn;
        switch (range.TypeKind)
        {
            case TypeKind.List:
                (first, second) = loop.Second is null ? (range.Parameters[0], second) : (CelType.Int, range.Parameters[0]);
                break;
            case TypeKind.Map:
                (first, second) = (range.Parameters[0], range.Parameters[1]);
                break;
            case TypeKind.Dyn:
                break;
            case TypeKind.Parameter:
                _types.IsAssignable(CelType.Dyn, range);
                break;
            default:
                Error(loop.Range.Position, $"{loop.Macro}() goes through lists and maps, and this is {range}.");
                break;
        }

        _scope.Push(loop.First, first);
        if (loop.Second is not null) _scope.Push(loop.Second, second);
        if (loop.Filter is not null) Condition(loop, loop.Filter, Of(loop.Filter));
        var body = Of(loop.Body);
        var isCondition = loop.Kind is Parsing.Loop.All or Parsing.Loop.Exists or Parsing.Loop.ExistsOne or Parsing.Loop.Filter;
        if (isCondition) Condition(loop, loop.Body, body);
        if (loop.Second is not null) _scope.Pop();
        _scope.Pop();
        body = _types.Resolve(body, toDyn: false);
        return loop.Kind switch
        {
            Parsing.Loop.Filter => CelType.List(first),
            Parsing.Loop.Map or Parsing.Loop.TransformList => CelType.List(body),
            Parsing.Loop.TransformMap => CelType.Map(range.TypeKind == TypeKind.List ? CelType.Int : first, body),
            Parsing.Loop.TransformMapEntry when body.TypeKind is TypeKind.Map or TypeKind.Dyn => body.TypeKind == TypeKind.Map ? body : CelType.AnyMap,
            Parsing.Loop.TransformMapEntry => Error(loop.Body.Position, $"{loop.Macro}() makes entries of maps, and this is {body}."),
            _ => CelType.Bool,
        };
    }

    private void Condition(LoopExpr loop, Expr condition, CelType type)
    {
        if (!_types.IsAssignable(type, CelType.Bool)) Error(condition.Position, $"The condition of {loop.Macro}() must be bool, and this is {Shown(type)}.");
    }

    private CelType Bind(BindExpr bind)
    {
        var value = _types.Resolve(Of(bind.Value), toDyn: false);
        if (bind.IsOptional)
        {
            if (value.TypeKind is TypeKind.Dyn or TypeKind.Parameter) value = CelType.Dyn;
            else if (value.IsOptional) value = value.Parameters[0];
            else value = Error(bind.Position, $"{(bind.IsFlat ? "optFlatMap" : "optMap")}() is called on optional values, and this is {value}.");
        }

        _scope.Push(bind.Name, value);
        var body = _types.Resolve(Of(bind.Body), toDyn: false);
        _scope.Pop();
        if (!bind.IsOptional) return body;
        if (!bind.IsFlat) return CelType.Optional(body);
        return body.IsOptional || body.TypeKind == TypeKind.Dyn ? body : Error(bind.Body.Position, $"optFlatMap() makes optional values, and this is {body}.");
    }

    private CelType Error(int position, string message)
    {
        if (Errors.Count < MaxErrors) Errors.Add((position, message));
        return CelType.Dyn;
    }

    private string Shown(CelType type) => Library.CelTime.Shown(_types.Resolve(type, toDyn: true).ToString());

    /// <summary>The name that differs by one or two letters.</summary>
    private static string? Nearest(string name, IEnumerable<string> names)
    {
        if (name.Length is < 3 or > 40) return null;
        return names.Where(n => Math.Abs(n.Length - name.Length) <= 2).Select(n => (Name: n, Distance: Distance(n, name))).Where(n => n.Distance <= (name.Length < 6 ? 1 : 2)).OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal).Select(n => n.Name).FirstOrDefault();
    }

    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[b.Length];
    }
}

/// <summary>What the checker found.</summary>
/// <param name="Result">The type of the whole.</param>
/// <param name="Errors">What cannot be, and where.</param>
/// <param name="Types">The types of the parts, parameters not yet replaced.</param>
/// <param name="Substitutions">Replaces them.</param>
internal sealed record CheckedTypes(CelType Result, List<(int Position, string Message)> Errors, Dictionary<Expr, CelType> Types, Substitutions Substitutions)
{
    public CelType Of(Expr expression) => Substitutions.Resolve(Types.GetValueOrDefault(expression, CelType.Dyn), toDyn: true);
}
