using Microsoft.AspNetCore.Http.Features;

namespace Headwater.Server.Platform.Http;

/// <summary>
/// Bodies of requests that come packed (<c>Content-Encoding</c>): gzip, Brotli and deflate are unpacked, as far as the limit of the address goes. Anything else is refused by its name before
/// it is read; otherwise somebody would look for a fault in a good document.
/// </summary>
internal static class PackedBodies
{
    /// <summary>What is unpacked, as <c>Accept-Encoding</c> of an answer says it (RFC 9110, section 12.5.3).</summary>
    public const string Taken = "gzip, br, deflate";

    public static void AddServices(IServiceCollection services) =>
        services.AddRequestDecompression(options => options.DecompressionProviders["x-gzip"] = options.DecompressionProviders["gzip"]); // One and the same: RFC 9110, section 8.4.1.3.

    /// <summary>Where nobody hears more than that he is not signed in, if he is not. What was unpacked has lost its header before.</summary>
    public static void RefuseOthers(IApplicationBuilder app) => app.Use((http, next) =>
    {
        var packed = string.Join(", ", http.Request.Headers.ContentEncoding.Select(v => v?.Trim()));
        if (packed.Length == 0 || packed.Equals("identity", StringComparison.OrdinalIgnoreCase) || http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not true) return next(http);
        http.Response.Headers.AcceptEncoding = Taken;
        var name = new string([.. packed.Take(60).Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or ',' or ' ' or '_' or '.')]);
        var what = $"The body is packed as {name}, which is not unpacked here. Send it as it is, or packed once as gzip, br or deflate.";
        return (Api.IsOwn(http.Request.Path) ? Problems.Of(StatusCodes.Status415UnsupportedMediaType, "The body is packed in a way that is not unpacked here", what) : Results.Text(what, statusCode: StatusCodes.Status415UnsupportedMediaType)).ExecuteAsync(http);
    });
}
