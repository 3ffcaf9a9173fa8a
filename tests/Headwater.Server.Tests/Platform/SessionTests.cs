using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Dapper;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Platform;

/// <summary>Sessions are rows: seen, ended and outlived there.</summary>
public sealed class SessionTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task Session_OfABrowser_IsKeptAsADigestOnly_AndItsCookieIsHardened()
    {
        using var browser = new Browser(host);
        using var response = await browser.SignInAsync(TestHost.Password, "/");
        var cookie = response.Headers.GetValues("Set-Cookie").Single(c => c.Contains("hw-session", StringComparison.Ordinal));
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=lax", Case.Insensitive);
        var token = Regex.Match(cookie, "hw-session=([^;]+)", RegexOptions.NonBacktracking).Groups[1].Value;
        var kept = await host.Get<IDatabase>().ReadAsync(c => c.QueryAsync<string>("SELECT digest FROM session"));
        kept.ShouldNotContain(token);
        kept.ShouldAllBe(d => d.Length == 64);
    }

    [Fact]
    public async Task Session_OverHttps_HasACookieThatNoOtherHostCanSet()
    {
        using var client = host.Anonymous();
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var html = await client.GetStringAsync("/sign-in");
        var token = Regex.Match(html, "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"", RegexOptions.NonBacktracking).Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(client.BaseAddress!.ToString().Replace("http:", "https:", StringComparison.Ordinal) + "session"))
        {
            Content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("name", "admin"), new("password", TestHost.Password)]),
        };
        using var response = await client.SendAsync(request);
        var cookie = response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.FirstOrDefault(c => c.StartsWith("__Host-hw-session=", StringComparison.Ordinal)) : null;
        cookie.ShouldNotBeNull();
        cookie.ShouldContain("secure", Case.Insensitive);
        cookie.ShouldContain("path=/;", Case.Insensitive);
        cookie.ShouldNotContain("domain", Case.Insensitive);
    }

    [Fact]
    public async Task Session_EndedFromAnotherPlace_IsOverThere_AndTheOwnStays()
    {
        using var here = new Browser(host);
        using var there = new Browser(host);
        await here.SignInAsync(TestHost.Password, "/");
        await there.SignInAsync(TestHost.Password, "/");
        var page = Html.Parse(await here.Client.GetStringAsync("/account/sessions"));
        page.QuerySelectorAll("button[name=session]").Length.ShouldBeGreaterThanOrEqualTo(2); // One place and "all others".

        (await here.PostAsync("/account/sessions", "/session/revoke", ("session", "others"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        (await there.Client.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await here.Client.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.OK);
        Html.Parse(await here.Client.GetStringAsync("/account/sessions")).QuerySelectorAll("tbody tr").Length.ShouldBe(1);
    }

    [Fact]
    public async Task SignOut_EndsTheSession_SoThatACopiedCookieIsWorthNothing()
    {
        using var browser = new Browser(host);
        using var signedIn = await browser.SignInAsync(TestHost.Password, "/");
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("hw-session=", StringComparison.Ordinal)).Split(';')[0];
        await browser.PostAsync("/account/sessions", "/session/end");

        using var thief = host.Anonymous();
        thief.DefaultRequestHeaders.Add("Cookie", cookie);
        (await thief.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task SignIn_WhereSomebodyIsSignedInAlready_LeavesNoSessionBehind()
    {
        using var browser = new Browser(host);
        using var first = await browser.SignInAsync(TestHost.Password, "/");
        var cookie = first.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("hw-session=", StringComparison.Ordinal)).Split(';')[0];
        await browser.SignInAsync(TestHost.Password, "/");
        (await browser.Client.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var thief = host.Anonymous();
        thief.DefaultRequestHeaders.Add("Cookie", cookie);
        (await thief.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task SignOut_WithoutThePagesToken_IsRefused()
    {
        using var browser = new Browser(host);
        await browser.SignInAsync(TestHost.Password, "/");
        (await browser.Client.PostAsync("/session/end", new FormUrlEncodedContent([new("returnUrl", "/")]))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await browser.Client.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("UPDATE session SET expires_at = 1 WHERE address = '203.0.113.7'")]
    [InlineData("UPDATE session SET org_id = 2 WHERE address = '203.0.113.7'")]
    public async Task Session_OverOrOfAnotherOrganisation_OpensNothing(string change)
    {
        var (users, sessions) = (host.Get<UserStore>(), host.Get<SessionStore>());
        var admin = (await users.FindAsync("ADMIN"))!; // Whatever the case.
        var token = await sessions.OpenAsync(admin.Id, admin.Name, "password", "203.0.113.7", "test");
        (await sessions.FindAsync(token, CancellationToken.None)).ShouldNotBeNull();
        await host.Get<IDatabase>().WriteAsync(t => t.Connection!.ExecuteAsync(change, transaction: t));
        (await sessions.FindAsync(token, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Session_SeenAgain_LivesOnTwelveHours_ButNeverLongerThanSevenDays()
    {
        var (users, sessions, database, now) = (host.Get<UserStore>(), host.Get<SessionStore>(), host.Get<IDatabase>(), TimeProvider.System.GetUtcNow());
        var admin = (await users.FindAsync("admin"))!;
        var token = await sessions.OpenAsync(admin.Id, admin.Name, "password", "203.0.113.8", "test");
        async Task<DateTimeOffset> SeenAsync(TimeSpan age)
        {
            var at = (created: now - age, seen: now - TimeSpan.FromMinutes(30), expires: now + TimeSpan.FromMinutes(1));
            await database.WriteAsync(t => t.Connection!.ExecuteAsync("UPDATE session SET created_at = @created, seen_at = @seen, expires_at = @expires WHERE address = '203.0.113.8'", new { at.created, at.seen, at.expires }, t));
            await sessions.FindAsync(token, CancellationToken.None);
            return (await sessions.OfPersonAsync(admin.Id)).Single(s => s.Address == "203.0.113.8").ExpiresAt;
        }

        (await SeenAsync(TimeSpan.FromHours(1)) - now).ShouldBe(TimeSpan.FromHours(12), TimeSpan.FromMinutes(1));
        (await SeenAsync(TimeSpan.FromDays(7) - TimeSpan.FromHours(2)) - now).ShouldBe(TimeSpan.FromHours(2), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Bearer_OfAProgram_OpensTheApi_AndIsNoCookie()
    {
        using var client = host.Anonymous();
        var token = await (await client.PostAsync("/api/v1/user/login", new FormUrlEncodedContent([new("username", "admin"), new("password", TestHost.Password)]))).Content.ReadAsStringAsync();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        (await client.GetAsync("/api/v1/project")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var page = host.Anonymous();
        page.DefaultRequestHeaders.Add("Cookie", "hw-session=" + token);
        (await page.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        await host.Get<SessionStore>().EndAllAsync((await host.Get<UserStore>().FindAsync("admin"))!.Id, null, "test");
        (await client.GetAsync("/api/v1/project")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }
}

/// <summary>Changing a password, on a host of its own.</summary>
public sealed class PasswordChangeTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task PasswordChange_EndsAllOtherSessions_AndTheOldPassword()
    {
        const string Fresh = "a-fresh-Passw0rd";
        using var here = new Browser(host);
        using var there = new Browser(host);
        await here.SignInAsync(TestHost.Password, "/");
        await there.SignInAsync(TestHost.Password, "/");

        (await here.PostAsync("/account/password", "/session/password", ("current", TestHost.Password), ("fresh", Fresh), ("again", Fresh))).Headers.Location!.ToString().ShouldContain("done=1");

        (await here.Client.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await there.Client.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await there.SignInAsync(TestHost.Password, "/")).Headers.Location!.ToString().ShouldContain("error=refused");
        (await there.SignInAsync(Fresh, "/")).Headers.Location!.ToString().ShouldBe("/");
    }

    [Fact]
    public void Password_StoredByAnEarlierRelease_IsStillRead()
    {
        const string Earlier = "pbkdf2-sha256$1000$AAECAwQFBgcICQoLDA0ODw==$";
        var hash = System.Security.Cryptography.Rfc2898DeriveBytes.Pbkdf2("correct horse", Convert.FromBase64String("AAECAwQFBgcICQoLDA0ODw=="), 1000, System.Security.Cryptography.HashAlgorithmName.SHA256, 32);
        Passwords.Verify("correct horse", Earlier + Convert.ToBase64String(hash)).ShouldBeTrue();
        Passwords.Verify("wrong horse", Earlier + Convert.ToBase64String(hash)).ShouldBeFalse();
        Passwords.IsOutdated(Earlier).ShouldBeTrue();
        Passwords.Verify("nobody", null).ShouldBeFalse();
        Passwords.Verify("nobody", "").ShouldBeFalse();
    }
}

/// <summary>Being made to wait, on hosts of their own since all tests share one address.</summary>
public sealed class LockOutTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task SignIn_AfterFiveRefusals_WaitsTheSame_WhetherThereIsSuchAPersonOrNot()
    {
        using var client = host.Anonymous();
        var answers = new List<string>();
        foreach (var name in (string[])["admin", "nobody-of-that-name"])
        {
            var said = new StringBuilder();
            for (var i = 0; i < 7; i++)
            {
                using var response = await client.PostAsync("/api/v1/user/login", new FormUrlEncodedContent([new("username", name), new("password", "wrong")]));
                said.Append((int)response.StatusCode).Append(response.Headers.RetryAfter?.Delta is { TotalSeconds: > 200 and <= 300 } ? "+ " : " ").Append((await response.Content.ReadAsStringAsync()).Length).Append('\n');
            }

            answers.Add(said.ToString());
        }

        answers[0].ShouldBe(answers[1]);
        answers[0].ShouldContain("429+");
        (await client.PostAsync("/api/v1/user/login", new FormUrlEncodedContent([new("username", "Admin"), new("password", TestHost.Password)]))).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        var acts = (await host.Get<AuditStore>().ListAsync(new PageRequest { Size = 100 })).Items;
        acts.Count(a => a.Act == "user.locked").ShouldBe(2);
        acts.ShouldAllBe(a => !a.Subject.Contains("nobody-of-that-name", StringComparison.Ordinal));

        // An administrator, or five minutes, opens the door.
        await host.Get<SignInFailureStore>().OpenAsync("admin", CancellationToken.None);
        (await client.PostAsync("/api/v1/user/login", new FormUrlEncodedContent([new("username", "admin"), new("password", TestHost.Password)]))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}

/// <summary>One address that tries many names.</summary>
public sealed class AddressLockOutTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task SignIn_OfManyNamesFromOneAddress_IsStopped_AtOnceToo()
    {
        using var client = host.Anonymous();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            using var response = await client.PostAsync("/api/v1/user/login", new FormUrlEncodedContent([new("username", $"person-{i}"), new("password", "wrong")]));
            return response.StatusCode;
        }));
        answers.Count(s => s == HttpStatusCode.Unauthorized).ShouldBe(SignInFailureStore.AllowedForAddress);
        answers.Count(s => s == HttpStatusCode.TooManyRequests).ShouldBe(40 - SignInFailureStore.AllowedForAddress);
    }
}
