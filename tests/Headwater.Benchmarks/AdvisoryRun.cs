using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Headwater.Benchmarks;

/// <summary>
/// A newly published advisory about a package that nearly a third of the projects use: from the moment at which the feed has the record to the moment at which the affected list, its count
/// and the notifications of all owners are there.
/// </summary>
internal static class AdvisoryRun
{
    private const string Api = "api/headwater/v1/";
    private const int Rounds = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public static async Task RunAsync(ServerProcess process, Action<string, string, string, string> row)
    {
        var folder = Directory.CreateTempSubdirectory("headwater-bench-feed-").FullName;
        using var server = await process.SignInAsync();
        long? feed = null;
        try
        {
            var projects = (await JsonAsync(server, Api + "projects?size=1")).GetProperty("total").GetInt64();
            var package = (await JsonAsync(server, Api + "components?size=200&sort=projects")).GetProperty("items").EnumerateArray()
                .Where(c => c.TryGetProperty("type", out var type) && type.GetString() is "npm" or "pypi" or "maven").MinBy(c => Math.Abs(c.GetProperty("projects").GetInt64() - (projects * 0.3)));
            var uses = package.GetProperty("projects").GetInt64();
            Write(folder, "HW-BENCH-0", package, "0.0.0-never");
            using var made = await server.PostAsJsonAsync(Api + "feeds/sources?refresh=false", new { name = $"Benchmark {Guid.NewGuid():N}", kind = "advisories", source = folder, everySeconds = 86_400 });
            feed = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
            var watch = Stopwatch.StartNew();
            await RefreshAsync(server, feed.Value);
            await IdleAsync(server);
            var (complete, numbers) = (new List<double>(), new List<double>());
            for (var round = 1; round <= Rounds; round++)
            {
                var id = $"HW-BENCH-{Guid.NewGuid():N}";
                watch.Restart();
                Write(folder, id, package, null);
                await RefreshAsync(server, feed.Value);
                while (await NewestAsync(server) is not { } told || told.GetProperty("subject").GetString() != id || told.GetProperty("projects").GetInt64() != uses)
                {
                    if (watch.Elapsed > Patience) throw new InvalidOperationException($"After {watch.Elapsed} owners were not told of {uses} projects; the newest is {await NewestAsync(server)}.");
                    await Task.Delay(10);
                }

                var affected = await JsonAsync(server, Api + "advisories/" + id);
                if (affected.GetProperty("affectedProjects").GetInt64() != uses) throw new InvalidOperationException($"{id} affects {affected.GetProperty("affectedProjects")} projects instead of {uses}.");
                complete.Add(watch.Elapsed.TotalMilliseconds);
                await IdleAsync(server);
                numbers.Add(watch.Elapsed.TotalSeconds);
            }

            row($"a new advisory about {Name(package)}, in {uses:N0} projects: affected list complete, notifications queued", $"{Measured.Median(complete):N0} ms", $"{complete.Max():N0} ms", "≤ 2,000 ms");
            row("the same, until the numbers of those projects are made anew in the background", $"{Measured.Median(numbers):N1} s", $"{numbers.Max():N1} s", "");
        }
        finally
        {
            if (feed is { } id) (await server.DeleteAsync($"{Api}feeds/sources/{id}")).Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Name(JsonElement package) => package.TryGetProperty("group", out var group) && group.GetString() is { Length: > 0 } of
        ? of + (package.GetProperty("type").GetString() == "maven" ? ":" : "/") + package.GetProperty("name").GetString() : package.GetProperty("name").GetString()!;

    private static void Write(string folder, string id, JsonElement package, string? fixedIn)
    {
        var ecosystem = package.GetProperty("type").GetString() switch { "npm" => "npm", "pypi" => "PyPI", _ => "Maven" };
        object[] events = fixedIn is null ? [new { introduced = "0" }] : [new { introduced = "0" }, new Dictionary<string, string> { ["fixed"] = fixedIn }];
        File.WriteAllText(Path.Combine(folder, id + ".json"), JsonSerializer.Serialize(new
        {
            schema_version = "1.6.0", id, modified = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture), summary = "Made for a measurement",
            affected = new[] { new { package = new { ecosystem, name = Name(package) }, ranges = new[] { new { type = ecosystem == "npm" ? "SEMVER" : "ECOSYSTEM", events } } } },
            severity = new[] { new { type = "CVSS_V3", score = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" } },
        }));
    }

    private static async Task RefreshAsync(HttpClient server, long feed)
    {
        using var response = await server.PostAsync($"{Api}feeds/sources/{feed}/refresh", null);
        response.EnsureSuccessStatusCode();
    }

    private static async Task<JsonElement?> NewestAsync(HttpClient server) => (await JsonAsync(server, Api + "inbox?size=1")).GetProperty("items") is { } items && items.GetArrayLength() > 0 ? items[0] : null;

    internal static async Task IdleAsync(HttpClient server)
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience; await Task.Delay(100))
            if ((await JsonAsync(server, Api + "jobs?size=1&state=queued")).GetProperty("total").GetInt64() + (await JsonAsync(server, Api + "jobs?size=1&state=running")).GetProperty("total").GetInt64() == 0) return;
        throw new InvalidOperationException("The jobs did not end.");
    }

    private static async Task<JsonElement> JsonAsync(HttpClient server, string address) => JsonDocument.Parse(await server.GetStringAsync(address)).RootElement;
}
