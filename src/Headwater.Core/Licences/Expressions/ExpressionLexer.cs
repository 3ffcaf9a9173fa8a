namespace Headwater.Core.Licences.Expressions;

/// <summary>What a lexeme of a lenient expression may be.</summary>
internal enum LexemeKind
{
    Word,
    Open,
    Close,

    /// <summary>What may join licences, or be part of a name.</summary>
    Join,
}

/// <summary>A piece of a lenient expression.</summary>
/// <param name="Kind">What it may be.</param>
/// <param name="Start">Its first character.</param>
/// <param name="End">Behind its last.</param>
/// <param name="Operator">What it joins by, if it joins: one of <c>AND</c>, <c>OR</c>, <c>WITH</c>.</param>
/// <param name="Comma">Whether a comma or semicolon makes it bind less than any other.</param>
internal readonly record struct Lexeme(LexemeKind Kind, int Start, int End, string? Operator = null, bool Comma = false);

/// <summary>Cuts what people write into words, parentheses and what may join them.</summary>
internal static class ExpressionLexer
{
    public static List<Lexeme> Cut(ReadOnlySpan<char> text)
    {
        var lexemes = new List<Lexeme>();
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c))
            {
                i++;
                continue;
            }

            var start = i;
            if (c is '(' or ')')
            {
                lexemes.Add(new Lexeme(c == '(' ? LexemeKind.Open : LexemeKind.Close, start, ++i));
                continue;
            }

            if (c is ',' or ';' or '|' or '&' || (c == '/' && !LicenceAliases.IsAddress(text[WordStart(text, i)..])) || (c == '+' && (i == 0 || char.IsWhiteSpace(text[i - 1]))))
            {
                while (i < text.Length && text[i] == c) i++;
                lexemes.Add(new Lexeme(LexemeKind.Join, start, i, c is '|' or '/' ? "OR" : "AND", c is ',' or ';'));
                continue;
            }

            var address = LicenceAliases.IsAddress(text[i..]);
            while (i < text.Length && !char.IsWhiteSpace(text[i]) && text[i] is not ('(' or ')' or ',' or ';' or '|') && (address || (text[i] is not '&' && (text[i] is not '/' || AndOr(text[start..], i - start))))) i++;
            var word = text[start..i];
            var join = word.Equals("and", StringComparison.OrdinalIgnoreCase) ? "AND" : word.Equals("or", StringComparison.OrdinalIgnoreCase) || word.Equals("and/or", StringComparison.OrdinalIgnoreCase) ? "OR"
                : word.Equals("with", StringComparison.OrdinalIgnoreCase) || word.Equals("w/", StringComparison.OrdinalIgnoreCase) ? "WITH" : null;
            lexemes.Add(new Lexeme(join is null ? LexemeKind.Word : LexemeKind.Join, start, i, join));
        }

        return lexemes;
    }

    private static bool AndOr(ReadOnlySpan<char> word, int at) => (at == 3 && word.StartsWith("and/or", StringComparison.OrdinalIgnoreCase)) || (at == 1 && (word[0] is 'w' or 'W') && (word.Length == 2 || char.IsWhiteSpace(word[2])));

    private static int WordStart(ReadOnlySpan<char> text, int at)
    {
        while (at > 0 && !char.IsWhiteSpace(text[at - 1])) at--;
        return at;
    }
}
