using Headwater.Server.Features.Feeds;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Advisories;

internal static class AdvisoriesApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/advisories").WithTags("Advisories");
        api.MapGet("", ListAsync).Require(Permissions.ViewVulnerability).WithSummary("Advisories that affect the latest version of a project");
        api.MapGet("/{id}", async Task<Results<Ok<AdvisoryDetail>, NotFound>> (HttpContext http, AdvisoryStore store, string id, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.InScope(Permissions.ViewVulnerability), id, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewVulnerability).WithSummary("One advisory by identifier or alias, with where it hits");
        api.MapGet("/{id}/projects", ProjectsAsync).Produces<Page<AffectedProject>>().Require(Permissions.ViewVulnerability).WithSummary("Projects whose latest version an advisory hits, by name, with what they use and where it is mended");
        api.MapGet("/{id}/packages", async Task<IResult> (HttpContext http, AdvisoryStore store, string id, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.InScope(Permissions.ViewVulnerability), id, cancellationToken) is not { } it ? TypedResults.NotFound() : listing.AnswerWhole("packages", it.Packages,
                [("package", p => p.Name), ("ecosystem", p => p.Ecosystem), ("ranges", p => p.Ranges), ("fixed", p => p.FixedVersions)], cancellationToken))
            .Produces<IReadOnlyList<AdvisoryPackageRow>>().Require(Permissions.ViewVulnerability).WithSummary("The packages that an advisory names, with the versions that are affected and mended");
        api.MapGet("/{id}/history", HistoryAsync).Require(Permissions.ViewVulnerability).WithSummary("What became of its findings and its records: reported, retracted and why, reported again");
    }

    private static async Task<Results<Ok<AdvisoryHistory>, NotFound>> HistoryAsync(HttpContext http, FeedsModule feeds, FindingsModule findings, string id, CancellationToken cancellationToken)
    {
        if (id.Length > 200) return TypedResults.NotFound();
        var ids = feeds.Current.Index?.AliasGroup(id).Ids ?? [];
        if (ids.Count == 0) ids = [id]; // No feed has it any more: what became of it is still to be told.
        var (events, changes) = (await findings.EventsOfAdvisoryAsync(http.User.InScope(Permissions.ViewVulnerability), ids, cancellationToken), await feeds.HistoryAsync(ids, cancellationToken));
        return events.Count + changes.Count == 0 && feeds.Current.Index?.AliasGroup(id).Records.Count is null or 0 ? TypedResults.NotFound() : TypedResults.Ok(new AdvisoryHistory(events, changes));
    }

    private static async Task<IResult> ProjectsAsync(HttpContext http, FeedsModule feeds, AdvisoryStore store, string id, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        if (id.Length > 200 || feeds.Current.Index?.AliasGroup(id) is not { Records.Count: > 0 } group) return TypedResults.NotFound();
        return await listing.AnswerAsync("affected-projects", (page, token) => store.ProjectsAsync(http.User.InScope(Permissions.ViewVulnerability), group.Ids, page, token),
            [
                ("project", p => p.Project), ("version", p => p.Version), ("owner", p => p.Owner?.Title), ("contact", p => p.Owner?.Email), ("components", p => p.Components), ("fixed", p => p.FixedVersions), ("settled", p => p.Settled),
                ("uploaded", p => p.LastUploadAt), ("uuid", p => p.ProjectUuid.ToString()),
            ], cancellationToken);
    }

    /// <param name="Events">What became of findings in components that the caller may see, newest first.</param>
    /// <param name="Changes">How the records themselves changed.</param>
    internal sealed record AdvisoryHistory(IReadOnlyList<FindingEventRow> Events, IReadOnlyList<AdvisoryHistoryRow> Changes);

    private static Task<IResult> ListAsync(HttpContext http, AdvisoryStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerAsync("advisories", (page, token) => store.AffectingUsAsync(http.User.InScope(Permissions.ViewVulnerability), page, token),
        [
            ("id", a => a.Id), ("aliases", a => a.Ids), ("severity:severity", a => a.Severity.ToString()), ("severity:score", a => a.Score), ("epss:epss", a => a.Epss), ("exploited", a => a.Kev), ("risk:risk", a => Math.Round(a.Risk, 1)),
            ("projects:projects", a => a.Projects), ("components:components", a => a.ComponentNames), ("fixed", a => a.FixedVersions), ("summary", a => a.Summary), ("published", a => a.Published),
        ], cancellationToken);
}
