using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Findings;

/// <summary>Decisions, to read and to take back. They are made where the finding is: on its page, or through the compatible interface.</summary>
internal static class AnalysesApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/analyses").WithTags("Findings");
        api.MapGet("", ListAsync).Takes("state", [.. Decision.States, "suppressed"], anyCase: true).Require(Permissions.ViewVulnerability).WithSummary("What was decided about findings, newest first");
        api.MapGet("/{uuid:guid}", async Task<Results<Ok<AnalysisDetail>, NotFound>> (HttpContext http, AnalysisStore store, Guid uuid, int? offset, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.Viewer(Permissions.ViewVulnerability), uuid, offset ?? 0, cancellationToken) is { } it ? TypedResults.Ok(it) : TypedResults.NotFound()).Require(Permissions.ViewVulnerability)
            .WithSummary("A decision with its history: the newest five hundred acts, from offset on, and how many there are");
        api.MapPost("/{uuid:guid}/undo", async Task<Results<NoContent, NotFound>> (HttpContext http, AnalysisStore store, Guid uuid, CancellationToken cancellationToken) =>
            await store.UndoAsync(http.User.Viewer(Permissions.VulnerabilityAnalysis), uuid, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound())
            .Require(Permissions.VulnerabilityAnalysis).WithSummary("Takes the last change of a decision back");
    }

    private static Task<IResult> ListAsync(HttpContext http, AnalysisStore store, [AsParameters] Listing listing, string? state, CancellationToken cancellationToken) => listing.AnswerAsync("analyses",
        (page, token) => store.ListAsync(http.User.InScope(Permissions.ViewVulnerability), page, string.IsNullOrEmpty(state) ? null : state.ToLowerInvariant(), token),
        [
            ("vulnerability", a => a.Vulnerability), ("group", a => a.ComponentGroup), ("component", a => a.ComponentName), ("version", a => a.ComponentVersion ?? "all"), ("scope", a => a.Scope.ToString()), ("project", a => a.ProjectName),
            ("projectVersion", a => a.ProjectVersion), ("state", a => a.Decision.State), ("justification", a => a.Decision.Justification), ("response", a => a.Decision.Response), ("details", a => a.Decision.Details),
            ("suppressed", a => a.Decision.Suppressed), ("findings", a => a.Findings), ("projects", a => a.Projects), ("changedBy", a => a.ChangedBy), ("changedAt", a => a.ChangedAt), ("uuid", a => a.Uuid.ToString()),
        ], cancellationToken);
}
