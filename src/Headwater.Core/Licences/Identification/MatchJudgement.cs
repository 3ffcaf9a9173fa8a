using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Identification;

/// <summary>Draws one expression from all that was found in a text.</summary>
internal static class MatchJudgement
{
    /// <summary>A text that names so many licences and states none is about licences: a list of identifiers, a table of a tool.</summary>
    private const int Catalogue = 12;

    /// <summary>Says that there is some licence, and not which.</summary>
    private static readonly HashSet<string> s_vague = new(StringComparer.Ordinal)
    {
        "LicenseRef-scancode-unknown-license-reference", "LicenseRef-scancode-unknown", "LicenseRef-scancode-free-unknown", "LicenseRef-scancode-unknown-spdx", "LicenseRef-scancode-warranty-disclaimer", "LicenseRef-scancode-see-license",
        "LicenseRef-scancode-proprietary-license", "LicenseRef-scancode-commercial-license", "LicenseRef-scancode-other-permissive", "LicenseRef-scancode-other-copyleft", "LicenseRef-scancode-generic-cla", "LicenseRef-scancode-generic-export-compliance",
    };

    /// <summary>What all matches conclude together; those that conclude nothing beside others are marked in the list.</summary>
    public static LicenceExpression? Conclude(List<IdentifiedMatch> matches, Func<string, LicenceExpression?> parse)
    {
        var terms = new List<(int Match, LicenceExpression Expression)>();
        for (var i = 0; i < matches.Count; i++)
            if (matches[i].Concludes && parse(matches[i].Expression) is { } expression) terms.Add((i, expression));
        if (terms.Count == 0) return null;
        if (!terms.Exists(t => matches[t.Match].Kind is RuleKind.Text or RuleKind.Notice || matches[t.Match].By == FoundBy.Tag) && terms.Select(t => t.Expression).Distinct().Count() >= Catalogue)
        {
            for (var i = 0; i < matches.Count; i++) matches[i] = matches[i] with { Concludes = false, Note = "One of many names in a row: the text is about licences." };
            return null;
        }

        var kept = terms.Where(t => !Explained(t, terms, matches)).ToList();
        if (kept.Exists(t => !IsVague(t.Expression))) kept.RemoveAll(t => IsVague(t.Expression));
        if (kept.Count == 0) kept = terms;
        for (var i = 0; i < matches.Count; i++)
            if (matches[i].Concludes && !kept.Exists(t => t.Match == i)) matches[i] = matches[i] with { Concludes = false };
        return LicenceExpression.All(kept.Select(t => Told(t.Expression)));
    }

    /// <summary>What licences of one house have in common: BSD-2-Clause and BSD-3-Clause are BSD.</summary>
    private static string Root(string family) => family.IndexOf('-', StringComparison.Ordinal) is var dash and > 0 ? family[..dash] : family;

    /// <summary>What dedicates a work to the public domain says so in these words.</summary>
    private static bool Dedicates(LicenceExpression expression) => expression.Terms.Any(t => t.Licence is "CC0-1.0" or "Unlicense" or "PDDL-1.0" or "CC-PDDC");

    /// <summary>Without what is vague beside what is not.</summary>
    private static LicenceExpression Told(LicenceExpression expression) =>
        expression is LicenceCombination { IsChoice: false } all && all.Parts.Any(p => !IsVague(p)) ? LicenceExpression.All(all.Parts.Where(p => !IsVague(p))) : expression;

    private static bool IsVague(LicenceExpression expression) => expression.Terms.All(t => s_vague.Contains(t.Licence));

    /// <summary>Whether another match of the same family says more: a name without a version beside the text, the text of a licence beside the notice that says which versions.</summary>
    private static bool Explained((int Match, LicenceExpression Expression) it, List<(int Match, LicenceExpression Expression)> all, List<IdentifiedMatch> matches)
    {
        if (it.Expression is not LicenceTerm term) return false;
        var mine = LicenceVersions.Of(term);
        var match = matches[it.Match];
        foreach (var (other, expression) in all)
        {
            if (other == it.Match || expression.Equals(it.Expression)) continue;
            if (term.Licence.StartsWith("LicenseRef-scancode-public-domain", StringComparison.Ordinal) && Dedicates(expression)) return true;
            // "Under A or B, at your choice", and below the texts of both.
            if (match.Kind == RuleKind.Text && expression is LicenceCombination { IsChoice: true } choice && choice.Terms.Any(t => t.Equals(term) || (LicenceVersions.Of(t) is var one && one.Family == mine.Family && one.Version == mine.Version))) return true;
            foreach (var theirs in expression.Terms.Select(LicenceVersions.Of))
            {
                // What does not say which versions may be used is explained by what says it.
                if (!match.SaysOnly && theirs.Version is not null && theirs.Family == mine.Family && theirs.Version == mine.Version && theirs.Later && !mine.Later) return true;
                // A name without a version beside one with it, or beside the text.
                var family = Root(theirs.Family) == Root(mine.Family) || (mine.Family == "GPL" && theirs.Family is "LGPL" or "AGPL");
                var beside = matches[other];
                if (family && !match.NamesVersion && match.Kind != RuleKind.Text && ((beside.NamesVersion && !beside.PointsToFile) || beside.Kind == RuleKind.Text)) return true;
                // Where the text lies beside what is said of the licence: which versions may be used, that does not decide.
                if (family && match.PointsToFile && !beside.PointsToFile) return true;
                // What stands within the text of the licence is part of it.
                if (family && match.Kind != RuleKind.Text && beside.Kind == RuleKind.Text && match.StartLine > beside.StartLine && match.EndLine <= beside.EndLine) return true;
            }
        }

        return false;
    }
}
