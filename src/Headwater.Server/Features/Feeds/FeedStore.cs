#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Feeds;

/// <summary>The advisory data: what is loaded and how old it is.</summary>
internal sealed class FeedStore(QueueStore jobs)
{
    public FeedStatus Status() => throw new NotImplementedException();

    /// <summary>Queues a rebuild from a folder on the server (OSV zips or records, <c>epss/</c> and <c>kev/</c> beside them).</summary>
    /// <returns>The job's id.</returns>
    public Task<long> RebuildAsync(string folder, string by, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
