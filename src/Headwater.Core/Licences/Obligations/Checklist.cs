namespace Headwater.Core.Licences.Obligations;

internal enum ClauseKind
{
    UseCase,
    Must,
    MustNot,
    If,
    ExceptIf,

    /// <summary>The first of several ways; its text is a condition of that way, or empty.</summary>
    Either,

    /// <summary>A further way.</summary>
    Or,
    Attribute,

    /// <summary>What the checklist says of the licence as a whole: patents, copyleft, compatible licences.</summary>
    Fact,
}

/// <summary>One line of a checklist with those below it.</summary>
/// <param name="Kind">What the line begins with.</param>
/// <param name="Word">The words that it begins with.</param>
/// <param name="Text">What is behind them.</param>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Below">Those that are indented below it.</param>
internal sealed record Clause(ClauseKind Kind, string Word, string Text, int Line, List<Clause> Below)
{
    /// <summary>As it is written.</summary>
    public string Quote => Text.Length == 0 ? Word : $"{Word} {Text}";
}

/// <summary>A checklist of OSADL: what a licence asks for, in a vocabulary that is the same for all licences.</summary>
internal sealed record Checklist(string Licence, IReadOnlyList<Clause> Clauses)
{
    /// <summary>Longer beginnings first.</summary>
    private static readonly (string Word, ClauseKind Kind)[] s_words =
    [
        ("USE CASE", ClauseKind.UseCase), ("YOU MUST NOT", ClauseKind.MustNot), ("YOU MUST", ClauseKind.Must), ("EITHER IF", ClauseKind.Either), ("EITHER", ClauseKind.Either), ("OR IF", ClauseKind.Or), ("OR", ClauseKind.Or),
        ("EXCEPT IF", ClauseKind.ExceptIf), ("IF", ClauseKind.If), ("ATTRIBUTE", ClauseKind.Attribute), ("DEPENDING COMPATIBILITY", ClauseKind.Fact), ("INCOMPATIBILITY", ClauseKind.Fact), ("COMPATIBILITY", ClauseKind.Fact),
        ("PATENT HINTS", ClauseKind.Fact), ("COPYLEFT CLAUSE", ClauseKind.Fact),
    ];

    /// <summary>Reads the text of one.</summary>
    /// <exception cref="FormatException">A line begins with something that is not known, or is indented below nothing.</exception>
    public static Checklist Parse(string licence, string text)
    {
        var top = new List<Clause>();
        var open = new List<List<Clause>> { top };
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd();
            if (line.Length == 0) continue;
            var depth = line.Length - line.TrimStart('\t').Length;
            line = line[depth..];
            if (depth >= open.Count) throw new FormatException($"Line {number} of the checklist of {licence} is indented below nothing.");
            var known = Array.Find(s_words, w => line.StartsWith(w.Word, StringComparison.Ordinal) && (line.Length == w.Word.Length || line[w.Word.Length] == ' '));
            if (known.Word is null) throw new FormatException($"Line {number} of the checklist of {licence} begins with no word that is known: {line}");
            var clause = new Clause(known.Kind, known.Word, line[known.Word.Length..].Trim(), number, []);
            if (clause.Kind == ClauseKind.Or && (open[depth].Count == 0 || open[depth][^1].Kind is not (ClauseKind.Either or ClauseKind.Or))) throw new FormatException($"Line {number} of the checklist of {licence} is a second way without a first.");
            open[depth].Add(clause);
            open.RemoveRange(depth + 1, open.Count - depth - 1);
            open.Add(clause.Below);
        }

        return new Checklist(licence, top);
    }
}
