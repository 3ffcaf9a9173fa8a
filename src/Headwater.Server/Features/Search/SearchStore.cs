#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Search;

/// <summary>The one search box.</summary>
internal sealed class SearchStore(IDatabase database)
{
    /// <param name="query">What was typed; a whole purl or CVE goes straight to its page.</param>
    /// <param name="perKind">Hits of each kind at most.</param>
    public Task<SearchResults> SearchAsync(string query, int perKind, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
