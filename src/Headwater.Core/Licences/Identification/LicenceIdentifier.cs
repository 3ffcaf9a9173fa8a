using System.Diagnostics;
using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Identification;

/// <summary>Says which licences a text states, where and why. Holds working memory: one for each thread.</summary>
internal sealed class LicenceIdentifier
{
    /// <summary>Of longer texts the rest is not read, in characters.</summary>
    private const int Longest = 2_000_000;

    private readonly LicenceLibrary _library;
    private readonly Tokeniser _tokeniser;
    private readonly TextTokens _tokens = new();
    private readonly RuleMatcher _matcher;
    private readonly Dictionary<string, LicenceExpression?> _expressions = new(StringComparer.Ordinal);
    private readonly List<(LicenceExpression Expression, int Line, int Start, int End)> _tags = [];

    public LicenceIdentifier(LicenceLibrary library)
    {
        _library = library;
        _tokeniser = new Tokeniser(library.Words);
        _matcher = new RuleMatcher(library.Rules);
    }

    public IdentifiedText Identify(ReadOnlySpan<char> text, TimeSpan limit)
    {
        var until = Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency);
        var remark = text.Length > Longest ? $"Only the first {Longest} characters were read." : null;
        if (text.Length > Longest) text = text[..Longest];
        _tokeniser.Cut(text, _tokens);
        SpdxTags.Find(text, _library.Expressions, _tags);
        var matches = new List<IdentifiedMatch>();
        foreach (var (expression, line, _, _) in _tags) matches.Add(new IdentifiedMatch(expression.ToString(), line, line, 1, FoundBy.Tag, RuleKind.Tag, "SPDX-License-Identifier", true, null));
        foreach (var match in _matcher.Find(_tokens, until))
        {
            ref readonly var rule = ref _library.Rules[match.Rule];
            if (rule.Kind is RuleKind.FalsePositive or RuleKind.Intro || _tags.Exists(t => _tokens.Starts[match.Start] >= t.Start && _tokens.Ends[match.End - 1] <= t.End)) continue;
            var coverage = match.Matched == 0 ? 1 : (double)match.Matched / rule.Length;
            matches.Add(new IdentifiedMatch(_library.Rules.Expression(match.Rule), _tokens.Lines[match.Start], _tokens.Lines[match.End - 1], coverage, match.Matched == 0 ? FoundBy.Exact : FoundBy.Alike, rule.Kind, _library.Rules.Name(match.Rule),
                rule.Kind != RuleKind.Clue, null) { NamesVersion = (rule.Flags & RuleFlags.NoVersion) == 0, PointsToFile = (rule.Flags & RuleFlags.PointsToFile) != 0 && rule.Kind != RuleKind.Text, SaysOnly = (rule.Flags & RuleFlags.SaysOnly) != 0 && rule.Kind != RuleKind.Text });
        }

        if (_matcher.IsCut) remark = "The time was over before the whole text was compared.";
        return new IdentifiedText(MatchJudgement.Conclude(matches, Parse), matches, Copyrights.Find(text), remark);
    }

    private LicenceExpression? Parse(string expression)
    {
        if (_expressions.TryGetValue(expression, out var known)) return known;
        return _expressions[expression] = _library.Expressions.Parse(expression, ExpressionMode.Strict30).Expression;
    }
}
