using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Identification;

/// <summary>Finds <c>SPDX-License-Identifier</c> in a text (SPDX 2.3, Annex E).</summary>
internal static class SpdxTags
{
    private const string Tag = "SPDX-License-Identifier";
    private const int Longest = 1000, MostUnread = 3;

    private static readonly System.Buffers.SearchValues<string> s_tag = System.Buffers.SearchValues.Create([Tag], StringComparison.OrdinalIgnoreCase);

    /// <param name="text">The text.</param>
    /// <param name="parser">Reads the expressions.</param>
    /// <param name="into">Gets the expressions, each with its line and where the line begins and ends.</param>
    /// <param name="unread">Gets what is written like an expression and names what no list has.</param>
    public static void Find(ReadOnlySpan<char> text, ExpressionParser parser, List<(LicenceExpression Expression, int Line, int Start, int End)> into, List<(string Value, int Line)> unread)
    {
        into.Clear();
        unread.Clear();
        var (at, line) = (0, 1);
        while (into.Count < 500 && text[at..].IndexOfAny(s_tag) is var found and >= 0)
        {
            var start = at + found;
            line += text[at..start].Count('\n');
            var end = text[start..].IndexOfAny('\r', '\n') is var stop and >= 0 ? start + stop : text.Length;
            var behind = text[(start + Tag.Length)..end];
            var value = Value(behind.TrimStart(" \t:=\"'"));
            if (value.Length is > 0 and <= Longest)
            {
                if (parser.Parse(value.ToString(), ExpressionMode.Lenient).Expression is { } expression) into.Add((expression, line, start, end));
                else if (behind.StartsWith(':') && unread.Count < MostUnread && IsWrittenLikeOne(value)) unread.Add((value.ToString(), line));
            }

            at = end;
        }
    }

    /// <summary>What stands behind the tag, without what closes a comment.</summary>
    private static ReadOnlySpan<char> Value(ReadOnlySpan<char> value)
    {
        foreach (var close in (ReadOnlySpan<string>)["*/", "-->", "--}}", "*)", "}}", "%>", "#}", "\"\"\"", "'''", "]]", "|#", "-}"])
            if (value.IndexOf(close, StringComparison.Ordinal) is var stop and >= 0) value = value[..stop];
        return value.TrimEnd(" \t;,\"'`*#/<>\\.|");
    }

    /// <summary>Whether this is an identifier, or several with operators between them, and neither prose nor a piece of a program.</summary>
    private static bool IsWrittenLikeOne(ReadOnlySpan<char> value)
    {
        if (!(value.TrimStart('(') is [var first, ..] && char.IsAsciiLetter(first))) return false;
        foreach (var c in value)
            if (!char.IsAsciiLetterOrDigit(c) && c is not (' ' or '.' or '-' or '+' or '(' or ')' or ':')) return false;
        return !value.Contains(' ') || value.Contains(" AND ", StringComparison.Ordinal) || value.Contains(" OR ", StringComparison.Ordinal) || value.Contains(" WITH ", StringComparison.Ordinal);
    }
}
