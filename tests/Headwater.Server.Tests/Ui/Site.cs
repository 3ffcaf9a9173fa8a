using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Headwater.Server.Features.Jobs;
using Headwater.Server.Features.Owners;
using Headwater.Server.Features.Uploads;
using Headwater.Server.Platform.Data;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Ui;

/// <summary>The real server with one small project in it, and a browser without script that is signed in.</summary>
public sealed class Site : IAsyncLifetime
{
    public const string Password = "correct-horse-battery";

    private const string Sbom = """
        {"bomFormat":"CycloneDX","specVersion":"1.6","version":1,
         "metadata":{"component":{"type":"application","bom-ref":"root","name":"shop","version":"1.0"}},
         "components":[
           {"type":"library","bom-ref":"web","name":"web-starter","version":"2.0.0","purl":"pkg:maven/org.example/web-starter@2.0.0","licenses":[{"license":{"id":"Apache-2.0"}}]},
           {"type":"library","bom-ref":"log","group":"org.apache.logging.log4j","name":"log4j-core","version":"2.14.1","purl":"pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"},
           {"type":"library","bom-ref":"odd","name":"<script>alert(1)</script>","version":"0"}],
         "dependencies":[{"ref":"root","dependsOn":["web"]},{"ref":"web","dependsOn":["log"]},{"ref":"log","dependsOn":["web"]}]}
        """;

    private const string Advisory = """
        {"schema_version":"1.6.0","id":"GHSA-jfh8-c2jp-5v3q","modified":"2024-01-01T00:00:00Z","published":"2021-12-10T00:00:00Z","aliases":["CVE-2021-44228"],
         "summary":"Remote code injection in Log4j","details":"# Summary\nSee [the guide](https://example.org/guide), not [this](javascript:alert(1)).\n\n<img src=x onerror=alert(1)>\n\n![pixel](https://example.org/p.png)",
         "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"}],
         "affected":[{"package":{"ecosystem":"Maven","name":"org.apache.logging.log4j:log4j-core"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"2.13.0"},{"fixed":"2.15.0"}]}]}],
         "references":[{"type":"WEB","url":"https://example.org/log4j"},{"type":"WEB","url":"javascript:alert(2)"}]}
        """;

    private WebApplicationFactory<Program> _factory = null!;
    private string _folder = "";

    public HttpClient Person { get; private set; } = null!;

    public Guid Version { get; private set; }

    public Guid Project { get; private set; }

    public HttpClient NewClient()
    {
        var client = _factory.CreateClient(new() { AllowAutoRedirect = false, BaseAddress = new("http://localhost") });
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        return client;
    }

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("headwater-ui-").FullName;
        var feed = Directory.CreateDirectory(Path.Combine(_folder, "feed", "Maven")).FullName;
        await File.WriteAllTextAsync(Path.Combine(feed, "GHSA-jfh8-c2jp-5v3q.json"), Advisory);
        Environment.SetEnvironmentVariable("HEADWATER_ADMIN_PASSWORD", Password);
        _factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.UseSetting("data", Path.Combine(_folder, "data")).UseEnvironment("Development"));
        Person = NewClient();
        (await SignInAsync(Person, Password)).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        await PostAsync(Person, "/feeds/new", "#source", ("Name", "Test"), ("Kind", "Advisories"), ("Source", Path.Combine(_folder, "feed")), ("Every", "3600"), ("Stale", "87840"), ("Enabled", "true"));
        await QuietAsync();
        await _factory.Services.GetRequiredService<OwnersModule>().ImportGroupsAsync(new Catalogue([new("team", "shop-team", "Shop team", null, null)], [], []), CancellationToken.None);
        var uploads = _factory.Services.GetRequiredService<UploadsModule>();
        foreach (var version in new[] { "1.0", "1.1" })
        {
            var text = version == "1.0" ? Sbom : Sbom.Replace("2.14.1", "2.17.1", StringComparison.Ordinal).Replace("web-starter@2.0.0", "web-starter@2.1.0", StringComparison.Ordinal);
            using var document = await uploads.SpoolAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)), CancellationToken.None);
            var outcome = await uploads.AcceptAsync(new UploadRequest { Name = "shop", Version = version, AutoCreate = true, May = Uploader.Everything, By = "test" }, document, CancellationToken.None);
            var accepted = outcome.ShouldBeOfType<UploadOutcome.Accepted>();
            if (version == "1.0") (Version, Project) = (accepted.ProjectVersion, accepted.Project);
            await QuietAsync();
        }
    }

    public async Task<IHtmlDocument> GetAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        var response = await Person.GetAsync(path);
        response.StatusCode.ShouldBe(status, path);
        return Html.Parse(await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends the form that holds an element of a page, with everything hidden in it.</summary>
    public static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string within, params (string Name, string Value)[] fields)
    {
        var page = Html.Parse(await client.GetStringAsync(path));
        var form = page.QuerySelector(within)!.Closest("form")!;
        var hidden = form.QuerySelectorAll("input[type=hidden]").Select(i => (Name: i.GetAttribute("name")!, Value: i.GetAttribute("value") ?? ""));
        var action = form.GetAttribute("action") ?? path;
        return await client.PostAsync(action, new FormUrlEncodedContent(hidden.Concat(fields).Select(f => KeyValuePair.Create(f.Name, f.Value))));
    }

    public static Task<HttpResponseMessage> SignInAsync(HttpClient client, string password) =>
        PostAsync(client, "/sign-in", "#password", ("name", "admin"), ("password", password));

    public async ValueTask DisposeAsync()
    {
        await _factory.DisposeAsync();
        Directory.Delete(_folder, true);
    }

    private async Task QuietAsync()
    {
        var jobs = _factory.Services.GetRequiredService<JobStore>();
        for (var i = 0; i < 600; i++)
        {
            var counts = await jobs.CountsAsync();
            if (counts.GetValueOrDefault("queued") + counts.GetValueOrDefault("running") == 0) return;
            await Task.Delay(50);
        }

        throw new TimeoutException("The jobs did not end within 30 s.");
    }
}
