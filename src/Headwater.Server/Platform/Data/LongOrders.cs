using System.Collections.Concurrent;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Platform.Data;

/// <summary>
/// The orders of lists that are too long to be sorted for each page: kept a minute at most for who goes on to the next page, as the numbers of their rows, eight bytes each (ADR 0025).
/// What a row says is always read anew.
/// </summary>
/// <param name="most">From more rows on than this, a list is kept; below, sorting is quick enough.</param>
internal sealed class LongOrders(TimeProvider time, int most = LongOrders.Most)
{
    private const int Most = 20_000, Kept = 24;

    private readonly Remembered _orders = new(time, Kept, TimeSpan.FromMinutes(1));

    /// <summary>What is being made: who asks for the same meanwhile waits for it.</summary>
    private readonly ConcurrentDictionary<string, Lazy<Task<long[]>>> _making = new(StringComparer.Ordinal);

    /// <summary>Whether a list of so many rows is kept.</summary>
    public bool Keeps(long total) => total > most;

    /// <summary>The numbers of the rows on a page.</summary>
    /// <param name="places">A number that differs after every change of what belongs where: who sees a part only must not be shown the place of what has left it.</param>
    /// <param name="list">What is listed, and in which order, but for who asks.</param>
    /// <param name="make">Reads the numbers of all rows in their order.</param>
    public async Task<long[]> PageAsync(long places, Viewer viewer, string list, int start, int size, Func<CancellationToken, Task<long[]>> make, CancellationToken cancellationToken)
    {
        var key = $"{places} {viewer.Key} {list}";
        var (order, _) = await _orders.GetAsync(key, token => _making.GetOrAdd(key, _ => new Lazy<Task<long[]>>(() => MakeAsync(key, make, token))).Value, cancellationToken);
        start = Math.Min(start, order.Length);
        return order.AsSpan(start, Math.Min(size, order.Length - start)).ToArray();
    }

    private async Task<long[]> MakeAsync(string key, Func<CancellationToken, Task<long[]>> make, CancellationToken cancellationToken)
    {
        try
        {
            // Not before it is known to others.
            await Task.Yield();
            return await make(cancellationToken);
        }
        finally
        {
            _making.TryRemove(key, out _);
        }
    }
}
