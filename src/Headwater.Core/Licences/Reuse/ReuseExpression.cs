namespace Headwater.Core.Licences.Reuse;

/// <summary>
/// Reads which identifiers a licence expression names, without asking whether they are known: an unknown one is another finding than an expression that is none. The grammar is that of SPDX 2.3, Annex D; lower-case operators are
/// taken, as SPDX 3.0 and the reference tool do.
/// </summary>
internal ref struct ReuseExpression
{
    private const int Deepest = 100;

    private readonly ReadOnlySpan<char> _text;
    private readonly List<string> _ids;
    private int _at, _depth;

    private ReuseExpression(ReadOnlySpan<char> text, List<string> ids)
    {
        _text = text;
        _ids = ids;
    }

    /// <summary>The identifiers of licences and exceptions; null when it is no expression.</summary>
    public static IReadOnlyList<string>? Read(string text)
    {
        var ids = new List<string>();
        var reader = new ReuseExpression(text, ids);
        return text.Length <= 4096 && reader.Combination() && reader.AtEnd() ? ids : null;
    }

    private bool AtEnd()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\t') _at++;
        return _at == _text.Length;
    }

    private bool Combination()
    {
        if (!Single()) return false;
        while (true)
        {
            var before = _at;
            if (Word() is "AND" or "OR" or "and" or "or")
            {
                if (!Single()) return false;
            }
            else
            {
                _at = before;
                return true;
            }
        }
    }

    private bool Single()
    {
        if (AtEnd()) return false;
        if (_text[_at] == '(')
        {
            if (++_depth > Deepest) return false;
            _at++;
            if (!Combination() || AtEnd() || _text[_at] != ')') return false;
            _at++;
            _depth--;
            return true;
        }

        if (!Identifier(true)) return false;
        var before = _at;
        if (Word() is "WITH" or "with") return Identifier(false);
        _at = before;
        return true;
    }

    private bool Identifier(bool mayBeLater)
    {
        var word = Word();
        if (word.IsEmpty || word is "AND" or "OR" or "WITH" or "and" or "or" or "with") return false;
        var name = word[^1] == '+' ? word[..^1] : word;
        if (name.Length < word.Length && !mayBeLater) return false;
        if (name.StartsWith("DocumentRef-", StringComparison.Ordinal) && name.IndexOf(':') is var colon and > 0)
        {
            if (!IsName(name[..colon]) || !IsName(name[(colon + 1)..])) return false;
        }
        else if (!IsName(name))
        {
            return false;
        }

        var id = word.ToString();
        if (!_ids.Contains(id)) _ids.Add(id);
        return true;
    }

    private ReadOnlySpan<char> Word()
    {
        if (AtEnd()) return default;
        var start = _at;
        while (_at < _text.Length && _text[_at] is not (' ' or '\t' or '(' or ')')) _at++;
        return _text[start.._at];
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.')) return false;
        return !name.IsEmpty;
    }
}
