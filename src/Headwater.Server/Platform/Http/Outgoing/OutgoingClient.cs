using System.Net;
using System.Net.Http.Headers;

namespace Headwater.Server.Platform.Http.Outgoing;

/// <summary>A call that did not give what was asked for; the message is for people.</summary>
/// <param name="Passing">True when another attempt may succeed.</param>
internal sealed class OutgoingException(string message, bool passing = true) : Exception(message)
{
    public bool Passing { get; } = passing;

    /// <summary>The status that was answered; null when nothing was.</summary>
    public int? Status { get; init; }

    /// <summary>When the other side wants to be asked again, where it says so.</summary>
    public RetryConditionHeaderValue? RetryAfter { get; init; }
}

/// <summary>What is asked for.</summary>
/// <param name="Etag">What the last answer carried; the answer may then be that nothing is new.</param>
/// <param name="LastModified">Likewise, as the header has it.</param>
/// <param name="MaxBytes">The most that is taken, unpacked.</param>
/// <param name="Limit">The longest the whole call may take.</param>
internal sealed record FetchRequest(Uri Address, long MaxBytes, TimeSpan Limit, string? Etag = null, string? LastModified = null)
{
    /// <summary>The kinds of document that are understood; null for any.</summary>
    public string? Accept { get; init; }

    /// <summary>What shows who asks. It goes to the scheme, host and port of <see cref="Address"/> only, wherever a redirect leads.</summary>
    public string? Authorization { get; init; }

    /// <summary>Only what stands before the content is wanted.</summary>
    public bool Head { get; init; }

    // A record tells all its members; this one holds a secret.
    public override string ToString() => Address.ToString();
}

/// <summary>What came.</summary>
/// <param name="Status">200, 304, or 404 (410 counts as that); everything else is an exception.</param>
internal sealed record Fetched(int Status, string? Etag, string? LastModified, long Bytes);

/// <summary>
/// The one way in which this server calls others: to configured addresses only, guarded by <see cref="OutgoingGuard"/>, redirects only within one host, with a limit on
/// bytes and on time, without cookies and without anything that tells who asks.
/// </summary>
internal sealed class OutgoingClient(OutgoingGuard guard) : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpClient _http = new(guard.NewHandler()) { Timeout = Timeout.InfiniteTimeSpan, DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("Headwater", null) } } };

    /// <summary>Writes what an address answers to a stream.</summary>
    /// <exception cref="OutgoingException">It could not be had; the message says why.</exception>
    public async Task<Fetched> FetchAsync(FetchRequest request, Stream target, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(request.Limit);
        try
        {
            using var response = await SendAsync(request, limit.Token);
            var answer = new Fetched((int)response.StatusCode, response.Headers.ETag?.ToString(), response.Content.Headers.LastModified?.ToString("r"), 0);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK: break;
                case HttpStatusCode.NotModified: return answer;
                case HttpStatusCode.NotFound or HttpStatusCode.Gone: return answer with { Status = 404 };
                default: throw new OutgoingException(OutgoingWords.Of(request.Address, response.StatusCode, response.ReasonPhrase), (int)response.StatusCode >= 500 || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout)
                {
                    Status = (int)response.StatusCode, RetryAfter = response.Headers.RetryAfter,
                };
            }

            if (request.Head) return answer;
            if (response.Content.Headers.ContentLength > request.MaxBytes) throw TooLarge(request);
            await using var content = await response.Content.ReadAsStreamAsync(limit.Token);
            var buffer = new byte[81920];
            long total = 0;
            for (int read; (read = await content.ReadAsync(buffer, limit.Token)) > 0;)
            {
                if ((total += read) > request.MaxBytes) throw TooLarge(request);
                await target.WriteAsync(buffer.AsMemory(0, read), limit.Token);
            }

            return answer with { Bytes = total };
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException && !cancellationToken.IsCancellationRequested)
        {
            throw Refusal(e) ?? new OutgoingException($"{request.Address} could not be read: {OutgoingWords.Of(request.Address, e)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OutgoingException($"{request.Address} did not answer whole within {request.Limit.TotalSeconds:0} s.");
        }
    }

    /// <summary>Sends a document; redirects are not followed. What goes wrong is told with the host alone: the path of such an address often is a secret.</summary>
    /// <returns>The status code.</returns>
    /// <exception cref="OutgoingException">The address could not be reached.</exception>
    public async Task<int> PostAsync(Uri address, byte[] body, string mediaType, IEnumerable<KeyValuePair<string, string>> headers, TimeSpan within, CancellationToken cancellationToken)
    {
        if (guard.Refuses(address) is { } why) throw new OutgoingException(why, false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(within);
        using var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(mediaType) } } };
        foreach (var (name, value) in headers) message.Headers.TryAddWithoutValidation(name, value);
        try
        {
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return (int)response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException && !cancellationToken.IsCancellationRequested)
        {
            throw Refusal(e) ?? new OutgoingException($"{address.Host} could not be reached: {OutgoingWords.Of(address, e)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new OutgoingException($"{address.Host} did not answer within {within.TotalSeconds:0} s.");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        var address = request.Address;
        for (var redirects = 0; ; redirects++)
        {
            if (guard.Refuses(address) is { } why) throw new OutgoingException(why, false);
            using var message = new HttpRequestMessage(request.Head ? HttpMethod.Head : HttpMethod.Get, address);
            if (request.Accept is not null) message.Headers.TryAddWithoutValidation("Accept", request.Accept);
            if (request.Authorization is not null && address.Scheme == request.Address.Scheme && address.Authority == request.Address.Authority) message.Headers.TryAddWithoutValidation("Authorization", request.Authorization);
            if (request.Etag is not null) message.Headers.TryAddWithoutValidation("If-None-Match", request.Etag);
            if (request.LastModified is not null) message.Headers.TryAddWithoutValidation("If-Modified-Since", request.LastModified);
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)) return response;
            var location = response.Headers.Location;
            response.Dispose();
            if (location is null) throw new OutgoingException($"{address} redirects to nowhere.", false);
            var next = new Uri(address, location);
            if (!next.Host.Equals(request.Address.Host, StringComparison.OrdinalIgnoreCase) || (request.Address.Scheme == "https" && next.Scheme != "https"))
                throw new OutgoingException($"{address} redirects to {next.Scheme}://{next.Host}, which is not the configured host. Configure that address if you trust it.", false);
            if (redirects == MostRedirects) throw new OutgoingException($"{request.Address} redirects more than {MostRedirects} times.", false);
            address = next;
        }
    }

    private static OutgoingException TooLarge(FetchRequest request) => new($"{request.Address} is larger than {request.MaxBytes / (1024 * 1024.0):0.#} MiB, the most that is taken.", false);

    private static OutgoingException? Refusal(Exception e)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException!)
            if (inner is OutgoingException refusal) return refusal;
        return null;
    }

    public void Dispose() => _http.Dispose();
}
