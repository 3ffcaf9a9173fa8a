using System.Globalization;
using System.Text;

namespace Headwater.Core.Licences.Toml;

/// <summary>Reads TOML 1.0.0, strictly: what the standard forbids is an error that names its line.</summary>
internal ref struct TomlReader
{
    private const int Deepest = 64;

    private readonly ReadOnlySpan<char> _text;
    private int _at, _line, _depth;

    private TomlReader(ReadOnlySpan<char> text)
    {
        _text = text;
        _line = 1;
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="FormatException">It is not valid; the message begins with the line.</exception>
    public static TomlTable Read(ReadOnlySpan<char> text)
    {
        var reader = new TomlReader(text.StartsWith("\uFEFF") ? text[1..] : text);
        return reader.Document();
    }

    private readonly char Current => _at < _text.Length ? _text[_at] : '\0';

    private readonly bool AtEnd => _at >= _text.Length;

    private TomlTable Document()
    {
        var root = new TomlTable { Origin = TomlOrigin.Head };
        var table = root;
        while (true)
        {
            SkipToContent();
            if (AtEnd) return root;
            if (Current == '[') table = Head(root);
            else Pair(table);
            EndOfLine();
        }
    }

    /// <summary><c>[a.b]</c> and <c>[[a.b]]</c>.</summary>
    private TomlTable Head(TomlTable root)
    {
        var line = _line;
        _at++;
        var isList = Current == '[';
        if (isList) _at++;
        var keys = Keys();
        Expect(']');
        if (isList) Expect(']');
        var table = root;
        foreach (var key in keys[..^1])
        {
            switch (table[key])
            {
                case null:
                    var made = new TomlTable { Origin = TomlOrigin.Implied };
                    table.TryAdd(key, made, line);
                    table = made;
                    break;
                case TomlTable { Origin: not TomlOrigin.Inline } below:
                    table = below;
                    break;
                case TomlList { IsOfTables: true } list:
                    table = (TomlTable)list[^1];
                    break;
                default:
                    throw Error($"'{key}' is no table.", line);
            }
        }

        var last = keys[^1];
        if (isList)
        {
            if (table[last] is not { } there) table.TryAdd(last, there = new TomlList(true), line);
            if (there is not TomlList { IsOfTables: true } list) throw Error($"'{last}' is no list of tables.", line);
            var item = new TomlTable { Origin = TomlOrigin.Head };
            list.Add(item);
            return item;
        }

        switch (table[last])
        {
            case null:
                var made = new TomlTable { Origin = TomlOrigin.Head };
                table.TryAdd(last, made, line);
                return made;
            case TomlTable { Origin: TomlOrigin.Implied } implied:
                implied.Origin = TomlOrigin.Head;
                return implied;
            default:
                throw Error($"'{last}' is there already.", line);
        }
    }

    /// <summary><c>a.b = value</c>.</summary>
    private void Pair(TomlTable table)
    {
        var line = _line;
        var keys = Keys();
        Expect('=');
        SkipBlanks();
        foreach (var key in keys[..^1])
        {
            switch (table[key])
            {
                case null:
                    var made = new TomlTable { Origin = TomlOrigin.Dotted };
                    table.TryAdd(key, made, line);
                    table = made;
                    break;
                case TomlTable { Origin: TomlOrigin.Dotted } below:
                    table = below;
                    break;
                default:
                    throw Error($"'{key}' is there already.", line);
            }
        }

        if (!table.TryAdd(keys[^1], Value(), line)) throw Error($"'{keys[^1]}' is there already.", line);
    }

    private List<string> Keys()
    {
        var keys = new List<string>();
        while (true)
        {
            SkipBlanks();
            keys.Add(Key());
            if (keys.Count > Deepest) throw Error($"A key has more than {Deepest} parts.");
            SkipBlanks();
            if (Current != '.') return keys;
            _at++;
        }
    }

    private string Key()
    {
        if (Current is '"') return Basic();
        if (Current is '\'') return Literal();
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '-') _at++;
        return _at > start ? _text[start.._at].ToString() : throw Error(AtEnd ? "A key is expected, and the text ends." : $"A key is expected, not '{Shown()}'.");
    }

    private object Value()
    {
        if (_depth > Deepest) throw Error($"Values lie deeper than {Deepest} in each other.");
        switch (Current)
        {
            case '"':
                return _text[_at..].StartsWith("\"\"\"") ? MultiLine('"') : Basic();
            case '\'':
                return _text[_at..].StartsWith("'''") ? MultiLine('\'') : Literal();
            case '[':
                return List();
            case '{':
                return Inline();
            default:
                return Bare();
        }
    }

    private TomlList List()
    {
        _depth++;
        _at++;
        var list = new TomlList(false);
        while (true)
        {
            SkipToContent();
            if (Current == ']') break;
            list.Add(Value());
            SkipToContent();
            if (Current == ']') break;
            Expect(',');
        }

        _at++;
        _depth--;
        return list;
    }

    private TomlTable Inline()
    {
        _depth++;
        _at++;
        var table = new TomlTable { Origin = TomlOrigin.Head };
        SkipBlanks();
        if (Current != '}')
        {
            while (true)
            {
                Pair(table);
                SkipBlanks();
                if (Current == '}') break;
                Expect(',');
            }
        }

        _at++;
        _depth--;
        Close(table);
        return table;
    }

    private static void Close(TomlTable table)
    {
        table.Origin = TomlOrigin.Inline;
        foreach (var key in table.Keys)
            if (table[key] is TomlTable below) Close(below);
    }

    private object Bare()
    {
        var start = _at;
        while (!AtEnd && Current is not (' ' or '\t' or '\r' or '\n' or ',' or ']' or '}' or '#')) _at++;
        // A date and a time may have a blank between them.
        if (_at - start == 10 && _text[start + 4] == '-' && Current == ' ' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1]))
            while (!AtEnd && Current is not ('\t' or '\r' or '\n' or ',' or ']' or '}' or '#') && !(Current == ' ' && _at > start + 10)) _at++;
        var word = _text[start.._at];
        if (word.IsEmpty) throw Error(AtEnd || Current is '\r' or '\n' ? "A value is expected." : $"A value is expected, not '{Shown()}'.");
        if (word is "true") return true;
        if (word is "false") return false;
        if (Number(word) is { } number) return number;
        if (IsTime(word)) return new TomlTime(word.ToString());
        throw Error($"'{Short(word)}' is no value; texts stand in quotation marks.");
    }

    private static object? Number(ReadOnlySpan<char> word)
    {
        var sign = word[0] is '+' or '-';
        var digits = sign ? word[1..] : word;
        if (digits is "inf") return word[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        if (digits is "nan") return double.NaN;
        if (digits.IsEmpty || !char.IsAsciiDigit(digits[0])) return null;
        // An underscore stands between two digits.
        for (var i = 0; i < digits.Length; i++)
            if (digits[i] == '_' && (i + 1 == digits.Length || !char.IsAsciiHexDigit(digits[i - 1]) || !char.IsAsciiHexDigit(digits[i + 1]))) return null;
        var plain = digits.ToString().Replace("_", "", StringComparison.Ordinal);
        if (plain.Length > 2 && plain[0] == '0' && char.IsAsciiLetter(plain[1]) && plain[1] is 'x' or 'o' or 'b')
        {
            if (sign) return null;
            try
            {
                return plain[1] == 'x' ? Convert.ToInt64(plain[2..], 16) : Convert.ToInt64(plain[2..], plain[1] == 'o' ? 8 : 2);
            }
            catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
            {
                return null;
            }
        }

        if (plain.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
            return plain.Length > 1 && plain[0] == '0' ? null : long.TryParse((word[0] == '-' ? "-" : "") + plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null;
        if (plain.AsSpan().IndexOfAnyExcept("0123456789.eE+-") >= 0 || (plain.Length > 1 && plain[0] == '0' && char.IsAsciiDigit(plain[1]))) return null;
        var dot = plain.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0 && (dot == 0 || dot + 1 == plain.Length || !char.IsAsciiDigit(plain[dot - 1]) || !char.IsAsciiDigit(plain[dot + 1]))) return null;
        return double.TryParse((word[0] == '-' ? "-" : "") + plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : null;
    }

    private static bool IsTime(ReadOnlySpan<char> word)
    {
        var text = word.ToString();
        return (text.Length >= 8 && text[2] == ':' && TimeOnly.TryParse(text, CultureInfo.InvariantCulture, out _))
            || (text.Length == 10 && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            || (text.Length >= 19 && text[4] == '-' && text[10] is 'T' or 't' or ' ' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _));
    }

    private string Literal()
    {
        var start = ++_at;
        while (!AtEnd && Current is not ('\'' or '\n')) Plain();
        if (Current != '\'') throw Error("The text is not closed by ' on its line.");
        return _text[start.._at++].ToString();
    }

    private string Basic()
    {
        _at++;
        var text = new StringBuilder();
        while (true)
        {
            if (AtEnd || Current == '\n') throw Error("The text is not closed by \" on its line.");
            if (Current == '"') break;
            if (Current == '\\') Escape(text, false);
            else text.Append(Plain());
        }

        _at++;
        return text.ToString();
    }

    private string MultiLine(char quote)
    {
        var line = _line;
        _at += 3;
        if (Current == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n') _at++;
        if (Current == '\n') NewLine();
        var text = new StringBuilder();
        while (true)
        {
            if (AtEnd) throw Error($"The text is not closed by {new string(quote, 3)}.", line);
            if (Current == quote)
            {
                var quotes = 0;
                while (Current == quote && quotes < 6) (quotes, _at) = (quotes + 1, _at + 1);
                // Up to two stand before the three that close.
                if (quotes >= 3)
                {
                    if (quotes == 6) throw Error("There are too many quotation marks.");
                    return text.Append(quote, quotes - 3).ToString();
                }

                text.Append(quote, quotes);
            }
            else if (Current == '\n')
            {
                text.Append('\n');
                NewLine();
            }
            else if (Current == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n') _at++;
            else if (Current == '\\' && quote == '"') Escape(text, true);
            else text.Append(Plain());
        }
    }

    private void Escape(StringBuilder text, bool multiLine)
    {
        _at++;
        var letter = Current;
        _at++;
        switch (letter)
        {
            case 'b': text.Append('\b'); return;
            case 't': text.Append('\t'); return;
            case 'n': text.Append('\n'); return;
            case 'f': text.Append('\f'); return;
            case 'r': text.Append('\r'); return;
            case '"': text.Append('"'); return;
            case '\\': text.Append('\\'); return;
            case 'u' or 'U':
                var length = letter == 'u' ? 4 : 8;
                if (_at + length > _text.Length || !uint.TryParse(_text.Slice(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || !Rune.TryCreate(code, out var rune))
                    throw Error($"\\{letter} needs {length} hexadecimal digits of a character.");
                _at += length;
                text.Append(rune.ToString());
                return;
            case ' ' or '\t' or '\n' or '\r' when multiLine:
                _at--;
                SkipBlanks();
                if (Current == '\r') _at++;
                if (Current != '\n') throw Error("Behind a backslash the line ends, or an escape follows.");
                while (!AtEnd && Current is ' ' or '\t' or '\r' or '\n')
                {
                    if (Current == '\n') NewLine();
                    else _at++;
                }

                return;
            default:
                throw Error($"\\{(char.IsControl(letter) ? "?" : letter.ToString())} is no escape; a backslash is written \\\\.");
        }
    }

    /// <summary>A character that stands for itself.</summary>
    private char Plain()
    {
        var c = Current;
        if (c is '\u007F' or (< ' ' and not '\t')) throw Error($"The control character U+{(int)c:X4} cannot stand here.");
        _at++;
        return c;
    }

    private void SkipBlanks()
    {
        while (!AtEnd && Current is ' ' or '\t') _at++;
    }

    /// <summary>Over blanks, ends of lines and comments.</summary>
    private void SkipToContent()
    {
        while (!AtEnd)
        {
            SkipBlanks();
            if (Current == '#') Comment();
            if (Current == '\n') NewLine();
            else if (Current == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n') _at++;
            else return;
        }
    }

    private void Comment()
    {
        while (!AtEnd && Current != '\n' && !(Current == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n')) Plain();
    }

    private void EndOfLine()
    {
        SkipBlanks();
        if (Current == '#') Comment();
        if (AtEnd) return;
        if (Current == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n') _at++;
        if (Current != '\n') throw Error($"The end of the line is expected, not '{Shown()}'.");
        NewLine();
    }

    private void NewLine()
    {
        _at++;
        _line++;
    }

    private void Expect(char c)
    {
        SkipBlanks();
        if (AtEnd || Current != c) throw Error(AtEnd ? $"'{c}' is expected, and the text ends." : $"'{c}' is expected, not '{Shown()}'.");
        _at++;
    }

    private readonly string Shown() => char.IsControl(Current) ? Current is '\n' or '\r' ? "the end of the line" : $"U+{(int)Current:X4}" : Current.ToString();

    private static string Short(ReadOnlySpan<char> word) => word.Length <= 40 ? word.ToString() : string.Concat(word[..40], "…");

    private readonly FormatException Error(string sentence, int line = 0) => new(string.Create(CultureInfo.InvariantCulture, $"Line {(line == 0 ? _line : line)}: {sentence}"));
}
