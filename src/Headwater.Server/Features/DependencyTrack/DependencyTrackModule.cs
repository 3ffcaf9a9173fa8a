using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.DependencyTrack;

/// <summary>
/// The REST interface of Dependency-Track 4, as far as its clients in build pipelines use it: same paths, status codes, headers and
/// spellings, on our own store. One deliberate difference: an invalid document leaves nothing behind, no project either.
/// </summary>
internal static class DependencyTrackModule
{
    /// <summary>The version that clients are told; they look for 4.12 or newer.</summary>
    public const string CompatibleVersion = "4.14.0";

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<DependencyTrackStore>().AddSingleton<DependencyTrackFindings>();

    /// <summary>Headers that every answer of the interface carries, refusals too.</summary>
    public static void UseHeaders(WebApplication app) => app.Use(async (http, next) =>
    {
        if (!AuthModule.IsApi(http))
        {
            await next(http);
            return;
        }

        var headers = http.Response.Headers;
        headers.XPoweredBy = $"Dependency-Track v{CompatibleVersion}";
        headers.CacheControl = "private, max-age=0, must-revalidate, no-cache";
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = "X-Total-Count";
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
            headers.AccessControlAllowHeaders = "Origin, Content-Type, Authorization, X-Requested-With, Content-Length, Accept, X-Api-Key, X-Total-Count";
            headers.AccessControlMaxAge = "3600";
            http.Response.StatusCode = StatusCodes.Status200OK;
            return;
        }

        await next(http);
    });

    public static void MapEndpoints(WebApplication app)
    {
        var api = app.MapGroup("/api").WithTags("Dependency-Track");
        BomApi.Map(api);
        ProjectApi.Map(api);
        FindingApi.Map(api);
        ComponentApi.Map(api);
        SystemApi.Map(api);
    }
}
