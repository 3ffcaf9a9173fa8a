namespace Headwater.Server.Features.Jobs;

internal static class JobsModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<JobStore>();
}
