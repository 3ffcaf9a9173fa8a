using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests;

/// <summary>Nodes as processes of their own on one PostgreSQL. Only that engine can be shared, so elsewhere there is nothing to test.</summary>
public sealed class NodesProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-nodes-").FullName;
    private readonly TestDatabase _engine = new();

    public void Dispose()
    {
        _engine.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task Worker_KilledInTheMiddle_AnotherDoesTheJob_Once()
    {
        if (!TestDatabase.IsPostgres) return;
        using var web = await NodeAsync("web", "--role", "web");
        var doomed = await NodeAsync("doomed", "--role", "worker");
        using var other = await NodeAsync("other", "--role", "worker");
        var bom = TestHost.Bom([.. Enumerable.Range(0, 5_000).Select(i => $"pkg:npm/part-{i}@1.0.{i % 7}")]);
        var uploads = new List<Uploaded>();
        for (var i = 0; i < 3; i++) uploads.Add(await SendAsync(web, $"big-{i}", bom));

        // One of the two is at work on each of two of them: when the doomed one is at work, it dies.
        await Eventually(async () => await JobsAsync("state = 'running' AND lease_owner = 'doomed'") > 0);
        doomed.Kill();
        doomed.Dispose();
        foreach (var upload in uploads) await WaitAsync(web, upload.Token, TimeSpan.FromSeconds(90));

        (await JobsAsync("kind = 'sbom.ingest' AND state = 'done'")).ShouldBe(3);
        (await JobsAsync("kind = 'sbom.ingest' AND attempts = 2")).ShouldBeInRange(1, 2); // It may have been at two when it died.
        (await JobsAsync("kind = 'sbom.ingest' AND attempts > 2")).ShouldBe(0, other.Output);
        foreach (var upload in uploads)
            (await web.Client.GetFromJsonAsync<JsonElement>($"/api/v1/metrics/project/{upload.ProjectUuid}/current")).GetProperty("components").GetInt32().ShouldBe(5_000);
    }

    private const string ByTheEarly = "kind = 'sbom.ingest' AND started_at > created_at + 300000", ByTheLate = "kind = 'sbom.ingest' AND started_at < created_at - 300000";

    [Fact]
    public async Task Leases_OfNodesWhoseClocksDifferByMinutes_Hold()
    {
        if (!TestDatabase.IsPostgres) return;
        using var web = await NodeAsync("web", "--role", "web");
        using var early = await ServerProcess.StartWithClockAsync(_engine, Path.Combine(_folder, "early"), 7, "--Headwater:Node=early", "--Headwater:LeaseSeconds=6", "--role", "worker");
        using var late = await ServerProcess.StartWithClockAsync(_engine, Path.Combine(_folder, "late"), -7, "--Headwater:Node=late", "--Headwater:LeaseSeconds=6", "--role", "worker");
        var bom = TestHost.Bom([.. Enumerable.Range(0, 12_000).Select(i => $"pkg:npm/part-{i}@1.0.{i % 7}")]);
        var uploads = new List<Uploaded>();
        do
        {
            for (var i = 0; i < 6; i++) uploads.Add(await SendAsync(web, $"skewed-{uploads.Count}", bom));
            foreach (var upload in uploads) await WaitAsync(web, upload.Token, TimeSpan.FromSeconds(90));
        }
        while (uploads.Count < 60 && (await JobsAsync(ByTheEarly) == 0 || await JobsAsync(ByTheLate) == 0)); // Who takes which is chance.

        // Each looks again and again for leases that have ended. By its own clock those of the other end minutes ago or last for minutes; neither is one.
        (await JobsAsync("kind = 'sbom.ingest' AND state = 'done' AND attempts = 1")).ShouldBe(uploads.Count, early.Output + late.Output);
        (await JobsAsync(ByTheEarly)).ShouldBeGreaterThan(0, "The clock that is ahead did nothing.");
        (await JobsAsync(ByTheLate)).ShouldBeGreaterThan(0, "The clock that is behind did nothing.");
    }

    [Fact]
    public async Task Session_OfOneNode_IsValidOnTheOther_AndEndsOnBoth()
    {
        if (!TestDatabase.IsPostgres) return;
        using var one = await NodeAsync("one");
        using var two = await NodeAsync("two");
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false });
        var form = await browser.GetStringAsync(new Uri(one.Client.BaseAddress!, "/sign-in"));
        var token = System.Text.RegularExpressions.Regex.Match(form, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var fields = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["name"] = "admin", ["password"] = TestHost.Password });
        // The form of the one is taken by the other: they share the keys that guard it.
        (await browser.PostAsync(new Uri(two.Client.BaseAddress!, "/session"), fields)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        foreach (var node in new[] { one, two }) (await browser.GetAsync(new Uri(node.Client.BaseAddress!, "/projects"))).StatusCode.ShouldBe(HttpStatusCode.OK);

        var page = await browser.GetStringAsync(new Uri(one.Client.BaseAddress!, "/projects"));
        var end = System.Text.RegularExpressions.Regex.Match(page, "action=\"/session/end\".*?name=\"__RequestVerificationToken\" value=\"([^\"]+)\"", System.Text.RegularExpressions.RegexOptions.Singleline).Groups[1].Value;
        using var ending = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = end });
        var kept = new CookieContainer();
        kept.Add(cookies.GetAllCookies());
        (await browser.PostAsync(new Uri(one.Client.BaseAddress!, "/session/end"), ending)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        // Whoever kept the cookie has nothing of it, on either node.
        using var thief = new HttpClient(new HttpClientHandler { CookieContainer = kept, AllowAutoRedirect = false });
        foreach (var node in new[] { one, two }) (await thief.GetAsync(new Uri(node.Client.BaseAddress!, "/projects"))).Headers.Location!.ToString().ShouldContain("/sign-in");
    }

    [Fact]
    public async Task Document_UploadedToOneNode_IsReadAndExportedByAnother_ThatHasADataFolderOfItsOwn()
    {
        if (!TestDatabase.IsPostgres) return;
        using var web = await NodeAsync("web", "--role", "web");
        using var worker = await NodeAsync("worker", "--role", "worker");
        using var second = await NodeAsync("second", "--role", "web");
        var upload = await SendAsync(web, "shared", TestHost.Bom("pkg:npm/lodash@4.17.20"));
        await WaitAsync(second, upload.Token, TimeSpan.FromSeconds(30));
        (await second.Client.GetStringAsync($"/api/v1/bom/cyclonedx/project/{upload.ProjectUuid}")).ShouldContain("pkg:npm/lodash@4.17.20");
        (await worker.Client.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await worker.Client.GetStringAsync("/healthz")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Advisories_RefreshedByOneNode_AreReadByTheOthers()
    {
        if (!TestDatabase.IsPostgres) return;
        var records = Directory.CreateDirectory(Path.Combine(_folder, "samples", "advisories")).FullName;
        foreach (var empty in new[] { "catalogue", "sboms" }) Directory.CreateDirectory(Path.Combine(_folder, "samples", empty));
        await File.WriteAllTextAsync(Path.Combine(records, "GHSA-node-0000-0001.json"), """
            {"schema_version":"1.4.0","id":"GHSA-node-0000-0001","modified":"2024-01-01T00:00:00Z","published":"2020-01-01T00:00:00Z","aliases":["CVE-2020-4242"],"summary":"Known to one node",
             "affected":[{"package":{"ecosystem":"npm","name":"left-pad"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.3.0"}]}]}]}
            """);
        using var one = await NodeAsync("one", "--samples", Path.Combine(_folder, "samples"));
        using var two = await NodeAsync("two", "--role", "web");
        await Eventually(async () => (await two.Client.GetAsync("/api/headwater/v1/advisories/CVE-2020-4242")).StatusCode == HttpStatusCode.OK);
        // The documents' sweep leaves them alone, and a node that comes later finds them too.
        using var three = await NodeAsync("three");
        (await three.Client.GetAsync("/api/headwater/v1/advisories/CVE-2020-4242")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Role_OnTheEmbeddedEngine_IsRefusedInWords()
    {
        if (TestDatabase.IsPostgres) return;
        (await Should.ThrowAsync<InvalidOperationException>(() => ServerProcess.StartAsync(Path.Combine(_folder, "data"), null, "--role", "worker"))).Message.ShouldContain("--database postgres://");
    }

    private Task<ServerProcess> NodeAsync(string name, params string[] more) =>
        ServerProcess.StartAsync(_engine, Path.Combine(_folder, name), null, [$"--Headwater:Node={name}", "--Headwater:LeaseSeconds=40", .. more]);

    private static async Task<Uploaded> SendAsync(ServerProcess node, string name, string bom)
    {
        using var form = new MultipartFormDataContent { { new StringContent(name), "projectName" }, { new StringContent("1"), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { TestHost.Part(bom), "bom", "bom.json" } };
        using var answer = await node.Client.PostAsync("/api/v1/bom", form);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<Uploaded>())!;
    }

    private static Task WaitAsync(ServerProcess node, Guid token, TimeSpan limit) => Eventually(
        async () => !(await node.Client.GetFromJsonAsync<JsonElement>($"/api/v1/event/token/{token}")).GetProperty("processing").GetBoolean(), limit);

    private static async Task Eventually(Func<Task<bool>> condition, TimeSpan? limit = null)
    {
        for (var watch = Stopwatch.StartNew(); !await condition(); await Task.Delay(25))
            if (watch.Elapsed > (limit ?? TimeSpan.FromSeconds(30))) throw new TimeoutException("That did not come true in time.");
    }

    private async Task<long> JobsAsync(string where)
    {
        var database = _engine.Open(_folder);
        using (database as IDisposable) return await database.ReadAsync(connection => connection.QuerySingleAsync<long>($"SELECT COUNT(*) FROM job WHERE {where}"));
    }
}
