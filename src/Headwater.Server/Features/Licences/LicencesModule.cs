using Headwater.Core.Licences;

namespace Headwater.Server.Features.Licences;

/// <summary>What is known of licences themselves: the front door for other features, which take the <see cref="LicenceLibrary"/> from the services.</summary>
internal static class LicencesModule
{
    /// <summary>The library lies beside the program and is opened when somebody asks for it first.</summary>
    public static void AddServices(IServiceCollection services) => services.AddSingleton(_ => LicenceLibrary.Open(Path.Combine(AppContext.BaseDirectory, "licences.hwl")));
}
