using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Headwater.EndToEnd.Cli;

namespace Headwater.EndToEnd.Clients;

/// <summary>Single sign-on against the npm package <c>oidc-provider</c>, which is a certified provider.</summary>
public sealed partial class OidcTests
{
    [Theory]
    [InlineData("headwater")]
    [InlineData("headwater-es")]
    public async Task SignIn_AtTheProvider_MakesAnAccountWithTheRolesOfItsGroups_AndEndsThereToo(string client)
    {
        await using var world = await World.StartAsync(client);
        world.Says("""{"ada":{"name":"Ada Lovelace","groups":["engineers"]}}""");
        using var admin = await world.AdministratorAsync();
        await admin.SubmitAsync("/people/groups", "give-role", ("Group", "engineers"), ("Role", "developer"), ("Unit", "0"));
        using var ada = world.Browser();

        (await ada.SignInAsync("ada", "/projects?sort=name")).ShouldBe("/projects?sort=name");

        (await ada.GetAsync("/projects")).Status.ShouldBe(HttpStatusCode.OK);
        (await ada.GetAsync("/keys")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await ada.GetAsync("/account/sessions")).Body.ShouldContain("Identity provider");
        (await ada.GetAsync("/account/second-step")).Body.ShouldContain("Nothing to set here");
        var row = (await admin.GetAsync("/people?q=ada")).Body;
        row.ShouldContain("Ada Lovelace");
        row.ShouldContain("ada@example.org");

        // Whoever leaves the group loses the role at the next sign-in.
        world.Says("""{"ada":{"name":"Ada Byron","groups":[]}}""");
        using var again = world.Browser();
        (await again.SignInAsync("ada", "/")).ShouldBe("/");
        (await again.GetAsync("/projects")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await admin.GetAsync("/people?q=ada")).Body.ShouldContain("Ada Byron");

        var (status, _, location) = await again.SubmitAsync("/account/sessions", "/session/end");
        status.ShouldBe(HttpStatusCode.Redirect);
        location!.ShouldStartWith(world.Issuer + "/session/end?client_id=" + client);
        (await again.GetAsync("/account/sessions")).Status.ShouldBe(HttpStatusCode.Redirect);
        (await again.GetAsync("/sign-in")).Policy.ShouldContain($"form-action 'self' {world.Issuer};");
    }

    [Fact]
    public async Task SignIn_OfSomebodyWhoLeft_OrWithTheNameOfALocalAccount_IsRefused_AndSaysWhatToDo()
    {
        await using var world = await World.StartAsync("headwater");
        world.Says("""{"admin":{"name":"Not the administrator"},"bob":{"name":"Bob"}}""");
        using var impostor = world.Browser();
        (await impostor.SignInAsync("admin", "/")).ShouldStartWith("/sign-in?error=taken");
        (await impostor.GetAsync("/keys")).Status.ShouldBe(HttpStatusCode.Redirect);
        (await impostor.GetAsync("/sign-in?error=taken")).Body.ShouldContain("already has your name");

        using var bob = world.Browser();
        (await bob.SignInAsync("bob", "/about")).ShouldBe("/about");
        using var admin = await world.AdministratorAsync();
        var person = PersonAddress().Match((await admin.GetAsync("/people?q=bob")).Body).Groups[1].Value;
        await admin.SubmitAsync("/people/" + person, "act", ("Act", "deactivate"));
        (await bob.GetAsync("/about")).Status.ShouldBe(HttpStatusCode.Redirect); // Out at once.
        using var later = world.Browser();
        (await later.SignInAsync("bob", "/")).ShouldStartWith("/sign-in?error=left");
    }

    [Fact]
    public async Task Callback_OfAnotherFlow_OrSentTwice_OpensNothing()
    {
        await using var world = await World.StartAsync("headwater");
        world.Says("""{"eve":{"name":"Eve"}}""");
        using var eve = world.Browser();
        var callback = await eve.UntilCallbackAsync("eve", "/");
        using var victim = world.Browser();
        (await victim.GetAsync(callback)).Location!.ShouldStartWith("/sign-in?error=stale"); // Eve's code in somebody else's browser.
        (await eve.GetAsync(callback.Replace("state=", "state=x", StringComparison.Ordinal))).Location!.ShouldStartWith("/sign-in?error=stale");
        (await eve.GetAsync(callback)).Location.ShouldBe("/");
        (await eve.GetAsync(callback)).Location!.ShouldStartWith("/sign-in?error=stale");
        (await victim.GetAsync("/session/oidc/callback?error=access_denied&state=nonsense-state")).Location!.ShouldStartWith("/sign-in?error=stale");
    }

    [Fact]
    public async Task SignIn_WhileTheProviderIsAway_SaysSo_AndLocalAccountsStillEnter()
    {
        await using var world = await World.StartAsync("headwater", startProvider: false);
        using var nobody = world.Browser();
        (await nobody.GetAsync("/session/oidc?returnUrl=/projects")).Location!.ShouldBe("/sign-in?error=provider&returnUrl=%2Fprojects");
        using var admin = await world.AdministratorAsync();
        (await admin.GetAsync("/projects")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [GeneratedRegex("href=\"/people/(\\d+)\"", RegexOptions.None, 1000)]
    private static partial Regex PersonAddress();

    /// <summary>A provider, a server that trusts it, and browsers.</summary>
    private sealed class World(HeadwaterServer server, Process? provider, string issuer, TemporaryFolder folder) : IAsyncDisposable
    {
        public string Issuer => issuer;

        public static async Task<World> StartAsync(string client, bool startProvider = true)
        {
            var npm = await NpmClients.FolderAsync();
            var folder = new TemporaryFolder();
            var port = HeadwaterServer.FreePort();
            var issuer = $"http://127.0.0.1:{port}";
            var server = await HeadwaterServer.StartAsync(false, null, $"--Headwater:Oidc:Issuer={issuer}", $"--Headwater:Oidc:ClientId={client}", "--Headwater:Oidc:ClientSecret=a secret / with + signs",
                "--Headwater:Oidc:Scope=openid profile email groups", "--Headwater:Oidc:Label=the test provider");
            if (!startProvider) return new World(server, null, issuer, folder);
            var at = server.BaseAddress.ToString().TrimEnd('/');
            var people = Path.Combine(folder.Path, "people.json");
            await File.WriteAllTextAsync(people, "{}");
            var start = new ProcessStartInfo("node", [Path.Combine(npm, "oidc-provider.mjs"), port.ToString(), at + "/session/oidc/callback", at + "/sign-in", people]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = npm };
            var provider = Process.Start(start)!;
            var said = new System.Text.StringBuilder();
            provider.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
            provider.BeginErrorReadLine();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (await provider.StandardOutput.ReadLineAsync(limit.Token) is var line)
            {
                if (line == "ready") break;
                if (line is null) throw new InvalidOperationException($"The provider did not start:\n{said}");
            }

            return new World(server, provider, issuer, folder);
        }

        /// <summary>What the provider says of people from now on.</summary>
        public void Says(string people) => File.WriteAllText(Path.Combine(folder.Path, "people.json"), people);

        public Client Browser() => new(server.BaseAddress, issuer);

        public async Task<Client> AdministratorAsync()
        {
            var client = Browser();
            (await client.SubmitAsync("/sign-in", "/session", ("name", "admin"), ("password", HeadwaterServer.Password))).Location.ShouldBe("/");
            return client;
        }

        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync();
            provider?.Kill();
            provider?.Dispose();
            folder.Dispose();
        }
    }

    /// <summary>A browser of the plainest kind: cookies, forms, redirections one by one.</summary>
    private sealed partial class Client(Uri server, string issuer) : IDisposable
    {
        private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { Timeout = TimeSpan.FromSeconds(30) };

        public async Task<(HttpStatusCode Status, string Body, string? Location, string Policy)> GetAsync(string address) => await ReadAsync(await _client.GetAsync(new Uri(server, address)));

        /// <summary>Sends a form of a page, by its handler's name or its action.</summary>
        public async Task<(HttpStatusCode Status, string Body, string? Location)> SubmitAsync(string page, string form, params (string Name, string Value)[] fields)
        {
            var html = (await GetAsync(page)).Body;
            var token = Field().Match(html).Groups[1].Value;
            var sent = fields.Prepend(("__RequestVerificationToken", token));
            if (!form.StartsWith('/')) sent = sent.Prepend(("_handler", form));
            var (status, body, location, _) = await ReadAsync(await _client.PostAsync(new Uri(server, form.StartsWith('/') ? form : page), new FormUrlEncodedContent(sent.Select(f => KeyValuePair.Create(f.Item1, f.Item2)))));
            return (status, body, location);
        }

        /// <summary>Goes to the provider and back; returns where that ends.</summary>
        public async Task<string> SignInAsync(string name, string returnUrl) => (await GetAsync(await UntilCallbackAsync(name, returnUrl))).Location!;

        /// <summary>Goes to the provider, signs in there, agrees, and stops before coming back.</summary>
        public async Task<string> UntilCallbackAsync(string name, string returnUrl)
        {
            var next = (await GetAsync("/session/oidc?returnUrl=" + Uri.EscapeDataString(returnUrl))).Location!;
            next.ShouldStartWith(issuer + "/auth?");
            next.ShouldContain("code_challenge_method=S256");
            for (var i = 0; i < 20; i++)
            {
                if (next.StartsWith(server.ToString(), StringComparison.Ordinal)) return new Uri(next).PathAndQuery;
                var (_, body, location, _) = await ReadAsync(await _client.GetAsync(new Uri(next)));
                if (location is not null)
                {
                    next = new Uri(new Uri(next), location).ToString();
                    continue;
                }

                var action = Action().Match(body).Groups[1].Value;
                action.ShouldNotBeEmpty(body);
                var prompt = body.Contains("name=\"login\"", StringComparison.Ordinal) ? "login" : "consent";
                var sent = new FormUrlEncodedContent([new("prompt", prompt), new("login", name), new("password", "anything")]);
                next = new Uri(new Uri(next), (await ReadAsync(await _client.PostAsync(new Uri(new Uri(next), WebUtility.HtmlDecode(action)), sent))).Location!).ToString();
            }

            throw new InvalidOperationException($"The provider sends us round in circles: {next}");
        }

        public void Dispose() => _client.Dispose();

        private static async Task<(HttpStatusCode Status, string Body, string? Location, string Policy)> ReadAsync(HttpResponseMessage response)
        {
            using (response)
                return (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location?.OriginalString, response.Headers.TryGetValues("Content-Security-Policy", out var policy) ? policy.Single() : "");
        }

        [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"", RegexOptions.None, 1000)]
        private static partial Regex Field();

        [GeneratedRegex("<form[^>]* action=\"([^\"]+)\"", RegexOptions.None, 1000)]
        private static partial Regex Action();
    }
}
