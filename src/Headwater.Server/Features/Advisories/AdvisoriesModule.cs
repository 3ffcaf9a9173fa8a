using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Advisories;

/// <summary>Advisories: the front door for other features.</summary>
internal sealed class AdvisoriesModule(AdvisoryStore store)
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<AdvisoriesModule>().AddSingleton<AdvisoryStore>().AddSingleton<AdvisoryUsageStore>();

    public static void MapEndpoints(IEndpointRouteBuilder app) => AdvisoriesApi.Map(app);

    public Task<IReadOnlyList<AdvisoryHit>> SearchAsync(Viewer viewer, string query, int limit, CancellationToken cancellationToken) => store.SearchAsync(viewer, query, limit, cancellationToken);

    /// <summary>Identifiers of advisories that there are, one slip from one that there is not; those that hit what the viewer has come first. Empty for anything else.</summary>
    public Task<IReadOnlyList<string>> NearAsync(Viewer viewer, string identifier, int limit, CancellationToken cancellationToken) => store.NearAsync(viewer, identifier, limit, cancellationToken);
}
