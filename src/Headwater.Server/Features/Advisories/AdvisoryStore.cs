#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Advisories;

/// <summary>Advisories: those that affect us from the database, any other from the index.</summary>
internal sealed class AdvisoryStore(IDatabase database)
{
    /// <summary>Those that affect something in a latest active version. Sorts: <c>risk</c> (default), <c>severity</c>, <c>projects</c>, <c>epss</c>, <c>published</c>, <c>id</c>.</summary>
    public Task<Page<AdvisoryRow>> AffectingUsAsync(PageRequest request, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>By identifier or alias, in any case. Null when no loaded source knows it.</summary>
    public Task<AdvisoryDetail?> GetAsync(string id, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Over all advisories, by identifier or words.</summary>
    public Task<IReadOnlyList<AdvisoryHit>> SearchAsync(string query, int limit, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
