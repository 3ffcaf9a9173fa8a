using System.Security.Claims;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Grants;

/// <summary>Roles of people in units: the front door for other features.</summary>
internal sealed class GrantsModule(GrantStore store, AccessStore access)
{
    public static void AddServices(IServiceCollection services) => services.AddSingleton<GrantsModule>().AddSingleton<GrantStore>();

    public static void MapEndpoints(IEndpointRouteBuilder app) => GrantsApi.Map(app);

    /// <summary>Gives a role. Nobody gives more than he has himself, nor elsewhere than where he has it.</summary>
    public async Task<GrantOutcome> GrantAsync(ClaimsPrincipal by, GrantWish wish, CancellationToken cancellationToken)
    {
        if (Roles.Find(wish.Role) is not { } role) return GrantOutcome.NoSuchRole;
        if (wish.UnitId != 0 && (!by.Viewer(Permissions.AccessManagement).Sees(wish.UnitId) || (await access.TreeAsync(cancellationToken)).Find(wish.UnitId) is null)) return GrantOutcome.NoSuchUnit;
        if (!May(by, role, wish.UnitId)) return GrantOutcome.TooMuch;
        if (!await store.ExistsAsync(wish.PersonId, cancellationToken)) return GrantOutcome.NoSuchPerson;
        await store.GrantAsync(wish with { Role = role.Name }, by.Actor(), cancellationToken);
        return GrantOutcome.Done;
    }

    /// <summary>Takes a role that was given by hand; also one in a unit that is gone.</summary>
    public async Task<GrantOutcome> RevokeAsync(ClaimsPrincipal by, GrantWish wish, CancellationToken cancellationToken)
    {
        if (Roles.Find(wish.Role) is not { } role) return GrantOutcome.NoSuchRole;
        if (wish.UnitId != 0 && !by.Viewer(Permissions.AccessManagement).Sees(wish.UnitId)) return GrantOutcome.NoSuchUnit;
        return May(by, role, wish.UnitId) ? await store.RevokeAsync(wish with { Role = role.Name }, by.Actor(), cancellationToken) : GrantOutcome.TooMuch;
    }

    private static bool May(ClaimsPrincipal by, Role role, long unit) => by.Access().Can(role.In(unit) | Permissions.AccessManagement, unit == 0 ? null : unit);
}
