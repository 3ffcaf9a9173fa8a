namespace Headwater.Core.Licences.Notices;

/// <summary>Finds the words that a licence wants to be shown: "… must display the following acknowledgement: This product includes …".</summary>
internal static class Advertising
{
    private const int Longest = 2_000, Most = 20;

    public static IEnumerable<string> Find(string text)
    {
        var at = 0;
        for (var found = 0; found < Most; found++)
        {
            at = text.IndexOf("following acknowledg", at, StringComparison.OrdinalIgnoreCase);
            if (at < 0) yield break;
            var colon = text.IndexOf(':', at);
            at += "following acknowledg".Length;
            if (colon < 0 || colon - at > 40) continue;
            var words = Clause(text.AsSpan(colon + 1));
            if (words.Length > 10) yield return words;
            at = colon;
        }
    }

    /// <summary>What stands before the next clause or the next paragraph, in one line.</summary>
    private static string Clause(ReadOnlySpan<char> rest)
    {
        var words = new List<string>();
        var length = 0;
        foreach (var raw in rest.EnumerateLines())
        {
            var line = raw.Trim(" \t*#/;\u2022");
            if (line.IsEmpty)
            {
                if (words.Count > 0) break;
                continue;
            }

            if (words.Count > 0 && IsNumbered(line)) break;
            length += line.Length;
            if (length > Longest) break;
            words.Add(line.ToString());
        }

        var text = string.Join(' ', string.Join(' ', words).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Trim();
        // Where the words are in quotation marks, what follows them is the licence's again.
        if (text.Length > 2 && text[0] is '"' or '\u201c' && text.IndexOfAny(['"', '\u201d'], 1) is var end and > 0) return text[1..end].Trim();
        return text;
    }

    private static bool IsNumbered(ReadOnlySpan<char> line)
    {
        var digits = 0;
        while (digits < line.Length && char.IsAsciiDigit(line[digits])) digits++;
        if (digits is > 0 and <= 2 && digits < line.Length && line[digits] is '.' or ')') return true;
        return line.Length > 3 && (line[0] == '(' && line[2] == ')' || line.StartsWith("- ", StringComparison.Ordinal) || line.StartsWith("THIS SOFTWARE", StringComparison.Ordinal));
    }
}
