using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Headwater.Server.Platform.Auth.Oidc;

/// <summary>The identity provider did not do what the standard says, or could not be reached. The message is for the operator's log.</summary>
internal sealed class OidcException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>What the provider's discovery document says (OpenID Connect Discovery 1.0, section 3).</summary>
internal sealed record OidcMetadata(Uri Authorization, Uri Token, Uri Keys, Uri? UserInfo, Uri? EndSession, bool SecretInBody);

/// <summary>Talks to the identity provider, and to nobody else.</summary>
internal sealed class OidcProvider(OidcOptions options, HttpClient client, TimeProvider time)
{
    private static readonly TimeSpan MetadataAge = TimeSpan.FromHours(1), KeysAge = TimeSpan.FromHours(12), KeysAskedAgain = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _once = new(1, 1);
    private (OidcMetadata Value, DateTimeOffset At)? _metadata;
    private (IReadOnlyList<OidcKey> Value, DateTimeOffset At)? _keys;

    /// <summary>No redirections, little time, small answers: what a provider needs and no more.</summary>
    public static HttpClient NewClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(10) })
    {
        Timeout = TimeSpan.FromSeconds(15), MaxResponseContentBufferSize = 1024 * 1024,
    };

    public async Task<OidcMetadata> MetadataAsync(CancellationToken cancellationToken)
    {
        if (_metadata is { } known && time.GetUtcNow() - known.At < MetadataAge) return known.Value;
        using var document = await GetAsync(new Uri(options.Issuer.TrimEnd('/') + "/.well-known/openid-configuration"), null, cancellationToken);
        var root = document.RootElement;
        if (Text(root, "issuer") != options.Issuer) throw new OidcException($"The discovery document is of another issuer: {Text(root, "issuer")}.");
        var methods = root.TryGetProperty("token_endpoint_auth_methods_supported", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(m => m.GetString()).ToList() : [];
        var metadata = new OidcMetadata(Address(root, "authorization_endpoint", call: false)!, Address(root, "token_endpoint", call: true)!, Address(root, "jwks_uri", call: true)!,
            Text(root, "userinfo_endpoint") is null ? null : Address(root, "userinfo_endpoint", call: true), Text(root, "end_session_endpoint") is null ? null : Address(root, "end_session_endpoint", call: false),
            methods.Count > 0 && !methods.Contains("client_secret_basic") && methods.Contains("client_secret_post"));
        _metadata = (metadata, time.GetUtcNow());
        return metadata;
    }

    /// <summary>The key that signed, by its name. A name not known yet makes us ask again, though not more than once a minute: keys are changed without notice.</summary>
    public async Task<OidcKey?> KeyAsync(string? id, string algorithm, CancellationToken cancellationToken)
    {
        await _once.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            if (_keys is null || now - _keys.Value.At > KeysAge) await LoadAsync();
            if (Find() is { } found) return found;
            if (now - _keys!.Value.At < KeysAskedAgain) return null;
            await LoadAsync();
            return Find();
        }
        finally
        {
            _once.Release();
        }

        OidcKey? Find()
        {
            var fit = _keys!.Value.Value.Where(k => k.Algorithm == algorithm && (id is null || k.Id == id)).Take(2).ToList();
            return fit.Count == 1 ? fit[0] : null;
        }

        async Task LoadAsync()
        {
            using var document = await GetAsync((await MetadataAsync(cancellationToken)).Keys, null, cancellationToken);
            if (!document.RootElement.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Array) throw new OidcException("The key set has no keys.");
            _keys = ([.. keys.EnumerateArray().Take(100).Select(OidcKey.Of).OfType<OidcKey>()], time.GetUtcNow());
        }
    }

    /// <summary>Exchanges the code for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.5).</summary>
    public async Task<(string IdToken, string? AccessToken)> ExchangeAsync(string code, string verifier, string redirectUri, CancellationToken cancellationToken)
    {
        var metadata = await MetadataAsync(cancellationToken);
        var form = new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = redirectUri, ["code_verifier"] = verifier };
        using var request = new HttpRequestMessage(HttpMethod.Post, metadata.Token);
        if (options.ClientSecret is null || metadata.SecretInBody) form["client_id"] = options.ClientId;
        if (options.ClientSecret is not null && metadata.SecretInBody) form["client_secret"] = options.ClientSecret;
        else if (options.ClientSecret is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(options.ClientId)}:{Uri.EscapeDataString(options.ClientSecret)}")));
        request.Content = new FormUrlEncodedContent(form);
        using var answer = await SendAsync(request, cancellationToken);
        return (Text(answer.RootElement, "id_token") ?? throw new OidcException("The token endpoint gave no id_token."), Text(answer.RootElement, "access_token"));
    }

    /// <summary>What the provider says of the person beyond the token.</summary>
    public Task<JsonDocument> UserInfoAsync(Uri address, string accessToken, CancellationToken cancellationToken) => GetAsync(address, accessToken, cancellationToken);

    private async Task<JsonDocument> GetAsync(Uri address, string? bearer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        return await SendAsync(request, cancellationToken);
    }

    private async Task<JsonDocument> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await client.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            if (response.IsSuccessStatusCode) return JsonDocument.Parse(text);
            // Only the standard's own field: the rest of an answer may hold anything.
            throw new OidcException($"{request.RequestUri!.GetLeftPart(UriPartial.Path)} answered {(int)response.StatusCode} {ErrorOf(text)}");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new OidcException($"{request.RequestUri!.GetLeftPart(UriPartial.Path)} cannot be used: {e.Message}", e);
        }
    }

    private static string ErrorOf(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return Text(json.RootElement, "error") is { Length: < 100 } error ? error : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private Uri Address(JsonElement root, string name, bool call)
    {
        if (!Uri.TryCreate(Text(root, name), UriKind.Absolute, out var address)) throw new OidcException($"The discovery document names no {name}.");
        if (call && !options.MayCall(address)) throw new OidcException($"The discovery document sends us to {address.Host} ({name}), which is not the issuer. If that is right, name the host in Headwater:Oidc:Hosts.");
        if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback) throw new OidcException($"The {name} is not https.");
        return address;
    }

    internal static string? Text(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
