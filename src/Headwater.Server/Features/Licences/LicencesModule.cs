using System.Data.Common;
using Headwater.Core.Licences;
using Headwater.Core.Licences.Facts;

namespace Headwater.Server.Features.Licences;

/// <summary>What a feature does when the organisation has a licence more.</summary>
/// <param name="AddedAsync">In the transaction that adds it, with its identifier; the workers are woken after the commit.</param>
internal sealed record LicenceListener(Func<DbTransaction, string, Task> AddedAsync);

/// <summary>What is known of licences themselves: the front door for other features, which take the <see cref="LicenceLibrary"/> from the services, or ask here where the organisation's own licences count too.</summary>
internal sealed class LicencesModule(LicenceCatalogue catalogue)
{
    /// <summary>The library lies beside the program and is opened when somebody asks for it first.</summary>
    public static void AddServices(IServiceCollection services) => services.AddSingleton(_ => LicenceLibrary.Open(Path.Combine(AppContext.BaseDirectory, "licences.hwl")))
        .AddSingleton<OwnLicenceStore>().AddSingleton(OwnLicenceStore.Named).AddSingleton<LicenceCatalogue>().AddSingleton<LicencesModule>();

    public static void MapEndpoints(IEndpointRouteBuilder app) => LicencesApi.Map(app);

    /// <summary>The address of a licence's page.</summary>
    public static string PageOf(string id) => $"/licences/{Uri.EscapeDataString(id)}";

    /// <inheritdoc cref="LicenceCatalogue.OwnAsync"/>
    public Task<Func<string, LicenceFacts?>> OwnAsync(CancellationToken cancellationToken) => catalogue.OwnAsync(cancellationToken);

    /// <inheritdoc cref="OwnLicenceStore.NamesAsync"/>
    public static Task<IReadOnlyDictionary<string, string>> OwnNamesAsync(DbTransaction transaction) => OwnLicenceStore.NamesAsync(transaction);

    /// <inheritdoc cref="LicenceCatalogue.FindAsync"/>
    public Task<IReadOnlyList<LicenceRow>> FindAsync(string query, int limit, CancellationToken cancellationToken) => catalogue.FindAsync(query, limit, cancellationToken);

    /// <summary>What is known of a licence, with its text; null for one that nobody lists.</summary>
    public async Task<LicenceFacts?> GetAsync(string id, CancellationToken cancellationToken) => (await catalogue.GetAsync(id, cancellationToken)) is { } it ? it.Facts : null;
}
