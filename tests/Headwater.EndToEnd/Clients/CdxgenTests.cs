using System.Net.Http.Json;
using System.Text.Json;
using Headwater.EndToEnd.Cli;

namespace Headwater.EndToEnd.Clients;

/// <summary><c>@cyclonedx/cdxgen</c> as people install it, told to send its document to us.</summary>
public sealed class CdxgenTests(ClientServer clients, ITestOutputHelper output)
{
    private const string Manifest = """{"name":"paper-boat","version":"3.2.1","license":"MIT","dependencies":{"left-pad":"1.3.0","lodash":"4.17.15"}}""";

    private const string Lock = """
        {"name":"paper-boat","version":"3.2.1","lockfileVersion":3,"requires":true,"packages":{
          "":{"name":"paper-boat","version":"3.2.1","license":"MIT","dependencies":{"left-pad":"1.3.0","lodash":"4.17.15"}},
          "node_modules/left-pad":{"version":"1.3.0","license":"WTFPL"},
          "node_modules/lodash":{"version":"4.17.15","license":"MIT"}}}
        """;

    [Fact]
    public async Task Cdxgen_WithServerUrl_MakesAProjectWithItsComponentsTagAndFindings()
    {
        var npm = await NpmClients.FolderAsync();
        var server = await clients.StartedAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "package.json"), Manifest);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "package-lock.json"), Lock);

        var (code, said) = await NpmClients.RunAsync("node",
            [
                Path.Combine(npm, "node_modules", "@cyclonedx", "cdxgen", "bin", "cdxgen.js"), "-t", "js", "--no-recurse", "--no-install-deps", "-o", "bom.json",
                "--server-url", server.BaseAddress.ToString().TrimEnd('/'), "--api-key", HeadwaterServer.Key, "--project-name", "paper-boat", "--project-tag", "harbour", ".",
            ], folder.Path, ("FETCH_LICENSE", "false"));

        output.WriteLine(said);
        code.ShouldBe(0, said);
        using var client = server.Client();
        var project = (await client.GetFromJsonAsync<JsonElement>("api/v1/project?name=paper-boat")).EnumerateArray().Single();
        project.GetProperty("version").GetString().ShouldBe("main"); // What it sends when nobody names one.
        project.GetProperty("tags").EnumerateArray().Select(t => t.GetProperty("name").GetString()).ShouldBe(["harbour"]);
        project.GetProperty("lastBomImportFormat").GetString()!.ShouldStartWith("CycloneDX 1.");
        var uuid = project.GetProperty("uuid").GetString();

        async Task<JsonElement> ComponentsAsync() => await client.GetFromJsonAsync<JsonElement>($"api/v1/component/project/{uuid}");
        var components = await ComponentsAsync();
        for (var i = 0; i < 100 && components.GetArrayLength() < 2; i++)
        {
            await Task.Delay(100);
            components = await ComponentsAsync();
        }

        components.EnumerateArray().Select(c => c.GetProperty("purl").GetString()).Order().ShouldBe(["pkg:npm/left-pad@1.3.0", "pkg:npm/lodash@4.17.15"]);
        var findings = await client.GetFromJsonAsync<JsonElement>($"api/v1/finding/project/{uuid}");
        findings.EnumerateArray().Select(f => f.GetProperty("component").GetProperty("name").GetString()).ShouldContain("lodash");
    }

    [Fact]
    public async Task Cdxgen_WithAWrongKey_StoresNothing()
    {
        var npm = await NpmClients.FolderAsync();
        var server = await clients.StartedAsync();
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "package.json"), Manifest);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "package-lock.json"), Lock);

        var (_, said) = await NpmClients.RunAsync("node",
            [
                Path.Combine(npm, "node_modules", "@cyclonedx", "cdxgen", "bin", "cdxgen.js"), "-t", "js", "--no-recurse", "--no-install-deps", "-o", "bom.json",
                "--server-url", server.BaseAddress.ToString().TrimEnd('/'), "--api-key", "hw_endtoend_ffffffffffffffffffffffffffffffff", "--project-name", "sunken-boat", ".",
            ], folder.Path, ("FETCH_LICENSE", "false"));

        said.ShouldContain("401");
        using var client = server.Client();
        (await client.GetFromJsonAsync<JsonElement>("api/v1/project?name=sunken-boat")).GetArrayLength().ShouldBe(0);
    }
}
