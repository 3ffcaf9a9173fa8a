#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>What is in a project version: its components, findings, uploads, tree and changes.</summary>
internal sealed class ContentStore(IDatabase database)
{
    /// <summary>Sorts: <c>name</c>, <c>risk</c> (default), <c>version</c>, <c>type</c>, <c>depth</c>, <c>findings</c>.</summary>
    public Task<Page<OccurrenceRow>> ComponentsAsync(Guid version, PageRequest request, OccurrenceFilter filter = default, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Sorts: <c>risk</c> (default), <c>severity</c>, <c>component</c>, <c>id</c>, <c>epss</c>, <c>published</c>.</summary>
    public Task<Page<ProjectFindingRow>> FindingsAsync(Guid version, PageRequest request, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<UploadRow>> UploadsAsync(Guid version, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The uploads of all versions of a project, newest first: what the choice of two snapshots to compare is made from.</summary>
    public Task<IReadOnlyList<UploadRow>> UploadsOfProjectAsync(Guid project, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<UploadRow?> UploadAsync(Guid token, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>What a node of the newest upload's graph depends on, one level, worst first; node 0 is the root. Null when there is no graph yet.</summary>
    public Task<IReadOnlyList<TreeNode>?> TreeAsync(Guid version, int node = 0, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>The newest upload's graph, nearest nodes first, at most <paramref name="limit"/> of them. Null when there is none yet.</summary>
    public Task<GraphView?> GraphAsync(Guid version, int limit, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>All shortest paths from the root to a component version, at most <paramref name="limit"/>. Null when it is not in there.</summary>
    public Task<WhyHere?> WhyAsync(Guid version, long componentVersionId, int limit = 10, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>What changed between two uploads; null when one of them does not exist or is not analysed yet.</summary>
    public Task<Changes?> ChangesAsync(Guid fromToken, Guid toToken, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}

/// <summary>Which occurrences are asked for.</summary>
internal readonly record struct OccurrenceFilter(bool OnlyDirect = false, bool OnlyVulnerable = false, bool OnlyUnknown = false, string? Type = null, string? Licence = null);
