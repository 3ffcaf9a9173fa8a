namespace Headwater.Server.Platform.Data;

/// <summary>A way to sort a list that is in memory, as <see cref="SortKey"/> is one in SQL.</summary>
/// <param name="Descending">The natural direction.</param>
internal sealed record MemorySort<T>(Func<T, double> Value, bool Descending = false);

/// <summary>Puts a list that is in memory into the order that a statement with the same <see cref="SortKey"/> gives.</summary>
internal static class MemoryOrder
{
    /// <param name="ties">How the ids of rows with the same value follow each other, upwards.</param>
    public static List<T> Of<T, TId>(IEnumerable<T> rows, IReadOnlyDictionary<string, MemorySort<T>> sorts, PageRequest request, string usual, Func<T, TId> id, IComparer<TId> ties)
    {
        var sort = sorts[request.SortOf(sorts.Keys, usual)];
        return request.Descending ?? sort.Descending ? [.. rows.OrderByDescending(sort.Value).ThenByDescending(id, ties)] : [.. rows.OrderBy(sort.Value).ThenBy(id, ties)];
    }
}
