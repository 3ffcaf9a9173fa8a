using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Components;

/// <summary>The catalogue of components.</summary>
internal static class ComponentsModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<ComponentStore>().AddSingleton<CareStore>().AddSingleton<CareReminderStore>().AddSingleton<UsageQueryStore>()
        .AddSingleton<IJobHandler, CareReminderJob>().AddSingleton(CareReminderJob.Daily);

    public static void MapEndpoints(IEndpointRouteBuilder app) => ComponentsApi.Map(app);
}
