using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Server.Features.Feeds;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Tests.Features.Feeds;

/// <summary>Records as databases publish them: first as they stood before their last change, then as they stand.</summary>
public sealed class RealRecordTests : IAsyncLifetime
{
    private readonly TestHost _host = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("headwater-test-feed-").FullName;

    public async ValueTask InitializeAsync() => await _host.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, true);
    }

    [Theory]
    [InlineData("PyPI", "PYSEC-2021-125", "pkg:pypi/ansible@2.9.0", "withdrawn")]
    [InlineData("PyPI", "PYSEC-2021-13", "pkg:pypi/flask-caching@1.10.1", "withdrawn")]
    [InlineData("crates.io", "RUSTSEC-2020-0053", "pkg:cargo/dirs@2.0.2", "withdrawn")]
    [InlineData("crates.io", "RUSTSEC-2021-0078", "pkg:cargo/hyper@0.14.10", "fixed")]
    [InlineData("crates.io", "RUSTSEC-2018-0006", "pkg:cargo/yaml-rust@0.4.1", "fixed")]
    public async Task Record_ThatIsWithdrawnOrNarrowed_RetractsTheFinding_AndSaysWhy(string ecosystem, string id, string purl, string change)
    {
        var record = Read(ecosystem, id);
        var before = JsonNode.Parse(record)!.AsObject();
        before["modified"] = "2015-01-01T00:00:00Z";
        if (change == "withdrawn") before.Remove("withdrawn").ShouldBeTrue();
        else foreach (var range in before["affected"]!.AsArray().SelectMany(a => a!["ranges"]!.AsArray()))
            range!["events"] = new JsonArray([.. range["events"]!.AsArray().Where(e => e!["introduced"] is not null).Take(1).Select(e => e!.DeepClone())]);
        using var client = await _host.ClientAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, id + ".json"), before.ToJsonString());
        var feed = (await _host.Get<FeedStore>().SaveAsync(null, new FeedInput("Real", FeedKind.Advisories, _folder, [], Cadence.EachTime(TimeSpan.FromDays(7)), true, TimeSpan.FromDays(2)), "test"))!.Value;
        await RefreshAsync(feed);
        await TestHost.UploadAsync(client, "real", "1", TestHost.Bom(purl));
        var version = (await client.GetFromJsonAsync<JsonElement>("/api/headwater/v1/projects?filter=real")).GetProperty("items")[0].GetProperty("latestUuid").GetGuid();
        var finding = (await FindingsAsync(client, version)).Single(f => f.GetProperty("ids").EnumerateArray().Any(i => i.GetString() == id)).GetProperty("id").GetString()!;

        await File.WriteAllTextAsync(Path.Combine(_folder, id + ".json"), record);
        await RefreshAsync(feed);

        (await FindingsAsync(client, version)).ShouldNotContain(f => f.GetProperty("id").GetString() == finding);
        var gone = (await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{version}/findings/retracted")).EnumerateArray().Single();
        (gone.GetProperty("finding").GetString(), gone.GetProperty("reason").GetString(), gone.GetProperty("advisory").GetString()).ShouldBe((finding, change == "withdrawn" ? "withdrawn" : "corrected", id));
        gone.GetProperty("modified").GetDateTimeOffset().ShouldBe(DateTimeOffset.Parse(JsonNode.Parse(record)!["modified"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromSeconds(1));
        var history = await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/advisories/{finding}/history");
        history.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("kind").GetString()).ShouldContain("retracted");
        history.GetProperty("changes").EnumerateArray().Select(e => e.GetProperty("kind").GetString()).ShouldContain(change == "withdrawn" ? "withdrawn" : "changed");
    }

    private static async Task<List<JsonElement>> FindingsAsync(HttpClient client, Guid version) =>
        [.. (await client.GetFromJsonAsync<JsonElement>($"/api/headwater/v1/versions/{version}/findings")).GetProperty("items").EnumerateArray().Select(f => f.GetProperty("finding"))];

    private async Task RefreshAsync(long feed)
    {
        await _host.Get<FeedStore>().RefreshAsync(feed, false, "test");
        await _host.IdleAsync();
        (await _host.Get<FeedStore>().GetAsync(feed))!.Error.ShouldBeNull();
    }

    private static string Read(string ecosystem, string id)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Headwater.slnx"))) root = root.Parent;
        var path = Path.GetFullPath(Path.Combine(root!.FullName, "..", "shared", "data", "vulns", "osv", ecosystem, "all.zip"));
        Assert.SkipUnless(File.Exists(path), $"The shared corpus is not beside the repository: {path}");
        using var zip = ZipFile.OpenRead(path);
        using var reader = new StreamReader(zip.GetEntry(id + ".json")!.Open());
        return reader.ReadToEnd();
    }
}
