using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Projects;

internal static class ProjectsApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root).WithTags("Projects");
        api.MapGet("/projects", ListAsync).Require(Permissions.ViewPortfolio).WithSummary("Projects with the numbers of their latest version");
        ProjectEditApi.Map(api);
        StagesApi.Map(api);
        ArchiveApi.Map(api);
        api.MapGet("/projects/{uuid:guid}", async Task<Results<Ok<ProjectDetail>, NotFound>> (HttpContext http, ProjectStore store, Guid uuid, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.Viewer(), uuid, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio);
        var version = api.MapGroup("/versions/{uuid:guid}");
        version.MapGet("", async Task<Results<Ok<ProjectVersionDetail>, NotFound>> (HttpContext http, ProjectStore store, Guid uuid, CancellationToken cancellationToken) =>
            await store.GetVersionAsync(http.User.Viewer(), uuid, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio);
        version.MapGet("/components", ComponentsAsync).Require(Permissions.ViewPortfolio).WithSummary("What is in a project version");
        version.MapGet("/findings", FindingsAsync).Require(Permissions.ViewVulnerability).WithSummary("What was found in a project version, riskiest first");
        version.MapGet("/uploads", async (HttpContext http, ContentStore store, Guid uuid, CancellationToken cancellationToken) => TypedResults.Ok(await store.UploadsAsync(http.User.Viewer(), uuid, cancellationToken))).Require(Permissions.ViewPortfolio);
        version.MapGet("/tree", async Task<Results<Ok<IReadOnlyList<TreeNode>>, NotFound>> (HttpContext http, ContentStore store, Guid uuid, int? node, CancellationToken cancellationToken) =>
            await store.TreeAsync(http.User.Viewer(), uuid, node ?? 0, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("What a node of the dependency tree needs, one level");
        version.MapGet("/graph", async Task<Results<Ok<GraphView>, NotFound>> (HttpContext http, ContentStore store, Guid uuid, int? limit, long? without, CancellationToken cancellationToken) =>
            await store.GraphAsync(http.User.Viewer(), uuid, Math.Clamp(limit ?? 1000, 1, 10_000), without, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("The dependency graph, nearest nodes first");
        version.MapGet("/why/{componentVersion:long}", async Task<Results<Ok<WhyHere>, NotFound>> (HttpContext http, ContentStore store, Guid uuid, long componentVersion, int? limit, CancellationToken cancellationToken) =>
            await store.WhyAsync(http.User.Viewer(), uuid, componentVersion, Math.Clamp(limit ?? 10, 1, 1000), cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("All shortest paths from the root");
        version.MapGet("/impact/{componentVersion:long}", async Task<Results<Ok<Impact>, NotFound>> (HttpContext http, ContentStore store, Guid uuid, long componentVersion, CancellationToken cancellationToken) =>
            await store.ImpactAsync(http.User.Viewer(), uuid, componentVersion, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("Who needs a component version, and what would go with it");
        api.MapGet("/changes", async Task<Results<Ok<Changes>, NotFound>> (HttpContext http, ContentStore store, Guid from, Guid to, CancellationToken cancellationToken) =>
            await store.ChangesAsync(http.User.Viewer(), from, to, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("What changed between two uploads, by their tokens");
    }

    /// <summary>Narrowed by owner, withoutOwner, kind, criticality, context, exposure, dataClass (a word, or <c>none</c>), tag, partOf, person, stage, withoutStage and state (retired, all).</summary>
    private static Task<IResult> ListAsync(HttpContext http, ProjectStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerAsync("projects",
        (page, token) => store.ListAsync(http.User.InScope(), page, ProjectFilter.Of(http.Request.Query), token),
        [
            ("project", p => p.Name), ("version", p => p.LatestVersion), ("owner", p => p.Owner?.Title), ("kind", p => p.Traits.Kind), ("criticality", p => p.Traits.Criticality), ("context", p => p.Traits.Context),
            ("exposure", p => p.Traits.Exposure), ("data class", p => p.Traits.DataClass), ("components", p => p.Coverage.Components), ("covered", p => p.Coverage.Covered), ("vulnerable", p => p.Vulnerable),
            ("critical", p => p.Findings.Critical), ("high", p => p.Findings.High), ("medium", p => p.Findings.Medium), ("low", p => p.Findings.Low), ("unassigned", p => p.Findings.Unassigned),
            ("exploited", p => p.Kev), ("risk", p => Math.Round(p.MaxRisk, 1)), ("uploaded", p => p.LastUploadAt), ("retired", p => p.Traits.RetiredAt), ("sum of projects", p => p.SumOf), ("uuid", p => p.Uuid.ToString()),
        ], cancellationToken);

    private static Task<IResult> ComponentsAsync(HttpContext http, ContentStore store, Guid uuid, [AsParameters] Listing listing, bool? direct, bool? vulnerable, bool? unknown, string? type, string? licence, bool? avoid, CancellationToken cancellationToken) => listing.AnswerAsync("components",
        (page, token) => store.ComponentsAsync(http.User.Viewer(), uuid, page, new OccurrenceFilter(direct == true, vulnerable == true, unknown == true, type, licence, avoid == true), token),
        [
            ("purl", c => c.Purl), ("group", c => c.Group), ("name", c => c.Name), ("version", c => c.Version), ("type", c => c.Type), ("kind", c => c.Kind), ("licences", c => c.Licences),
            ("scope", c => c.Scope.ToString()), ("direct", c => c.Direct), ("depth", c => c.Depth < 0 ? null : c.Depth), ("coverage", c => c.Coverage.ToString()), ("critical", c => c.Findings.Critical),
            ("high", c => c.Findings.High), ("medium", c => c.Findings.Medium), ("low", c => c.Findings.Low), ("unassigned", c => c.Findings.Unassigned), ("exploited", c => c.Kev), ("risk", c => Math.Round(c.MaxRisk, 1)), ("state", c => c.State),
        ], cancellationToken);

    private static Task<IResult> FindingsAsync(HttpContext http, ContentStore store, Guid uuid, [AsParameters] Listing listing, bool? settled, CancellationToken cancellationToken) => listing.AnswerAsync("findings",
        (page, token) => store.FindingsAsync(http.User.Viewer(Permissions.ViewVulnerability), uuid, page, settled, token),
        [
            ("id", f => f.Finding.Id), ("aliases", f => f.Finding.Ids), ("affected", f => f.Finding.Affected ? "yes" : "cannot tell"), ("severity", f => f.Finding.Severity.ToString()), ("score", f => f.Finding.Score),
            ("epss", f => f.Finding.Epss), ("exploited", f => f.Finding.Kev), ("risk", f => Math.Round(f.Finding.Risk, 1)), ("component", f => f.Finding.ComponentName), ("version", f => f.Finding.ComponentVersion),
            ("purl", f => f.Finding.Purl), ("fixed", f => f.Finding.FixedVersions), ("direct", f => f.Direct), ("summary", f => f.Finding.Summary), ("published", f => f.Finding.Published), ("found", f => f.Finding.FoundAt),
            ("decision", f => f.Analysis?.Decision.State), ("justification", f => f.Analysis?.Decision.Justification), ("suppressed", f => f.Analysis?.Decision.Suppressed ?? false), ("decidedBy", f => f.Analysis?.ChangedBy), ("decidedAt", f => f.Analysis?.ChangedAt),
        ], cancellationToken);
}
