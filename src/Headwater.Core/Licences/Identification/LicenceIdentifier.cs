using System.Diagnostics;
using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Identification;

/// <summary>Says which licences a text states, where and why. Holds working memory: one for each thread.</summary>
internal sealed class LicenceIdentifier
{
    /// <summary>Of longer texts the rest is not read, in characters.</summary>
    private const int Longest = 2_000_000;

    /// <summary>So many characters about a name without the end of a line, and with hardly a blank, are made by a machine.</summary>
    private const int Minified = 300;

    /// <summary>So many words are between two names of which one may be chosen.</summary>
    private const int MostBetween = 12;

    /// <summary>Beside more places that state a licence nothing is looked for: the text is a collection.</summary>
    private const int MostAnchors = 60;

    /// <summary>A statement with fewer words only names a licence.</summary>
    private const int FewestOfANotice = 20;

    /// <summary>What is found with fewer words explains none of the sentence it stands in.</summary>
    private const int FewestOfAPhrase = 8;

    /// <summary>A run of words that more rules have than this tells nothing.</summary>
    private const int MostPlaces = 2_000;

    private readonly LicenceLibrary _library;
    private readonly Tokeniser _tokeniser;
    private readonly TextTokens _tokens = new();
    private readonly RuleMatcher _matcher;
    private readonly Dictionary<string, LicenceExpression?> _expressions = new(StringComparer.Ordinal);
    private readonly List<(LicenceExpression Expression, int Line, int Start, int End)> _tags = [];
    private readonly List<(string Value, int Line)> _unread = [];
    private readonly TemplateMatcher _template = new();
    private readonly List<(uint Hash, int At)> _seeds = [];
    private readonly GnuNotices _gnu;
    private readonly OtherTongues _tongues;
    private readonly Mentions _mentions;
    private readonly AdjoiningTerms _terms;
    private readonly List<(int Start, int End, string Expression, bool NamesVersion)> _foreign = [];

    /// <summary>What stands between two names of which one may be chosen, and says nothing else.</summary>
    private readonly HashSet<ushort> _choosing;
    private readonly ushort _or, _obtain, _copy;
    private readonly List<(int Start, int End, string Expression)> _notices = [];
    private readonly List<(int Start, int File, string Expression)> _pointers = [];
    private readonly List<int> _contradicted = [];

    public LicenceIdentifier(LicenceLibrary library)
    {
        _library = library;
        _tokeniser = new Tokeniser(library.Words);
        _matcher = new RuleMatcher(library.Rules, library.Templates, library.Words);
        _gnu = new GnuNotices(library.Words);
        _tongues = new OtherTongues(library.Words);
        _mentions = new Mentions(library.Words);
        _terms = new AdjoiningTerms(library.Words);
        (_or, _obtain, _copy) = (library.Words.Find("or"), library.Words.Find("obtain"), library.Words.Find("copy"));
        _choosing = [.. "or the a an either alternatively under of terms license licenses version at your option choice choosing alternative in gnu any be"
            .Split(' ').Select(w => library.Words.Find(w)).Where(w => w != TextTokens.Unknown)];
    }

    /// <summary>Whether a text conforms to a template; null when there is none of this identifier.</summary>
    public TemplateCheck? Check(string id, ReadOnlySpan<char> text)
    {
        var code = _library.Templates.Of(id);
        if (code.IsEmpty) return null;
        if (text.Length > Longest) text = text[..Longest];
        _tokeniser.Cut(text, _tokens);
        return new TemplateComparison(code, text, _tokens, _template, _library.Words).Run();
    }

    public IdentifiedText Identify(ReadOnlySpan<char> text, TimeSpan limit)
    {
        var until = Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency);
        var remark = text.Length > Longest ? $"Only the first {Longest} characters were read." : null;
        if (text.Length > Longest) text = text[..Longest];
        _tokeniser.Cut(text, _tokens);
        SpdxTags.Find(text, _library.Expressions, _tags, _unread);
        var matches = new List<IdentifiedMatch>();
        foreach (var (tag, line, _, _) in _tags) matches.Add(new IdentifiedMatch(tag.ToString(), line, line, 1, FoundBy.Tag, RuleKind.Tag, "SPDX-License-Identifier", true, null) { SaysOnly = true });
        var found = _matcher.Find(_tokens, until);
        _gnu.Find(_tokens, _notices);
        FilePointers.Find(text, _pointers);
        FindContradictions(found);
        // What a rule says of the whole notice holds; a rule that knows its beginning only does not, nor one that is only alike and says something else.
        var known = found.Where(m => _notices.Exists(n => m.Start <= n.Start + 4 && m.End >= n.End && (m.Matched <= 0 || Agrees(m, n.Expression)))).ToHashSet();
        var told = new List<(RuleMatch Rule, int At)>();
        foreach (var (start, end, notice) in _notices.Where(n => !known.Any(m => m.Start <= n.Start + 4 && m.End >= n.End)))
        {
            told.Add((new RuleMatch(-1, start, end), matches.Count));
            matches.Add(new IdentifiedMatch(notice, _tokens.Lines[start], _tokens.Lines[end - 1], 1, FoundBy.Exact, RuleKind.Notice, "GNU notice", true, null) { Words = end - start, SaysOnly = true });
        }

        _tongues.Find(text, _tokens, _foreign);
        foreach (var (start, end, named, isExact) in _foreign)
        {
            if (found.Any(m => m.Start <= start && m.End >= end)) continue;
            told.Add((new RuleMatch(-1, start, end), matches.Count));
            matches.Add(new IdentifiedMatch(named, _tokens.Lines[start], _tokens.Lines[end - 1], 1, FoundBy.Exact, RuleKind.Reference, "name in another language", true, null) { Words = end - start, NamesVersion = isExact });
        }

        foreach (var match in found)
        {
            if (_notices.Count > 0 && !known.Contains(match) && _notices.Exists(n => n.Start < match.End && n.End > match.Start && (match.Matched > 0 || match.Length < 2 * (n.End - n.Start)))) continue;
            if (Matched(match, text) is not { } it || IsWarranty(match)) continue;
            told.Add((match, matches.Count));
            matches.Add(IsCode(match, text) ? it with { Concludes = false, Note = "A name in program code says nothing." } : it);
        }

        LeaveOutMentions(told, matches, text);
        LeaveOutAddresses(told, matches, text);
        JoinChoices(told, matches);
        AddPointers(matches, text);
        foreach (var pointer in _contradicted) remark = And(remark, Contradicted(pointer, matches, text));
        if (_matcher.IsCut) remark = And(remark, "The time was over before the whole text was compared.");
        var (expression, lone) = MatchJudgement.Conclude(matches, Parse, _library.Expressions);
        FindTerms(told, matches, text);
        if (MatchJudgement.UnknownLater(matches) is { } bare) remark = And(remark, bare);
        foreach (var (value, line) in _unread) remark = And(remark, $"Line {line}: SPDX-License-Identifier says '{value}', which no list has.");
        if (matches.Find(m => m is { Concludes: true, Added: not null }) is { } changed) remark = And(remark, $"{changed.Expression}: words were added that may change it: \"{changed.Added}\".");
        return new IdentifiedText(expression, matches, Copyrights.Find(text), remark) { LoneExceptions = lone };
    }

    /// <summary>"Not under the GPL", "compatible with the GPL": what only mentions a licence concludes nothing.</summary>
    private void LeaveOutMentions(List<(RuleMatch Rule, int At)> told, List<IdentifiedMatch> matches, ReadOnlySpan<char> text)
    {
        (int End, string Why)? last = null;
        foreach (var (rule, at) in told.OrderBy(t => t.Rule.Start).ThenByDescending(t => t.Rule.End))
        {
            if (matches[at] is not { Concludes: true, Kind: not RuleKind.Text }) continue;
            var why = last is { } within && rule.Start < within.End ? within.Why : _mentions.Of(text, _tokens, rule.Start, rule.End, last);
            if (why is null) continue;
            matches[at] = matches[at] with { Concludes = false, Note = why };
            last = (rule.End, why);
        }
    }

    /// <summary>Terms beside what states a licence, in the same part of the text, that are of no rule of that licence: they may take back what it gives. Beside a name alone, what gives is its own terms, too.</summary>
    private void FindTerms(List<(RuleMatch Rule, int At)> told, List<IdentifiedMatch> matches, ReadOnlySpan<char> text)
    {
        var anchors = told.Where(t => matches[t.At] is { Concludes: true, Added: null }).Select(t => (t.Rule.Start, t.Rule.End, t.At)).ToList();
        for (var i = 0; i < _tags.Count; i++)
            if (matches[i].Concludes && WordAt(_tags[i].Start) is var first && first < _tokens.Count) anchors.Add((first, Math.Max(first + 1, WordAt(_tags[i].End)), i));
        if (anchors.Count is 0 or > MostAnchors) return;
        anchors.Sort();
        var judged = new HashSet<int>();
        foreach (var (start, end, at) in anchors)
        {
            if (matches[at].Expression.StartsWith("LicenseRef-", StringComparison.Ordinal)) continue;
            var isName = matches[at].Kind is not RuleKind.Text && end - start < FewestOfANotice;
            // Behind it first: what a name announces stands there.
            for (var from = end; from < _tokens.Count && from < end + AdjoiningTerms.Far && matches[at].Added is null;)
            {
                if (AdjoiningTerms.EndsComment(text[_tokens.Ends[from - 1].._tokens.Starts[from]])) break;
                var to = AdjoiningTerms.EndOf(text, _tokens, from);
                if (_terms.Parts(text, _tokens, from, to)) break;
                if (judged.Add(from)) matches[at] = Judged(text, from, to, isName, matches[at], told);
                from = to;
            }

            for (var last = start - 1; last >= 0 && last > start - AdjoiningTerms.Far && matches[at].Added is null;)
            {
                if (AdjoiningTerms.EndsComment(text[_tokens.Ends[last].._tokens.Starts[last + 1]])) break;
                var from = AdjoiningTerms.StartOf(text, _tokens, last);
                if (_terms.Parts(text, _tokens, from, last + 1)) break;
                if (judged.Add(from)) matches[at] = Judged(text, from, last + 1, false, matches[at], told);
                last = from - 1;
            }
        }
    }

    /// <summary>Marks a match where a sentence beside it is of terms, and of none that a rule has for that licence.</summary>
    private IdentifiedMatch Judged(ReadOnlySpan<char> text, int from, int to, bool mayGive, IdentifiedMatch match, List<(RuleMatch Rule, int At)> told)
    {
        var words = _tokens.Span[from..to];
        if (!_terms.Restricts(words) && !(mayGive && _terms.Grants(words))) return match;
        var explained = 0;
        foreach (var (rule, _) in told)
            if (rule.Length >= FewestOfAPhrase) explained += Math.Max(0, Math.Min(to, rule.End) - Math.Max(from, rule.Start));
        if (explained * 10 >= words.Length * 7 || IsOf(words, match.Expression)) return match;
        return match with { Added = Quoted(text, (from, to)), Coverage = match.Coverage * Math.Max(1, match.Words) / (Math.Max(1, match.Words) + words.Length) };
    }

    /// <summary>Whether rules of the same licence have at least half of the runs of words that a sentence chooses.</summary>
    private bool IsOf(ReadOnlySpan<ushort> words, string expression)
    {
        Seeds.Choose(words, _seeds);
        if (_seeds.Count == 0 || Parse(expression) is not { } parsed) return false;
        var roots = parsed.Licences.Select(l => l.IndexOf('-', StringComparison.Ordinal) is var dash and > 0 ? l[..dash] : l).ToList();
        var known = 0;
        foreach (var (hash, _) in _seeds)
        {
            var places = _library.Rules.Seeds(hash);
            for (var i = 0; i < Math.Min(places.Length, MostPlaces); i += 2)
            {
                var of = _library.Rules.Expression(places[i]);
                if (!roots.Exists(r => of.Contains(r, StringComparison.Ordinal))) continue;
                known++;
                break;
            }
        }

        return known * 2 >= _seeds.Count;
    }

    /// <summary>The first word at or behind a character.</summary>
    private int WordAt(int character) => Array.BinarySearch(_tokens.Starts, 0, _tokens.Count, character) is var at && at >= 0 ? at : ~at;

    /// <summary>"MIT or Apache-2.0", "under the MIT License or, at your option, the Apache License": two names with nothing but a choice between them are one.</summary>
    private void JoinChoices(List<(RuleMatch Rule, int At)> told, List<IdentifiedMatch> matches)
    {
        told.Sort((a, b) => a.Rule.Start != b.Rule.Start ? a.Rule.Start.CompareTo(b.Rule.Start) : a.Rule.End.CompareTo(b.Rule.End));
        var (before, last) = (0..0, default(RuleMatch));
        for (var i = 0; i < told.Count;)
        {
            // Several names of one licence over each other: "the Apache License 2.0" and "License 2.0".
            var (from, whole) = (i, told[i].Rule);
            for (i++; i < told.Count && told[i].Rule.Start < whole.End; i++) whole = whole with { End = Math.Max(whole.End, told[i].Rule.End) };
            if (!before.Equals(0..0) && whole.Start > last.End && whole.Start - last.End <= MostBetween && IsChoice(_tokens.Span[last.End..whole.Start]) && Best(told, matches, before) is { } one && Best(told, matches, from..i) is { } other
                && Parse(matches[one].Expression) is { } a && Parse(matches[other].Expression) is { } b && !a.Equals(b))
            {
                foreach (var (_, at) in told[before.Start..i])
                    if (at != other) matches[at] = matches[at] with { Concludes = false, Note = "It is one of a choice." };
                matches[other] = matches[other] with { Expression = LicenceExpression.Any([a, b]).ToString(), StartLine = matches[one].StartLine, Words = matches[one].Words + matches[other].Words, SaysOnly = true };
                whole = whole with { Start = last.Start };
                (before, last) = (before.Start..i, whole);
                continue;
            }

            (before, last) = (from..i, whole);
        }
    }

    /// <summary>The name that says most of some that lie over each other; null where one of them is more than a name, or they say different things.</summary>
    private int? Best(List<(RuleMatch Rule, int At)> told, List<IdentifiedMatch> matches, Range range)
    {
        int? best = null;
        foreach (var (rule, at) in told[range])
        {
            if (matches[at].Kind == RuleKind.Text || rule.Length >= 40) return null;
            if (!matches[at].Concludes) continue;
            if (best is { } other && Parse(matches[other].Expression) is { } a && Parse(matches[at].Expression) is { } b && !a.Equals(b) && !MatchJudgement.IsOfOneHouse(a, b)) return null;
            if (best is null || (matches[at].NamesVersion, matches[at].Expression.Contains(" OR ", StringComparison.Ordinal), rule.Length).CompareTo((matches[best.Value].NamesVersion, matches[best.Value].Expression.Contains(" OR ", StringComparison.Ordinal), told.Find(t => t.At == best).Rule.Length)) > 0) best = at;
        }

        // "A BSD licence or the GNU GPL": which one, the rest of the text may say.
        return best is { } found && (matches[found].NamesVersion || Parse(matches[found].Expression) is LicenceTerm term && !MatchJudgement.IsOneOfSeveral(term)) ? best : null;
    }

    /// <summary>Whether these words leave a choice between what stands before and behind them, and say nothing else.</summary>
    private bool IsChoice(ReadOnlySpan<ushort> words)
    {
        foreach (var word in words)
            if (!_choosing.Contains(word)) return false;
        return words.IndexOf(_or) >= 0;
    }

    /// <summary>Words of the text as they stand there, on one line.</summary>
    private string Quoted(ReadOnlySpan<char> text, (int Start, int End) words)
    {
        const int Most = 160;
        var said = string.Join(' ', text[_tokens.Starts[words.Start].._tokens.Ends[words.End - 1]].ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return said.Length <= Most ? said : said[..Most] + "…";
    }

    private static string And(string? remark, string more) => remark is null ? more : $"{remark} {more}";

    /// <summary>Whether a short name stands in program code: signs of code are between its words, or its line is one that no person writes.</summary>
    private bool IsCode(RuleMatch match, ReadOnlySpan<char> text)
    {
        if (match.Length > 3 || _library.Rules[match.Rule].Kind is RuleKind.Text) return false;
        var (start, end) = (_tokens.Starts[match.Start], _tokens.Ends[match.End - 1]);
        // "license=GPL" is a field; "gpl=3" is not.
        if (_library.Rules[match.Rule].Kind is not RuleKind.Tag && text[start..end].IndexOfAny("=;{}[]|") >= 0) return true;
        var near = text[Math.Max(0, start - Minified)..Math.Min(text.Length, end + Minified)];
        return near.Length >= Minified && near.IndexOf('\n') < 0 && near.Count(' ') * 12 < near.Length;
    }

    /// <summary>Whether this is what a GNU notice says of warranty, by the name of somebody who has nothing else.</summary>
    private bool IsWarranty(RuleMatch match) => !_library.Rules.IsListed(match.Rule) && _notices.Exists(n => match.Start >= n.End && match.Start < n.End + 16 && match.Length < 60) && _tokens.Span[match.Start..match.End].IndexOf(_library.Words.Find("hope")) >= 0;

    /// <summary>Whether a rule says the same, perhaps with an exception or a choice.</summary>
    private bool Agrees(RuleMatch match, string expression) => _library.Rules[match.Rule].Kind == RuleKind.Text || Parse(_library.Rules.Expression(match.Rule))?.Terms.Any(t => string.Equals(t.Simple, expression, StringComparison.Ordinal)) == true;

    private IdentifiedMatch? Matched(RuleMatch match, ReadOnlySpan<char> text)
    {
        ref readonly var rule = ref _library.Rules[match.Rule];
        var (start, end) = (_tokens.Starts[match.Start], _tokens.Ends[match.End - 1]);
        if (rule.Kind is RuleKind.FalsePositive or RuleKind.Intro || _tags.Count > 0 && _tags.Exists(t => start >= t.Start && end <= t.End)) return null;
        var expression = _library.Rules.Expression(match.Rule);
        var pointer = rule.Kind == RuleKind.Text ? -1 : _pointers.FindIndex(p => start >= p.Start && start < p.File);
        // The file says which it is; a rule that has the file in it knows.
        if (pointer >= 0 && end <= _pointers[pointer].File && !_contradicted.Contains(pointer) && !string.Equals(expression, _pointers[pointer].Expression, StringComparison.Ordinal)) return null;
        return new IdentifiedMatch(expression, _tokens.Lines[match.Start], _tokens.Lines[match.End - 1], match.Matched <= 0 ? 1 : (double)match.Matched / Math.Max(rule.Length, match.Length), match.Matched switch { 0 => FoundBy.Exact, RuleMatch.Conforms => FoundBy.Template, _ => FoundBy.Alike }, rule.Kind, _library.Rules.Name(match.Rule), rule.Kind != RuleKind.Clue, null)
        {
            Words = match.Length,
            Added = match.Added.End > match.Added.Start ? Quoted(text, match.Added) : null,
            NamesVersion = (rule.Flags & RuleFlags.NoVersion) == 0,
            PointsToFile = pointer >= 0 || ((rule.Flags & RuleFlags.PointsToFile) != 0 && rule.Kind != RuleKind.Text),
            SaysOnly = (rule.Flags & RuleFlags.SaysOnly) != 0 && rule.Kind != RuleKind.Text,
        };
    }

    /// <summary>Sentences that name a licence of another house than the file that they point to, in a text that says nothing of that file's. Where it does, the name was copied from elsewhere.</summary>
    private void FindContradictions(IReadOnlyList<RuleMatch> found)
    {
        _contradicted.Clear();
        for (var i = 0; i < _pointers.Count; i++)
        {
            var (start, file, expression) = _pointers[i];
            var (same, other) = (false, false);
            foreach (var match in found)
            {
                // The file's own name says nothing of the sentence.
                if (_tokens.Ends[match.End - 1] > file && _tokens.Starts[match.Start] <= file + FilePointers.LongestName) continue;
                if (_library.Rules[match.Rule].Kind is RuleKind.FalsePositive or RuleKind.Intro or RuleKind.Clue) continue;
                if (Parse(_library.Rules.Expression(match.Rule)) is not { } named || named.Terms.All(StatedLicence.IsVague)) continue;
                if (named.Terms.Any(t => string.Equals(House(t.Licence), House(expression), StringComparison.Ordinal))) same = true;
                else if (_tokens.Starts[match.Start] >= start && _tokens.Ends[match.End - 1] <= file) other = true;
            }

            if (other && !same) _contradicted.Add(i);
        }

        // The licences of the GNU project point to each other.
        static string House(string licence) => licence.IndexOf('-', StringComparison.Ordinal) is var dash && (dash > 0 ? licence[..dash] : licence) is var root && root is "LGPL" or "AGPL" or "GFDL" ? "GPL" : root;
    }

    /// <summary>Where a sentence names another licence than the file has, the name holds and the file is told.</summary>
    private string Contradicted(int pointer, List<IdentifiedMatch> matches, ReadOnlySpan<char> text)
    {
        var (_, file, expression) = _pointers[pointer];
        var line = 1 + text[..file].Count('\n');
        for (var i = 0; i < matches.Count; i++)
            if (matches[i] is { PointsToFile: true, Concludes: true } match && match.StartLine <= line && match.EndLine >= line && string.Equals(match.Expression, expression, StringComparison.Ordinal)) matches[i] = match with { Concludes = false, Note = "The sentence names another licence." };
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Line {line}: the file that it points to is of {expression}, and the sentence names another licence.");
    }

    /// <summary>An address at which the notice of another licence says that a copy lies says nothing of its own.</summary>
    private void LeaveOutAddresses(List<(RuleMatch Rule, int At)> told, List<IdentifiedMatch> matches, ReadOnlySpan<char> text)
    {
        foreach (var (rule, at) in told)
        {
            if (matches[at] is not { Concludes: true, Kind: RuleKind.Reference } address || !text[_tokens.Starts[rule.Start].._tokens.Ends[rule.End - 1]].Contains('/') || !IsAddress(text, rule.Start)) continue;
            var from = AdjoiningTerms.StartOf(text, _tokens, rule.Start);
            if (_tokens.Span[from..rule.Start] is var sentence && (sentence.IndexOf(_obtain) < 0 || sentence.IndexOf(_copy) < 0)) continue;
            if (told.Exists(t => t.Rule.Start < rule.Start && t.Rule.End > from - AdjoiningTerms.Far / 2 && matches[t.At] is { Concludes: true, NamesVersion: true } notice && Parse(notice.Expression) is { } a && Parse(address.Expression) is { } b && !MatchJudgement.IsOfOneHouse(a, b)))
                matches[at] = address with { Concludes = false, Note = "It is the address at which a copy of another licence is said to lie." };
        }
    }

    /// <summary>Whether a word is within an address.</summary>
    private bool IsAddress(ReadOnlySpan<char> text, int word)
    {
        var start = _tokens.Starts[word];
        while (start > 0 && !char.IsWhiteSpace(text[start - 1])) start--;
        return text[start..].TrimStart("(<[\"'").StartsWith("http", StringComparison.OrdinalIgnoreCase) || text[start..].StartsWith("www.", StringComparison.OrdinalIgnoreCase);
    }

    private void AddPointers(List<IdentifiedMatch> matches, ReadOnlySpan<char> text)
    {
        foreach (var (start, file, expression) in _pointers)
        {
            var (first, last) = (1 + text[..start].Count('\n'), 1 + text[..file].Count('\n'));
            if (!matches.Exists(m => m.StartLine <= last && m.EndLine >= last)) matches.Add(new IdentifiedMatch(expression, first, last, 1, FoundBy.Exact, RuleKind.Reference, "file of a licence", true, null) { PointsToFile = true });
        }
    }

    private LicenceExpression? Parse(string expression)
    {
        if (_expressions.TryGetValue(expression, out var known)) return known;
        return _expressions[expression] = _library.Expressions.Parse(expression, ExpressionMode.Strict30).Expression;
    }
}
