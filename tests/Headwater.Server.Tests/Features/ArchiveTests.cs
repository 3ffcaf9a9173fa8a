using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Headwater.Core.Sboms;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Tests.Features;

/// <summary>The archive of documents: found, fetched as they came, judged, compared and written in every form.</summary>
public sealed class ArchiveTests(TestHost host) : IClassFixture<TestHost>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Document_FetchedFromTheArchive_IsByteForByteWhatCame()
    {
        var client = await host.ClientAsync();
        var bom = TestHost.Bom("pkg:npm/archived@1.0.0");
        var it = await TestHost.UploadAsync(client, "Archived: one/two", "1.0", bom);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(bom)));
        var listed = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/archive?filter={hash[..12]}", Stop)).GetProperty("items").EnumerateArray().Single();
        listed.GetProperty("token").GetGuid().ShouldBe(it.Token);
        var response = await client.GetAsync($"{Api.Root}/uploads/{it.Token}/document", Stop);
        (await response.Content.ReadAsStringAsync(Stop)).ShouldBe(bom);
        response.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe("Archived__one_two-1.0.cyclonedx.json");
        (await client.GetAsync($"{Api.Root}/uploads/{Guid.NewGuid()}/document", Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Quality_IsMadeWhenADocumentIsTaken()
    {
        var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "Judged", "1", TestHost.Bom("pkg:npm/judged@1.0.0"));
        var document = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/uploads/{it.Token}", Stop);
        // Of NTIA's seven: name, identifiers of one of two, version of one of two, and what is described depends on something; no author, no time, no supplier.
        document.GetProperty("upload").GetProperty("ntia").GetDouble().ShouldBe(Math.Round(100 * (1 + 1 + 0.5 + 0.5) / 7, 1));
        document.GetProperty("quality").GetProperty("results")[0].GetProperty("elements").EnumerateArray().First(e => e.GetProperty("id").GetString() == "ntia.version").GetProperty("gaps")[0].GetProperty("name").GetString().ShouldBe("root");
    }

    [Fact]
    public async Task Export_InEveryForm_ReadsBackAndSaysWhatWasLost()
    {
        var client = await host.ClientAsync();
        var it = await TestHost.UploadAsync(client, "Exported", "1", TestHost.Bom("pkg:npm/exported@1.0.0"));
        foreach (var target in SbomWriter.Targets)
        {
            var response = await client.GetAsync($"{Api.Root}/uploads/{it.Token}/export?target={target}", Stop);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, target);
            var losses = (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/uploads/{it.Token}/export?target={target}&losses=true", Stop)).GetProperty("losses").GetArrayLength();
            response.Headers.GetValues("Headwater-Losses").Single().ShouldBe(losses.ToString());
            SbomDocument.Read(new MemoryStream(await response.Content.ReadAsByteArrayAsync(Stop)), out var document, cancellationToken: Stop).Errors.ShouldBeEmpty(target);
            document.Components.ShouldContain(c => c.Name == "exported", target);
        }

        (await client.GetAsync($"{Api.Root}/uploads/{it.Token}/export?target=paper", Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        Directory.GetFiles(Path.Combine(host.DataFolder, "spool")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Compare_DocumentsOfTwoProjects_TellsWhatDiffers()
    {
        var client = await host.ClientAsync();
        var left = await TestHost.UploadAsync(client, "Left", "1", TestHost.Bom("pkg:npm/shared@1.0.0", "pkg:npm/only-left@1.0.0"));
        var right = await TestHost.UploadAsync(client, "Right", "1", TestHost.Bom("pkg:npm/shared@1.1.0"));
        var changes = await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/changes?from={left.Token}&to={right.Token}", Stop);
        changes.GetProperty("removed").EnumerateArray().Single().GetProperty("name").GetString().ShouldBe("only-left");
        changes.GetProperty("upgraded").EnumerateArray().Single().GetProperty("toVersion").GetString().ShouldBe("1.1.0");
    }
}
