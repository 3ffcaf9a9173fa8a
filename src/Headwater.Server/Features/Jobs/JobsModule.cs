using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Jobs;

internal static class JobsModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<JobStore>();

    private static readonly (string Name, Func<JobRow, object?> Value)[] Columns =
    [
        ("id", j => j.Id), ("kind:kind", j => j.Kind), ("kind:subject", j => j.Subject ?? j.Key), ("state:state", j => j.State), ("progress:progress", j => j.Progress), ("attempts:attempts", j => j.Attempts),
        ("created:created", j => j.CreatedAt), ("took:started", j => j.StartedAt), ("took:finished", j => j.FinishedAt), ("priority:priority", j => j.Priority), ("kind:error", j => j.LastError),
    ];

    private static readonly (string Name, Func<ScheduleView, object?> Value)[] Schedules =
    [
        ("name", s => s.Name), ("kind", s => s.Kind), ("about", s => s.Subject), ("every seconds", s => s.EverySeconds), ("daily at", s => s.DailyAt), ("enabled", s => s.Enabled), ("next", s => s.NextAt), ("last", s => s.LastAt), ("last job", s => s.LastJobId),
    ];

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/jobs").WithTags("Jobs");
        api.MapGet("", (JobStore store, [AsParameters] Listing listing, string? state, CancellationToken cancellationToken) =>
            listing.AnswerAsync("jobs", (page, token) => store.ListAsync(page, state, token), Columns, cancellationToken)).Takes("state", ["queued", "running", "dead", "done"]).Require(Permissions.SystemConfiguration).WithSummary("Work in the background, newest first (state = queued, running, dead, done)");
        api.MapGet("/schedules", async (JobStore store, [AsParameters] Listing listing, CancellationToken cancellationToken) => listing.AnswerWhole("schedules", (await store.SchedulesAsync(cancellationToken)).Select(ScheduleView.Of), Schedules, cancellationToken))
            .Produces<IReadOnlyList<ScheduleView>>().Require(Permissions.SystemConfiguration).WithSummary("What recurs, by the next run");
        api.MapGet("/{id:long}", async Task<Results<Ok<JobRow>, NotFound>> (HttpContext http, JobStore store, long id, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.Viewer(), id, cancellationToken) is { } job ? TypedResults.Ok(job) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("How far a job is");
        api.MapPost("/{id:long}/retry", async Task<Results<NoContent, NotFound>> (HttpContext http, JobStore store, long id, CancellationToken cancellationToken) =>
            await store.RetryAsync(id, http.User.Actor(), cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.SystemConfiguration).WithSummary("Puts a dead job back into the queue");
    }
}
