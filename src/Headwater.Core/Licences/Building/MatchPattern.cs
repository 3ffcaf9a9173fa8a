using System.Text;

namespace Headwater.Core.Licences.Building;

/// <summary>
/// The pattern of a variable in a template of the SPDX list (a regular expression), as the texts that it stands for. It is written out when the library is built, so that no pattern of a data file is ever run on a text of somebody else.
/// </summary>
internal static class MatchPattern
{
    /// <summary>Stands for any words in what <see cref="Texts"/> gives.</summary>
    public const char Any = '\uE000';

    private const int Most = 400;

    /// <summary>All that a pattern allows; null when it is more than can be written out, or is written as no other is.</summary>
    public static IReadOnlyList<string>? Texts(string pattern)
    {
        try
        {
            var at = 0;
            var all = Choice(pattern, ref at);
            return at == pattern.Length ? [.. all.Distinct(StringComparer.Ordinal)] : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static List<string> Choice(string pattern, ref int at)
    {
        var all = Sequence(pattern, ref at);
        while (at < pattern.Length && pattern[at] == '|')
        {
            at++;
            all.AddRange(Sequence(pattern, ref at));
        }

        return all.Count > Most ? throw new FormatException() : all;
    }

    private static List<string> Sequence(string pattern, ref int at)
    {
        List<string> all = [""];
        while (at < pattern.Length && pattern[at] is not ('|' or ')'))
        {
            var part = Repeated(pattern, Part(pattern, ref at), ref at);
            if (all.Count * part.Count > Most) throw new FormatException();
            all = [.. all.SelectMany(a => part.Select(b => a + b))];
        }

        return all;
    }

    private static List<string> Part(string pattern, ref int at)
    {
        var c = pattern[at++];
        switch (c)
        {
            case '(':
                if (at + 1 < pattern.Length && pattern[at] == '?' && pattern[at + 1] == ':') at += 2;
                var inner = Choice(pattern, ref at);
                if (at >= pattern.Length || pattern[at++] != ')') throw new FormatException();
                return inner;
            case '[':
                return Class(pattern, ref at);
            case '.':
                return [Any.ToString()];
            case '\\' when at < pattern.Length:
                var escaped = pattern[at++];
                return escaped switch { 's' => [" "], 'd' => [Any.ToString()], 'w' => [Any.ToString()], _ when char.IsLetterOrDigit(escaped) => throw new FormatException(), _ => [escaped.ToString()] };
            default:
                return [c.ToString()];
        }
    }

    private static List<string> Class(string pattern, ref int at)
    {
        var (content, negated) = (new StringBuilder(), at < pattern.Length && pattern[at] == '^');
        if (negated) at++;
        while (at < pattern.Length && (pattern[at] != ']' || content.Length == 0))
        {
            if (pattern[at] == '\\' && at + 1 < pattern.Length)
            {
                at++;
                content.Append(pattern[at] is 't' or 'r' or 'n' or 'f' or 's' ? ' ' : pattern[at]);
            }
            else
            {
                content.Append(pattern[at]);
            }

            at++;
        }

        if (at++ >= pattern.Length) throw new FormatException();
        var letters = content.ToString();
        if (negated || letters.Contains("0-9", StringComparison.Ordinal)) return [Any.ToString()];
        // Signs make no difference; letters do.
        var words = letters.Where(char.IsLetterOrDigit).Select(l => l.ToString()).ToList();
        if (words.Count < letters.Length) words.Add(" ");
        return words;
    }

    private static List<string> Repeated(string pattern, List<string> part, ref int at)
    {
        if (at >= pattern.Length) return part;
        var any = part is [[Any]];
        switch (pattern[at])
        {
            case '?':
                at++;
                return ["", .. part];
            case '*':
                at++;
                return any ? part : ["", .. part];
            case '+':
                at++;
                return part;
            case '{':
                var close = pattern.IndexOf('}', at);
                if (close < 0) throw new FormatException();
                var none = pattern[at + 1] == '0';
                at = close + 1;
                return none && !any ? ["", .. part] : part;
            default:
                return part;
        }
    }
}
