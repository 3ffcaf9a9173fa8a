using System.Collections.Frozen;
using System.Numerics;

namespace Headwater.Server.Features.Search;

/// <summary>The words that names are made of, and which of them are meant by words that were typed wrongly. What is not in here is offered to nobody.</summary>
internal sealed class Vocabulary
{
    /// <summary>With this many words others are no longer taken in; those that came first are of owners and projects.</summary>
    private const int Most = 300_000;

    private const int Shortest = 4, Longest = 40, MostTyped = 12, PerWord = 4;

    private readonly string[] _sorted;
    private readonly FrozenDictionary<int, (string Word, ulong Letters)[]> _byLength;

    private Vocabulary(HashSet<string> words)
    {
        _sorted = [.. words];
        Array.Sort(_sorted, StringComparer.Ordinal);
        _byLength = _sorted.GroupBy(w => w.Length).ToFrozenDictionary(g => g.Key, g => g.Select(w => (w, LettersOf(w))).ToArray());
    }

    /// <summary>Of all words of some texts. Numbers are none: nobody means another one.</summary>
    public static Vocabulary Of(IEnumerable<string> texts)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            foreach (var (start, length) in WordsOf(text))
                if (length is >= Shortest and <= Longest && text.AsSpan(start, length).ContainsAnyExceptInRange('0', '9')) words.Add(text.Substring(start, length).ToLowerInvariant());
            if (words.Count >= Most) break;
        }

        return new Vocabulary(words);
    }

    public int Count => _sorted.Length;

    /// <summary>The text with its words as they may be meant, the nearest first: each within one slip, a single long word within two.</summary>
    /// <param name="all">Whether a word that is known may be meant otherwise too: when nothing has all that was typed.</param>
    public IReadOnlyList<string> Correct(string text, bool all, int most)
    {
        var words = WordsOf(text).Take(MostTyped + 1).ToList();
        if (words.Count is 0 or > MostTyped) return [];
        var meant = new List<(string Text, int Slips)> { ("", 0) };
        var (at, allowed) = (0, words.Count == 1 ? 2 : 1);
        foreach (var (start, length) in words)
        {
            var (between, word) = (text[at..start], text.Substring(start, length));
            var options = OptionsOf(word.ToLowerInvariant(), Math.Min(allowed, Similar.Allowed(word)), all).ToList();
            if (options.Count == 0) options.Add((word, 0));
            // Of many ways those with the fewest slips go on.
            meant = [.. meant.SelectMany(m => options.Select(o => (Text: m.Text + between + (o.Slips == 0 ? word : o.Word), Slips: m.Slips + o.Slips))).OrderBy(m => m.Slips).Take(PerWord * 4)];
            at = start + length;
        }

        return [.. meant.Where(m => m.Slips > 0).Select(m => m.Text + text[at..]).Take(most)];
    }

    private IEnumerable<(string Word, int Slips)> OptionsOf(string word, int allowed, bool all)
    {
        var known = allowed == 0 || word.Length > Longest || !word.AsSpan().ContainsAnyExceptInRange('0', '9') || BeginsOne(word);
        if (known) yield return (word, 0);
        if (allowed == 0 || (known && !all)) yield break;
        foreach (var near in NearTo(word, allowed)) yield return near;
    }

    private IEnumerable<(string Word, int Slips)> NearTo(string word, int allowed)
    {
        var (letters, near) = (LettersOf(word), new List<(string Word, int Slips)>());
        for (var length = word.Length - allowed; length <= word.Length + allowed; length++)
        {
            // A slip changes two letters of the set at most, so most words are passed over by it alone.
            foreach (var (known, has) in _byLength.GetValueOrDefault(length) ?? [])
                if (BitOperations.PopCount(letters ^ has) <= 2 * allowed && Similar.Distance(known, word, allowed) is var slips && slips <= allowed && slips > 0) near.Add((known, slips));
        }

        return near.OrderBy(n => n.Slips).ThenBy(n => n.Word[0] == word[0] ? 0 : 1).ThenBy(n => n.Word, StringComparer.Ordinal).Take(PerWord);
    }

    private bool BeginsOne(string word)
    {
        var at = Array.BinarySearch(_sorted, word, StringComparer.Ordinal);
        return at >= 0 || (~at < _sorted.Length && _sorted[~at].StartsWith(word, StringComparison.Ordinal));
    }

    /// <summary>As the search itself parts words: at everything that is no letter and no digit.</summary>
    private static IEnumerable<(int Start, int Length)> WordsOf(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsLetterOrDigit(text[i])) continue;
            var start = i;
            while (i < text.Length && char.IsLetterOrDigit(text[i])) i++;
            yield return (start, i - start);
        }
    }

    private static ulong LettersOf(string word)
    {
        var letters = 0UL;
        foreach (var c in word) letters |= 1UL << (c % 64);
        return letters;
    }
}
