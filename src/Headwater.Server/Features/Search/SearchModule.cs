using System.Security.Claims;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Search;

internal static class SearchModule
{
    private const int Most = 50;

    /// <summary>People are found by whoever finds them on their own page, and in the whole organisation only: they belong to no unit.</summary>
    public static bool SeesPeople(ClaimsPrincipal caller) => caller.Access().Everywhere.HasFlag(Permissions.PeopleManagement);

    public static void AddServices(IServiceCollection services) => services.AddSingleton<SearchStore>().AddSingleton<LicenceSearchStore>().AddSingleton<SearchWordStore>().AddSingleton<SavedSearchStore>();

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        SavedSearchApi.Map(app);
        app.MapGet(Api.Root + "/licences/{id}/uses", async (HttpContext http, LicenceSearchStore store, string id, CancellationToken cancellationToken) => TypedResults.Ok(await store.CountAsync(http.User.InScope(), id, cancellationToken)))
            .Require(Permissions.ViewPortfolio).WithTags("Licences").WithSummary("How many component versions and projects in sight have a licence; more than 5,000 and 10,000 are not counted out");
        app.MapGet(Api.Root + "/search", async (HttpContext http, SearchStore store, string? q, int? perKind, CancellationToken cancellationToken) =>
            TypedResults.Ok(await store.SearchAsync(http.User.InScope(), http.User.InScope(Permissions.ViewVulnerability), q ?? "", Math.Clamp(perKind ?? 10, 1, Most), SeesPeople(http.User), cancellationToken))).Require(Permissions.ViewPortfolio).WithTags("Search").WithSummary("Projects, components, advisories, owners and (for who may manage them) people by what is typed: names (a slip in each word is forgiven), package URLs, hashes, licence:MIT; with suggestions where little is found");
    }
}
