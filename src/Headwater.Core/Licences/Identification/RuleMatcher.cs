using System.Diagnostics;

namespace Headwater.Core.Licences.Identification;

/// <summary>
/// Finds rules in a text: exactly, word for word along the order of the rules; then, in what that leaves, rules that are there in most of their words. Holds working memory: one for each thread.
/// </summary>
internal sealed class RuleMatcher(RuleIndex index, Templates templates, WordNumbers numbers)
{
    /// <summary>So many rules are laid beside one text.</summary>
    private const int MostCandidates = 60;

    /// <summary>So many rules are tried beside one that fits well.</summary>
    private const int MostBeside = 10;

    /// <summary>So many words in a row are no accident.</summary>
    private const int Long = 100;

    /// <summary>A run of words that more rules have than this tells nothing.</summary>
    private const int MostPlaces = 1_500;

    /// <summary>Of rules that say the same, so many are laid beside it.</summary>
    private const int MostAlike = 3;

    /// <summary>A clause has about so many words.</summary>
    private const int Clause = 30;

    /// <summary>Words that may take back what a licence gives.</summary>
    private readonly HashSet<ushort> _restricting = [.. "not no only other except unless without commercial commercially noncommercial prohibited forbidden restricted disallowed permission pay fee must approval"
        .Split(' ').Select(w => numbers.Find(w)).Where(w => w != TextTokens.Unknown)];

    /// <summary>Words by which a rule may restrict what a text restricts in others.</summary>
    private readonly HashSet<ushort> _negating = [.. "neither nor none".Split(' ').Select(w => numbers.Find(w)).Where(w => w != TextTokens.Unknown)];

    private readonly List<RuleMatch> _exact = [], _found = [];
    private readonly List<(uint Hash, int At)> _seeds = [];
    private readonly float[] _votes = new float[index.Count];
    private readonly int[] _first = new int[index.Count], _last = new int[index.Count];
    private readonly List<int> _touched = [];
    private float[] _ranks = [];
    private int[] _ranked = [];
    private readonly Dictionary<int, int> _ofExpression = [];
    private readonly Alignment _alignment = new();
    private readonly TemplateMatcher _template = new();

    /// <summary>Whether the time was over before everything was tried.</summary>
    public bool IsCut { get; private set; }

    /// <summary>What stands in a text, from the left; none lies in another.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="until">No new rule is tried after this time (<see cref="Stopwatch.GetTimestamp"/>).</param>
    public IReadOnlyList<RuleMatch> Find(TextTokens tokens, long until)
    {
        IsCut = false;
        var text = tokens.Span;
        FindExact(text);
        FindAlike(text, until);
        return _found;
    }

    private void FindExact(ReadOnlySpan<ushort> text)
    {
        _exact.Clear();
        for (var i = 0; i < text.Length; i++) index.Exact(text, i, _exact);
        Keep(_exact);
    }

    /// <summary>Leaves out what lies within another: the longer says it better. Of two that overlap both stay.</summary>
    private void Keep(List<RuleMatch> matches)
    {
        matches.Sort(static (a, b) => a.Start != b.Start ? a.Start - b.Start : b.End - a.End);
        _found.Clear();
        var end = -1;
        foreach (var match in matches)
        {
            if (match.End <= end) continue;
            _found.Add(match);
            end = match.End;
        }
    }

    private void FindAlike(ReadOnlySpan<ushort> text, long until)
    {
        // Where nearly every word is explained there is nothing to look for.
        var explained = 0;
        foreach (var match in _found) explained += match.Length >= 12 && !IsUnlistedText(match) ? match.Length : 0;
        if (text.Length - explained < 12) return;
        Vote(text);
        if (_touched.Count == 0) return;
        if (_ranks.Length < _touched.Count) (_ranks, _ranked) = (new float[_touched.Count * 2], new int[_touched.Count * 2]);
        for (var i = 0; i < _touched.Count; i++) (_ranks[i], _ranked[i]) = (-_votes[_touched[i]] * index.Weight(_touched[i]), _touched[i]);
        Array.Sort(_ranks, _ranked, 0, _touched.Count);
        _ofExpression.Clear();
        var candidates = new List<int>();
        foreach (var rule in _ranked.AsSpan(0, _touched.Count))
        {
            if (candidates.Count == MostCandidates) break;
            var same = _ofExpression.GetValueOrDefault(index[rule].Expression);
            // The text that the list has is always among them.
            if (same >= MostAlike && (index[rule].Flags & RuleFlags.Canonical) == 0) continue;
            _ofExpression[index[rule].Expression] = same + 1;
            candidates.Add(rule);
        }

        _exact.Clear();
        _exact.AddRange(_found);
        var alike = new List<(RuleMatch Match, double Score)>();
        var beside = 0;
        var unlisted = _found.Exists(IsUnlistedText);
        foreach (var rule in candidates)
        {
            if (Stopwatch.GetTimestamp() > until)
            {
                IsCut = true;
                break;
            }

            // Where something fits well, a few more are tried, for twins.
            var good = alike.FindIndex(a => a.Match.Matched * 100 >= index[a.Match.Rule].Length * 97 && a.Match.Start <= _first[rule] + 20 && a.Match.End >= _last[rule] - 20);
            if (good >= 0 && !(unlisted && IsListedText(rule)) && ++beside > MostBeside) continue;
            if (Lay(text, rule) is not { } match) continue;
            alike.Add(match);
            if (Conforming(text, match.Match) is { } conforming) alike.Add((conforming, conforming.Length * 1.05));
        }

        // The best first; what overlaps a better one is the same text by another name.
        foreach (var (match, score) in alike.OrderByDescending(a => a.Score))
        {
            if (_exact.Exists(m => m.Matched != 0 && Overlap(m, match) * 2 > Math.Min(m.Length, match.Length))) continue;
            // Of two that explain the same the list of SPDX says how it is called.
            if (match.Matched == RuleMatch.Conforms && _exact.Exists(m => m.Matched == 0 && Overlap(m, match) * 10 >= match.Length * 9 && (m.Length > match.Length + 3 || !IsUnlistedText(m)))) continue;
            // What is there word for word says it better, unless this explains more.
            if (match.Matched != RuleMatch.Conforms && _exact.Sum(m => m.Matched == 0 ? Overlap(m, match) : 0) >= score * 0.95) continue;
            _exact.RemoveAll(m => m.Matched == 0 && m.Start >= match.Start && m.End <= match.End && index[m.Rule].Kind != RuleKind.FalsePositive && (m.Length < match.Length || match.Matched == RuleMatch.Conforms));
            _exact.Add(match);
        }

        Keep(_exact);
    }

    /// <summary>Whether this is a whole text by a name that the list of SPDX does not have; that may have another for it.</summary>
    private bool IsUnlistedText(RuleMatch match) => match.Length >= 40 && index[match.Rule].Kind == RuleKind.Text && !index.IsListed(match.Rule);

    /// <summary>Whether this is the text that the list of SPDX has for a licence.</summary>
    private bool IsListedText(int rule) => (index[rule].Flags & RuleFlags.Canonical) != 0 && index[rule].Kind == RuleKind.Text && index.IsListed(rule);

    /// <summary>The match of the rule's template about where the rule was found; null when the text does not conform to it.</summary>
    private RuleMatch? Conforming(ReadOnlySpan<ushort> text, RuleMatch match)
    {
        if (!IsListedText(match.Rule)) return null;
        var code = templates.Of(index.Name(match.Rule));
        if (code.IsEmpty) return null;
        for (var from = Math.Max(0, match.Start - 40); from <= match.Start + 6 && from < text.Length; from++)
            if (_template.Match(text, from, code, out _) is var end and > 0 && end > match.End - 20) return new RuleMatch(match.Rule, from, end, RuleMatch.Conforms);
        return null;
    }

    /// <summary>Counts for each rule the runs of words that it shares with the text; one that few rules have counts for more.</summary>
    private void Vote(ReadOnlySpan<ushort> text)
    {
        foreach (var rule in _touched) _votes[rule] = 0;
        _touched.Clear();
        Seeds.Choose(text, _seeds);
        var next = 0;
        foreach (var (hash, at) in _seeds)
        {
            // What lies in a long exact match is explained.
            while (next < _found.Count && _found[next].End <= at) next++;
            if (next < _found.Count && _found[next].Start <= at && _found[next].End >= at + Seeds.Words && _found[next].Length >= Long && !IsUnlistedText(_found[next])) continue;
            var places = index.Seeds(hash);
            if (places.Length > 2 * MostPlaces || places.Length == 0) continue;
            var weight = 1f / MathF.Log2(2 + (places.Length / 2));
            for (var i = 0; i < places.Length; i += 2)
            {
                var rule = places[i];
                if (_votes[rule] == 0)
                {
                    _touched.Add(rule);
                    _first[rule] = at;
                }

                _votes[rule] += weight;
                _last[rule] = at;
            }
        }
    }

    /// <summary>Lays a rule beside the text; null when too little of it is there.</summary>
    private (RuleMatch Match, double Score)? Lay(ReadOnlySpan<ushort> text, int rule)
    {
        var words = index.Words(rule);
        ref readonly var record = ref index[rule];
        var matched = _alignment.Align(text, Math.Max(0, _first[rule] - words.Length), Math.Min(text.Length, _last[rule] + words.Length), words);
        if (matched == 0) return null;
        var chain = _alignment.Chain;
        var (start, end) = (chain[0].Text, chain[^1].Text + chain[^1].Length);
        var coverage = (double)matched / words.Length;
        var density = (double)matched / (end - start);
        var least = Math.Max(record.MinimumCoverage / 100.0, record.Kind == RuleKind.Text ? 0.75 : 0.8);
        if (coverage < least || density < 0.6) return null;
        foreach (var (at, length) in index.Required(rule))
            if (!Covers(chain, at, length)) return null;
        var missing = words.Length - matched;
        var extra = end - start - matched;
        var wrong = Wrong(text, words, chain);
        if (wrong > 0 && record.Kind != RuleKind.Text) return null;
        return (new RuleMatch(rule, start, end, matched) { Added = record.Kind == RuleKind.Text ? Added(text, words, chain) : default }, matched - (0.6 * missing) - (0.4 * extra) - (4 * wrong) + ((record.Flags & RuleFlags.Canonical) != 0 ? 0.01 : 0) + (index.IsListed(rule) ? 0.02 * words.Length : 0));
    }

    /// <summary>How many words by which licences are told apart one has and the other has not: a version, "lesser", "noncommercial".</summary>
    private int Wrong(ReadOnlySpan<ushort> text, ReadOnlySpan<ushort> rule, List<(int Text, int Rule, int Length)> chain)
    {
        var wrong = 0;
        var (t, r) = (chain[0].Text, 0);
        foreach (var (at, of, length) in chain)
        {
            for (; r < of; r++) wrong += index.IsName(rule[r]) ? 1 : 0;
            for (; t < at; t++) wrong += index.IsName(text[t]) ? 1 : 0;
            (t, r) = (at + length, of + length);
        }

        for (; r < rule.Length; r++) wrong += index.IsName(rule[r]) ? 1 : 0;
        return wrong;
    }

    /// <summary>
    /// The first words of some length between those of a text that hold a restricting word more than what they stand in place of. Names of persons stand between, too: they restrict nothing.
    /// </summary>
    private (int Start, int End) Added(ReadOnlySpan<ushort> text, ReadOnlySpan<ushort> rule, List<(int Text, int Rule, int Length)> chain)
    {
        // "Neither the name of A nor of B may be used" and "The names may not be used" say the same.
        var (credit, last) = (0, 0);
        for (var i = 1; i < chain.Count; i++)
        {
            var (from, to) = (chain[i - 1].Text + chain[i - 1].Length, chain[i].Text);
            if (from - last > Clause) credit = 0;
            var instead = rule[(chain[i - 1].Rule + chain[i - 1].Length)..chain[i].Rule];
            var more = Count(text[from..to], _restricting) - Count(instead, _restricting) - Count(instead, _negating);
            if (more > credit) return (from, to);
            if (more == 0) continue;
            credit = Math.Max(0, credit - more);
            last = to;
        }

        return default;
    }

    private static int Count(ReadOnlySpan<ushort> words, HashSet<ushort> of)
    {
        var count = 0;
        foreach (var word in words) count += of.Contains(word) ? 1 : 0;
        return count;
    }

    private static bool Covers(List<(int Text, int Rule, int Length)> chain, int at, int length)
    {
        foreach (var (_, rule, run) in chain)
            if (rule <= at && rule + run >= at + length) return true;
        return false;
    }

    private static int Overlap(RuleMatch a, RuleMatch b) => Math.Max(0, Math.Min(a.End, b.End) - Math.Max(a.Start, b.Start));
}
