using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Overview;

internal sealed class OverviewModule(OverviewStore store)
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<OverviewStore>().AddSingleton<OverviewModule>();

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        app.MapGet(Api.Root + "/overview/trend", async (HttpContext http, OverviewStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerWhole("trend", (await store.GetAsync(http.User.InScope(), cancellationToken)).Trend, ProjectsModule.Days, cancellationToken))
            .Produces<IReadOnlyList<DayPoint>>().Require(Permissions.ViewPortfolio).WithTags("Overview").WithSummary("Findings of the portfolio by day, the oldest first");
        app.MapGet(Api.Root + "/overview", async (HttpContext http, OverviewStore store, CancellationToken cancellationToken) => TypedResults.Ok(await store.GetAsync(http.User.InScope(Permissions.ViewVulnerability), cancellationToken))).Require(Permissions.ViewVulnerability).WithTags("Overview").WithSummary("The portfolio in numbers");
    }

    public Task<PortfolioOverview> GetAsync(Viewer viewer, CancellationToken cancellationToken) => store.GetAsync(viewer, cancellationToken);
}
