namespace Headwater.Server.Features.Samples;

/// <summary>The sample organisation, and what the console says when the server is up.</summary>
internal static class SamplesModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<SampleLoader>().AddSingleton<SampleLicences>().AddHostedService<Greeting>();

    /// <summary>True when the data folder is to be filled with the samples and the server to end then: a step of the build, not a start.</summary>
    public static bool FillOnly(IConfiguration configuration) => configuration.GetValue<bool>("fill-only");
}
