#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Owners;

/// <summary>The organisation's units and teams, to read.</summary>
internal sealed class OwnerStore(IDatabase database)
{
    /// <summary>The whole tree, parents before children, siblings by title.</summary>
    public Task<IReadOnlyList<OwnerRow>> TreeAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<OwnerDetail?> GetAsync(long id, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The findings that matter most in latest versions, one per advisory, with who owns what they hit.</summary>
    /// <param name="ownerId">Only in projects of this unit or team and of everything below it.</param>
    public Task<IReadOnlyList<TopRisk>> TopRisksAsync(int count, long? ownerId = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
