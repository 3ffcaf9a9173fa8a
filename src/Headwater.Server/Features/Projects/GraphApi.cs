using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Projects;

/// <summary>The dependency graph of a project version over REST.</summary>
internal static class GraphApi
{
    /// <summary>The most nodes of a drawing; as a file there is no such bound.</summary>
    private const int MostDrawn = 10_000;

    public static void Map(RouteGroupBuilder version)
    {
        version.MapGet("/tree", async Task<Results<Ok<Page<TreeNode>>, NotFound>> (HttpContext http, GraphStore store, Guid uuid, int? node, string? after, int? offset, int? size, CancellationToken cancellationToken) =>
            await store.TreeAsync(http.User.Viewer(), http.User.Viewer(Permissions.ViewVulnerability), uuid, node ?? 0, new PageRequest { After = after, Offset = offset, Size = size ?? PageRequest.LargestSize, Strict = true }, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("What a node of the dependency tree needs, one level, by pages");
        version.MapGet("/graph", DrawingAsync).Produces<GraphView>().Require(Permissions.ViewPortfolio).WithSummary("The dependency graph, nearest nodes first: a thousand, or up to 10,000 with limit, and how many there are; as a file every component of it");
        version.MapGet("/why/{componentVersion:long}", async Task<Results<Ok<WhyHere>, NotFound>> (HttpContext http, GraphStore store, Guid uuid, long componentVersion, int? limit, CancellationToken cancellationToken) =>
            await store.WhyAsync(http.User.Viewer(), uuid, componentVersion, Math.Clamp(limit ?? 10, 1, 1000), cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("All shortest paths from the root, ten or as many as limit says, and how many there are");
        version.MapGet("/paths/{componentVersion:long}", PathsAsync).Produces<AllPaths>().Require(Permissions.ViewPortfolio).WithSummary("All paths from the root that pass nothing twice, the shortest first, by pages; with exact = false there are more than total");
        version.MapGet("/impact/{componentVersion:long}", ImpactAsync).Takes("show", ["needs", "goes"]).Produces<Impact>().Require(Permissions.ViewPortfolio).WithSummary("Who needs a component version, and what would go with it: a thousand of each from offset on, and how many there are; as a file both lists whole, or one with show = needs or goes");
    }

    private static async Task<IResult> DrawingAsync(HttpContext http, GraphStore store, Guid uuid, int? limit, long? without, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        listing.RefuseAsNoList();
        if (string.IsNullOrEmpty(listing.Format)) return await store.DrawingAsync(http.User.Viewer(), http.User.Viewer(Permissions.ViewVulnerability), uuid, Math.Clamp(limit ?? 1000, 1, MostDrawn), without, cancellationToken) is { } drawing ? TypedResults.Ok(drawing) : TypedResults.NotFound();
        if (await store.TableAsync(http.User.Viewer(), http.User.Viewer(Permissions.ViewVulnerability), uuid, listing.Page, without, limit is { } most ? Math.Max(1, most) : null, cancellationToken) is not { } it) return TypedResults.NotFound();
        return (listing with { Filter = null, Sort = null }).AnswerWhole("graph", await store.LicensedAsync(it.Lines, cancellationToken), without is null ? VersionFiles.Nodes : VersionFiles.NodesThatGo, cancellationToken);
    }

    private static async Task<IResult> PathsAsync(HttpContext http, GraphStore store, Guid uuid, long componentVersion, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        var file = !string.IsNullOrEmpty(listing.Format);
        if (!file) listing.RefuseCursors();
        var (from, size) = file ? (0, GraphStore.MostPaths) : (Math.Max(0, listing.Offset ?? 0), (listing.Page with { Size = listing.Size ?? 100 }).InOwnOrder().Rows);
        if (await store.PathsAsync(http.User.Viewer(), uuid, componentVersion, from, size, cancellationToken) is not { } it) return TypedResults.NotFound();
        if (!file) return TypedResults.Ok(it);
        return it.Ends ? Problems.Of(StatusCodes.Status413PayloadTooLarge, "There are too many paths for a file", $"A file holds all paths or none, and there are {(it.Exact ? "" : "more than ")}{it.Total:N0}, of which {it.Items.Count:N0} can be listed. Ask for them by pages, with offset and size.")
            : listing.AnswerWhole("paths", it.Items, VersionFiles.Paths, cancellationToken);
    }

    private static async Task<IResult> ImpactAsync(HttpContext http, GraphStore store, Guid uuid, long componentVersion, string? show, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        listing.RefuseAsNoList("offset");
        if (await store.ImpactAsync(http.User.Viewer(), http.User.Viewer(Permissions.ViewVulnerability), uuid, componentVersion, cancellationToken) is not { } it) return TypedResults.NotFound();
        var from = Math.Max(0, listing.Offset ?? 0);
        async Task<IReadOnlyList<TreeNode>> Part(IEnumerable<TreeNode> nodes) => await store.LicensedAsync([.. nodes], cancellationToken);
        if (!string.IsNullOrEmpty(listing.Format)) it = it with { NeededBy = await Part(it.NeededBy), Goes = await Part(it.Goes) };
        return string.IsNullOrEmpty(listing.Format)
            ? TypedResults.Ok(it with { NeededBy = await Part(it.NeededBy.Skip(from).Take(ContentStore.MostLines)), Goes = await Part(it.Goes.Skip(from).Take(ContentStore.MostLines)) })
            : listing.AnswerWhole("impact", VersionFiles.LinesOf(it, show), VersionFiles.Impact, cancellationToken);
    }
}
