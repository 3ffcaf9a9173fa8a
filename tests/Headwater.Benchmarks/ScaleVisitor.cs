using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Headwater.Benchmarks;

/// <summary>A person with a browser. A page that is not the page that was asked for ends the run: a redirection to the sign-in is quick and says nothing.</summary>
internal sealed partial class ScaleVisitor : IDisposable
{
    public const string AdministratorPassword = "benchmark-Passw0rd";

    private readonly HttpClient _browser;

    private ScaleVisitor(Uri address)
    {
        _browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        _browser.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    public static async Task<ScaleVisitor> SignInAsync(ServerProcess server, string name, string password)
    {
        var visitor = new ScaleVisitor(server.Client.BaseAddress!);
        var location = await visitor.PostAsync("session", "sign-in", ("name", name), ("password", password), ("returnUrl", "/about"));
        if (location.StartsWith("/account/password", StringComparison.Ordinal) || location != "/about") throw new InvalidOperationException($"{name} could not sign in: sent to {location}");
        return visitor;
    }

    /// <summary>Makes a person who may see one unit and what lies below it, and signs them in.</summary>
    public static async Task<ScaleVisitor> OfAsync(ServerProcess server, long unit)
    {
        using var api = await BearerAsync(server);
        var name = $"visitor-{Guid.NewGuid():N}"[..20];
        using var made = await api.PostAsJsonAsync("api/headwater/v1/people", new { name });
        var password = (await ReadAsync(made)).GetProperty("password").GetString()!;
        using var granted = await api.PutAsJsonAsync("api/headwater/v1/access/grants", new { person = name, role = "viewer", unit });
        if (!granted.IsSuccessStatusCode) throw new InvalidOperationException($"The role could not be given: {(int)granted.StatusCode} {await granted.Content.ReadAsStringAsync()}");
        var visitor = new ScaleVisitor(server.Client.BaseAddress!);
        await visitor.PostAsync("session", "sign-in", ("name", name), ("password", password), ("returnUrl", "/about"));
        // A password made up by the server is to be changed first.
        await visitor.PostAsync("session/password", "account/password", ("current", password), ("fresh", AdministratorPassword), ("again", AdministratorPassword));
        return visitor;
    }

    public async Task MeasureAsync(string who, long unit)
    {
        await MeasureAsync($"page: overview, {who}", "", 300, "<h1");
        await MeasureAsync($"page: one unit, {who}", $"owners/{unit}", 200, "<h1");
        await MeasureAsync($"page: units and teams, {who}", "owners", 200, "unit-tree");
        await MeasureAsync($"page: projects, {who}", "projects", 150, "<table");
        await MeasureAsync($"page: components by name, {who}", "components?sort=name", 150, "<table");
        await MeasureAsync($"page: components that hold log4j, {who}", "components?filter=log4j", 150, "<h1");
        await MeasureAsync($"page: advisories, {who}", "advisories", 150, "<h1");
        await MeasureAsync($"page: who uses log4j-core below 2.17.1, {who}", "who-uses?of=" + Uri.EscapeDataString("log4j-core <2.17.1"), 150, "<h1");
    }

    public async Task MeasureAsync(string what, string address, int target, string holds)
    {
        var taken = new List<double>();
        for (var i = 0; i < ScaleRun.Times + 2; i++)
        {
            var watch = Stopwatch.StartNew();
            using var response = await _browser.GetAsync(address);
            var text = await response.Content.ReadAsStringAsync();
            if (response.StatusCode != HttpStatusCode.OK || !text.Contains(holds, StringComparison.Ordinal) || text.Contains("action=\"/session\"", StringComparison.Ordinal))
                throw new InvalidOperationException($"/{address} is not the page that was asked for: {(int)response.StatusCode} {response.Headers.Location} {text[..Math.Min(text.Length, 200)]}");
            if (i >= 2) taken.Add(watch.Elapsed.TotalMilliseconds); // The first two warm it up.
        }

        ScaleRun.Row(what, $"{Measured.Median(taken):N0} ms", $"{ScaleRun.Tail(taken):N0} ms", $"≤ {target} ms");
    }

    private static async Task<HttpClient> BearerAsync(ServerProcess server)
    {
        var api = new HttpClient { BaseAddress = server.Client.BaseAddress };
        using var answer = await api.PostAsync("api/v1/user/login", new FormUrlEncodedContent([new("username", "admin"), new("password", AdministratorPassword)]));
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"The administrator could not sign in: {(int)answer.StatusCode}");
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await answer.Content.ReadAsStringAsync());
        return api;
    }

    /// <summary>Sends a form with the token that guards it.</summary>
    /// <returns>Where the answer sends the browser.</returns>
    private async Task<string> PostAsync(string address, string page, params (string Name, string Value)[] fields)
    {
        var token = TokenField().Match(await _browser.GetStringAsync(page)).Groups[1].Value;
        using var answer = await _browser.PostAsync(address, new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value))]));
        return answer.Headers.Location?.ToString() ?? throw new InvalidOperationException($"/{address}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.Clone() : throw new InvalidOperationException($"{(int)response.StatusCode}: {text}");
    }

    public void Dispose() => _browser.Dispose();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex TokenField();
}
