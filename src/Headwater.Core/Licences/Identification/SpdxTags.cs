using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Identification;

/// <summary>Finds <c>SPDX-License-Identifier</c> in a text (SPDX 2.3, Annex E).</summary>
internal static class SpdxTags
{
    private const string Tag = "SPDX-License-Identifier";

    private static readonly System.Buffers.SearchValues<string> s_tag = System.Buffers.SearchValues.Create([Tag], StringComparison.OrdinalIgnoreCase);

    /// <summary>The expressions, each with its line and where the line begins and ends.</summary>
    public static void Find(ReadOnlySpan<char> text, ExpressionParser parser, List<(LicenceExpression Expression, int Line, int Start, int End)> into)
    {
        into.Clear();
        var (at, line) = (0, 1);
        while (into.Count < 500 && text[at..].IndexOfAny(s_tag) is var found and >= 0)
        {
            var start = at + found;
            line += text[at..start].Count('\n');
            var end = text[start..].IndexOfAny('\r', '\n') is var stop and >= 0 ? start + stop : text.Length;
            var value = text[(start + Tag.Length)..end].TrimStart(" \t:=\"'");
            if (Read(value, parser) is { } expression) into.Add((expression, line, start, end));
            at = end;
        }
    }

    /// <summary>What stands behind the tag, without what closes a comment.</summary>
    private static LicenceExpression? Read(ReadOnlySpan<char> value, ExpressionParser parser)
    {
        foreach (var close in (ReadOnlySpan<string>)["*/", "-->", "--}}", "*)", "}}", "%>", "#}", "\"\"\"", "'''", "]]", "|#", "-}"])
            if (value.IndexOf(close, StringComparison.Ordinal) is var stop and >= 0) value = value[..stop];
        value = value.TrimEnd(" \t;,\"'`*#/<>\\.|");
        if (value.IsEmpty || value.Length > 1000) return null;
        return parser.Parse(value.ToString(), ExpressionMode.Lenient).Expression;
    }
}
