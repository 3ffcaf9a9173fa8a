using System.Collections.Frozen;

namespace Headwater.Core.Licences.Identification;

/// <summary>
/// Cuts a text into words as the SPDX matching guidelines compare them (3.0.1, annex on matching): white space, case and punctuation make no difference (5 to 7; that punctuation does, where a text must conform to the letter, is for
/// the template to check), nor do comment signs and separators (8), bullets and the numbers of items (9), or copyright notices (11). Words with two spellings are one (10). Markup is passed over.
/// </summary>
internal sealed class Tokeniser
{
    private const int LongestWord = 64, LongestNotice = 400;

    /// <summary>How far behind item (b) the item (c) of the same list begins at most, in characters.</summary>
    private const int ItemsBetween = 4000;

    /// <summary>The interchangeable words of the guidelines, each with the one that stands for both.</summary>
    private static readonly FrozenDictionary<string, string> s_same = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["acknowledgement"] = "acknowledgment", ["analog"] = "analogue", ["analyse"] = "analyze", ["artefact"] = "artifact", ["authorisation"] = "authorization", ["authorised"] = "authorized", ["calibre"] = "caliber", ["cancelled"] = "canceled",
        ["capitalisations"] = "capitalizations", ["catalogue"] = "catalog", ["categorise"] = "categorize", ["centre"] = "center", ["emphasised"] = "emphasized", ["favour"] = "favor", ["favourite"] = "favorite", ["fulfil"] = "fulfill",
        ["fulfilment"] = "fulfillment", ["initialise"] = "initialize", ["judgement"] = "judgment", ["labelling"] = "labeling", ["labour"] = "labor", ["licence"] = "license", ["licences"] = "licenses", ["licenced"] = "licensed", ["maximise"] = "maximize",
        ["merchantibility"] = "merchantability", ["modelled"] = "modeled", ["modelling"] = "modeling", ["offence"] = "offense", ["optimise"] = "optimize", ["organisation"] = "organization", ["organise"] = "organize", ["practise"] = "practice",
        ["programme"] = "program", ["realise"] = "realize", ["recognise"] = "recognize", ["signalling"] = "signaling", ["sublicence"] = "sublicense", ["utilisation"] = "utilization", ["whilst"] = "while", ["wilful"] = "wilfull",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Elements of HTML whose tags say nothing. What else stands in angle brackets is text: &lt;year&gt;.</summary>
    private static readonly FrozenSet<string> s_tags = new[]
    {
        "a", "abbr", "address", "article", "b", "blockquote", "body", "br", "center", "cite", "code", "dd", "div", "dl", "dt", "em", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "img", "input", "kbd", "li",
        "link", "main", "meta", "nav", "ol", "p", "pre", "q", "samp", "script", "section", "small", "span", "strike", "strong", "style", "sub", "sup", "table", "tbody", "td", "th", "thead", "title", "tr", "tt", "u", "ul", "var", "!doctype", "para", "ulink", "sect1", "listitem",
        "itemizedlist", "orderedlist", "emphasis", "literal", "legalnotice", "bold", "color",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where a statement of copyright ends and the name of a licence follows, on the same line.</summary>
    private static readonly System.Buffers.SearchValues<string> s_under = System.Buffers.SearchValues.Create(["licensed under", "licenced under", "released under", "distributed under", "available under"], StringComparison.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _same = s_same.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _tags = s_tags.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly WordNumbers _numbers;
    private readonly ushort _and, _sub, _non, _per, _sublicense, _sublicensed, _noncommercial, _percent, _copyright, _holder, _holders;

    public Tokeniser(WordNumbers numbers)
    {
        _numbers = numbers;
        (_and, _sub, _non, _per, _sublicense, _sublicensed) = (numbers.Find("and"), numbers.Find("sub"), numbers.Find("non"), numbers.Find("per"), numbers.Find("sublicense"), numbers.Find("sublicensed"));
        (_noncommercial, _percent, _copyright, _holder, _holders) = (numbers.Find("noncommercial"), numbers.Find("percent"), numbers.Find("copyright"), numbers.Find("holder"), numbers.Find("holders"));
    }

    /// <summary>The words of a text, in the place of what was in <paramref name="into"/>.</summary>
    public void Cut(ReadOnlySpan<char> text, TextTokens into)
    {
        into.Clear();
        Span<char> buffer = stackalloc char[LongestWord];
        var (line, atStart, before, itemB) = (1, true, '\n', -ItemsBetween);
        for (var i = 0; i < text.Length;)
        {
            var c = text[i];
            if (c == '\n')
            {
                line++;
                atStart = true;
                before = c;
                i++;
                continue;
            }

            if (atStart && (c is 'c' or 'C' or '(' or '©' or 'p' or 'P' or 'a' or 'A') && !(c == '(' && i - itemB < ItemsBetween && IsItemC(text[i..])) && Notice(text[i..]) is var skipped and > 0)
            {
                line += text.Slice(i, skipped).Count('\n');
                i += skipped;
                (atStart, before) = (false, '.');
                continue;
            }

            if (!char.IsLetterOrDigit(c))
            {
                if (c == '<' && Tag(text[i..]) is var tag and > 0)
                {
                    line += text.Slice(i, tag).Count('\n');
                    i += tag;
                    continue;
                }

                if (c == '&')
                {
                    if (Entity(text[i..]) is var entity and > 0)
                    {
                        i += entity;
                        continue;
                    }

                    if (i > 0 && i + 1 < text.Length && text[i - 1] == ' ' && text[i + 1] == ' ') into.Add(_and, i, i + 1, line);
                }

                if (c == '(' && Item(text[(i + 1)..], true) is var inner and > 0 && i + 1 + inner <= text.Length)
                {
                    if (inner == 2 && text[i + 1] is 'b' or 'B') itemB = i;
                    i += inner + 1;
                    continue;
                }

                if (c is not (' ' or '\t' or '\r')) before = c;
                i++;
                continue;
            }

            // "Version 2.1." has no item in it.
            if ((atStart || before is ':' or ';' or '.' or ',') && !(i > 1 && text[i - 1] == '.' && char.IsAsciiDigit(text[i - 2])) && Item(text[i..], false) is var item and > 0)
            {
                i += item;
                continue;
            }

            var start = i;
            var hash = WordNumbers.Seed;
            var length = 0;
            for (; i < text.Length && char.IsLetterOrDigit(text[i]); i++)
            {
                if (length == LongestWord) continue;
                var small = char.IsAscii(text[i]) ? (char)(text[i] | (char.IsAsciiLetterUpper(text[i]) ? 0x20 : 0)) : char.ToLowerInvariant(text[i]);
                buffer[length++] = small;
                hash = WordNumbers.Add(hash, small);
            }

            if (i < text.Length && text[i] == '+' && length < LongestWord && (i + 1 == text.Length || !char.IsLetterOrDigit(text[i + 1])))
            {
                buffer[length++] = '+';
                hash = WordNumbers.Add(hash, '+');
                i++;
            }

            Put(buffer[..length], hash, start, i, line, into);
            (atStart, before) = (false, 'x');
        }
    }

    private void Put(ReadOnlySpan<char> word, uint hash, int start, int end, int line, TextTokens into)
    {
        if (word is "http" or "https" or "www" or "dnl" or "rem") return;
        var id = word.Length > 5 && _same.TryGetValue(word, out var same) ? _numbers.Find(same) : _numbers.Find(word, hash);
        if (into.Count > 0)
        {
            var last = into.Ids[into.Count - 1];
            if (last == _sub && word is "license" or "licence" or "licensed" or "licenced" && last == _sub)
            {
                into.Merge(word[^1] == 'd' ? _sublicensed : _sublicense, end);
                return;
            }

            if (last == _non && word is "commercial")
            {
                into.Merge(_noncommercial, end);
                return;
            }

            if (last == _per && word is "cent")
            {
                into.Merge(_percent, end);
                return;
            }

            if (last == _copyright && word is "owner") id = _holder;
            if (last == _copyright && word is "owners") id = _holders;
        }

        into.Add(id, start, end, line);
    }

    /// <summary>Whether this is the item of a list that had an item (b): no year follows, as it would behind the sign of copyright.</summary>
    private static bool IsItemC(ReadOnlySpan<char> text) => text.Length > 3 && text[1] is 'c' or 'C' && text[2] == ')' && !Year(text[3..].TrimStart());

    /// <summary>How long a copyright notice is that begins here; 0 when none does.</summary>
    private static int Notice(ReadOnlySpan<char> text)
    {
        if (text.Length > 2 * LongestNotice) text = text[..(2 * LongestNotice)];
        var line = text.IndexOf('\n') is var end and >= 0 ? text[..end] : text;
        const StringComparison Case = StringComparison.OrdinalIgnoreCase;
        if (line.StartsWith("all rights reserved", Case)) return "all rights reserved".Length;
        var rest = line;
        foreach (var word in (ReadOnlySpan<string>)["portions ", "parts ", "original ", "additional ", "all "])
            if (rest.StartsWith(word, Case)) rest = rest[word.Length..];
        var marked = false;
        if (rest.StartsWith("copyright", Case)) rest = rest["copyright".Length..];
        else if (rest.StartsWith("copr.", Case)) rest = rest["copr.".Length..];
        else if (rest.StartsWith("(c)", Case) || rest.StartsWith("©", Case)) marked = true;
        else return 0;
        var head = rest.TrimStart();
        marked |= head.StartsWith("(c)", Case) || head.StartsWith("©", Case) || head.StartsWith("&copy;", Case) || head.StartsWith(":", Case) || head.StartsWith("<", Case) || head.StartsWith("[", Case) || head.StartsWith("{", Case);
        if (!marked && !Year(head)) return 0;
        var length = line.Length;
        if (line.IndexOf("all rights reserved", Case) is var reserved and >= 0) length = reserved + "all rights reserved".Length;
        else if (line.IndexOfAny(s_under) is var licence and > 0) length = licence;
        else if (length > LongestNotice) length = line[..LongestNotice].IndexOf(". ") is var stop and > 0 ? stop + 1 : 120;
        return length;
    }

    /// <summary>Whether a year, or what stands for one, is among the first words.</summary>
    private static bool Year(ReadOnlySpan<char> text)
    {
        if (text.Length > 60) text = text[..60];
        if (text.StartsWith("by ", StringComparison.OrdinalIgnoreCase) || text.StartsWith("year", StringComparison.OrdinalIgnoreCase) || text.StartsWith("yyyy", StringComparison.OrdinalIgnoreCase)) return true;
        for (var i = 0; i + 4 <= text.Length; i++)
        {
            if ((text[i] == '1' && text[i + 1] == '9') || (text[i] == '2' && text[i + 1] == '0'))
            {
                if (char.IsAsciiDigit(text[i + 2]) && char.IsAsciiDigit(text[i + 3]) && (i == 0 || !char.IsLetterOrDigit(text[i - 1]))) return true;
            }
        }

        return false;
    }

    /// <summary>How long a tag of HTML is that begins here.</summary>
    private int Tag(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("<!--")) return 4;
        var i = 1;
        if (i < text.Length && text[i] == '/') i++;
        var start = i;
        while (i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] == '!')) i++;
        if (i == start || i - start > 12 || !_tags.Contains(text[start..i])) return 0;
        var close = text[..Math.Min(text.Length, 1000)].IndexOf('>');
        return close < 0 ? 0 : close + 1;
    }

    private static int Entity(ReadOnlySpan<char> text)
    {
        var end = text[..Math.Min(text.Length, 10)].IndexOf(';');
        if (end < 2) return 0;
        for (var i = 1; i < end; i++)
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] != '#') return 0;
        return end + 1;
    }

    /// <summary>How long the number or letter of an item is that begins here, with what closes it: 1. or b) or iv).</summary>
    private static int Item(ReadOnlySpan<char> text, bool opened)
    {
        var i = 0;
        if (i < text.Length && char.IsAsciiDigit(text[i])) while (i < text.Length && i < 2 && char.IsAsciiDigit(text[i])) i++;
        else if (i < text.Length && char.IsAsciiLetter(text[i])) while (i < text.Length && i < 4 && text[i] is 'i' or 'v' or 'x' or 'I' or 'V' or 'X' || i == 0) i++;
        if (i == 0 || i >= text.Length) return 0;
        // (c) is no item where a name or a year follows: that is the sign of copyright.
        if (opened) return text[i] == ')' && !(i == 1 && text[0] is 'c' or 'C') ? i + 1 : 0;
        return text[i] is '.' or ')' && i + 1 < text.Length && char.IsWhiteSpace(text[i + 1]) ? i + 1 : 0;
    }
}
