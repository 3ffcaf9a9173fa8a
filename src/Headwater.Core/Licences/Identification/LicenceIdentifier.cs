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

    private readonly LicenceLibrary _library;
    private readonly Tokeniser _tokeniser;
    private readonly TextTokens _tokens = new();
    private readonly RuleMatcher _matcher;
    private readonly Dictionary<string, LicenceExpression?> _expressions = new(StringComparer.Ordinal);
    private readonly List<(LicenceExpression Expression, int Line, int Start, int End)> _tags = [];
    private readonly TemplateMatcher _template = new();
    private readonly GnuNotices _gnu;
    private readonly List<(int Start, int End, string Expression)> _notices = [];
    private readonly List<(int Start, int File, string Expression)> _pointers = [];

    public LicenceIdentifier(LicenceLibrary library)
    {
        _library = library;
        _tokeniser = new Tokeniser(library.Words);
        _matcher = new RuleMatcher(library.Rules, library.Templates);
        _gnu = new GnuNotices(library.Words);
    }

    /// <summary>Whether a text conforms to a template; null when there is none of this identifier.</summary>
    public TemplateCheck? Check(string id, ReadOnlySpan<char> text)
    {
        var code = _library.Templates.Of(id);
        if (code.IsEmpty) return null;
        if (text.Length > Longest) text = text[..Longest];
        _tokeniser.Cut(text, _tokens);
        return TemplateCheck.Of(code, text, _tokens, _template, _library.Words);
    }

    public IdentifiedText Identify(ReadOnlySpan<char> text, TimeSpan limit)
    {
        var until = Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency);
        var remark = text.Length > Longest ? $"Only the first {Longest} characters were read." : null;
        if (text.Length > Longest) text = text[..Longest];
        _tokeniser.Cut(text, _tokens);
        SpdxTags.Find(text, _library.Expressions, _tags);
        var matches = new List<IdentifiedMatch>();
        foreach (var (tag, line, _, _) in _tags) matches.Add(new IdentifiedMatch(tag.ToString(), line, line, 1, FoundBy.Tag, RuleKind.Tag, "SPDX-License-Identifier", true, null));
        var found = _matcher.Find(_tokens, until);
        _gnu.Find(_tokens, _notices);
        FilePointers.Find(text, _pointers);
        // What a rule says of the whole notice holds; a rule that knows its beginning only does not, nor one that is only alike and says something else.
        var known = found.Where(m => _notices.Exists(n => m.Start <= n.Start + 4 && m.End >= n.End && (m.Matched <= 0 || Agrees(m, n.Expression)))).ToHashSet();
        foreach (var (start, end, notice) in _notices.Where(n => !known.Any(m => m.Start <= n.Start + 4 && m.End >= n.End))) matches.Add(new IdentifiedMatch(notice, _tokens.Lines[start], _tokens.Lines[end - 1], 1, FoundBy.Exact, RuleKind.Notice, "GNU notice", true, null) { Words = end - start, SaysOnly = true });
        foreach (var match in found)
        {
            if (_notices.Count > 0 && !known.Contains(match) && _notices.Exists(n => n.Start < match.End && n.End > match.Start && (match.Matched > 0 || match.Length < 2 * (n.End - n.Start)))) continue;
            if (Matched(match) is { } told && !IsWarranty(match)) matches.Add(IsCode(match, text) ? told with { Concludes = false, Note = "A name in program code says nothing." } : told);
        }

        AddPointers(matches, text);
        if (_matcher.IsCut) remark = And(remark, "The time was over before the whole text was compared.");
        var (expression, lone) = MatchJudgement.Conclude(matches, Parse, _library.Expressions);
        if (MatchJudgement.UnknownLater(matches) is { } bare) remark = And(remark, bare);
        return new IdentifiedText(expression, matches, Copyrights.Find(text), remark) { LoneExceptions = lone };
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

    private IdentifiedMatch? Matched(RuleMatch match)
    {
        ref readonly var rule = ref _library.Rules[match.Rule];
        var (start, end) = (_tokens.Starts[match.Start], _tokens.Ends[match.End - 1]);
        if (rule.Kind is RuleKind.FalsePositive or RuleKind.Intro || _tags.Count > 0 && _tags.Exists(t => start >= t.Start && end <= t.End)) return null;
        var expression = _library.Rules.Expression(match.Rule);
        var pointer = rule.Kind == RuleKind.Text ? -1 : _pointers.FindIndex(p => start >= p.Start && start < p.File);
        // The file says which it is; a rule that has the file in it knows.
        if (pointer >= 0 && end <= _pointers[pointer].File && !string.Equals(expression, _pointers[pointer].Expression, StringComparison.Ordinal)) return null;
        return new IdentifiedMatch(expression, _tokens.Lines[match.Start], _tokens.Lines[match.End - 1], match.Matched <= 0 ? 1 : (double)match.Matched / rule.Length, match.Matched switch { 0 => FoundBy.Exact, RuleMatch.Conforms => FoundBy.Template, _ => FoundBy.Alike }, rule.Kind, _library.Rules.Name(match.Rule), rule.Kind != RuleKind.Clue, null)
        {
            Words = match.Length,
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
