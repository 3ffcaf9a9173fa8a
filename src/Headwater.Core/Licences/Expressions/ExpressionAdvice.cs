namespace Headwater.Core.Licences.Expressions;

/// <summary>Brings expressions up to the current list, and says what is odd about them.</summary>
public sealed class ExpressionAdvice
{
    private readonly IReadOnlyDictionary<string, LicenceExpression> _upgrades;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _associations;

    /// <param name="upgrades">For each deprecated identifier, the expression that is meant today.</param>
    /// <param name="associations">For each exception, the licences it is made for.</param>
    internal ExpressionAdvice(IReadOnlyDictionary<string, LicenceExpression> upgrades, IReadOnlyDictionary<string, IReadOnlyList<string>> associations) => (_upgrades, _associations) = (upgrades, associations);

    /// <summary>The same with current identifiers only, where there is one.</summary>
    public LicenceExpression Upgrade(LicenceExpression expression) => expression switch
    {
        LicenceCombination { IsChoice: true } any => LicenceExpression.Any(any.Parts.Select(Upgrade)),
        LicenceCombination all => LicenceExpression.All(all.Parts.Select(Upgrade)),
        LicenceTerm term => Upgrade(term),
        _ => expression,
    };

    /// <summary>What is odd, each as a sentence.</summary>
    public IEnumerable<string> Warnings(LicenceExpression expression)
    {
        foreach (var term in expression.Terms.Distinct())
        {
            if (Upgrade(term) is var upgraded && !upgraded.Equals(term)) yield return $"{term} is deprecated; it is {upgraded} today.";
            if (term.OrLater && (term.Licence.EndsWith("-only", StringComparison.Ordinal) || term.Licence.EndsWith("-or-later", StringComparison.Ordinal)))
                yield return term.Licence.EndsWith("-only", StringComparison.Ordinal) ? $"{term.Simple} says this version only, and later versions." : $"The + of {term.Simple} says nothing that the identifier does not.";
            if (term.Exception is { } exception && !term.IsReference && _associations.TryGetValue(exception, out var made) && !made.Contains(term.Licence) && !(Upgrade(term with { Exception = null }) is LicenceTerm now && made.Contains(now.Licence)))
                yield return $"{exception} is made for {string.Join(", ", made.Take(4))}{(made.Count > 4 ? " and others" : "")}, not for {term.Licence}.";
        }
    }

    private LicenceExpression Upgrade(LicenceTerm term)
    {
        // GPL-2.0-only+ and the like stay as they are: what is meant is for a person to say.
        if (!_upgrades.TryGetValue(term.Simple, out var now)) return term;
        return now is LicenceTerm one ? term.Exception is null ? one : one.Exception is null ? one with { Exception = term.Exception } : term : term.Exception is null ? now : term;
    }
}
