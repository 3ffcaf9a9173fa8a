using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Headwater.Server.Tests.Features.Feeds;

/// <summary>A source of advisories on loopback, in the layout of OSV.dev's buckets, that can also be slow, broken, huge and evasive.</summary>
public sealed class SourceServer : IAsyncDisposable
{
    private WebApplication _app = null!;
    private readonly SortedDictionary<string, (DateTimeOffset Modified, string Json)> _records = new(StringComparer.Ordinal);
    private readonly List<string> _asked = [];

    private SourceServer()
    {
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Answers in the place of the usual ones, by path.</summary>
    public Dictionary<string, RequestDelegate> Instead { get; } = new(StringComparer.Ordinal);

    public static async Task<SourceServer> StartAsync()
    {
        var server = new SourceServer();
        (server._app, server.Address) = await Loopback.StartAsync(server.AnswerAsync);
        return server;
    }

    /// <summary>Sets a record; the text's modified is put in.</summary>
    public void Set(string id, DateTimeOffset modified, string json)
    {
        lock (_records) _records[id] = (modified, json.Replace("$modified", modified.ToString("yyyy-MM-ddTHH:mm:ssZ"), StringComparison.Ordinal));
    }

    public void Remove(string id)
    {
        lock (_records) _records.Remove(id);
    }

    /// <summary>What was asked for since the last call.</summary>
    public IReadOnlyList<string> Asked()
    {
        lock (_asked)
        {
            string[] asked = [.. _asked];
            _asked.Clear();
            return asked;
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        lock (_asked) _asked.Add(path);
        if (Instead.TryGetValue(path, out var instead))
        {
            await instead(http);
            return;
        }

        byte[]? body;
        lock (_records)
        {
            body = path switch
            {
                "/npm/modified_id.csv" => Encoding.UTF8.GetBytes(string.Concat(_records.OrderByDescending(r => r.Value.Modified).Select(r => $"{r.Value.Modified:yyyy-MM-ddTHH:mm:ss.ffffffZ},{r.Key}\n"))),
                "/npm/all.zip" => Zip(_records.ToDictionary(r => r.Key + ".json", r => r.Value.Json)),
                _ when path.StartsWith("/npm/", StringComparison.Ordinal) && _records.TryGetValue(path[5..^5], out var record) => Encoding.UTF8.GetBytes(record.Json),
                _ => null,
            };
        }

        if (body is null)
        {
            http.Response.StatusCode = 404;
            return;
        }

        await Loopback.DocumentAsync(http, body);
    }

    public static byte[] Zip(IReadOnlyDictionary<string, string> files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return stream.ToArray();
    }
}
