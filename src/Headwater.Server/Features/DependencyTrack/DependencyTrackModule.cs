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
        services.AddSingleton<DependencyTrackStore>().AddSingleton<DependencyTrackFindings>().AddSingleton<CycloneDxExport>().AddSingleton<VexImport>().AddSingleton<DtMetricsStore>();

    /// <summary>
    /// Headers that every answer of the interface carries, refusals too. One client goes by <c>X-Powered-By</c> before it does anything;
    /// an installation without it switches the line off with <c>Headwater:DependencyTrack:PoweredBy=false</c>.
    /// </summary>
    public static void UseHeaders(WebApplication app)
    {
        var poweredBy = app.Configuration.GetValue("Headwater:DependencyTrack:PoweredBy", true);
        var prefix = new PathString(app.Configuration["Headwater:PathBase"] is { Length: > 0 } path ? path : null);
        app.Use((http, next) => IsCompatible(http.Request.Path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase, out var rest) ? rest : http.Request.Path) ? AnswerAsync(http, next, poweredBy) : next(http));
    }

    private static bool IsCompatible(PathString path) =>
        path.StartsWithSegments("/api/v1", StringComparison.OrdinalIgnoreCase) || path.Equals("/api/version", StringComparison.OrdinalIgnoreCase);

    private static async Task AnswerAsync(HttpContext http, RequestDelegate next, bool poweredBy)
    {
        var headers = http.Response.Headers;
        if (poweredBy) headers.XPoweredBy = $"Dependency-Track v{CompatibleVersion}";
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
    }

    public static void MapEndpoints(WebApplication app)
    {
        var api = app.MapGroup("/api").WithTags("Dependency-Track");
        BomApi.Map(api);
        ProjectApi.Map(api);
        FindingApi.Map(api);
        AnalysisApi.Map(api);
        VexApi.Map(api);
        MetricsApi.Map(api);
        ComponentApi.Map(api);
        RepositoryApi.Map(api);
        SystemApi.Map(api);
        TeamApi.Map(api);
        BadgeApi.Map(app, api);
    }
}
