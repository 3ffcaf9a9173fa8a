using System.Net;
using System.Text;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Tests.Ui;

namespace Headwater.Server.Tests.Platform;

public sealed class TotpTests
{
    // RFC 6238, appendix B, the last six digits of the eight that are given there.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Code_OfTheStandardsExamples_IsTheirs(long seconds, string code) =>
        Totp.CodeAt(Encoding.ASCII.GetBytes("12345678901234567890"), seconds / 30).ShouldBe(code);

    [Fact]
    public void Match_OfTheStepBeforeOrAfter_Holds_AndOfAUsedOneDoesNot()
    {
        var (secret, now) = (Encoding.ASCII.GetBytes("12345678901234567890"), DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
        var step = Totp.StepAt(now);
        Totp.Match(secret, Totp.CodeAt(secret, step - 1), now, 0).ShouldBe(step - 1);
        Totp.Match(secret, Totp.CodeAt(secret, step + 1), now, 0).ShouldBe(step + 1);
        Totp.Match(secret, Totp.CodeAt(secret, step + 2), now, 0).ShouldBeNull();
        Totp.Match(secret, Totp.CodeAt(secret, step), now, step).ShouldBeNull();
        Totp.Match(secret, "", now, 0).ShouldBeNull();
    }

    // RFC 4648, section 10.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_OfTheStandardsExamples_IsTheirs(string text, string expected) => Totp.ToBase32(Encoding.ASCII.GetBytes(text)).ShouldBe(expected);
}

/// <summary>The second step from setting it up to losing the telephone, through the pages and without script.</summary>
public sealed class SecondStepTests(TestHost host) : IClassFixture<TestHost>
{
    [Fact]
    public async Task SecondStep_SetUp_IsAskedForAfterThePassword_TakesEachCodeOnce_AndCanBeTurnedOff()
    {
        using var browser = new Browser(host);
        await browser.SignInAsync(TestHost.Password, "/");
        var begun = await Site.PostAsync(browser.Client, "/account/second-step", "main form button", []);
        var page = Html.Parse(await begun.Content.ReadAsStringAsync());
        var key = page.QuerySelector("[data-copy]")!.GetAttribute("data-copy")!;
        page.QuerySelector("a[href^='otpauth://totp/Headwater:admin?']").ShouldNotBeNull().GetAttribute("href")!.ShouldContain("secret=" + key);
        var address = page.QuerySelector("a[href^='otpauth:']")!.GetAttribute("href");
        QrReader.Read(page.QuerySelector("svg.qr")!).ShouldBe(address, "a camera reads the same as the link opens");
        var secret = FromBase32(key);
        // Counted from one moment, and from there on forwards, so that a slow machine that comes to the next step meanwhile sees the same.
        var first = Totp.StepAt(TimeProvider.System.GetUtcNow());
        string Code(int steps) => Totp.CodeAt(secret, first + steps);

        var wrong = await FinishAsync(page, "000000");
        wrong.QuerySelector("[role=alert]").ShouldNotBeNull();
        var done = await FinishAsync(wrong, Code(0));
        var words = done.QuerySelectorAll(".notice code").Select(c => c.TextContent).ToList();
        words.Count.ShouldBe(10);

        using var elsewhere = new Browser(host);
        (await elsewhere.SignInAsync(TestHost.Password, "/keys")).Headers.Location!.ToString().ShouldBe("/sign-in/code?returnUrl=%2Fkeys");
        (await elsewhere.Client.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.Redirect); // Half in is not in.
        (await AnswerAsync(elsewhere, Code(0))).ShouldContain("error=refused"); // Used when it was set up.
        (await AnswerAsync(elsewhere, Code(1), "/keys")).ShouldBe("/keys");
        (await elsewhere.Client.GetAsync("/projects")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using var listener = new Browser(host);
        await listener.SignInAsync(TestHost.Password, "/");
        (await AnswerAsync(listener, Code(1))).ShouldContain("error=refused"); // Seen over a shoulder.
        (await AnswerAsync(listener, words[0].ToUpperInvariant())).ShouldBe("/");
        using var again = new Browser(host);
        await again.SignInAsync(TestHost.Password, "/");
        (await AnswerAsync(again, words[0])).ShouldContain("error=refused");

        using var program = host.Anonymous();
        (await program.PostAsync("/api/v1/user/login", new FormUrlEncodedContent([new("username", "admin"), new("password", TestHost.Password)]))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);

        await Site.PostAsync(elsewhere.Client, "/account/second-step", "#off", ("Code", words[1]));
        (await again.SignInAsync(TestHost.Password, "/")).Headers.Location!.ToString().ShouldBe("/");

        async Task<AngleSharp.Html.Dom.IHtmlDocument> FinishAsync(AngleSharp.Html.Dom.IHtmlDocument from, string code)
        {
            var form = from.QuerySelector("#first")!.Closest("form")!;
            var fields = form.QuerySelectorAll("input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value") ?? "")).Append(new("Code", code));
            return Html.Parse(await (await browser.Client.PostAsync("/account/second-step", new FormUrlEncodedContent(fields))).Content.ReadAsStringAsync());
        }
    }

    private static async Task<string> AnswerAsync(Browser browser, string code, string returnUrl = "/")
    {
        using var response = await Site.PostAsync(browser.Client, "/sign-in/code?returnUrl=" + Uri.EscapeDataString(returnUrl), "#code", ("code", code));
        return response.Headers.Location!.ToString();
    }

    private static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Select(c => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
