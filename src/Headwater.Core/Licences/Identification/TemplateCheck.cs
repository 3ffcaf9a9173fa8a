namespace Headwater.Core.Licences.Identification;

/// <summary>Whether a text conforms to the template of a licence in the list of SPDX, word for word (SPDX 3.0.1, annex on matching; punctuation is not compared), and if not, where it first differs.</summary>
/// <param name="Conforms">Whether the whole template stands in the text, with nothing between.</param>
/// <param name="StartLine">The first line of what was compared, from 1; 0 when not even the beginning is there.</param>
/// <param name="EndLine">The last line that agrees.</param>
/// <param name="Found">The words of the text where it differs; null when it conforms or ends there.</param>
/// <param name="Expected">The words that the template has there; null when it conforms.</param>
public sealed record TemplateCheck(bool Conforms, int StartLine, int EndLine, string? Found, string? Expected)
{
    /// <summary>So many words are shown of each side.</summary>
    private const int Shown = 8;

    /// <summary>So many steps are taken at most, over all places where the template could begin.</summary>
    private const long Most = 10_000_000;

    internal static TemplateCheck Of(ReadOnlySpan<int> code, ReadOnlySpan<char> text, TextTokens tokens, TemplateMatcher matcher, Vocabulary words)
    {
        var span = tokens.Span;
        var (best, start, wanted, steps) = (-1, 0, -1, 0L);
        for (var from = 0; from < span.Length && steps < Most; from++)
        {
            var end = matcher.Match(span, from, code, out var reached, out var word);
            if (end > 0) return new TemplateCheck(true, tokens.Lines[from], tokens.Lines[end - 1], null, null);
            steps += (reached - from + 1) * 4L;
            if (reached - from > best - start) (best, start, wanted) = (reached, from, word);
        }

        // A word or two agree anywhere.
        if (best - start < 3) return new TemplateCheck(false, 0, 0, null, Words(code, 0, words));
        var found = best < span.Length ? text[tokens.Starts[best]..tokens.Ends[Math.Min(span.Length, best + Shown) - 1]].ToString() : null;
        return new TemplateCheck(false, tokens.Lines[start], tokens.Lines[Math.Max(start, best - 1)], found, wanted < 0 ? null : Words(code, wanted, words));
    }

    /// <summary>The words of a template from a step on; of what may be chosen, the first.</summary>
    private static string Words(ReadOnlySpan<int> code, int step, Vocabulary words)
    {
        var all = new List<string>();
        while (step < code.Length && all.Count < Shown)
        {
            var kind = TemplateCode.Kind(code[step]);
            if (kind == TemplateCode.Word) all.Add(words.Word(TemplateCode.Argument(code[step])).ToString());
            else if (kind == TemplateCode.Any && all.Count > 0 && all[^1] != "…") all.Add("…");
            step = kind == TemplateCode.Jump ? TemplateCode.Argument(code[step]) : step + 1;
        }

        return string.Join(' ', all);
    }
}
