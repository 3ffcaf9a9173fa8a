using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Cases;

/// <summary>Licence incidents and enquiries: what came in, until when it has to be answered, and what became of it.</summary>
internal static class CasesModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<CaseStore>().AddSingleton<CaseSettingStore>().AddSingleton(CaseStore.Named)
        .AddSingleton<IJobHandler, CaseReminderJob>().AddSingleton(CaseReminderJob.Hourly);

    public static void MapEndpoints(IEndpointRouteBuilder app) => CasesApi.Map(app);
}
