using Headwater.Server.Features.Curations;
using Headwater.Server.Features.Registries;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Components;

internal static class ComponentsApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root).WithTags("Components");
        CareApi.Map(api);
        api.MapGet("/components", ListAsync).Takes("state", [.. CareWords.States.Select(s => s.Value), ComponentFilter.None]).Takes("plan", [.. CareWords.Plans.Select(p => p.Value), ComponentFilter.None]).Require(Permissions.ViewPortfolio).WithSummary("Components in the latest versions of projects; what was found in them, and order by it, only for who has VIEW_VULNERABILITY");
        api.MapGet("/components/{id:long}", async Task<Results<Ok<ComponentDetail>, NotFound>> (HttpContext http, ComponentStore store, long id, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.Viewer(), http.User.Viewer(Permissions.ViewVulnerability), id, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("A component; what was found in it only where the caller has VIEW_VULNERABILITY");
        api.MapGet("/components/{id:long}/versions", VersionsAsync).Produces<IReadOnlyList<ComponentVersionRow>>().Require(Permissions.ViewPortfolio).WithSummary("The versions of a component that are in use, those in most projects first; what was found in them, and order by it, only for who has VIEW_VULNERABILITY");
        // As on the page: what lies outside the chosen unit is still there for who may see it.
        var ofComponent = api.MapGroup("/components/{id:long}").Within(http => http.RequestServices.GetRequiredService<ComponentStore>().HasAsync(http.User.Viewer(), Sight.Number(http), http.RequestAborted));
        var ofVersion = api.MapGroup("/component-versions/{id:long}").Within(http => http.RequestServices.GetRequiredService<ComponentStore>().HasVersionAsync(http.User.Viewer(), Sight.Number(http), http.RequestAborted));
        ofComponent.MapGet("/usages", (HttpContext http, ComponentUsageStore store, long id, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerAsync("usages", (page, token) => store.OfComponentAsync(http.User.InScope(), id, page, token), Usage, cancellationToken)).Require(Permissions.ViewPortfolio).WithSummary("Who uses a component");
        api.MapGet("/component-versions/{id:long}", async Task<Results<Ok<ComponentVersionDetail>, NotFound>> (HttpContext http, ComponentStore store, long id, CancellationToken cancellationToken) =>
            await store.GetVersionAsync(http.User.Viewer(), http.User.Viewer(Permissions.ViewVulnerability), id, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("A version of a component; what was found in it only for who has VIEW_VULNERABILITY where it is used");
        ofVersion.MapGet("/usages", (HttpContext http, ComponentUsageStore store, long id, [AsParameters] Listing listing, CancellationToken cancellationToken) =>
            listing.AnswerAsync("usages", (page, token) => store.OfVersionAsync(http.User.InScope(), id, page, token), Usage, cancellationToken)).Require(Permissions.ViewPortfolio).WithSummary("Who uses a component version");
        api.MapGet("/who-uses", WhoUsesAsync).Require(Permissions.ViewPortfolio).WithSummary("Projects whose latest version uses a package in a range of versions: log4j-core <2.17.1");
    }

    private static readonly (string Name, Func<ComponentVersionRow, object?> Value)[] Versions =
    [
        ("purl", v => v.Purl), ("version", v => v.Version), ("declared:licences", v => v.Licences), .. LicenceFiles.Columns<ComponentVersionRow>(v => v.Licence), ("projects:projects", v => v.Projects), ("findings:coverage", v => v.Coverage.ToString()), ("findings:critical", v => v.Findings?.Critical), ("findings:high", v => v.Findings?.High),
        ("findings:medium", v => v.Findings?.Medium), ("findings:low", v => v.Findings?.Low), ("findings:unassigned", v => v.Findings?.Unassigned), ("findings:exploited", v => v.Kev), ("risk:risk", v => v.MaxRisk is { } risk ? Math.Round(risk, 1) : null), ("published:published", v => v.Release?.PublishedAt),
        ("behind:behind", v => v.Release?.Gap?.ToString().ToLowerInvariant()), ("behind:days behind", v => v.Release?.BehindDays), ("withdrawn", v => v.Release is { Withdrawn: not Withdrawal.None } r ? r.Withdrawn.ToString().ToLowerInvariant() : null), ("reason", v => v.Release?.Reason),
    ];

    private static async Task<IResult> VersionsAsync(HttpContext http, ComponentStore store, long id, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        // As on the page: what lies outside the chosen unit is still there for who may see it.
        var (viewer, findings) = (http.User.InScope(), http.User.Viewer(Permissions.ViewVulnerability));
        if (await store.VersionsAsync(viewer, findings, id, new PageRequest { Size = 1 }, cancellationToken) is null && await store.VersionsAsync(viewer = http.User.Viewer(), findings, id, new PageRequest { Size = 1 }, cancellationToken) is null) return TypedResults.NotFound();
        return await listing.AnswerArrayAsync("versions", async (page, token) => await store.VersionsAsync(viewer, findings, id, page, token) ?? Page<ComponentVersionRow>.Empty, Versions, cancellationToken);
    }

    private static async Task<IResult> WhoUsesAsync(HttpContext http, UsageQueryStore store, string? of, [AsParameters] Listing listing, CancellationToken cancellationToken)
    {
        if (listing.Format is null or "")
        {
            var answer = await store.AskAsync(http.User.InScope(), of ?? "", listing.Page, cancellationToken);
            return answer.Problem is { } problem ? Problems.Of(StatusCodes.Status400BadRequest, "The question is not understood", problem) : TypedResults.Ok(answer);
        }

        return await listing.AnswerAsync("who-uses", async (page, token) => (await store.AskAsync(http.User.InScope(), of ?? "", page, token)).Projects,
            [
                ("project", u => u.Project), ("version", u => u.ProjectVersion), ("has:component versions", u => u.ComponentVersions), .. LicenceFiles.Columns<ProjectUse>(u => u.Licences), ("owner", u => u.Owner?.Title), ("contact", u => u.Owner?.Email),
                ("direct", u => u.Direct), ("risk", u => Math.Round(u.Risk, 1)), ("uploaded", u => u.LastUploadAt),
            ], cancellationToken);
    }

    private static readonly (string Name, Func<UsageRow, object?> Value)[] Usage =
    [
        ("project", u => u.ProjectName), ("projectVersion:version", u => u.ProjectVersion), ("latest", u => u.IsLatest), ("owner:owner", u => u.Owner?.Title), ("version:component version", u => u.ComponentVersion),
        .. LicenceFiles.Columns<UsageRow>(u => u.Licence), ("depth:direct", u => u.Direct), ("depth:depth", u => u.Depth < 0 ? null : u.Depth), ("scope:scope", u => u.Scope.ToString()), ("uploaded:uploaded", u => u.LastUploadAt),
    ];

    private static Task<IResult> ListAsync(HttpContext http, ComponentStore store, [AsParameters] Listing listing, bool? vulnerable, string? type, string? state, string? plan, bool? ending, bool? production, bool? outdated, bool? withdrawn, CancellationToken cancellationToken) => listing.AnswerAsync("components",
        (page, token) => store.ListAsync(http.User.InScope(), http.User.Viewer(Permissions.ViewVulnerability), page, new ComponentFilter(vulnerable == true, type, state, plan, ending == true, production == true, outdated == true, withdrawn == true), token),
        [
            ("purl:purl", c => c.Purl), ("type:type", c => c.Type), ("group", c => c.Group), ("name", c => c.Name), ("versions:versions", c => c.Versions), ("projects:projects", c => c.Projects), .. LicenceFiles.Columns<ComponentRow>(c => c.Licences), ("findings:critical", c => c.Findings?.Critical),
            ("findings:high", c => c.Findings?.High), ("findings:medium", c => c.Findings?.Medium), ("findings:low", c => c.Findings?.Low), ("findings:unassigned", c => c.Findings?.Unassigned), ("findings:exploited", c => c.Kev), ("risk:risk", c => c.MaxRisk is { } risk ? Math.Round(risk, 1) : null),
            ("state:state", c => c.State), ("support:support", c => c.Plan), ("ends:support ends", c => c.SupportEnds),
            ("latest:latest", c => c.Release?.Latest), ("released:released", c => c.Release?.LatestAt), ("behind:furthest behind", c => c.Release?.Gap?.ToString().ToLowerInvariant()),
            ("withdrawn:withdrawn", c => c.Release is { Withdrawn: not Withdrawal.None } r ? r.Withdrawn.ToString().ToLowerInvariant() : null), ("withdrawn:deprecated", c => c.Release?.Deprecated), ("latest:checked", c => c.Release?.CheckedAt),
        ], cancellationToken);
}
