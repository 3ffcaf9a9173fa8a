using System.Globalization;
using System.Text;

namespace Headwater.Core.Policies.Packs.Importing;

/// <summary>Writes the YAML of packs as people would: plain where that is safe, quoted where it is not. What is written comes from documents of others, so nothing of it may become structure.</summary>
internal sealed class PackWriter
{
    private readonly StringBuilder _text = new();

    public PackWriter Comment(string text)
    {
        foreach (var line in text.Split('\n')) _text.Append("# ").Append(Line(line)).Append('\n');
        return this;
    }

    public PackWriter Blank()
    {
        if (_text.Length > 0) _text.Append('\n');
        return this;
    }

    /// <summary>A line as it is; for what is not from a document.</summary>
    public PackWriter Raw(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }

    public PackWriter Pair(string indent, string key, string value)
    {
        _text.Append(indent).Append(key).Append(": ").Append(Scalar(value)).Append('\n');
        return this;
    }

    /// <summary>A list in brackets, broken into lines where it is long.</summary>
    public PackWriter List(string indent, string key, IEnumerable<string> values)
    {
        _text.Append(indent).Append(key).Append(": [");
        var (column, first) = (indent.Length + key.Length + 3, true);
        foreach (var value in values)
        {
            var scalar = Scalar(value, inList: true);
            if (!first)
            {
                _text.Append(',');
                if (column + scalar.Length > 150)
                {
                    _text.Append('\n').Append(indent).Append("  ");
                    column = indent.Length + 2;
                }
                else
                {
                    _text.Append(' ');
                }
            }

            _text.Append(scalar);
            (column, first) = (column + scalar.Length + 2, false);
        }

        _text.Append("]\n");
        return this;
    }

    public override string ToString() => _text.ToString();

    private static string Scalar(string value, bool inList = false)
    {
        if (IsPlain(value, inList)) return value;
        if (!value.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF')) return $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
        var text = new StringBuilder("\"");
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\') text.Append('\\').Append((char)rune.Value);
            else if (rune.Value == '\n') text.Append("\\n");
            else if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029 or 0xFEFF or 0xFFFE or 0xFFFF) text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            else text.Append(rune.ToString());
        }

        return text.Append('"').ToString();
    }

    private static bool IsPlain(string value, bool inList) =>
        value.Length > 0 && char.IsAsciiLetter(value[0]) && value[^1] != ' ' && value.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '_' or '.' or '(' or ')' or '/' or '+' or '-' || (c == ',' && !inList))
        && value is not ("null" or "Null" or "NULL" or "true" or "false" or "yes" or "no" or "on" or "off");

    private static string Line(string text) => string.Concat(text.Select(c => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF' ? ' ' : c)).TrimEnd();
}
