using System.Globalization;
using Headwater.Server.Platform.Http.Outgoing;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Inbox;

/// <summary>Makes a delivery, and tries again with a growing delay while there is hope. What is given up stays among the dead, where it can be sent again.</summary>
internal sealed class WebhookJob(DeliveryStore store, WebhookStore webhooks, WebhookSender sender) : IJobHandler
{
    public const string JobKind = "webhook.deliver";

    public string Kind => JobKind;

    public string? SubjectOf(string key, string lane) => lane;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        if (await store.WorkAsync(Id(context.Job), cancellationToken) is not { } work || await webhooks.TargetAsync(work.WebhookId, cancellationToken) is not { } target) return; // Removed or delivered meanwhile.
        if (!target.Enabled) throw new JobFailedException("The webhook is switched off.");
        var events = await store.EventsAsync(work, cancellationToken);
        if (events.Count == 0) throw new JobFailedException("What it was to tell has been forgotten, or concerns another unit now.");
        try
        {
            await sender.DeliverAsync(work, target, events, cancellationToken);
        }
        catch (OutgoingException e) when (!e.Passing)
        {
            throw new JobFailedException(e.Message);
        }
    }

    public Task GiveUpAsync(ClaimedJob job, string error, CancellationToken cancellationToken) => store.GiveUpAsync(Id(job), error, cancellationToken);

    private static long Id(ClaimedJob job) => long.Parse(job.Payload, CultureInfo.InvariantCulture);
}
