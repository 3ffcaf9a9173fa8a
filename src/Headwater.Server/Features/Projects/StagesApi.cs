using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;

namespace Headwater.Server.Features.Projects;

internal static class StagesApi
{
    /// <summary>The words that narrow a comparison to one kind of disagreement.</summary>
    public static readonly string[] Shown = ["appears", "versions", "vanishes"];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/coverage/stages", CoverageAsync).Produces<EstateCoverage>().Require(Permissions.ViewPortfolio).WithSummary("How many projects have an analysed document at each pipeline stage");
        api.MapGet("/projects/{uuid:guid}/stages", CompareAsync).Takes("show", Shown).Require(Permissions.ViewPortfolio).WithSummary("Where the pipeline stages of a project disagree (show = appears, versions, vanishes)");
    }

    public static IReadOnlyList<StageRow> Show(StageComparison comparison, string? show) => Kind(show) is { } kind ? [.. comparison.Rows.Where(r => r.What.HasFlag(kind))] : comparison.Rows;

    private static StageDisagreement? Kind(string? show) => show switch { "appears" => StageDisagreement.Appears, "versions" => StageDisagreement.Versions, "vanishes" => StageDisagreement.Vanishes, _ => null };

    private static async Task<IResult> CoverageAsync(HttpContext http, StageStore store, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        listing.RefuseAsNoList();
        var estate = await store.CoverageAsync(http.User.InScope(), cancellationToken);
        if (string.IsNullOrEmpty(listing.Format)) return TypedResults.Ok(estate);
        return listing.AnswerWhole("coverage", estate.Stages,
            [("stage", s => s.Stage.Length == 0 ? "none" : s.Stage), ("projects", s => s.Projects), ("of", _ => estate.Projects), ("fresh", s => s.Fresh), ("newest", s => s.Newest)], cancellationToken);
    }

    private static async Task<IResult> CompareAsync(HttpContext http, StageStore store, Guid uuid, Guid? version, string? show, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        if (await store.CompareAsync(http.User.Viewer(), uuid, version, cancellationToken) is not { } comparison) return TypedResults.NotFound();
        var rows = Show(comparison, show);
        // The rows of the page that is asked for, and how many there are in all.
        if (string.IsNullOrEmpty(listing.Format)) return TypedResults.Ok(new { comparison.Stages, rows = Page<StageRow>.Of(rows, (listing.Page with { Size = listing.Size ?? PageRequest.LargestSize }).InOwnOrder()).Items, Total = rows.Count, comparison.Agreed });
        return await listing.AnswerAsync("stages", (page, _) => Task.FromResult(Page<StageRow>.Of(rows, page.InOwnOrder())),
        [
            ("group", r => r.Group), ("name", r => r.Name), ("type", r => r.Type), ("differs", r => r.What.ToString()),
            .. comparison.Stages.Select((s, i) => (s.Stage, (Func<StageRow, object?>)(r => r.Cells[i].Select(c => c.Version ?? "?")))),
        ], cancellationToken);
    }
}
