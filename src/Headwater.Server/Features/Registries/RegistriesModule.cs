using System.Data.Common;
using Headwater.Core.Packages;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Registries;

/// <summary>What package registries say of the components in use: the front door for other features.</summary>
internal sealed class RegistriesModule(RegistryStore registries, ReleaseStore releases, TimeProvider time)
{
    /// <summary>What is known of a component (the column that holds its id), to be joined as <c>crel</c>; needs <c>@Org</c>.</summary>
    public static string JoinComponent(string component) => $"LEFT JOIN component_release crel ON crel.org_id = @Org AND crel.component_id = {component}";

    /// <summary>To be joined where a component version is <c>c</c>, beside <see cref="JoinComponent"/>; needs <c>@Org</c>.</summary>
    public const string JoinVersion = "LEFT JOIN version_release vrel ON vrel.org_id = @Org AND vrel.cv_id = c.id";

    /// <summary>The condition, as SQL, under which a newer version than <c>c</c> is known.</summary>
    public const string IsOutdated = "vrel.gap > 0";

    /// <summary>The condition, as SQL, under which somebody advises against <c>c</c> or took it back.</summary>
    public const string IsWithdrawn = "(vrel.withdrawn > 0 OR crel.deprecated IS NOT NULL)";

    /// <summary>When <c>c</c> was published, as something to sort by; what is not known comes last.</summary>
    public const string PublishedKey = "COALESCE(vrel.published_at, 9000000000000000)";

    /// <summary>When the latest version of a component was published, as something to sort by; what is not known comes last.</summary>
    public const string ReleasedKey = "COALESCE(crel.latest_at, 9000000000000000)";

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<RegistriesModule>().AddSingleton(RegistryStore.Named).AddSingleton<RegistryStore>().AddSingleton<ReleaseStore>().AddSingleton<IJobHandler, CheckJob>().AddHostedService<RegistryConfiguration>()
            .AddSingleton<Platform.Telemetry.IMetricSource, RegistryMetrics>();

    public static void MapEndpoints(IEndpointRouteBuilder app) => RegistriesApi.Map(app);

    /// <summary>What is known of components, for those of them of which anything is.</summary>
    /// <param name="uses">The condition, as SQL, under which a component version (a column) is in sight.</param>
    public static Task<Dictionary<long, ComponentRelease>> OfComponentsAsync(DbConnection connection, Viewer viewer, IEnumerable<long> components, Func<Viewer, string, string> uses) =>
        ReleaseStore.OfComponentsAsync(connection, viewer, components, uses);

    /// <summary>What is known of component versions, for those of them of which anything is.</summary>
    public static Task<Dictionary<long, VersionRelease>> OfVersionsAsync(DbConnection connection, IEnumerable<long> versions) => ReleaseStore.OfVersionsAsync(connection, versions);

    /// <summary>How many components in the latest versions of visible projects have data, and how new it is.</summary>
    public Task<ReleaseCoverage> CoverageAsync(Viewer viewer, CancellationToken cancellationToken) => releases.CoverageAsync(viewer, cancellationToken);

    /// <summary>The same for a project version that the caller has found to be visible.</summary>
    public Task<ReleaseCoverage> CoverageAsync(long projectVersion, CancellationToken cancellationToken) => releases.CoverageAsync(projectVersion, cancellationToken);

    /// <summary>Registries that were given up when they were asked last, or have not answered for long.</summary>
    public async Task<IReadOnlyList<RegistryRow>> InTroubleAsync(CancellationToken cancellationToken) =>
        [.. (await registries.ListAsync(cancellationToken)).Where(r => r.Enabled && (r.Failures > 0 || time.GetUtcNow() - (r.SucceededAt ?? r.CreatedAt) > r.StaleAfter))];

    /// <summary>The word that the compatible interface has for the kind of registry of a package; null for one that it does not know.</summary>
    public static string? CompatibleKind(PackageUrl purl) => purl.Type switch
    {
        "maven" => "MAVEN", "npm" => "NPM", "gem" => "GEM", "pypi" => "PYPI", "nuget" => "NUGET", "hex" => "HEX", "composer" => "COMPOSER", "cargo" => "CARGO", "golang" => "GO_MODULES", _ => null,
    };
}
