using System.Buffers;
using System.Net;

namespace Headwater.Core.Licences.Identification;

/// <summary>Finds copyright statements in a text, and gives them without what is about them: comment signs, tags, "all rights reserved".</summary>
internal static class Copyrights
{
    private const int Most = 1_000, Longest = 300;

    /// <summary>Longer lines are looked through for further statements, so many characters apart at least.</summary>
    private const int Step = 40;

    /// <summary>So many lines go on with a statement.</summary>
    private const int MostLines = 50;

    /// <summary>A name with a sign and no year is short.</summary>
    private const int MostWords = 8, LongestName = 80;

    private const string TagEnd = "CopyrightText:";

    private static readonly SearchValues<string> s_signs = SearchValues.Create(["copyright", "(c)", "©", "&copy;", "copr.", "\u24b8"], StringComparison.OrdinalIgnoreCase);

    /// <summary>Words that follow "copyright" where no statement is made.</summary>
    private static readonly HashSet<string> s_other = new(StringComparer.OrdinalIgnoreCase)
    {
        "notice", "notices", "holder", "holders", "owner", "owners", "law", "laws", "license", "licence", "licenses", "statement", "statements", "and", "or", "interest", "interests", "in", "of", "is", "are", "to", "for", "on", "the", "this", "protection",
        "information", "treaties", "treaty", "act", "claims", "claim", "infringement", "that", "which", "if", "can", "may", "as", "text", "line", "lines", "header", "headers", "permission", "date", "year", "years", "status", "material", "at", "page", "file",
        "disclaimer", "registration", "ownership", "assignment", "symbol", "legend", "not", "under", "above", "below", "must", "shall", "will", "with", "rights", "right", "term", "terms", "work", "works", "free", "details", "subsists", "policy",
    };

    /// <summary>What stands in forms for a year or a name.</summary>
    private static readonly string[] s_forms = ["<year", "[year", "{year", "yyyy", "<name", "[name", "{name", "[fullname", "<copyright", "[copyright", "{copyright", "<owner", "xxxx", "<date", "${", "{{", "year by author"];

    /// <summary>Where a statement ends on its line, as written: comments, and elements of HTML that stand apart.</summary>
    private static readonly string[] s_closes = ["*/", "-->", "\\n", "*)", "<br", "</p", "<p>", "</div", "<div", "</li", "</td", "</h", " | "];

    /// <summary>Where the licence begins on the same line.</summary>
    private static readonly SearchValues<string> s_licences = SearchValues.Create(
        [
            "all rights reserved", "all right reserved", "alle rechte vorbehalten", "permission is hereby", "permission to use", "permission is granted", "redistribution and use", "redistributions of", "licensed under", "licenced under", "released under", "distributed under",
            "available under", "this program is", "this software", "this library is", "this file is", "this code is", "this source", "this work is", "this package is", "this project is", "this is free software", "everyone is permitted", "use of this source code", "the software is provided",
            "the following terms", "see the license", "see license", "see the file", "for license", "for conditions of", "you may use", "you may not use", "you can redistribute", "use, modification and", "spdx-license-identifier",
        ], StringComparison.OrdinalIgnoreCase);

    /// <summary>The statements in their order, each once.</summary>
    public static IReadOnlyList<string> Find(ReadOnlySpan<char> text)
    {
        var found = new List<string>();
        var signs = new List<(int At, string Statement)>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var at = 0;
        while (found.Count < Most && text[at..].IndexOfAny(s_signs) is var sign and >= 0)
        {
            var start = at + sign;
            var end = LineEnd(text, start);
            // "Portions (c)": what stands before on the line names a part.
            var line = text[start..Math.Min(end, start + (2 * Longest))];
            // Minified files and licences on one line have more than one statement there.
            at = end - start > 2 * Longest ? start + Step : end;
            if (Tag(text[..start], line) is { } tagged)
            {
                if (seen.Add(tagged)) found.Add(tagged);
            }
            else if (Read(line) is { } statement)
            {
                if (end - start > 2 * Longest) at = Math.Max(at, start + statement.Length);
                else statement = Continued(text, start, ref at, statement, found, seen);
                if (seen.Add(statement)) found.Add(statement);
            }
            else if (signs.Count < Most && Signed(text, start, line) is { } name)
            {
                signs.Add((found.Count, name));
            }
        }

        // "(c)" begins items of lists as well: it says something beside statements that are certain, and ©, which begins no list, by itself.
        var isList = text.Contains("(b)", StringComparison.OrdinalIgnoreCase);
        for (var i = signs.Count - 1; i >= 0; i--)
            if ((signs[i].Statement[0] != '(' || (found.Count > 0 && !isList)) && seen.Add(signs[i].Statement)) found.Insert(signs[i].At, signs[i].Statement);
        return found;
    }

    private static int LineEnd(ReadOnlySpan<char> text, int start) => text[start..].IndexOfAny('\r', '\n') is var stop and >= 0 ? start + stop : text.Length;

    /// <summary>The value of REUSE's tags, as a statement: the tag stands for the word.</summary>
    private static string? Tag(ReadOnlySpan<char> before, ReadOnlySpan<char> line)
    {
        if (!line.StartsWith(TagEnd, StringComparison.OrdinalIgnoreCase) || !(before.EndsWith("SPDX-File", StringComparison.OrdinalIgnoreCase) || before.EndsWith("SPDX-Snippet", StringComparison.OrdinalIgnoreCase))) return null;
        var value = Clean(line[TagEnd.Length..]);
        if (value.Length is 0 or > Longest || s_forms.Any(f => value.Contains(f, StringComparison.OrdinalIgnoreCase))) return null;
        return value.StartsWith("copyright", StringComparison.OrdinalIgnoreCase) || value.StartsWith("(c)", StringComparison.OrdinalIgnoreCase) || value[0] is '©' or '\u24b8' ? value : $"Copyright {value}";
    }

    /// <summary>A statement with the lines that go on with it: more years, or more names. Lines that begin with a year of their own are statements by themselves, under the same word.</summary>
    private static string Continued(ReadOnlySpan<char> text, int start, ref int at, string statement, List<string> found, HashSet<string> seen)
    {
        var column = start - LineStart(text, start);
        var year = Year(statement);
        if (year < 0) return statement;
        var lead = statement[..year];
        for (var lines = 0; lines < MostLines && found.Count < Most; lines++)
        {
            var next = at < text.Length && text[at] == '\r' ? at + 1 : at;
            if (next >= text.Length || text[next] != '\n') break;
            next++;
            var end = LineEnd(text, next);
            var line = text[next..Math.Min(end, next + Longest)];
            var content = line.TrimStart(" \t*#/;-%\"'!|");
            // What goes on stands further to the right than the word.
            if (content.IsEmpty || line.Length - content.Length <= column || line.IndexOfAny(s_signs) >= 0) break;
            var (isYear, isOpen, isList) = (Year(content) == 0, IsOpen(text[start..at]), text[start..at].TrimEnd(" \t*#/").EndsWith(","));
            if (!isYear && !(char.IsUpper(content[0]) && isOpen)) break;
            var more = Clean(content);
            if (more.Length == 0 || s_forms.Any(f => more.Contains(f, StringComparison.OrdinalIgnoreCase))) break;
            at = end;
            if (!isYear || !HasName(statement.AsSpan(year)))
            {
                statement = $"{statement}{(isList ? ", " : " ")}{more}";
                if (statement.Length > Longest) statement = statement[..Longest];
                continue;
            }

            if (!HasName(more)) break;
            if (seen.Add(statement)) found.Add(statement);
            statement = lead + more;
        }

        return statement;
    }

    private static int LineStart(ReadOnlySpan<char> text, int at) => text[..at].LastIndexOfAny('\r', '\n') + 1;

    private static bool HasName(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (char.IsLetter(c)) return true;
        return false;
    }

    /// <summary>Whether a line asks for another.</summary>
    private static bool IsOpen(ReadOnlySpan<char> line)
    {
        var end = line.TrimEnd(" \t\r\n*#/");
        return end.EndsWith(",") || end.EndsWith("&") || end.EndsWith(" and");
    }

    /// <summary>A sign alone and a short name: "(C) Bar", "© Baz".</summary>
    private static string? Signed(ReadOnlySpan<char> text, int start, ReadOnlySpan<char> line)
    {
        var rest = line[(line[0] == '(' ? 3 : line[0] == '&' ? 6 : 1)..].TrimStart();
        if (line[0] is not ('(' or '&' or '©' or '\u24b8') || rest.IsEmpty || !char.IsUpper(rest[0])) return null;
        var before = text[LineStart(text, start)..start].TrimEnd();
        foreach (var c in before.EndsWith("|") ? [] : before)
            if (char.IsLetterOrDigit(c)) return null;
        var name = Clean(line);
        var sign = name.StartsWith("(c)", StringComparison.OrdinalIgnoreCase) ? 3 : name.Length > 0 && name[0] is '©' or '\u24b8' ? 1 : 0;
        if (sign == 0 || name.Length <= sign || name[sign] != ' ' || name.Length > LongestName || !char.IsUpper(name[sign + 1]) || name.AsSpan(sign).IndexOfAny("(){}[]=;?!\"") >= 0) return null;
        var words = name[(sign + 1)..].Split(' ');
        // A sentence has long words in small letters.
        if (words.Length > MostWords || s_other.Contains(words[0].TrimEnd(',', '.', ':')) || words.Count(w => w.Length > 4 && char.IsLower(w[0]) && w is not ("other" or "others" or "authors" or "contributors")) > 1) return null;
        return s_forms.Any(f => name.Contains(f, StringComparison.OrdinalIgnoreCase)) ? null : name;
    }

    private static string? Read(ReadOnlySpan<char> line)
    {
        // Most signs stand in code: they say nothing without a year or the word.
        if (line[0] is not ('c' or 'C') && Year(line) < 0 && !line.Contains("cop", StringComparison.OrdinalIgnoreCase)) return null;
        var text = Clean(line);
        foreach (var form in s_forms)
            if (text.Contains(form, StringComparison.OrdinalIgnoreCase)) return null;
        var rest = text.AsSpan();
        var (word, signed) = (false, false);
        while (true)
        {
            rest = rest.TrimStart(" \t:-,");
            if (rest.StartsWith("copyright", StringComparison.OrdinalIgnoreCase))
            {
                rest = rest["copyright".Length..];
                // "copyrighted", "COPYRIGHT.txt".
                if (!rest.IsEmpty && (char.IsLetter(rest[0]) || rest[0] is '_' or '/' or '.' or '\'')) return null;
                word = true;
            }
            else if (rest.StartsWith("copr.", StringComparison.OrdinalIgnoreCase))
            {
                rest = rest[5..];
                word = true;
            }
            else if (rest.StartsWith("(c)", StringComparison.OrdinalIgnoreCase))
            {
                rest = rest[3..];
                signed = true;
            }
            else if (!rest.IsEmpty && rest[0] is '©' or '\u24b8')
            {
                rest = rest[1..];
                signed = true;
            }
            else
            {
                break;
            }
        }

        if (rest.StartsWith("by ", StringComparison.OrdinalIgnoreCase)) rest = rest[3..].TrimStart();
        if (rest.IsEmpty) return null;
        var first = rest[..(rest.IndexOfAny(" ,.;:") is var gap and > 0 ? gap : rest.Length)];
        // "Under copyright law of 1976" has a year, too.
        if (first.StartsWith("law", StringComparison.OrdinalIgnoreCase) || first.Equals("act", StringComparison.OrdinalIgnoreCase) || first.StartsWith("treat", StringComparison.OrdinalIgnoreCase)) return null;
        var year = Year(rest);
        // A sign alone begins items of lists, too: then a year must follow at once.
        if (!word && !(year is >= 0 and <= 3)) return null;
        if (year < 0 && (!char.IsUpper(rest[0]) && !signed || s_other.Contains(first.ToString()) || IsShouted(rest))) return null;
        if (year < 0 && signed && !char.IsLetter(rest[0])) return null;
        return year > 60 ? null : text.Length <= Longest ? text : text[..Longest];
    }

    private static string Clean(ReadOnlySpan<char> line)
    {
        var text = line.ToString();
        if (text.Contains('&', StringComparison.Ordinal)) text = WebUtility.HtmlDecode(text);
        foreach (var close in s_closes)
            if (text.IndexOf(close, StringComparison.OrdinalIgnoreCase) is var stop and > 0) text = text[..stop];
        if (text.Contains('<', StringComparison.Ordinal)) text = Untagged(text);
        if (text.AsSpan().IndexOfAny(s_licences) is var licence and > 0) text = text[..licence];
        if (Sentence(text) is var sentence and > 0) text = text[..sentence];
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd(' ', ',', ';', '*', '#', '/', '\\', '-', '"', '\'', '|', '=', '~', '%').TrimEnd();
    }

    /// <summary>Where the sentence with the year ends in a text that is longer than statements are; -1 where it does not, or cannot be told from "Inc. " and "J. ".</summary>
    private static int Sentence(string text)
    {
        if (text.Length <= LongestName || Year(text) is not (var year and >= 0)) return -1;
        for (var i = year + 4; i + 2 < text.Length; i++)
        {
            if (text[i] != '.' || text[i + 1] != ' ' || !char.IsUpper(text[i + 2])) continue;
            var word = text[(text.LastIndexOfAny([' ', ','], i) + 1)..i];
            if (word.Length > 4 && !word.Contains('.', StringComparison.Ordinal)) return i + 1;
        }

        return -1;
    }

    /// <summary>Without tags; an address in angle brackets stays.</summary>
    private static string Untagged(string text)
    {
        var clean = new System.Text.StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var close = text[i] == '<' ? text.IndexOf('>', i) : -1;
            if (close > i && text.AsSpan(i, close - i).IndexOfAny("@:") < 0 && (char.IsAsciiLetter(text[i + 1]) || text[i + 1] == '/') && !s_forms.Any(f => text.AsSpan(i).StartsWith(f, StringComparison.OrdinalIgnoreCase))) i = close;
            else clean.Append(text[i]);
        }

        return clean.ToString();
    }

    private static int Year(ReadOnlySpan<char> text)
    {
        for (var i = 0; i + 4 <= text.Length; i++)
            if (((text[i] == '1' && text[i + 1] == '9') || (text[i] == '2' && text[i + 1] is '0' or '1')) && char.IsAsciiDigit(text[i + 2]) && char.IsAsciiDigit(text[i + 3]) && (i == 0 || !char.IsLetterOrDigit(text[i - 1])) && (i + 4 == text.Length || !char.IsLetterOrDigit(text[i + 4])))
                return i;
        return -1;
    }

    /// <summary>"COPYRIGHT HOLDERS BE LIABLE": running text in capitals.</summary>
    private static bool IsShouted(ReadOnlySpan<char> text)
    {
        var (words, small) = (0, false);
        foreach (var c in text)
        {
            if (c == ' ') words++;
            small |= char.IsLower(c);
        }

        return words >= 3 && !small;
    }
}
