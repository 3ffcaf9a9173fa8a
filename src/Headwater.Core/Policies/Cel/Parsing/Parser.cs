using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Headwater.Core.Policies.Cel.Parsing;

/// <summary>Reads an expression by descent. What lies deeper than the limit is refused before it costs stack.</summary>
internal sealed class Parser
{
    private static readonly HashSet<string> s_literals = ["true", "false", "null", "in"];
    private static readonly HashSet<string> s_reserved = ["as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while"];

    private readonly Lexer _lexer;
    private readonly CelLimits _limits;
    private int _depth;

    private Parser(string source, CelLimits limits)
    {
        _lexer = new Lexer(source);
        _limits = limits;
    }

    /// <exception cref="CelSyntaxException">It is no expression.</exception>
    public static Expr Parse(string source, CelLimits limits)
    {
        if (source.Length > limits.SourceLength) throw new CelSyntaxException(0, $"The expression is longer than {limits.SourceLength:N0} characters.");
        var parser = new Parser(source, limits);
        parser._lexer.Next();
        if (parser._lexer.Token == Token.End) throw parser.Error("An expression is expected.");
        var expression = parser.Expression();
        if (parser._lexer.Token != Token.End) throw parser.Unexpected("an operator or the end");
        if (expression.Parts > limits.Parts) throw new CelSyntaxException(0, $"The expression has more than {limits.Parts:N0} parts.");
        return expression;
    }

    private Expr Expression()
    {
        if (++_depth > Math.Min(_limits.Depth, 1000)) throw TooDeep(_lexer.Position);
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw NoRoom(_lexer.Position);
        var condition = Logical(Operators.Or, "||");
        if (_lexer.Is("?"))
        {
            var at = _lexer.Position;
            _lexer.Next();
            var then = Logical(Operators.Or, "||");
            Expect(":");
            condition = Bounded(new CallExpr(at, Operators.Conditional, null, [condition, then, Expression()]));
        }

        _depth--;
        return condition;
    }

    /// <summary>A row of one logical operator is one call with many arguments, so that long rows are not deep.</summary>
    private Expr Logical(string function, string sign)
    {
        var first = function == Operators.Or ? Logical(Operators.And, "&&") : Binary(1);
        if (!_lexer.Is(sign)) return first;
        var at = _lexer.Position;
        var terms = ImmutableArray.CreateBuilder<Expr>();
        terms.Add(first);
        while (_lexer.Is(sign))
        {
            _lexer.Next();
            terms.Add(function == Operators.Or ? Logical(Operators.And, "&&") : Binary(1));
        }

        return Bounded(new CallExpr(at, function, null, terms.ToImmutable()));
    }

    private Expr Binary(int least)
    {
        var left = Unary();
        while (Operators.Precedence(_lexer, out var function) is var precedence && precedence >= least)
        {
            var at = _lexer.Position;
            _lexer.Next();
            left = Bounded(new CallExpr(at, function, null, [left, Binary(precedence + 1)]));
        }

        return left;
    }

    private Expr Unary()
    {
        if (!_lexer.Is("!") && !_lexer.Is("-")) return Member(Primary());
        var at = _lexer.Position;
        var sign = _lexer.Text;
        var count = 0;
        for (; _lexer.Is(sign); count++) _lexer.Next();
        if (sign == "-" && count == 1 && _lexer.Token is Token.Int or Token.Double) return Member(Number(at, negative: true));
        // Two of a kind do what any even number of them does, and what one does wrong.
        var operand = Member(Primary());
        for (count = count % 2 == 0 ? 2 : 1; count > 0; count--) operand = Bounded(new CallExpr(at, sign == "!" ? Operators.Not : Operators.Negate, null, [operand]));
        return operand;
    }

    private Expr Member(Expr operand)
    {
        for (; ; )
        {
            if (_lexer.Is("."))
            {
                _lexer.Next();
                var optional = Take("?");
                var at = _lexer.Position;
                var quoted = _lexer.Token == Token.QuotedIdentifier;
                if (!quoted && (_lexer.Token != Token.Identifier || s_literals.Contains(_lexer.Text))) throw Unexpected("a field or function name");
                var name = _lexer.Text;
                _lexer.Next();
                operand = !quoted && !optional && _lexer.Is("(") ? Call(at, name, operand, isRooted: false) : new SelectExpr(at, operand, name, isOptional: optional);
            }
            else if (_lexer.Is("["))
            {
                var at = _lexer.Position;
                _lexer.Next();
                var function = Take("?") ? Operators.OptionalIndex : Operators.Index;
                var index = Expression();
                Expect("]");
                operand = new CallExpr(at, function, null, [operand, index]);
            }
            else if (_lexer.Is("{") && Qualified(operand) is { } name)
            {
                operand = Structure(operand.Position, name);
            }
            else
            {
                return operand;
            }

            Bounded(operand);
        }
    }

    private Expr Primary()
    {
        var at = _lexer.Position;
        switch (_lexer.Token)
        {
            case Token.Int or Token.Uint or Token.Double:
                return Number(at, negative: false);
            case Token.String:
                var text = new LiteralExpr(at, CelValue.Of(_lexer.Text));
                _lexer.Next();
                return text;
            case Token.Bytes:
                var bytes = new LiteralExpr(at, CelValue.Of(_lexer.Bytes));
                _lexer.Next();
                return bytes;
            case Token.Identifier:
                return Name(at, isRooted: false);
            case Token.Sign when _lexer.Is("."):
                _lexer.Next();
                if (_lexer.Token != Token.Identifier) throw Unexpected("a name");
                return Name(_lexer.Position, isRooted: true);
            case Token.Sign when _lexer.Is("("):
                _lexer.Next();
                var inner = Expression();
                Expect(")");
                return inner;
            case Token.Sign when _lexer.Is("["):
                _lexer.Next();
                return List(at);
            case Token.Sign when _lexer.Is("{"):
                _lexer.Next();
                return Map(at);
            default:
                throw Unexpected("a value, a name or '('");
        }
    }

    private LiteralExpr Number(int at, bool negative)
    {
        var value = _lexer.Token switch
        {
            Token.Double => CelValue.Of(negative ? -_lexer.Double : _lexer.Double),
            Token.Uint => CelValue.Of(_lexer.Number),
            _ when negative && _lexer.Number <= 1UL << 63 => CelValue.Of(unchecked(-(long)_lexer.Number)),
            _ when !negative && _lexer.Number <= long.MaxValue => CelValue.Of((long)_lexer.Number),
            _ => throw Error("The number does not fit an int (64 bits); a uint is written with u behind it."),
        };
        _lexer.Next();
        return new LiteralExpr(at, value);
    }

    private Expr Name(int at, bool isRooted)
    {
        var name = _lexer.Text;
        if (s_reserved.Contains(name)) throw Error($"'{name}' is reserved and cannot be a name.");
        _lexer.Next();
        if (s_literals.Contains(name))
        {
            if (isRooted || name == "in") throw new CelSyntaxException(at, $"Unexpected '{name}'; a name is expected.");
            return new LiteralExpr(at, name switch { "true" => CelValue.True, "false" => CelValue.False, _ => CelValue.Null });
        }

        return _lexer.Is("(") ? Call(at, name, null, isRooted) : new IdentExpr(at, name, isRooted);
    }

    private Expr Call(int at, string name, Expr? target, bool isRooted)
    {
        Expect("(");
        var arguments = ImmutableArray.CreateBuilder<Expr>();
        if (!_lexer.Is(")"))
        {
            do arguments.Add(Expression());
            while (Take(","));
        }

        Expect(")");
        return Bounded(Macros.Expand(at, name, target, arguments.ToImmutable()) ?? new CallExpr(at, name, target, arguments.ToImmutable(), isRooted));
    }

    private Expr List(int at)
    {
        var elements = ImmutableArray.CreateBuilder<Expr>();
        var optional = ImmutableArray.CreateBuilder<bool>();
        while (!_lexer.Is("]"))
        {
            optional.Add(Take("?"));
            elements.Add(Expression());
            if (!Take(",") && !_lexer.Is("]")) throw Unexpected("',' or ']'");
        }

        _lexer.Next();
        return Bounded(new ListExpr(at, elements.ToImmutable(), optional.ToImmutable()));
    }

    private Expr Map(int at)
    {
        var entries = ImmutableArray.CreateBuilder<MapEntry>();
        while (!_lexer.Is("}"))
        {
            var optional = Take("?");
            var key = Expression();
            Expect(":");
            entries.Add(new MapEntry(key, Expression(), optional));
            if (!Take(",") && !_lexer.Is("}")) throw Unexpected("',' or '}'");
        }

        _lexer.Next();
        return Bounded(new MapExpr(at, entries.ToImmutable()));
    }

    private Expr Structure(int at, string name)
    {
        _lexer.Next();
        var fields = ImmutableArray.CreateBuilder<(string, Expr)>();
        while (!_lexer.Is("}"))
        {
            Take("?");
            if (_lexer.Token is not (Token.Identifier or Token.QuotedIdentifier)) throw Unexpected("the name of a field");
            var field = _lexer.Text;
            _lexer.Next();
            Expect(":");
            fields.Add((field, Expression()));
            if (!Take(",") && !_lexer.Is("}")) throw Unexpected("',' or '}'");
        }

        _lexer.Next();
        return new StructExpr(at, name, fields.ToImmutable());
    }

    /// <summary>The name when it is one: <c>a.b.c</c>.</summary>
    public static string? Qualified(Expr expression) => expression switch
    {
        IdentExpr ident => ident.Name,
        SelectExpr { IsTest: false, IsOptional: false } select => Qualified(select.Operand) is { } front ? $"{front}.{select.Field}" : null,
        _ => null,
    };

    private Expr Bounded(Expr expression) => expression.Depth <= Math.Min(_limits.Depth, 1000) ? expression : throw TooDeep(expression.Position);

    /// <summary>For a thread with little stack, on which less is too deep than the limit says.</summary>
    public static CelSyntaxException NoRoom(int position) => new(position, "The expression is nested too deep for the stack of this thread.");

    private CelSyntaxException TooDeep(int position) => new(position, $"The expression is nested deeper than {Math.Min(_limits.Depth, 1000)} levels.");

    private bool Take(string sign)
    {
        if (!_lexer.Is(sign)) return false;
        _lexer.Next();
        return true;
    }

    private void Expect(string sign)
    {
        if (!Take(sign)) throw Unexpected($"'{sign}'");
    }

    private CelSyntaxException Error(string message) => new(_lexer.Position, message);

    private CelSyntaxException Unexpected(string expected) => Error(_lexer.Token switch
    {
        Token.End => $"The expression ends where {expected} is expected.",
        Token.Identifier or Token.Sign or Token.QuotedIdentifier => $"Unexpected '{Library.CelTime.Shown(_lexer.Text)}'; {expected} is expected.",
        Token.String or Token.Bytes => $"Unexpected string; {expected} is expected.",
        _ => $"Unexpected number; {expected} is expected.",
    });
}
