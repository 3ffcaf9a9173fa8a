using System.Data.Common;

namespace Headwater.Server.Platform.Data;

/// <summary>
/// The seam between stores and the engine. SQL in stores is one subset for all engines; what an engine does in its own way is a method here.
/// </summary>
internal interface IDatabase
{
    /// <summary>Brings the schema up to date. Safe to call again and again.</summary>
    Task MigrateAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads on a connection of the pool, in one snapshot.</summary>
    Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs a transaction that is durable when this returns. The work may run again after a serialisation failure, so it does nothing but
    /// SQL. Small transactions of requests overtake those of jobs (<paramref name="background"/>) that wait for the writer.
    /// </summary>
    Task<T> WriteAsync<T>(Func<DbTransaction, Task<T>> work, bool background = false, CancellationToken cancellationToken = default);

    /// <summary>True when several nodes may use the database: what they share then lies in it and not in a node's folder.</summary>
    bool IsShared { get; }

    /// <summary>Lets the transactions that take the lock of this name run one after another; held until the end of the transaction.</summary>
    Task LockAsync(DbTransaction transaction, string name);

    /// <summary>Tells every node, this one included, of something once the transaction has committed. The tables stay the truth: a message may be lost.</summary>
    Task NotifyAsync(DbTransaction transaction, string topic);

    /// <summary>Raised for each message of <see cref="NotifyAsync"/>, on any thread; with an empty topic when messages may have been missed.</summary>
    event Action<string>? Notified;

    /// <summary>The names of the nodes that are connected at present; null where there is but one.</summary>
    Task<IReadOnlyCollection<string>?> NodesAsync(DbTransaction transaction);

    /// <summary>Replaces the searchable text of one thing.</summary>
    Task IndexTextAsync(DbTransaction transaction, string kind, long id, string text);

    /// <summary>Adds the searchable text of things that had none yet.</summary>
    Task IndexNewTextAsync(DbTransaction transaction, string kind, IEnumerable<(long Id, string Text)> things);

    /// <summary>Removes one thing from the search.</summary>
    Task UnindexTextAsync(DbTransaction transaction, string kind, long id);

    /// <summary>
    /// Ids of things of one kind that contain every word (each as a prefix), best first. Where more than <see cref="MostRanked"/> do, nobody can tell the best
    /// of them from the rest, and they come in any order.
    /// </summary>
    /// <param name="where">A condition, as SQL, on the column <c>item</c> (the id): what does not hold it takes no place of what does, and is not counted. Null when all count.</param>
    Task<IReadOnlyList<long>> SearchTextAsync(string kind, string query, int limit, string? where = null, CancellationToken cancellationToken = default);

    const int MostRanked = 20_000;
}

/// <summary>The tenant. One organisation for now; it leads every large table's key so that more can come without a rewrite.</summary>
internal static class Organisation
{
    public const long Home = 1;
}

internal static class DatabaseExtensions
{
    public static Task WriteAsync(this IDatabase database, Func<DbTransaction, Task> work, bool background = false, CancellationToken cancellationToken = default) =>
        database.WriteAsync(async transaction =>
        {
            await work(transaction);
            return 0;
        }, background, cancellationToken);
}
