using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Http;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Uploads;

/// <summary>
/// How a document gets in:
/// <code>
/// body → spool file (hash, unpack, fsync) → names looked up → checked, streaming → blob + rows + job in one transaction → token
///                                                                                     job: read again → interned → occurrences → matched → numbers
/// </code>
/// Whatever is refused leaves nothing behind.
/// </summary>
internal sealed class UploadsModule(UploadStore store, DataFolder data, BlobFolder blobs, IdSource ids, HttpLimits limits)
{
    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<UploadsModule>().AddSingleton<UploadStore>().AddSingleton<IngestStore>().AddSingleton<IJobHandler, IngestJob>();

    public static void MapEndpoints(IEndpointRouteBuilder app) => UploadApi.Map(app);

    /// <summary>Receives a body into a file; see <see cref="SpooledFile.ReceiveAsync"/>.</summary>
    public Task<SpooledDocument> SpoolAsync(Stream body, CancellationToken cancellationToken) => SpoolAsync(body, limits.MaxUploadBytes, cancellationToken);

    /// <summary>Takes a received document, or says why not.</summary>
    public async Task<UploadOutcome> AcceptAsync(UploadRequest request, SpooledDocument document, CancellationToken cancellationToken)
    {
        UploadTarget? target = null;
        var named = request.ProjectVersion is not null || !string.IsNullOrWhiteSpace(request.Name);
        if (named || !request.NameFromDocument)
        {
            (target, var missing) = await store.FindTargetAsync(request, cancellationToken);
            if (missing is not null) return missing;
        }

        var (facts, invalid) = await Task.Run(() => DocumentCheck.Run(document.File.Path, cancellationToken), cancellationToken);
        if (invalid is not null) return invalid;
        if (target is null)
        {
            request = request with { Name = facts!.RootName, Version = string.IsNullOrWhiteSpace(request.Version) ? facts.RootVersion : request.Version };
            (target, var missing) = await store.FindTargetAsync(request, cancellationToken);
            if (missing is not null) return missing;
        }

        document.File.Keep(blobs);
        return await store.AcceptAsync(request, target!, document.File, facts!, cancellationToken);
    }

    public Task<bool?> IsPendingAsync(Guid token, CancellationToken cancellationToken) => store.IsPendingAsync(token, cancellationToken);

    public Task<bool> HasDocumentAsync(string name, string? version, SpooledDocument document, CancellationToken cancellationToken) =>
        store.HasDocumentAsync(name, version, document.File.Sha256, cancellationToken);

    private async Task<SpooledDocument> SpoolAsync(Stream body, long limit, CancellationToken cancellationToken) =>
        new(await SpooledFile.ReceiveAsync(body, data, ids, limit, cancellationToken));
}

/// <summary>A document that was received and not yet taken; dispose of it.</summary>
internal sealed record SpooledDocument(SpooledFile File) : IDisposable
{
    public long Length => File.Length;

    public void Dispose() => File.Dispose();
}
