using Headwater.Server.Platform.Data.Postgres;
using Headwater.Server.Platform.Data.Sqlite;

namespace Headwater.Server.Platform.Data;

/// <summary>Chooses the engine by the address of the database.</summary>
internal sealed class DatabaseOpener(DataFolder data, TimeProvider time, ILogger<PostgresDatabase> log)
{
    /// <param name="address"><c>postgres://…</c>, or nothing for the embedded database in the data folder.</param>
    /// <param name="node">As which the others on the database see this process; null when it only looks.</param>
    /// <exception cref="InvalidOperationException">It is neither; the message does not repeat it, for it may hold a password.</exception>
    public IDatabase Open(string? address, string? node = null) =>
        string.IsNullOrEmpty(address) ? new SqliteDatabase(data.File("headwater.db"), time)
        : PostgresAddress.Is(address) ? new PostgresDatabase(address, time, log, node)
        : throw new InvalidOperationException("--database takes postgres://user:password@host:port/name; without it the embedded database in the data folder is used.");
}
