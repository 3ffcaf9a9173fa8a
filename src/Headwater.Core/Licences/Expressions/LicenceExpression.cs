using System.Collections.Immutable;

namespace Headwater.Core.Licences.Expressions;

/// <summary>
/// A licence expression (SPDX 2.3, Annex D; SPDX 3.0.1, Annex B): a single licence or a combination of them. Combinations are flat, as AND and OR are associative; the author's order is kept for show, and does not count when two
/// are compared.
/// </summary>
public abstract record LicenceExpression
{
    private protected LicenceExpression()
    {
    }

    /// <summary>The identifiers of all licences and references to licences in it, each once, in the author's order.</summary>
    public IReadOnlyList<string> Licences => [.. Terms.Select(t => t.Licence).Distinct(StringComparer.Ordinal)];

    /// <summary>The identifiers of all exceptions and additions in it, each once, in the author's order.</summary>
    public IReadOnlyList<string> Exceptions => [.. Terms.Select(t => t.Exception).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>Its single licences, left to right; one that is named twice is there twice.</summary>
    public abstract IEnumerable<LicenceTerm> Terms { get; }

    /// <summary>All of these at once: nested combinations of the same kind are taken up, and what is there already is left out.</summary>
    public static LicenceExpression All(params IEnumerable<LicenceExpression> parts) => LicenceCombination.Of(false, parts);

    /// <summary>One of these, whichever the user chooses.</summary>
    public static LicenceExpression Any(params IEnumerable<LicenceExpression> parts) => LicenceCombination.Of(true, parts);

    /// <summary>The canonical form: identifiers as the list writes them, operators in capitals, each combination in parentheses.</summary>
    public abstract override string ToString();
}

/// <summary>One licence, with an exception or addition at most.</summary>
/// <param name="Licence">An identifier of the SPDX list, or a <c>LicenseRef-</c> with or without <c>DocumentRef-</c>.</param>
/// <param name="OrLater">Whether a <c>+</c> stands behind it (and is no part of the identifier).</param>
/// <param name="Exception">An identifier of the list of exceptions, or an <c>AdditionRef-</c>.</param>
public sealed record LicenceTerm(string Licence, bool OrLater = false, string? Exception = null) : LicenceExpression
{
    /// <inheritdoc/>
    public override IEnumerable<LicenceTerm> Terms => [this];

    /// <summary>Whether it is a <c>LicenseRef-</c> and no identifier of the list.</summary>
    public bool IsReference => Licence.Contains("LicenseRef-", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string ToString() => Exception is null ? Simple : $"{Simple} WITH {Exception}";

    /// <summary>Without its exception.</summary>
    public string Simple => OrLater ? Licence + "+" : Licence;
}

/// <summary>Licences joined by AND or OR.</summary>
public sealed record LicenceCombination : LicenceExpression
{
    private LicenceCombination(bool choice, ImmutableArray<LicenceExpression> parts)
    {
        IsChoice = choice;
        Parts = parts;
    }

    /// <summary>True for OR, false for AND.</summary>
    public bool IsChoice { get; }

    /// <summary>Two or more; none of them is a combination of the same kind.</summary>
    public ImmutableArray<LicenceExpression> Parts { get; }

    /// <inheritdoc/>
    public override IEnumerable<LicenceTerm> Terms => Parts.SelectMany(p => p.Terms);

    internal static LicenceExpression Of(bool choice, IEnumerable<LicenceExpression> parts)
    {
        var flat = parts.SelectMany(p => p is LicenceCombination c && c.IsChoice == choice ? c.Parts.AsEnumerable() : [p]).Distinct().ToImmutableArray();
        return flat.Length switch
        {
            0 => throw new ArgumentException("A combination has at least one part.", nameof(parts)),
            1 => flat[0],
            _ => new LicenceCombination(choice, flat),
        };
    }

    /// <summary>Whether it has the same parts, in whatever order.</summary>
    public bool Equals(LicenceCombination? other) => other is not null && IsChoice == other.IsChoice && Parts.Length == other.Parts.Length && Parts.ToHashSet().SetEquals(other.Parts);

    /// <inheritdoc/>
    public override int GetHashCode() => Parts.Aggregate(IsChoice ? 1 : 0, (hash, part) => hash ^ part.GetHashCode());

    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(IsChoice ? " OR " : " AND ", Parts)})";
}
