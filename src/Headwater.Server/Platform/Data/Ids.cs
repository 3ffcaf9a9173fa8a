using System.Data.Common;
using Dapper;

namespace Headwater.Server.Platform.Data;

/// <summary>Where identities come from: time-ordered UUIDs for what the outside names, consecutive numbers for what tables join on.</summary>
internal sealed class IdSource(TimeProvider time)
{
    public Guid NewUuid() => Guid.CreateVersion7(time.GetUtcNow());

    /// <summary>Takes <paramref name="count"/> consecutive numbers of a table inside the transaction that uses them; returns the first.</summary>
    public static Task<long> NextAsync(DbTransaction transaction, string table, int count = 1) =>
        transaction.Connection!.QuerySingleAsync<long>("""
            INSERT INTO id_counter (name, next) VALUES (@table, @count + 1)
            ON CONFLICT (name) DO UPDATE SET next = id_counter.next + @count
            RETURNING next - @count
            """, new { table, count }, transaction);
}
