#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Findings;

/// <summary>Findings over the whole portfolio.</summary>
internal sealed class FindingStore(IDatabase database)
{
    /// <summary>The findings that matter most in latest active versions, one per advisory, with who owns what they hit.</summary>
    public Task<IReadOnlyList<TopRisk>> TopAsync(int count, long? ownerId = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
