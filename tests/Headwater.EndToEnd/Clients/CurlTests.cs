using System.Text.Json;
using Headwater.EndToEnd.Cli;

namespace Headwater.EndToEnd.Clients;

/// <summary>The command lines that stand in build scripts, run by the real curl.</summary>
public sealed class CurlTests(ClientServer clients)
{
    private static readonly byte[] Bom = SampleBom.Of("skiff", "1.0", ["pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1", "pkg:npm/left-pad@1.3.0"], "root: log4j-core left-pad");

    [Fact]
    public async Task Curl_PutOfABase64File_IsTakenAndAnalysed()
    {
        var server = await clients.StartedAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "payload.json"), JsonSerializer.Serialize(new { projectName = "skiff", projectVersion = "put", autoCreate = true, bom = Convert.ToBase64String(Bom) }));

        var answer = await CurlAsync(folder.Path, "-X", "PUT", $"{server.BaseAddress}api/v1/bom", "-H", "Content-Type: application/json", "-H", $"X-API-Key: {HeadwaterServer.Key}", "-d", "@payload.json");

        await AnalysedAsync(server, answer, 2);
    }

    [Theory]
    [InlineData("bom=@bom.json")]
    [InlineData("bom=<bom.json")] // As a plain field, without a file name.
    [InlineData("bom=@bom.json.gz;type=application/gzip")]
    public async Task Curl_MultipartPost_IsTakenAndAnalysed(string part)
    {
        var server = await clients.StartedAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "bom.json"), Bom);
        await using (var packed = new System.IO.Compression.GZipStream(File.Create(Path.Combine(folder.Path, "bom.json.gz")), System.IO.Compression.CompressionMode.Compress)) await packed.WriteAsync(Bom);

        var answer = await CurlAsync(folder.Path, "-X", "POST", $"{server.BaseAddress}api/v1/bom", "-H", $"X-Api-Key: {HeadwaterServer.Key}", "-F", "autoCreate=true", "-F", "projectName=skiff", "-F", $"projectVersion={part.GetHashCode(StringComparison.Ordinal)}", "-F", part);

        await AnalysedAsync(server, answer, 2);
    }

    private static async Task AnalysedAsync(HeadwaterServer server, string answer, int components)
    {
        var json = JsonDocument.Parse(answer).RootElement;
        using var client = server.Client();
        await server.WaitForTokenAsync(client, json.GetProperty("token").GetString()!);
        var metrics = JsonDocument.Parse(await client.GetStringAsync($"api/v1/metrics/project/{json.GetProperty("projectUuid").GetString()}/current")).RootElement;
        metrics.GetProperty("components").GetInt32().ShouldBe(components);
        metrics.GetProperty("critical").GetInt32().ShouldBeGreaterThanOrEqualTo(1);
    }

    private static async Task<string> CurlAsync(string folder, params string[] arguments)
    {
        try
        {
            var (code, output) = await NpmClients.RunAsync("curl", ["-sS", "--fail-with-body", .. arguments], folder);
            code.ShouldBe(0, output);
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("curl is not installed here.");
            throw;
        }
    }
}
