using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Notices;

/// <summary>Chooses an alternative of an expression: what a person chose, else by the order of preference, else none.</summary>
internal sealed class NoticeChooser
{
    private readonly ExpressionParser _parser;
    private readonly List<LicenceTerm> _preferences = [];

    public NoticeChooser(ExpressionParser parser, IEnumerable<string> preferences)
    {
        _parser = parser;
        foreach (var preference in preferences)
            if (parser.Parse(preference, ExpressionMode.Lenient).Expression is LicenceTerm term) _preferences.Add(term);
    }

    /// <summary>What came of choosing.</summary>
    /// <param name="Used">The licences that hold.</param>
    /// <param name="Chosen">The alternative; null when none was chosen or there is only one way.</param>
    /// <param name="Reason">Why that one.</param>
    /// <param name="Alternatives">What is on offer, when there are several ways.</param>
    /// <param name="Fault">Why a choice does not hold.</param>
    /// <param name="Offered">All licences on offer.</param>
    public sealed record Outcome(IReadOnlyList<LicenceTerm> Used, string? Chosen, string? Reason, IReadOnlyList<string> Alternatives, string? Fault, IReadOnlyList<LicenceTerm> Offered);

    public Outcome Choose(LicenceExpression expression, NoticeChoice? choice)
    {
        IReadOnlyList<LicenceTerm> all = [.. expression.Terms.Distinct()];
        var ways = LicenceChoices.Of(expression);
        if (ways is { Count: 1 }) return new Outcome(ways[0], null, null, [], choice is null || Matches(choice, ways[0]) ? null : $"'{choice.Expression}' was chosen, and there is no choice.", all);
        string[] alternatives = ways is null ? [] : [.. ways.Select(Show)];
        if (ways is null) return new Outcome(all, null, null, alternatives, $"It leaves more than {LicenceChoices.Most} ways to choose.", all);
        // What holds whichever way is taken needs no choice.
        var always = ways[0].Where(t => ways.All(w => w.Contains(t))).ToHashSet();
        if (choice is not null)
        {
            var chosen = ways.FirstOrDefault(w => Matches(choice, w)) ?? ways.FirstOrDefault(w => Decides(choice, w, always));
            if (chosen is not null) return new Outcome(chosen, Show(chosen), Why(choice), alternatives, null, all);
            return new Outcome(all, null, null, alternatives, $"'{choice.Expression}' was chosen, which is not among the alternatives: {string.Join("; ", alternatives)}.", all);
        }

        // The way whose least preferred licence is preferred most.
        var best = ways.Select(w => (Way: w, Rank: w.All(always.Contains) ? w.Max(Rank) : w.Where(t => !always.Contains(t)).Max(Rank))).MinBy(w => w.Rank);
        if (best.Rank < int.MaxValue) return new Outcome(best.Way, Show(best.Way), "by the order of preference", alternatives, null, all);
        return new Outcome(all, null, null, alternatives, null, all);
    }

    private int Rank(LicenceTerm term) => _preferences.FindIndex(p => p == term) is var at and >= 0 ? at : int.MaxValue;

    private bool Matches(NoticeChoice choice, IReadOnlyList<LicenceTerm> way) =>
        _parser.Parse(choice.Expression, ExpressionMode.Lenient).Expression is { } chosen && LicenceChoices.Of(chosen) is [var terms] && terms.Count == way.Count && way.All(terms.Contains);

    /// <summary>Whether a choice names all that tells a way from the others, and nothing that is not of it: of "(MIT OR GPL-2.0-only) AND ISC", MIT.</summary>
    private bool Decides(NoticeChoice choice, IReadOnlyList<LicenceTerm> way, HashSet<LicenceTerm> always)
    {
        if (way.All(always.Contains) || _parser.Parse(choice.Expression, ExpressionMode.Lenient).Expression is not { } chosen || LicenceChoices.Of(chosen) is not [var terms]) return false;
        return terms.All(way.Contains) && way.All(t => always.Contains(t) || terms.Contains(t));
    }

    private static string Show(IReadOnlyList<LicenceTerm> way) => string.Join(" AND ", way);

    private static string Why(NoticeChoice choice) => (choice.Reason, choice.By) switch
    {
        (null, null) => "chosen by hand",
        (null, { } by) => $"chosen by {by}",
        ({ } reason, null) => reason,
        ({ } reason, { } by) => $"{reason} (chosen by {by})",
    };
}
