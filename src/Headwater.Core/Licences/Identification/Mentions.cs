namespace Headwater.Core.Licences.Identification;

/// <summary>
/// Says of the name of a licence in a sentence that it is only mentioned: "not licensed under", "compatible with", "previously under", "unlike". What decides stands directly before the name, or directly behind it, but for words that say nothing here.
/// </summary>
internal sealed class Mentions
{
    /// <summary>So far from the name the sentence is read, in words.</summary>
    private const int Far = 16;

    /// <summary>A longer passage is more than a name.</summary>
    private const int Longest = 30;

    /// <summary>A phrase of so many words says one thing.</summary>
    private const int Short = 6;

    private const string Denied = "The sentence says that it does not apply.", Compared = "It is compared, and not given.", Past = "It applied before.";

    private readonly HashSet<ushort> _filler, _not, _shortNot, _compatible, _past, _moved, _listed, _behind, _was, _until, _verbs;
    private readonly ushort _under, _with, _to, _of, _as, _from, _than, _t, _notWord, _instead, _such, _used, _be, _dual, _only;
    private readonly HashSet<ushort> _near, _contrast;

    public Mentions(WordNumbers numbers)
    {
        HashSet<ushort> All(string words) => [.. words.Split(' ').Select(w => numbers.Find(w)).Where(w => w != TextTokens.Unknown)];
        _filler = All("longer be been being is are currently itself any a an the of licensed distributed released available covered provided published offered made governed under terms conditions license licenses by subject to gnu in yet anymore either both directly version contain contains include includes require requires");
        _not = All("not no never cannot neither nor without");
        _shortNot = All("isn aren wasn weren doesn don didn won can couldn hasn");
        _compatible = All("compatible incompatible compatibility incompatibility comparable interoperable");
        _near = All("similar opposed contrary comparable akin prior contrast");
        _contrast = All("unlike like versus vs");
        _past = All("previously formerly");
        _moved = All("relicensed relicensing changed changing switched switching moved moving migrated migrating change switch move");
        _listed = All("and or nor the a an gnu v version 1 2 3 0");
        _behind = All("license licenses the terms itself text");
        _was = All("was were had");
        _until = All("until till before prior");
        _verbs = All("does do did is are");
        (_under, _with, _to, _of, _as, _from, _than, _t) = (numbers.Find("under"), numbers.Find("with"), numbers.Find("to"), numbers.Find("of"), numbers.Find("as"), numbers.Find("from"), numbers.Find("than"), numbers.Find("t"));
        (_notWord, _instead, _such, _used, _be, _dual, _only) = (numbers.Find("not"), numbers.Find("instead"), numbers.Find("such"), numbers.Find("used"), numbers.Find("be"), numbers.Find("dual"), numbers.Find("only"));
    }

    /// <summary>Why a name concludes nothing; null where nothing says so.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tokens">Its words.</param>
    /// <param name="start">The first word of the name, or of the phrase that has it.</param>
    /// <param name="end">Behind its last word.</param>
    /// <param name="before">A name before it that is only mentioned, and why; null for none.</param>
    public string? Of(ReadOnlySpan<char> text, TextTokens tokens, int start, int end, (int End, string Why)? before)
    {
        if (end - start > Longest) return null;
        var words = tokens.Span;
        // "Not under A or B."
        if (before is { } list && list.End <= start && start - list.End <= 5 && IsOneSentence(text, tokens, list.End, start + 1) && All(words[list.End..start], _listed)) return list.Why;
        return Inner(words[start..end]) ?? Before(text, tokens, start, words[start..end].Contains(_dual)) ?? Behind(text, tokens, end);
    }

    /// <summary>A phrase that begins with "not licensed under", or has "compatible" in it.</summary>
    private string? Inner(ReadOnlySpan<ushort> words)
    {
        if (words.Length <= Short && Has(words, _compatible)) return Compared;
        for (var i = 0; i < Math.Min(3, words.Length); i++)
            if (_not.Contains(words[i]) && i + 1 < words.Length && words[i + 1] != _only && words[(i + 1)..Math.Min(words.Length, i + 6)].IndexOf(_under) is var under and >= 0 && All(words.Slice(i + 1, under), _filler)) return Denied;
        return null;
    }

    private string? Before(ReadOnlySpan<char> text, TextTokens tokens, int start, bool dual)
    {
        var words = tokens.Span;
        for (var i = start - 1; i >= 0 && i >= start - Far && !Sentences.EndsBehind(text, tokens, i); i--)
        {
            var (word, previous) = (words[i], i > 0 && !Sentences.EndsBehind(text, tokens, i - 1) ? words[i - 1] : TextTokens.Unknown);
            if (_not.Contains(word) || (word == _t && _shortNot.Contains(previous))) return Denied;
            if (_past.Contains(word)) return Past;
            if (_contrast.Contains(word) || word == _than || (word == _of && previous == _instead) || (word == _as && previous == _such) || (word == _to && _near.Contains(previous)) || (word == _with && _compatible.Contains(previous))) return Compared;
            if (word == _be && previous == _to && i > 1 && words[i - 2] == _used) return Past;
            if (word == _from && Has(text, tokens, i, -1, _moved)) return Past;
            dual |= word == _dual;
            if (_was.Contains(word)) return dual || Has(text, tokens, i, -1, _until) || Has(text, tokens, start, 1, _until) ? Past : null;
            if (!_filler.Contains(word) && word != _dual) return null;
        }

        return null;
    }

    private string? Behind(ReadOnlySpan<char> text, TextTokens tokens, int end)
    {
        var words = tokens.Span;
        for (var i = end; i < words.Length && i < end + 4 && !Sentences.EndsBehind(text, tokens, i - 1); i++)
        {
            if (_compatible.Contains(words[i])) return Compared;
            // "The GPL does not apply", "is not used here".
            if (i + 1 < words.Length && !Sentences.EndsBehind(text, tokens, i) && ((words[i + 1] == _notWord && _verbs.Contains(words[i])) || (words[i + 1] == _t && _shortNot.Contains(words[i])))) return Denied;
            if (!_behind.Contains(words[i])) return null;
        }

        return null;
    }

    /// <summary>Whether one of some words stands in the same sentence, before a place or behind it.</summary>
    private static bool Has(ReadOnlySpan<char> text, TextTokens tokens, int at, int step, HashSet<ushort> words)
    {
        for (var i = at + step; i >= 0 && i < tokens.Count && Math.Abs(i - at) <= 2 * Far; i += step)
        {
            if (Sentences.EndsBehind(text, tokens, step < 0 ? i : i - 1)) return false;
            if (words.Contains(tokens.Ids[i])) return true;
        }

        return false;
    }

    private static bool IsOneSentence(ReadOnlySpan<char> text, TextTokens tokens, int from, int to)
    {
        for (var i = from; i < to; i++)
            if (Sentences.EndsBehind(text, tokens, i - 1)) return false;
        return true;
    }

    private static bool Has(ReadOnlySpan<ushort> words, HashSet<ushort> of)
    {
        foreach (var word in words)
            if (of.Contains(word)) return true;
        return false;
    }

    private static bool All(ReadOnlySpan<ushort> words, HashSet<ushort> of)
    {
        foreach (var word in words)
            if (!of.Contains(word)) return false;
        return true;
    }
}
