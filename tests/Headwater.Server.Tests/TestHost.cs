using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dapper;
using Headwater.Core.Advisories;
using Headwater.Server.Features.Keys;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headwater.Server.Tests;

/// <summary>The whole server in this process on a data folder of its own, with a small advisory index.</summary>
public sealed class TestHost : IAsyncLifetime
{
    public const string Password = "a-test-Passw0rd";

    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-test-").FullName;
    private readonly TestDatabase _database = new(isMigrated: true);
    private Factory? _factory;

    /// <summary>Settings of the server, to be given before it starts.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>The clock of the server; that of the machine where none is given before it starts.</summary>
    internal TimeProvider? Clock { get; init; }

    public string DataFolder => Path.Combine(_folder, "data");

    public IServiceProvider Services => _factory!.Services;

    internal T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(DataFolder);
        _database.PutMigrated(DataFolder);
        var records = Directory.CreateDirectory(Path.Combine(_folder, "osv")).FullName;
        foreach (var (id, json) in Advisories) File.WriteAllText(Path.Combine(records, id + ".json"), json);
        new AdvisoryIndexBuilder(TimeProvider.System).Build([records], Path.Combine(DataFolder, "advisories.hwx"));
        _factory = new Factory(DataFolder, _database.Address, Settings, Clock);
        _ = _factory.Server;
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (_factory is not null) await _factory.DisposeAsync();
        _database.Dispose();
        Directory.Delete(_folder, true);
    }

    public HttpClient Anonymous() => _factory!.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    /// <summary>A client with a key that may do these things.</summary>
    internal async Task<HttpClient> ClientAsync(Permissions permissions = Permissions.Automation | Permissions.PortfolioManagement | Permissions.ViewBadges)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Add("X-API-Key", (await Get<KeyStore>().CreateAsync("test", permissions, "test")).Secret);
        return client;
    }

    /// <summary>Uploads as curl does and waits until it is analysed.</summary>
    public static async Task<Uploaded> UploadAsync(HttpClient client, string name, string version, string bom)
    {
        using var form = new MultipartFormDataContent { { new StringContent(name), "projectName" }, { new StringContent(version), "projectVersion" }, { new StringContent("true"), "autoCreate" }, { Part(bom), "bom", "bom.json" } };
        using var response = await client.PostAsync("/api/v1/bom", form);
        response.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        var uploaded = (await response.Content.ReadFromJsonAsync<Uploaded>())!;
        await WaitAsync(client, uploaded.Token);
        return uploaded;
    }

    public static ByteArrayContent Part(string text) => new(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };

    public static async Task WaitAsync(HttpClient client, Guid token)
    {
        for (var i = 0; i < 600; i++)
        {
            var state = await client.GetFromJsonAsync<JsonElement>($"/api/v1/event/token/{token}");
            if (!state.GetProperty("processing").GetBoolean()) return;
            await Task.Delay(25);
        }

        throw new TimeoutException("The upload is still being processed after 15 seconds.");
    }

    /// <summary>Waits until no job is open, so that nothing of an earlier test changes what this one counts.</summary>
    public async Task IdleAsync()
    {
        for (var i = 0; i < 600; i++)
        {
            if (await Get<IDatabase>().ReadAsync(c => c.QuerySingleAsync<long>("SELECT COUNT(*) FROM job WHERE state IN ('queued', 'running')")) == 0) return;
            await Task.Delay(25);
        }

        throw new TimeoutException("Jobs are still open after 15 seconds.");
    }

    /// <summary>A CycloneDX document: a root that needs the components in a row, each the next.</summary>
    public static string Bom(params string[] purls)
    {
        var components = purls.Select((purl, i) =>
        {
            var at = purl.LastIndexOf('@');
            var name = purl[(purl.LastIndexOf('/', at) + 1)..at];
            return new { type = "library", name, version = purl[(at + 1)..], purl, bomRef = $"c{i}", licenses = new[] { new { license = new { id = "MIT" } } } };
        }).ToList();
        var json = JsonSerializer.Serialize(new
        {
            bomFormat = "CycloneDX", specVersion = "1.5", version = 1,
            metadata = new { component = new { type = "application", name = "root", bomRef = "root" } },
            components,
            dependencies = components.Select((c, i) => new { @ref = c.bomRef, dependsOn = i + 1 < components.Count ? new[] { components[i + 1].bomRef } : [] })
                .Prepend(new { @ref = "root", dependsOn = components.Count > 0 ? new[] { "c0" } : [] }),
        });
        return json.Replace("\"bomRef\"", "\"bom-ref\"", StringComparison.Ordinal);
    }

    private static readonly (string Id, string Json)[] Advisories =
    [
        ("GHSA-jfh8-c2jp-5v3q", """
            {"schema_version":"1.4.0","id":"GHSA-jfh8-c2jp-5v3q","modified":"2024-01-01T00:00:00Z","published":"2021-12-10T00:40:56Z","aliases":["CVE-2021-44228"],"summary":"Remote code injection in Log4j",
             "details":"Text of the advisory.","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}],
             "affected":[{"package":{"ecosystem":"Maven","name":"org.apache.logging.log4j:log4j-core"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2.13.0"},{"fixed":"2.15.0"}]}]}],
             "references":[{"type":"WEB","url":"https://logging.apache.org/log4j/2.x/security.html"},{"type":"WEB","url":"javascript:alert(1)"}],"database_specific":{"cwe_ids":["CWE-20","CWE-502"],"severity":"CRITICAL"}}
            """),
        ("GHSA-test-npm0-0001", """
            {"schema_version":"1.4.0","id":"GHSA-test-npm0-0001","modified":"2024-01-01T00:00:00Z","published":"2020-01-01T00:00:00Z","aliases":["CVE-2020-0001"],"summary":"Prototype pollution",
             "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N"}],
             "affected":[{"package":{"ecosystem":"npm","name":"lodash"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"4.17.21"}]}]}]}
            """),
    ];

    private sealed class Factory(string data, string? database, IReadOnlyDictionary<string, string> settings, TimeProvider? clock) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            builder.ConfigureLogging(logging => logging.ClearProviders());
            if (clock is not null) builder.ConfigureServices(services => services.AddSingleton(clock));
            builder.UseSetting("HEADWATER_ADMIN_PASSWORD", Password);
            builder.UseSetting("data", data);
            if (database is not null) builder.UseSetting("database", database);
            builder.UseSetting("urls", "http://127.0.0.1:0");
            foreach (var (name, value) in settings) builder.UseSetting(name, value);
        }
    }
}

public sealed record Uploaded(Guid Token, Guid ProjectUuid);
