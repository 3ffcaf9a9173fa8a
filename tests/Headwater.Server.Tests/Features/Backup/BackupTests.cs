using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Data.Sqlite;

namespace Headwater.Server.Tests.Features.Backup;

/// <summary>A data folder that a server has left, with one project and the keys of a first form, and its backup.</summary>
public sealed class BackupFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-backed-up-").FullName;

    public string Data => Path.Combine(_folder, "data");

    public string Backup => Path.Combine(_folder, "a.tar.gz");

    public async ValueTask InitializeAsync()
    {
        await FillAsync(Data, "one");
        var outcome = await ServerProcess.CommandAsync("backup", Backup, "--data", Data);
        outcome.ExitCode.ShouldBe(0, outcome.Error);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, true);
        return ValueTask.CompletedTask;
    }

    internal static async Task FillAsync(string data, string project)
    {
        using var server = await ServerProcess.StartAsync(data);
        await TestHost.UploadAsync(server.Client, project, "1", BackupTests.Bom(1, 30));
        (await server.Client.GetStringAsync("/sign-in")).ShouldNotBeEmpty(); // The first form makes the first key.
        server.Interrupt().ShouldBe(0);
    }
}

/// <summary>The commands as an operator types them, on a real data folder.</summary>
public sealed class BackupTests(BackupFixture fixture) : IClassFixture<BackupFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-backup-").FullName;

    private string At(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task Backup_WhileUploadsRun_RestoresToOneMoment_WithEveryTableEqual()
    {
        var acknowledged = new List<Uploaded>();
        var during = 0;
        using (var server = await ServerProcess.StartAsync(At("data")))
        {
            for (var i = 0; i < 3; i++) acknowledged.Add(await TestHost.UploadAsync(server.Client, $"before-{i}", "1", Bom(i, 200)));
            using var stop = new CancellationTokenSource();
            var uploads = Task.WhenAll(Enumerable.Range(0, 2).Select(async n =>
            {
                for (var i = 0; !stop.IsCancellationRequested; i++)
                {
                    await TestHost.UploadAsync(server.Client, $"during-{n}-{i}", "1", Bom(100 + n * 1000 + i, 50));
                    Interlocked.Increment(ref during);
                }
            }));
            while (Volatile.Read(ref during) < 2) await Task.Delay(20);
            var before = Volatile.Read(ref during);
            var backup = await ServerProcess.CommandAsync("backup", At("a.tar.gz"), "--data", At("data"));
            backup.ExitCode.ShouldBe(0, backup.Error);
            backup.Output.ShouldContain("verified");
            Volatile.Read(ref during).ShouldBeGreaterThan(before, "uploads go on while the backup is made");
            await stop.CancelAsync();
            await uploads;
        }

        var restore = await ServerProcess.CommandAsync("restore", At("a.tar.gz"), "--data", At("restored"));
        restore.ExitCode.ShouldBe(0, restore.Error);
        (await ServerProcess.CommandAsync("backup", At("b.tar.gz"), "--data", At("restored"))).ExitCode.ShouldBe(0);
        var (a, b) = (Digests(At("a.tar.gz")), Digests(At("b.tar.gz")));
        b.Where(p => !p.Key.StartsWith("files/", StringComparison.Ordinal)).ShouldBe(a.Where(p => !p.Key.StartsWith("files/", StringComparison.Ordinal)), ignoreOrder: true);
        b.Keys.ShouldBe(a.Keys, ignoreOrder: true);

        // What was uploaded before is there and works; what the database names is in the archive.
        foreach (var sha in Rows(At("a.tar.gz"), "upload", "sha256")) a.ShouldContainKey($"files/blobs/{sha[..2]}/{sha[2..]}");
        using var again = await ServerProcess.StartAsync(At("restored"));
        foreach (var upload in acknowledged)
        {
            using var components = await again.Client.GetAsync($"/api/v1/component/project/{upload.ProjectUuid}?pageSize=1");
            components.Headers.GetValues("X-Total-Count").Single().ShouldBe("200");
        }

        await TestHost.UploadAsync(again.Client, "after", "1", Bom(9000, 20));
        (await again.Client.GetFromJsonAsync<JsonElement>("/api/v1/component/identity?purl=pkg:npm/p0-7@1.0.0")).GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Restore_IntoAnInstallation_IsRefused_UnlessForced()
    {
        await BackupFixture.FillAsync(At("other"), "two");

        var refused = await ServerProcess.CommandAsync("restore", fixture.Backup, "--data", At("other"));
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("--force");
        (await ProjectsAsync("other")).ShouldBe(["two"]);

        var forced = await ServerProcess.CommandAsync("restore", fixture.Backup, "--data", At("other"), "--force");
        forced.ExitCode.ShouldBe(0, forced.Error);
        (await ProjectsAsync("other")).ShouldBe(["one"]);
    }

    [Fact]
    public async Task Restore_BesideAServer_IsRefused()
    {
        using var server = await ServerProcess.StartAsync(At("data"));
        var refused = await ServerProcess.CommandAsync("restore", fixture.Backup, "--data", At("data"), "--force");
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("Another Headwater uses the data folder");
    }

    [Fact]
    public async Task Restore_OfADamagedFile_SaysWhichPartAndWhatToDo_AndTouchesNothing()
    {
        Rewrite(fixture.Backup, At("tampered.tar.gz"), Tampered).ShouldBeTrue();
        await BackupFixture.FillAsync(At("other"), "two");

        var refused = await ServerProcess.CommandAsync("restore", At("tampered.tar.gz"), "--data", At("other"), "--force");

        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldSatisfyAllConditions(
            e => e.ShouldContain(At("tampered.tar.gz") + " is damaged: the part tables/project/000001.jsonl is not what was written."), e => e.ShouldContain("take the backup before it"));
        (await ProjectsAsync("other")).ShouldBe(["two"], "with --force there was something to lose");
    }

    [Fact]
    public async Task Restore_BrokenOffInTheMiddle_LeavesNothingToServe_AndCanBeDoneAgain()
    {
        // Its digests are right, so only loading it shows that a row is none.
        Rewrite(fixture.Backup, At("odd.tar.gz"), (name, bytes) => name.StartsWith("tables/project/", StringComparison.Ordinal) ? "[\"one\"]\n"u8.ToArray() : bytes, digests: true).ShouldBeTrue();

        var refused = await ServerProcess.CommandAsync("restore", At("odd.tar.gz"), "--data", At("new"));
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain(At("odd.tar.gz") + " is damaged: line 1 of tables/project/000001.jsonl is no row of that table");
        (await Should.ThrowAsync<InvalidOperationException>(() => ServerProcess.StartAsync(At("new")))).Message.ShouldContain("A restore into this place was broken off");

        (await ServerProcess.CommandAsync("restore", fixture.Backup, "--data", At("new"))).ExitCode.ShouldBe(0);
        (await ProjectsAsync("new")).ShouldBe(["one"]);
    }

    [Fact]
    public async Task Restore_OfAFileCutShort_OrOfSomethingElse_SaysWhatIsWrongAndWhatToDo()
    {
        var whole = await File.ReadAllBytesAsync(fixture.Backup);
        await File.WriteAllBytesAsync(At("short.tar.gz"), whole[..(whole.Length * 2 / 3)]);
        await File.WriteAllBytesAsync(At("rotten.tar.gz"), [.. whole[..(whole.Length / 2)], .. new byte[64], .. whole[(whole.Length / 2 + 64)..]]);
        await File.WriteAllTextAsync(At("text.tar.gz"), "not a backup");
        foreach (var (file, said, advice) in new[]
        {
            ("short.tar.gz", " is damaged: ", "Copy it again"), ("rotten.tar.gz", " is damaged: ", "Copy it again"), ("text.tar.gz", " is not a backup of Headwater: ", "Name the file that 'headwater backup' wrote"),
            ("missing.tar.gz", "There is no file ", "Name the file that 'headwater backup' wrote"),
        })
        {
            var refused = await ServerProcess.CommandAsync("restore", At(file), "--data", At("new-" + file));
            refused.ExitCode.ShouldBe(2, file);
            refused.Error.ShouldSatisfyAllConditions(e => e.ShouldNotContain("   at ", Case.Sensitive, file), e => e.ShouldContain(At(file)), e => e.ShouldContain(said, Case.Sensitive, file), e => e.ShouldContain(advice, Case.Sensitive, file));
        }

        var verify = await ServerProcess.CommandAsync("audit", "verify", At("short.tar.gz"));
        verify.ExitCode.ShouldBe(2);
        verify.Error.ShouldContain(At("short.tar.gz") + " is damaged: ");
    }

    [Theory]
    [InlineData("files/../../escaped")]
    [InlineData("files//escaped")]
    [InlineData("files/headwater.db")]
    [InlineData("elsewhere")]
    public async Task Restore_OfAPartThatDoesNotBelong_IsRefused(string part)
    {
        Rewrite(fixture.Backup, At("evil.tar.gz"), (_, bytes) => bytes, (part, "evil"u8.ToArray()));
        var refused = await ServerProcess.CommandAsync("restore", At("evil.tar.gz"), "--data", At("new"));
        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("does not belong there");
        File.Exists(At("escaped")).ShouldBeFalse();
    }

    [Fact]
    public async Task Backup_WithoutKeys_HoldsNone_AndTheFileIsForItsOwnerOnly()
    {
        (await ServerProcess.CommandAsync("backup", "--without-keys", At("without.tar.gz"), "--data", fixture.Data)).ExitCode.ShouldBe(0);
        Digests(fixture.Backup).Keys.ShouldContain(p => p.StartsWith("files/keys/", StringComparison.Ordinal));
        Digests(At("without.tar.gz")).Keys.ShouldNotContain(p => p.StartsWith("files/keys/", StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(fixture.Backup).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var again = await ServerProcess.CommandAsync("backup", At("without.tar.gz"), "--data", fixture.Data);
        again.ExitCode.ShouldBe(2);
        again.Error.ShouldContain("is there already");
        Directory.EnumerateFiles(_folder, "*.tmp").ShouldBeEmpty();
    }

    [Fact]
    public async Task Backup_OfADamagedDocument_IsWrittenAndSaysWhich()
    {
        (await ServerProcess.CommandAsync("restore", fixture.Backup, "--data", At("data"))).ExitCode.ShouldBe(0);
        var blob = Directory.EnumerateFiles(At("data/blobs"), "*", SearchOption.AllDirectories).First();
        await File.WriteAllTextAsync(blob, "rotten");
        var outcome = await ServerProcess.CommandAsync("backup", At("a.tar.gz"), "--data", At("data"));
        outcome.ExitCode.ShouldBe(1, outcome.Error);
        outcome.Output.ShouldContain($"Damaged before it was copied: {Path.GetRelativePath(At("data"), blob)}");
    }

    [Fact]
    public async Task AuditVerify_OfABackup_ProvesTheSameHead_AndFindsATamperedRecord()
    {
        var folder = await ServerProcess.CommandAsync("audit", "verify", "--data", fixture.Data);
        var file = await ServerProcess.CommandAsync("audit", "verify", fixture.Backup);
        file.ExitCode.ShouldBe(0, file.Error);
        file.Output.ShouldBe(folder.Output);
        Directory.Exists(Path.Combine(Path.GetTempPath(), "data")).ShouldBeFalse("a file needs no data folder");

        Rewrite(fixture.Backup, At("b.tar.gz"), (name, bytes) =>
            name.StartsWith("tables/audit/", StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("sbom.uploaded", "sbom.deleted", StringComparison.Ordinal)) : bytes);
        var tampered = await ServerProcess.CommandAsync("audit", "verify", At("b.tar.gz"));
        tampered.ExitCode.ShouldBe(1, tampered.Error);
        tampered.Output.ShouldContain("sbom.deleted");
    }

    [Fact]
    public async Task Backup_OfAnEmptyInstallation_Restores()
    {
        using (var server = await ServerProcess.StartAsync(At("data"))) server.Interrupt().ShouldBe(0);
        var backup = await ServerProcess.CommandAsync("backup", At("a.tar.gz"), "--data", At("data"));
        backup.ExitCode.ShouldBe(0, backup.Error);
        (await ServerProcess.CommandAsync("restore", At("a.tar.gz"), "--data", At("new"))).ExitCode.ShouldBe(0);
        (await ProjectsAsync("new")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Backup_GivenUp_LeavesNoFile()
    {
        // Nobody can write there.
        var outcome = await ServerProcess.CommandAsync("backup", "/proc/headwater.tar.gz", "--data", fixture.Data);
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldNotContain("   at ", Case.Sensitive);
    }

    private async Task<IEnumerable<string>> ProjectsAsync(string data)
    {
        using var database = new SqliteDatabase(At(data + "/headwater.db"), TimeProvider.System);
        return await database.ReadAsync(connection => connection.QueryAsync<string>("SELECT name FROM project ORDER BY name"));
    }

    internal static string Bom(int seed, int components) => TestHost.Bom([.. Enumerable.Range(0, components).Select(n => $"pkg:npm/p{seed}-{n}@1.0.0")]);

    internal static Dictionary<string, string> Digests(string file) => Parts(file).Last(p => p.Name == "digests.json") is var (_, bytes)
        ? JsonDocument.Parse(bytes).RootElement.GetProperty("parts").EnumerateObject().Where(p => p.Name != "backup.json").ToDictionary(p => p.Name, p => p.Value.GetString()!) : [];

    private static IEnumerable<string> Rows(string file, string table, string column)
    {
        var manifest = JsonDocument.Parse(Parts(file).First().Bytes).RootElement;
        var columns = manifest.GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("name").GetString() == table).GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()).ToList();
        return [.. Parts(file).Where(p => p.Name.StartsWith($"tables/{table}/", StringComparison.Ordinal))
            .SelectMany(p => Encoding.UTF8.GetString(p.Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(l => JsonDocument.Parse(l).RootElement[columns.IndexOf(column)].GetString()!)];
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Parts(string file)
    {
        using var reader = new TarReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (reader.GetNextEntry() is { } entry)
        {
            using var copy = new MemoryStream();
            entry.DataStream?.CopyTo(copy);
            yield return (entry.Name, copy.ToArray());
        }
    }

    private static byte[] Tampered(string name, byte[] bytes) =>
        name.StartsWith("tables/project/", StringComparison.Ordinal) ? Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("\"one\"", "\"eve\"", StringComparison.Ordinal)) : bytes;

    /// <summary>Writes the archive anew with other parts, and one more before the digests.</summary>
    /// <param name="digests">Has the digests follow the change.</param>
    private static bool Rewrite(string from, string to, Func<string, byte[], byte[]> change, (string Name, byte[] Bytes)? more = null, bool digests = false)
    {
        var changed = false;
        var followed = new List<(string Was, string Is)>();
        using var writer = new TarWriter(new GZipStream(File.Create(to), CompressionLevel.Fastest), TarEntryFormat.Pax, leaveOpen: false);
        foreach (var (name, bytes) in Parts(from))
        {
            if (name == "digests.json" && more is { } another) writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, another.Name) { DataStream = new MemoryStream(another.Bytes) });
            var now = change(name, bytes);
            if (digests) followed.Add((Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(now))));
            if (digests && name == "digests.json") now = Encoding.UTF8.GetBytes(followed.Aggregate(Encoding.UTF8.GetString(bytes), (text, d) => text.Replace(d.Was, d.Is, StringComparison.Ordinal)));
            changed |= !now.AsSpan().SequenceEqual(bytes);
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(now) });
        }

        return changed;
    }
}
