using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Licences.Building;

/// <summary>Compiles a template of the SPDX list (<c>&lt;&lt;var;…&gt;&gt;</c>, <c>&lt;&lt;beginOptional&gt;&gt;</c>; SPDX 3.0.1, annex on matching) to the steps of <see cref="TemplateCode"/>, over words.</summary>
internal sealed partial class TemplateCompiler(Tokeniser tokeniser)
{
    /// <summary>What <c>.+</c> may stand for, in words: a list of names, and no clause.</summary>
    private const int Name = 60;

    private readonly TextTokens _tokens = new();

    /// <summary>The steps; null for markup that is not closed.</summary>
    public int[]? Compile(string template)
    {
        var (text, marks) = (new StringBuilder(), new List<Mark>());
        var at = 0;
        foreach (Match match in Markup().Matches(template))
        {
            text.Append(template, at, match.Index - at);
            at = match.Index + match.Length;
            var content = match.Groups[1].Value;
            if (content.StartsWith("beginOptional", StringComparison.Ordinal))
            {
                marks.Add(new Mark(MarkKind.Begin, text.Length, text.Length, ""));
            }
            else if (content.StartsWith("endOptional", StringComparison.Ordinal))
            {
                marks.Add(new Mark(MarkKind.End, text.Length, text.Length, ""));
            }
            else
            {
                var start = text.Length;
                text.Append(Original().Match(content) is { Success: true } original ? Unescaped(original.Groups[1].Value) : "");
                marks.Add(new Mark(MarkKind.Variable, start, text.Length, Pattern().Match(content) is { Success: true } pattern ? pattern.Groups[1].Value : ".*"));
            }
        }

        text.Append(template, at, template.Length - at);
        tokeniser.Cut(text.ToString(), _tokens);
        var words = Enumerable.Range(0, _tokens.Count).Select(i => (Id: _tokens.Ids[i], Start: _tokens.Starts[i])).ToList();
        return Steps(words, marks);
    }

    private int[]? Steps(List<(ushort Id, int Start)> words, List<Mark> marks)
    {
        var code = new List<int>();
        var open = new Stack<int>();
        var next = 0;
        foreach (var mark in marks)
        {
            Literal(mark.Start);
            switch (mark.Kind)
            {
                case MarkKind.Begin:
                    open.Push(code.Count);
                    code.Add(0);
                    break;
                case MarkKind.End:
                    if (open.Count == 0) return null;
                    var begin = open.Pop();
                    code[begin] = TemplateCode.Step(TemplateCode.Split, code.Count);
                    break;
                default:
                    var original = new List<ushort>();
                    for (; next < words.Count && words[next].Start < mark.End; next++) original.Add(words[next].Id);
                    Variable(code, mark.Pattern, original);
                    break;
            }
        }

        Literal(int.MaxValue);
        return open.Count > 0 ? null : Trimmed(code);

        void Literal(int end)
        {
            for (; next < words.Count && words[next].Start < end; next++) code.Add(TemplateCode.Step(TemplateCode.Word, words[next].Id));
        }
    }

    /// <summary>What may stand for a variable: any words up to a length, or one of the texts that its pattern allows.</summary>
    private void Variable(List<int> code, string pattern, List<ushort> original)
    {
        if (Length().Match(pattern) is { Success: true } length)
        {
            code.Add(TemplateCode.Step(TemplateCode.Any, length.Groups[1].Success ? Math.Clamp(int.Parse(length.Groups[1].Value, CultureInfo.InvariantCulture) / 6, 2, 300) : Name));
            return;
        }

        var texts = MatchPattern.Texts(pattern);
        if (texts is null)
        {
            code.Add(TemplateCode.Step(TemplateCode.Any, Math.Max(20, original.Count * 2)));
            return;
        }

        var choices = texts.Select(Sequence).Append([.. original.Select(w => TemplateCode.Step(TemplateCode.Word, w))]).DistinctBy(s => string.Join(' ', s)).ToList();
        var jumps = new List<int>();
        for (var i = 0; i < choices.Count; i++)
        {
            var split = code.Count;
            if (i < choices.Count - 1) code.Add(0);
            code.AddRange(choices[i]);
            if (i == choices.Count - 1) break;
            jumps.Add(code.Count);
            code.Add(0);
            code[split] = TemplateCode.Step(TemplateCode.Split, code.Count);
        }

        foreach (var jump in jumps) code[jump] = TemplateCode.Step(TemplateCode.Jump, code.Count);
    }

    private List<int> Sequence(string text)
    {
        var steps = new List<int>();
        var parts = text.Split(MatchPattern.Any);
        for (var i = 0; i < parts.Length; i++)
        {
            if (i > 0 && (steps.Count == 0 || TemplateCode.Kind(steps[^1]) != TemplateCode.Any)) steps.Add(TemplateCode.Step(TemplateCode.Any, Name));
            // Behind a word, so that nothing is taken for the number of an item.
            tokeniser.Cut("license " + parts[i], _tokens);
            for (var j = 1; j < _tokens.Count; j++) steps.Add(TemplateCode.Step(TemplateCode.Word, _tokens.Ids[j]));
        }

        return steps;
    }

    /// <summary>Without what stands for any words at the beginning and the end: a text begins where its words do.</summary>
    private static int[] Trimmed(List<int> code)
    {
        while (code.Count > 0 && TemplateCode.Kind(code[^1]) == TemplateCode.Any) code.RemoveAt(code.Count - 1);
        for (var i = 0; i < code.Count && TemplateCode.Kind(code[i]) is TemplateCode.Any or TemplateCode.Split; i++)
            if (TemplateCode.Kind(code[i]) == TemplateCode.Any) code[i] = TemplateCode.Step(TemplateCode.Any, 0);
        return [.. code.Select(step => TemplateCode.Kind(step) is TemplateCode.Split or TemplateCode.Jump ? TemplateCode.Step(TemplateCode.Kind(step), Math.Min(code.Count, TemplateCode.Argument(step))) : step)];
    }

    private static string Unescaped(string text) => text.Replace("\\\"", "\"", StringComparison.Ordinal);

    [GeneratedRegex("<<(.*?)>>", RegexOptions.Singleline)]
    private static partial Regex Markup();

    [GeneratedRegex("original=\"(.*?)\"(?:;match=|;name=|$)", RegexOptions.Singleline)]
    private static partial Regex Original();

    [GeneratedRegex("match=\"(.*?)\"(?:;original=|;name=|$)", RegexOptions.Singleline)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"^\.(?:[+*]|\{\d+,(\d+)\})$")]
    private static partial Regex Length();

    private enum MarkKind
    {
        Begin,
        End,
        Variable,
    }

    private sealed record Mark(MarkKind Kind, int Start, int End, string Pattern);
}
