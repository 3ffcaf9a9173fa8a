using System.Net.Http.Json;
using System.Text.Json;
using Headwater.EndToEnd.Cli;

namespace Headwater.EndToEnd.Clients;

/// <summary><c>@dependency-track/bom</c> as people install it: its command and its module.</summary>
public sealed class DependencyTrackBomTests(ClientServer clients)
{
    private static readonly byte[] Bom = SampleBom.Of("ferry", "2.0", ["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:npm/left-pad@1.3.0"], "root: log4j-core left-pad");

    [Fact]
    public async Task Command_UploadThenMetrics_PrintsOurNumbers()
    {
        var npm = await NpmClients.FolderAsync();
        var server = await clients.StartedAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "bom.json"), Bom);
        async Task<(int Code, string Output)> RunAsync(params string[] arguments) => await NpmClients.RunAsync("node",
            [
                Path.Combine(npm, "node_modules", "@dependency-track", "bom", "bin", "dependency-track"), .. arguments, "--apiKey", HeadwaterServer.Key,
                "--dependencyTrackBaseUrl", server.BaseAddress.ToString().TrimEnd('/'), "--projectName", "ferry", "--projectVersion", "2.0", "--failOnError", "true",
            ], folder.Path);

        var (code, said) = await RunAsync("-u", "bom.json");

        code.ShouldBe(0, said);
        said.ShouldContain("Bom file uploaded");
        using var client = server.Client();
        await AnalysedAsync(client, "ferry", "2.0", 2);
        var (metricsCode, metrics) = await RunAsync("-m");
        metricsCode.ShouldBe(0, metrics);
        var numbers = JsonDocument.Parse(metrics[metrics.IndexOf('{', StringComparison.Ordinal)..(metrics.LastIndexOf('}') + 1)]).RootElement;
        numbers.GetProperty("components").GetInt32().ShouldBe(2);
        numbers.GetProperty("critical").GetInt32().ShouldBeGreaterThanOrEqualTo(1);
        var (deleteCode, deleted) = await RunAsync("-d");
        deleteCode.ShouldBe(0, deleted);
        deleted.ShouldContain("has been deleted");
        (await client.GetAsync("api/v1/project/lookup?name=ferry&version=2.0")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Module_WaitsThenReadsFindingsAndDeletes()
    {
        var npm = await NpmClients.FolderAsync();
        var server = await clients.StartedAsync();
        using var folder = new TemporaryFolder();
        var bom = Path.Combine(folder.Path, "bom.json");
        await File.WriteAllBytesAsync(bom, Bom);
        const string Script = """
            const [modules, url, key, bom] = process.argv.slice(2);
            const client = require(modules + '/@dependency-track/bom');
            const { config } = require(modules + '/@dependency-track/bom/config');
            Object.assign(config, { baseUrl: url, apiKey: key, projectName: 'tender', projectVersion: '1', bomFilepath: bom, waitUntilBomProcessingComplete: true });
            (async () => {
              const { token } = await client.uploadbom();
              const findings = await client.findings();
              const metrics = await client.metrics();
              await client.deleteProject();
              let gone = false;
              try { await client.metrics(); } catch { gone = true; }
              console.log('\n@@' + JSON.stringify({ token, findings, metrics, gone }));
            })().catch(e => { console.error(e.message, e.response && e.response.status); process.exit(1); });
            """;
        var script = Path.Combine(folder.Path, "run.cjs");
        await File.WriteAllTextAsync(script, Script);

        var (code, said) = await NpmClients.RunAsync("node", [script, Path.Combine(npm, "node_modules"), server.BaseAddress.ToString().TrimEnd('/'), HeadwaterServer.Key, bom], folder.Path);

        code.ShouldBe(0, said);
        var answer = JsonDocument.Parse(said.Split("@@")[1]).RootElement;
        Guid.TryParse(answer.GetProperty("token").GetString(), out _).ShouldBeTrue();
        answer.GetProperty("metrics").GetProperty("components").GetInt32().ShouldBe(2);
        var finding = answer.GetProperty("findings").EnumerateArray().First(f => f.GetProperty("vulnerability").GetProperty("vulnId").GetString() is "CVE-2021-44228" or "GHSA-jfh8-c2jp-5v3q");
        finding.GetProperty("component").GetProperty("purl").GetString().ShouldBe("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1");
        finding.GetProperty("vulnerability").GetProperty("severity").GetString().ShouldBe("CRITICAL");
        answer.GetProperty("gone").GetBoolean().ShouldBeTrue();
    }

    private static async Task AnalysedAsync(HttpClient client, string name, string version, int components)
    {
        var project = await client.GetFromJsonAsync<JsonElement>($"api/v1/project/lookup?name={name}&version={version}");
        for (var i = 0; i < 200; i++)
        {
            var metrics = await client.GetFromJsonAsync<JsonElement>($"api/v1/metrics/project/{project.GetProperty("uuid").GetString()}/current");
            if (metrics.GetProperty("components").GetInt32() == components) return;
            await Task.Delay(50);
        }

        throw new TimeoutException("The upload was not analysed.");
    }
}
