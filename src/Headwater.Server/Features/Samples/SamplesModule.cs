namespace Headwater.Server.Features.Samples;

/// <summary>The sample organisation, and what the console says when the server is up.</summary>
internal static class SamplesModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<SampleLoader>().AddHostedService<Greeting>();
}
