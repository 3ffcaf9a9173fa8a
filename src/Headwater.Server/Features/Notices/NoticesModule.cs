using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Notices;

/// <summary>Notices of what versions hold of others, choices of licences, sign-offs, and the bundles that are archived for releases.</summary>
internal static class NoticesModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<ChoiceStore>().AddSingleton<NoticeSettingsStore>().AddSingleton<NoticeMaker>().AddSingleton<SignOffStore>().AddSingleton<BundleStore>()
        .AddSingleton(BundleStore.Named).AddSingleton(BundleStore.Documents).AddSingleton<IJobHandler, BundleJob>();

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        NoticesApi.Map(app);
        BundlesApi.Map(app);
    }
}
