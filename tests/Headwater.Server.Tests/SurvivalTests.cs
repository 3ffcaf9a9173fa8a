using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data.Sqlite;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Tests;

/// <summary>
/// What must not be lost, whatever happens to the process, the disk, or everybody coming at once; with a real process. What an engine does to its own
/// files is tested on the embedded one, and <see cref="OutageTests"/> holds the same of PostgreSQL.
/// </summary>
public sealed class SurvivalTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("headwater-survival-").FullName;

    public void Dispose() => Directory.Delete(_data, true);

    [Fact]
    public async Task Kill_AgainAndAgainInTheMiddleOfWrites_LeavesAWholeDatabaseWithEveryAcknowledgedUpload()
    {
        var acknowledged = new List<Uploaded>();
        for (var round = 0; round < 3; round++)
        {
            using var server = await ServerProcess.StartAsync(_data);
            var enough = acknowledged.Count + 8;
            var load = Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
            {
                for (var i = 0; ; i++)
                {
                    try
                    {
                        using var response = await PostAsync(server.Client, $"kill-{round}-{worker}-{i}", 150);
                        if (response.StatusCode != HttpStatusCode.OK) return;
                        var uploaded = (await response.Content.ReadFromJsonAsync<Uploaded>())!;
                        lock (acknowledged) acknowledged.Add(uploaded);
                    }
                    catch (HttpRequestException)
                    {
                        return;
                    }
                }
            })).ToList();
            for (var watch = Stopwatch.StartNew(); Count() < enough; await Task.Delay(5)) watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Delay(RandomNumberGenerator.GetInt32(40)); // Anywhere in a write, not right after an answer.
            server.Kill();
            await Task.WhenAll(load);
            await IsWholeAsync();
        }

        output.WriteLine($"{acknowledged.Count} uploads were acknowledged over three kills.");
        using var last = await ServerProcess.StartAsync(_data);
        foreach (var upload in acknowledged)
        {
            await TestHost.WaitAsync(last.Client, upload.Token);
            using var components = await last.Client.GetAsync($"/api/v1/component/project/{upload.ProjectUuid}?pageSize=1");
            components.Headers.GetValues("X-Total-Count").Single().ShouldBe("150");
        }

        int Count()
        {
            lock (acknowledged) return acknowledged.Count;
        }
    }

    [Fact]
    public async Task DiskFull_IsSaidInASentence_CorruptsNothing_AndPassesWhenThereIsSpace()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/prlimit"), "There is no prlimit here.");
        using (var server = await ServerProcess.StartAsync(_data))
        {
            await TestHost.UploadAsync(server.Client, "before", "1", Bom("before", 100));

            // From now on no file may grow: to the process that is a full disk.
            await LimitAsync(server, "4096");
            foreach (var components in (int[])[5, 4000])
            {
                using var refused = await PostAsync(server.Client, $"full-{components}", components);
                refused.StatusCode.ShouldBe(HttpStatusCode.InsufficientStorage, server.Output);
                var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
                problem.GetProperty("detail").GetString()!.ShouldContain("cannot be written");
            }

            (await server.Client.GetAsync("/api/v1/project")).StatusCode.ShouldBe(HttpStatusCode.OK, "what is there is still read");
            (await server.Client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
            var backup = await ServerProcess.CommandAsync("backup", Path.Combine(_data, "full.tar.gz"), "--data", _data);
            backup.ExitCode.ShouldBe(0, "another process may still write; " + backup.Error);
            File.Delete(Path.Combine(_data, "full.tar.gz"));

            await LimitAsync(server, "unlimited");
            await TestHost.UploadAsync(server.Client, "after", "1", Bom("after", 100));
            server.Interrupt().ShouldBe(0);
        }

        await IsWholeAsync();
        using (var database = new SqliteDatabase(Path.Combine(_data, "headwater.db"), TimeProvider.System))
            (await database.ReadAsync(c => c.QueryAsync<string>("SELECT name FROM project ORDER BY name"))).ShouldBe(["after", "before"]);

        // A document that was in its place when the database could not grow is swept away at the next start.
        using var again = await ServerProcess.StartAsync(_data);
        for (var i = 0; i < 200 && Documents() != 2; i++) await Task.Delay(25);
        Documents().ShouldBe(2);
        Directory.EnumerateFiles(Path.Combine(_data, "spool")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Backup_ToAFullDisk_FailsInASentence_AndLeavesNoHalfFile()
    {
        using (var server = await ServerProcess.StartAsync(_data))
        {
            await TestHost.UploadAsync(server.Client, "one", "1", Bom("one", 2000));
            server.Interrupt().ShouldBe(0);
        }

        var target = Path.Combine(_data, "b.tar.gz");
        var outcome = await ServerProcess.LimitedCommandAsync(40_000, "backup", target, "--data", _data);
        outcome.ExitCode.ShouldBe(2, outcome.Output);
        outcome.Error.ShouldNotBeEmpty();
        outcome.Error.ShouldNotContain("   at ", Case.Sensitive);
        Directory.EnumerateFiles(_data, "b.tar.gz*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Uploads_FiftyAtOnceToOneProject_AreAllKept_AndTheLastOneCounts()
    {
        const int All = 50;
        using var engine = new TestDatabase();
        using var server = await ServerProcess.StartAsync(engine, _data);
        await TestHost.UploadAsync(server.Client, "crowd", "1", Bom("first", 3));
        var uploads = await Task.WhenAll(Enumerable.Range(0, All).Select(async i =>
        {
            using var response = await PostAsync(server.Client, "crowd", 20, $"crowd{i}", "1");
            response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
            return (Number: i, Uploaded: (await response.Content.ReadFromJsonAsync<Uploaded>())!);
        }));
        foreach (var (_, upload) in uploads) await TestHost.WaitAsync(server.Client, upload.Token);
        uploads.Select(u => u.Uploaded.ProjectUuid).Distinct().Count().ShouldBe(1);
        var shown = (await server.Client.GetFromJsonAsync<JsonElement>($"/api/v1/component/project/{uploads[0].Uploaded.ProjectUuid}?pageSize=100")).EnumerateArray().Select(c => c.GetProperty("name").GetString()!).ToList();
        foreach (var (number, upload) in uploads)
            (await server.Client.GetStringAsync($"{Api.Root}/uploads/{upload.Token}/document")).ShouldBe(Bom($"crowd{number}", 20), "every original is kept");
        server.Interrupt().ShouldBe(0);

        var database = TestDatabase.IsPostgres ? engine.Open(_data) : new SqliteDatabase(Path.Combine(_data, "headwater.db"), TimeProvider.System);
        using var closed = database as IDisposable;
        var rows = (await database.ReadAsync(c => c.QueryAsync<(string Token, string State, long Started, long Finished, long Attempts)>("""
            SELECT u.token, u.state, j.started_at, j.finished_at, j.attempts FROM upload u JOIN job j ON j.id = u.job_id ORDER BY u.id
            """))).ToList();
        rows.Count.ShouldBe(All + 1);
        rows.ShouldAllBe(r => r.State == "done" && r.Attempts == 1);
        rows.Zip(rows.Skip(1)).ShouldAllBe(pair => pair.First.Finished <= pair.Second.Started);
        var last = uploads.Single(u => u.Uploaded.Token.ToString() == rows[^1].Token).Number;
        shown.Count.ShouldBe(20);
        shown.ShouldAllBe(name => name.StartsWith($"crowd{last}-"));
    }

    private int Documents() => Directory.EnumerateFiles(Path.Combine(_data, "blobs"), "*", SearchOption.AllDirectories).Count();

    private async Task IsWholeAsync()
    {
        using var database = new SqliteDatabase(Path.Combine(_data, "headwater.db"), TimeProvider.System);
        (await database.ReadAsync(c => c.QueryAsync<string>("PRAGMA integrity_check"))).ShouldBe(["ok"]);
        (await database.ReadAsync(c => c.QueryAsync<string>("SELECT \"table\" FROM pragma_foreign_key_check"))).ShouldBeEmpty();
        (await new AuditStore(database, TimeProvider.System, new Subjects([])).VerifyAsync()).ShouldBeNull();
        foreach (var sha in await database.ReadAsync(c => c.QueryAsync<string>("SELECT sha256 FROM upload")))
        {
            await using var blob = File.OpenRead(Path.Combine(_data, "blobs", sha[..2], sha[2..]));
            Convert.ToHexStringLower(await SHA256.HashDataAsync(blob)).ShouldBe(sha);
        }
    }

    private static async Task LimitAsync(ServerProcess server, string bytes)
    {
        using var prlimit = Process.Start("prlimit", ["--pid", server.Id.ToString(), $"--fsize={bytes}:unlimited"]);
        await prlimit.WaitForExitAsync();
        prlimit.ExitCode.ShouldBe(0);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string project, int components, string? names = null, string? version = null)
    {
        using var form = new MultipartFormDataContent { { new StringContent(project), "projectName" }, { new StringContent("true"), "autoCreate" }, { TestHost.Part(Bom(names ?? project, components)), "bom", "bom.json" } };
        if (version is not null) form.Add(new StringContent(version), "projectVersion");
        return await client.PostAsync("/api/v1/bom", form);
    }

    private static string Bom(string names, int components) => TestHost.Bom([.. Enumerable.Range(0, components).Select(n => $"pkg:npm/{names}-{n}@1.0.0")]);
}
