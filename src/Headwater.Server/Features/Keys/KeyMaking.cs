using System.Security.Claims;
using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Keys;

/// <summary>Why a key is not made.</summary>
internal enum KeyRefusal
{
    None,
    TooMuch,
    NoSuchUnit,

    /// <summary>For a unit, with permissions that have no parts.</summary>
    Indivisible,
    Past,
}

/// <summary>Makes keys for people and for keys that may. Nobody gives away more than he has himself, nor elsewhere than where he has it.</summary>
internal sealed class KeyMaking(KeyStore store, TimeProvider time)
{
    /// <param name="unit">0 for the whole organisation.</param>
    public async Task<(NewKey? Key, KeyRefusal Refusal)> MakeAsync(ClaimsPrincipal by, string comment, Permissions permissions, long unit, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        if (unit != 0 && !by.Viewer(Permissions.AccessManagement).Units.Contains(unit) && !await ExistsForAsync(by, unit, cancellationToken)) return (null, KeyRefusal.NoSuchUnit);
        if (unit != 0 && (permissions & Roles.Indivisible) != 0) return (null, KeyRefusal.Indivisible);
        if (!by.Access().Can(permissions | Permissions.AccessManagement, unit == 0 ? null : unit)) return (null, KeyRefusal.TooMuch);
        if (expiresAt <= time.GetUtcNow()) return (null, KeyRefusal.Past);
        return (await store.CreateAsync(new KeyWish(comment, permissions, by.Actor()) { UnitId = unit, ExpiresAt = expiresAt, Maker = MakerOf(by) }, cancellationToken), KeyRefusal.None);
    }

    /// <summary>Takes a key over from whoever made it, so that it goes on when he leaves. It keeps its secret and its permissions, bound to what the new holder may do.</summary>
    /// <returns><see cref="KeyRefusal.NoSuchUnit"/> when there is no such key in what the caller manages.</returns>
    public async Task<KeyRefusal> TakeOverAsync(ClaimsPrincipal by, long id, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(by.Viewer(Permissions.AccessManagement), id, cancellationToken) is not { } key) return KeyRefusal.NoSuchUnit;
        if (!by.Access().Can(key.Permissions | Permissions.AccessManagement, key.UnitId == 0 ? null : key.UnitId)) return KeyRefusal.TooMuch;
        await store.SetMakerAsync(id, MakerOf(by), by.Actor(), cancellationToken);
        return KeyRefusal.None;
    }

    private static long? MakerOf(ClaimsPrincipal by) =>
        long.TryParse(by.FindFirstValue(Session.PersonClaim) ?? by.FindFirstValue(KeyAuthentication.MakerClaim), out var person) ? person : null;

    /// <summary>Who manages the whole organisation may name any unit there is.</summary>
    private async Task<bool> ExistsForAsync(ClaimsPrincipal by, long unit, CancellationToken cancellationToken) =>
        by.Viewer(Permissions.AccessManagement).All && await store.UnitExistsAsync(unit, cancellationToken);
}
