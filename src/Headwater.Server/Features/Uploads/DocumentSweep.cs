using Headwater.Server.Features.Projects;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;
using Headwater.Server.Platform.Telemetry;

namespace Headwater.Server.Features.Uploads;

/// <summary>
/// Ends uploads that were given up when a process stopped, and deletes documents that no upload names any more: after a project went, and at the start those whose upload was cut off between the
/// move of the file and the commit. An upload moves its document in while it holds the writer, and so does each deletion here.
/// </summary>
internal sealed class DocumentSweep(BlobFolder blobs, DataFolder data, UploadStore store, ILogger<DocumentSweep> log) : BackgroundService, IJobHandler
{
    private const int Chunk = 500;

    public string Kind => ProjectsModule.SweepKind;

    public Task RunAsync(JobContext context, CancellationToken cancellationToken) => SweepAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // The server does not wait for it.
        try
        {
            await store.FailAbandonedAsync(stoppingToken);
            await SweepAsync(stoppingToken);
        }
        catch (IOException e)
        {
            log.SweepFailed(e.Message);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var right = data.TryDeleteDocuments();
        if (right is null) return; // A backup is being made; the next sweep finds what is left.
        foreach (var chunk in (await blobs.AllAsync(cancellationToken)).Chunk(Chunk))
        {
            var named = await store.NamedAsync(chunk, cancellationToken);
            foreach (var sha256 in chunk.Where(c => !named.Contains(c))) await store.DeleteUnnamedAsync(sha256, cancellationToken);
        }
    }
}
