using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Cases;

/// <summary>Looks every hour which cases are overdue.</summary>
internal sealed class CaseReminderJob(CaseStore store, QueueStore queue) : IJobHandler
{
    public const string JobKind = "cases.reminders";

    public static RecurringJob Hourly { get; } = new(JobKind, new JobRequest(JobKind, "all", "inbox", "", JobPriority.Sweep), Cadence.EachTime(TimeSpan.FromHours(1)));

    public string Kind => JobKind;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        if (await store.RemindAsync(cancellationToken) > 0) queue.Wake(); // Webhooks are jobs.
    }
}
