namespace Headwater.Core.Licences.Identification;

/// <summary>
/// Lays a template beside a text, word by word: all ways through it are walked at once, so the time is that of the text times the ways open at one place, whatever the template. Holds working memory: one for each thread.
/// </summary>
internal sealed class TemplateMatcher
{
    private readonly List<(int Step, int Left)> _now = [], _next = [];
    private int[] _seen = [], _left = [];
    private int _generation, _most;

    /// <summary>Behind the last word of the text that the template covers from a place on; -1 when it does not.</summary>
    /// <param name="text">The words.</param>
    /// <param name="from">Where the template must begin.</param>
    /// <param name="code">The template.</param>
    /// <param name="reached">The place in the text behind the last word that the template has, too.</param>
    /// <param name="step">The step with which it begins.</param>
    /// <param name="open">Gets the steps that could go on at the place that was reached; null where nobody asks.</param>
    /// <param name="most">So many words stand for a variable at most, whatever the template says.</param>
    public int Match(ReadOnlySpan<ushort> text, int from, ReadOnlySpan<int> code, out int reached, int step = 0, List<int>? open = null, int most = int.MaxValue)
    {
        _most = most;
        if (_seen.Length <= code.Length) (_seen, _left) = (new int[code.Length * 2 + 1], new int[code.Length * 2 + 1]);
        _now.Clear();
        _generation++;
        var end = -1;
        Add(_now, code, step, -1);
        reached = from;
        Tell(0, open);
        // Where the states begin that the last word has led to; what only passes words over does not count as progress.
        var led = 0;
        for (var at = from; ; at++)
        {
            foreach (var (next, _) in _now)
                if (next == code.Length) end = at;
            if (_now.Count == 0) break;
            if (led < _now.Count && at > from)
            {
                reached = at;
                Tell(led, open);
            }

            if (at == text.Length) break;
            _next.Clear();
            _generation++;
            foreach (var (next, left) in _now)
                if (next < code.Length && left > 0 && TemplateCode.Kind(code[next]) == TemplateCode.Any) Add(_next, code, next, left - 1);
            led = _next.Count;
            foreach (var (next, _) in _now)
                if (next < code.Length && TemplateCode.Kind(code[next]) == TemplateCode.Word && text[at] == TemplateCode.Argument(code[next])) Add(_next, code, next + 1, -1);
            _now.Clear();
            _now.AddRange(_next);
        }

        return end;
    }

    private void Tell(int from, List<int>? open)
    {
        if (open is null) return;
        open.Clear();
        for (var i = from; i < _now.Count; i++) open.Add(_now[i].Step);
    }

    /// <summary>Takes up a step, and all that is reached from it without a word.</summary>
    private void Add(List<(int Step, int Left)> into, ReadOnlySpan<int> code, int step, int left)
    {
        while (true)
        {
            if (step < code.Length && TemplateCode.Kind(code[step]) == TemplateCode.Any)
            {
                if (left < 0) left = Math.Min(_most, TemplateCode.Argument(code[step]));
                if (_seen[step] == _generation && _left[step] >= left) return;
                var known = _seen[step] == _generation;
                (_seen[step], _left[step]) = (_generation, left);
                into.Add((step, left));
                if (known) return;
                (step, left) = (step + 1, -1);
                continue;
            }

            if (_seen[step] == _generation) return;
            _seen[step] = _generation;
            if (step == code.Length || TemplateCode.Kind(code[step]) == TemplateCode.Word)
            {
                into.Add((step, -1));
                return;
            }

            if (TemplateCode.Kind(code[step]) == TemplateCode.Split) Add(into, code, TemplateCode.Argument(code[step]), -1);
            step = TemplateCode.Kind(code[step]) == TemplateCode.Split ? step + 1 : TemplateCode.Argument(code[step]);
        }
    }
}
