using System.Data.Common;
using Headwater.Core.Sboms;
using Headwater.Server.Features.Findings;
using Headwater.Server.Platform.Data;
using Headwater.Server.Platform.Jobs;

namespace Headwater.Server.Features.Uploads;

/// <summary>Analyses an accepted upload. Every step may be done twice: a stop anywhere is made good by doing the job again.</summary>
internal sealed class IngestJob(UploadStore uploads, IngestStore store, FindingsModule findings, BlobFolder blobs, IDatabase database, QueueStore queue) : IJobHandler
{
    public const string JobKind = "sbom.ingest";

    public string Kind => JobKind;

    public string? SubjectOf(string key, string lane) => "upload:" + key;

    public async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        var upload = await uploads.FindAsync(long.Parse(context.Job.Payload), cancellationToken);
        if (upload is null || upload.State != "queued") return; // The project was deleted meanwhile, or the job had ended but for its own mark.

        var expected = Math.Max(1, upload.Components);
        var sink = new IngestSink(
            batch => store.InternAsync(batch, cancellationToken).GetAwaiter().GetResult(),
            seen => context.ReportAsync(0.6 * Math.Min(1, (double)seen / expected), $"{seen} of {expected} components read", cancellationToken).GetAwaiter().GetResult());
        await using (var document = await blobs.OpenAsync(upload.Sha256, cancellationToken))
        {
            // The reader is synchronous by design, so it has a thread of its own and none of those that answer requests.
            var result = await Task.Factory.StartNew(() => SbomReader.Read(document, sink, new SbomReadOptions { Validate = false }, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (!result.Valid) throw new JobFailedException($"The stored document cannot be read: {result.Errors[0].At}: {result.Errors[0].Message}");
        }

        var (graph, nodes, occurrences) = sink.Finish();
        await context.ReportAsync(0.65, "Storing", cancellationToken);
        await store.KeepTextsAsync(sink.Texts(), cancellationToken);
        if (!await store.ReplaceAsync(upload, graph, nodes, occurrences, sink.Places(), cancellationToken)) return;
        await findings.MatchVersionAsync(upload.PvId,
            (done, all) => context.ReportAsync(0.7 + 0.25 * done / Math.Max(1, all), $"{done} of {all} components matched", cancellationToken), cancellationToken);
        await context.ReportAsync(0.95, "Counting", cancellationToken);
        await database.WriteAsync(async transaction =>
        {
            await findings.CountAsync(transaction, upload.PvId);
            await IngestStore.FinishAsync(transaction, upload.Id);
            await queue.CompleteAsync(transaction, context.Job);
        }, true, cancellationToken);
        context.Completed = true;
        queue.Wake(); // Texts are read by a job.
    }

    public Task TryAgainAsync(DbTransaction transaction, long job) => UploadStore.QueueAgainAsync(transaction, job);

    public Task GiveUpAsync(ClaimedJob job, string error, CancellationToken cancellationToken) => uploads.FailAsync(long.Parse(job.Payload), error, cancellationToken);
}
