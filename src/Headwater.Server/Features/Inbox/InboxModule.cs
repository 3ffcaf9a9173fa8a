using System.Data.Common;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Inbox;

/// <summary>Tells owners what concerns them: in the inbox, and by webhooks.</summary>
internal sealed class InboxModule(NewsStore news, DeliveryStore deliveries)
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<InboxModule>().AddSingleton(WebhookStore.Named).AddSingleton<InboxStore>().AddSingleton<NewsStore>().AddSingleton<WebhookStore>().AddSingleton<DeliveryStore>().AddSingleton<WebhookSender>()
        .AddSingleton<IJobHandler, WebhookJob>().AddSingleton<IJobHandler, InboxPruneJob>()
        .AddSingleton(new RecurringJob("inbox.prune", new JobRequest(InboxPruneJob.JobKind, "all", "inbox", "", JobPriority.Sweep), Cadence.DailyAt(new TimeOnly(3, 40))));

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        InboxApi.Map(app);
        WebhooksApi.Map(app);
    }

    /// <summary>
    /// Tells owners of what became of findings, in the transaction of the match; see <see cref="NewsStore.TellOfFindingsAsync"/>. Wake the workers after the commit: webhooks are jobs.
    /// </summary>
    public async Task TellOfFindingsAsync(DbTransaction transaction)
    {
        if (await news.TellOfFindingsAsync(transaction) is var (first, last)) await deliveries.EnqueueAsync(transaction, first, last);
    }

    /// <summary>The kind of a note about a support plan that ends.</summary>
    public const string SupportEnding = "support.ending";

    /// <summary>The kind of a note about a version of a component that is under another licence than was decided about.</summary>
    public const string LicenceChanged = "licence.changed";

    /// <summary>The kind of a note about a case that has come in, or whose next step is overdue.</summary>
    public const string CaseWaits = "case.waits";

    /// <summary>Tells owners and persons of something, in the transaction that found it. Wake the workers after the commit: webhooks are jobs.</summary>
    public async Task TellAsync(DbTransaction transaction, IReadOnlyList<InboxNote> notes)
    {
        if (await news.TellAsync(transaction, notes) is var (first, last)) await deliveries.EnqueueAsync(transaction, first, last);
    }
}

/// <summary>Forgets what is old.</summary>
internal sealed class InboxPruneJob(NewsStore store) : IJobHandler
{
    public const string JobKind = "inbox.prune";

    public string Kind => JobKind;

    public Task RunAsync(JobContext context, CancellationToken cancellationToken) => store.PruneAsync(cancellationToken);
}
