using Microsoft.AspNetCore.Http.Features;

namespace Headwater.Server.Platform.Http;

/// <summary>
/// Bodies that say of themselves that they are larger than any may be. Kestrel would close the connection on them while the client still sends, and a client that cannot send
/// any more says "broken pipe" instead of reading why. So whoever reads such a body here is refused, as by Kestrel, and Kestrel takes what still comes and throws it away: for five
/// seconds, which is its own bound.
/// </summary>
internal static class LargeBodies
{
    /// <summary>A multipart body is a little larger than the document in it.</summary>
    public static long Limit(HttpLimits limits) => limits.MaxUploadBytes + 64 * 1024;

    public static void Refuse(IApplicationBuilder app, HttpLimits limits) => app.Use((http, next) =>
    {
        if (http.Request.ContentLength <= Limit(limits) || http.Request.ContentLength is null || http.Features.Get<IHttpMaxRequestBodySizeFeature>() is not { IsReadOnly: false } size) return next(http);
        size.MaxRequestBodySize = null;
        http.Request.Body = new BoundedStream(new MemoryStream([0]), 0);
        return next(http);
    });
}
