using System.Collections.Frozen;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Headwater.Server.Platform.Ui;

/// <summary>
/// The built scripts and styles. Their names carry a fingerprint of their content (the manifest maps the plain names), so they may be kept for ever;
/// they are compressed once, when first asked for.
/// </summary>
internal sealed class Assets
{
    private const string Prefix = "assets/";
    private readonly FrozenDictionary<string, string> _names;
    private readonly FrozenDictionary<string, Lazy<Asset>> _files;

    public Assets()
    {
        var assembly = typeof(Assets).Assembly;
        var files = new Dictionary<string, Lazy<Asset>>(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            var name = resource[Prefix.Length..];
            if (name == "manifest.json")
            {
                using var stream = assembly.GetManifestResourceStream(resource)!;
                foreach (var (plain, built) in JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!) names[plain] = built;
                continue;
            }

            files[name] = new(() => Asset.Read(assembly.GetManifestResourceStream(resource)!, name));
        }

        _names = names.ToFrozenDictionary(StringComparer.Ordinal);
        _files = files.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The built name of a plain one, for example <c>app.4F2K.js</c> of <c>app.js</c>.</summary>
    public string this[string plain] => _names.GetValueOrDefault(plain, plain);

    /// <summary>Maps <c>/assets/{name}</c>; open to all, because the sign-in page needs it too.</summary>
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/assets/{name}", Get).AllowAnonymous().ExcludeFromDescription();

    private static Results<FileContentHttpResult, NotFound> Get(string name, HttpContext http, Assets assets)
    {
        if (!assets._files.TryGetValue(name, out var file)) return TypedResults.NotFound();
        var asset = file.Value;
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        http.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        var brotli = asset.Compressed is not null && http.Request.GetTypedHeaders().AcceptEncoding.Any(e => e.Value == "br" && e.Quality is not 0);
        if (brotli) http.Response.Headers.ContentEncoding = "br";
        return TypedResults.Bytes(brotli ? asset.Compressed! : asset.Content, asset.Type);
    }

    private sealed record Asset(byte[] Content, byte[]? Compressed, string Type)
    {
        public static Asset Read(Stream stream, string name)
        {
            using var _ = stream;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            var type = Path.GetExtension(name) switch
            {
                ".js" => "text/javascript; charset=utf-8",
                ".css" => "text/css; charset=utf-8",
                ".svg" => "image/svg+xml",
                ".map" or ".json" => "application/json",
                ".png" => "image/png",
                _ => "application/octet-stream",
            };
            var bytes = content.ToArray();
            if (type == "image/png") return new(bytes, null, type);
            using var packed = new MemoryStream();
            using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize)) brotli.Write(bytes);
            return new(bytes, packed.ToArray(), type);
        }
    }
}
