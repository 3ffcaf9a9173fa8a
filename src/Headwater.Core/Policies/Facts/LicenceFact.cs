using System.Collections.Immutable;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Facts;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Policies.Facts;

/// <summary>
/// What is known of the licence of a component. Where an expression leaves a choice, category and flags are those of the way to choose that asks for least, as whoever uses the component takes that
/// one; nothing is known of them when some part of each way is not classified.
/// </summary>
public sealed class LicenceFact : ICelRecord
{
    /// <summary>The words of <see cref="State"/>.</summary>
    public static readonly ImmutableArray<string> States = ["concluded", "declared", "found", "none", "unknown"];

    internal static readonly ImmutableArray<FactField>.Builder Fields = ImmutableArray.CreateBuilder<FactField>();

    internal static readonly CelRecordType RecordType = CelRecordType.Of<LicenceFact>("licence", t => new FactSchema<LicenceFact>(t, "licence", Fields)
        .Known("state", CelType.String, "where it is from: `concluded` by a person, `declared`, `found`, `none` (there is none), `unknown`", l => CelValue.Of(l.State))
        .Text("expression", "the expression; `NONE` where there is no licence", l => l._text)
        .Fact("choices", CelType.List(CelType.List(CelType.String)), "each way to choose: the licences that then hold together", l => l._choices is { } c ? CelValue.Of(c) : null)
        .Texts("ids", "the licences of the way that asks for least", l => l._ids)
        .Text("category", "the category that asks for most among them (`permissive`, `copyleft_strong` …)", l => l._category)
        .Texts("categories", "all their categories", l => l._categories)
        .Texts("flags", "what they have beside that (`patent_clause`, `network_clause` …)", l => l._flags)
        .Flag("osi_approved", "whether all of them are approved by the Open Source Initiative", l => l._osi)
        .Flag("deprecated", "whether the list of SPDX no longer has one of the identifiers", l => l._deprecated));

    /// <summary>From what asks for least to what asks for most.</summary>
    private static readonly ImmutableArray<LicenceCategory> s_order =
    [
        LicenceCategory.PublicDomain, LicenceCategory.Permissive, LicenceCategory.PatentLicence, LicenceCategory.CopyleftFile, LicenceCategory.CopyleftModule, LicenceCategory.CopyleftLimited,
        LicenceCategory.CopyleftLibrary, LicenceCategory.CopyleftStrong, LicenceCategory.ContributorAgreement, LicenceCategory.FreeRestricted, LicenceCategory.SourceAvailable,
        LicenceCategory.ProprietaryFree, LicenceCategory.Commercial, LicenceCategory.Unstated,
    ];

    private string? _text, _category;
    private CelList? _choices, _ids, _categories, _flags;
    private bool? _osi, _deprecated;
    private Dictionary<LicenceTerm, LicenceCategory> _judged = [];

    private LicenceFact(string state) => State = state;

    CelRecordType ICelRecord.CelType => RecordType;

    /// <summary>Nobody has determined it.</summary>
    public static LicenceFact Unknown { get; } = new("unknown");

    /// <summary>There is none, and somebody has looked.</summary>
    public static LicenceFact None { get; } = new("none")
    {
        _text = "NONE", _category = PolicyWords.Of(LicenceCategory.Unstated), _categories = CelList.Of([PolicyWords.Of(LicenceCategory.Unstated)]), _choices = CelList.Empty, _ids = CelList.Empty, _flags = CelList.Empty, _osi = false,
        _deprecated = false,
    };

    /// <summary>One of <see cref="States"/>.</summary>
    public string State { get; }

    /// <summary>The expression; null when there is none or it is not known.</summary>
    public LicenceExpression? Expression { get; private init; }

    /// <summary>As people read it: the expression, <c>NONE</c>, or <c>unknown</c>.</summary>
    public string Text => _text ?? "unknown";

    /// <summary>The category that asks for most, in the way to choose that asks for least; null where it is not known.</summary>
    public string? Category => _category;

    /// <summary>The facts of an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="library">What is known of licences.</param>
    /// <param name="state">One of <see cref="States"/>.</param>
    /// <param name="own">Licences as the organisation itself knows them, by identifier; null for none.</param>
    /// <returns>The facts.</returns>
    public static LicenceFact Of(LicenceExpression expression, LicenceLibrary library, string state = "declared", Func<string, LicenceFacts?>? own = null)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(library);
        var judgements = expression.Terms.Distinct().ToDictionary(t => t, t => library.Judge(t, own?.Invoke(t.Licence)));
        var facts = judgements.Keys.ToDictionary(t => t, t => own?.Invoke(t.Licence) ?? library.Find(t.Licence));
        var ways = LicenceChoices.Of(expression);
        var best = ways?.Where(w => w.All(t => Rank(judgements[t].Category) >= 0)).OrderBy(w => w.Max(t => Rank(judgements[t].Category))).ThenBy(w => w.Sum(t => Rank(judgements[t].Category))).ThenBy(w => w.Count).FirstOrDefault();
        return new LicenceFact(state)
        {
            Expression = expression,
            _text = Plain(expression),
            _judged = judgements.ToDictionary(j => j.Key, j => j.Value.Category),
            _choices = ways is null ? null : CelList.Of([.. ways.Select(w => CelValue.Of(CelList.Of((IReadOnlyList<string>)[.. w.Select(t => t.ToString())])))]),
            _ids = best is null ? ways is [var only] ? Texts(only.Select(t => t.ToString())) : null : Texts(best.Select(t => t.ToString())),
            _category = best is null ? null : PolicyWords.Of(best.Select(t => judgements[t].Category).MaxBy(Rank)),
            _categories = best is null ? null : Texts(best.Select(t => PolicyWords.Of(judgements[t].Category)).Distinct(StringComparer.Ordinal)),
            _flags = best is null ? null : Texts(best.SelectMany(t => judgements[t].Flags).Select(f => PolicyWords.Of(f.Flag)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)),
            _osi = best is null ? null : best.All(t => facts[t] is { IsOsiApproved: true }),
            _deprecated = facts.Values.Any(f => f is { IsDeprecated: true }),
        };
    }

    /// <summary>The facts of what a document or a person writes.</summary>
    /// <param name="text">An expression as people write it; empty or <c>NOASSERTION</c> for unknown, <c>NONE</c> for none.</param>
    /// <param name="library">What is known of licences.</param>
    /// <param name="state">One of <see cref="States"/>.</param>
    /// <returns>The facts; unknown too when it cannot be read.</returns>
    public static LicenceFact Of(string? text, LicenceLibrary library, string state = "declared")
    {
        ArgumentNullException.ThrowIfNull(library);
        if (string.IsNullOrWhiteSpace(text) || text is "NOASSERTION") return Unknown;
        if (text is "NONE") return None;
        var read = library.Expressions.Parse(text, ExpressionMode.Lenient);
        return read.IsRead ? Of(read.Expression, library, state) : Unknown;
    }

    /// <summary>Whether what is allowed is enough to use what is under it: all parts of an AND, one part of an OR.</summary>
    /// <param name="allowed">What is allowed.</param>
    /// <returns>Null when the licence is not known; false for no licence.</returns>
    public bool? Satisfies(AllowList allowed)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        return Expression is null ? State == "none" ? false : null : Satisfies(Expression, allowed);
    }

    /// <summary>As <see cref="LicenceChoices.Satisfies(LicenceExpression, Func{LicenceTerm, bool})"/> has it, without making a function for each question.</summary>
    private bool Satisfies(LicenceExpression expression, AllowList allowed)
    {
        if (expression is LicenceTerm term) return allowed.Holds(term, _judged.GetValueOrDefault(term));
        var combination = (LicenceCombination)expression;
        foreach (var part in combination.Parts)
        {
            if (Satisfies(part, allowed) == combination.IsChoice) return combination.IsChoice;
        }

        return !combination.IsChoice;
    }

    private static int Rank(LicenceCategory category) => s_order.IndexOf(category);

    private static CelList Texts(IEnumerable<string> texts) => CelList.Of((IReadOnlyList<string>)[.. texts]);

    /// <summary>The canonical form without the outermost parentheses.</summary>
    private static string Plain(LicenceExpression expression) => expression.ToString() is { } text && expression is LicenceCombination ? text[1..^1] : expression.ToString();
}
