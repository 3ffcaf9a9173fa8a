namespace Headwater.Server.Features.Components;

/// <summary>The catalogue of components.</summary>
internal static class ComponentsModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<ComponentStore>().AddSingleton<CareStore>().AddSingleton<UsageQueryStore>();

    public static void MapEndpoints(IEndpointRouteBuilder app) => ComponentsApi.Map(app);
}
