using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Components;

/// <summary>The catalogue of components.</summary>
internal sealed class ComponentsModule(ComponentSightStore sight)
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<ComponentsModule>().AddSingleton<ComponentStore>().AddSingleton<ComponentUsageStore>().AddSingleton<ComponentSightStore>().AddSingleton<CareStore>().AddSingleton<CareReminderStore>().AddSingleton<UsageQueryStore>()
        .AddSingleton<IJobHandler, CareReminderJob>().AddSingleton(CareReminderJob.Daily).AddSingleton(ComponentStore.Named);

    public static void MapEndpoints(IEndpointRouteBuilder app) => ComponentsApi.Map(app);

    /// <inheritdoc cref="ComponentSightStore.FindAsync"/>
    public Task<IReadOnlyList<long>> FindAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken) => sight.FindAsync(viewer, query, limit, cancellationToken);

    /// <inheritdoc cref="ComponentSightStore.ComponentsAsync"/>
    public Task<IReadOnlyList<long>> ComponentsInSightAsync(Viewer viewer, IReadOnlyList<long> components, int limit, CancellationToken cancellationToken) => sight.ComponentsAsync(viewer, components, limit, cancellationToken);

    /// <inheritdoc cref="ComponentSightStore.VersionsAsync"/>
    public Task<IReadOnlyList<long>> VersionsInSightAsync(Viewer viewer, IReadOnlyList<long> versions, int limit, CancellationToken cancellationToken) => sight.VersionsAsync(viewer, versions, limit, cancellationToken);
}
