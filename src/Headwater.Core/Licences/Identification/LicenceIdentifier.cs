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

    private readonly LicenceLibrary _library;
    private readonly Tokeniser _tokeniser;
    private readonly TextTokens _tokens = new();
    private readonly RuleMatcher _matcher;
    private readonly Dictionary<string, LicenceExpression?> _expressions = new(StringComparer.Ordinal);
    private readonly List<(LicenceExpression Expression, int Line, int Start, int End)> _tags = [];
    private readonly List<(string Value, int Line)> _unread = [];
    private readonly TemplateMatcher _template = new();
    private readonly GnuNotices _gnu;

    /// <summary>What stands between two names of which one may be chosen, and says nothing else.</summary>
    private readonly HashSet<ushort> _choosing;
    private readonly ushort _or;
    private readonly List<(int Start, int End, string Expression)> _notices = [];
    private readonly List<(int Start, int File, string Expression)> _pointers = [];

    public LicenceIdentifier(LicenceLibrary library)
    {
        _library = library;
        _tokeniser = new Tokeniser(library.Words);
        _matcher = new RuleMatcher(library.Rules, library.Templates, library.Words);
        _gnu = new GnuNotices(library.Words);
        _or = library.Words.Find("or");
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
        // What a rule says of the whole notice holds; a rule that knows its beginning only does not, nor one that is only alike and says something else.
        var known = found.Where(m => _notices.Exists(n => m.Start <= n.Start + 4 && m.End >= n.End && (m.Matched <= 0 || Agrees(m, n.Expression)))).ToHashSet();
        var told = new List<(RuleMatch Rule, int At)>();
        foreach (var (start, end, notice) in _notices.Where(n => !known.Any(m => m.Start <= n.Start + 4 && m.End >= n.End)))
        {
            told.Add((new RuleMatch(-1, start, end), matches.Count));
            matches.Add(new IdentifiedMatch(notice, _tokens.Lines[start], _tokens.Lines[end - 1], 1, FoundBy.Exact, RuleKind.Notice, "GNU notice", true, null) { Words = end - start, SaysOnly = true });
        }

        foreach (var match in found)
        {
            if (_notices.Count > 0 && !known.Contains(match) && _notices.Exists(n => n.Start < match.End && n.End > match.Start && (match.Matched > 0 || match.Length < 2 * (n.End - n.Start)))) continue;
            if (Matched(match, text) is not { } it || IsWarranty(match)) continue;
            told.Add((match, matches.Count));
            matches.Add(IsCode(match, text) ? it with { Concludes = false, Note = "A name in program code says nothing." } : it);
        }

        JoinChoices(told, matches);
        AddPointers(matches, text);
        if (_matcher.IsCut) remark = And(remark, "The time was over before the whole text was compared.");
        var (expression, lone) = MatchJudgement.Conclude(matches, Parse, _library.Expressions);
        if (MatchJudgement.UnknownLater(matches) is { } bare) remark = And(remark, bare);
        foreach (var (value, line) in _unread) remark = And(remark, $"Line {line}: SPDX-License-Identifier says '{value}', which no list has.");
        if (matches.Find(m => m is { Concludes: true, Added: not null }) is { } changed) remark = And(remark, $"{changed.Expression}: words were added that may change it: \"{changed.Added}\".");
        return new IdentifiedText(expression, matches, Copyrights.Find(text), remark) { LoneExceptions = lone };
    }

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
        if (pointer >= 0 && end <= _pointers[pointer].File && !string.Equals(expression, _pointers[pointer].Expression, StringComparison.Ordinal)) return null;
        return new IdentifiedMatch(expression, _tokens.Lines[match.Start], _tokens.Lines[match.End - 1], match.Matched <= 0 ? 1 : (double)match.Matched / Math.Max(rule.Length, match.Length), match.Matched switch { 0 => FoundBy.Exact, RuleMatch.Conforms => FoundBy.Template, _ => FoundBy.Alike }, rule.Kind, _library.Rules.Name(match.Rule), rule.Kind != RuleKind.Clue, null)
        {
            Words = match.Length,
            Added = match.Added.End > match.Added.Start ? Quoted(text, match.Added) : null,
            NamesVersion = (rule.Flags & RuleFlags.NoVersion) == 0,
            PointsToFile = pointer >= 0 || ((rule.Flags & RuleFlags.PointsToFile) != 0 && rule.Kind != RuleKind.Text),
            SaysOnly = (rule.Flags & RuleFlags.SaysOnly) != 0 && rule.Kind != RuleKind.Text,
        };
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
