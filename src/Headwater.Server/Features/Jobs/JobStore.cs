#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Jobs;

/// <summary>The jobs, for people to see.</summary>
internal sealed class JobStore(IDatabase database, TimeProvider time)
{
    /// <summary>Newest first. <paramref name="state"/> is one of <c>queued</c>, <c>running</c>, <c>done</c>, <c>dead</c>, or null for all.</summary>
    public Task<Page<JobRow>> ListAsync(PageRequest request, string? state = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<JobRow?> GetAsync(long id, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Puts a dead job back into the queue.</summary>
    /// <returns>False when there is no such dead job.</returns>
    public Task<bool> RetryAsync(long id, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Jobs by state.</summary>
    public Task<IReadOnlyDictionary<string, int>> CountsAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
