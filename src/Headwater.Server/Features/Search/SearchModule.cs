using System.Security.Claims;
using Headwater.Server.Features.Licences;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Search;

internal static class SearchModule
{
    private const int Most = 50;

    /// <summary>People are found by whoever finds them on their own page, and in the whole organisation only: they belong to no unit.</summary>
    public static bool SeesPeople(ClaimsPrincipal caller) => caller.Access().Everywhere.HasFlag(Permissions.PeopleManagement);

    public static void AddServices(IServiceCollection services) => services.AddSingleton<SearchStore>().AddSingleton<LicenceSearchStore>().AddSingleton<LicenceProjectStore>().AddSingleton<SearchWordStore>().AddSingleton<SavedSearchStore>();

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        SavedSearchApi.Map(app);
        app.MapGet(Api.Root + "/licences/{id}/uses", async (HttpContext http, LicenceSearchStore store, string id, CancellationToken cancellationToken) => TypedResults.Ok(await store.CountAsync(http.User.InScope(), id, cancellationToken)))
            .Require(Permissions.ViewPortfolio).WithTags("Licences").WithSummary("How many component versions and projects in sight have a licence; more than 5,000 and 10,000 are not counted out");
        app.MapGroup(Api.Root + "/licences/{id}").Within(http => IsKnownAsync(http)).MapGet("/projects", ProjectsAsync).Require(Permissions.ViewPortfolio).WithTags("Licences").WithSummary("Projects in sight whose latest version has something under a licence (concluded, else declared), and what: twenty component versions of each are named, in a file all");
        app.MapGet(Api.Root + "/search", async (HttpContext http, SearchStore store, string? q, int? perKind, CancellationToken cancellationToken) =>
            TypedResults.Ok(await store.SearchAsync(http.User.InScope(), http.User.InScope(Permissions.ViewVulnerability), q ?? "", Math.Clamp(perKind ?? 10, 1, Most), SeesPeople(http.User), cancellationToken))).Require(Permissions.ViewPortfolio).WithTags("Search").WithSummary("Projects, components, advisories, owners and (for who may manage them) people by what is typed: names (a slip in each word is forgiven), package URLs, hashes, licence:MIT; with suggestions where little is found");
    }

    private static async Task<bool> IsKnownAsync(HttpContext http) => await http.RequestServices.GetRequiredService<LicencesModule>().GetAsync((string)http.GetRouteValue("id")!, http.RequestAborted) is not null;

    private static Task<IResult> ProjectsAsync(HttpContext http, LicenceProjectStore store, string id, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerAsync("projects",
        (page, token) => store.ListAsync(http.User.InScope(), http.User.Viewer(Permissions.ViewVulnerability), id, page, !string.IsNullOrEmpty(listing.Format), token),
        [
            ("project:project", p => p.Project), ("project:version", p => p.ProjectVersion), ("has:component versions", p => p.ComponentVersions), ("has:components", p => p.Components.Select(c => $"{(c.Group is null ? "" : c.Group + "/")}{c.Name} {c.Version}".TrimEnd()).ToList()),
            ("owner:owner", p => p.Owner?.Title), ("owner:contact", p => p.Owner?.Email), ("risk:risk", p => p.Risk is { } risk ? Math.Round(risk, 1) : null), ("uploaded:uploaded", p => p.LastUploadAt), ("uuid", p => p.ProjectUuid.ToString()),
        ], cancellationToken);
}
