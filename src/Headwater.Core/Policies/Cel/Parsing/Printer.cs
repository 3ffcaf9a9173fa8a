using System.Globalization;
using System.Text;
using Headwater.Core.Policies.Cel.Library;

namespace Headwater.Core.Policies.Cel.Parsing;

/// <summary>Writes an expression so that reading it gives the same expression.</summary>
internal static class Printer
{
    private const int Ternary = 0, Or = 1, And = 2, Relation = 3, Unary = 6, Member = 7;

    public static string Print(Expr expression)
    {
        var text = new StringBuilder();
        Write(text, expression, Ternary);
        return text.ToString();
    }

    /// <summary>With parentheses when it binds less tight than it must.</summary>
    private static void Write(StringBuilder text, Expr expression, int least)
    {
        var binds = Binds(expression);
        if (binds < least) text.Append('(');
        Write(text, expression);
        if (binds < least) text.Append(')');
    }

    private static int Binds(Expr expression) => expression switch
    {
        CallExpr { Function: Operators.Conditional } => Ternary,
        CallExpr { Function: Operators.Or } => Or,
        CallExpr { Function: Operators.And } => And,
        CallExpr { Function: Operators.Not or Operators.Negate } => Unary,
        CallExpr { Target: null } call when Operators.Precedence(call.Function) is > 0 and var precedence => Relation - 1 + precedence,
        LiteralExpr { Value: { Kind: CelKind.Int, Int: < 0 } } => Unary,
        LiteralExpr { Value: { Kind: CelKind.Double } number } when double.IsNegative(number.Double) => Unary,
        _ => Member,
    };

    private static void Write(StringBuilder text, Expr expression)
    {
        switch (expression)
        {
            case LiteralExpr literal:
                text.Append(Literal(literal.Value));
                break;
            case IdentExpr ident:
                text.Append(ident.IsRooted ? "." : "").Append(ident.Name);
                break;
            case SelectExpr select:
                if (select.IsTest) text.Append("has(");
                Write(text, select.Operand, Member);
                text.Append(select.IsOptional ? ".?" : ".").Append(Field(select.Field));
                if (select.IsTest) text.Append(')');
                break;
            case CallExpr call:
                Call(text, call);
                break;
            case ListExpr list:
                text.Append('[');
                for (var i = 0; i < list.Elements.Length; i++)
                {
                    text.Append(i > 0 ? ", " : "").Append(list.Optional[i] ? "?" : "");
                    Write(text, list.Elements[i], Ternary);
                }

                text.Append(']');
                break;
            case MapExpr map:
                text.Append('{');
                for (var i = 0; i < map.Entries.Length; i++)
                {
                    text.Append(i > 0 ? ", " : "").Append(map.Entries[i].IsOptional ? "?" : "");
                    Write(text, map.Entries[i].Key, Ternary);
                    Write(text.Append(": "), map.Entries[i].Value, Ternary);
                }

                text.Append('}');
                break;
            case StructExpr made:
                text.Append(made.Name).Append('{');
                for (var i = 0; i < made.Fields.Length; i++) Write(text.Append(i > 0 ? ", " : "").Append(Field(made.Fields[i].Field)).Append(": "), made.Fields[i].Value, Ternary);
                text.Append('}');
                break;
            case LoopExpr loop:
                Write(text, loop.Range, Member);
                text.Append('.').Append(loop.Macro).Append('(').Append(loop.First);
                if (loop.Second is not null) text.Append(", ").Append(loop.Second);
                if (loop.Filter is not null) Write(text.Append(", "), loop.Filter, Ternary);
                Write(text.Append(", "), loop.Body, Ternary);
                text.Append(')');
                break;
            case BindExpr bind:
                if (bind.IsOptional) Write(text, bind.Value, Member);
                text.Append(!bind.IsOptional ? "cel.bind(" : bind.IsFlat ? ".optFlatMap(" : ".optMap(").Append(bind.Name);
                if (!bind.IsOptional) Write(text.Append(", "), bind.Value, Ternary);
                Write(text.Append(", "), bind.Body, Ternary);
                text.Append(')');
                break;
        }
    }

    private static void Call(StringBuilder text, CallExpr call)
    {
        var arguments = call.Arguments;
        switch (call.Function)
        {
            case Operators.Conditional:
                Write(text, arguments[0], Or);
                Write(text.Append(" ? "), arguments[1], Or);
                Write(text.Append(" : "), arguments[2], Ternary);
                return;
            case Operators.Or or Operators.And:
                for (var i = 0; i < arguments.Length; i++)
                {
                    if (i > 0) text.Append(' ').Append(Operators.Sign(call.Function)).Append(' ');
                    Write(text, arguments[i], call.Function == Operators.Or ? And : Relation);
                }

                return;
            case Operators.Not or Operators.Negate:
                // Signs run together; a number after a minus would be a literal.
                var same = arguments[0] is CallExpr inner && inner.Function == call.Function;
                text.Append(call.Function[0]);
                Write(text, arguments[0], same ? Unary : call.Function == Operators.Negate && BeginsWithNumber(arguments[0]) ? Member + 1 : Member);
                return;
            case Operators.Index or Operators.OptionalIndex:
                Write(text, arguments[0], Member);
                Write(text.Append(call.Function == Operators.Index ? "[" : "[?"), arguments[1], Ternary);
                text.Append(']');
                return;
        }

        if (call.Target is null && Operators.Precedence(call.Function) is > 0 and var precedence)
        {
            Write(text, arguments[0], Relation - 1 + precedence);
            text.Append(' ').Append(Operators.Sign(call.Function)).Append(' ');
            Write(text, arguments[1], Relation + precedence);
            return;
        }

        if (call.Target is not null)
        {
            Write(text, call.Target, Member);
            text.Append('.');
        }

        text.Append(call.IsRooted ? "." : "").Append(call.Function).Append('(');
        for (var i = 0; i < arguments.Length; i++)
        {
            if (i > 0) text.Append(", ");
            Write(text, arguments[i], Ternary);
        }

        text.Append(')');
    }

    private static bool BeginsWithNumber(Expr expression)
    {
        for (; ; )
        {
            switch (expression)
            {
                case LiteralExpr literal: return literal.Value.Kind is CelKind.Int or CelKind.Double;
                case SelectExpr { IsTest: false } select: expression = select.Operand; break;
                case CallExpr { Target: { } target }: expression = target; break;
                case CallExpr { Function: Operators.Index or Operators.OptionalIndex } index: expression = index.Arguments[0]; break;
                case LoopExpr loop: expression = loop.Range; break;
                case BindExpr { IsOptional: true } bind: expression = bind.Value; break;
                default: return false;
            }
        }
    }

    private static string Field(string name) => name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && name is not ("in" or "true" or "false" or "null") ? name : $"`{name}`";

    private static string Literal(in CelValue value) => value.Kind switch
    {
        CelKind.Double when double.IsInteger(value.Double) && Math.Abs(value.Double) < 1e15 => value.Double.ToString("F1", CultureInfo.InvariantCulture),
        CelKind.Double => Exact(value.Double),
        CelKind.Bytes => $"b\"{string.Concat(value.Bytes!.Select(b => b is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\' ? ((char)b).ToString() : $"\\x{b:x2}"))}\"",
        CelKind.String => TextFunctions.Quote(value.String!),
        _ => value.ToString(),
    };

    private static string Exact(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) || text.Contains('E', StringComparison.Ordinal) ? text : text + ".0";
    }
}
