using System.Data.Common;
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Headwater.Server.Features.Owners;

/// <summary>Units and teams: the front door for other features.</summary>
internal sealed class OwnersModule(OwnerStore store, OrganisationStore organisation)
{
    /// <summary>Ids of an owner and of everything below it, as a subquery over <c>@ownerId</c>. Safe for a tree that someone bent into a ring.</summary>
    public const string Below = OwnerStore.Below;

    /// <summary>To be selected from <c>owner w</c>.</summary>
    public const string Select = "w.id AS owner_id, w.kind AS owner_kind, w.name AS owner_name, w.title AS owner_title, w.email AS owner_email";

    public static void AddServices(IServiceCollection services) => services.AddSingleton<OwnerStore>().AddSingleton<OrganisationStore>().AddSingleton<OwnersModule>()
        .AddSingleton(OwnerStore.NamedUnits).AddSingleton(OwnerStore.NamedTeams);

    public static void MapEndpoints(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup(Api.Root).WithTags("Owners");
        UnitsApi.Map(api);
        OrganisationApi.Map(api);
        api.MapPut("/projects/{uuid:guid}/owner", async Task<Results<NoContent, NotFound, ProblemHttpResult>> (HttpContext http, OwnerStore store, Guid uuid, OwnerChange change, CancellationToken cancellationToken) =>
            await store.ChangeOwnerAsync(http.User.Viewer(), http.User.Viewer(Permissions.PortfolioManagement), uuid, change.OwnerId, http.User.Actor(), cancellationToken) switch
            {
                OwnerChanged.Done => TypedResults.NoContent(),
                OwnerChanged.Missing => TypedResults.NotFound(),
                _ => Problems.Of(StatusCodes.Status403Forbidden, "You may not give this project to that owner", "You need the permission PORTFOLIO_MANAGEMENT where the project is and where it is to go; for nobody, in the whole organisation."),
            }).Require(Permissions.PortfolioManagement).WithSummary("Gives a project to a unit or team, or with null to nobody");
    }

    /// <summary>The longest name of a unit or team.</summary>
    public const int LongestTitle = OrganisationStore.LongestTitle;

    /// <summary>What the levels of units are called, the topmost first.</summary>
    public Task<IReadOnlyList<string>> LevelsAsync(CancellationToken cancellationToken) => organisation.LevelsAsync(cancellationToken);

    internal sealed record OwnerChange(long? OwnerId);

    /// <summary>An owner and those above it that are visible, the topmost first.</summary>
    public static Task<IReadOnlyList<OwnerRef>> PathAsync(DbConnection connection, Viewer viewer, long? ownerId) => OwnerStore.PathAsync(connection, viewer, ownerId);

    public Task<IReadOnlyList<TopRisk>> TopRisksAsync(Viewer viewer, int count, long? ownerId, CancellationToken cancellationToken) => store.TopRisksAsync(viewer, count, ownerId, cancellationToken);

    /// <summary>Reads a folder of descriptors; writes nothing.</summary>
    public static Catalogue ReadCatalogue(string folder) => CatalogueReader.Read(folder);

    /// <summary>Writes the groups of a catalogue; see <see cref="OwnerStore.UpsertAsync"/>.</summary>
    public Task<Dictionary<(string Kind, string Name), long>> ImportGroupsAsync(Catalogue catalogue, CancellationToken cancellationToken) => store.UpsertAsync(catalogue.Groups, cancellationToken);
}

/// <summary>The columns of <see cref="OwnersModule.Select"/>.</summary>
internal record OwnerColumns : Findings.Numbers
{
    public long? OwnerId { get; set; }
    public string? OwnerKind { get; set; }
    public string? OwnerName { get; set; }
    public string? OwnerTitle { get; set; }
    public string? OwnerEmail { get; set; }

    public OwnerRef? Owner => OwnerId is { } id ? new OwnerRef(id, OwnerKind!, OwnerName!, OwnerTitle!, OwnerEmail) : null;
}
