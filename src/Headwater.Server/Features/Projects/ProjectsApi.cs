using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Findings;
using Headwater.Server.Features.Registries;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Projects;

internal static class ProjectsApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root).WithTags("Projects");
        ProjectFilter.Describe(api.MapGet("/projects", ListAsync).Require(Permissions.ViewPortfolio).WithSummary("Projects with the numbers of their latest version"));
        ProjectEditApi.Map(api);
        StagesApi.Map(api);
        ArchiveApi.Map(api);
        api.MapGet("/projects/{uuid:guid}", async Task<Results<Ok<ProjectDetail>, NotFound>> (HttpContext http, ProjectStore store, Guid uuid, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.Viewer(), uuid, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio);
        api.MapGet("/projects/{uuid:guid}/trend", async Task<IResult> (HttpContext http, ProjectStore store, Guid uuid, [AsParameters] Listing listing, CancellationToken cancellationToken) => await store.GetAsync(http.User.Viewer(), uuid, cancellationToken) is not { } it
            ? TypedResults.NotFound() : listing.AnswerWhole("trend", it.Trend, VersionFiles.Days, cancellationToken)).Produces<IReadOnlyList<DayPoint>>().Require(Permissions.ViewPortfolio).WithSummary("The numbers of a project's latest version by day, the oldest first");
        api.MapGet("/projects/{uuid:guid}/versions", async Task<IResult> (HttpContext http, ProjectStore store, Guid uuid, [AsParameters] Listing listing, CancellationToken cancellationToken) => await store.VersionsAsync(http.User.Viewer(), uuid, new PageRequest { Size = 1 }, cancellationToken) is null
            ? TypedResults.NotFound() : await listing.AnswerArrayAsync("versions", async (page, token) => await store.VersionsAsync(http.User.Viewer(), uuid, page, token) ?? Page<ProjectVersionRow>.Empty, VersionFiles.Versions, cancellationToken)).Produces<IReadOnlyList<ProjectVersionRow>>().Require(Permissions.ViewPortfolio).WithSummary("The versions of a project, newest upload first");
        var version = api.MapGroup("/versions/{uuid:guid}");
        version.MapGet("", async Task<Results<Ok<ProjectVersionDetail>, NotFound>> (HttpContext http, ProjectStore store, Guid uuid, CancellationToken cancellationToken) =>
            await store.GetVersionAsync(http.User.Viewer(), uuid, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio);
        var lists = version.MapGroup("").Within(http => http.RequestServices.GetRequiredService<ProjectStore>().HasVersionAsync(http.User.Viewer(), Guid.Parse((string)http.GetRouteValue("uuid")!), cancellationToken: http.RequestAborted));
        lists.MapGet("/components", ComponentsAsync).Require(Permissions.ViewPortfolio).WithSummary("What is in a project version; what was found in it, and order by it, only for who has VIEW_VULNERABILITY");
        lists.MapGet("/findings/retracted", (HttpContext http, FindingsModule findings, Guid uuid, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerArrayAsync("retracted", (page, token) => findings.GoneFromVersionAsync(http.User.Viewer(Permissions.ViewVulnerability), uuid, page, token), VersionFiles.Events, cancellationToken)).Produces<IReadOnlyList<FindingEventRow>>().Require(Permissions.ViewVulnerability).WithSummary("What is no longer reported of a project version, and why");
        lists.MapGet("/findings", FindingsAsync).Require(Permissions.ViewVulnerability).WithSummary("What was found in a project version, riskiest first");
        lists.MapGet("/uploads", (HttpContext http, ArchiveStore store, Guid uuid, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerArrayAsync("uploads", (page, token) => store.ListAsync(http.User.Viewer(), page, new ArchiveFilter(Version: uuid), token), ArchiveApi.Columns, cancellationToken)).Produces<IReadOnlyList<UploadRow>>().Require(Permissions.ViewPortfolio).WithSummary("The documents of a project version, newest first");
        GraphApi.Map(version);
        api.MapGet("/changes", ChangesAsync).Produces<Changes>().Require(Permissions.ViewPortfolio).WithSummary("What changed between two uploads, by their tokens: a thousand of each list from offset on, and how many there are. Findings, and how many, only for who has VIEW_VULNERABILITY for both");
    }

    private static async Task<IResult> ChangesAsync(HttpContext http, ContentStore store, Guid from, Guid to, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        listing.RefuseAsNoList("offset");
        var (first, most) = string.IsNullOrEmpty(listing.Format) ? (Math.Max(0, listing.Offset ?? 0), ContentStore.MostLines) : (0, int.MaxValue);
        if (await store.ChangesAsync(http.User.Viewer(), http.User.Viewer(Permissions.ViewVulnerability), from, to, first, most, cancellationToken) is not { } it) return TypedResults.NotFound();
        return string.IsNullOrEmpty(listing.Format) ? TypedResults.Ok(it) : listing.AnswerWhole("changes", VersionFiles.LinesOf(it), VersionFiles.Changes, cancellationToken);
    }

    private static Task<IResult> ListAsync(HttpContext http, ProjectStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerAsync("projects",
        (page, token) => store.ListAsync(http.User.InScope(), page, ProjectFilter.Of(http.Request.Query), token),
        [
            ("name:project", p => p.Name), ("version:version", p => p.LatestVersion), ("owner:owner", p => p.Owner?.Title), ("kind:kind", p => p.Traits.Kind), ("criticality:criticality", p => p.Traits.Criticality), ("context:context", p => p.Traits.Context),
            ("exposure:exposure", p => p.Traits.Exposure), ("dataClass:data class", p => p.Traits.DataClass), ("components:components", p => p.Coverage.Components), ("unknown:covered", p => p.Coverage.Covered), ("findings:vulnerable", p => p.Vulnerable),
            ("findings:critical", p => p.Findings.Critical), ("findings:high", p => p.Findings.High), ("findings:medium", p => p.Findings.Medium), ("findings:low", p => p.Findings.Low), ("findings:unassigned", p => p.Findings.Unassigned),
            ("findings:exploited", p => p.Kev), ("risk:risk", p => Math.Round(p.MaxRisk, 1)), ("uploaded:uploaded", p => p.LastUploadAt), ("retired", p => p.Traits.RetiredAt), ("sum of projects", p => p.SumOf), ("uuid", p => p.Uuid.ToString()),
        ], cancellationToken);

    private static Task<IResult> ComponentsAsync(HttpContext http, ContentStore store, Guid uuid, [AsParameters] Listing listing, bool? direct, bool? vulnerable, bool? unknown, string? type, string? licence, bool? avoid, bool? outdated, bool? withdrawn, bool? unresolved, CancellationToken cancellationToken) => listing.AnswerAsync("components",
        (page, token) => store.ComponentsAsync(http.User.Viewer(), http.User.Viewer(Permissions.ViewVulnerability), uuid, page, new OccurrenceFilter(direct == true, vulnerable == true, unknown == true, type, licence, avoid == true, outdated == true, withdrawn == true, unresolved == true), token),
        [
            ("purl:purl", c => c.Purl), ("group", c => c.Group), ("name", c => c.Name), ("version:version", c => c.Version), ("type:type", c => c.Type), ("type:kind", c => c.Kind), ("declared:licences", c => c.Licences), .. LicenceFiles.Columns<OccurrenceRow>(c => c.Licence),
            ("scope:scope", c => c.Scope.ToString()), ("depth:direct", c => c.Direct), ("depth:depth", c => c.Depth < 0 ? null : c.Depth), ("findings:coverage", c => c.Coverage.ToString()), ("findings:critical", c => c.Findings?.Critical),
            ("findings:high", c => c.Findings?.High), ("findings:medium", c => c.Findings?.Medium), ("findings:low", c => c.Findings?.Low), ("findings:unassigned", c => c.Findings?.Unassigned), ("findings:exploited", c => c.Kev), ("risk:risk", c => c.MaxRisk is { } risk ? Math.Round(risk, 1) : null), ("state", c => c.State),
            ("published:published", c => c.Release?.PublishedAt), ("latest:latest", c => c.Release?.Component.Latest), ("latest:released", c => c.Release?.Component.LatestAt), ("behind:behind", c => c.Release?.Gap?.ToString().ToLowerInvariant()),
            ("behind:days behind", c => c.Release?.BehindDays), ("advice:withdrawn", c => c.Release is { Withdrawn: not Withdrawal.None } r ? r.Withdrawn.ToString().ToLowerInvariant() : null), ("advice:reason", c => c.Release?.Reason),
            ("advice:deprecated", c => c.Release?.Component.Deprecated),
        ], cancellationToken);

    private static Task<IResult> FindingsAsync(HttpContext http, ContentStore store, Guid uuid, [AsParameters] Listing listing, bool? settled, CancellationToken cancellationToken) => listing.AnswerAsync("findings",
        (page, token) => store.FindingsAsync(http.User.Viewer(Permissions.ViewVulnerability), uuid, page, settled, token),
        [
            ("id", f => f.Finding.Id), ("aliases", f => f.Finding.Ids), ("affected", f => f.Finding.Affected ? "yes" : "cannot tell"), ("severity:severity", f => f.Finding.Severity.ToString()), ("severity:score", f => f.Finding.Score),
            ("epss:epss", f => f.Finding.Epss), ("exploited", f => f.Finding.Kev), ("risk:risk", f => Math.Round(f.Finding.Risk, 1)), ("component:component", f => f.Finding.ComponentName), ("component:version", f => f.Finding.ComponentVersion),
            ("component:purl", f => f.Finding.Purl), .. LicenceFiles.Columns<ProjectFindingRow>(f => f.Licence), ("fix:fixed", f => f.Finding.FixedVersions), ("depth:direct", f => f.Direct), ("summary", f => f.Finding.Summary), ("published:published", f => f.Finding.Published), ("found", f => f.Finding.FoundAt),
            ("decision", f => f.Analysis?.Decision.State), ("justification", f => f.Analysis?.Decision.Justification), ("suppressed", f => f.Analysis?.Decision.Suppressed ?? false), ("decidedBy", f => f.Analysis?.ChangedBy), ("decidedAt", f => f.Analysis?.ChangedAt),
        ], cancellationToken);
}
