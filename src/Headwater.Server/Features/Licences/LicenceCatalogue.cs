using Headwater.Core.Licences;
using Headwater.Core.Licences.Facts;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Licences;

/// <summary>The licences of the library and those of the organisation, as one.</summary>
internal sealed class LicenceCatalogue(LicenceLibrary library, OwnLicenceStore own)
{
    public static IReadOnlyList<string> Sorts { get; } = ["id", "name", "category", "list"];

    private readonly Lazy<IReadOnlyList<LicenceRow>> _listed = new(() => [.. library.All.Select(LicenceRow.Of)]);

    public LicenceLibrary Library => library;

    /// <summary>What is listed, and how many of it are in each category.</summary>
    public async Task<(Page<LicenceRow> Page, IReadOnlyDictionary<LicenceCategory, int> Categories)> ListAsync(LicenceFilter filter, PageRequest request, CancellationToken cancellationToken)
    {
        var words = request.Filter?.Trim() ?? "";
        var rows = (await own.ListAsync(cancellationToken)).Select(o => LicenceRow.Of(o.ToFacts())).Concat(_listed.Value)
            .Where(r => filter.Takes(r, true) && (words.Length == 0 || r.Id.Contains(words, StringComparison.OrdinalIgnoreCase) || r.Name.Contains(words, StringComparison.OrdinalIgnoreCase))).ToList();
        var categories = rows.GroupBy(r => r.Category).ToDictionary(g => g.Key, g => g.Count());
        var taken = rows.Where(r => filter.Takes(r));
        Func<LicenceRow, string> key = request.SortOf(Sorts, "id") switch { "name" => r => r.Name, "category" => r => ((int)r.Category).ToString("00", System.Globalization.CultureInfo.InvariantCulture), "list" => r => r.ListedBy.ToString(), _ => r => r.Id };
        var sorted = (request.Descending == true ? taken.OrderByDescending(key, StringComparer.OrdinalIgnoreCase) : taken.OrderBy(key, StringComparer.OrdinalIgnoreCase)).ThenBy(r => r.Id, StringComparer.OrdinalIgnoreCase).ToList();
        return (Page<LicenceRow>.Of(sorted, request), categories);
    }

    public async Task<LicenceDetail?> GetAsync(string id, CancellationToken cancellationToken)
    {
        if (id.Length > 300) return null;
        var ours = await own.GetAsync(id, cancellationToken);
        if ((ours?.ToFacts() ?? library.Find(id)) is not { } facts) return null;
        return new LicenceDetail(facts, ours is null ? null : ours with { Text = null }, facts.Text, facts.Header, library.Obligations.ChecklistText(facts.Id) is not null, library.Handbook?.Licences.Contains(facts.Id, StringComparer.OrdinalIgnoreCase) == true);
    }

    /// <summary>The licences of the organisation, for whoever judges: what they are called comes before the library.</summary>
    public async Task<Func<string, LicenceFacts?>> OwnAsync(CancellationToken cancellationToken)
    {
        var all = (await own.ListAsync(cancellationToken)).ToDictionary(o => o.Id, o => o.ToFacts(), StringComparer.OrdinalIgnoreCase);
        return id => all.GetValueOrDefault(id);
    }

    /// <summary>Licences that are called so: that identifier first, then what begins so, then names with these words.</summary>
    public async Task<IReadOnlyList<LicenceRow>> FindAsync(string query, int limit, CancellationToken cancellationToken)
    {
        var words = query.Trim();
        if (words.Length is < 2 or > 100) return [];
        // What is deprecated is found by its whole identifier only.
        return [.. (await own.ListAsync(cancellationToken)).Select(o => LicenceRow.Of(o.ToFacts())).Concat(_listed.Value).Select(r => (Row: r, Rank: Rank(r, words))).Where(r => r.Rank < 4)
            .OrderBy(r => r.Rank).ThenBy(r => r.Row.ListedBy != LicenceSource.Spdx).ThenBy(r => r.Row.Id.Length).ThenBy(r => r.Row.Id, StringComparer.OrdinalIgnoreCase).Take(limit).Select(r => r.Row)];
    }

    private static int Rank(LicenceRow row, string words) => row.Id.Equals(words, StringComparison.OrdinalIgnoreCase) ? 0 : row.IsDeprecated ? 4 : row.Id.StartsWith(words, StringComparison.OrdinalIgnoreCase) ? 1
        : row.Name.Equals(words, StringComparison.OrdinalIgnoreCase) ? 1 : words.Length >= 4 && row.Name.StartsWith(words, StringComparison.OrdinalIgnoreCase) ? 2 : words.Length >= 8 && row.Name.Contains(words, StringComparison.OrdinalIgnoreCase) ? 3 : 4;
}
