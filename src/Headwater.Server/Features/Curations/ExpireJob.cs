using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Curations;

/// <summary>Looks every night which decisions were valid until the day before.</summary>
internal sealed class ExpireJob(CurationStore store) : IJobHandler
{
    public const string JobKind = "licences.expire";

    public static RecurringJob Daily { get; } = new(JobKind, new JobRequest(JobKind, "all", "licences", "", JobPriority.Sweep), Cadence.DailyAt(new TimeOnly(0, 5)));

    public string Kind => JobKind;

    public Task RunAsync(JobContext context, CancellationToken cancellationToken) => store.ExpireAsync(cancellationToken);
}
