using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Advisories;

/// <summary>Advisories: the front door for other features.</summary>
internal sealed class AdvisoriesModule(AdvisoryStore store)
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<AdvisoriesModule>().AddSingleton<AdvisoryStore>();

    public static void MapEndpoints(IEndpointRouteBuilder app) => AdvisoriesApi.Map(app);

    public Task<IReadOnlyList<AdvisoryHit>> SearchAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken) => store.SearchAsync(viewer, query, limit, cancellationToken);
}
