using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Headwater.Benchmarks;

/// <summary>
/// The table "speed at size" against a real server process over HTTP: <c>scale [--projects N] [--database postgres://…] [--data DIR] [--samples DIR] [--advisories DIR] [--parts questions,lists,licences,uploads,advisory]</c>. With
/// <c>--data</c> of a folder that a portfolio was loaded into before, that one is measured and kept.
/// </summary>
internal static class ScaleRun
{
    private const string Api = "api/headwater/v1/";
    internal const int Times = 15;

    public static async Task RunAsync(string[] arguments)
    {
        var options = arguments.Chunk(2).Where(a => a.Length == 2).ToDictionary(a => a[0], a => a[1]);
        var projects = int.Parse(options.GetValueOrDefault("--projects", "1000"), CultureInfo.InvariantCulture);
        var data = options.GetValueOrDefault("--data");
        var folder = data ?? Directory.CreateTempSubdirectory("headwater-bench-scale-").FullName;
        string[] database = options.TryGetValue("--database", out var address) ? ["--database", address] : [];
        try
        {
            Console.WriteLine($"| speed at size, {projects:N0} projects, {(database.Length > 0 ? "PostgreSQL" : "SQLite")} | median | p95 | target |");
            Console.WriteLine("|---|---:|---:|---:|");
            if (data is null || !File.Exists(Path.Combine(data, "headwater.db"))) await LoadAsync(projects, folder, [.. database, .. Passed(options)]);
            if (File.Exists(Path.Combine(folder, "headwater.db"))) Row("database file", $"{new FileInfo(Path.Combine(folder, "headwater.db")).Length / 1e6:N0} MB", "", "≤ 2 GB");
            using var server = await ServerProcess.StartAsync(folder, database);
            foreach (var part in options.GetValueOrDefault("--parts", "questions,lists,licences,uploads,advisory").Split(','))
            {
                await (part switch
                {
                    "questions" => QuestionsAsync(server),
                    "lists" => ListsAsync(server, projects),
                    "licences" => ScaleLicences.RunAsync(server, MeasureAsync),
                    "uploads" => UploadsAsync(server),
                    "advisory" => AdvisoryRun.RunAsync(server, Row),
                    _ => throw new ArgumentException($"There is no part {part}: questions, lists, licences, uploads, advisory."),
                });
            }

            Row("memory of the server, peak", $"{Measured.PeakMiB(server.Id):N0} MiB", "", "≤ 1 GB");
        }
        finally
        {
            if (data is null) Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Passed(Dictionary<string, string> options) => options.Where(o => o.Key is "--samples" or "--advisories").SelectMany(o => new[] { o.Key, o.Value });

    private static async Task LoadAsync(int projects, string folder, string[] more)
    {
        var watch = Stopwatch.StartNew();
        var (_, peak, code) = await Measured.RunAsync("dotnet", [Path.Combine(Measured.Root, "artifacts", "server", "headwater-server.dll"), "demo", "--scale", projects.ToString(CultureInfo.InvariantCulture), "--data", folder, .. more]);
        if (code != 0) throw new InvalidOperationException($"The portfolio could not be loaded: {code}");
        Row($"load the portfolio ({peak:N0} MiB peak)", $"{watch.Elapsed.TotalSeconds:N0} s", "", "≤ 300 s SQLite, ≤ 600 s PostgreSQL");
    }

    private static async Task QuestionsAsync(ServerProcess server)
    {
        await MeasureAsync(server, "which projects use log4j-core below 2.17.1, with owners, first page and exact count", Api + "who-uses?of=" + Uri.EscapeDataString("log4j-core <2.17.1"), 100);
        await MeasureAsync(server, "the same below 2.25, later page", Api + "who-uses?of=" + Uri.EscapeDataString("log4j-core <2.25") + "&offset=500", 100);
        await MeasureAsync(server, "dashboard of the whole portfolio", Api + "overview", 300);
        var owners = await JsonAsync(server, Api + "owners");
        var unit = owners.EnumerateArray().Where(o => o.GetProperty("kind").GetString() == "unit").Select(o => o.GetProperty("id").GetInt64()).Skip(2).First();
        await PagesAsync(server, owners, unit);
        await MeasureAsync(server, "units and teams with their numbers", Api + "owners", 150);
        await MeasureAsync(server, "search while typing: log4j", Api + "search?q=log4j&perKind=8", 150);
        var worst = (await JsonAsync(server, Api + "advisories?size=1&sort=projects")).GetProperty("items")[0].GetProperty("id").GetString()!;
        await MeasureAsync(server, "an advisory that hits most projects, affected list and exact count", Api + "advisories/" + worst, 150);
    }

    /// <summary>The pages as people get them: the administrator, and who sees one company or one team only.</summary>
    private static async Task PagesAsync(ServerProcess server, JsonElement owners, long unit)
    {
        using var all = await ScaleVisitor.SignInAsync(server, "admin", ScaleVisitor.AdministratorPassword);
        await all.MeasureAsync("the administrator", unit);
        var company = owners.EnumerateArray().Where(o => o.GetProperty("level").GetInt32() == 1).MaxBy(o => o.GetProperty("projects").GetInt32());
        var team = owners.EnumerateArray().First(o => o.GetProperty("kind").GetString() == "team");
        foreach (var (what, part) in new[] { ("one company", company), ("one team", team) })
        {
            var of = part.GetProperty("id").GetInt64();
            using var visitor = await ScaleVisitor.OfAsync(server, of);
            await visitor.MeasureAsync($"who sees {what} ({part.GetProperty("projects").GetInt32():N0} projects)", of);
        }
    }

    private static async Task ListsAsync(ServerProcess server, int projects)
    {
        var component = (await JsonAsync(server, Api + "components?size=1&sort=projects")).GetProperty("items")[0].GetProperty("id").GetInt64();
        var worst = (await JsonAsync(server, Api + "advisories?size=1&sort=projects")).GetProperty("items")[0].GetProperty("id").GetString()!;
        (string List, string[] Sorts)[] lists =
        [
            ("projects", ["name", "risk", "components", "findings", "uploaded", "owner"]), ("components", ["name", "risk", "projects", "versions", "findings"]),
            ("advisories", ["risk", "severity", "projects", "epss", "published", "id"]), ($"components/{component}/usages", ["project", "version", "depth"]),
            ($"components/{component}/versions", [""]), ("analyses", [""]), ($"advisories/{worst}/usages", ["", "project", "version", "depth"]), ($"advisories/{worst}/projects", [""]),
        ];
        foreach (var (list, sorts) in lists)
        {
            foreach (var sort in sorts)
            {
                var (by, order) = sort.Length == 0 ? ("", "") : ($" by {sort}", $"sort={sort}&");
                var first = await MeasureAsync(server, $"{list}{by}, page 1", $"{Api}{list}?{order}size=50", 150);
                if (first.ValueKind != JsonValueKind.Object || !first.TryGetProperty("total", out var rows)) continue; // It comes whole.
                var total = rows.GetInt64();
                var deep = Math.Min(999 * 50, (int)(total - 50));
                if (deep > 0) await MeasureAsync(server, $"{list}{by}, page {deep / 50 + 1:N0}", $"{Api}{list}?{order}size=50&offset={deep}", 150);
            }
        }
    }

    private static async Task UploadsAsync(ServerProcess server)
    {
        var folder = Directory.CreateTempSubdirectory("headwater-bench-sbom-").FullName;
        try
        {
            var file = Path.Combine(folder, "1k.json");
            LargeSbom.Write(Measured.Shared("sbom/cyclonedx/bom-examples/SBOM/keycloak-10.0.2/bom.json"), file, 1_000);
            // The first nine clients find a server that has just started, and a database whose pages were not asked for yet.
            foreach (var (round, what, target) in new[] { ("cold", "upload of 1,000 components while 8 others upload, first of all after a start", ""), ("warm", "upload of 1,000 components while 8 others upload, to matched", "p95 ≤ 3,000 ms") })
            {
                var visible = new List<double>();
                await Task.WhenAll(Enumerable.Range(0, 9).Select(async client =>
                {
                    for (var i = 0; i < 4; i++)
                    {
                        var (_, seen) = await server.UploadAsync(file, $"scale-{round}-{client}-{i}");
                        lock (visible) visible.Add(seen);
                    }
                }));
                Row(what, $"{Measured.Median(visible):N0} ms", $"{Tail(visible):N0} ms", target);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<JsonElement> MeasureAsync(ServerProcess server, string what, string address, int target) => MeasureAsync(server.Client, what, address, target);

    private static async Task<JsonElement> MeasureAsync(HttpClient client, string what, string address, int target)
    {
        var taken = new List<double>();
        var text = "";
        for (var i = 0; i < Times + 2; i++)
        {
            var watch = Stopwatch.StartNew();
            using var response = await client.GetAsync(address);
            text = await response.Content.ReadAsStringAsync();
            if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{address}: {(int)response.StatusCode} {text[..Math.Min(text.Length, 300)]}");
            if (i >= 2) taken.Add(watch.Elapsed.TotalMilliseconds); // The first two warm it up.
        }

        Row(what, $"{Measured.Median(taken):N0} ms", $"{Tail(taken):N0} ms", $"≤ {target} ms");
        return text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default;
    }

    private static async Task<JsonElement> JsonAsync(ServerProcess server, string address) => JsonDocument.Parse(await server.Client.GetStringAsync(address)).RootElement;

    internal static double Tail(List<double> values) => values.Order().ElementAt((int)Math.Ceiling(values.Count * 0.95) - 1);

    internal static void Row(string what, string median, string tail, string target) => Console.WriteLine($"| {what} | {median} | {tail} | {target} |");
}
