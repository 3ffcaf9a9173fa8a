namespace Headwater.Server.Features.Keys;

internal static class KeysModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<KeyStore>();
}
