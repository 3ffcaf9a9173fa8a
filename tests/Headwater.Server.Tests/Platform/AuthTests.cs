using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Headwater.Server.Platform.Auth;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headwater.Server.Tests.Platform;

public sealed class AuthTests(TestHost host) : IClassFixture<TestHost>
{
    // Every route that answers without anyone being signed in, and why it may.
    private static readonly string[] Open =
    [
        "/healthz", "/readyz", // probes
        "/metrics", // it asks for itself: this machine, named networks, or the permission
        "/api/version", "/api/v1/user/login", "/session", "/sign-in", "/session/code", "/sign-in/code", "/session/oidc", "/session/oidc/callback", // what comes before signing in
        "/openapi/{documentName}.json", // the description of the interface, no data
        "/enquiry", // for people outside; not there until somebody switches it on
        "/preferences", "/error/{Status:int}", "/not-found", "/assets/{name}", // the frame
    ];

    [Fact]
    public async Task Key_Revoked_TakesTheKeysItMadeWithIt()
    {
        var keys = host.Get<Headwater.Server.Features.Keys.KeyStore>();
        var first = await keys.CreateAsync("first", Permissions.ViewPortfolio, "test");
        var child = await keys.CreateAsync("child", Permissions.ViewPortfolio, $"key:{first.Key.PublicId}");
        var grandchild = await keys.CreateAsync("grandchild", Permissions.ViewPortfolio, $"key:{child.Key.PublicId}");
        var other = await keys.CreateAsync("other", Permissions.ViewPortfolio, "test");

        (await keys.RevokeAsync(Viewer.Everything, first.Key.Id, "test")).ShouldBeTrue();

        var left = (await keys.ListAsync(Viewer.Everything, 0, 1000)).Keys.Select(k => k.PublicId).ToList();
        left.ShouldNotContain(child.Key.PublicId);
        left.ShouldNotContain(grandchild.Key.PublicId);
        left.ShouldContain(other.Key.PublicId);
    }

    [Fact]
    public void Routes_WithoutAuthorisation_AreTheListedFew()
    {
        var open = Routes().Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null).Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/')).Distinct();
        open.Except(Open).Where(r => !r.StartsWith("/assets", StringComparison.Ordinal) && !r.StartsWith("/_", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void ApiRoutes_NameAPermission_OrAreForAnyKey()
    {
        string[] forAnyKey = ["/api/v1/event/token/{token}", "/api/v1/team/self", "/api/v1/team/visible", "/api/headwater/v1/access/me", "/api/headwater/v1/account/sessions"];
        Routes().Where(e => e.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal) && e.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Where(e => !e.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy is not null)).Select(e => e.RoutePattern.RawText!).Except(forAnyKey).ShouldBeEmpty();
    }

    [Fact]
    public async Task EveryApiRoute_WithoutKey_Answers401()
    {
        using var client = host.Anonymous();
        foreach (var route in Routes().Where(e => e.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal) && e.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), Filled(route));
                if (method is not "GET") request.Content = JsonContent.Create(new { });
                using var response = await client.SendAsync(request);
                response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {Filled(route)}");
                await SaysNoMoreThanItMayAsync(response, Filled(route));
            }
        }
    }

    [Fact]
    public async Task EveryApiRoute_WithAKeyThatMayNothing_Answers403()
    {
        using var client = await host.ClientAsync(Permissions.None);
        foreach (var route in Routes().Where(e => e.RoutePattern.RawText!.StartsWith("/api", StringComparison.Ordinal) && e.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(a => a.Policy is not null)))
        {
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), Filled(route));
                if (method is not "GET") request.Content = JsonContent.Create(new { });
                using var response = await client.SendAsync(request);
                response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{method} {Filled(route)}");
                await SaysNoMoreThanItMayAsync(response, Filled(route));
            }
        }
    }

    /// <summary>The compatible interface refuses without a body, as its clients know it; ours with the same words whatever lies behind the address.</summary>
    private static async Task SaysNoMoreThanItMayAsync(HttpResponseMessage response, string address)
    {
        var body = await response.Content.ReadAsStringAsync();
        if (!address.StartsWith("/api/headwater/", StringComparison.Ordinal)) body.ShouldBeEmpty(address);
        else System.Text.Json.JsonDocument.Parse(body).RootElement.GetProperty("title").GetString().ShouldBe(response.StatusCode == HttpStatusCode.Unauthorized ? "Nobody is signed in" : "You may not do this", address);
    }

    [Theory]
    [InlineData("hw_00000000_00000000000000000000000000000000")]
    [InlineData("nonsense")]
    [InlineData("odt_00000000_00000000000000000000000000000000")]
    public async Task Key_Unknown_IsRefusedWithoutABody(string key)
    {
        using var client = host.Anonymous();
        client.DefaultRequestHeaders.Add("X-Api-Key", key);
        using var response = await client.GetAsync("/api/v1/project");
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await response.Content.ReadAsStringAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Page_WithoutSession_LeadsToTheSignIn()
    {
        using var client = host.Anonymous();
        using var response = await client.GetAsync("/projects");
        response.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        response.Headers.Location!.ToString().ShouldContain("/sign-in?returnUrl=%2Fprojects");
    }

    [Fact]
    public async Task SignIn_WithThePassword_OpensASession_AndForeignRequestsWithItsCookieAreRefused()
    {
        using var browser = new Browser(host);
        (await browser.SignInAsync(TestHost.Password, "/projects")).Headers.Location!.ToString().ShouldBe("/projects");
        (await browser.Client.GetAsync("/api/headwater/v1/projects")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var foreign = await browser.Client.PostAsJsonAsync("/api/headwater/v1/keys", new { comment = "stolen" });
        foreign.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var upload = new MultipartFormDataContent { { TestHost.Part(TestHost.Bom("pkg:npm/a@1.0.0")), "bom", "b" } };
        (await browser.Client.PostAsync("/api/headwater/v1/uploads", upload)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        browser.Client.DefaultRequestHeaders.Add("RequestVerificationToken", await browser.TokenAsync("/account/password"));
        (await browser.Client.PostAsJsonAsync("/api/headwater/v1/keys", new { comment = "mine" })).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Upload_FromAPage_ChecksTheTokenInTheForm()
    {
        using var browser = new Browser(host);
        await browser.SignInAsync(TestHost.Password, "/");
        var token = await browser.TokenAsync("/account/password");
        using var upload = new MultipartFormDataContent { { new StringContent(token), "__RequestVerificationToken" }, { new StringContent("from-a-page"), "projectName" }, { TestHost.Part(TestHost.Bom("pkg:npm/a@1.0.0")), "bom", "b" } };
        using var response = await browser.Client.PostAsync("/api/headwater/v1/uploads", upload);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    public async Task SignIn_WithAReturnAddressElsewhere_StaysHere(string address)
    {
        using var browser = new Browser(host);
        (await browser.SignInAsync(TestHost.Password, address)).Headers.Location!.ToString().ShouldBe("/");
    }

    [Fact]
    public async Task Key_MadeByAPerson_HasAtMostThePersonsPermissions()
    {
        using var client = await host.ClientAsync(Permissions.AccessManagement | Permissions.ViewPortfolio);
        (await client.PostAsJsonAsync("/api/headwater/v1/keys", new { comment = "more", permissions = new[] { "BOM_UPLOAD" } })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await client.PostAsJsonAsync("/api/headwater/v1/keys", new { comment = "same", permissions = new[] { "VIEW_PORTFOLIO" } })).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await client.PostAsJsonAsync("/api/headwater/v1/keys", new { permissions = new[] { "EVERYTHING" } })).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Answers_CarryTheSecurityHeaders()
    {
        using var client = host.Anonymous();
        using var response = await client.GetAsync("/sign-in");
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe");
        response.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
    }

    private IEnumerable<RouteEndpoint> Routes() => host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    private static string Filled(RouteEndpoint route)
    {
        var text = "/" + route.RoutePattern.RawText!.TrimStart('/');
        text = Regex.Replace(text, @"\{(\w+):long\}", "1", RegexOptions.NonBacktracking);
        text = Regex.Replace(text, @"\{(uuid|\w+:guid)\}", Guid.CreateVersion7().ToString(), RegexOptions.NonBacktracking);
        return Regex.Replace(text, @"\{[^}]*\}", "x", RegexOptions.NonBacktracking);
    }
}

public sealed class ThrottleTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task SignIn_AfterFiveRefusals_IsRefusedUnread()
    {
        using var client = host.Anonymous();
        for (var i = 0; i < 5; i++) (await LoginAsync("wrong")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await LoginAsync(TestHost.Password)).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);

        Task<HttpResponseMessage> LoginAsync(string password) => client.PostAsync("/api/v1/user/login", new FormUrlEncodedContent([new("username", "admin"), new("password", password)]));
    }
}

/// <summary>A client that keeps cookies and reads forms, as a browser does.</summary>
internal sealed class Browser(TestHost host) : IDisposable
{
    public HttpClient Client { get; } = host.Anonymous();

    public Task<HttpResponseMessage> SignInAsync(string password, string returnUrl, string name = "admin") => PostAsync("/sign-in", "/session", ("name", name), ("password", password), ("returnUrl", returnUrl));

    /// <summary>Sends fields to an address with the token of a page.</summary>
    public async Task<HttpResponseMessage> PostAsync(string page, string address, params (string Name, string Value)[] fields) => await Client.PostAsync(address, new FormUrlEncodedContent(
        fields.Prepend(("__RequestVerificationToken", await TokenAsync(page))).Select(f => KeyValuePair.Create(f.Item1, f.Item2))));

    public async Task<string> TokenAsync(string page)
    {
        var html = await Client.GetStringAsync(page);
        return Regex.Match(html, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"", RegexOptions.NonBacktracking).Groups[1].Value;
    }

    public void Dispose() => Client.Dispose();
}
