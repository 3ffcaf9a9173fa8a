namespace Headwater.Core.Licences.Identification;

/// <summary>
/// Reads sentences that say where a system keeps the text of a licence: "the complete text can be found in <c>/usr/share/common-licenses/GPL-2</c>". The file decides what the sentence points to; names before it are often copied from elsewhere.
/// </summary>
internal static class FilePointers
{
    private const string Folder = "common-licenses/";

    /// <summary>The name of a file has at most so many characters.</summary>
    public const int LongestName = 20;

    /// <summary>So far a sentence reaches back, in characters.</summary>
    private const int LongestSentence = 400;

    /// <summary>A text that points to more files than this is read so far.</summary>
    private const int Most = 200;

    private static readonly System.Buffers.SearchValues<string> s_folder = System.Buffers.SearchValues.Create([Folder], StringComparison.OrdinalIgnoreCase);

    private static readonly Dictionary<string, string> s_files = new(StringComparer.OrdinalIgnoreCase)
    {
        ["GPL-1"] = "GPL-1.0-only", ["GPL-2"] = "GPL-2.0-only", ["GPL-3"] = "GPL-3.0-only", ["LGPL-2"] = "LGPL-2.0-only", ["LGPL-2.1"] = "LGPL-2.1-only", ["LGPL-3"] = "LGPL-3.0-only",
        ["GPL-2.0"] = "GPL-2.0-only", ["GPL-3.0"] = "GPL-3.0-only", ["LGPL-2.0"] = "LGPL-2.0-only", ["LGPL-3.0"] = "LGPL-3.0-only", ["Apache-2.0"] = "Apache-2.0", ["MPL-1.1"] = "MPL-1.1", ["MPL-2.0"] = "MPL-2.0", ["CC0-1.0"] = "CC0-1.0",
        ["GFDL-1.2"] = "GFDL-1.2-only", ["GFDL-1.3"] = "GFDL-1.3-only", ["BSD"] = "BSD-3-Clause", ["Artistic"] = "Artistic-1.0-Perl",
    };

    /// <summary>The sentences: where each begins and where the file's name does, in characters, and which licence the file has.</summary>
    public static void Find(ReadOnlySpan<char> text, List<(int Start, int File, string Expression)> into)
    {
        into.Clear();
        var at = 0;
        while (into.Count < Most && text[at..].IndexOfAny(s_folder) is var found and >= 0)
        {
            var name = at + found + Folder.Length;
            var end = name;
            while (end < text.Length && end < name + LongestName && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '-' or '.')) end++;
            if (s_files.TryGetValue(text[name..end].TrimEnd("-.").ToString(), out var expression)) into.Add((Sentence(text, at, name), name, expression));
            at = end;
        }
    }

    /// <summary>Where the sentence begins that has this place in it, not before what is read already.</summary>
    private static int Sentence(ReadOnlySpan<char> text, int least, int place)
    {
        least = Math.Max(least, place - LongestSentence);
        for (var i = place - 1; i > least; i--)
        {
            if (text[i] == '.' && char.IsWhiteSpace(text[i + 1]) && char.IsAsciiLetterOrDigit(text[i - 1])) return i + 1;
            // A line with nothing on it but what comments have.
            if (text[i] == '\n' && text[(i + 1)..place] is var rest && rest.IndexOf('\n') is var next and >= 0 && rest[..next].IndexOfAnyExcept(" \t\r*#/.") < 0) return i + 1;
        }

        return least;
    }
}
