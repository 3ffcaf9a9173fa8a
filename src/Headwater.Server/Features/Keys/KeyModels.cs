using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Keys;

/// <summary>An API key without its secret.</summary>
/// <param name="UnitId">The unit for which it is; 0 for the whole organisation.</param>
/// <param name="MakerActive">False when the one who made it has left: then it may do nothing.</param>
internal sealed record KeyRow(long Id, string PublicId, string Comment, Permissions Permissions, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? LastUsedAt,
    long UnitId, string? Unit, DateTimeOffset? ExpiresAt, bool MakerActive);

/// <summary>A key to be made.</summary>
/// <param name="By">Who makes it, as the record names him.</param>
internal sealed record KeyWish(string Comment, Permissions Permissions, string By)
{
    /// <summary>Only for this unit and what lies below; 0 for the whole organisation.</summary>
    public long UnitId { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whose permissions bound the key's, now and later; null for none's.</summary>
    public long? Maker { get; init; }
}

/// <summary>A key just made. <see cref="Secret"/> is the whole key and is shown this once.</summary>
internal sealed record NewKey(KeyRow Key, string Secret);
