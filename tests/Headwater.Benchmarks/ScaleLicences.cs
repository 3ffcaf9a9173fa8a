using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Headwater.Benchmarks;

/// <summary>What the pages of licences ask of a large portfolio: working all of them out, the queue, what was decided, and one decision that holds everywhere.</summary>
internal static class ScaleLicences
{
    private const string Api = "api/headwater/v1/";

    public static async Task RunAsync(ServerProcess process, Func<HttpClient, string, string, int, Task<JsonElement>> measure)
    {
        using var person = await process.SignInAsync();
        var watch = Stopwatch.StartNew();
        await AdvisoryRun.IdleAsync(person);
        ScaleRun.Row("licences of all component versions worked out, from the first start on", $"{watch.Elapsed.TotalSeconds:N0} s", "", "");
        foreach (var by in new[] { "component", "declared", "text" })
        {
            var queue = await measure(person, $"what waits for a decision, by {by}, page 1", $"{Api}licences/queue?by={by}&size=50", 150);
            var total = queue.GetProperty("total").GetInt64();
            ScaleRun.Row($"(groups that wait, by {by})", total.ToString("N0", CultureInfo.InvariantCulture), "", "");
            if (total > 50) await measure(person, $"the same, page {(total - 50) / 50 + 1:N0}", $"{Api}licences/queue?by={by}&size=50&offset={total - 50}", 150);
        }

        await measure(person, "what waits and holds log4j", $"{Api}licences/queue?filter=log4j&size=50", 150);
        await measure(person, "search licence:MIT", $"{Api}search?q={Uri.EscapeDataString("licence:MIT")}&perKind=8", 150);
        await measure(person, "search licence:AGPL-3.0-only", $"{Api}search?q={Uri.EscapeDataString("licence:AGPL-3.0-only")}&perKind=8", 150);
        using var browser = await ScaleVisitor.SignInAsync(process, "admin", ScaleVisitor.AdministratorPassword);
        foreach (var (what, address, target) in new[] { ("the library", "licences", 150), ("one licence that most have", "licences/MIT", 150), ("the queue", "licences/queue", 300), ("what was decided", "licences/curations", 150) })
            await browser.MeasureAsync($"page: {what}", address, target, "<h1");
        await DecideAsync(person);
        var version = (await person.GetFromJsonAsync<JsonElement>(Api + "projects?size=1&sort=components")).GetProperty("items")[0].GetProperty("latestUuid").GetString();
        await measure(person, "notice of one version", $"{Api}versions/{version}/notice?format=json", 1_000);
    }

    /// <summary>One decision about words that many declare: from the click to the last component version that it reaches.</summary>
    private static async Task DecideAsync(HttpClient person)
    {
        var first = (await person.GetFromJsonAsync<JsonElement>($"{Api}licences/queue?by=declared&size=1")).GetProperty("items").EnumerateArray().FirstOrDefault();
        if (first.ValueKind == JsonValueKind.Undefined) return;
        var watch = Stopwatch.StartNew();
        using var decided = await person.PostAsJsonAsync($"{Api}component-versions/{first.GetProperty("componentVersionId").GetInt64()}/licence", new { scope = "declared", expression = "LicenseRef-scancode-proprietary-license", reason = "other", note = "Measured" });
        if (!decided.IsSuccessStatusCode) throw new InvalidOperationException($"{(int)decided.StatusCode} {await decided.Content.ReadAsStringAsync()}");
        var answered = watch.Elapsed.TotalMilliseconds;
        await AdvisoryRun.IdleAsync(person);
        ScaleRun.Row($"a decision about words that {first.GetProperty("versions").GetInt32():N0} component versions declare, to its answer", $"{answered:N0} ms", "", "≤ 150 ms");
        ScaleRun.Row("the same, until it is seen at all of them", $"{watch.Elapsed.TotalMilliseconds:N0} ms", "", "");
    }
}
