#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Projects;

/// <summary>Projects and their versions, to read.</summary>
internal sealed class ProjectStore(IDatabase database)
{
    /// <summary>Sorts: <c>name</c>, <c>risk</c> (default), <c>components</c>, <c>findings</c>, <c>uploaded</c>, <c>owner</c>.</summary>
    /// <param name="ownerId">Only projects of this unit or team and of everything below it.</param>
    /// <param name="withoutOwner">Only projects nobody owns.</param>
    public Task<Page<ProjectRow>> ListAsync(PageRequest request, long? ownerId = null, bool withoutOwner = false, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<ProjectDetail?> GetAsync(Guid uuid, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<ProjectVersionDetail?> GetVersionAsync(Guid uuid, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
