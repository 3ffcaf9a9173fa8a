using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Components;

/// <summary>A decision about a component holds in the whole organisation, so whoever makes it must be allowed to there.</summary>
internal static class CareApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var care = api.MapGroup("/components/{id:long}");
        care.MapGet("/care", async (HttpContext http, ComponentStore components, CareStore store, long id, CancellationToken cancellationToken) =>
            await components.GetAsync(http.User.Viewer(), Viewer.Nothing, id, cancellationToken) is null ? Results.NotFound() : Results.Ok(await store.GetAsync(http.User.Viewer(), id, cancellationToken))).Require(Permissions.ViewPortfolio)
            .WithSummary("Where a component stands in its life, and who looks after it");
        care.MapPut("/state", async (HttpContext http, ComponentStore components, CareStore store, long id, StateChange change, CancellationToken cancellationToken) =>
            await ChangeAsync(http, components, id, () => store.SetStateAsync(id, change, http.User.Actor(), cancellationToken), cancellationToken)).Require(Permissions.PortfolioManagement)
            .WithSummary("Sets the state: proposed, approved, in-use, deprecated, banned, removed; empty takes the decision back");
        care.MapPut("/support", async (HttpContext http, ComponentStore components, CareStore store, long id, PlanChange change, CancellationToken cancellationToken) =>
            await ChangeAsync(http, components, id, () => store.SetPlanAsync(id, change, http.User.Actor(), cancellationToken), cancellationToken)).Require(Permissions.PortfolioManagement)
            .WithSummary("Sets the support plan: community, expert, contract, none; empty takes it back");
    }

    public static bool May(System.Security.Claims.ClaimsPrincipal user) => user.Access().Everywhere.HasFlag(Permissions.PortfolioManagement);

    private static async Task<IResult> ChangeAsync(HttpContext http, ComponentStore components, long id, Func<Task<string?>> change, CancellationToken cancellationToken)
    {
        if (await components.GetAsync(http.User.Viewer(), Viewer.Nothing, id, cancellationToken) is null) return TypedResults.NotFound();
        if (!May(http.User)) return Problems.Of(StatusCodes.Status403Forbidden, "This holds in the whole organisation", "Ask somebody who manages the portfolio of the whole organisation.");
        return await change() is { } refusal ? Problems.Of(StatusCodes.Status400BadRequest, "The change cannot be made", refusal) : TypedResults.NoContent();
    }
}
