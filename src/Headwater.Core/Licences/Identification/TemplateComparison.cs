namespace Headwater.Core.Licences.Identification;

/// <summary>
/// Lays a template beside a text to its end: where both part, it goes on at the nearest place where they agree again. The steps of a template only lead forward, so the words between two of them are a shortest way.
/// </summary>
internal readonly ref struct TemplateComparison(ReadOnlySpan<int> code, ReadOnlySpan<char> text, TextTokens tokens, TemplateMatcher matcher, Vocabulary words)
{
    /// <summary>So many words are shown of each side.</summary>
    private const int Shown = 14;

    /// <summary>So many differences are shown.</summary>
    private const int MostShown = 20;

    /// <summary>The name of a holder hardly has more words.</summary>
    private const int Name = 12;

    /// <summary>With more differences than this, it is another text.</summary>
    private const int Most = 500;

    /// <summary>So many steps are taken at most, over all places where the template could begin.</summary>
    private const long MostSteps = 10_000_000;

    /// <summary>So many words on both sides together lie between two places where both agree.</summary>
    private const int LongestGap = 400;

    /// <summary>So many words in a row are no accident; at the end of the template the words that are left.</summary>
    private const int Again = 6;

    private readonly ReadOnlySpan<int> _code = code;
    private readonly ReadOnlySpan<char> _text = text;

    public TemplateCheck Run()
    {
        var span = tokens.Span;
        var (best, start, steps) = (-1, 0, 0L);
        for (var from = 0; from < span.Length && steps < MostSteps; from++)
        {
            var end = matcher.Match(span, from, _code, out var reached);
            if (end > 0) return new TemplateCheck(true, tokens.Lines[from], tokens.Lines[end - 1], [], 0);
            steps += (reached - from + 1) * 4L;
            if (reached - from > best - start) (best, start) = (reached, from);
        }

        // A word or two agree anywhere.
        if (best - start < 3) return new TemplateCheck(false, 0, 0, [], 0);
        // What may be anything, a list of names, also takes up clauses that differ. The reading that leaves fewer words over is meant.
        var (open, close) = (Read(start, int.MaxValue, out var over), Read(start, Name, out var fewer));
        return fewer < over ? close : open;
    }

    private TemplateCheck Read(int start, int any, out int over)
    {
        var span = tokens.Span;
        over = 0;
        var open = new List<int>();
        matcher.Match(span, start, _code, out var at, 0, open, any);
        var (differences, more, last) = (new List<TemplateDifference>(), 0, at);
        for (var count = 0; count < Most; count++)
        {
            var way = new Way(_code, open);
            var again = at < span.Length ? Next(way, at, open, any, out last) : null;
            var (to, step) = again ?? (span.Length, _code.Length);
            var steps = way.To(step);
            over += to - at + steps.Count;
            if (differences.Count == MostShown) more++;
            else differences.Add(new TemplateDifference(tokens.Lines[Math.Max(start, to > at ? at : at - 1)], to > at ? Found(at, to) : null, Expected(steps)));
            if (again is null) break;
            at = last;
            if (open.Count == 0) break;
        }

        return new TemplateCheck(false, tokens.Lines[start], tokens.Lines[Math.Max(start, at - 1)], differences, more);
    }

    /// <summary>The nearest place where text and template agree again, and how far they do; null where they do not. The steps that could go on there are in the list; none when the template is over.</summary>
    private (int Text, int Step)? Next(Way way, int at, List<int> open, int any, out int reached)
    {
        var span = tokens.Span;
        var candidates = way.Words(LongestGap);
        for (var gap = 0; gap <= LongestGap; gap++)
        {
            foreach (var (step, before) in candidates)
            {
                if (before > gap) break;
                var from = at + gap - before;
                if (from >= span.Length || span[from] != TemplateCode.Argument(_code[step])) continue;
                // Most places are no place already by their second word.
                if (step + 1 < _code.Length && TemplateCode.Kind(_code[step + 1]) == TemplateCode.Word && (from + 1 >= span.Length || span[from + 1] != TemplateCode.Argument(_code[step + 1]))) continue;
                var end = matcher.Match(span, from, _code, out reached, step, open, any);
                if (end > 0 && (end - from >= Again || from + (way.Length - way.Before(step)) <= end))
                {
                    open.Clear();
                    reached = end;
                    return (from, step);
                }

                if (reached - from >= Again) return (from, step);
            }
        }

        reached = at;
        return null;
    }

    /// <summary>Words of the text on one line.</summary>
    private string Found(int from, int to)
    {
        var end = Math.Min(to, from + Shown);
        return string.Join(' ', _text[tokens.Starts[from]..tokens.Ends[end - 1]].ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) + (end < to ? " …" : "");
    }

    private string? Expected(List<int> steps)
    {
        if (steps.Count == 0) return null;
        var all = new List<string>();
        foreach (var step in steps.Take(Shown)) all.Add(words.Word(TemplateCode.Argument(_code[step])).ToString());
        return string.Join(' ', all) + (steps.Count > Shown ? " …" : "");
    }

    /// <summary>From some steps to every later one, the way with the fewest words.</summary>
    private readonly ref struct Way
    {
        private const int Never = int.MaxValue / 2;

        private readonly ReadOnlySpan<int> _code;
        private readonly int[] _before, _from;

        public Way(ReadOnlySpan<int> code, List<int> sources)
        {
            _code = code;
            (_before, _from) = (new int[code.Length + 1], new int[code.Length + 1]);
            Array.Fill(_before, Never);
            foreach (var source in sources) (_before[source], _from[source]) = (0, -1);
            for (var step = 0; step < code.Length; step++)
            {
                if (_before[step] == Never) continue;
                var kind = TemplateCode.Kind(code[step]);
                if (kind is TemplateCode.Split or TemplateCode.Jump) Lead(step, TemplateCode.Argument(code[step]), 0);
                if (kind != TemplateCode.Jump) Lead(step, step + 1, kind == TemplateCode.Word ? 1 : 0);
            }
        }

        /// <summary>How many words lie before the end.</summary>
        public int Length => _before[_code.Length];

        /// <summary>How many words lie before a step.</summary>
        public int Before(int step) => _before[step];

        /// <summary>The steps that want a word and have at most so many before them, those with the fewest first.</summary>
        public List<(int Step, int Before)> Words(int most)
        {
            var all = new List<(int Step, int Before)>();
            for (var step = 0; step < _code.Length; step++)
                if (_before[step] <= most && TemplateCode.Kind(_code[step]) == TemplateCode.Word) all.Add((step, _before[step]));
            all.Sort(static (a, b) => a.Before != b.Before ? a.Before - b.Before : a.Step - b.Step);
            return all;
        }

        /// <summary>The steps with words on the way to one.</summary>
        public List<int> To(int step)
        {
            var all = new List<int>();
            for (var at = _from[step]; at >= 0; at = _from[at])
                if (TemplateCode.Kind(_code[at]) == TemplateCode.Word) all.Add(at);
            all.Reverse();
            return all;
        }

        private void Lead(int from, int to, int words)
        {
            if (_before[from] + words >= _before[to]) return;
            (_before[to], _from[to]) = (_before[from] + words, from);
        }
    }
}
