#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Owners;

/// <summary>The organisation's units and teams, to read.</summary>
internal sealed class OwnerStore(IDatabase database)
{
    /// <summary>The whole tree, parents before children, siblings by title.</summary>
    public Task<IReadOnlyList<OwnerRow>> TreeAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<OwnerDetail?> GetAsync(long id, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
