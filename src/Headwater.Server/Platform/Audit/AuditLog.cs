#pragma warning disable CS9113 // The parameters are read when the methods are written.
using System.Data.Common;

namespace Headwater.Server.Platform.Audit;

/// <summary>The append-only record of acts. Each row carries the hash of the one before it, so that a removed or altered row shows.</summary>
internal sealed class AuditLog(Data.IDatabase database, TimeProvider time)
{
    /// <summary>Appends one act in the transaction that performs it.</summary>
    public Task AppendAsync(DbTransaction transaction, AuditEntry entry) => throw new NotImplementedException();

    /// <summary>Newest first.</summary>
    public Task<Data.Page<AuditRow>> ListAsync(Data.PageRequest request, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}

/// <param name="Actor">Who: a user's name, <c>key:…</c>, or <c>system</c>.</param>
/// <param name="Act">What, for example <c>sbom.uploaded</c>.</param>
/// <param name="Subject">On what, for example <c>project-version:…</c>.</param>
/// <param name="Detail">Facts as JSON.</param>
internal sealed record AuditEntry(string Actor, string Act, string Subject, string? Detail = null, string? BeforeDigest = null, string? AfterDigest = null);

internal sealed record AuditRow(long Id, DateTimeOffset At, string Actor, string Act, string Subject, string? Detail, string Hash);
