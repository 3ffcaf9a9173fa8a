namespace Headwater.Server.Features.Search;

internal static class SearchModule
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<SearchStore>();
}
