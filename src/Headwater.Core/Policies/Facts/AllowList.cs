using System.Collections.Concurrent;
using Headwater.Core.Licences.Expressions;
using Headwater.Core.Licences.Facts;

namespace Headwater.Core.Policies.Facts;

/// <summary>Licences that are allowed: single ones, with their exceptions, and whole categories. A licence that may be taken in a later version is allowed where one of these versions is.</summary>
public sealed class AllowList
{
    private readonly HashSet<LicenceTerm> _terms;
    private readonly HashSet<LicenceCategory> _categories;

    /// <summary>What was asked before: comparing versions of licences is slow, and there are few licences. Bounded, for names of licences come from documents.</summary>
    private readonly ConcurrentDictionary<LicenceTerm, bool> _asked = new();

    private AllowList(HashSet<LicenceTerm> terms, HashSet<LicenceCategory> categories) => (_terms, _categories) = (terms, categories);

    /// <summary>Reads a list.</summary>
    /// <param name="entries">Single licences such as <c>MIT</c> or <c>GPL-2.0-only WITH Classpath-exception-2.0</c>, and categories such as <c>category:permissive</c>.</param>
    /// <param name="error">What is wrong: a sentence that names the entry; null when all is well.</param>
    /// <returns>What could be read.</returns>
    public static AllowList Read(IEnumerable<string> entries, out string? error)
    {
        ArgumentNullException.ThrowIfNull(entries);
        error = null;
        var (terms, categories) = (new HashSet<LicenceTerm>(), new HashSet<LicenceCategory>());
        foreach (var entry in entries)
        {
            if (entry.StartsWith("category:", StringComparison.Ordinal))
            {
                if (PolicyWords.Category(entry["category:".Length..]) is { } category and not LicenceCategory.Unclassified) categories.Add(category);
                else error ??= $"'{entry}' is no category of licences.";
            }
            else if (Term(entry) is { } term) terms.Add(term);
            else error ??= $"'{entry}' is no single licence, such as MIT or category:permissive.";
        }

        return new AllowList(terms, categories);
    }

    /// <summary>Whether a licence is allowed.</summary>
    /// <param name="term">The licence.</param>
    /// <param name="category">Its category.</param>
    /// <returns>Whether the list holds it or its category.</returns>
    public bool Holds(LicenceTerm term, LicenceCategory category)
    {
        ArgumentNullException.ThrowIfNull(term);
        if (_categories.Contains(category)) return true;
        if (_asked.TryGetValue(term, out var holds)) return holds;
        return Ask(term);
    }

    /// <remarks>Apart, for a function that keeps the term would be made even where the answer is known.</remarks>
    private bool Ask(LicenceTerm term)
    {
        var holds = _terms.Contains(term) || _terms.Any(allowed => LicenceVersions.Overlap(term, allowed));
        if (_asked.Count < 10_000) _asked.TryAdd(term, holds);
        return holds;
    }

    private static LicenceTerm? Term(string entry)
    {
        var parts = entry.Split(" WITH ");
        if (parts.Length > 2 || parts.Any(p => p.Length == 0 || p.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '+' or ':')))) return null;
        var later = parts[0].EndsWith('+');
        return new LicenceTerm(later ? parts[0][..^1] : parts[0], later, parts.Length == 2 ? parts[1] : null);
    }
}
