using System.Buffers;
using System.Net;

namespace Headwater.Core.Licences.Identification;

/// <summary>Finds copyright statements in a text, and gives them without what is about them: comment signs, tags, "all rights reserved".</summary>
internal static class Copyrights
{
    private const int Most = 1_000, Longest = 300;

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

    /// <summary>The statements in their order, each once.</summary>
    public static IReadOnlyList<string> Find(ReadOnlySpan<char> text)
    {
        var found = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var at = 0;
        while (found.Count < Most && text[at..].IndexOfAny(s_signs) is var sign and >= 0)
        {
            var start = at + sign;
            var end = text[start..].IndexOfAny('\r', '\n') is var stop and >= 0 ? start + stop : text.Length;
            // "Portions (c)": what stands before on the line names a part.
            if (Read(text[start..Math.Min(end, start + (2 * Longest))]) is { } statement && seen.Add(statement)) found.Add(statement);
            at = end;
        }

        return found;
    }

    private static string? Read(ReadOnlySpan<char> line)
    {
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
        if (text.Contains('<', StringComparison.Ordinal)) text = Untagged(text);
        foreach (var close in (ReadOnlySpan<string>)["*/", "-->", "\\n", "*)"])
            if (text.IndexOf(close, StringComparison.Ordinal) is var stop and > 0) text = text[..stop];
        foreach (var reserved in (ReadOnlySpan<string>)["all rights reserved", "all right reserved", "alle rechte vorbehalten"])
            if (text.IndexOf(reserved, StringComparison.OrdinalIgnoreCase) is var stop and > 0) text = text[..stop];
        return string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd(' ', ',', ';', '*', '#', '/', '\\', '-', '"', '\'', '|', '=', '~', '%').TrimEnd();
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
