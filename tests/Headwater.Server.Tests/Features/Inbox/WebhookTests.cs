using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Headwater.Server.Tests.Features.Inbox;

/// <summary>Webhooks by their REST interface, against a real server that answers as it is told.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private const string Hooks = "/api/headwater/v1/webhooks";

    private readonly List<(IHeaderDictionary Headers, string Body)> _came = [];
    private readonly Queue<int> _answers = new();
    private AdvisoryWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await AdvisoryWorld.StartAsync();
        _world.Source.Instead["/hook"] = async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            lock (_came)
            {
                _came.Add((new HeaderDictionary(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value)), body));
                http.Response.StatusCode = _answers.TryDequeue(out var answer) ? answer : 202;
            }
        };
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Delivery_IsSignedEvents_AndTriedAgain()
    {
        _answers.Enqueue(500);
        var (id, secret) = await AddAsync("chat");
        await _world.TeamsAsync(("shop", ["a"]));
        _world.Publish("CVE-2026-1", "a");
        await _world.RefreshAsync();
        var row = await DeliveredAsync(id, "delivered");
        _came.Count.ShouldBe(2);
        (row.GetProperty("attempts").GetInt32(), row.GetProperty("status").GetInt32(), row.GetProperty("events").GetInt32()).ShouldBe((2, 202, 1));
        var told = JsonDocument.Parse(_came[1].Body).RootElement[0];
        told.GetProperty("specversion").GetString().ShouldBe("1.0");
        told.GetProperty("type").GetString().ShouldBe("headwater.finding.appeared");
        told.GetProperty("subject").GetString().ShouldBe("CVE-2026-1");
        (told.GetProperty("data").GetProperty("projects").GetInt32(), told.GetProperty("data").GetProperty("owner").GetString(), told.GetProperty("data").GetProperty("severity").GetString()).ShouldBe((1, "shop team", "high"));
        _came[1].Body.ShouldBe(_came[0].Body, "who receives it twice can tell");
        var headers = _came[1].Headers;
        headers["webhook-id"].ShouldBe(_came[0].Headers["webhook-id"]);
        headers.ContentType.ToString().ShouldStartWith("application/cloudevents-batch+json");
        headers["webhook-signature"].ToString().ShouldBe(Signature(secret, headers, _came[1].Body));
        (await _world.TextsAsync("SELECT secret FROM webhook")).Single().ShouldNotContain(secret["whsec_".Length..]);
    }

    [Fact]
    public async Task Refusal_IsADeadLetter_ThatCanBeSentAgain()
    {
        _answers.Enqueue(403);
        var (id, _) = await AddAsync("chat");
        await _world.TeamsAsync(("shop", ["a"]));
        _world.Publish("CVE-2026-1", "a");
        await _world.RefreshAsync();
        var dead = await DeliveredAsync(id, "dead");
        dead.GetProperty("status").GetInt32().ShouldBe(403);
        dead.GetProperty("error").GetString().ShouldBe("127.0.0.1 answered 403.");
        var hook = await GetAsync($"{Hooks}/{id}");
        (hook.GetProperty("failures").GetInt32(), hook.GetProperty("dead").GetInt32()).ShouldBe((1, 1));

        using var again = await _world.Admin.PostAsync($"{Hooks}/{id}/redeliver", null);
        again.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await again.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("deliveries").GetInt32().ShouldBe(1);
        await DeliveredAsync(id, "delivered");
        _came[1].Body.ShouldBe(_came[0].Body);
        using var once = await _world.Admin.PostAsync($"{Hooks}/{id}/deliveries/{dead.GetProperty("id").GetInt64()}/redeliver", null);
        once.StatusCode.ShouldBe(HttpStatusCode.Accepted, "what was delivered can be sent again too");
        using var unknown = await _world.Admin.PostAsync($"{Hooks}/{id}/deliveries/999999/redeliver", null);
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Webhook_OfAUnit_IsToldOfItsProjectsOnly()
    {
        var teams = await _world.TeamsAsync(("shop", ["a"]), ("till", ["b"]));
        var (shop, _) = await AddAsync("shop", teams[0]);
        _world.Publish("OSV-b", "b");
        await _world.RefreshAsync();
        (await GetAsync($"{Hooks}/{shop}/deliveries")).GetProperty("total").GetInt32().ShouldBe(0);
        _world.Publish("OSV-a", "a");
        await _world.RefreshAsync();
        await DeliveredAsync(shop, "delivered");
        _came.ShouldHaveSingleItem().Body.ShouldContain("OSV-a");
    }

    [Fact]
    public async Task Test_IsSentAtOnce_AndSaysHowItWent()
    {
        var (id, secret) = await AddAsync("chat");
        using var went = await _world.Admin.PostAsync($"{Hooks}/{id}/test", null);
        var row = await went.Content.ReadFromJsonAsync<JsonElement>();
        (row.GetProperty("state").GetString(), row.GetProperty("status").GetInt32(), row.GetProperty("kind").GetString()).ShouldBe(("delivered", 202, "test"));
        _came.Single().Body.ShouldContain("headwater.webhook.test");
        _came.Single().Headers["webhook-signature"].ToString().ShouldBe(Signature(secret, _came.Single().Headers, _came.Single().Body));
        _answers.Enqueue(500);
        using var failed = await _world.Admin.PostAsync($"{Hooks}/{id}/test", null);
        (await failed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString().ShouldBe("dead", "a test is not tried again");
        _came.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Secret_IsShownOnce_AndCanBeMadeAnew()
    {
        var (id, secret) = await AddAsync("chat");
        (await _world.Admin.GetStringAsync(Hooks)).ShouldNotContain("whsec_");
        (await _world.Admin.GetStringAsync($"{Hooks}/{id}")).ShouldNotContain("whsec_");
        using var renewed = await _world.Admin.PostAsync($"{Hooks}/{id}/secret", null);
        var other = (await renewed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
        other.ShouldNotBe(secret);
        using var went = await _world.Admin.PostAsync($"{Hooks}/{id}/test", null);
        _came.Single().Headers["webhook-signature"].ToString().ShouldBe(Signature(other, _came.Single().Headers, _came.Single().Body));
        (await _world.TextsAsync("SELECT act FROM audit WHERE subject LIKE 'webhook:%' ORDER BY id")).ShouldBe(["webhook.added", "webhook.secret", "webhook.tested"]);
    }

    [Fact]
    public async Task Webhook_IsChangedSwitchedOffAndRemoved()
    {
        var (id, _) = await AddAsync("chat");
        using var changed = await _world.Admin.PutAsJsonAsync($"{Hooks}/{id}", new { name = "room", address = new Uri(_world.Source.Address, "/hook"), enabled = false });
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        await _world.TeamsAsync(("shop", ["a"]));
        _world.Publish("OSV-a", "a");
        await _world.RefreshAsync();
        (await GetAsync($"{Hooks}/{id}/deliveries")).GetProperty("total").GetInt32().ShouldBe(0, "what is off is not told");
        (await GetAsync($"{Hooks}/{id}")).GetProperty("name").GetString().ShouldBe("room");
        using var removed = await _world.Admin.DeleteAsync($"{Hooks}/{id}");
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        foreach (var address in (string[])[$"{Hooks}/{id}", $"{Hooks}/{id}/deliveries"])
        {
            using var gone = await _world.Admin.GetAsync(address);
            gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    [Theory]
    [InlineData("", "https://example.org/", HttpStatusCode.BadRequest)]
    [InlineData("x", "ftp://example.org/", HttpStatusCode.BadRequest)]
    [InlineData("x", "https://user:secret@example.org/", HttpStatusCode.BadRequest)]
    [InlineData("x", "not an address", HttpStatusCode.BadRequest)]
    [InlineData("CHAT", "https://example.org/", HttpStatusCode.Conflict)]
    public async Task Webhook_ThatCannotBe_IsRefusedWithAReason(string name, string address, HttpStatusCode expected)
    {
        await AddAsync("chat");
        using var response = await _world.Admin.PostAsJsonAsync(Hooks, new { name, address });
        response.StatusCode.ShouldBe(expected);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!.Length.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task Address_OfThisMachine_IsRefused_WhereTheOperatorDoesNotAllowIt()
    {
        await using var host = new TestHost();
        await host.InitializeAsync();
        using var admin = await host.ClientAsync(Headwater.Server.Platform.Auth.Permissions.Administrator);
        using var response = await admin.PostAsJsonAsync(Hooks, new { name = "x", address = "http://127.0.0.1:9/" });
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("private network");
    }

    private async Task<(long Id, string Secret)> AddAsync(string name, long? owner = null)
    {
        using var response = await _world.Admin.PostAsJsonAsync(Hooks, new { name, address = new Uri(_world.Source.Address, "/hook"), ownerId = owner });
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        var made = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (made.GetProperty("webhook").GetProperty("id").GetInt64(), made.GetProperty("secret").GetString()!);
    }

    /// <summary>Waits until the newest delivery is in a state.</summary>
    private async Task<JsonElement> DeliveredAsync(long id, string state)
    {
        for (var i = 0; i < 1200; i++)
        {
            var items = (await GetAsync($"{Hooks}/{id}/deliveries")).GetProperty("items");
            if (items.GetArrayLength() > 0 && items[0].GetProperty("state").GetString() == state) return items[0];
            await Task.Delay(25);
        }

        throw new TimeoutException($"No delivery was {state} within 30 s: {await _world.Admin.GetStringAsync($"{Hooks}/{id}/deliveries")}");
    }

    private Task<JsonElement> GetAsync(string address) => _world.Admin.GetFromJsonAsync<JsonElement>(address);

    private static string Signature(string secret, IHeaderDictionary headers, string body) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}")));
}
