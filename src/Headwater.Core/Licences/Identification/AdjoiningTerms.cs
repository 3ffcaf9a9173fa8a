namespace Headwater.Core.Licences.Identification;

/// <summary>
/// Tells sentences that give, restrict or condition the use of a work from ordinary prose: they name the work, say what may be done with it, and that it may not, or on what condition. A sentence about a program ("the library must not be called twice")
/// speaks of none of the rights of its holder.
/// </summary>
internal sealed class AdjoiningTerms
{
    /// <summary>So far from a match sentences are looked at, in words.</summary>
    public const int Far = 150;

    /// <summary>A longer sentence is none.</summary>
    private const int LongestSentence = 120;

    /// <summary>A heading has no more words.</summary>
    private const int LongestHeading = 8;

    [Flags]
    private enum Meaning : ushort
    {
        None = 0,

        /// <summary>What only the holder of a work may allow.</summary>
        Right = 1,

        /// <summary>The work.</summary>
        Work = 2,

        /// <summary>What may be the work, and may be a part of a program.</summary>
        Thing = 4,

        /// <summary>Takes back.</summary>
        Not = 8,

        /// <summary>Asks for something.</summary>
        Must = 16,

        /// <summary>A purpose or a price, of which only terms speak.</summary>
        Telling = 32,

        /// <summary>Gives.</summary>
        Grant = 64,

        /// <summary>Takes back by itself.</summary>
        Forbidden = 128,

        /// <summary>A sentence on warranty takes nothing back.</summary>
        Warranty = 256,

        /// <summary>Of licences, in headings.</summary>
        Heading = 512,

        /// <summary>What a licence that is given without it does not ask.</summary>
        Price = 1024,
    }

    private readonly Dictionary<ushort, Meaning> _meanings = [];
    private readonly ushort _may, _must, _shall, _not, _be, _in, _compliance, _without;

    public AdjoiningTerms(WordNumbers numbers)
    {
        void All(Meaning meaning, string words)
        {
            foreach (var word in words.Split(' '))
                if (numbers.Find(word) is var id && id != TextTokens.Unknown) _meanings[id] = _meanings.GetValueOrDefault(id) | meaning;
        }

        All(Meaning.Right, "use used uses using usage copy copied copying distribute distributed distributing distribution redistribute redistributed redistributing redistribution redistributions modify modified modifying modification modifications sell sold selling sublicense sublicensed sublicensing publish published resell reselling rent lease exploit exploited reproduce reproduced reproduction reproductions incorporate incorporated embed embedded");
        All(Meaning.Work, "software program license materials derivative derivatives redistribution redistributions reproductions");
        All(Meaning.Thing, "work works code copies copy library product products package file files font fonts data documentation tool application it this");
        All(Meaning.Not, "not no never except unless cannot nor nobody neither prohibited forbidden disallowed only");
        All(Meaning.Must, "must shall require requires required needs need provided condition conditions obligated obliged");
        All(Meaning.Telling, "commercial commercially noncommercial fee fees royalty royalties pay paid payment profit competitor competitors competing compete military evaluation academic educational resale resell permission consent authorization approval sell sold selling personal prohibited forbidden");
        All(Meaning.Grant, "permission granted grant grants hereby permitted allowed");
        All(Meaning.Forbidden, "prohibited forbidden disallowed");
        All(Meaning.Warranty, "warranty warranties liable liability liabilities merchantability fitness damages responsible responsibility guarantee guaranteed");
        All(Meaning.Price, "fee fees royalty royalties pay payment charge cost");
        All(Meaning.Heading, "license licenses licensing terms conditions restrictions restriction copyright legal notice commercial disclaimer additional");
        (_may, _must, _shall, _not, _be, _in, _compliance, _without) = (numbers.Find("may"), numbers.Find("must"), numbers.Find("shall"), numbers.Find("not"), numbers.Find("be"), numbers.Find("in"), numbers.Find("compliance"), numbers.Find("without"));
    }

    /// <summary>The sentence from a word on: behind its last word.</summary>
    public static int EndOf(ReadOnlySpan<char> text, TextTokens tokens, int start)
    {
        var at = start;
        while (at + 1 < tokens.Count && at - start <= LongestSentence && !Sentences.EndsBehind(text, tokens, at)) at++;
        return at + 1;
    }

    /// <summary>The sentence that has a word as its last: its first word.</summary>
    public static int StartOf(ReadOnlySpan<char> text, TextTokens tokens, int last)
    {
        var at = last;
        while (at > 0 && last - at <= LongestSentence && !Sentences.EndsBehind(text, tokens, at - 1)) at--;
        return at;
    }

    /// <summary>Whether here a part ends in which words belong together: a heading that says nothing of licences, the end of a comment, program code.</summary>
    public bool Parts(ReadOnlySpan<char> text, TextTokens tokens, int start, int end)
    {
        var (from, to) = (tokens.Starts[start], tokens.Ends[end - 1]);
        var (before, behind) = (start > 0 ? tokens.Ends[start - 1] : 0, end < tokens.Count ? tokens.Starts[end] : text.Length);
        if (end - start > LongestSentence || IsCode(text[from..to])) return true;
        // "Files: …", "License: …" of Debian begin a part of their own.
        if (tokens.Ends[start] < text.Length && text[tokens.Ends[start]] == ':' && (from == 0 || text[from - 1] == '\n') && text[from..tokens.Ends[start]] is "Files" or "License" or "Copyright" or "Comment") return true;
        if (end - start > LongestHeading) return false;
        var marks = text[before..from];
        var line = marks.LastIndexOf('\n') is var stop and >= 0 ? marks[(stop + 1)..] : marks;
        var under = text[to..behind];
        var isHeading = (line.TrimStart(" ").StartsWith("#") && text[to..Math.Min(text.Length, to + 400)] is var next && !(next.IndexOf('\n') is var first and >= 0 && next[(first + 1)..].TrimStart(" ").StartsWith("#"))) || under.IndexOf("\n---") >= 0 || under.IndexOf("\n===") >= 0;
        if (!isHeading) return false;
        for (var i = start; i < end; i++)
            if ((MeaningOf(tokens.Ids[i]) & Meaning.Heading) != 0) return false;
        return true;
    }

    /// <summary>Whether a comment begins or ends in what stands between two words.</summary>
    public static bool EndsComment(ReadOnlySpan<char> between) => between.IndexOf("*/") >= 0 || between.IndexOf("/*") >= 0 || between.IndexOf("-->") >= 0 || between.IndexOf("\"\"\"") >= 0;

    /// <summary>Whether a sentence restricts, or asks for something.</summary>
    public bool Restricts(ReadOnlySpan<ushort> words)
    {
        var (all, rights, modal) = (Meaning.None, 0, false);
        for (var i = 0; i < words.Length; i++)
        {
            var it = MeaningOf(words[i]);
            if (words[i] == _without && IsFree(words[(i + 1)..Math.Min(words.Length, i + 5)])) it = Meaning.None;
            all |= it;
            rights += (it & Meaning.Right) != 0 ? 1 : 0;
            // "Not … except in compliance with the License" only says that there is one.
            if (words[i] == _compliance && i > 0 && words[i - 1] == _in) return false;
            modal |= i > 0 && ((words[i] == _not && (words[i - 1] == _may || words[i - 1] == _must || words[i - 1] == _shall)) || (words[i] == _be && (words[i - 1] == _must || words[i - 1] == _shall)));
        }

        if (rights == 0 || (all & Meaning.Warranty) != 0 || (all & (Meaning.Not | Meaning.Must)) == 0) return false;
        var isOfTheWork = (all & Meaning.Work) != 0;
        return ((all & Meaning.Telling) != 0 && (isOfTheWork || (all & Meaning.Thing) != 0)) || (isOfTheWork && (modal || (all & Meaning.Forbidden) != 0));
    }

    /// <summary>"Without fee", "without any licence fees".</summary>
    private bool IsFree(ReadOnlySpan<ushort> behind)
    {
        foreach (var word in behind)
            if ((MeaningOf(word) & Meaning.Price) != 0) return true;
        return false;
    }

    /// <summary>Whether a sentence gives rights.</summary>
    public bool Grants(ReadOnlySpan<ushort> words)
    {
        var (all, rights, may) = (Meaning.None, 0, false);
        for (var i = 0; i < words.Length; i++)
        {
            var it = MeaningOf(words[i]);
            all |= it;
            rights += (it & Meaning.Right) != 0 ? 1 : 0;
            may |= words[i] == _may;
        }

        return rights > 0 && (all & Meaning.Work) != 0 && ((all & Meaning.Grant) != 0 || (may && rights > 1));
    }

    private Meaning MeaningOf(ushort word) => _meanings.GetValueOrDefault(word);

    /// <summary>Whether signs of program code stand between the words.</summary>
    private static bool IsCode(ReadOnlySpan<char> text)
    {
        var signs = 0;
        foreach (var c in text)
            if (c is '{' or '}' or '=' or '|' or '\\' or '$') signs++;
        return signs > 1 + (text.Length / 100);
    }
}
