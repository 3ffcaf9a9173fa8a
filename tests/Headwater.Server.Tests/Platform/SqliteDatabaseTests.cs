using Dapper;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Data.Sqlite;

namespace Headwater.Server.Tests.Platform;

/// <summary>What only the embedded engine does.</summary>
public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-db-").FullName;
    private readonly SqliteDatabase _database;

    public SqliteDatabaseTests() => _database = new SqliteDatabase(Path.Combine(_folder, "test.db"), TimeProvider.System);

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task Write_OnAFullDisk_IsToldInASentence_AndTheNextOneWorks()
    {
        await _database.MigrateAsync();
        Task FillAsync() => _database.WriteAsync(async transaction =>
        {
            await transaction.Connection!.ExecuteAsync("PRAGMA max_page_count = 200", transaction: transaction);
            await transaction.Connection!.ExecuteAsync("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO setting (name, value) SELECT i, hex(zeroblob(2000)) FROM n", transaction: transaction);
        });
        for (var i = 0; i < 3; i++) (await Should.ThrowAsync<StorageException>(FillAsync)).Message.ShouldStartWith("The data folder cannot be written");
        await _database.WriteAsync(async transaction => await transaction.Connection!.ExecuteAsync("PRAGMA max_page_count = 1000000", transaction: transaction));
        await WriteOneAsync();
    }

    [Fact]
    public async Task Write_GivenUpInTheMiddleOfAStatement_EndsAtOnce_AndTheNextOneWorks()
    {
        await _database.MigrateAsync();
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await Should.ThrowAsync<OperationCanceledException>(() => Task.Run(() => _database.WriteAsync(async transaction => await transaction.Connection!.ExecuteAsync(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO setting (name, value) SELECT 'n' || (i % 10), i FROM n WHERE true ON CONFLICT DO NOTHING", transaction: transaction), true, stop.Token)));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        await WriteOneAsync();
    }

    private async Task WriteOneAsync()
    {
        await _database.WriteAsync(async transaction => await transaction.Connection!.ExecuteAsync("INSERT INTO setting (name, value) VALUES ('after', '1')", transaction: transaction));
        (await _database.ReadAsync(c => c.QueryAsync<string>("SELECT name FROM setting"))).ShouldBe(["after"]);
    }
}
