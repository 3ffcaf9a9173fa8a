namespace Headwater.Core.Licences.Obligations;

/// <summary>What the handbook asks for in one context. What it says in its own words and the checklists say in theirs is one duty.</summary>
internal static class HandbookReading
{
    private static readonly Dictionary<string, (ObligationVerb Verb, string What)> s_same = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Provide copy of license"] = (ObligationVerb.Must, "Provide License text"), ["Provide license"] = (ObligationVerb.Must, "Provide License text"),
        ["Provide copyright notice"] = (ObligationVerb.Must, "Provide Copyright notices"), ["Retain copyright notices"] = (ObligationVerb.Must, "Provide Copyright notices"),
        ["Notice of modifications"] = (ObligationVerb.Must, "Provide Modification notice"), ["No additional restrictions"] = (ObligationVerb.MustNot, "Restrict Granted rights"),
        ["Provide source code"] = (ObligationVerb.Must, "Provide Source code"), ["Provide corresponding source code"] = (ObligationVerb.Must, "Provide Source code"), ["Access to source"] = (ObligationVerb.Must, "Provide Source code"),
        ["Modifications under same license"] = (ObligationVerb.Must, "Grant License"), ["Modifications or derivative work must be licensed under same license"] = (ObligationVerb.Must, "Grant License"),
        ["Name of project cannot be used for derived products without permission"] = (ObligationVerb.MustNot, "Promote"),
    };

    public static IEnumerable<Obligation> Read(HandbookEntry entry, string licence, UseContext use)
    {
        if (use.Reach is not (null or Reach.Distributed)) yield break;
        foreach (var term in entry.Terms.Where(t => t.Type == "condition"))
        {
            var cases = term.UseCases.Count == 0 ? ["UB", "MB", "US", "MS"] : term.UseCases;
            var open = cases.Where(c => (use.IsModified is null || use.IsModified == (c[0] == 'M')) && (use.Delivery is null || use.Delivery == (c[1] == 'B' ? Delivery.Binary : Delivery.Source))).ToList();
            if (open.Count == 0) continue;
            var (verb, what) = s_same.GetValueOrDefault(term.Description, (ObligationVerb.Must, term.Description));
            var conditions = new List<string>();
            if (use.Reach is null) conditions.Add("if others get a copy");
            // In some forms only when it is changed is still when it is changed.
            if (use.IsModified is null && open.TrueForAll(c => c[0] == 'M')) conditions.Add("if Software modification");
            if (use.IsModified is null && open.TrueForAll(c => c[0] == 'U')) conditions.Add("unless Software modification");
            yield return new Obligation
            {
                Verb = verb, What = what, Conditions = conditions, Attributes = term.Acknowledgement is null ? [] : [$"Verbatim \"{term.Acknowledgement.Trim()}\""],
                Sources = [new ObligationSource(licence, ObligationOrigin.Handbook, term.Description, null, term.UseCases.Count == 0 ? "use case not said" : string.Join(", ", open.Select(Name).Distinct()), term.Notes)],
            };
        }
    }

    /// <summary>What it says besides: when the licence ends, which versions may be taken, what else is to be known.</summary>
    public static IEnumerable<string> Remarks(HandbookEntry entry) => entry.Terms.Where(t => t.Type != "condition").Select(t => t.Notes is null ? t.Description : $"{t.Description.TrimEnd('.')}. {t.Notes}").Concat(entry.Notes is null ? [] : [entry.Notes]);

    private static string Name(string useCase) => (useCase[1] == 'B' ? "Binary delivery" : "Source code delivery") + (useCase[0] == 'M' ? " of modified software" : " of unmodified software");
}
