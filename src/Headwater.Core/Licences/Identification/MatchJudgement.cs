using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Identification;

/// <summary>Draws one expression from all that was found in a text.</summary>
internal static class MatchJudgement
{
    /// <summary>A text that names so many licences and states none is about licences: a list of identifiers, a table of a tool.</summary>
    private const int Catalogue = 12;

    /// <summary>So many matches are held against each other; more are of a text that says the same over and over.</summary>
    private const int MostTexts = 400;

    /// <summary>Shorter than this, in words, a match is a name.</summary>
    private const int Long = 20;

    /// <summary>Says that there is some licence, or of what kind, and not which: what is told beside a licence that has a name adds nothing.</summary>
    private static readonly HashSet<string> s_vague = new(StatedLicence.Vague, StringComparer.Ordinal)
    {
        "LicenseRef-scancode-warranty-disclaimer", "LicenseRef-scancode-proprietary-license", "LicenseRef-scancode-commercial-license", "LicenseRef-scancode-other-permissive", "LicenseRef-scancode-other-copyleft",
        "LicenseRef-scancode-generic-export-compliance",
    };

    /// <summary>What all matches conclude together, and exceptions without a licence that they could belong to; those that conclude nothing beside others are marked in the list.</summary>
    public static (LicenceExpression? Expression, IReadOnlyList<string> LoneExceptions) Conclude(List<IdentifiedMatch> matches, Func<string, LicenceExpression?> parse, ExpressionParser parser)
    {
        LeaveOutCatalogue(matches);
        var terms = new List<(int Match, LicenceExpression Expression)>();
        for (var i = 0; i < matches.Count; i++)
            if (matches[i].Concludes && parse(matches[i].Expression) is { } expression) terms.Add((i, expression));
        // What is found a thousand times says what it says once; of texts each counts, for what stands within.
        var told = new HashSet<(string, RuleKind, bool, bool, bool)>();
        var beside = terms.Where(t => matches[t.Match] is var m && (told.Add((m.Expression, m.Kind, m.NamesVersion, m.PointsToFile, m.SaysOnly)) || (m.Kind == RuleKind.Text && told.Count < MostTexts))).Take(MostTexts).ToList();
        var known = new Dictionary<(string, RuleKind, bool, bool, bool), bool>();
        var kept = terms.Where(t =>
        {
            if (terms.Count <= MostTexts) return !Explained(t, beside, matches);
            var m = matches[t.Match];
            var key = (m.Expression, m.Kind, m.NamesVersion, m.PointsToFile, m.SaysOnly);
            if (!known.TryGetValue(key, out var explained)) known[key] = explained = Explained(t, beside, matches);
            return !explained;
        }).ToList();
        if (kept.Exists(t => !IsVague(t.Expression))) kept.RemoveAll(t => IsVague(t.Expression));
        if (kept.Count == 0) kept = terms;
        var (exceptions, lone) = Attach(matches, kept, parser);
        var concluding = kept.Select(t => t.Match).ToHashSet();
        for (var i = 0; i < matches.Count; i++)
            if (matches[i].Concludes && !concluding.Contains(i) && !exceptions.Contains(i)) matches[i] = matches[i] with { Concludes = false };
        return (kept.Count == 0 ? null : LicenceExpression.All(kept.Select(t => Told(t.Expression))), lone);
    }

    /// <summary>What is to be said of the texts of GNU licences without a notice: they do not tell whether later versions may be used. Null for nothing.</summary>
    public static string? UnknownLater(List<IdentifiedMatch> matches)
    {
        string? told = null;
        for (var i = 0; i < matches.Count; i++)
        {
            if (!matches[i].Concludes || matches[i].Kind != RuleKind.Text || !matches[i].Expression.EndsWith("-only", StringComparison.Ordinal)) continue;
            matches[i] = matches[i] with { Note = "The text alone does not say whether later versions may be used." };
            told ??= $"{matches[i].Expression}: the text alone does not say whether later versions may be used.";
        }

        return told;
    }

    /// <summary>Gives the texts of exceptions to the licences that they are made for, the nearest first.</summary>
    private static (HashSet<int> Exceptions, IReadOnlyList<string> Lone) Attach(List<IdentifiedMatch> matches, List<(int Match, LicenceExpression Expression)> kept, ExpressionParser parser)
    {
        var (exceptions, lone) = (new HashSet<int>(), new List<string>());
        for (var i = 0; i < matches.Count; i++)
        {
            if (!matches[i].Concludes || parser.Names.Exception(matches[i].Expression) is not { } exception) continue;
            exceptions.Add(i);
            if (kept.Exists(k => k.Expression.Exceptions.Contains(exception))) continue;
            var line = matches[i].StartLine;
            var at = Enumerable.Range(0, kept.Count).Where(k => kept[k].Expression is LicenceTerm { Exception: null } term && IsMadeFor(exception, term, parser)).OrderBy(k => Math.Abs(matches[kept[k].Match].EndLine - line)).Select(k => (int?)k).FirstOrDefault();
            if (at is { } nearest) kept[nearest] = (kept[nearest].Match, (LicenceTerm)kept[nearest].Expression with { Exception = exception });
            else if (!lone.Contains(exception)) lone.Add(exception);
        }

        return (exceptions, lone);
    }

    private static bool IsMadeFor(string exception, LicenceTerm term, ExpressionParser parser)
    {
        var mine = LicenceVersions.Of(term);
        if (!parser.Associations.TryGetValue(exception, out var made)) return mine.Family is "GPL" or "LGPL" or "AGPL";
        return made.Any(m => string.Equals(m, term.Licence, StringComparison.Ordinal) || (LicenceVersions.Of(new LicenceTerm(m)) is var theirs && theirs.Family == mine.Family && theirs.Version == mine.Version));
    }

    /// <summary>Where many different names stand and hardly a text, the names conclude nothing; what is said at length, or by a tag, holds.</summary>
    private static void LeaveOutCatalogue(List<IdentifiedMatch> matches)
    {
        var (names, others, different) = (0, 0, new HashSet<string>(StringComparer.Ordinal));
        foreach (var match in matches)
        {
            if (!match.Concludes) continue;
            if (!IsName(match))
            {
                others++;
                continue;
            }

            names++;
            different.Add(match.Expression);
        }

        if (different.Count < Catalogue || others * 10 > names) return;
        for (var i = 0; i < matches.Count; i++)
            if (matches[i].Concludes && IsName(matches[i])) matches[i] = matches[i] with { Concludes = false, Note = "One of many names in a row: the text is about licences." };

        static bool IsName(IdentifiedMatch match) => match.Words is > 0 and < Long;
    }

    /// <summary>What licences of one house have in common: BSD-2-Clause and BSD-3-Clause are BSD.</summary>
    private static string Root(string family) => family.IndexOf('-', StringComparison.Ordinal) is var dash and > 0 ? family[..dash] : family;

    /// <summary>Whether a name without a version may mean another licence as well.</summary>
    public static bool IsOneOfSeveral(LicenceTerm term) => LicenceVersions.Of(term) is var it && (it.Version is not null || Root(it.Family) != it.Family);

    /// <summary>Whether both are licences, and of one house.</summary>
    public static bool IsOfOneHouse(LicenceExpression a, LicenceExpression b) => a is LicenceTerm one && b is LicenceTerm other && Root(LicenceVersions.Of(one).Family) == Root(LicenceVersions.Of(other).Family);

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
            // LGPL-3.0 is the text of GPL-3.0 with permissions before it, and comes with it.
            if (match.Kind == RuleKind.Text && mine is { Family: "GPL", Version: "3.0" } && matches[other].Kind == RuleKind.Text && expression is LicenceTerm lesser && LicenceVersions.Of(lesser) is { Family: "LGPL", Version: "3.0" }) return true;
            foreach (var theirs in expression.Terms.Select(LicenceVersions.Of))
            {
                // What does not say which versions may be used is explained by what says it. A whole notice without a word of later versions says which.
                if (!match.SaysOnly && !(match.Kind == RuleKind.Notice && match.NamesVersion && match.Words >= Long) && (matches[other].NamesVersion || !match.NamesVersion) && theirs.Version is not null && theirs.Family == mine.Family && theirs.Version == mine.Version && theirs.Later && !mine.Later) return true;
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
