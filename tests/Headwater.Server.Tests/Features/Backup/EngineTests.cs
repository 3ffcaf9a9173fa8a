using Dapper;
using Headwater.Server.Features.Backup;
using Headwater.Server.Platform.Commands;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Data.Sqlite;

namespace Headwater.Server.Tests.Features.Backup;

/// <summary>Backups of the engine that this run is for, and from engine to engine.</summary>
public sealed class EngineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-engines-").FullName;
    private readonly TestDatabase _engine = new(), _other = new();

    private string At(string name) => Path.Combine(_folder, name);

    public void Dispose()
    {
        _engine.Dispose();
        _other.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task Backup_OfThisEngine_RestoresWithEveryTableEqual_AndFindsTheSameWords()
    {
        using (var server = await ServerProcess.StartAsync(_engine, At("data")))
        {
            for (var i = 0; i < 3; i++) await TestHost.UploadAsync(server.Client, $"p{i}", "1", BackupTests.Bom(i, 120));
            server.Interrupt().ShouldBe(0);
        }

        (await CommandAsync(_engine, "backup", At("a.tar.gz"), "--data", At("data"))).ExitCode.ShouldBe(0);
        var restore = await CommandAsync(_other, "restore", At("a.tar.gz"), "--data", At("restored"));
        restore.ExitCode.ShouldBe(0, restore.Error);
        (await CommandAsync(_other, "backup", At("b.tar.gz"), "--data", At("restored"))).ExitCode.ShouldBe(0);
        BackupTests.Digests(At("b.tar.gz")).ShouldBe(BackupTests.Digests(At("a.tar.gz")), ignoreOrder: true);
        using var again = await ServerProcess.StartAsync(_other, At("restored"));
        (await again.Client.GetStringAsync("/api/v1/component/identity?purl=pkg:npm/p1-7@1.0.0")).ShouldContain("p1-7");
        await TestHost.UploadAsync(again.Client, "after", "1", BackupTests.Bom(77, 20));
    }

    [Fact]
    public async Task Move_FromTheEmbeddedEngine_BringsEveryRow()
    {
        Assert.SkipUnless(TestDatabase.IsPostgres, "This run of the tests has no PostgreSQL.");
        await BackupFixture.FillAsync(At("data"), "one");
        var moved = await ServerProcess.CommandAsync("db", "move", "--data", At("data"), "--to", _engine.Address!);
        moved.ExitCode.ShouldBe(0, moved.Error);
        (await ServerProcess.CommandAsync("backup", At("a.tar.gz"), "--data", At("data"))).ExitCode.ShouldBe(0);
        (await CommandAsync(_engine, "backup", At("b.tar.gz"), "--data", At("data"))).ExitCode.ShouldBe(0);
        bool IsShared(KeyValuePair<string, string> part) => part.Key.StartsWith("tables/protection_key/", StringComparison.Ordinal);
        Rows(At("b.tar.gz")).Where(p => !IsShared(p)).ShouldBe(Rows(At("a.tar.gz")), ignoreOrder: true);
        Rows(At("b.tar.gz")).Count(IsShared).ShouldBe(1, "keys are there for other nodes too");
        Files(At("b.tar.gz")).ShouldBe(Files(At("a.tar.gz")), ignoreOrder: true);
        using (var server = await ServerProcess.StartAsync(_engine, At("data")))
        {
            (await server.Client.GetStringAsync("/api/v1/project")).ShouldContain("\"one\"");
            await TestHost.UploadAsync(server.Client, "two", "1", BackupTests.Bom(2, 20));
            server.Interrupt().ShouldBe(0);
        }

        // And the way back, to the embedded engine.
        (await CommandAsync(_engine, "backup", At("c.tar.gz"), "--data", At("data"))).ExitCode.ShouldBe(0);
        var back = await ServerProcess.CommandAsync("restore", At("c.tar.gz"), "--data", At("back"));
        back.ExitCode.ShouldBe(0, back.Error);
        using var embedded = await ServerProcess.StartAsync(At("back"));
        (await embedded.Client.GetStringAsync("/api/v1/project")).ShouldContain("\"two\"");
        (await embedded.Client.GetStringAsync("/api/v1/component/identity?purl=pkg:npm/p2-7@1.0.0")).ShouldContain("p2-7");

        var twice = await ServerProcess.CommandAsync("db", "move", "--data", At("data"), "--to", _engine.Address!);
        twice.ExitCode.ShouldBe(2);
        twice.Error.ShouldContain("--force");
        twice.Error.ShouldNotContain(_engine.Address!);
    }

    [Fact]
    public async Task Move_WithoutWhereTo_IsAUsageError()
    {
        var outcome = await ServerProcess.CommandAsync("db", "move", "--data", At("data"));
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldContain("--to");
    }

    [Fact]
    public async Task Restore_OfAnOlderSchema_GoesOnThroughTheMigrationsSince()
    {
        var folder = new DataFolder(At("old"));
        using var old = new SqliteDatabase(folder.File("headwater.db"), TimeProvider.System);
        await old.MigrateAsync();
        var all = (await old.ReadAsync(c => c.QueryAsync<(string Name, string Checksum)>("SELECT name, checksum FROM schema_migration"))).ToDictionary(m => m.Name, m => m.Checksum);
        await old.ClearAsync();
        await old.MigrateAsync(all.Where(m => string.CompareOrdinal(m.Key, "0006") < 0).ToDictionary());
        await ((IDatabase)old).WriteAsync(t => t.Connection!.ExecuteAsync("INSERT INTO setting (name, value) VALUES ('kept', 'yes')", transaction: t));
        var document = "{}"u8.ToArray();
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(document));
        Directory.CreateDirectory(At($"old/blobs/{hash[..2]}"));
        await File.WriteAllBytesAsync(At($"old/blobs/{hash[..2]}/{hash[2..]}"), document);
        var run = new CommandRun(CommandLine.Read([], []), null, TextWriter.Null, TextWriter.Null);
        var backup = new BackupWork(old, old, folder, TimeProvider.System);
        await backup.RunAsync(() => File.Create(At("old.tar")), true, true, run, default);
        folder.Dispose();

        var fresh = new DataFolder(At("fresh"));
        var target = _engine.Open(At("fresh"));
        var manifest = await backup.DescribeAsync(default);
        await new RestoreWork(target, (ITables)target, fresh, new SettingStore(target), TimeProvider.System).RunAsync(manifest, () => File.OpenRead(At("old.tar")), false, run, default);

        (await new SettingStore(target).GetAsync("kept")).ShouldBe("yes");
        (await target.ReadAsync(Migrator.PendingAsync)).ShouldBeEmpty();
        File.Delete(At($"fresh/blobs/{hash[..2]}/{hash[2..]}"));
        if (target.IsShared) (await target.ReadAsync(c => c.QueryAsync<byte[]>("SELECT bytes FROM document_part WHERE sha256 = @hash", new { hash }))).ShouldHaveSingleItem().ShouldBe(document);

        var newer = manifest with { Migrations = manifest.Migrations.Append(new("9999_future.sql", "x")).ToDictionary() };
        (await Should.ThrowAsync<InvalidOperationException>(() => new RestoreWork(target, (ITables)target, fresh, new SettingStore(target), TimeProvider.System).RunAsync(newer, () => File.OpenRead(At("old.tar")), true, run, default)))
            .Message.ShouldContain("newer version");
        (await new SettingStore(target).GetAsync("kept")).ShouldBe("yes", "what cannot be restored replaces nothing");
        fresh.Dispose();
        ((IDisposable)target).Dispose();
    }

    private static Task<CommandOutcome> CommandAsync(TestDatabase engine, params string[] words) =>
        ServerProcess.CommandAsync([.. words, .. engine.Address is { } address ? ["--database", address] : Array.Empty<string>()]);

    [Fact]
    public async Task Backup_OfASharedDatabase_HoldsEveryDocumentOnce_WhateverTheNodeHasAtHand_AndRestoresIntoEither()
    {
        if (!TestDatabase.IsPostgres) return;
        var uploads = new List<Uploaded>();
        var records = Directory.CreateDirectory(At("samples/advisories")).FullName;
        foreach (var empty in new[] { "catalogue", "sboms" }) Directory.CreateDirectory(At($"samples/{empty}"));
        await File.WriteAllTextAsync(Path.Combine(records, "GHSA-back-0000-0001.json"), """
            {"schema_version":"1.4.0","id":"GHSA-back-0000-0001","modified":"2024-01-01T00:00:00Z","published":"2020-01-01T00:00:00Z","aliases":["CVE-2020-4243"],"summary":"Kept in a backup",
             "affected":[{"package":{"ecosystem":"npm","name":"left-pad"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.3.0"}]}]}]}
            """);
        using (var server = await ServerProcess.StartAsync(_engine, At("data"), null, "--samples", At("samples")))
        {
            for (var i = 0; i < 3; i++) uploads.Add(await TestHost.UploadAsync(server.Client, $"once-{i}", "1", BackupTests.Bom(i, 2_000 * i + 20)));
            server.Interrupt().ShouldBe(0);
        }

        // This node has one of them at hand no more, and the other node has none.
        File.Delete(Directory.EnumerateFiles(At("data/blobs"), "*", SearchOption.AllDirectories).First());
        foreach (var node in (string[])["data", "other-node"])
        {
            Directory.CreateDirectory(At(node));
            (await CommandAsync(_engine, "backup", At($"{node}.tar.gz"), "--data", At(node))).ShouldSatisfyAllConditions(o => o.ExitCode.ShouldBe(0, o.Error));
            var parts = BackupTests.Digests(At($"{node}.tar.gz"));
            parts.Keys.ShouldNotContain(p => p.StartsWith("tables/document_part/", StringComparison.Ordinal));
            parts.Keys.Count(p => p.StartsWith("files/blobs/", StringComparison.Ordinal)).ShouldBe(3);
            parts.Where(p => p.Key.StartsWith("files/", StringComparison.Ordinal)).GroupBy(p => p.Value).ShouldAllBe(g => g.Count() == 1);
            foreach (var (path, digest) in parts.Where(p => p.Key.StartsWith("files/blobs/", StringComparison.Ordinal))) path["files/blobs/".Length..].Replace("/", "", StringComparison.Ordinal).ShouldBe(digest);
        }

        (await ServerProcess.CommandAsync("restore", At("other-node.tar.gz"), "--data", At("embedded"))).ExitCode.ShouldBe(0);
        (await CommandAsync(_other, "restore", At("other-node.tar.gz"), "--data", At("shared"))).ExitCode.ShouldBe(0);
        // A node of the restored database that has nothing at hand still gives out what came.
        foreach (var (engine, data) in ((TestDatabase?, string)[])[(null, "embedded"), (_other, "fresh-node")])
        {
            using var server = await ServerProcess.StartAsync(engine, At(data));
            for (var i = 0; i < uploads.Count; i++)
                (await server.Client.GetStringAsync($"/api/headwater/v1/uploads/{uploads[i].Token}/document")).ShouldBe(BackupTests.Bom(i, 2_000 * i + 20), data);
            (await server.Client.GetAsync("/api/headwater/v1/advisories/CVE-2020-4243")).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, data);
        }
    }

    private static Dictionary<string, string> Files(string file) => BackupTests.Digests(file).Where(p => p.Key.StartsWith("files/blobs/", StringComparison.Ordinal)).ToDictionary();

    private static Dictionary<string, string> Rows(string file) => BackupTests.Digests(file).Where(p => p.Key.StartsWith("tables/", StringComparison.Ordinal)).ToDictionary();
}
