using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Jobs;

internal static class JobsModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<JobStore>();

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/jobs").WithTags("Jobs");
        api.MapGet("/{id:long}", async Task<Results<Ok<JobRow>, NotFound>> (HttpContext http, JobStore store, long id, CancellationToken cancellationToken) =>
            await store.GetAsync(http.User.Viewer(), id, cancellationToken) is { } job ? TypedResults.Ok(job) : TypedResults.NotFound()).Require(Permissions.ViewPortfolio).WithSummary("How far a job is");
        api.MapPost("/{id:long}/retry", async Task<Results<NoContent, NotFound>> (JobStore store, long id, CancellationToken cancellationToken) =>
            await store.RetryAsync(id, cancellationToken) ? TypedResults.NoContent() : TypedResults.NotFound()).Require(Permissions.SystemConfiguration).WithSummary("Puts a dead job back into the queue");
    }
}
