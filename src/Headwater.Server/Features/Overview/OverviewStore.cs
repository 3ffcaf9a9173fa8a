#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Overview;

/// <summary>The portfolio in numbers.</summary>
internal sealed class OverviewStore(IDatabase database, TimeProvider time)
{
    public Task<PortfolioOverview> GetAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
