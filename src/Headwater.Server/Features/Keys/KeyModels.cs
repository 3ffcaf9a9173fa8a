using Headwater.Server.Platform.Auth;

namespace Headwater.Server.Features.Keys;

/// <summary>An API key without its secret.</summary>
internal sealed record KeyRow(long Id, string PublicId, string Comment, Permissions Permissions, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? LastUsedAt);

/// <summary>A key just made. <see cref="Secret"/> is the whole key and is shown this once.</summary>
internal sealed record NewKey(KeyRow Key, string Secret);
