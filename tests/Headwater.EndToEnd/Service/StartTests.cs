using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Headwater.EndToEnd.Service;

/// <summary>Starting and stopping the server as a person does.</summary>
public sealed partial class StartTests(ITestOutputHelper output)
{
    /// <summary>The promise is made for the published program on a quiet machine; a build server that runs other tests is given this much more.</summary>
    private const int Patience = 5;

    [Fact]
    public async Task Start_WithTheSampleOrganisation_SaysWhatIsInIt_AndIsQuickAndSmallAfterwards()
    {
        await using var server = await HeadwaterServer.StartAsync(samples: true);
        output.WriteLine($"First start, filled with the samples: ready after {server.ReadyAfter.TotalSeconds:0.00} s with {server.ResidentMegabytes:0} MB");
        using (var client = server.Client())
        {
            var overview = await client.GetFromJsonAsync<JsonElement>("api/headwater/v1/overview");
            var said = server.Output;
            said.ShouldContain($"{Number(overview, "projects")} projects, {Number(overview, "vulnerableProjects")} with known vulnerabilities, {Number(overview, "withoutOwner")} without an owner");
            said.ShouldContain($"{Number(overview, "components")} components in {Number(overview, "componentVersions")} versions");
            var findings = overview.GetProperty("findings");
            said.ShouldContain($"{Number(findings, "total")} findings: {Number(findings, "critical")} critical, {Number(findings, "high")} high, {Number(findings, "medium")} medium, {Number(findings, "low")} low");
            said.ShouldContain("Advisories: ");
            said.ShouldContain($"Headwater is at {server.BaseAddress.ToString().TrimEnd('/')}");
            var matter = Ranked().Matches(said);
            matter.Count.ShouldBe(3);
            foreach (var (risk, line) in overview.GetProperty("topRisks").EnumerateArray().Zip(matter))
            {
                line.Value.ShouldContain(risk.GetProperty("finding").GetProperty("id").GetString()!);
                var owners = risk.GetProperty("owners").EnumerateArray().Select(o => o.GetProperty("title").GetString()!).ToList();
                if (owners.Count == 0) line.Value.ShouldContain("nobody owns");
                foreach (var owner in owners) line.Value.ShouldContain(owner);
            }

            Number(overview, "projects").ShouldBe("12");
        }

        server.Interrupt(TimeSpan.FromSeconds(5)).ShouldBe(0);
        await server.RestartAsync();
        output.WriteLine($"Start with that data present: ready after {server.ReadyAfter.TotalSeconds:0.00} s with {server.ResidentMegabytes:0} MB");
        server.ReadyAfter.ShouldBeLessThan(TimeSpan.FromSeconds(2 * Patience));
        server.ResidentMegabytes.ShouldBeLessThan(200 * 1.5);
        server.Output.ShouldContain("12 projects");
    }

    [Fact]
    public async Task Start_WithoutSamples_IsEmptyAndSaysTheNextStep()
    {
        await using var server = await HeadwaterServer.StartAsync(samples: false);

        server.Output.ShouldContain("The portfolio is empty. Drop an SBOM on the page, or send one to POST /api/v1/bom.");
        using var client = server.Client();
        (await client.GetFromJsonAsync<JsonElement>("api/headwater/v1/overview")).GetProperty("projects").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task Start_OnABusyPort_TakesTheNextFreeOneAndSaysSo()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await using var server = await HeadwaterServer.StartAsync(samples: false, null, port, givenPassword: true);

        server.BaseAddress.Port.ShouldBeGreaterThan(port);
        server.Output.ShouldContain($"Port {port} is taken; using {server.BaseAddress.Port}.");
        server.Output.ShouldContain($"Headwater is at http://127.0.0.1:{server.BaseAddress.Port}");
    }

    [Fact]
    public async Task Interrupt_WhileIdle_EndsWithZeroWithinFiveSeconds()
    {
        await using var server = await HeadwaterServer.StartAsync(samples: false);

        server.Interrupt(TimeSpan.FromSeconds(5)).ShouldBe(0);
        server.Output.ShouldNotContain("Exception");
    }

    [Fact]
    public async Task Start_OnADataFolderInUse_IsRefusedInOneSentence()
    {
        await using var first = await HeadwaterServer.StartAsync(samples: false);

        var refused = await Should.ThrowAsync<InvalidOperationException>(() => HeadwaterServer.StartAsync(samples: false, first.DataFolder));

        refused.Message.ShouldNotContain("ended with 0");
        refused.Message.ShouldContain($"Another Headwater uses the data folder {first.DataFolder}. Stop it, or give this one its own with --data DIR.");
        refused.Message.ShouldNotContain("   at ", Case.Sensitive, "A person who started two needs the sentence, not a stack trace.");
        using var client = first.Client();
        (await client.GetAsync("readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Password_MadeAtTheFirstStart_IsPrintedOnceAndSignsIn()
    {
        await using var server = await HeadwaterServer.StartAsync(samples: false, null, HeadwaterServer.FreePort(), givenPassword: false);
        var password = Printed().Match(server.Output).Groups[1].Value;
        password.Length.ShouldBeGreaterThanOrEqualTo(12);
        Printed().Count(server.Output).ShouldBe(1);
        (await SignInAsync(server, "admin", password)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SignInAsync(server, "admin", password + "x")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        server.Interrupt(TimeSpan.FromSeconds(5)).ShouldBe(0);
        await server.RestartAsync();

        server.Output.ShouldNotContain(password);
        server.Output.ShouldNotContain("Sign in as");
        (await SignInAsync(server, "admin", password)).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var file in Directory.EnumerateFiles(server.DataFolder, "headwater.db*"))
            System.Text.Encoding.Latin1.GetString(await ReadSharedAsync(file)).ShouldNotContain(password);
    }

    private static async Task<HttpResponseMessage> SignInAsync(HeadwaterServer server, string name, string password)
    {
        using var client = server.Client(null);
        using var form = new FormUrlEncodedContent([new("username", name), new("password", password)]);
        return await client.PostAsync("api/v1/user/login", form);
    }

    private static async Task<byte[]> ReadSharedAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    private static string Number(JsonElement of, string name) => of.GetProperty(name).GetInt32().ToString("N0", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^  [123]\. .+$", RegexOptions.Multiline, 1000)]
    private static partial Regex Ranked();

    [GeneratedRegex(@"with the password (\S+)", RegexOptions.None, 1000)]
    private static partial Regex Printed();
}
