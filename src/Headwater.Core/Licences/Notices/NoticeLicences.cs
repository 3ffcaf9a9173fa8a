using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Notices;

/// <summary>Reads what is stated of licences. What counts is what somebody concluded, else what is declared, else what was found.</summary>
internal sealed class NoticeLicences(ExpressionParser parser)
{
    private readonly Dictionary<string, ExpressionResult> _read = new(StringComparer.Ordinal);

    /// <summary>What counts for a component.</summary>
    /// <param name="Statement">The statement; null when there is none.</param>
    /// <param name="Expression">What it was read as; null when it could not be.</param>
    /// <param name="Shown">As it is shown.</param>
    public sealed record Reading(NoticeStatement? Statement, LicenceExpression? Expression, string Shown);

    public Reading Of(NoticeComponent component, List<string> remarks, Action<NoticeGapKind, string> gap)
    {
        NoticeStatement? unreadable = null;
        string? error = null;
        foreach (var statement in component.Statements.Where(s => s.Expression != "NOASSERTION").OrderBy(s => s.Origin))
        {
            if (statement.Expression == "NONE")
            {
                gap(NoticeGapKind.NoLicence, "It is stated that there is no licence (NONE).");
                return new Reading(statement, null, "NONE");
            }

            var parts = (statement.Parts ?? [statement.Expression]).Select(p => (Text: p, Read: Read(p))).ToList();
            var known = parts.FindAll(p => p.Read.IsRead);
            if (known.Count == 0)
            {
                (unreadable, error) = (unreadable ?? statement, error ?? parts[0].Read.Error);
                continue;
            }

            if (unreadable is not null) gap(NoticeGapKind.Unreadable, $"{What(unreadable)} {error} What is {Word(statement.Origin)} was taken instead.");
            foreach (var (text, read) in parts.Except(known)) gap(NoticeGapKind.Unreadable, $"{What(statement with { Expression = text })} {read.Error}");
            foreach (var (text, read) in known)
            {
                if (read.Repairs.Count > 0) remarks.Add($"The licence is stated as '{Short(text)}'. {string.Join(' ', read.Repairs)}");
                remarks.AddRange(read.Warnings);
            }

            var expression = LicenceExpression.All(known.Select(p => p.Read.Expression!));
            // What was found in several files holds together; of what is declared side by side nobody knows.
            if (statement.Parts is not null && statement.Origin != NoticeOrigin.Found) gap(NoticeGapKind.OperatorUnknown, $"Several licences are stated, and not how they combine; all are taken to hold: {Short(Bare(expression))}.");
            return new Reading(statement, expression, known.Count == parts.Count ? Bare(expression) : statement.Expression);
        }

        if (unreadable is not null) gap(NoticeGapKind.Unreadable, $"{What(unreadable)} {error}");
        else if (component.Statements.Count > 0) gap(NoticeGapKind.NoAssertion, "The document says that the licence is not known (NOASSERTION).");
        else gap(NoticeGapKind.NoLicence, "No licence is stated.");
        return new Reading(unreadable, null, unreadable?.Expression ?? "NOASSERTION");
    }

    public static string Word(NoticeOrigin origin) => origin.ToString().ToLowerInvariant();

    /// <summary>Without the parentheses round the whole.</summary>
    private static string Bare(LicenceExpression expression) => expression is LicenceCombination ? expression.ToString()[1..^1] : expression.ToString();

    private static string What(NoticeStatement statement) => $"'{Short(statement.Expression)}' ({Word(statement.Origin)}) is no licence expression:";

    private static string Short(string text) => text.Length <= 300 ? text : string.Concat(text.AsSpan(0, 297), "…");

    private ExpressionResult Read(string text)
    {
        if (_read.TryGetValue(text, out var known)) return known;
        return _read[text] = parser.Parse(text, ExpressionMode.Lenient);
    }
}
