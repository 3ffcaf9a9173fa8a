using System.Data.Common;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Inbox;

/// <summary>Tells owners what concerns them: in the inbox, and by webhooks.</summary>
internal sealed class InboxModule(InboxStore store, WebhookStore webhooks)
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<InboxModule>().AddSingleton<InboxStore>().AddSingleton<WebhookStore>()
        .AddSingleton<IJobHandler, WebhookJob>().AddSingleton<IJobHandler, InboxPruneJob>()
        .AddSingleton(new RecurringJob("inbox.prune", new JobRequest(InboxPruneJob.JobKind, "all", "inbox", "", JobPriority.Sweep), Cadence.DailyAt(new TimeOnly(3, 40))));

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root + "/inbox").WithTags("Inbox");
        api.MapGet("", async Task<Results<Ok<Platform.Data.Page<InboxRow>>, NotFound>> (HttpContext http, InboxStore store, bool? unread, bool? mine, string? kind, string? after, int? size, CancellationToken cancellationToken) =>
            await store.PersonAsync(http.User.Actor(), cancellationToken) is not { } person ? TypedResults.NotFound()
                : TypedResults.Ok(await store.ListAsync(http.User.InScope(Permissions.ViewVulnerability), person, new Platform.Data.PageRequest { After = after, Size = size ?? 50 }, new InboxFilter(unread ?? false, mine ?? false, kind), cancellationToken)))
            .Require(Permissions.ViewVulnerability).WithSummary("What the person is told, newest first");
        api.MapPut("/{id:long}/read", (HttpContext http, InboxStore store, long id, CancellationToken cancellationToken) => MarkAsync(http, store, id, true, cancellationToken)).Require(Permissions.ViewVulnerability).WithSummary("Marks one as read");
        api.MapDelete("/{id:long}/read", (HttpContext http, InboxStore store, long id, CancellationToken cancellationToken) => MarkAsync(http, store, id, false, cancellationToken)).Require(Permissions.ViewVulnerability).WithSummary("Marks one as unread");
    }

    /// <summary>
    /// Tells owners of what became of findings, in the transaction of the match; see <see cref="InboxStore.TellOfFindingsAsync"/>. Wake the workers after the commit: webhooks are jobs.
    /// </summary>
    public async Task TellOfFindingsAsync(DbTransaction transaction)
    {
        var told = await store.TellOfFindingsAsync(transaction);
        if (told.Count > 0) await webhooks.EnqueueAsync(transaction, told[0], told[^1]);
    }

    /// <summary>The kind of a note about a support plan that ends.</summary>
    public const string SupportEnding = "support.ending";

    /// <summary>Tells owners and persons of something, in the transaction that found it. Wake the workers after the commit: webhooks are jobs.</summary>
    public async Task TellAsync(DbTransaction transaction, IReadOnlyList<InboxNote> notes)
    {
        var told = await store.TellAsync(transaction, notes);
        if (told.Count > 0) await webhooks.EnqueueAsync(transaction, told[0], told[^1]);
    }

    private static async Task<Results<NoContent, NotFound>> MarkAsync(HttpContext http, InboxStore store, long id, bool read, CancellationToken cancellationToken) =>
        await store.PersonAsync(http.User.Actor(), cancellationToken) is { } person && await store.MarkAsync(http.User.Viewer(Permissions.ViewVulnerability), person, id, read, cancellationToken)
            ? TypedResults.NoContent() : TypedResults.NotFound();
}

/// <summary>Forgets what is older than a year.</summary>
internal sealed class InboxPruneJob(InboxStore store) : IJobHandler
{
    public const string JobKind = "inbox.prune";

    public string Kind => JobKind;

    public Task RunAsync(JobContext context, CancellationToken cancellationToken) => store.PruneAsync(cancellationToken);
}
