using System.Text.Json;
using Headwater.Server.Platform.Audit;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Feeds;

/// <summary>The advisory data: what is loaded and how old it is.</summary>
internal sealed class FeedStore(IDatabase database, FeedsModule feeds, QueueStore jobs, AuditStore audit)
{
    public FeedStatus Status() => feeds.Status();

    /// <summary>Queues a rebuild from a folder on the server (OSV zips or records, <c>epss/</c> and <c>kev/</c> beside them).</summary>
    /// <returns>The job's id.</returns>
    public async Task<long> RebuildAsync(string folder, string by, CancellationToken cancellationToken = default)
    {
        var job = await database.WriteAsync(async transaction =>
        {
            await audit.AppendAsync(transaction, new AuditEntry(by, "feed.rebuild", "feed:advisories", JsonSerializer.Serialize(new { folder })));
            return await jobs.EnqueueAsync(transaction, new JobRequest(RebuildJob.JobKind, folder, "feeds", folder));
        }, cancellationToken: cancellationToken);
        jobs.Wake();
        return job;
    }
}
