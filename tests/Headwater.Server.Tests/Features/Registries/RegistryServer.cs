using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headwater.Server.Tests.Features.Registries;

/// <summary>A package registry on loopback: documents by their path as it stands in the request, with entity tags; and whatever a test puts in their place.</summary>
public sealed class RegistryServer : IAsyncDisposable
{
    private WebApplication _app = null!;
    private readonly Dictionary<string, (byte[] Body, DateTimeOffset? At)> _documents = new(StringComparer.Ordinal);
    private readonly List<(string Path, string? Authorization, bool Conditional)> _asked = [];
    private int _now, _most;

    private RegistryServer()
    {
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Answers in the place of the usual ones, whatever the path; null where it leaves the usual one.</summary>
    public RequestDelegate? Instead { get; set; }

    /// <summary>The most questions that were open at one time.</summary>
    public int Most => _most;

    public static async Task<RegistryServer> StartAsync()
    {
        var server = new RegistryServer();
        (server._app, server.Address) = await Loopback.StartAsync(server.AnswerAsync);
        return server;
    }

    /// <param name="path">As it stands in the request, escapes and all; <c>$base</c> in the text becomes the address.</param>
    public void Set(string path, string text, DateTimeOffset? lastModified = null)
    {
        lock (_documents) _documents[path] = (Encoding.UTF8.GetBytes(text.Replace("$base", Address.AbsoluteUri.TrimEnd('/'), StringComparison.Ordinal)), lastModified);
    }

    public void Remove(string path)
    {
        lock (_documents) _documents.Remove(path);
    }

    /// <summary>What was asked for since the last call.</summary>
    public IReadOnlyList<(string Path, string? Authorization, bool Conditional)> Asked()
    {
        lock (_asked)
        {
            var asked = _asked.ToArray();
            _asked.Clear();
            return asked;
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        lock (_asked)
        {
            _asked.Add((path, http.Request.Headers.Authorization.FirstOrDefault(), http.Request.Headers.IfNoneMatch.Count > 0));
            _most = Math.Max(_most, ++_now);
        }

        try
        {
            if (Instead is { } instead)
            {
                await instead(http);
                return;
            }

            (byte[] Body, DateTimeOffset? At) document;
            bool known;
            lock (_documents) known = _documents.TryGetValue(path, out document);
            if (!known)
            {
                http.Response.StatusCode = 404;
                await http.Response.WriteAsync("not found");
                return;
            }

            if (document.At is { } at) http.Response.Headers.LastModified = at.ToString("r");
            await Loopback.DocumentAsync(http, document.Body);
        }
        finally
        {
            lock (_asked) _now--;
        }
    }
}
