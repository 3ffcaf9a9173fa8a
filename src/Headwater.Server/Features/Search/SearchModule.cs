using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Search;

internal static class SearchModule
{
    private const int Most = 50;

    public static void AddServices(IServiceCollection services) => services.AddSingleton<SearchStore>().AddSingleton<LicenceSearchStore>().AddSingleton<SavedSearchStore>();

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        SavedSearchApi.Map(app);
        app.MapGet(Api.Root + "/search", async (HttpContext http, SearchStore store, string? q, int? perKind, CancellationToken cancellationToken) =>
            TypedResults.Ok(await store.SearchAsync(http.User.InScope(), http.User.InScope(Permissions.ViewVulnerability), q ?? "", Math.Clamp(perKind ?? 10, 1, Most), cancellationToken))).Require(Permissions.ViewPortfolio).WithTags("Search").WithSummary("Projects, components, advisories and owners by what is typed: names (a slip is forgiven), package URLs, hashes, licence:MIT");
    }
}
