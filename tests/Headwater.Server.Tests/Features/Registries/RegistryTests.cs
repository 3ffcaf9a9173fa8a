using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Headwater.Server.Features.Registries;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Features.Registries;

/// <summary>Registries as an installation uses them, against a real server on loopback that behaves well, and badly.</summary>
public sealed class RegistryTests : IAsyncLifetime
{
    private const string Lodash = "pkg:npm/lodash@4.17.20", Own = "pkg:npm/%40acme/secret@1.0.0";

    private readonly TestHost _host = new();
    private RegistryServer _server = null!;
    private HttpClient _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _host.Settings["Headwater:Outgoing:AllowPrivate"] = "true";
        _server = await RegistryServer.StartAsync();
        _host.Settings["Headwater:Registries:0:Type"] = "hex";
        _host.Settings["Headwater:Registries:0:Name"] = "From the file";
        _host.Settings["Headwater:Registries:0:Address"] = _server.Address.AbsoluteUri;
        _host.Settings["Headwater:Registries:0:Never"] = "acme*";
        await _host.InitializeAsync();
        _admin = await _host.ClientAsync(Permissions.Administrator);
        _server.Set("/lodash", Npm("lodash", ("4.17.20", "2020-08-13"), ("4.17.21", "2021-02-20"), ("5.0.0", "2026-01-01")));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Component_InUse_IsKnownAfterACheck_EverywhereItIsShown()
    {
        var project = await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom(Lodash));
        var id = await AddAsync(new { type = "npm", name = "npm", address = _server.Address });
        await CheckAsync(id);

        var component = (await _admin.GetFromJsonAsync<JsonElement>("/api/headwater/v1/components?filter=lodash")).GetProperty("items")[0];
        var release = component.GetProperty("release");
        release.GetProperty("latest").GetString().ShouldBe("5.0.0");
        var detail = await _admin.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/components/{component.GetProperty("id").GetInt64()}");
        var version = detail.GetProperty("versions")[0].GetProperty("release");
        version.GetProperty("publishedAt").GetDateTimeOffset().ShouldBe(new DateTimeOffset(2020, 8, 13, 0, 0, 0, TimeSpan.Zero));
        version.GetProperty("gap").GetString().ShouldBe("Major", StringCompareShould.IgnoreCase);
        version.GetProperty("behindDays").GetInt32().ShouldBe(1967);

        (await CountAsync("/api/headwater/v1/components?outdated=true")).ShouldBe(1);
        (await CountAsync("/api/headwater/v1/components?withdrawn=true")).ShouldBe(0);
        (await CountAsync($"/api/headwater/v1/versions/{project.ProjectUuid}/components?outdated=true")).ShouldBe(1);
        var table = await _admin.GetStringAsync($"/api/headwater/v1/versions/{project.ProjectUuid}/components?format=csv&columns=name,latest,behind,published&sort=published");
        table.ShouldContain("5.0.0");
        table.ShouldContain("major");
        (await _admin.GetStringAsync("/api/headwater/v1/components?format=csv&sort=released")).ShouldContain("5.0.0");
        var coverage = await _admin.GetFromJsonAsync<JsonElement>("/api/headwater/v1/registries/coverage");
        (coverage.GetProperty("known").GetInt64(), coverage.GetProperty("all").GetInt64()).ShouldBe((1, 1));

        var latest = await _admin.GetFromJsonAsync<JsonElement>("/api/v1/repository/latest?purl=pkg:npm/lodash@1.0.0");
        latest.GetProperty("repositoryType").GetString().ShouldBe("NPM");
        latest.GetProperty("latestVersion").GetString().ShouldBe("5.0.0");
        (await _admin.GetAsync("/api/v1/repository/latest?purl=pkg:npm/nobody-uses-it")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await _admin.GetAsync("/api/v1/repository/latest?purl=lodash")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var compatible = await _admin.GetFromJsonAsync<JsonElement>($"/api/v1/component/project/{project.ProjectUuid}?onlyOutdated=true");
        compatible[0].GetProperty("repositoryMeta").GetProperty("latestVersion").GetString().ShouldBe("5.0.0");
        var finding = await _admin.GetFromJsonAsync<JsonElement>($"/api/v1/finding/project/{project.ProjectUuid}");
        finding[0].GetProperty("component").GetProperty("latestVersion").GetString().ShouldBe("5.0.0");
    }

    [Fact]
    public async Task Component_IsAskedAboutOnceADay_AndThenOnlyForWhatIsNew()
    {
        await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom(Lodash));
        var id = await AddAsync(new { type = "npm", name = "npm", address = _server.Address, user = "me", secret = "hunter2-token" });
        await CheckAsync(id);
        var first = _server.Asked().ShouldHaveSingleItem();
        (first.Path, first.Conditional).ShouldBe(("/lodash", false));
        first.Authorization.ShouldBe("Basic " + Convert.ToBase64String("me:hunter2-token"u8));
        await CheckAsync(id);
        _server.Asked().ShouldBeEmpty("it was asked about today");

        await _host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE component_release SET next_at = 0", transaction: t));
        await CheckAsync(id);
        _server.Asked().ShouldHaveSingleItem().Conditional.ShouldBeTrue();
        (await ReleaseAsync("lodash")).GetProperty("latest").GetString().ShouldBe("5.0.0", "nothing new leaves what is known");

        await CheckAsync(id, everything: true);
        _server.Asked().ShouldHaveSingleItem().Conditional.ShouldBeFalse();

        // A version that comes meanwhile has its place at once, and its day after the next question.
        await TestHost.UploadAsync(_admin, "desk", "1", TestHost.Bom("pkg:npm/lodash@4.17.21"));
        await CheckAsync(id);
        _server.Asked().ShouldBeEmpty();
        var versions = (await DetailAsync("lodash")).GetProperty("versions").EnumerateArray().ToDictionary(v => v.GetProperty("version").GetString()!, v => v.GetProperty("release"));
        versions["4.17.21"].GetProperty("gap").GetString().ShouldBe("Major", StringCompareShould.IgnoreCase);
        versions["4.17.21"].TryGetProperty("publishedAt", out _).ShouldBeFalse();
        await _host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE component_release SET next_at = 0", transaction: t));
        await CheckAsync(id);
        _server.Asked().ShouldHaveSingleItem().Conditional.ShouldBeFalse("something is wanted that the last answer was not asked for");
        (await _admin.GetStringAsync("/api/headwater/v1/registries")).ShouldNotContain("hunter2");
        (await _admin.GetStringAsync("/api/headwater/v1/audit?size=100")).ShouldNotContain("hunter2");
        (await _host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<string>("SELECT secret FROM registry WHERE type = 'npm'"))).ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Registries_OfOneType_AreAskedInTheirOrder_AndNotAboutWhatTheyMustNotHearOf()
    {
        await using var inner = await RegistryServer.StartAsync();
        inner.Set("/@acme%2Fsecret", Npm("@acme/secret", ("1.0.0", "2026-01-01"), ("1.1.0", "2026-02-01")));
        await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom(Lodash, Own));
        await AddAsync(new { type = "npm", name = "public", address = _server.Address, position = 2, never = new[] { "@ACME/*" } });
        var id = await AddAsync(new { type = "npm", name = "inner", address = inner.Address, position = 1 });
        await CheckAsync(id);
        inner.Asked().Select(a => a.Path).Order().ShouldBe(["/@acme%2Fsecret", "/lodash"]);
        _server.Asked().Select(a => a.Path).ShouldBe(["/lodash"]);
        (await ReleaseAsync("lodash")).GetProperty("registry").GetString().ShouldBe("public");
        (await ReleaseAsync("secret")).GetProperty("latest").GetString().ShouldBe("1.1.0");

        // Without the inner one nobody may be asked, and that is what is said.
        (await _admin.DeleteAsync($"/api/headwater/v1/registries/{id}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await CheckAsync((await RowsAsync()).Single(r => r.GetProperty("name").GetString() == "public").GetProperty("id").GetInt64());
        _server.Asked().Select(a => a.Path).ShouldNotContain(p => p.Contains("acme", StringComparison.Ordinal));
        (await ReleaseAsync("secret")).GetProperty("state").GetString().ShouldBe("NotAsked", StringCompareShould.IgnoreCase);
    }

    [Fact]
    public async Task Registry_ThatAsksToBeLeftAlone_IsLeftAlone_AndNothingIsLost()
    {
        await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom([Lodash, .. Enumerable.Range(0, 60).Select(i => $"pkg:npm/p{i}@1.0.0")]));
        _server.Instead = http =>
        {
            http.Response.StatusCode = 429;
            http.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        };
        var id = await AddAsync(new { type = "npm", name = "npm", address = _server.Address });
        await CheckAsync(id);
        _server.Asked().Count.ShouldBeLessThanOrEqualTo(8, "who is already asking may end; nobody begins");
        var row = await RowAsync(id);
        row.GetProperty("failures").GetInt32().ShouldBe(1);
        row.GetProperty("error").GetString()!.ShouldContain("left alone");
        (row.GetProperty("pausedUntil").GetDateTimeOffset() - DateTimeOffset.UtcNow).TotalMinutes.ShouldBeInRange(50, 61);
        (await KnownAsync()).ShouldBe(0, "no component is said to have failed");

        // It rests: a recurring check asks nothing.
        _server.Instead = null;
        await _host.Get<Headwater.Server.Platform.Jobs.QueueStore>().EnqueueAsync(CheckJob.For("npm"));
        await _host.IdleAsync();
        _server.Asked().ShouldBeEmpty();
        await CheckAsync(id); // Somebody says so.
        _server.Asked().Count.ShouldBe(61);
        _server.Most.ShouldBeLessThanOrEqualTo(4, "politely: four at a time");
        (await RowAsync(id)).GetProperty("failures").GetInt32().ShouldBe(0);
        (await ReleaseAsync("p7")).GetProperty("state").GetString().ShouldBe("NotThere", StringCompareShould.IgnoreCase);
    }

    [Fact]
    public async Task Registry_ThatFailsAgainAndAgain_Rests_AndPeopleAreTold()
    {
        await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom([.. Enumerable.Range(0, 80).Select(i => $"pkg:npm/p{i}@1.0.0")]));
        _server.Instead = http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        var id = await AddAsync(new { type = "npm", name = "npm", address = _server.Address });
        await CheckAsync(id);
        _server.Asked().Count.ShouldBeInRange(8, 12);
        (await RowAsync(id)).GetProperty("error").GetString()!.ShouldContain("in a row got no answer");
        (await _host.Get<RegistriesModule>().InTroubleAsync(default)).Select(r => r.Name).ShouldContain("npm");

        _server.Instead = http =>
        {
            http.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        await CheckAsync(id);
        (await RowAsync(id)).GetProperty("error").GetString()!.ShouldContain("Check its user and secret");
    }

    [Fact]
    public async Task Answer_ThatIsHostile_IsAnErrorOfThatComponent_AndNothingElse()
    {
        await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom(Lodash));
        var id = await AddAsync(new { type = "npm", name = "npm", address = _server.Address });
        await CheckAsync(id);
        foreach (var (answer, said) in new (RequestDelegate, string)[]
        {
            (http => http.Response.WriteAsync("<html>Sign in to the network</html>"), "is not what a registry of the type npm answers"),
            (http => http.Response.WriteAsync("[]"), "it has no “versions”"),
            (http => http.Response.WriteAsync("{\"versions\":{\"1.0.0\":{\"a\":\"\\ud800\""), "is not what a registry"),
            (http => http.Response.WriteAsync("{\"versions\":" + new string('[', 100_000)), "is not what a registry"),
            (http => { http.Response.Redirect("http://169.254.169.254/latest/meta-data"); return Task.CompletedTask; }, "which is not the configured host"),
            (async http => { http.Response.ContentLength = 9_000_000_000; await http.Response.Body.WriteAsync(new byte[1]); await http.Response.Body.FlushAsync(); }, "the most that is taken"),
            (http => { http.Abort(); return Task.CompletedTask; }, "could not be read"),
            (http => { http.Response.StatusCode = 403; return Task.CompletedTask; }, "answered 403"),
        })
        {
            _server.Instead = answer;
            await CheckAsync(id, everything: true);
            var release = await ReleaseAsync("lodash");
            release.GetProperty("error").GetString().ShouldNotBeNull().ShouldContain(said);
            release.GetProperty("latest").GetString().ShouldBe("5.0.0", "what is known stays");
        }

        Directory.EnumerateFiles(_host.Get<DataFolder>().Spool).ShouldBeEmpty();
        // What a hostile document says is text: too long, or with what cannot be printed, it is cut.
        _server.Instead = null;
        _server.Set("/lodash", """{"versions":{"4.17.20":{"deprecated":"\u0000<script>$much"}},"time":{"4.17.20":"not a time"}}""".Replace("$much", new string('x', 5000), StringComparison.Ordinal));
        await CheckAsync(id, everything: true);
        var after = await ReleaseAsync("lodash");
        after.GetProperty("deprecated").GetString()!.Length.ShouldBeInRange(400, 501);
        after.TryGetProperty("error", out _).ShouldBeFalse();
        (await CountAsync("/api/headwater/v1/components?withdrawn=true")).ShouldBe(1);
    }

    [Fact]
    public async Task Registry_WithACredential_DoesNotTakeItElsewhere()
    {
        await using var other = await RegistryServer.StartAsync();
        await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom(Lodash));
        _server.Instead = http =>
        {
            http.Response.Redirect(new Uri(other.Address, "/lodash").AbsoluteUri); // The same host, another port.
            return Task.CompletedTask;
        };
        other.Set("/lodash", Npm("lodash", ("9.0.0", "2026-01-01")));
        await CheckAsync(await AddAsync(new { type = "npm", name = "npm", address = _server.Address, secret = "hunter2" }));
        _server.Asked().ShouldHaveSingleItem().Authorization.ShouldBe("Bearer hunter2");
        other.Asked().ShouldHaveSingleItem().Authorization.ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"type":"rpm","name":"x","address":"https://registry.example.org/"}""", "type:")]
    [InlineData("""{"type":"npm","name":"","address":"https://registry.example.org/"}""", "name:")]
    [InlineData("""{"type":"npm","name":"x","address":"file:///etc/passwd"}""", "address:")]
    [InlineData("""{"type":"npm","name":"x","address":"https://user:pw@registry.example.org/"}""", "address:")]
    [InlineData("""{"type":"npm","name":"x","address":"https://registry.example.org/?q=1"}""", "address:")]
    [InlineData("""{"type":"npm","name":"x","address":"https://registry.example.org/","user":"me"}""", "secret:")]
    [InlineData("""{"type":"npm","name":"x","address":"https://registry.example.org/","secret":"a\nb"}""", "secret:")]
    [InlineData("""{"type":"npm","name":"x","address":"https://registry.example.org/","never":["a b"]}""", "never:")]
    [InlineData("""{"type":"npm","name":"x","address":"https://registry.example.org/","everySeconds":1}""", "often")]
    public async Task Registry_ThatCannotBe_IsRefusedWithWhatIsWrong(string body, string said)
    {
        using var response = await _admin.PostAsync("/api/headwater/v1/registries", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain(said);
    }

    [Fact]
    public async Task Configuration_MakesRegistries_ThatAreChangedThereOnly()
    {
        for (var i = 0; i < 200 && (await RowsAsync()).Count == 0; i++) await Task.Delay(25);
        var row = (await RowsAsync()).ShouldHaveSingleItem();
        (row.GetProperty("name").GetString(), row.GetProperty("configured").GetBoolean(), row.GetProperty("never")[0].GetString()).ShouldBe(("From the file", true, "acme*"));
        var id = row.GetProperty("id").GetInt64();
        (await _admin.DeleteAsync($"/api/headwater/v1/registries/{id}")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await _admin.PutAsJsonAsync($"/api/headwater/v1/registries/{id}", new { name = "other", address = "https://registry.example.org/" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var acts = await ActsAsync();
        await _host.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<RegistryConfiguration>().Single().ApplyAsync(default);
        (await RowsAsync()).Count.ShouldBe(1);
        (await ActsAsync()).ShouldBe(acts, "a start that changes nothing is no act");
    }

    [Fact]
    public async Task ManyComponents_AreAskedInSlices_WithMemoryThatDoesNotGrowWithThem()
    {
        await TestHost.UploadAsync(_admin, "shop", "1", TestHost.Bom([.. Enumerable.Range(0, 450).Select(i => $"pkg:npm/p{i:000}@1.0.0")]));
        for (var i = 0; i < 450; i += 2) _server.Set($"/p{i:000}", Npm($"p{i:000}", ("1.0.0", "2020-01-01"), ("1.0.1", "2021-01-01")));
        await CheckAsync(await AddAsync(new { type = "npm", name = "npm", address = _server.Address }));
        _server.Asked().Select(a => a.Path).Distinct().Count().ShouldBe(450);
        var coverage = await _admin.GetFromJsonAsync<JsonElement>("/api/headwater/v1/registries/coverage");
        (coverage.GetProperty("known").GetInt64(), coverage.GetProperty("all").GetInt64()).ShouldBe((225, 450));
        (await CountAsync("/api/headwater/v1/components?outdated=true")).ShouldBe(225);
    }

    private static string Npm(string name, params (string Version, string Day)[] versions) => JsonSerializer.Serialize(new
    {
        name, versions = versions.ToDictionary(v => v.Version, v => new { name, version = v.Version }), time = versions.ToDictionary(v => v.Version, v => v.Day + "T00:00:00.000Z"),
    });

    private async Task<long> AddAsync(object registry)
    {
        using var response = await _admin.PostAsJsonAsync("/api/headwater/v1/registries?check=false", registry);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
    }

    private async Task CheckAsync(long id, bool everything = false)
    {
        (await _admin.PostAsync($"/api/headwater/v1/registries/{id}/check?everything={(everything ? "true" : "false")}", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await _host.IdleAsync();
    }

    private async Task<JsonElement> DetailAsync(string name)
    {
        var list = (await _admin.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/components?filter={name}")).GetProperty("items");
        return await _admin.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/components/{list.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name).GetProperty("id").GetInt64()}");
    }

    private async Task<JsonElement> ReleaseAsync(string name) => (await DetailAsync(name)).GetProperty("component").GetProperty("release");

    private async Task<long> CountAsync(string path) => (await _admin.GetFromJsonAsync<JsonElement>(path)).GetProperty("total").GetInt64();

    private async Task<IReadOnlyList<JsonElement>> RowsAsync() => [.. (await _admin.GetFromJsonAsync<JsonElement>("/api/headwater/v1/registries")).EnumerateArray()];

    private async Task<JsonElement> RowAsync(long id) => (await RowsAsync()).Single(r => r.GetProperty("id").GetInt64() == id);

    private Task<long> KnownAsync() => _host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM component_release"));

    private Task<long> ActsAsync() => _host.Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM audit WHERE act LIKE 'registry.%'"));
}
