using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Headwater.Core.Policies.Cel.Checking;
using Headwater.Core.Policies.Cel.Library;
using Headwater.Core.Policies.Cel.Parsing;

namespace Headwater.Core.Policies.Cel.Evaluation;

/// <summary>Makes nodes of an expression: names become places, constants are worked out, and common conditions get nodes of their own.</summary>
internal sealed class Planner
{
    private readonly CelEnvironment _environment;
    private readonly SourceText _source;
    private readonly bool _isChecked;
    private readonly Scope<LocalNode> _scope;
    private readonly CelActivation _constants;
    private readonly SortedSet<string> _reads = new(StringComparer.Ordinal), _calls = new(StringComparer.Ordinal);
    private int _depth, _locals;

    private Planner(CelEnvironment environment, SourceText source, bool isChecked)
    {
        _environment = environment;
        _source = source;
        _isChecked = isChecked;
        _scope = new Scope<LocalNode>(environment);
        _constants = new CelActivation(environment);
        // All constants of an expression together; what is left is worked out when it is evaluated.
        _constants.Begin(0, Math.Min(environment.Limits.Steps, 100_000));
    }

    /// <exception cref="CelSyntaxException">A checked expression has a part that can never be evaluated.</exception>
    public static CelProgram Plan(CelEnvironment environment, SourceText source, Expr expression, CheckedTypes? types)
    {
        var planner = new Planner(environment, source, types is not null);
        var root = planner.Plan(expression);
        return new CelProgram(environment, source.Text, expression, root, planner._locals, types?.Result ?? CelType.Dyn, [.. planner._reads], [.. planner._calls]);
    }

    private Place At(Expr expression) => new(_source, expression.Position);

    private Node Plan(Expr expression) => !RuntimeHelpers.TryEnsureSufficientExecutionStack() ? throw Parser.NoRoom(expression.Position) : expression switch
    {
        LiteralExpr literal => new ConstantNode(literal.Value),
        IdentExpr ident => Name(ident) ?? new FailNode(At(ident), $"There is no variable '{CelTime.Shown(ident.Name)}'."),
        SelectExpr select => Select(select),
        CallExpr call => Call(call),
        ListExpr list => List(list),
        MapExpr map => Map(map),
        StructExpr made => new FailNode(At(made), $"'{made.Name}' is no type that expressions make values of."),
        LoopExpr loop => Loop(loop),
        BindExpr bind => Bind(bind),
        _ => throw new InvalidOperationException(expression.GetType().Name),
    };

    private Node? Name(Expr expression, string reads = "")
    {
        if (expression is IdentExpr { IsRooted: false } ident && _scope.Local(ident.Name) is { } local) return local;
        var (variable, type) = _scope.Named(expression);
        if (type is not null) return new ConstantNode(CelValue.Of(type));
        if (variable is null) return null;
        _reads.Add(variable.Name + reads);
        return new VariableNode(At(expression), variable);
    }

    // "reads" is the fields that follow, for what the program reads.
    private Node Select(SelectExpr select, string reads = "")
    {
        if (!select.IsTest && !select.IsOptional && Name(select, reads) is { } named) return named;
        reads = $".{select.Field}{reads}";
        var operand = select.Operand switch
        {
            SelectExpr inner => Select(inner, reads),
            IdentExpr ident => Name(ident, reads) ?? Plan(ident),
            var other => Plan(other),
        };
        return new SelectNode(At(select), operand, select.Field, select.IsTest, select.IsOptional);
    }

    private Node Call(CallExpr call)
    {
        var place = At(call);
        if (call.Target is null)
        {
            switch (call.Function)
            {
                case Operators.And or Operators.Or:
                    return new LogicNode(place, [.. call.Arguments.Select(Plan)], call.Function == Operators.And);
                case Operators.Not:
                    return new NotNode(place, Plan(call.Arguments[0]));
                case Operators.Negate:
                    return new NegateNode(place, Plan(call.Arguments[0]));
                case Operators.Conditional:
                    return new ConditionalNode(place, Plan(call.Arguments[0]), Plan(call.Arguments[1]), Plan(call.Arguments[2]));
                case Operators.Index or Operators.OptionalIndex:
                    return new IndexNode(place, Plan(call.Arguments[0]), Plan(call.Arguments[1]), call.Function == Operators.OptionalIndex);
            }

            if (Operators.Precedence(call.Function) > 0) return Binary(place, call.Function, Plan(call.Arguments[0]), Plan(call.Arguments[1]));
        }

        var name = _scope.Namespaced(call);
        ImmutableArray<Expr> arguments = call.Target is null || name is not null ? call.Arguments : [call.Target, .. call.Arguments];
        return Function(place, name ?? call.Function, call.Target is not null && name is null, [.. arguments.Select(Plan)], call);
    }

    private static Node Binary(Place place, string function, Node left, Node right)
    {
        switch (function)
        {
            case Operators.Equal or Operators.NotEqual:
                var negated = function == Operators.NotEqual;
                if (right is ConstantNode { Value.Kind: CelKind.String } text) return new EqualTextNode(place, left, text.Value.String!, negated);
                return left is ConstantNode { Value.Kind: CelKind.String } first ? new EqualTextNode(place, right, first.Value.String!, negated) : new EqualNode(place, left, right, negated);
            case Operators.In:
                return right is ConstantNode { Value: { Kind: CelKind.List } list } && Texts(list.List!) is { } texts ? new InTextsNode(place, left, texts) : new InNode(place, left, right);
            case Operators.Less or Operators.LessOrEqual or Operators.Greater or Operators.GreaterOrEqual:
                return new OrderNode(place, left, right, function);
            default:
                return new ArithmeticNode(place, left, right, function);
        }
    }

    private static HashSet<string>? Texts(CelList list)
    {
        var texts = new List<string>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].String is not { } text) return null;
            texts.Add(text);
        }

        return new HashSet<string>(texts, StringComparer.Ordinal);
    }

    private Node Function(Place place, string name, bool isMember, Node[] arguments, CallExpr call)
    {
        var declared = _environment.Function(name);
        CelOverload[] overloads = [.. declared.Where(o => o.IsMember == isMember && o.Parameters.Length == arguments.Length)];
        if (overloads.Length == 0) return new FailNode(place, declared.IsEmpty ? $"There is no function '{CelTime.Shown(name)}'." : $"{name}() is not called so, with {arguments.Length} arguments.");
        if (name == "matches" && arguments is [_, ConstantNode { Value.Kind: CelKind.String } pattern])
        {
            if (Pattern.Read(pattern.Value.String!, out var error) is { } read) return new MatchesNode(place, arguments[0], read);
            return _isChecked ? throw new CelSyntaxException(call.Arguments[^1].Position, error) : new FailNode(place, error);
        }

        if (!overloads.All(o => o.IsPure)) _calls.Add(name);
        if (Bind(overloads, arguments) is { } wrong) return _isChecked ? throw new CelSyntaxException(call.Position, wrong) : new FailNode(place, wrong);
        var node = new CallNode(place, name, overloads, arguments);
        if (!overloads.All(o => o.IsPure) || !arguments.All(a => a is ConstantNode)) return node;
        node.Evaluate(_constants, out var value);
        // What fails, fails when it is evaluated: it may not matter.
        return value.IsErrorOrUnknown ? node : new ConstantNode(value);
    }

    /// <summary>Lets overloads look at constants.</summary>
    /// <returns>Why the call cannot work, or null.</returns>
    private static string? Bind(CelOverload[] overloads, Node[] arguments)
    {
        if (!overloads.Any(o => o.Binder is not null) || !arguments.Any(a => a is ConstantNode)) return null;
        ImmutableArray<CelValue?> constants = [.. arguments.Select(a => (a as ConstantNode)?.Value)];
        for (var i = 0; i < overloads.Length; i++)
        {
            if (overloads[i].Binder is not { } binder || !overloads[i].Takes(constants)) continue;
            var binding = binder(constants);
            if (binding.Error is not null) return binding.Error;
            if (binding.Function is { } function) overloads[i] = overloads[i].With(function);
        }

        return null;
    }

    private Node List(ListExpr list)
    {
        Node[] elements = [.. list.Elements.Select(Plan)];
        return !list.Optional.Contains(true) && elements.All(e => e is ConstantNode) ? new ConstantNode(CelValue.Of(CelList.Of([.. elements.Select(e => ((ConstantNode)e).Value)])))
            : new ListNode(At(list), elements, [.. list.Optional]);
    }

    private Node Map(MapExpr map)
    {
        (Node Key, Node Value, bool IsOptional)[] entries = [.. map.Entries.Select(e => (Plan(e.Key), Plan(e.Value), e.IsOptional))];
        var node = new MapNode(At(map), entries);
        if (!entries.All(e => e is { Key: ConstantNode, Value: ConstantNode, IsOptional: false })) return node;
        node.Evaluate(_constants, out var value);
        return value.IsErrorOrUnknown ? node : new ConstantNode(value);
    }

    private Node Loop(LoopExpr loop)
    {
        var range = Plan(loop.Range);
        var slot = Enter(loop.First);
        if (loop.Second is not null) Enter(loop.Second);
        var filter = loop.Filter is null ? null : Plan(loop.Filter);
        var body = Plan(loop.Body);
        if (loop.Second is not null) Leave();
        Leave();
        var (place, two) = (At(loop), loop.Second is not null);
        // What one round may take, loops within it apart.
        var cost = 1 + loop.Body.Parts + (loop.Filter?.Parts ?? 0);
        return loop.Kind switch
        {
            Parsing.Loop.Map or Parsing.Loop.Filter or Parsing.Loop.TransformList => new ListLoopNode(place, loop.Kind, loop.Macro, range, filter, body, slot, two, cost),
            Parsing.Loop.TransformMap or Parsing.Loop.TransformMapEntry => new MapLoopNode(place, loop.Kind, loop.Macro, range, filter, body, slot, cost),
            _ => new QuantifierNode(place, loop.Kind, loop.Macro, range, body, slot, two, cost),
        };
    }

    private Node Bind(BindExpr bind)
    {
        var value = Plan(bind.Value);
        var slot = Enter(bind.Name);
        var body = Plan(bind.Body);
        Leave();
        return new BindNode(At(bind), slot, value, body, bind.IsOptional, bind.IsFlat);
    }

    private int Enter(string name)
    {
        var slot = _depth++;
        _locals = Math.Max(_locals, _depth);
        _scope.Push(name, new LocalNode(slot));
        return slot;
    }

    private void Leave()
    {
        _scope.Pop();
        _depth--;
    }
}
