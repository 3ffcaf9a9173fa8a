using Headwater.Core.Licences.Facts;

namespace Headwater.Core.Licences.Obligations;

/// <summary>What follows from the category and the flags of a licence, where nobody has written down what it asks for; and what flags forbid in any case.</summary>
/// <param name="licence">As it is shown, with its exception.</param>
/// <param name="id">Its identifier.</param>
/// <param name="judged">What kind of licence it is.</param>
/// <param name="use">How it is used.</param>
internal sealed class ClassificationReading(string licence, string id, LicenceJudgement judged, UseContext use)
{
    private bool Delivers => use.Reach is null or Reach.Distributed;

    private bool Binary => use.Delivery is null or Delivery.Binary;

    /// <summary>Limits of use that hold wherever software runs.</summary>
    public IEnumerable<Obligation> Limits()
    {
        if (Has(LicenceFlag.NonCommercial)) yield return Flag(LicenceFlag.NonCommercial, ObligationVerb.MustNot, "Use commercially", "any use");
        if (Has(LicenceFlag.NuclearRestriction)) yield return Flag(LicenceFlag.NuclearRestriction, ObligationVerb.MustNot, "Use in nuclear facilities", "any use");
        if (Has(LicenceFlag.NoModifications) && Delivers && use.IsModified != false) yield return Flag(LicenceFlag.NoModifications, ObligationVerb.MustNot, "Distribute Modified work", "delivery", use.IsModified is null ? ["if Software modification"] : []);
        if (Review() is { } why) yield return Category(ObligationVerb.Must, "Have its terms read before it is used", "any use", note: why);
    }

    /// <summary>What is owed for passing it on, or for letting others use it.</summary>
    public IEnumerable<Obligation> Duties()
    {
        string[] copies = use.Reach is null ? ["if others get a copy"] : [], changed = use.IsModified is null ? [.. copies, "if Software modification"] : copies;
        var open = judged.Category is LicenceCategory.Permissive or LicenceCategory.CopyleftStrong or LicenceCategory.CopyleftLibrary or LicenceCategory.CopyleftModule or LicenceCategory.CopyleftFile or LicenceCategory.CopyleftLimited or LicenceCategory.FreeRestricted;
        if (Delivers)
        {
            if (Has(LicenceFlag.NoticeFile))
            {
                yield return Flag(LicenceFlag.NoticeFile, ObligationVerb.Must, "Provide License text", "delivery", copies);
                yield return Flag(LicenceFlag.NoticeFile, ObligationVerb.Must, "Provide Copyright notices", "delivery", copies);
            }
            else if (open && !judged.AreFlagsComplete)
            {
                const string Note = "Licences of this kind nearly always ask for it; whether this one does, nobody has checked.";
                yield return Category(ObligationVerb.Must, "Provide License text", "delivery", copies, Note);
                yield return Category(ObligationVerb.Must, "Provide Copyright notices", "delivery", copies, Note);
            }

            if (Has(LicenceFlag.MarkModifications) && use.IsModified != false) yield return Flag(LicenceFlag.MarkModifications, ObligationVerb.Must, "Provide Modification notice", "delivery", changed);
            if (Has(LicenceFlag.ModificationDuties) && use.IsModified != false) yield return Flag(LicenceFlag.ModificationDuties, ObligationVerb.Must, "Do what its text asks of modified works beyond a notice", "delivery", changed);
            if (Has(LicenceFlag.AdvertisingClause)) yield return Flag(LicenceFlag.AdvertisingClause, ObligationVerb.Must, "Credit In Advertisement", "delivery", [.. copies, "if Advertisement"]);
            if (Has(LicenceFlag.AntiLockDown)) yield return Flag(LicenceFlag.AntiLockDown, ObligationVerb.Must, "Provide Installation information", "delivery", [.. copies, "if User product"]);
            var copyleft = judged.Category is LicenceCategory.CopyleftStrong or LicenceCategory.CopyleftLibrary or LicenceCategory.CopyleftModule or LicenceCategory.CopyleftFile or LicenceCategory.CopyleftLimited;
            if (Binary && Has(LicenceFlag.DistributeSource)) yield return Flag(LicenceFlag.DistributeSource, ObligationVerb.Must, "Provide Source code", "Binary delivery", copies);
            else if (Binary && copyleft && !judged.AreFlagsComplete) yield return Category(ObligationVerb.Must, "Provide Source code", "Binary delivery", copies, "Copyleft licences nearly always ask for it; whether this one does, nobody has checked.");
            if (copyleft && use.IsModified != false) yield return Category(ObligationVerb.Must, "Grant License", "delivery", changed, Extent());
            if (judged.Category == LicenceCategory.CopyleftStrong && use.IsCombined != false)
                yield return Category(ObligationVerb.Must, "Grant License for the whole work", "delivery", use.IsCombined is null ? [.. copies, "if it is a Combined work"] : copies, Extent());
            if (judged.Category == LicenceCategory.CopyleftLibrary && use.IsCombined != false)
                yield return Category(ObligationVerb.Must, "Permit Relinking With Modified library", "delivery", use.IsCombined is null ? [.. copies, "if it is a Combined work"] : copies, Extent());
            if (judged.Category == LicenceCategory.CopyleftLimited && use.IsCombined != false)
                yield return Category(ObligationVerb.Must, "Find out in its text how much of a combined work falls under it", "delivery", use.IsCombined is null ? [.. copies, "if it is a Combined work"] : copies, Extent());
        }

        if (use.Reach is null or Reach.Network && NetworkClauses.Counts(id, judged))
        {
            const string What = "Do what its text asks of use over a network";
            var clause = NetworkClauses.Of(id);
            string[] asked = use.Reach is null ? ["if others use it over a network"] : [];
            yield return Has(LicenceFlag.NetworkClause) ? Flag(LicenceFlag.NetworkClause, ObligationVerb.Must, What, "Network service", asked, clause is null ? null : $"It is {clause} of its text.") : Made(ObligationVerb.Must, What, asked, $"{clause} of its text", "Network service", null);
        }
    }

    private string? Review() => judged.Category switch
    {
        LicenceCategory.Commercial => "A commercial licence says by itself what is owed, and to whom.",
        LicenceCategory.ProprietaryFree => "A proprietary licence has terms of its own, also where it costs nothing.",
        LicenceCategory.SourceAvailable => "Source that may be seen is not open source: what may be done with it is in its text.",
        LicenceCategory.FreeRestricted => "It limits what it may be used for, or how it may be passed on.",
        LicenceCategory.Unstated => "No licence is stated, so nothing is allowed that the law does not allow.",
        LicenceCategory.PatentLicence => "It is about patents only: the licence of the copyright is another one.",
        LicenceCategory.ContributorAgreement => "It is between contributors and a project, and gives no right to use the software.",
        _ => null,
    };

    private string Extent() => judged.Category switch
    {
        LicenceCategory.CopyleftStrong => "Strong copyleft: of the changes, and of the work of which it is a part.",
        LicenceCategory.CopyleftLibrary => "Copyleft of a library: of its changes; what is linked with it keeps its own licence when the library can be exchanged.",
        LicenceCategory.CopyleftModule => "Copyleft of a module: of changes to it, and of what is added to it.",
        LicenceCategory.CopyleftFile => "Copyleft of files: of changes to its files, and of files that take code from it.",
        _ => "Copyleft with limits that its source does not say.",
    };

    private bool Has(LicenceFlag flag) => judged.Flags.Any(f => f.Flag == flag);

    private Obligation Flag(LicenceFlag flag, ObligationVerb verb, string what, string applies, IReadOnlyList<string>? conditions = null, string? note = null) =>
        Made(verb, what, conditions ?? [], $"{flag}, says {LicenceWords.Of(judged.Flags.First(f => f.Flag == flag).Source)}", applies, note);

    private Obligation Category(ObligationVerb verb, string what, string applies, IReadOnlyList<string>? conditions = null, string? note = null) =>
        Made(verb, what, conditions ?? [], $"{judged.Category}, says {LicenceWords.Of(judged.Source)}", applies, note);

    private Obligation Made(ObligationVerb verb, string what, IReadOnlyList<string> conditions, string clause, string applies, string? note) => new()
    {
        Verb = verb, What = what, Conditions = conditions, Sources = [new ObligationSource(licence, ObligationOrigin.Classification, clause, null, applies, note)],
    };
}
