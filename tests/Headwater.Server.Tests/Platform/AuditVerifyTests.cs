using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Data.Sqlite;
using Dapper;

namespace Headwater.Server.Tests.Platform;

/// <summary><c>audit verify</c>, as a process on a data folder that a server has left.</summary>
public sealed class AuditVerifyTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("headwater-audit-").FullName;
    private string[] _hashes = [];

    public async ValueTask InitializeAsync()
    {
        using var engine = new SqliteDatabase(Path.Combine(_data, "headwater.db"), TimeProvider.System);
        IDatabase database = engine;
        await database.MigrateAsync();
        var audit = new AuditStore(database, TimeProvider.System, new Subjects([]));
        for (var i = 1; i <= 5; i++) await database.WriteAsync(t => audit.AppendAsync(t, new AuditEntry("anna", "key.revoked", $"key:{i}")));
        var hashes = new List<string>();
        await foreach (var record in audit.ReadAllAsync()) hashes.Add(record.Hash);
        _hashes = [.. hashes];
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_data, true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Verify_Untouched_PrintsTheHeadAndTheCount()
    {
        var outcome = await ServerProcess.CommandAsync("audit", "verify", "--data", _data, "--head", _hashes[2].ToUpperInvariant());
        outcome.Error.ShouldBe("");
        outcome.ExitCode.ShouldBe(0);
        outcome.Output.ShouldContain("5 records, unbroken");
        outcome.Output.ShouldContain($"Head {_hashes[4]}");
    }

    [Fact]
    public async Task Verify_OfASharedDatabase_NeedsNoDataFolder_AndNeitherDoesABackup()
    {
        if (!TestDatabase.IsPostgres) return;
        using var engine = new TestDatabase();
        var database = engine.Open(_data);
        using (database as IDisposable)
        {
            await database.MigrateAsync();
            var audit = new AuditStore(database, TimeProvider.System, new Subjects([]));
            for (var i = 1; i <= 3; i++) await database.WriteAsync(t => audit.AppendAsync(t, new AuditEntry("anna", "key.revoked", $"key:{i}")));
            var verified = await ServerProcess.CommandAsync("audit", "verify", "--database", engine.Address!);
            verified.Error.ShouldBe("");
            verified.ExitCode.ShouldBe(0);
            verified.Output.ShouldContain("3 records, unbroken");

            var file = Path.Combine(_data, "shared.tar.gz");
            (await ServerProcess.CommandAsync("backup", file, "--database", engine.Address!)).ExitCode.ShouldBe(0);
            (await ServerProcess.CommandAsync("audit", "verify", file)).Output.ShouldContain("3 records, unbroken");
            (await ServerProcess.CommandAsync("audit", "verify", "--database", engine.Address!, "--data", Path.Combine(_data, "nowhere"))).Error.ShouldContain("There is no data folder");

            await database.WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE audit SET actor = 'eve' WHERE id = 2", transaction: t));
            var broken = await ServerProcess.CommandAsync("audit", "verify", "--database", engine.Address!);
            broken.ExitCode.ShouldBe(1);
            broken.Output.ShouldContain("Broken at record 2");
        }
    }

    [Fact]
    public async Task Verify_BesideAServer_Runs()
    {
        using var server = await ServerProcess.StartAsync(_data);
        (await ServerProcess.CommandAsync("audit", "verify", "--data", _data)).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("UPDATE audit SET actor = 'eve' WHERE id = 3", "Broken at record 3", "eve, key.revoked, key:3")]
    [InlineData("DELETE FROM audit WHERE id IN (2, 3)", "Broken at record 4", "Records 2 to 3, before it, are missing.")]
    public async Task Verify_Tampered_NamesTheFirstBrokenRecord(string tampering, string where, string what)
    {
        await TamperAsync(tampering);
        var outcome = await ServerProcess.CommandAsync("audit", "verify", "--data", _data);
        outcome.ExitCode.ShouldBe(1);
        outcome.Output.ShouldContain(where);
        outcome.Output.ShouldContain(what);
    }

    [Fact]
    public async Task Verify_CutOffAtItsEnd_ShowsAgainstANotedHead()
    {
        await TamperAsync("DELETE FROM audit WHERE id = 5");
        (await ServerProcess.CommandAsync("audit", "verify", "--data", _data)).ExitCode.ShouldBe(0);
        var outcome = await ServerProcess.CommandAsync("audit", "verify", "--data", _data, "--head", _hashes[4]);
        outcome.ExitCode.ShouldBe(1);
        outcome.Output.ShouldContain("The noted head is not among them");
    }

    [Fact]
    public async Task Verify_WhereNothingIs_IsTwoAndLeavesNothing()
    {
        var outcome = await ServerProcess.CommandAsync("audit", "verify", "--data", Path.Combine(_data, "nowhere"));
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldContain("There is no data folder");
        Directory.Exists(Path.Combine(_data, "nowhere")).ShouldBeFalse();
        var empty = Directory.CreateDirectory(Path.Combine(_data, "empty")).FullName;
        (await ServerProcess.CommandAsync("audit", "verify", "--data", empty)).Error.ShouldContain("There is no database");
        Directory.EnumerateFileSystemEntries(empty).ShouldBeEmpty();
    }

    private async Task TamperAsync(string sql)
    {
        using var engine = new SqliteDatabase(Path.Combine(_data, "headwater.db"), TimeProvider.System);
        IDatabase database = engine;
        await database.WriteAsync(t => t.Connection!.ExecuteAsync(sql, transaction: t));
    }
}
