#pragma warning disable CS9113 // The parameters are read when the methods are written.
using Headwater.Server.Platform.Auth;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Keys;

/// <summary>API keys for machines.</summary>
internal sealed class KeyStore(IDatabase database, TimeProvider time, Platform.Audit.AuditStore audit)
{
    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<KeyRow>> ListAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Makes a key. Its secret is in the answer and nowhere else.</summary>
    public Task<NewKey> CreateAsync(string comment, Permissions permissions, string by, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <returns>False when there is no such key.</returns>
    public Task<bool> RevokeAsync(long id, string by, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
