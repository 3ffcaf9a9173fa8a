using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Components;

/// <summary>Looks every morning whose support plans end.</summary>
internal sealed class CareReminderJob(CareReminderStore store, QueueStore queue) : IJobHandler
{
    public const string JobKind = "components.reminders";

    public static RecurringJob Daily { get; } = new(JobKind, new JobRequest(JobKind, "all", "inbox", "", JobPriority.Sweep), Cadence.DailyAt(new TimeOnly(6, 10)));

    public string Kind => JobKind;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        if (await store.RemindAsync(cancellationToken) > 0) queue.Wake(); // Webhooks are jobs.
    }
}
