using Headwater.Server.Features.Curations;
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
        api.MapGet("/{id}", async Task<Results<Ok<AdvisoryDetail>, NotFound>> (HttpContext http, AdvisoryStore store, string id, int? offset, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.InScope(Permissions.ViewVulnerability), id, new PageRequest { Offset = offset ?? 0 }, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewVulnerability).WithSummary("One advisory by identifier or alias, with where it hits: two hundred uses from offset on, and how many there are");
        api.MapGet("/{id}/usages", UsagesAsync).Produces<Page<AffectedUsage>>().Require(Permissions.ViewVulnerability).WithSummary("Where what an advisory hits is used, also in older versions and where it cannot be told: latest versions first, what is settled last unless there are more than 5,000; or by project, version of the component or depth");
        api.MapGet("/{id}/projects", ProjectsAsync).Produces<Page<AffectedProject>>().Require(Permissions.ViewVulnerability).WithSummary("Projects whose latest version an advisory hits, by name, with what they use and where it is mended");
        api.MapGet("/{id}/packages", async Task<IResult> (HttpContext http, AdvisoryStore store, string id, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.InScope(Permissions.ViewVulnerability), id, cancellationToken: cancellationToken) is not { } it ? TypedResults.NotFound() : listing.AnswerWhole("packages", it.Packages,
                [("package", p => p.Name), ("ecosystem", p => p.Ecosystem), ("ranges", p => p.Ranges), ("fixed", p => p.FixedVersions)], cancellationToken))
            .Produces<IReadOnlyList<AdvisoryPackageRow>>().Require(Permissions.ViewVulnerability).WithSummary("The packages that an advisory names, with the versions that are affected and mended");
        api.MapGet("/{id}/history", HistoryAsync).Produces<AdvisoryHistory>().Require(Permissions.ViewVulnerability).WithSummary("What became of its findings and its records: reported, retracted and why, reported again; a thousand of each from offset on, and how many there are; as a file both whole");
    }

    private static async Task<IResult> HistoryAsync(HttpContext http, FeedsModule feeds, FindingsModule findings, string id, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        listing.RefuseAsNoList("offset");
        if (id.Length > 200) return TypedResults.NotFound();
        var viewer = http.User.InScope(Permissions.ViewVulnerability);
        var known = feeds.Current.Index?.AliasGroup(id);
        // No feed has it any more: what became of it is still to be told.
        var ids = known is { Ids.Count: > 0 } group ? group.Ids : [id];
        var request = new PageRequest { Offset = string.IsNullOrEmpty(listing.Format) ? Math.Max(0, listing.Offset ?? 0) : 0, Size = PageRequest.LargestSize };
        var (events, changes) = (await findings.EventsOfAdvisoryAsync(viewer, ids, request, cancellationToken), await feeds.HistoryAsync(ids, request, cancellationToken));
        if (events.Total + changes.Total == 0 && known is null or { Records.Count: 0 }) return TypedResults.NotFound();
        if (string.IsNullOrEmpty(listing.Format)) return TypedResults.Ok(new AdvisoryHistory(events.Items, changes.Items, events.Total, changes.Total));
        // Refused before anything is narrowed: what is not read cannot be looked through.
        if (events.Total + changes.Total > Listing.MostRows) return Listing.TooLong(events.Total + changes.Total, Listing.MostRows);
        var lines = (await RestAsync(events, page => findings.EventsOfAdvisoryAsync(viewer, ids, page, cancellationToken))).Select(HistoryLine.Of)
            .Concat((await RestAsync(changes, page => feeds.HistoryAsync(ids, page, cancellationToken))).Select(HistoryLine.Of)).OrderByDescending(l => l.At);
        return listing.AnswerWhole("history", lines,
            [
                ("at", l => l.At), ("what", l => l.What), ("advisory", l => l.Advisory), ("group", l => l.Event?.ComponentGroup), ("component", l => l.Event?.ComponentName), ("version", l => l.Event?.ComponentVersion),
                ("reason", l => l.Event is null or { Reason: RetractionReason.None } ? null : l.Event.Reason.ToString().ToLowerInvariant()), ("modified", l => l.Modified), ("feed", l => l.Feed),
            ], cancellationToken);
    }

    private static async Task<List<T>> RestAsync<T>(Page<T> first, Func<PageRequest, Task<Page<T>>> read)
    {
        var all = first.Items.ToList();
        for (var page = first; page.Next is { } next;)
        {
            page = await read(new PageRequest { After = next, Size = PageRequest.LargestSize });
            all.AddRange(page.Items);
        }

        return all;
    }

    private static async Task<IResult> UsagesAsync(HttpContext http, FeedsModule feeds, AdvisoryUsageStore store, string id, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        if (id.Length > 200 || feeds.Current.Index?.AliasGroup(id) is not { Records.Count: > 0 } group) return TypedResults.NotFound();
        var viewer = http.User.InScope(Permissions.ViewVulnerability);
        if (string.IsNullOrEmpty(listing.Format)) return TypedResults.Ok(await store.ListAsync(viewer, group.Ids, listing.Page, cancellationToken: cancellationToken));
        var (total, lines) = await store.AllAsync(viewer, group.Ids, listing.Page, cancellationToken);
        if (lines is null) return Listing.TooLong(total, AdvisoryUsageStore.MostInFile);
        return (listing with { Sort = null, Filter = null }).AnswerWhole("affected", lines,
            [
                ("project", u => u.Usage.ProjectName), ("version", u => u.Usage.ProjectVersion), ("latest", u => u.Usage.IsLatest), ("owner", u => u.Usage.Owner?.Title), ("contact", u => u.Usage.Owner?.Email), ("group", u => u.ComponentGroup), ("component", u => u.ComponentName),
                ("component version", u => u.Usage.ComponentVersion), ("affected", u => u.Affected ? "yes" : "cannot tell"), ("fixed", u => u.FixedVersions), ("settled", u => u.Settled), ("direct", u => u.Usage.Direct), ("depth", u => u.Usage.Depth < 0 ? null : u.Usage.Depth),
                ("uploaded", u => u.Usage.LastUploadAt), ("uuid", u => u.Usage.ProjectUuid.ToString()), .. LicenceFiles.Columns<UsageLine>(u => u.Usage.Licence),
            ], cancellationToken);
    }

    private static async Task<IResult> ProjectsAsync(HttpContext http, FeedsModule feeds, AdvisoryStore store, string id, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        if (id.Length > 200 || feeds.Current.Index?.AliasGroup(id) is not { Records.Count: > 0 } group) return TypedResults.NotFound();
        return await listing.AnswerAsync("affected-projects", (page, token) => store.ProjectsAsync(http.User.InScope(Permissions.ViewVulnerability), group.Ids, page, token),
            [
                ("project", p => p.Project), ("version", p => p.Version), ("owner", p => p.Owner?.Title), ("contact", p => p.Owner?.Email), ("components", p => p.Components), ("fixed", p => p.FixedVersions), ("settled", p => p.Settled),
                ("uploaded", p => p.LastUploadAt), ("uuid", p => p.ProjectUuid.ToString()), .. LicenceFiles.Columns<AffectedProject>(p => p.Licences),
            ], cancellationToken);
    }

    /// <param name="Events">What became of findings in components that the caller may see, newest first.</param>
    /// <param name="Changes">How the records themselves changed.</param>
    /// <param name="AllEvents">How many events there are.</param>
    /// <param name="AllChanges">How many changes there are.</param>
    internal sealed record AdvisoryHistory(IReadOnlyList<FindingEventRow> Events, IReadOnlyList<AdvisoryHistoryRow> Changes, long AllEvents, long AllChanges);

    /// <summary>A line of a file of both.</summary>
    private sealed record HistoryLine(DateTimeOffset At, string What, string Advisory, DateTimeOffset? Modified, string? Feed, FindingEventRow? Event)
    {
        public static HistoryLine Of(FindingEventRow e) => new(e.At, "finding " + e.Kind.ToString().ToLowerInvariant(), e.Advisory ?? e.Finding, e.Modified, null, e);

        public static HistoryLine Of(AdvisoryHistoryRow c) => new(c.At, "record " + c.Kind.ToString().ToLowerInvariant(), c.Advisory, c.Modified, c.Feed, null);
    }

    private static Task<IResult> ListAsync(HttpContext http, AdvisoryStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerAsync("advisories", (page, token) => store.AffectingUsAsync(http.User.InScope(Permissions.ViewVulnerability), page, token),
        [
            ("id", a => a.Id), ("aliases", a => a.Ids), ("severity:severity", a => a.Severity.ToString()), ("severity:score", a => a.Score), ("epss:epss", a => a.Epss), ("exploited", a => a.Kev), ("risk:risk", a => Math.Round(a.Risk, 1)),
            ("projects:projects", a => a.Projects), ("components:components", a => a.ComponentNames), ("fixed", a => a.FixedVersions), ("summary", a => a.Summary), ("published", a => a.Published),
        ], cancellationToken);
}
