using Headwater.Core.Licences.Expressions;

namespace Headwater.Core.Licences.Identification;

/// <summary>What a text states, as far as it can be held against what is declared.</summary>
/// <param name="Expression">The licences that it states; null for none.</param>
/// <param name="IsUnrecognised">Whether it says as much as a licence does, and not what one that is known says: an own licence, another language, a text that was cut, a known one with words in it or beside it that may take back what it gives.</param>
public sealed record StatedLicence(LicenceExpression? Expression, bool IsUnrecognised)
{
    /// <summary>With fewer words nobody grants anything: it is a name, an address or a pointer.</summary>
    private const int FewestWords = 20;

    /// <summary>Says that there is some licence, and not which.</summary>
    internal static readonly string[] Vague =
    [
        "LicenseRef-scancode-unknown-license-reference", "LicenseRef-scancode-unknown", "LicenseRef-scancode-free-unknown", "LicenseRef-scancode-unknown-spdx", "LicenseRef-scancode-see-license", "LicenseRef-scancode-generic-cla",
    ];

    /// <summary>What is held against nothing.</summary>
    public static StatedLicence Nothing { get; } = new(null, false);

    /// <summary>What a text states.</summary>
    /// <param name="text">The text.</param>
    /// <param name="read">The same as it was identified.</param>
    public static StatedLicence Of(ReadOnlySpan<char> text, IdentifiedText read)
    {
        ArgumentNullException.ThrowIfNull(read);
        var known = read.Expression is not null && !read.Expression.Terms.All(IsVague);
        var changed = read.Matches.Any(m => m is { Concludes: true, Added: not null });
        return new StatedLicence(read.Expression, changed || (!known && read.LoneExceptions.Count == 0 && Words(text) - read.Copyrights.Sum(c => Words(c)) >= FewestWords));
    }

    /// <summary>Whether a licence says only that there is one, and not which.</summary>
    /// <param name="term">The licence.</param>
    public static bool IsVague(LicenceTerm term)
    {
        ArgumentNullException.ThrowIfNull(term);
        return Vague.Contains(term.Licence, StringComparer.Ordinal);
    }

    /// <summary>What several texts state together. Where one says which licence it is, those that do not count for nothing.</summary>
    /// <param name="stated">What each states; null for nothing.</param>
    /// <returns>All of it; null where none says which licence it is.</returns>
    public static LicenceExpression? Together(IEnumerable<LicenceExpression?> stated)
    {
        LicenceExpression[] known = [.. stated.OfType<LicenceExpression>().Where(e => !e.Terms.All(IsVague))];
        return known.Length == 0 ? null : LicenceExpression.All(known);
    }

    /// <summary>Whether everything that is found is covered by what is said: all of it where licences are joined, one where there is a choice. An exception may stand in another file than the text.</summary>
    /// <param name="found">What texts state.</param>
    /// <param name="said">What is declared, or was decided.</param>
    public static bool IsWithin(LicenceExpression found, LicenceExpression said)
    {
        ArgumentNullException.ThrowIfNull(said);
        var allowed = said.Terms.Concat(said.Terms.Where(t => t.Exception is not null).Select(t => t with { Exception = null })).ToList();
        return LicenceChoices.Satisfies(found, t => IsVague(t) || LicenceChoices.Satisfies(t, allowed));
    }

    /// <summary>How many words there are; where words are not set apart, each sign is one.</summary>
    private static int Words(ReadOnlySpan<char> text)
    {
        var (words, inside) = (0, false);
        foreach (var c in text)
        {
            var letter = char.IsLetterOrDigit(c);
            if (letter && (!inside || c >= '\u2e80')) words++;
            inside = letter;
        }

        return words;
    }
}
