using System.Text;

namespace Headwater.Core.Licences.Expressions;

/// <summary>
/// What two ways to write the name of a licence have in common: small letters, numbers apart from words and without <c>.0</c>, none of the words that say that it is a licence, <c>+</c> for "or later", <c>gpl</c> for its
/// long name.
/// </summary>
internal static class AliasKey
{
    private static readonly (string[] Long, string Short)[] s_phrases =
    [
        (["lesser", "general", "public"], "lgpl"), (["library", "general", "public"], "lgpl"), (["library", "or", "lesser", "general", "public"], "lgpl"), (["affero", "general", "public"], "agpl"), (["general", "public"], "gpl"),
        (["free", "documentation"], "gfdl"), (["fdl"], "gfdl"), (["mozilla", "public"], "mpl"), (["eclipse", "public"], "epl"), (["creative", "commons"], "cc"), (["or", "later"], "+"), (["or", "newer"], "+"), (["or", "greater"], "+"),
        (["or", "any", "later"], "+"), (["and", "later"], "+"), (["or", "at", "your", "option", "any", "later"], "+"), (["at", "your", "option", "any", "later"], "+"), (["any", "later"], "+"),
    ];

    /// <summary>Words that name no licence. A name of nothing else keeps them.</summary>
    private static readonly HashSet<string> s_idle = new(StringComparer.Ordinal) { "the", "a", "license", "licence", "licenses", "licences", "licensed", "version", "versions", "v", "ver", "gnu", "terms", "of", "under" };

    /// <summary>The key of a spelling that says more than what it has in common with others; no other key begins so.</summary>
    public static string Exactly(ReadOnlySpan<char> text) => "=" + string.Join(' ', text.ToString().Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();

    /// <summary>The key; empty when nothing is left of it.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var words = Words(text);
        for (var i = 0; i < words.Count; i++)
        {
            foreach (var (phrase, instead) in s_phrases)
            {
                if (!Follows(words, i, phrase)) continue;
                words.RemoveRange(i, phrase.Length);
                words.Insert(i, instead);
                break;
            }
        }

        var key = new StringBuilder();
        foreach (var word in words)
        {
            if (word == "+" && key.Length > 0)
            {
                if (key[^1] != '+') key.Append('+');
            }
            else
            {
                if (key.Length > 0) key.Append(' ');
                key.Append(word);
            }
        }

        return key.ToString();
    }

    private static bool Follows(List<string> words, int at, string[] phrase)
    {
        if (at + phrase.Length > words.Count) return false;
        for (var i = 0; i < phrase.Length; i++)
            if (words[at + i] != phrase[i]) return false;
        return true;
    }

    private static List<string> Words(ReadOnlySpan<char> text)
    {
        var words = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            if (char.IsAsciiDigit(text[i]))
            {
                while (i < text.Length && (char.IsAsciiDigit(text[i]) || (text[i] == '.' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])))) i++;
                var number = text[start..i];
                while (number.EndsWith(".0")) number = number[..^2];
                words.Add(number.ToString());
            }
            else if (char.IsLetter(text[i]))
            {
                while (i < text.Length && char.IsLetter(text[i])) i++;
                var word = text[start..i].ToString().ToLowerInvariant();
                if (!s_idle.Contains(word)) words.Add(word.Length > 2 && word[^1] == 'v' && i < text.Length && char.IsAsciiDigit(text[i]) ? word[..^1] : word);
            }
            else
            {
                if (text[i] == '+') words.Add("+");
                i++;
            }
        }

        return words;
    }
}
