namespace Headwater.Server.Features.Overview;

internal static class OverviewModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<OverviewStore>();
}
