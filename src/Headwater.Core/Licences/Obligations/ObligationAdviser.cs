using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Facts;

namespace Headwater.Core.Licences.Obligations;

/// <summary>
/// What licences ask of those that use software in some way: from checklists and the handbook where a licence is in them, otherwise from its category and flags, which is said. Nothing here is legal advice: each duty names
/// the clause behind it, and what is not known is told apart from what is not owed.
/// </summary>
public sealed class ObligationAdviser
{
    private readonly LicenceLibrary _library;
    private readonly TextTable _ids;
    private readonly PackedTexts _checklists;
    private readonly LicenceHandbook? _handbook;

    internal ObligationAdviser(LicenceLibrary library, SectionFile file, LicenceHandbook? handbook)
    {
        _library = library;
        _ids = new TextTable(file, Sections.ChecklistIds, Sections.ChecklistIds + 1);
        _checklists = new PackedTexts(file, Sections.Checklists);
        _handbook = handbook;
    }

    /// <summary>The licences of which there is a checklist.</summary>
    public IEnumerable<string> Checklists => Enumerable.Range(0, _ids.Count).Select(i => _ids[i].ToString());

    /// <summary>What is owed: one list for each way to choose. Null when there are more ways than <see cref="LicenceChoices.Most"/>.</summary>
    /// <param name="expression">The licences.</param>
    /// <param name="use">How the software is used.</param>
    /// <param name="own">Licences of the organisation itself, which come before those of the library; null for none.</param>
    public IReadOnlyList<ObligationList>? For(LicenceExpression expression, UseContext use, Func<string, LicenceFacts?>? own = null)
    {
        ArgumentNullException.ThrowIfNull(use);
        return LicenceChoices.Of(_library.Advice.Upgrade(expression))?.Select(way => All(way, use, own)).ToList();
    }

    /// <summary>The text of a checklist; null where there is none.</summary>
    /// <param name="licence">An identifier, in any case.</param>
    public string? ChecklistText(string licence)
    {
        for (var i = 0; i < _ids.Count; i++)
            if (_ids[i].Equals(licence, StringComparison.OrdinalIgnoreCase)) return _checklists[i];
        return null;
    }

    private ObligationList All(IReadOnlyList<LicenceTerm> way, UseContext use, Func<string, LicenceFacts?>? own)
    {
        var (merged, remarks) = (new ObligationMerge(), new List<ObligationRemark>());
        var together = way.Select(t => t.Licence).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var counts = use.Reach == Reach.Network && way.Any(t => NetworkClauses.Counts(t.Licence, _library.Judge(t, own?.Invoke(t.Licence))));
        foreach (var remark in OfContext(use, counts)) remarks.Add(remark);
        foreach (var term in way) One(term, use, own, together, merged, remarks);
        return new ObligationList([.. way.Select(t => t.ToString())], merged.All, [.. remarks.Distinct().OrderByDescending(r => r.IsGap)]);
    }

    private void One(LicenceTerm term, UseContext use, Func<string, LicenceFacts?>? own, HashSet<string> together, ObligationMerge merged, List<ObligationRemark> remarks)
    {
        var name = term.ToString();
        var judged = _library.Judge(term, own?.Invoke(term.Licence));
        if (judged.Remark is not null) remarks.Add(new ObligationRemark(judged.Remark, true, name));
        if (judged.Category == LicenceCategory.Unclassified && judged.Source == LicenceSource.None && _library.Find(term.Licence) is not null && ChecklistOf(term.Licence).Text is null && _handbook?.Find(term.Licence) is null)
            remarks.Add(new ObligationRemark($"What {name} asks for is not known: its text has to be read.", true, name));
        var (checklist, from) = ChecklistOf(term.Licence);
        if (checklist is not null)
        {
            var reading = new ChecklistReading(Checklist.Parse(from!, checklist), name, use, together);
            foreach (var obligation in reading.Read()) merged.Add(obligation);
            if (!string.Equals(from, term.Licence, StringComparison.OrdinalIgnoreCase)) remarks.Add(new ObligationRemark($"There is a checklist for {from}, which {name} lets one choose; a later version may ask for something else.", false, name));
            else if (term.OrLater) remarks.Add(new ObligationRemark($"The checklist is for {term.Licence}; a later version may ask for something else.", false, name));
            if (reading.Says("PATENT HINTS Yes")) remarks.Add(new ObligationRemark($"{name} has terms of patents.", false, name));
        }

        if (_handbook?.Find(term.Licence) is { } entry)
        {
            foreach (var obligation in HandbookReading.Read(entry, name, use)) merged.Add(obligation);
            foreach (var remark in HandbookReading.Remarks(entry)) remarks.Add(new ObligationRemark($"{name}, the OSLC handbook: {remark}", false, name));
            if (checklist is null) remarks.Add(new ObligationRemark($"There is no checklist for {name}: what is listed is of the OSLC handbook and follows from its category ({LicenceWords.Of(judged.Category)}, says {LicenceWords.Of(judged.Source)}) and its flags.", false, name));
        }
        else if (checklist is null && judged.Category != LicenceCategory.Unclassified)
        {
            remarks.Add(new ObligationRemark($"There is no checklist for {name}: what is listed follows from its category ({LicenceWords.Of(judged.Category)}, says {LicenceWords.Of(judged.Source)}) and its flags.", true, name));
        }

        var classified = new ClassificationReading(name, term.Licence, judged, use);
        foreach (var obligation in classified.Limits().Concat(checklist is null ? classified.Duties() : [])) merged.Add(obligation);
        if (checklist is null && !judged.AreFlagsComplete && judged.Category is not (LicenceCategory.Unclassified or LicenceCategory.PublicDomain)) remarks.Add(new ObligationRemark($"Nobody has looked for all clauses of {name}.", true, name));
        if (checklist is null && judged.Flags.Any(f => f.Flag == LicenceFlag.PatentClause)) remarks.Add(new ObligationRemark($"{name} has terms of patents.", false, name));
        if (use.Reach == Reach.Network && NetworkClauses.Counts(term.Licence, judged)) remarks.Add(OverNetwork(term.Licence, name, judged, checklist is not null));
        else if (use.Reach == Reach.Network && judged.AreFlagsComplete) remarks.Add(new ObligationRemark($"{name} asks nothing for use over a network.", false, name));
    }

    /// <summary>The checklist of a licence, or of the version alone of which it lets one choose that or a later one.</summary>
    private (string? Text, string? From) ChecklistOf(string licence)
    {
        if (ChecklistText(licence) is { } its) return (its, licence);
        const string Later = "-or-later";
        return licence.EndsWith(Later, StringComparison.OrdinalIgnoreCase) && licence[..^Later.Length] + "-only" is var only && ChecklistText(only) is { } text ? (text, only) : (null, null);
    }

    /// <summary>That others' use over a network is no delivery is not true of every licence.</summary>
    private static ObligationRemark OverNetwork(string licence, string name, LicenceJudgement judged, bool hasChecklist)
    {
        var clause = NetworkClauses.Of(licence);
        var flag = judged.Flags.FirstOrDefault(f => f.Flag == LicenceFlag.NetworkClause);
        var who = flag is null ? $"its text says so in {clause}" : $"its flag says so, after {LicenceWords.Of(flag.Source)}{(clause is null ? "" : $"; {clause} of its text")}";
        return new ObligationRemark($"{name}: use over a network has duties ({who}).{(hasChecklist ? "" : " There is no checklist for them, so what they are has to be read there.")}", !hasChecklist, name);
    }

    private static IEnumerable<ObligationRemark> OfContext(UseContext use, bool networkCounts)
    {
        if (use.Reach is null) yield return new ObligationRemark("How it reaches others was not said: duties of delivery stand under that condition.", false);
        if (use.Reach == Reach.Internal) yield return new ObligationRemark("Nothing is passed on, so duties of delivery do not arise. A copy for a contractor, a customer or a company of the group may be a delivery.", false);
        if (use.Reach == Reach.Network) yield return new ObligationRemark($"{(networkCounts ? "" : "Nobody gets a copy, so duties of delivery do not arise. ")}Scripts, apps and programs that users are sent are copies: ask for them as distributed.", false);
        if (use.Reach is null or Reach.Distributed)
        {
            if (use.IsModified is null) yield return new ObligationRemark("Whether it is modified was not said: what depends on it stands under that condition.", false);
            if (use.Linkage is null) yield return new ObligationRemark("How it comes together with the own work was not said: what depends on it stands under that condition.", false);
            if (use.Delivery is null) yield return new ObligationRemark("In which form it is delivered was not said: what is owed for source code and for binaries is listed, each with its use case.", false);
        }
    }
}
