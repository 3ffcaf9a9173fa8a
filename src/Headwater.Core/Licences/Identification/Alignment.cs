namespace Headwater.Core.Licences.Identification;

/// <summary>Lays a rule beside a text that has most of its words in its order: equal runs are chained from the left to the right.</summary>
internal sealed class Alignment
{
    /// <summary>Gaps longer than this end a match, in words of the text.</summary>
    private const int LongestGap = 60;

    /// <summary>So many equal words begin a run.</summary>
    private const int Run = 4;

    /// <summary>A run that stands more often than this in a rule begins none.</summary>
    private const int Often = 8;

    /// <summary>More runs than this are of a text that says the same over and over; the rest of it is not looked at.</summary>
    private const int MostBlocks = 20_000;

    private readonly List<(int Text, int Rule, int Length)> _blocks = [];
    private int[] _best = [], _from = [], _heads = [], _next = [];

    /// <summary>The runs of the last alignment, from the left.</summary>
    public List<(int Text, int Rule, int Length)> Chain { get; } = [];

    /// <summary>The words that both have, in the best chain; 0 when there is none.</summary>
    /// <param name="text">The words of the text.</param>
    /// <param name="from">Where in it the rule is sought.</param>
    /// <param name="to">Behind the last of these words.</param>
    /// <param name="rule">The words of the rule.</param>
    public int Align(ReadOnlySpan<ushort> text, int from, int to, ReadOnlySpan<ushort> rule)
    {
        Chain.Clear();
        FindBlocks(text, from, to, rule);
        if (_blocks.Count == 0) return 0;
        _blocks.Sort();
        if (_best.Length < _blocks.Count) (_best, _from) = (new int[_blocks.Count * 2], new int[_blocks.Count * 2]);
        var top = 0;
        for (var i = 0; i < _blocks.Count; i++)
        {
            var (t, r, length) = _blocks[i];
            (_best[i], _from[i]) = (length, -1);
            for (var j = i - 1; j >= 0 && j >= i - 128; j--)
            {
                var (pt, pr, plength) = _blocks[j];
                if (pr >= r || t - (pt + plength) > LongestGap) continue;
                // What overlaps counts once.
                var overlap = Math.Max(0, Math.Max(pt + plength - t, pr + plength - r));
                if (overlap >= length) continue;
                var gap = Math.Max(t - pt - plength, r - pr - plength);
                var score = _best[j] + length - overlap - (gap > 0 ? 1 : 0);
                if (score > _best[i]) (_best[i], _from[i]) = (score, j);
            }

            if (_best[i] > _best[top]) top = i;
        }

        for (var i = top; i >= 0; i = _from[i]) Chain.Add(_blocks[i]);
        Chain.Reverse();
        Fill(text, rule);
        var matched = 0;
        for (var i = 0; i < Chain.Count; i++) matched += Chain[i].Length;
        return matched;
    }

    /// <summary>All longest runs that both have.</summary>
    private void FindBlocks(ReadOnlySpan<ushort> text, int from, int to, ReadOnlySpan<ushort> rule)
    {
        _blocks.Clear();
        // Four words in a row are common in a long text, and say nothing.
        var least = rule.Length > 400 ? 8 : Run;
        if (rule.Length < Run || to - from < Run) return;
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rule.Length);
        if (_heads.Length < size) _heads = new int[size];
        if (_next.Length < rule.Length) _next = new int[rule.Length * 2];
        _heads.AsSpan(0, size).Fill(-1);
        for (var r = rule.Length - Run; r >= 0; r--)
        {
            var slot = Hash(rule, r) & (size - 1);
            _next[r] = _heads[slot];
            _heads[slot] = r;
        }

        for (var t = from; t <= to - Run && _blocks.Count < MostBlocks; t++)
        {
            var seen = 0;
            for (var r = _heads[Hash(text, t) & (size - 1)]; r >= 0 && seen < Often; r = _next[r])
            {
                // What goes on from the word before is in that run.
                if (text[t] != rule[r] || text[t + 1] != rule[r + 1] || text[t + 2] != rule[r + 2] || text[t + 3] != rule[r + 3] || text[t] == TextTokens.Unknown) continue;
                seen++;
                if (t > from && r > 0 && text[t - 1] == rule[r - 1]) continue;
                var length = Run + text[(t + Run)..to].CommonPrefixLength(rule[(r + Run)..]);
                if (length >= least) _blocks.Add((t, r, length));
            }
        }
    }

    private static int Hash(ReadOnlySpan<ushort> words, int at) => (int)((((((uint)words[at] * 31) + words[at + 1]) * 31 + words[at + 2]) * 31 + words[at + 3]) * 2654435761u >> 12);

    /// <summary>Cuts overlaps, and takes single equal words between the runs.</summary>
    private void Fill(ReadOnlySpan<ushort> text, ReadOnlySpan<ushort> rule)
    {
        _blocks.Clear();
        var (t0, r0) = (-1, -1);
        foreach (var (t, r, length) in Chain)
        {
            var (at, of, size) = (t, r, length);
            if (t0 >= 0)
            {
                var overlap = Math.Max(0, Math.Max(t0 - at, r0 - of));
                (at, of, size) = (at + overlap, of + overlap, size - overlap);
                if (size <= 0) continue;
                Between(text, rule, t0, at, r0, of);
            }
            else
            {
                // What comes before the first run, word by word.
                var (i, j) = (at, of);
                Between(text, rule, Math.Max(0, i - j - 2), i, 0, j);
            }

            _blocks.Add((at, of, size));
            (t0, r0) = (at + size, of + size);
        }

        if (r0 >= 0 && r0 < rule.Length) Between(text, rule, t0, Math.Min(text.Length, t0 + rule.Length - r0 + 2), r0, rule.Length);
        Chain.Clear();
        Chain.AddRange(_blocks);
    }

    /// <summary>Between two runs, words that are equal in order: the shorter gap is walked once.</summary>
    private void Between(ReadOnlySpan<ushort> text, ReadOnlySpan<ushort> rule, int i, int at, int j, int of)
    {
        if (of - j > LongestGap || at - i > LongestGap) return;
        while (i < at && j < of)
        {
            if (text[i] == rule[j] && text[i] != TextTokens.Unknown)
            {
                _blocks.Add((i, j, 1));
                (i, j) = (i + 1, j + 1);
                continue;
            }

            var inRule = rule[j..of].IndexOf(text[i]);
            var inText = text[i..at].IndexOf(rule[j]);
            if (inRule >= 0 && (inText < 0 || inRule <= inText)) j += inRule;
            else if (inText >= 0) i += inText;
            else (i, j) = (i + 1, j + 1);
        }
    }
}
