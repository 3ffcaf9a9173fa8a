using System.Buffers;

namespace Headwater.Core.Licences.Reuse;

/// <summary>What a text says of its own copyright and licence: tags anywhere in it, outside of ignored blocks.</summary>
internal sealed class ReuseHeader
{
    private const string IgnoreStart = "REUSE-IgnoreStart", IgnoreEnd = "REUSE-IgnoreEnd", SnippetBegin = "SPDX-SnippetBegin", SnippetEnd = "SPDX-SnippetEnd", Licence = "SPDX-License-Identifier:", Tag = "SPDX-", Word = "Copyright";

    /// <summary>More statements than this in one file are read from none.</summary>
    private const int Most = 10_000;

    private static readonly SearchValues<string> s_anchors = SearchValues.Create([IgnoreStart, Tag, Word, "©"], StringComparison.Ordinal);

    /// <summary>What closes a comment, or a tag or text in which a statement stands.</summary>
    private static readonly string[] s_closing = ["*/", "-->", "--%>", "--}}", "*)", "}}", "%>", "#}", "\"\"\"", "'''", "=#", "]]", "-}", "|#", "*#", "#>", "%)", "})", "+/", ":)", "#-", "\"/>", "\" />", "\">", "'/>", "' />", "'>", "]::", "] ::", "@*", "*@"];

    /// <summary>Each once, in their order.</summary>
    public List<string> Copyrights { get; } = [];

    /// <summary>Each once, in their order; not checked.</summary>
    public List<string> Licences { get; } = [];

    /// <summary>What is odd about tags.</summary>
    public List<string> Remarks { get; } = [];

    public static ReuseHeader Read(ReadOnlySpan<char> text)
    {
        var header = new ReuseHeader();
        var snippets = 0;
        var at = 0;
        while (text[at..].IndexOfAny(s_anchors) is var found and >= 0)
        {
            at += found;
            var rest = text[at..];
            if (rest.StartsWith(IgnoreStart, StringComparison.Ordinal))
            {
                var end = rest.IndexOf(IgnoreEnd, StringComparison.Ordinal);
                if (end < 0)
                {
                    header.Remarks.Add($"{IgnoreStart} is not closed by {IgnoreEnd}: the rest of the file was ignored.");
                    break;
                }

                at += end + IgnoreEnd.Length;
                continue;
            }

            if (rest.StartsWith(SnippetBegin, StringComparison.Ordinal)) snippets++;
            else if (rest.StartsWith(SnippetEnd, StringComparison.Ordinal) && --snippets < 0)
            {
                header.Remarks.Add($"{SnippetEnd} stands where no snippet was begun.");
                snippets = 0;
            }

            var stop = rest.IndexOfAny('\r', '\n');
            var line = stop < 0 ? rest : rest[..stop];
            if (line.IndexOf(IgnoreStart, StringComparison.Ordinal) is var ignored and > 0) line = line[..ignored];
            var start = at - 1;
            while (start >= 0 && text[start] is not ('\r' or '\n')) start--;
            if (header.Statement(line, text[(start + 1)..at])) at += line.Length;
            else at += rest.StartsWith(Tag, StringComparison.Ordinal) ? Tag.Length : rest.StartsWith(Word, StringComparison.Ordinal) ? Word.Length : 1;
            if (header.Copyrights.Count + header.Licences.Count > Most) break;
        }

        if (snippets > 0) header.Remarks.Add($"{SnippetBegin} is not closed by {SnippetEnd}.");
        return header;
    }

    /// <summary>Takes a statement that begins here and goes to the end of the line.</summary>
    private bool Statement(ReadOnlySpan<char> line, ReadOnlySpan<char> before)
    {
        if (line.StartsWith(Licence, StringComparison.Ordinal))
        {
            var value = Clean(line[Licence.Length..], before);
            if (value.Length > 0) Add(Licences, value);
            return true;
        }

        var prefix = PrefixLength(line);
        if (prefix == 0) return false;
        var notice = Clean(line[prefix..], before);
        // A notice names somebody.
        if (notice.Length == 0) return false;
        Add(Copyrights, line[..prefix].TrimEnd().ToString() + " " + notice);
        return true;
    }

    private static void Add(List<string> list, string value)
    {
        if (!list.Contains(value)) list.Add(value);
    }

    /// <summary>How long what begins a copyright notice is; 0 when nothing does.</summary>
    private static int PrefixLength(ReadOnlySpan<char> line)
    {
        foreach (var tag in (ReadOnlySpan<string>)["SPDX-FileCopyrightText:", "SPDX-SnippetCopyrightText:"])
            if (line.StartsWith(tag, StringComparison.Ordinal)) return tag.Length + Sign(line[tag.Length..], true);
        if (line.StartsWith(Word, StringComparison.Ordinal)) return Sign(line[Word.Length..], false) is var sign and > 0 ? Word.Length + sign : line.Length > Word.Length && line[Word.Length] is ' ' or '\t' ? Word.Length : 0;
        return line.StartsWith("©", StringComparison.Ordinal) ? 1 : 0;
    }

    /// <summary>How long "(c)" or "©" here is, with the blanks before it; behind a tag the word may stand before it, too.</summary>
    private static int Sign(ReadOnlySpan<char> text, bool takesWord)
    {
        var rest = text.TrimStart(" \t");
        var blanks = text.Length - rest.Length;
        if (rest.StartsWith("(c)", StringComparison.OrdinalIgnoreCase)) return blanks + 3;
        if (rest.StartsWith("©", StringComparison.Ordinal)) return blanks + 1;
        return takesWord && rest.StartsWith("Copyright", StringComparison.Ordinal) && rest.Length > 9 && !char.IsLetterOrDigit(rest[9]) ? blanks + 9 + Sign(rest[9..], false) : 0;
    }

    /// <summary>Without what closes the comment, and without the frame that a comment may have on both sides.</summary>
    private static string Clean(ReadOnlySpan<char> value, ReadOnlySpan<char> before)
    {
        value = value.Trim(" \t\f\v");
        before = before.Trim(" \t\f\v");
        if (!before.IsEmpty && before.Length <= 8 && EndsReversed(value, before)) value = value[..^before.Length].TrimEnd(" \t");
        var cut = true;
        while (cut)
        {
            cut = false;
            foreach (var closing in s_closing)
            {
                if (!value.EndsWith(closing, StringComparison.Ordinal)) continue;
                value = value[..^closing.Length].TrimEnd(" \t");
                cut = true;
            }
        }

        return value.ToString();
    }

    private static bool EndsReversed(ReadOnlySpan<char> value, ReadOnlySpan<char> before)
    {
        if (value.Length < before.Length) return false;
        for (var i = 0; i < before.Length; i++)
            if (value[^(i + 1)] != before[i] || char.IsLetterOrDigit(before[i])) return false;
        return true;
    }
}
