using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Server.Platform.Auth.Oidc;

namespace Headwater.Server.Tests.Platform;

/// <summary>What an identity token must say and how it must be signed (OpenID Connect Core, 3.1.3.7).</summary>
public sealed class IdTokenTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private static readonly RSA Rsa = RSA.Create(2048);
    private static readonly ECDsa Curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly OidcOptions Options = new("https://id.example", "headwater", null, "openid", [], "preferred_username", "groups", true, null, null);

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public async Task Token_AsItShouldBe_IsTaken(string algorithm) =>
        (await ReadAsync(Token(Claims(), algorithm))).GetProperty("sub").GetString().ShouldBe("ada");

    [Theory]
    [InlineData("iss", "\"https://evil.example\"")]
    [InlineData("iss", "\"https://id.example/\"")]
    [InlineData("aud", "\"another\"")]
    [InlineData("aud", "[\"headwater\",\"another\"]")] // Without azp.
    [InlineData("azp", "\"another\"")]
    [InlineData("exp", "1799999800")]
    [InlineData("exp", null)]
    [InlineData("exp", "\"never\"")]
    [InlineData("iat", "1800000200")]
    [InlineData("iat", null)]
    [InlineData("nbf", "1800000200")]
    [InlineData("nonce", "\"another\"")]
    [InlineData("nonce", null)]
    [InlineData("sub", null)]
    [InlineData("sub", "\"\"")]
    [InlineData("at_hash", "\"AAAAAAAAAAAAAAAAAAAAAA\"")]
    public async Task Token_WithAClaimThatIsWrong_IsRefused(string claim, string? value)
    {
        var claims = Claims();
        if (value is null) claims.Remove(claim);
        else claims[claim] = JsonNode.Parse(value);
        await Should.ThrowAsync<OidcException>(() => ReadAsync(Token(claims, "RS256"), "access"));
    }

    [Fact]
    public async Task Token_WithinTheSkewOfClocks_IsTaken()
    {
        var claims = Claims();
        claims["exp"] = Now.ToUnixTimeSeconds() - 60;
        claims["iat"] = Now.ToUnixTimeSeconds() + 60;
        (await ReadAsync(Token(claims, "ES256"))).GetProperty("sub").GetString().ShouldBe("ada");
    }

    [Fact]
    public async Task Token_SignedOtherwise_IsRefused()
    {
        var good = Token(Claims(), "RS256");
        var parts = good.Split('.');
        // Unsigned, and with the public key taken for a shared secret.
        await Should.ThrowAsync<OidcException>(() => ReadAsync(Encode("""{"alg":"none"}""") + "." + parts[1] + "."));
        await Should.ThrowAsync<OidcException>(() => ReadAsync(Encode("""{"alg":"none"}""") + "." + parts[1] + ".AA"));
        var head = Encode("""{"alg":"HS256","kid":"RS256"}""");
        var forged = HMACSHA256.HashData(Rsa.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(head + "." + parts[1]));
        await Should.ThrowAsync<OidcException>(() => ReadAsync($"{head}.{parts[1]}.{Base64Url.EncodeToString(forged)}"));
        // Claims exchanged under the same signature; another's key; a signature of another kind.
        var other = Claims();
        other["sub"] = "admin";
        await Should.ThrowAsync<OidcException>(() => ReadAsync($"{parts[0]}.{Encode(other.ToJsonString())}.{parts[2]}"));
        using var stranger = RSA.Create(2048);
        await Should.ThrowAsync<OidcException>(() => ReadAsync(Token(Claims(), "RS256", stranger)));
        await Should.ThrowAsync<OidcException>(() => ReadAsync($"{Encode("""{"alg":"ES256","kid":"ES256"}""")}.{parts[1]}.{parts[2]}"));
        await Should.ThrowAsync<OidcException>(() => ReadAsync("nonsense"));
        await Should.ThrowAsync<OidcException>(() => ReadAsync($"{Encode("[]")}.{parts[1]}.{parts[2]}"));
        await Should.ThrowAsync<OidcException>(() => ReadAsync($"{Encode("""{"alg":"RS256","kid":"RS256","crit":["b64"]}""")}.{parts[1]}.{parts[2]}"));
    }

    [Fact]
    public async Task AccessToken_ThatBelongsToTheToken_IsTaken()
    {
        var claims = Claims();
        claims["at_hash"] = Base64Url.EncodeToString(SHA256.HashData("access"u8).AsSpan(0, 16));
        (await ReadAsync(Token(claims, "RS256"), "access")).GetProperty("sub").GetString().ShouldBe("ada");
    }

    [Theory]
    [InlineData("""{"kty":"RSA","use":"enc","n":"{0}","e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""")] // Far too short.
    [InlineData("""{"kty":"RSA","alg":"RS512","n":"{0}","e":"AQAB"}""")]
    [InlineData("""{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}""")]
    [InlineData("""{"kty":"oct","k":"AAAA"}""")]
    [InlineData("""{"kty":5}""")]
    public void Key_OfNoUse_IsPassedOver(string json)
    {
        using var document = JsonDocument.Parse(json.Replace("{0}", Base64Url.EncodeToString(Rsa.ExportParameters(false).Modulus), StringComparison.Ordinal));
        OidcKey.Of(document.RootElement).ShouldBeNull();
    }

    [Theory]
    [InlineData("http://id.example", false)]
    [InlineData("ftp://id.example", false)]
    [InlineData("id.example", false)]
    [InlineData("http://127.0.0.1:9000", true)]
    [InlineData("https://id.example/realms/x", true)]
    public void Issuer_ThatWouldBeReadByOthersOnTheWay_IsRefused(string issuer, bool taken)
    {
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationBuilder();
        Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(configuration, new Dictionary<string, string?> { ["Headwater:Oidc:Issuer"] = issuer, ["Headwater:Oidc:ClientId"] = "headwater" });
        if (taken) OidcOptions.From(configuration.Build()).ShouldNotBeNull();
        else Should.Throw<InvalidOperationException>(() => OidcOptions.From(configuration.Build()));
    }

    [Fact]
    public void Provider_MayBeCalledAtItsIssuerOnly_UnlessTheOperatorNamesMore()
    {
        Options.MayCall(new Uri("https://id.example/token")).ShouldBeTrue();
        Options.MayCall(new Uri("https://elsewhere.example/token")).ShouldBeFalse();
        Options.MayCall(new Uri("http://id.example/token")).ShouldBeFalse();
        (Options with { Hosts = ["elsewhere.example"] }).MayCall(new Uri("https://elsewhere.example/token")).ShouldBeTrue();
    }

    private static JsonObject Claims() => new()
    {
        ["iss"] = "https://id.example", ["aud"] = "headwater", ["sub"] = "ada", ["exp"] = Now.ToUnixTimeSeconds() + 300, ["iat"] = Now.ToUnixTimeSeconds(), ["nonce"] = "n-1",
    };

    private static string Token(JsonObject claims, string algorithm, RSA? rsa = null)
    {
        var signed = Encode($$"""{"alg":"{{algorithm}}","kid":"{{algorithm}}"}""") + "." + Encode(claims.ToJsonString());
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = algorithm == "RS256" ? (rsa ?? Rsa).SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : Curve.SignData(bytes, HashAlgorithmName.SHA256);
        return signed + "." + Base64Url.EncodeToString(signature);
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static Task<JsonElement> ReadAsync(string token, string? access = null) => IdToken.ReadAsync(token, Options, "n-1", access, Now, (id, algorithm) => Task.FromResult(Keys().FirstOrDefault(k => k.Id == id && k.Algorithm == algorithm)));

    private static IEnumerable<OidcKey> Keys()
    {
        yield return new OidcKey("RS256", "RS256", Rsa.ExportParameters(false), null);
        yield return new OidcKey("ES256", "ES256", null, Curve.ExportParameters(false));
    }
}
