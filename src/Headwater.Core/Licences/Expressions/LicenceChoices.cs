namespace Headwater.Core.Licences.Expressions;

/// <summary>What an expression leaves to choose, and whether what is allowed is enough for it.</summary>
public static class LicenceChoices
{
    /// <summary>So many ways to choose are listed at most.</summary>
    public const int Most = 256;

    /// <summary>Every way to choose: each is the licences that then hold together. Null when there are more than <see cref="Most"/>; whether an expression is satisfied is told without them.</summary>
    public static IReadOnlyList<IReadOnlyList<LicenceTerm>>? Of(LicenceExpression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        switch (expression)
        {
            case LicenceTerm term:
                return [[term]];
            case LicenceCombination { IsChoice: true } any:
                var ways = new List<IReadOnlyList<LicenceTerm>>();
                foreach (var part in any.Parts)
                {
                    if (Of(part) is not { } more || ways.Count + more.Count > Most) return null;
                    ways.AddRange(more.Where(way => !ways.Exists(known => known.Count == way.Count && way.All(known.Contains))));
                }

                return ways;
            case LicenceCombination all:
                IReadOnlyList<IReadOnlyList<LicenceTerm>> product = [[]];
                foreach (var part in all.Parts)
                {
                    if (Of(part) is not { } more || product.Count * more.Count > Most) return null;
                    product = [.. product.SelectMany(left => more, IReadOnlyList<LicenceTerm> (left, right) => [.. left.Union(right)])];
                }

                return product;
            default:
                throw new ArgumentOutOfRangeException(nameof(expression));
        }
    }

    /// <summary>Whether somebody who may use what <paramref name="allowed"/> says may use what stands under this expression: all parts of an AND, one part of an OR.</summary>
    public static bool Satisfies(LicenceExpression expression, Func<LicenceTerm, bool> allowed)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        return expression switch
        {
            LicenceTerm term => allowed(term),
            LicenceCombination { IsChoice: true } any => any.Parts.Any(p => Satisfies(p, allowed)),
            LicenceCombination all => all.Parts.All(p => Satisfies(p, allowed)),
            _ => false,
        };
    }

    /// <summary>
    /// The same for a list of allowed licences. A licence that may be taken in a later version is allowed where one of these versions is; an exception must be allowed with its licence.
    /// </summary>
    public static bool Satisfies(LicenceExpression expression, IReadOnlyCollection<LicenceTerm> allowed) => Satisfies(expression, term => allowed.Any(a => LicenceVersions.Overlap(term, a)));
}
