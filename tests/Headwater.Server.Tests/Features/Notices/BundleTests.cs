using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Tests.Access;
using static Headwater.Server.Tests.Features.Notices.NoticeTests;

namespace Headwater.Server.Tests.Features.Notices;

/// <summary>The bundles that are archived for releases.</summary>
public sealed class BundleTests : IAsyncLifetime
{
    private readonly Later _clock = new();
    private readonly TestHost _host;

    public BundleTests() => _host = new TestHost { Clock = _clock };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _host.InitializeAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Bundle_HoldsWhatItsManifestSays_AndIsKeptUntilItsDay()
    {
        using var client = await _host.ClientAsync(All);
        var version = (await TestHost.UploadAsync(client, "Shop", "1", Bom)).ProjectUuid;
        var digest = (await NoticeAsync(client, version)).GetProperty("inputSha256").GetString();
        (await client.PostAsJsonAsync($"{Api.Root}/versions/{version}/notice/sign-offs", new { inputSha256 = digest }, Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var until = DateOnly.FromDateTime(_clock.GetUtcNow().UtcDateTime).AddYears(3);

        (await client.PostAsJsonAsync($"{Api.Root}/versions/{version}/bundles", new { release = "1.0", keepUntil = "2001-01-01" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var ordered = await client.PostAsJsonAsync($"{Api.Root}/versions/{version}/bundles", new { release = "1.0", keepUntil = until }, Stop);
        ordered.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var address = ordered.Headers.Location!.ToString();
        await _host.IdleAsync();
        var bundle = await client.GetFromJsonAsync<JsonElement>(address, Stop);
        (bundle.GetProperty("state").GetString(), bundle.GetProperty("gaps").GetInt32(), bundle.GetProperty("signedBy").GetString()!.StartsWith("key:", StringComparison.Ordinal), bundle.GetProperty("inputSha256").GetString()).ShouldBe(("done", 3, true, digest));

        var content = await client.GetByteArrayAsync(address + "/content", Stop);
        Convert.ToHexStringLower(SHA256.HashData(content)).ShouldBe(bundle.GetProperty("sha256").GetString());
        await CheckAsync(content);
        (await client.DeleteAsync(address, Stop)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PatchAsJsonAsync(address, new { keepUntil = until.AddDays(-1) }, Stop)).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PatchAsJsonAsync(address, new { keepUntil = until.AddDays(1) }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        // The bundle outlives its project, whose documents are swept away.
        (await client.DeleteAsync($"/api/v1/project/{version}", Stop)).IsSuccessStatusCode.ShouldBeTrue();
        await _host.IdleAsync();
        (await client.GetByteArrayAsync(address + "/content", Stop)).ShouldBe(content);
        (await client.GetFromJsonAsync<JsonElement>($"{Api.Root}/bundles", Stop)).GetProperty("items")[0].TryGetProperty("version", out _).ShouldBeFalse();

        _clock.Ahead = TimeSpan.FromDays(366 * 3 + 2);
        (await client.DeleteAsync(address, Stop)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await _host.IdleAsync();
        (await client.GetAsync(address, Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        File.Exists(_host.Get<BlobFolder>().PathOf(bundle.GetProperty("sha256").GetString()!)).ShouldBeFalse();
        (await ActsAsync("bundle.")).ShouldBe(["bundle.deleted", "bundle.kept-longer", "bundle.made", "bundle.ordered"]);
    }

    [Fact]
    public async Task Bundle_OfWhatIsOutOfSight_IsNotThere()
    {
        var units = await _host.UnitsAsync(new CatalogueGroup("unit", "house", "House", null, null), new CatalogueGroup("unit", "other", "Other", null, null));
        using var house = await _host.KeyAsync(units[("unit", "house")], All & ~Permissions.SystemConfiguration);
        using var other = await _host.KeyAsync(units[("unit", "other")], All & ~Permissions.SystemConfiguration);
        var version = (await TestHost.UploadAsync(house, "Shop", "1", Bom)).ProjectUuid;
        var address = (await house.PostAsJsonAsync($"{Api.Root}/versions/{version}/bundles", new { release = "1.0" }, Stop)).Headers.Location!.ToString();
        await _host.IdleAsync();

        (await house.GetAsync(address + "/content", Stop)).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var hidden in new[] { address, address + "/content", $"{Api.Root}/versions/{version}/notice", $"{Api.Root}/versions/{version}/bundles", $"{Api.Root}/versions/{version}/notice/sign-offs" })
            (await other.GetAsync(hidden, Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound, hidden);
        (await other.DeleteAsync(address, Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.PostAsJsonAsync($"{Api.Root}/versions/{version}/bundles", new { release = "1.1" }, Stop)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.GetFromJsonAsync<JsonElement>($"{Api.Root}/bundles", Stop)).GetProperty("total").GetInt64().ShouldBe(0);
    }

    /// <summary>Each file is in the manifest with its length and digest, and nothing else is in the archive.</summary>
    private static async Task CheckAsync(byte[] content)
    {
        await using var zip = new ZipArchive(new MemoryStream(content));
        using var manifest = await JsonDocument.ParseAsync(await zip.GetEntry("manifest.json")!.OpenAsync(Stop), cancellationToken: Stop);
        var names = new List<string> { "manifest.json" };
        foreach (var file in manifest.RootElement.GetProperty("files").EnumerateArray())
        {
            using var bytes = new MemoryStream();
            await (await zip.GetEntry(file.GetProperty("name").GetString()!)!.OpenAsync(Stop)).CopyToAsync(bytes, Stop);
            (bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))).ShouldBe((file.GetProperty("bytes").GetInt64(), file.GetProperty("sha256").GetString()!));
            names.Add(file.GetProperty("name").GetString()!);
        }

        zip.Entries.Select(e => e.FullName).ShouldBe(names, ignoreOrder: true);
        foreach (var name in new[] { "NOTICE.txt", "NOTICE.docx", "sbom/Shop-1.cyclonedx.json", "licences/T0001-MIT.txt", "source-offer.csv", "open-items.csv", "sign-off.json" }) names.ShouldContain(name);
        using var sbom = new StreamReader(await zip.GetEntry("sbom/Shop-1.cyclonedx.json")!.OpenAsync(Stop));
        (await sbom.ReadToEndAsync(Stop)).ShouldBe(Bom);
    }

    private async Task<string[]> ActsAsync(string prefix) => [.. (await _host.Get<AuditStore>().ListAsync(new PageRequest { Size = 100 }, Stop)).Items.Select(a => a.Act).Where(a => a.StartsWith(prefix, StringComparison.Ordinal))];

    private sealed class Later : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
    }
}
