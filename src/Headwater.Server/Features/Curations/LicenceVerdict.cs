using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Identification;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Curations;

/// <summary>A text, as far as it counts for a verdict.</summary>
/// <param name="Expression">What it states.</param>
/// <param name="IsUnrecognised">Whether it says much, and no licence that is known.</param>
internal readonly record struct StatedText(string Name, TextKind Kind, string Sha256, string? Expression, bool IsUnrecognised);

/// <summary>What is known of a component version when its licence is worked out.</summary>
/// <param name="Curations">All that may reach it; those of texts and words only where it has the text and says the words.</param>
/// <param name="Own">The organisation's own licences, where it may name one.</param>
internal sealed record LicenceEvidence(LearntVersion Version, IReadOnlyList<StatedText> Texts, IReadOnlyList<Curation> Curations, IReadOnlyDictionary<string, string> Own);

/// <summary>The outcome for a component version.</summary>
/// <param name="Terms">What it is found by, as JSON.</param>
/// <param name="Registry">What the registry declares, where that is something else than is declared.</param>
internal sealed record LicenceVerdict(string? Declared, string? Found, string? Concluded, ConcludedBy By, LicenceReason Reason, Guid? Curation, string Terms, string? Registry)
{
    /// <summary>
    /// What follows from what is known. The nearest decision holds, unless what it was made about says something else now; without one, what is declared holds where the texts state
    /// nothing beyond it, and where there are no texts the registry declares nothing else. A text of a licence that states none that is known is a text all the same. Nothing is guessed: whatever else there is waits for a person.
    /// </summary>
    public static LicenceVerdict Of(LicenceEvidence evidence, DeclaredReader reader, DateTimeOffset now)
    {
        var it = evidence.Version;
        var reading = Resolved(reader.Read(it.Licences, it.Concluded), evidence.Texts, evidence.Own, reader);
        var registry = Differing(it.Registry, reading, reader);
        var stated = evidence.Texts.Where(t => t.Kind is TextKind.Licence or TextKind.Other).ToList();
        var found = All(stated.Select(t => t.Expression), reader);
        var ofTexts = evidence.Curations.Where(c => c.Subject.Scope == CurationScope.Text && IsValid(c, now)).GroupBy(c => c.Subject.Sha256!).ToDictionary(g => g.Key, g => g.MaxBy(c => c.Id)!, StringComparer.Ordinal);
        if (stated.Find(t => ofTexts.ContainsKey(t.Sha256)) is { Sha256: not null } decided)
        {
            // What was decided about one of its texts, and what the others state.
            var parts = stated.Select(t => ofTexts.TryGetValue(t.Sha256, out var c) ? c.Expression : t.Expression).ToList();
            var all = All(parts, reader)?.ToString() ?? parts.FirstOrDefault(p => p is "NONE" or "NOASSERTION");
            return Settled(all, ConcludedBy.Curation, ofTexts[decided.Sha256].Uuid);
        }

        var reaching = evidence.Curations.Where(c => c.Reaches(it.Identity, it.Version) || c.Subject.Scope == CurationScope.Declared).OrderBy(c => c.Subject.Scope).ThenByDescending(c => c.Id).ToList();
        if (reaching.Find(c => IsValid(c, now)) is { } nearest)
            return SaysOtherwise(nearest, it, reading, found, reader) ? Open(LicenceReason.Relicensed, nearest.Uuid) : Settled(nearest.Expression, ConcludedBy.Curation, nearest.Uuid);
        if (reaching.Count > 0) return Open(LicenceReason.Expired, reaching[0].Uuid);
        if (reading.Problem != LicenceReason.None) return Open(reading.Problem, null);
        if (found is not null && !StatedLicence.IsWithin(found, reading.Expression!)) return Open(LicenceReason.Differs, null);
        // Beside a text that is known, one that is not may be anything; a known one with a restriction in it is no longer what it is called.
        if (stated.Exists(t => t is { Kind: TextKind.Licence, IsUnrecognised: true } && (found is null || t.Expression is not null))) return Open(LicenceReason.TextUnknown, null);
        if (found is null) return registry is null ? Settled(reading.Text, ConcludedBy.Declared, null) : Open(LicenceReason.RegistryDiffers, null);
        return Settled(reading.Text, ConcludedBy.Agreement, null);

        LicenceVerdict Settled(string? concluded, ConcludedBy by, Guid? curation) => new(reading.Text, found?.ToString(), concluded, by, LicenceReason.None, curation, TermsOf(concluded, reader.Parse(concluded), reading, it), registry);
        LicenceVerdict Open(LicenceReason reason, Guid? curation) => new(reading.Text, found?.ToString(), null, ConcludedBy.Nothing, reason, curation, TermsOf(null, null, reading, it), registry);
    }

    /// <summary>What the registry declares, where both can be read and are not the same licence.</summary>
    private static string? Differing(string? registry, Reading reading, DeclaredReader reader) =>
        registry is null || reading.Problem != LicenceReason.None || reader.Read(registry, []) is not { Problem: LicenceReason.None, Expression: { } theirs } || theirs.Equals(reading.Expression) ? null : theirs.ToString();

    /// <summary>References that only the document knows are replaced by what the texts of these names state; the others may be licences of the organisation.</summary>
    private static Reading Resolved(Reading reading, IReadOnlyList<StatedText> texts, IReadOnlyDictionary<string, string> own, DeclaredReader reader)
    {
        if (reading.Problem != LicenceReason.UnknownReference || texts.Count + own.Count == 0) return reading;
        var known = texts.Where(t => reading.Unknown.Contains(t.Name) && reader.Parse(t.Expression) is not null).GroupBy(t => t.Name).ToDictionary(g => g.Key, g => reader.Parse(g.First().Expression)!, StringComparer.Ordinal);
        foreach (var name in reading.Unknown)
            if (own.TryGetValue(name, out var called) && !texts.Any(t => t.Name == name)) known.TryAdd(name, new LicenceTerm(called));
        if (known.Count == 0) return reading;
        IReadOnlyList<string> left = [.. reading.Unknown.Where(u => !known.ContainsKey(u))];
        return reading with { Expression = Replaced(reading.Expression!, known), Unknown = left, Problem = left.Count > 0 ? LicenceReason.UnknownReference : LicenceReason.None };
    }

    private static LicenceExpression Replaced(LicenceExpression expression, Dictionary<string, LicenceExpression> known) => expression switch
    {
        LicenceTerm { Exception: null } term when known.TryGetValue(term.Licence, out var meant) => meant,
        LicenceCombination { IsChoice: true } any => LicenceExpression.Any(any.Parts.Select(p => Replaced(p, known))),
        LicenceCombination all => LicenceExpression.All(all.Parts.Select(p => Replaced(p, known))),
        _ => expression,
    };

    /// <summary>
    /// Whether a version says something else than every version of which somebody said that the decision holds for it. Both count: what is declared, and what the texts state. What fits the decision itself is
    /// nothing else, nor is saying nothing: a version without texts is held by what it declares, and one that declares nothing by its texts.
    /// </summary>
    private static bool SaysOtherwise(Curation curation, LearntVersion it, Reading reading, LicenceExpression? found, DeclaredReader reader)
    {
        if (curation.Accepted.Count == 0 || curation.Subject.Scope == CurationScope.Declared) return false; // Not known: it came from elsewhere.
        var decided = reader.Parse(curation.Expression);
        var foundFits = found is null || Fits(found);
        // Documents may tell of one version in several ways.
        var declaredFits = curation.Subject.Scope == CurationScope.Version || (it.Licences == "[]" && found is not null) || (reading.Expression is { } said && Fits(said));
        return !curation.Accepted.Any(then => (foundFits || found!.Equals(reader.Parse(then.Found))) && (declaredFits || IsSame(then.Declared)));

        bool Fits(LicenceExpression expression) => decided is not null && StatedLicence.IsWithin(expression, decided);
        bool IsSame(string declared) => it.Licences == declared || (reading.Expression is { } now && now.Equals(reader.Read(declared, []).Expression));
    }

    private static bool IsValid(Curation curation, DateTimeOffset now) => curation.State == CurationState.Active && (curation.ValidUntil is null || curation.ValidUntil > now);

    private static LicenceExpression? All(IEnumerable<string?> expressions, DeclaredReader reader) => StatedLicence.Together(expressions.Select(reader.Parse));

    private static string TermsOf(string? concluded, LicenceExpression? expression, Reading reading, LearntVersion it)
    {
        expression ??= concluded is null ? reading.Expression : null;
        if (expression is null) return concluded is not null ? TypeMaps.ToJson([concluded]) : TypeMaps.ToJson(DeclaredReader.Declared(it.Licences, it.Concluded));
        return TypeMaps.ToJson(expression.Terms.SelectMany(t => t.Exception is null ? [t.Licence] : new[] { t.Licence, t.Exception }).Prepend(expression.ToString()).Distinct(StringComparer.Ordinal));
    }
}
