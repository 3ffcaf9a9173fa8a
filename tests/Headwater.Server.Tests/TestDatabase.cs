using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Data.Postgres;
using Headwater.Server.Platform.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Headwater.Server.Tests;

/// <summary>
/// An empty database of the engine that this run of the tests is for: the embedded one, or, when <c>HEADWATER_TEST_DATABASE</c> names a PostgreSQL server,
/// a new database on that, dropped at the end. <c>./test</c> runs everything once for each.
/// </summary>
internal sealed class TestDatabase : IDisposable
{
    private static readonly string? s_server = Environment.GetEnvironmentVariable("HEADWATER_TEST_DATABASE") is { Length: > 0 } server ? server : null;

    /// <summary>One database that has seen every migration; those of whole servers are copies of it.</summary>
    private static readonly Lazy<string> s_migrated = new(() => s_server is null ? MigratedFile() : MigratedDatabase());

    private readonly string? _name;

    /// <param name="isMigrated">Whether it has seen every migration on PostgreSQL; on the embedded engine see <see cref="PutMigrated"/>.</param>
    public TestDatabase(bool isMigrated = false)
    {
        if (s_server is null) return;
        _name = "hw_" + Guid.NewGuid().ToString("n");
        Administer(isMigrated ? $"CREATE DATABASE {_name} TEMPLATE {s_migrated.Value}" : $"CREATE DATABASE {_name} {Empty}");
    }

    /// <summary>True when the tests run on PostgreSQL.</summary>
    public static bool IsPostgres => s_server is not null;

    /// <summary>What <c>--database</c> takes; null for the embedded engine.</summary>
    public string? Address => s_server is null ? null : new UriBuilder(s_server) { Path = "/" + _name }.Uri.ToString();

    /// <param name="node">As which the others see it.</param>
    public IDatabase Open(string folder, TimeProvider? time = null, string? node = null) => Address is { } address
        ? new PostgresDatabase(address, time ?? TimeProvider.System, NullLogger.Instance, node)
        : new SqliteDatabase(Path.Combine(folder, "test.db"), time ?? TimeProvider.System);

    /// <summary>Puts a database that has seen every migration into a data folder, when it is one of the embedded engine.</summary>
    public void PutMigrated(string folder)
    {
        if (s_server is null) File.Copy(s_migrated.Value, Path.Combine(folder, "headwater.db"));
    }

    public void Dispose()
    {
        if (_name is not null) Administer($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
    }

    private static string MigratedFile()
    {
        var folder = Directory.CreateTempSubdirectory("headwater-migrated-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, true);
        var file = Path.Combine(folder, "headwater.db");
        using var database = new SqliteDatabase(file, TimeProvider.System);
        database.MigrateAsync().GetAwaiter().GetResult();
        return file;
    }

    private static string MigratedDatabase()
    {
        var name = "hw_migrated_" + Guid.NewGuid().ToString("n");
        Administer($"CREATE DATABASE {name} {Empty}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Administer($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        using var database = new PostgresDatabase(new UriBuilder(s_server!) { Path = "/" + name }.Uri.ToString(), TimeProvider.System, NullLogger.Instance);
        database.MigrateAsync().GetAwaiter().GetResult();
        return name;
    }

    private const string Empty = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'";

    private static void Administer(string statement)
    {
        var address = PostgresAddress.Parse(s_server!);
        address.Pooling = false;
        using var connection = new NpgsqlConnection(address.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(statement, connection);
        command.ExecuteNonQuery();
    }
}
