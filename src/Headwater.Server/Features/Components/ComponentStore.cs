#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Components;

/// <summary>The catalogue of components, to read.</summary>
internal sealed class ComponentStore(IDatabase database)
{
    /// <summary>Sorts: <c>risk</c> (default), <c>name</c>, <c>projects</c>, <c>versions</c>, <c>findings</c>.</summary>
    public Task<Page<ComponentRow>> ListAsync(PageRequest request, ComponentFilter filter = default, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<ComponentDetail?> GetAsync(long id, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<ComponentVersionDetail?> GetVersionAsync(long id, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Who uses any version of a component. Sorts: <c>project</c> (default), <c>version</c>, <c>depth</c>.</summary>
    public Task<Page<UsageRow>> UsagesAsync(long componentId, PageRequest request, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Who uses one version of a component. Sorts: <c>project</c> (default), <c>depth</c>.</summary>
    public Task<Page<UsageRow>> UsagesOfVersionAsync(long componentVersionId, PageRequest request, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Package types in use with the number of components, most first.</summary>
    public Task<IReadOnlyList<KeyValuePair<string, int>>> TypesAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>All shortest paths by which a component version is in a project version, at most <paramref name="limit"/>. Null when it is not.</summary>
    public Task<Projects.WhyHere?> WhyAsync(Guid projectVersion, long componentVersionId, int limit = 3, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}

/// <summary>Which components are asked for.</summary>
internal readonly record struct ComponentFilter(bool OnlyVulnerable = false, string? Type = null);
