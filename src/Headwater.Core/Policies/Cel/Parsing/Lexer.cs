using System.Globalization;
using System.Text;
using Headwater.Core.Policies.Cel.Library;

namespace Headwater.Core.Policies.Cel.Parsing;

internal enum Token : byte { End, Identifier, QuotedIdentifier, Int, Uint, Double, String, Bytes, Sign }

/// <summary>Cuts the source into tokens, by the lexis of the language definition.</summary>
internal sealed class Lexer(string source)
{
    private static readonly string[] s_long = ["<=", ">=", "==", "!=", "&&", "||"];

    private int _at;

    /// <summary>What the current token is.</summary>
    public Token Token { get; private set; }

    /// <summary>Where it starts.</summary>
    public int Position { get; private set; }

    /// <summary>Of identifiers and signs, the text; of strings, their value.</summary>
    public string Text { get; private set; } = "";

    public ulong Number { get; private set; }

    public double Double { get; private set; }

    public byte[] Bytes { get; private set; } = [];

    public bool Is(string sign) => Token == Token.Sign && Text == sign;

    public void Next()
    {
        SkipBlanks();
        Position = _at;
        if (_at >= source.Length)
        {
            Token = Token.End;
            Text = "";
            return;
        }

        var c = source[_at];
        if (char.IsAsciiLetter(c) || c == '_') Word();
        else if (char.IsAsciiDigit(c) || (c == '.' && _at + 1 < source.Length && char.IsAsciiDigit(source[_at + 1]))) ReadNumber();
        else if (c is '"' or '\'') ReadString(raw: false, bytes: false);
        else if (c == '`') Quoted();
        else Sign(c);
    }

    private void SkipBlanks()
    {
        for (; _at < source.Length; _at++)
        {
            if (source[_at] is ' ' or '\t' or '\n' or '\r' or '\f') continue;
            if (source[_at] != '/' || _at + 1 >= source.Length || source[_at + 1] != '/') return;
            while (_at + 1 < source.Length && source[_at + 1] is not ('\n' or '\r')) _at++;
        }
    }

    private void Word()
    {
        // A string may begin with one or two letters.
        var prefix = 0;
        while (prefix < 2 && _at + prefix < source.Length && source[_at + prefix] is 'r' or 'R' or 'b' or 'B') prefix++;
        if (prefix > 0 && _at + prefix < source.Length && source[_at + prefix] is '"' or '\'')
        {
            var letters = source.Substring(_at, prefix).ToLowerInvariant();
            if (letters is "r" or "b" or "br")
            {
                _at += prefix;
                ReadString(letters.Contains('r', StringComparison.Ordinal), letters.Contains('b', StringComparison.Ordinal));
                return;
            }
        }

        while (_at < source.Length && (char.IsAsciiLetterOrDigit(source[_at]) || source[_at] == '_')) _at++;
        Token = Token.Identifier;
        Text = source[Position.._at];
    }

    private void Quoted()
    {
        var end = _at + 1;
        while (end < source.Length && (char.IsAsciiLetterOrDigit(source[end]) || source[end] is '_' or '.' or '-' or '/' or ' ')) end++;
        if (end >= source.Length) throw Error(Position, "The name in backticks is not closed.");
        if (source[end] != '`') throw Error(end, "A name in backticks holds letters, digits, blanks and _ . - / only.");
        if (end == _at + 1) throw Error(Position, "The name in backticks is empty.");
        Token = Token.QuotedIdentifier;
        Text = source[(_at + 1)..end];
        _at = end + 1;
    }

    private void Sign(char c)
    {
        Token = Token.Sign;
        foreach (var sign in s_long)
        {
            if (source.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal))
            {
                Text = sign;
                _at += 2;
                return;
            }
        }

        if (!"+-*/%<>!?:.,()[]{}".Contains(c, StringComparison.Ordinal))
        {
            var code = CodePoints.At(source, _at, out _);
            throw Error(_at, c switch
            {
                '=' => "Unexpected '='; equality is written '=='.",
                '&' or '|' => $"Unexpected '{c}'; the logical operator is written '{c}{c}'.",
                _ when char.IsControl(c) || char.IsSurrogate(c) => $"Unexpected character U+{code:X4}.",
                _ => $"Unexpected character '{c}'.",
            });
        }

        Text = c.ToString();
        _at++;
    }

    private void ReadNumber()
    {
        if (source[_at] == '0' && _at + 1 < source.Length && source[_at + 1] is 'x' or 'X' && _at + 2 < source.Length && char.IsAsciiHexDigit(source[_at + 2]))
        {
            var hex = _at + 2;
            for (_at = hex; _at < source.Length && char.IsAsciiHexDigit(source[_at]);) _at++;
            if (!ulong.TryParse(source.AsSpan(hex, _at - hex), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) throw TooLarge();
            Whole(value);
            return;
        }

        var isDouble = false;
        while (_at < source.Length && char.IsAsciiDigit(source[_at])) _at++;
        if (_at + 1 < source.Length && source[_at] == '.' && char.IsAsciiDigit(source[_at + 1]))
        {
            isDouble = true;
            for (_at++; _at < source.Length && char.IsAsciiDigit(source[_at]);) _at++;
        }

        if (_at < source.Length && source[_at] is 'e' or 'E')
        {
            var exponent = _at + 1;
            if (exponent < source.Length && source[exponent] is '+' or '-') exponent++;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                isDouble = true;
                for (_at = exponent; _at < source.Length && char.IsAsciiDigit(source[_at]);) _at++;
            }
        }

        var text = source.AsSpan(Position, _at - Position);
        if (isDouble)
        {
            Token = Token.Double;
            Double = double.Parse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture);
            if (double.IsInfinity(Double)) throw TooLarge();
            NoWordAfter();
        }
        else
        {
            if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) throw TooLarge();
            Whole(value);
        }
    }

    private void Whole(ulong value)
    {
        Number = value;
        Token = Token.Int;
        if (_at < source.Length && source[_at] is 'u' or 'U')
        {
            Token = Token.Uint;
            _at++;
        }

        NoWordAfter();
    }

    private void NoWordAfter()
    {
        if (_at < source.Length && (char.IsAsciiLetterOrDigit(source[_at]) || source[_at] == '_')) throw Error(_at, $"Unexpected '{source[_at]}' after a number.");
    }

    private CelSyntaxException TooLarge() => Error(Position, "The number is too large.");

    private void ReadString(bool raw, bool bytes)
    {
        var quote = source[_at];
        var three = _at + 2 < source.Length && source[_at + 1] == quote && source[_at + 2] == quote;
        _at += three ? 3 : 1;
        var text = new StringBuilder();
        var octets = bytes ? new List<byte>() : null;
        for (; ; )
        {
            if (_at >= source.Length) throw Error(Position, "The string is not closed.");
            var c = source[_at];
            if (c == quote && (!three || (_at + 2 < source.Length && source[_at + 1] == quote && source[_at + 2] == quote)))
            {
                _at += three ? 3 : 1;
                break;
            }

            if (!three && c is '\n' or '\r') throw Error(Position, "The string is not closed on its line; strings over several lines stand between three quotes.");
            if (c == '\\' && !raw)
            {
                Escape(text, octets);
                continue;
            }

            if (char.IsSurrogate(c) && (!char.IsHighSurrogate(c) || _at + 1 >= source.Length || !char.IsLowSurrogate(source[_at + 1]))) throw Error(_at, "Half of a surrogate pair is no character.");
            var width = CodePoints.Width(source, _at);
            Append(source.AsSpan(_at, width), text, octets);
            _at += width;
        }

        Token = bytes ? Token.Bytes : Token.String;
        Text = text.ToString();
        if (octets is not null) Bytes = [.. octets];
    }

    private static void Append(ReadOnlySpan<char> character, StringBuilder text, List<byte>? octets)
    {
        if (octets is null)
        {
            text.Append(character);
            return;
        }

        Span<byte> utf8 = stackalloc byte[4];
        octets.AddRange(utf8[..Encoding.UTF8.GetBytes(character, utf8)]);
    }

    private void Escape(StringBuilder text, List<byte>? octets)
    {
        var start = _at++;
        if (_at >= source.Length) throw Error(Position, "The string is not closed.");
        var c = source[_at++];
        switch (c)
        {
            case '\\' or '?' or '"' or '\'' or '`': Append([c], text, octets); return;
            case 'a': Append("\a", text, octets); return;
            case 'b': Append("\b", text, octets); return;
            case 'f': Append("\f", text, octets); return;
            case 'n': Append("\n", text, octets); return;
            case 'r': Append("\r", text, octets); return;
            case 't': Append("\t", text, octets); return;
            case 'v': Append("\v", text, octets); return;
            case 'x' or 'X': Code(Hex(start, 2), text, octets); return;
            case >= '0' and <= '3':
                if (_at + 1 >= source.Length || source[_at] is < '0' or > '7' || source[_at + 1] is < '0' or > '7') throw Error(start, "An octal escape has three digits: \\000 to \\377.");
                Code(((c - '0') * 64) + ((source[_at] - '0') * 8) + source[_at + 1] - '0', text, octets);
                _at += 2;
                return;
            case 'u' or 'U' when octets is not null:
                throw Error(start, $"\\{c} stands in strings only, not in bytes.");
            case 'u' or 'U':
                var code = Hex(start, c == 'u' ? 4 : 8);
                // Two escapes may be the halves of one character.
                if (code is >= 0xD800 and <= 0xDBFF && c == 'u' && source.AsSpan(_at).StartsWith("\\u", StringComparison.Ordinal))
                {
                    var second = _at;
                    _at += 2;
                    var low = Hex(second, 4);
                    if (low is >= 0xDC00 and <= 0xDFFF) code = char.ConvertToUtf32((char)code, (char)low);
                }

                if (code is < 0 or > 0x10FFFF or (>= 0xD800 and <= 0xDFFF)) throw Error(start, "The escape names no character.");
                text.Append(char.ConvertFromUtf32(code));
                return;
            default:
                throw Error(start, "Unknown escape sequence; a backslash itself is written twice.");
        }
    }

    private static void Code(int code, StringBuilder text, List<byte>? octets)
    {
        if (octets is null) text.Append((char)code);
        else octets.Add((byte)code);
    }

    private int Hex(int start, int digits)
    {
        if (_at + digits > source.Length || source.AsSpan(_at, digits).ContainsAnyExcept("0123456789abcdefABCDEF")) throw Error(start, $"The escape needs {digits} hexadecimal digits.");
        var code = int.Parse(source.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        _at += digits;
        return code;
    }

    private static CelSyntaxException Error(int position, string message) => new(position, message);
}
