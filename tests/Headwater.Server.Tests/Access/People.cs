using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Dapper;
using Headwater.Server.Features.Grants;
using Headwater.Server.Features.Keys;
using Headwater.Server.Features.Owners;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Tests.Access;

/// <summary>People, units and keys for the tests of who may see what.</summary>
internal static partial class People
{
    public const string Password = "Some-Passw0rd-of-mine";

    // One hash for all: making one takes as long as a sign-in is meant to.
    private static readonly Lazy<string> Hash = new(() => Passwords.Hash(Password));

    /// <summary>A person with a local account; to be there already is fine.</summary>
    public static Task<long> AddPersonAsync(this TestHost host, string name) => host.Get<IDatabase>().WriteAsync(async transaction =>
    {
        var connection = transaction.Connection!;
        if (await connection.QuerySingleOrDefaultAsync<long?>("SELECT id FROM user_account WHERE name = @name", new { name }, transaction) is { } known) return known;
        var id = await IdSource.NextAsync(transaction, "user_account");
        await connection.ExecuteAsync("""
            INSERT INTO user_account (id, org_id, uuid, name, password_hash, permissions, must_change, stamp, created_at) VALUES (@id, 1, @uuid, @name, @hash, 0, @no, 'stamp', @now)
            """, new { id, uuid = Guid.CreateVersion7(), name, hash = Hash.Value, no = false, now = DateTimeOffset.UtcNow }, transaction);
        return id;
    });

    /// <summary>Gives a person a role in a unit; 0 is the whole organisation.</summary>
    public static Task GrantAsync(this TestHost host, long person, string role, long unit) => host.Get<GrantStore>().GrantAsync(new GrantWish(person, role, unit), "test");

    public static Task<Dictionary<(string Kind, string Name), long>> UnitsAsync(this TestHost host, params CatalogueGroup[] units) =>
        host.Get<OwnersModule>().ImportGroupsAsync(new Catalogue([.. units], [], []), CancellationToken.None);

    /// <summary>A program with a key for a unit.</summary>
    public static async Task<HttpClient> KeyAsync(this TestHost host, long unit, Permissions permissions = Permissions.Automation | Permissions.ViewBadges | Permissions.PortfolioManagement)
    {
        var client = host.Anonymous();
        client.DefaultRequestHeaders.Add("X-API-Key", (await host.Get<KeyStore>().CreateAsync(new KeyWish("unit", permissions, "test") { UnitId = unit })).Secret);
        return client;
    }

    /// <summary>A person with a bearer token, as scripts use it.</summary>
    public static async Task<HttpClient> BearerAsync(this TestHost host, string name)
    {
        var client = host.Anonymous();
        using var answer = await client.PostAsync("/api/v1/user/login", new FormUrlEncodedContent([new("username", name), new("password", Password)]));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await answer.Content.ReadAsStringAsync());
        return client;
    }

    /// <summary>A person with a browser.</summary>
    public static async Task<HttpClient> BrowserAsync(this TestHost host, string name)
    {
        var client = host.Anonymous();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var answer = await client.PostAsync("/session", new FormUrlEncodedContent([.. await client.HiddenAsync("/sign-in"), new("name", name), new("password", Password), new("returnUrl", "/about")]));
        answer.Headers.Location!.ToString().ShouldBe("/about");
        return client;
    }

    /// <summary>The token that guards forms, as a field.</summary>
    public static async Task<KeyValuePair<string, string>[]> HiddenAsync(this HttpClient client, string page) =>
        [new("__RequestVerificationToken", Token().Match(await client.GetStringAsync(page)).Groups[1].Value)];

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex Token();
}
