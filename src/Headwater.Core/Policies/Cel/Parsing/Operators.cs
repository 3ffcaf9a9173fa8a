namespace Headwater.Core.Policies.Cel.Parsing;

/// <summary>The operators by the names that the language definition gives their functions.</summary>
internal static class Operators
{
    public const string And = "_&&_", Or = "_||_", Not = "!_", Negate = "-_", Conditional = "_?_:_", Index = "_[_]", OptionalIndex = "_[?_]", Equal = "_==_", NotEqual = "_!=_", In = "@in",
        Less = "_<_", LessOrEqual = "_<=_", Greater = "_>_", GreaterOrEqual = "_>=_", Add = "_+_", Subtract = "_-_", Multiply = "_*_", Divide = "_/_", Modulo = "_%_";

    /// <summary>How tight a binary operator binds; 0 for what is none.</summary>
    public static int Precedence(Lexer at, out string function)
    {
        function = at.Token == Token.Identifier ? (at.Text == "in" ? In : "") : at.Token != Token.Sign ? "" : at.Text switch
        {
            "==" => Equal, "!=" => NotEqual, "<" => Less, "<=" => LessOrEqual, ">" => Greater, ">=" => GreaterOrEqual, "+" => Add, "-" => Subtract, "*" => Multiply, "/" => Divide, "%" => Modulo, _ => "",
        };
        return Precedence(function);
    }

    public static int Precedence(string function) => function switch
    {
        Equal or NotEqual or Less or LessOrEqual or Greater or GreaterOrEqual or In => 1,
        Add or Subtract => 2,
        Multiply or Divide or Modulo => 3,
        _ => 0,
    };

    /// <summary>As it is written: <c>+</c> for <c>_+_</c>.</summary>
    public static string Sign(string function) => function == In ? "in" : function.Trim('_');

    /// <summary>For messages: operators as they are written, functions as they are called.</summary>
    public static string Shown(string function) => function switch { Index or OptionalIndex => "[]", Conditional => "?:", Not => "!", Negate => "-", And or Or => Sign(function), _ => Precedence(function) > 0 ? Sign(function) : function };
}
