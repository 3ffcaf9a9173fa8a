using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Facts;
using Headwater.Core.Licences.Obligations;

namespace Headwater.Core.Licences.Compatibility;

/// <summary>
/// Whether software under one licence may be part of a work under another. The matrix is about works that are combined and passed on; whether they are must be said first, and without it nothing is asserted.
/// </summary>
public sealed class CompatibilityAdviser
{
    private readonly LicenceLibrary _library;
    private readonly CompatibilityMatrix _matrix;

    internal CompatibilityAdviser(LicenceLibrary library, SectionFile file)
    {
        _library = library;
        _matrix = new CompatibilityMatrix(file);
    }

    /// <summary>The licences of the matrix.</summary>
    public IReadOnlyList<string> Licences => _matrix.Licences;

    /// <summary>Of which day the matrix is.</summary>
    public string MatrixDate => _matrix.Date;

    /// <summary>Whether what is under one expression may go out as a part of what is under another.</summary>
    /// <param name="outbound">The licence of the whole.</param>
    /// <param name="inbound">The licence of the part.</param>
    /// <param name="use">How they come together, and how the whole reaches others.</param>
    /// <param name="own">Licences of the organisation itself, which come before those of the library; null for none.</param>
    public CompatibilityAnswer Check(LicenceExpression outbound, LicenceExpression inbound, UseContext use, Func<string, LicenceFacts?>? own = null)
    {
        ArgumentNullException.ThrowIfNull(use);
        var (whole, part) = (_library.Advice.Upgrade(outbound), _library.Advice.Upgrade(inbound));
        if (Missing(use).ToList() is { Count: > 0 } missing) return new CompatibilityAnswer(CompatibilityVerdict.NotAsserted, missing, null, null, [], []);
        if (LicenceChoices.Of(whole) is not { } wholes || LicenceChoices.Of(part) is not { } parts || (long)wholes.Count * parts.Count > 4 * LicenceChoices.Most)
            return new CompatibilityAnswer(CompatibilityVerdict.Unknown, [], null, null, [], ["There are too many ways to choose: ask for each."]);
        CompatibilityAnswer? best = null;
        foreach (var way in wholes)
        {
            foreach (var taken in parts)
            {
                var pairs = way.SelectMany(o => taken, (o, i) => Pair(o, i, use, own)).OrderByDescending(p => p.Verdict).ToList();
                if (best is null || pairs[0].Verdict < best.Verdict) best = new CompatibilityAnswer(pairs[0].Verdict, [], string.Join(" AND ", way), string.Join(" AND ", taken), pairs, []);
            }
        }

        return best! with { Remarks = [.. Remarks(wholes, parts, whole, part, use, own, best!)] };
    }

    private static IEnumerable<string> Missing(UseContext use)
    {
        if (use.Linkage == Linkage.Separate) yield break;
        if (use.Linkage is null) yield return "Say how the two come together: derived, static, dynamic or separate. Only a combined work has to be under one licence.";
        if (use.Reach is null) yield return "Say how the whole reaches others: internal, distributed or network. Most licences ask for nothing before it does.";
    }

    private CompatibilityPair Pair(LicenceTerm outbound, LicenceTerm inbound, UseContext use, Func<string, LicenceFacts?>? own)
    {
        var (whole, part) = (outbound.ToString(), inbound.ToString());
        if (use.Linkage == Linkage.Separate) return new CompatibilityPair(whole, part, CompatibilityVerdict.NotCombined, "Separate programs keep their licences, also side by side on one medium.", false);
        var (of, ours) = (_library.Judge(inbound, own?.Invoke(inbound.Licence)), _library.Judge(outbound, own?.Invoke(outbound.Licence)));
        if (use.Reach != Reach.Distributed && Rests(of, ours, use.Reach) is { } rests) return new CompatibilityPair(whole, part, CompatibilityVerdict.NotPassedOn, rests, false);
        var found = Find(outbound, inbound);
        var pair = found is { } cell ? Said(whole, part, cell) : Derived(outbound, inbound, ours, of);
        if (pair.Verdict == CompatibilityVerdict.Compatible && outbound.Exception is { } exception && !string.Equals(exception, inbound.Exception, StringComparison.OrdinalIgnoreCase) && of.Category is not (LicenceCategory.Permissive or LicenceCategory.PublicDomain))
            return pair with { Verdict = CompatibilityVerdict.Unknown, IsOfMatrix = false, Explanation = $"{pair.Explanation} But {exception} is a permission that only its own authors can give, and the part is under {part} without it." };
        // The matrix answers for one work of both; a part that is linked and stays what it is, is what these licences are made for.
        if (pair.Verdict is CompatibilityVerdict.Incompatible or CompatibilityVerdict.Unknown && use.Linkage is Linkage.Static or Linkage.Dynamic && WhenLinked(of, use.Linkage.Value) is { } condition && Closed(ours))
            return pair with { Verdict = CompatibilityVerdict.WhenLinked, IsOfMatrix = false, Explanation = $"{condition} As one work, were its code taken over: {pair.Explanation}" };
        return pair;
    }

    /// <summary>What is said of the two as they are, else without exceptions: an exception only allows more, and what it allows is not in the matrix.</summary>
    private (string Verdict, string Reason, bool IsWithout)? Find(LicenceTerm outbound, LicenceTerm inbound)
    {
        if (_matrix.Find(Bare(outbound, true), Bare(inbound, true)) is { } exact) return (exact.Verdict, exact.Reason, false);
        foreach (var (o, i) in ((string, string)[])[(Bare(outbound, true), Bare(inbound, false)), (Bare(outbound, false), Bare(inbound, true)), (Bare(outbound, false), Bare(inbound, false))])
            if (_matrix.Find(o, i) is { } said) return (said.Verdict, said.Reason, true);
        return null;
    }

    private static string Bare(LicenceTerm term, bool withException) => withException && term.Exception is not null ? $"{term.Licence} WITH {term.Exception}" : term.Licence;

    private static CompatibilityPair Said(string whole, string part, (string Verdict, string Reason, bool IsWithout) cell)
    {
        var verdict = cell.Verdict switch { "Yes" or "Same" => CompatibilityVerdict.Compatible, "No" => CompatibilityVerdict.Incompatible, "Check dependency" => CompatibilityVerdict.CheckDependency, _ => CompatibilityVerdict.Unknown };
        var reason = cell.Verdict == "Same" ? "It is the same licence." : cell.Reason;
        return new CompatibilityPair(whole, part, verdict, cell.IsWithout ? $"{reason} The exception was left out of account." : reason, true);
    }

    private static CompatibilityPair Derived(LicenceTerm outbound, LicenceTerm inbound, LicenceJudgement ours, LicenceJudgement of)
    {
        var (whole, part) = (outbound.ToString(), inbound.ToString());
        if (outbound.Equals(inbound)) return new CompatibilityPair(whole, part, CompatibilityVerdict.Compatible, "It is the same licence.", false);
        if (of.Category == LicenceCategory.PublicDomain) return new CompatibilityPair(whole, part, CompatibilityVerdict.Compatible, $"{part} is not in the matrix; rights to what is under it were given up, says {LicenceWords.Of(of.Source)}.", false);
        if (of.Category == LicenceCategory.Permissive && ours.Category is LicenceCategory.Permissive or LicenceCategory.PublicDomain or LicenceCategory.Commercial or LicenceCategory.ProprietaryFree or LicenceCategory.SourceAvailable or LicenceCategory.FreeRestricted)
            return new CompatibilityPair(whole, part, CompatibilityVerdict.Compatible, $"The matrix does not have both; both are without copyleft ({part} is {LicenceWords.Of(of.Category)}, says {LicenceWords.Of(of.Source)}; {whole} is {LicenceWords.Of(ours.Category)}, says {LicenceWords.Of(ours.Source)}), and such licences go together as long as what {part} asks for is done.", false);
        return new CompatibilityPair(whole, part, CompatibilityVerdict.Unknown, $"The matrix does not have both {whole} ({LicenceWords.Of(ours.Category)}) and {part} ({LicenceWords.Of(of.Category)}): their texts have to be read.", false);
    }

    /// <summary>Why the question does not arise when no copies are given away; null where it does.</summary>
    private static string? Rests(LicenceJudgement of, LicenceJudgement ours, Reach? reach)
    {
        if (Free(of) && Free(ours))
        {
            if (reach == Reach.Internal) return "Nothing is passed on. When it is, ask again.";
            if (!Network(of) && !Network(ours) && of.AreFlagsComplete && ours.AreFlagsComplete) return "Nobody gets a copy, and neither licence has terms for use over a network.";
        }

        return null;

        static bool Network(LicenceJudgement judged) => judged.Flags.Any(f => f.Flag == LicenceFlag.NetworkClause);
        static bool Free(LicenceJudgement judged) => judged.Category is LicenceCategory.CopyleftStrong or LicenceCategory.CopyleftLibrary or LicenceCategory.CopyleftModule or LicenceCategory.CopyleftFile or LicenceCategory.Permissive or LicenceCategory.PublicDomain;
    }

    private static string? WhenLinked(LicenceJudgement of, Linkage linkage) => of.Category switch
    {
        LicenceCategory.CopyleftLibrary => linkage == Linkage.Dynamic ? "A library under it may be linked by a work under another licence that lets users exchange the library and take the work apart to do so."
            : "A library under it may be linked by a work under another licence when users get what they need to link the work with a changed library, and may take it apart to do so.",
        LicenceCategory.CopyleftModule => "Its module stays under it, with its source; what is linked with the module and adds nothing to it may be under another licence.",
        LicenceCategory.CopyleftFile => "Its files stay under it, with their source; other files of the work may be under another licence.",
        _ => null,
    };

    /// <summary>A strong copyleft for the whole wants the part under it too, linked or not.</summary>
    private static bool Closed(LicenceJudgement ours) => ours.Category is not (LicenceCategory.CopyleftStrong or LicenceCategory.Unclassified);

    private IEnumerable<string> Remarks(IReadOnlyList<IReadOnlyList<LicenceTerm>> wholes, IReadOnlyList<IReadOnlyList<LicenceTerm>> parts, LicenceExpression whole, LicenceExpression part, UseContext use, Func<string, LicenceFacts?>? own, CompatibilityAnswer best)
    {
        if (wholes.Count > 1)
        {
            var without = wholes.Where(w => !parts.Any(p => w.All(o => p.All(i => Pair(o, i, use, own).Verdict <= CompatibilityVerdict.WhenLinked)))).Select(w => string.Join(" AND ", w)).ToList();
            if (without.Count > 0 && best.IsFine) yield return $"Not under {string.Join(", ", without)}: a work that leaves the choice to its recipients needs every alternative.";
        }

        if (parts.Count > 1 && best.IsFine) yield return $"Of the part, {best.InboundChoice} is taken.";
        foreach (var term in whole.Terms.Concat(part.Terms).Distinct())
        {
            if (term.OrLater) yield return $"{term} was looked up as {term.Licence}; a later version may fit where this one does not.";
            if (_library.Find(term.Licence) is null && own?.Invoke(term.Licence) is null) yield return $"Nothing is known of {term.Licence}.";
        }

        if (best.Pairs.Any(p => p.IsOfMatrix)) yield return $"The matrix is OSADL's of {MatrixDate}; it is no legal advice.";
    }
}
