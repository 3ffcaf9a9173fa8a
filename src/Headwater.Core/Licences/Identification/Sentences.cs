namespace Headwater.Core.Licences.Identification;

/// <summary>Where sentences end.</summary>
internal static class Sentences
{
    /// <summary>More signs than this between two words are a copyright notice, or markup.</summary>
    private const int LongestGap = 60;

    /// <summary>Whether a sentence ends behind a word: a sign that ends one with white space behind it, or a line with nothing on it but the signs of comments. A point before a small letter is of an abbreviation.</summary>
    public static bool EndsBehind(ReadOnlySpan<char> text, TextTokens tokens, int word)
    {
        if (word < 0 || word + 1 >= tokens.Count) return false;
        var next = tokens.Starts[word + 1];
        var between = text[tokens.Ends[word]..next];
        if (between.Length > LongestGap) return true;
        var lines = 0;
        for (var i = 0; i < between.Length; i++)
        {
            if (between[i] == '\n' && ++lines > 1) return true;
            if (i + 1 == between.Length || !(char.IsWhiteSpace(between[i + 1]) || between[i + 1] is '"' or '\'' or ')' or '”' or '`' or '*')) continue;
            if (between[i] is ';' or '!' or '?' || (between[i] == '.' && !char.IsLower(text[next]))) return true;
        }

        return false;
    }
}
