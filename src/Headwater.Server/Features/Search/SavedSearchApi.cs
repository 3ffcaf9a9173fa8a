using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Ui;

namespace Headwater.Server.Features.Search;

internal static class SavedSearchApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/searches").WithTags("Search");
        api.MapGet("", async (HttpContext http, SavedSearchStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerWhole("searches", await store.ListAsync(http.User.Actor(), cancellationToken),
            [("name", s => s.Name), ("address", s => s.Address), ("shared", s => s.Shared), ("uuid", s => s.Uuid.ToString())], cancellationToken)).Produces<IReadOnlyList<SavedSearch>>().Require(Permissions.ViewPortfolio).WithSummary("Searches that one keeps");
        api.MapPost("", SaveAsync).Require(Permissions.ViewPortfolio).WithSummary("Keeps a search: {\"name\", \"address\", \"shared\"}");
        api.MapDelete("/{uuid:guid}", async (HttpContext http, SavedSearchStore store, Guid uuid, CancellationToken cancellationToken) =>
            await store.DeleteAsync(http.User.Actor(), uuid, cancellationToken) ? Results.NoContent() : Results.NotFound()).Require(Permissions.ViewPortfolio);
    }

    /// <summary>Why a search cannot be kept; null when it can.</summary>
    public static string? Refuse(string? name, string? address)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Trim().Length > SavedSearchStore.LongestName || name.Any(char.IsControl)) return $"Give it a name of at most {SavedSearchStore.LongestName} characters.";
        return address is { Length: > 1 and <= SavedSearchStore.LongestAddress } && LocalPath.OrHome(address) == address ? null : "The address is that of a page of this server: a path with its query.";
    }

    private static async Task<IResult> SaveAsync(HttpContext http, SavedSearchStore store, NewSearch search, CancellationToken cancellationToken)
    {
        if (Refuse(search.Name, search.Address) is { } reason) return Problems.Of(StatusCodes.Status400BadRequest, "It cannot be kept", reason);
        return await store.SaveAsync(http.User.Actor(), search.Name!.Trim(), search.Address!, search.Shared, cancellationToken) is { } uuid
            ? TypedResults.Ok(new { uuid }) : Problems.Of(StatusCodes.Status409Conflict, "Too many are kept", $"At most {SavedSearchStore.Most} searches are kept for each person. Delete one first.");
    }

    internal sealed record NewSearch(string? Name, string? Address, bool Shared);
}
