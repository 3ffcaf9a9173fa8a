namespace Headwater.Core.Licences.Expressions;

/// <summary>Reads an expression by the letter of one version of the standard.</summary>
internal ref struct StrictParser
{
    /// <summary>Deeper parentheses than this are an attack and no expression.</summary>
    private const int Deepest = 200;

    private readonly ReadOnlySpan<char> _text;
    private readonly LicenceNames _names;
    private readonly bool _is30;
    private int _at, _depth;
    private string? _error;
    private int _errorAt;

    private StrictParser(ReadOnlySpan<char> text, LicenceNames names, bool is30)
    {
        _text = text;
        _names = names;
        _is30 = is30;
    }

    public static ExpressionResult Parse(ReadOnlySpan<char> text, LicenceNames names, bool is30)
    {
        var parser = new StrictParser(text, names, is30);
        parser.SkipBlanks();
        if (parser.AtEnd) return ExpressionResult.Failed("There is no expression.", 0);
        var expression = parser.Choice();
        if (expression is not null && !parser.AtEnd) expression = parser.Fail<LicenceExpression>(parser.Current == ')' ? "This parenthesis was not opened." : $"AND, OR or the end is expected here, not '{parser.Shown()}'.");
        return expression is null ? ExpressionResult.Failed(parser._error!, parser._errorAt) : new ExpressionResult { Expression = expression };
    }

    private readonly bool AtEnd => _at >= _text.Length;

    private readonly char Current => _text[_at];

    private LicenceExpression? Choice() => Combination(true);

    private LicenceExpression? Combination(bool choice)
    {
        var first = choice ? Combination(false) : Single();
        if (first is null) return null;
        List<LicenceExpression>? parts = null;
        while (Operator(choice ? "OR" : "AND"))
        {
            if ((choice ? Combination(false) : Single()) is not { } next) return null;
            (parts ??= [first]).Add(next);
        }

        return parts is null ? first : LicenceCombination.Of(choice, parts);
    }

    private LicenceExpression? Single()
    {
        SkipBlanks();
        if (AtEnd) return Fail<LicenceExpression>("A licence is expected here, and the text ends.");
        if (Current != '(') return Term();
        if (++_depth > Deepest) return Fail<LicenceExpression>($"More than {Deepest} parentheses lie in each other.");
        var open = _at++;
        var inner = Choice();
        if (inner is null) return null;
        SkipBlanks();
        if (AtEnd || Current != ')') return AtEnd ? Fail<LicenceExpression>("This parenthesis is not closed.", open) : Fail<LicenceExpression>($"AND, OR or a closing parenthesis is expected here, not '{Shown()}'.");
        _at++;
        _depth--;
        SkipBlanks();
        return IsOperator("WITH") ? Fail<LicenceExpression>("WITH stands behind a single licence, not behind a parenthesis.") : inner;
    }

    private LicenceTerm? Term()
    {
        var start = _at;
        var word = Word();
        if (word.IsEmpty)
        {
            return Fail<LicenceTerm>(Current == ')' ? "A licence is expected before this parenthesis." : $"'{Current}' cannot stand here.");
        }

        if (ReservedWord(word)) return Fail<LicenceTerm>($"A licence is expected before {word}.", start);
        var (licence, later) = Licence(word, start);
        if (licence is null) return null;
        SkipBlanks();
        if (!Operator("WITH")) return new LicenceTerm(licence, later);
        SkipBlanks();
        start = _at;
        word = Word();
        if (word.IsEmpty) return Fail<LicenceTerm>("An exception is expected behind WITH.", start);
        return Exception(word, start) is { } exception ? new LicenceTerm(licence, later, exception) : null;
    }

    private (string? Licence, bool Later) Licence(ReadOnlySpan<char> word, int start)
    {
        if (_names.Licence(word) is { } listed) return (listed, false);
        var later = word[^1] == '+';
        var bare = later ? word[..^1] : word;
        if (Reference(bare, "LicenseRef-", start) is { } reference) return later ? (Fail<string>("A + stands behind an identifier of the list only.", start), false) : (reference, false);
        if (_error is not null) return (null, false);
        if (later && !bare.EndsWith('+') && _names.Licence(bare) is { } id) return (id, true);
        return (Fail<string>(_names.Exception(word) is { } exception ? $"{exception} is an exception and stands behind WITH." : $"'{Short(word)}' is no identifier of the SPDX licence list.", start), false);
    }

    private string? Exception(ReadOnlySpan<char> word, int start)
    {
        if (_names.Exception(word) is { } listed) return listed;
        if (_is30 && Reference(word, "AdditionRef-", start) is { } reference) return reference;
        return Fail<string>(_names.Licence(word) is { } licence ? $"{licence} is a licence; behind WITH stands an exception." : $"'{Short(word)}' is no identifier of the list of exceptions.", start);
    }

    /// <summary>A reference in its canonical form; null when it is none (or a broken one: then there is an error).</summary>
    private string? Reference(ReadOnlySpan<char> word, string prefix, int start)
    {
        const string Document = "DocumentRef-";
        var comparison = _is30 ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        var document = ReadOnlySpan<char>.Empty;
        if (word.StartsWith(Document, comparison))
        {
            var colon = word.IndexOf(':');
            if (colon < 0)
            {
                return Fail<string>($"A colon and a {prefix} are expected behind {Short(word)}.", start);
            }

            document = word[Document.Length..colon];
            word = word[(colon + 1)..];
            if (document.IsEmpty || document.Contains('+') || !word.StartsWith(prefix, comparison))
            {
                return Fail<string>($"{prefix} is expected behind DocumentRef-{Short(document)}:.", start);
            }
        }
        else if (!word.StartsWith(prefix, comparison))
        {
            return null;
        }

        var name = word[prefix.Length..];
        if (name.IsEmpty || name.ContainsAny('+', ':'))
        {
            return Fail<string>($"Letters, digits, dots and hyphens are expected behind {prefix}.", start);
        }

        return document.IsEmpty ? $"{prefix}{name}" : $"{Document}{document}:{prefix}{name}";
    }

    private bool Operator(string name)
    {
        SkipBlanks();
        if (!IsOperator(name)) return false;
        _at += name.Length;
        return true;
    }

    private readonly bool IsOperator(string name)
    {
        var rest = _text[_at..];
        if (rest.Length < name.Length || (rest.Length > name.Length && IsIdentifier(rest[name.Length]))) return false;
        var word = rest[..name.Length];
        return word.SequenceEqual(name) || (_is30 && word.SequenceEqual(name.ToLowerInvariant()));
    }

    private static bool ReservedWord(ReadOnlySpan<char> word) => word is "AND" or "OR" or "WITH" or "and" or "or" or "with";

    /// <summary>An identifier with what may stand in and directly behind it.</summary>
    private ReadOnlySpan<char> Word()
    {
        var start = _at;
        while (!AtEnd && (IsIdentifier(Current) || Current is '+' or ':')) _at++;
        return _text[start.._at];
    }

    private static bool IsIdentifier(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.';

    private void SkipBlanks()
    {
        while (!AtEnd && Current is ' ' or '\t') _at++;
    }

    /// <summary>The first thing that is wrong is told.</summary>
    private T? Fail<T>(string error, int? at = null) where T : class
    {
        if (_error is null) (_error, _errorAt) = (error, at ?? _at);
        return null;
    }

    private readonly string Shown() => Short(_text[_at..]);

    private static string Short(ReadOnlySpan<char> text) => text.Length <= 40 ? text.ToString() : $"{text[..40]}…";
}
